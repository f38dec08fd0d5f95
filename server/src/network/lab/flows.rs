//! What a wire notices about TCP connections: their first numbers, and which segments say something again (RFC 9293).

use std::collections::HashMap;
use std::net::IpAddr;

use etherparse::{NetSlice, SlicedPacket, TransportSlice};
use sockyard_protocol::packet::Mark;

/// Most directions of connections that are remembered. A lab's programs are few; when there are more, numbers of the
/// forgotten ones are shown as they stand in the header.
const DIRECTIONS_MAX: usize = 4096;

/// One direction of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Direction {
    from: (IpAddr, u16),
    to: (IpAddr, u16),
}

/// What was seen in one direction.
#[derive(Clone, Copy, Debug)]
struct Seen {
    /// A number for the direction of this connection, and of no other that had the same ports.
    id: u32,
    /// The initial sequence number.
    first: u32,
    /// The number after the last that was sent.
    next: u32,
    /// The newest acknowledgement with its window.
    acknowledged: Option<(u32, u16)>,
}

/// What earlier packets tell of a segment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Segment {
    /// The direction of its connection.
    direction: u32,
    /// Its sequence number, and the one after its last byte.
    sequence: u32,
    next: u32,
    /// It has SYN, FIN or RST.
    pub(super) is_signal: bool,
    /// The initial sequence numbers of its direction and of the other one, where the wire has seen them.
    pub(super) first: Option<u32>,
    pub(super) other_first: Option<u32>,
    pub(super) marks: Vec<Mark>,
    /// The packet that had its first byte before, if it is a retransmission.
    pub(super) original: Option<u64>,
}

impl Segment {
    /// Whether another one begins with a byte that is in this one.
    pub(super) fn has_beginning_of(&self, other: &Segment) -> bool {
        let into = other.sequence.wrapping_sub(self.sequence);
        self.direction == other.direction && into < self.next.wrapping_sub(self.sequence)
    }
}

/// The connections of a lab.
#[derive(Debug, Default)]
pub(super) struct Flows {
    seen: HashMap<Direction, Seen>,
    /// The newest direction's number.
    directions: u32,
}

impl Flows {
    /// Forgets every connection, because what they say from now on is not seen. Numbers of directions do not come back.
    pub(super) fn forget(&mut self) {
        self.seen.clear();
    }

    /// Notes a packet. None where it is no TCP segment, or not the first fragment of one.
    pub(super) fn note(&mut self, packet: &[u8]) -> Option<Segment> {
        let packet = SlicedPacket::from_ip(packet).ok()?;
        let (source, destination): (IpAddr, IpAddr) = match packet.net? {
            NetSlice::Ipv4(ip) => (ip.header().source_addr().into(), ip.header().destination_addr().into()),
            NetSlice::Ipv6(ip) => (ip.header().source_addr().into(), ip.header().destination_addr().into()),
            NetSlice::Arp(_) => return None,
        };
        let Some(TransportSlice::Tcp(tcp)) = packet.transport else { return None };
        let direction =
            Direction { from: (source, tcp.source_port()), to: (destination, tcp.destination_port()) };
        let opposite = Direction { from: direction.to, to: direction.from };
        let sequence = tcp.sequence_number();
        let length = tcp.payload().len() as u32 + u32::from(tcp.syn()) + u32::from(tcp.fin());
        let next = sequence.wrapping_add(length);
        let other = self.seen.get(&opposite).copied();
        let mut marks = Vec::new();
        let before = self.seen.get(&direction).copied().filter(|seen| !tcp.syn() || seen.first == sequence);
        if before.is_none() {
            self.directions = self.directions.wrapping_add(1);
        }
        let mut seen = before.unwrap_or(Seen {
            id: self.directions,
            first: if tcp.syn() { sequence } else { sequence.wrapping_sub(1) },
            next: sequence,
            acknowledged: None,
        });
        let is_probe = !tcp.syn()
            && !tcp.fin()
            && !tcp.rst()
            && length <= 1
            && before.is_some()
            && sequence == seen.next.wrapping_sub(1);
        if is_probe {
            marks.push(Mark::KeepAlive);
        } else if length > 0 && !tcp.rst() && is_before(sequence, seen.next) {
            marks.push(Mark::Retransmission);
        }
        if tcp.window_size() == 0 && !tcp.syn() && !tcp.rst() {
            marks.push(Mark::ZeroWindow);
        }
        if tcp.ack() {
            let now = (tcp.acknowledgment_number(), tcp.window_size());
            let is_outstanding = other.is_some_and(|other| is_before(now.0, other.next));
            if length == 0 && !tcp.rst() && !is_probe && seen.acknowledged == Some(now) && is_outstanding {
                marks.push(Mark::DuplicateAck);
            }
            seen.acknowledged = Some(now);
        }
        if is_before(seen.next, next) {
            seen.next = next;
        }
        // A reset ends what is known: the same ports may begin anew with any number.
        if tcp.rst() {
            self.seen.remove(&direction);
            self.seen.remove(&opposite);
        } else {
            if self.seen.len() >= DIRECTIONS_MAX {
                self.seen.clear();
            }
            self.seen.insert(direction, seen);
        }
        Some(Segment {
            direction: seen.id,
            sequence,
            next,
            is_signal: tcp.syn() || tcp.fin() || tcp.rst(),
            original: None,
            first: before.map(|seen| seen.first).or(tcp.syn().then_some(sequence)),
            other_first: other.map(|other| other.first),
            marks,
        })
    }
}

/// Whether one sequence number comes before another (RFC 9293 section 3.4): they wrap around.
fn is_before(one: u32, other: u32) -> bool {
    other.wrapping_sub(one).cast_signed() > 0
}
