//! One event as the log keeps it: with its bytes as bytes, so that each connection can have them in its own form.

use bytes::Bytes;
use serde::Serialize;
use sockyard_protocol::call::{DataForm, LogRead, PayloadShare};
use sockyard_protocol::data::encode;
use sockyard_protocol::event::{DATA_KEPT, EventKinds, PREVIEW_BYTES};
use sockyard_protocol::{Data, Event, EventKind, SocketId};

/// What an entry takes beside its bytes: itself, its place in the ring and its strings, rounded up.
const ENTRY_WEIGHT: usize = 256;

/// An event in the log.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) seq: u64,
    pub(crate) time_us: u64,
    /// Bytes appended to the log before this entry.
    pub(super) position: u64,
    pub(crate) socket: Option<SocketId>,
    pub(crate) what: Happening,
}

/// What happened.
#[derive(Clone, Debug)]
pub(crate) enum Happening {
    /// Everything that carries no bytes.
    Plain(EventKind),
    Sent {
        kept: Kept,
        to: Option<String>,
        flags: Vec<String>,
        /// The newest event when the kernel took the first bytes, where it took the others later.
        began: Option<u64>,
    },
    Received {
        kept: Kept,
        from: Option<String>,
        truncated: bool,
        flags: Vec<String>,
        /// The server received it by itself: a connection in binary frames gets the bytes as a frame.
        streamed: bool,
    },
}

/// [`Data`] that borrows its text.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Shown<'a> {
    Text(&'a str),
    Base64(String),
}

/// [`EventKind::Sent`] as a line.
#[derive(Serialize)]
struct SentLine<'a> {
    seq: u64,
    time_us: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    socket: Option<SocketId>,
    kind: &'static str,
    bytes: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Shown<'a>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    data_cut: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    flags: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    began: Option<u64>,
}

/// [`EventKind::Received`] as a line.
#[derive(Serialize)]
struct ReceivedLine<'a> {
    seq: u64,
    time_us: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    socket: Option<SocketId>,
    kind: &'static str,
    bytes: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Shown<'a>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    data_cut: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    truncated: bool,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    flags: &'a [String],
}

/// A payload, of which the log keeps the beginning.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    bytes: Bytes,
    length: usize,
}

impl Kept {
    pub(crate) fn new(bytes: &[u8]) -> Kept {
        Kept { bytes: Bytes::copy_from_slice(&bytes[..bytes.len().min(DATA_KEPT)]), length: bytes.len() }
    }

    /// The same bytes as its caller holds; copied only where the log keeps less of them.
    pub(crate) fn share(bytes: &Bytes) -> Kept {
        match bytes.len() {
            0..=DATA_KEPT => Kept { bytes: bytes.clone(), length: bytes.len() },
            _ => Kept::new(bytes),
        }
    }

    /// What is kept of the bytes.
    pub(crate) fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    fn data(&self, form: DataForm, share: PayloadShare) -> (Option<Data>, bool) {
        let (shown, cut) = self.shown(form, share);
        let data = shown.map(|shown| match shown {
            Shown::Text(text) => Data::Text(text.to_owned()),
            Shown::Base64(base64) => Data::Base64(base64),
        });
        (data, cut)
    }

    /// The same where text is only looked at, and whether it is only the beginning.
    fn shown(&self, form: DataForm, share: PayloadShare) -> (Option<Shown<'_>>, bool) {
        let shown = match share {
            PayloadShare::Full => &*self.bytes,
            PayloadShare::Preview => &self.bytes[..self.bytes.len().min(PREVIEW_BYTES)],
            PayloadShare::None => return (None, false),
        };
        let text = match form {
            DataForm::Auto => std::str::from_utf8(shown).ok(),
            DataForm::Base64 => None,
        };
        let data = text.map_or_else(|| Shown::Base64(encode(shown)), Shown::Text);
        (Some(data), shown.len() < self.length)
    }
}

impl Entry {
    pub(super) fn weight(&self) -> usize {
        ENTRY_WEIGHT
            + match &self.what {
                Happening::Plain(EventKind::Note { text }) => text.len(),
                // Its parameters are an address or a number, and weigh less than an entry.
                Happening::Plain(EventKind::Failed { error, .. }) => {
                    2 * ENTRY_WEIGHT + error.message.len() + error.data.hint.as_ref().map_or(0, String::len)
                }
                Happening::Plain(_) => 0,
                Happening::Sent { kept, .. } | Happening::Received { kept, .. } => kept.bytes.len(),
            }
    }

    /// Whether a connection that asked for these kinds is told of it.
    pub(crate) fn is_of(&self, kinds: Option<EventKinds>) -> bool {
        kinds.is_none_or(|kinds| kinds.contains(self.what.kind_index()))
    }

