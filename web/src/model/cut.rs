//! Characters that the border between two `recv` calls went through.
//!
//! A stream keeps no boundaries, so a character of several bytes may come in parts. UTF-8 only: its first byte says how
//! many follow, and every other byte says that it is not a first one (RFC 3629, section 3).

/// Longest character in UTF-8, in bytes.
const LONGEST: usize = 4;

/// Bytes of one event of the log.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'a> {
    /// The event's number.
    pub seq: u64,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// A character of which an event has only some bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The character, where all of it is known.
    pub character: Option<char>,
    /// How many bytes it has.
    pub total: usize,
    /// How many of them the earlier events have.
    pub before: usize,
    /// How many this event has.
    pub here: usize,
    /// The events that have the others.
    pub elsewhere: Vec<u64>,
}

/// The characters that the borders of `bytes` go through: at its beginning, and at its end. `earlier` and `later` are
/// the events of the same socket and direction, in their order.
pub fn cuts(earlier: &[Chunk<'_>], bytes: &[u8], later: &[Chunk<'_>]) -> Vec<Cut> {
    let mut window: Vec<(Option<u64>, u8)> = Vec::new();
    for chunk in earlier {
        window.extend(chunk.bytes.iter().map(|byte| (Some(chunk.seq), *byte)));
    }
    // A border concerns three bytes on each side of it.
    let from = window.len().saturating_sub(LONGEST - 1);
    window.drain(..from);
    let start = window.len();
    window.extend(bytes.iter().map(|byte| (None, *byte)));
    let end = window.len();
    let rest = later.iter().flat_map(|chunk| chunk.bytes.iter().map(|byte| (Some(chunk.seq), *byte)));
    window.extend(rest.take(LONGEST - 1));

    let mut places: Vec<usize> = (0..start).collect();
    places.extend(end.saturating_sub(LONGEST - 1).max(start)..end);
    places.into_iter().filter_map(|place| cut_at(&window, place, start, end)).collect()
}

/// Whether bytes are UTF-8 but for a character's last bytes at their beginning and its first ones at their end.
pub fn is_middle_of_utf8(bytes: &[u8]) -> bool {
    let rest = bytes.iter().take(LONGEST - 1).take_while(|byte| (0x80..0xc0).contains(*byte)).count();
    match std::str::from_utf8(bytes.get(rest..).unwrap_or_default()) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    }
}

/// The character that begins at a place of the window, where a border of `start..end` goes through it.
fn cut_at(window: &[(Option<u64>, u8)], place: usize, start: usize, end: usize) -> Option<Cut> {
    let total = length(window.get(place)?.1)?;
    let known: Vec<u8> = window.iter().skip(place).take(total).map(|(_, byte)| *byte).collect();
    let behind = place + total;
    if !(place < start && behind > start && end > start || place >= start && behind > end) {
        return None;
    }
    let character = match std::str::from_utf8(&known) {
        Ok(text) => text.chars().next(),
        // Its other bytes have not come; what has come may begin a character.
        Err(error) if error.error_len().is_none() && known.len() < total => None,
        Err(_) => return None,
    };
    let mut elsewhere: Vec<u64> = window.iter().skip(place).take(total).filter_map(|(seq, _)| *seq).collect();
    elsewhere.dedup();
    let here = window.iter().skip(place).take(total).filter(|(seq, _)| seq.is_none()).count();
    Some(Cut { character, total, before: start.saturating_sub(place), here, elsewhere })
}

/// How many bytes a character with this first byte has; nothing for one byte alone and for bytes that begin none.
fn length(first: u8) -> Option<usize> {
    match first {
        0xc2..=0xdf => Some(2),
        0xe0..=0xef => Some(3),
        0xf0..=0xf4 => Some(4),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(seq: u64, bytes: &[u8]) -> Chunk<'_> {
        Chunk { seq, bytes }
    }

    #[test]
    fn a_character_cut_at_the_end_is_completed_by_the_next_line() {
        let text = "漢字".as_bytes();
        let cut = cuts(&[], &text[..5], &[chunk(12, &text[5..])]);
        assert_eq!(cut, [Cut { character: Some('字'), total: 3, before: 0, here: 2, elsewhere: vec![12] }]);
        let cut = cuts(&[chunk(11, &text[..5])], &text[5..], &[]);
        assert_eq!(cut, [Cut { character: Some('字'), total: 3, before: 2, here: 1, elsewhere: vec![11] }]);
    }

    #[test]
    fn a_character_in_three_parts_names_both_other_lines() {
        let text = "漢".as_bytes();
        let cut = cuts(&[chunk(1, &text[..1])], &text[1..2], &[chunk(3, &text[2..])]);
        assert_eq!(cut, [Cut { character: Some('漢'), total: 3, before: 1, here: 1, elsewhere: vec![1, 3] }]);
    }

    #[test]
    fn what_has_not_come_yet_is_not_known() {
        let cut = cuts(&[], &"漢".as_bytes()[..2], &[]);
        assert_eq!(cut, [Cut { character: None, total: 3, before: 0, here: 2, elsewhere: vec![] }]);
    }

    #[test]
    fn parts_of_utf_8_are_told_from_other_encodings() {
        let text = "漢字漢".as_bytes();
        for part in [&text[..4], &text[1..], &text[2..8], &text[7..8]] {
            assert!(is_middle_of_utf8(part), "{part:x?}");
        }
        assert!(!is_middle_of_utf8(b"\xc4\xe3\xba\xc3"));
    }

    #[test]
    fn whole_characters_and_other_encodings_are_not_cut() {
        assert_eq!(cuts(&[chunk(1, "漢".as_bytes())], "字".as_bytes(), &[chunk(3, b"a")]), []);
        // 你好 in gbk, between lines of ASCII.
        assert_eq!(cuts(&[chunk(1, b"abc")], b"\xc4\xe3\xba\xc3", &[chunk(3, b"abc")]), []);
        assert_eq!(cuts(&[], b"", &[]), []);
    }
}
