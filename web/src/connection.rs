//! The connection to the server: the only owner of the WebSocket.
//!
//! It opens, resumes, retries and refuses; it matches answers to calls and hands events on. Components see
//! signals and make calls; none of them touches a socket or a token.

mod backoff;
mod export;
pub(crate) mod http;
mod pending;
mod probe;
mod storage;
mod target;
mod wire;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use futures_channel::oneshot;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use sockyard_protocol::call::CallCancel;
use sockyard_protocol::info::SocketsChanged;
use sockyard_protocol::rpc::Id;
use sockyard_protocol::{Call, Event, Fault, Hello, SocketInfo};

use crate::model::outcome::CallError;
use pending::Pending;
pub(crate) use pending::Waiting;
use probe::Probed;
pub(crate) use storage::LineLink;
use wire::{Signal as WireSignal, Wire};

/// Longest wait for `session.hello`; a port that takes connections and says nothing is not our server.
const HELLO_DEADLINE: Duration = Duration::from_secs(10);
/// The close code for a share that was taken back.
const REVOKED: u16 = 4403;

/// Where the connection stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Link {
    /// On its way.
    Connecting,
    /// The session is open.
    Open,
    /// Lost; the next try is at this time (`performance.now()`).
    Lost {
        /// Why.
        reason: LostReason,
        /// When it is tried again, in milliseconds of the page's own clock.
        retry_at: f64,
    },
    /// Trying again would change nothing.
    Refused(Refusal),
}

/// Why a connection was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LostReason {
    /// Nothing answers.
    Unreachable,
    /// It broke without a word.
    Broken,
    /// Close code 1001.
    ShuttingDown,
    /// Close code 1009.
    TooLarge,
    /// Close code 1013.
    TooSlow,
}

/// Why there is no connection until the user does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The server wants its owner token.
    TokenNeeded,
    /// The session is unknown or has expired.
    SessionGone,
    /// The session was closed.
    SessionClosed,
    /// The share with which the page looked was taken back.
    ShareRevoked,
    /// The link of a share leads nowhere: it was taken back, or the session has ended.
    ShareGone,
    /// The server speaks in a way that this page cannot read, as after an upgrade under an open page.
    Mismatch,
    /// There are as many sessions or connections as the server takes.
    TooMany,
    /// The server is not to be reached under this name, or not from this origin.
    NotAllowed,
}

/// What the page is told as it comes.
pub(crate) enum Incoming<'a> {
    /// The session is open.
    Opened {
        /// Whether it was there before, so that it may have sockets that the page does not know.
        resumed: bool,
    },
    /// An event, and the JSON that it came as.
    Event(&'a Event, &'a str),
    /// A message's events are all handed over.
    EventsEnd,
    /// What the kernel says of the sockets of which anything has changed, and when, in microseconds of the server's clock.
    Facts(Vec<SocketInfo>, u64),
}

/// The handle that components hold.
#[derive(Clone, Copy)]
pub(crate) struct Connection {
    inner: StoredValue<Rc<Inner>, LocalStorage>,
    /// Where it stands.
    pub(crate) link: RwSignal<Link>,
    /// What the server said first.
    pub(crate) hello: RwSignal<Option<Hello>>,
    /// The calls that wait.
    pub(crate) waiting: RwSignal<Vec<Waiting>>,
    /// Whether the session is somebody's who shared it, for looking only.
    pub(crate) only_looks: RwSignal<bool>,
    /// The line that the address led to last, until the page has gone there.
    pub(crate) line_link: RwSignal<Option<LineLink>>,
}

