//! What the kernel said of the sockets over time: a bounded history, so that a line of the log can be read beside what
//! was known then.

use std::collections::VecDeque;

use sockyard_protocol::{SocketId, SocketInfo};

/// Most answers kept; the oldest go first. One takes some 400 bytes, so all of them stay below half a mebibyte.
const KEPT: usize = 1000;

/// What the kernel said once.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// The newest line of the log at that time.
    pub seq: u64,
    /// What it said.
    pub info: SocketInfo,
}

/// The history.
#[derive(Debug, Default)]
pub struct Facts {
    kept: VecDeque<Fact>,
}

impl Facts {
    /// Notes what the kernel said after line `seq`; what it says again is not noted again.
    pub fn note(&mut self, seq: u64, info: &SocketInfo) {
        let last = self.kept.iter().rev().find(|fact| fact.info.socket == info.socket);
        if last.is_some_and(|fact| fact.info == *info) {
            return;
        }
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(Fact { seq, info: info.clone() });
    }

    /// What was said of a socket first after line `seq`: what the kernel knew once this line had come. Where nothing was
    /// said after it, nothing had changed, and the last that was said before still holds.
    pub fn after(&self, seq: u64, socket: SocketId) -> Option<&Fact> {
        let mut of_socket = self.kept.iter().filter(|fact| fact.info.socket == socket);
        let later = of_socket.clone().find(|fact| fact.seq >= seq);
        later.or_else(|| of_socket.next_back())
    }

    /// Forgets everything, for another session.
    pub fn clear(&mut self) {
        self.kept.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sockyard_protocol::{Family, Mode, SocketType};

    fn info(socket: SocketId, received: u64) -> SocketInfo {
        SocketInfo {
            socket,
            family: Family::Inet,
            r#type: SocketType::Stream,
            local: None,
            peer: None,
            state: None,
            receive_queue: None,
            send_queue: None,
            backlog: None,
            tcp: None,
            bytes_sent: 0,
            bytes_received: received,
            drops: None,
            receive: Mode::Manual,
            accept: Mode::Manual,
            responder: None,
        }
    }

    #[test]
    fn a_line_is_read_beside_what_was_said_right_after_it() {
        let mut facts = Facts::default();
        facts.note(2, &info(3, 0));
        facts.note(2, &info(4, 9));
        facts.note(5, &info(3, 10));
        facts.note(8, &info(3, 20));
        let received = |seq| facts.after(seq, 3).map(|fact| (fact.seq, fact.info.bytes_received));
        assert_eq!(received(1), Some((2, 0)));
        assert_eq!(received(3), Some((5, 10)));
        assert_eq!(received(8), Some((8, 20)));
        // Nothing was said since, so it still holds.
        assert_eq!(received(9), Some((8, 20)));
        assert_eq!(facts.after(9, 5), None);
    }

    #[test]
    fn the_same_again_is_not_noted_and_the_oldest_go() {
        let mut facts = Facts::default();
        facts.note(1, &info(3, 0));
        facts.note(2, &info(3, 0));
        assert_eq!(facts.kept.len(), 1);
        for count in 1..=2 * KEPT as u64 {
            facts.note(count, &info(3, count));
        }
        assert_eq!(facts.kept.len(), KEPT);
    }
}
