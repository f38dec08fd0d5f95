//! Bytes as a client writes them (section 3, "Payload").

use std::fmt;

use base64::engine::general_purpose::STANDARD;
use base64::{DecodeError, Engine as _};
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// Most bytes that one payload may come to. A call waiting in a full buffer holds its bytes in memory,
/// and this is also the most that one `recv` returns.
pub const PAYLOAD_MAX: usize = 1_048_576;

/// The bytes of a `send`, in the form in which the client wrote them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Payload {
    /// Text in an encoding.
    Text {
        /// The text.
        text: String,
        /// A WHATWG encoding label; `utf-8` if left out.
        #[serde(skip_serializing_if = "Option::is_none")]
        encoding: Option<String>,
    },
    /// Hexadecimal digits, white space ignored.
    Hex {
        /// The digits.
        hex: String,
    },
    /// Standard base64 with padding.
    Base64 {
        /// The base64 text.
        base64: String,
    },
    /// Text with escapes.
    Escaped {
        /// The text: `\r \n \t \0 \\`, `\xHH` for one byte, `\u{H…}` for one character in UTF-8.
        escaped: String,
    },
    /// So many zero bytes.
    Zeros {
        /// How many.
        zeros: u64,
    },
    /// One byte over and over.
    Repeat {
        /// The byte as two hexadecimal digits.
        repeat: String,
        /// How many.
        count: u64,
    },
}

/// Why a payload cannot be turned into bytes: what, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayloadError(pub String);

impl fmt::Display for PayloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PayloadError {}

impl From<&str> for Payload {
    fn from(text: &str) -> Self {
        Payload::Text { text: text.to_owned(), encoding: None }
    }
}

/// Any bytes: text where they are valid UTF-8, base64 otherwise.
impl From<&[u8]> for Payload {
    fn from(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(_) => Payload::Base64 { base64: STANDARD.encode(bytes) },
        }
    }
}

impl Payload {
    /// Roughly how many bytes this payload holds while it waits: its text, or what it comes to.
    pub fn size_hint(&self) -> usize {
        match self {
            Payload::Text { text, .. } => text.len(),
            Payload::Hex { hex } => hex.len(),
            Payload::Base64 { base64 } => base64.len(),
            Payload::Escaped { escaped } => escaped.len(),
            Payload::Zeros { zeros: count } | Payload::Repeat { count, .. } => {
                usize::try_from(*count).unwrap_or(usize::MAX)
            }
        }
    }

    /// The bytes that this payload stands for.
    ///
    /// # Errors
    /// Says which character, digit or escape is wrong and where it stands, counted from 1.
    /// Without the crate's feature `encodings` only UTF-8 can be had.
    pub fn to_bytes(&self) -> Result<Vec<u8>, PayloadError> {
        let bytes = match self {
            Payload::Text { text, encoding: None } => text.clone().into_bytes(),
            Payload::Text { text, encoding: Some(label) } => encode(text, label)?,
            Payload::Hex { hex } => parse_hex(hex)?,
            Payload::Base64 { base64 } => parse_base64(base64)?,
            Payload::Escaped { escaped } => parse_escapes(escaped)?,
            Payload::Zeros { zeros } => repeat(0, *zeros)?,
            Payload::Repeat { repeat: byte, count } => match parse_hex(byte)?.as_slice() {
                [byte] => repeat(*byte, *count)?,
                _ => return fail(format!("repeat takes one byte as two hexadecimal digits, not {byte:?}")),
            },
        };
        if bytes.len() > PAYLOAD_MAX {
            return fail(format!("{} bytes are over the limit of {PAYLOAD_MAX}", bytes.len()));
        }
        Ok(bytes)
    }
}

fn fail<T>(message: String) -> Result<T, PayloadError> {
    Err(PayloadError(message))
}

#[cfg(feature = "encodings")]
fn encode(text: &str, label: &str) -> Result<Vec<u8>, PayloadError> {
    crate::encoding::encode(text, label)
}

#[cfg(not(feature = "encodings"))]
fn encode(text: &str, label: &str) -> Result<Vec<u8>, PayloadError> {
    match label.trim().to_ascii_lowercase().as_str() {
        "utf-8" | "utf8" => Ok(text.as_bytes().to_vec()),
        _ => fail(format!("only the server can encode as {label:?}")),
    }
}

fn repeat(byte: u8, count: u64) -> Result<Vec<u8>, PayloadError> {
    match usize::try_from(count) {
        Ok(count) if count <= PAYLOAD_MAX => Ok(vec![byte; count]),
        _ => fail(format!("{count} bytes are over the limit of {PAYLOAD_MAX}")),
    }
}

