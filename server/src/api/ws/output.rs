//! From messages to a connection's bytes: the sending half of RFC 6455.
//!
//! Messages are put together and leave with as few system calls as the kernel's buffer allows. Large payloads go out from
//! where the log holds them, without a copy; a connection with nothing to write holds no buffer.

use std::cell::RefCell;
use std::io::{self, IoSlice};
use std::time::Duration;

use bytes::Bytes;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::time::timeout;
use tungstenite::protocol::frame::FrameHeader;
use tungstenite::protocol::frame::coding::{Control, Data, OpCode};

/// Payloads from this size on are not copied. Below it the copy costs less than another part in the system call.
const SHARED_FROM: usize = 2 * 1024;
/// A buffer that has grown over this goes back to the allocator, so that one long answer is not kept for ever.
const KEPT_MAX: usize = 256 * 1024;
/// Longest header of a frame without a mask.
const HEADER_MAX: usize = 10;
/// Longest that a write may wait for room. A client that reads nothing for so long is dropped; its session stays. One that
/// reads slowly may take as long as it needs.
const STALL_MAX: Duration = Duration::from_secs(30);
/// Most parts in one system call; the kernel takes 1024 (`IOV_MAX`).
const PARTS_MAX: usize = 256;

thread_local! {
    static SPARE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The sending half of a connection.
#[derive(Debug)]
pub(super) struct Output {
    half: OwnedWriteHalf,
    /// Headers and small payloads, in order.
    copied: Vec<u8>,
    /// Large payloads, each behind so many bytes of `copied`.
    shared: Vec<(usize, Bytes)>,
    /// Longest that a write waits for room.
    stall_max: Duration,
}

impl Output {
    /// `first` goes before every message: the answer to the handshake.
    pub(super) fn new(half: OwnedWriteHalf, first: &[u8]) -> Output {
        let mut copied = SPARE.take();
        copied.extend_from_slice(first);
        Output { half, copied, shared: Vec::new(), stall_max: STALL_MAX }
    }

    /// Whether there is anything to write.
    pub(super) fn is_empty(&self) -> bool {
        self.copied.is_empty()
    }

    /// A text message.
    pub(super) fn text(&mut self, text: &str) {
        self.message(OpCode::Data(Data::Text), text.as_bytes());
    }

    /// A text message that `write` appends to a buffer; none where it fails.
    pub(super) fn text_with<E>(
        &mut self,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.copied.capacity() == 0 {
            self.copied = SPARE.take();
        }
        // The header's length depends on the text's, so there is room for the longest one, and the text moves up to its
        // own.
        let start = self.copied.len();
        let text = start + HEADER_MAX;
        self.copied.resize(text, 0);
        if let Err(error) = write(&mut self.copied) {
            self.copied.truncate(start);
            return Err(error);
        }
        let length = self.copied.len() - text;
        let header = FrameHeader { opcode: OpCode::Data(Data::Text), ..FrameHeader::default() };
        let header_length = header.len(length as u64);
        let mut head = &mut self.copied[start..start + header_length];
        header.format(length as u64, &mut head).ok(/* writing to memory does not fail */);
        self.copied.copy_within(text.., start + header_length);
        self.copied.truncate(start + header_length + length);
        Ok(())
    }

    /// A binary message: its head, and a payload that others hold as well.
    pub(super) fn binary(&mut self, head: &[u8], payload: &Bytes) {
        self.header(OpCode::Data(Data::Binary), head.len() + payload.len());
        self.copied.extend_from_slice(head);
        if payload.len() < SHARED_FROM {
            self.copied.extend_from_slice(payload);
        } else {
            self.shared.push((self.copied.len(), payload.clone()));
        }
    }

    pub(super) fn ping(&mut self) {
        self.message(OpCode::Control(Control::Ping), &[]);
    }

    pub(super) fn pong(&mut self, payload: &[u8]) {
        self.message(OpCode::Control(Control::Pong), payload);
    }

    /// A close frame; `reason` is at most 123 bytes long (section 5.5).
    pub(super) fn close(&mut self, code: u16, reason: &str) {
        let payload = [&code.to_be_bytes(), reason.as_bytes()].concat();
        self.message(OpCode::Control(Control::Close), &payload);
    }

    fn message(&mut self, opcode: OpCode, payload: &[u8]) {
        self.header(opcode, payload.len());
        self.copied.extend_from_slice(payload);
    }

    fn header(&mut self, opcode: OpCode, length: usize) {
        if self.copied.capacity() == 0 {
            self.copied = SPARE.take();
        }
        let header = FrameHeader { opcode, ..FrameHeader::default() };
        header.format(length as u64, &mut self.copied).ok(/* writing to memory does not fail */);
    }

    /// Writes everything. Not cancel-safe: an abandoned write may have cut a frame.
    pub(super) async fn flush(&mut self) -> io::Result<()> {
        if self.shared.is_empty() {
            self.write(&mut [IoSlice::new(&self.copied)]).await?;
            self.give_back();
            return Ok(());
        }
        let mut shared = std::mem::take(&mut self.shared);
        let mut at = 0;
        for (index, some) in shared.chunks(PARTS_MAX / 2).enumerate() {
            let mut parts = Vec::with_capacity(2 * some.len() + 1);
            for (behind, payload) in some {
                parts.push(IoSlice::new(&self.copied[at..*behind]));
                parts.push(IoSlice::new(payload));
                at = *behind;
            }
            if (index + 1) * (PARTS_MAX / 2) >= shared.len() {
                parts.push(IoSlice::new(&self.copied[at..]));
            }
            self.write(&mut parts).await?;
        }
        shared.clear();
        self.shared = if shared.capacity() > PARTS_MAX { Vec::new() } else { shared };
        self.give_back();
        Ok(())
    }

    async fn write(&self, mut parts: &mut [IoSlice<'_>]) -> io::Result<()> {
        // Parts of no bytes are skipped by it.
        IoSlice::advance_slices(&mut parts, 0);
        while !parts.is_empty() {
            match self.half.try_write_vectored(parts) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => IoSlice::advance_slices(&mut parts, written),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    timeout(self.stall_max, self.half.writable()).await??;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn give_back(&mut self) {
        let mut buffer = std::mem::take(&mut self.copied);
        if buffer.capacity() <= KEPT_MAX {
            buffer.clear();
            SPARE.set(buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt as _;
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    async fn pair() -> (Output, TcpStream, tokio::net::tcp::OwnedReadHalf) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (read, write) = listener.accept().await.unwrap().0.into_split();
        (Output::new(write, &[]), client, read)
    }

    #[tokio::test]
    async fn small_and_large_payloads_keep_their_order_over_many_parts() {
        let (mut output, mut client, _read) = pair().await;
        let mut expected = Vec::new();
        for number in 0..1000u16 {
            let size = if number % 3 == 0 { 20 } else { 2048 + usize::from(number) };
            let payload: Bytes = vec![number.to_be_bytes()[1]; size].into();
            output.binary(&number.to_be_bytes(), &payload);
            expected.extend_from_slice(&[0x82]);
            let length = u16::try_from(size + 2).unwrap();
            match length {
                0..=125 => expected.push(length.to_be_bytes()[1]),
                _ => expected.extend([&[126], &length.to_be_bytes()[..]].concat()),
            }
            expected.extend(number.to_be_bytes());
            expected.extend_from_slice(&payload);
        }
        output.text("end");
        expected.extend(b"\x81\x03end");
        let mut read = vec![0; expected.len()];
        let (written, came) = tokio::join!(output.flush(), client.read_exact(&mut read));
        written.unwrap();
        came.unwrap();
        assert!(read == expected, "not what was written");
        assert!(output.is_empty() && output.copied.capacity() == 0, "a quiet connection holds no buffer");
    }

    #[tokio::test]
    async fn a_text_of_any_length_has_its_own_header() {
        for length in [0, 1, 125, 126, 65_535, 65_536, 200_000] {
            let (mut output, mut client, _read) = pair().await;
            let text = "x".repeat(length);
            output.text("before");
            output
                .text_with(|out| {
                    out.extend_from_slice(text.as_bytes());
                    Ok::<_, ()>(())
                })
                .unwrap();
            output
                .text_with(|out| {
                    out.push(b'?');
                    Err(())
                })
                .unwrap_err();
            let with = output.copied.clone();
            output.copied.clear();
            output.text("before");
            output.text(&text);
            assert!(with == output.copied, "a text of {length} bytes");
            let mut read = vec![0; with.len()];
            let (written, came) = tokio::join!(output.flush(), client.read_exact(&mut read));
            written.unwrap();
            came.unwrap();
        }
    }

    #[tokio::test]
    async fn a_client_may_read_slowly_but_not_stop() {
        let (mut output, mut client, _read) = pair().await;
        output.stall_max = Duration::from_millis(300);
        let payload: Bytes = vec![0; 32 << 20].into();
        output.binary(b"", &payload);
        let started = std::time::Instant::now();
        let reading = async {
            let mut piece = vec![0; 4 << 20];
            for _ in 0..8 {
                client.read_exact(&mut piece).await.unwrap();
                // Slower in all than one wait may be, and faster in each part.
                tokio::time::sleep(Duration::from_millis(60)).await;
            }
        };
        let (written, ()) = tokio::join!(output.flush(), reading);
        written.unwrap();
        assert!(started.elapsed() > output.stall_max);
        output.binary(b"", &payload);
        assert_eq!(output.flush().await.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn control_frames_are_as_the_standard_has_them() {
        let (mut output, mut client, _read) = pair().await;
        output.ping();
        output.pong(b"a");
        output.close(1001, "bye");
        output.flush().await.unwrap();
        let mut read = [0; 12];
        client.read_exact(&mut read).await.unwrap();
        assert_eq!(&read, b"\x89\x00\x8a\x01a\x88\x05\x03\xe9bye");
    }
}
