//! A row of sends that the page makes by itself: one payload over and over, or a file piece by piece.

use std::time::Duration;

use sockyard_protocol::SocketId;

use crate::model::mistake::Mistake;
use crate::model::outcome::CallError;

/// Most repetitions of one row.
pub const TIMES_MAX: u64 = 100_000;
/// The longest time between two of them, in milliseconds.
pub const EVERY_MAX_MS: u64 = 3_600_000;
/// A piece of a file on a stream, in bytes: large enough that calls cost little, small enough to show progress.
pub const PIECE_BYTES: u64 = 64 * 1024;
/// Most bytes of a file that is one datagram. More than any kernel takes as one, so that a larger file gets the kernel's own
/// error, and less than the largest message to the server.
pub const DATAGRAM_BYTES: u64 = 700 * 1024;

/// What is sent.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A payload over and over; the counts are calls.
    Repeat,
    /// The file of this name; the counts are bytes.
    File(String),
}

/// How a row ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ended {
    /// All of it was sent.
    Done,
    /// Somebody stopped it.
    Stopped,
    /// This call failed, counted from 1.
    Failed(u64, CallError),
    /// The browser could not read the file.
    Unreadable,
}

/// A row of sends and how far it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Sending {
    /// The socket.
    pub socket: SocketId,
    /// What is sent.
    pub what: What,
    /// How much is done.
    pub done: u64,
    /// How much there is to do.
    pub total: u64,
    /// Whether it shall stop.
    pub stop: bool,
    /// How it ended, once it has.
    pub ended: Option<Ended>,
}

impl Sending {
    /// A row that begins.
    pub fn new(socket: SocketId, what: What, total: u64) -> Sending {
        Sending { socket, what, done: 0, total, stop: false, ended: None }
    }

    /// How much of it is done, from 0 to 100.
    pub fn percent(&self) -> u64 {
        match self.total {
            0 => 100,
            total => self.done * 100 / total,
        }
    }
}

/// The pieces of a file of so many bytes, as where each begins and ends. An empty one is one empty datagram, and
/// nothing on a stream.
pub fn pieces(bytes: u64, is_datagram: bool) -> Vec<(u64, u64)> {
    if is_datagram {
        return vec![(0, bytes.min(DATAGRAM_BYTES))];
    }
    let count = bytes.div_ceil(PIECE_BYTES);
    (0..count).map(|piece| (piece * PIECE_BYTES, ((piece + 1) * PIECE_BYTES).min(bytes))).collect()
}

/// Reads how often.
pub fn times(entry: &str) -> Result<u64, Mistake> {
    within(entry, 1, TIMES_MAX)
}

/// Reads the time between two, entered in milliseconds.
pub fn every(entry: &str) -> Result<Duration, Mistake> {
    within(entry, 0, EVERY_MAX_MS).map(Duration::from_millis)
}

fn within(entry: &str, least: u64, most: u64) -> Result<u64, Mistake> {
    match entry.trim().parse() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        _ => Err(Mistake::NotInRange(least as i64, most as i64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_takes_a_file_in_pieces_and_a_datagram_takes_it_whole() {
        assert_eq!(pieces(0, false), []);
        assert_eq!(pieces(PIECE_BYTES + 1, false), [(0, PIECE_BYTES), (PIECE_BYTES, PIECE_BYTES + 1)]);
        assert_eq!(pieces(0, true), [(0, 0)]);
        assert_eq!(pieces(1 << 30, true), [(0, DATAGRAM_BYTES)]);
    }

    #[test]
    fn times_and_pauses_are_whole_and_bounded() {
        assert_eq!(times(" 10 "), Ok(10));
        assert_eq!(times("0"), Err(Mistake::NotInRange(1, 100_000)));
        assert_eq!(every("0"), Ok(Duration::ZERO));
        assert!(every("1.5").is_err() && every("").is_err());
    }
}
