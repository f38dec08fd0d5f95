//! A connection's cursor into the log.

use std::sync::Arc;

use tokio::sync::Notify;

use super::{Cursor, Entry, HIGH_WATER_BYTES, Log};

/// Most events in one message.
const BATCH_EVENTS: usize = 256;
/// A message is full once its events weigh this much; the last one may go over it by one payload.
const BATCH_BYTES: usize = 128 * 1024;

/// A cursor. While it exists the log counts its connection as one to wait for, if it `holds`.
#[derive(Debug)]
pub(crate) struct Reader {
    log: Arc<Log>,
    id: u64,
    next_seq: u64,
    /// There are new events.
    wake: Arc<Notify>,
    /// What the cursor has been told of [`Reader::set_merging`].
    merging: bool,
}

/// What the next message is to carry.
#[derive(Debug)]
pub(crate) enum Batch {
    /// These events, oldest first.
    Events(Vec<Arc<Entry>>),
    /// The ring has gone past this cursor: the connection was too slow and has missed events.
    Overrun,
}

impl Reader {
    /// A cursor behind the event `after`; without one behind the newest. Streams wait for one that `holds`; the ring goes
    /// past any other that is too slow.
    pub(crate) fn attach(log: Arc<Log>, after: Option<u64>, holds: bool) -> Reader {
        let mut state = log.lock();
        let index = after.map_or(state.entries.len(), |after| state.index_after(after));
        let next_seq = state.entries.get(index).map_or(state.last_seq + 1, |entry| entry.seq);
        let position = state.position_before(index);
        let id = state.next_cursor;
        state.next_cursor += 1;
        let wake = Arc::new(Notify::new());
        state.cursors.push(Cursor { id, position, holds, merging: false, wake: Arc::clone(&wake) });
        if holds {
            state.left_at = None;
        }
        drop(state);
        // Whoever waited for those that had left may go on.
        log.drained.notify_waiters();
        Reader { log, id, next_seq, wake, merging: false }
    }

    /// Waits for events. Cancel-safe: an abandoned wait has taken nothing.
    pub(crate) async fn next(&mut self) -> Batch {
        loop {
            if let Some(batch) = self.take() {
                return batch;
            }
            // A wake-up that came since the look is kept.
            self.wake.notified().await;
        }
    }

    /// While its connection merges events and will look by itself, a `sent` does not wake it.
    pub(crate) fn set_merging(&mut self, merging: bool) {
        if self.merging == merging {
            return;
        }
        self.merging = merging;
        if let Some(cursor) = self.log.lock().cursors.iter_mut().find(|cursor| cursor.id == self.id) {
            cursor.merging = merging;
        }
    }

    /// The events that are there already, if any.
    pub(crate) fn take(&mut self) -> Option<Batch> {
        let state = self.log.lock();
        if self.next_seq > state.last_seq {
            return None;
        }
        if self.next_seq < state.oldest() {
            return Some(Batch::Overrun);
        }
        let mut bytes = 0;
        let entries: Vec<_> = state
            .entries
            .range(state.index_after(self.next_seq - 1)..)
            .take(BATCH_EVENTS)
            .take_while(|entry| {
                let fits = bytes < BATCH_BYTES;
                bytes += entry.weight();
                fits
            })
            .cloned()
            .collect();
        self.next_seq += entries.len() as u64;
        Some(Batch::Events(entries))
    }

    /// Tells that everything taken so far has been written to the client.
    pub(crate) fn delivered(&self) {
        let mut state = self.log.lock();
        let position = state.position_before(state.index_after(self.next_seq - 1));
        if let Some(cursor) = state.cursors.iter_mut().find(|cursor| cursor.id == self.id) {
            cursor.position = position;
        }
        drop(state);
        self.log.drained.notify_waiters();
    }
}

/// How a connection's own requests are held up while it takes events too slowly.
#[derive(Debug)]
pub(crate) struct Pace {
    log: Arc<Log>,
    id: u64,
}

impl Reader {
    /// The cursor's pace, for the part of its connection that takes requests.
    pub(crate) fn pace(&self) -> Pace {
        Pace { log: Arc::clone(&self.log), id: self.id }
    }
}

impl Pace {
    /// Waits until the cursor is close enough behind. Without this a client that only sends would have the ring go past
    /// its cursor and lose its connection. Returns at once where the cursor is gone.
    pub(crate) async fn caught_up(&self) {
        loop {
            let mut drained = std::pin::pin!(self.log.drained.notified());
            {
                let state = self.log.lock();
                let Some(cursor) = state.cursors.iter().find(|cursor| cursor.id == self.id) else { return };
                if state.position - cursor.position < HIGH_WATER_BYTES {
                    return;
                }
                // One that merges events is not woken by each.
                cursor.wake.notify_one();
                // Registered under the lock, or a drain in between would be missed.
                drained.as_mut().enable();
            }
            drained.await;
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut state = self.log.lock();
        let index = state.cursors.iter().position(|cursor| cursor.id == self.id);
        let left = index.map(|index| state.cursors.swap_remove(index));
        if let Some(left) = left.filter(|cursor| cursor.holds)
            && !state.cursors.iter().any(|cursor| cursor.holds)
        {
            state.left_at = Some(left.position);
        }
        drop(state);
        self.log.drained.notify_waiters();
    }
}
