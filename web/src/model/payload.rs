//! A payload as it is entered: as text, hex, escapes or a count, and turned from one into the other byte for byte.

use serde::{Deserialize, Serialize};
use sockyard_protocol::Payload;
use sockyard_protocol::payload::PAYLOAD_MAX;

use crate::model::encoder::{Missing, Tables};
use crate::model::hexdump::hex_line;
use crate::model::mistake::{self, Mistake};
use crate::text::{fill, later};

/// Most bytes that are turned into another form; a field with megabytes of digits would stop the browser.
pub const CONVERTED_MAX: usize = 64 * 1024;

/// What stands in the fields of a payload.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entered {
    /// The payload's text, digits or count.
    pub data: String,
    /// How it is entered: `text`, `hex`, `escaped`, `zeros`.
    pub form: String,
    /// The text's encoding.
    pub encoding: String,
}

/// Why a payload cannot be written in another form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unwritable {
    /// These bytes, from this one on (counted from 1), are no text in the encoding.
    NotText(usize, String),
    /// There are other bytes than zero; this is the first.
    NotZeros(usize, u8),
    /// It has so many bytes.
    TooMany(usize),
    /// Only the server has the table for a character of it.
    ServerOnly,
}

impl Unwritable {
    /// The reason in words.
    pub fn words(&self, text: &later::Text) -> String {
        let texts = &text.payload;
        match self {
            Unwritable::NotText(position, encoding) => {
                fill(texts.not_text, &[("position", &position.to_string()), ("encoding", encoding)])
            }
            Unwritable::NotZeros(position, byte) => fill(
                texts.not_zeros,
                &[("position", &position.to_string()), ("byte", &format!("{byte:02x}"))],
            ),
            Unwritable::TooMany(bytes) => {
                fill(texts.too_many, &[("n", &bytes.to_string()), ("most", &CONVERTED_MAX.to_string())])
            }
            Unwritable::ServerOnly => texts.server_only.to_owned(),
        }
    }
}

/// The bytes of a payload; none where only the server has the table.
pub fn bytes(entered: &Entered, tables: &dyn Tables) -> Result<Option<Vec<u8>>, Mistake> {
    let data = &entered.data;
    match entered.form.as_str() {
        "hex" => mistake::payload(&Payload::Hex { hex: data.clone() }).map(Some),
        "escaped" => mistake::payload(&Payload::Escaped { escaped: data.clone() }).map(Some),
        "zeros" if data.trim().is_empty() => Err(Mistake::Empty),
        "zeros" => {
            let zeros = data.trim().parse().map_err(|_| Mistake::NotInRange(0, PAYLOAD_MAX as i64))?;
            mistake::payload(&Payload::Zeros { zeros }).map(Some)
        }
        _ => match tables.encode(data, &entered.encoding) {
            Ok(bytes) if bytes.len() > PAYLOAD_MAX => Err(Mistake::TooLarge(PAYLOAD_MAX)),
            Ok(bytes) => Ok(Some(bytes)),
            Err(Missing::Character(character, position, encoding)) => {
                Err(Mistake::NotInEncoding(character, position, encoding))
            }
            Err(Missing::Table) => Ok(None),
        },
    }
}

/// The same bytes in another form. What was entered wrong is taken as it stands: it may be right there.
pub fn convert(entered: &Entered, form: &str, tables: &dyn Tables) -> Result<Entered, Unwritable> {
    let written = |data| Entered { data, form: form.to_owned(), encoding: entered.encoding.clone() };
    if entered.data.is_empty() || entered.form == form {
        return Ok(written(entered.data.clone()));
    }
    let bytes = match bytes(entered, tables) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Err(Unwritable::ServerOnly),
        Err(_) => return Ok(written(entered.data.clone())),
    };
    if bytes.len() > CONVERTED_MAX && form != "zeros" {
        return Err(Unwritable::TooMany(bytes.len()));
    }
    match form {
        "hex" => Ok(written(hex(&bytes))),
        "escaped" => Ok(written(escape(&bytes))),
        "zeros" => match bytes.iter().position(|byte| *byte != 0) {
            None => Ok(written(bytes.len().to_string())),
            Some(place) => Err(Unwritable::NotZeros(place + 1, bytes[place])),
        },
        _ => text(&bytes, &entered.encoding, tables).map(written),
    }
}

