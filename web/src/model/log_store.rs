//! The log as the page holds it: numbered lines in chunks, bounded in rows and in bytes.
//!
//! Of a line the few fields that filters and rows need at once stand in 24 bytes; the rest is kept as the JSON that
//! it came as, without the beginning that says the same fields again. Chunks are filled and dropped whole, so that
//! neither appending nor forgetting moves old lines.

use std::collections::{BTreeMap, VecDeque};

use sockyard_protocol::{Event, EventKind, SocketId, SocketInfo};

use crate::model::charts::Charts;

/// Most rows kept; the oldest go first. Their fields are 24 MB.
pub const ROWS_MAX: usize = 1_000_000;
/// Most bytes of text kept. A million short datagrams need about 80 MB of it; with the fields of [`ROWS_MAX`] rows
/// and what the newest chunk has in reserve the store stays below 160 MB.
pub const BYTES_MAX: usize = 128 * 1024 * 1024;
/// Rows in a chunk: small enough that forgetting one is not seen as a jump.
const CHUNK_ROWS: usize = 2048;
/// Bytes of text after which a chunk counts as full, whatever its rows.
const CHUNK_BYTES: usize = 2 * 1024 * 1024;
/// Most connections whose other end is remembered; the oldest go first. An address has at most 108 bytes.
const PEERS_MAX: usize = 65_536;

/// The fields of a line that are needed without reading its JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowMeta {
    /// The event's number.
    pub seq: u64,
    /// When, in microseconds since the Unix epoch.
    pub time_us: u64,
    /// Its socket; 0 for none.
    pub socket: SocketId,
    /// The place of its kind in [`EventKind::NAMES`].
    pub kind: u8,
    /// Whether it tells of a failure.
    pub failed: bool,
}

/// A line's fields as they are kept.
#[derive(Clone, Copy)]
struct Packed {
    time_us: u64,
    /// Its number less the chunk's first.
    seq: u32,
    /// Where its text ends; it begins where the one before it ends.
    end: u32,
    socket: SocketId,
    kind: u8,
    failed: bool,
    /// Whether the text is the whole JSON: it did not begin as it was thought to.
    whole: bool,
}

#[derive(Default)]
struct Chunk {
    /// How many rows of all time stood before its first.
    before: usize,
    first_seq: u64,
    rows: Vec<Packed>,
    text: String,
}

impl Chunk {
    fn has_room_for(&self, seq: u64) -> bool {
        self.rows.len() < CHUNK_ROWS
            && self.text.len() < CHUNK_BYTES
            && u32::try_from(seq - self.first_seq).is_ok()
    }

    fn meta(&self, row: usize) -> Option<RowMeta> {
        self.rows.get(row).map(|packed| RowMeta {
            seq: self.first_seq + u64::from(packed.seq),
            time_us: packed.time_us,
            socket: packed.socket,
            kind: packed.kind,
            failed: packed.failed,
        })
    }

    fn text(&self, row: usize) -> Option<&str> {
        let start = match row.checked_sub(1) {
            Some(before) => self.rows.get(before)?.end,
            None => 0,
        };
        self.text.get(start as usize..self.rows.get(row)?.end as usize)
    }
}

/// The lines of the log.
#[derive(Default)]
pub struct LogStore {
    chunks: VecDeque<Chunk>,
    /// Rows that were dropped from the front since the store was made: row `n` of all time is row
    /// `n - forgotten` of those kept.
    forgotten: usize,
    rows: usize,
    bytes: usize,
    last_seq: u64,
    missing: u64,
    first_time: Option<u64>,
    peers: BTreeMap<SocketId, String>,
    /// Counted as lines come: when they are asked for, old lines are gone.
    charts: Charts,
}

/// What [`LogStore::push`] did with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// It is the newest line now.
    Added,
    /// It was here already, as after a reconnect.
    Duplicate,
}

impl LogStore {
    /// Appends a line; `json` is the event as it came.
    pub fn push(&mut self, event: &Event, json: &str) -> Pushed {
        if event.seq <= self.last_seq {
            return Pushed::Duplicate;
        }
        self.missing += event.seq - self.last_seq - 1;
        self.last_seq = event.seq;
        self.first_time.get_or_insert(event.time_us);
        self.learn_peer(event);
        self.charts.apply(event);
        if !self.chunks.back().is_some_and(|chunk| chunk.has_room_for(event.seq)) {
            if let Some(full) = self.chunks.back_mut() {
                full.text.shrink_to_fit();
            }
            self.chunks.push_back(Chunk {
                before: self.forgotten + self.rows,
                first_seq: event.seq,
                rows: Vec::with_capacity(CHUNK_ROWS),
                text: String::with_capacity(CHUNK_ROWS * 80),
            });
        }
        if let Some(chunk) = self.chunks.back_mut() {
            let kind = event.kind.index();
            let socket = event.socket.unwrap_or(0);
            let beginning = beginning(event.seq, event.time_us, socket, kind);
            let rest = json.strip_prefix(&beginning);
            let before = chunk.text.len();
            chunk.text.push_str(rest.unwrap_or(json));
            chunk.rows.push(Packed {
                time_us: event.time_us,
                seq: (event.seq - chunk.first_seq) as u32,
                end: chunk.text.len() as u32,
                socket,
                kind: kind as u8,
                failed: is_failure(event),
                whole: rest.is_none(),
            });
            self.rows += 1;
            self.bytes += chunk.text.len() - before;
        }
        self.forget();
        Pushed::Added
    }

