//! What a connection is told of the sockets' facts: everything at first, and then only what has changed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sockyard_protocol::info::SocketsChanged;
use sockyard_protocol::{SocketId, SocketInfo};
use tokio::task::yield_now;

use super::Session;
use super::calls::look_at;
use super::slot::Slot;
use crate::log::now_us;

/// A look serves everybody who asks within this time, so that many followers cost no more than one. Less than the
/// shortest interval, so that nobody is told of the same look twice.
const FRESH: Duration = Duration::from_millis(200);
/// Sockets that are looked at before others have their turn. A look is some five system calls, together 10 us.
const TOGETHER: usize = 8;
/// Most time that one round of looks takes of its thread. What is left then comes first in the next round.
const BUDGET: Duration = Duration::from_millis(2);

/// The last look at a socket, whoever asked for it.
#[derive(Debug, Default)]
pub(super) struct Seen(Mutex<Option<(Instant, Arc<SocketInfo>)>>);

impl Seen {
    /// What `look` finds, or has found a moment ago.
    fn fresh(&self, look: impl FnOnce() -> SocketInfo) -> Arc<SocketInfo> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, info)) = &*seen
            && at.elapsed() < FRESH
        {
            return Arc::clone(info);
        }
        let info = Arc::new(look());
        *seen = Some((Instant::now(), Arc::clone(&info)));
        info
    }
}

/// What one connection knows.
#[derive(Debug, Default)]
pub(crate) struct Follower {
    told: BTreeMap<SocketId, Arc<SocketInfo>>,
    /// The socket that was looked at last.
    last: SocketId,
    begun: bool,
}

impl Follower {
    /// What has changed since the last time; nothing if nothing has. The first time there is always an answer.
    pub(crate) async fn look(&mut self, session: &Session) -> Option<SocketsChanged> {
        let time_us = now_us();
        let numbers = session.numbers();
        let mut sockets = Vec::new();
        let mut spent = Duration::ZERO;
        let order = self.order(&numbers);
        for together in order.chunks(TOGETHER) {
            // The first message is a promise: it has every socket.
            if self.begun && spent >= BUDGET {
                break;
            }
            let began = Instant::now();
            for number in together {
                self.last = *number;
                // One that was closed in between is told of the next time.
                let Ok(slot) = session.slot(*number) else { continue };
                sockets.extend(self.news(*number, session.recent(&slot)));
            }
            spent += began.elapsed();
            yield_now().await;
        }
        sockets.sort_unstable_by_key(|info| info.socket);
        let closed = self.forget_all_but(&numbers);
        let first = !std::mem::replace(&mut self.begun, true);
        let told = first || !sockets.is_empty() || !closed.is_empty();
        told.then_some(SocketsChanged { sockets, closed, time_us })
    }

    /// These sockets by rising number, beginning behind the one that was looked at last.
    fn order(&self, numbers: &[SocketId]) -> Vec<SocketId> {
        let behind = numbers.partition_point(|number| *number <= self.last);
        let (before, after) = numbers.split_at(behind);
        [after, before].concat()
    }

    fn news(&mut self, number: SocketId, info: Arc<SocketInfo>) -> Option<SocketInfo> {
        if self.told.get(&number) == Some(&info) {
            return None;
        }
        let news = SocketInfo::clone(&info);
        self.told.insert(number, info);
        Some(news)
    }

    fn forget_all_but(&mut self, numbers: &[SocketId]) -> Vec<SocketId> {
        let mut closed = Vec::new();
        self.told.retain(|number, _| {
            let is_open = numbers.binary_search(number).is_ok();
            if !is_open {
                closed.push(*number);
            }
            is_open
        });
        closed
    }
}

impl Session {
    /// A socket's facts as of a moment ago at most.
    fn recent(&self, slot: &Slot) -> Arc<SocketInfo> {
        slot.seen.fresh(|| look_at(self, slot))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_goes_on_where_the_last_one_ended() {
        let at = |last| Follower { last, ..Follower::default() };
        assert_eq!(at(0).order(&[3, 5, 9]), [3, 5, 9]);
        assert_eq!(at(5).order(&[3, 5, 9]), [9, 3, 5]);
        assert_eq!(at(4).order(&[3, 5, 9]), [5, 9, 3]);
        assert_eq!(at(9).order(&[3, 5, 9]), [3, 5, 9]);
    }
}
