//! A connection's cursor into the log.

use std::sync::Arc;

use super::{Entry, Log};

/// Most events in one message.
const BATCH_EVENTS: usize = 256;
/// A message is full once its events weigh this much; the last one may go over it by one payload.
const BATCH_BYTES: usize = 128 * 1024;

/// A cursor. While it exists the log counts its connection as one to wait for.
#[derive(Debug)]
pub(crate) struct Reader {
    log: Arc<Log>,
    id: u64,
    next_seq: u64,
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
    /// A cursor behind the event `after`; without one behind the newest.
    pub(crate) fn attach(log: Arc<Log>, after: Option<u64>) -> Reader {
        let mut state = log.lock();
        let index = after.map_or(state.entries.len(), |after| state.index_after(after));
        let next_seq = state.entries.get(index).map_or(state.last_seq + 1, |entry| entry.seq);
        let position = state.position_before(index);
        let id = state.next_reader;
        state.next_reader += 1;
        state.readers.insert(id, position);
        state.left_at = None;
        drop(state);
        // Whoever waited for those that had left may go on.
        log.drained.notify_waiters();
        Reader { log, id, next_seq }
    }

    /// Waits for events. Cancel-safe: an abandoned wait has taken nothing.
    pub(crate) async fn next(&mut self) -> Batch {
        loop {
            let log = Arc::clone(&self.log);
            let mut appended = std::pin::pin!(log.appended.notified());
            // Registered before the look, or an event in between would be missed.
            appended.as_mut().enable();
            if let Some(batch) = self.take() {
                return batch;
            }
            appended.await;
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
        state.readers.insert(self.id, position);
        drop(state);
        self.log.drained.notify_waiters();
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut state = self.log.lock();
        let position = state.readers.remove(&self.id);
        if state.readers.is_empty() {
            state.left_at = position;
        }
        drop(state);
        self.log.drained.notify_waiters();
    }
}
