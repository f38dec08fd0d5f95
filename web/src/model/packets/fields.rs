//! A packet's bytes taken apart into the fields of its headers, each with the bytes that it is made of.
//!
//! The server tells what a packet means; this says where it stands. Nothing here trusts a length: whatever the wire carried,
//! corrupted bytes included, is read as far as it goes.

use std::net::{Ipv4Addr, Ipv6Addr};

/// A header, or the data behind the last one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// What it is.
    pub kind: LayerKind,
    /// Its first byte.
    pub from: usize,
    /// The byte behind its last.
    pub to: usize,
    /// Its fields in the order of their bytes.
    pub fields: Vec<Field>,
}

/// What a layer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerKind {
    /// RFC 791.
    Ipv4,
    /// RFC 8200.
    Ipv6,
    /// RFC 9293.
    Tcp,
    /// RFC 768.
    Udp,
    /// RFC 792.
    Icmp,
    /// RFC 4443.
    Icmpv6,
    /// What no header describes any more.
    Data,
}

/// A field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: Name,
    /// What it says.
    pub value: String,
    /// For a checksum, whether it fits the bytes.
    pub fits: Option<bool>,
    /// Its first byte.
    pub from: usize,
    /// The byte behind its last. Fields shorter than a byte share theirs.
    pub to: usize,
}

/// The names of fields, for which each language has its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "these are the names of the RFCs")]
pub enum Name {
    Version,
    HeaderLength,
    TrafficClass,
    FlowLabel,
    TotalLength,
    PayloadLength,
    Identification,
    Flags,
    FragmentOffset,
    TimeToLive,
    HopLimit,
    Protocol,
    NextHeader,
    Checksum,
    Source,
    Destination,
    SourcePort,
    DestinationPort,
    Sequence,
    Acknowledgement,
    Window,
    UrgentPointer,
    Option,
    Length,
    Type,
    Code,
    Identifier,
    SequenceNumber,
    Data,
}

/// The numbers of what is inside an IP packet.
const TCP: u8 = 6;
const UDP: u8 = 17;
const ICMP: u8 = 1;
const ICMPV6: u8 = 58;

/// Reads the bytes of a field, as many as there are.
struct Reader<'a> {
    bytes: &'a [u8],
    fields: Vec<Field>,
}

impl Reader<'_> {
    fn u8(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    fn u16(&self, at: usize) -> Option<u16> {
        Some(u16::from_be_bytes([self.u8(at)?, self.u8(at + 1)?]))
    }

    fn u32(&self, at: usize) -> Option<u32> {
        Some(u32::from(self.u16(at)?) << 16 | u32::from(self.u16(at + 2)?))
    }

    fn add(&mut self, name: Name, from: usize, to: usize, value: impl Into<String>) {
        self.fields.push(Field { name, value: value.into(), fits: None, from, to });
    }

    fn add_checksum(&mut self, at: usize, fits: Option<bool>) -> Option<()> {
        let value = format!("0x{:04x}", self.u16(at)?);
        self.fields.push(Field { name: Name::Checksum, value, fits, from: at, to: at + 2 });
        Some(())
    }
}

