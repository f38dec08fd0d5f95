//! What a connection has received, sorted: answers to their calls, events in their order, the rest by itself.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};

use serde_json::Value;
use sockyard_client::wire::{self, Said};
use sockyard_client::{Closed, Outcome, Waiting};
use sockyard_protocol::Event;
use tokio::sync::{Notify, oneshot};
use tokio_tungstenite::tungstenite::{Error, Message};

#[derive(Default)]
pub(super) struct Inbox {
    state: Mutex<State>,
    waiting: Waiting,
    changed: Notify,
}

#[derive(Default)]
struct State {
    unclaimed: VecDeque<Value>,
    events: Vec<Value>,
    closed: Option<Closed>,
    ended: bool,
    /// The first thing that the contract does not allow.
    problem: Option<String>,
}

impl Inbox {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Panics if anything arrived that the contract does not allow.
    pub(super) fn check(&self) {
        let problem = self.state().problem.clone();
        if let Some(problem) = problem {
            panic!("{problem}");
        }
    }

    pub(super) fn expect_answer(&self, id: i64) -> oneshot::Receiver<Outcome> {
        self.waiting.expect(id)
    }

    /// Takes what the WebSocket gave; false when nothing comes after it.
    pub(super) fn take(&self, message: Result<Message, Error>) -> bool {
        let mut state = self.state();
        let more = match message {
            Ok(Message::Text(text)) => {
                state.take_text(text.as_str(), &self.waiting);
                true
            }
            Ok(Message::Binary(bytes)) => {
                state.problem(format!("a binary message of {} bytes", bytes.len()));
                true
            }
            Ok(Message::Close(frame)) => {
                state.closed = Some(wire::closed(frame));
                true
            }
            Ok(_) => true,
            Err(_) => false,
        };
        drop(state);
        self.changed.notify_waiters();
        more
    }

    /// Nothing comes any more.
    pub(super) fn end(&self) {
        self.state().ended = true;
        self.waiting.end();
        self.changed.notify_waiters();
    }

    pub(super) fn events(&self) -> Vec<Value> {
        self.state().events.clone()
    }

    pub(super) async fn unclaimed(&self) -> Value {
        self.wait(|state| state.unclaimed.pop_front()).await
    }

    pub(super) async fn event(&self, fits: impl Fn(&Value) -> bool) -> Value {
        let mut seen = 0;
        self.wait(|state| {
            let new = &state.events[seen..];
            seen = state.events.len();
            new.iter().find(|event| fits(event)).cloned()
        })
        .await
    }

    pub(super) async fn closed(&self) -> Closed {
        self.wait(|state| state.ended.then(|| state.closed.clone().unwrap_or_default())).await
    }

    /// Waits until a look at the state gives something.
    async fn wait<T>(&self, mut look: impl FnMut(&mut State) -> Option<T>) -> T {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // From here on no change is missed.
            changed.as_mut().enable();
            self.check();
            if let Some(found) = look(&mut self.state()) {
                return found;
            }
            changed.await;
        }
    }
}

impl State {
    fn problem(&mut self, problem: String) {
        self.problem.get_or_insert(problem);
    }

    fn take_text(&mut self, text: &str, waiting: &Waiting) {
        match wire::read(text) {
            Ok(Said::Notification { method, params }) if method == "events" => {
                let params: Value = serde_json::from_str(params.get()).expect("parameters are JSON");
                match params["events"].as_array() {
                    Some(events) if !events.is_empty() => {
                        events.iter().for_each(|event| self.take_event(event));
                    }
                    _ => self.problem(format!("no events in {text}")),
                }
            }
            Ok(Said::Answer { id, outcome }) if waiting.settle(&id, outcome.clone()) => {}
            Ok(_) => self.unclaimed.push_back(serde_json::from_str(text).expect("a message is JSON")),
            Err(error) => self.problem(error.to_string()),
        }
    }

    fn take_event(&mut self, event: &Value) {
        if let Err(problem) = serde_json::from_value::<Event>(event.clone()) {
            self.problem(format!("an event unlike section 7 ({problem}): {event}"));
        }
        let seq = |event: &Value| event["seq"].as_u64().unwrap_or(0);
        if let Some(last) = self.events.last()
            && seq(event) != seq(last) + 1
        {
            self.problem(format!("a gap: event {} after event {}", seq(event), seq(last)));
        }
        self.events.push(event.clone());
    }
}
