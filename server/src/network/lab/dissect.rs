//! Packets taken apart into their layers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use etherparse::{NetSlice, SlicedPacket, TcpOptionElement, TcpSlice, TransportSlice};
use sockyard_protocol::Packet;
use sockyard_protocol::packet::{Fate, Icmp, Ip, Mark, Tcp, Udp};

use super::flows::Segment;
use super::record::{Became, Kept};

/// Whether the bytes are ICMP, or ICMPv6 without extension headers (RFC 791 section 3.1, RFC 8200 section 3).
pub(super) fn is_icmp(bytes: &[u8]) -> bool {
    match bytes.first().map(|first| first >> 4) {
        Some(4) => bytes.get(9) == Some(&1),
        Some(6) => bytes.get(6) == Some(&58),
        _ => false,
    }
}

/// A packet as clients see it; `name` is the name of the host at a place of the lab.
pub(super) fn packet(kept: &Kept, name: impl Fn(usize) -> String, with_data: bool) -> Packet {
    let Became { fate, delayed_us, copies, out_of_order } = kept.became;
    let mut packet = Packet {
        seq: kept.seq,
        time_us: kept.time_us,
        from: name(kept.from),
        to: kept.to.iter().map(&name).collect(),
        fate,
        delayed_us: (delayed_us > 0).then_some(delayed_us),
        copies: (copies != 1).then_some(copies),
        corrupted: kept.corrupted,
        out_of_order,
        summary: String::new(),
        bytes: kept.bytes.len(),
        base64: with_data.then(|| STANDARD.encode(&kept.bytes)),
        ip: None,
        tcp: None,
        udp: None,
        icmp: None,
    };
    if let Ok(sliced) = SlicedPacket::from_ip(&kept.bytes) {
        packet.ip = sliced.net.as_ref().and_then(ip);
        match &sliced.transport {
            Some(TransportSlice::Tcp(slice)) => packet.tcp = Some(tcp(slice, kept.segment.as_ref())),
            Some(TransportSlice::Udp(slice)) => {
                packet.udp = Some(Udp {
                    source_port: slice.source_port(),
                    destination_port: slice.destination_port(),
                    payload_bytes: slice.payload().len(),
                });
            }
            Some(TransportSlice::Icmpv4(slice)) => {
                packet.icmp = Some(icmp(4, slice.type_u8(), slice.code_u8()));
            }
            Some(TransportSlice::Icmpv6(slice)) => {
                packet.icmp = Some(icmp(6, slice.type_u8(), slice.code_u8()));
            }
            Some(TransportSlice::Igmp(_)) | None => {}
        }
    }
    packet.summary = summary(&packet);
    packet
}

fn ip(net: &NetSlice<'_>) -> Option<Ip> {
    let fragment = |offset: u32, more: bool| (offset > 0 || more).then_some(offset);
    match net {
        NetSlice::Ipv4(slice) => {
            let header = slice.header();
            let offset = u32::from(header.fragments_offset().value()) * 8;
            Some(Ip {
                version: 4,
                source: header.source_addr().to_string(),
                destination: header.destination_addr().to_string(),
                ttl: header.ttl(),
                protocol: slice.payload_ip_number().0,
                header_bytes: header.slice().len(),
                fragment_offset: fragment(offset, header.more_fragments()),
                more_fragments: header.more_fragments(),
            })
        }
        NetSlice::Ipv6(slice) => {
            let header = slice.header();
            let fragments = slice.extensions().clone().into_iter().find_map(|extension| match extension {
                etherparse::Ipv6ExtensionSlice::Fragment(fragment) => {
                    Some((u32::from(fragment.fragment_offset().value()) * 8, fragment.more_fragments()))
                }
                _ => None,
            });
            Some(Ip {
                version: 6,
                source: header.source_addr().to_string(),
                destination: header.destination_addr().to_string(),
                ttl: header.hop_limit(),
                protocol: slice.payload().ip_number.0,
                header_bytes: header.slice().len() + slice.extensions().slice().len(),
                fragment_offset: fragments.map(|(offset, _)| offset),
                more_fragments: fragments.is_some_and(|(_, more)| more),
            })
        }
        NetSlice::Arp(_) => None,
    }
}

fn tcp(slice: &TcpSlice<'_>, segment: Option<&Segment>) -> Tcp {
    let flags = [
        ("SYN", slice.syn()),
        ("FIN", slice.fin()),
        ("RST", slice.rst()),
        ("PSH", slice.psh()),
        ("ACK", slice.ack()),
        ("URG", slice.urg()),
        ("ECE", slice.ece()),
        ("CWR", slice.cwr()),
    ];
    let (sequence, acknowledgement) = (slice.sequence_number(), slice.acknowledgment_number());
    let relative = |number: u32, first: Option<u32>| first.map_or(number, |first| number.wrapping_sub(first));
    Tcp {
        source_port: slice.source_port(),
        destination_port: slice.destination_port(),
        flags: flags.into_iter().filter(|(_, is_set)| *is_set).map(|(name, _)| name.to_owned()).collect(),
        sequence,
        relative_sequence: relative(sequence, segment.and_then(|segment| segment.first)),
        acknowledgement,
        relative_acknowledgement: match slice.ack() {
            true => relative(acknowledgement, segment.and_then(|segment| segment.other_first)),
            false => 0,
        },
        window: slice.window_size(),
        options: slice
            .options_iterator()
            .filter_map(|option| option.ok().and_then(|option| words(&option)))
            .collect(),
        payload_bytes: slice.payload().len(),
        marks: segment.map_or_else(Vec::new, |segment| segment.marks.clone()),
        original: segment.and_then(|segment| segment.original),
    }
}

