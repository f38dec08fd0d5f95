//! Strings that are read by parsers of our own, as regular expressions (ECMA-262, as JSON Schema has them).

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::address::{Address, Host, UNIX_NAME_MAX};

const OCTET: &str = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
/// A number from 0 to 65535 without leading zeros.
const PORT: &str = "(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3}|0)";
/// RFC 1123 section 2.1.
const LABEL: &str = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
/// Unicode's white space, which is what the parser skips.
const SPACE: &str =
    "[\\t\\n\\u000b\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]*";

impl JsonSchema for Address {
    fn schema_name() -> Cow<'static, str> {
        "Address".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let (four, six, name) = (ipv4(), ipv6(), host_name(":"));
        json_schema!({
            "description": "An address (section 3). Port 0 lets the kernel choose one in `bind`.",
            "type": "string",
            "anyOf": [
                {
                    "title": "IPv4, or `*` or nothing for any local address",
                    "pattern": format!("^({four}|\\*)?:{PORT}$"),
                    "examples": ["127.0.0.1:7788", "*:7788", ":7788"],
                },
                {"title": "IPv6", "pattern": format!("^\\[{six}\\]:{PORT}$"), "examples": ["[::1]:7788"]},
                {
                    "title": "A name, which the server resolves",
                    "pattern": format!("^{name}:{PORT}$"),
                    "examples": ["localhost:7788"],
                },
                {
                    "title": "A Unix socket within the session; `@` makes it abstract",
                    "pattern": format!("^unix:@?[A-Za-z0-9][A-Za-z0-9._-]{{0,{}}}$", UNIX_NAME_MAX - 1),
                    "examples": ["unix:chat.sock", "unix:@chat"],
                },
            ],
        })
    }
}

impl JsonSchema for Host {
    fn schema_name() -> Cow<'static, str> {
        "Host".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let (four, six, name) = (ipv4(), ipv6(), host_name("$"));
        json_schema!({
            "description": "A host: a name, a literal address, or `*`.",
            "type": "string",
            "pattern": format!("^({four}|{six}|{name}|\\*)$"),
            "examples": ["localhost", "127.0.0.1", "::1"],
        })
    }
}

fn ipv4() -> String {
    format!("{OCTET}(\\.{OCTET}){{3}}")
}

/// RFC 3986's `IPv6address`: `::` stands for at least one group, the last two groups may be written as IPv4.
fn ipv6() -> String {
    let group = "[0-9A-Fa-f]{1,4}";
    let last = format!("({group}:{group}|{})", ipv4());
    let mut forms = vec![format!("({group}:){{6}}{last}")];
    // Groups before the `::`, at most, with what may follow it.
    for before in 0..=7 {
        let head = match before {
            0 => "::".to_owned(),
            most => format!("({group}(:{group}){{0,{}}})?::", most - 1),
        };
        forms.push(match 5 - before {
            after @ 1.. => format!("{head}({group}:){{{after}}}{last}"),
            0 => format!("{head}{last}"),
            -1 => format!("{head}{group}"),
            _ => head,
        });
    }
    format!("({})", forms.join("|"))
}

/// A name whose last label is no number, for that would be an address in disguise. `end` is what follows it.
fn host_name(end: &str) -> String {
    let length = "(?![^:]{255})(?![^:]{253}[^.:])";
    let number = format!("(?!([^:]*\\.)?([0-9]+|0[xX][A-Za-z0-9-]*)\\.?{end})");
    format!("{length}{number}{LABEL}(\\.{LABEL})*\\.?")
}

/// A literal address, in brackets or without.
pub(super) fn group() -> String {
    let (four, six) = (ipv4(), ipv6());
    format!("^({four}|{six}|\\[({four}|{six})\\])$")
}

/// An even number of hexadecimal digits with white space anywhere.
pub(super) fn hex() -> String {
    format!("^{SPACE}([0-9A-Fa-f]{SPACE}[0-9A-Fa-f]{SPACE})*$")
}

/// Two hexadecimal digits.
pub(super) fn hex_byte() -> String {
    format!("^{SPACE}[0-9A-Fa-f]{SPACE}[0-9A-Fa-f]{SPACE}$")
}

/// Groups of four; the bits that padding cuts off are zero.
pub(super) fn base64() -> String {
    let symbol = "[A-Za-z0-9+/]";
    format!("^({symbol}{{4}})*({symbol}[AQgw]==|{symbol}{{2}}[AEIMQUYcgkosw048]=)?$")
}

/// Text with escapes. A character's number has one to six digits and is no half of a surrogate pair.
pub(super) fn escaped() -> String {
    let hex = "[0-9A-Fa-f]";
    let number = format!(
        "0{{0,3}}{hex}{{1,3}}|0{{0,2}}([0-9A-CEFa-cef]{hex}{{3}}|[Dd][0-7]{hex}{{2}})|0?[1-9A-Fa-f]{hex}{{4}}|10{hex}{{4}}"
    );
    format!("^([^\\\\]|\\\\[rnt0\\\\]|\\\\x{hex}{{2}}|\\\\u\\{{({number})\\}})*$")
}