/// Takes a packet apart, from the IP header on. `relative` are its TCP numbers counted from the connection's first, as the
/// server knows them.
pub fn layers(bytes: &[u8], relative: Option<(u32, u32)>) -> Vec<Layer> {
    let mut layers = Vec::new();
    let inside = match bytes.first().map(|first| first >> 4) {
        Some(4) => ipv4(bytes, &mut layers),
        Some(6) => ipv6(bytes, &mut layers),
        _ => None,
    };
    let mut at = layers.last().map_or(0, |layer| layer.to);
    if let Some(Inside { protocol, pseudo, end, is_whole }) = inside {
        let rest = bytes.get(..end).unwrap_or(bytes);
        let checked = |from: usize| {
            let sum = add_up(rest.get(from..).unwrap_or_default(), pseudo(rest.len().saturating_sub(from)));
            is_whole.then_some(sum == 0xffff)
        };
        match protocol {
            TCP => tcp(rest, at, checked(at), relative, &mut layers),
            UDP => udp(rest, at, checked(at), &mut layers),
            // Without a pseudo-header in version 4 (RFC 792).
            ICMP => {
                let sum = add_up(rest.get(at..).unwrap_or_default(), 0);
                icmp(rest, at, LayerKind::Icmp, is_whole.then_some(sum == 0xffff), &mut layers)
            }
            ICMPV6 => icmp(rest, at, LayerKind::Icmpv6, checked(at), &mut layers),
            _ => None,
        };
        at = layers.last().map_or(at, |layer| layer.to);
    }
    if at < bytes.len() {
        let count = bytes.len() - at;
        let data =
            Field { name: Name::Data, value: format!("{count} B"), fits: None, from: at, to: bytes.len() };
        layers.push(Layer { kind: LayerKind::Data, from: at, to: bytes.len(), fields: vec![data] });
    }
    layers
}

/// What an IP header says of what follows it.
struct Inside {
    /// The number of the protocol.
    protocol: u8,
    /// The sum of the pseudo-header, for so many bytes.
    pseudo: Box<dyn Fn(usize) -> u32>,
    /// Where the packet ends.
    end: usize,
    /// Whether all of it is here: the checksum of a fragment covers what is in others.
    is_whole: bool,
}

fn ipv4(bytes: &[u8], layers: &mut Vec<Layer>) -> Option<Inside> {
    let mut reader = Reader { bytes, fields: Vec::new() };
    let first = reader.u8(0)?;
    let length = usize::from(first & 15) * 4;
    let address = |at: usize| -> Option<Ipv4Addr> {
        let bytes: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
        Some(bytes.into())
    };
    let read = |reader: &mut Reader<'_>| -> Option<Inside> {
        reader.add(Name::Version, 0, 1, "4");
        reader.add(Name::HeaderLength, 0, 1, format!("{length} B"));
        reader.add(Name::TrafficClass, 1, 2, format!("0x{:02x}", reader.u8(1)?));
        let total = usize::from(reader.u16(2)?);
        reader.add(Name::TotalLength, 2, 4, format!("{total} B"));
        reader.add(Name::Identification, 4, 6, format!("0x{:04x}", reader.u16(4)?));
        let place = reader.u16(6)?;
        let names = [(0x4000, "DF"), (0x2000, "MF")];
        let set: Vec<_> = names.iter().filter(|(bit, _)| place & bit != 0).map(|(_, name)| *name).collect();
        reader.add(Name::Flags, 6, 7, if set.is_empty() { "0".to_owned() } else { set.join(" ") });
        let offset = u32::from(place & 0x1fff) * 8;
        reader.add(Name::FragmentOffset, 6, 8, format!("{offset} B"));
        reader.add(Name::TimeToLive, 8, 9, reader.u8(8)?.to_string());
        let protocol = reader.u8(9)?;
        reader.add(Name::Protocol, 9, 10, protocol_name(protocol));
        let header = bytes.get(..length.max(20));
        reader.add_checksum(10, header.map(|header| add_up(header, 0) == 0xffff))?;
        let (source, destination) = (address(12)?, address(16)?);
        reader.add(Name::Source, 12, 16, source.to_string());
        reader.add(Name::Destination, 16, 20, destination.to_string());
        if length > 20 && bytes.len() >= length {
            reader.add(Name::Option, 20, length, format!("{} B", length - 20));
        }
        let pseudo = move |count: usize| {
            let mut header = [source.octets(), destination.octets()].concat();
            header.extend([0, protocol]);
            header.extend((count as u16).to_be_bytes());
            add_up_u32(&header, 0)
        };
        Some(Inside {
            // Only the first fragment has the header of what is inside.
            protocol: if offset == 0 { protocol } else { u8::MAX },
            pseudo: Box::new(pseudo),
            end: total.max(length.max(20)).min(bytes.len()),
            is_whole: place & 0x3fff == 0 && total <= bytes.len(),
        })
    };
    let inside = read(&mut reader);
    let to = length.max(20).min(bytes.len());
    layers.push(Layer { kind: LayerKind::Ipv4, from: 0, to, fields: reader.fields });
    inside
}

