//! What a call asked the kernel for, for the event of its failure: an export makes the same call again from it.

use serde::Serialize;
use serde_json::{Map, Value, json};
use sockyard_protocol::Call;
use sockyard_protocol::call::{
    SocketBind, SocketConnect, SocketCreate, SocketGetOption, SocketListen, SocketRecv, SocketSend,
    SocketSetOption, SocketShutdown,
};

/// The parameters without `socket`, which the event has, `timeout_ms`, which the kernel did not see, and the bytes of
/// a `send`: none of them has reached anybody, so their number is enough.
pub(super) fn params(call: &Call) -> Option<Map<String, Value>> {
    let given = match call {
        Call::SocketCreate(SocketCreate { family, r#type, host }) => {
            vec![("family", json(family)), ("type", json(r#type)), ("host", json(host))]
        }
        Call::SocketBind(SocketBind { socket: _, address }) => vec![("address", json(address))],
        Call::SocketListen(SocketListen { socket: _, backlog }) => vec![("backlog", json(backlog))],
        Call::SocketConnect(SocketConnect { socket: _, address, timeout_ms: _ }) => {
            vec![("address", json(address))]
        }
        Call::SocketSend(SocketSend { socket: _, data, to, flags, timeout_ms: _ }) => {
            let bytes = data.to_bytes().map_or(0, |bytes| bytes.len());
            vec![("bytes", json(&bytes)), ("to", json(to)), ("flags", json(flags))]
        }
        Call::SocketRecv(SocketRecv { socket: _, max, flags, timeout_ms: _ }) => {
            vec![("max", json(max)), ("flags", json(flags))]
        }
        Call::SocketShutdown(SocketShutdown { socket: _, how }) => vec![("how", json(how))],
        Call::SocketSetOption(SocketSetOption { socket: _, name, value }) => {
            vec![("name", json(name)), ("value", json(value))]
        }
        Call::SocketGetOption(SocketGetOption { socket: _, name }) => vec![("name", json(name))],
        _ => return None,
    };
    let is_given = |value: &Value| !value.is_null() && *value != json!([]);
    let given = given.into_iter().filter(|(name, value)| *name == "value" || is_given(value));
    Some(given.map(|(name, value)| (name.to_owned(), value)).collect())
}

fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}
