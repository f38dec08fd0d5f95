//! The table `[limits]` of the configuration file.

use std::num::{NonZeroU32, NonZeroU64};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How much there may be; 0 is without a limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Most(u64);

impl Most {
    pub(crate) fn get(self) -> Option<u64> {
        (self.0 > 0).then_some(self.0)
    }
}

/// What all logs and records keep together where anybody may open sessions: 32 of them that are full, or 2 000 with what they need.
const KEPT_BYTES_OPEN: u64 = 512 << 20;

/// What the process and its options have, of which some defaults are made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Process {
    /// The most sessions and connections of the server.
    pub(crate) sessions: u32,
    pub(crate) connections: u32,
    /// How many files may be open.
    pub(crate) descriptors: u64,
    /// Anybody may open sessions.
    pub(crate) is_open: bool,
}

/// All of it. What is left out has its default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct QuotaConfig {
    pub(crate) session: SessionConfig,
    pub(super) client: ClientConfig,
    pub(super) token: TokenConfig,
    pub(super) server: ServerConfig,
}

impl QuotaConfig {
    /// With what the process and its options have, where the file says nothing.
    #[must_use]
    pub(crate) fn with_defaults(mut self, process: Process) -> QuotaConfig {
        let Process { sessions, connections, descriptors, is_open } = process;
        let QuotaConfig { session: _, client, token: _, server } = &mut self;
        server.sockets.get_or_insert(Most((descriptors / 5 * 4).max(1)));
        server.sessions = NonZeroU64::new(sessions.into());
        if is_open {
            let quarter = |most: u32| Most(u64::from(most / 4).max(1));
            client.sessions.get_or_insert(quarter(sessions));
            client.connections.get_or_insert(quarter(connections));
            server.kept_bytes.get_or_insert(Most(KEPT_BYTES_OPEN));
        }
        self
    }

    /// What is in force, as comments for a configuration file.
    pub(crate) fn describe(&self) -> String {
        let QuotaConfig { session, client, token, server } = self;
        let tables = [
            ("session", serde_json::to_value(session)),
            ("client", serde_json::to_value(client)),
            ("token", serde_json::to_value(token)),
            ("server", serde_json::to_value(server)),
        ];
        let lines = tables.into_iter().flat_map(|(table, values)| {
            let values = values.unwrap_or_default();
            let keys = values.as_object().cloned().unwrap_or_default().into_iter();
            keys.map(move |(key, value)| format!("# limits.{table}.{key} = {value}\n")).collect::<Vec<_>>()
        });
        lines.collect()
    }
}

/// Bytes that a session's waiting calls may hold: at least one payload, which could never be sent otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32")]
pub(crate) struct WaitingBytes(u32);

impl TryFrom<u32> for WaitingBytes {
    type Error = String;

    fn try_from(bytes: u32) -> Result<WaitingBytes, String> {
        let least = sockyard_protocol::payload::PAYLOAD_MAX;
        match bytes as usize >= least {
            true => Ok(WaitingBytes(bytes)),
            false => Err(format!("waiting_bytes is at least {least}, the longest payload")),
        }
    }
}

impl WaitingBytes {
    pub(crate) fn get(self) -> usize {
        self.0 as usize
    }
}

/// What one session may use. The first six are needed and therefore never without a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SessionConfig {
    pub(crate) sockets: NonZeroU32,
    pub(crate) waiting_calls: NonZeroU32,
    pub(crate) connections: NonZeroU32,
    pub(crate) readers: NonZeroU32,
    pub(crate) shares: NonZeroU32,
    pub(crate) waiting_bytes: WaitingBytes,
    calls_per_second: Most,
    bytes_per_second: Most,
    lifetime_seconds: Most,
    idle_seconds: Most,
}

impl Default for SessionConfig {
    fn default() -> SessionConfig {
        let count = |count| NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
        SessionConfig {
            sockets: count(64),
            waiting_calls: count(256),
            connections: count(16),
            readers: count(64),
            shares: count(16),
            waiting_bytes: WaitingBytes(16 << 20),
            calls_per_second: Most(0),
            bytes_per_second: Most(0),
            lifetime_seconds: Most(0),
            idle_seconds: Most(0),
        }
    }
}

