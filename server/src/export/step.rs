//! One call of a program, free of any language: what an event becomes.

use std::net::IpAddr;

use serde_json::Value;
use sockyard_protocol::{Family, ShutdownHow, SocketId, SocketType};

/// An address in a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// As it stands.
    Inet { ip: IpAddr, port: u16 },
    /// With the port that a socket of the program's own got from the kernel, which is another one on each run.
    OwnPort { ip: IpAddr, socket: SocketId },
    /// The sender of the datagram that the event of that number tells of.
    Sender(u64),
    /// A name in the program's directory.
    File(String),
    /// A name in the abstract namespace.
    Abstract(String),
}

impl Place {
    /// Whether no socket of that family has such an address.
    pub(super) fn is_foreign_to(&self, family: Family) -> bool {
        match self {
            Place::Inet { ip, .. } | Place::OwnPort { ip, .. } => match family {
                Family::Inet => !ip.is_ipv4(),
                Family::Inet6 => !ip.is_ipv6(),
                Family::Unix => true,
            },
            Place::File(_) | Place::Abstract(_) => family != Family::Unix,
            Place::Sender(_) => false,
        }
    }
}

/// Bytes to send: those that the log kept, and after them as many unknown ones as there were, sent as zeros.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bytes {
    pub(super) known: Vec<u8>,
    pub(super) unknown: usize,
}

/// What a program does for one event.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    Create {
        family: Family,
        r#type: SocketType,
    },
    Bind {
        at: Place,
    },
    /// Keeps the socket's own port in a variable, because a later step needs it.
    KeepPort,
    Listen {
        backlog: u32,
    },
    Accept {
        connection: SocketId,
    },
    Connect {
        to: Place,
    },
    /// On a stream.
    Send {
        bytes: Bytes,
        oob: bool,
    },
    /// A datagram; `to` is left out where the socket is connected.
    SendDatagram {
        bytes: Bytes,
        to: Option<Place>,
    },
    /// So many bytes of a stream, in as many pieces as they come.
    Receive {
        count: usize,
    },
    /// The same without taking them.
    Peek {
        count: usize,
    },
    /// A stream's urgent byte.
    ReceiveUrgent,
    /// The end of a stream.
    ReceiveEnd,
    /// One datagram; its sender is kept in a variable where a later step needs it.
    ReceiveDatagram {
        max: usize,
        peek: bool,
        keep: bool,
    },
    Shutdown {
        how: ShutdownHow,
    },
    SetOption {
        name: String,
        value: Value,
    },
    Close {
        linger_s: Option<u16>,
        /// The name of its file, which goes with it.
        file: Option<String>,
    },
    /// A call that the kernel refused.
    Fail {
        call: Refused,
        errno: String,
    },
    /// Nothing to do: the event's remark says why.
    Nothing,
}

/// A call that the kernel refused with what it was asked for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Refused {
    Bind {
        at: Place,
    },
    Listen {
        backlog: i32,
    },
    Accept,
    Connect {
        to: Place,
    },
    /// `late` where the error is the peer's doing, so that the call waits for it a moment.
    Send {
        count: usize,
        oob: bool,
        late: bool,
    },
    SendTo {
        count: usize,
        to: Place,
    },
    Receive {
        max: usize,
        peek: bool,
        oob: bool,
    },
    Shutdown {
        how: ShutdownHow,
    },
    SetOption {
        name: String,
        value: Value,
    },
    GetOption {
        name: String,
    },
}

/// A step with what is told about it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    /// The event's number.
    pub(super) seq: u64,
    /// The socket that the call is made on, and what it is.
    pub(super) socket: Option<SocketId>,
    pub(super) family: Family,
    pub(super) r#type: SocketType,
    pub(super) step: Step,
    /// One line of text for whoever reads the program, safe in any language's comment.
    pub(super) remark: String,
}

impl Step {
    /// The address in it.
    pub(super) fn place(&self) -> Option<&Place> {
        match self {
            Step::Bind { at: place }
            | Step::Connect { to: place }
            | Step::SendDatagram { to: Some(place), .. }
            | Step::Fail { call: Refused::Bind { at: place }, .. }
            | Step::Fail { call: Refused::Connect { to: place }, .. }
            | Step::Fail { call: Refused::SendTo { to: place, .. }, .. } => Some(place),
            _ => None,
        }
    }
}

/// So many equal bytes in a row are written as one and their number.
const REPEATED_MIN: usize = 32;

impl Bytes {
    /// The byte that all of many known ones are, and how many.
    pub(super) fn repeated(&self) -> Option<(u8, usize)> {
        let first = *self.known.first()?;
        let all = self.known.len() >= REPEATED_MIN && self.known.iter().all(|byte| *byte == first);
        all.then_some((first, self.known.len()))
    }

    /// The known bytes in pieces for one line each. A piece ends with a line of text where there is one.
    pub(super) fn lines(&self, most: usize) -> impl Iterator<Item = &[u8]> {
        let mut rest = self.known.as_slice();
        std::iter::from_fn(move || {
            let window = &rest[..rest.len().min(most)];
            let end = window.iter().position(|byte| *byte == b'\n').map_or(window.len(), |at| at + 1);
            let (piece, after) = rest.split_at(end);
            rest = after;
            (!piece.is_empty()).then_some(piece)
        })
    }
}
