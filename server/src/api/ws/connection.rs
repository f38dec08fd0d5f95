//! One WebSocket connection of a session: three parts that never wait on themselves.
//!
//! The reader takes requests and starts calls, every call that waits is a task of its own, and the writer alone
//! writes: answers from the outbox, events from the log. Each can hold up the one before it, and none the next.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::Poll;
use std::time::Duration;

use sockyard_protocol::call::{DataForm, Frames, PacketsPushed, PayloadShare, SocketsEvery};
use sockyard_protocol::event::EventKinds;
use sockyard_protocol::{Fault, rpc};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};
use tracing::Instrument as _;

use super::input::Input;
use super::opening::Opening;
use super::outbox::Outbox;
use super::output::Output;
use super::refusals::Refusals;
use super::requests::Waiting;
use super::writer::Writer;
use super::{follow, packets, reader};
use crate::session::{Attachment, Rights, Session};
use crate::{log, metrics};

/// Longest wait for calls to end once they are cancelled, and for the client's half of a closing handshake.
const END_DEADLINE: Duration = Duration::from_secs(2);

/// Most bytes of frames that wait for the kernel on one connection, in KiB. Beyond it the client is held up: enough to keep a
/// peer busy, and what each stuck connection costs.
const FRAMES_WAITING_KIB: usize = 4 * 1024;

const REVOKED: Closing = (close_code::REVOKED, "the share was taken back, or the token revoked");

/// How events reach this connection: `session.configure`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Settings {
    pub(super) frames: Frames,
    pub(super) form: DataForm,
    pub(super) share: PayloadShare,
    /// Which kinds of events are pushed; all if none are named.
    pub(super) kinds: Option<EventKinds>,
    /// How often the sockets' facts are looked at; none if they are not pushed.
    pub(super) sockets: Option<SocketsEvery>,
    /// How a lab's packets are pushed; none if they are not.
    pub(super) packets: Option<PacketsPushed>,
}

/// Why a connection ends: code and reason of the close frame (RFC 6455 section 7.4.1).
pub(super) type Closing = (u16, &'static str);

/// Codes of close frames that the server begins.
pub(super) mod close_code {
    pub(in crate::api::ws) const NORMAL: u16 = 1000;
    pub(in crate::api::ws) const AWAY: u16 = 1001;
    pub(in crate::api::ws) const PROTOCOL: u16 = 1002;
    pub(in crate::api::ws) const INVALID: u16 = 1007;
    pub(in crate::api::ws) const POLICY: u16 = 1008;
    pub(in crate::api::ws) const SIZE: u16 = 1009;
    pub(in crate::api::ws) const AGAIN: u16 = 1013;
    /// Of our own, from the range for applications; it ends as the HTTP status "forbidden" does.
    pub(in crate::api::ws) const REVOKED: u16 = 4403;
}

/// How the reading part came to its end.
pub(super) enum Ending {
    /// The client said goodbye with this code, and wants nothing but the same in return.
    Goodbye(u16),
    /// The server has a reason to give.
    Reason(Closing),
    /// The connection, the session or the writer has ended.
    Silent,
}

/// What the parts of a connection share.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) session: Arc<Session>,
    pub(super) rights: Rights,
    pub(super) outbox: Outbox,
    pub(super) waiting: Waiting,
    pub(super) calls: TaskTracker,
    /// Ends every call of this connection that still waits: nobody is left to take its answer.
    pub(super) cancel: CancellationToken,
    /// Nothing can be written any more.
    pub(super) gone: CancellationToken,
    /// Room for bytes of frames that the kernel has no room for yet, in KiB.
    pub(super) frame_room: Arc<Semaphore>,
    /// How close the writer is behind the log.
    pub(super) pace: log::Pace,
    /// Calls over a rate, one after the other, and when the last of them may be made.
    pub(super) refusals: Refusals,
    settings: Arc<Mutex<Settings>>,
    /// Tells of the sockets' facts.
    follows: Mutex<Option<AbortOnDropHandle<()>>>,
    /// Tells of a lab's packets.
    captures: Mutex<Option<AbortOnDropHandle<()>>>,
}

impl Connection {
    pub(super) fn settings(&self) -> MutexGuard<'_, Settings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells of the sockets' facts from the beginning, in place of what was told before, or no more.
    pub(super) fn follow(&self, every: Option<SocketsEvery>) {
        let every = every.map(|every| Duration::from_millis(every.every_ms.into()));
        let follows = every.map(|every| follow::start(&self.session, &self.outbox, every));
        *self.follows.lock().unwrap_or_else(PoisonError::into_inner) = follows;
    }

    /// Tells of a lab's packets from now on, or no more.
    ///
    /// # Errors
    /// Code 2 where the session is in no lab.
    pub(super) fn capture(&self, wanted: Option<PacketsPushed>) -> Result<(), Fault> {
        let captures = match wanted {
            None => None,
            Some(wanted) => {
                let record = self.session.packet_record("session.configure")?;
                Some(packets::start(&self.session, record, &self.outbox, wanted))
            }
        };
        *self.captures.lock().unwrap_or_else(PoisonError::into_inner) = captures;
        Ok(())
    }
}