impl SessionConfig {
    pub(crate) fn calls_per_second(&self) -> Option<u64> {
        self.calls_per_second.get()
    }

    pub(crate) fn bytes_per_second(&self) -> Option<u64> {
        self.bytes_per_second.get()
    }

    /// How long it lives at most.
    pub(crate) fn lifetime(&self) -> Option<Duration> {
        self.lifetime_seconds.get().map(Duration::from_secs)
    }

    /// How long it lives without a call.
    pub(crate) fn idle(&self) -> Option<Duration> {
        self.idle_seconds.get().map(Duration::from_secs)
    }
}

/// What all that comes from one address may use together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ClientConfig {
    /// Left out, a quarter of the server's where anybody may open sessions, as the connections.
    #[serde(skip_serializing_if = "Option::is_none")]
    sessions: Option<Most>,
    sockets: Most,
    #[serde(skip_serializing_if = "Option::is_none")]
    connections: Option<Most>,
    waiting_calls: Most,
    calls_per_second: Most,
    bytes_per_second: Most,
    pub(super) wrong_tokens_per_minute: Most,
}

impl Default for ClientConfig {
    fn default() -> ClientConfig {
        let none = Most(0);
        ClientConfig {
            sessions: None,
            sockets: none,
            connections: None,
            waiting_calls: none,
            calls_per_second: none,
            bytes_per_second: none,
            // More than a person mistypes, and far too few to guess one.
            wrong_tokens_per_minute: Most(20),
        }
    }
}

/// What all that was opened with one token may use together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct TokenConfig {
    sessions: Most,
    sockets: Most,
    waiting_calls: Most,
    calls_per_second: Most,
    bytes_per_second: Most,
}

/// What all sessions may use together. Sessions and connections have options of their own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ServerConfig {
    /// Left out, four fifths of the descriptors that the process may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sockets: Option<Most>,
    /// What logs and records of packets keep together. Left out, there is no limit but where anybody may open sessions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) kept_bytes: Option<Most>,
    waiting_calls: Most,
    calls_per_second: Most,
    bytes_per_second: Most,
    /// From the command line.
    #[serde(skip)]
    pub(super) sessions: Option<NonZeroU64>,
}

/// The same for every kind of holder.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Held {
    pub(super) sessions: Most,
    pub(super) sockets: Most,
    pub(super) connections: Most,
    pub(super) waiting_calls: Most,
    pub(super) calls_per_second: Most,
    pub(super) bytes_per_second: Most,
}

impl SessionConfig {
    /// Its places are counted by the session itself.
    pub(super) fn held(&self) -> Held {
        let SessionConfig { calls_per_second, bytes_per_second, .. } = *self;
        Held { calls_per_second, bytes_per_second, ..Held::default() }
    }
}

impl ClientConfig {
    pub(super) fn held(&self) -> Held {
        let ClientConfig {
            sessions,
            sockets,
            connections,
            waiting_calls,
            calls_per_second,
            bytes_per_second,
            wrong_tokens_per_minute: _,
        } = *self;
        let (sessions, connections) = (sessions.unwrap_or_default(), connections.unwrap_or_default());
        Held { sessions, sockets, connections, waiting_calls, calls_per_second, bytes_per_second }
    }
}

impl TokenConfig {
    pub(super) fn held(&self) -> Held {
        let TokenConfig { sessions, sockets, waiting_calls, calls_per_second, bytes_per_second } = *self;
        Held { sessions, sockets, connections: Most(0), waiting_calls, calls_per_second, bytes_per_second }
    }
}

impl ServerConfig {
    pub(super) fn held(&self) -> Held {
        let ServerConfig {
            sockets,
            kept_bytes: _,
            waiting_calls,
            calls_per_second,
            bytes_per_second,
            sessions,
        } = *self;
        Held {
            sessions: Most(sessions.map_or(0, NonZeroU64::get)),
            sockets: sockets.unwrap_or_default(),
            connections: Most(0),
            waiting_calls,
            calls_per_second,
            bytes_per_second,
        }
    }
}
