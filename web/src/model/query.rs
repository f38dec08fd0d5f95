//! What is typed to filter the log or to find in it, as terms.
//!
//! Terms are divided by spaces. `key:value` asks for a field, `errors` for failures, `/…/` for a regular expression and
//! anything else for a text; quotes keep spaces, `-` before a term turns it round. Alternatives are values of the
//! same key (`socket:3 socket:4`); everything else must hold at once. A term that is wrong filters nothing.

use std::cell::RefCell;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::rc::Rc;

use sockyard_protocol::{EventKind, Payload, SocketId};

/// The keys, as they are suggested.
pub const KEYS: [&str; 5] = ["socket:", "kind:", "dir:", "peer:", "hex:"];
/// Most terms of a query; each of them is asked of each line.
pub const TERMS_MAX: usize = 16;
/// Most suggestions at once.
const SUGGESTIONS_MAX: usize = 8;

/// Which way a line goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Towards this socket.
    In,
    /// Away from it.
    Out,
}

/// A regular expression that is ready to be asked.
pub type Matcher = Rc<dyn Fn(&str) -> bool>;
/// Makes one of its source and flags, or says what is wrong with it.
pub type Compile<'a> = &'a dyn Fn(&str, &str) -> Result<Matcher, String>;

/// What a line must have.
#[derive(Clone)]
pub enum What {
    /// This socket.
    Socket(SocketId),
    /// The kind at this place of [`EventKind::NAMES`].
    Kind(u8),
    /// This direction.
    Dir(Direction),
    /// A peer's address with this in it, in lower case.
    Peer(String),
    /// A failure or a loss.
    Errors,
    /// These bytes one after the other.
    Hex(Vec<u8>),
    /// A text that this fits.
    Regex(Matcher),
    /// This text, in lower case.
    Text(String),
}

impl What {
    /// Terms of one alternative ask for the same field; 0 for those that all must hold.
    pub fn group(&self) -> u8 {
        match self {
            What::Socket(_) => 1,
            What::Kind(_) => 2,
            What::Dir(_) => 3,
            What::Peer(_) => 4,
            What::Errors | What::Hex(_) | What::Regex(_) | What::Text(_) => 0,
        }
    }

    /// Whether a line's fields are enough to answer.
    pub fn is_quick(&self) -> bool {
        matches!(self, What::Socket(_) | What::Kind(_) | What::Dir(_) | What::Errors)
    }
}

/// Why a term filters nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// No such key.
    Key,
    /// No number of a socket.
    Socket,
    /// No such kind.
    Kind,
    /// Neither `in` nor `out`.
    Dir,
    /// Not pairs of hexadecimal digits.
    Hex,
    /// What the browser says of the expression.
    Regex(String),
    /// A key without a value.
    Empty,
    /// A quote or an expression without its end.
    Open,
    /// More than [`TERMS_MAX`].
    TooMany,
}

/// One term.
#[derive(Clone)]
pub struct Term {
    /// As it was typed.
    pub typed: String,
    /// The place of its first character among those of the query, from 1.
    pub position: usize,
    /// Whether lines that have it are left out.
    pub negated: bool,
    /// What it asks for.
    pub what: Result<What, Wrong>,
    start: usize,
}

/// The terms of a query.
pub fn parse(query: &str, compile: Compile<'_>) -> Vec<Term> {
    let mut terms = Vec::new();
    let mut at = 0;
    while let Some(skipped) = query.get(at..).and_then(|rest| rest.find(|c: char| !c.is_whitespace())) {
        let start = at + skipped;
        let (length, open) = extent(&query[start..]);
        at = start + length;
        let typed = &query[start..at];
        let (negated, body) = match typed.strip_prefix('-') {
            Some(body) if !body.is_empty() => (true, body),
            _ => (false, typed),
        };
        let what = if terms.len() >= TERMS_MAX {
            Err(Wrong::TooMany)
        } else if open {
            Err(Wrong::Open)
        } else {
            what(body, compile)
        };
        let position = query[..start].chars().count() + 1;
        terms.push(Term { typed: typed.to_owned(), position, negated, what, start });
        if terms.len() > TERMS_MAX {
            break;
        }
    }
    terms
}

/// The query without its `index`-th term.
pub fn without(query: &str, terms: &[Term], index: usize) -> String {
    let Some(term) = terms.get(index) else { return query.to_owned() };
    let before = query.get(..term.start).unwrap_or_default().trim();
    let after = query.get(term.start + term.typed.len()..).unwrap_or_default().trim();
    match (before, after) {
        ("", rest) | (rest, "") => rest.to_owned(),
        (before, after) => format!("{before} {after}"),
    }
}

/// The query with a term more, or without it where it is there.
pub fn toggled(query: &str, terms: &[Term], typed: &str) -> String {
    match terms.iter().position(|term| term.typed == typed) {
        Some(index) => without(query, terms, index),
        None => format!("{} {typed}", query.trim()).trim().to_owned(),
    }
}