type Handler = Box<dyn Fn(Incoming<'_>)>;

struct Inner {
    keys: storage::Keys,
    wire: RefCell<Option<Wire>>,
    /// Counts connections, so that a late signal of an earlier one is recognised.
    generation: Cell<u32>,
    attempt: Cell<u32>,
    pending: RefCell<Pending>,
    last_seq: Cell<u64>,
    /// When the server was heard last, in milliseconds of the page's own clock.
    heard_at: Cell<f64>,
    heard_hello: Cell<bool>,
    session_ended: Cell<bool>,
    /// Whether a new session is to be in a lab.
    wants_lab: Cell<bool>,
    handler: RefCell<Option<Rc<Handler>>>,
}

impl Connection {
    /// A connection that is not started yet.
    pub(crate) fn new() -> Connection {
        let inner = Inner {
            keys: storage::Keys::load(),
            wire: RefCell::new(None),
            generation: Cell::new(0),
            attempt: Cell::new(0),
            pending: RefCell::new(Pending::default()),
            last_seq: Cell::new(0),
            heard_at: Cell::new(0.0),
            heard_hello: Cell::new(false),
            session_ended: Cell::new(false),
            wants_lab: Cell::new(false),
            handler: RefCell::new(None),
        };
        Connection {
            inner: StoredValue::new_local(Rc::new(inner)),
            link: RwSignal::new(Link::Connecting),
            hello: RwSignal::new(None),
            waiting: RwSignal::new(Vec::new()),
            only_looks: RwSignal::new(false),
            line_link: RwSignal::new(None),
        }
    }

    /// Takes a token or a share out of the address bar, then connects.
    pub(crate) fn start(self, handler: impl Fn(Incoming<'_>) + 'static) {
        let told = self.inner().keys.take_from_address();
        self.line_link.set(told.line);
        self.only_looks.set(self.inner().keys.only_look());
        *self.inner().handler.borrow_mut() = Some(Rc::new(Box::new(handler)));
        let retry = move || {
            if matches!(self.link.get_untracked(), Link::Lost { .. }) {
                self.connect();
            }
        };
        window_event_listener_untyped("online", move |_| retry());
        // Opening the printed address in this tab again changes nothing but the fragment.
        window_event_listener_untyped("hashchange", move |_| {
            let told = self.inner().keys.take_from_address();
            if told.another {
                self.show_another();
            } else if told.token && self.link.get_untracked() != Link::Open {
                self.try_now();
            }
            if told.line.is_some() {
                self.line_link.set(told.line);
            }
        });
        self.connect();
    }

    /// Makes a call and waits for its answer.
    pub(crate) async fn call(self, call: impl Into<Call>) -> Result<Value, CallError> {
        let call = call.into();
        let (sender, receiver) = oneshot::channel();
        let message = {
            let inner = self.inner();
            let id = inner.pending.borrow_mut().add(call.clone(), now(), sender);
            sockyard_protocol::rpc::request(Some(&Id::Number(id)), call.method(), &call)
                .map(|message| (id, message))
        };
        let Ok((id, message)) = message else { return Err(CallError::NotOpen) };
        let limit = self.hello.with_untracked(|hello| hello.as_ref().map(|hello| hello.limits.message_bytes));
        if let Some(limit) = limit.filter(|limit| message.len() > *limit) {
            self.inner().pending.borrow_mut().take(id);
            return Err(CallError::TooLarge(limit));
        }
        let sent = matches!(self.link.get_untracked(), Link::Open)
            && self.inner().wire.borrow().as_ref().is_some_and(|wire| wire.send(&message));
        if !sent {
            self.inner().pending.borrow_mut().take(id);
            return Err(CallError::NotOpen);
        }
        // Most calls are answered at once; only one that really waits is shown as waiting.
        set_timeout(move || self.show_waiting(), pending::SHOWN_AFTER);
        let answer = receiver.await.unwrap_or(Err(CallError::ConnectionLost));
        self.show_waiting();
        answer
    }

    /// Cancels a waiting call; its caller gets the fault `cancelled`.
    pub(crate) fn cancel(self, id: i64) {
        spawn_local(async move {
            // Whether it was still waiting shows in the call's own answer.
            self.call(CallCancel { id: Id::Number(id) }).await.ok();
        });
    }

    /// Tries again at once.
    pub(crate) fn try_now(self) {
        self.inner().attempt.set(0);
        self.connect();
    }

    /// Forgets the session and opens a new one, in a lab or in what the server opens by itself.
    pub(crate) fn start_new_session(self, in_lab: bool) {
        self.inner().keys.forget_session();
        self.inner().wants_lab.set(in_lab);
        self.show_another();
    }

    /// Whether the session is in a lab, or was when it was last heard of.
    pub(crate) fn in_lab(self) -> bool {
        self.hello.with(|hello| hello.as_ref().is_some_and(|hello| hello.network.kind == "lab"))
    }

    /// Stops looking at somebody's session: back to this tab's own, or to a new one.
    pub(crate) fn leave_shared(self) {
        self.inner().keys.forget_shared();
        self.show_another();
    }

    /// Connects to the session that the keys now name.
    fn show_another(self) {
        let inner = self.inner();
        self.only_looks.set(inner.keys.only_look());
        inner.last_seq.set(0);
        inner.attempt.set(0);
        inner.session_ended.set(false);
        self.hello.set(None);
        self.connect();
    }

    /// Expects the session to end: its close is not a loss.
    pub(crate) fn session_ends(self) {
        self.inner().session_ended.set(true);
    }

    /// Takes an owner token, alone or in the address that the server printed, and connects with it.
    pub(crate) fn use_token(self, entered: &str) {
        self.inner().keys.set_token(target::token_of(entered));
        self.try_now();
    }

    /// The token of the share with which the page looks at somebody's session.
    pub(crate) fn share_token(self) -> Option<String> {
        self.inner().keys.share_token()
    }

    /// The number of the newest event that came.
    pub(crate) fn last_seq(self) -> u64 {
        self.inner().last_seq.get()
    }

    /// How long the server has not been heard, in milliseconds.
    pub(crate) fn silent_ms(self) -> f64 {
        now() - self.inner().heard_at.get()
    }

    /// Gives up an open connection over which nothing comes any more, and tries again.
    pub(crate) fn give_up(self) {
        if self.link.get_untracked() == Link::Open {
            self.on_close(1006);
        }
    }

    fn inner(self) -> Rc<Inner> {
        self.inner.get_value()
    }

    fn connect(self) {
        let inner = self.inner();
        let generation = inner.generation.get() + 1;
        inner.generation.set(generation);
        inner.heard_hello.set(false);
        // Dropping the wire closes an earlier one.
        *inner.wire.borrow_mut() = None;
        self.fail_pending();
        self.link.set(Link::Connecting);
        let session = inner.keys.session();
        let url = target::websocket_url(
            &storage::origin(),
            session.as_ref(),
            inner.last_seq.get(),
            inner.wants_lab.get(),
        );
        let protocols = target::protocols(inner.keys.token().as_deref());
        let wire = Wire::open(&url, &protocols, move |signal| self.on_wire(generation, signal));
        match wire {
            Some(wire) => *inner.wire.borrow_mut() = Some(wire),
            None => self.lose(LostReason::Unreachable),
        }
        set_timeout(
            move || {
                let inner = self.inner();
                if inner.generation.get() == generation && !inner.heard_hello.get() {
                    self.on_wire(generation, WireSignal::Closed { code: 1006 });
                }
            },
            HELLO_DEADLINE,
        );
    }

    fn on_wire(self, generation: u32, signal: WireSignal) {
        let inner = self.inner();
        if inner.generation.get() != generation {
            return;
        }
        inner.heard_at.set(now());
        match signal {
            WireSignal::Message(text) => self.on_message(&text),
            WireSignal::Closed { code } => self.on_close(code),
        }
    }

    fn on_message(self, text: &str) {
        #[derive(Deserialize)]
        struct Message<'a> {
            id: Option<Id>,
            method: Option<&'a str>,
            #[serde(borrow)]
            params: Option<&'a RawValue>,
            #[serde(borrow)]
            result: Option<&'a RawValue>,
            error: Option<Fault>,
        }
        let Ok(message) = serde_json::from_str::<Message<'_>>(text) else {
            warn("a message that this page cannot read");
            return self.fail_unread(text);
        };
        match (message.method, message.params) {
            (Some("events"), Some(params)) => return self.on_events(params.get()),
            (Some("sockets"), Some(params)) => return self.on_sockets(params.get()),
            (Some("session.hello"), Some(params)) => return self.on_hello(params.get()),
            _ => {}
        }
        let Some(Id::Number(id)) = message.id else { return };
        let answer = match (message.error, message.result) {
            (Some(fault), _) => Err(CallError::Fault(fault)),
            (None, Some(result)) => Ok(serde_json::from_str(result.get()).unwrap_or(Value::Null)),
            (None, None) => Ok(Value::Null),
        };
        let sender = self.inner().pending.borrow_mut().take(id);
        if let Some(sender) = sender {
            // Nobody waits for the answer any more where the component is gone.
            sender.send(answer).ok();
        }
    }

    /// An answer that cannot be read must not leave its call waiting for ever.
    fn fail_unread(self, text: &str) {
        #[derive(Deserialize)]
        struct Numbered {
            id: Id,
        }
        let Ok(Numbered { id: Id::Number(id) }) = serde_json::from_str(text) else { return };
        let sender = self.inner().pending.borrow_mut().take(id);
        if let Some(sender) = sender {
            let fault = Fault::internal().with_hint("the page cannot read the server's answer");
            sender.send(Err(CallError::Fault(fault))).ok();
        }
    }

    fn on_hello(self, params: &str) {
        let Ok(hello) = serde_json::from_str::<Hello>(params) else {
            warn("session.hello cannot be read");
            let inner = self.inner();
            inner.generation.set(inner.generation.get() + 1);
            *inner.wire.borrow_mut() = None;
            return self.link.set(Link::Refused(Refusal::Mismatch));
        };
        let inner = self.inner();
        inner.heard_hello.set(true);
        inner.attempt.set(0);
        inner.session_ended.set(false);
        let known = inner.keys.session().is_some_and(|key| key.session == hello.session);
        if !known || !hello.resumed {
            // Another session numbers its events from 1 again.
            inner.last_seq.set(0);
        }
        inner.keys.keep_session(&hello.session, &hello.token);
        let resumed = hello.resumed;
        self.hello.set(Some(hello));
        self.link.set(Link::Open);
        self.hand_on(Incoming::Opened { resumed });
    }

    fn on_events(self, params: &str) {
        #[derive(Deserialize)]
        struct Params<'a> {
            #[serde(borrow)]
            events: Vec<&'a RawValue>,
        }
        let Ok(params) = serde_json::from_str::<Params<'_>>(params) else {
            warn("events that this page cannot read");
            return;
        };
        let inner = self.inner();
        for raw in params.events {
            let Ok(event) = serde_json::from_str::<Event>(raw.get()) else {
                warn("an event that this page cannot read");
                self.skip(raw.get());
                continue;
            };
            if event.seq > inner.last_seq.get() {
                inner.last_seq.set(event.seq);
                self.hand_on(Incoming::Event(&event, raw.get()));
            }
        }
        self.hand_on(Incoming::EventsEnd);
    }

    fn on_sockets(self, params: &str) {
        match serde_json::from_str::<SocketsChanged>(params) {
            Ok(changed) => self.hand_on(Incoming::Facts(changed.sockets, changed.time_us)),
            Err(_) => warn("facts of sockets that this page cannot read"),
        }
    }

    /// A kind that a newer server adds is skipped; its number still counts.
    fn skip(self, event: &str) {
        #[derive(Deserialize)]
        struct Numbered {
            seq: u64,
        }
        if let Ok(Numbered { seq }) = serde_json::from_str(event) {
            let inner = self.inner();
            inner.last_seq.set(inner.last_seq.get().max(seq));
        }
    }

    fn hand_on(self, incoming: Incoming<'_>) {
        let handler = self.inner().handler.borrow().clone();
        if let Some(handler) = handler {
            handler(incoming);
        }
    }

    fn on_close(self, code: u16) {
        let inner = self.inner();
        let was_open = inner.heard_hello.get();
        inner.generation.set(inner.generation.get() + 1);
        *inner.wire.borrow_mut() = None;
        self.fail_pending();
        let only_looks = inner.keys.only_look();
        if inner.session_ended.get() || (was_open && code == 1000) {
            // The key of a shared one stays, so that a reload says the same again, and not that a token is wanted.
            if !only_looks {
                inner.keys.forget_session();
            }
            self.link.set(Link::Refused(Refusal::SessionClosed));
            return;
        }
        if was_open && code == REVOKED {
            return self.link.set(Link::Refused(Refusal::ShareRevoked));
        }
        if was_open {
            return self.lose(match code {
                1001 => LostReason::ShuttingDown,
                1009 => LostReason::TooLarge,
                1013 => LostReason::TooSlow,
                _ => LostReason::Broken,
            });
        }
        // A browser tells nothing about a failed upgrade, so ask over HTTP what stands against it.
        let generation = inner.generation.get();
        let url = target::probe_url(inner.keys.session().as_ref());
        spawn_local(async move {
            let probed = probe::probe(&url, inner.keys.token().as_deref()).await;
            if self.inner().generation.get() != generation {
                return;
            }
            match probed {
                Probed::TokenNeeded => self.link.set(Link::Refused(Refusal::TokenNeeded)),
                Probed::SessionGone if only_looks => self.link.set(Link::Refused(Refusal::ShareGone)),
                Probed::SessionGone => self.link.set(Link::Refused(Refusal::SessionGone)),
                Probed::TooMany => self.link.set(Link::Refused(Refusal::TooMany)),
                Probed::NotAllowed => self.link.set(Link::Refused(Refusal::NotAllowed)),
                Probed::Reachable => self.lose(LostReason::Broken),
                Probed::Unreachable => self.lose(LostReason::Unreachable),
            }
        });
    }

    fn lose(self, reason: LostReason) {
        let inner = self.inner();
        let attempt = inner.attempt.get();
        inner.attempt.set(attempt.saturating_add(1));
        let delay_ms = backoff::delay_ms(attempt, js_sys::Math::random());
        self.link.set(Link::Lost { reason, retry_at: now() + delay_ms });
        let generation = inner.generation.get();
        set_timeout(
            move || {
                if self.inner().generation.get() == generation {
                    self.connect();
                }
            },
            Duration::from_millis(delay_ms as u64),
        );
    }

    fn fail_pending(self) {
        let senders = self.inner().pending.borrow_mut().take_all();
        for sender in senders {
            sender.send(Err(CallError::ConnectionLost)).ok();
        }
        self.show_waiting();
    }

    fn show_waiting(self) {
        let waiting = self.inner().pending.borrow().waiting(now());
        if self.waiting.with_untracked(|shown| *shown != waiting) {
            self.waiting.set(waiting);
        }
    }
}

/// Milliseconds of the page's own clock, which never jumps.
pub(crate) fn now() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}

fn warn(text: &str) {
    web_sys::console::warn_1(&format!("sockyard: {text}").into());
}
