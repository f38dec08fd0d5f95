//! Numbers, times and received text as a person reads them.

/// A byte count: `12 B`, `4.0 KiB`.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if count < 1024 {
        return format!("{count} B");
    }
    let mut value = count as f64 / 1024.0;
    let mut unit = 0;
    // From here on one decimal would round up to 1024.0.
    while value >= 1023.95 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// A duration: `85 µs`, `1.25 ms`, `3.4 s`, `2:05`.
pub fn duration_us(micros: u64) -> String {
    match micros {
        0..1_000 => format!("{micros} µs"),
        // The limits are where rounding would reach the next unit.
        1_000..999_995 => format!("{:.2} ms", micros as f64 / 1e3),
        999_995..59_950_000 => format!("{:.1} s", micros as f64 / 1e6),
        _ => {
            let seconds = micros.max(60_000_000) / 1_000_000;
            format!("{}:{:02}", seconds / 60, seconds % 60)
        }
    }
}

/// The time of day with milliseconds, `offset_minutes` east of UTC.
pub fn clock(time_us: u64, offset_minutes: i32) -> String {
    let millis = (time_us / 1000) as i64 + i64::from(offset_minutes) * 60_000;
    let of_day = millis.rem_euclid(86_400_000);
    let (seconds, millis) = (of_day / 1000, of_day % 1000);
    format!("{:02}:{:02}:{:02}.{millis:03}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// A number with a thin space between thousands.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{2009}');
        }
        text.push(digit);
    }
    text
}

/// Text on one line and without characters that would act instead of being seen: line ends, other controls
/// and the marks that turn the writing direction become escapes. At most `most` characters.
pub fn visible(text: &str, most: usize) -> String {
    let mut out = String::with_capacity(text.len().min(most * 4));
    for (count, character) in text.chars().enumerate() {
        if count == most {
            out.push('…');
            break;
        }
        push_visible(&mut out, character);
    }
    out
}

/// The same over several lines: line ends and tabs stay. A carriage return alone ends no line and is seen.
pub fn visible_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\n' | '\t' => out.push(character),
            '\r' if characters.peek() == Some(&'\n') => {}
            _ => push_visible(&mut out, character),
        }
    }
    out
}

fn push_visible(out: &mut String, character: char) {
    match character {
        '\r' => out.push_str("\\r"),
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        _ if character.is_control() => out.push_str(&format!("\\x{:02x}", u32::from(character))),
        _ if acts(character) => {
            out.push_str(&format!("\\u{{{:x}}}", u32::from(character)));
        }
        _ => out.push(character),
    }
}

/// Whether a character is not seen itself but ends lines, turns the writing direction or joins its neighbours.
pub fn acts(character: char) -> bool {
    matches!(
        character,
        '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
    )
}

/// The text that bytes begin with and the rest, which is empty or a character's first bytes: where a chunk
/// of a stream ends is chance. Nothing where the bytes are no UTF-8.
pub fn text_and_rest(bytes: &[u8]) -> Option<(&str, &[u8])> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some((text, &[])),
        Err(error) if error.error_len().is_none() && error.valid_up_to() > 0 => {
            let (text, rest) = bytes.split_at(error.valid_up_to());
            Some((std::str::from_utf8(text).ok()?, rest))
        }
        Err(_) => None,
    }
}

/// Bytes as escapes.
pub fn escaped(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(1023), "1023 B");
        assert_eq!(bytes(4096), "4.0 KiB");
        assert_eq!(bytes(1_048_576), "1.0 MiB");
        assert_eq!(duration_us(85), "85 µs");
        assert_eq!(duration_us(1_250), "1.25 ms");
        assert_eq!(duration_us(3_400_000), "3.4 s");
        assert_eq!(duration_us(125_000_000), "2:05");
        assert_eq!(bytes(1_048_575), "1.0 MiB");
        assert_eq!(duration_us(999_994), "999.99 ms");
        assert_eq!(duration_us(999_999), "1.0 s");
        assert_eq!(duration_us(59_999_999), "1:00");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1\u{2009}234\u{2009}567");
    }

    #[test]
    fn the_clock_shows_the_readers_own_time() {
        assert_eq!(clock(0, 0), "00:00:00.000");
        assert_eq!(clock(1_500, 8 * 60), "08:00:00.001");
        assert_eq!(clock(0, -60), "23:00:00.000");
    }

    #[test]
    fn characters_that_act_are_shown_instead() {
        assert_eq!(visible("a\r\n\tb\0", 99), "a\\r\\n\\tb\\x00");
        assert_eq!(visible("\u{202e}evil", 99), "\\u{202e}evil");
        assert_eq!(visible("漢字漢字", 2), "漢字…");
        assert_eq!(visible_lines("a\r\nb\u{7}"), "a\nb\\x07");
        assert_eq!(visible_lines("a\rb\r"), "a\\rb\\r");
        assert_eq!(visible("\u{61c}\u{2028}\u{2029}", 9), "\\u{61c}\\u{2028}\\u{2029}");
    }

    #[test]
    fn text_that_ends_inside_a_character_is_text() {
        let bytes = "漢字".as_bytes();
        assert_eq!(text_and_rest(bytes), Some(("漢字", &[][..])));
        assert_eq!(text_and_rest(&bytes[..5]), Some(("漢", &bytes[3..5])));
        assert_eq!(escaped(&bytes[3..5]), "\\xe5\\xad");
        assert_eq!(text_and_rest(&bytes[..2]), None);
        assert_eq!(text_and_rest(&[0xba, 0xba]), None);
    }
}
