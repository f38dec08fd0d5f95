//! The calls that have no answer yet.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_channel::oneshot::Sender;
use serde_json::Value;
use sockyard_protocol::{Call, SocketId};

use crate::model::outcome::{CallError, short_name};

/// A call that is answered sooner is not shown as waiting: it would only flicker.
pub(super) const SHOWN_AFTER: Duration = Duration::from_millis(150);

/// A call that waits, as the page shows it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Waiting {
    /// The request's id, for `call.cancel`.
    pub(crate) id: i64,
    /// The call's short name.
    pub(crate) call: &'static str,
    /// Its socket.
    pub(crate) socket: SocketId,
    /// Since when, in milliseconds of the page's own clock.
    pub(crate) since: f64,
}

type Answer = Sender<Result<Value, CallError>>;

/// The calls sent and not answered.
#[derive(Default)]
pub(super) struct Pending {
    last_id: i64,
    calls: BTreeMap<i64, (Call, f64, Answer)>,
}

impl Pending {
    /// Notes a call; returns its id, which is never used again.
    pub(super) fn add(&mut self, call: Call, now: f64, answer: Answer) -> i64 {
        self.last_id += 1;
        self.calls.insert(self.last_id, (call, now, answer));
        self.last_id
    }

    /// Who waits for the answer to call `id`.
    pub(super) fn take(&mut self, id: i64) -> Option<Answer> {
        self.calls.remove(&id).map(|(_, _, answer)| answer)
    }

    /// Everyone who waits.
    pub(super) fn take_all(&mut self) -> Vec<Answer> {
        std::mem::take(&mut self.calls).into_values().map(|(_, _, answer)| answer).collect()
    }

    /// The calls to show as waiting, the oldest first.
    pub(super) fn waiting(&self, now: f64) -> Vec<Waiting> {
        let shown_after = SHOWN_AFTER.as_millis() as f64;
        self.calls
            .iter()
            .filter(|(_, (_, since, _))| now - since >= shown_after - 1.0)
            .filter_map(|(id, (call, since, _))| {
                let socket = match call {
                    Call::SocketAccept(call) => call.socket,
                    Call::SocketConnect(call) => call.socket,
                    Call::SocketSend(call) => call.socket,
                    Call::SocketRecv(call) => call.socket,
                    // One bar, at the first of them.
                    Call::SocketPoll(call) => *call.sockets.first()?,
                    _ => return None,
                };
                Some(Waiting { id: *id, call: short_name(call), socket, since: *since })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_channel::oneshot;
    use sockyard_protocol::call::{SocketAccept, SocketList};

    #[test]
    fn only_calls_that_really_wait_are_shown() {
        let mut pending = Pending::default();
        let accept =
            pending.add(SocketAccept { socket: 3, timeout_ms: None }.into(), 0.0, oneshot::channel().0);
        pending.add(SocketList {}.into(), 0.0, oneshot::channel().0);
        assert!(pending.waiting(100.0).is_empty());
        let waiting = pending.waiting(200.0);
        assert_eq!(waiting.len(), 1);
        assert_eq!((waiting[0].id, waiting[0].call, waiting[0].socket), (accept, "accept", 3));
        assert!(pending.take(accept).is_some());
        assert!(pending.take(accept).is_none());
        assert_eq!(pending.take_all().len(), 1);
    }
}
