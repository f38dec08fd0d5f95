//! The lines of a session's log (section 7).

mod read;

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Map, Value};

use crate::{Data, Family, Fault, ShutdownHow, SocketId, SocketType};

/// Most bytes of a payload that the log keeps; `bytes` is always the true count.
pub const DATA_KEPT: usize = 65_536;

/// Most bytes of a payload that a preview carries (`session.configure`).
pub const PREVIEW_BYTES: usize = 256;

/// One line of a session's log.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Event {
    /// Its number, from 1 without gaps.
    pub seq: u64,
    /// When, in microseconds since the Unix epoch.
    pub time_us: u64,
    /// The socket that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub socket: Option<SocketId>,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// What happened, with what there is to tell about it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EventKind {
    /// `socket(2)` made a socket.
    Created {
        /// Its family.
        family: Family,
        /// Its type.
        r#type: SocketType,
        /// The lab's host that it is on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        host: Option<String>,
    },
    /// `bind(2)` gave it an address.
    Bound {
        /// The address that the kernel reports.
        local: String,
        /// True where any local address was asked for and the network allows loopback alone.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        narrowed: bool,
        /// The address that was asked for, where it is another than `local`: a free port, a name, any address.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asked: Option<String>,
    },
    /// `listen(2)` made it a listener.
    Listening {
        /// The listener's address.
        local: String,
        /// The backlog in force after the kernel's cap.
        backlog: u32,
    },
    /// `connect(2)` reached a peer.
    Connected {
        /// The socket's own address.
        local: String,
        /// The peer's address.
        peer: String,
        /// How long the call took, in microseconds.
        duration_us: u64,
    },
    /// `accept(2)` took a connection.
    Accepted {
        /// The new socket's number.
        connection: SocketId,
        /// The peer's address.
        peer: String,
        /// The connection's own address.
        local: String,
    },
    /// The kernel took bytes to send.
    Sent {
        /// How many.
        bytes: usize,
        /// How many operations the event stands for, where a connection in binary frames has several merged into one:
        /// `bytes` is their sum and `seq` the last one's (section 9).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        count: Option<u64>,
        /// The bytes, unless this connection asked for none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        data: Option<Data>,
        /// True where `data` is only the beginning.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        data_cut: bool,
        /// The destination of a datagram.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
        /// `send`'s flags, where there were any.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        flags: Vec<String>,
        /// The newest event's number when the kernel took the first bytes, where it had no room for the rest until
        /// later. What happened in between may be due to them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        began: Option<u64>,
    },
    /// The kernel handed bytes over.
    Received {
        /// How many.
        bytes: usize,
        /// How many operations the event stands for, where a connection in binary frames has several merged into one:
        /// `bytes` is their sum and `seq` the last one's (section 9).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        count: Option<u64>,
        /// The bytes, unless this connection asked for none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        data: Option<Data>,
        /// True where `data` is only the beginning.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        data_cut: bool,
        /// The sender of a datagram.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<String>,
        /// A datagram was longer than the buffer and its rest is lost.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        truncated: bool,
        /// `recv`'s flags, where there were any: a peek leaves the bytes in the queue.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        flags: Vec<String>,
    },
    /// A stream's `recv` returned 0: the peer has closed.
    PeerClosed {},
    /// The kernel reported `ECONNRESET`.
    Reset {},
    /// `shutdown(2)` ended one direction or both.
    Shutdown {
        /// Which.
        how: ShutdownHow,
    },
    /// `setsockopt(2)` changed an option.
    Option {
        /// Its name.
        name: String,
        /// Its value as the kernel then reports it.
        value: Value,
        /// The value that was asked for, where it is another than `value`: the kernel doubles a buffer's size.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asked: Option<Value>,
    },
    /// The socket is closed; its number never comes back.
    Closed {
        /// By whom.
        by: ClosedBy,
        /// The call's `linger_s`, where it had one: 0 sends RST instead of FIN.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        linger_s: Option<u16>,
    },
    /// A call failed.
    Failed {
        /// The call's name: `connect`, `recv`, …
        call: String,
        /// What the kernel was asked for, where it refused: the call's parameters without `socket`, `timeout_ms` and
        /// the bytes, of which `bytes` is the number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        params: Option<Map<String, Value>>,
        /// The error that its caller got.
        error: Fault,
    },
    /// Something was lost, and this much.
    Dropped {
        /// How many datagrams.
        count: u64,
        /// Why.
        reason: String,
    },
    /// A note of the user's own.
    Note {
        /// Its text.
        text: String,
    },
    /// A lab has got a host.
    HostAdded {
        /// Its name.
        host: String,
        /// Its addresses on the wire: IPv4, then IPv6.
        addresses: Vec<String>,
    },
    /// A lab has lost a host.
    HostRemoved {
        /// Its name.
        host: String,
    },
    /// A call has changed a lab's wire, or what becomes of the packets at it.
    Wire {
        /// The call's name: `configure`, `cut`, `mend`, `hold`, `release`, `unhold`.
        call: String,
        /// Its parameters, without those that were left out. `release` and `unhold` have `released` in it, the numbers of the packets.
        params: Map<String, Value>,
    },
}

