//! How long to wait before the next try.

/// The first wait.
const FIRST_MS: f64 = 500.0;
/// The longest wait: a server that comes back is found within this time.
const LONGEST_MS: f64 = 10_000.0;

/// The wait before try number `attempt` (from 0). `random` is from 0 to 1; a fifth of the wait is left to
/// it, so that many pages do not come back in the same moment.
pub(super) fn delay_ms(attempt: u32, random: f64) -> f64 {
    let full = (FIRST_MS * 2f64.powi(attempt.min(16) as i32)).min(LONGEST_MS);
    full * (0.8 + 0.2 * random.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let waits: Vec<f64> = (0..7).map(|attempt| delay_ms(attempt, 1.0)).collect();
        assert_eq!(waits, [500.0, 1000.0, 2000.0, 4000.0, 8000.0, 10_000.0, 10_000.0]);
        assert_eq!(delay_ms(u32::MAX, 1.0), LONGEST_MS);
    }

    #[test]
    fn chance_shortens_a_wait_by_a_fifth_at_most() {
        assert_eq!(delay_ms(0, 0.0), 400.0);
    }
}