fn ipv6(bytes: &[u8], layers: &mut Vec<Layer>) -> Option<Inside> {
    const HEADER: usize = 40;
    /// Headers that may stand between: hop-by-hop, routing, fragment, destination (RFC 8200, section 4).
    const BETWEEN: [u8; 4] = [0, 43, 44, 60];
    const FRAGMENT: u8 = 44;
    let mut reader = Reader { bytes, fields: Vec::new() };
    let address = |at: usize| -> Option<Ipv6Addr> {
        let bytes: [u8; 16] = bytes.get(at..at + 16)?.try_into().ok()?;
        Some(bytes.into())
    };
    let mut to = HEADER.min(bytes.len());
    let mut read = |reader: &mut Reader<'_>| -> Option<Inside> {
        let first = reader.u32(0)?;
        reader.add(Name::Version, 0, 1, "6");
        reader.add(Name::TrafficClass, 0, 2, format!("0x{:02x}", first >> 20 & 0xff));
        reader.add(Name::FlowLabel, 1, 4, format!("0x{:05x}", first & 0xf_ffff));
        let length = usize::from(reader.u16(4)?);
        reader.add(Name::PayloadLength, 4, 6, format!("{length} B"));
        let mut next = reader.u8(6)?;
        reader.add(Name::NextHeader, 6, 7, protocol_name(next));
        reader.add(Name::HopLimit, 7, 8, reader.u8(7)?.to_string());
        let (source, destination) = (address(8)?, address(24)?);
        reader.add(Name::Source, 8, 24, source.to_string());
        reader.add(Name::Destination, 24, 40, destination.to_string());
        let (mut at, mut is_whole, mut is_later) = (HEADER, true, false);
        while BETWEEN.contains(&next) {
            let (following, units) = (reader.u8(at)?, reader.u8(at + 1)?);
            let size = if next == FRAGMENT { 8 } else { (usize::from(units) + 1) * 8 };
            if bytes.len() < at + size {
                break;
            }
            if next == FRAGMENT {
                let place = reader.u16(at + 2)?;
                is_whole = place & 0xfff9 == 0;
                is_later = place & 0xfff8 != 0;
                reader.add(Name::FragmentOffset, at + 2, at + 4, format!("{} B", place & 0xfff8));
            }
            reader.add(Name::NextHeader, at, at + 1, protocol_name(following));
            next = following;
            at += size;
            to = at;
        }
        let pseudo = move |count: usize| {
            let mut header = [source.octets(), destination.octets()].concat();
            header.extend((count as u32).to_be_bytes());
            header.extend([0, 0, 0, next]);
            add_up_u32(&header, 0)
        };
        let end = HEADER + length;
        Some(Inside {
            protocol: if is_later { u8::MAX } else { next },
            pseudo: Box::new(pseudo),
            end: end.clamp(at, bytes.len().max(at)),
            is_whole: is_whole && end <= bytes.len(),
        })
    };
    let inside = read(&mut reader);
    layers.push(Layer { kind: LayerKind::Ipv6, from: 0, to, fields: reader.fields });
    inside
}

