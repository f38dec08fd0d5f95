//! Which lines of the log are shown.

use std::cell::OnceCell;
use std::collections::VecDeque;

use sockyard_protocol::{Event, EventKind};

use crate::model::log_store::{LogStore, RowMeta};
use crate::model::query::{Direction, Term, What};

/// Rows that are looked at between two looks at the clock.
const ROWS_PER_LOOK: usize = 64;

/// What a line must be to be shown.
#[derive(Clone, Default)]
pub struct Filter {
    /// Those that a line's fields answer come first.
    terms: Vec<Asked>,
}

/// A term as it is asked.
#[derive(Clone)]
struct Asked {
    negated: bool,
    /// Terms of one group are alternatives; those of none (0) are asked each by itself.
    group: u8,
    what: What,
}

impl Filter {
    /// The filter of a query's terms; those that are wrong filter nothing.
    pub fn new(terms: &[Term]) -> Filter {
        let asked = |term: &Term| {
            let what = term.what.clone().ok()?;
            Some(Asked { negated: term.negated, group: what.group(), what })
        };
        Filter::ordered(terms.iter().filter_map(asked).collect())
    }

    /// The lines that pass both.
    pub fn and(&self, other: &Filter) -> Filter {
        let mut terms = self.terms.clone();
        // Alternatives of the one are none of the other.
        let beyond = self.terms.iter().map(|asked| asked.group).max().unwrap_or(0);
        terms.extend(other.terms.iter().cloned().map(|asked| match asked.group {
            0 => asked,
            group => Asked { group: group + beyond, ..asked },
        }));
        Filter::ordered(terms)
    }

    fn ordered(mut terms: Vec<Asked>) -> Filter {
        terms.sort_by_key(|asked| !asked.what.is_quick());
        Filter { terms }
    }

    /// Whether every line passes.
    pub fn is_open(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether row `index` passes; its JSON is read only where its fields are not enough.
    pub fn passes(&self, store: &LogStore, index: usize) -> bool {
        let Some(meta) = store.meta(index) else { return false };
        let line = Line { meta, store, index, read: OnceCell::new() };
        // A group is asked where its first term stands.
        let mut seen = 0_u32;
        self.terms.iter().all(|asked| {
            let Asked { negated, group, what } = asked;
            if *negated || *group == 0 {
                return line.has(what) != *negated;
            }
            if seen & 1 << group != 0 {
                return true;
            }
            seen |= 1 << group;
            let alternative = |other: &&Asked| !other.negated && other.group == *group;
            self.terms.iter().filter(alternative).any(|other| line.has(&other.what))
        })
    }
}

/// A line that is asked, and its event once that was needed.
struct Line<'a> {
    meta: RowMeta,
    store: &'a LogStore,
    index: usize,
    read: OnceCell<Option<Event>>,
}

impl Line<'_> {
    fn has(&self, what: &What) -> bool {
        let meta = &self.meta;
        match what {
            What::Socket(socket) => meta.socket == *socket,
            What::Kind(kind) => meta.kind == *kind,
            What::Dir(direction) => direction_of(meta.kind) == Some(*direction),
            What::Errors => meta.failed,
            What::Peer(peer) => {
                let of_event = self.event().and_then(|event| peer_of(&event.kind));
                // The bytes of a connection say nothing of its other end.
                of_event
                    .or_else(|| self.store.peer(meta.socket))
                    .is_some_and(|address| address.to_lowercase().contains(peer.as_str()))
            }
            What::Hex(bytes) => self
                .event()
                .and_then(|event| event.kind.bytes())
                .is_some_and(|data| data.windows(bytes.len()).any(|window| window == bytes.as_slice())),
            What::Regex(matches) => self.event().is_some_and(|event| any_text(event, &|text| matches(text))),
            What::Text(needle) => self
                .event()
                .is_some_and(|event| any_text(event, &|text| text.to_lowercase().contains(needle.as_str()))),
        }
    }

    fn event(&self) -> Option<&Event> {
        self.read.get_or_init(|| self.store.event(self.index)).as_ref()
    }
}

/// The rows that pass a filter, kept up to date as rows come and go at both ends.
#[derive(Default)]
pub struct Filtered {
    filter: Filter,
    /// The numbers (see [`LogStore::first_row`]) of the rows that pass, rising.
    rows: VecDeque<usize>,
    /// The rows that were looked at: all numbers from the first of these to before the second. Nothing at first.
    seen: Option<(usize, usize)>,
    /// Rows that passed and were dropped, less those that came in front, since somebody asked.
    moved: isize,
}

