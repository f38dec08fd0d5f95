//! From requests to calls and their answers.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::join_all;
use sockyard_protocol::answer::{Cancelled, SessionConfigured};
use sockyard_protocol::call::{CallCancel, SessionConfigure};
use sockyard_protocol::rpc::{self, BadRequest, Id, Message, Request};
use sockyard_protocol::{Answer, Call, Fault};
use tokio::task::unconstrained;
use tokio_util::sync::CancellationToken;

use super::connection::{Connection, Settings};
use super::outbox::Reply;
use crate::log;
use crate::session::{AtOnce, Caller, Unsent};

/// Answers of one batch are in memory together and go out as one message. A call whose answer might bring them over
/// this is not made. Below what a connection can write at once.
const BATCH_ANSWER_BYTES: usize = 12 << 20;
/// More than any answer takes that carries no bytes of sockets.
const SMALL_ANSWER_BYTES: usize = 4 << 10;
/// A byte may become six in JSON: `\u0000`.
const BYTES_IN_JSON: usize = 6;

/// A request under way; without an answer where it was a notification.
type Pending = Pin<Box<dyn Future<Output = Option<Reply>> + Send>>;

/// A request that was begun.
enum Begun {
    /// It has ended already, with this answer where it was no notification.
    Ended(Option<Reply>),
    /// It may wait; polled once in the order of the requests.
    Waits(Pending),
}

impl Begun {
    /// The first poll.
    async fn poll_once(self) -> Begun {
        match self {
            Begun::Ended(reply) => Begun::Ended(reply),
            Begun::Waits(mut pending) => match futures_util::poll!(&mut pending) {
                std::task::Poll::Ready(reply) => Begun::Ended(reply),
                std::task::Poll::Pending => Begun::Waits(pending),
            },
        }
    }
}

/// Calls of this connection that have not been answered yet, by id.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    calls: Mutex<HashMap<Id, CancellationToken>>,
}

impl Waiting {
    /// False where a call of that id waits already: an answer could not say which of the two it is for.
    fn add(&self, id: &Id, cancel: &CancellationToken) -> bool {
        let mut calls = self.lock();
        if calls.contains_key(id) {
            return false;
        }
        calls.insert(id.clone(), cancel.clone());
        true
    }

    fn has(&self, id: &Id) -> bool {
        self.lock().contains_key(id)
    }

    fn remove(&self, id: &Id) {
        self.lock().remove(id);
    }