    /// Notes what the kernel said of sockets beside the lines.
    pub fn note(&mut self, time_us: u64, sockets: &[SocketInfo]) {
        sockets.iter().for_each(|info| self.charts.note(time_us, info));
    }

    /// The numbers over time of all lines that came.
    pub fn charts(&self) -> &Charts {
        &self.charts
    }

    /// The same, so that time goes on in them while nothing comes.
    pub fn charts_mut(&mut self) -> &mut Charts {
        &mut self.charts
    }

    /// How many rows are kept.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// How many rows were dropped from the front.
    pub fn forgotten(&self) -> usize {
        self.forgotten
    }

    /// The newest line's number; 0 while there is none.
    pub fn last_seq(&self) -> u64 {
        self.last_seq
    }

    /// How many lines the server's log had lost before they could be fetched.
    pub fn missing(&self) -> u64 {
        self.missing
    }

    /// When the first line that came happened.
    pub fn first_time(&self) -> Option<u64> {
        self.first_time
    }

    /// The other end of a connected socket, also of one that is closed by now.
    pub fn peer(&self, socket: SocketId) -> Option<&str> {
        self.peers.get(&socket).map(String::as_str)
    }

    /// The fields of row `index`, counted from the oldest kept.
    pub fn meta(&self, index: usize) -> Option<RowMeta> {
        let (chunk, row) = self.locate(index)?;
        chunk.meta(row)
    }

    /// The JSON of row `index`, as it came.
    pub fn json(&self, index: usize) -> Option<String> {
        let (chunk, row) = self.locate(index)?;
        let text = chunk.text(row)?;
        if chunk.rows.get(row)?.whole {
            return Some(text.to_owned());
        }
        let meta = chunk.meta(row)?;
        Some(beginning(meta.seq, meta.time_us, meta.socket, usize::from(meta.kind)) + text)
    }

    /// The event of row `index`.
    pub fn event(&self, index: usize) -> Option<Event> {
        serde_json::from_str(&self.json(index)?).ok()
    }

    /// The row of the event numbered `seq`.
    pub fn index_of(&self, seq: u64) -> Option<usize> {
        let chunk_at = self.chunks.partition_point(|chunk| chunk.first_seq <= seq).checked_sub(1)?;
        let chunk = self.chunks.get(chunk_at)?;
        let wanted = u32::try_from(seq - chunk.first_seq).ok()?;
        let row = chunk.rows.binary_search_by_key(&wanted, |row| row.seq).ok()?;
        Some(chunk.before - self.forgotten + row)
    }

    /// The first row whose number is `seq` or more; [`LogStore::len`] where there is none.
    pub fn index_from(&self, seq: u64) -> usize {
        let chunk_at = self.chunks.partition_point(|chunk| chunk.first_seq <= seq);
        let Some(chunk) = chunk_at.checked_sub(1).and_then(|at| self.chunks.get(at)) else { return 0 };
        let wanted = seq - chunk.first_seq;
        let row = chunk.rows.partition_point(|row| u64::from(row.seq) < wanted);
        chunk.before - self.forgotten + row
    }

    /// The first row after the event numbered `seq`.
    pub fn index_after(&self, seq: u64) -> usize {
        self.index_from(seq.saturating_add(1))
    }

    /// Forgets everything, for a new session.
    pub fn clear(&mut self) {
        *self = LogStore::default();
    }

    fn learn_peer(&mut self, event: &Event) {
        let (socket, peer) = match (&event.kind, event.socket) {
            (EventKind::Connected { peer, .. }, Some(socket)) => (socket, peer),
            (EventKind::Accepted { connection, peer, .. }, _) => (*connection, peer),
            _ => return,
        };
        self.peers.insert(socket, peer.clone());
        if self.peers.len() > PEERS_MAX {
            self.peers.pop_first();
        }
    }

    fn locate(&self, index: usize) -> Option<(&Chunk, usize)> {
        let of_all_time = index + self.forgotten;
        let chunk_at = self.chunks.partition_point(|chunk| chunk.before <= of_all_time).checked_sub(1)?;
        let chunk = self.chunks.get(chunk_at)?;
        let row = of_all_time - chunk.before;
        (row < chunk.rows.len()).then_some((chunk, row))
    }

