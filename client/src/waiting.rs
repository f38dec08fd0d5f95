//! Which answer belongs to which call.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::value::RawValue;
use sockyard_protocol::Fault;
use sockyard_protocol::rpc::Id;
use tokio::sync::oneshot;

/// How a call ended: its result as it came, or the server's error.
pub type Outcome = Result<Box<RawValue>, Fault>;

/// The calls of a connection that wait for their answers. The server bounds how many there can be
/// (`limits.waiting_calls`); one over that is answered with an error at once.
#[derive(Debug, Default)]
pub struct Waiting {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    calls: HashMap<i64, oneshot::Sender<Outcome>>,
    ended: bool,
}

impl Waiting {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The place to which the answer with that id will come. Once the connection has ended it comes to nothing.
    pub fn expect(&self, id: i64) -> oneshot::Receiver<Outcome> {
        let (sender, receiver) = oneshot::channel();
        let mut state = self.state();
        if !state.ended {
            state.calls.insert(id, sender);
        }
        receiver
    }

    /// Hands an answer to its call. False where no call waits for it.
    pub fn settle(&self, id: &Id, outcome: Result<&RawValue, Fault>) -> bool {
        let Id::Number(id) = id else { return false };
        let Some(call) = self.state().calls.remove(id) else { return false };
        call.send(outcome.map(ToOwned::to_owned)).ok(/* nobody waits for it any more */);
        true
    }

    /// Forgets a call whose answer nobody wants any more. False where it was answered before.
    pub fn forget(&self, id: i64) -> bool {
        self.state().calls.remove(&id).is_some()
    }

    /// No answer comes any more: every waiting call ends.
    pub fn end(&self) {
        let mut state = self.state();
        state.ended = true;
        state.calls.clear();
    }
}