fn parse_hex(text: &str) -> Result<Vec<u8>, PayloadError> {
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let mut high = None;
    for (index, character) in text.chars().enumerate() {
        if character.is_whitespace() {
            continue;
        }
        let Some(digit) = character.to_digit(16) else {
            return fail(format!("{character:?} at position {} is not a hexadecimal digit", index + 1));
        };
        // A hexadecimal digit is below 16, so two of them fill a byte.
        let digit = digit as u8;
        match high.take() {
            None => high = Some(digit),
            Some(high) => bytes.push(high << 4 | digit),
        }
    }
    match high {
        None => Ok(bytes),
        Some(_) => fail("an odd number of hexadecimal digits; each byte takes two".to_owned()),
    }
}

fn parse_escapes(text: &str) -> Result<Vec<u8>, PayloadError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut utf8 = [0; 4];
    let mut characters = text.chars().enumerate();
    while let Some((index, character)) = characters.next() {
        if character != '\\' {
            bytes.extend_from_slice(character.encode_utf8(&mut utf8).as_bytes());
            continue;
        }
        let position = index + 1;
        match characters.next().map(|(_, escape)| escape) {
            Some('r') => bytes.push(b'\r'),
            Some('n') => bytes.push(b'\n'),
            Some('t') => bytes.push(b'\t'),
            Some('0') => bytes.push(0),
            Some('\\') => bytes.push(b'\\'),
            Some('x') => {
                let digits: String = characters.by_ref().take(2).map(|(_, digit)| digit).collect();
                match digits
                    .chars()
                    .all(|digit| digit.is_ascii_hexdigit())
                    .then(|| u8::from_str_radix(&digits, 16))
                {
                    Some(Ok(byte)) if digits.len() == 2 => bytes.push(byte),
                    _ => return fail(format!("\\x at position {position} needs two hexadecimal digits")),
                }
            }
            Some('u') => match unicode_escape(&mut characters) {
                Some(character) => bytes.extend_from_slice(character.encode_utf8(&mut utf8).as_bytes()),
                None => {
                    return fail(format!(
                        "\\u at position {position} needs a character's number, as in \\u{{6f22}}"
                    ));
                }
            },
            Some(other) => {
                return fail(format!(
                    "\\{other} at position {position} is no escape; \\r \\n \\t \\0 \\\\ \\xHH \\u{{H}} are"
                ));
            }
            None => {
                return fail(format!(
                    "a single \\ at the end, position {position}; write \\\\ for a backslash"
                ));
            }
        }
    }
    Ok(bytes)
}

/// The rest of `\u{H…}`: one to six hexadecimal digits, as in Rust.
fn unicode_escape(characters: &mut impl Iterator<Item = (usize, char)>) -> Option<char> {
    if characters.next()?.1 != '{' {
        return None;
    }
    let mut digits = String::new();
    loop {
        match characters.next()?.1 {
            '}' => return u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32),
            digit if digit.is_ascii_hexdigit() && digits.len() < 6 => digits.push(digit),
            _ => return None,
        }
    }
}

fn parse_base64(text: &str) -> Result<Vec<u8>, PayloadError> {
    // The other one says what is wrong and where.
    #[cfg(feature = "simd")]
    if let Ok(bytes) = base64_simd::STANDARD.decode_to_vec(text) {
        return Ok(bytes);
    }
    STANDARD.decode(text).map_err(|error| {
        PayloadError(match error {
            DecodeError::InvalidByte(offset, _) | DecodeError::InvalidLastSymbol { offset, .. } => {
                let before = text.get(..offset).unwrap_or_default().chars().count();
                let character = text.chars().nth(before).unwrap_or_default();
                format!("{character:?} at position {} does not belong into base64 there", before + 1)
            }
            _ => "base64 comes in groups of four with padding, as in aGVsbG8=".to_owned(),
        })
    })
}

impl<'de> Deserialize<'de> for Payload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PayloadVisitor)
    }
}

/// The fields of every form at once. Which of them are there decides the form; a derived untagged enum would
/// take the first that fits and ignore the rest, and could not say what is wrong.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    #[serde(default, deserialize_with = "given")]
    text: Option<String>,
    #[serde(default, deserialize_with = "given")]
    encoding: Option<String>,
    #[serde(default, deserialize_with = "given")]
    hex: Option<String>,
    #[serde(default, deserialize_with = "given")]
    base64: Option<String>,
    #[serde(default, deserialize_with = "given")]
    escaped: Option<String>,
    #[serde(default, deserialize_with = "given")]
    zeros: Option<u64>,
    #[serde(default, deserialize_with = "given")]
    repeat: Option<String>,
    #[serde(default, deserialize_with = "given")]
    count: Option<u64>,
}

/// A field that is there has a value: null is none of them.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

struct PayloadVisitor;