impl Filtered {
    /// Starts over with another filter.
    pub fn set(&mut self, filter: Filter) {
        *self = Filtered { filter, ..Filtered::default() };
    }

    /// The filter.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Starts over with the same filter, after the store was cleared.
    pub fn start_over(&mut self) {
        let filter = std::mem::take(&mut self.filter);
        self.set(filter);
    }

    /// Looks at the rows that came since the last time, for as long as `may_go_on` says so; whether all were.
    pub fn catch_up(&mut self, store: &LogStore, may_go_on: impl Fn() -> bool) -> bool {
        let (first, end) = (store.first_row(), store.end_row());
        if self.seen.is_some_and(|(_, seen)| end < seen) {
            // The store was cleared.
            self.start_over();
        }
        let (from, to) = self.seen.unwrap_or((first, first));
        if self.filter.is_open() {
            self.moved += first as isize - from as isize;
            self.seen = Some((first, end));
            return true;
        }
        while self.rows.front().is_some_and(|row| *row < first) {
            self.rows.pop_front();
            self.moved += 1;
        }
        let mut seen = (from.max(first), to.max(first));
        // New rows first: they are what is followed.
        let all = self.look(store, (seen.1..end).map(|row| (row, false)), &mut seen, &may_go_on)
            && self.look(store, (first..seen.0).rev().map(|row| (row, true)), &mut seen, &may_go_on);
        self.seen = Some(seen);
        all
    }

    /// Looks at rows one after the other, in front of those that were seen or behind them; whether at all.
    fn look(
        &mut self,
        store: &LogStore,
        rows: impl Iterator<Item = (usize, bool)>,
        seen: &mut (usize, usize),
        may_go_on: &impl Fn() -> bool,
    ) -> bool {
        for (count, (row, in_front)) in rows.enumerate() {
            if count % ROWS_PER_LOOK == ROWS_PER_LOOK - 1 && !may_go_on() {
                return false;
            }
            let passes = self.filter.passes(store, row - store.first_row());
            if in_front {
                seen.0 = row;
                if passes {
                    self.rows.push_front(row);
                    self.moved -= 1;
                }
            } else {
                seen.1 = row + 1;
                if passes {
                    self.rows.push_back(row);
                }
            }
        }
        true
    }

    /// How many rows pass, of those that were looked at.
    pub fn len(&self, store: &LogStore) -> usize {
        if self.filter.is_open() { store.len() } else { self.rows.len() }
    }

    /// By how many places the rows have moved up since this was asked last: rows that went in front of them, less those
    /// that came there.
    pub fn take_moved(&mut self) -> isize {
        std::mem::take(&mut self.moved)
    }

    /// How many of the kept rows were not looked at yet.
    pub fn to_do(&self, store: &LogStore) -> usize {
        let (first, end) = (store.first_row(), store.end_row());
        let (from, to) = self.seen.unwrap_or((first, first));
        end.saturating_sub(to.max(first)) + from.saturating_sub(first)
    }

    /// How many rows pass among those from row number `row` on.
    pub fn count_from(&self, row: usize, store: &LogStore) -> usize {
        if self.filter.is_open() {
            return store.end_row().saturating_sub(row.max(store.first_row()));
        }
        self.rows.len() - self.rows.partition_point(|passing| *passing < row)
    }

    /// The store's index of the `position`-th row that passes.
    pub fn index(&self, position: usize, store: &LogStore) -> Option<usize> {
        if self.filter.is_open() {
            return (position < store.len()).then_some(position);
        }
        self.rows.get(position)?.checked_sub(store.first_row())
    }

    /// The position among the passing rows of the store's row `index`, or of the next one after it.
    pub fn position(&self, index: usize, store: &LogStore) -> usize {
        if self.filter.is_open() {
            return index;
        }
        let row = index + store.first_row();
        self.rows.partition_point(|passing| *passing < row)
    }
}

/// Which way a kind of line goes, if any.
fn direction_of(kind: u8) -> Option<Direction> {
    match EventKind::NAMES.get(usize::from(kind)).copied() {
        Some("received" | "accepted" | "peer_closed" | "reset" | "dropped") => Some(Direction::In),
        Some("sent" | "connected" | "shutdown") => Some(Direction::Out),
        _ => None,
    }
}