/// Bytes as text, if encoding it gives the same bytes again.
fn text(bytes: &[u8], encoding: &str, tables: &dyn Tables) -> Result<String, Unwritable> {
    let text = tables.decode(bytes, encoding);
    let again = tables.encode(&text, encoding);
    if again.as_deref() == Ok(bytes) {
        return Ok(text);
    }
    // The longest beginning that is text shows where the rest fails.
    let fits = |length: usize| {
        let text = tables.decode(&bytes[..length], encoding);
        tables.encode(&text, encoding).as_deref() == Ok(&bytes[..length])
    };
    let nearest = (0..=bytes.len().min(REASON_WITHIN)).rev().find(|length| fits(*length)).unwrap_or(0);
    Err(Unwritable::NotText(nearest + 1, encoding.to_owned()))
}

/// How far the place of what is no text is looked for.
const REASON_WITHIN: usize = 256;

/// Bytes as hexadecimal digits in pairs.
pub fn hex(bytes: &[u8]) -> String {
    hex_line(bytes, usize::MAX)
}

/// Bytes with escapes: what is text in UTF-8 as it is, and every other byte by its number.
pub fn escape(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\r' => out.push_str("\\r"),
                '\n' => out.push_str("\\n"),
                '\t' => out.push_str("\\t"),
                '\0' => out.push_str("\\0"),
                '\\' => out.push_str("\\\\"),
                _ if character.is_ascii_control() => {
                    out.push_str(&format!("\\x{:02x}", u32::from(character)))
                }
                // These act on the text around them instead of being seen.
                _ if character.is_control() || crate::model::format::acts(character) => {
                    out.push_str(&format!("\\u{{{:x}}}", u32::from(character)));
                }
                _ => out.push(character),
            }
        }
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02x}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::encoder::tests::Native;

    fn entered(form: &str, data: &str, encoding: &str) -> Entered {
        Entered { data: data.into(), form: form.into(), encoding: encoding.into() }
    }

    fn converted(form: &str, data: &str, encoding: &str, to: &str) -> Result<String, Unwritable> {
        convert(&entered(form, data, encoding), to, &Native).map(|entered| entered.data)
    }

    #[test]
    fn the_forms_turn_into_each_other_byte_for_byte() {
        let check = |form: &str, data: &str, encoding: &str, to: &str, expected: &str| {
            assert_eq!(converted(form, data, encoding, to).as_deref(), Ok(expected), "{form} {data} to {to}");
        };
        check("text", "hi\n", "utf-8", "hex", "68 69 0a");
        check("text", "hi\n", "utf-8", "escaped", "hi\\n");
        check("text", "漢字", "gbk", "hex", "9d 68 d7 d6");
        check("text", "漢字", "gbk", "escaped", "\\x9dh\\xd7\\xd6");
        check("hex", "9d68d7d6", "gbk", "text", "漢字");
        check("hex", "ba 7e a6 72", "big5", "text", "漢字");
        check("hex", "22 6f", "utf-16le", "text", "漢");
        check("escaped", "a\\x00", "utf-8", "hex", "61 00");
        check("hex", "00 00", "utf-8", "zeros", "2");
        check("zeros", "3", "utf-8", "hex", "00 00 00");
        check("zeros", "1", "utf-8", "escaped", "\\0");
        check("hex", "", "utf-8", "text", "");
    }

    #[test]
    fn what_cannot_be_written_is_said_with_its_place() {
        assert_eq!(converted("hex", "61 ff", "utf-8", "text"), Err(Unwritable::NotText(2, "utf-8".into())));
        assert_eq!(converted("hex", "9d", "gbk", "text"), Err(Unwritable::NotText(1, "gbk".into())));
        assert_eq!(converted("hex", "00 41", "utf-8", "zeros"), Err(Unwritable::NotZeros(2, 0x41)));
        assert_eq!(converted("zeros", "65537", "utf-8", "hex"), Err(Unwritable::TooMany(65537)));
    }

    #[test]
    fn what_was_entered_wrong_is_kept_as_it_stands() {
        assert_eq!(converted("hex", "hello", "utf-8", "text").as_deref(), Ok("hello"));
    }

    #[test]
    fn escapes_give_the_same_bytes_again() {
        let all: Vec<u8> = (0..=255).chain(*b"\xe2\x80\xae\xc2\x85").collect();
        let payload = Payload::Escaped { escaped: escape(&all) };
        assert_eq!(payload.to_bytes().unwrap(), all);
    }
}
