//! What is measured.

use std::fmt;

use clap::ValueEnum;

use crate::peers::{Peer, Transport};

/// A row: one kind of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Row {
    /// Round trips of 64 bytes on 1 connection
    #[value(name = "rtt-1")]
    RoundTrip1,
    /// Round trips of 64 bytes on 64 connections at once
    #[value(name = "rtt-64")]
    RoundTrip64,
    /// Messages of 64 bytes, 64 in flight, on 1 connection
    Small,
    /// Messages of 16 KiB, 16 in flight, on 1 connection
    Stream,
    /// Round trips of a datagram of 64 bytes on 1 connection
    UdpRtt,
    /// Datagrams of 64 bytes, as many as go
    UdpFlood,
    /// Connections opened, used for one byte and closed, 16 at once
    Connect,
    /// Memory of each of 1 000 idle connections with a connected socket
    #[value(name = "memory-1000")]
    Memory1000,
    /// Memory of each of 5 000 idle connections with a connected socket
    #[value(name = "memory-5000")]
    Memory5000,
    /// One long stream: whether it arrives intact, and how much memory it takes
    Bulk,
}

impl Row {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Row::RoundTrip1 => "rtt-1",
            Row::RoundTrip64 => "rtt-64",
            Row::Small => "small",
            Row::Stream => "stream",
            Row::UdpRtt => "udp-rtt",
            Row::UdpFlood => "udp-flood",
            Row::Connect => "connect",
            Row::Memory1000 => "memory-1000",
            Row::Memory5000 => "memory-5000",
            Row::Bulk => "bulk",
        }
    }

    /// Its heading in the table.
    pub fn title(self) -> &'static str {
        match self {
            Row::RoundTrip1 => "Round trip of 64 bytes, 1 connection",
            Row::RoundTrip64 => "Round trip of 64 bytes, 64 connections",
            Row::Small => "64-byte messages, 64 in flight, 1 connection",
            Row::Stream => "16 KiB messages, 16 in flight, 1 connection",
            Row::UdpRtt => "UDP round trip of 64 bytes, 1 connection",
            Row::UdpFlood => "UDP flood of 64-byte datagrams, 1 connection",
            Row::Connect => "Connections opened, used once and closed, 16 at a time",
            Row::Memory1000 => "Memory per idle connection with a connected socket, 1 000 connections",
            Row::Memory5000 => "Memory per idle connection with a connected socket, 5 000 connections",
            Row::Bulk => "One stream from end to end",
        }
    }

    /// The unit of its figures.
    pub fn unit(self) -> &'static str {
        match self {
            Row::RoundTrip1 | Row::RoundTrip64 | Row::UdpRtt => "round trips/s",
            Row::Small => "messages/s",
            Row::Stream | Row::Bulk => "MiB/s one way",
            Row::UdpFlood => "datagrams/s back",
            Row::Connect => "connections/s",
            Row::Memory1000 | Row::Memory5000 => "KiB/connection",
        }
    }

    /// What the target is.
    pub fn transport(self) -> Transport {
        match self {
            Row::UdpRtt | Row::UdpFlood => Transport::Udp,
            _ => Transport::Tcp,
        }
    }

    /// Whether the best is the lowest.
    pub fn less_is_better(self) -> bool {
        matches!(self, Row::Memory1000 | Row::Memory5000)
    }

    /// Whether it says the same each time, so that one round does.
    pub fn needs_one_round(self) -> bool {
        matches!(self, Row::Memory1000 | Row::Memory5000 | Row::Bulk)
    }

    /// Why the row does not fit a peer, if so.
    pub fn lacks(self, peer: Peer) -> Option<&'static str> {
        match self {
            Row::Memory1000 | Row::Memory5000 => match peer {
                Peer::Raw => Some("there is no process between"),
                Peer::Websockify => Some("it forks a process for each connection"),
                _ => None,
            },
            Row::Bulk if peer.is_foreign() => Some("only the baselines and Sockyard are checked for it"),
            // Notifications that come faster than the target takes them are refused at the session's quota.
            Row::Bulk if peer == Peer::SockyardJson => {
                Some("a client in JSON waits for the answers to its sends")
            }
            _ => peer.lacks(self.transport()),
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}
