//! What happened per second and what the kernel said, socket by socket, as numbers over time.
//!
//! Every event and every fact is counted into four rows of bins when it comes, one for each span that can be shown: that
//! costs some additions, and nothing else is done until a chart is drawn. A session that goes on for days needs no more
//! memory than one of ten minutes: the three short rows forget, and in the last one bins become twice as wide instead.

pub mod axis;
pub mod picture;

use std::collections::{BTreeMap, VecDeque};

use sockyard_protocol::{Event, EventKind, Family, SocketId, SocketInfo, SocketType};

use axis::Unit;

/// Most sockets with curves, the newest: a closed one goes first. All of them, busy for hours, need some 2 MB.
pub const TRACKS_MAX: usize = 48;
/// Most bins that one curve is drawn from.
pub const BINS_MAX: u64 = 120;
/// The narrowest bin of the whole session, in microseconds; it doubles whenever there would be more than [`BINS_MAX`].
const NARROWEST: u64 = 100_000;
/// Beyond this no time is believed, in microseconds since the Unix epoch: a saved log may hold any number.
const FAR: u64 = u64::MAX / 4;
/// What the kernel did not say. As a number of bytes it is more than any queue or window holds.
const NONE: u32 = u32::MAX;
/// How many numbers are sums over a bin.
const SUMS: usize = 3;
/// How many are values that last until the kernel says another.
const LEVELS: usize = 6;

/// A number that is drawn over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its name in test ids.
    pub name: &'static str,
    /// What it counts.
    pub unit: Unit,
}

/// All of them: first the sums, then the kernel's facts.
pub const METRICS: [Metric; SUMS + LEVELS] = [
    Metric { name: "sent", unit: Unit::BytesRate },
    Metric { name: "received", unit: Unit::BytesRate },
    Metric { name: "events", unit: Unit::Rate },
    Metric { name: "receive-queue", unit: Unit::Bytes },
    Metric { name: "send-queue", unit: Unit::Bytes },
    Metric { name: "rtt", unit: Unit::Micros },
    Metric { name: "congestion-window", unit: Unit::Bytes },
    Metric { name: "receive-window", unit: Unit::Bytes },
    Metric { name: "retransmits", unit: Unit::Count },
];

/// How much time is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Span {
    /// The last 30 seconds.
    #[default]
    HalfMinute,
    /// The last 2 minutes.
    TwoMinutes,
    /// The last 10 minutes.
    TenMinutes,
    /// The whole session.
    All,
}

impl Span {
    /// All of them, in the order of their menu.
    pub const ALL: [Span; 4] = [Span::HalfMinute, Span::TwoMinutes, Span::TenMinutes, Span::All];

    /// Its name in the menu's values and in the browser's storage.
    pub fn name(self) -> &'static str {
        ["30", "120", "600", "all"][self as usize]
    }

    /// The span of a name; the first one for a name that there is not.
    pub fn from_name(name: &str) -> Span {
        Span::ALL.into_iter().find(|span| span.name() == name).unwrap_or_default()
    }

    /// The width of its bins in microseconds, and how many there are; none for the whole session.
    fn bins(self) -> Option<(u64, u64)> {
        match self {
            Span::HalfMinute => Some((500_000, 60)),
            Span::TwoMinutes => Some((1_000_000, 120)),
            Span::TenMinutes => Some((5_000_000, 120)),
            Span::All => None,
        }
    }
}

/// The bins that are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// The first bin, counted from the Unix epoch.
    pub from: u64,
    /// How many.
    pub bins: u64,
    /// How wide each is, in microseconds.
    pub width_us: u64,
    /// How much of the last one has passed, in microseconds.
    pub last_us: u64,
    /// Which row of bins it looks at.
    row: usize,
}

impl Window {
    /// When it begins, in microseconds since the Unix epoch.
    pub fn begin_us(&self) -> u64 {
        self.from * self.width_us
    }

    /// How long it is, in microseconds.
    pub fn length_us(&self) -> u64 {
        self.bins * self.width_us
    }
}

#[derive(Clone)]
struct Bin {
    at: u64,
    sums: [f64; SUMS],
    /// The largest that was said in this bin, or held when it began.
    peak: [u32; LEVELS],
    /// What held at its end.
    last: [u32; LEVELS],
}

/// A row of bins; one in which nothing happened is not there.
#[derive(Clone)]
struct Row {
    bins: VecDeque<Bin>,
    /// What held before the first of them.
    before: [u32; LEVELS],
}

impl Row {
    /// The bin numbered `at`, made where it is missing; none where it is too old. History may come after the facts of
    /// today, so a bin is not always the newest.
    fn bin(&mut self, at: u64, keep: u64) -> Option<&mut Bin> {
        let newest = self.bins.back().map_or(at, |bin| bin.at.max(at));
        if at.saturating_add(keep) <= newest {
            return None;
        }
        while self.bins.front().is_some_and(|bin| bin.at.saturating_add(keep) <= newest) {
            self.before = self.bins.pop_front()?.last;
        }
        let index = self.bins.partition_point(|bin| bin.at < at);
        if self.bins.get(index).is_none_or(|bin| bin.at != at) {
            let held = index.checked_sub(1).map_or(self.before, |before| self.bins[before].last);
            self.bins.insert(index, Bin { at, sums: [0.0; SUMS], peak: held, last: held });
        }
        self.bins.get_mut(index)
    }

