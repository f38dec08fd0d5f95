//! An event as one line of the log.

use sockyard_protocol::{Data, Event, EventKind, Family, ShutdownHow, SocketType};

use crate::model::errno;
use crate::model::format::{duration_us, escaped, text_and_rest, visible};
use crate::model::hexdump::hex_line;
use crate::text::{KindNames, Sockets, Text, count, fill};

/// Characters of text that a row shows; more would be cut by the narrowest screen anyway.
const PREVIEW_CHARACTERS: usize = 160;
/// Bytes that a row shows in hexadecimal where they are no text.
const PREVIEW_BYTES: usize = 32;

/// How a line is coloured, next to its sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Something was set up or taken down.
    Plain,
    /// Bytes went out.
    Out,
    /// Bytes came in.
    In,
    /// Something failed or was lost.
    Bad,
}

impl Tone {
    /// The style sheet's name.
    pub fn name(self) -> &'static str {
        match self {
            Tone::Plain => "plain",
            Tone::Out => "out",
            Tone::In => "in",
            Tone::Bad => "bad",
        }
    }
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its colour.
    pub tone: Tone,
    /// One sign that says the same as the colour.
    pub sign: &'static str,
    /// What happened, in a word.
    pub kind: &'static str,
    /// What there is to tell.
    pub detail: String,
    /// The bytes, as far as they fit.
    pub data: String,
}

/// The line of an event.
pub fn line(event: &Event, text: &'static Text) -> Line {
    let kinds = &text.kinds;
    let (tone, sign) = tone(&event.kind);
    let (detail, data) = match &event.kind {
        EventKind::Sent { bytes, data, to, flags, .. } => {
            (traffic(*bytes, "→", to.as_deref(), flags, kinds), preview(data.as_ref(), kinds))
        }
        EventKind::Received { bytes, data, from, flags, .. } => {
            (traffic(*bytes, "←", from.as_deref(), flags, kinds), preview(data.as_ref(), kinds))
        }
        EventKind::Failed { call, error, .. } => {
            let title = errno::title(error, text);
            let detail = match &error.data.errno {
                Some(errno) => format!("{call} · {errno} {title}"),
                None => format!("{call} · {title}"),
            };
            (detail, String::new())
        }
        kind => (plain_detail(kind, text), String::new()),
    };
    Line { tone, sign, kind: kind_word(&event.kind, kinds), detail, data }
}

/// A socket's kind in words.
pub fn socket_kind(family: Family, r#type: SocketType, sockets: &Sockets) -> String {
    let word = match (family, r#type) {
        (Family::Unix, SocketType::Stream) => return sockets.unix_stream.to_owned(),
        (Family::Unix, SocketType::Dgram) => return sockets.unix_dgram.to_owned(),
        (_, SocketType::Stream) => sockets.tcp,
        (_, SocketType::Dgram) => sockets.udp,
    };
    match family {
        Family::Inet6 => format!("{word} · IPv6"),
        _ => word.to_owned(),
    }
}

/// A family's name on the wire.
pub fn family_name(family: Family) -> &'static str {
    match family {
        Family::Inet => "inet",
        Family::Inet6 => "inet6",
        Family::Unix => "unix",
    }
}

/// A type's name on the wire.
pub fn type_name(r#type: SocketType) -> &'static str {
    match r#type {
        SocketType::Stream => "stream",
        SocketType::Dgram => "dgram",
    }
}

fn tone(kind: &EventKind) -> (Tone, &'static str) {
    match kind {
        EventKind::Sent { .. } => (Tone::Out, "→"),
        EventKind::Received { .. } => (Tone::In, "←"),
        EventKind::PeerClosed {} => (Tone::In, "⊣"),
        EventKind::Failed { .. } | EventKind::Reset {} | EventKind::Dropped { .. } => (Tone::Bad, "✕"),
        EventKind::Created { .. } | EventKind::HostAdded { .. } => (Tone::Plain, "+"),
        EventKind::Closed { .. } | EventKind::HostRemoved { .. } => (Tone::Plain, "−"),
        EventKind::Connected { .. } | EventKind::Accepted { .. } => (Tone::Plain, "⇄"),
        _ => (Tone::Plain, "·"),
    }
}