impl EventKind {
    /// The bytes that were sent or received, as far as the log keeps them; none of an event without any.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        match self {
            EventKind::Sent { data, .. } | EventKind::Received { data, .. } => data.as_ref()?.to_bytes(),
            _ => None,
        }
    }

    /// Every kind's name, in the order of section 7.
    pub const NAMES: &[&str] = &[
        "created",
        "bound",
        "listening",
        "connected",
        "accepted",
        "sent",
        "received",
        "peer_closed",
        "reset",
        "shutdown",
        "option",
        "closed",
        "failed",
        "dropped",
        "note",
        "host_added",
        "host_removed",
        "wire",
    ];

    /// The kind's name on the wire.
    pub fn name(&self) -> &'static str {
        Self::NAMES[self.index()]
    }

    /// The place of the kind's name in [`EventKind::NAMES`].
    pub fn index(&self) -> usize {
        match self {
            EventKind::Created { .. } => 0,
            EventKind::Bound { .. } => 1,
            EventKind::Listening { .. } => 2,
            EventKind::Connected { .. } => 3,
            EventKind::Accepted { .. } => 4,
            EventKind::Sent { .. } => Self::SENT,
            EventKind::Received { .. } => Self::RECEIVED,
            EventKind::PeerClosed {} => 7,
            EventKind::Reset {} => 8,
            EventKind::Shutdown { .. } => 9,
            EventKind::Option { .. } => 10,
            EventKind::Closed { .. } => 11,
            EventKind::Failed { .. } => 12,
            EventKind::Dropped { .. } => 13,
            EventKind::Note { .. } => 14,
            EventKind::HostAdded { .. } => 15,
            EventKind::HostRemoved { .. } => 16,
            EventKind::Wire { .. } => 17,
        }
    }

    /// The place of `sent`.
    pub const SENT: usize = 5;
    /// The place of `received`.
    pub const RECEIVED: usize = 6;
}

/// A set of kinds of events: an array of their names on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventKinds(u32);

impl EventKinds {
    /// Whether the kind at that place of [`EventKind::NAMES`] is in the set.
    pub fn contains(self, index: usize) -> bool {
        self.0 & 1 << index != 0
    }
}

impl Serialize for EventKinds {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let names = EventKind::NAMES.iter().enumerate();
        serializer.collect_seq(names.filter(|(index, _)| self.contains(*index)).map(|(_, name)| name))
    }
}

impl<'de> Deserialize<'de> for EventKinds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut kinds = EventKinds::default();
        for name in Vec::<Cow<'_, str>>::deserialize(deserializer)? {
            match EventKind::NAMES.iter().position(|known| *known == name) {
                Some(index) => kinds.0 |= 1 << index,
                None => return Err(de::Error::custom(format_args!("{name:?} is not a kind of event"))),
            }
        }
        Ok(kinds)
    }
}