/// What the last term, which is being typed, may become: whole terms, or keys that still want a value.
pub fn suggestions(query: &str, sockets: &[SocketId]) -> Vec<String> {
    let last = query.rsplit(char::is_whitespace).next().unwrap_or_default();
    let (sign, body) = match last.strip_prefix('-') {
        Some(body) => ("-", body),
        None => ("", last),
    };
    let values: Vec<String> = match body.split_once(':') {
        Some(("socket", _)) => sockets.iter().map(|socket| format!("socket:{socket}")).collect(),
        Some(("kind", _)) => EventKind::NAMES.iter().map(|kind| format!("kind:{kind}")).collect(),
        Some(("dir", _)) => vec!["dir:in".to_owned(), "dir:out".to_owned()],
        Some(_) => Vec::new(),
        None => KEYS.iter().chain(&["errors"]).map(|key| (*key).to_owned()).collect(),
    };
    let fits = |value: &String| value.starts_with(body) && value != body;
    values.into_iter().filter(fits).take(SUGGESTIONS_MAX).map(|value| sign.to_owned() + &value).collect()
}

/// The query whose last term is `suggestion`; a whole term is followed by a space.
pub fn completed(query: &str, suggestion: &str) -> String {
    let kept = query
        .rfind(char::is_whitespace)
        .map_or(0, |at| at + query[at..].chars().next().map_or(0, char::len_utf8));
    let space = if suggestion.ends_with(':') { "" } else { " " };
    format!("{}{suggestion}{space}", query.get(..kept).unwrap_or_default())
}

/// How many bytes the term at the beginning of `rest` takes, and whether its end is missing.
fn extent(rest: &str) -> (usize, bool) {
    let body = rest.strip_prefix('-').unwrap_or(rest);
    let mut closing = None;
    if body.starts_with('/') && body.len() > 1 {
        return regex_extent(rest, rest.len() - body.len());
    }
    let mut escaped = false;
    for (at, character) in rest.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if closing.is_some() => escaped = true,
            '"' => closing = if closing.is_some() { None } else { Some('"') },
            _ if character.is_whitespace() && closing.is_none() => return (at, false),
            _ => {}
        }
    }
    (rest.len(), closing.is_some())
}

fn regex_extent(rest: &str, slash: usize) -> (usize, bool) {
    let (mut escaped, mut in_class) = (false, false);
    for (at, character) in rest.char_indices().skip_while(|(at, _)| *at <= slash) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '/' if !in_class => {
                let flags = rest[at + 1..].find(char::is_whitespace).unwrap_or(rest.len() - at - 1);
                return (at + 1 + flags, false);
            }
            _ => {}
        }
    }
    (rest.len(), true)
}

fn what(body: &str, compile: Compile<'_>) -> Result<What, Wrong> {
    if let Some(expression) = body.strip_prefix('/').filter(|rest| !rest.is_empty()) {
        let (source, flags) = expression.rsplit_once('/').ok_or(Wrong::Open)?;
        return compile(source, flags).map(|matches| What::Regex(remembering(matches))).map_err(Wrong::Regex);
    }
    if body == "errors" {
        return Ok(What::Errors);
    }
    let Some((key, value)) = body.split_once(':').filter(|(key, _)| is_key_like(key)) else {
        return Ok(What::Text(unquoted(body).to_lowercase()));
    };
    let value = unquoted(value);
    let known = KEYS.iter().any(|known| known.strip_suffix(':') == Some(key));
    match key {
        _ if !known => Err(Wrong::Key),
        _ if value.is_empty() => Err(Wrong::Empty),
        "socket" => value.trim_start_matches('s').parse().map(What::Socket).map_err(|_| Wrong::Socket),
        "kind" => match EventKind::NAMES.iter().position(|kind| *kind == value) {
            Some(kind) => Ok(What::Kind(kind as u8)),
            None => Err(Wrong::Kind),
        },
        "dir" => match value.as_str() {
            "in" => Ok(What::Dir(Direction::In)),
            "out" => Ok(What::Dir(Direction::Out)),
            _ => Err(Wrong::Dir),
        },
        "peer" => Ok(What::Peer(value.to_lowercase())),
        _ => hex(&value).map(What::Hex).ok_or(Wrong::Hex),
    }
}

/// An address such as `127.0.0.1:80` or a time is a text, although it has a colon.
fn is_key_like(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|character| character.is_ascii_lowercase())
}

fn unquoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut quoted = false;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => quoted = !quoted,
            '\\' if quoted => out.extend(characters.next()),
            _ => out.push(character),
        }
    }
    out
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let bytes = Payload::Hex { hex: text.to_owned() }.to_bytes().ok()?;
    (!bytes.is_empty()).then_some(bytes)
}

/// How many answers are remembered. A power of two, so that a text's place is a part of its hash.
const PLACES: usize = 64;
/// Longest text whose answer is remembered: an address is shorter.
const REMEMBERED_MAX: usize = 64;

