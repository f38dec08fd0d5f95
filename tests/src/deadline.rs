//! Deadlines that say what they were waiting for.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

/// Generous: a loaded machine with two cores must not fail a test that a quiet one passes.
pub const DEADLINE: Duration = Duration::from_secs(30);

/// Between two looks at what cannot be waited for.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// Awaits a future for at most [`DEADLINE`].
///
/// # Panics
/// When the deadline passes; the message says what was waited for.
#[track_caller]
pub fn within<F: Future>(what: impl Into<String>, future: F) -> impl Future<Output = F::Output> {
    let place = std::panic::Location::caller();
    let what = what.into();
    async move {
        match tokio::time::timeout(DEADLINE, future).await {
            Ok(value) => value,
            Err(_) => panic!("{place}: waited {} s for {what}", DEADLINE.as_secs()),
        }
    }
}

/// Asks again and again until there is an answer, for what no event tells.
///
/// # Panics
/// When the deadline passes; the message says what was waited for.
#[track_caller]
pub fn eventually<T>(
    what: impl Into<String>,
    mut ask: impl AsyncFnMut() -> Option<T>,
) -> impl Future<Output = T> {
    let place = std::panic::Location::caller();
    let what = what.into();
    async move {
        let start = Instant::now();
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            assert!(start.elapsed() < DEADLINE, "{place}: waited {} s for {what}", DEADLINE.as_secs());
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }
}
