//! The form of each call: its fields, what they start with, and the call or the mistakes that come of them.

mod build;
mod draft;
pub mod option;
pub mod rules;

pub use build::{Built, build, build_with, payload_of};
pub use draft::{Draft, Drafts};

use serde::{Deserialize, Serialize};

use crate::model::sockets::SocketView;

/// The calls of the call bar, in the order in which a tutorial makes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CallKind {
    /// `bind(2)`.
    Bind,
    /// `listen(2)`.
    Listen,
    /// `accept(2)`.
    Accept,
    /// `connect(2)`.
    Connect,
    /// `send(2)` and `sendto(2)`.
    Send,
    /// `recv(2)` and `recvfrom(2)`.
    Recv,
    /// `shutdown(2)`.
    Shutdown,
    /// `close(2)`.
    Close,
    /// `setsockopt(2)` and `getsockopt(2)`.
    Options,
    /// What the server does by itself.
    Configure,
    /// `poll(2)`.
    Poll,
    /// What the kernel knows.
    Info,
}

impl CallKind {
    /// All of them, in order.
    pub const ALL: [CallKind; 12] = [
        CallKind::Bind,
        CallKind::Listen,
        CallKind::Accept,
        CallKind::Connect,
        CallKind::Send,
        CallKind::Recv,
        CallKind::Shutdown,
        CallKind::Close,
        CallKind::Options,
        CallKind::Configure,
        CallKind::Poll,
        CallKind::Info,
    ];

    /// Its name as programs write it, also in test ids.
    pub fn name(self) -> &'static str {
        match self {
            CallKind::Bind => "bind",
            CallKind::Listen => "listen",
            CallKind::Accept => "accept",
            CallKind::Connect => "connect",
            CallKind::Send => "send",
            CallKind::Recv => "recv",
            CallKind::Shutdown => "shutdown",
            CallKind::Close => "close",
            CallKind::Options => "options",
            CallKind::Configure => "configure",
            CallKind::Poll => "poll",
            CallKind::Info => "info",
        }
    }

    /// The flags that its form offers. A draft may hold others, from a socket of another type.
    pub fn flags(self, is_datagram: bool) -> &'static [Field] {
        match self {
            CallKind::Send if !is_datagram => &[Field::FlagOob],
            CallKind::Recv => &[Field::FlagPeek, Field::FlagWaitall, Field::FlagOob],
            _ => &[],
        }
    }
}

/// A field of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Of `bind` and `connect`; each keeps its own entry.
    Address,
    /// Of `listen`.
    Backlog,
    /// The payload as entered.
    Data,
    /// How the payload is entered: `text`, `hex`, `escaped`, `zeros`.
    DataForm,
    /// The text's encoding.
    Encoding,
    /// A datagram's destination.
    To,
    /// Most bytes to receive.
    Max,
    /// Longest wait in seconds; blank waits for ever.
    Timeout,
    /// `MSG_PEEK`.
    FlagPeek,
    /// `MSG_OOB`.
    FlagOob,
    /// `MSG_WAITALL`.
    FlagWaitall,
    /// Which directions to shut down.
    How,
    /// Seconds to linger at `close`; blank leaves it.
    Linger,
    /// An option's name.
    Option,
    /// Its new value.
    OptionValue,
    /// Whether the server receives by itself.
    Receive,
    /// Whether the server accepts by itself.
    Accept,
    /// Whether the server answers by itself.
    Responder,
    /// The rules by which it answers, as JSON of [`rules::RuleDraft`]s.
    Rules,
    /// The sockets to poll, as numbers with commas between.
    PollSockets,
    /// What to poll for: `read`, `write`, `both`.
    PollFor,
}

impl Field {
    /// The name after `field-` in test ids and element ids.
    pub fn name(self) -> &'static str {
        match self {
            Field::Address => "address",
            Field::Backlog => "backlog",
            Field::Data => "data",
            Field::DataForm => "data-form",
            Field::Encoding => "encoding",
            Field::To => "to",
            Field::Max => "max",
            Field::Timeout => "timeout",
            Field::FlagPeek => "flag-peek",
            Field::FlagOob => "flag-oob",
            Field::FlagWaitall => "flag-waitall",
            Field::How => "how",
            Field::Linger => "linger",
            Field::Option => "option",
            Field::OptionValue => "option-value",
            Field::Receive => "receive",
            Field::Accept => "accept",
            Field::Responder => "responder",
            Field::Rules => "rules",
            Field::PollSockets => "poll-sockets",
            Field::PollFor => "poll-for",
        }
    }
}

/// The encodings offered for text; the server knows every label of the WHATWG standard.
pub const ENCODINGS: [&str; 13] = [
    "utf-8",
    "gbk",
    "gb18030",
    "big5",
    "shift_jis",
    "euc-jp",
    "euc-kr",
    "iso-8859-1",
    "windows-1252",
    "windows-1251",
    "koi8-r",
    "utf-16le",
    "utf-16be",
];

/// The call that a tutorial would make next on this socket. Any other may be made as well.
pub fn natural_next(socket: &SocketView) -> CallKind {
    if socket.is_datagram() {
        return if !socket.is_bound() {
            CallKind::Bind
        } else if socket.info.as_ref().is_some_and(|info| info.receive_queue.unwrap_or(0) > 0) {
            CallKind::Recv
        } else {
            CallKind::Send
        };
    }
    if socket.listening {
        return CallKind::Accept;
    }
    if socket.peer_closed || socket.state() == Some("CLOSE_WAIT") {
        let queued = socket.info.as_ref().is_some_and(|info| info.receive_queue.unwrap_or(0) > 0);
        return if queued || !socket.peer_closed { CallKind::Recv } else { CallKind::Close };
    }
    if socket.peer.is_some() {
        let queued = socket.info.as_ref().is_some_and(|info| info.receive_queue.unwrap_or(0) > 0);
        return if queued { CallKind::Recv } else { CallKind::Send };
    }
    // Connecting has given it an address, too.
    if socket.connect_failed || matches!(socket.state(), Some("SYN_SENT" | "SYN_RECV")) {
        return CallKind::Connect;
    }
    if socket.is_bound() { CallKind::Listen } else { CallKind::Bind }
}

#[cfg(test)]
pub(crate) mod tests;
