//! From a connection's bytes to messages: the receiving half of RFC 6455.
//!
//! Frames are read, unmasked and handed out where they lie, without a copy and without an allocation for each. A
//! connection that is quiet holds no buffer at all: each worker thread has one, which a connection borrows while there
//! is something to read.

use std::cell::RefCell;
use std::io::{self, Cursor};
use std::ops::Range;
use std::task::Poll;

use tokio::io::AsyncReadExt as _;
use tokio::net::tcp::OwnedReadHalf;
use tokio::task::coop::consume_budget;
use tungstenite::protocol::frame::FrameHeader;
use tungstenite::protocol::frame::coding::{CloseCode, Control, Data, OpCode};

use crate::busy_poll;

/// How much one read takes: many frames of a stream, so that few wake-ups and few calls move much.
const READ_BYTES: usize = 256 * 1024;
/// A piece of a frame up to this size waits for its rest in a buffer of its own size, so that a client which sends half
/// frames does not hold a whole read's buffer.
const SMALL_REST: usize = 4 * 1024;
/// A buffer that has grown over this goes back to the allocator.
const SPARE_MAX: usize = 2 * READ_BYTES;
/// Longest payload of a control frame (RFC 6455 section 5.5).
const CONTROL_MAX: u64 = 125;

thread_local! {
    static SPARE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// What a message's payload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Binary,
}

/// A message, or a control frame.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Incoming {
    /// One frame; its payload lies at this place until the next [`Input::fill`].
    Frame(Kind, Range<usize>),
    /// A message that came in several frames.
    Joined(Kind, Vec<u8>),
    Ping(Vec<u8>),
    Pong,
    /// The client closes; with this code it is to be answered.
    Close(u16),
}

/// Why nothing more can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Violation {
    /// Not as RFC 6455 has it.
    Protocol,
    /// The message is over the limit.
    TooLong,
}

/// The receiving half of a connection.
#[derive(Debug)]
pub(super) struct Input {
    half: OwnedReadHalf,
    frames: Frames,
    /// Bytes read since other connections of the thread had their turn.
    in_a_row: usize,
}

impl Input {
    /// `read` is what came together with the request, and `longest` bounds a message.
    pub(super) fn new(half: OwnedReadHalf, read: &[u8], longest: usize) -> Input {
        Input {
            half,
            frames: Frames { buffer: read.to_vec(), start: 0, joined: None, whole: 0, longest },
            in_a_row: 0,
        }
    }

    /// Reads more, waiting for it where there is nothing yet; false at the end. Cancel-safe.
    pub(super) async fn fill(&mut self) -> io::Result<bool> {
        // A wait for what is there already counts as a turn, too, or many short reads would never end one.
        consume_budget().await;
        if self.in_a_row >= READ_BYTES {
            self.in_a_row = 0;
            // Whoever sends without a pause, and nothing that needs a wait, would have the thread for themselves.
            tokio::task::yield_now().await;
        }
        loop {
            self.frames.make_room();
            // Nothing large is held while there is nothing to read.
            self.half.readable().await?;
            self.frames.borrow_spare();
            // Polled once: this read knows from its length whether there may be more, which spares a call that finds nothing.
            let read = std::pin::pin!(self.half.read_buf(&mut self.frames.buffer));
            if let Poll::Ready(read) = futures_util::poll!(read) {
                let count = read?;
                self.in_a_row += count;
                busy_poll::arrived();
                return Ok(count > 0);
            }
        }
    }

    /// The next message of what was read; none where more has to be read first.
    pub(super) fn next(&mut self) -> Result<Option<Incoming>, Violation> {
        self.frames.next()
    }

    /// Whether a message has begun of which more has to come, and how many there were before it.
    pub(super) fn unfinished(&self) -> Option<u64> {
        let Frames { buffer, start, joined, whole, longest: _ } = &self.frames;
        (buffer.len() > *start || joined.is_some()).then_some(*whole)
    }

    /// The payload of a frame.
    pub(super) fn bytes(&self, place: Range<usize>) -> &[u8] {
        &self.frames.buffer[place]
    }

