//! Colours for the four languages of the programs: enough of each to tell words, texts, numbers and comments apart.
//!
//! A line is read by itself, given what the one before it left open, so that a long program costs only the lines that
//! are seen.

use std::ops::Range;

use super::export::Format;

/// What a piece of a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Anything else.
    Plain,
    /// A word of the language.
    Keyword,
    /// A text.
    String,
    /// A number.
    Number,
    /// A comment.
    Comment,
    /// The name of what is called.
    Call,
}

impl Class {
    /// Its name in the style sheet.
    pub fn name(self) -> &'static str {
        match self {
            Class::Plain => "",
            Class::Keyword => "code-keyword",
            Class::String => "code-string",
            Class::Number => "code-number",
            Class::Comment => "code-comment",
            Class::Call => "code-call",
        }
    }
}

/// What a line leaves open for the next one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Open {
    /// Nothing.
    #[default]
    Nothing,
    /// A comment between `/*` and `*/`.
    Comment,
    /// A text that ends with this character, so many times.
    Text(char, u8),
    /// A Rust text without escapes, with so many `#`.
    Raw(u8),
}

/// The pieces of a line, and what it leaves open.
pub fn line(language: Format, line: &str, open: Open) -> (Vec<(Class, Range<usize>)>, Open) {
    let mut reader = Reader { language, line, at: 0, pieces: Vec::new(), open };
    reader.read();
    (reader.pieces, reader.open)
}

struct Reader<'a> {
    language: Format,
    line: &'a str,
    at: usize,
    pieces: Vec<(Class, Range<usize>)>,
    open: Open,
}

impl Reader<'_> {
    fn read(&mut self) {
        while self.at < self.line.len() {
            let start = self.at;
            let class = match self.open {
                Open::Nothing => self.next(),
                open => self.go_on(open),
            };
            self.add(class, start..self.at);
        }
        // Only some texts go on over the end of a line.
        if let Open::Text(quote, 1) = self.open {
            let goes_on = match self.language {
                Format::Rust => true,
                Format::Node => quote == '`' || self.line.ends_with('\\'),
                _ => self.line.ends_with('\\'),
            };
            if !goes_on {
                self.open = Open::Nothing;
            }
        }
    }

    fn rest(&self) -> &str {
        self.line.get(self.at..).unwrap_or_default()
    }

    /// Pieces of one class that stand together become one.
    fn add(&mut self, class: Class, range: Range<usize>) {
        match self.pieces.last_mut() {
            Some((last, earlier)) if *last == class && earlier.end == range.start => earlier.end = range.end,
            _ => self.pieces.push((class, range)),
        }
    }

    /// Reads a piece where nothing is open.
    fn next(&mut self) -> Class {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Class::Plain };
        let is_python = self.language == Format::Python;
        if (is_python && first == '#') || (!is_python && rest.starts_with("//")) {
            self.at = self.line.len();
            return Class::Comment;
        }
        if !is_python && rest.starts_with("/*") {
            self.at += 2;
            return self.go_on(Open::Comment);
        }
        if self.language == Format::C && first == '#' && self.line[..self.at].trim().is_empty() {
            self.at += 1 + length(&rest[1..], |c| c.is_alphabetic() || c == ' ');
            return Class::Keyword;
        }
        if let Some(hashes) = raw_start(rest).filter(|_| self.language == Format::Rust) {
            self.at += rest.find('"').unwrap_or_default() + 1;
            return self.go_on(Open::Raw(hashes));
        }
        if first == '"' || (first == '`' && self.language == Format::Node) {
            return self.begin_text(first);
        }
        // In Rust it may begin a lifetime.
        if first == '\'' && (self.language != Format::Rust || is_rust_character(rest)) {
            return self.begin_text(first);
        }
        if first.is_ascii_digit() {
            self.at += length(rest, |c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
            return Class::Number;
        }
        if first.is_alphabetic() || first == '_' {
            let end = length(rest, |c| c.is_alphanumeric() || c == '_');
            let (word, behind) = rest.split_at(end);
            let class = if keywords(self.language).split(' ').any(|keyword| keyword == word) {
                Class::Keyword
            } else if matches!(behind.chars().next(), Some('"' | '\'')) && end <= 2 {
                // What stands before a text and says of which kind it is: b"…", rb'…'.
                Class::String
            } else if behind.starts_with('(') {
                Class::Call
            } else {
                Class::Plain
            };
            self.at += end;
            return class;
        }
        self.at += first.len_utf8();
        Class::Plain
    }

    fn begin_text(&mut self, quote: char) -> Class {
        let triple: String = std::iter::repeat_n(quote, 3).collect();
        let count = if self.language == Format::Python && self.rest().starts_with(&triple) { 3 } else { 1 };
        self.at += usize::from(count);
        self.go_on(Open::Text(quote, count))
    }

    /// Reads on until what is open ends, or the line does.
    fn go_on(&mut self, open: Open) -> Class {
        let (end, class) = match open {
            Open::Nothing => return Class::Plain,
            Open::Comment => (self.rest().find("*/").map(|at| at + 2), Class::Comment),
            Open::Raw(hashes) => {
                let end = format!("\"{}", "#".repeat(usize::from(hashes)));
                (self.rest().find(&end).map(|at| at + end.len()), Class::String)
            }
            Open::Text(quote, count) => (text_end(self.rest(), quote, usize::from(count)), Class::String),
        };
        self.at = end.map_or(self.line.len(), |end| self.at + end);
        self.open = if end.is_some() { Open::Nothing } else { open };
        class
    }
}

