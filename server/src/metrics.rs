//! What happens in the server, counted where it happens and summed up when the operator asks.
//!
//! Counters belong to the process, so that a call deep down needs no handle to count. Each thread counts in a shard of
//! its own: an increment is one uncontended atomic add, and sessions share no cache line. What is there now and not what
//! has happened (sessions, waiting calls, …) is asked of the registry instead, at the same moment.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sockyard_protocol::event::ClosedBy;
use sockyard_protocol::{Call, EventKind, Family, Fault, FaultKind, SocketType};

/// Upper bounds of the latency histogram's buckets, in microseconds: from a call that the kernel answers at once to one
/// that waits for a person.
pub(crate) const LATENCY_BOUNDS_US: [u64; 14] = [
    50, 100, 250, 1_000, 2_500, 10_000, 25_000, 100_000, 250_000, 1_000_000, 2_500_000, 10_000_000,
    30_000_000, 60_000_000,
];

/// How calls end: `ok`, and the kinds of section 8 of the protocol in their order.
pub(crate) const OUTCOMES: [&str; 12] = [
    "ok",
    "os",
    "denied",
    "no_such_socket",
    "timeout",
    "cancelled",
    "quota",
    "no_such_session",
    "unauthorized",
    "payload",
    "no_such_share",
    "protocol",
];

/// Why a session ended.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ending {
    /// `session.close`.
    Closed,
    /// Nobody came back within the grace time.
    Abandoned,
    /// The server went down.
    Shutdown,
    /// The token with which it was opened was revoked, or has expired.
    Revoked,
    /// It was as old as a session may get.
    Lifetime,
    /// No call was made for too long.
    Idle,
}

impl Ending {
    /// Every reason's name, in the order of the reasons.
    pub(crate) const NAMES: [&str; 6] = ["closed", "abandoned", "shutdown", "revoked", "lifetime", "idle"];

    pub(crate) fn name(self) -> &'static str {
        Ending::NAMES[self as usize]
    }

    /// What the events of the session's sockets tell of it.
    pub(crate) fn closed_by(self) -> ClosedBy {
        match self {
            Ending::Closed | Ending::Abandoned => ClosedBy::Session,
            Ending::Shutdown | Ending::Revoked | Ending::Lifetime | Ending::Idle => ClosedBy::Server,
        }
    }
}

/// Families and types of sockets, in the order of [`socket_index`].
pub(crate) const SOCKETS: [(&str, &str); 6] = [
    ("inet", "stream"),
    ("inet", "dgram"),
    ("inet6", "stream"),
    ("inet6", "dgram"),
    ("unix", "stream"),
    ("unix", "dgram"),
];

/// Classes of HTTP's status codes.
pub(crate) const STATUS_CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// Things that are opened and closed: the sockets by kind, then the two kinds of connections.
const OPENABLE: usize = SOCKETS.len() + 2;
const HTTP: usize = SOCKETS.len();
const WEBSOCKET: usize = HTTP + 1;

/// More threads than this share shards, which costs them time and loses nothing.
const SHARDS: usize = 16;

/// One thread's counters. Aligned so that no two shards share a cache line, nor a pair of them that is fetched together.
#[repr(align(128))]
#[derive(Debug)]
pub(crate) struct Shard {
    pub(crate) bytes_sent: AtomicU64,
    pub(crate) bytes_received: AtomicU64,
    pub(crate) dropped: AtomicU64,
    pub(crate) events: [AtomicU64; EventKind::NAMES.len()],
    pub(crate) sessions_opened: AtomicU64,
    pub(crate) wrong_tokens: AtomicU64,
    pub(crate) sessions_ended: [AtomicU64; Ending::NAMES.len()],
    pub(crate) responses: [AtomicU64; STATUS_CLASSES.len()],
    pub(crate) calls: [Calls; Call::METHODS.len()],
    opened: [AtomicU64; OPENABLE],
    closed: [AtomicU64; OPENABLE],
    /// What was refused, by the policy's rule or by the quota: their names are few and the server's own.
    refused: Mutex<Refused>,
}

