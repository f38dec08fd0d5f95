//! Which packets are shown: words, and a kind.

use sockyard_protocol::Packet;
use sockyard_protocol::packet::{Fate, Mark};

/// A kind of packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// All of them.
    #[default]
    All,
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// ICMP, of both versions.
    Icmp,
    /// Those that the wire has marked.
    Marked,
    /// Those that did not arrive, or not yet.
    Undelivered,
}

impl Kind {
    /// All of them, in the order of the menu.
    pub const ALL: [Kind; 6] = [Kind::All, Kind::Tcp, Kind::Udp, Kind::Icmp, Kind::Marked, Kind::Undelivered];

    /// Its name in the menu's values.
    pub fn name(self) -> &'static str {
        match self {
            Kind::All => "all",
            Kind::Tcp => "tcp",
            Kind::Udp => "udp",
            Kind::Icmp => "icmp",
            Kind::Marked => "marked",
            Kind::Undelivered => "undelivered",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Kind {
        Kind::ALL.into_iter().find(|kind| kind.name() == name).unwrap_or_default()
    }

    fn has(self, packet: &Packet) -> bool {
        match self {
            Kind::All => true,
            Kind::Tcp => packet.tcp.is_some(),
            Kind::Udp => packet.udp.is_some(),
            Kind::Icmp => packet.icmp.is_some(),
            Kind::Marked => !signs(packet).is_empty(),
            Kind::Undelivered => packet.fate != Fate::Passed,
        }
    }
}

/// What is remarkable about a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// What its connection's earlier packets tell.
    Mark(Mark),
    /// It was handed on after one that was sent later.
    OutOfOrder,
    /// The wire has flipped a bit.
    Corrupted,
    /// It was handed on so many times.
    Copies(u32),
    /// The wire took so long, in microseconds.
    Delayed(u64),
}

/// What is remarkable about a packet, the most important first.
pub fn signs(packet: &Packet) -> Vec<Sign> {
    let marks = packet.tcp.as_ref().map_or(&[][..], |tcp| &tcp.marks);
    let mut signs: Vec<Sign> = marks.iter().map(|mark| Sign::Mark(*mark)).collect();
    if packet.corrupted.is_some() {
        signs.push(Sign::Corrupted);
    }
    if packet.out_of_order {
        signs.push(Sign::OutOfOrder);
    }
    signs.extend(packet.copies.map(Sign::Copies));
    // How long one waited that got lost then is of no interest.
    signs.extend(packet.delayed_us.filter(|_| packet.fate == Fate::Passed).map(Sign::Delayed));
    signs
}

/// Which packets pass. The words of a filter must all be there; `-` before one excludes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    kind: Kind,
    terms: Vec<Term>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    what: What,
    excludes: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    From(String),
    To(String),
    Host(String),
    Port(u16),
    /// Anything that is written of the packet, in small letters.
    Word(String),
}

impl Filter {
    /// Reads what was typed: `from:alice`, `to:bob`, `host:bob`, `port:7788`, or words as they stand in the line, `syn` or `len=0`.
    pub fn new(typed: &str, kind: Kind) -> Filter {
        let term = |word: &str| {
            let (excludes, word) = match word.strip_prefix('-') {
                Some(rest) if !rest.is_empty() => (true, rest),
                _ => (false, word),
            };
            let word = word.to_lowercase();
            let what = match word.split_once(':') {
                Some(("from", host)) => What::From(host.to_owned()),
                Some(("to", host)) => What::To(host.to_owned()),
                Some(("host", host)) => What::Host(host.to_owned()),
                Some(("port", port)) if port.parse::<u16>().is_ok() => {
                    What::Port(port.parse().unwrap_or_default())
                }
                _ => What::Word(word),
            };
            Term { what, excludes }
        };
        Filter { kind, terms: typed.split_whitespace().map(term).collect() }
    }

    /// Whether a packet passes.
    pub fn passes(&self, packet: &Packet) -> bool {
        if !self.kind.has(packet) {
            return false;
        }
        // Written out once, and only where something asks for words.
        let mut text: Option<String> = None;
        self.terms.iter().all(|term| {
            let has = match &term.what {
                What::From(host) => packet.from == *host,
                What::To(host) => packet.to.contains(host),
                What::Host(host) => packet.from == *host || packet.to.contains(host),
                What::Port(port) => has_port(packet, *port),
                What::Word(word) => text.get_or_insert_with(|| haystack(packet)).contains(word.as_str()),
            };
            has != term.excludes
        })
    }
}

fn has_port(packet: &Packet, port: u16) -> bool {
    let tcp = packet.tcp.as_ref().map(|tcp| (tcp.source_port, tcp.destination_port));
    let udp = packet.udp.as_ref().map(|udp| (udp.source_port, udp.destination_port));
    tcp.or(udp).is_some_and(|(source, destination)| source == port || destination == port)
}

/// Everything that is written of a packet, in small letters. The summary names its marks.
fn haystack(packet: &Packet) -> String {
    format!("{} {} {} {}", packet.seq, packet.from, packet.to.join(" "), packet.summary).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::super::tests::segment;
    use super::*;

    #[test]
    fn words_hosts_and_ports_filter_and_a_dash_excludes() {
        let packet = segment(7, "alice", &["bob"], &["SYN", "ACK"]);
        let check = |typed: &str, kind: Kind, expected: bool| {
            assert_eq!(Filter::new(typed, kind).passes(&packet), expected, "{typed} {kind:?}");
        };
        for typed in ["", "syn", "SYN ack", "from:alice", "to:bob", "host:bob", "port:7788", "-fin", "seq=0"]
        {
            check(typed, Kind::All, true);
        }
        for typed in ["fin", "from:bob", "to:alice", "host:carol", "port:80", "-syn", "syn fin"] {
            check(typed, Kind::All, false);
        }
        check("", Kind::Tcp, true);
        for kind in [Kind::Udp, Kind::Icmp, Kind::Marked, Kind::Undelivered] {
            check("", kind, false);
        }
        // What is no port is a word like any other, and a dash alone is one, too.
        check("port:x", Kind::All, false);
        check("-", Kind::All, false);
    }

    #[test]
    fn kinds_are_found_by_their_names() {
        for kind in Kind::ALL {
            assert_eq!(Kind::from_name(kind.name()), kind);
        }
        assert_eq!(Kind::from_name("else"), Kind::All);
    }
}
