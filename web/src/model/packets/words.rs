//! Packets in words.

use sockyard_protocol::Packet;
use sockyard_protocol::packet::{Fate, Mark};

use super::fields::{LayerKind, Name};
use super::filter::Sign;
use crate::model::format::duration_us;
use crate::text::fill;
use crate::text::later::{FieldNames, MarkTexts};

/// A packet in a line, without the addresses: what is inside, and what that says.
pub fn words(packet: &Packet) -> (&'static str, &str) {
    let protocol = match (&packet.tcp, &packet.udp, &packet.icmp, &packet.ip) {
        (Some(_), ..) => "TCP",
        (_, Some(_), ..) => "UDP",
        (_, _, Some(_), Some(ip)) if ip.version == 6 => "ICMPv6",
        (_, _, Some(_), _) => "ICMP",
        (.., Some(_)) => "IP",
        _ => "",
    };
    let mut rest = packet.summary.as_str();
    if let Some(ip) = &packet.ip {
        let addresses = [ip.source.as_str(), " → ", ip.destination.as_str(), " "];
        for part in addresses {
            rest = rest.strip_prefix(part).unwrap_or(rest);
        }
    }
    rest = rest.strip_prefix(protocol).map_or(rest, str::trim_start);
    // Marks and fates have places of their own.
    let end = rest.find(" (").unwrap_or(rest.len());
    (protocol, rest.get(..end).unwrap_or(rest))
}

/// A fate's colour, as the log has tones, and its name in the style sheet.
pub fn fate_name(fate: Fate) -> &'static str {
    match fate {
        Fate::Passed => "passed",
        Fate::NoHost => "no_host",
        Fate::Held => "held",
        Fate::Dropped => "dropped",
        Fate::Lost => "lost",
        Fate::Cut => "cut",
        Fate::QueueFull => "queue_full",
        Fate::TooBig => "too_big",
    }
}

/// What became of a packet: in a word, and what that means.
pub fn fate(fate: Fate, texts: &'static MarkTexts) -> (&'static str, &'static str) {
    match fate {
        Fate::Passed => (texts.fate_passed, texts.passed_means),
        Fate::NoHost => (texts.fate_no_host, texts.no_host_means),
        Fate::Held => (texts.fate_held, texts.held_means),
        Fate::Dropped => (texts.fate_dropped, texts.dropped_means),
        Fate::Lost => (texts.fate_lost, texts.lost_means),
        Fate::Cut => (texts.fate_cut, texts.cut_means),
        Fate::QueueFull => (texts.fate_queue_full, texts.queue_full_means),
        Fate::TooBig => (texts.fate_too_big, texts.too_big_means),
    }
}

/// What is remarkable: in a word, and what that means. A delay needs no explanation.
pub fn sign(sign: Sign, texts: &'static MarkTexts) -> (String, &'static str) {
    let (name, means) = match sign {
        Sign::Mark(Mark::Retransmission) => (texts.mark_retransmission, texts.retransmission_means),
        Sign::Mark(Mark::DuplicateAck) => (texts.mark_duplicate_ack, texts.duplicate_ack_means),
        Sign::Mark(Mark::ZeroWindow) => (texts.mark_zero_window, texts.zero_window_means),
        Sign::Mark(Mark::KeepAlive) => (texts.mark_keep_alive, texts.keep_alive_means),
        Sign::OutOfOrder => (texts.mark_out_of_order, texts.out_of_order_means),
        Sign::Corrupted => (texts.mark_corrupted, texts.corrupted_means),
        Sign::Copies(count) => {
            return (fill(texts.mark_copies, &[("n", &count.to_string())]), texts.copies_means);
        }
        Sign::Delayed(micros) => {
            return (fill(texts.mark_delayed, &[("time", &duration_us(micros))]), "");
        }
    };
    (name.to_owned(), means)
}

/// A field's name.
pub fn field(name: Name, texts: &'static FieldNames) -> &'static str {
    match name {
        Name::Version => texts.version,
        Name::HeaderLength => texts.header_length,
        Name::TrafficClass => texts.traffic_class,
        Name::FlowLabel => texts.flow_label,
        Name::TotalLength => texts.total_length,
        Name::PayloadLength => texts.payload_length,
        Name::Identification => texts.identification,
        Name::Flags => texts.field_flags,
        Name::FragmentOffset => texts.fragment_offset,
        Name::TimeToLive => texts.time_to_live,
        Name::HopLimit => texts.hop_limit,
        Name::Protocol => texts.field_protocol,
        Name::NextHeader => texts.next_header,
        Name::Checksum => texts.checksum,
        Name::Source => texts.field_source,
        Name::Destination => texts.field_destination,
        Name::SourcePort => texts.source_port,
        Name::DestinationPort => texts.destination_port,
        Name::Sequence => texts.sequence_number,
        Name::Acknowledgement => texts.acknowledgement_number,
        Name::Window => texts.field_window,
        Name::UrgentPointer => texts.urgent_pointer,
        Name::Option => texts.field_option,
        Name::Length => texts.field_length,
        Name::Type => texts.field_type,
        Name::Code => texts.field_code,
        Name::Identifier => texts.identifier,
        Name::SequenceNumber => texts.echo_number,
        Name::Data => texts.field_data,
    }
}

/// A layer's name.
pub fn layer(kind: LayerKind, texts: &'static FieldNames) -> &'static str {
    match kind {
        LayerKind::Ipv4 => "IPv4",
        LayerKind::Ipv6 => "IPv6",
        LayerKind::Tcp => "TCP",
        LayerKind::Udp => "UDP",
        LayerKind::Icmp => "ICMP",
        LayerKind::Icmpv6 => "ICMPv6",
        LayerKind::Data => texts.field_data,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::segment;
    use super::*;
    use crate::text::Language;
    use serde_json::json;

    #[test]
    fn the_line_is_told_without_what_stands_beside_it() {
        let packet = segment(1, "alice", &["bob"], &["SYN"]);
        assert_eq!(words(&packet), ("TCP", "43210 → 7788 [SYN] Seq=0 Win=64240 Len=0"));
        let odd = super::super::tests::packet(
            json!({"seq": 1, "time_us": 1, "from": "a", "to": [], "fate": "no_host", "bytes": 3, "summary": "3 bytes that are no IP packet"}),
        );
        assert_eq!(words(&odd), ("", "3 bytes that are no IP packet"));
    }

    #[test]
    fn what_happened_to_a_packet_is_told_with_its_numbers() {
        let texts = &Language::English.later().marks;
        assert_eq!(sign(Sign::Copies(2), texts).0, "came 2 times");
        assert_eq!(sign(Sign::Delayed(50_000), texts).0, "took 50.00 ms");
        assert_eq!(fate(Fate::Lost, texts).0, "lost");
    }
}