    /// Reads and throws away until the client has closed.
    pub(super) async fn drain(&mut self) {
        let mut scrap = [0; 1024];
        while matches!(self.half.read(&mut scrap).await, Ok(1..)) {}
    }
}

#[derive(Debug)]
struct Frames {
    /// What was read; from `start` on not handed out yet.
    buffer: Vec<u8>,
    start: usize,
    /// The beginning of a message in several frames.
    joined: Option<(Kind, Vec<u8>)>,
    /// Messages that were handed out; frames between the parts of one are none.
    whole: u64,
    longest: usize,
}

impl Frames {
    fn next(&mut self) -> Result<Option<Incoming>, Violation> {
        loop {
            let Some((header, payload)) = self.next_frame()? else { return Ok(None) };
            let message = match header.opcode {
                OpCode::Control(control) => Some(self.control(control, payload)?),
                OpCode::Data(data) => self.data(header.is_final, data, payload)?,
            };
            if message.is_some() {
                self.whole += u64::from(self.joined.is_none());
                return Ok(message);
            }
        }
    }

    /// The next whole frame, unmasked.
    fn next_frame(&mut self) -> Result<Option<(FrameHeader, Range<usize>)>, Violation> {
        let mut cursor = Cursor::new(&self.buffer[self.start..]);
        let Some((header, length)) = FrameHeader::parse(&mut cursor).map_err(|_| Violation::Protocol)? else {
            return Ok(None);
        };
        // Refused before its payload is there: it would be read in vain.
        if matches!(header.opcode, OpCode::Control(_)) && (length > CONTROL_MAX || !header.is_final) {
            return Err(Violation::Protocol);
        }
        // A length must be written in the fewest bytes (section 5.2).
        if cursor.position() != header.len(length) as u64 {
            return Err(Violation::Protocol);
        }
        let length = usize::try_from(length).ok().filter(|length| *length <= self.longest);
        let length = length.ok_or(Violation::TooLong)?;
        // A client masks every frame (section 5.1), and no extension was negotiated that would use the other bits.
        let mask = header.mask.filter(|_| !header.rsv1 && !header.rsv2 && !header.rsv3);
        let mask = mask.ok_or(Violation::Protocol)?;
        let begin = self.start + usize::try_from(cursor.position()).map_err(|_| Violation::Protocol)?;
        let payload = begin..begin + length;
        if self.buffer.len() < payload.end {
            self.buffer.reserve(payload.end - self.buffer.len());
            return Ok(None);
        }
        unmask(&mut self.buffer[payload.clone()], mask);
        self.start = payload.end;
        Ok(Some((header, payload)))
    }

    fn control(&self, control: Control, payload: Range<usize>) -> Result<Incoming, Violation> {
        let payload = &self.buffer[payload];
        match control {
            Control::Ping => Ok(Incoming::Ping(payload.to_vec())),
            Control::Pong => Ok(Incoming::Pong),
            Control::Close => close_code(payload).map(Incoming::Close),
            Control::Reserved(_) => Err(Violation::Protocol),
        }
    }

    fn data(
        &mut self,
        is_final: bool,
        data: Data,
        payload: Range<usize>,
    ) -> Result<Option<Incoming>, Violation> {
        let kind = match (data, &self.joined) {
            (Data::Continue, Some(_)) => None,
            (Data::Text, None) => Some(Kind::Text),
            (Data::Binary, None) => Some(Kind::Binary),
            // A continuation of nothing, or a new message within another.
            (Data::Continue | Data::Text | Data::Binary | Data::Reserved(_), _) => {
                return Err(Violation::Protocol);
            }
        };
        if let (Some(kind), true) = (kind, is_final) {
            return Ok(Some(Incoming::Frame(kind, payload)));
        }
        let (_, joined) = match kind {
            Some(kind) => self.joined.insert((kind, Vec::new())),
            None => self.joined.as_mut().ok_or(Violation::Protocol)?,
        };
        if joined.len() + payload.len() > self.longest {
            return Err(Violation::TooLong);
        }
        joined.extend_from_slice(&self.buffer[payload]);
        let whole = self.joined.take_if(|_| is_final);
        Ok(whole.map(|(kind, bytes)| Incoming::Joined(kind, bytes)))
    }

