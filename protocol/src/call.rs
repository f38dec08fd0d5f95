//! The calls of section 4: their parameters, and the one place that reads them from JSON.
//!
//! Both edges, WebSocket and REST, build the same [`Call`] here. Parsing is strict: parameters are an object,
//! a field that a call does not have is an error, and each error names the field.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::answer::{
    Accepted, Bound, Cancelled, Configured, Connected, Created, Done, Listening, LogPage, Noted, OptionValue,
    PacketsPage, Polled, Received, Resolved, Sent, Series, SessionConfigured, Shared, Sockets, Watched,
};
use crate::connection::Connections;
use crate::event::EventKinds;
use crate::hello::{LabHost, SessionInfo};
use crate::rpc::Id;
use crate::wire::{Flag, HoldProtocol, Hosts, ReleaseAction, Released, Wire};
#[cfg(feature = "schemas")]
use crate::wire::{HELD_MAX, LOSS_EVERY_MAX, QUEUE_PACKETS_MAX, RATE_KBIT_MAX, WIRE_MS_MAX};
use crate::{
    Address, Family, Fault, Host, Mode, Payload, Responder, ShutdownHow, SocketId, SocketInfo, SocketType,
};

mod fields;
mod limits;
mod parse;
mod parts;

use fields::*;
pub use limits::*;
use parse::parse_params;
pub use parts::{DataForm, Frames, PacketsPushed, PayloadShare, PollFor, RecvFlag, SendFlag, SocketsEvery};

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
        $(#[doc = $doc:literal])*
        $(#[cfg_attr($cfg:meta, $attribute:meta)])?
        $method:literal $variant:ident -> $answer:ty { $($(#[$field_meta:meta])* $field:ident : $type:ty,)* }
    )*) => {
        $(
            $(#[doc = $doc])*
            #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
            #[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
            $(#[cfg_attr($cfg, $attribute)])?
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
        pub enum Call { $($(#[doc = $doc])* $variant($variant),)* }

        impl Call {
            /// Every method's name, in the order of section 4.
            pub const METHODS: &[&str] = &[$($method),*];

            /// The method's name on the wire.
            pub fn method(&self) -> &'static str {
                match self { $(Call::$variant(_) => $method,)* }
            }

            /// The place of the method's name in [`Call::METHODS`].
            pub fn index(&self) -> usize {
                /// The calls in the same order.
                enum Place { $($variant,)* }
                match self { $(Call::$variant(_) => Place::$variant as usize,)* }
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

            /// The schemas of every method, in the order of section 4.
            #[cfg(feature = "schemas")]
            pub fn schemas(schemas: &mut crate::schema::Schemas) -> Vec<crate::schema::MethodSchemas> {
                vec![$(schemas.method::<$variant>(),)*]
            }
        }
    };
}

calls! {
    /// `socket(2)`: makes a socket.
    ///
    /// It gets the next number of its session, from 3 upwards; a number never comes back.
    "socket.create" SocketCreate -> Created {
        /// The address family.
        family: Family,
        /// The socket's type.
        r#type: SocketType,
        /// In a lab, the host on which the socket is made; the first one if left out.
        #[serde(default, deserialize_with = "host_name", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schemas", schemars(length(min = 1, max = HOST_NAME_MAX)))]
        host: Option<String>,
    }
    /// `bind(2)`: gives a socket its local address.
    ///
    /// Port 0 lets the kernel choose a free port, which the answer tells.
    "socket.bind" SocketBind -> Bound {
        /// The socket's number.
        socket: SocketId,
        /// The local address to take.
        address: Address,
    }
    /// `listen(2)`: makes a stream socket a listener.
    ///
    /// From then on the kernel completes connections by itself and keeps them in the listener's queue.
    "socket.listen" SocketListen -> Listening {
        /// The socket's number.
        socket: SocketId,
        /// How many connections may wait for `accept`; the kernel caps it at `net.core.somaxconn`.
        #[serde(default = "default_backlog")]
        backlog: i32,
    }
    /// `accept(2)`: takes a connection out of a listener's queue.
    ///
    /// It waits for one where there is none. The connection is a new socket with a number of its own.
    "socket.accept" SocketAccept -> Accepted {
        /// The listener's number.
        socket: SocketId,
        /// Longest wait in milliseconds; left out waits for ever.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout_ms: Option<u64>,
    }
    /// `connect(2)`: connects a socket to a peer.
    ///
    /// A stream waits until the peer has answered; a datagram socket only remembers the address.
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
    ///
    /// All of the bytes are taken, or the call fails and `error.data.bytes` says how many were. It waits while the buffer is full.
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
    ///
    /// It waits until something is there. With a time limit nothing is lost: what comes later waits for the next call.
    "socket.recv" SocketRecv -> Received {
        /// The socket's number.
        socket: SocketId,
        /// Most bytes to take, 1 to 1048576.
        #[serde(default = "default_recv_max", deserialize_with = "recv_max")]
        #[cfg_attr(feature = "schemas", schemars(range(min = 1, max = RECV_MAX)))]
        max: usize,
        /// Flags of the call.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        flags: Vec<RecvFlag>,
        /// Longest wait in milliseconds; left out waits for ever.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout_ms: Option<u64>,
    }
    /// `shutdown(2)`: ends one direction of a connection, or both.
    "socket.shutdown" SocketShutdown -> Done {
        /// The socket's number.
        socket: SocketId,
        /// Which directions end.
        how: ShutdownHow,
    }
    /// `close(2)`: closes a socket.
    ///
    /// Calls that still wait on it end with the error `cancelled`. Its number never comes back.
    "socket.close" SocketClose -> Done {
        /// The socket's number.
        socket: SocketId,
        /// `SO_LINGER` in seconds for this close; 0 sends RST instead of FIN (socket(7)).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        linger_s: Option<u16>,
    }
    /// `setsockopt(2)`: sets an option and tells its value as the kernel then reports it.
    #[cfg_attr(feature = "schemas", schemars(transform = crate::schema::set_option))]
    "socket.set_option" SocketSetOption -> OptionValue {
        /// The socket's number.
        socket: SocketId,
        /// The option's name.
        #[cfg_attr(feature = "schemas", schemars(schema_with = "crate::schema::settable_option"))]
        name: String,
        /// Its new value, of the type that the option takes.
        value: serde_json::Value,
    }
    /// `getsockopt(2)`: reads an option. Reading `error` clears it, as `SO_ERROR` does (socket(7)).
    "socket.get_option" SocketGetOption -> OptionValue {
        /// The socket's number.
        socket: SocketId,
        /// The option's name.
        #[cfg_attr(feature = "schemas", schemars(schema_with = "crate::schema::option_name"))]
        name: String,
    }
    /// What the kernel knows of a socket: addresses, TCP state, queues, counters (section 6).
    "socket.info" SocketInfoCall -> SocketInfo {
        /// The socket's number.
        socket: SocketId,
    }
    /// What the kernel knows of every socket of the session.
    "socket.list" SocketList -> Sockets {}
    /// Begins to look at a TCP socket at regular times, each time for a sample of `socket.series`, or ends it.
    ///
    /// The newest 1200 samples are kept while the socket is open. At most 16 sockets of a session are watched at once.
    "socket.watch" SocketWatch -> Watched {
        /// The socket's number.
        socket: SocketId,
        /// Between two looks, in milliseconds: 50 to 10000, or 0 to end it. What was sampled stays.
        #[serde(deserialize_with = "watch_ms")]
        #[cfg_attr(feature = "schemas", schemars(schema_with = "crate::schema::watch_ms"))]
        every_ms: u32,
    }
    /// The samples of a watched socket, oldest first: round trips, windows, retransmissions, what is in flight.
    ///
    /// It waits for one where there is none after `after`, if it is given a time.
    "socket.series" SocketSeries -> Series {
        /// The socket's number.
        socket: SocketId,
        /// Only samples with a greater number.
        #[serde(default)]
        after: u64,
        /// Most samples to return, 1 to 1200.
        #[serde(default = "default_log_limit", deserialize_with = "series_limit")]
        #[cfg_attr(feature = "schemas", schemars(range(min = 1, max = SERIES_MAX)))]
        limit: usize,
        /// Longest wait for the first sample in milliseconds; left out does not wait.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout_ms: Option<u64>,
    }
    /// `poll(2)`: which of several sockets a call would not wait on.
    ///
    /// It waits until one of them is ready. Where the time limit passes the answer is an empty array.
    "socket.poll" SocketPoll -> Polled {
        /// The sockets' numbers, one to 64 of them.
        #[serde(deserialize_with = "poll_sockets")]
        #[cfg_attr(feature = "schemas", schemars(length(min = 1, max = POLL_MAX)))]
        sockets: Vec<SocketId>,
        /// What to ask for; both if left out.
        #[serde(default = "default_poll_for")]
        r#for: Vec<PollFor>,
        /// Longest wait in milliseconds; left out waits for ever.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout_ms: Option<u64>,
    }
    /// Lets the server receive, accept and answer by itself (section 5).
    ///
    /// A field left out stays as it is.
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
        #[serde(default, deserialize_with = "nullable", skip_serializing_if = "Option::is_none")]
        responder: Option<Option<Responder>>,
    }
    /// The addresses of a host name, each with whether sockets may reach it.
    "dns.resolve" DnsResolve -> Resolved {
        /// The name.
        name: Host,
    }
    /// Ends a call that is still waiting on this connection; that one fails with the error `cancelled`.
    "call.cancel" CallCancel -> Cancelled {
        /// The waiting call's `id`.
        id: Id,
    }
    /// How bytes and events reach this connection.
    ///
    /// A field left out stays as it is.
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
        /// Which kinds of events are pushed; every kind until this is set.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kinds: Option<EventKinds>,
        /// Whether the sockets' facts are pushed as `sockets`, and how often they are looked at; null for not at all.
        #[serde(default, deserialize_with = "nullable", skip_serializing_if = "Option::is_none")]
        sockets: Option<Option<SocketsEvery>>,
        /// Whether a lab's packets are pushed as `packets`, and how; null for not at all.
        #[serde(default, deserialize_with = "nullable", skip_serializing_if = "Option::is_none")]
        packets: Option<Option<PacketsPushed>>,
    }
    /// What `session.hello` says, and how much of the limits is used.
    "session.info" SessionInfoCall -> SessionInfo {}
    /// A page of the session's log, from the oldest event.
    ///
    /// With `before` it is the newest events below that number; oldest first all the same.
    "log.read" LogRead -> LogPage {
        /// Only events with a greater `seq`.
        #[serde(default)]
        after: u64,
        /// Only events with a smaller `seq`, and of these the newest.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        before: Option<u64>,
        /// Most events to return, 1 to 1000.
        #[serde(default = "default_log_limit", deserialize_with = "log_limit")]
        #[cfg_attr(feature = "schemas", schemars(range(min = 1, max = LOG_READ_MAX)))]
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
        /// The note, at most 4096 characters.
        #[serde(deserialize_with = "note_text")]
        #[cfg_attr(feature = "schemas", schemars(length(min = 1, max = NOTE_MAX)))]
        text: String,
    }
    /// The packets that a lab's hosts have put on the wire, oldest first.
    ///
    /// It waits for one where there is none after `after`, if it is given a time. Only sessions in a lab have packets.
    "packets.read" PacketsRead -> PacketsPage {
        /// Only packets with a greater `seq`.
        #[serde(default)]
        after: u64,
        /// Tells as well what has become of packets since the change of this number; 0 for all that is still known. The wait
        /// ends with a change, too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        changes_after: Option<u64>,
        /// Most packets to return, 1 to 1000.
        #[serde(default = "default_log_limit", deserialize_with = "packets_limit")]
        #[cfg_attr(feature = "schemas", schemars(range(min = 1, max = PACKETS_READ_MAX)))]
        limit: usize,
        /// Whether the packets' bytes come along.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        data: bool,
        /// Longest wait for the first packet in milliseconds; left out does not wait.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timeout_ms: Option<u64>,
    }
    /// Adds a host to the lab.
    ///
    /// It gets the next free addresses and reaches every other host at once. A lab has at most 16 hosts.
    "host.add" HostAdd -> LabHost {
        /// Its name: a letter, then letters, digits and `-`, all of them small; a free one of `alice`, `bob`, `carol`, … if left
        /// out.
        #[serde(default, deserialize_with = "new_host_name", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schemas", schemars(length(min = 1, max = HOST_NAME_MAX), regex(pattern = HOST_NAME_PATTERN)))]
        name: Option<String>,
    }
    /// Takes a host out of the lab. It fails with `EBUSY` while the session has sockets on it, and for the last host.
    ///
    /// Packets for it that are held or under way are lost with it.
    "host.remove" HostRemove -> Done {
        /// The host's name.
        #[serde(deserialize_with = "some_host_name")]
        #[cfg_attr(feature = "schemas", schemars(length(min = 1, max = HOST_NAME_MAX)))]
        name: String,
    }
    /// The lab's hosts.
    "host.list" HostList -> Hosts {}
    /// The TCP connections of a host, or of all, as the kernel lists them: those in every state, with a socket or without.
    ///
    /// Half-open connections (`SYN_RECV`) and those that are over (`TIME_WAIT`) belong to the kernel alone. At most 1000 are told.
    "host.connections" HostConnections -> Connections {
        /// The host; every host if left out.
        #[serde(default, deserialize_with = "host_name", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schemas", schemars(length(min = 1, max = HOST_NAME_MAX)))]
        host: Option<String>,
    }
    /// Sets how the wire treats packets: for each direction from `from` to `to`, of which one that is left out is every host.
    ///
    /// A field left out stays as it is, and 0 switches one off. The packets that are under way already keep their fate.
    "wire.configure" WireConfigure -> Wire {
        /// The host that sends; every host if left out.
        #[serde(default, deserialize_with = "host_name", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schemas", schemars(length(min = 1, max = HOST_NAME_MAX)))]
        from: Option<String>,
        /// The host that receives; every host if left out.
        #[serde(default, deserialize_with = "host_name", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schemas", schemars(length(min = 1, max = HOST_NAME_MAX)))]
        to: Option<String>,
        /// How many of a hundred packets are lost, at random: 0 to 100.
        #[serde(default, deserialize_with = "percent", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schemas", schemars(range(min = 0, max = 100)))]
        loss_percent: Option<f64>,
        /// Each packet of this number is lost: with 3 the third, the sixth and so on, counted from here. 0 to 1000000.
        #[serde(default, deserialize_with = "loss_every", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schemas", schemars(range(min = 0, max = LOSS_EVERY_MAX)))]
        loss_every: Option<u32>,
        /// How long a packet is under way, in milliseconds: 0 to 60000.
        #[serde(default, deserialize_with = "wire_ms", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schemas", schemars(range(min = 0, max = WIRE_MS_MAX)))]
        delay_ms: Option<u32>,
        /// How much longer at most, at random and evenly, in milliseconds: 0 to 60000. Packets overtake each other.
        #[serde(default, deserialize_with = "wire_ms", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schemas", schemars(range(min = 0, max = WIRE_MS_MAX)))]
        jitter_ms: Option<u32>,
        /// How many of a hundred packets come twice: 0 to 100.
        #[serde(default, deserialize_with = "percent", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schemas", schemars(range(min = 0, max = 100)))]
        duplicate_percent: Option<f64>,
        /// How many of a hundred packets take 20 ms more, so that those behind overtake them: 0 to 100.
        #[serde(default, deserialize_with = "percent", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schemas", schemars(range(min = 0, max = 100)))]
        reorder_percent: Option<f64>,
        /// In how many of a hundred packets one bit behind the IP header is flipped: 0 to 100.
        #[serde(default, deserialize_with = "percent", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schemas", schemars(range(min = 0, max = 100)))]
        corrupt_percent: Option<f64>,
        /// How much goes through, in thousands of bits a second: 0 (no limit) to 10000000.
        #[serde(default, deserialize_with = "rate_kbit", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schemas", schemars(range(min = 0, max = RATE_KBIT_MAX)))]
        rate_kbit: Option<u32>,
        /// How many packets may wait for their turn where there is a rate; what is more is lost. 0 (100 packets) to 4096.
        #[serde(default, deserialize_with = "queue_packets", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schemas", schemars(range(min = 0, max = QUEUE_PACKETS_MAX)))]
        queue_packets: Option<u32>,
        /// The largest packet of the sending host's device, in bytes: 1280 to 9000, or 0 for 1500. It is a host's and not a direction's,
        /// so it goes without `to`.
        #[serde(default, deserialize_with = "mtu", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schemas", schemars(schema_with = "crate::schema::mtu"))]
        mtu: Option<u32>,
        /// Begins all that is random anew, in every direction: the same packets then have the same fates.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seed: Option<u32>,
        /// Whether packets come on record: true at first. With false they are only counted, which costs less; those that are held do
        /// all the same. It is the whole wire's, whatever `from` and `to` say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        record: Option<bool>,
    }
    /// What the wire is like, and which packets it holds.
    "wire.show" WireShow -> Wire {}
    /// Cuts the wire: nothing goes through in the directions that `from` and `to` name.
    "wire.cut" WireCut -> Wire {
        /// The host that sends; every host if left out.
        #[serde(default, deserialize_with = "host_name", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schemas", schemars(length(min = 1, max = HOST_NAME_MAX)))]
        from: Option<String>,
        /// The host that receives; every host if left out.
        #[serde(default, deserialize_with = "host_name", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schemas", schemars(length(min = 1, max = HOST_NAME_MAX)))]
        to: Option<String>,
    }
    /// Mends what was cut.
    "wire.mend" WireMend -> Wire {
        /// The host that sends; every host if left out.
        #[serde(default, deserialize_with = "host_name", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schemas", schemars(length(min = 1, max = HOST_NAME_MAX)))]
        from: Option<String>,
        /// The host that receives; every host if left out.
        #[serde(default, deserialize_with = "host_name", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schemas", schemars(length(min = 1, max = HOST_NAME_MAX)))]
        to: Option<String>,
    }
    /// From now on packets that fit every field given wait at the wire, until `wire.release` or `wire.unhold`.
    ///
    /// It takes the place of what was to be held before; what is held already stays.
    "wire.hold" WireHold -> Wire {
        /// Only from this host.
        #[serde(default, deserialize_with = "host_name", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schemas", schemars(length(min = 1, max = HOST_NAME_MAX)))]
        from: Option<String>,
        /// Only to this host.
        #[serde(default, deserialize_with = "host_name", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schemas", schemars(length(min = 1, max = HOST_NAME_MAX)))]
        to: Option<String>,
        /// Only of this protocol.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        protocol: Option<HoldProtocol>,
        /// Only from or to this port.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        port: Option<u16>,
        /// Only TCP segments with all of these flags.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        flags: Vec<Flag>,
        /// Only so many, 1 to 4096; those behind them pass.
        #[serde(default, deserialize_with = "hold_count", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schemas", schemars(range(min = 1, max = HELD_MAX)))]
        count: Option<u32>,
    }
    /// Decides what becomes of a held packet, or of all of them.
    "wire.release" WireRelease -> Released {
        /// The packet's number; all that are held if left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        seq: Option<u64>,
        /// What becomes of it.
        #[serde(default)]
        action: ReleaseAction,
        /// With `delay`, and needed there: how much longer it waits, in milliseconds, 1 to 60000.
        #[serde(default, deserialize_with = "release_delay", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schemas", schemars(range(min = 1, max = WIRE_MS_MAX)))]
        delay_ms: Option<u32>,
    }
    /// Ends holding: what waits passes in its order, and so does what comes.
    "wire.unhold" WireUnhold -> Released {}
    /// Makes a token with which others may look at the session, and do nothing else.
    ///
    /// It is told here and never again. It lasts until `session.unshare`, or as long as the session.
    "session.share" SessionShare -> Shared {
        /// For whom or what it is, at most 256 characters; only `session.info` tells it.
        #[serde(default, deserialize_with = "share_label", skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schemas", schemars(length(max = SHARE_LABEL_MAX)))]
        label: Option<String>,
    }
    /// Takes a share back: its token opens nothing any more, and its connections end.
    "session.unshare" SessionUnshare -> Done {
        /// The share's id.
        share: String,
    }
    /// Closes every socket, then the session.
    "session.close" SessionClose -> Done {}
}

impl Call {
    /// Whether it only looks, so that a connection with a share's token may make it.
    pub fn only_looks(&self) -> bool {
        READ_METHODS.contains(&self.method())
    }
}

#[cfg(test)]
mod tests;
