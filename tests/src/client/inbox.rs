//! What a connection has received, sorted: answers to their calls, events in their order, the rest by itself.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard};

use serde_json::Value;
use sockyard_protocol::{Event, Fault};
use tokio::sync::{Notify, oneshot};
use tokio_tungstenite::tungstenite::{Error, Message};

type Answer = Result<Value, Fault>;

/// How a connection ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closed {
    /// The code of the server's Close frame; none if the connection ended without one.
    pub code: Option<u16>,
    /// Its reason.
    pub reason: String,
}

#[derive(Default)]
pub(super) struct Inbox {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    answers: HashMap<i64, oneshot::Sender<Answer>>,
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

    pub(super) fn expect_answer(&self, id: i64) -> oneshot::Receiver<Answer> {
        let (sender, receiver) = oneshot::channel();
        let mut state = self.state();
        if !state.ended {
            state.answers.insert(id, sender);
        }
        receiver
    }

    /// Takes what the WebSocket gave; false when nothing comes after it.
    pub(super) fn take(&self, message: Result<Message, Error>) -> bool {
        let mut state = self.state();
        let more = match message {
            Ok(Message::Text(text)) => {
                state.take_text(text.as_str());
                true
            }
            Ok(Message::Binary(bytes)) => {
                state.problem(format!("a binary message of {} bytes", bytes.len()));
                true
            }
            Ok(Message::Close(frame)) => {
                let (code, reason) = match frame {
                    Some(frame) => (Some(frame.code.into()), frame.reason.to_string()),
                    None => (None, String::new()),
                };
                state.closed = Some(Closed { code, reason });
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
        let mut state = self.state();
        state.ended = true;
        state.answers.clear();
        drop(state);
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
        let none = Closed { code: None, reason: String::new() };
        self.wait(|state| state.ended.then(|| state.closed.clone().unwrap_or_else(|| none.clone()))).await
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

    fn take_text(&mut self, text: &str) {
        let Ok(message) = serde_json::from_str::<Value>(text) else {
            return self.problem(format!("what is not JSON: {text}"));
        };
        if message["method"] == "events" {
            return match message["params"]["events"].as_array() {
                Some(events) if !events.is_empty() => events.iter().for_each(|event| self.take_event(event)),
                _ => self.problem(format!("no events in {text}")),
            };
        }
        let waiting = message["id"].as_i64().and_then(|id| self.answers.remove(&id));
        match (waiting, message.get("result"), message.get("error")) {
            (Some(waiting), Some(result), None) => _ = waiting.send(Ok(result.clone())),
            (Some(waiting), None, Some(error)) => match serde_json::from_value(error.clone()) {
                Ok(fault) => _ = waiting.send(Err(fault)),
                Err(problem) => self.problem(format!("an error unlike section 8 ({problem}): {error}")),
            },
            (Some(_), _, _) => self.problem(format!("neither result nor error: {text}")),
            (None, _, _) => self.unclaimed.push_back(message),
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
