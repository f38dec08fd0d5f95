//! The table of a session's sockets, and how a socket leaves it.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use sockyard_protocol::event::ClosedBy;
use sockyard_protocol::{EventKind, FIRST_SOCKET, Fault, SocketId};
use tokio::sync::OwnedSemaphorePermit;

use super::Session;
use super::slot::{InUse, Slot};
use crate::engine::Socket;
use crate::quotas::{Permit, Place};

/// Longest that close(2) may hold a thread for `SO_LINGER`. On Linux it waits even on a non-blocking socket.
const LINGER_MAX: Duration = Duration::from_secs(5);
/// Longest wait for calls to leave a socket that is closing. They are woken first and only have to be scheduled.
const LEAVE_DEADLINE: Duration = Duration::from_secs(5);

/// The right to one socket, until it is closed.
#[derive(Debug)]
pub(super) struct SocketPermit {
    _own: OwnedSemaphorePermit,
    _others: Vec<Permit>,
}

/// Sockets by number.
#[derive(Debug)]
pub(super) struct Table {
    slots: BTreeMap<SocketId, Arc<Slot>>,
    /// INVARIANT: above every number ever given out.
    next: SocketId,
    /// The session has ended, and nothing new comes in.
    closed: bool,
}

impl Default for Table {
    fn default() -> Table {
        Table { slots: BTreeMap::new(), next: FIRST_SOCKET, closed: false }
    }
}

impl Session {
    /// The right to one more socket. Taken before the kernel makes one, so that an `accept` over the quota leaves
    /// its connection in the backlog.
    pub(super) fn socket_permit(&self) -> Result<SocketPermit, Fault> {
        let own = Arc::clone(&self.socket_quota)
            .try_acquire_owned()
            .map_err(|_| Fault::quota("sockets", self.limits.sockets.into()))?;
        Ok(SocketPermit { _own: own, _others: self.payers.take(Place::Sockets)? })
    }

    /// Waits until there is a permit, and takes none: a client's own call goes first.
    pub(super) async fn room_for_socket(&self) {
        loop {
            let mut closed = std::pin::pin!(self.socket_closed.notified());
            // Registered before the look, or a close in between would be missed.
            closed.as_mut().enable();
            if self.socket_quota.available_permits() > 0 {
                return;
            }
            closed.await;
        }
    }

    /// Gives a socket the next number.
    pub(super) fn adopt(&self, socket: Socket, quota: SocketPermit) -> Result<InUse, Fault> {
        let mut table = self.table();
        if table.closed {
            return Err(Fault::no_such_session());
        }
        let number = table.next;
        table.next += 1;
        let slot = Slot::new(number, socket, quota);
        table.slots.insert(number, Arc::clone(&slot));
        Ok(InUse::new(slot))
    }

    /// The socket of that number, in use until the answer is dropped.
    pub(super) fn slot(&self, number: SocketId) -> Result<InUse, Fault> {
        let table = self.table();
        table
            .slots
            .get(&number)
            .map(|slot| InUse::new(Arc::clone(slot)))
            .ok_or_else(|| Fault::no_such_socket(number))
    }

    /// The numbers of the sockets that there are, rising.
    pub(super) fn numbers(&self) -> Vec<SocketId> {
        self.table().slots.keys().copied().collect()
    }

    pub(super) fn slots(&self) -> Vec<InUse> {
        self.table().slots.values().map(|slot| InUse::new(Arc::clone(slot))).collect()
    }

    /// Takes a socket out of the table: from here on its number is unknown.
    pub(super) fn remove_slot(&self, number: SocketId) -> Result<Arc<Slot>, Fault> {
        self.table().slots.remove(&number).ok_or_else(|| Fault::no_such_socket(number))
    }

    /// How many sockets there ever were.
    pub(super) fn opened_sockets(&self) -> u32 {
        self.table().next - FIRST_SOCKET
    }

    /// Takes every socket out and lets none in any more.
    pub(super) fn close_table(&self) -> Vec<Arc<Slot>> {
        let mut table = self.table();
        table.closed = true;
        std::mem::take(&mut table.slots).into_values().collect()
    }

    /// `close(2)`: wakes everyone who waits on the socket, and returns when the kernel has closed it.
    pub(super) async fn close_slot(&self, slot: Arc<Slot>, by: ClosedBy, linger_s: Option<u16>) {
        let number = slot.number;
        slot.socket.wake_all();
        slot.users.close();
        if tokio::time::timeout(LEAVE_DEADLINE, slot.users.wait()).await.is_err() {
            tracing::error!(session = self.id, socket = number, "a call outlives its socket");
        }
        if let Some(name) = slot.settings().bound_file.take() {
            self.unix_names.release(&name);
        }
        let (sent, received) = slot.socket.totals();
        self.bytes_sent.fetch_add(sent, Ordering::Relaxed);
        self.bytes_received.fetch_add(received, Ordering::Relaxed);
        let lingers = slot.socket.prepare_close(linger_s.map(|s| Duration::from_secs(s.into())), LINGER_MAX);
        if lingers {
            // close(2) waits for the peer's acknowledgement here.
            tokio::task::spawn_blocking(move || drop(slot)).await.ok(/* dropping does not panic */);
            self.log.append(Some(number), EventKind::Closed { by, linger_s });
        } else {
            let mut log = self.log.record();
            drop(slot);
            log.append(Some(number), EventKind::Closed { by, linger_s }.into());
        }
        self.socket_closed.notify_waiters();
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