    fn forget(&mut self) {
        while self.chunks.len() > 1 && (self.rows > ROWS_MAX || self.bytes > BYTES_MAX) {
            if let Some(chunk) = self.chunks.pop_front() {
                self.rows -= chunk.rows.len();
                self.bytes -= chunk.text.len();
                self.forgotten += chunk.rows.len();
            }
        }
    }
}

/// The beginning of an event's JSON as the server writes it.
fn beginning(seq: u64, time_us: u64, socket: SocketId, kind: usize) -> String {
    let kind = EventKind::NAMES.get(kind).copied().unwrap_or_default();
    match socket {
        0 => format!(r#"{{"seq":{seq},"time_us":{time_us},"kind":"{kind}""#),
        _ => format!(r#"{{"seq":{seq},"time_us":{time_us},"socket":{socket},"kind":"{kind}""#),
    }
}

/// Whether a line belongs to the filter "errors only".
fn is_failure(event: &Event) -> bool {
    matches!(event.kind, EventKind::Failed { .. } | EventKind::Reset {} | EventKind::Dropped { .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(seq: u64, text: &str) -> (Event, String) {
        let event = Event { seq, time_us: seq, socket: None, kind: EventKind::Note { text: text.into() } };
        let json = serde_json::to_string(&event).unwrap();
        (event, json)
    }

    fn push(store: &mut LogStore, seq: u64, text: &str) -> Pushed {
        let (event, json) = note(seq, text);
        store.push(&event, &json)
    }

    #[test]
    fn a_line_reads_back_as_it_came() {
        let mut store = LogStore::default();
        push(&mut store, 1, "first");
        push(&mut store, 2, "漢字");
        assert_eq!(store.len(), 2);
        assert_eq!(store.event(1).unwrap(), note(2, "漢字").0);
        assert_eq!(store.index_of(2), Some(1));
        assert_eq!(store.index_of(3), None);
        assert_eq!(store.json(0).unwrap(), note(1, "first").1);
    }

    #[test]
    fn json_in_another_order_is_kept_as_it_is() {
        let mut store = LogStore::default();
        let json = r#"{"kind":"note","text":"a","time_us":5,"seq":1}"#;
        store.push(&serde_json::from_str(json).unwrap(), json);
        assert_eq!(store.json(0).unwrap(), json);
        assert_eq!(store.event(0).unwrap().time_us, 5);
    }

    #[test]
    fn a_line_needs_no_more_than_24_bytes_beside_its_text() {
        assert_eq!(size_of::<Packed>(), 24);
    }

    #[test]
    fn a_gap_in_the_numbers_is_no_gap_in_the_rows() {
        let mut store = LogStore::default();
        for seq in [1, 2, 9_000_000_000, 9_000_000_001] {
            push(&mut store, seq, "x");
        }
        let seqs: Vec<u64> = (0..store.len()).map(|row| store.meta(row).unwrap().seq).collect();
        assert_eq!(seqs, [1, 2, 9_000_000_000, 9_000_000_001]);
        assert_eq!(store.index_of(9_000_000_001), Some(3));
        assert_eq!(store.index_of(5), None);
        assert_eq!([1, 3, 9_000_000_000, u64::MAX].map(|seq| store.index_from(seq)), [0, 2, 2, 4]);
    }

    #[test]
    fn a_line_that_comes_twice_is_kept_once() {
        let mut store = LogStore::default();
        assert_eq!(push(&mut store, 1, "a"), Pushed::Added);
        assert_eq!(push(&mut store, 1, "a"), Pushed::Duplicate);
        assert_eq!(store.len(), 1);
    }

    #[test]
    fn lines_that_never_came_are_counted() {
        let mut store = LogStore::default();
        push(&mut store, 5, "a");
        push(&mut store, 8, "b");
        assert_eq!(store.missing(), 6);
    }

    #[test]
    fn the_oldest_lines_go_when_there_are_too_many() {
        let mut store = LogStore::default();
        let total = ROWS_MAX as u64 + 5000;
        for seq in 1..=total {
            push(&mut store, seq, "x");
        }
        assert!(store.len() <= ROWS_MAX);
        assert_eq!(store.forgotten() + store.len(), total as usize);
        assert_eq!(store.meta(0).unwrap().seq, store.forgotten() as u64 + 1);
        assert_eq!(store.meta(store.len() - 1).unwrap().seq, total);
        assert_eq!(store.index_of(total), Some(store.len() - 1));
        assert_eq!(store.index_of(1), None);
    }

    #[test]
    fn bytes_are_bounded_too() {
        let mut store = LogStore::default();
        let large = "y".repeat(64 * 1024);
        for seq in 1..=2300 {
            push(&mut store, seq, &large);
        }
        assert!(store.len() * large.len() < BYTES_MAX + CHUNK_BYTES);
        assert_eq!(store.meta(store.len() - 1).unwrap().seq, 2300);
    }
}
