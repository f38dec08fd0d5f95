//! How much one session may use. Each bound says what it costs at most.

use std::time::Duration;

use crate::log::LogLimits;

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
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            sockets: 64,
            message_bytes: 1 << 20,
            log: LogLimits { events: 100_000, bytes: 16 << 20 },
            waiting_calls: 256,
            waiting_bytes: 16 << 20,
            connections: 16,
            readers: 64,
            shares: 16,
            grace: Duration::from_secs(60),
        }
    }
}
