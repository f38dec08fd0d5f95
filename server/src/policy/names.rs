//! Host names that this machine knows by itself, and those that nobody else is asked for.
//!
//! Two sources count before any name server, and mostly they are the only ones: `localhost` by definition (RFC 6761 section 6.3) and this
//! machine's hosts file.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Larger hosts files (some block lists have millions of lines) would hold up every session.
const HOSTS_FILE_MAX: u64 = 1_048_576;

/// All addresses of a name in lower case without a final dot; none if it has none.
pub(super) fn resolve(name: &str) -> Vec<IpAddr> {
    if is_localhost(name) {
        return localhost();
    }
    match std::fs::metadata("/etc/hosts") {
        Ok(file) if file.len() <= HOSTS_FILE_MAX => {
            std::fs::read_to_string("/etc/hosts").map_or_else(|_| Vec::new(), |text| look_up(&text, name))
        }
        _ => Vec::new(),
    }
}

/// Names that are loopback by definition (RFC 6761 section 6.3).
pub(super) fn is_localhost(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

/// What they stand for.
pub(super) fn localhost() -> Vec<IpAddr> {
    vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]
}

/// Ends of names that are nobody's in the Internet: IANA's special-use names (RFC 6761), what maps addresses to names, and what home and
/// companies' networks use.
const SPECIAL: &[&str] = &[
    "alt",
    "arpa",
    "example",
    "internal",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "onion",
    "test",
];

/// Whether no name server of the Internet can know a name: one of a special kind, or one without a dot, which means
/// something only where somebody else's search list completes it.
pub(super) fn is_special(name: &str) -> bool {
    match name.rsplit_once('.') {
        None => true,
        Some((_, last)) => SPECIAL.contains(&last),
    }
}

/// Whether an address is one of this machine's own, on whatever device.
pub(super) fn is_of_this_machine(ip: IpAddr) -> bool {
    if ip.is_loopback() || ip.is_unspecified() || ip.is_multicast() {
        return true;
    }
    // getifaddrs(3) costs some microseconds, and is asked only about Sockyard's own port on other addresses.
    let Ok(mut interfaces) = nix::ifaddrs::getifaddrs() else { return true };
    interfaces.any(|interface| {
        let address = interface.address;
        let v4 =
            address.as_ref().and_then(|address| address.as_sockaddr_in()).map(|address| address.ip().into());
        let v6 =
            address.as_ref().and_then(|address| address.as_sockaddr_in6()).map(|address| address.ip().into());
        v4.or(v6) == Some(ip)
    })
}

/// hosts(5).
fn look_up(hosts: &str, name: &str) -> Vec<IpAddr> {
    hosts
        .lines()
        .filter_map(|line| {
            let mut words = line.split('#').next()?.split_ascii_whitespace();
            let ip = words.next()?.parse().ok()?;
            words.any(|word| word.eq_ignore_ascii_case(name)).then_some(ip)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn localhost_needs_no_file() {
        let both = [IpAddr::from([127, 0, 0, 1]), IpAddr::from(Ipv6Addr::LOCALHOST)];
        assert_eq!(resolve("localhost"), both);
        assert_eq!(resolve("a.localhost"), both);
    }

    #[test]
    fn names_of_special_kinds_are_nobodys() {
        for name in [
            "intranet",
            "metadata.google.internal",
            "printer.local",
            "x.home.arpa",
            "1.0.0.127.in-addr.arpa",
            "a.onion",
        ] {
            assert!(is_special(name), "{name}");
        }
        for name in ["example.org", "local.example.org", "test.net"] {
            assert!(!is_special(name), "{name}");
        }
    }

    #[test]
    fn a_hosts_file_is_read_with_aliases_and_comments() {
        let hosts = "127.0.1.1 Box box.lan # loopback\n# 10.0.0.1 box\n::1 box\nnonsense box\n10.0.0.7 db\n";
        assert_eq!(look_up(hosts, "box"), [IpAddr::from([127, 0, 1, 1]), Ipv6Addr::LOCALHOST.into()]);
        assert_eq!(look_up(hosts, "db"), [IpAddr::from([10, 0, 0, 7])]);
        assert_eq!(look_up(hosts, "loopback"), [] as [IpAddr; 0]);
    }
}
