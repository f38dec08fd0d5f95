//! A session as a program: its lines, their colours, and which of them make which event.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use super::export::Format;
use super::highlight::{self, Class, Open};

/// A program as the page shows it.
#[derive(Debug)]
pub struct Program {
    language: Format,
    text: String,
    lines: Vec<Line>,
    /// The number of each event with the lines that make it, in the order of the lines. An event may have several.
    events: Vec<(u64, Range<usize>)>,
    /// The widest line, in characters as wide as a digit.
    columns: usize,
}

#[derive(Debug)]
struct Line {
    start: usize,
    end: usize,
    /// What the lines before it left open.
    open: Open,
}

impl Program {
    /// Takes a program apart.
    pub fn new(language: Format, text: String) -> Program {
        let mut lines = Vec::new();
        let mut columns = 0;
        let (mut open, mut start) = (Open::Nothing, 0);
        for line in text.lines() {
            let end = start + line.len();
            lines.push(Line { start, end, open });
            open = highlight::line(language, line, open).1;
            columns = columns.max(line.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum());
            // `lines` leaves out "\r\n" as well.
            start = text.get(end..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| end + at + 1);
        }
        let events = events(&text);
        Program { language, text, lines, events, columns }
    }

    /// The language.
    pub fn language(&self) -> Format {
        self.language
    }

    /// All of it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many lines it has.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// How wide it is.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// A line's pieces; nothing where there is no such line.
    pub fn pieces(&self, line: usize) -> Vec<(Class, String)> {
        let Some(Line { start, end, open }) = self.lines.get(line) else { return Vec::new() };
        let text = self.text.get(*start..*end).unwrap_or_default();
        let (pieces, _) = highlight::line(self.language, text, *open);
        pieces
            .into_iter()
            .map(|(class, range)| (class, text.get(range).unwrap_or_default().to_owned()))
            .collect()
    }

    /// Tells whether a line looks as it did in an earlier reading of the program: then what is marked in it stays.
    pub fn look_of(&self, line: usize) -> u64 {
        let mut hasher = DefaultHasher::new();
        if let Some(Line { start, end, open }) = self.lines.get(line) {
            (self.text.get(*start..*end), open, self.event_at(line), self.language).hash(&mut hasher);
        }
        hasher.finish()
    }

    /// The event that a line makes.
    pub fn event_at(&self, line: usize) -> Option<u64> {
        let index = self.events.partition_point(|(_, lines)| lines.end <= line);
        self.events.get(index).filter(|(_, lines)| lines.contains(&line)).map(|(seq, _)| *seq)
    }

    /// The lines of an event, from its first to its last.
    pub fn lines_of(&self, seq: u64) -> Option<Range<usize>> {
        let mut lines = self.events.iter().filter(|(event, _)| *event == seq).map(|(_, lines)| lines);
        let first = lines.next()?;
        let last = lines.next_back().unwrap_or(first);
        Some(first.start..last.end)
    }

    /// The event before or after another one, in the order of the lines; the first or last where that has no lines.
    pub fn neighbour(&self, seq: Option<u64>, step: isize) -> Option<u64> {
        let last = self.events.len().checked_sub(1)?;
        let at = seq.and_then(|seq| {
            let fits = |(event, _): &(u64, Range<usize>)| *event == seq;
            if step > 0 { self.events.iter().rposition(fits) } else { self.events.iter().position(fits) }
        });
        let at = match at {
            Some(at) => at.saturating_add_signed(step).min(last),
            None if step > 0 => 0,
            None => last,
        };
        self.events.get(at).map(|(seq, _)| *seq)
    }

    /// Where the session's own calls begin, behind what every program has.
    pub fn first_event_line(&self) -> Option<usize> {
        self.events.first().map(|(_, lines)| lines.start)
    }
}

/// Which lines make which event: the exporters write `at(N)` at the beginning of what makes event N, and a blank line
/// behind it.
fn events(text: &str) -> Vec<(u64, Range<usize>)> {
    let mut events: Vec<(u64, Range<usize>)> = Vec::new();
    let mut within = false;
    for (number, line) in text.lines().enumerate() {
        let seq = line.trim_start().strip_prefix("at(").and_then(|rest| rest.split_once(')'));
        if let Some(seq) = seq.and_then(|(seq, _)| seq.parse().ok()) {
            events.push((seq, number..number + 1));
            within = true;
        } else if line.trim().is_empty() {
            within = false;
        } else if let Some((_, lines)) = events.last_mut().filter(|_| within) {
            lines.end = number + 1;
        }
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "import socket\r\ndef at(seq):\n    pass\n\nat(1)  # created\nsocket_3 = create()\n\nat(4)  # bound first\nbind(socket_3)\n\nat(4)  # sent\nsend(\n  b'漢')\n\n# the end\nend()\n";

    fn program() -> Program {
        Program::new(Format::Python, TEXT.to_owned())
    }

    #[test]
    fn lines_know_their_events_and_events_their_lines() {
        let program = program();
        assert_eq!(program.len(), 16);
        let events: Vec<_> = (0..program.len()).map(|line| program.event_at(line).unwrap_or(0)).collect();
        assert_eq!(events, [0, 0, 0, 0, 1, 1, 0, 4, 4, 0, 4, 4, 4, 0, 0, 0]);
        assert_eq!(program.lines_of(1), Some(4..6));
        assert_eq!(program.lines_of(4), Some(7..13));
        assert_eq!(program.lines_of(2), None);
        assert_eq!(program.first_event_line(), Some(4));
    }

    #[test]
    fn arrows_go_from_event_to_event() {
        let program = program();
        assert_eq!(program.neighbour(None, 1), Some(1));
        assert_eq!(program.neighbour(Some(1), 1), Some(4));
        assert_eq!(program.neighbour(Some(4), 1), Some(4));
        assert_eq!(program.neighbour(Some(4), -1), Some(1));
        assert_eq!(program.neighbour(Some(2), -1), Some(4));
        assert_eq!(Program::new(Format::C, String::new()).neighbour(None, 1), None);
    }

    #[test]
    fn a_line_comes_in_pieces_that_leave_nothing_out() {
        let program = program();
        let line = |number| program.pieces(number).into_iter().map(|(_, text)| text).collect::<String>();
        for (number, text) in TEXT.lines().enumerate() {
            assert_eq!(line(number), text);
        }
        assert_eq!(line(99), "");
        assert_eq!(program.columns(), 20);
    }
}
