//! Bounds of what calls take and return, and the lists of what there is.

/// Most bytes that one `recv` returns.
pub const RECV_MAX: usize = crate::payload::PAYLOAD_MAX;
/// Most events that one `log.read` returns.
pub const LOG_READ_MAX: usize = 1000;
/// Most packets that one `packets.read` returns.
pub const PACKETS_READ_MAX: usize = 1000;
/// Longest name of a lab's host, in characters.
pub const HOST_NAME_MAX: usize = 32;

/// What a new host may be called, as a regular expression.
#[cfg(feature = "schemas")]
pub const HOST_NAME_PATTERN: &str = "^[a-z]([a-z0-9-]*[a-z0-9])?$";
/// Most packets in a second that `session.configure` lets be pushed.
pub const PACKETS_PER_SECOND_MAX: u32 = 10_000;
/// Most sockets in one `poll`.
pub const POLL_MAX: usize = 64;
/// How often the sockets' facts may be looked at for a connection, in milliseconds: at most, and at least.
pub const EVERY_MS_MIN: u32 = 250;
/// The longest time between two looks.
pub const EVERY_MS_MAX: u32 = 60_000;
/// How often `socket.watch` lets a socket be looked at, in milliseconds: at most, …
pub const WATCH_MS_MIN: u32 = 50;
/// … and at least.
pub const WATCH_MS_MAX: u32 = 10_000;
/// Most sockets of a session that are watched at once.
pub const WATCHED_MAX: usize = 16;
/// Most samples that are kept of a socket, which is a minute at most often, and most that one `socket.series` returns.
pub const SERIES_MAX: usize = 1200;
/// Most connections that one `host.connections` returns.
pub const CONNECTIONS_MAX: usize = 1000;
/// Longest text of a `log.note`, in characters, as JSON Schema counts.
pub const NOTE_MAX: usize = 4096;
/// Longest label of a share, in characters.
pub const SHARE_LABEL_MAX: usize = 256;

/// The calls that only look: all that a connection with a share's token may make.
pub const READ_METHODS: &[&str] = &[
    "socket.info",
    "socket.list",
    "socket.series",
    "session.configure",
    "session.info",
    "log.read",
    "packets.read",
    "host.list",
    "host.connections",
    "wire.show",
];

/// The socket options, by name: what a client can set or read, and nothing else.
pub const OPTION_NAMES: &[&str] = &[
    "reuse_address",
    "reuse_port",
    "broadcast",
    "keepalive",
    "keepalive_idle_s",
    "keepalive_interval_s",
    "keepalive_count",
    "linger_s",
    "no_delay",
    "receive_buffer",
    "send_buffer",
    "ttl",
    "tos",
    "ipv6_only",
    "oob_inline",
    "multicast_ttl",
    "multicast_loop",
    "join_multicast",
    "leave_multicast",
    "user_timeout_ms",
    "congestion",
    "error",
];

/// The values of the option `congestion`, of which a kernel has some (tcp(7)).
pub const CONGESTIONS: &[&str] = &["reno", "cubic", "bbr"];
