//! A session as a program: its head, one piece of text for each event, its end.

use std::sync::Arc;

use sockyard_protocol::SocketId;

use super::Format;
use super::order::Order;
use super::step::Line;
use super::walk::{Needs, Walk};
use super::{c, node, python, rust};
use crate::log::Log;

/// Text is handed out in pieces of about this many bytes.
const PIECE_BYTES: usize = 64 * 1024;

/// What a program is made from, for its head.
#[derive(Debug)]
pub(super) struct About {
    pub(super) session: String,
    /// The first event that the log still had, and the last one.
    pub(super) first: u64,
    pub(super) last: u64,
}

impl About {
    /// What is to be said at the beginning of a program in any language, line by line.
    pub(super) fn lines(&self, needs: &Needs, run: &str) -> Vec<String> {
        let mut lines = vec![
            format!("The calls of the Sockyard session {} as a program, events {} to {}.", self.session, self.first, self.last),
            format!("Sockyard {} wrote it. Run it with: {run}", env!("CARGO_PKG_VERSION")),
            String::new(),
            "It makes the session's calls one after the other, in the order in which they returned. The comment beside".into(),
            "at(N) says what event N of the log was. A port that the kernel chooses is another one on each run, so the".into(),
            "program asks for it (port_3 is that of socket 3), and answers whoever has sent (sender_9 is who sent what".into(),
            "event 9 received). Every other address is the session's. While the session lives it may still hold them.".into(),
            String::new(),
            "What a stream sends and the kernel does not take at once is sent while the program waits for something else,".into(),
            "so that it never waits for itself where both ends of a connection are in it. Pauses are not made again.".into(),
            "It ends with status 1 at the first thing that goes otherwise than in the session and that it cannot go on".into(),
            "after; a call that failed there is made again, and its errors are shown side by side.".into(),
        ];
        if needs.unix {
            lines.push(String::new());
            lines.push("Names of Unix sockets are made in a new directory, or in the one given as the first argument.".into());
        }
        if self.first > 1 {
            lines.push(String::new());
            lines.push(format!(
                "The log has lost the events before {}. What needs a socket of before is left out, and says so.",
                self.first
            ));
        }
        if needs.unknown_bytes {
            lines.push(String::new());
            lines.push("The log keeps the first 65536 bytes of what was sent at once. The bytes after them are not known;".into());
            lines.push("the program sends as many zeros, and says so.".into());
        }
        lines
    }
}

/// How a language writes a program.
pub(super) trait Language: Send {
    /// Everything before the first call.
    fn head(&self, about: &About, needs: &Needs) -> String;
    /// One step.
    fn line(&self, out: &mut String, line: &Line);
    /// Says that the log has lost what would come now.
    fn lost(&self, out: &mut String);
    /// Everything after the last call; `open` are the sockets that nobody has closed.
    fn tail(&self, open: &[SocketId]) -> String;
}

/// A piece of a program.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) text: String,
    /// Which events it has, and the line of the whole program, from 1, in which what became of each begins.
    pub(crate) lines: Vec<(u64, u64)>,
}

/// The text of a program, piece by piece.
pub(super) fn pieces(log: &Arc<Log>, format: Format, session: &str) -> impl Iterator<Item = Piece> + use<> {
    let language: Box<dyn Language> = match format {
        Format::C => Box::new(c::C),
        Format::Rust => Box::new(rust::Rust),
        Format::Node => Box::new(node::Node),
        Format::Python | Format::Jsonl | Format::Csv | Format::Pcapng => Box::new(python::Python),
    };
    let first = log.oldest_seq();
    let order = Arc::new(Order::of(log));
    let mut walk = Walk::default();
    for event in order.events(log).flatten() {
        walk.lines(&event);
    }
    let needs = walk.into_needs();
    let about = About { session: session.to_owned(), first, last: order.until() };
    let head = language.head(&about, &needs);
    let open = needs.open.clone();
    let mut walk = Walk::again(needs);
    let mut events = order.events(log).fuse();
    let mut head = Some(head);
    let mut ended = false;
    let mut lines_before = 0;
    std::iter::from_fn(move || {
        if ended {
            return None;
        }
        let mut text = head.take().unwrap_or_default();
        let mut begins = Vec::new();
        while text.len() < PIECE_BYTES {
            match events.next() {
                Some(Some(event)) => {
                    begins.push((event.seq, text.len()));
                    for line in walk.lines(&event) {
                        language.line(&mut text, &line);
                    }
                }
                Some(None) => language.lost(&mut text),
                None => {
                    text.push_str(&language.tail(&open));
                    ended = true;
                    break;
                }
            }
        }
        let lines = numbered(&text, begins, lines_before);
        lines_before += newlines(&text);
        Some(Piece { text, lines })
    })
}

/// The lines of what begins at these places of a text, behind the blank line with which each step begins.
fn numbered(text: &str, begins: Vec<(u64, usize)>, lines_before: u64) -> Vec<(u64, u64)> {
    let (mut line, mut counted) = (lines_before + 1, 0);
    let mut number = |begin: usize| {
        let rest = text.get(begin..).unwrap_or_default();
        let place = begin + (rest.len() - rest.trim_start_matches('\n').len());
        line += newlines(text.get(counted..place).unwrap_or_default());
        counted = place;
        line
    };
    begins.into_iter().map(|(seq, begin)| (seq, number(begin))).collect()
}

fn newlines(text: &str) -> u64 {
    text.bytes().filter(|byte| *byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_those_of_the_whole_program() {
        let text = "head\n\nat(1);\n  a\n\nat(2);\n\nat(3);\n";
        let begins = vec![(1, 5), (2, 17), (3, 25)];
        assert_eq!(numbered(text, begins.clone(), 0), [(1, 3), (2, 6), (3, 8)]);
        assert_eq!(numbered(text, begins, 100), [(1, 103), (2, 106), (3, 108)]);
        assert_eq!(newlines(text), 8);
    }
}