fn kind_word(kind: &EventKind, kinds: &'static KindNames) -> &'static str {
    match kind {
        EventKind::Created { .. } => kinds.created,
        EventKind::Bound { .. } => kinds.bound,
        EventKind::Listening { .. } => kinds.listening,
        EventKind::Connected { .. } => kinds.connected,
        EventKind::Accepted { .. } => kinds.accepted,
        EventKind::Sent { .. } => kinds.sent,
        EventKind::Received { .. } => kinds.received,
        EventKind::PeerClosed {} => kinds.peer_closed,
        EventKind::Reset {} => kinds.reset,
        EventKind::Shutdown { .. } => kinds.shutdown,
        EventKind::Option { .. } => kinds.option,
        EventKind::Closed { .. } => kinds.closed,
        EventKind::Failed { .. } => kinds.failed,
        EventKind::Dropped { .. } => kinds.dropped,
        EventKind::Note { .. } => kinds.note,
        EventKind::HostAdded { .. } => kinds.host_added,
        EventKind::HostRemoved { .. } => kinds.host_removed,
        EventKind::Wire { .. } => kinds.wire,
    }
}

fn plain_detail(kind: &EventKind, text: &Text) -> String {
    use sockyard_protocol::event::ClosedBy;
    let kinds = &text.kinds;
    match kind {
        EventKind::Created { family, r#type, host } => {
            let given = [("family", family_name(*family)), ("type", type_name(*r#type))];
            let made = fill(kinds.created_detail, &given);
            match host {
                Some(host) => fill(text.sockets.on_host, &[("kind", &made), ("host", host)]),
                None => made,
            }
        }
        EventKind::Bound { local, .. } => local.clone(),
        EventKind::Listening { local, backlog } => {
            fill(kinds.listening_detail, &[("local", local), ("backlog", &backlog.to_string())])
        }
        EventKind::Connected { local, peer, duration_us: took } => fill(
            kinds.connected_detail,
            &[("local", shown(local)), ("peer", shown(peer)), ("time", &duration_us(*took))],
        ),
        EventKind::Accepted { connection, peer, .. } => {
            fill(kinds.accepted_detail, &[("peer", shown(peer)), ("n", &connection.to_string())])
        }
        EventKind::PeerClosed {} => kinds.peer_closed_detail.to_owned(),
        EventKind::Reset {} => kinds.reset_detail.to_owned(),
        EventKind::Shutdown { how } => match how {
            ShutdownHow::Read => kinds.shutdown_read,
            ShutdownHow::Write => kinds.shutdown_write,
            ShutdownHow::Both => kinds.shutdown_both,
        }
        .to_owned(),
        EventKind::Option { name, value, .. } => format!("{name} = {value}"),
        EventKind::Closed { by, .. } => match by {
            ClosedBy::Client => text.sockets.by_client,
            ClosedBy::Session => text.sockets.by_session,
            ClosedBy::Server => text.sockets.by_server,
        }
        .to_owned(),
        EventKind::Dropped { count, reason } => {
            let detail = if *count == 1 { kinds.dropped_one } else { kinds.dropped_detail };
            fill(detail, &[("n", &count.to_string()), ("reason", reason)])
        }
        EventKind::Note { text } => visible(text, PREVIEW_CHARACTERS),
        EventKind::HostAdded { host, addresses } => format!("{host} · {}", addresses.join(" · ")),
        EventKind::HostRemoved { host } => host.clone(),
        EventKind::Wire { call, params } => {
            // The names of the wire's settings are the same in every language, as those of options are.
            params.iter().fold(call.clone(), |line, (name, value)| match value.as_str() {
                Some(text) => format!("{line} {name}={text}"),
                None => format!("{line} {name}={value}"),
            })
        }
        EventKind::Sent { .. } | EventKind::Received { .. } | EventKind::Failed { .. } => String::new(),
    }
}

/// An unnamed Unix socket has an empty address.
fn shown(address: &str) -> &str {
    if address.is_empty() { "—" } else { address }
}

fn traffic(bytes: usize, arrow: &str, other: Option<&str>, flags: &[String], kinds: &KindNames) -> String {
    let mut detail = count(bytes as u64, kinds.bytes_one, kinds.bytes_many);
    if let Some(other) = other.filter(|other| !other.is_empty()) {
        detail.push_str(&format!(" {arrow} {other}"));
    }
    if !flags.is_empty() {
        detail.push_str(&format!(" ({})", flags.join(", ")));
    }
    detail
}

fn preview(data: Option<&Data>, kinds: &KindNames) -> String {
    match data {
        None => String::new(),
        Some(Data::Text(text)) if text.is_empty() => kinds.empty_data.to_owned(),
        Some(Data::Text(text)) => visible(text, PREVIEW_CHARACTERS),
        // Forced base64 may still be text.
        Some(data) => match data.to_bytes() {
            None => String::new(),
            Some(bytes) => match text_and_rest(&bytes) {
                Some(("", _)) => kinds.empty_data.to_owned(),
                // A text longer than the row hides its end anyway.
                Some((text, rest)) if text.chars().nth(PREVIEW_CHARACTERS).is_none() => {
                    visible(text, PREVIEW_CHARACTERS) + &escaped(rest)
                }
                Some((text, _)) => visible(text, PREVIEW_CHARACTERS),
                None => hex_line(&bytes, PREVIEW_BYTES),
            },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;
    use sockyard_protocol::Fault;

    fn shows(kind: EventKind) -> Line {
        line(&Event { seq: 1, time_us: 0, socket: Some(3), kind }, Language::English.text())
    }

    fn received(data: Data, from: Option<&str>) -> EventKind {
        EventKind::Received {
            bytes: data.to_bytes().unwrap().len(),
            count: None,
            data: Some(data),
            data_cut: false,
            from: from.map(str::to_owned),
            truncated: false,
            flags: Vec::new(),
        }
    }

    #[test]
    fn text_is_shown_as_text_and_other_bytes_as_hex() {
        let text = shows(received(Data::from_bytes(b"hi\r\n"), Some("127.0.0.1:1")));
        assert_eq!((text.detail.as_str(), text.data.as_str()), ("4 bytes ← 127.0.0.1:1", "hi\\r\\n"));
        assert_eq!(text.tone, Tone::In);
        let gbk = shows(received(Data::from_bytes(&[0xba, 0xba]), None));
        assert_eq!((gbk.detail.as_str(), gbk.data.as_str()), ("2 bytes", "ba ba"));
        assert_eq!(shows(received(Data::from_bytes(b""), None)).data, "(empty)");
        let cut = shows(received(Data::from_bytes(&"漢字".as_bytes()[..5]), None));
        assert_eq!(cut.data, "漢\\xe5\\xad");
    }

    #[test]
    fn failures_name_call_and_errno() {
        let error = Fault::os("connect", "ECONNREFUSED", "connection refused");
        let line = shows(EventKind::Failed { call: "connect".into(), params: None, error });
        assert_eq!(line.detail, "connect · ECONNREFUSED connection refused");
        assert_eq!(line.tone, Tone::Bad);
    }

    #[test]
    fn kinds_of_sockets_are_said_in_words() {
        let sockets = &Language::English.text().sockets;
        assert_eq!(socket_kind(Family::Inet, SocketType::Dgram, sockets), "UDP");
        assert_eq!(socket_kind(Family::Inet6, SocketType::Stream, sockets), "TCP · IPv6");
        assert_eq!(socket_kind(Family::Unix, SocketType::Stream, sockets), "Unix stream");
    }
}