/// Refusals by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Refused {
    pub(crate) by_rule: BTreeMap<String, u64>,
    pub(crate) by_quota: BTreeMap<String, u64>,
}

/// The calls of one method.
#[derive(Debug)]
pub(crate) struct Calls {
    pub(crate) outcomes: [AtomicU64; OUTCOMES.len()],
    /// Each counts the calls up to its bound and above the one before; the last those above every bound.
    pub(crate) latencies: [AtomicU64; LATENCY_BOUNDS_US.len() + 1],
    pub(crate) latency_sum_us: AtomicU64,
}

impl Calls {
    const fn new() -> Calls {
        Calls {
            outcomes: [const { AtomicU64::new(0) }; OUTCOMES.len()],
            latencies: [const { AtomicU64::new(0) }; LATENCY_BOUNDS_US.len() + 1],
            latency_sum_us: AtomicU64::new(0),
        }
    }
}

impl Shard {
    const fn new() -> Shard {
        Shard {
            bytes_sent: AtomicU64::new(0),
            bytes_received: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            events: [const { AtomicU64::new(0) }; EventKind::NAMES.len()],
            sessions_opened: AtomicU64::new(0),
            wrong_tokens: AtomicU64::new(0),
            sessions_ended: [const { AtomicU64::new(0) }; Ending::NAMES.len()],
            responses: [const { AtomicU64::new(0) }; STATUS_CLASSES.len()],
            calls: [const { Calls::new() }; Call::METHODS.len()],
            opened: [const { AtomicU64::new(0) }; OPENABLE],
            closed: [const { AtomicU64::new(0) }; OPENABLE],
            refused: Mutex::new(Refused { by_rule: BTreeMap::new(), by_quota: BTreeMap::new() }),
        }
    }
}

static ALL: [Shard; SHARDS] = [const { Shard::new() }; SHARDS];

/// The shard that the next thread gets.
static NEXT: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static OWN: &'static Shard = &ALL[NEXT.fetch_add(1, Ordering::Relaxed) % SHARDS];
}

fn add(counter: impl FnOnce(&'static Shard) -> &'static AtomicU64, count: u64) {
    OWN.with(|shard| counter(shard).fetch_add(count, Ordering::Relaxed));
}

/// The kernel took so many bytes.
pub(crate) fn sent(bytes: usize) {
    add(|shard| &shard.bytes_sent, bytes as u64);
}

/// The kernel handed over so many bytes.
pub(crate) fn received(bytes: usize) {
    add(|shard| &shard.bytes_received, bytes as u64);
}

/// An event of the kind at that place of [`EventKind::NAMES`] was logged.
pub(crate) fn logged(kind: usize) {
    add(|shard| &shard.events[kind], 1);
}

/// So many datagrams were lost.
pub(crate) fn dropped(count: u64) {
    add(|shard| &shard.dropped, count);
}

/// A session was opened.
pub(crate) fn session_opened() {
    add(|shard| &shard.sessions_opened, 1);
}

/// Somebody showed a token that opens nothing.
pub(crate) fn wrong_token() {
    add(|shard| &shard.wrong_tokens, 1);
}

/// A session has ended.
pub(crate) fn session_ended(why: Ending) {
    add(|shard| &shard.sessions_ended[why as usize], 1);
}

/// An HTTP request was answered with that status.
pub(crate) fn responded(status: u16) {
    let class = usize::from(status / 100).clamp(1, STATUS_CLASSES.len()) - 1;
    add(|shard| &shard.responses[class], 1);
}

/// A call has ended, its waiting included.
pub(crate) fn called(method: usize, fault: Option<&Fault>, took: Duration) {
    let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    let bucket = LATENCY_BOUNDS_US.partition_point(|bound| *bound < took);
    OWN.with(|shard| {
        let calls = &shard.calls[method];
        calls.outcomes[outcome_index(fault)].fetch_add(1, Ordering::Relaxed);
        calls.latencies[bucket].fetch_add(1, Ordering::Relaxed);
        calls.latency_sum_us.fetch_add(took, Ordering::Relaxed);
    });
}

/// How a call ended, for the log.
pub(crate) fn outcome(fault: Option<&Fault>) -> &'static str {
    OUTCOMES[outcome_index(fault)]
}

