//! Addresses as clients write them (section 3), parsed strictly.
//!
//! The parser is our own because `getaddrinfo` and many others accept far more than they seem to:
//! `127.1`, `2130706433` and `0x7f000001` all reach 127.0.0.1 there. Here only the forms of section 3 pass,
//! so that a policy decides on exactly what was written.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Longest name of a Unix socket, in bytes. `sun_path` holds 108 with its prefix (unix(7)).
pub const UNIX_NAME_MAX: usize = 64;

/// An address as written, before any name in it is resolved and before any policy has seen it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// An Internet address and port.
    Inet {
        /// The host's part.
        host: Host,
        /// The port; 0 lets the kernel choose one in `bind`.
        port: u16,
    },
    /// A Unix socket within the session.
    Unix(UnixName),
}

/// The host's part of an Internet address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Host {
    /// `""` or `*`: any local address, Python's `("", port)`.
    Any,
    /// A literal.
    Ip(IpAddr),
    /// A host name in lower case without a final dot, for the server to resolve.
    Name(String),
}

/// The name of a Unix socket.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum UnixName {
    /// A file in the session's private directory.
    File(String),
    /// A name in the abstract namespace, private to the session (unix(7)).
    Abstract(String),
}

/// Why a string is no address. Reads on after "address: ".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressError(String);

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for AddressError {}

impl FromStr for Host {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        match text.parse() {
            Ok(ip) => Ok(Host::Ip(IpAddr::V6(ip))),
            Err(_) if text.is_empty() => fail("is empty".to_owned()),
            Err(_) => parse_host(text),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Host::Any => f.write_str("*"),
            Host::Ip(ip) => write!(f, "{ip}"),
            Host::Name(name) => f.write_str(name),
        }
    }
}

impl Serialize for Host {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Host {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        if let Some(name) = text.strip_prefix("unix:") {
            return parse_unix(name).map(Address::Unix);
        }
        if let Some(rest) = text.strip_prefix('[') {
            let Some((literal, port)) = rest.split_once("]:") else {
                return fail(format!("{text:?} needs a port after the brackets, as in [::1]:7788"));
            };
            let ip: Ipv6Addr =
                literal.parse().map_err(|_| AddressError(format!("{literal:?} is not an IPv6 address")))?;
            return Ok(Address::Inet { host: Host::Ip(ip.into()), port: parse_port(port)? });
        }
        match text.matches(':').count() {
            0 => return fail(format!("{text:?} has no port; write host:port, as in 127.0.0.1:7788")),
            1 => {}
            _ => return fail(format!("{text:?} has several colons; write IPv6 as [::1]:7788")),
        }
        let (host, port) = text.split_once(':').unwrap_or((text, ""));
        Ok(Address::Inet { host: parse_host(host)?, port: parse_port(port)? })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Address::Inet { host: Host::Any, port } => write!(f, "*:{port}"),
            Address::Inet { host: Host::Ip(ip), port } => write!(f, "{}", SocketAddr::new(*ip, *port)),
            // Without its dot this one would read as the name of a Unix socket.
            Address::Inet { host: Host::Name(name), port } if name == "unix" => write!(f, "unix.:{port}"),
            Address::Inet { host: Host::Name(name), port } => write!(f, "{name}:{port}"),
            Address::Unix(UnixName::File(name)) => write!(f, "unix:{name}"),
            Address::Unix(UnixName::Abstract(name)) => write!(f, "unix:@{name}"),
        }
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

fn fail<T>(message: String) -> Result<T, AddressError> {
    Err(AddressError(message))
}

fn parse_port(text: &str) -> Result<u16, AddressError> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // A leading zero is octal to some parsers and decimal to others.
    let unambiguous = text == "0" || !text.starts_with('0');
    match text.parse() {
        Ok(port) if plain && unambiguous => Ok(port),
        _ => fail(format!("{text:?} is not a port; a port is a number from 0 to 65535")),
    }
}

fn parse_host(text: &str) -> Result<Host, AddressError> {
    if text.is_empty() || text == "*" {
        return Ok(Host::Any);
    }
    if let Ok(ip) = text.parse::<Ipv4Addr>() {
        return Ok(Host::Ip(ip.into()));
    }
    let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
    let last = name.rsplit('.').next().unwrap_or("");
    // A last label that is a number makes the whole an IPv4 address in a form that we do not take
    // (the WHATWG URL standard's "ends in a number" rule).
    if last.starts_with("0x") || (!last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit())) {
        return fail(format!(
            "{text:?} is not an IPv4 address; write four numbers from 0 to 255, as in 127.0.0.1"
        ));
    }
    if name.len() > 253 || !name.split('.').all(is_label) {
        return fail(format!("{text:?} is not a host name; letters, digits, hyphens and dots make one"));
    }
    Ok(Host::Name(name))
}

