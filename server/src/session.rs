//! A session: one table of sockets, one log, one policy over both.
//!
//! Sessions share no locks. Connections come and go without its sockets noticing; what a call does to a socket is
//! in `calls/`, one file a call, and what the server does by itself in `stream.rs`.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use sockyard_protocol::Fault;
use sockyard_protocol::call::WATCHED_MAX;
use sockyard_protocol::event::ClosedBy;
use sockyard_protocol::hello::{Access, Hello, Limits as LimitFacts, Server, SessionInfo, Used};
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::log::Log;
use crate::metrics::{self, Ending};
use crate::network::lab::Lab;
use crate::network::{Network, PacketRecord};
use crate::policy::{Policy, UnixNames, UnixRoot};
use crate::quotas::{Keeper, Payers, Permit};
use crate::secret::Token;
use crate::tokens::Grant;

mod answer;
mod attachment;
mod calls;
mod follower;
mod limits;
mod names;
mod pay;
mod registry;
mod responder;
mod responders;
mod series;
mod share;
mod slot;
mod stream;
mod table;

pub(crate) use attachment::{Attachment, Presence};
pub(crate) use calls::{AtOnce, Caller, Reservation, Unsent};
pub(crate) use follower::Follower;
pub(crate) use limits::Limits;
pub(crate) use registry::{Load, Opener, Registry, RegistryOptions};
pub(crate) use share::Rights;

use attachment::Occupancy;
use responders::Responders;
use share::Share;
use table::Table;

/// A session.
#[derive(Debug)]
pub(crate) struct Session {
    id: String,
    token: Token,
    /// Oldest first.
    shares: Mutex<Vec<Arc<Share>>>,
    log: Arc<Log>,
    limits: Limits,
    network: Arc<Network>,
    policy: Arc<Policy>,
    /// That of the token with which it was opened; none where the owner opened it, or anybody may.
    grant: Option<Arc<Grant>>,
    payers: Payers,
    /// Its places among the sessions of those who pay for it.
    places: Mutex<Vec<Permit>>,
    /// A call or a frame came since somebody last asked.
    active: AtomicBool,
    unix_names: UnixNames,
    /// Whether clients may know where on this machine their Unix sockets lie.
    tells_directory: bool,
    table: Mutex<Table>,
    /// One permit for each socket that may still be opened.
    socket_quota: Arc<Semaphore>,
    /// A socket has been closed, and its permit is back.
    socket_closed: Notify,
    /// One permit for each call that may still wait.
    call_quota: Arc<Semaphore>,
    /// One permit for each socket that may still be watched.
    watch_quota: Arc<Semaphore>,
    /// One permit for each KiB that waiting calls may still hold.
    byte_quota: Arc<Semaphore>,
    /// The same two for binary frames that wait for the kernel's room.
    frame_quota: Arc<Semaphore>,
    frame_byte_quota: Arc<Semaphore>,
    occupancy: Mutex<Occupancy>,
    /// Somebody has left.
    left: Notify,
    /// Shared by every session of the server; only sockets that answer by themselves look at it.
    responders: Arc<Responders>,
    /// The tasks of streaming sockets.
    streams: TaskTracker,
    opened: Instant,
    /// Bytes of the sockets that are closed.
    bytes_sent: AtomicU64,
    bytes_received: AtomicU64,
    ended: CancellationToken,
    ended_by: OnceLock<Ending>,
}

/// What every session of a server is made of.
#[derive(Debug)]
struct SessionParts<'a> {
    limits: Limits,
    network: Arc<Network>,
    policy: Arc<Policy>,
    grant: Option<Arc<Grant>>,
    payers: Payers,
    places: Vec<Permit>,
    keeper: Keeper,
    unix_root: &'a Arc<UnixRoot>,
    tells_directory: bool,
    responders: Arc<Responders>,
}