/// Who closed a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ClosedBy {
    /// A call of `socket.close`.
    Client,
    /// The session ended.
    Session,
    /// The server shut down.
    Server,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_pinned_and_reads_back() {
        let check = |kind: EventKind, rest: &str| {
            let name = kind.name();
            let set: EventKinds = serde_json::from_str(&format!("[\"{name}\"]")).unwrap();
            assert!(set.contains(kind.index()));
            assert_eq!(serde_json::to_string(&set).unwrap(), format!("[\"{name}\"]"));
            let event = Event { seq: 17, time_us: 1_700_000_000_000_000, socket: Some(3), kind };
            let json = serde_json::to_string(&event).unwrap();
            assert_eq!(
                json,
                format!(r#"{{"seq":17,"time_us":1700000000000000,"socket":3,"kind":"{name}"{rest}}}"#)
            );
            assert_eq!(serde_json::from_str::<Event>(&json).unwrap(), event);
        };
        let hi = || Some(Data::from_bytes(b"hi"));
        check(
            EventKind::Created { family: Family::Inet6, r#type: SocketType::Stream, host: None },
            r#","family":"inet6","type":"stream""#,
        );
        check(
            EventKind::Created { family: Family::Inet, r#type: SocketType::Dgram, host: Some("bob".into()) },
            r#","family":"inet","type":"dgram","host":"bob""#,
        );
        check(
            EventKind::Bound { local: "127.0.0.1:9".into(), narrowed: false, asked: None },
            r#","local":"127.0.0.1:9""#,
        );
        check(
            EventKind::Bound { local: "127.0.0.1:9".into(), narrowed: true, asked: Some("*:0".into()) },
            r#","local":"127.0.0.1:9","narrowed":true,"asked":"*:0""#,
        );
        check(
            EventKind::Listening { local: "[::1]:9".into(), backlog: 128 },
            r#","local":"[::1]:9","backlog":128"#,
        );
        check(
            EventKind::Connected { local: "127.0.0.1:8".into(), peer: "127.0.0.1:9".into(), duration_us: 5 },
            r#","local":"127.0.0.1:8","peer":"127.0.0.1:9","duration_us":5"#,
        );
        check(
            EventKind::Accepted { connection: 4, peer: "127.0.0.1:8".into(), local: "127.0.0.1:9".into() },
            r#","connection":4,"peer":"127.0.0.1:8","local":"127.0.0.1:9""#,
        );
        check(
            EventKind::Sent {
                bytes: 2,
                count: None,
                data: hi(),
                data_cut: false,
                to: Some("127.0.0.1:9".into()),
                flags: vec![],
                began: None,
            },
            r#","bytes":2,"data":{"text":"hi"},"to":"127.0.0.1:9""#,
        );
        check(
            EventKind::Received {
                bytes: 99,
                count: None,
                data: hi(),
                data_cut: true,
                from: Some("127.0.0.1:8".into()),
                truncated: true,
                flags: vec!["peek".into()],
            },
            r#","bytes":99,"data":{"text":"hi"},"data_cut":true,"from":"127.0.0.1:8","truncated":true,"flags":["peek"]"#,
        );
        check(
            EventKind::Sent {
                bytes: 99,
                count: Some(3),
                data: None,
                data_cut: false,
                to: None,
                flags: Vec::new(),
                began: None,
            },
            r#","bytes":99,"count":3"#,
        );
        check(EventKind::PeerClosed {}, "");
        check(EventKind::Reset {}, "");
        check(EventKind::Shutdown { how: ShutdownHow::Write }, r#","how":"write""#);
        check(
            EventKind::Option { name: "linger_s".into(), value: Value::Null, asked: None },
            r#","name":"linger_s","value":null"#,
        );
        check(
            EventKind::Option { name: "send_buffer".into(), value: 9216.into(), asked: Some(4608.into()) },
            r#","name":"send_buffer","value":9216,"asked":4608"#,
        );
        check(EventKind::Closed { by: ClosedBy::Session, linger_s: None }, r#","by":"session""#);
        check(
            EventKind::Closed { by: ClosedBy::Client, linger_s: Some(0) },
            r#","by":"client","linger_s":0"#,
        );
        check(
            EventKind::Failed { call: "recv".into(), params: None, error: Fault::timeout("recv") },
            r#","call":"recv","error":{"code":4,"message":"timed out","data":{"kind":"timeout","call":"recv"}}"#,
        );
        check(
            EventKind::Failed {
                call: "bind".into(),
                params: Some(Map::from_iter([("address".to_owned(), "127.0.0.1:9".into())])),
                error: Fault::os("bind", "EACCES", "permission denied"),
            },
            r#","call":"bind","params":{"address":"127.0.0.1:9"},"error":{"code":1,"message":"permission denied","data":{"kind":"os","errno":"EACCES","call":"bind"}}"#,
        );
        check(
            EventKind::Dropped { count: 3, reason: "receive buffer full".into() },
            r#","count":3,"reason":"receive buffer full""#,
        );
        check(EventKind::Note { text: "here".into() }, r#","text":"here""#);
        check(
            EventKind::HostAdded { host: "carol".into(), addresses: vec!["10.0.0.3".into()] },
            r#","host":"carol","addresses":["10.0.0.3"]"#,
        );
        check(EventKind::HostRemoved { host: "carol".into() }, r#","host":"carol""#);
        check(
            EventKind::Wire {
                call: "cut".into(),
                params: Map::from_iter([("from".to_owned(), "alice".into())]),
            },
            r#","call":"cut","params":{"from":"alice"}"#,
        );
    }

    #[test]
    fn an_event_about_no_socket_has_no_such_field() {
        let event = Event { seq: 1, time_us: 2, socket: None, kind: EventKind::Note { text: "a".into() } };
        assert_eq!(
            serde_json::to_string(&event).unwrap(),
            r#"{"seq":1,"time_us":2,"kind":"note","text":"a"}"#
        );
    }
}