fn tcp(
    bytes: &[u8],
    at: usize,
    fits: Option<bool>,
    relative: Option<(u32, u32)>,
    layers: &mut Vec<Layer>,
) -> Option<()> {
    let mut reader = Reader { bytes, fields: Vec::new() };
    let length = usize::from(reader.u8(at + 12)? >> 4) * 4;
    let to = (at + length.max(20)).min(bytes.len());
    let counted = |number: u32, relative: Option<u32>| match relative {
        Some(relative) if relative != number => format!("{relative} ({number})"),
        _ => number.to_string(),
    };
    let read = |reader: &mut Reader<'_>| -> Option<()> {
        reader.add(Name::SourcePort, at, at + 2, reader.u16(at)?.to_string());
        reader.add(Name::DestinationPort, at + 2, at + 4, reader.u16(at + 2)?.to_string());
        let sequence = counted(reader.u32(at + 4)?, relative.map(|(sequence, _)| sequence));
        reader.add(Name::Sequence, at + 4, at + 8, sequence);
        let flags = reader.u8(at + 13)?;
        let acknowledges = flags & 0x10 != 0;
        let acknowledgement = counted(
            reader.u32(at + 8)?,
            relative.filter(|_| acknowledges).map(|(_, acknowledgement)| acknowledgement),
        );
        reader.add(Name::Acknowledgement, at + 8, at + 12, acknowledgement);
        reader.add(Name::HeaderLength, at + 12, at + 13, format!("{length} B"));
        const FLAGS: [&str; 8] = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];
        let set = FLAGS.iter().enumerate().filter(|(bit, _)| flags & 1 << bit != 0);
        let set: Vec<&str> = set.map(|(_, name)| *name).collect();
        reader.add(
            Name::Flags,
            at + 13,
            at + 14,
            if set.is_empty() { "0".to_owned() } else { set.join(" ") },
        );
        reader.add(Name::Window, at + 14, at + 16, reader.u16(at + 14)?.to_string());
        reader.add_checksum(at + 16, fits)?;
        reader.add(Name::UrgentPointer, at + 18, at + 20, reader.u16(at + 18)?.to_string());
        options(reader, at + 20, to)
    };
    read(&mut reader);
    layers.push(Layer { kind: LayerKind::Tcp, from: at, to, fields: reader.fields });
    Some(())
}

fn options(reader: &mut Reader<'_>, mut at: usize, to: usize) -> Option<()> {
    while at < to {
        let kind = reader.u8(at)?;
        if kind < 2 {
            // The end, and what fills up to a boundary.
            reader.add(Name::Option, at, at + 1, if kind == 0 { "END" } else { "NOP" });
            at += 1;
            continue;
        }
        let length = usize::from(reader.u8(at + 1)?).max(2);
        let end = (at + length).min(to);
        let value = match (kind, length) {
            (2, 4) => format!("MSS = {}", reader.u16(at + 2)?),
            (3, 3) => format!("WS = {} (× {})", reader.u8(at + 2)?, 1_u32 << reader.u8(at + 2)?.min(14)),
            (4, 2) => "SACK permitted".to_owned(),
            (5, _) => {
                let blocks = (at + 2..end.saturating_sub(7)).step_by(8);
                let blocks =
                    blocks.filter_map(|at| Some(format!("{}–{}", reader.u32(at)?, reader.u32(at + 4)?)));
                format!("SACK {}", blocks.collect::<Vec<_>>().join(", "))
            }
            (8, 10) => format!("TS {} / {}", reader.u32(at + 2)?, reader.u32(at + 6)?),
            _ => format!("{kind}: {length} B"),
        };
        reader.add(Name::Option, at, end, value);
        at += length;
    }
    Some(())
}

fn udp(bytes: &[u8], at: usize, fits: Option<bool>, layers: &mut Vec<Layer>) -> Option<()> {
    let mut reader = Reader { bytes, fields: Vec::new() };
    let read = |reader: &mut Reader<'_>| -> Option<()> {
        reader.add(Name::SourcePort, at, at + 2, reader.u16(at)?.to_string());
        reader.add(Name::DestinationPort, at + 2, at + 4, reader.u16(at + 2)?.to_string());
        reader.add(Name::Length, at + 4, at + 6, format!("{} B", reader.u16(at + 4)?));
        // 0 says that there is none (RFC 768).
        let fits = fits.filter(|_| reader.u16(at + 6) != Some(0));
        reader.add_checksum(at + 6, fits)
    };
    read(&mut reader)?;
    layers.push(Layer { kind: LayerKind::Udp, from: at, to: at + 8, fields: reader.fields });
    Some(())
}

