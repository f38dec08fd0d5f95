//! What is wrong with a field, so precisely that it can be said in any language.
//!
//! The wire types' own parsers decide; this module only finds out which of their rules was broken.

use sockyard_protocol::address::UNIX_NAME_MAX;
use sockyard_protocol::{Address, Payload};

use crate::text::{fill, later};

/// A mistake in a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// Nothing was entered.
    Empty,
    /// No `:port` at the end.
    NoPort,
    /// What stands after the colon is no port.
    BadPort(String),
    /// An IPv6 address without brackets.
    ManyColons,
    /// `[…]` without a port behind.
    NoPortAfterBrackets,
    /// What stands in the brackets is no IPv6 address.
    NotIpv6(String),
    /// Looks like an IPv4 address and is none.
    NotIpv4(String),
    /// Neither an address nor a host name.
    NotHost(String),
    /// No name of a Unix socket.
    NotUnixName(String),
    /// Not a whole number from the first to the second.
    NotInRange(i64, i64),
    /// Not a number of seconds.
    NotSeconds,
    /// A character that is no hexadecimal digit, and its position.
    NotHex(char, usize),
    /// Half a byte is missing.
    OddHex,
    /// An escape that does not exist or is not complete, and its position.
    BadEscape(usize),
    /// A payload over the limit.
    TooLarge(usize),
    /// A character that an encoding lacks, its position, and the encoding.
    NotInEncoding(char, usize, &'static str),
    /// What is wrong with a responder's rule, and which it is.
    InRule(usize, Box<Mistake>),
}

impl Mistake {
    /// The mistake in words.
    pub fn words(&self, text: &later::Text) -> String {
        let texts = &text.mistake;
        match self {
            Mistake::Empty => texts.empty.to_owned(),
            Mistake::NoPort => texts.no_port.to_owned(),
            Mistake::BadPort(port) => fill(texts.bad_port, &[("port", port)]),
            Mistake::ManyColons => texts.many_colons.to_owned(),
            Mistake::NoPortAfterBrackets => texts.no_port_after_brackets.to_owned(),
            Mistake::NotIpv6(host) => fill(texts.not_ipv6, &[("host", host)]),
            Mistake::NotIpv4(host) => fill(texts.not_ipv4, &[("host", host)]),
            Mistake::NotHost(host) => fill(texts.not_host, &[("host", host)]),
            Mistake::NotUnixName(name) => {
                fill(texts.not_unix_name, &[("name", name), ("most", &UNIX_NAME_MAX.to_string())])
            }
            Mistake::NotInRange(least, most) => {
                fill(texts.not_in_range, &[("least", &least.to_string()), ("most", &most.to_string())])
            }
            Mistake::NotSeconds => texts.not_seconds.to_owned(),
            Mistake::NotHex(character, position) => fill(
                texts.not_hex,
                &[("character", &character.to_string()), ("position", &position.to_string())],
            ),
            Mistake::OddHex => texts.odd_hex.to_owned(),
            Mistake::BadEscape(position) => fill(texts.bad_escape, &[("position", &position.to_string())]),
            Mistake::TooLarge(limit) => fill(texts.too_large, &[("limit", &limit.to_string())]),
            Mistake::NotInEncoding(character, position, encoding) => fill(
                texts.not_in_encoding,
                &[
                    ("character", &character.to_string()),
                    ("position", &position.to_string()),
                    ("encoding", encoding),
                ],
            ),
            Mistake::InRule(rule, mistake) => {
                fill(texts.in_rule, &[("n", &rule.to_string()), ("mistake", &mistake.words(text))])
            }
        }
    }
}

/// Reads an address.
pub fn address(entered: &str) -> Result<Address, Mistake> {
    let entered = entered.trim();
    if entered.is_empty() {
        return Err(Mistake::Empty);
    }
    entered.parse().map_err(|_| address_mistake(entered))
}

