//! A rate: so much in a period, as a leaky bucket that is one number (GCRA, ITU-T I.371).

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use nix::time::{ClockId, clock_gettime};
use sockyard_protocol::Fault;

/// The number is the moment up to which everything that was taken is paid for.
#[derive(Debug)]
pub(super) struct Rate {
    name: &'static str,
    most: u64,
    period_ns: u64,
    paid_until_ns: AtomicU64,
}

impl Rate {
    /// At most `most` in a period, all of them at once if need be.
    pub(super) fn new(name: &'static str, most: u64, period: Duration) -> Rate {
        let period_ns = u64::try_from(period.as_nanos()).unwrap_or(u64::MAX);
        Rate { name, most, period_ns, paid_until_ns: AtomicU64::new(0) }
    }

    /// Whether there is something left. What is then charged may be more than that and has to be paid by waiting, so that
    /// no single thing is too large for ever.
    ///
    /// # Errors
    /// Code 6, and when there is.
    pub(super) fn may_pay(&self, now_ns: u64) -> Result<(), Fault> {
        let ahead_ns = self.paid_until_ns.load(Ordering::Relaxed).saturating_sub(now_ns);
        let one_ns = self.cost_ns(1);
        match (ahead_ns.saturating_add(one_ns)).checked_sub(self.period_ns) {
            None | Some(0) => Ok(()),
            Some(too_much_ns) => {
                Err(Fault::quota(self.name, self.most).with_retry_after(Duration::from_nanos(too_much_ns)))
            }
        }
    }

    /// Takes an amount, and tells how long to wait before the next where more than a period's worth is taken.
    pub(super) fn charge(&self, amount: u64, now_ns: u64) -> Option<Duration> {
        let cost_ns = self.cost_ns(amount);
        let paid = |until: u64| Some(until.max(now_ns).saturating_add(cost_ns));
        let before = self.paid_until_ns.fetch_update(Ordering::Relaxed, Ordering::Relaxed, paid);
        let until_ns = before.unwrap_or_else(|same| same).max(now_ns).saturating_add(cost_ns);
        let too_much_ns = (until_ns - now_ns).checked_sub(self.period_ns).filter(|ns| *ns > 0);
        too_much_ns.map(Duration::from_nanos)
    }

    /// Whether all that was taken is paid for.
    pub(super) fn is_paid(&self, now_ns: u64) -> bool {
        self.paid_until_ns.load(Ordering::Relaxed) <= now_ns
    }

    fn cost_ns(&self, amount: u64) -> u64 {
        let cost = u128::from(amount) * u128::from(self.period_ns) / u128::from(self.most.max(1));
        u64::try_from(cost).unwrap_or(u64::MAX)
    }
}

/// The time since some moment in the past. Read from the kernel's last tick, which costs a few nanoseconds and is exact
/// enough to count in seconds.
pub(crate) fn now_ns() -> u64 {
    let now = clock_gettime(ClockId::CLOCK_MONOTONIC_COARSE).map_or(Duration::ZERO, Duration::from);
    u64::try_from(now.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn a_periods_worth_goes_at_once_and_the_rest_in_its_time() {
        let rate = Rate::new("calls", 10, Duration::from_secs(1));
        let mut now = 5 * SECOND;
        let take = |now: u64| {
            let mut count = 0;
            while rate.may_pay(now).is_ok() {
                rate.charge(1, now);
                count += 1;
            }
            count
        };
        assert_eq!(take(now), 10);
        now += SECOND / 10;
        assert_eq!(take(now), 1);
        now += SECOND / 2;
        assert_eq!(take(now), 5);
        now += 100 * SECOND;
        assert_eq!(take(now), 10, "no more than a period's worth is saved up");
        let fault = rate.may_pay(now).unwrap_err();
        assert_eq!(fault.data.retry_after_ms, Some(100));
    }

    #[test]
    fn what_is_larger_than_a_period_passes_and_is_paid_for_afterwards() {
        let rate = Rate::new("bytes", 1000, Duration::from_secs(1));
        assert!(rate.may_pay(SECOND).is_ok());
        assert_eq!(rate.charge(4000, SECOND), Some(Duration::from_secs(3)));
        assert!(rate.may_pay(3 * SECOND).is_err());
        assert!(rate.may_pay(5 * SECOND).is_ok());
        assert!(!rate.is_paid(4 * SECOND) && rate.is_paid(5 * SECOND));
    }
}
