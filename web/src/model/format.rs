//! Numbers, times and received text as a person reads them.

/// A byte count: `12 B`, `4.0 KiB`.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if count < 1024 {
        return format!("{count} B");
    }
    let mut value = count as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// A duration: `85 µs`, `1.25 ms`, `3.4 s`, `2:05`.
pub fn duration_us(micros: u64) -> String {
    match micros {
        0..1_000 => format!("{micros} µs"),
        1_000..1_000_000 => format!("{:.2} ms", micros as f64 / 1e3),
        1_000_000..60_000_000 => format!("{:.1} s", micros as f64 / 1e6),
        _ => {
            let seconds = micros / 1_000_000;
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

/// The same over several lines: line ends and tabs stay.
pub fn visible_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\t' => out.push(character),
            '\r' => {}
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
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {
            out.push_str(&format!("\\u{{{:x}}}", u32::from(character)));
        }
        _ => out.push(character),
    }
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
    }
}