    fn cancel(&self, id: &Id) -> bool {
        self.lock().get(id).inspect(|cancel| cancel.cancel()).is_some()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Id, CancellationToken>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connection {
    /// Starts what a message asks for. Waits only where the outbox is full.
    pub(super) async fn handle(self: &Arc<Self>, message: Message<'_>) {
        match message {
            Message::Single(request) => self.go_on(self.begin(request)).await,
            Message::Batch(parts) => self.handle_batch(parts).await,
        }
    }

    /// Starts a call that is permitted already. Waits as [`Connection::handle`] does.
    pub(super) async fn make(self: &Arc<Self>, id: Option<Id>, call: Call) {
        self.go_on(self.begin_permitted(id, call)).await;
    }

    async fn go_on(self: &Arc<Self>, begun: Begun) {
        match begun.poll_once().await {
            Begun::Ended(Some(reply)) => self.outbox.send(reply).await,
            Begun::Ended(None) => {}
            Begun::Waits(pending) => {
                let connection = Arc::clone(self);
                self.calls.spawn(async move {
                    if let Some(reply) = pending.await {
                        connection.outbox.send(reply).await;
                    }
                });
            }
        }
    }

    async fn handle_batch(self: &Arc<Self>, parts: Vec<Result<Request<'_>, BadRequest>>) {
        let mut bytes = 0;
        let mut pending = Vec::new();
        let mut replies = Vec::new();
        for part in parts {
            let most = part.as_ref().map_or(SMALL_ANSWER_BYTES, largest_answer);
            let fits = bytes + most <= BATCH_ANSWER_BYTES;
            let one = if fits { self.begin(part) } else { too_much(part) };
            match one.poll_once().await {
                Begun::Ended(reply) => {
                    bytes += reply.as_ref().map_or(0, |reply| reply.text.len());
                    replies.extend(reply);
                }
                Begun::Waits(one) => {
                    bytes += most;
                    pending.push(one);
                }
            }
        }
        // Only what waits becomes a task: answers that are there hold the reader up until they have room.
        if pending.is_empty() {
            return self.send_batch(replies).await;
        }
        let connection = Arc::clone(self);
        self.calls.spawn(async move {
            replies.extend(join_all(pending).await.into_iter().flatten());
            connection.send_batch(replies).await;
        });
    }

    async fn send_batch(&self, replies: Vec<Reply>) {
        // A batch of notifications alone is answered by nothing, not even an empty array.
        if replies.is_empty() {
            return;
        }
        let texts: Vec<&str> = replies.iter().map(|reply| reply.text.as_str()).collect();
        let text = format!("[{}]", texts.join(","));
        self.outbox.send(Reply { text, reservation: None }).await;
        // The quotas of the whole batch are held until here.
        drop(replies);
    }

    /// A request's future. It has to be polled once at once, in the order of the requests: that first poll takes
    /// the call's place in its socket's queue. Tokio's budget must not cut it short, or the order could change.
    fn begin(self: &Arc<Self>, request: Result<Request<'_>, BadRequest>) -> Begun {
        let Request { id, method, params } = match request {
            Ok(request) => request,
            Err(BadRequest { id, fault }) => return ready(Some(failure(&id, &fault))),
        };
        let call = match Call::parse(&method, params) {
            Ok(call) => call,
            Err(fault) => return ready(self.refused(id.as_ref(), &method, &fault)),
        };
        let permitted = self.session.permit(&self.rights, &call);
        self.refusals.note(permitted.as_ref().err());
        if let Err(fault) = permitted {
            return ready(id.map(|id| failure(&id, &fault)));
        }
        self.begin_permitted(id, call)
    }

    fn begin_permitted(self: &Arc<Self>, id: Option<Id>, call: Call) -> Begun {
        match call {
            Call::CallCancel(CallCancel { id: other }) => {
                let cancelled = self.waiting.cancel(&other);
                ready(id.map(|id| success(&id, &Cancelled { cancelled }.into())))
            }
            Call::SessionConfigure(call) => {
                let answer = self.configure(&call);
                if let (Err(fault), false) = (&answer, self.rights.only_look()) {
                    self.session.log_failure(&call.into(), fault);
                }
                ready(id.map(|id| reply(&id, answer)))
            }
            // An id that waits is refused there.
            Call::SocketSend(call) if !id.as_ref().is_some_and(|id| self.waiting.has(id)) => {
                match self.session.send_at_once(&call) {
                    AtOnce::Answered(answer) => ready(id.map(|id| reply(&id, answer))),
                    AtOnce::Untried => self.start(id, call.into(), None),
                    AtOnce::Partly(unsent) => self.start(id, call.into(), Some(unsent)),
                }
            }
            call => self.start(id, call, None),
        }
    }

    /// Starts a call, or goes on with a `send` of which a part is done.
    fn start(self: &Arc<Self>, id: Option<Id>, call: Call, unsent: Option<Unsent>) -> Begun {
        let reservation = match self.session.reserve(&call) {
            Ok(reservation) => reservation,
            Err(fault) => {
                let fault = match unsent {
                    Some(unsent) => unsent.give_up(&self.session, fault),
                    None => fault,
                };
                return ready(id.map(|id| failure(&id, &fault)));
            }
        };
        let cancel = self.cancel.child_token();
        if let Some(id) = &id
            && !self.waiting.add(id, &cancel)
        {
            let fault = Fault::not_a_request(format!("the id {id} belongs to a call that still waits"));
            return ready(Some(failure(&Id::Null, &fault)));
        }
        let connection = Arc::clone(self);
        let (form, rights) = (self.settings().form, self.rights.clone());
        Begun::Waits(Box::pin(unconstrained(async move {
            let (session, caller) = (&connection.session, Caller { cancel, form, rights });
            let answer = match (call, unsent) {
                (Call::SocketSend(call), Some(unsent)) => session.send_rest(call, unsent, &caller).await,
                (call, _) => session.perform(call, &caller).await,
            };
            let id = id?;
            connection.waiting.remove(&id);
            Some(Reply { reservation: Some(reservation), ..reply(&id, answer) })
        })))
    }

    /// What a notification got wrong shows nowhere but in the log.
    fn refused(&self, id: Option<&Id>, method: &str, fault: &Fault) -> Option<Reply> {
        match id {
            Some(id) => Some(failure(id, fault)),
            // Who only looks leaves no trace.
            None if self.rights.only_look() => None,
            None => {
                let method: String = method.chars().take(64).collect();
                self.session.log_failed(&method, None, fault);
                None
            }
        }
    }

    fn configure(&self, call: &SessionConfigure) -> Result<Answer, Fault> {
        let mut settings = self.settings();
        // First, as it alone can fail: then nothing is changed.
        if let Some(packets) = call.packets {
            self.capture(packets)?;
            settings.packets = packets;
        }
        settings.frames = call.frames.unwrap_or(settings.frames);
        settings.form = call.data.unwrap_or(settings.form);
        settings.share = call.payload.unwrap_or(settings.share);
        settings.kinds = call.kinds.or(settings.kinds);
        if let Some(sockets) = call.sockets {
            settings.sockets = sockets;
            self.follow(sockets);
        }
        let Settings { frames, form: data, share: payload, kinds, sockets, packets } = *settings;
        Ok(SessionConfigured { frames, data, payload, kinds, sockets, packets }.into())
    }
}

/// An upper bound of what a request's answer takes.
fn largest_answer(request: &Request<'_>) -> usize {
    match Call::parse(&request.method, request.params) {
        Ok(Call::SocketRecv(call)) => call.max * BYTES_IN_JSON + SMALL_ANSWER_BYTES,
        Ok(Call::LogRead(_)) => log::PAGE_BYTES_MAX * BYTES_IN_JSON,
        Ok(Call::SocketList(_)) => 128 << 10,
        // Taken apart a packet comes to less than 1 KiB, its bytes are of a page that is bounded, and so are the changes.
        Ok(Call::PacketsRead(call)) => {
            let bytes = if call.data { 1 << 20 } else { 0 };
            let changes = if call.changes_after.is_some() { 256 << 10 } else { 0 };
            (call.limit << 10) + bytes + changes
        }
        // A sample is some 450 bytes.
        Ok(Call::SocketSeries(call)) => call.limit << 9,
        // A thousand lines.
        Ok(Call::HostConnections(_)) => 512 << 10,
        // A line for each direction between sixteen hosts.
        Ok(
            Call::WireShow(_)
            | Call::WireConfigure(_)
            | Call::WireCut(_)
            | Call::WireMend(_)
            | Call::WireHold(_),
        ) => 128 << 10,
        // The numbers of all that is held.
        Ok(Call::WireRelease(_) | Call::WireUnhold(_)) => 64 << 10,
        // With the labels of every share, each character of them escaped.
        Ok(Call::SessionInfoCall(_)) => 32 << 10,
        _ => SMALL_ANSWER_BYTES,
    }
}

fn too_much(request: Result<Request<'_>, BadRequest>) -> Begun {
    let fault = Fault::quota("batch_answer_bytes", BATCH_ANSWER_BYTES as u64);
    let id = request.map_or_else(|bad| Some(bad.id), |request| request.id);
    ready(id.map(|id| failure(&id, &fault)))
}

fn ready(reply: Option<Reply>) -> Begun {
    Begun::Ended(reply)
}

fn reply(id: &Id, answer: Result<Answer, Fault>) -> Reply {
    match answer {
        Ok(answer) => success(id, &answer),
        Err(fault) => failure(id, &fault),
    }
}

fn success(id: &Id, answer: &Answer) -> Reply {
    match rpc::result(id, answer) {
        Ok(text) => Reply { text, reservation: None },
        Err(error) => {
            tracing::error!(%error, "an answer cannot be written as JSON");
            failure(id, &Fault::internal())
        }
    }
}

fn failure(id: &Id, fault: &Fault) -> Reply {
    Reply { text: rpc::error(id, fault).unwrap_or_default(), reservation: None }
}