/// The same, but for texts that come again and again, as kinds and addresses do in every line: to ask the browser takes
/// microseconds, and leaves it a string to collect.
fn remembering(matches: Matcher) -> Matcher {
    let places: [Option<(Box<str>, bool)>; PLACES] = [const { None }; PLACES];
    let places = RefCell::new(places);
    Rc::new(move |text: &str| {
        if text.len() > REMEMBERED_MAX {
            return matches(text);
        }
        let place =
            usize::try_from(BuildHasherDefault::<DefaultHasher>::new().hash_one(text) % PLACES as u64);
        let place = &mut places.borrow_mut()[place.unwrap_or_default()];
        match place {
            Some((same, answer)) if **same == *text => *answer,
            _ => {
                let answer = matches(text);
                *place = Some((text.into(), answer));
                answer
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_again_is_asked_once_and_answered_the_same() {
        let asked = Rc::new(std::cell::Cell::new(0));
        let matches = {
            let asked = Rc::clone(&asked);
            remembering(Rc::new(move |text: &str| {
                asked.set(asked.get() + 1);
                text.ends_with('7')
            }))
        };
        for number in 0..1000 {
            assert!(!matches("received"));
            assert_eq!(matches(&number.to_string()), number % 10 == 7, "{number}");
            let long = format!("{number}{}", "7".repeat(REMEMBERED_MAX));
            assert!(matches(&long));
        }
        assert!((2001..2100).contains(&asked.get()), "{}", asked.get());
    }

    fn terms(query: &str) -> Vec<Term> {
        parse(query, &|source, _flags| match source {
            "(" => Err("unterminated group".to_owned()),
            _ => Ok(Rc::new(|_: &str| true) as Matcher),
        })
    }

    fn shown(query: &str) -> Vec<String> {
        let one = |term: &Term| {
            let what = match &term.what {
                Ok(What::Socket(number)) => format!("socket {number}"),
                Ok(What::Kind(kind)) => format!("kind {}", EventKind::NAMES[usize::from(*kind)]),
                Ok(What::Dir(direction)) => format!("{direction:?}"),
                Ok(What::Peer(peer)) => format!("peer {peer}"),
                Ok(What::Errors) => "errors".to_owned(),
                Ok(What::Hex(bytes)) => format!("hex {bytes:?}"),
                Ok(What::Regex(_)) => "regex".to_owned(),
                Ok(What::Text(text)) => format!("text {text}"),
                Err(wrong) => format!("{wrong:?}@{}", term.position),
            };
            if term.negated { format!("not {what}") } else { what }
        };
        terms(query).iter().map(one).collect()
    }

    #[test]
    fn each_kind_of_term_is_read() {
        assert_eq!(
            shown(
                r#"socket:3 kind:sent dir:in peer:127.0.0.1:7788 errors hex:"68 65" /re g[/]ex/i Te"xt t"o"#
            ),
            [
                "socket 3",
                "kind sent",
                "In",
                "peer 127.0.0.1:7788",
                "errors",
                "hex [104, 101]",
                "regex",
                "text text to"
            ]
        );
        assert_eq!(shown("-kind:note -hello"), ["not kind note", "not text hello"]);
        assert_eq!(shown("127.0.0.1:80 - /"), ["text 127.0.0.1:80", "text -", "text /"]);
        assert_eq!(shown(r#""say \"hi\" now""#), [r#"text say "hi" now"#]);
        assert!(shown("   ").is_empty());
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        assert_eq!(shown("a kidn:sent"), ["text a", "Key@3"]);
        assert_eq!(shown("漢 kind:snt"), ["text 漢", "Kind@3"]);
        assert_eq!(shown("hex:6"), ["Hex@1"]);
        assert_eq!(shown("hex:zz dir:up socket:x"), ["Hex@1", "Dir@8", "Socket@15"]);
        assert_eq!(shown("/(/"), [r#"Regex("unterminated group")@1"#]);
        assert_eq!(shown("peer:"), ["Empty@1"]);
        assert_eq!(shown(r#"x "y z"#), ["text x", "Open@3"]);
        assert_eq!(shown("/abc d"), ["Open@1"]);
        assert_eq!(terms(&"a ".repeat(500)).len(), TERMS_MAX + 1);
    }

    #[test]
    fn a_term_is_taken_out_and_put_in() {
        let query = r#"socket:3 "a b" errors"#;
        assert_eq!(without(query, &terms(query), 1), "socket:3 errors");
        assert_eq!(toggled(query, &terms(query), "errors"), r#"socket:3 "a b""#);
        assert_eq!(toggled("x ", &terms("x "), "errors"), "x errors");
    }

    #[test]
    fn keys_and_values_are_suggested() {
        assert_eq!(suggestions("so", &[3]), ["socket:"]);
        assert_eq!(suggestions("a -socket:", &[3, 41]), ["-socket:3", "-socket:41"]);
        assert_eq!(suggestions("kind:cl", &[]), ["kind:closed"]);
        assert!(suggestions("hello", &[]).is_empty());
        assert_eq!(completed("a ki", "kind:"), "a kind:");
        assert_eq!(completed("漢\u{3000}kind:cl", "kind:closed"), "漢\u{3000}kind:closed ");
    }
}
