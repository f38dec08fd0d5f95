//! Which packets wait at the wire for somebody to decide.

use etherparse::{NetSlice, SlicedPacket, TransportSlice};
use sockyard_protocol::wire::{Flag, HoldProtocol};

/// A filter: what fits all that it has is held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    /// The places of hosts in the lab.
    pub(super) from: Option<usize>,
    pub(super) to: Option<usize>,
    pub(super) protocol: Option<HoldProtocol>,
    pub(super) port: Option<u16>,
    pub(super) flags: Vec<Flag>,
    /// How many more are held; without a limit if there is none.
    pub(super) left: Option<u32>,
}

impl Filter {
    /// Whether a packet between these hosts is one that may be looked into.
    pub(super) fn is_between(&self, from: usize, to: usize) -> bool {
        self.from.is_none_or(|wanted| wanted == from) && self.to.is_none_or(|wanted| wanted == to)
    }

    /// Whether a packet fits by what is in it.
    pub(super) fn fits(&self, packet: &[u8]) -> bool {
        if self.protocol.is_none() && self.port.is_none() && self.flags.is_empty() {
            return true;
        }
        let Ok(packet) = SlicedPacket::from_ip(packet) else { return false };
        let (protocol, ports) = match &packet.transport {
            Some(TransportSlice::Tcp(tcp)) => {
                (Some(HoldProtocol::Tcp), Some([tcp.source_port(), tcp.destination_port()]))
            }
            Some(TransportSlice::Udp(udp)) => {
                (Some(HoldProtocol::Udp), Some([udp.source_port(), udp.destination_port()]))
            }
            Some(TransportSlice::Icmpv4(_) | TransportSlice::Icmpv6(_)) => (Some(HoldProtocol::Icmp), None),
            // A fragment behind the first still says what it is a part of.
            Some(TransportSlice::Igmp(_)) | None => (packet.net.as_ref().and_then(of_fragment), None),
        };
        let has = |flag: &Flag| match &packet.transport {
            Some(TransportSlice::Tcp(tcp)) => match flag {
                Flag::Syn => tcp.syn(),
                Flag::Fin => tcp.fin(),
                Flag::Rst => tcp.rst(),
                Flag::Psh => tcp.psh(),
                Flag::Ack => tcp.ack(),
                Flag::Urg => tcp.urg(),
                Flag::Ece => tcp.ece(),
                Flag::Cwr => tcp.cwr(),
            },
            _ => false,
        };
        self.protocol.is_none_or(|wanted| protocol == Some(wanted))
            && self.port.is_none_or(|wanted| ports.is_some_and(|ports| ports.contains(&wanted)))
            && self.flags.iter().all(has)
    }
}

fn of_fragment(net: &NetSlice<'_>) -> Option<HoldProtocol> {
    let number = match net {
        NetSlice::Ipv4(slice) => slice.payload_ip_number().0,
        NetSlice::Ipv6(slice) => slice.payload().ip_number.0,
        NetSlice::Arp(_) => return None,
    };
    match number {
        6 => Some(HoldProtocol::Tcp),
        17 => Some(HoldProtocol::Udp),
        1 | 58 => Some(HoldProtocol::Icmp),
        _ => None,
    }
}