/// The address at the other end.
fn peer_of(kind: &EventKind) -> Option<&str> {
    match kind {
        EventKind::Connected { peer, .. } | EventKind::Accepted { peer, .. } => Some(peer),
        EventKind::Sent { to: other, .. } | EventKind::Received { from: other, .. } => other.as_deref(),
        EventKind::Failed { params: Some(params), .. } => {
            ["to", "address"].iter().find_map(|name| params.get(*name)?.as_str())
        }
        _ => None,
    }
}

/// Whether any of a line's texts is `wanted`; its kind's name is one.
fn any_text(event: &Event, wanted: &dyn Fn(&str) -> bool) -> bool {
    if wanted(event.kind.name()) {
        return true;
    }
    match &event.kind {
        EventKind::Created { .. } | EventKind::PeerClosed {} | EventKind::Reset {} => false,
        EventKind::Shutdown { .. } | EventKind::Closed { .. } => false,
        EventKind::Bound { local, .. } | EventKind::Listening { local, .. } => wanted(local),
        EventKind::Connected { local, peer, .. } | EventKind::Accepted { local, peer, .. } => {
            wanted(local) || wanted(peer)
        }
        EventKind::Sent { to: other, .. } | EventKind::Received { from: other, .. } => {
            other.as_deref().is_some_and(wanted)
                || event.kind.bytes().is_some_and(|bytes| wanted(&String::from_utf8_lossy(&bytes)))
        }
        EventKind::Option { name, .. } => wanted(name),
        EventKind::Failed { call, error, .. } => {
            wanted(call) || wanted(&error.message) || error.data.errno.as_deref().is_some_and(wanted)
        }
        EventKind::Dropped { reason, .. } => wanted(reason),
        EventKind::Note { text } => wanted(text),
        EventKind::HostAdded { host, addresses } => {
            wanted(host) || addresses.iter().any(|address| wanted(address))
        }
        EventKind::HostRemoved { host } => wanted(host),
        EventKind::Wire { call, params } => {
            wanted(call)
                || params.iter().any(|(name, value)| wanted(name) || value.as_str().is_some_and(wanted))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::query::{Matcher, parse};
    use sockyard_protocol::{Data, Fault};

    fn store() -> LogStore {
        let mut store = LogStore::default();
        let kinds = [
            (Some(3), EventKind::Bound { local: "127.0.0.1:7788".into(), narrowed: false, asked: None }),
            (
                Some(4),
                EventKind::Failed {
                    call: "connect".into(),
                    params: serde_json::from_str(r#"{"address":"127.0.0.1:7788"}"#).unwrap(),
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

    fn filter(query: &str) -> Filter {
        let compile = |source: &str, _: &str| {
            let source = source.to_owned();
            Ok(std::rc::Rc::new(move |text: &str| text.contains(&source)) as Matcher)
        };
        Filter::new(&parse(query, &compile))
    }

    fn passing(query: &str) -> Vec<usize> {
        let filter = filter(query);
        let store = store();
        let mut filtered = Filtered::default();
        filtered.set(filter);
        filtered.catch_up(&store, || true);
        (0..filtered.len(&store)).filter_map(|position| filtered.index(position, &store)).collect()
    }

    #[test]
    fn each_part_of_the_filter_holds() {
        assert_eq!(passing(""), [0, 1, 2]);
        assert_eq!(passing("socket:3"), [0, 2]);
        assert_eq!(passing("socket:3 socket:4"), [0, 1, 2]);
        assert_eq!(passing("-socket:3"), [1]);
        assert_eq!(passing("errors"), [1]);
        assert_eq!(passing("HELLO"), [2]);
        assert_eq!(passing("/ell/"), [2]);
        assert_eq!(passing("hex:656c"), [2]);
        assert_eq!(passing("dir:in"), [2]);
        assert_eq!(passing("kind:bound kind:failed"), [0, 1]);
        assert_eq!(passing("peer:7788"), [1]);
        assert_eq!(passing("econnrefused"), [1]);
        assert_eq!(passing("socket:4 bound"), [] as [usize; 0]);
        // A wrong term filters nothing, the others do.
        assert_eq!(passing("kind:nothing socket:4"), [1]);
    }

    #[test]
    fn the_bytes_of_a_connection_belong_to_its_peer() {
        let mut store = LogStore::default();
        let kinds = [
            EventKind::Connected { local: "a".into(), peer: "127.0.0.1:9".into(), duration_us: 1 },
            EventKind::PeerClosed {},
        ];
        for (index, kind) in kinds.into_iter().enumerate() {
            let event = Event { seq: index as u64 + 1, time_us: 0, socket: Some(3), kind };
            store.push(&event, &serde_json::to_string(&event).unwrap());
        }
        assert!(filter("peer:127.0.0.1:9").passes(&store, 1));
        assert!(!filter("peer:127.0.0.1:8").passes(&store, 1));
    }

    #[test]
    fn a_slice_ends_when_the_time_is_up_and_the_next_goes_on() {
        let mut store = LogStore::default();
        for seq in 1..=500 {
            let event = Event { seq, time_us: 0, socket: None, kind: EventKind::Note { text: "x".into() } };
            store.push(&event, &serde_json::to_string(&event).unwrap());
        }
        let mut filtered = Filtered::default();
        filtered.set(filter("x"));
        let mut slices = 1;
        while !filtered.catch_up(&store, || false) {
            slices += 1;
            assert_eq!(filtered.len(&store) + filtered.to_do(&store), 500);
        }
        assert_eq!((slices, filtered.len(&store)), (8, 500));
        assert_eq!(filtered.count_from(store.first_row() + 490, &store), 10);
    }

    #[test]
    fn rows_that_come_in_front_are_looked_at_and_move_the_others() {
        let note = |seq| Event {
            seq,
            time_us: 0,
            socket: None,
            kind: EventKind::Note { text: if seq % 2 == 0 { "even".into() } else { "odd".into() } },
        };
        let mut store = LogStore::default();
        store.expect_from(1);
        for seq in 301..=400 {
            store.push(&note(seq), &serde_json::to_string(&note(seq)).unwrap());
        }
        let mut even = Filtered::default();
        even.set(filter("even"));
        let mut all = Filtered::default();
        assert!(even.catch_up(&store, || true) && all.catch_up(&store, || true));
        assert_eq!((even.take_moved(), all.take_moved()), (0, 0));
        let lines: Vec<String> = (101..=300).map(|seq| serde_json::to_string(&note(seq)).unwrap()).collect();
        let lines: Vec<(Event, &str)> = (101..=300).map(note).zip(lines.iter().map(String::as_str)).collect();
        assert_eq!(store.prepend(&lines, 1), 200);
        assert_eq!((even.to_do(&store), even.len(&store)), (200, 50));
        // In slices, as new rows are; those nearest come first.
        assert!(!even.catch_up(&store, || false));
        assert_eq!(store.meta(even.index(0, &store).unwrap()).unwrap().seq, 238);
        while !even.catch_up(&store, || false) {}
        assert!(all.catch_up(&store, || true));
        assert_eq!((even.take_moved(), all.take_moved()), (-100, -200));
        assert_eq!((even.take_moved(), even.to_do(&store)), (0, 0));
        let seqs: Vec<u64> = (0..even.len(&store))
            .map(|place| store.meta(even.index(place, &store).unwrap()).unwrap().seq)
            .collect();
        assert_eq!(seqs, (101..=400).filter(|seq| seq % 2 == 0).collect::<Vec<_>>());
        assert_eq!(even.position(store.index_of(302).unwrap(), &store), 100);
    }

    #[test]
    fn alternatives_of_one_filter_are_none_of_another() {
        let store = store();
        let both = filter("socket:3 socket:4").and(&filter("socket:3"));
        let passing = |filter: &Filter| (0..store.len()).filter(|row| filter.passes(&store, *row)).count();
        assert_eq!(passing(&both), passing(&filter("socket:3")));
        assert_ne!(passing(&both), passing(&filter("socket:3 socket:4")));
        assert_eq!(passing(&filter("socket:3").and(&filter("socket:4"))), 0);
    }

    #[test]
    fn rows_that_come_later_are_looked_at_once() {
        let mut store = store();
        let mut filtered = Filtered::default();
        filtered.set(filter("hello"));
        filtered.catch_up(&store, || true);
        let event =
            Event { seq: 9, time_us: 0, socket: None, kind: EventKind::Note { text: "hello again".into() } };
        store.push(&event, &serde_json::to_string(&event).unwrap());
        filtered.catch_up(&store, || true);
        filtered.catch_up(&store, || true);
        assert_eq!(filtered.len(&store), 2);
        assert_eq!(filtered.position(3, &store), 1);
        store.clear();
        filtered.catch_up(&store, || true);
        assert_eq!(filtered.len(&store), 0);
    }
}
