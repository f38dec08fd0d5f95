//! Socket options by name (section 4 of the protocol).
//!
//! A table of its own and not the kernel's numbers: a client can set what is listed here and nothing else.

use std::io;
use std::time::Duration;

use serde_json::{Value, json};
use socket2::TcpKeepalive;
use sockyard_protocol::Family;
use sockyard_protocol::call::CONGESTIONS;

use super::socket::Socket;

/// Why an option was not set or read.
#[derive(Debug)]
pub(crate) enum OptionError {
    /// No such option.
    Unknown,
    /// The option cannot be written.
    ReadOnly,
    /// The option cannot be read.
    WriteOnly,
    /// The value is of the wrong type or out of range; says which is wanted.
    Value(String),
    /// The kernel refused.
    Os(io::Error),
}

impl From<io::Error> for OptionError {
    fn from(error: io::Error) -> OptionError {
        OptionError::Os(error)
    }
}

/// `setsockopt(2)`; then the value as the kernel reports it.
pub(crate) fn set_option(socket: &Socket, name: &str, value: &Value) -> Result<Value, OptionError> {
    let raw = socket.raw();
    let six = socket.family() == Family::Inet6;
    match name {
        "reuse_address" => {
            let on = boolean(value)?;
            socket.set_sharing(|raw| raw.set_reuse_address(on))?;
        }
        "reuse_port" => {
            let on = boolean(value)?;
            socket.set_sharing(|raw| raw.set_reuse_port(on))?;
        }
        "broadcast" => raw.set_broadcast(boolean(value)?)?,
        "keepalive" => raw.set_keepalive(boolean(value)?)?,
        "keepalive_idle_s" => raw.set_tcp_keepalive(&TcpKeepalive::new().with_time(seconds(value)?))?,
        "keepalive_interval_s" => {
            raw.set_tcp_keepalive(&TcpKeepalive::new().with_interval(seconds(value)?))?
        }
        "keepalive_count" => {
            raw.set_tcp_keepalive(
                &TcpKeepalive::new().with_retries(number(value, i32::MAX.unsigned_abs())?),
            )?;
        }
        "linger_s" if value.is_null() => raw.set_linger(None)?,
        "linger_s" => raw.set_linger(Some(seconds(value)?))?,
        "no_delay" => raw.set_tcp_nodelay(boolean(value)?)?,
        "receive_buffer" => raw.set_recv_buffer_size(size(value)?)?,
        "send_buffer" => raw.set_send_buffer_size(size(value)?)?,
        "ttl" if six => raw.set_unicast_hops_v6(number(value, 255)?)?,
        "ttl" => raw.set_ttl_v4(number(value, 255)?)?,
        "tos" if six => raw.set_tclass_v6(number(value, 255)?)?,
        "tos" => raw.set_tos_v4(number(value, 255)?)?,
        "ipv6_only" => raw.set_only_v6(boolean(value)?)?,
        "oob_inline" => raw.set_out_of_band_inline(boolean(value)?)?,
        "multicast_ttl" if six => raw.set_multicast_hops_v6(number(value, 255)?)?,
        "multicast_ttl" => raw.set_multicast_ttl_v4(number(value, 255)?)?,
        "multicast_loop" if six => raw.set_multicast_loop_v6(boolean(value)?)?,
        "multicast_loop" => raw.set_multicast_loop_v4(boolean(value)?)?,
        "user_timeout_ms" => {
            let timeout = Duration::from_millis(number(value, i32::MAX.unsigned_abs())?.into());
            raw.set_tcp_user_timeout(Some(timeout))?;
        }
        "congestion" => {
            let name = value.as_str().filter(|name| CONGESTIONS.contains(name));
            let wanted = || OptionError::Value(format!("one of {}", CONGESTIONS.join(", ")));
            raw.set_tcp_congestion(name.ok_or_else(wanted)?.as_bytes())?;
        }
        "error" => return Err(OptionError::ReadOnly),
        // `join_multicast` and `leave_multicast` take what the policy allowed: `Socket::join` and `Socket::leave`.
        _ => return Err(OptionError::Unknown),
    }
    get_option(socket, name)
}

/// `getsockopt(2)`. Reading `error` clears it, as `SO_ERROR` does (socket(7)).
pub(crate) fn get_option(socket: &Socket, name: &str) -> Result<Value, OptionError> {
    let raw = socket.raw();
    let six = socket.family() == Family::Inet6;
    Ok(match name {
        "reuse_address" => json!(raw.reuse_address()?),
        "reuse_port" => json!(raw.reuse_port()?),
        "broadcast" => json!(raw.broadcast()?),
        "keepalive" => json!(raw.keepalive()?),
        "keepalive_idle_s" => json!(raw.tcp_keepalive_time()?.as_secs()),
        "keepalive_interval_s" => json!(raw.tcp_keepalive_interval()?.as_secs()),
        "keepalive_count" => json!(raw.tcp_keepalive_retries()?),
        "linger_s" => json!(raw.linger()?.map(|linger| linger.as_secs())),
        "no_delay" => json!(raw.tcp_nodelay()?),
        "receive_buffer" => json!(raw.recv_buffer_size()?),
        "send_buffer" => json!(raw.send_buffer_size()?),
        "ttl" if six => json!(raw.unicast_hops_v6()?),
        "ttl" => json!(raw.ttl_v4()?),
        "tos" if six => json!(raw.tclass_v6()?),
        "tos" => json!(raw.tos_v4()?),
        "ipv6_only" => json!(raw.only_v6()?),
        "oob_inline" => json!(raw.out_of_band_inline()?),
        "multicast_ttl" if six => json!(raw.multicast_hops_v6()?),
        "multicast_ttl" => json!(raw.multicast_ttl_v4()?),
        "multicast_loop" if six => json!(raw.multicast_loop_v6()?),
        "multicast_loop" => json!(raw.multicast_loop_v4()?),
        "join_multicast" | "leave_multicast" => return Err(OptionError::WriteOnly),
        "user_timeout_ms" => json!(raw.tcp_user_timeout()?.map_or(0, |timeout| timeout.as_millis())),
        "congestion" => {
            let name = raw.tcp_congestion()?;
            let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
            json!(String::from_utf8_lossy(name))
        }
        "error" => match raw.take_error()? {
            Some(error) => json!(crate::errno::fault("getsockopt", &error).data.errno),
            None => Value::Null,
        },
        _ => return Err(OptionError::Unknown),
    })
}

fn boolean(value: &Value) -> Result<bool, OptionError> {
    value.as_bool().ok_or_else(|| OptionError::Value("true or false".to_owned()))
}

fn number(value: &Value, most: u32) -> Result<u32, OptionError> {
    match value.as_u64().and_then(|number| u32::try_from(number).ok()) {
        Some(number) if number <= most => Ok(number),
        _ => Err(OptionError::Value(format!("a whole number from 0 to {most}"))),
    }
}

/// The kernel keeps seconds of `SO_LINGER` and of keep-alives in 16 bits or fewer.
fn seconds(value: &Value) -> Result<Duration, OptionError> {
    number(value, 65_535).map(|seconds| Duration::from_secs(seconds.into()))
}

/// The kernel takes an int, and doubles and bounds it by `net.core.rmem_max` or `wmem_max` (socket(7)).
fn size(value: &Value) -> Result<usize, OptionError> {
    number(value, i32::MAX.unsigned_abs()).map(|size| size as usize)
}
