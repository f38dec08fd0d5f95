//! Packets of a lab's wire, taken apart into their layers.

use serde::{Deserialize, Serialize};

/// A packet that a host of a lab put on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Packet {
    /// Its number: 1, 2, 3, … without a gap within the lab.
    pub seq: u64,
    /// When the wire got it, in microseconds since the Unix epoch.
    pub time_us: u64,
    /// The host that sent it.
    pub from: String,
    /// The hosts that it is for; several for broadcast and multicast, none where nobody has the destination. One for several
    /// hosts that has not the same fate for all of them is on record once for each fate.
    pub to: Vec<String>,
    /// What became of it.
    pub fate: Fate,
    /// How long the wire took, in microseconds, where it took its time: for a packet that is still under way, how long it will.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delayed_us: Option<u64>,
    /// How many of it were handed on, where it was not one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copies: Option<u32>,
    /// The wire has flipped a bit in the byte at this place, counted from 0. `base64` has the bytes as they were sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrupted: Option<usize>,
    /// It was handed on after a packet that was sent later in the same direction.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub out_of_order: bool,
    /// The packet in one line, as packet analysers write it: addresses and ports, flags, relative numbers.
    pub summary: String,
    /// The packet's length in bytes, from the IP header on.
    pub bytes: usize,
    /// All of these bytes in base64; left out where the call did not ask for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base64: Option<String>,
    /// The IP header (RFC 791, RFC 8200). None where the bytes are no IP packet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<Ip>,
    /// The TCP header (RFC 9293).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tcp: Option<Tcp>,
    /// The UDP header (RFC 768).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub udp: Option<Udp>,
    /// The ICMP header (RFC 792, RFC 4443).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icmp: Option<Icmp>,
}

/// What became of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It was handed to its hosts.
    Passed,
    /// No host of the lab has its destination.
    NoHost,
    /// It waits at the wire until somebody decides.
    Held,
    /// Somebody has decided that it gets lost.
    Dropped,
    /// The wire has lost it, at random or by its number.
    Lost,
    /// The wire is cut.
    Cut,
    /// It found no room: too many wait for the rate, or the wire holds and delays as much as it may.
    QueueFull,
    /// It is larger than what the receiving host's device takes.
    TooBig,
}

/// An IP header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Ip {
    /// 4 or 6.
    pub version: u8,
    /// The source address.
    pub source: String,
    /// The destination address.
    pub destination: String,
    /// Time to live, in IPv6 the hop limit: how many routers it may still pass.
    pub ttl: u8,
    /// The number of what is inside: 6 TCP, 17 UDP, 1 ICMP, 58 ICMPv6.
    pub protocol: u8,
    /// The length of the header in bytes, IPv6's extension headers included.
    pub header_bytes: usize,
    /// Where in the whole these bytes belong, in bytes; told of fragments only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fragment_offset: Option<u32>,
    /// Whether more fragments follow.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more_fragments: bool,
}

/// A TCP header, with numbers relative to the first of the connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Tcp {
    /// The source port.
    pub source_port: u16,
    /// The destination port.
    pub destination_port: u16,
    /// The flags that are set: `SYN`, `ACK`, `FIN`, `RST`, `PSH`, `URG`, `ECE`, `CWR`.
    pub flags: Vec<String>,
    /// The sequence number as it stands in the header.
    pub sequence: u32,
    /// The sequence number counted from the connection's first, which is 0; as it stands where the wire has not seen that.
    pub relative_sequence: u32,
    /// The acknowledgement number as it stands in the header; without `ACK` it means nothing.
    pub acknowledgement: u32,
    /// The acknowledgement number counted from the other direction's first.
    pub relative_acknowledgement: u32,
    /// The window as it stands in the header, without the scale that was agreed upon.
    pub window: u16,
    /// The options, in words: `MSS=1460`, `WS=7`, `SACK_PERM`, `SACK=1-1449`, `TS=12/34`.
    pub options: Vec<String>,
    /// Bytes of data.
    pub payload_bytes: usize,
    /// What the wire has noticed about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Mark>,
    /// Of a retransmission: the number of the packet that had its first byte before, where that is still kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<u64>,
}

/// What is remarkable about a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Its bytes, or its SYN or FIN, were on the wire before.
    Retransmission,
    /// It says again what the one before it has acknowledged, while data is under way.
    DuplicateAck,
    /// Its sender has no room for more data.
    ZeroWindow,
    /// It asks whether the peer is still there: one byte before the next that is due, or none.
    KeepAlive,
}

/// A UDP header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Udp {
    /// The source port.
    pub source_port: u16,
    /// The destination port.
    pub destination_port: u16,
    /// Bytes of data.
    pub payload_bytes: usize,
}

/// An ICMP header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Icmp {
    /// The message's type.
    pub r#type: u8,
    /// Its code.
    pub code: u8,
    /// Both in words, where they are common.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}
