//! What was seen of a watched TCP socket, look by look: a ring of samples, and the task that fills it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sockyard_protocol::Fault;
use sockyard_protocol::call::{SERIES_MAX, WATCHED_MAX};
use sockyard_protocol::info::Sample;
use tokio::sync::{Notify, OwnedSemaphorePermit};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::Session;
use super::slot::{InUse, Slot};
use crate::engine::TcpFacts;
use crate::log::now_us;

/// A socket's samples. One that was never watched has none, and holds no memory for them.
#[derive(Debug, Default)]
pub(super) struct Series {
    state: Mutex<State>,
    grown: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// In the order of their numbers, which have no gap. All of them are some 150 KiB.
    samples: VecDeque<(u64, TcpFacts)>,
    newest: u64,
    watch: Option<Watch>,
}

/// A watch that goes on.
#[derive(Debug)]
struct Watch {
    every: Duration,
    stop: CancellationToken,
    /// Its place among those that a session may have.
    permit: OwnedSemaphorePermit,
}

/// Some samples.
pub(super) struct Page {
    pub(super) samples: Vec<Sample>,
    /// The oldest and the newest number that there is; 0 for none.
    pub(super) oldest: u64,
    pub(super) newest: u64,
    pub(super) every: Duration,
}

impl Series {
    /// The samples after a number.
    pub(super) fn read(&self, after: u64, limit: usize) -> Page {
        let state = self.state();
        let oldest = if state.newest == 0 { 0 } else { state.newest + 1 - state.samples.len() as u64 };
        let skipped = usize::try_from(after.saturating_add(1).saturating_sub(oldest)).unwrap_or(usize::MAX);
        let chosen = state.samples.iter().zip(oldest..).skip(skipped).take(limit);
        let samples = chosen.map(|((time_us, facts), number)| sample(number, *time_us, facts)).collect();
        let every = state.watch.as_ref().map_or(Duration::ZERO, |watch| watch.every);
        Page { samples, oldest, newest: state.newest, every }
    }

    /// Completes once there is a sample after a number.
    pub(super) async fn after(&self, after: u64) {
        loop {
            let mut grown = std::pin::pin!(self.grown.notified());
            // Registered before the look, or a sample in between would be missed.
            grown.as_mut().enable();
            if self.state().newest > after {
                return;
            }
            grown.await;
        }
    }

    fn add(&self, facts: TcpFacts) {
        {
            let mut state = self.state();
            if state.samples.len() == SERIES_MAX {
                state.samples.pop_front();
            }
            state.newest += 1;
            state.samples.push_back((now_us(), facts));
        }
        self.grown.notify_waiters();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    /// Begins to look at a socket so often, in place of what it was looked at before.
    ///
    /// # Errors
    /// Code 6 where the session watches as many sockets as it may.
    pub(super) fn watch(self: &Arc<Self>, slot: &Arc<Slot>, every: Duration) -> Result<(), Fault> {
        let mut state = slot.series.state();
        let permit = match state.watch.take() {
            Some(Watch { every: _, stop, permit }) => {
                stop.cancel();
                permit
            }
            None => Arc::clone(&self.watch_quota)
                .try_acquire_owned()
                .map_err(|_| Fault::quota("watched_sockets", WATCHED_MAX as u64))?,
        };
        let stop = CancellationToken::new();
        state.watch = Some(Watch { every, stop: stop.clone(), permit });
        self.streams.spawn(look_again_and_again(InUse::new(Arc::clone(slot)), every, stop));
        Ok(())
    }

    /// Looks no more.
    pub(super) fn unwatch(&self, slot: &Slot) {
        if let Some(watch) = slot.series.state().watch.take() {
            watch.stop.cancel();
        }
    }
}

/// Looks at a socket until it is closed or `stop` says so.
async fn look_again_and_again(slot: InUse, every: Duration, stop: CancellationToken) {
    let mut ticks = interval(every);
    // Looks that were missed cannot be made up for.
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => return,
            () = slot.socket.closed().cancelled() => return,
            _ = ticks.tick() => {}
        }
        // It was asked before the watch began, and answers as long as the socket is open.
        if let Ok(facts) = TcpFacts::of(&slot.socket) {
            slot.series.add(facts);
        }
    }
}

fn sample(sample: u64, time_us: u64, facts: &TcpFacts) -> Sample {
    let TcpFacts { state, tcp, in_flight, lost, receive_queue, send_queue } = *facts;
    Sample {
        sample,
        time_us,
        state: state.to_owned(),
        rtt_us: tcp.rtt_us,
        rtt_var_us: tcp.rtt_var_us,
        retransmission_timeout_us: tcp.retransmission_timeout_us,
        congestion_window: tcp.congestion_window,
        slow_start_threshold: tcp.slow_start_threshold,
        mss: tcp.mss,
        send_window: tcp.send_window,
        receive_window: tcp.receive_window,
        in_flight,
        lost,
        retransmits: tcp.retransmits,
        bytes_sent: tcp.bytes_sent,
        bytes_acknowledged: tcp.bytes_acknowledged,
        bytes_received: tcp.bytes_received,
        receive_queue,
        send_queue,
    }
}
