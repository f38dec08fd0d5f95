//! One socket's place in its session.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sockyard_protocol::answer::Configured;
use sockyard_protocol::{Mode, Responder, SocketId, UnixName};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::follower::Seen;
use super::responder::ReadyResponder;
use super::series::Series;
use super::table::SocketPermit;
use crate::engine::Socket;
use crate::metrics;

/// A socket with its number and settings.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(super) number: SocketId,
    pub(super) socket: Socket,
    settings: Mutex<Settings>,
    /// The socket has become able to receive or to accept: streams that waited for that look again.
    pub(super) able: Notify,
    /// Everyone who is in a call on this socket, so that `close` can wait until the last one has left.
    pub(super) users: TaskTracker,
    /// The kernel's count of lost datagrams that the log knows of.
    pub(super) drops_told: AtomicU64,
    pub(super) seen: Seen,
    pub(super) series: Series,
    _quota: SocketPermit,
    _open: metrics::Open,
}

/// What `socket.configure` sets, and what else is remembered.
#[derive(Debug, Default)]
pub(super) struct Settings {
    pub(super) receive: Mode,
    pub(super) accept: Mode,
    pub(super) responder: Option<Responder>,
    /// The same, made ready.
    pub(super) ready: Option<Arc<ReadyResponder>>,
    /// Ends the running receive or accept stream.
    pub(super) receiving: Option<CancellationToken>,
    pub(super) accepting: Option<CancellationToken>,
    /// The file that `bind` made.
    pub(super) bound_file: Option<UnixName>,
}

impl Settings {
    pub(super) fn answer(&self) -> Configured {
        Configured { receive: self.receive, accept: self.accept, responder: self.responder.clone() }
    }
}

impl Slot {
    pub(super) fn new(number: SocketId, socket: Socket, quota: SocketPermit) -> Arc<Slot> {
        Arc::new(Slot {
            _open: metrics::Open::socket(socket.family(), socket.kind()),
            number,
            socket,
            settings: Mutex::default(),
            able: Notify::new(),
            users: TaskTracker::new(),
            drops_told: AtomicU64::new(0),
            seen: Seen::default(),
            series: Series::default(),
            _quota: quota,
        })
    }

    pub(super) fn settings(&self) -> MutexGuard<'_, Settings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many datagrams were lost since this was last asked, given the kernel's count.
    pub(super) fn new_drops(&self, count: u64) -> u64 {
        count.saturating_sub(self.drops_told.fetch_max(count, Ordering::Relaxed))
    }
}

/// A slot in use by a call or a stream. `close` waits until none is left.
pub(super) struct InUse {
    // Dropped in this order: the socket's last user must have let go of it before it is counted as gone.
    slot: Arc<Slot>,
    _user: tokio_util::task::task_tracker::TaskTrackerToken,
}

impl InUse {
    pub(super) fn new(slot: Arc<Slot>) -> InUse {
        let user = slot.users.token();
        InUse { slot, _user: user }
    }

    pub(super) fn slot(&self) -> &Arc<Slot> {
        &self.slot
    }
}

impl std::ops::Deref for InUse {
    type Target = Slot;

    fn deref(&self) -> &Slot {
        &self.slot
    }
}
