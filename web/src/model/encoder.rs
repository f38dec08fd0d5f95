//! Text to bytes in the legacy encodings, without their tables: browsers can only decode, so a table is made once by
//! decoding everything that an encoding has.
//!
//! The exceptions are those of the WHATWG Encoding Standard's encoders. What an encoding writes in more than two bytes is
//! left to the server.

use std::collections::HashMap;

/// Why a text has no bytes here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The encoding lacks this character; its position counts from 1.
    Character(char, usize, &'static str),
    /// It may have them, but only the server can tell.
    Table,
}

/// What knows the encodings.
pub trait Tables {
    /// The bytes of a text.
    fn encode(&self, text: &str, encoding: &str) -> Result<Vec<u8>, Missing>;
    /// The text of bytes; what is none becomes U+FFFD.
    fn decode(&self, bytes: &[u8], encoding: &str) -> String;
}

/// One encoding, from characters to their one or two bytes.
pub struct Encoder {
    name: &'static str,
    bytes: HashMap<char, Code>,
    /// Whether there are characters of more than two bytes.
    has_longer: bool,
}

#[derive(Clone, Copy)]
enum Code {
    One(u8),
    Two(u8, u8),
}

/// The first bytes of two, and the second ones.
struct Pairs {
    lead: std::ops::RangeInclusive<u8>,
    trail: std::ops::RangeInclusive<u8>,
}

impl Encoder {
    /// Makes the table of an encoding by its decoder.
    pub fn new(name: &'static str, decode: impl Fn(&[u8]) -> String) -> Encoder {
        let mut bytes = HashMap::new();
        for byte in 0..=u8::MAX {
            if let Some(character) = single(&decode(&[byte])) {
                bytes.entry(character).or_insert(Code::One(byte));
            }
        }
        if let Some(Pairs { lead, trail }) = pairs(name) {
            for first in lead.filter(|first| !is_only_read(name, *first)) {
                for (second, character) in decoded_row(first, trail.clone(), &decode) {
                    let code = Code::Two(first, second);
                    match takes_last(name, character) {
                        true => {
                            bytes.insert(character, code);
                        }
                        false => {
                            bytes.entry(character).or_insert(code);
                        }
                    }
                }
            }
        }
        for (character, code) in exceptions(name) {
            bytes.insert(*character, *code);
        }
        Encoder { name, bytes, has_longer: name == "gb18030" }
    }

    /// The bytes of a text.
    ///
    /// # Errors
    /// The first character that the encoding lacks.
    pub fn encode(&self, text: &str) -> Result<Vec<u8>, Missing> {
        let mut bytes = Vec::with_capacity(text.len());
        for (index, character) in text.chars().enumerate() {
            match self.bytes.get(&character) {
                Some(Code::One(byte)) => bytes.push(*byte),
                Some(Code::Two(first, second)) => bytes.extend([*first, *second]),
                None if self.has_longer || is_private(character) => return Err(Missing::Table),
                None => return Err(Missing::Character(character, index + 1, self.name)),
            }
        }
        Ok(bytes)
    }
}

