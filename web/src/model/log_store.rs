//! The log as the page holds it: numbered lines in chunks, bounded in rows and in bytes.
//!
//! Of a line the few fields that filters and rows need at once stand in 24 bytes; the rest is kept as the JSON that
//! it came as, without the beginning that says the same fields again. Chunks are filled and dropped whole, so that
//! neither appending nor forgetting moves old lines. Lines that are fetched later stand in chunks of their own in front.

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
/// The number of the first row that comes: rows that are fetched later are counted downwards from it. Three thousand million
/// rows may follow it, and a thousand million stand before it, in the 32 bits that the page has.
const FIRST_ROW: usize = 1 << 30;
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
    /// The number of its first row.
    first_row: usize,
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

    fn add(&mut self, event: &Event, json: &str) {
        let kind = event.kind.index();
        let socket = event.socket.unwrap_or(0);
        let beginning = beginning(event.seq, event.time_us, socket, kind);
        let rest = json.strip_prefix(&beginning);
        self.text.push_str(rest.unwrap_or(json));
        self.rows.push(Packed {
            time_us: event.time_us,
            seq: (event.seq - self.first_seq) as u32,
            end: self.text.len() as u32,
            socket,
            kind: kind as u8,
            failed: is_failure(event),
            whole: rest.is_none(),
        });
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
pub struct LogStore {
    chunks: VecDeque<Chunk>,
    /// The number of the oldest row kept. A row keeps its number whatever comes or goes: row number `n` is the row at
    /// `n - first_row` of those kept.
    first_row: usize,
    rows: usize,
    bytes: usize,
    last_seq: u64,
    missing: u64,
    /// The oldest line that the server said it has; nothing where there is no server to ask.
    server_oldest: Option<u64>,
    /// Lines before the oldest kept that the server may still give.
    older: u64,
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

impl Default for LogStore {
    fn default() -> LogStore {
        LogStore {
            chunks: VecDeque::new(),
            first_row: FIRST_ROW,
            rows: 0,
            bytes: 0,
            last_seq: 0,
            missing: 0,
            server_oldest: None,
            older: 0,
            first_time: None,
            peers: BTreeMap::new(),
            charts: Charts::default(),
        }
    }
}

impl LogStore {
    /// Appends a line; `json` is the event as it came.
    pub fn push(&mut self, event: &Event, json: &str) -> Pushed {
        if event.seq <= self.last_seq {
            return Pushed::Duplicate;
        }
        let skipped = event.seq - self.last_seq - 1;
        if self.rows == 0 && self.last_seq == 0 {
            self.older = self.server_oldest.map_or(0, |oldest| event.seq.saturating_sub(oldest.max(1)));
            self.missing = skipped - self.older;
        } else {
            self.missing += skipped;
        }
        self.last_seq = event.seq;
        self.first_time.get_or_insert(event.time_us);
        self.learn_peer(event, true);
        self.charts.apply(event);
        if !self.chunks.back().is_some_and(|chunk| chunk.has_room_for(event.seq)) {
            if let Some(full) = self.chunks.back_mut() {
                full.text.shrink_to_fit();
            }
            self.chunks.push_back(Chunk {
                first_row: self.end_row(),
                first_seq: event.seq,
                rows: Vec::with_capacity(CHUNK_ROWS),
                text: String::with_capacity(CHUNK_ROWS * 80),
            });
        }
        if let Some(chunk) = self.chunks.back_mut() {
            let before = chunk.text.len();
            chunk.add(event, json);
            self.rows += 1;
            self.bytes += chunk.text.len() - before;
        }
        self.forget();
        Pushed::Added
    }

    /// What the server said of its oldest line, before the first line came.
    pub fn expect_from(&mut self, oldest: u64) {
        self.server_oldest = Some(oldest);
    }

    /// The number of the oldest line kept, where the server may have older ones and there is room for them.
    pub fn wants_before(&self) -> Option<u64> {
        let has_room = self.rows + CHUNK_ROWS <= ROWS_MAX && self.bytes + CHUNK_BYTES <= BYTES_MAX;
        self.chunks.front().filter(|_| self.older > 0 && has_room).map(|chunk| chunk.first_seq)
    }

    /// How many lines before the oldest kept the server may still give.
    pub fn older(&self) -> u64 {
        self.older
    }

    /// Puts lines before the oldest one: what the server answered, oldest first, of which its own oldest is
    /// `server_oldest`. Lines that do not stand before the kept ones are not taken; how many were is returned.
    pub fn prepend(&mut self, lines: &[(Event, &str)], server_oldest: u64) -> usize {
        let Some(first_seq) = self.chunks.front().map(|chunk| chunk.first_seq) else { return 0 };
        let fits = lines.last().is_some_and(|(event, _)| event.seq < first_seq)
            && lines.windows(2).all(|pair| pair[0].0.seq < pair[1].0.seq);
        let taken = if fits { lines } else { &[] };
        let mut begins = first_seq;
        if let Some((oldest, _)) = taken.first() {
            let text = taken.iter().map(|(_, json)| json.len()).sum();
            let mut chunk = Chunk {
                first_row: self.first_row - taken.len(),
                first_seq: oldest.seq,
                rows: Vec::with_capacity(taken.len()),
                text: String::with_capacity(text),
            };
            for (event, json) in taken {
                chunk.add(event, json);
                self.charts.apply(event);
                self.learn_peer(event, false);
            }
            chunk.text.shrink_to_fit();
            self.first_row = chunk.first_row;
            self.rows += taken.len();
            self.bytes += chunk.text.len();
            self.first_time = Some(oldest.time_us);
            begins = oldest.seq;
            self.chunks.push_front(chunk);
        }
        // Where nothing came that fits, asking again would give the same.
        let there = if taken.is_empty() { 0 } else { begins.saturating_sub(server_oldest.max(1)) };
        let passed = first_seq - begins;
        let left = self.older.saturating_sub(passed);
        self.older = left.min(there);
        self.missing += left - self.older + passed - taken.len() as u64;
        taken.len()
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

    /// How many rows were dropped from the front, of a log of which none were fetched later.
    pub fn forgotten(&self) -> usize {
        self.first_row.saturating_sub(FIRST_ROW)
    }

    /// The number of the oldest row kept.
    pub fn first_row(&self) -> usize {
        self.first_row
    }

    /// The number of the row that comes next.
    pub fn end_row(&self) -> usize {
        self.first_row + self.rows
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
        Some(chunk.first_row - self.first_row + row)
    }

    /// The first row whose number is `seq` or more; [`LogStore::len`] where there is none.
    pub fn index_from(&self, seq: u64) -> usize {
        let chunk_at = self.chunks.partition_point(|chunk| chunk.first_seq <= seq);
        let Some(chunk) = chunk_at.checked_sub(1).and_then(|at| self.chunks.get(at)) else { return 0 };
        let wanted = seq - chunk.first_seq;
        let row = chunk.rows.partition_point(|row| u64::from(row.seq) < wanted);
        chunk.first_row - self.first_row + row
    }

    /// The first row after the event numbered `seq`.
    pub fn index_after(&self, seq: u64) -> usize {
        self.index_from(seq.saturating_add(1))
    }

    /// Forgets everything, for a new session.
    pub fn clear(&mut self) {
        *self = LogStore::default();
    }

    /// Remembers a connection's other end; an older line says nothing of what newer ones have told.
    fn learn_peer(&mut self, event: &Event, is_newest: bool) {
        let (socket, peer) = match (&event.kind, event.socket) {
            (EventKind::Connected { peer, .. }, Some(socket)) => (socket, peer),
            (EventKind::Accepted { connection, peer, .. }, _) => (*connection, peer),
            _ => return,
        };
        if !is_newest && self.peers.contains_key(&socket) {
            return;
        }
        self.peers.insert(socket, peer.clone());
        if self.peers.len() > PEERS_MAX {
            self.peers.pop_first();
        }
    }

    fn locate(&self, index: usize) -> Option<(&Chunk, usize)> {
        let number = index + self.first_row;
        let chunk_at = self.chunks.partition_point(|chunk| chunk.first_row <= number).checked_sub(1)?;
        let chunk = self.chunks.get(chunk_at)?;
        let row = number - chunk.first_row;
        (row < chunk.rows.len()).then_some((chunk, row))
    }

    fn forget(&mut self) {
        while self.chunks.len() > 1 && (self.rows > ROWS_MAX || self.bytes > BYTES_MAX) {
            if let Some(chunk) = self.chunks.pop_front() {
                self.rows -= chunk.rows.len();
                self.bytes -= chunk.text.len();
                self.first_row += chunk.rows.len();
                // They would be forgotten again as soon as they came.
                self.missing += std::mem::take(&mut self.older);
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
mod tests;
