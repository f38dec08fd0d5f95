//! The log as the page holds it: numbered lines in chunks, bounded in rows and in bytes.
//!
//! A line is kept as the JSON that it came as, next to the few fields that filters and rows need at once.
//! Chunks are filled and dropped whole, so that neither appending nor forgetting moves old lines.

use std::collections::VecDeque;

use sockyard_protocol::{Event, SocketId};

/// Most rows kept; the oldest go first. With [`BYTES_MAX`] the store stays below 80 MB.
pub const ROWS_MAX: usize = 200_000;
/// Most bytes of JSON kept.
pub const BYTES_MAX: usize = 64 * 1024 * 1024;
/// Rows in a chunk: small enough that forgetting one is not seen as a jump.
const CHUNK_ROWS: usize = 2048;
/// Bytes of JSON after which a chunk counts as full, whatever its rows.
const CHUNK_BYTES: usize = 2 * 1024 * 1024;

/// The fields of a line that are needed without reading its JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowMeta {
    /// The event's number.
    pub seq: u64,
    /// Its socket; 0 for none.
    pub socket: SocketId,
    /// Whether it tells of a failure.
    pub failed: bool,
    start: u32,
    end: u32,
}

#[derive(Default)]
struct Chunk {
    rows: Vec<RowMeta>,
    text: String,
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
        let full = self
            .chunks
            .back()
            .is_none_or(|chunk| chunk.rows.len() >= CHUNK_ROWS || chunk.text.len() >= CHUNK_BYTES);
        if full {
            self.chunks.push_back(Chunk {
                rows: Vec::with_capacity(CHUNK_ROWS),
                text: String::with_capacity(CHUNK_ROWS * 160),
            });
        }
        if let Some(chunk) = self.chunks.back_mut() {
            let start = chunk.text.len() as u32;
            chunk.text.push_str(json);
            chunk.rows.push(RowMeta {
                seq: event.seq,
                socket: event.socket.unwrap_or(0),
                failed: is_failure(event),
                start,
                end: chunk.text.len() as u32,
            });
            self.rows += 1;
            self.bytes += json.len();
        }
        self.forget();
        Pushed::Added
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

    /// The fields of row `index`, counted from the oldest kept.
    pub fn meta(&self, index: usize) -> Option<RowMeta> {
        let (chunk, row) = self.locate(index)?;
        chunk.rows.get(row).copied()
    }

    /// The JSON of row `index`.
    pub fn json(&self, index: usize) -> Option<&str> {
        let (chunk, row) = self.locate(index)?;
        let meta = chunk.rows.get(row)?;
        chunk.text.get(meta.start as usize..meta.end as usize)
    }

    /// The event of row `index`.
    pub fn event(&self, index: usize) -> Option<Event> {
        serde_json::from_str(self.json(index)?).ok()
    }

    /// The row of the event numbered `seq`.
    pub fn index_of(&self, seq: u64) -> Option<usize> {
        let mut before = 0;
        for chunk in &self.chunks {
            if chunk.rows.last().is_some_and(|row| row.seq >= seq) {
                return chunk.rows.binary_search_by_key(&seq, |row| row.seq).ok().map(|row| before + row);
            }
            before += chunk.rows.len();
        }
        None
    }

    /// The first row after the event numbered `seq`.
    pub fn index_after(&self, seq: u64) -> usize {
        let mut before = 0;
        for chunk in &self.chunks {
            if chunk.rows.last().is_some_and(|row| row.seq > seq) {
                return before + chunk.rows.partition_point(|row| row.seq <= seq);
            }
            before += chunk.rows.len();
        }
        self.rows
    }

    /// Forgets everything, for a new session.
    pub fn clear(&mut self) {
        *self = LogStore::default();
    }

    fn locate(&self, index: usize) -> Option<(&Chunk, usize)> {
        // A chunk is short only where its bytes ran out first, so the guess is nearly always right.
        let (guess, row) = (index / CHUNK_ROWS, index % CHUNK_ROWS);
        let all_full = self.chunks.iter().take(guess).all(|chunk| chunk.rows.len() == CHUNK_ROWS);
        if let Some(chunk) = self.chunks.get(guess).filter(|chunk| all_full && row < chunk.rows.len()) {
            return Some((chunk, row));
        }
        let mut rest = index;
        for chunk in &self.chunks {
            if rest < chunk.rows.len() {
                return Some((chunk, rest));
            }
            rest -= chunk.rows.len();
        }
        None
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

/// Whether a line belongs to the filter "errors only".
pub fn is_failure(event: &Event) -> bool {
    use sockyard_protocol::EventKind;
    matches!(event.kind, EventKind::Failed { .. } | EventKind::Reset {} | EventKind::Dropped { .. })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sockyard_protocol::EventKind;

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
        for seq in 1..=1300 {
            push(&mut store, seq, &large);
        }
        assert!(store.len() * large.len() < BYTES_MAX + CHUNK_BYTES);
        assert_eq!(store.meta(store.len() - 1).unwrap().seq, 1300);
    }
}