fn outcome_index(fault: Option<&Fault>) -> usize {
    match fault.map(|fault| fault.data.kind) {
        None => 0,
        Some(FaultKind::Os) => 1,
        Some(FaultKind::Denied) => 2,
        Some(FaultKind::NoSuchSocket) => 3,
        Some(FaultKind::Timeout) => 4,
        Some(FaultKind::Cancelled) => 5,
        Some(FaultKind::Quota) => 6,
        Some(FaultKind::NoSuchSession) => 7,
        Some(FaultKind::Unauthorized) => 8,
        Some(FaultKind::Payload) => 9,
        Some(FaultKind::NoSuchShare) => 10,
        Some(FaultKind::Protocol) => 11,
    }
}

/// Something failed. Only what the policy or a quota refused is counted here.
pub(crate) fn failed(fault: &Fault) {
    let (rule, quota) = (fault.data.rule.as_deref(), fault.data.quota.as_deref());
    if rule.is_none() && quota.is_none() {
        return;
    }
    let count = |names: &mut BTreeMap<String, u64>, name: &str| match names.get_mut(name) {
        Some(count) => *count += 1,
        None => _ = names.insert(name.to_owned(), 1),
    };
    OWN.with(|shard| {
        let mut refused = shard.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rule) = rule {
            count(&mut refused.by_rule, rule);
        }
        if let Some(quota) = quota {
            count(&mut refused.by_quota, quota);
        }
    });
}

/// Something that is open until this is dropped.
#[derive(Debug)]
pub(crate) struct Open(usize);

impl Open {
    /// A socket of a session.
    pub(crate) fn socket(family: Family, kind: SocketType) -> Open {
        Open::new(socket_index(family, kind))
    }

    /// A TCP connection to the server.
    pub(crate) fn http() -> Open {
        Open::new(HTTP)
    }

    /// A WebSocket connection.
    pub(crate) fn websocket() -> Open {
        Open::new(WEBSOCKET)
    }

    fn new(index: usize) -> Open {
        add(|shard| &shard.opened[index], 1);
        Open(index)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        // A thread that is ending has no shard any more, and with it the process is ending.
        OWN.try_with(|shard| shard.closed[self.0].fetch_add(1, Ordering::Relaxed)).ok();
    }
}

fn socket_index(family: Family, kind: SocketType) -> usize {
    let family = match family {
        Family::Inet => 0,
        Family::Inet6 => 2,
        Family::Unix => 4,
    };
    family
        + match kind {
            SocketType::Stream => 0,
            SocketType::Dgram => 1,
        }
}

/// The sum of a counter over all threads.
pub(crate) fn total(counter: impl Fn(&Shard) -> &AtomicU64) -> u64 {
    ALL.iter().map(|shard| counter(shard).load(Ordering::Relaxed)).sum()
}

/// How many were opened in all, and how many are open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opened {
    pub(crate) total: u64,
    pub(crate) now: u64,
}

fn opened(index: usize) -> Opened {
    // In this order, or what closes in between would make it fewer than none.
    let closed = total(|shard| &shard.closed[index]);
    let total = total(|shard| &shard.opened[index]);
    Opened { total, now: total.saturating_sub(closed) }
}

/// Sockets of the kind at that place of [`SOCKETS`].
pub(crate) fn sockets(kind: usize) -> Opened {
    opened(kind)
}

/// TCP connections to the server, WebSockets included.
pub(crate) fn http_connections() -> Opened {
    opened(HTTP)
}

/// WebSocket connections.
pub(crate) fn websocket_connections() -> Opened {
    opened(WEBSOCKET)
}

/// What was refused so far.
pub(crate) fn refused() -> Refused {
    let mut sum = Refused::default();
    for shard in &ALL {
        let Refused { by_rule, by_quota } =
            shard.refused.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for (names, sums) in [(by_rule, &mut sum.by_rule), (by_quota, &mut sum.by_quota)] {
            for (name, count) in names {
                *sums.entry(name).or_default() += count;
            }
        }
    }
    sum
}