/// An option in the words of packet analysers.
fn words(option: &TcpOptionElement) -> Option<String> {
    match option {
        TcpOptionElement::Noop => None,
        TcpOptionElement::MaximumSegmentSize(size) => Some(format!("MSS={size}")),
        TcpOptionElement::WindowScale(shift) => Some(format!("WS={shift}")),
        TcpOptionElement::SelectiveAcknowledgementPermitted => Some("SACK_PERM".to_owned()),
        TcpOptionElement::SelectiveAcknowledgement(first, rest) => {
            let blocks = std::iter::once(first).chain(rest.iter().flatten());
            let blocks: Vec<_> = blocks.map(|(from, to)| format!("{from}-{to}")).collect();
            Some(format!("SACK={}", blocks.join(",")))
        }
        TcpOptionElement::Timestamp(value, echo) => Some(format!("TS={value}/{echo}")),
    }
}

fn icmp(version: u8, r#type: u8, code: u8) -> Icmp {
    let words = match (version, r#type, code) {
        (4, 0, _) | (6, 129, _) => "echo reply",
        (4, 8, _) | (6, 128, _) => "echo request",
        (4, 3, 0) | (6, 1, 0) => "destination unreachable: no route",
        (4, 3, 1) | (6, 1, 3) => "destination unreachable: host",
        (4, 3, 3) | (6, 1, 4) => "destination unreachable: port",
        (4, 3, 4) | (6, 2, _) => "packet too big",
        (4, 3, _) | (6, 1, _) => "destination unreachable",
        (4, 11, _) | (6, 3, _) => "time exceeded",
        (6, 133, _) => "router solicitation",
        (6, 135, _) => "neighbour solicitation",
        (6, 136, _) => "neighbour advertisement",
        (6, 143, _) => "multicast listener report",
        _ => "",
    };
    Icmp { r#type, code, words: (!words.is_empty()).then(|| words.to_owned()) }
}

fn summary(packet: &Packet) -> String {
    let Some(ip) = &packet.ip else { return format!("{} bytes that are no IP packet", packet.bytes) };
    let mut line = format!("{} → {} ", ip.source, ip.destination);
    if let Some(tcp) = &packet.tcp {
        line += &format!(
            "TCP {} → {} [{}] Seq={}",
            tcp.source_port,
            tcp.destination_port,
            tcp.flags.join(", "),
            tcp.relative_sequence
        );
        if tcp.flags.iter().any(|flag| flag == "ACK") {
            line += &format!(" Ack={}", tcp.relative_acknowledgement);
        }
        line += &format!(" Win={} Len={}", tcp.window, tcp.payload_bytes);
        for option in &tcp.options {
            line += &format!(" {option}");
        }
        for mark in &tcp.marks {
            line += match mark {
                Mark::Retransmission => " (retransmission)",
                Mark::DuplicateAck => " (duplicate ACK)",
                Mark::ZeroWindow => " (zero window)",
                Mark::KeepAlive => " (keep-alive)",
            };
        }
    } else if let Some(udp) = &packet.udp {
        line += &format!("UDP {} → {} Len={}", udp.source_port, udp.destination_port, udp.payload_bytes);
    } else if let Some(icmp) = &packet.icmp {
        let kind = if ip.version == 4 { "ICMP" } else { "ICMPv6" };
        line += &match &icmp.words {
            Some(words) => format!("{kind} {words}"),
            None => format!("{kind} type {} code {}", icmp.r#type, icmp.code),
        };
    } else if let Some(offset) = ip.fragment_offset {
        line += &format!("fragment of protocol {} at byte {offset}", ip.protocol);
    } else {
        line += &format!("protocol {}", ip.protocol);
    }
    line += match packet.fate {
        Fate::Passed => "",
        Fate::NoHost => " (no host has this address)",
        Fate::Held => " (held)",
        Fate::Dropped => " (dropped)",
        Fate::Lost => " (lost)",
        Fate::Cut => " (the wire is cut)",
        Fate::QueueFull => " (the queue is full)",
        Fate::TooBig => " (too big for its host)",
    };
    if packet.corrupted.is_some() {
        line += " (corrupted)";
    }
    if let Some(copies) = packet.copies {
        line += &format!(" ({copies} times)");
    }
    if packet.out_of_order {
        line += " (out of order)";
    }
    line
}