/// Turns a payload into bytes where the page can, to find what is wrong with it.
pub fn payload(payload: &Payload) -> Result<Vec<u8>, Mistake> {
    payload.to_bytes().map_err(|error| match payload {
        Payload::Hex { hex } => hex_mistake(hex),
        Payload::Escaped { .. } if error.0.contains("position ") => {
            Mistake::BadEscape(number_after(&error.0, "position "))
        }
        _ => Mistake::TooLarge(sockyard_protocol::payload::PAYLOAD_MAX),
    })
}

fn address_mistake(entered: &str) -> Mistake {
    if let Some(name) = entered.strip_prefix("unix:") {
        return Mistake::NotUnixName(name.to_owned());
    }
    if let Some(rest) = entered.strip_prefix('[') {
        let Some((host, port)) = rest.split_once("]:") else { return Mistake::NoPortAfterBrackets };
        if host.parse::<std::net::Ipv6Addr>().is_err() {
            return Mistake::NotIpv6(host.to_owned());
        }
        return Mistake::BadPort(port.to_owned());
    }
    let Some((host, port)) = entered.split_once(':') else { return Mistake::NoPort };
    if port.contains(':') {
        return Mistake::ManyColons;
    }
    if format!("{host}:1").parse::<Address>().is_ok() {
        return Mistake::BadPort(port.to_owned());
    }
    let last = host.trim_end_matches('.').rsplit('.').next().unwrap_or("");
    if last.starts_with("0x") || last.bytes().all(|byte| byte.is_ascii_digit()) {
        return Mistake::NotIpv4(host.to_owned());
    }
    Mistake::NotHost(host.to_owned())
}

fn hex_mistake(hex: &str) -> Mistake {
    let wrong = hex
        .chars()
        .enumerate()
        .find(|(_, character)| !character.is_whitespace() && !character.is_ascii_hexdigit());
    match wrong {
        Some((index, character)) => Mistake::NotHex(character, index + 1),
        None if hex.chars().filter(|character| !character.is_whitespace()).count() % 2 == 1 => {
            Mistake::OddHex
        }
        None => Mistake::TooLarge(sockyard_protocol::payload::PAYLOAD_MAX),
    }
}

fn number_after(text: &str, mark: &str) -> usize {
    let digits = text.split_once(mark).map_or("", |(_, rest)| rest);
    digits.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_address_is_named() {
        let check =
            |entered: &str, expected: Mistake| assert_eq!(address(entered), Err(expected), "{entered}");
        check(" ", Mistake::Empty);
        check("127.0.0.1", Mistake::NoPort);
        check("127.0.0.1:", Mistake::BadPort(String::new()));
        check("127.0.0.1:65536", Mistake::BadPort("65536".into()));
        check("localhost:080", Mistake::BadPort("080".into()));
        check("::1:80", Mistake::ManyColons);
        check("[::1]", Mistake::NoPortAfterBrackets);
        check("[1.2.3.4]:80", Mistake::NotIpv6("1.2.3.4".into()));
        check("127.1:80", Mistake::NotIpv4("127.1".into()));
        check("256.1.1.1:80", Mistake::NotIpv4("256.1.1.1".into()));
        check("a_b:80", Mistake::NotHost("a_b".into()));
        check("unix:../x", Mistake::NotUnixName("../x".into()));
        assert!(address(" 127.0.0.1:7788 ").is_ok());
    }

    #[test]
    fn every_wrong_payload_is_named() {
        let hex = |text: &str| payload(&Payload::Hex { hex: text.into() });
        assert_eq!(hex("6 g1"), Err(Mistake::NotHex('g', 3)));
        assert_eq!(hex("6"), Err(Mistake::OddHex));
        let escaped = |text: &str| payload(&Payload::Escaped { escaped: text.into() });
        assert_eq!(escaped("a\\q"), Err(Mistake::BadEscape(2)));
        assert_eq!(escaped("漢\\x4"), Err(Mistake::BadEscape(2)));
        assert_eq!(escaped("abc\\"), Err(Mistake::BadEscape(4)));
        assert_eq!(escaped("\\u{d800}"), Err(Mistake::BadEscape(1)));
        assert_eq!(payload(&Payload::Zeros { zeros: 9_999_999 }), Err(Mistake::TooLarge(1_048_576)));
        assert_eq!(escaped("a\\r\\n").unwrap(), b"a\r\n");
    }
}
