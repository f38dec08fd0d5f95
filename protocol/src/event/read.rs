//! Reads an event in one pass.
//!
//! Serde's derived reader of a flattened, tagged enum first keeps every field in a tree of its own and then reads that once
//! more, with code for each kind. Clients read thousands of events in a second, and the page also loads that code. Here
//! one struct has the fields of all kinds, and the kind says which of them must be there.

use std::borrow::Cow;

use serde::de::Error;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::{ClosedBy, Event, EventKind};
use crate::{Data, Family, Fault, ShutdownHow, SocketId, SocketType};

/// The fields of every kind. Those of one name have one type, apart from `asked`.
#[derive(Deserialize)]
struct Fields<'a> {
    seq: u64,
    time_us: u64,
    socket: Option<SocketId>,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(default)]
    addresses: Vec<String>,
    asked: Option<Value>,
    backlog: Option<u32>,
    began: Option<u64>,
    by: Option<ClosedBy>,
    bytes: Option<usize>,
    call: Option<String>,
    connection: Option<SocketId>,
    count: Option<u64>,
    data: Option<Data>,
    #[serde(default)]
    data_cut: bool,
    duration_us: Option<u64>,
    error: Option<Fault>,
    family: Option<Family>,
    #[serde(default)]
    flags: Vec<String>,
    from: Option<String>,
    host: Option<String>,
    how: Option<ShutdownHow>,
    linger_s: Option<u16>,
    local: Option<String>,
    name: Option<String>,
    #[serde(default)]
    narrowed: bool,
    params: Option<Map<String, Value>>,
    peer: Option<String>,
    reason: Option<String>,
    text: Option<String>,
    to: Option<String>,
    #[serde(default)]
    truncated: bool,
    r#type: Option<SocketType>,
    #[serde(default, deserialize_with = "given")]
    value: Option<Value>,
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = Fields::deserialize(deserializer)?;
        let (seq, time_us, socket) = (fields.seq, fields.time_us, fields.socket);
        match fields.into_kind() {
            Ok(kind) => Ok(Event { seq, time_us, socket, kind }),
            Err(Wrong::Missing(name)) => Err(D::Error::missing_field(name)),
            Err(Wrong::Kind(name)) => Err(D::Error::unknown_variant(&name, EventKind::NAMES)),
            Err(Wrong::Asked) => Err(D::Error::custom("asked must be a string")),
        }
    }
}

/// Why fields make no event.
enum Wrong {
    /// The kind needs this field.
    Missing(&'static str),
    /// There is no such kind.
    Kind(String),
    /// `asked` of `bound` is not a string.
    Asked,
}

impl Fields<'_> {
    fn into_kind(self) -> Result<EventKind, Wrong> {
        Ok(match &*self.kind {
            "created" => EventKind::Created {
                family: need(self.family, "family")?,
                r#type: need(self.r#type, "type")?,
                host: self.host,
            },
            "bound" => EventKind::Bound {
                local: need(self.local, "local")?,
                narrowed: self.narrowed,
                asked: match self.asked {
                    None => None,
                    Some(Value::String(asked)) => Some(asked),
                    Some(_) => return Err(Wrong::Asked),
                },
            },
            "listening" => EventKind::Listening {
                local: need(self.local, "local")?,
                backlog: need(self.backlog, "backlog")?,
            },
            "connected" => EventKind::Connected {
                local: need(self.local, "local")?,
                peer: need(self.peer, "peer")?,
                duration_us: need(self.duration_us, "duration_us")?,
            },
            "accepted" => EventKind::Accepted {
                connection: need(self.connection, "connection")?,
                peer: need(self.peer, "peer")?,
                local: need(self.local, "local")?,
            },
            "sent" => EventKind::Sent {
                bytes: need(self.bytes, "bytes")?,
                count: self.count,
                data: self.data,
                data_cut: self.data_cut,
                to: self.to,
                flags: self.flags,
                began: self.began,
            },
            "received" => EventKind::Received {
                bytes: need(self.bytes, "bytes")?,
                count: self.count,
                data: self.data,
                data_cut: self.data_cut,
                from: self.from,
                truncated: self.truncated,
                flags: self.flags,
            },
            "peer_closed" => EventKind::PeerClosed {},
            "reset" => EventKind::Reset {},
            "shutdown" => EventKind::Shutdown { how: need(self.how, "how")? },
            "option" => EventKind::Option {
                name: need(self.name, "name")?,
                value: need(self.value, "value")?,
                asked: self.asked,
            },
            "closed" => EventKind::Closed { by: need(self.by, "by")?, linger_s: self.linger_s },
            "failed" => EventKind::Failed {
                call: need(self.call, "call")?,
                params: self.params,
                error: need(self.error, "error")?,
            },
            "dropped" => {
                EventKind::Dropped { count: need(self.count, "count")?, reason: need(self.reason, "reason")? }
            }
            "note" => EventKind::Note { text: need(self.text, "text")? },
            "host_added" => {
                EventKind::HostAdded { host: need(self.host, "host")?, addresses: self.addresses }
            }
            "host_removed" => EventKind::HostRemoved { host: need(self.host, "host")? },
            "wire" => {
                EventKind::Wire { call: need(self.call, "call")?, params: need(self.params, "params")? }
            }
            other => return Err(Wrong::Kind(other.to_owned())),
        })
    }
}

fn need<T>(field: Option<T>, name: &'static str) -> Result<T, Wrong> {
    field.ok_or(Wrong::Missing(name))
}

/// Tells `"value":null`, which is an option's value, from no value at all.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_event_is_told_with_the_field() {
        let check = |rest: &str, wanted: &str| {
            let json = format!(r#"{{"seq":1,"time_us":2{rest}}}"#);
            let error = serde_json::from_str::<Event>(&json).expect_err(&json).to_string();
            assert!(error.contains(wanted), "{json}: {error}");
        };
        check("", "missing field `kind`");
        check(r#","kind":"future""#, "unknown variant `future`");
        check(r#","kind":"created","family":"inet""#, "missing field `type`");
        check(r#","kind":"created","family":"ipx","type":"stream""#, "unknown variant `ipx`");
        check(r#","kind":"sent""#, "missing field `bytes`");
        check(r#","kind":"sent","bytes":-1"#, "invalid value: integer `-1`");
        check(r#","kind":"received","bytes":1,"flags":"peek""#, "invalid type: string \"peek\"");
        check(r#","kind":"option","name":"linger_s""#, "missing field `value`");
        check(r#","kind":"bound","local":"127.0.0.1:9","asked":7"#, "asked must be a string");
        check(r#","kind":"dropped","reason":"full""#, "missing field `count`");
        check(r#","kind":"note","kind":"reset""#, "duplicate field `kind`");
    }

    #[test]
    fn fields_in_any_order_and_newer_ones_are_read() {
        let json =
            r#"{"newer":{"a":[1]},"text":"h\u00e9","kind":"\u006eote","time_us":2,"socket":null,"seq":1}"#;
        let kind = EventKind::Note { text: "hé".into() };
        let wanted = Event { seq: 1, time_us: 2, socket: None, kind };
        assert_eq!(serde_json::from_str::<Event>(json).unwrap(), wanted);
        let value: Value = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::from_value::<Event>(value).unwrap(), wanted);
    }
}
