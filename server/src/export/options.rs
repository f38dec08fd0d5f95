//! Socket options in a program: the constants of the sockets API behind a name of ours.

use serde_json::Value;
use sockyard_protocol::Family;

/// Level and option by name and by Linux's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Constants {
    pub(super) level: &'static str,
    pub(super) level_number: i32,
    pub(super) option: &'static str,
    pub(super) option_number: i32,
}

/// The value of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setting {
    /// An `int`.
    Number(i64),
    /// `struct linger`: whether, and for how many seconds.
    Linger(bool, i64),
}

macro_rules! constants {
    ($level:ident, $option:ident) => {
        Constants {
            level: stringify!($level),
            level_number: libc::$level,
            option: stringify!($option),
            option_number: libc::$option,
        }
    };
}

/// The constants behind an option's name; nothing for one that programs cannot have.
pub(super) fn constants(name: &str, family: Family) -> Option<Constants> {
    Some(match name {
        // IPv6 has a hop limit and a traffic class of its own.
        "ttl" if family == Family::Inet6 => constants!(IPPROTO_IPV6, IPV6_UNICAST_HOPS),
        "tos" if family == Family::Inet6 => constants!(IPPROTO_IPV6, IPV6_TCLASS),
        "ttl" => constants!(IPPROTO_IP, IP_TTL),
        "tos" => constants!(IPPROTO_IP, IP_TOS),
        "reuse_address" => constants!(SOL_SOCKET, SO_REUSEADDR),
        "reuse_port" => constants!(SOL_SOCKET, SO_REUSEPORT),
        "broadcast" => constants!(SOL_SOCKET, SO_BROADCAST),
        "keepalive" => constants!(SOL_SOCKET, SO_KEEPALIVE),
        "keepalive_idle_s" => constants!(IPPROTO_TCP, TCP_KEEPIDLE),
        "keepalive_interval_s" => constants!(IPPROTO_TCP, TCP_KEEPINTVL),
        "keepalive_count" => constants!(IPPROTO_TCP, TCP_KEEPCNT),
        "linger_s" => constants!(SOL_SOCKET, SO_LINGER),
        "no_delay" => constants!(IPPROTO_TCP, TCP_NODELAY),
        "receive_buffer" => constants!(SOL_SOCKET, SO_RCVBUF),
        "send_buffer" => constants!(SOL_SOCKET, SO_SNDBUF),
        "ipv6_only" => constants!(IPPROTO_IPV6, IPV6_V6ONLY),
        "multicast_ttl" if family == Family::Inet6 => constants!(IPPROTO_IPV6, IPV6_MULTICAST_HOPS),
        "multicast_loop" if family == Family::Inet6 => constants!(IPPROTO_IPV6, IPV6_MULTICAST_LOOP),
        "multicast_ttl" => constants!(IPPROTO_IP, IP_MULTICAST_TTL),
        "multicast_loop" => constants!(IPPROTO_IP, IP_MULTICAST_LOOP),
        "oob_inline" => constants!(SOL_SOCKET, SO_OOBINLINE),
        "user_timeout_ms" => constants!(IPPROTO_TCP, TCP_USER_TIMEOUT),
        "error" => constants!(SOL_SOCKET, SO_ERROR),
        _ => return None,
    })
}

/// The value to set.
pub(super) fn setting(name: &str, value: &Value) -> Option<Setting> {
    match (name, value) {
        ("linger_s", Value::Null) => Some(Setting::Linger(false, 0)),
        ("linger_s", value) => value.as_i64().map(|seconds| Setting::Linger(true, seconds)),
        (_, Value::Bool(on)) => Some(Setting::Number(i64::from(*on))),
        (_, value) => value.as_i64().map(Setting::Number),
    }
}
