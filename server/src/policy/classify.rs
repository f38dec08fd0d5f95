//! What kind of address an IP address is, after every way to write IPv4 inside IPv6 is reduced.
//!
//! std's helpers do not serve here: `::ffff:127.0.0.1` is not `is_loopback()`, and yet a socket connects to it.
//! The networks stand in one table, [`SPECIAL`], from which `docs/policy.md` and the tests are made as well.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// Kinds of addresses, as far as the policy tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Loopback,
    Unspecified,
    /// The rest of 0.0.0.0/8, which means "this host".
    ThisNetwork,
    Private,
    UniqueLocal,
    Shared,
    LinkLocal,
    /// A service by which a cloud tells its machines secrets.
    CloudMetadata,
    /// Set aside for one purpose by IANA: documentation, benchmarks, anycast of old, …
    SpecialPurpose,
    /// A multicast group that is meant to stay within one machine or site and is nobody's well-known service.
    LoopbackGroup,
    Multicast,
    Reserved,
    Broadcast,
    /// IPv4 inside IPv6 in a form that no host needs any more (IPv4-compatible, SIIT).
    Embedded,
    Nat64,
    SixToFour,
    Teredo,
    Isatap,
    /// Outside of what is given out as global unicast.
    NotGlobal,
    Global,
}

impl Class {
    /// Whether no rule can open it: an address that means another one, or more than one host.
    pub(crate) fn is_final(self) -> bool {
        match self {
            Class::Unspecified
            | Class::ThisNetwork
            | Class::LoopbackGroup
            | Class::Multicast
            | Class::Broadcast
            | Class::Embedded
            | Class::Nat64
            | Class::SixToFour
            | Class::Teredo
            | Class::Isatap => true,
            Class::Loopback
            | Class::Private
            | Class::UniqueLocal
            | Class::Shared
            | Class::LinkLocal
            | Class::CloudMetadata
            | Class::SpecialPurpose
            | Class::Reserved
            | Class::NotGlobal
            | Class::Global => false,
        }
    }

    /// The rule's name on the wire.
    pub(crate) fn rule(self) -> &'static str {
        match self {
            Class::Loopback => "loopback",
            Class::Unspecified => "unspecified",
            Class::ThisNetwork => "this_network",
            Class::Private => "private",
            Class::UniqueLocal => "unique_local",
            Class::Shared => "shared",
            Class::LinkLocal => "link_local",
            Class::CloudMetadata => "cloud_metadata",
            Class::SpecialPurpose => "special_purpose",
            Class::LoopbackGroup => "loopback_group",
            Class::Multicast => "multicast",
            Class::Reserved => "reserved",
            Class::Broadcast => "broadcast",
            Class::Embedded => "embedded",
            Class::Nat64 => "nat64",
            Class::SixToFour => "6to4",
            Class::Teredo => "teredo",
            Class::Isatap => "isatap",
            Class::NotGlobal => "not_global",
            Class::Global => "global",
        }
    }

    /// Reads on after "ADDRESS is ".
    pub(crate) fn words(self) -> &'static str {
        match self {
            Class::Loopback => "a loopback address",
            Class::Unspecified => "the unspecified address",
            Class::ThisNetwork => "an address of this host's own network",
            Class::Private => "a private address",
            Class::UniqueLocal => "a unique local address",
            Class::Shared => "an address shared by a provider's customers",
            Class::LinkLocal => "a link-local address",
            Class::CloudMetadata => "a cloud's metadata service",
            Class::SpecialPurpose => "an address set aside for a special purpose",
            Class::LoopbackGroup => "a multicast group on loopback",
            Class::Multicast => "a multicast address",
            Class::Reserved => "a reserved address",
            Class::Broadcast => "the broadcast address",
            Class::Embedded => "an IPv4 address inside an IPv6 address",
            Class::Nat64 => "an IPv4 address behind NAT64",
            Class::SixToFour => "an IPv4 address in 6to4's form",
            Class::Teredo => "an IPv4 address in Teredo's form",
            Class::Isatap => "an IPv4 address in ISATAP's form",
            Class::NotGlobal => "no address that is given out",
            Class::Global => "an address beyond this machine",
        }
    }
}

/// A network that is not simply a part of the Internet.
#[derive(Debug)]
pub(crate) struct Special {
    pub(crate) network: IpNet,
    pub(crate) class: Class,
    /// Where that stands.
    pub(crate) source: &'static str,
}