impl Session {
    fn new(id: String, token: Token, parts: SessionParts<'_>) -> Arc<Session> {
        let SessionParts {
            limits,
            network,
            policy,
            grant,
            payers,
            places,
            keeper,
            unix_root,
            tells_directory,
            responders,
        } = parts;
        Arc::new(Session {
            unix_names: UnixNames::new(unix_root, &id),
            id,
            token,
            shares: Mutex::default(),
            log: Log::new(limits.log, keeper),
            network,
            policy,
            grant,
            payers,
            places: Mutex::new(places),
            active: AtomicBool::new(false),
            tells_directory,
            table: Mutex::default(),
            socket_quota: Arc::new(Semaphore::new(limits.sockets as usize)),
            socket_closed: Notify::new(),
            call_quota: Arc::new(Semaphore::new(limits.waiting_calls)),
            watch_quota: Arc::new(Semaphore::new(WATCHED_MAX)),
            byte_quota: Arc::new(Semaphore::new(limits.waiting_bytes / calls::QUOTA_UNIT)),
            frame_quota: Arc::new(Semaphore::new(limits.waiting_calls)),
            frame_byte_quota: Arc::new(Semaphore::new(limits.waiting_bytes / calls::QUOTA_UNIT)),
            occupancy: Mutex::new(Occupancy::new()),
            left: Notify::new(),
            responders,
            streams: TaskTracker::new(),
            opened: Instant::now(),
            bytes_sent: AtomicU64::new(0),
            bytes_received: AtomicU64::new(0),
            ended: CancellationToken::new(),
            ended_by: OnceLock::new(),
            limits,
        })
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn log(&self) -> &Arc<Log> {
        &self.log
    }

    /// Completes once the session has ended and its sockets are closed.
    pub(crate) fn ended(&self) -> &CancellationToken {
        &self.ended
    }

    /// Who ended it.
    pub(crate) fn ended_by(&self) -> Option<ClosedBy> {
        self.ending().map(Ending::closed_by)
    }

    /// Why it ended, or is about to.
    pub(crate) fn ending(&self) -> Option<Ending> {
        self.ended_by.get().copied()
    }

    /// What the lab's wire has carried; `method` is the call that asks.
    ///
    /// # Errors
    /// Code 2 where the session is in no lab.
    pub(crate) fn packet_record(&self, method: &str) -> Result<&Arc<PacketRecord>, Fault> {
        calls::lab_of(self, method).map(Lab::record)
    }

    fn occupancy(&self) -> MutexGuard<'_, Occupancy> {
        self.occupancy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a connection with these rights is told first.
    pub(crate) fn hello(&self, resumed: bool, rights: &Rights) -> Hello {
        let (access, token) = match rights {
            Rights::Full => (Access::Full, &self.token),
            Rights::Read(share) => (Access::Read, share.token()),
        };
        let tells_directory = self.tells_directory && access == Access::Full;
        let directory = tells_directory.then(|| self.unix_names.directory().display().to_string());
        let Limits {
            sockets,
            message_bytes,
            log,
            waiting_calls,
            waiting_bytes,
            connections,
            readers,
            shares,
            grace,
            lifetime,
            idle,
            calls_per_second,
            bytes_per_second,
        } = self.limits;
        Hello {
            session: self.id.clone(),
            token: token.reveal().to_owned(),
            access,
            resumed,
            oldest_seq: self.log.oldest_seq(),
            last_seq: self.log.last_seq(),
            server: Server { name: "sockyard".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            network: self.network.facts(directory),
            limits: LimitFacts {
                sockets,
                message_bytes,
                log_events: log.events,
                log_bytes: log.bytes,
                waiting_calls,
                waiting_bytes,
                connections,
                readers,
                shares,
                grace_s: grace.as_secs(),
                lifetime_s: lifetime.map(|time| time.as_secs()),
                idle_s: idle.map(|time| time.as_secs()),
                calls_per_second,
                bytes_per_second,
            },
            features: self.network.features(),
            opened: None,
        }
    }

    /// The same, and how much of the limits is used.
    pub(crate) fn info(&self, rights: &Rights) -> SessionInfo {
        let shares = (!rights.only_look()).then(|| self.share_infos());
        SessionInfo { hello: self.hello(true, rights), used: self.used(), shares }
    }

    /// How much of the limits is used.
    fn used(&self) -> Used {
        let (log_events, log_bytes) = self.log.used();
        let (connections, readers) = self.occupancy().connections();
        Used {
            sockets: self.limits.sockets - u32::try_from(self.socket_quota.available_permits()).unwrap_or(0),
            log_events,
            log_bytes,
            // Frames have the same limits once more.
            waiting_calls: 2 * self.limits.waiting_calls
                - self.call_quota.available_permits()
                - self.frame_quota.available_permits(),
            waiting_bytes: 2 * self.limits.waiting_bytes
                - (self.byte_quota.available_permits() + self.frame_byte_quota.available_permits())
                    * calls::QUOTA_UNIT,
            connections,
            readers,
        }
    }

    /// Closes every socket, then the session. Whoever calls first says why.
    pub(crate) async fn end(&self, why: Ending) {
        let by = why.closed_by();
        if self.ended_by.set(why).is_err() {
            return self.ended.cancelled().await;
        }
        // Together, because one that lingers would hold up the rest.
        let sockets = self.opened_sockets();
        join_all(self.close_table().into_iter().map(|slot| self.close_slot(slot, by, None))).await;
        // Streams end with their sockets; one that does not is a bug, and must not keep the session alive.
        self.streams.close();
        if tokio::time::timeout(Duration::from_secs(5), self.streams.wait()).await.is_err() {
            tracing::error!(session = self.id, "a stream task outlives its session");
        }
        self.network.close().await;
        let (sent, received) =
            (self.bytes_sent.load(Ordering::Relaxed), self.bytes_received.load(Ordering::Relaxed));
        tracing::info!(
            session = self.id,
            reason = why.name(),
            seconds = self.opened.elapsed().as_secs(),
            sockets,
            events = self.log.last_seq(),
            sent,
            received,
            "session ended"
        );
        metrics::session_ended(why);
        // Before anybody is told: who then opens another finds the place.
        std::mem::take(&mut *self.places.lock().unwrap_or_else(PoisonError::into_inner));
        self.ended.cancel();
    }
}
