//! Which bytes make which character: what links a dump, a text and the other way round.

/// A character, or what stands for bytes that are none, and the bytes that it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The first byte's place.
    pub start: usize,
    /// The place behind the last byte.
    pub end: usize,
    /// What is read there; more than one character where a decoder took a wrong byte and its neighbour together.
    pub text: String,
}

/// Splits bytes into characters with a decoder that takes one byte at a time and says what is complete now. Given no
/// byte it says what was left over.
pub fn cells(bytes: &[u8], mut decode: impl FnMut(Option<u8>) -> String) -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut start = 0;
    for (place, byte) in bytes.iter().enumerate() {
        let text = decode(Some(*byte));
        if !text.is_empty() {
            cells.push(Cell { start, end: place + 1, text });
            start = place + 1;
        }
    }
    let text = decode(None);
    if start < bytes.len() {
        let text = if text.is_empty() { String::from(char::REPLACEMENT_CHARACTER) } else { text };
        cells.push(Cell { start, end: bytes.len(), text });
    }
    cells
}

/// The cell that holds a byte.
pub fn cell_at(cells: &[Cell], place: usize) -> Option<&Cell> {
    let index = cells.partition_point(|cell| cell.end <= place);
    cells.get(index).filter(|cell| cell.start <= place)
}

/// The parts of cells that stand in one line of a dump: first column, number of columns, and the text where the
/// character begins in this line.
pub fn in_line(cells: &[Cell], start: usize, end: usize) -> Vec<(usize, usize, &Cell)> {
    cells
        .iter()
        .skip_while(|cell| cell.end <= start)
        .take_while(|cell| cell.start < end)
        .map(|cell| {
            let from = cell.start.max(start);
            (from - start, cell.end.min(end) - from, cell)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A decoder of UTF-8 as browsers have one.
    fn utf8() -> impl FnMut(Option<u8>) -> String {
        let mut held = Vec::new();
        move |byte| {
            let Some(byte) = byte else { return String::new() };
            held.push(byte);
            match std::str::from_utf8(&held) {
                Ok(text) => {
                    let text = text.to_owned();
                    held.clear();
                    text
                }
                Err(error) if error.error_len().is_none() => String::new(),
                Err(_) => {
                    held.clear();
                    String::from(char::REPLACEMENT_CHARACTER)
                }
            }
        }
    }

    #[test]
    fn each_character_has_its_bytes() {
        let cells = cells("a漢é".as_bytes(), utf8());
        let places: Vec<_> = cells.iter().map(|cell| (cell.start, cell.end, cell.text.as_str())).collect();
        assert_eq!(places, [(0, 1, "a"), (1, 4, "漢"), (4, 6, "é")]);
        assert_eq!(cell_at(&cells, 2).unwrap().text, "漢");
        assert_eq!(cell_at(&cells, 6), None);
    }

    #[test]
    fn bytes_that_are_no_character_are_shown_as_such() {
        let cells = cells(b"\xffa\xe6\xbc", utf8());
        let places: Vec<_> = cells.iter().map(|cell| (cell.start, cell.end, cell.text.as_str())).collect();
        assert_eq!(places, [(0, 1, "\u{fffd}"), (1, 2, "a"), (2, 4, "\u{fffd}")]);
    }

    #[test]
    fn a_character_over_the_end_of_a_line_is_in_both() {
        let cells = cells("abcdefg漢".as_bytes(), utf8());
        let first: Vec<_> =
            in_line(&cells, 0, 8).into_iter().map(|(column, width, _)| (column, width)).collect();
        assert_eq!(first.last(), Some(&(7, 1)));
        let second = in_line(&cells, 8, 16);
        assert_eq!((second[0].0, second[0].1, second[0].2.text.as_str()), (0, 2, "漢"));
    }
}
