//! `log.read` and `log.note`.

use std::sync::Arc;

use sockyard_protocol::answer::{LogPage, Noted};
use sockyard_protocol::call::{LogNote, LogRead, PayloadShare};
use sockyard_protocol::{Answer, EventKind, Fault};

use super::Caller;
use crate::log::Page;
use crate::session::Session;

pub(super) fn read(session: &Arc<Session>, call: &LogRead, caller: &Caller) -> Result<Answer, Fault> {
    let Page { entries, oldest, newest, more } =
        session.log.read(call.after, call.limit, |entry| entry.fits(call));
    let events = entries.iter().map(|entry| entry.to_event(caller.form, PayloadShare::Full)).collect();
    Ok(LogPage { events, oldest, newest, more }.into())
}

pub(super) fn note(session: &Arc<Session>, call: &LogNote) -> Answer {
    Noted { seq: session.log.append(None, EventKind::Note { text: call.text.clone() }) }.into()
}
