//! A session's log: numbered events in a bounded ring, and the connections that read it.
//!
//! One ring serves everyone. A connection is a cursor into it, so a slow one costs no memory of its own, and how
//! far it lags behind is what holds streaming sockets back ([`Log::room`]).
//!
//! The lock is held for moments only. A `send(2)` on loopback delivers to the other end before it returns, so it is made
//! without the lock, and its event gets a place ([`Log::place`]) before it: whatever the bytes then cause stands behind.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use sockyard_protocol::{EventKind, SocketId};
use tokio::sync::{Notify, oneshot};

use crate::metrics;
use crate::quotas::Keeper;

mod entry;
mod place;
mod reader;

pub(crate) use entry::{Entry, Happening, Kept};
pub(crate) use reader::{Batch, Pace, Reader};

use place::Places;

/// How far the slowest connection may lag behind before streaming sockets stop reading. Also roughly what a
/// peer's bytes can come to between its socket and the page, so the page stays close to what happens.
const HIGH_WATER_BYTES: u64 = 1 << 20;

/// A page of `log.read` ends with the entry that brings it to this weight, so that its answer stays small.
const PAGE_BYTES: usize = 1 << 20;

/// And so a page weighs at most this: the last entry may be one with the largest payload.
pub(crate) const PAGE_BYTES_MAX: usize = PAGE_BYTES + 2 * sockyard_protocol::event::DATA_KEPT;

/// Bounds of one session's ring. Its worst case in memory is `bytes` plus one event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LogLimits {
    pub(crate) events: usize,
    pub(crate) bytes: usize,
}

/// The log of one session.
#[derive(Debug)]
pub(crate) struct Log {
    limits: LogLimits,
    state: Mutex<State>,
    /// There are new events. Connections are told by their cursors; this is for everybody else.
    appended: Notify,
    /// A lagging connection has caught up, or there is one less.
    drained: Notify,
}

#[derive(Debug, Default)]
struct State {
    entries: VecDeque<Arc<Entry>>,
    /// Events that stand behind a system call under way and so have no number yet.
    places: Places,
    /// INVARIANT: the sum of the weights of `entries`.
    bytes: usize,
    /// Its part of what all logs keep.
    keeper: Keeper,
    last_seq: u64,
    /// Bytes ever appended; the position after the newest entry.
    position: u64,
    /// The connections. They are few, so they are looked through.
    cursors: Vec<Cursor>,
    next_cursor: u64,
    /// Where the last connection that holds streams stood when it left: what came since waits for its return.
    left_at: Option<u64>,
}

/// Where a connection stands.
#[derive(Debug)]
struct Cursor {
    id: u64,
    /// The position up to which it has been served.
    position: u64,
    /// Streams wait for it where it lags behind.
    holds: bool,
    /// The connection merges events and will look by itself: while it is close behind there is no need to wake it for a
    /// `sent`.
    merging: bool,
    wake: Arc<Notify>,
}

/// An event that has no number yet.
#[derive(Debug)]
struct Unnumbered {
    time_us: u64,
    socket: Option<SocketId>,
    what: Happening,
    /// Who wants to know the number.
    asked: Option<oneshot::Sender<u64>>,
}

impl State {
    fn lag(&self) -> u64 {
        let holding = self.cursors.iter().filter(|cursor| cursor.holds);
        let slowest = holding.map(|cursor| cursor.position).min().or(self.left_at);
        slowest.map_or(0, |slowest| self.position - slowest)
    }

    /// Numbers an event and puts it into the ring.
    fn push(&mut self, limits: LogLimits, event: Unnumbered) {
        let Unnumbered { time_us, socket, what, asked } = event;
        metrics::logged(what.kind_index());
        if let Happening::Plain(EventKind::Dropped { count, .. }) = &what {
            metrics::dropped(*count);
        }
        self.last_seq += 1;
        let sent = matches!(what, Happening::Sent { .. });
        let entry = Entry { seq: self.last_seq, time_us, position: self.position, socket, what };
        let weight = entry.weight();
        self.position += weight as u64;
        self.bytes += weight;
        self.entries.push_back(Arc::new(entry));
        self.trim(limits);
        // One that merges looks by itself, unless the ring might go past it before.
        let position = self.position;
        let rests = |cursor: &Cursor| sent && cursor.merging && position - cursor.position < HIGH_WATER_BYTES;
        for cursor in self.cursors.iter().filter(|cursor| !rests(cursor)) {
            cursor.wake.notify_one();
        }
        if let Some(asked) = asked {
            asked.send(self.last_seq).ok(/* whoever asked has gone */);
        }
    }

    /// Lets the oldest go until the rest is as little as may be kept.
    fn trim(&mut self, limits: LogLimits) {
        let most = self.keeper.most(self.bytes, limits.bytes);
        while self.entries.len() > limits.events || self.bytes > most && self.entries.len() > 1 {
            if let Some(oldest) = self.entries.pop_front() {
                self.bytes -= oldest.weight();
            }
        }
    }

