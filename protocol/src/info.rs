//! What the kernel knows of a socket (section 6).

use serde::{Deserialize, Serialize};

use crate::{Family, Mode, Responder, SocketId, SocketType};

/// The result of `socket.info`. What the kernel does not have for this kind of socket is null.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct SocketInfo {
    /// The socket's number.
    pub socket: SocketId,
    /// Its family.
    pub family: Family,
    /// Its type.
    pub r#type: SocketType,
    /// `getsockname(2)`; null while there is none.
    pub local: Option<String>,
    /// `getpeername(2)`; null while there is none.
    pub peer: Option<String>,
    /// The kernel's TCP state: `CLOSE`, `LISTEN`, `SYN_SENT`, `ESTABLISHED`, …; null for other sockets.
    pub state: Option<String>,
    /// Bytes that `recv` has not taken yet. For a stream the data alone (`SIOCINQ`, tcp(7)), for datagrams
    /// what they occupy in the kernel's buffer, which is also what fills it.
    pub receive_queue: Option<u64>,
    /// Bytes that have not left, or for TCP have not been acknowledged (`SIOCOUTQ`, tcp(7)).
    pub send_queue: Option<u64>,
    /// A listener's accept queue; null for others.
    pub backlog: Option<Backlog>,
    /// `TCP_INFO` (tcp(7)); null for other sockets.
    pub tcp: Option<TcpInfo>,
    /// Bytes that the kernel took from this session's `send` calls.
    pub bytes_sent: u64,
    /// Bytes that this session's `recv` calls got.
    pub bytes_received: u64,
    /// Datagrams that the kernel dropped because the receive buffer was full; null for streams.
    pub drops: Option<u64>,
    /// Whether the server receives by itself.
    pub receive: Mode,
    /// Whether the server accepts by itself.
    pub accept: Mode,
    /// What answers arriving data.
    pub responder: Option<Responder>,
}

/// The parameters of `sockets`: what has changed since the connection was last told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct SocketsChanged {
    /// The sockets that are new or whose facts have changed, by rising number; at first every socket.
    pub sockets: Vec<SocketInfo>,
    /// Sockets that are closed.
    pub closed: Vec<SocketId>,
    /// When they were looked at, in microseconds since the Unix epoch.
    pub time_us: u64,
}

/// A listener's accept queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Backlog {
    /// Connections that wait for `accept`.
    pub waiting: u32,
    /// The backlog in force.
    pub limit: u32,
}

/// What `TCP_INFO` says (tcp(7), `struct tcp_info` of `linux/tcp.h`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct TcpInfo {
    /// Smoothed round-trip time in microseconds (RFC 6298).
    pub rtt_us: u32,
    /// Its variation in microseconds.
    pub rtt_var_us: u32,
    /// Smallest round-trip time seen, in microseconds.
    pub rtt_min_us: u32,
    /// Retransmission timeout in microseconds.
    pub retransmission_timeout_us: u32,
    /// Congestion window in segments.
    pub congestion_window: u32,
    /// Slow-start threshold in segments.
    pub slow_start_threshold: u32,
    /// Segment size for sending, in bytes.
    pub mss: u32,
    /// The peer's receive window in bytes.
    pub send_window: u32,
    /// Our own receive window in bytes.
    pub receive_window: u32,
    /// Segments sent again over the connection's life.
    pub retransmits: u32,
    /// Segments sent and not acknowledged yet.
    pub unacknowledged: u32,
    /// Bytes sent, retransmissions included.
    pub bytes_sent: u64,
    /// Bytes that the peer acknowledged.
    pub bytes_acknowledged: u64,
    /// Bytes received.
    pub bytes_received: u64,
    /// Segments sent.
    pub segments_sent: u32,
    /// Segments received.
    pub segments_received: u32,
}

