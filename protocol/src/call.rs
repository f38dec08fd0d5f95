//! The calls of section 4: their parameters, and the one place that reads them from JSON.
//!
//! Both edges, WebSocket and REST, build the same [`Call`] here. Parsing is strict: parameters are an object,
//! a field that a call does not have is an error, and each error names the field.

use serde::de::{self, DeserializeOwned};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

use crate::answer::{
    Accepted, Bound, Cancelled, Configured, Connected, Created, Done, Listening, LogPage, Noted, OptionValue,
    Polled, Received, Resolved, Sent, SessionConfigured, Sockets,
};
use crate::event::EventKinds;
use crate::hello::SessionInfo;
use crate::rpc::Id;
use crate::{
    Address, Family, Fault, Host, Mode, Payload, Responder, ShutdownHow, SocketId, SocketInfo, SocketType,
};

/// Most bytes that one `recv` returns.
pub const RECV_MAX: usize = crate::payload::PAYLOAD_MAX;
/// Most events that one `log.read` returns.
pub const LOG_READ_MAX: usize = 1000;
/// Most sockets in one `poll`.
pub const POLL_MAX: usize = 64;
/// Longest text of a `log.note`, in bytes.
pub const NOTE_MAX: usize = 4096;

/// The socket options, by name: what a client can set or read, and nothing else.
pub const OPTION_NAMES: &[&str] = &[
    "reuse_address",
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
    "user_timeout_ms",
    "error",
];

/// A call as a type of its own: its name on the wire, and what it returns.
pub trait Method: Serialize + Into<Call> {
    /// The method's name on the wire.
    const NAME: &'static str;
    /// What the call returns.
    type Answer: DeserializeOwned;
}

