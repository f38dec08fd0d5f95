//! `log.read` and `log.note`.

use std::sync::Arc;

use sockyard_protocol::answer::{LogPage, Noted};
use sockyard_protocol::call::{LogNote, LogRead, PayloadShare};
use sockyard_protocol::{Answer, EventKind, Fault};

use super::Caller;
use crate::log::Page;
use crate::session::Session;

pub(super) fn read(session: &Arc<Session>, call: &LogRead, caller: &Caller) -> Result<Answer, Fault> {
    if let Some(unknown) = call.kinds.iter().flatten().find(|kind| !EventKind::NAMES.contains(&kind.as_str()))
    {
        let unknown: String = unknown.chars().take(64).collect();
        return Err(Fault::bad_params("kinds", &format!("{unknown:?} is not a kind of event")));
    }
    let Page { entries, oldest, newest, more } = session.log.read(call.after, call.limit, |entry| {
        call.socket.is_none_or(|socket| entry.socket == Some(socket))
            && call.kinds.as_ref().is_none_or(|kinds| kinds.iter().any(|kind| kind == entry.kind_name()))
    });
    let events = entries.iter().map(|entry| entry.to_event(caller.form, PayloadShare::Full)).collect();
    Ok(LogPage { events, oldest, newest, more }.into())
}

pub(super) fn note(session: &Arc<Session>, call: &LogNote) -> Answer {
    Noted { seq: session.log.append(None, EventKind::Note { text: call.text.clone() }) }.into()
}
