//! Bytes as the three columns of a hex dump: offset, hexadecimal, ASCII.

/// One line of a dump.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DumpLine {
    /// Offset of its first byte, as four or more hexadecimal digits.
    pub offset: String,
    /// Its bytes in hexadecimal, with a wider gap in the middle.
    pub hex: String,
    /// The same bytes as ASCII; a dot stands for what ASCII cannot show.
    pub ascii: String,
}

/// The lines of a dump with `width` bytes each.
pub fn dump(bytes: &[u8], width: usize) -> Vec<DumpLine> {
    let width = width.max(1);
    bytes
        .chunks(width)
        .enumerate()
        .map(|(line, chunk)| DumpLine {
            offset: format!("{:04x}", line * width),
            hex: hex_columns(chunk, width),
            ascii: chunk.iter().map(|byte| printable(*byte)).collect(),
        })
        .collect()
}

/// Bytes as hexadecimal pairs with a space between, at most `most` of them.
pub fn hex_line(bytes: &[u8], most: usize) -> String {
    let mut text = String::with_capacity(bytes.len().min(most) * 3 + 2);
    for (index, byte) in bytes.iter().take(most).enumerate() {
        if index > 0 {
            text.push(' ');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    if bytes.len() > most {
        text.push_str(" …");
    }
    text
}

fn hex_columns(chunk: &[u8], width: usize) -> String {
    let mut text = String::with_capacity(width * 3 + 1);
    for column in 0..width {
        if column > 0 {
            text.push(' ');
        }
        if column > 0 && column * 2 == width {
            text.push(' ');
        }
        match chunk.get(column) {
            Some(byte) => text.push_str(&format!("{byte:02x}")),
            None => text.push_str("  "),
        }
    }
    text
}

fn printable(byte: u8) -> char {
    match byte {
        0x20..=0x7e => byte as char,
        _ => '.',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_lines_up_its_columns() {
        let lines = dump(b"hello, \x00\xff sockets", 8);
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[0].offset, "0000");
        assert_eq!(lines[0].hex, "68 65 6c 6c  6f 2c 20 00");
        assert_eq!(lines[0].ascii, "hello, .");
        assert_eq!(lines[1].offset, "0008");
        assert!(lines.iter().all(|line| line.hex.len() == lines[0].hex.len()));
    }

    #[test]
    fn a_line_of_hex_says_where_it_was_cut() {
        assert_eq!(hex_line(b"abc", 8), "61 62 63");
        assert_eq!(hex_line(b"abc", 2), "61 62 …");
        assert_eq!(hex_line(b"", 2), "");
    }
}