/// Declares the calls: a struct each, the enum over them, the table from method names, and what each returns.
macro_rules! calls {
    ($(
        $(#[$doc:meta])*
        $method:literal $variant:ident -> $answer:ty { $($(#[$field_meta:meta])* $field:ident : $type:ty,)* }
    )*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
            #[serde(deny_unknown_fields)]
            pub struct $variant { $($(#[$field_meta])* pub $field: $type,)* }

            impl From<$variant> for Call {
                fn from(call: $variant) -> Call { Call::$variant(call) }
            }

            impl Method for $variant {
                const NAME: &'static str = $method;
                type Answer = $answer;
            }
        )*

        /// One call of a client.
        #[derive(Clone, Debug, PartialEq, Serialize)]
        #[serde(untagged)]
        pub enum Call { $($(#[$doc])* $variant($variant),)* }

        impl Call {
            /// Every method's name, in the order of section 4.
            pub const METHODS: &[&str] = &[$($method),*];

            /// The method's name on the wire.
            pub fn method(&self) -> &'static str {
                match self { $(Call::$variant(_) => $method,)* }
            }

            /// Reads a call from a method's name and its parameters as they came.
            ///
            /// # Errors
            /// `-32601` for an unknown method, `-32602` with the field's name for wrong parameters.
            pub fn parse(method: &str, params: Option<&RawValue>) -> Result<Call, Fault> {
                match method {
                    $($method => parse_params(params).map(Call::$variant),)*
                    _ => Err(Fault::no_such_method(method)),
                }
            }
        }
    };
}

calls! {
    /// `socket(2)`.
    "socket.create" SocketCreate -> Created {
        /// The address family.
        family: Family,
        /// The socket's type.
        r#type: SocketType,
    }
    /// `bind(2)`.
    "socket.bind" SocketBind -> Bound {
        /// The socket's number.
        socket: SocketId,
        /// The local address to take.
        address: Address,
    }
    /// `listen(2)`.
    "socket.listen" SocketListen -> Listening {
        /// The socket's number.
        socket: SocketId,
        /// How many connections may wait for `accept`; the kernel caps it at `net.core.somaxconn`.
        #[serde(default = "default_backlog")]
        backlog: i32,
    }
    /// `accept(2)`.
    "socket.accept" SocketAccept -> Accepted {
        /// The listener's number.
        socket: SocketId,
        /// Longest wait in milliseconds; left out waits for ever.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout_ms: Option<u64>,
    }
    /// `connect(2)`.
    "socket.connect" SocketConnect -> Connected {
        /// The socket's number.
        socket: SocketId,
        /// The peer's address.
        address: Address,
        /// Longest wait in milliseconds; left out waits for ever.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout_ms: Option<u64>,
    }
    /// `send(2)`, and `sendto(2)` where `to` is given.
    "socket.send" SocketSend -> Sent {
        /// The socket's number.
        socket: SocketId,
        /// The bytes to send.
        data: Payload,
        /// The datagram's destination.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<Address>,
        /// Flags of the call.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        flags: Vec<SendFlag>,
        /// Longest wait in milliseconds; left out waits for ever.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout_ms: Option<u64>,
    }
    /// `recv(2)`, and `recvfrom(2)` for datagrams.
    "socket.recv" SocketRecv -> Received {
        /// The socket's number.
        socket: SocketId,
        /// Most bytes to take, 1 to 1048576.
        #[serde(default = "default_recv_max", deserialize_with = "recv_max")]
        max: usize,
        /// Flags of the call.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        flags: Vec<RecvFlag>,
        /// Longest wait in milliseconds; left out waits for ever.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout_ms: Option<u64>,
    }
    /// `shutdown(2)`.
    "socket.shutdown" SocketShutdown -> Done {
        /// The socket's number.
        socket: SocketId,
        /// Which directions end.
        how: ShutdownHow,
    }
    /// `close(2)`.
    "socket.close" SocketClose -> Done {
        /// The socket's number.
        socket: SocketId,
        /// `SO_LINGER` in seconds for this close; 0 sends RST instead of FIN (socket(7)).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        linger_s: Option<u16>,
    }
    /// `setsockopt(2)`.
    "socket.set_option" SocketSetOption -> OptionValue {
        /// The socket's number.
        socket: SocketId,
        /// The option's name.
        name: String,
        /// Its new value.
        value: serde_json::Value,
    }
    /// `getsockopt(2)`.
    "socket.get_option" SocketGetOption -> OptionValue {
        /// The socket's number.
        socket: SocketId,
        /// The option's name.
        name: String,
    }
    /// What the kernel knows of a socket (section 6).
    "socket.info" SocketInfoCall -> SocketInfo {
        /// The socket's number.
        socket: SocketId,
    }
    /// The same of every socket of the session.
    "socket.list" SocketList -> Sockets {}
    /// `poll(2)`: which of several sockets a call would not wait on.
    "socket.poll" SocketPoll -> Polled {
        /// The sockets' numbers, one to 64 of them.
        #[serde(deserialize_with = "poll_sockets")]
        sockets: Vec<SocketId>,
        /// What to ask for; both if left out.
        #[serde(default = "default_poll_for")]
        r#for: Vec<PollFor>,
        /// Longest wait in milliseconds; left out waits for ever.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout_ms: Option<u64>,
    }
    /// Streaming and responders (section 5). A field left out stays as it is.
    "socket.configure" SocketConfigure -> Configured {
        /// The socket's number.
        socket: SocketId,
        /// Whether the server receives by itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        receive: Option<Mode>,
        /// Whether the server accepts by itself.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        accept: Option<Mode>,
        /// What answers arriving data; null for nothing.
        #[serde(default, deserialize_with = "responder", skip_serializing_if = "Option::is_none")]
        responder: Option<Option<Responder>>,
    }
    /// The addresses of a host name.
    "dns.resolve" DnsResolve -> Resolved {
        /// The name.
        name: Host,
    }
    /// Ends a call that is still waiting on this connection.
    "call.cancel" CallCancel -> Cancelled {
        /// The waiting call's `id`.
        id: Id,
    }
    /// How events reach this connection. A field left out stays as it is.
    "session.configure" SessionConfigure -> SessionConfigured {
        /// How payload bytes travel.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        frames: Option<Frames>,
        /// In which form bytes are sent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        data: Option<DataForm>,
        /// How much of the bytes pushed events carry.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        payload: Option<PayloadShare>,
    }
    /// What `session.hello` says, and the quotas used.
    "session.info" SessionInfoCall -> SessionInfo {}
    /// Events of the log, from the oldest.
    "log.read" LogRead -> LogPage {
        /// Only events with a greater `seq`.
        #[serde(default)]
        after: u64,
        /// Most events to return, 1 to 1000.
        #[serde(default = "default_log_limit", deserialize_with = "log_limit")]
        limit: usize,
        /// Only events of this socket.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        socket: Option<SocketId>,
        /// Only events of these kinds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kinds: Option<EventKinds>,
    }
    /// Puts a note of the user's own into the log.
    "log.note" LogNote -> Noted {
        /// The note, at most 4096 bytes.
        #[serde(deserialize_with = "note_text")]
        text: String,
    }
    /// Closes every socket, then the session.
    "session.close" SessionClose -> Done {}
}

/// Flags of `send(2)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SendFlag {
    /// `MSG_OOB`: the last byte is TCP's urgent data (RFC 6093).
    Oob,
}

/// Flags of `recv(2)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecvFlag {
    /// `MSG_PEEK`: look, and leave the bytes in the queue.
    Peek,
    /// `MSG_OOB`: TCP's urgent data.
    Oob,
    /// `MSG_WAITALL`: wait until `max` bytes are there, the peer closed or the wait ended.
    Waitall,
}

/// What `poll(2)` is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PollFor {
    /// `POLLIN`: `recv` or `accept` would not wait.
    Read,
    /// `POLLOUT`: `send` would not wait.
    Write,
}

/// How payload bytes travel on a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Frames {
    /// Within the JSON of calls and events.
    #[default]
    Json,
    /// What streaming sockets receive comes as binary messages, and binary messages are sent (section 9).
    Binary,
}

/// In which form a connection gets bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataForm {
    /// Text where the bytes are valid UTF-8, base64 otherwise.
    #[default]
    Auto,
    /// Always base64.
    Base64,
}

/// How much of the bytes pushed events carry on a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayloadShare {
    /// All that the log holds.
    #[default]
    Full,
    /// The first 256 bytes.
    Preview,
    /// None; `bytes` still counts them.
    None,
}

fn parse_params<T: DeserializeOwned>(params: Option<&RawValue>) -> Result<T, Fault> {
    let json = params.map_or("{}", |raw| raw.get().trim_ascii_start());
    // serde reads a struct from an array as well; the contract says object.
    if !json.starts_with('{') {
        return Err(Fault::bad_params("params", "must be an object"));
    }
    let mut deserializer = serde_json::Deserializer::from_str(json);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        Fault::bad_params(if path == "." { "params" } else { &path }, &describe(error.inner()))
    })
}

