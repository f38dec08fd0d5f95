//! What the kernel knows of a socket: the source of `socket.info`.

use std::io;

use socket2::SockAddr;
use sockyard_protocol::info::{Backlog, TcpInfo};
use sockyard_protocol::{Family, SocketType};

use super::raw;
use super::socket::Socket;

/// States of `include/net/tcp_states.h`, by their number.
const TCP_STATES: [&str; 13] = [
    "",
    "ESTABLISHED",
    "SYN_SENT",
    "SYN_RECV",
    "FIN_WAIT1",
    "FIN_WAIT2",
    "TIME_WAIT",
    "CLOSE",
    "CLOSE_WAIT",
    "LAST_ACK",
    "LISTEN",
    "CLOSING",
    "NEW_SYN_RECV",
];
const LISTEN: u8 = 10;

/// A state's name, by its number.
pub(crate) fn tcp_state(number: u8) -> &'static str {
    TCP_STATES.get(usize::from(number)).copied().unwrap_or("")
}

/// Whether it is a listener's.
pub(crate) fn is_listen(state: u8) -> bool {
    state == LISTEN
}

/// One look at a socket. What the kernel does not have for its kind is `None`.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) local: Option<SockAddr>,
    pub(crate) peer: Option<SockAddr>,
    pub(crate) state: Option<&'static str>,
    pub(crate) receive_queue: Option<u64>,
    pub(crate) send_queue: Option<u64>,
    pub(crate) backlog: Option<Backlog>,
    pub(crate) tcp: Option<TcpInfo>,
    pub(crate) drops: Option<u64>,
}

/// What of a TCP socket moves while a connection goes on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TcpFacts {
    pub(crate) state: &'static str,
    pub(crate) tcp: TcpInfo,
    /// Segments sent, and neither acknowledged nor taken for lost.
    pub(crate) in_flight: u32,
    pub(crate) lost: u32,
    pub(crate) receive_queue: u64,
    pub(crate) send_queue: u64,
}

impl TcpFacts {
    /// # Errors
    /// The kernel's: no other socket has `TCP_INFO`.
    pub(crate) fn of(socket: &Socket) -> io::Result<TcpFacts> {
        let tcp = raw::tcp_info(socket.raw())?;
        let is_listener = tcp.state == LISTEN;
        // `tcp_packets_in_flight` of net/tcp.h. Of a listener two of these are its accept queue.
        let left = tcp.sacked.saturating_add(tcp.lost);
        let in_flight = tcp.unacked.saturating_sub(left).saturating_add(tcp.retrans);
        Ok(TcpFacts {
            state: tcp_state(tcp.state),
            tcp: describe(&tcp),
            in_flight: if is_listener { 0 } else { in_flight },
            lost: tcp.lost,
            receive_queue: if is_listener { 0 } else { raw::unread(socket.raw()).unwrap_or(0) },
            send_queue: if is_listener { 0 } else { raw::unsent(socket.raw()).unwrap_or(0) },
        })
    }
}

impl Facts {
    pub(crate) fn of(socket: &Socket) -> Facts {
        let is_tcp = socket.kind() == SocketType::Stream && socket.family() != Family::Unix;
        let tcp = if is_tcp { raw::tcp_info(socket.raw()).ok() } else { None };
        let is_listener = tcp.is_some_and(|tcp| tcp.state == LISTEN);
        let memory = if socket.kind() == SocketType::Dgram { raw::mem_info(socket.raw()).ok() } else { None };
        Facts {
            local: socket.local().ok(),
            peer: socket.peer().ok(),
            state: tcp.and_then(|tcp| TCP_STATES.get(usize::from(tcp.state)).copied()),
            // For datagrams SIOCINQ tells the length of the first one only (udp(7)).
            // Unix sockets occupy their sender's memory, so there it is all that the kernel tells.
            receive_queue: match memory {
                Some(memory) if socket.family() != Family::Unix => Some(memory.receive_occupied.into()),
                _ => raw::unread(socket.raw()).ok(),
            },
            send_queue: if is_listener { None } else { raw::unsent(socket.raw()).ok() },
            backlog: tcp
                .filter(|_| is_listener)
                .map(|tcp| Backlog { waiting: tcp.unacked, limit: tcp.sacked }),
            tcp: tcp.map(|tcp| describe(&tcp)),
            drops: memory.map(|memory| memory.drops.into()),
        }
    }

    /// The backlog in force, as far as the kernel tells; it tells for TCP only.
    pub(crate) fn backlog_limit(socket: &Socket, asked: i32) -> u32 {
        if let Some(backlog) = Facts::of(socket).backlog {
            return backlog.limit;
        }
        let cap = std::fs::read_to_string("/proc/sys/net/core/somaxconn")
            .ok()
            .and_then(|text| text.trim().parse().ok());
        // listen(2) takes the number as unsigned, so a negative one means "as many as allowed".
        asked.cast_unsigned().min(cap.unwrap_or(u32::MAX))
    }

    /// Datagrams that found the receive buffer full, since the socket was made.
    pub(crate) fn drops(socket: &Socket) -> u64 {
        raw::mem_info(socket.raw()).map_or(0, |memory| memory.drops.into())
    }
}

fn describe(tcp: &raw::TcpInfo) -> TcpInfo {
    TcpInfo {
        rtt_us: tcp.rtt,
        rtt_var_us: tcp.rttvar,
        rtt_min_us: tcp.min_rtt,
        retransmission_timeout_us: tcp.rto,
        congestion_window: tcp.snd_cwnd,
        slow_start_threshold: tcp.snd_ssthresh,
        mss: tcp.snd_mss,
        send_window: tcp.snd_wnd,
        receive_window: tcp.rcv_wnd,
        retransmits: tcp.total_retrans,
        unacknowledged: if tcp.state == LISTEN { 0 } else { tcp.unacked },
        bytes_sent: tcp.bytes_sent,
        bytes_acknowledged: tcp.bytes_acked,
        bytes_received: tcp.bytes_received,
        segments_sent: tcp.segs_out,
        segments_received: tcp.segs_in,
    }
}
