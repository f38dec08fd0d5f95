//! Datagrams without end: how many come back in a second, and how many never do.

use std::time::{Duration, Instant};

use anyhow::Result;

use super::{Outcome, SMALL_BYTES, Subject, payload};
use crate::link::{Io, Link};

/// Written at once over a relay's stream, and between two looks for what came back.
const BURST: usize = 64;
/// Read in turn with a burst: as many as were sent.
const READS: usize = 64;
/// What has not come back after this time without any is lost.
const QUIET: Duration = Duration::from_millis(300);

pub(super) async fn run(subject: Subject<'_>) -> Result<Outcome> {
    let link = subject.open_checked(SMALL_BYTES).await?;
    let mut flood = Flood::new(link);
    flood.run(subject.warm_up()).await?;
    flood.drain().await?;
    (flood.sent, flood.received) = (0, 0);
    let clock = subject.start();
    flood.run(subject.time).await?;
    let mut outcome = clock.stop(flood.received as f64);
    flood.drain().await?;
    let lost = 100.0 * flood.sent.saturating_sub(flood.received) as f64 / flood.sent.max(1) as f64;
    outcome.note = Some(format!("{lost:.1} % lost"));
    flood.link.leave().await;
    Ok(outcome)
}

struct Flood {
    link: Link,
    burst: Vec<u8>,
    frame_bytes: usize,
    /// Where in the burst the next write begins.
    position: usize,
    sent: usize,
    received: usize,
}

impl Flood {
    fn new(link: Link) -> Flood {
        let frame = link.wire.encode(&payload(SMALL_BYTES));
        // Without a relay each write is a datagram.
        let count = if matches!(link.io, Io::Udp(_)) { 1 } else { BURST };
        Flood {
            burst: frame.repeat(count),
            frame_bytes: frame.len(),
            link,
            position: 0,
            sent: 0,
            received: 0,
        }
    }

    async fn run(&mut self, time: Duration) -> Result<()> {
        let end = Instant::now() + time;
        while Instant::now() < end {
            self.link.io.ready(true).await?;
            self.write()?;
            // There is nearly always room to write, and only a turn of the runtime finds out what can be read.
            tokio::task::yield_now().await;
            self.read()?;
        }
        // A message that has begun is finished, so that everything that was sent can be counted.
        while !self.position.is_multiple_of(self.frame_bytes) {
            self.link.io.ready(true).await?;
            let rest = self.position.next_multiple_of(self.frame_bytes);
            self.write_up_to(rest)?;
            self.read()?;
        }
        Ok(())
    }

    fn write(&mut self) -> Result<()> {
        for _ in 0..BURST * self.frame_bytes / self.burst.len() {
            if !self.write_up_to(self.burst.len())? {
                break;
            }
        }
        Ok(())
    }

    /// Writes from the burst; false where there was no room.
    fn write_up_to(&mut self, end: usize) -> Result<bool> {
        let written = self.link.io.try_write(&self.burst[self.position..end])?;
        let before = self.position / self.frame_bytes;
        self.position += written;
        self.sent += self.position / self.frame_bytes - before;
        self.position %= self.burst.len();
        Ok(written > 0)
    }

    fn read(&mut self) -> Result<()> {
        for _ in 0..READS {
            if self.link.io.try_read(&mut self.link.inbox)? == 0 {
                break;
            }
            let received = &mut self.received;
            self.link.wire.decode(&mut self.link.inbox, &mut |_| *received += 1)?;
        }
        Ok(())
    }

    async fn drain(&mut self) -> Result<()> {
        while let Ok(ready) = tokio::time::timeout(QUIET, self.link.io.ready(false)).await {
            ready?;
            self.read()?;
        }
        Ok(())
    }
}
