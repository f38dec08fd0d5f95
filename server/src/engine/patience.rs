//! How long a call waits, and what ends the wait early.

use std::future;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

/// Why a wait ended before its event came. Nothing is lost by it: what comes later waits for the next call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interrupted {
    /// The time limit passed.
    TimedOut,
    /// The caller gave up, or the socket was closed.
    Cancelled,
}

/// A caller's patience.
#[derive(Clone, Debug)]
pub(crate) struct Patience {
    deadline: Option<Instant>,
    cancel: CancellationToken,
}

impl Patience {
    /// Until `timeout_ms` from now has passed, for ever without one, or until `cancel`.
    pub(crate) fn new(timeout_ms: Option<u64>, cancel: CancellationToken) -> Patience {
        // A limit beyond what the clock can count is no limit.
        let deadline = timeout_ms.and_then(|ms| Instant::now().checked_add(Duration::from_millis(ms)));
        Patience { deadline, cancel }
    }

    /// Does some work, unless the caller gives up before or `closed` says that there is nothing to wait for any more.
    pub(crate) async fn bound<R>(
        &self,
        closed: &CancellationToken,
        work: impl Future<Output = R>,
    ) -> Result<R, Interrupted> {
        tokio::select! {
            biased;
            why = self.run_out(closed) => Err(why),
            done = work => Ok(done),
        }
    }

    /// Completes when the caller no longer waits or `closed` says that the socket is gone.
    pub(super) async fn run_out(&self, closed: &CancellationToken) -> Interrupted {
        let deadline = async {
            match self.deadline {
                Some(deadline) => sleep_until(deadline).await,
                None => future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = closed.cancelled() => Interrupted::Cancelled,
            () = self.cancel.cancelled() => Interrupted::Cancelled,
            () = deadline => Interrupted::TimedOut,
        }
    }
}