    /// The entries that come first, and whether there are others.
    fn page<'a>(&self, mut found: impl Iterator<Item = &'a Arc<Entry>>, limit: usize) -> Page {
        let mut bytes = 0;
        let mut entries = Vec::new();
        while entries.len() < limit && bytes < PAGE_BYTES {
            let Some(entry) = found.next() else { break };
            bytes += entry.weight();
            entries.push(Arc::clone(entry));
        }
        let more = found.next().is_some();
        Page { entries, oldest: self.oldest(), newest: self.last_seq, more }
    }

    fn oldest(&self) -> u64 {
        self.entries.front().map_or(0, |entry| entry.seq)
    }

    /// The index of the first entry with a greater `seq`.
    fn index_after(&self, seq: u64) -> usize {
        let first = self.entries.front().map_or(self.last_seq + 1, |entry| entry.seq);
        usize::try_from(seq.saturating_add(1).saturating_sub(first))
            .unwrap_or(usize::MAX)
            .min(self.entries.len())
    }

    /// The position before the entry at `index`.
    fn position_before(&self, index: usize) -> u64 {
        self.entries.get(index).map_or(self.position, |entry| entry.position)
    }
}

/// What `log.read` found.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) entries: Vec<Arc<Entry>>,
    pub(crate) oldest: u64,
    pub(crate) newest: u64,
    pub(crate) more: bool,
}

/// The locked log. While somebody holds it no event can come between a system call and its own event. For calls that are
/// rare and return at once; never held over an await.
pub(crate) struct Recorder<'a> {
    log: &'a Log,
    state: MutexGuard<'a, State>,
}

impl Recorder<'_> {
    /// Appends an event.
    pub(crate) fn append(&mut self, socket: Option<SocketId>, what: Happening) {
        self.add(socket, what, None);
    }

    fn add(&mut self, socket: Option<SocketId>, what: Happening, asked: Option<oneshot::Sender<u64>>) {
        let event = Unnumbered { time_us: now_us(), socket, what, asked };
        if let Some(event) = self.state.places.queue(event) {
            self.state.push(self.log.limits, event);
            self.log.appended.notify_waiters();
        }
    }
}

impl Log {
    pub(crate) fn new(limits: LogLimits, keeper: Keeper) -> Arc<Log> {
        let state = Mutex::new(State { keeper, ..State::default() });
        Arc::new(Log { limits, state, appended: Notify::new(), drained: Notify::new() })
    }

    /// Lets go what is over its part, where all logs together keep too much.
    pub(crate) fn trim(&self) {
        let mut state = self.lock();
        state.trim(self.limits);
        // The second time tells what is left.
        state.trim(self.limits);
    }

    /// Locks the log for a system call and the event about it.
    pub(crate) fn record(&self) -> Recorder<'_> {
        Recorder { log: self, state: self.lock() }
    }

    /// Appends one event.
    pub(crate) fn append(&self, socket: Option<SocketId>, kind: EventKind) {
        self.record().append(socket, Happening::Plain(kind));
    }

    /// Appends one event and tells its number, which it gets once the system calls before it have returned.
    pub(crate) fn append_numbered(&self, kind: EventKind) -> oneshot::Receiver<u64> {
        let (asked, number) = oneshot::channel();
        self.record().add(None, Happening::Plain(kind), Some(asked));
        number
    }

    pub(crate) fn oldest_seq(&self) -> u64 {
        self.lock().oldest()
    }

    pub(crate) fn last_seq(&self) -> u64 {
        self.lock().last_seq
    }

    /// Events held, and the bytes that they take.
    pub(crate) fn used(&self) -> (usize, usize) {
        let state = self.lock();
        (state.entries.len(), state.bytes)
    }

    /// Up to `limit` entries after `after` that `fits` lets through, fewer where they weigh much.
    pub(crate) fn read(&self, after: u64, limit: usize, fits: impl Fn(&Entry) -> bool) -> Page {
        let state = self.lock();
        let found = state.entries.range(state.index_after(after)..).filter(|entry| fits(entry));
        state.page(found, limit)
    }

    /// The same of the newest entries between `after` and `before`; oldest first, too.
    pub(crate) fn read_back(
        &self,
        (after, before): (u64, u64),
        limit: usize,
        fits: impl Fn(&Entry) -> bool,
    ) -> Page {
        let state = self.lock();
        let first = state.index_after(after);
        let behind = before.checked_sub(1).map_or(0, |last| state.index_after(last)).max(first);
        let found = state.entries.range(first..behind).rev().filter(|entry| fits(entry));
        let mut page = state.page(found, limit);
        page.entries.reverse();
        page
    }

    /// Waits for an event with a greater number than `seq`.
    pub(crate) async fn newer_than(&self, seq: u64) {
        loop {
            let mut appended = std::pin::pin!(self.appended.notified());
            // Registered before the look, or an event in between would be missed.
            appended.as_mut().enable();
            if self.lock().last_seq > seq {
                return;
            }
            appended.await;
        }
    }

    /// Whether the slowest connection is close enough behind; if not, [`Log::room`] waits for it.
    pub(crate) fn has_room(&self) -> bool {
        self.lock().lag() < HIGH_WATER_BYTES
    }

    /// Waits until the slowest connection is close enough behind. A session that was left keeps what came since its
    /// last connection left, so that whoever returns misses nothing; one that never had a connection never waits.
    pub(crate) async fn room(&self) {
        loop {
            let mut drained = std::pin::pin!(self.drained.notified());
            // Registered before the look, or a drain in between would be missed.
            drained.as_mut().enable();
            {
                let state = self.lock();
                if state.lag() < HIGH_WATER_BYTES {
                    return;
                }
                // A connection that is not woken by each event is not to be waited for in vain.
                state
                    .cursors
                    .iter()
                    .filter(|cursor| cursor.merging)
                    .for_each(|cursor| cursor.wake.notify_one());
            }
            drained.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Microseconds since the Unix epoch.
pub(crate) fn now_us() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