const fn v4(octets: [u8; 4], prefix: u8, class: Class, source: &'static str) -> Special {
    let [a, b, c, d] = octets;
    Special { network: IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)), class, source }
}

const fn v6(segments: [u16; 8], prefix: u8, class: Class, source: &'static str) -> Special {
    let [a, b, c, d, e, f, g, h] = segments;
    let address = Ipv6Addr::new(a, b, c, d, e, f, g, h);
    Special { network: IpNet::V6(Ipv6Net::new_assert(address, prefix)), class, source }
}

/// The special networks; of several that contain an address the longest prefix counts. After IANA's registries of
/// special-purpose addresses for IPv4 and IPv6 (RFC 6890), as of 2024-10-22, and what clouds add to them.
pub(crate) const SPECIAL: &[Special] = &[
    v4([0, 0, 0, 0], 8, Class::ThisNetwork, "RFC 791, section 3.2"),
    v4([0, 0, 0, 0], 32, Class::Unspecified, "RFC 1122, section 3.2.1.3"),
    v4([10, 0, 0, 0], 8, Class::Private, "RFC 1918"),
    v4([100, 64, 0, 0], 10, Class::Shared, "RFC 6598"),
    v4([100, 100, 100, 200], 32, Class::CloudMetadata, "Alibaba Cloud"),
    v4([127, 0, 0, 0], 8, Class::Loopback, "RFC 1122, section 3.2.1.3"),
    v4([168, 63, 129, 16], 32, Class::CloudMetadata, "Azure"),
    v4([169, 254, 0, 0], 16, Class::LinkLocal, "RFC 3927"),
    v4([169, 254, 169, 254], 32, Class::CloudMetadata, "most clouds"),
    v4([169, 254, 170, 0], 24, Class::CloudMetadata, "AWS ECS and EKS"),
    v4([172, 16, 0, 0], 12, Class::Private, "RFC 1918"),
    v4([192, 0, 0, 0], 24, Class::SpecialPurpose, "RFC 6890: IETF protocols"),
    v4([192, 0, 0, 192], 32, Class::CloudMetadata, "Oracle Cloud"),
    v4([192, 0, 2, 0], 24, Class::SpecialPurpose, "RFC 5737: documentation"),
    v4([192, 31, 196, 0], 24, Class::SpecialPurpose, "RFC 7535: AS112"),
    v4([192, 52, 193, 0], 24, Class::SpecialPurpose, "RFC 7450: AMT"),
    v4([192, 88, 99, 0], 24, Class::SpecialPurpose, "RFC 7526: 6to4 relays, deprecated"),
    v4([192, 168, 0, 0], 16, Class::Private, "RFC 1918"),
    v4([192, 175, 48, 0], 24, Class::SpecialPurpose, "RFC 7534: AS112"),
    v4([198, 18, 0, 0], 15, Class::SpecialPurpose, "RFC 2544: benchmarks"),
    v4([198, 51, 100, 0], 24, Class::SpecialPurpose, "RFC 5737: documentation"),
    v4([203, 0, 113, 0], 24, Class::SpecialPurpose, "RFC 5737: documentation"),
    v4([224, 0, 0, 0], 4, Class::Multicast, "RFC 1112"),
    // Administratively scoped: routers do not let it out of a site, whatever else fails.
    v4([239, 0, 0, 0], 8, Class::LoopbackGroup, "RFC 2365"),
    // The last /24 of each scope belongs to services such as SSDP.
    v4([239, 255, 255, 0], 24, Class::Multicast, "RFC 2365, section 9"),
    v4([240, 0, 0, 0], 4, Class::Reserved, "RFC 1112, section 4"),
    v4([255, 255, 255, 255], 32, Class::Broadcast, "RFC 919, section 7"),
    v6([0; 8], 0, Class::NotGlobal, "RFC 4291, section 2.4"),
    v6([0; 8], 96, Class::Embedded, "RFC 4291, section 2.5.5.1: IPv4-compatible"),
    v6([0; 8], 128, Class::Unspecified, "RFC 4291, section 2.5.2"),
    v6([0, 0, 0, 0, 0, 0, 0, 1], 128, Class::Loopback, "RFC 4291, section 2.5.3"),
    v6([0, 0, 0, 0, 0xffff, 0, 0, 0], 96, Class::Embedded, "RFC 2765, section 2.1: SIIT"),
    v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96, Class::Nat64, "RFC 6052"),
    v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48, Class::Nat64, "RFC 8215"),
    v6([0x100, 0, 0, 0, 0, 0, 0, 0], 64, Class::SpecialPurpose, "RFC 6666: discard"),
    v6([0x100, 0, 0, 1, 0, 0, 0, 0], 64, Class::SpecialPurpose, "RFC 9780: dummy prefix"),
    v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3, Class::Global, "RFC 4291, section 2.4"),
    v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23, Class::SpecialPurpose, "RFC 2928: IETF protocols"),
    v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32, Class::Teredo, "RFC 4380"),
    v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32, Class::SpecialPurpose, "RFC 3849: documentation"),
    v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16, Class::SixToFour, "RFC 3056"),
    v6([0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0], 48, Class::SpecialPurpose, "RFC 7534: AS112"),
    v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20, Class::SpecialPurpose, "RFC 9637: documentation"),
    v6([0x5f00, 0, 0, 0, 0, 0, 0, 0], 16, Class::SpecialPurpose, "RFC 9602: segment routing"),
    v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7, Class::UniqueLocal, "RFC 4193"),
    v6([0xfd00, 0xec2, 0, 0, 0, 0, 0, 0], 32, Class::CloudMetadata, "AWS"),
    v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10, Class::LinkLocal, "RFC 4291, section 2.5.6"),
    v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10, Class::SpecialPurpose, "RFC 3879: site-local, deprecated"),
    v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8, Class::Multicast, "RFC 4291, section 2.7"),
    // Of interface-local scope, well known or transient: "useful only for loopback".
    v6([0xff01, 0, 0, 0, 0, 0, 0, 0], 16, Class::LoopbackGroup, "RFC 4291, section 2.7"),
    v6([0xff11, 0, 0, 0, 0, 0, 0, 0], 16, Class::LoopbackGroup, "RFC 4291, section 2.7"),
];

