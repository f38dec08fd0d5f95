//! The order of a program's calls. The log has calls in the order in which they returned; a program that makes one
//! after the other must make some of them before others that returned first.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use sockyard_protocol::call::{DataForm, LOG_READ_MAX, PayloadShare};
use sockyard_protocol::{Event, EventKind};

use crate::log::Log;

/// Which events go before others.
#[derive(Debug, Default)]
pub(super) struct Order {
    /// Events that go before the one of that number, in their order.
    before: BTreeMap<u64, Vec<u64>>,
    moved: HashSet<u64>,
    until: u64,
}

impl Order {
    /// The order of the events up to the one that is the newest now.
    pub(super) fn of(log: &Log) -> Order {
        let mut order = Order { until: log.last_seq(), ..Order::default() };
        // Accepted connections, by the address of the peer and of the listener, whose other end is not connected yet.
        let mut half_open: HashMap<(String, String), u64> = HashMap::new();
        let mut after = 0;
        loop {
            let page = log.read(after, LOG_READ_MAX, |entry| entry.seq <= order.until);
            for entry in &page.entries {
                let event = entry.to_event(DataForm::Auto, PayloadShare::None);
                match event.kind {
                    EventKind::Accepted { peer, local, .. } => _ = half_open.insert((peer, local), event.seq),
                    // Its handshake was done, or there had been nothing to accept.
                    EventKind::Connected { local, peer, .. } => {
                        if let Some(accepted) = half_open.remove(&(local, peer)) {
                            order.put_before(accepted, event.seq);
                        }
                    }
                    // The kernel took the first bytes when nothing after this one had happened yet.
                    EventKind::Sent { began: Some(began), .. } => order.put_before(began + 1, event.seq),
                    _ => {}
                }
                after = event.seq;
            }
            if !page.more {
                return order;
            }
        }
    }

    fn put_before(&mut self, anchor: u64, seq: u64) {
        self.before.entry(anchor).or_default().push(seq);
        self.moved.insert(seq);
    }

    /// The events in this order. One that the log has lost meanwhile is `None`; nothing comes after it.
    pub(super) fn events(self: &Arc<Self>, log: &Arc<Log>) -> impl Iterator<Item = Option<Event>> + use<> {
        let (log, order) = (Arc::clone(log), Arc::clone(self));
        let mut waiting = Vec::new().into_iter();
        let mut next_after = Some(0);
        let mut last = None;
        let pages = std::iter::from_fn(move || {
            loop {
                if let Some(event) = waiting.next() {
                    return Some(event);
                }
                let until = order.until;
                let page = log.read(next_after?, LOG_READ_MAX, |entry| entry.seq <= until);
                let mut events: Vec<Option<Event>> = Vec::new();
                for entry in &page.entries {
                    if last.is_some_and(|last| entry.seq != last + 1) {
                        next_after = None;
                        events.push(None);
                        break;
                    }
                    last = Some(entry.seq);
                    events.extend(order.moved_before(entry.seq, &log));
                    if !order.moved.contains(&entry.seq) {
                        events.push(Some(entry.to_event(DataForm::Auto, PayloadShare::Full)));
                    }
                }
                next_after = next_after.and(last).filter(|_| page.more);
                waiting = events.into_iter();
            }
        });
        let mut is_lost = false;
        pages.take_while(move |event| {
            let goes_on = !is_lost;
            is_lost |= event.is_none();
            goes_on
        })
    }

    fn moved_before(&self, seq: u64, log: &Log) -> Vec<Option<Event>> {
        let moved = self.before.get(&seq).map(Vec::as_slice).unwrap_or_default();
        let read = |seq: &u64| {
            let page = log.read(seq - 1, 1, |entry| entry.seq == *seq);
            page.entries.first().map(|entry| entry.to_event(DataForm::Auto, PayloadShare::Full))
        };
        moved.iter().map(read).collect()
    }

    /// The number of the last event.
    pub(super) fn until(&self) -> u64 {
        self.until
    }
}
