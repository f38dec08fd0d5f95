//! The socket options as a form sees them: what each takes, and what stands in its field at first.
//!
//! What a value may be at most is the kernel's to say; the form only makes sure that it is of the right kind.

use sockyard_protocol::Family;

/// What an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionKind {
    /// On or off.
    Flag,
    /// A whole number.
    Number,
    /// Seconds, or off.
    SecondsOrOff,
    /// The address of a multicast group; it can only be set.
    Group,
    /// One of the ways in which TCP reacts to loss.
    Congestion,
    /// It can only be read.
    ReadOnly,
}

/// What an option of this name takes.
pub fn kind(name: &str) -> OptionKind {
    match name {
        "reuse_address" | "reuse_port" | "broadcast" | "keepalive" | "no_delay" | "ipv6_only"
        | "oob_inline" | "multicast_loop" => OptionKind::Flag,
        "linger_s" => OptionKind::SecondsOrOff,
        "join_multicast" | "leave_multicast" => OptionKind::Group,
        "congestion" => OptionKind::Congestion,
        "error" => OptionKind::ReadOnly,
        _ => OptionKind::Number,
    }
}

/// What stands in an option's field at first: a change from what Linux begins with, or a usual value.
pub fn initial(name: &str, family: Family) -> &'static str {
    match name {
        "keepalive_idle_s" => "60",
        "keepalive_interval_s" => "10",
        "keepalive_count" => "3",
        "linger_s" => "0",
        "receive_buffer" | "send_buffer" => "65536",
        "ttl" => "64",
        "tos" => "16",
        "multicast_ttl" => "1",
        "user_timeout_ms" => "5000",
        "join_multicast" | "leave_multicast" if family == Family::Inet6 => "ff11::1",
        "join_multicast" | "leave_multicast" => "239.1.2.3",
        "congestion" => "reno",
        "error" => "0",
        _ => "true",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sockyard_protocol::call::{CONGESTIONS, OPTION_NAMES};

    #[test]
    fn what_stands_in_a_field_at_first_is_of_the_right_kind() {
        for name in OPTION_NAMES {
            let value = initial(name, Family::Inet);
            let fits = match kind(name) {
                OptionKind::Flag => value == "true",
                OptionKind::Congestion => CONGESTIONS.contains(&value),
                OptionKind::Group => {
                    value.parse::<std::net::Ipv4Addr>().is_ok_and(|group| group.is_multicast())
                }
                _ => value.parse::<i64>().is_ok(),
            };
            assert!(fits, "{name} {value}");
        }
    }
}