/// serde's text without the place in the JSON, which says nothing once the field is named.
fn describe(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split_once(" at line ").map_or(text.as_str(), |(what, _)| what).to_owned()
}

fn default_poll_for() -> Vec<PollFor> {
    vec![PollFor::Read, PollFor::Write]
}

fn poll_sockets<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<SocketId>, D::Error> {
    let sockets = Vec::deserialize(deserializer)?;
    match sockets.len() {
        1..=POLL_MAX => Ok(sockets),
        count => Err(de::Error::custom(format_args!("{count} sockets are not from 1 to {POLL_MAX}"))),
    }
}

fn default_backlog() -> i32 {
    128
}

fn default_recv_max() -> usize {
    4096
}

fn default_log_limit() -> usize {
    100
}

/// Null is told apart from a field that is not there, and an array, which serde would take for the object, is refused.
fn responder<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<Responder>>, D::Error> {
    match Option::<serde_json::Map<String, serde_json::Value>>::deserialize(deserializer)? {
        None => Ok(Some(None)),
        Some(object) => serde_json::from_value(object.into())
            .map(|responder| Some(Some(responder)))
            .map_err(de::Error::custom),
    }
}

fn within<'de, D: Deserializer<'de>>(deserializer: D, most: usize) -> Result<usize, D::Error> {
    let number = u64::deserialize(deserializer)?;
    match usize::try_from(number) {
        Ok(number) if (1..=most).contains(&number) => Ok(number),
        _ => Err(de::Error::custom(format_args!("{number} is not from 1 to {most}"))),
    }
}

fn recv_max<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    within(deserializer, RECV_MAX)
}

fn log_limit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    within(deserializer, LOG_READ_MAX)
}

fn note_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    match text.len() {
        0 => Err(de::Error::custom("is empty")),
        1..=NOTE_MAX => Ok(text),
        length => Err(de::Error::custom(format_args!("{length} bytes are over the limit of {NOTE_MAX}"))),
    }
}

#[cfg(test)]
mod tests;
