//! Adaptive busy polling: a thread whose messages follow each other closely looks for the next one a little longer before
//! it sleeps.
//!
//! A thread that sleeps in epoll_wait(2) takes tens of microseconds to wake, in a virtual machine above all, where an idle
//! processor goes back to the hypervisor. That is more than a message costs, and a round trip through the server has it
//! twice. The kernel knows the same remedy for its drivers (`net.core.busy_poll`) and for virtual processors (`halt_poll_ns`).
//!
//! A look finds something only where the next message is near. So each thread notes how far apart the last ones came, and
//! looks only while most gaps were within the window; a session at a person's pace, or a peer across the Internet, never
//! makes it. Between two looks the processor is offered to whoever else wants it.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::task::{Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

/// The score of a thread whose every gap was short.
const SCORE_MAX: u32 = 1024;
/// A score from which looking pays: more than half of the last dozen of gaps were short.
const SCORE_ENOUGH: u32 = SCORE_MAX / 2;
/// How much one gap weighs in the score, as a part of it.
const WEIGHT: u32 = 8;

thread_local! {
    static GAPS: Gaps = const {
        Gaps {
            window: Cell::new(Duration::ZERO),
            last: Cell::new(None),
            score: Cell::new(0),
            looks: Cell::new(false),
            sleeping: RefCell::new(None),
        }
    };
}

/// What a thread knows of the gaps between the messages that came to it.
struct Gaps {
    /// Zero where the thread never looks.
    window: Cell<Duration>,
    /// When the last message came.
    last: Cell<Option<Instant>>,
    /// An average of the last gaps: [`SCORE_MAX`] for a short one, 0 for a long one.
    score: Cell<u32>,
    /// Whether the task looks.
    looks: Cell<bool>,
    /// The task, while it does not.
    sleeping: RefCell<Option<Waker>>,
}

impl Gaps {
    fn note(&self, now: Instant) {
        let is_short = self.last.replace(Some(now)).is_some_and(|last| now - last <= self.window.get());
        let score = self.score.get();
        self.score.set(if is_short { score + (SCORE_MAX - score) / WEIGHT } else { score - score / WEIGHT });
    }

    /// Whether the next message is likely near, by what came before it.
    fn is_worthwhile(&self, now: Instant) -> bool {
        self.score.get() >= SCORE_ENOUGH
            && self.last.get().is_some_and(|last| now - last <= self.window.get())
    }
}

/// Notes that bytes came which a message of somebody's may follow.
pub(crate) fn arrived() {
    GAPS.with(|gaps| {
        if gaps.window.get().is_zero() {
            return;
        }
        gaps.note(Instant::now());
        if !gaps.looks.get() && gaps.score.get() >= SCORE_ENOUGH {
            gaps.looks.set(true);
            if let Some(task) = gaps.sleeping.take() {
                task.wake();
            }
        }
    });
}

/// Looks while it pays, for up to `window` after each message. A task of the thread that it is to keep awake; does not end.
pub(crate) async fn look(window: Duration) {
    GAPS.with(|gaps| gaps.window.set(window));
    loop {
        poll_fn(|context| {
            GAPS.with(|gaps| {
                if gaps.looks.get() {
                    return Poll::Ready(());
                }
                gaps.sleeping.replace(Some(context.waker().clone()));
                Poll::Pending
            })
        })
        .await;
        while GAPS.with(|gaps| gaps.is_worthwhile(Instant::now())) {
            thread::yield_now();
            // The runtime asks the kernel for events before it runs this again, without waiting for them.
            tokio::task::yield_now().await;
        }
        GAPS.with(|gaps| gaps.looks.set(false));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gaps() -> Gaps {
        Gaps {
            window: Cell::new(Duration::from_micros(50)),
            last: Cell::new(None),
            score: Cell::new(0),
            looks: Cell::new(false),
            sleeping: RefCell::new(None),
        }
    }

    #[test]
    fn looking_pays_only_while_messages_follow_each_other_closely() {
        let gaps = gaps();
        let mut now = Instant::now();
        let mut after = |micros| {
            now += Duration::from_micros(micros);
            gaps.note(now);
            gaps.is_worthwhile(now)
        };
        assert!(!after(0), "one message is no pattern");
        let close: Vec<bool> = (0..12).map(|_| after(30)).collect();
        assert_eq!(close.last(), Some(&true), "{close:?}");
        let far: Vec<bool> = (0..12).map(|_| after(80)).collect();
        assert_eq!(far.last(), Some(&false), "{far:?}");
    }

    #[test]
    fn a_look_ends_with_the_window() {
        let gaps = gaps();
        let mut now = Instant::now();
        for _ in 0..20 {
            now += Duration::from_micros(10);
            gaps.note(now);
        }
        assert!(gaps.is_worthwhile(now + Duration::from_micros(50)));
        assert!(!gaps.is_worthwhile(now + Duration::from_micros(51)));
    }
}
