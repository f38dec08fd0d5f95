//! A client of the WebSocket that can also say what no proper client would: calls, notifications, raw messages and the
//! events that arrive, all of it as raw JSON. It stands on the client crate's transport and correlation; `clients` tests
//! that crate's own typed client.

mod inbox;
mod shorthand;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use futures_util::SinkExt;
use futures_util::stream::{SplitSink, StreamExt};
use serde_json::{Value, json};
use sockyard_client::wire::{self, Socket};
use sockyard_client::{Closed, Error, Outcome};
use sockyard_protocol::{Fault, Hello};
use tokio::sync::{Mutex, oneshot, watch};
use tokio::task::JoinHandle;
use tokio_tungstenite::tungstenite::Message;

use crate::deadline::{eventually, within};
use crate::server::TestServer;
use inbox::Inbox;
pub use shorthand::bytes;

type Answer = Result<Value, Fault>;

/// Far from the ids that tests give to their raw messages.
const FIRST_ID: i64 = 1_000_000;

/// A connection to a session. The numbers of the events that arrive must have no gap.
pub struct WsClient {
    /// What the server said first.
    pub hello: Hello,
    inbox: Arc<Inbox>,
    sink: Mutex<SplitSink<Socket, Message>>,
    next_id: AtomicI64,
    paused: watch::Sender<bool>,
    reader: JoinHandle<()>,
}

/// A call that waits for its answer.
pub struct Pending {
    /// Its id.
    pub id: i64,
    answer: oneshot::Receiver<Outcome>,
}

impl Pending {
    /// The answer.
    #[track_caller]
    pub fn answer(self) -> impl Future<Output = Answer> {
        let waiting = within(format!("the answer to call {}", self.id), self.answer);
        async move { value(waiting.await.expect("the connection lives until the answer")) }
    }

    /// The answer of a call that must succeed.
    #[track_caller]
    pub fn ok(self) -> impl Future<Output = Value> {
        let place = std::panic::Location::caller();
        let answer = self.answer();
        async move { answer.await.unwrap_or_else(|fault| panic!("{place}: the call failed: {fault:?}")) }
    }

    /// The answer of a call that must fail.
    #[track_caller]
    pub fn fault(self) -> impl Future<Output = Fault> {
        let place = std::panic::Location::caller();
        let answer = self.answer();
        async move {
            match answer.await {
                Err(fault) => fault,
                Ok(value) => panic!("{place}: the call was to fail and gave {value}"),
            }
        }
    }
}

impl WsClient {
    /// A new session.
    pub async fn open(server: &TestServer) -> WsClient {
        WsClient::connect(server, "", server.token.as_deref()).await.expect("a session opens")
    }

    /// Another connection to a session, with its events after `after`, or from now on.
    ///
    /// # Errors
    /// The status and body of a refusal.
    pub async fn resume(
        server: &TestServer,
        hello: &Hello,
        after: Option<u64>,
    ) -> Result<WsClient, (u16, Value)> {
        let after = after.map_or(String::new(), |after| format!("&after={after}"));
        let query = format!("?session={}&token={}{after}", hello.session, hello.token);
        WsClient::connect(server, &query, None).await
    }

    /// A connection with any query and access token.
    ///
    /// # Errors
    /// The status and body of a refusal.
    pub async fn connect(
        server: &TestServer,
        query: &str,
        token: Option<&str>,
    ) -> Result<WsClient, (u16, Value)> {
        let url = format!("ws://{}/api/v1/ws{query}", server.authority());
        match within("a WebSocket and session.hello", wire::open(&url, token)).await {
            Ok((socket, hello)) => Ok(WsClient::over(socket, hello)),
            Err(Error::Refused(refused)) => Err((refused.status, refused.problem)),
            Err(error) => panic!("no WebSocket: {error}"),
        }
    }

    fn over(socket: Socket, hello: Hello) -> WsClient {
        let (sink, mut stream) = socket.split();
        let inbox = Arc::new(Inbox::default());
        let (paused, mut pause) = watch::channel(false);
        let reader = tokio::spawn({
            let inbox = inbox.clone();
            async move {
                loop {
                    if pause.wait_for(|paused| !paused).await.is_err() {
                        return;
                    }
                    let Some(message) = stream.next().await else { break };
                    if !inbox.take(message) {
                        break;
                    }
                }
                inbox.end();
            }
        });
        let sink = Mutex::new(sink);
        WsClient { hello, inbox, sink, next_id: AtomicI64::new(FIRST_ID), paused, reader }
    }

    /// Makes a call and waits for its answer.
    #[track_caller]
    pub fn call(&self, method: &str, params: Value) -> impl Future<Output = Answer> {
        let what = format!("the answer to {method} {params}");
        let method = method.to_owned();
        let place = std::panic::Location::caller();
        async move {
            let pending = self.start(&method, params).await;
            let answer = within(format!("{what} at {place}"), pending.answer).await;
            self.inbox.check();
            value(answer.unwrap_or_else(|_| panic!("{place}: the connection ended before {what}")))
        }
    }

