//! Text to bytes in the encodings of the WHATWG Encoding Standard, without ever replacing a character.

use encoding_rs::{EncoderResult, Encoding, REPLACEMENT, UTF_16BE, UTF_16LE};

use crate::payload::PayloadError;

/// The bytes of `text` in the encoding that `label` names.
///
/// # Errors
/// An unknown label, or the first character that the encoding lacks and its position, counted from 1.
pub fn encode(text: &str, label: &str) -> Result<Vec<u8>, PayloadError> {
    let encoding =
        Encoding::for_label(label.as_bytes()).filter(|encoding| *encoding != REPLACEMENT).ok_or_else(
            || PayloadError(format!("{label:?} is not an encoding; utf-8, gbk, big5 and shift_jis are some")),
        )?;
    // The standard has no encoder for UTF-16 (forms must not be sent in it); whoever asks for it wants its bytes.
    if encoding == UTF_16LE {
        return Ok(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
    }
    if encoding == UTF_16BE {
        return Ok(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
    }
    let mut encoder = encoding.new_encoder();
    let room = encoder.max_buffer_length_from_utf8_without_replacement(text.len()).unwrap_or(text.len() * 4);
    let mut bytes = Vec::with_capacity(room);
    let mut read = 0;
    loop {
        let (result, taken) =
            encoder.encode_from_utf8_to_vec_without_replacement(&text[read..], &mut bytes, true);
        read += taken;
        match result {
            EncoderResult::InputEmpty => return Ok(bytes),
            EncoderResult::OutputFull => bytes.reserve(text.len() - read + 16),
            EncoderResult::Unmappable(character) => {
                // The encoder has consumed the character that it could not map.
                let position = text[..read].chars().count();
                return Err(PayloadError(format!(
                    "{} has no {character:?} (character {position})",
                    encoding.name().to_lowercase()
                )));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encodings_of_textbooks_give_their_bytes() {
        let check = |label: &str, text: &str, expected: &[u8]| {
            assert_eq!(encode(text, label).as_deref(), Ok(expected), "{label}");
        };
        // Checked against Python's codecs of the same names.
        check("utf-8", "漢字", b"\xe6\xbc\xa2\xe5\xad\x97");
        check("gbk", "漢字", b"\x9dh\xd7\xd6");
        check("GB2312", "你好", b"\xc4\xe3\xba\xc3");
        check("gb18030", "😀", b"\x94\x39\xfc\x36");
        check("big5", "漢字", b"\xba~\xa6r");
        check("shift_jis", "漢字", b"\x8a\xbf\x8e\x9a");
        check("euc-kr", "한글", b"\xc7\xd1\xb1\xdb");
        check("iso-8859-1", "é", b"\xe9");
        check("utf-16le", "漢", b"\x22\x6f");
        check("utf-16be", "漢", b"\x6f\x22");
    }

    #[test]
    fn a_character_that_the_encoding_lacks_is_named_with_its_place() {
        assert_eq!(
            encode("é漢", "iso-8859-1"),
            Err(PayloadError("windows-1252 has no '漢' (character 2)".into()))
        );
        assert_eq!(encode("a😀", "gbk"), Err(PayloadError("gbk has no '😀' (character 2)".into())));
    }

    #[test]
    fn an_unknown_label_is_an_error() {
        for label in ["", "klingon", "utf-32", "hz-gb-2312", "replacement"] {
            assert!(encode("a", label).is_err(), "{label}");
        }
    }
}