/// An address with nothing left to reduce, and what is known of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    /// The address that the kernel would really use: IPv4 where it was written as IPv4-mapped IPv6.
    pub(crate) ip: IpAddr,
    /// Its kind.
    pub(crate) class: Class,
    /// The special network that says so; none for global IPv4.
    pub(crate) network: Option<IpNet>,
}

/// Reduces an address and finds its kind.
pub(crate) fn know(ip: IpAddr) -> Known {
    let reduced = reduce(ip);
    let special = SPECIAL
        .iter()
        .filter(|special| special.network.contains(&reduced))
        .max_by_key(|special| special.network.prefix_len());
    let class = match special.map_or(Class::Global, |special| special.class) {
        // Groups have one spelling: through another the kernel would take the options of IPv6 for those of IPv4.
        Class::LoopbackGroup if reduced != ip => Class::Multicast,
        Class::Global if hides_by_isatap(reduced) => Class::Isatap,
        class => class,
    };
    Known { ip: reduced, class, network: special.map(|special| special.network) }
}

/// The kind of an address.
pub(crate) fn classify(ip: IpAddr) -> Class {
    match ip {
        // What nearly every call names.
        IpAddr::V4(ip) if ip.is_loopback() => Class::Loopback,
        _ => know(ip).class,
    }
}

/// `::ffff:0:0/96`: the one embedding that the kernel itself turns into IPv4 (ipv6(7)).
pub(crate) fn is_v4_mapped(ip: IpAddr) -> bool {
    matches!(ip, IpAddr::V6(ip) if ip.to_ipv4_mapped().is_some())
}

fn reduce(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(ip, IpAddr::V4),
    }
}

/// Whether the interface identifier is one of ISATAP (RFC 5214, section 6.1) with an IPv4 address that is not global.
fn hides_by_isatap(ip: IpAddr) -> bool {
    let IpAddr::V6(ip) = ip else { return false };
    let [_, _, _, _, 0 | 0x200, 0x5efe, high, low] = ip.segments() else { return false };
    let [a, b] = high.to_be_bytes();
    let [c, d] = low.to_be_bytes();
    classify(Ipv4Addr::new(a, b, c, d).into()) != Class::Global
}

#[cfg(test)]
mod tests;