/// RFC 1123 section 2.1.
fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

fn parse_unix(text: &str) -> Result<UnixName, AddressError> {
    let (name, build): (&str, fn(String) -> UnixName) = match text.strip_prefix('@') {
        Some(name) => (name, UnixName::Abstract),
        None => (text, UnixName::File),
    };
    let fits = (1..=UNIX_NAME_MAX).contains(&name.len());
    let tame = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    if !fits || !tame || !name.as_bytes()[0].is_ascii_alphanumeric() {
        return fail(format!(
            "{name:?} is not the name of a Unix socket; 1 to {UNIX_NAME_MAX} letters, digits, dots, hyphens and \
             underscores make one, beginning with a letter or digit"
        ));
    }
    Ok(build(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str, port: u16) -> Address {
        Address::Inet { host: Host::Ip(text.parse().unwrap()), port }
    }

    #[test]
    fn every_form_of_section_3_is_read() {
        let check = |text: &str, expected: Address| assert_eq!(text.parse(), Ok(expected), "{text}");
        check("127.0.0.1:7788", ip("127.0.0.1", 7788));
        check("[::1]:7788", ip("::1", 7788));
        check("[::ffff:127.0.0.1]:1", ip("::ffff:127.0.0.1", 1));
        check(":7788", Address::Inet { host: Host::Any, port: 7788 });
        check("*:0", Address::Inet { host: Host::Any, port: 0 });
        check("unix.:80", Address::Inet { host: Host::Name("unix".into()), port: 80 });
        check("LOCALHOST.:65535", Address::Inet { host: Host::Name("localhost".into()), port: 65535 });
        check("unix:chat.sock", Address::Unix(UnixName::File("chat.sock".into())));
        check("unix:@chat", Address::Unix(UnixName::Abstract("chat".into())));
    }

    #[test]
    fn what_is_read_is_written_the_same() {
        for text in ["127.0.0.1:7788", "[::1]:0", "localhost:1", "*:9", "unix:a.sock", "unix:@a"] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn forms_that_other_parsers_take_for_loopback_are_refused() {
        for host in [
            "127.1",
            "127.0.1",
            "2130706433",
            "0x7f000001",
            "0x7f.1",
            "0177.0.0.1",
            "127.0x0.1",
            "127.000.000.001",
            "127.0.0.1.",
            "256.1.1.1",
            "1.2.3",
            "1.2.3.4.5",
        ] {
            assert!(format!("{host}:80").parse::<Address>().is_err(), "{host}");
        }
    }

    #[test]
    fn malformed_addresses_say_what_is_wrong() {
        let check = |text: &str, part: &str| {
            let error = text.parse::<Address>().expect_err(text).to_string();
            assert!(error.contains(part), "{text}: {error}");
        };
        check("", "no port");
        check("127.0.0.1", "no port");
        check("::1:80", "several colons");
        check("[::1]", "needs a port");
        check("[fe80::1%2]:80", "not an IPv6 address");
        check("[127.0.0.1]:80", "not an IPv6 address");
        check("127.0.0.1:65536", "not a port");
        check("127.0.0.1:-1", "not a port");
        check("127.0.0.1:+1", "not a port");
        check("127.0.0.1:080", "not a port");
        check("127.0.0.1:", "not a port");
        check(" 127.0.0.1:80", "not a");
        check("127.0.0.1\u{200b}:80", "not a host name");
        check("１２７.０.０.１:80", "not a host name");
        check("a_b.test:80", "not a host name");
        check("user@127.0.0.1:80", "not a");
        check("a..b:80", "not a host name");
    }

    #[test]
    fn unix_names_cannot_leave_their_directory() {
        for name in ["", ".", "..", "../x", "/etc/x", "a/b", "a\0b", "@", "@/x", "~root", "a\\b", "ÄÖ", "-a"]
        {
            assert!(format!("unix:{name}").parse::<Address>().is_err(), "{name}");
        }
        assert!(format!("unix:{}", "a".repeat(UNIX_NAME_MAX)).parse::<Address>().is_ok());
        assert!(format!("unix:{}", "a".repeat(UNIX_NAME_MAX + 1)).parse::<Address>().is_err());
    }
}
