//! Clients that go on calling over their rate.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sockyard_protocol::Fault;

/// So many refusals one after the other are no mistake in counting.
const IN_A_ROW: u32 = 16;
/// The shortest and the longest rest. A refusal costs some microseconds, so at the shortest one this client's take a
/// hundredth of a processor.
const REST_MIN: Duration = Duration::from_millis(25);
const REST_MAX: Duration = Duration::from_secs(1);

/// Calls of a connection that were refused for a rate since one was not.
#[derive(Debug, Default)]
pub(super) struct Refusals(Mutex<Row>);

#[derive(Debug, Default)]
struct Row {
    length: u32,
    /// When the last of them could be made.
    retry_after: Duration,
}

impl Refusals {
    /// Notes how a call was taken: with this fault, or well.
    pub(super) fn note(&self, refused: Option<&Fault>) {
        let retry_after = refused.and_then(|fault| fault.data.retry_after_ms);
        let mut row = self.row();
        *row = match retry_after {
            Some(ms) => Row { length: row.length + 1, retry_after: Duration::from_millis(ms) },
            None => Row::default(),
        };
    }

    /// How long nothing more is to be read of this client, once for each row of refusals.
    pub(super) fn rest(&self) -> Option<Duration> {
        let mut row = self.row();
        if row.length < IN_A_ROW {
            return None;
        }
        let Row { length: _, retry_after } = std::mem::take(&mut *row);
        Some(retry_after.clamp(REST_MIN, REST_MAX))
    }

    fn row(&self) -> MutexGuard<'_, Row> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_refusals_is_followed_by_one_rest() {
        let refusals = Refusals::default();
        let refused = Fault::quota("calls_per_second", 1).with_retry_after(Duration::from_millis(300));
        for _ in 1..IN_A_ROW {
            refusals.note(Some(&refused));
            assert_eq!(refusals.rest(), None);
        }
        refusals.note(Some(&refused));
        assert_eq!(refusals.rest(), Some(Duration::from_millis(300)));
        assert_eq!(refusals.rest(), None);
    }

    #[test]
    fn one_call_that_is_made_ends_the_row_and_other_failures_are_none() {
        let refusals = Refusals::default();
        let refused = Fault::quota("calls_per_second", 1).with_retry_after(Duration::from_nanos(1));
        for _ in 0..2 * IN_A_ROW {
            refusals.note(Some(&refused));
            refusals.note(None);
            refusals.note(Some(&Fault::quota("sockets", 64)));
        }
        assert_eq!(refusals.rest(), None);
        for _ in 0..IN_A_ROW {
            refusals.note(Some(&refused));
        }
        assert_eq!(refusals.rest(), Some(REST_MIN));
    }
}