    /// Forgets what was handed out, and gives the buffer back where little or nothing is left in it.
    fn make_room(&mut self) {
        let start = std::mem::take(&mut self.start);
        let rest = self.buffer.len() - start;
        if rest <= SMALL_REST {
            let small = self.buffer[start..].to_vec();
            let mut big = std::mem::replace(&mut self.buffer, small);
            if (READ_BYTES..=SPARE_MAX).contains(&big.capacity()) {
                big.clear();
                SPARE.set(big);
            }
        } else if start > 0 {
            self.buffer.drain(..start);
        }
    }

    /// Sees to it that a read can take much.
    fn borrow_spare(&mut self) {
        if self.buffer.capacity() - self.buffer.len() >= READ_BYTES / 2 {
            return;
        }
        if self.buffer.len() > SMALL_REST {
            // `next_frame` has reserved what its frame needs, and most of a long frame is still to come.
            return self.buffer.reserve(READ_BYTES / 2);
        }
        let mut big = SPARE.take();
        big.reserve(READ_BYTES);
        big.extend_from_slice(&self.buffer);
        self.buffer = big;
    }
}

/// The code with which a close frame is answered (section 5.5.1). One without a code is answered as a normal end.
fn close_code(payload: &[u8]) -> Result<u16, Violation> {
    let Some((code, reason)) = payload.split_first_chunk::<2>() else {
        return if payload.is_empty() { Ok(CloseCode::Normal.into()) } else { Err(Violation::Protocol) };
    };
    let code = CloseCode::from(u16::from_be_bytes(*code));
    if std::str::from_utf8(reason).is_err() {
        return Ok(CloseCode::Invalid.into());
    }
    Ok(if code.is_allowed() { code.into() } else { CloseCode::Protocol.into() })
}

