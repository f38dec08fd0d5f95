//! One long stream: every byte that comes back is compared with what was sent, and the peer's memory is watched.

use anyhow::{Result, bail};

use super::{Outcome, Subject, payload};

/// The stream repeats a block of this many bytes, a prime: bytes that moved by any multiple of a power of two are
/// found.
const BLOCK_BYTES: usize = 1_048_573;
/// In one message.
const MESSAGE_BYTES: usize = 64 * 1024;
/// Between two looks at the peer's memory.
const LOOK_BYTES: u64 = 16 << 20;
const MIB: f64 = 1024.0 * 1024.0;

pub(super) async fn run(subject: Subject<'_>) -> Result<Outcome> {
    let mut link = subject.open_checked(1).await?;
    // One message more than the block, so that each begins within the first block and ends without a seam.
    let mut block = payload(BLOCK_BYTES);
    block.extend_from_within(..MESSAGE_BYTES);
    let (mut sent, mut received, mut unwritten) = (0, 0_u64, Vec::new());
    let mut memory = Memory::default();
    let clock = subject.start();
    while received < subject.bulk_bytes {
        if unwritten.is_empty() && sent < subject.bulk_bytes && link.wire.allowance() > 0 {
            let start = usize::try_from(sent % BLOCK_BYTES as u64)?;
            let length = usize::try_from((subject.bulk_bytes - sent).min(MESSAGE_BYTES as u64))?;
            unwritten = link.wire.encode(&block[start..start + length]);
            link.wire.sent(1);
            sent += length as u64;
        }
        let written = link.io.try_write(&unwritten)?;
        unwritten.drain(..written);
        match written {
            0 => link.io.ready(!unwritten.is_empty()).await?,
            // While there is room to write, only a turn of the runtime finds out what can be read.
            _ => tokio::task::yield_now().await,
        }
        if link.io.try_read(&mut link.inbox)? > 0 {
            let mut intact = true;
            link.wire.decode(&mut link.inbox, &mut |bytes| {
                intact &= matches(&block, received, bytes);
                received += bytes.len() as u64;
            })?;
            if !intact {
                bail!("what came back differs from what was sent within the first {received} bytes");
            }
        }
        if let Some(process) = subject.process.filter(|_| received >= memory.next_look) {
            memory.look(process.memory_bytes()?);
        }
    }
    let mut outcome = clock.stop(subject.bulk_bytes as f64 / MIB);
    outcome.note = Some(format!("{:.0} MiB intact{}", subject.bulk_bytes as f64 / MIB, memory.note()));
    link.leave().await;
    Ok(outcome)
}

fn matches(block: &[u8], position: u64, mut bytes: &[u8]) -> bool {
    let mut start = usize::try_from(position % BLOCK_BYTES as u64).unwrap_or_default();
    while !bytes.is_empty() {
        let (now, later) = bytes.split_at(bytes.len().min(BLOCK_BYTES - start));
        if now != &block[start..start + now.len()] {
            return false;
        }
        (start, bytes) = (0, later);
    }
    true
}

#[derive(Default)]
struct Memory {
    /// After so many bytes.
    next_look: u64,
    /// At the beginning, and the most since, in bytes.
    seen: Option<(u64, u64)>,
}

impl Memory {
    fn look(&mut self, bytes: u64) {
        self.next_look += LOOK_BYTES;
        let (first, most) = self.seen.unwrap_or((bytes, bytes));
        self.seen = Some((first, most.max(bytes)));
    }

    fn note(&self) -> String {
        self.seen.map_or(String::new(), |(first, most)| {
            format!(", memory from {:.1} to at most {:.1} MiB", first as f64 / MIB, most as f64 / MIB)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_that_is_wrong_or_moved_is_found() {
        let block = payload(BLOCK_BYTES);
        let end = (BLOCK_BYTES - 2) as u64;
        assert!(matches(&block, 0, &block[..100]));
        assert!(matches(&block, end, &[&block[BLOCK_BYTES - 2..], &block[..100]].concat()));
        assert!(!matches(&block, 1, &block[..100]));
        assert!(!matches(&block, 65536, &block[..100]));
    }
}
