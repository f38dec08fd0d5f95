//! How much one session may use. Each bound says what it costs at most.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::log::LogLimits;
use crate::quotas::SessionConfig;

/// Bounds of one session.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Open sockets: a descriptor each, and a second one for those that were connected anew.
    pub(crate) sockets: u32,
    /// Longest message to the server. One is in memory per connection.
    pub(crate) message_bytes: usize,
    /// The log's ring.
    pub(crate) log: LogLimits,
    /// Calls that wait at once: a task each, some 2 KiB. As many binary frames may wait beside them.
    pub(crate) waiting_calls: usize,
    /// Bytes that waiting calls hold: payloads of `send`, and what `recv` may bring. As many again those of frames.
    pub(crate) waiting_bytes: usize,
    /// Connections attached at once that may do everything.
    pub(crate) connections: usize,
    /// Connections attached at once that only look, as a class does; a number of its own, so that they never keep
    /// out the session's owner. A cursor and two tasks each, some 20 KiB.
    pub(crate) readers: usize,
    /// Shares: less than 1 KiB each.
    pub(crate) shares: usize,
    /// How long a session without a connection lives on.
    pub(crate) grace: Duration,
    /// How long it lives at most.
    pub(crate) lifetime: Option<Duration>,
    /// How long it lives without a call or a frame.
    pub(crate) idle: Option<Duration>,
    /// Told to clients; [`Payers`](crate::quotas::Payers) count them.
    pub(crate) calls_per_second: Option<u64>,
    pub(crate) bytes_per_second: Option<u64>,
}

impl Limits {
    /// What the operator configured, and how long a session without a connection lives on.
    pub(crate) fn new(config: &SessionConfig, grace: Duration) -> Limits {
        let count = |count: NonZeroU32| usize::try_from(count.get()).unwrap_or(usize::MAX);
        Limits {
            sockets: config.sockets.get(),
            waiting_calls: count(config.waiting_calls),
            connections: count(config.connections),
            readers: count(config.readers),
            shares: count(config.shares),
            grace,
            lifetime: config.lifetime(),
            idle: config.idle(),
            calls_per_second: config.calls_per_second(),
            bytes_per_second: config.bytes_per_second(),
            message_bytes: MESSAGE_BYTES,
            log: LOG,
            waiting_bytes: config.waiting_bytes.get(),
        }
    }
}

const MESSAGE_BYTES: usize = 1 << 20;
const LOG: LogLimits = LogLimits { events: 100_000, bytes: 16 << 20 };
