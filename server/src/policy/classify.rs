//! What kind of address an IP address is, after every way to write IPv4 inside IPv6 is reduced.
//!
//! std's helpers do not serve here: `::ffff:127.0.0.1` is not `is_loopback()`, and yet a socket connects to it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Kinds of addresses, as far as the policy tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Loopback,
    Unspecified,
    Private,
    LinkLocal,
    /// A multicast group that is meant to stay within one machine or site and is nobody's well-known service.
    LoopbackGroup,
    Multicast,
    Broadcast,
    /// IPv4 inside IPv6 in a form that some other host would translate (NAT64, 6to4, Teredo, …).
    Embedded,
    Other,
}

impl Class {
    /// Whether sockets may reach it.
    pub(crate) fn is_allowed(self) -> bool {
        matches!(self, Class::Loopback | Class::LoopbackGroup)
    }

    /// The rule's name on the wire.
    pub(crate) fn rule(self) -> &'static str {
        match self {
            Class::Loopback => "loopback",
            Class::Unspecified => "unspecified",
            Class::Private => "private",
            Class::LinkLocal => "link_local",
            Class::LoopbackGroup => "loopback_group",
            Class::Multicast => "multicast",
            Class::Broadcast => "broadcast",
            Class::Embedded => "embedded",
            Class::Other => "loopback_only",
        }
    }

    /// Reads on after "ADDRESS is ".
    pub(crate) fn words(self) -> &'static str {
        match self {
            Class::Loopback => "a loopback address",
            Class::Unspecified => "the unspecified address",
            Class::Private => "a private address",
            Class::LinkLocal => "a link-local address",
            Class::LoopbackGroup => "a multicast group on loopback",
            Class::Multicast => "a multicast address",
            Class::Broadcast => "the broadcast address",
            Class::Embedded => "an IPv4 address inside an IPv6 address",
            Class::Other => "an address beyond this machine",
        }
    }
}

pub(crate) fn classify(ip: IpAddr) -> Class {
    match ip {
        IpAddr::V4(ip) => classify_v4(ip),
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            // Groups have one spelling: through another the kernel would take the options of IPv6 for those of IPv4.
            Some(ip) if ip.is_multicast() => Class::Multicast,
            Some(ip) => classify_v4(ip),
            None => classify_v6(ip),
        },
    }
}

/// `::ffff:0:0/96`: the one embedding that the kernel itself turns into IPv4 (ipv6(7)).
pub(crate) fn is_v4_mapped(ip: IpAddr) -> bool {
    matches!(ip, IpAddr::V6(ip) if ip.to_ipv4_mapped().is_some())
}

fn classify_v4(ip: Ipv4Addr) -> Class {
    match ip.octets() {
        [127, ..] => Class::Loopback,
        // All of 0.0.0.0/8 means "this host" (RFC 791); Linux connects 0.0.0.0 to loopback.
        [0, ..] => Class::Unspecified,
        [169, 254, ..] => Class::LinkLocal,
        [255, 255, 255, 255] => Class::Broadcast,
        _ if ip.is_private() => Class::Private,
        // The last /24 of each scope belongs to services such as SSDP (RFC 2365 section 9).
        [239, 255, 255, _] => Class::Multicast,
        // Administratively scoped (RFC 2365): routers do not let it out of a site, whatever else fails.
        [239, ..] => Class::LoopbackGroup,
        _ if ip.is_multicast() => Class::Multicast,
        _ => Class::Other,
    }
}

fn classify_v6(ip: Ipv6Addr) -> Class {
    match ip.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] => Class::Loopback,
        [0, 0, 0, 0, 0, 0, 0, 0] => Class::Unspecified,
        // IPv4-compatible, SIIT, NAT64 (RFC 6052, RFC 8215), Teredo, 6to4.
        [0, 0, 0, 0, 0, 0, ..]
        | [0, 0, 0, 0, 0xffff, 0, ..]
        | [0x64, 0xff9b, 0 | 1, ..]
        | [0x2001, 0, ..]
        | [0x2002, ..] => Class::Embedded,
        // ISATAP interface identifiers (RFC 5214).
        [_, _, _, _, 0 | 0x200, 0x5efe, ..] => Class::Embedded,
        [first, ..] if first & 0xffc0 == 0xfe80 => Class::LinkLocal,
        [first, ..] if first & 0xfe00 == 0xfc00 => Class::Private,
        // Of interface-local scope, well known or transient: "useful only for loopback" (RFC 4291 section 2.7).
        [0xff01 | 0xff11, ..] => Class::LoopbackGroup,
        [first, ..] if first & 0xff00 == 0xff00 => Class::Multicast,
        _ => Class::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_embedding_of_loopback_but_the_kernels_own_is_kept_from_looking_harmless() {
        let check = |text: &str, class: Class| assert_eq!(classify(text.parse().unwrap()), class, "{text}");
        for text in ["127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1"] {
            check(text, Class::Loopback);
        }
        for text in ["0.0.0.0", "0.255.255.255", "::", "::ffff:0.0.0.0"] {
            check(text, Class::Unspecified);
        }
        for text in [
            "::127.0.0.1",
            "::ffff:0:127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::7f00:1",
            "2002:7f00:1::1",
            "2001:0:4136:e378:8000:63bf:80ff:fffe",
            "2a00::200:5efe:a00:1",
            "fe80::5efe:7f00:1",
        ] {
            check(text, Class::Embedded);
        }
        check("::ffff:10.0.0.5", Class::Private);
        check("10.255.255.255", Class::Private);
        check("172.31.255.254", Class::Private);
        check("172.32.0.0", Class::Other);
        check("192.168.0.1", Class::Private);
        check("169.254.169.254", Class::LinkLocal);
        check("::ffff:a9fe:a9fe", Class::LinkLocal);
        check("fe80::1", Class::LinkLocal);
        check("fd00:ec2::254", Class::Private);
        check("224.0.0.1", Class::Multicast);
        check("ff02::1", Class::Multicast);
        for text in ["224.1.1.1", "232.1.1.1", "239.255.255.250", "::ffff:239.1.2.3", "ff0e::1", "ff21::1"] {
            check(text, Class::Multicast);
        }
        for text in ["239.0.0.0", "239.1.2.3", "239.255.254.255", "ff01::1", "ff11::2:3"] {
            check(text, Class::LoopbackGroup);
        }
        check("255.255.255.255", Class::Broadcast);
        for text in
            ["8.8.8.8", "126.255.255.255", "128.0.0.0", "100.64.0.0", "2606:4700:4700::1111", "4000::1"]
        {
            check(text, Class::Other);
        }
    }
}
