//! The handle of a connection, and how its parts come together.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use futures_util::StreamExt as _;
use serde::Serialize;
use serde_json::value::RawValue;
use sockyard_protocol::call::{CallCancel, Method};
use sockyard_protocol::rpc::{self, Id};
use sockyard_protocol::{Frame, Hello, SocketId};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::incoming::{self, Incoming};
use crate::reader::Reader;
use crate::wire::Socket;
use crate::writer::Writer;
use crate::{Closed, Error, Pending, Server, SessionKey, Waiting};

/// Messages on their way out that wait to be written. Each is at most the server's `limits.message_bytes` (1 MiB), or
/// the server ends the connection.
const OUTBOX: usize = 16;
/// Longest wait for the server's half of a closing handshake, and for what is still to be written before ours.
pub(crate) const GOODBYE_DEADLINE: Duration = Duration::from_secs(5);

/// A connection to a session. Clones are handles of the same connection, which ends when the last one is dropped;
/// the session and its sockets live on for `limits.grace_s`.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    server: Server,
    hello: Hello,
    waiting: Arc<Waiting>,
    outbox: mpsc::Sender<Message>,
    ended: watch::Receiver<Option<Closed>>,
    next_id: AtomicI64,
    _dropped: DropGuard,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("session", &self.shared.hello.session).finish_non_exhaustive()
    }
}

impl Client {
    /// Starts the reading and the writing part.
    pub(crate) fn start(server: Server, socket: Socket, hello: Hello) -> (Client, Incoming) {
        let (sink, stream) = socket.split();
        let (outbox, messages) = mpsc::channel(OUTBOX);
        let (arrivals, arriving) = incoming::channel();
        let (closing, ended) = watch::channel(None);
        let waiting = Arc::new(Waiting::default());
        let (dropped, gone) = (CancellationToken::new(), CancellationToken::new());
        let writer = Writer { sink, messages, dropped: dropped.clone(), _gone: gone.clone().drop_guard() };
        let reader = Reader {
            stream,
            waiting: Arc::clone(&waiting),
            arrivals,
            outbox: outbox.downgrade(),
            gone,
            ended: closing,
        };
        tokio::spawn(writer.run());
        tokio::spawn(reader.run());
        let incoming = Incoming::new(arriving, ended.clone(), hello.last_seq);
        let next_id = AtomicI64::new(1);
        let _dropped = dropped.drop_guard();
        let shared = Shared { server, hello, waiting, outbox, ended, next_id, _dropped };
        (Client { shared: Arc::new(shared) }, incoming)
    }

    /// What the server said first: the session, its limits, what the server can do.
    pub fn hello(&self) -> &Hello {
        &self.shared.hello
    }

    /// What leads back to this session.
    pub fn key(&self) -> SessionKey {
        SessionKey::from(self.hello())
    }

    /// A new connection to the same session, with its events after `after`: usually [`Incoming::last_seq`] of the
    /// lost one. Calls that were waiting there have ended; sockets are as they were.
    ///
    /// # Errors
    /// As [`Server::resume`].
    pub async fn resume(&self, after: Option<u64>) -> Result<(Client, Incoming), Error> {
        self.shared.server.resume(&self.key(), after).await
    }

    /// Makes a call and waits for its answer, as long as the call's own `timeout_ms` says, and without one for ever.
    ///
    /// Dropping the future cancels the call. What a `recv` had already taken by then is lost with its answer; a
    /// `timeout_ms` loses nothing.
    ///
    /// ```no_run
    /// use sockyard_client::protocol::call::LogRead;
    ///
    /// # async fn example(client: sockyard_client::Client) -> Result<(), sockyard_client::Error> {
    /// let page = client.call(LogRead { after: 0, before: None, limit: 100, socket: None, kinds: None }).await?;
    /// println!("{} events up to {}", page.events.len(), page.newest);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::Call`] with the server's error, [`Error::Closed`] when the connection ends first.
    pub async fn call<M: Method>(&self, call: M) -> Result<M::Answer, Error> {
        self.start_call(call).await?.await
    }

    /// Makes a call and returns as soon as it is on its way. Calls that are started one after the other reach the
    /// server in that order, so many can be under way without a wait for each.
    ///
    /// # Errors
    /// [`Error::Closed`].
    pub async fn start_call<M: Method>(&self, call: M) -> Result<Pending<M::Answer>, Error> {
        self.start_named(M::NAME, &call).await
    }

    /// Makes a call by its name, which may be one that this crate does not know; the result as it came.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub async fn call_json(&self, method: &str, params: &impl Serialize) -> Result<Box<RawValue>, Error> {
        self.start_named(method, params).await?.await
    }

    async fn start_named<A>(&self, method: &str, params: &impl Serialize) -> Result<Pending<A>, Error> {
        let id = self.shared.next_id.fetch_add(1, Ordering::Relaxed);
        let text = request(Some(id), method, params)?;
        let answer = self.shared.waiting.expect(id);
        // From here on a drop takes the expectation back.
        let pending = Pending {
            id,
            method: method.to_owned(),
            answer,
            answered: false,
            waiting: Arc::clone(&self.shared.waiting),
            outbox: self.shared.outbox.downgrade(),
            ended: self.shared.ended.clone(),
            kind: PhantomData,
        };
        self.send_message(Message::text(text)).await?;
        Ok(pending)
    }

    /// Makes a call for which no answer is sent: its failure shows as a `failed` event alone.
    ///
    /// # Errors
    /// [`Error::Closed`].
    pub async fn notify<M: Method>(&self, call: M) -> Result<(), Error> {
        self.send_message(Message::text(request(None, M::NAME, &call)?)).await
    }

    /// Ends a call that waits on this connection. True where there was one; it then fails with code 5.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub async fn cancel<A>(&self, pending: &Pending<A>) -> Result<bool, Error> {
        Ok(self.call(CallCancel { id: Id::Number(pending.id) }).await?.cancelled)
    }

    /// Sends bytes as a binary frame (section 9): no JSON, no base64, and no answer; a failure shows as a `failed`
    /// event. `to` is a datagram's destination where its socket is not connected.
    ///
    /// Waits for ever while the server holds this connection back because the socket's peer does not read.
    ///
    /// # Errors
    /// [`Error::Closed`].
    pub async fn send_frame(&self, socket: SocketId, to: Option<&str>, bytes: &[u8]) -> Result<(), Error> {
        self.send_message(Message::binary(Frame { socket, address: to, bytes }.to_message())).await
    }

    /// Ends the connection, for every clone; the session lives on for its grace time. Waits 5 s at most.
    pub async fn leave(self) -> Closed {
        self.shared.outbox.send(Message::Close(None)).await.ok(/* it has ended already */);
        timeout(GOODBYE_DEADLINE, self.closed()).await.unwrap_or_default()
    }

    /// Waits, for ever, for the end of the connection.
    pub async fn closed(&self) -> Closed {
        crate::incoming::end(&mut self.shared.ended.clone()).await
    }

    async fn send_message(&self, message: Message) -> Result<(), Error> {
        match self.shared.outbox.send(message).await {
            Ok(()) => Ok(()),
            // With the writer gone the reader ends, too, and says why.
            Err(_) => Err(Error::Closed(self.closed().await)),
        }
    }
}

fn request(id: Option<i64>, method: &str, params: &impl Serialize) -> Result<String, Error> {
    let id = id.map(Id::Number);
    rpc::request(id.as_ref(), method, params).map_err(|error| Error::Protocol(format!("{method}: {error}")))
}
