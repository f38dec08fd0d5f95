//! The bytes that arrived and are not yet used, and the WebSocket frames in them.

use std::io::Cursor;

use anyhow::{Result, bail};
use tokio_tungstenite::tungstenite::protocol::frame::FrameHeader;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Control, Data, OpCode};

/// Read from the kernel at once: at the least, and where much arrives.
const ROOM_BYTES: usize = 16 * 1024;
const ROOM_BYTES_MAX: usize = 256 * 1024;
/// No peer has a reason to send a longer frame.
const FRAME_BYTES_MAX: u64 = 32 << 20;

/// A buffer that is read into at its end and used up at its beginning.
#[derive(Debug, Default)]
pub struct Inbox {
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    busy: bool,
}

impl Inbox {
    /// Room to read into; at least 1 byte. [`Self::filled`] says how much of it was used.
    ///
    /// The buffer is made when it is first needed, so that an idle connection costs the harness nothing.
    pub fn room(&mut self) -> &mut [u8] {
        let room = if self.busy { ROOM_BYTES_MAX } else { ROOM_BYTES };
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        } else if self.buffer.len() - self.end < room / 2 {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        if self.buffer.len() - self.end < room / 2 {
            self.buffer.resize(self.end + room, 0);
        }
        &mut self.buffer[self.end..]
    }

    /// So many bytes were put into the room.
    pub fn filled(&mut self, bytes: usize) {
        self.end += bytes;
        self.busy |= self.end == self.buffer.len();
    }

    /// Gives the buffer's memory back where nothing is in it.
    pub fn shrink(&mut self) {
        if self.start == self.end {
            *self = Inbox::default();
        }
    }

    /// What is there, unused.
    pub fn bytes(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// The first bytes are used.
    pub fn used(&mut self, bytes: usize) {
        self.start += bytes;
    }

    /// Everything that is there; it counts as used.
    pub fn take_all(&mut self) -> &[u8] {
        let start = std::mem::replace(&mut self.start, self.end);
        &self.buffer[start..self.end]
    }

    /// The next frame that carries data; none before it is complete. Pings and pongs are passed over: no peer ends a
    /// connection for a missing pong within the time that it is measured.
    ///
    /// # Errors
    /// When the peer closed, or sent what is no frame.
    pub fn frame(&mut self) -> Result<Option<Frame<'_>>> {
        loop {
            let mut cursor = Cursor::new(self.bytes());
            let Some((header, length)) = FrameHeader::parse(&mut cursor)? else { return Ok(None) };
            if length > FRAME_BYTES_MAX {
                bail!("the peer sent a frame of {length} bytes");
            }
            let head = usize::try_from(cursor.position())?;
            let length = usize::try_from(length)?;
            if self.bytes().len() < head + length {
                return Ok(None);
            }
            let payload = self.start + head..self.start + head + length;
            self.start = payload.end;
            match header.opcode {
                OpCode::Data(kind) => {
                    let whole = header.is_final && kind != Data::Continue;
                    return Ok(Some(Frame { payload: &self.buffer[payload], whole }));
                }
                OpCode::Control(Control::Close) => {
                    let reason = self.buffer[payload].get(2..).unwrap_or_default();
                    bail!("the peer closed the WebSocket: {:?}", String::from_utf8_lossy(reason));
                }
                OpCode::Control(_) => {}
            }
        }
    }

    /// The payload of the next message, for protocols whose messages are never fragmented.
    ///
    /// # Errors
    /// As [`Self::frame`], and when a message came in several frames.
    pub fn message(&mut self) -> Result<Option<&[u8]>> {
        match self.frame()? {
            None => Ok(None),
            Some(Frame { payload, whole: true }) => Ok(Some(payload)),
            Some(_) => {
                bail!("the peer sent a message in several frames, which this adapter does not put together")
            }
        }
    }
}

/// A frame that carries data.
#[derive(Debug)]
pub struct Frame<'a> {
    /// Its payload.
    pub payload: &'a [u8],
    /// Whether it is a message by itself.
    pub whole: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inbox(bytes: &[u8]) -> Inbox {
        let mut inbox = Inbox::default();
        inbox.room()[..bytes.len()].copy_from_slice(bytes);
        inbox.filled(bytes.len());
        inbox
    }

    #[test]
    fn frames_are_given_out_once_they_are_complete() {
        let mut inbox = inbox(b"\x82\x02hi\x89\x00\x82\x03");
        assert_eq!(inbox.message().unwrap(), Some(&b"hi"[..]));
        assert_eq!(inbox.message().unwrap(), None);
        inbox.room()[..3].copy_from_slice(b"you");
        inbox.filled(3);
        assert_eq!(inbox.message().unwrap(), Some(&b"you"[..]));
        assert!(inbox.bytes().is_empty());
    }

    #[test]
    fn a_close_frame_is_an_error_with_its_reason() {
        let error = inbox(b"\x88\x05\x03\xf1bye").message().unwrap_err().to_string();
        assert!(error.contains("bye"), "{error}");
    }

    #[test]
    fn a_fragment_is_data_but_no_message() {
        let mut inbox = inbox(b"\x02\x01a\x80\x01b");
        assert!(!inbox.frame().unwrap().unwrap().whole);
        assert!(inbox.message().is_err());
    }

    #[test]
    fn what_is_unused_survives_the_making_of_room() {
        let mut inbox = inbox(&[7; 1000]);
        inbox.used(990);
        let mut expected = vec![7; 10];
        for round in 0..10 {
            let room = inbox.room();
            let length = room.len() - 1;
            room[..length].fill(round);
            inbox.filled(length);
            expected.extend(std::iter::repeat_n(round, length));
            inbox.used(length);
            expected.drain(..length);
            assert!(inbox.bytes() == expected);
        }
    }
}
