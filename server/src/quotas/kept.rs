//! What all logs and all records of packets keep together.
//!
//! Each has a bound of its own, which one session may fill without anybody noticing; all sessions of a server together could fill the
//! machine. Where they keep more than the operator allows, each of them has its equal part: whoever adds something lets its own oldest
//! go down to that, and whoever has more and adds nothing is asked to when the next session is opened.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// By how much a keeper's bytes change before it tells, so that it rarely touches what all others touch, too.
const STEP: usize = 64 * 1024;

/// What a keeper may have however many there are: enough to see what one has just done.
const LEAST: u64 = 256 * 1024;

/// All of them together.
#[derive(Debug)]
pub(crate) struct Kept {
    /// Most bytes, to within `STEP` for each.
    most: u64,
    bytes: AtomicU64,
    keepers: AtomicU64,
}

/// One of them. Without others there is no limit but its own.
#[derive(Debug, Default)]
pub(crate) struct Keeper {
    all: Option<Arc<Kept>>,
    /// INVARIANT: what of it is counted in `all.bytes`.
    told: usize,
}

impl Kept {
    pub(super) fn new(most: u64) -> Arc<Kept> {
        Arc::new(Kept { most, bytes: AtomicU64::new(0), keepers: AtomicU64::new(0) })
    }

    /// One keeper more.
    pub(super) fn keeper(self: &Arc<Kept>) -> Keeper {
        self.keepers.fetch_add(1, Ordering::Relaxed);
        Keeper { all: Some(Arc::clone(self)), told: 0 }
    }

    /// Whether it is too much, and each has its part alone.
    pub(super) fn is_over(&self) -> bool {
        self.bytes.load(Ordering::Relaxed) > self.most
    }

    /// The equal part of each.
    fn part(&self) -> u64 {
        (self.most / self.keepers.load(Ordering::Relaxed).max(1)).max(LEAST)
    }
}

impl Keeper {
    /// How many bytes it may have that has so many now and would have `own` by itself at most.
    pub(crate) fn most(&mut self, bytes: usize, own: usize) -> usize {
        let Some(all) = &self.all else { return own };
        if bytes.abs_diff(self.told) >= STEP {
            let (more, less) = (bytes.saturating_sub(self.told), self.told.saturating_sub(bytes));
            all.bytes.fetch_add(more as u64, Ordering::Relaxed);
            all.bytes.fetch_sub(less as u64, Ordering::Relaxed);
            self.told = bytes;
        }
        if all.is_over() { own.min(usize::try_from(all.part()).unwrap_or(usize::MAX)) } else { own }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        if let Some(all) = &self.all {
            all.bytes.fetch_sub(self.told as u64, Ordering::Relaxed);
            all.keepers.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: usize = 1 << 20;

    #[test]
    fn each_has_its_own_bound_until_all_together_have_too_much() {
        let all = Kept::new(10 * MIB as u64);
        let mut one = all.keeper();
        let mut other = all.keeper();
        assert_eq!(one.most(9 * MIB, 16 * MIB), 16 * MIB);
        assert_eq!(other.most(2 * MIB, 16 * MIB), 5 * MIB, "together eleven: each has half of ten");
        assert_eq!(one.most(9 * MIB, 4 * MIB), 4 * MIB, "its own bound is smaller");
        assert_eq!(one.most(5 * MIB, 16 * MIB), 16 * MIB, "it has let go");
        drop(one);
        assert_eq!(all.bytes.load(Ordering::Relaxed), 2 * MIB as u64);
        assert_eq!(other.most(10 * MIB, 16 * MIB), 16 * MIB);
        drop(other);
        assert_eq!((all.bytes.load(Ordering::Relaxed), all.keepers.load(Ordering::Relaxed)), (0, 0));
    }

    #[test]
    fn however_many_there_are_each_keeps_something() {
        let all = Kept::new(MIB as u64);
        let mut keepers: Vec<_> = (0..100).map(|_| all.keeper()).collect();
        for keeper in &mut keepers {
            keeper.most(MIB, MIB);
        }
        assert_eq!(keepers[0].most(MIB, MIB), LEAST as usize);
        assert_eq!(Keeper::default().most(MIB, MIB), MIB, "one that is alone");
    }

    #[test]
    fn small_steps_are_not_told_and_come_out_even() {
        let all = Kept::new(MIB as u64);
        let mut keeper = all.keeper();
        keeper.most(STEP - 1, MIB);
        assert_eq!(all.bytes.load(Ordering::Relaxed), 0);
        keeper.most(STEP, MIB);
        keeper.most(1, MIB);
        assert_eq!(all.bytes.load(Ordering::Relaxed), STEP as u64);
        keeper.most(0, MIB);
        assert_eq!(all.bytes.load(Ordering::Relaxed), 0);
    }
}
