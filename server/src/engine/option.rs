//! Socket options by name (section 4 of the protocol).
//!
//! A table of its own and not the kernel's numbers: a client can set what is listed here and nothing else.

use std::io;
use std::time::Duration;

use serde_json::{Value, json};

use super::socket::Socket;

/// Why an option was not set or read.
#[derive(Debug)]
pub(crate) enum OptionError {
    /// No such option.
    Unknown,
    /// The option cannot be written.
    ReadOnly,
    /// The value is of the wrong type or out of range; says which is wanted.
    Value(&'static str),
    /// The kernel refused.
    Os(io::Error),
}

impl From<io::Error> for OptionError {
    fn from(error: io::Error) -> OptionError {
        OptionError::Os(error)
    }
}

/// Every option's name.
pub(crate) const OPTION_NAMES: &[&str] = &[
    "reuse_address",
    "broadcast",
    "keepalive",
    "linger_s",
    "no_delay",
    "receive_buffer",
    "send_buffer",
    "error",
];

/// `setsockopt(2)`; then the value as the kernel reports it.
pub(crate) fn set_option(socket: &Socket, name: &str, value: &Value) -> Result<Value, OptionError> {
    let raw = socket.raw();
    match name {
        "reuse_address" => raw.set_reuse_address(boolean(value)?)?,
        "broadcast" => raw.set_broadcast(boolean(value)?)?,
        "keepalive" => raw.set_keepalive(boolean(value)?)?,
        "linger_s" => raw.set_linger(seconds(value)?)?,
        "no_delay" => raw.set_tcp_nodelay(boolean(value)?)?,
        "receive_buffer" => raw.set_recv_buffer_size(size(value)?)?,
        "send_buffer" => raw.set_send_buffer_size(size(value)?)?,
        "error" => return Err(OptionError::ReadOnly),
        _ => return Err(OptionError::Unknown),
    }
    get_option(socket, name)
}

/// `getsockopt(2)`. Reading `error` clears it, as `SO_ERROR` does (socket(7)).
pub(crate) fn get_option(socket: &Socket, name: &str) -> Result<Value, OptionError> {
    let raw = socket.raw();
    Ok(match name {
        "reuse_address" => json!(raw.reuse_address()?),
        "broadcast" => json!(raw.broadcast()?),
        "keepalive" => json!(raw.keepalive()?),
        "linger_s" => json!(raw.linger()?.map(|linger| linger.as_secs())),
        "no_delay" => json!(raw.tcp_nodelay()?),
        "receive_buffer" => json!(raw.recv_buffer_size()?),
        "send_buffer" => json!(raw.send_buffer_size()?),
        "error" => match raw.take_error()? {
            Some(error) => json!(crate::errno::fault("getsockopt", &error).data.errno),
            None => Value::Null,
        },
        _ => return Err(OptionError::Unknown),
    })
}

fn boolean(value: &Value) -> Result<bool, OptionError> {
    value.as_bool().ok_or(OptionError::Value("true or false"))
}

fn seconds(value: &Value) -> Result<Option<Duration>, OptionError> {
    const WANTED: &str = "null or a number of seconds from 0 to 65535";
    match value {
        Value::Null => Ok(None),
        value => match value.as_u64() {
            Some(seconds @ 0..=65535) => Ok(Some(Duration::from_secs(seconds))),
            _ => Err(OptionError::Value(WANTED)),
        },
    }
}

/// The kernel takes an int, and doubles and bounds it by `net.core.rmem_max` or `wmem_max` (socket(7)).
fn size(value: &Value) -> Result<usize, OptionError> {
    match value.as_u64().and_then(|size| i32::try_from(size).ok()) {
        Some(size) => Ok(size.unsigned_abs() as usize),
        None => Err(OptionError::Value("a number of bytes from 0 to 2147483647")),
    }
}
