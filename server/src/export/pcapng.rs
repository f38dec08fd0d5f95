//! Packets as a capture file that Wireshark and others open (draft-ietf-opsawg-pcapng).
//!
//! The packets are IP packets. They get Ethernet headers, because some readers take several interfaces only if all are Ethernet; the
//! addresses in these are made up, from the hosts' places.

use std::collections::HashMap;

use sockyard_protocol::Packet;
use sockyard_protocol::packet::{Fate, Mark};

const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const ENHANCED_PACKET: u32 = 6;
/// `LINKTYPE_ETHERNET`.
const ETHERNET: u16 = 1;
/// Options, whose numbers are those of their block but for the first two.
const END_OF_OPTIONS: u16 = 0;
const COMMENT: u16 = 1;
const INTERFACE_NAME: u16 = 2;
const USER_APPLICATION: u16 = 4;

/// A capture file, piece by piece.
#[derive(Debug, Default)]
pub(crate) struct Capture {
    /// The interfaces so far: each host's number.
    interfaces: HashMap<String, u32>,
}

impl Capture {
    /// The file's beginning, with an interface for each of these hosts.
    pub(crate) fn head<'a>(&mut self, hosts: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
        let mut options = Vec::new();
        option(&mut options, USER_APPLICATION, concat!("Sockyard ", env!("CARGO_PKG_VERSION")).as_bytes());
        option(&mut options, END_OF_OPTIONS, &[]);
        let mut body = Vec::new();
        // By this number a reader knows the order of bytes.
        body.extend(0x1a2b_3c4d_u32.to_le_bytes());
        body.extend(1_u16.to_le_bytes());
        body.extend(0_u16.to_le_bytes());
        // The section's length is not known yet.
        body.extend(u64::MAX.to_le_bytes());
        body.extend(options);
        let mut file = Vec::new();
        block(&mut file, SECTION_HEADER, &body);
        for host in hosts {
            self.interface(&mut file, host);
        }
        file
    }

    /// Appends a packet. A host that is new, because it was removed since, gets its interface first.
    pub(crate) fn packet(&mut self, file: &mut Vec<u8>, packet: &Packet, bytes: &[u8]) {
        let from = self.interface(file, &packet.from);
        let to = packet.to.first().map(|to| self.interface(file, to));
        let mut frame = Vec::with_capacity(14 + bytes.len());
        frame.extend(receiver(bytes, to.filter(|_| packet.to.len() == 1)));
        frame.extend(device(Some(from)));
        let is_v6 = bytes.first().is_some_and(|first| first >> 4 == 6);
        frame.extend(if is_v6 { [0x86, 0xdd] } else { [0x08, 0x00] });
        frame.extend(bytes);
        let mut body = Vec::with_capacity(frame.len() + 64);
        body.extend(from.to_le_bytes());
        body.extend(((packet.time_us >> 32) as u32).to_le_bytes());
        body.extend((packet.time_us as u32).to_le_bytes());
        // What was captured, and what it was.
        body.extend((frame.len() as u32).to_le_bytes());
        body.extend((frame.len() as u32).to_le_bytes());
        body.extend(&frame);
        pad(&mut body);
        let comment = comment(packet);
        if !comment.is_empty() {
            option(&mut body, COMMENT, comment.as_bytes());
            option(&mut body, END_OF_OPTIONS, &[]);
        }
        block(file, ENHANCED_PACKET, &body);
    }

    /// The number of a host's interface.
    fn interface(&mut self, file: &mut Vec<u8>, host: &str) -> u32 {
        if let Some(known) = self.interfaces.get(host) {
            return *known;
        }
        let number = self.interfaces.len() as u32;
        self.interfaces.insert(host.to_owned(), number);
        let mut body = Vec::new();
        body.extend(ETHERNET.to_le_bytes());
        body.extend(0_u16.to_le_bytes());
        // Packets are never cut. Times are microseconds where nothing else is said.
        body.extend(0_u32.to_le_bytes());
        option(&mut body, INTERFACE_NAME, host.as_bytes());
        option(&mut body, END_OF_OPTIONS, &[]);
        block(file, INTERFACE, &body);
        number
    }
}

/// A block: its kind, its length, what is in it, and its length again.
fn block(file: &mut Vec<u8>, kind: u32, body: &[u8]) {
    let length = (body.len() as u32 + 12).to_le_bytes();
    file.extend(kind.to_le_bytes());
    file.extend(length);
    file.extend(body);
    file.extend(length);
}

/// An option, padded to four bytes.
fn option(body: &mut Vec<u8>, code: u16, value: &[u8]) {
    let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
    body.extend(code.to_le_bytes());
    body.extend(length.to_le_bytes());
    body.extend(&value[..usize::from(length)]);
    pad(body);
}

fn pad(body: &mut Vec<u8>) {
    body.resize(body.len().next_multiple_of(4), 0);
}

/// The address of a host's device: locally administered (IEEE 802), and 0 in the end for nobody.
fn device(interface: Option<u32>) -> [u8; 6] {
    let [.., high, low] = interface.map_or(0, |number| number + 1).to_be_bytes();
    [2, 0, 0, 0, high, low]
}

/// The address that Ethernet would have for a packet's destination (RFC 1112 section 6.4, RFC 2464 section 7).
fn receiver(bytes: &[u8], to: Option<u32>) -> [u8; 6] {
    match (bytes.first().map(|first| first >> 4), bytes.get(16..20), bytes.get(24..40)) {
        (Some(4), Some([224..=239, a, b, c]), _) => [1, 0, 0x5e, a & 0x7f, *b, *c],
        // Broadcast of a lab's network, which is a /24.
        (Some(4), Some([.., 255]), _) => [0xff; 6],
        (Some(6), _, Some([0xff, .., a, b, c, d])) => [0x33, 0x33, *a, *b, *c, *d],
        _ => device(to),
    }
}

/// What the wire knows of a packet that its bytes do not say.
fn comment(packet: &Packet) -> String {
    let mut words: Vec<String> = Vec::new();
    words.extend(match packet.fate {
        Fate::Passed => None,
        Fate::NoHost => Some("no host has this address".to_owned()),
        Fate::Held => Some("held".to_owned()),
        Fate::Dropped => Some("dropped by hand".to_owned()),
        Fate::Lost => Some("lost".to_owned()),
        Fate::Cut => Some("lost: the wire is cut".to_owned()),
        Fate::QueueFull => Some("lost: the queue is full".to_owned()),
        Fate::TooBig => Some("lost: too big for its host".to_owned()),
    });
    if let Some(delayed_us) = packet.delayed_us {
        words.push(format!("delayed by {}.{:03} ms", delayed_us / 1000, delayed_us % 1000));
    }
    if let Some(copies) = packet.copies {
        words.push(format!("handed on {copies} times"));
    }
    if let Some(place) = packet.corrupted {
        words.push(format!("a bit of byte {place} of the IP packet flipped on its way"));
    }
    if packet.out_of_order {
        words.push("out of order".to_owned());
    }
    if let Some(tcp) = &packet.tcp {
        for mark in &tcp.marks {
            words.push(match (mark, tcp.original) {
                (Mark::Retransmission, Some(original)) => format!("retransmission of packet {original}"),
                (Mark::Retransmission, None) => "retransmission".to_owned(),
                (Mark::DuplicateAck, _) => "duplicate ACK".to_owned(),
                (Mark::ZeroWindow, _) => "zero window".to_owned(),
                (Mark::KeepAlive, _) => "keep-alive".to_owned(),
            });
        }
    }
    words.join("; ")
}
