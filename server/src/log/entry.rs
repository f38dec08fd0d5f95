//! One event as the log keeps it: with its bytes as bytes, so that each connection can have them in its own form.

use bytes::Bytes;
use sockyard_protocol::call::{DataForm, LogRead, PayloadShare};
use sockyard_protocol::event::{DATA_KEPT, PREVIEW_BYTES};
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
#[derive(Debug)]
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
        let shown = match share {
            PayloadShare::Full => &*self.bytes,
            PayloadShare::Preview => &self.bytes[..self.bytes.len().min(PREVIEW_BYTES)],
            PayloadShare::None => return (None, false),
        };
        let data = match form {
            DataForm::Auto => Data::from_bytes(shown),
            DataForm::Base64 => Data::base64(shown),
        };
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

    /// Whether it is one that `log.read` with these parameters asks for.
    pub(crate) fn fits(&self, call: &LogRead) -> bool {
        call.socket.is_none_or(|socket| self.socket == Some(socket))
            && call.kinds.is_none_or(|kinds| kinds.contains(self.what.kind_index()))
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