/// One look at a TCP socket, of `socket.series`: what of `TCP_INFO` moves while a connection goes on, and the queues.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Sample {
    /// Its number: 1, 2, 3, … without a gap for each socket.
    pub sample: u64,
    /// When the kernel was asked, in microseconds since the Unix epoch.
    pub time_us: u64,
    /// The kernel's TCP state.
    pub state: String,
    /// Smoothed round-trip time in microseconds (RFC 6298).
    pub rtt_us: u32,
    /// Its variation in microseconds.
    pub rtt_var_us: u32,
    /// Retransmission timeout in microseconds.
    pub retransmission_timeout_us: u32,
    /// Congestion window in segments.
    pub congestion_window: u32,
    /// Slow-start threshold in segments.
    pub slow_start_threshold: u32,
    /// Segment size for sending, in bytes.
    pub mss: u32,
    /// The peer's receive window in bytes.
    pub send_window: u32,
    /// Our own receive window in bytes.
    pub receive_window: u32,
    /// Segments in flight: sent, and neither acknowledged nor taken for lost.
    pub in_flight: u32,
    /// Segments that TCP takes for lost and has not seen acknowledged since.
    pub lost: u32,
    /// Segments sent again so far.
    pub retransmits: u32,
    /// Bytes sent so far, retransmissions included.
    pub bytes_sent: u64,
    /// Bytes that the peer has acknowledged so far.
    pub bytes_acknowledged: u64,
    /// Bytes received so far.
    pub bytes_received: u64,
    /// Bytes that `recv` has not taken yet (`SIOCINQ`, tcp(7)).
    pub receive_queue: u64,
    /// Bytes that are not acknowledged yet, sent or not (`SIOCOUTQ`, tcp(7)).
    pub send_queue: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn socket_info_is_pinned() {
        let tcp = TcpInfo {
            rtt_us: 1,
            rtt_var_us: 2,
            rtt_min_us: 3,
            retransmission_timeout_us: 4,
            congestion_window: 5,
            slow_start_threshold: 6,
            mss: 7,
            send_window: 8,
            receive_window: 9,
            retransmits: 10,
            unacknowledged: 11,
            bytes_sent: 12,
            bytes_acknowledged: 13,
            bytes_received: 14,
            segments_sent: 15,
            segments_received: 16,
        };
        let info = SocketInfo {
            socket: 3,
            family: Family::Inet,
            r#type: SocketType::Stream,
            local: Some("127.0.0.1:9".into()),
            peer: None,
            state: Some("LISTEN".into()),
            receive_queue: None,
            send_queue: Some(0),
            backlog: Some(Backlog { waiting: 1, limit: 128 }),
            tcp: Some(tcp),
            bytes_sent: 0,
            bytes_received: 0,
            drops: None,
            receive: Mode::Manual,
            accept: Mode::Stream,
            responder: Some(Responder::Echo {}),
        };
        let json = r#"{"socket":3,"family":"inet","type":"stream","local":"127.0.0.1:9","peer":null,"state":"LISTEN","receive_queue":null,"send_queue":0,"backlog":{"waiting":1,"limit":128},"tcp":{"rtt_us":1,"rtt_var_us":2,"rtt_min_us":3,"retransmission_timeout_us":4,"congestion_window":5,"slow_start_threshold":6,"mss":7,"send_window":8,"receive_window":9,"retransmits":10,"unacknowledged":11,"bytes_sent":12,"bytes_acknowledged":13,"bytes_received":14,"segments_sent":15,"segments_received":16},"bytes_sent":0,"bytes_received":0,"drops":null,"receive":"manual","accept":"stream","responder":{"kind":"echo"}}"#;
        assert_eq!(serde_json::to_string(&info).unwrap(), json);
        assert_eq!(serde_json::from_str::<SocketInfo>(json).unwrap(), info);
        let changed = SocketsChanged { sockets: vec![info], closed: vec![4], time_us: 9 };
        let json = format!(r#"{{"sockets":[{json}],"closed":[4],"time_us":9}}"#);
        assert_eq!(serde_json::to_string(&changed).unwrap(), json);
        assert_eq!(serde_json::from_str::<SocketsChanged>(&json).unwrap(), changed);
    }
}
