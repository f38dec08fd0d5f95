//! One WebSocket connection of a session: three parts that never wait on themselves.
//!
//! The reader takes requests and starts calls, every call that waits is a task of its own, and the writer alone
//! writes: answers from the outbox, events from the log. Each can hold up the one before it, and none the next.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use axum::extract::ws::{WebSocket, close_code};
use futures_util::StreamExt as _;
use sockyard_protocol::call::{DataForm, Frames, PayloadShare};
use sockyard_protocol::event::ClosedBy;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::outbox::Outbox;
use super::reader;
use super::requests::Waiting;
use super::writer::Writer;
use crate::log;
use crate::session::{Attachment, Session};

/// Longest wait for calls to end once they are cancelled, and for the client's half of a closing handshake.
const END_DEADLINE: Duration = Duration::from_secs(2);

/// How events reach this connection: `session.configure`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Settings {
    pub(super) frames: Frames,
    pub(super) form: DataForm,
    pub(super) share: PayloadShare,
}

/// Why a connection ends: code and reason of the close frame (RFC 6455 section 7.4.1).
pub(super) type Closing = (u16, &'static str);

/// What the parts of a connection share.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) session: Arc<Session>,
    pub(super) outbox: Outbox,
    pub(super) waiting: Waiting,
    pub(super) calls: TaskTracker,
    /// Ends every call of this connection that still waits: nobody is left to take its answer.
    pub(super) cancel: CancellationToken,
    settings: Arc<Mutex<Settings>>,
}

impl Connection {
    pub(super) fn settings(&self) -> MutexGuard<'_, Settings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs a connection to its end.
pub(super) async fn run(socket: WebSocket, attachment: Attachment, resumed: bool, after: Option<u64>) {
    let session = Arc::clone(attachment.session());
    let hello = session.hello(resumed);
    let events = log::Reader::attach(Arc::clone(session.log()), Some(after.unwrap_or(hello.last_seq)));
    let (sink, mut stream) = socket.split();
    let (outbox, inbox) = Outbox::new();
    let settings = Arc::new(Mutex::default());
    let closing = Arc::new(OnceLock::new());
    let gone = CancellationToken::new();
    let writer = Writer {
        sink,
        inbox,
        events,
        settings: Arc::clone(&settings),
        closing: Arc::clone(&closing),
        gone: gone.clone(),
    };
    let writer = tokio::spawn(writer.run(hello));
    let connection = Connection {
        session,
        outbox,
        waiting: Waiting::default(),
        calls: TaskTracker::new(),
        cancel: CancellationToken::new(),
        settings,
    };
    let connection = Arc::new(connection);

    let ended = reader::run(&connection, &mut stream, &gone).await;
    let reason = ended.or_else(|| match connection.session.ended_by()? {
        ClosedBy::Server => Some((close_code::AWAY, "the server is shutting down")),
        ClosedBy::Client | ClosedBy::Session => Some((close_code::NORMAL, "the session is closed")),
    });
    if let Some(reason) = reason {
        closing.set(reason).ok(/* the writer has a reason of its own already */);
    }
    // With the outbox's last sender gone the writer writes what is left, says goodbye and ends.
    connection.calls.close();
    if connection.session.ended_by().is_none() {
        connection.cancel.cancel();
    }
    if timeout(END_DEADLINE, connection.calls.wait()).await.is_err() {
        connection.cancel.cancel();
    }
    drop(connection);
    let abort = writer.abort_handle();
    if timeout(END_DEADLINE, writer).await.is_err() {
        abort.abort();
    }
    // Until the client has answered the close frame its unread bytes would make the kernel reset the connection,
    // and the frame be lost.
    timeout(END_DEADLINE, async { while let Some(Ok(_)) = stream.next().await {} }).await.ok(/* it had its time */);
    drop(attachment);
}