    /// Makes the bins twice as wide.
    fn halve(&mut self) {
        let mut halved: VecDeque<Bin> = VecDeque::new();
        for mut bin in self.bins.drain(..) {
            bin.at /= 2;
            match halved.back_mut().filter(|last| last.at == bin.at) {
                Some(last) => {
                    (0..SUMS).for_each(|sum| last.sums[sum] += bin.sums[sum]);
                    (0..LEVELS)
                        .for_each(|level| last.peak[level] = larger(last.peak[level], bin.peak[level]));
                    last.last = bin.last;
                }
                None => halved.push_back(bin),
            }
        }
        self.bins = halved;
    }
}

fn larger(one: u32, other: u32) -> u32 {
    // What was not said is no number.
    if one == NONE || other == NONE { one.min(other) } else { one.max(other) }
}

/// What is known of one socket.
#[derive(Clone)]
pub struct Track {
    /// Its family and type, if they were seen.
    pub kind: Option<(Family, SocketType)>,
    /// When it was closed, in microseconds since the Unix epoch.
    pub closed_us: Option<u64>,
    /// Whether it is a listener: bytes and queues are its connections' then.
    pub listens: bool,
    born_us: u64,
    rows: [Row; 4],
}

/// The numbers of a session.
#[derive(Clone, Default)]
pub struct Charts {
    tracks: BTreeMap<SocketId, Track>,
    /// How often the bins of the whole session have doubled.
    doubled: u32,
    first_us: Option<u64>,
    last_us: u64,
    has_facts: bool,
}

impl Charts {
    /// The sockets, by rising number.
    pub fn tracks(&self) -> &BTreeMap<SocketId, Track> {
        &self.tracks
    }

    /// When the newest event or fact was, in microseconds since the Unix epoch; 0 where there is none.
    pub fn last_us(&self) -> u64 {
        self.last_us
    }

    /// Whether the kernel was ever heard: of a saved log it never is.
    pub fn has_facts(&self) -> bool {
        self.has_facts
    }

