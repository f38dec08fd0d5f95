//! What calls return (section 4, third column).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::call::{DataForm, Frames, PacketsPushed, PayloadShare, SocketsEvery};
use crate::connection::Connections;
use crate::event::EventKinds;
use crate::hello::{LabHost, SessionInfo};
use crate::info::Sample;
use crate::wire::{Hosts, PacketChange, Released, Wire};
use crate::{Data, Event, Mode, Packet, Responder, SocketId, SocketInfo};

/// Declares the answers: a struct each, and the enum over them.
macro_rules! answers {
    ($($(#[$doc:meta])* $variant:ident { $($(#[$field_meta:meta])* $field:ident : $type:ty,)* })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
            #[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
            pub struct $variant { $($(#[$field_meta])* pub $field: $type,)* }

            impl From<$variant> for Answer {
                fn from(answer: $variant) -> Answer { Answer::$variant(answer) }
            }
        )*

        /// The result of a call.
        #[derive(Clone, Debug, PartialEq, Serialize)]
        #[serde(untagged)]
        pub enum Answer {
            $($(#[$doc])* $variant($variant),)*
            /// Of `socket.info`.
            Info(Box<SocketInfo>),
            /// Of `session.info`.
            Session(Box<SessionInfo>),
            /// Of `host.add`.
            Host(LabHost),
            /// Of `host.list`.
            Hosts(Hosts),
            /// Of `host.connections`.
            Connections(Connections),
            /// Of `wire.show` and of what changes the wire.
            Wire(Box<Wire>),
            /// Of `wire.release` and `wire.unhold`.
            Released(Released),
        }
    };
}

answers! {
    /// Of calls that have nothing to tell: `socket.shutdown`, `socket.close`, `host.remove`, `session.unshare`, `session.close`.
    Done {}
    /// Of `socket.create`.
    Created {
        /// The new socket's number.
        socket: SocketId,
    }
    /// Of `socket.bind`.
    Bound {
        /// The address that the kernel now reports.
        local: String,
        /// True where any local address was asked for and the network allows loopback alone.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        narrowed: bool,
    }
    /// Of `socket.listen`.
    Listening {
        /// The listener's address.
        local: String,
        /// The backlog in force after the kernel's cap.
        backlog: u32,
    }
    /// Of `socket.accept`.
    Accepted {
        /// The new socket's number.
        connection: SocketId,
        /// The peer's address.
        peer: String,
        /// The connection's own address.
        local: String,
    }
    /// Of `socket.connect`.
    Connected {
        /// The socket's own address.
        local: String,
        /// The peer's address.
        peer: String,
        /// How long the call took, in microseconds.
        duration_us: u64,
    }
    /// Of `socket.send`.
    Sent {
        /// How many bytes the kernel took: all of them.
        bytes: usize,
    }
    /// Of `socket.recv`.
    Received {
        /// How many bytes are in `data`.
        bytes: usize,
        /// The bytes.
        data: Data,
        /// The sender of a datagram.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<String>,
        /// A datagram was longer than `max` and its rest is lost.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        truncated: bool,
        /// The length of a truncated datagram, in bytes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        datagram_bytes: Option<usize>,
        /// A stream's peer has closed.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        eof: bool,
    }
    /// Of `socket.set_option` and `socket.get_option`.
    OptionValue {
        /// The value as the kernel reports it.
        value: Value,
    }
    /// Of `socket.list`.
    Sockets {
        /// The session's sockets by rising number.
        sockets: Vec<SocketInfo>,
    }
    /// Of `socket.poll`.
    Polled {
        /// The sockets that are ready, in the order in which they were asked for; none where the time limit passed.
        ready: Vec<Ready>,
    }
    /// One ready socket of [`Polled`].
    Ready {
        /// The socket's number.
        socket: SocketId,
        /// `POLLIN`.
        read: bool,
        /// `POLLOUT`.
        write: bool,
        /// `POLLHUP`: both directions have ended.
        hangup: bool,
        /// `POLLERR`: the next call gets an error.
        error: bool,
    }
    /// Of `dns.resolve`.
    Resolved {
        /// Every address of the name.
        addresses: Vec<ResolvedAddress>,
    }
    /// One address of [`Resolved`].
    ResolvedAddress {
        /// The address.
        address: String,
        /// Whether the policy lets sockets reach it.
        allowed: bool,
    }
    /// Of `socket.configure`.
    Configured {
        /// Whether the server receives by itself.
        receive: Mode,
        /// Whether the server accepts by itself.
        accept: Mode,
        /// What answers arriving data.
        responder: Option<Responder>,
    }
    /// Of `call.cancel`.
    Cancelled {
        /// Whether such a call was waiting.
        cancelled: bool,
    }
    /// Of `session.configure`.
    SessionConfigured {
        /// How payload bytes travel.
        frames: Frames,
        /// In which form bytes are sent.
        data: DataForm,
        /// How much of the bytes pushed events carry.
        payload: PayloadShare,
        /// Which kinds of events are pushed; left out where every kind is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kinds: Option<EventKinds>,
        /// How often the sockets' facts are looked at and pushed; left out where they are not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sockets: Option<SocketsEvery>,
        /// How packets are pushed; left out where they are not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        packets: Option<PacketsPushed>,
    }
    /// Of `log.read`.
    LogPage {
        /// The events that fit the question, oldest first.
        events: Vec<Event>,
        /// The oldest `seq` that the log still holds; 0 while it is empty.
        oldest: u64,
        /// The newest `seq`; 0 while there is none.
        newest: u64,
        /// Whether events after the last one returned may fit, too; with `before`, events before the first one.
        more: bool,
    }
    /// Of `packets.read`.
    PacketsPage {
        /// The packets, oldest first.
        packets: Vec<Packet>,
        /// The oldest `seq` that the lab still holds; 0 while there is none.
        oldest: u64,
        /// The newest `seq`; 0 while there is none.
        newest: u64,
        /// Whether packets after the last one returned are there, too.
        more: bool,
        /// What has become of packets since the change `changes_after`, oldest first; only where that was given.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        changes: Vec<PacketChange>,
        /// The oldest change that is still known; 0 while there is none.
        #[serde(default)]
        oldest_change: u64,
        /// The newest change; 0 while there is none.
        #[serde(default)]
        newest_change: u64,
    }
    /// Of `socket.watch`.
    Watched {
        /// Between two looks, in milliseconds; 0 for none any more.
        every_ms: u32,
    }
    /// Of `socket.series`.
    Series {
        /// The samples, oldest first.
        samples: Vec<Sample>,
        /// The number of the oldest one that is kept; 0 while there is none.
        oldest: u64,
        /// The number of the newest; 0 while there is none.
        newest: u64,
        /// Whether samples after the last one returned are there, too.
        more: bool,
        /// Between two looks, in milliseconds; 0 where the socket is not watched.
        every_ms: u32,
    }
    /// Of `session.share`.
    Shared {
        /// The share's id, for `session.unshare`.
        share: String,
        /// The token: whoever has it may look at the session.
        token: String,
    }
    /// Of `log.note`.
    Noted {
        /// The note's number in the log.
        seq: u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::Fate;

    #[test]
    fn every_answer_is_pinned() {
        let check = |answer: Answer, json: &str| assert_eq!(serde_json::to_string(&answer).unwrap(), json);
        check(Done {}.into(), "{}");
        check(Created { socket: 3 }.into(), r#"{"socket":3}"#);
        check(Bound { local: "127.0.0.1:9".into(), narrowed: false }.into(), r#"{"local":"127.0.0.1:9"}"#);
        check(
            Bound { local: "127.0.0.1:9".into(), narrowed: true }.into(),
            r#"{"local":"127.0.0.1:9","narrowed":true}"#,
        );
        check(
            Listening { local: "127.0.0.1:9".into(), backlog: 128 }.into(),
            r#"{"local":"127.0.0.1:9","backlog":128}"#,
        );
        check(
            Accepted { connection: 4, peer: "127.0.0.1:8".into(), local: "127.0.0.1:9".into() }.into(),
            r#"{"connection":4,"peer":"127.0.0.1:8","local":"127.0.0.1:9"}"#,
        );
        check(
            Connected { local: "127.0.0.1:8".into(), peer: "127.0.0.1:9".into(), duration_us: 52 }.into(),
            r#"{"local":"127.0.0.1:8","peer":"127.0.0.1:9","duration_us":52}"#,
        );
        check(Sent { bytes: 2 }.into(), r#"{"bytes":2}"#);
        let received = Received {
            bytes: 2,
            data: Data::from_bytes(b"hi"),
            from: None,
            truncated: false,
            datagram_bytes: None,
            eof: false,
        };
        check(received.clone().into(), r#"{"bytes":2,"data":{"text":"hi"}}"#);
        check(
            Received {
                from: Some("127.0.0.1:8".into()),
                truncated: true,
                datagram_bytes: Some(9),
                ..received.clone()
            }
            .into(),
            r#"{"bytes":2,"data":{"text":"hi"},"from":"127.0.0.1:8","truncated":true,"datagram_bytes":9}"#,
        );
        check(
            Received { bytes: 0, data: Data::from_bytes(b""), eof: true, ..received }.into(),
            r#"{"bytes":0,"data":{"text":""},"eof":true}"#,
        );
        check(OptionValue { value: Value::Null }.into(), r#"{"value":null}"#);
        check(Sockets { sockets: Vec::new() }.into(), r#"{"sockets":[]}"#);
        check(
            Configured { receive: Mode::Stream, accept: Mode::Manual, responder: Some(Responder::Echo {}) }
                .into(),
            r#"{"receive":"stream","accept":"manual","responder":{"kind":"echo"}}"#,
        );
        let ready = Ready { socket: 3, read: true, write: false, hangup: false, error: false };
        check(
            Polled { ready: vec![ready] }.into(),
            r#"{"ready":[{"socket":3,"read":true,"write":false,"hangup":false,"error":false}]}"#,
        );
        let address = ResolvedAddress { address: "127.0.0.1".into(), allowed: true };
        check(
            Resolved { addresses: vec![address] }.into(),
            r#"{"addresses":[{"address":"127.0.0.1","allowed":true}]}"#,
        );
        check(Cancelled { cancelled: true }.into(), r#"{"cancelled":true}"#);
        check(
            SessionConfigured {
                frames: Frames::Json,
                data: DataForm::Auto,
                payload: PayloadShare::Full,
                kinds: None,
                sockets: Some(SocketsEvery { every_ms: 500 }),
                packets: Some(PacketsPushed { after: None, data: true, per_second: 1000 }),
            }
            .into(),
            r#"{"frames":"json","data":"auto","payload":"full","sockets":{"every_ms":500},"packets":{"data":true,"per_second":1000}}"#,
        );
        check(
            LogPage { events: Vec::new(), oldest: 0, newest: 0, more: false }.into(),
            r#"{"events":[],"oldest":0,"newest":0,"more":false}"#,
        );
        let change = PacketChange {
            change: 9,
            seq: 7,
            fate: Fate::Passed,
            delayed_us: Some(52),
            copies: Some(2),
            out_of_order: true,
        };
        let page = PacketsPage {
            packets: Vec::new(),
            oldest: 0,
            newest: 0,
            more: false,
            changes: vec![change],
            oldest_change: 1,
            newest_change: 9,
        };
        check(
            page.clone().into(),
            r#"{"packets":[],"oldest":0,"newest":0,"more":false,"changes":[{"change":9,"seq":7,"fate":"passed","delayed_us":52,"copies":2,"out_of_order":true}],"oldest_change":1,"newest_change":9}"#,
        );
        check(
            PacketsPage { changes: Vec::new(), newest_change: 0, oldest_change: 0, ..page }.into(),
            r#"{"packets":[],"oldest":0,"newest":0,"more":false,"oldest_change":0,"newest_change":0}"#,
        );
        let host = LabHost { name: "bob".into(), addresses: vec!["10.0.0.2".into()] };
        check(Answer::Host(host.clone()), r#"{"name":"bob","addresses":["10.0.0.2"]}"#);
        check(
            Answer::Hosts(Hosts { hosts: vec![host] }),
            r#"{"hosts":[{"name":"bob","addresses":["10.0.0.2"]}]}"#,
        );
        check(Answer::Released(Released { released: vec![7] }), r#"{"released":[7]}"#);
        check(Noted { seq: 1 }.into(), r#"{"seq":1}"#);
        check(Shared { share: "sh_1".into(), token: "t".into() }.into(), r#"{"share":"sh_1","token":"t"}"#);
    }
}
