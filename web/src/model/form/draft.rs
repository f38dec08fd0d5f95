//! What is typed into the forms, kept for each socket and call until the socket is closed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sockyard_protocol::{Family, Responder, SocketId};

use super::{CallKind, Field, option, rules};
use crate::model::sockets::SocketView;

/// Payloads that arrow-up brings back.
const HISTORY_MAX: usize = 50;
/// The option that is chosen at first.
const FIRST_OPTION: &str = "reuse_address";

/// The entries of one socket's forms. Whatever was not typed has its default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    entries: BTreeMap<String, String>,
}

/// The entries of every socket, and the payloads of earlier.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Drafts {
    sockets: BTreeMap<SocketId, Draft>,
    history: Vec<String>,
}

impl Draft {
    /// What stands in a field of a call's form.
    pub fn get(&self, kind: CallKind, field: Field, socket: &SocketView) -> String {
        self.entries.get(&self.key(kind, field)).cloned().unwrap_or_else(|| self.initial(kind, field, socket))
    }

    /// What was typed into a field, if anything was.
    pub fn typed(&self, kind: CallKind, field: Field) -> Option<String> {
        self.entries.get(&self.key(kind, field)).cloned()
    }

    /// Takes what was typed.
    pub fn set(&mut self, kind: CallKind, field: Field, value: String) {
        self.entries.insert(self.key(kind, field), value);
    }
}

impl Draft {
    /// `bind` and `connect` both have an address and mean different ones by it; so do the options by their values.
    fn key(&self, kind: CallKind, field: Field) -> String {
        let key = format!("{}.{}", kind.name(), field.name());
        match field {
            Field::OptionValue => format!("{key}.{}", self.option()),
            _ => key,
        }
    }

    /// The option that is chosen.
    fn option(&self) -> &str {
        let key = format!("{}.{}", CallKind::Options.name(), Field::Option.name());
        self.entries.get(&key).map_or(FIRST_OPTION, String::as_str)
    }

    fn initial(&self, kind: CallKind, field: Field, socket: &SocketView) -> String {
        match field {
            Field::OptionValue => option::initial(self.option(), socket.family).to_owned(),
            _ => initial_text(kind, field, socket),
        }
    }
}

impl Drafts {
    /// One socket's entries.
    pub fn of(&self, socket: SocketId) -> Draft {
        self.sockets.get(&socket).cloned().unwrap_or_default()
    }

    /// Takes what was typed.
    pub fn set(&mut self, socket: SocketId, kind: CallKind, field: Field, value: String) {
        self.sockets.entry(socket).or_default().set(kind, field, value);
    }

    /// Forgets a closed socket. A payload that was typed for it can be recalled as if it had been sent.
    pub fn forget(&mut self, socket: SocketId) {
        let draft = self.sockets.remove(&socket);
        if let Some(payload) = draft.and_then(|draft| draft.typed(CallKind::Send, Field::Data)) {
            self.remember(&payload);
        }
    }

    /// Forgets every socket; the payloads that were sent or typed stay.
    pub fn forget_all(&mut self) {
        while let Some(socket) = self.sockets.first_key_value().map(|(socket, _)| *socket) {
            self.forget(socket);
        }
    }

    /// What a storage is to keep: the newest payloads up to `bytes` in all, and every entry.
    pub fn stored(&self, bytes: usize) -> Drafts {
        let mut room = bytes;
        let fits = |payload: &&String| {
            let left = room.checked_sub(payload.len());
            room = left.unwrap_or(0);
            left.is_some()
        };
        let mut history: Vec<String> = self.history.iter().rev().take_while(fits).cloned().collect();
        history.reverse();
        Drafts { sockets: self.sockets.clone(), history }
    }

    /// Remembers a payload that was sent, or typed for a socket that is gone.
    pub fn remember(&mut self, payload: &str) {
        if payload.is_empty() {
            return;
        }
        self.history.retain(|earlier| earlier != payload);
        self.history.push(payload.to_owned());
        if self.history.len() > HISTORY_MAX {
            self.history.remove(0);
        }
    }

    /// The payload sent `back` times ago; 1 is the last one.
    pub fn recall(&self, back: usize) -> Option<&str> {
        let index = self.history.len().checked_sub(back)?;
        self.history.get(index).map(String::as_str)
    }
}

fn initial_text(kind: CallKind, field: Field, socket: &SocketView) -> String {
    let number = socket.socket;
    let text = match (field, socket.family) {
        (Field::Address, Family::Unix) if kind == CallKind::Bind => return format!("unix:s{number}.sock"),
        (Field::Address, Family::Inet) if kind == CallKind::Bind => "127.0.0.1:0",
        (Field::Address, Family::Inet6) if kind == CallKind::Bind => "[::1]:0",
        (Field::Backlog, _) => "128",
        (Field::DataForm, _) => "text",
        (Field::Encoding, _) => "utf-8",
        (Field::Max, _) => "1024",
        (Field::How, _) => "write",
        (Field::Option, _) => FIRST_OPTION,
        (Field::Receive, _) => {
            let stream = socket.info.as_ref().is_some_and(|info| info.receive != Default::default());
            return if stream { "stream" } else { "manual" }.to_owned();
        }
        (Field::Accept, _) => {
            let stream = socket.info.as_ref().is_some_and(|info| info.accept != Default::default());
            return if stream { "stream" } else { "manual" }.to_owned();
        }
        (Field::Responder, _) => {
            let responder = socket.info.as_ref().and_then(|info| info.responder.as_ref());
            return match responder {
                None => "none",
                Some(Responder::Echo {}) => "echo",
                Some(Responder::Discard {}) => "discard",
                Some(Responder::Rules { .. }) => "rules",
            }
            .to_owned();
        }
        (Field::Rules, _) => {
            let rules = match socket.info.as_ref().and_then(|info| info.responder.as_ref()) {
                Some(Responder::Rules { rules }) => rules::drafts(rules),
                _ => vec![rules::RuleDraft::default()],
            };
            return rules::write(&rules);
        }
        (Field::PollSockets, _) => return number.to_string(),
        (Field::PollFor, _) => "both",
        _ => "",
    };
    text.to_owned()
}
