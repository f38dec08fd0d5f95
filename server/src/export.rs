//! A session's log as text to take away: events as lines, and programs that make the session's calls again.
//!
//! An export is read from the log page by page while it is written, so it takes no more memory than one page. It ends
//! with the event that was the newest when it began.

use std::sync::Arc;

use sockyard_protocol::call::{DataForm, LOG_READ_MAX, LogRead, PayloadShare};

use crate::log::{Entry, Log};

mod c;
mod csv;
mod map;
mod node;
mod options;
mod order;
mod pcapng;
mod program;
mod python;
mod remark;
mod rust;
mod step;
mod walk;

pub(crate) use pcapng::Capture;

/// What an export can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// One event a line, as `log.read` gives it.
    Jsonl,
    /// A table (RFC 4180).
    Csv,
    /// A program in this language, as the others after it.
    Python,
    C,
    Rust,
    Node,
    /// A lab's packets, for packet analysers.
    Pcapng,
}

impl Format {
    /// Every format with its name.
    pub(crate) const ALL: &[(&str, Format)] = &[
        ("jsonl", Format::Jsonl),
        ("csv", Format::Csv),
        ("python", Format::Python),
        ("c", Format::C),
        ("rust", Format::Rust),
        ("node", Format::Node),
        ("pcapng", Format::Pcapng),
    ];

    /// The format of that name; the error lists the names that there are.
    pub(crate) fn named(name: &str) -> Result<Format, String> {
        Format::ALL.iter().find(|(known, _)| *known == name).map(|(_, format)| *format).ok_or_else(|| {
            let known: Vec<&str> = Format::ALL.iter().map(|(known, _)| *known).collect();
            let name: String = name.chars().take(64).collect();
            format!("{name:?} is not a format; there are {}", known.join(", "))
        })
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        Format::ALL.iter().find(|(_, format)| *format == self).map_or("", |(name, _)| name)
    }

    /// Its media type.
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Format::Jsonl => "application/x-ndjson",
            Format::Csv => "text/csv; charset=utf-8",
            Format::Python => "text/x-python; charset=utf-8",
            Format::C => "text/x-c; charset=utf-8",
            Format::Rust => "text/x-rust; charset=utf-8",
            Format::Node => "text/javascript; charset=utf-8",
            Format::Pcapng => "application/x-pcapng",
        }
    }

    /// The end of a file's name.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Format::Jsonl => "jsonl",
            Format::Csv => "csv",
            Format::Python => "py",
            Format::C => "c",
            Format::Rust => "rs",
            Format::Node => "js",
            Format::Pcapng => "pcapng",
        }
    }

    /// Whether it is a program, which takes the whole log.
    pub(crate) fn is_program(self) -> bool {
        !matches!(self, Format::Jsonl | Format::Csv | Format::Pcapng)
    }
}

/// Which events go into a table, and in which form their bytes.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) filter: LogRead,
    pub(crate) data: DataForm,
}

/// The calls of a log as a program, a piece at a time.
pub(crate) fn program(log: &Arc<Log>, format: Format, session: &str) -> impl Iterator<Item = String> + use<> {
    program::pieces(log, format, session).map(|piece| piece.text)
}

/// The same as JSON that tells for each event which line of the program it became, a piece at a time.
pub(crate) fn program_map(
    log: &Arc<Log>,
    format: Format,
    session: &str,
) -> impl Iterator<Item = String> + use<> {
    map::pieces(log, format, session)
}

/// The events of a log as text, a page at a time.
pub(crate) fn table(log: &Arc<Log>, format: Format, choice: Choice) -> impl Iterator<Item = String> + use<> {
    let head = (format == Format::Csv).then(csv::head);
    let Choice { filter, data } = choice;
    head.into_iter().chain(pages(log, filter).map(move |entries| {
        let mut text = String::new();
        for entry in entries {
            let event = entry.to_event(data, PayloadShare::Full);
            if format == Format::Csv {
                csv::row(&mut text, &event);
            } else if let Ok(line) = serde_json::to_string(&event) {
                text.push_str(&line);
                text.push('\n');
            }
        }
        text
    }))
}

/// The entries that `filter` lets through, up to the one that is the newest now.
fn pages(log: &Arc<Log>, filter: LogRead) -> impl Iterator<Item = Vec<Arc<Entry>>> + use<> {
    let log = Arc::clone(log);
    let until = log.last_seq();
    let mut next_after = Some(filter.after);
    std::iter::from_fn(move || {
        let page = log.read(next_after?, LOG_READ_MAX, |entry| entry.seq <= until && entry.fits(&filter));
        next_after = page.entries.last().filter(|_| page.more).map(|entry| entry.seq);
        Some(page.entries)
    })
}
