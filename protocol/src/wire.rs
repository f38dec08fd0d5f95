//! The wire between a lab's hosts: what it does to packets, and what it tells (section 11).

use serde::{Deserialize, Serialize};

use crate::Packet;
use crate::hello::LabHost;
use crate::packet::Fate;

/// Longest delay and jitter, in milliseconds.
pub const WIRE_MS_MAX: u32 = 60_000;
/// The greatest distance between packets that are lost by their number.
pub const LOSS_EVERY_MAX: u32 = 1_000_000;
/// The highest rate, in thousands of bits a second: ten gigabits, more than a wire carries here.
pub const RATE_KBIT_MAX: u32 = 10_000_000;
/// Most packets that may wait in one direction for their turn.
pub const QUEUE_PACKETS_MAX: u32 = 4096;
/// How many may wait where nothing else is set: about what a small router holds.
pub const QUEUE_PACKETS: u32 = 100;
/// The smallest MTU. The kernel takes IPv6 away from a device with a smaller one (RFC 8200 section 5).
pub const MTU_MIN: u32 = 1280;
/// The largest MTU: Ethernet's jumbo frames.
pub const MTU_MAX: u32 = 9000;
/// Ethernet's usual MTU, which hosts begin with.
pub const MTU: u32 = 1500;
/// Most packets that a lab's wire holds or delays at a time, …
pub const HELD_MAX: u32 = 4096;
/// … and most bytes of them. What is more is lost as `queue_full`.
pub const HELD_BYTES_MAX: usize = 4 * 1024 * 1024;
/// How much longer a packet takes that `reorder_percent` has chosen, in milliseconds.
pub const REORDER_MS: u32 = 20;
/// Most hosts of a lab.
pub const HOSTS_MAX: usize = 16;

/// Of `host.list`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Hosts {
    /// The hosts; the first is where sockets are made that name none.
    pub hosts: Vec<LabHost>,
}

/// What the wire is like: of `wire.show`, and of every call that changes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Wire {
    /// With what everything random began. The same number and the same packets make the same fates.
    pub seed: u32,
    /// Whether every direction is cut.
    pub cut: bool,
    /// Every direction, by its hosts' order, with what is set for it.
    pub directions: Vec<WireDirection>,
    /// The ends of the wire.
    pub devices: Vec<Device>,
    /// Which packets are to be held; null for none.
    pub hold: Option<Hold>,
    /// The numbers of the packets that are held, in their order.
    pub held: Vec<u64>,
    /// How many packets are under way, because they take their time.
    pub under_way: usize,
    /// Whether packets come on record.
    pub record: bool,
    /// How many packets so far did not, because `record` was false.
    pub unrecorded: u64,
}

/// One direction of the wire. What is not set is left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct WireDirection {
    /// The host that sends.
    pub from: String,
    /// The host that receives.
    pub to: String,
    /// Whether it is cut.
    pub cut: bool,
    /// How many of a hundred packets are lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss_percent: Option<f64>,
    /// Each packet of this number is lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss_every: Option<u32>,
    /// How long a packet is under way, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay_ms: Option<u32>,
    /// How much longer at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jitter_ms: Option<u32>,
    /// How many of a hundred packets come twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duplicate_percent: Option<f64>,
    /// How many of a hundred packets take 20 ms more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reorder_percent: Option<f64>,
    /// In how many of a hundred packets a bit is flipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrupt_percent: Option<f64>,
    /// How much goes through, in thousands of bits a second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_kbit: Option<u32>,
    /// How many packets may wait for their turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue_packets: Option<u32>,
}

/// A host's end of the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Device {
    /// The host.
    pub host: String,
    /// Its largest packet, in bytes.
    pub mtu: u32,
    /// Packets that its device has lost before the wire saw them, because they came faster than the wire took them.
    pub lost_in_device: u64,
}

/// Which packets are held: those that fit all that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Hold {
    /// Only from this host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Only to this host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Only of this protocol.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<HoldProtocol>,
    /// Only from or to this port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Only TCP segments with all of these flags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<Flag>,
    /// How many more are held; without a limit where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
}

/// The protocols by which packets can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum HoldProtocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// ICMP and ICMPv6.
    Icmp,
}

/// A TCP flag (RFC 9293 section 3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "UPPERCASE")]
pub enum Flag {
    /// The first segment of a direction.
    Syn,
    /// The last one.
    Fin,
    /// The connection is broken off.
    Rst,
    /// The data is to be handed on.
    Psh,
    /// The acknowledgement number counts.
    Ack,
    /// There is urgent data.
    Urg,
    /// Congestion was met (RFC 3168).
    Ece,
    /// And was reacted to.
    Cwr,
}

/// What becomes of a held packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReleaseAction {
    /// It goes on.
    #[default]
    Pass,
    /// It is lost: its fate is `dropped`.
    Drop,
    /// It goes on after `delay_ms`.
    Delay,
    /// It goes on twice.
    Duplicate,
}

/// Of `wire.release` and `wire.unhold`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Released {
    /// The numbers of the packets that were held and are no more, in their order.
    pub released: Vec<u64>,
}

/// What has become of a packet after it was told of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct PacketChange {
    /// The change's own number: 1, 2, 3, … without a gap within the lab.
    pub change: u64,
    /// The packet's number.
    pub seq: u64,
    /// Its fate now.
    pub fate: Fate,
    /// How long it was under way or held, in microseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delayed_us: Option<u64>,
    /// How many of it were handed on, where it was not one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copies: Option<u32>,
    /// It was handed on after a packet that was sent later in the same direction.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub out_of_order: bool,
}

/// The parameters of the notification `packets`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct PacketsTold {
    /// Packets, oldest first.
    pub packets: Vec<Packet>,
    /// What has become of packets since the last message, oldest first.
    pub changes: Vec<PacketChange>,
    /// How many packets between the last message's newest and this one's are left out here, because there were too many;
    /// `packets.read` has those that are still kept.
    pub skipped: u64,
    /// The same of changes.
    pub skipped_changes: u64,
    /// The newest `seq` that this and earlier messages are about, told or skipped; 0 while there is none.
    pub newest: u64,
}