/// How a connection begins.
#[derive(Debug)]
pub(super) struct Beginning {
    pub(super) opening: Opening,
    /// It came back to a session that was there.
    pub(super) resumed: bool,
    /// Which of the log's events come first.
    pub(super) replay: Replay,
    /// The longest message that is taken.
    pub(super) longest: usize,
}

/// Which of the log's events come first on a connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Replay {
    /// Those with a greater `seq`.
    pub(super) after: Option<u64>,
    /// No more than so many, the newest.
    pub(super) last: Option<u64>,
}

impl Replay {
    /// The event after which it begins in a log whose newest is `newest`; without either bound only new ones come.
    fn begins_after(self, newest: u64) -> u64 {
        let bounds = [self.after, self.last.map(|last| newest.saturating_sub(last))];
        bounds.into_iter().flatten().max().unwrap_or(newest)
    }
}

/// Completes once the session has ended and its last answer has had its time.
async fn ended_long_ago(session: &Session) {
    session.ended().cancelled().await;
    sleep(END_DEADLINE).await;
}

/// Runs a connection to its end. `answer` is what the handshake is still to be answered with, and `read` what came together
/// with it.
pub(super) async fn run(
    stream: TcpStream,
    answer: Vec<u8>,
    read: bytes::Bytes,
    attachment: Attachment,
    beginning: Beginning,
) {
    let Beginning { opening, resumed, replay, longest } = beginning;
    let session = Arc::clone(attachment.session());
    let rights = attachment.rights().clone();
    let mut hello = session.hello(resumed, &rights);
    let after = Some(replay.begins_after(hello.last_seq));
    let events = log::Reader::attach(Arc::clone(session.log()), after, !rights.only_look());
    let pace = events.pace();
    let (from_client, to_client) = stream.into_split();
    let mut input = Input::new(from_client, &read, longest);
    let mut output = Output::new(to_client, &answer);
    // What they came in is much larger than they are, and would be held as long as the connection.
    drop((read, answer));
    let (outbox, inbox) = Outbox::new();
    let settings = Arc::new(Mutex::new(opening.settings));
    // Behind the cursor, so that what it logs is pushed as that of a call. The calls' state goes with the block.
    hello.opened = {
        let mut opened = Box::pin(opening.perform(Arc::clone(&session)));
        match futures_util::poll!(&mut opened) {
            Poll::Ready(opened) => opened,
            Poll::Pending => {
                // The handshake's answer does not wait.
                output.flush().await.ok(/* the writer finds out */);
                opened.await
            }
        }
    };
    match rpc::request(None, "session.hello", &hello) {
        Ok(greeting) => output.text(&greeting),
        Err(error) => return tracing::error!(%error, "a session cannot be told of"),
    }
    drop(hello);
    let closing = Arc::new(OnceLock::new());
    let (gone, left) = (CancellationToken::new(), CancellationToken::new());
    let writer = Writer {
        output,
        inbox,
        events,
        settings: Arc::clone(&settings),
        closing: Arc::clone(&closing),
        gone: gone.clone(),
        left: left.clone(),
    };
    let writer = tokio::spawn(writer.run().in_current_span());
    let connection = Connection {
        session,
        rights,
        outbox,
        waiting: Waiting::default(),
        calls: TaskTracker::new(),
        cancel: CancellationToken::new(),
        gone,
        frame_room: Arc::new(Semaphore::new(FRAMES_WAITING_KIB)),
        refusals: Refusals::default(),
        pace,
        settings,
        follows: Mutex::default(),
        captures: Mutex::default(),
    };
    let connection = Arc::new(connection);

    let ending = tokio::select! {
        biased;
        ending = reader::run(&connection, &mut input) => ending,
        () = attachment.revoked() => Ending::Reason(REVOKED),
        // A client that takes its answers in drops may hold up the reader, which alone would hear of it.
        () = ended_long_ago(&connection.session) => Ending::Silent,
    };
    // What else there would be to write is then nobody's any more.
    let is_goodbye = matches!(ending, Ending::Goodbye(_)) || attachment.is_revoked();
    let reason = match ending {
        Ending::Goodbye(code) => Some((code, "")),
        Ending::Reason(reason) => Some(reason),
        Ending::Silent => connection.session.ending().map(|why| match why {
            metrics::Ending::Shutdown => (close_code::AWAY, "the server is shutting down"),
            metrics::Ending::Revoked => REVOKED,
            metrics::Ending::Lifetime => (close_code::NORMAL, "the session was as old as it may get"),
            metrics::Ending::Idle => (close_code::NORMAL, "the session was not used for too long"),
            metrics::Ending::Closed | metrics::Ending::Abandoned => {
                (close_code::NORMAL, "the session is closed")
            }
        }),
    };
    if let Some(reason) = reason {
        closing.set(reason).ok(/* the writer has a reason of its own already */);
    }
    // Only now, as the writer then answers with that code.
    if is_goodbye {
        left.cancel();
    }
    connection.follow(None);
    connection.capture(None).ok(/* to end it needs no lab */);
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
    timeout(END_DEADLINE, input.drain()).await.ok(/* it had its time */);
    drop(attachment);
}
