//! The forms in which a session's log can be taken away.

/// A form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// One event a line; what the page opens as a saved log.
    Jsonl,
    /// A table.
    Csv,
    /// A program.
    Python,
    /// A program.
    C,
    /// A program.
    Rust,
    /// A program.
    Node,
    /// The packets of a lab, for a packet analyser.
    Pcapng,
}

impl Format {
    /// All of them, in the order of the menu.
    pub const ALL: [Format; 7] =
        [Format::Jsonl, Format::Csv, Format::Python, Format::C, Format::Rust, Format::Node, Format::Pcapng];
    /// Those that are programs.
    pub const PROGRAMS: [Format; 4] = [Format::Python, Format::C, Format::Rust, Format::Node];

    /// Those that a session has, which is in a lab or is not.
    pub fn offered(in_lab: bool) -> impl Iterator<Item = Format> {
        Format::ALL.into_iter().filter(move |format| in_lab || *format != Format::Pcapng)
    }

    /// Its name on the wire, in test ids and in the browser's storage.
    pub fn name(self) -> &'static str {
        match self {
            Format::Jsonl => "jsonl",
            Format::Csv => "csv",
            Format::Python => "python",
            Format::C => "c",
            Format::Rust => "rust",
            Format::Node => "node",
            Format::Pcapng => "pcapng",
        }
    }

    /// The format of that name.
    pub fn from_name(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Its name for people. These are names, the same in every language.
    pub fn title(self) -> &'static str {
        match self {
            Format::Jsonl => "JSON Lines",
            Format::Csv => "CSV",
            Format::Python => "Python",
            Format::C => "C",
            Format::Rust => "Rust",
            Format::Node => "Node.js",
            Format::Pcapng => "pcapng",
        }
    }

    /// The end of its file's name.
    pub fn extension(self) -> &'static str {
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

    /// The name of the file for a session.
    pub fn file_name(self, session: &str) -> String {
        format!("sockyard-{session}.{}", self.extension())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_found_by_their_names() {
        for format in Format::ALL {
            assert_eq!(Format::from_name(format.name()), Some(format));
        }
        assert_eq!(Format::from_name("pcap"), None);
        assert!(Format::offered(true).any(|format| format == Format::Pcapng));
        assert!(Format::offered(false).all(|format| format != Format::Pcapng));
        assert_eq!(Format::C.file_name("s_1"), "sockyard-s_1.c");
    }
}
