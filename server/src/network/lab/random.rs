//! Random numbers that come again with the same seed.

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014). Written out here so that a seed
/// means the same in every version.
#[derive(Clone, Copy, Debug)]
pub(super) struct Random(u64);

impl Random {
    /// The numbers of one of many streams that a seed has.
    pub(super) fn new(seed: u32, stream: u32) -> Random {
        let mut random = Random(u64::from(seed) << 32 | u64::from(stream));
        // Neighbours in seed or stream begin alike; behind one step they do not.
        Random(random.next())
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// From 0 to below 1.
    pub(super) fn fraction(&mut self) -> f64 {
        // The 53 bits that a double holds exactly.
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Whether something happens that does so many times in a hundred.
    pub(super) fn happens(&mut self, percent: f64) -> bool {
        self.fraction() * 100.0 < percent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_means_the_same_for_ever() {
        let mut random = Random::new(7, 1);
        let again: Vec<u64> = (0..3).map(|_| random.next()).collect();
        let mut random = Random::new(7, 1);
        assert_eq!(again, (0..3).map(|_| random.next()).collect::<Vec<_>>());
        assert_ne!(again[0], Random::new(7, 2).next());
        assert_ne!(again[0], Random::new(8, 1).next());
        // The reference implementation's first number for the state 0.
        assert_eq!(Random(0).next(), 0xe220_a839_7b1d_cdaf);
    }

    #[test]
    fn percentages_are_met() {
        let mut random = Random::new(1, 1);
        assert!((0..1000).all(|_| !random.happens(0.0)));
        assert!((0..1000).all(|_| random.happens(100.0)));
        let count = (0..100_000).filter(|_| random.happens(10.0)).count();
        assert!((9_500..10_500).contains(&count), "{count}");
    }
}