    /// Whether it is one that `log.read` with these parameters asks for.
    pub(crate) fn fits(&self, call: &LogRead) -> bool {
        call.socket.is_none_or(|socket| self.socket == Some(socket))
            && call.kinds.is_none_or(|kinds| kinds.contains(self.what.kind_index()))
    }

    /// The event as JSON, in the form that a connection asked for: what `to_event` would come to, without the copies.
    ///
    /// # Errors
    /// None that writing to memory has.
    pub(crate) fn write_json(
        &self,
        form: DataForm,
        share: PayloadShare,
        out: &mut Vec<u8>,
    ) -> serde_json::Result<()> {
        let Entry { seq, time_us, position: _, socket, what } = self;
        let (seq, time_us, socket) = (*seq, *time_us, *socket);
        match what {
            Happening::Plain(_) => serde_json::to_writer(out, &self.to_event(form, share)),
            Happening::Sent { kept, to, flags, began } => {
                let (data, data_cut) = kept.shown(form, share);
                let (to, began, bytes) = (to.as_deref(), *began, kept.length);
                let line =
                    SentLine { seq, time_us, socket, kind: "sent", bytes, data, data_cut, to, flags, began };
                serde_json::to_writer(out, &line)
            }
            Happening::Received { kept, from, truncated, flags, streamed: _ } => {
                let (data, data_cut) = kept.shown(form, share);
                let (from, truncated, bytes) = (from.as_deref(), *truncated, kept.length);
                let kind = "received";
                let line = ReceivedLine {
                    seq,
                    time_us,
                    socket,
                    kind,
                    bytes,
                    data,
                    data_cut,
                    from,
                    truncated,
                    flags,
                };
                serde_json::to_writer(out, &line)
            }
        }
    }

    /// The event in the form that a connection asked for.
    pub(crate) fn to_event(&self, form: DataForm, share: PayloadShare) -> Event {
        let kind = match &self.what {
            Happening::Plain(kind) => kind.clone(),
            Happening::Sent { kept, to, flags, began } => {
                let (data, data_cut) = kept.data(form, share);
                EventKind::Sent {
                    bytes: kept.length,
                    count: None,
                    data,
                    data_cut,
                    to: to.clone(),
                    flags: flags.clone(),
                    began: *began,
                }
            }
            Happening::Received { kept, from, truncated, flags, streamed: _ } => {
                let (data, data_cut) = kept.data(form, share);
                EventKind::Received {
                    bytes: kept.length,
                    count: None,
                    data,
                    data_cut,
                    from: from.clone(),
                    truncated: *truncated,
                    flags: flags.clone(),
                }
            }
        };
        Event { seq: self.seq, time_us: self.time_us, socket: self.socket, kind }
    }
}

impl Happening {
    /// The place of its kind's name in [`EventKind::NAMES`].
    pub(super) fn kind_index(&self) -> usize {
        match self {
            Happening::Plain(kind) => kind.index(),
            Happening::Sent { .. } => EventKind::SENT,
            Happening::Received { .. } => EventKind::RECEIVED,
        }
    }
}

impl From<EventKind> for Happening {
    fn from(kind: EventKind) -> Happening {
        Happening::Plain(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_what_the_event_comes_to() {
        let check = |what: Happening| {
            for socket in [None, Some(3)] {
                let entry = Entry { seq: 7, time_us: 9, position: 0, socket, what: what.clone() };
                for form in [DataForm::Auto, DataForm::Base64] {
                    for share in [PayloadShare::Full, PayloadShare::Preview, PayloadShare::None] {
                        let mut line = Vec::new();
                        entry.write_json(form, share, &mut line).unwrap();
                        let event = serde_json::to_string(&entry.to_event(form, share)).unwrap();
                        assert_eq!(String::from_utf8(line).unwrap(), event);
                    }
                }
            }
        };
        let flags = || vec!["oob".to_owned()];
        for bytes in [b"".as_slice(), b"hi \"there\"\n", b"\xff\0", &[b'a'; 300]] {
            let kept = Kept::new(bytes);
            check(Happening::Sent { kept: kept.clone(), to: None, flags: Vec::new(), began: None });
            check(Happening::Sent {
                kept: kept.clone(),
                to: Some("127.0.0.1:9".to_owned()),
                flags: flags(),
                began: Some(5),
            });
            for (from, truncated) in [(None, false), (Some("127.0.0.1:9".to_owned()), true)] {
                let flags = if truncated { flags() } else { Vec::new() };
                let kept = kept.clone();
                check(Happening::Received { kept, from, truncated, flags, streamed: truncated });
            }
        }
        check(EventKind::Note { text: "a".to_owned() }.into());
    }
}