    /// Counts one event.
    pub fn apply(&mut self, event: &Event) {
        let time_us = event.time_us.min(FAR);
        self.advance(time_us);
        let Some(socket) = event.socket else { return };
        let (mut sent, mut received, mut events) = (0, 0, 1);
        let mut kind = self.tracks.get(&socket).and_then(|track| track.kind);
        match &event.kind {
            EventKind::Created { family, r#type, .. } => kind = Some((*family, *r#type)),
            EventKind::Accepted { connection, .. } => {
                self.track(*connection, kind, time_us);
            }
            EventKind::Sent { bytes, count, .. } => (sent, events) = (*bytes, count.unwrap_or(1)),
            EventKind::Received { bytes, count, flags, .. } => {
                events = count.unwrap_or(1);
                // A peek leaves the bytes in the queue.
                received = if flags.iter().any(|flag| flag == "peek") { 0 } else { *bytes };
            }
            EventKind::Closed { .. } if !self.tracks.contains_key(&socket) => return,
            _ => {}
        }
        let Some(track) = self.track(socket, kind, time_us) else { return };
        match &event.kind {
            EventKind::Closed { .. } => track.closed_us = Some(time_us),
            EventKind::Listening { .. } => track.listens = true,
            _ => {}
        }
        let sums = [sent as f64, received as f64, events as f64];
        self.add(socket, time_us, |bin| (0..SUMS).for_each(|sum| bin.sums[sum] += sums[sum]));
    }

    /// Notes what the kernel said of a socket.
    pub fn note(&mut self, time_us: u64, info: &SocketInfo) {
        let time_us = time_us.min(FAR);
        self.advance(time_us);
        self.has_facts = true;
        let Some(track) = self.track(info.socket, Some((info.family, info.r#type)), time_us) else { return };
        if track.closed_us.is_some() {
            return;
        }
        track.listens |= info.backlog.is_some();
        let levels = levels(info);
        self.add(info.socket, time_us, |bin| {
            (0..LEVELS).for_each(|level| bin.peak[level] = larger(bin.peak[level], levels[level]));
            bin.last = levels;
        });
    }

    /// Time has come so far: bins of the whole session grow where they would become too many.
    pub fn advance(&mut self, time_us: u64) {
        let first = self.first_us.map_or(time_us, |first| first.min(time_us));
        self.first_us = Some(first);
        self.last_us = self.last_us.max(time_us);
        let last = self.last_us;
        while last / self.whole_width() - first / self.whole_width() >= BINS_MAX {
            self.doubled += 1;
            self.tracks.values_mut().for_each(|track| track.rows[Span::All as usize].halve());
        }
    }

    /// What is shown at a time. Of what goes on only bins that have passed are shown, or that have passed in good part: one
    /// that has just begun would look like a fall. What `is_over` is shown to its end.
    pub fn window(&self, span: Span, now_us: u64, is_over: bool) -> Window {
        let (width_us, bins) = span.bins().unwrap_or((self.whole_width(), 0));
        let passed = now_us % width_us;
        let shows_last = is_over || (passed >= 1_000_000 && passed * 4 >= width_us);
        let end = now_us / width_us + u64::from(shows_last);
        let first = self.first_us.unwrap_or(now_us) / width_us;
        let bins = if bins == 0 { (end.saturating_sub(first)).clamp(1, BINS_MAX + 1) } else { bins };
        let last_us = if shows_last && !is_over { passed } else { width_us };
        Window { from: end.saturating_sub(bins), bins, width_us, last_us, row: span as usize }
    }

    /// The values of one number of a socket, bin by bin; `NAN` where there is none.
    pub fn values(&self, track: &Track, metric: usize, window: Window) -> Vec<f64> {
        let row = &track.rows[window.row];
        let (born, closed) =
            (track.born_us / window.width_us, track.closed_us.map(|time| time / window.width_us));
        let mut next = row.bins.partition_point(|bin| bin.at < window.from);
        let mut held = next.checked_sub(1).map_or(row.before, |before| row.bins[before].last);
        (window.from..window.from + window.bins)
            .map(|at| {
                let bin = row.bins.get(next).filter(|bin| bin.at == at);
                next += usize::from(bin.is_some());
                let is_alive = at >= born && closed.is_none_or(|closed| at <= closed);
                let value = match metric.checked_sub(SUMS) {
                    None => {
                        let is_last = at + 1 == window.from + window.bins;
                        let time = if is_last { window.last_us } else { window.width_us };
                        bin.map_or(0.0, |bin| bin.sums[metric]) * 1e6 / time as f64
                    }
                    Some(level) => match bin.map_or(held[level], |bin| bin.peak[level]) {
                        NONE => f64::NAN,
                        value => f64::from(value),
                    },
                };
                if let Some(bin) = bin {
                    held = bin.last;
                }
                if is_alive { value } else { f64::NAN }
            })
            .collect()
    }

    fn whole_width(&self) -> u64 {
        NARROWEST << self.doubled.min(40)
    }

    /// The track of a socket; none where newer ones have taken all places.
    fn track(
        &mut self,
        socket: SocketId,
        kind: Option<(Family, SocketType)>,
        time_us: u64,
    ) -> Option<&mut Track> {
        if !self.tracks.contains_key(&socket) && self.tracks.len() >= TRACKS_MAX {
            let closed = self.tracks.iter().find(|(_, track)| track.closed_us.is_some());
            let oldest = *closed.or_else(|| self.tracks.first_key_value())?.0;
            if socket < oldest {
                return None;
            }
            self.tracks.remove(&oldest);
        }
        let row = || Row { bins: VecDeque::new(), before: [NONE; LEVELS] };
        let track = self.tracks.entry(socket).or_insert_with(|| Track {
            kind,
            closed_us: None,
            listens: false,
            born_us: time_us,
            rows: [row(), row(), row(), row()],
        });
        track.kind = track.kind.or(kind);
        track.born_us = track.born_us.min(time_us);
        Some(track)
    }

    fn add(&mut self, socket: SocketId, time_us: u64, act: impl Fn(&mut Bin)) {
        let whole = self.whole_width();
        let Some(track) = self.tracks.get_mut(&socket) else { return };
        for (span, row) in Span::ALL.into_iter().zip(&mut track.rows) {
            // Two more than are drawn: the one that is being filled, and one for a clock that is a little behind.
            let (width, keep) = span.bins().map_or((whole, u64::MAX), |(width, bins)| (width, bins + 2));
            if let Some(bin) = row.bin(time_us / width, keep) {
                act(bin);
            }
        }
    }
}

/// What is drawn of the kernel's facts, in the order of [`METRICS`].
fn levels(info: &SocketInfo) -> [u32; LEVELS] {
    // Of a listener the queues count connections, and a socket without a connection has neither queues nor times.
    if info.backlog.is_some() || info.state.as_deref() == Some("CLOSE") {
        return [NONE; LEVELS];
    }
    let small = |value: u64| value.min(u64::from(NONE - 1)) as u32;
    let queue = |bytes: Option<u64>| bytes.map_or(NONE, small);
    let queues = [queue(info.receive_queue), queue(info.send_queue)];
    let tcp = match info.tcp {
        // No round trip was measured yet.
        Some(tcp) => [
            if tcp.rtt_us == 0 { NONE } else { tcp.rtt_us },
            small(u64::from(tcp.congestion_window) * u64::from(tcp.mss)),
            tcp.receive_window.min(NONE - 1),
            tcp.retransmits.min(NONE - 1),
        ],
        None => [NONE; 4],
    };
    [queues[0], queues[1], tcp[0], tcp[1], tcp[2], tcp[3]]
}

#[cfg(test)]
mod tests;
