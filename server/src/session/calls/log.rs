//! `log.read` and `log.note`.

use std::sync::Arc;

use sockyard_protocol::answer::{LogPage, Noted};
use sockyard_protocol::call::{LogNote, LogRead, PayloadShare};
use sockyard_protocol::{Answer, EventKind, Fault};

use super::Caller;
use crate::log::{Entry, Page};
use crate::session::Session;

pub(super) fn read(session: &Arc<Session>, call: &LogRead, caller: &Caller) -> Result<Answer, Fault> {
    let fits = |entry: &Entry| entry.fits(call);
    let Page { entries, oldest, newest, more } = match call.before {
        None => session.log.read(call.after, call.limit, fits),
        Some(before) => session.log.read_back((call.after, before), call.limit, fits),
    };
    let events = entries.iter().map(|entry| entry.to_event(caller.form, PayloadShare::Full)).collect();
    Ok(LogPage { events, oldest, newest, more }.into())
}

pub(super) async fn note(session: &Arc<Session>, call: &LogNote) -> Result<Answer, Fault> {
    let number = session.log.append_numbered(EventKind::Note { text: call.text.clone() });
    Ok(Noted { seq: number.await.map_err(|_| Fault::internal())? }.into())
}
