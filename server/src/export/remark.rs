//! What a program says about an event, and how texts of users and peers are made harmless in it.

use sockyard_protocol::event::ClosedBy;
use sockyard_protocol::{Event, EventKind, Family, ShutdownHow, SocketType};

/// Most characters of a payload that a remark shows.
const SHOWN_CHARS: usize = 60;
/// Most bytes of a payload that is no text.
const SHOWN_BYTES: usize = 24;

/// One line about an event.
pub(super) fn remark(event: &Event, bytes: Option<&[u8]>) -> String {
    let what = words(&event.kind, bytes);
    match event.socket {
        Some(socket) => harmless(&format!("socket {socket}: {what}")),
        None => harmless(&what),
    }
}

fn words(kind: &EventKind, data: Option<&[u8]>) -> String {
    let data =
        data.filter(|data| !data.is_empty()).map_or(String::new(), |data| format!(": {}", shown(data)));
    let optional = |word: &str, address: &Option<String>| {
        address.as_ref().map_or(String::new(), |address| format!(" {word} {address}"))
    };
    let with =
        |flags: &[String]| if flags.is_empty() { String::new() } else { format!(" ({})", flags.join(", ")) };
    match kind {
        EventKind::Created { family, r#type, .. } => format!("created, {}", kind_words(*family, *r#type)),
        EventKind::Bound { local, asked, .. } => format!("bound to {local}{}", optional("for", asked)),
        EventKind::Listening { local, backlog } => format!("listens on {local} with backlog {backlog}"),
        EventKind::Connected { local, peer, .. } => format!("connected from {local} to {peer}"),
        EventKind::Accepted { connection, peer, .. } => format!("accepted socket {connection} from {peer}"),
        EventKind::Sent { bytes, to, flags, data_cut, .. } => {
            let cut = if *data_cut { ", of which the log kept the beginning" } else { "" };
            format!("sent {}{}{}{cut}{data}", count(*bytes), optional("to", to), with(flags))
        }
        EventKind::Received { bytes, from, truncated, flags, .. } => {
            let cut = if *truncated { " of a longer datagram" } else { "" };
            format!("received {}{cut}{}{}{data}", count(*bytes), optional("from", from), with(flags))
        }
        EventKind::PeerClosed {} => "the peer has closed".to_owned(),
        EventKind::Reset {} => "the peer has reset the connection".to_owned(),
        EventKind::Shutdown { how } => match how {
            ShutdownHow::Read => "shut down for reading".to_owned(),
            ShutdownHow::Write => "shut down for writing".to_owned(),
            ShutdownHow::Both => "shut down for both".to_owned(),
        },
        EventKind::Option { name, value, .. } => format!("{name} is {value}"),
        EventKind::Closed { by, linger_s } => {
            let by = match by {
                ClosedBy::Client => "",
                ClosedBy::Session => " at the session's end",
                ClosedBy::Server => " by the server",
            };
            let linger = linger_s.map_or(String::new(), |seconds| format!(", linger {seconds} s"));
            format!("closed{by}{linger}")
        }
        EventKind::Failed { call, error, .. } => {
            let name = error.data.errno.as_deref().unwrap_or("");
            format!("{call} failed: {name} {}", error.message).replace("  ", " ")
        }
        EventKind::Dropped { count, reason } => format!("{count} lost: {reason}"),
        EventKind::Note { text } => format!("note: {text}"),
        EventKind::HostAdded { host, .. } => format!("the lab gets the host {host}"),
        EventKind::HostRemoved { host } => format!("the lab loses the host {host}"),
        EventKind::Wire { call, params } => {
            let params: Vec<String> = params.iter().map(|(name, value)| format!(" {name}={value}")).collect();
            format!("the lab's wire: {call}{}", params.concat())
        }
    }
}

/// A kind of socket in words.
pub(super) fn kind_words(family: Family, r#type: SocketType) -> &'static str {
    match (family, r#type) {
        (Family::Inet, SocketType::Stream) => "TCP over IPv4",
        (Family::Inet6, SocketType::Stream) => "TCP over IPv6",
        (Family::Inet, SocketType::Dgram) => "UDP over IPv4",
        (Family::Inet6, SocketType::Dgram) => "UDP over IPv6",
        (Family::Unix, SocketType::Stream) => "Unix stream",
        (Family::Unix, SocketType::Dgram) => "Unix datagrams",
    }
}

fn count(bytes: usize) -> String {
    if bytes == 1 { "1 byte".to_owned() } else { format!("{bytes} bytes") }
}

/// The beginning of a payload: as text in quotes where it is UTF-8, in hexadecimal where not.
fn shown(data: &[u8]) -> String {
    let cut = |whole: bool| if whole { "" } else { "…" };
    match std::str::from_utf8(data) {
        Ok(text) => {
            let beginning: String = text.chars().take(SHOWN_CHARS).collect();
            let beginning_shown = beginning.replace('\\', "\\\\").replace('"', "\\\"");
            format!("\"{beginning_shown}\"{}", cut(beginning.len() == text.len()))
        }
        Err(_) => {
            let beginning = &data[..data.len().min(SHOWN_BYTES)];
            let hex: Vec<String> = beginning.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("{}{}", hex.join(" "), cut(beginning.len() == data.len()))
        }
    }
}

/// A text that can stand in the comment of any of the languages: on one line, without anything that ends a comment,
/// continues it on the next line, or makes it read otherwise than it is.
pub(super) fn harmless(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if acts(character) => out.push_str(&format!("\\u{{{:x}}}", u32::from(character))),
            // Two of these in a row are half a trigraph of C, and one of those is a backslash.
            '?' if out.ends_with('?') => out.push_str(" ?"),
            '/' if out.ends_with('*') => out.push_str(" /"),
            '*' if out.ends_with('/') => out.push_str(" *"),
            _ => out.push(character),
        }
    }
    // A backslash at its end would make the next line part of a C comment, even with blanks after it.
    if out.trim_end().ends_with('\\') {
        out.push('.');
    }
    out
}

/// Whether a character does something instead of being seen: controls, ends of lines, and what turns the direction of
/// the text around it.
pub(super) fn acts(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_cannot_leave_its_comment() {
        let check = |text: &str, expected: &str| assert_eq!(harmless(text), expected);
        check("a\nb\r\tc", "a\\nb\\r\\tc");
        check("*/ int x; /*", "* / int x; / *");
        check("**//", "** //");
        check("/*/", "/ * /");
        check("end\\", "end\\.");
        check("end\\  ", "end\\  .");
        check("what??/", "what? ?/");
        check("a\u{2028}b\u{85}c\u{202e}d\0", "a\\u{2028}b\\u{85}c\\u{202e}d\\u{0}");
        check("漢字 é", "漢字 é");
        for text in ["*/", "/**/", "?\u{3f}?/\n", "\\", "\u{2029}\\\r"] {
            let once = harmless(text);
            assert!(!once.contains("*/") && !once.contains("/*") && !once.contains("??"), "{once}");
        }
    }

    #[test]
    fn payloads_are_shown_as_what_they_are() {
        assert_eq!(shown(b"say \"hi\"\\"), "\"say \\\"hi\\\"\\\\\"");
        assert_eq!(shown("漢".repeat(61).as_bytes()), format!("\"{}\"…", "漢".repeat(60)));
        assert_eq!(shown(b"\x9dh\xd7\xd6"), "9d 68 d7 d6");
    }
}