/// How many bytes of `text` come before the first character that is not `of`.
fn length(text: &str, of: impl Fn(char) -> bool) -> usize {
    text.find(|c| !of(c)).unwrap_or(text.len())
}

/// Where a text ends: behind `count` of its quotes that no backslash stands before.
fn text_end(text: &str, quote: char, count: usize) -> Option<usize> {
    let mut escaped = false;
    let mut in_a_row = 0;
    for (at, c) in text.char_indices() {
        in_a_row = if c == quote && !escaped { in_a_row + 1 } else { 0 };
        if in_a_row == count {
            return Some(at + c.len_utf8());
        }
        escaped = c == '\\' && !escaped;
    }
    None
}

/// The `#` of a raw text that begins here.
fn raw_start(text: &str) -> Option<u8> {
    let behind = text.strip_prefix("br").or_else(|| text.strip_prefix('r'))?;
    let hashes = length(behind, |c| c == '#');
    behind[hashes..].starts_with('"').then(|| u8::try_from(hashes).ok()).flatten()
}

/// Whether `'` begins a character and no lifetime.
fn is_rust_character(text: &str) -> bool {
    let mut characters = text.chars().skip(1);
    match characters.next() {
        Some('\\') => true,
        Some(_) => characters.next() == Some('\''),
        None => false,
    }
}

fn keywords(language: Format) -> &'static str {
    match language {
        Format::Python => {
            "False None True and as assert async await break class continue def del elif else except finally for from \
             global if import in is lambda nonlocal not or pass raise return try while with yield"
        }
        Format::C => {
            "break case char const continue default do double else enum extern float for goto if inline int long \
             register return short signed sizeof static struct switch typedef union unsigned void volatile while \
             size_t ssize_t bool true false NULL uint8_t uint16_t uint32_t uint64_t socklen_t"
        }
        Format::Rust => {
            "as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod \
             move mut pub ref return self Self static struct super trait true type unsafe use where while"
        }
        _ => {
            "async await break case catch class const continue default delete do else export extends false finally for \
             function if import in instanceof let new null of return static super switch this throw true try typeof \
             undefined var void while yield"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A program's pieces that are not plain, with their classes' first letters.
    fn read(language: Format, text: &str) -> Vec<(char, String)> {
        let mut open = Open::Nothing;
        let mut all = Vec::new();
        for text in text.lines() {
            let (pieces, left) = line(language, text, open);
            let whole: String = pieces.iter().map(|(_, range)| &text[range.clone()]).collect();
            assert_eq!(whole, text, "nothing is left out");
            open = left;
            let named = pieces.into_iter().filter(|(class, _)| *class != Class::Plain);
            all.extend(
                named.map(|(class, range)| (class.name().chars().nth(5).unwrap(), text[range].to_owned())),
            );
        }
        all
    }

    fn check(language: Format, text: &str, expected: &[(char, &str)]) {
        let expected: Vec<(char, String)> =
            expected.iter().map(|(class, text)| (*class, (*text).to_owned())).collect();
        assert_eq!(read(language, text), expected);
    }

    #[test]
    fn python_has_bytes_comments_and_texts_over_several_lines() {
        check(
            Format::Python,
            "at(1)  # it's\nsend(s, b\"a\\\"b\", 0x1f)\n'''one\n\"two''' if",
            &[
                ('c', "at"),
                ('n', "1"),
                ('c', "# it's"),
                ('c', "send"),
                ('s', "b\"a\\\"b\""),
                ('n', "0x1f"),
                ('s', "'''one"),
                ('s', "\"two'''"),
                ('k', "if"),
            ],
        );
    }

    #[test]
    fn c_has_lines_for_the_preprocessor_and_long_comments() {
        check(
            Format::C,
            "#include <x.h>\nint a = '\\''; /* one\ntwo */ f(\"//\");",
            &[
                ('k', "#include "),
                ('k', "int"),
                ('s', "'\\''"),
                ('c', "/* one"),
                ('c', "two */"),
                ('c', "f"),
                ('s', "\"//\""),
            ],
        );
    }

    #[test]
    fn rust_tells_lifetimes_from_characters_and_has_raw_texts() {
        check(
            Format::Rust,
            "fn f<'a>(x: &'a str) { 'y'; r#\"a\"b\"# }\nlet s = \"one\ntwo\";",
            &[('k', "fn"), ('s', "'y'"), ('s', "r#\"a\"b\"#"), ('k', "let"), ('s', "\"one"), ('s', "two\"")],
        );
    }

    #[test]
    fn node_has_templates_and_a_text_that_is_not_closed_ends_with_its_line() {
        check(
            Format::Node,
            "const a = `one\ntwo`; 'open\nawait f()",
            &[('k', "const"), ('s', "`one"), ('s', "two`"), ('s', "'open"), ('k', "await"), ('c', "f")],
        );
    }

    #[test]
    fn any_text_is_taken_whole() {
        for language in Format::PROGRAMS {
            for text in ["", "'", "\"", "漢字 '漢' r#", "b", "\\", "/*", "'''", "0", "`${a}`"] {
                read(language, text);
            }
        }
    }
}
