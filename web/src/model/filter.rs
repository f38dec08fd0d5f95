//! Which lines of the log are shown.

use sockyard_protocol::{Event, EventKind, SocketId};

use crate::model::log_store::{LogStore, RowMeta};

/// What a line must be to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only lines about this socket.
    pub socket: Option<SocketId>,
    /// Only failures and losses.
    pub errors_only: bool,
    /// Only lines in which this text stands, in lower case.
    pub text: String,
}

impl Filter {
    /// A filter with `text` as typed.
    pub fn new(socket: Option<SocketId>, errors_only: bool, text: &str) -> Filter {
        Filter { socket, errors_only, text: text.trim().to_lowercase() }
    }

    /// Whether every line passes.
    pub fn is_open(&self) -> bool {
        self.socket.is_none() && !self.errors_only && self.text.is_empty()
    }

    /// Whether a line passes; its JSON is read only where a text is looked for.
    pub fn passes(&self, meta: &RowMeta, event: impl FnOnce() -> Option<Event>) -> bool {
        if self.socket.is_some_and(|socket| socket != meta.socket) {
            return false;
        }
        if self.errors_only && !meta.failed {
            return false;
        }
        self.text.is_empty() || event().is_some_and(|event| contains(&event, &self.text))
    }
}

/// The rows that pass a filter, kept up to date as rows come and go.
#[derive(Default)]
pub struct Filtered {
    filter: Filter,
    /// Rows of all time (see [`LogStore::forgotten`]), rising.
    rows: std::collections::VecDeque<usize>,
    /// The first row of all time that was not looked at yet.
    next: usize,
}

impl Filtered {
    /// Starts over with another filter.
    pub fn set(&mut self, filter: Filter) {
        *self = Filtered { filter, ..Filtered::default() };
    }

    /// Starts over with the same filter, after the store was cleared.
    pub fn start_over(&mut self) {
        self.rows.clear();
        self.next = 0;
    }

    /// Looks at the rows that came since the last time.
    pub fn catch_up(&mut self, store: &LogStore) {
        let forgotten = store.forgotten();
        let end = forgotten + store.len();
        if end < self.next {
            // The store was cleared.
            self.rows.clear();
            self.next = 0;
        }
        if self.filter.is_open() {
            self.next = end;
            return;
        }
        while self.rows.front().is_some_and(|row| *row < forgotten) {
            self.rows.pop_front();
        }
        for row in self.next.max(forgotten)..end {
            let index = row - forgotten;
            let passes =
                store.meta(index).is_some_and(|meta| self.filter.passes(&meta, || store.event(index)));
            if passes {
                self.rows.push_back(row);
            }
        }
        self.next = end;
    }

    /// How many rows pass.
    pub fn len(&self, store: &LogStore) -> usize {
        if self.filter.is_open() { store.len() } else { self.rows.len() }
    }

    /// The store's index of the `position`-th row that passes.
    pub fn index(&self, position: usize, store: &LogStore) -> Option<usize> {
        if self.filter.is_open() {
            return (position < store.len()).then_some(position);
        }
        self.rows.get(position)?.checked_sub(store.forgotten())
    }

    /// The position among the passing rows of the store's row `index`, or of the next one after it.
    pub fn position(&self, index: usize, store: &LogStore) -> usize {
        if self.filter.is_open() {
            return index;
        }
        let row = index + store.forgotten();
        self.rows.partition_point(|passing| *passing < row)
    }
}

fn contains(event: &Event, needle: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(needle);
    if event.kind.name().contains(needle) {
        return true;
    }
    match &event.kind {
        EventKind::Created { .. } | EventKind::PeerClosed {} | EventKind::Reset {} => false,
        EventKind::Shutdown { .. } | EventKind::Closed { .. } => false,
        EventKind::Bound { local, .. } | EventKind::Listening { local, .. } => has(local),
        EventKind::Connected { local, peer, .. } | EventKind::Accepted { local, peer, .. } => {
            has(local) || has(peer)
        }
        EventKind::Sent { data, to: other, .. } | EventKind::Received { data, from: other, .. } => {
            other.as_deref().is_some_and(has)
                || data
                    .as_ref()
                    .and_then(|data| data.to_bytes())
                    .is_some_and(|bytes| has(&String::from_utf8_lossy(&bytes)))
        }
        EventKind::Option { name, .. } => has(name),
        EventKind::Failed { call, error, .. } => {
            has(call) || has(&error.message) || error.data.errno.as_deref().is_some_and(has)
        }
        EventKind::Dropped { reason, .. } => has(reason),
        EventKind::Note { text } => has(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sockyard_protocol::{Data, Fault};

    fn store() -> LogStore {
        let mut store = LogStore::default();
        let kinds = [
            (Some(3), EventKind::Bound { local: "127.0.0.1:7788".into(), narrowed: false, asked: None }),
            (
                Some(4),
                EventKind::Failed {
                    call: "connect".into(),
                    params: None,
                    error: Fault::os("connect", "ECONNREFUSED", "connection refused"),
                },
            ),
            (
                Some(3),
                EventKind::Received {
                    bytes: 5,
                    count: None,
                    data: Some(Data::from_bytes("Hello".as_bytes())),
                    data_cut: false,
                    from: None,
                    truncated: false,
                    flags: Vec::new(),
                },
            ),
        ];
        for (index, (socket, kind)) in kinds.into_iter().enumerate() {
            let event = Event { seq: index as u64 + 1, time_us: 0, socket, kind };
            store.push(&event, &serde_json::to_string(&event).unwrap());
        }
        store
    }

    fn passing(filter: Filter) -> Vec<usize> {
        let store = store();
        let mut filtered = Filtered::default();
        filtered.set(filter);
        filtered.catch_up(&store);
        (0..filtered.len(&store)).filter_map(|position| filtered.index(position, &store)).collect()
    }

    #[test]
    fn each_part_of_the_filter_holds() {
        assert_eq!(passing(Filter::default()), [0, 1, 2]);
        assert_eq!(passing(Filter::new(Some(3), false, "")), [0, 2]);
        assert_eq!(passing(Filter::new(None, true, "")), [1]);
        assert_eq!(passing(Filter::new(None, false, "hello")), [2]);
        assert_eq!(passing(Filter::new(None, false, "econnrefused")), [1]);
        assert_eq!(passing(Filter::new(Some(4), false, "7788")), [] as [usize; 0]);
    }

    #[test]
    fn rows_that_come_later_are_looked_at_once() {
        let mut store = store();
        let mut filtered = Filtered::default();
        filtered.set(Filter::new(None, false, "hello"));
        filtered.catch_up(&store);
        let event =
            Event { seq: 9, time_us: 0, socket: None, kind: EventKind::Note { text: "hello again".into() } };
        store.push(&event, &serde_json::to_string(&event).unwrap());
        filtered.catch_up(&store);
        filtered.catch_up(&store);
        assert_eq!(filtered.len(&store), 2);
        assert_eq!(filtered.position(3, &store), 1);
        store.clear();
        filtered.catch_up(&store);
        assert_eq!(filtered.len(&store), 0);
    }
}