    /// Makes a call that must succeed.
    #[track_caller]
    pub fn ok(&self, method: &str, params: Value) -> impl Future<Output = Value> {
        let shown = format!("{method} {params}");
        let place = std::panic::Location::caller();
        let call = self.call(method, params);
        async move { call.await.unwrap_or_else(|fault| panic!("{place}: {shown} failed: {fault:?}")) }
    }

    /// Makes a call that must fail.
    #[track_caller]
    pub fn fault(&self, method: &str, params: Value) -> impl Future<Output = Fault> {
        let shown = format!("{method} {params}");
        let place = std::panic::Location::caller();
        let call = self.call(method, params);
        async move {
            match call.await {
                Err(fault) => fault,
                Ok(value) => panic!("{place}: {shown} was to fail and gave {value}"),
            }
        }
    }

    /// Makes a call without waiting for its answer.
    pub async fn start(&self, method: &str, params: Value) -> Pending {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let answer = self.inbox.expect_answer(id);
        self.send_json(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})).await;
        Pending { id, answer }
    }

    /// Makes a call without an id.
    pub async fn notify(&self, method: &str, params: Value) {
        self.send_json(&json!({"jsonrpc": "2.0", "method": method, "params": params})).await;
    }

    /// Sends any JSON. Answers that belong to no [`Self::start`] come from [`Self::unclaimed`].
    pub async fn send_json(&self, message: &Value) {
        self.send_text(&message.to_string()).await;
    }

    /// Sends any text.
    pub async fn send_text(&self, text: &str) {
        self.send(Message::text(text)).await;
    }

    /// Sends any WebSocket message.
    pub async fn send(&self, message: Message) {
        // A connection that the server has ended shows in what the test waits for next.
        _ = within("room to send", async { self.sink.lock().await.send(message).await }).await;
    }

    /// The next answer that belongs to no [`Self::start`]: one to a raw message.
    pub async fn unclaimed(&self) -> Value {
        within("an answer to a raw message", self.inbox.unclaimed()).await
    }

    /// The next message that tells what has changed of the sockets' facts.
    ///
    /// # Panics
    /// When it is an answer to a raw message.
    pub async fn sockets(&self) -> Value {
        let mut message = self.unclaimed().await;
        assert_eq!(message["method"], "sockets", "{message}");
        message["params"].take()
    }

    /// The next message that tells of a lab's packets.
    ///
    /// # Panics
    /// When it is something else that nobody asked for.
    pub async fn packets(&self) -> Value {
        let mut message = self.unclaimed().await;
        assert_eq!(message["method"], "packets", "{message}");
        message["params"].take()
    }

    /// The first event that fits, from the beginning of this connection.
    #[track_caller]
    pub fn event(
        &self,
        what: impl Into<String>,
        fits: impl Fn(&Value) -> bool,
    ) -> impl Future<Output = Value> {
        within(format!("an event: {}", what.into()), self.inbox.event(fits))
    }

    /// The first event of a kind about a socket.
    #[track_caller]
    pub fn event_of(&self, socket: u64, kind: &str) -> impl Future<Output = Value> {
        let kind = kind.to_owned();
        self.event(format!("{kind} of {socket}"), move |event| {
            event["socket"] == socket && event["kind"] == kind
        })
    }

    /// The events that have arrived.
    pub fn events(&self) -> Vec<Value> {
        self.inbox.check();
        self.inbox.events()
    }

    /// Waits until so many calls of the session wait.
    pub async fn waiting_calls(&self, count: u64) {
        eventually(format!("{count} waiting calls"), async || {
            let info = self.ok("session.info", json!({})).await;
            (info["used"]["waiting_calls"] == count).then_some(())
        })
        .await;
    }

    /// Stops reading from the connection; the kernel's buffers fill and hold the server back.
    pub fn pause(&self) {
        self.paused.send_replace(true);
    }

    /// Reads again.
    pub fn go_on(&self) {
        self.paused.send_replace(false);
    }

    /// How the server ended the connection.
    pub async fn closed(&self) -> Closed {
        within("the connection's end", self.inbox.closed()).await
    }

    /// Ends the connection; the session lives on for its grace time.
    pub async fn leave(self) {
        self.send(Message::Close(None)).await;
        self.closed().await;
    }
}

fn value(outcome: Outcome) -> Answer {
    outcome.map(|result| serde_json::from_str(result.get()).expect("a result is JSON"))
}

impl Drop for WsClient {
    fn drop(&mut self) {
        self.reader.abort();
        if !std::thread::panicking() {
            self.inbox.check();
        }
    }
}
