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
    /// Calls that wait at once: a task each, some 2 KiB.
    pub(crate) waiting_calls: usize,
    /// Bytes that waiting calls hold: payloads of `send`, and what `recv` may bring.
    pub(crate) waiting_bytes: usize,
    /// Connections attached at once.
    pub(crate) connections: usize,
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
            grace: Duration::from_secs(60),
        }
    }
}
