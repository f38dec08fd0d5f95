//! Places for events whose system calls are under way.

use std::collections::VecDeque;

use sockyard_protocol::SocketId;

use super::{Happening, Log, Unnumbered, now_us};

/// Events in the order in which they are to be numbered, from the oldest that cannot be numbered yet. Its length is
/// bounded by the sends under way, one for each thread, and by what happens while the slowest of them returns.
#[derive(Debug, Default)]
pub(super) struct Places {
    queue: VecDeque<Queued>,
    /// The number of the place at the front.
    first: u64,
}

#[derive(Debug)]
enum Queued {
    /// A system call is under way; what it did is not known yet.
    Open,
    /// It did nothing.
    Vacant,
    Filled(Unnumbered),
}

impl Places {
    /// Puts an event behind the calls under way; where there are none, it comes back to be numbered at once.
    pub(super) fn queue(&mut self, event: Unnumbered) -> Option<Unnumbered> {
        if self.queue.is_empty() {
            return Some(event);
        }
        self.queue.push_back(Queued::Filled(event));
        None
    }

    fn open(&mut self) -> u64 {
        self.queue.push_back(Queued::Open);
        self.first + self.queue.len() as u64 - 1
    }

    fn settle(&mut self, number: u64, outcome: Queued) {
        let index = usize::try_from(number - self.first).unwrap_or(usize::MAX);
        if let Some(place) = self.queue.get_mut(index) {
            *place = outcome;
        }
    }

    /// The next event that can be numbered.
    fn next(&mut self) -> Option<Unnumbered> {
        loop {
            if let Queued::Open = self.queue.front()? {
                return None;
            }
            self.first += 1;
            if let Some(Queued::Filled(event)) = self.queue.pop_front() {
                return Some(event);
            }
        }
    }
}

/// A place in the log, taken before a system call whose effect others may see before it returns. Dropped without an
/// event it leaves no trace.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    log: &'a Log,
    number: u64,
    /// When it was taken, so that times rise with numbers.
    time_us: u64,
    settled: bool,
}

impl Log {
    /// Takes the next place.
    pub(crate) fn place(&self) -> Place<'_> {
        let mut state = self.lock();
        Place { log: self, number: state.places.open(), time_us: now_us(), settled: false }
    }
}

impl Place<'_> {
    /// Puts an event there.
    pub(crate) fn fill(mut self, socket: Option<SocketId>, what: Happening) {
        self.settle(Queued::Filled(Unnumbered { time_us: self.time_us, socket, what, asked: None }));
    }

    fn settle(&mut self, outcome: Queued) {
        self.settled = true;
        let mut state = self.log.lock();
        state.places.settle(self.number, outcome);
        let mut pushed = false;
        while let Some(event) = state.places.next() {
            state.push(self.log.limits, event);
            pushed = true;
        }
        drop(state);
        if pushed {
            self.log.appended.notify_waiters();
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if !self.settled {
            self.settle(Queued::Vacant);
        }
    }
}