fn icmp(bytes: &[u8], at: usize, kind: LayerKind, fits: Option<bool>, layers: &mut Vec<Layer>) -> Option<()> {
    let mut reader = Reader { bytes, fields: Vec::new() };
    let r#type = reader.u8(at)?;
    let read = |reader: &mut Reader<'_>| -> Option<()> {
        reader.add(Name::Type, at, at + 1, r#type.to_string());
        reader.add(Name::Code, at + 1, at + 2, reader.u8(at + 1)?.to_string());
        reader.add_checksum(at + 2, fits)?;
        let is_echo = match kind {
            LayerKind::Icmp => matches!(r#type, 0 | 8),
            _ => matches!(r#type, 128 | 129),
        };
        if is_echo {
            reader.add(Name::Identifier, at + 4, at + 6, reader.u16(at + 4)?.to_string());
            reader.add(Name::SequenceNumber, at + 6, at + 8, reader.u16(at + 6)?.to_string());
        }
        Some(())
    };
    read(&mut reader);
    layers.push(Layer { kind, from: at, to: (at + 8).min(bytes.len()), fields: reader.fields });
    Some(())
}

fn protocol_name(number: u8) -> String {
    match number {
        ICMP => "1 (ICMP)".to_owned(),
        TCP => "6 (TCP)".to_owned(),
        UDP => "17 (UDP)".to_owned(),
        ICMPV6 => "58 (ICMPv6)".to_owned(),
        44 => "44 (fragment)".to_owned(),
        _ => number.to_string(),
    }
}

/// The ones' complement sum of RFC 1071, folded; 0xffff over bytes whose checksum fits.
fn add_up(bytes: &[u8], start: u32) -> u32 {
    let mut sum = add_up_u32(bytes, start);
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum
}

fn add_up_u32(bytes: &[u8], start: u32) -> u32 {
    let pair = |pair: &[u8]| {
        let byte = |at: usize| u32::from(pair.get(at).copied().unwrap_or(0));
        byte(0) << 8 | byte(1)
    };
    bytes.chunks(2).map(pair).fold(start, u32::wrapping_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A SYN from 10.0.0.1 to 10.0.0.2, as a Linux kernel made it, with checksums that fit.
    fn syn() -> Vec<u8> {
        let mut bytes = vec![
            0x45, 0, 0, 60, 0x1c, 0x46, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, //
            0xa8, 0xca, 0x1e, 0x6c, 0, 0, 0, 100, 0, 0, 0, 0, 0xa0, 2, 0xfa, 0xf0, 0, 0, 0, 0, //
            2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 7, 0, 0, 0, 0, 1, 3, 3, 7,
        ];
        let header = !(add_up(&bytes[..20], 0) as u16);
        bytes[10..12].copy_from_slice(&header.to_be_bytes());
        let pseudo = add_up_u32(&[10, 0, 0, 1, 10, 0, 0, 2, 0, 6, 0, 40], 0);
        let segment = !(add_up(&bytes[20..], pseudo) as u16);
        bytes[36..38].copy_from_slice(&segment.to_be_bytes());
        bytes
    }

    fn value(layers: &[Layer], kind: LayerKind, name: Name) -> (String, Option<bool>, usize, usize) {
        let layer = layers.iter().find(|layer| layer.kind == kind).unwrap();
        let field = layer.fields.iter().find(|field| field.name == name).unwrap();
        (field.value.clone(), field.fits, field.from, field.to)
    }

    #[test]
    fn a_syn_is_taken_apart_to_its_last_option() {
        let layers = layers(&syn(), Some((0, 0)));
        assert_eq!(
            layers.iter().map(|layer| (layer.kind, layer.from, layer.to)).collect::<Vec<_>>(),
            [(LayerKind::Ipv4, 0, 20), (LayerKind::Tcp, 20, 60)]
        );
        assert_eq!(value(&layers, LayerKind::Ipv4, Name::Source), ("10.0.0.1".into(), None, 12, 16));
        assert_eq!(value(&layers, LayerKind::Ipv4, Name::Flags).0, "DF");
        assert_eq!(value(&layers, LayerKind::Ipv4, Name::Checksum).1, Some(true));
        assert_eq!(value(&layers, LayerKind::Tcp, Name::Flags), ("SYN".into(), None, 33, 34));
        assert_eq!(value(&layers, LayerKind::Tcp, Name::Sequence).0, "0 (100)");
        assert_eq!(value(&layers, LayerKind::Tcp, Name::Checksum).1, Some(true));
        let options: Vec<_> = layers[1]
            .fields
            .iter()
            .filter(|field| field.name == Name::Option)
            .map(|field| (field.value.as_str(), field.from, field.to))
            .collect();
        assert_eq!(
            options,
            [
                ("MSS = 1460", 40, 44),
                ("SACK permitted", 44, 46),
                ("TS 7 / 0", 46, 56),
                ("NOP", 56, 57),
                ("WS = 7 (× 128)", 57, 60)
            ]
        );
    }

    #[test]
    fn a_corrupted_packet_shows_that_its_checksum_does_not_fit() {
        let mut bytes = syn();
        bytes[43] ^= 1;
        let layers = layers(&bytes, None);
        assert_eq!(value(&layers, LayerKind::Tcp, Name::Checksum).1, Some(false));
        assert_eq!(value(&layers, LayerKind::Ipv4, Name::Checksum).1, Some(true));
    }

    #[test]
    fn data_follows_the_last_header_and_a_fragment_has_nothing_but_data() {
        let mut bytes = syn();
        bytes.extend(b"hello");
        bytes[3] += 5;
        let found = layers(&bytes, None);
        assert_eq!(
            found.last().map(|layer| (layer.kind, layer.from, layer.to)),
            Some((LayerKind::Data, 60, 65))
        );
        bytes[7] = 9;
        let found = layers(&bytes, None);
        assert_eq!(
            found.iter().map(|layer| layer.kind).collect::<Vec<_>>(),
            [LayerKind::Ipv4, LayerKind::Data]
        );
        assert_eq!(value(&found, LayerKind::Ipv4, Name::FragmentOffset).0, "72 B");
    }

    #[test]
    fn version_6_is_read_past_its_extension_headers() {
        let mut bytes = vec![0x60, 0, 0, 0, 0, 16, 44, 64];
        bytes.extend(Ipv6Addr::LOCALHOST.octets());
        bytes.extend(Ipv6Addr::LOCALHOST.octets());
        // A fragment header of a packet that is whole all the same (RFC 6946), and a UDP header.
        bytes.extend([17, 0, 0, 0, 0, 0, 0, 1, 0, 7, 0, 9, 0, 8, 0, 0]);
        let pseudo =
            add_up_u32(&[&[0; 15][..], &[1], &[0; 15], &[1], &[0, 0, 0, 8, 0, 0, 0, 17]].concat(), 0);
        let sum = !(add_up(&bytes[48..], pseudo) as u16);
        bytes[54..56].copy_from_slice(&sum.to_be_bytes());
        let layers = layers(&bytes, None);
        assert_eq!(layers[0].to, 48);
        assert_eq!(
            value(&layers, LayerKind::Udp, Name::Checksum),
            (format!("0x{sum:04x}"), Some(true), 54, 56)
        );
        assert_eq!(value(&layers, LayerKind::Udp, Name::DestinationPort).0, "9");
    }

    #[test]
    fn whatever_the_bytes_are_no_field_reaches_past_them() {
        let whole = syn();
        let mut seed = 1_u32;
        for length in 0..=whole.len() {
            for _ in 0..200 {
                let mut bytes = whole[..length].to_vec();
                for byte in &mut bytes {
                    // xorshift32: any bytes, the same in every run.
                    seed ^= seed << 13;
                    seed ^= seed >> 17;
                    seed ^= seed << 5;
                    if seed.is_multiple_of(5) {
                        *byte = (seed >> 8) as u8;
                    }
                }
                for layer in layers(&bytes, None) {
                    assert!(layer.from <= layer.to && layer.to <= bytes.len(), "{layer:?} {bytes:?}");
                    for field in layer.fields {
                        assert!(field.from < field.to && field.to <= bytes.len(), "{field:?} {bytes:?}");
                    }
                }
            }
        }
    }
}