/// Section 5.3. Eight bytes at a time, which the compiler turns into wider steps still.
fn unmask(bytes: &mut [u8], mask: [u8; 4]) {
    let [a, b, c, d] = mask;
    let wide = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let (words, rest) = bytes.as_chunks_mut::<8>();
    for word in words {
        *word = (u64::from_ne_bytes(*word) ^ wide).to_ne_bytes();
    }
    for (byte, mask) in rest.iter_mut().zip(mask.iter().cycle()) {
        *byte ^= mask;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: usize = 1000;

    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let mask = [7, 200, 0, 99];
        let mut frame = vec![first];
        match u8::try_from(payload.len()) {
            Ok(length @ 0..=125) => frame.push(0x80 | length),
            _ => {
                frame.push(0x80 | 126);
                frame.extend(u16::try_from(payload.len()).unwrap().to_be_bytes());
            }
        }
        frame.extend(mask);
        frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        frame
    }

    fn frames(bytes: &[u8]) -> Frames {
        Frames { buffer: bytes.to_vec(), start: 0, joined: None, whole: 0, longest: LONGEST }
    }

    /// Every message, as `(kind, payload)`, however the bytes are cut.
    fn messages(bytes: &[u8], piece: usize) -> Result<Vec<(Kind, Vec<u8>)>, Violation> {
        let mut frames = frames(&[]);
        let mut found = Vec::new();
        for piece in bytes.chunks(piece) {
            frames.make_room();
            frames.buffer.extend_from_slice(piece);
            while let Some(message) = frames.next()? {
                match message {
                    Incoming::Frame(kind, place) => found.push((kind, frames.buffer[place].to_vec())),
                    Incoming::Joined(kind, bytes) => found.push((kind, bytes)),
                    Incoming::Ping(_) | Incoming::Pong | Incoming::Close(_) => {}
                }
            }
        }
        Ok(found)
    }

    #[test]
    fn messages_are_the_same_however_their_bytes_are_cut() {
        let long: Vec<u8> = (0..=255).cycle().take(700).collect();
        let stream = [
            frame(0x81, b"hello"),
            frame(0x82, &long),
            frame(0x01, b"in "),
            frame(0x89, b"ping"),
            frame(0x00, b"three "),
            frame(0x80, b"parts"),
            frame(0x82, b""),
        ]
        .concat();
        let expected = [
            (Kind::Text, b"hello".to_vec()),
            (Kind::Binary, long),
            (Kind::Text, b"in three parts".to_vec()),
            (Kind::Binary, Vec::new()),
        ];
        for piece in [1, 2, 3, 7, 64, 5000] {
            assert_eq!(messages(&stream, piece).unwrap(), expected, "in pieces of {piece}");
        }
    }

    #[test]
    fn what_is_against_the_standard_is_refused() {
        let check = |bytes: &[u8], violation: Violation| {
            assert_eq!(messages(bytes, 5000).unwrap_err(), violation, "{bytes:?}");
        };
        check(&[0x81, 0x01, b'a'], Violation::Protocol);
        check(&frame(0xC1, b"a"), Violation::Protocol);
        check(&frame(0x83, b"a"), Violation::Protocol);
        check(&frame(0x80, b"a"), Violation::Protocol);
        check(&[frame(0x01, b"a"), frame(0x81, b"b")].concat(), Violation::Protocol);
        check(&frame(0x09, b"a"), Violation::Protocol);
        check(&frame(0x89, &[0; 126]), Violation::Protocol);
        // A control frame over its limit, and one in parts, before their payloads have come.
        check(&[0x89, 0xFE, 0, 126, 0, 0, 0, 0], Violation::Protocol);
        check(&[0x09, 0x84, 0, 0, 0, 0], Violation::Protocol);
        check(&frame(0x88, b"a"), Violation::Protocol);
        // Lengths in more bytes than they need.
        check(&[0x82, 0xFE, 0, 1, 0, 0, 0, 0, b'a'], Violation::Protocol);
        check(&[0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0, 200, 0, 0, 0, 0], Violation::Protocol);
        check(&frame(0x82, &[0; LONGEST + 1]), Violation::TooLong);
        check(&[frame(0x02, &[0; 600]), frame(0x80, &[0; 600])].concat(), Violation::TooLong);
        check(&[0x82, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0], Violation::TooLong);
    }

    #[test]
    fn a_close_is_answered_with_its_own_code_if_that_may_be_sent() {
        let check = |payload: &[u8], code: u16| {
            assert_eq!(frames(&frame(0x88, payload)).next(), Ok(Some(Incoming::Close(code))));
        };
        check(b"", 1000);
        check(&1001u16.to_be_bytes(), 1001);
        check(&4001u16.to_be_bytes(), 4001);
        check(&1006u16.to_be_bytes(), 1002);
        check(&[&1000u16.to_be_bytes()[..], &[0xFF]].concat(), 1007);
    }

    #[tokio::test]
    async fn a_client_that_sends_without_a_pause_leaves_others_their_turn() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = tokio::net::TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (half, _other) = listener.accept().await.unwrap().0.into_split();
        client.writable().await.unwrap();
        while client.try_write(&[0x8A; READ_BYTES]).is_ok() {}
        let mut input = Input::new(half, &[], LONGEST);
        input.half.readable().await.unwrap();
        let read = std::cell::Cell::new(0);
        let mut reading = std::pin::pin!(async {
            loop {
                assert!(input.fill().await.unwrap());
                read.set(read.get() + input.frames.buffer.len());
                input.frames.buffer.clear();
            }
        });
        assert!(futures_util::poll!(reading.as_mut()).is_pending());
        let read = read.get();
        assert!(read > 0 && read <= 3 * READ_BYTES, "{read} bytes without a pause");
    }

    #[test]
    fn a_quiet_connection_holds_no_buffer() {
        let mut frames = frames(&[]);
        frames.borrow_spare();
        frames.buffer.extend(frame(0x81, b"hello"));
        assert!(frames.next().unwrap().is_some());
        frames.make_room();
        assert_eq!(frames.buffer.capacity(), 0);
    }
}