/// The bytes of a text in an encoding that needs no table.
pub fn encode_unicode(text: &str, encoding: &str) -> Option<Vec<u8>> {
    match encoding {
        "utf-8" | "" => Some(text.as_bytes().to_vec()),
        "utf-16le" => Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        "utf-16be" => Some(text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        _ => None,
    }
}

/// Decodes all second bytes of a first one in one go, with a line's end after each pair to tell them apart.
fn decoded_row(
    first: u8,
    trail: std::ops::RangeInclusive<u8>,
    decode: &impl Fn(&[u8]) -> String,
) -> Vec<(u8, char)> {
    let row: Vec<u8> = trail.clone().flat_map(|second| [first, second, b'\n']).collect();
    let text = decode(&row);
    trail.zip(text.split('\n')).filter_map(|(second, pair)| Some((second, single(pair)?))).collect()
}

/// The only character of a text, where it stands for bytes.
fn single(text: &str) -> Option<char> {
    let mut characters = text.chars();
    let only = characters.next().filter(|_| characters.next().is_none())?;
    (only != char::REPLACEMENT_CHARACTER && !is_private(only)).then_some(only)
}

/// Whether a character is for private use. What became of these differs between the ways to read and to write, and only
/// the server has both.
fn is_private(character: char) -> bool {
    matches!(character, '\u{e000}'..='\u{f8ff}')
}

/// The pairs that the encoding's encoder writes; its decoder may know more.
fn pairs(name: &str) -> Option<Pairs> {
    Some(match name {
        "gbk" | "gb18030" => Pairs { lead: 0x81..=0xfe, trail: 0x40..=0xfe },
        // The rows below hold the Hong Kong characters, which are only read.
        "big5" => Pairs { lead: 0xa1..=0xfe, trail: 0x40..=0xfe },
        "shift_jis" => Pairs { lead: 0x81..=0xfc, trail: 0x40..=0xfc },
        "euc-jp" => Pairs { lead: 0x8e..=0xfe, trail: 0xa1..=0xfe },
        "euc-kr" => Pairs { lead: 0x81..=0xfe, trail: 0x41..=0xfe },
        _ => return None,
    })
}

/// Shift_JIS has the rows of NEC's selection twice and writes them by IBM's.
fn is_only_read(name: &str, first: u8) -> bool {
    name == "shift_jis" && matches!(first, 0xed..=0xef)
}

/// Big5 has some characters twice and writes these by their second place.
fn takes_last(name: &str, character: char) -> bool {
    name == "big5"
        && matches!(character, '\u{2550}' | '\u{255e}' | '\u{2561}' | '\u{256a}' | '\u{5341}' | '\u{5345}')
}

/// Characters that are written and never read.
fn exceptions(name: &str) -> &'static [(char, Code)] {
    match name {
        "shift_jis" => {
            &[('\u{a5}', Code::One(0x5c)), ('\u{203e}', Code::One(0x7e)), ('\u{2212}', Code::Two(0x81, 0x7c))]
        }
        "euc-jp" => {
            &[('\u{a5}', Code::One(0x5c)), ('\u{203e}', Code::One(0x7e)), ('\u{2212}', Code::Two(0xa1, 0xdd))]
        }
        // Its decoder reads the euro sign's single byte, too.
        "gb18030" => &[('€', Code::Two(0xa2, 0xe3))],
        _ => &[],
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::model::form::ENCODINGS;
    use encoding_rs::Encoding;

    /// The tables of a library in place of the browser's.
    pub(crate) struct Native;

    fn decode(bytes: &[u8], name: &str) -> String {
        let encoding = Encoding::for_label(name.as_bytes()).unwrap();
        encoding.decode_without_bom_handling(bytes).0.into_owned()
    }

    impl Tables for Native {
        fn encode(&self, text: &str, encoding: &str) -> Result<Vec<u8>, Missing> {
            let name = ENCODINGS.iter().find(|name| **name == encoding).unwrap();
            match encode_unicode(text, encoding) {
                Some(bytes) => Ok(bytes),
                None => Encoder::new(name, |bytes| decode(bytes, name)).encode(text),
            }
        }

        fn decode(&self, bytes: &[u8], encoding: &str) -> String {
            decode(bytes, encoding)
        }
    }

    /// Every character of the Basic Multilingual Plane, against a library that follows the standard.
    #[test]
    fn every_character_has_the_bytes_of_the_standard() {
        for name in ENCODINGS.into_iter().filter(|name| encode_unicode("", name).is_none()) {
            let encoder = Encoder::new(name, |bytes| decode(bytes, name));
            let standard = Encoding::for_label(name.as_bytes()).unwrap();
            let mut wrong = Vec::new();
            for character in ('\0'..='\u{ffff}').chain('\u{20000}'..='\u{2a6df}') {
                let text = character.to_string();
                let (bytes, _, lacks) = standard.encode(&text);
                let expected = (!lacks).then_some(bytes.as_ref());
                let own = encoder.encode(&text);
                let same = match &own {
                    Ok(own) => expected == Some(own.as_slice()),
                    Err(Missing::Character(..)) => expected.is_none(),
                    Err(Missing::Table) => {
                        is_private(character) || expected.is_none_or(|bytes| bytes.len() > 2)
                    }
                };
                if !same {
                    wrong.push((character, own.is_ok(), expected.map(<[u8]>::to_vec)));
                }
            }
            assert!(wrong.is_empty(), "{name}: {} {:?}", wrong.len(), &wrong[..wrong.len().min(12)]);
        }
    }

    #[test]
    fn a_character_that_is_lacking_is_named_with_its_place() {
        let name = "gbk";
        let encoder = Encoder::new(name, |bytes| decode(bytes, name));
        assert_eq!(encoder.encode("a😀"), Err(Missing::Character('😀', 2, "gbk")));
    }
}
