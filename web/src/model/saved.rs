//! A saved log: a file of JSON lines, as the server exports it, read back into what the page shows.
//!
//! It is read in steps, so that the page stays alive while it reads. A line that cannot be read is named, kept as it
//! stands, and stops nothing.

use std::ops::Range;

use sockyard_protocol::Event;

use super::log_store::LogStore;
use super::sockets::SocketTable;

/// Largest file that is opened: as much as the log of the page keeps. It is in memory twice while it is read.
pub const FILE_BYTES_MAX: usize = super::log_store::BYTES_MAX;
/// Most lines that are named as unreadable one by one; the others are counted.
pub const MISTAKES_MAX: usize = 200;
/// Most characters of an unreadable line that are shown.
const SHOWN_CHARS: usize = 160;

/// Why a line is no event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is not UTF-8 from this byte of the line on.
    NotUtf8(usize),
    /// It is not JSON; what stands against it.
    NotJson(String),
    /// It is JSON, but no event; which field is wrong and how.
    NotEvent(String),
    /// An earlier line has the same number.
    Repeated(u64),
}

/// A line that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Its number in the file, from 1.
    pub line: usize,
    /// Why.
    pub reason: Reason,
    /// Its beginning.
    pub text: String,
}

/// What a file held.
#[derive(Default)]
pub struct Saved {
    /// Its events.
    pub log: LogStore,
    /// The sockets as they stood at its end.
    pub sockets: SocketTable,
    /// The first [`MISTAKES_MAX`] lines that could not be read.
    pub mistakes: Vec<Mistake>,
    /// How many could not be read in all.
    pub mistakes_total: usize,
}

/// A file that is being read: first line by line, then in the order of its events.
pub struct Reading {
    bytes: Vec<u8>,
    /// How far it is read.
    position: usize,
    line: usize,
    /// The number of each event, its line, and where it stands.
    found: Vec<(u64, usize, Range<usize>)>,
    /// How many of those stand in the log, once all lines are read.
    placed: usize,
    saved: Saved,
}

impl Reading {
    /// Begins to read a file.
    pub fn new(bytes: Vec<u8>) -> Reading {
        // Windows' editors begin a file with this mark.
        let position = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        Reading { bytes, position, line: 0, found: Vec::new(), placed: 0, saved: Saved::default() }
    }

    /// Does so many lines more; false once all is done.
    pub fn step(&mut self, lines: usize) -> bool {
        for _ in 0..lines {
            if self.position < self.bytes.len() {
                self.read_line();
            } else if self.placed < self.found.len() {
                self.place();
            } else {
                return false;
            }
        }
        true
    }

    /// How much is done, from 0 to 1.
    pub fn share(&self) -> f64 {
        let read = self.position as f64 / self.bytes.len().max(1) as f64;
        let placed = self.placed as f64 / self.found.len().max(1) as f64;
        (read.min(1.0) + placed) / 2.0
    }

    /// What was read.
    pub fn finish(mut self) -> Saved {
        self.saved.mistakes.sort_by_key(|mistake| mistake.line);
        self.saved
    }

    fn read_line(&mut self) {
        let rest = &self.bytes[self.position..];
        let length = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        let range = self.position..self.position + length;
        self.position = range.end + 1;
        self.line += 1;
        self.take(range);
        if self.position >= self.bytes.len() {
            // Lines may stand in any order; their numbers say in which they happened.
            self.found.sort_by_key(|(seq, line, _)| (*seq, *line));
        }
    }

    fn place(&mut self) {
        let Some((seq, line, range)) = self.found.get(self.placed).cloned() else { return };
        self.placed += 1;
        if seq == self.saved.log.last_seq() {
            return self.mistake(line, range, Reason::Repeated(seq));
        }
        let json =
            self.bytes.get(range).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default();
        if let Ok(event) = serde_json::from_str::<Event>(json) {
            self.saved.log.push(&event, json.trim());
            self.saved.sockets.apply(&event);
        }
    }

    fn take(&mut self, range: Range<usize>) {
        let bytes = &self.bytes[range.clone()];
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return;
        }
        let read = match std::str::from_utf8(bytes) {
            Ok(json) => number(json),
            Err(error) => Err(Reason::NotUtf8(error.valid_up_to() + 1)),
        };
        match read {
            Ok(seq) => self.found.push((seq, self.line, range)),
            Err(reason) => self.mistake(self.line, range, reason),
        }
    }

    fn mistake(&mut self, line: usize, range: Range<usize>, reason: Reason) {
        self.saved.mistakes_total += 1;
        if self.saved.mistakes.len() < MISTAKES_MAX {
            // A character takes at most four bytes.
            let end = range.end.min(range.start + 4 * SHOWN_CHARS);
            let text = String::from_utf8_lossy(&self.bytes[range.start..end]);
            let text = text.trim().chars().take(SHOWN_CHARS).collect();
            self.saved.mistakes.push(Mistake { line, reason, text });
        }
    }
}