impl<'de> Visitor<'de> for PayloadVisitor {
    type Value = Payload;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a string, or an object with one of text, hex, base64, escaped, zeros, or repeat and count",
        )
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Payload, E> {
        Ok(text.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Payload, A::Error> {
        let Fields { text, encoding, hex, base64, escaped, zeros, repeat, count } =
            Fields::deserialize(de::value::MapAccessDeserializer::new(map))?;
        match (text, encoding, hex, base64, escaped, zeros, repeat, count) {
            (Some(text), encoding, None, None, None, None, None, None) => {
                Ok(Payload::Text { text, encoding })
            }
            (None, None, Some(hex), None, None, None, None, None) => Ok(Payload::Hex { hex }),
            (None, None, None, Some(base64), None, None, None, None) => Ok(Payload::Base64 { base64 }),
            (None, None, None, None, Some(escaped), None, None, None) => Ok(Payload::Escaped { escaped }),
            (None, None, None, None, None, Some(zeros), None, None) => Ok(Payload::Zeros { zeros }),
            (None, None, None, None, None, None, Some(repeat), Some(count)) => {
                Ok(Payload::Repeat { repeat, count })
            }
            _ => Err(de::Error::custom(
                "give exactly one of text (with encoding), hex, base64, escaped, zeros, or repeat with count",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(json: &str) -> Result<Vec<u8>, String> {
        serde_json::from_str::<Payload>(json)
            .map_err(|error| error.to_string())?
            .to_bytes()
            .map_err(|error| error.to_string())
    }

    #[test]
    fn every_form_gives_its_bytes() {
        let check = |json: &str, expected: &[u8]| assert_eq!(bytes(json).as_deref(), Ok(expected), "{json}");
        check(r#""hello""#, b"hello");
        check(r#"{"text":"hello"}"#, b"hello");
        check(r#"{"hex":"68 65 6c6c 6F"}"#, b"hello");
        check(r#"{"base64":"aGVsbG8="}"#, b"hello");
        check(
            r#"{"escaped":"GET / HTTP/1.1\\r\\n\\x00\\xff\\u{6f22}\\t\\0\\\\"}"#,
            b"GET / HTTP/1.1\r\n\0\xff\xe6\xbc\xa2\t\0\\",
        );
        check(r#"{"zeros":3}"#, &[0, 0, 0]);
        check(r#"{"repeat":"41","count":4}"#, b"AAAA");
        check(r#""""#, b"");
        for bytes in [b"hi".as_slice(), b"\xff\x00", b""] {
            assert_eq!(Payload::from(bytes).to_bytes().as_deref(), Ok(bytes));
        }
        check(r#"{"zeros":0}"#, b"");
    }

    #[test]
    fn a_wrong_payload_says_what_is_wrong_and_where() {
        let check = |json: &str, part: &str| {
            let error = bytes(json).expect_err(json);
            assert!(error.contains(part), "{json}: {error}");
        };
        check("1", "invalid type");
        check("null", "invalid type");
        check("[\"a\"]", "invalid type");
        check("{}", "exactly one");
        check(r#"{"text":"a","hex":"61"}"#, "exactly one");
        check(r#"{"hex":"61","encoding":"gbk"}"#, "exactly one");
        check(r#"{"text":"a","hex":null}"#, "invalid type: null");
        check(r#"{"texte":"a"}"#, "unknown field");
        check(r#"{"text":"a","text":"b"}"#, "duplicate field");
        check(r#"{"hex":"6"}"#, "odd number");
        check(r#"{"hex":"6 g1"}"#, "'g' at position 3");
        check(r#"{"base64":"AA"}"#, "groups of four");
        check(r#"{"base64":"AA-8"}"#, "'-' at position 3");
        check(r#"{"base64":"AB=="}"#, "'B' at position 2");
        check(r#"{"escaped":"a\\q"}"#, "\\q at position 2");
        check(r#"{"escaped":"\\x4"}"#, "position 1");
        check(r#"{"escaped":"\\x+1"}"#, "position 1");
        for escape in [
            "\\\\u{d800}",
            "\\\\u{}",
            "\\\\u41",
            "\\\\u{+41}",
            "\\\\u{0000041}",
            "\\\\u{0000041bcd",
            "\\\\u{41",
        ] {
            check(&format!(r#"{{"escaped":"{escape}"}}"#), "\\u at position 1");
        }
        check(r#"{"escaped":"abc\\"}"#, "position 4");
        check(r#"{"zeros":1048577}"#, "over the limit");
        check(r#"{"zeros":-1}"#, "invalid value");
        check(r#"{"repeat":"4142","count":1}"#, "one byte");
        check(r#"{"repeat":"41"}"#, "exactly one");
    }

    #[test]
    fn a_written_payload_reads_back_as_itself() {
        for payload in [
            Payload::from("hello"),
            Payload::Text { text: "哈囉".into(), encoding: Some("gbk".into()) },
            Payload::Hex { hex: "00".into() },
            Payload::Base64 { base64: "AA==".into() },
            Payload::Escaped { escaped: "\\0".into() },
            Payload::Zeros { zeros: 9 },
            Payload::Repeat { repeat: "41".into(), count: 2 },
        ] {
            let json = serde_json::to_string(&payload).unwrap();
            assert_eq!(serde_json::from_str::<Payload>(&json).unwrap(), payload, "{json}");
        }
    }
}
