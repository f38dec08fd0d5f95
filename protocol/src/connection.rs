//! The TCP connections of a lab's hosts as the kernel lists them, those without a descriptor among them (section 11).

use serde::{Deserialize, Serialize};

use crate::SocketId;
use crate::info::Backlog;

/// Of `host.connections`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Connections {
    /// The connections and listeners, by their hosts' order.
    pub connections: Vec<Connection>,
    /// Whether there are others, which are left out here.
    pub more: bool,
}

/// A line of the kernel's list (sock_diag(7)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Connection {
    /// The host whose it is.
    pub host: String,
    /// Its own address.
    pub local: String,
    /// The peer's; null of a listener.
    pub peer: Option<String>,
    /// The kernel's TCP state: `ESTABLISHED`, `SYN_SENT`, `SYN_RECV`, `TIME_WAIT`, …
    pub state: String,
    /// The session's socket that it is; null where it is none: while nobody has accepted it, and once it is closed.
    pub socket: Option<SocketId>,
    /// Bytes that `recv` has not taken yet; null of a listener.
    pub receive_queue: Option<u32>,
    /// Bytes that are not acknowledged yet; null of a listener.
    pub send_queue: Option<u32>,
    /// A listener's accept queue; null for others.
    pub backlog: Option<Backlog>,
    /// The timer that runs; null while none does.
    pub timer: Option<Timer>,
}

/// A timer of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Timer {
    /// What happens when it has run out.
    pub kind: TimerKind,
    /// When that will be, in milliseconds.
    pub expires_ms: u32,
    /// How often in a row it has run out since the peer was last heard.
    pub retransmits: u8,
}

/// The kinds of timers (`idiag_timer` of linux/inet_diag.h).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TimerKind {
    /// What is not acknowledged is sent again (RFC 6298).
    Retransmission,
    /// The peer is asked whether it is still there (RFC 9293 section 3.8.4).
    KeepAlive,
    /// The connection is forgotten (RFC 9293 section 3.6.1).
    TimeWait,
    /// The peer's window, which is zero, is asked after (RFC 9293 section 3.8.6.1).
    ZeroWindowProbe,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_pinned() {
        let timer = Timer { kind: TimerKind::TimeWait, expires_ms: 59_984, retransmits: 0 };
        let connection = Connection {
            host: "alice".into(),
            local: "10.0.0.1:43210".into(),
            peer: Some("10.0.0.2:7788".into()),
            state: "TIME_WAIT".into(),
            socket: None,
            receive_queue: Some(0),
            send_queue: Some(0),
            backlog: None,
            timer: Some(timer),
        };
        let json = r#"{"host":"alice","local":"10.0.0.1:43210","peer":"10.0.0.2:7788","state":"TIME_WAIT","socket":null,"receive_queue":0,"send_queue":0,"backlog":null,"timer":{"kind":"time_wait","expires_ms":59984,"retransmits":0}}"#;
        assert_eq!(serde_json::to_string(&connection).unwrap(), json);
        assert_eq!(serde_json::from_str::<Connection>(json).unwrap(), connection);
        let names = [TimerKind::Retransmission, TimerKind::KeepAlive, TimerKind::ZeroWindowProbe]
            .map(|kind| serde_json::to_string(&kind).unwrap());
        assert_eq!(names, [r#""retransmission""#, r#""keep_alive""#, r#""zero_window_probe""#]);
    }
}