/// The number of the event that a line holds.
fn number(json: &str) -> Result<u64, Reason> {
    match serde_json::from_str::<Event>(json) {
        Ok(Event { seq: 0, .. }) => Err(Reason::NotEvent("seq is 0, but the first event is 1".to_owned())),
        Ok(event) => Ok(event.seq),
        Err(error) if error.is_data() => Err(Reason::NotEvent(words(&error))),
        Err(error) => Err(Reason::NotJson(words(&error))),
    }
}

/// Every line is read by itself, so "at line 1" would only confuse.
fn words(error: &serde_json::Error) -> String {
    error.to_string().replace(" at line 1 column ", " at column ")
}

/// Whether a file's name is that of a saved log.
pub fn is_log_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".jsonl", ".ndjson"].iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: impl AsRef<[u8]>) -> Saved {
        let mut reading = Reading::new(text.as_ref().to_vec());
        while reading.step(2) {}
        reading.finish()
    }

    fn note(seq: u64) -> String {
        format!(r#"{{"seq":{seq},"time_us":5,"kind":"note","text":"{seq}"}}"#)
    }

    fn numbers(saved: &Saved) -> Vec<u64> {
        (0..saved.log.len()).filter_map(|row| saved.log.meta(row)).map(|meta| meta.seq).collect()
    }

    #[test]
    fn every_event_of_a_file_comes_back() {
        let created = r#"{"seq":1,"time_us":1,"kind":"created","socket":3,"family":"inet","type":"dgram"}"#;
        let saved = read(format!("{created}\n{}\r\n\n{}", note(2), note(3)));
        assert_eq!(numbers(&saved), [1, 2, 3]);
        assert_eq!(saved.log.json(1), Some(note(2)));
        assert_eq!(saved.sockets.numbers(), [3]);
        assert_eq!(saved.mistakes_total, 0);
    }

    #[test]
    fn a_line_that_is_no_event_is_named_and_stops_nothing() {
        let text = format!("{}\n{{\"seq\":\n{{\"seq\":7}}\n{}\n", note(1), note(3));
        let saved = read(text);
        assert_eq!(numbers(&saved), [1, 3]);
        let lines: Vec<usize> = saved.mistakes.iter().map(|mistake| mistake.line).collect();
        assert_eq!(lines, [2, 3]);
        assert!(matches!(saved.mistakes[0].reason, Reason::NotJson(_)), "{:?}", saved.mistakes[0]);
        let Reason::NotEvent(words) = &saved.mistakes[1].reason else { panic!("{:?}", saved.mistakes[1]) };
        assert!(words.contains("`time_us`"), "{words}");
        assert_eq!(saved.mistakes[1].text, "{\"seq\":7}");
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_named_where_they_stand() {
        let mut bytes = note(1).into_bytes();
        bytes.extend(b"\nab\xffcd\n");
        let saved = read(bytes);
        assert_eq!(numbers(&saved), [1]);
        assert_eq!(saved.mistakes[0].reason, Reason::NotUtf8(3));
        assert_eq!(saved.mistakes[0].line, 2);
    }

    #[test]
    fn lines_in_another_order_are_put_right_and_repeated_ones_named() {
        let saved = read([note(3), note(1), note(3), note(2)].join("\n"));
        assert_eq!(numbers(&saved), [1, 2, 3]);
        assert_eq!(saved.mistakes.len(), 1);
        assert_eq!((saved.mistakes[0].line, &saved.mistakes[0].reason), (3, &Reason::Repeated(3)));
    }

    #[test]
    fn unreadable_lines_are_counted_beyond_those_that_are_kept() {
        let saved = read("no\n".repeat(MISTAKES_MAX + 50));
        assert_eq!((saved.mistakes.len(), saved.mistakes_total), (MISTAKES_MAX, MISTAKES_MAX + 50));
        assert!(saved.log.is_empty());
    }

    #[test]
    fn a_mark_at_the_beginning_is_no_mistake() {
        let saved = read(format!("\u{feff}{}", note(1)));
        assert_eq!((numbers(&saved), saved.mistakes_total), (vec![1], 0));
    }
}
