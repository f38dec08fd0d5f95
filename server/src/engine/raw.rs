//! The system calls that socket2 lacks. The only file of the project with `unsafe` code.
#![expect(
    unsafe_code,
    reason = "socket2 has no SIOCOUTQ, TCP_INFO or SO_MEMINFO; each call is wrapped safely here"
)]

use std::io;
use std::mem::{self, MaybeUninit};
use std::os::fd::AsRawFd;
use std::sync::Arc;

use socket2::{SockAddr, Socket};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use super::readiness::Direction;

/// `TCP_CLOSE` of `include/net/tcp_states.h`.
pub(super) const TCP_CLOSE: u8 = 7;

/// `SO_MEMINFO`'s array (`linux/sock_diag.h`): bytes occupied in the receive buffer, and packets dropped.
#[derive(Clone, Copy, Debug)]
pub(super) struct MemInfo {
    pub(super) receive_occupied: u32,
    pub(super) drops: u32,
}

/// `struct tcp_info` of `linux/tcp.h` up to `tcpi_rcv_wnd`. The libc crate's stops far earlier.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TcpInfo {
    pub(super) state: u8,
    pub(super) ca_state: u8,
    pub(super) retransmits: u8,
    pub(super) probes: u8,
    pub(super) backoff: u8,
    pub(super) options: u8,
    pub(super) window_scales: u8,
    pub(super) delivery_flags: u8,
    pub(super) rto: u32,
    pub(super) ato: u32,
    pub(super) snd_mss: u32,
    pub(super) rcv_mss: u32,
    /// Of a listener: connections that wait for `accept`.
    pub(super) unacked: u32,
    /// Of a listener: the backlog in force.
    pub(super) sacked: u32,
    pub(super) lost: u32,
    pub(super) retrans: u32,
    pub(super) fackets: u32,
    pub(super) last_data_sent: u32,
    pub(super) last_ack_sent: u32,
    pub(super) last_data_recv: u32,
    pub(super) last_ack_recv: u32,
    pub(super) pmtu: u32,
    pub(super) rcv_ssthresh: u32,
    pub(super) rtt: u32,
    pub(super) rttvar: u32,
    pub(super) snd_ssthresh: u32,
    pub(super) snd_cwnd: u32,
    pub(super) advmss: u32,
    pub(super) reordering: u32,
    pub(super) rcv_rtt: u32,
    pub(super) rcv_space: u32,
    pub(super) total_retrans: u32,
    pub(super) pacing_rate: u64,
    pub(super) max_pacing_rate: u64,
    pub(super) bytes_acked: u64,
    pub(super) bytes_received: u64,
    pub(super) segs_out: u32,
    pub(super) segs_in: u32,
    pub(super) notsent_bytes: u32,
    pub(super) min_rtt: u32,
    pub(super) data_segs_in: u32,
    pub(super) data_segs_out: u32,
    pub(super) delivery_rate: u64,
    pub(super) busy_time: u64,
    pub(super) rwnd_limited: u64,
    pub(super) sndbuf_limited: u64,
    pub(super) delivered: u32,
    pub(super) delivered_ce: u32,
    pub(super) bytes_sent: u64,
    pub(super) bytes_retrans: u64,
    pub(super) dsack_dups: u32,
    pub(super) reord_seen: u32,
    pub(super) rcv_ooopack: u32,
    pub(super) snd_wnd: u32,
    pub(super) rcv_wnd: u32,
    pub(super) rehash: u32,
}

// A field too many or too few would shift every figure behind it.
const _: () = assert!(mem::offset_of!(TcpInfo, rtt) == 68);
const _: () = assert!(mem::offset_of!(TcpInfo, bytes_acked) == 120);
const _: () = assert!(mem::offset_of!(TcpInfo, bytes_sent) == 200);
const _: () = assert!(mem::offset_of!(TcpInfo, rcv_wnd) == 232);

/// `TCP_INFO` (tcp(7)). An older kernel fills fewer fields; the rest stay 0.
pub(super) fn tcp_info(socket: &Socket) -> io::Result<TcpInfo> {
    // SAFETY: the struct is all integers, for which every bit pattern is a value.
    unsafe { get_struct(socket, libc::IPPROTO_TCP, libc::TCP_INFO) }
}

/// `SO_MEMINFO` (socket(7)).
pub(super) fn mem_info(socket: &Socket) -> io::Result<MemInfo> {
    /// `SK_MEMINFO_RMEM_ALLOC` and `SK_MEMINFO_DROPS` index this array.
    const RMEM_ALLOC: usize = 0;
    const DROPS: usize = 8;
    // SAFETY: an array of integers, for which every bit pattern is a value.
    let array: [u32; 9] = unsafe { get_struct(socket, libc::SOL_SOCKET, libc::SO_MEMINFO)? };
    Ok(MemInfo { receive_occupied: array[RMEM_ALLOC], drops: array[DROPS] })
}

/// Bytes that `recv` has not taken yet: `SIOCINQ` (tcp(7)).
pub(super) fn unread(socket: &Socket) -> io::Result<u64> {
    queue(socket, libc::FIONREAD)
}

/// Bytes that have not left or are not acknowledged: `SIOCOUTQ` (tcp(7)).
pub(super) fn unsent(socket: &Socket) -> io::Result<u64> {
    queue(socket, libc::TIOCOUTQ)
}

/// Whether the kernel reports a hang-up of this direction at this moment.
pub(super) fn is_hung_up(socket: &Socket, direction: Direction) -> io::Result<bool> {
    let (events, hang_up) = match direction {
        Direction::Read => (libc::POLLIN | libc::POLLRDHUP, libc::POLLHUP | libc::POLLRDHUP),
        Direction::Write => (libc::POLLOUT, libc::POLLHUP),
    };
    Ok(poll(socket, events)? & hang_up != 0)
}

/// What poll(2) reports of a socket at this moment.
pub(super) fn poll(socket: &Socket, events: i16) -> io::Result<i16> {
    let mut fd = libc::pollfd { fd: socket.as_raw_fd(), events, revents: 0 };
    // SAFETY: one pollfd, alive for the call, and a timeout of zero.
    if unsafe { libc::poll(&mut fd, 1, 0) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(fd.revents)
}

/// `recvfrom(2)` of at most `max` bytes into a buffer that has room for them and is empty. The answer's length is the whole
/// datagram's with `MSG_TRUNC`, and then may be more than came.
pub(super) fn recv_from(
    socket: &Socket,
    buffer: &mut Vec<u8>,
    max: usize,
    flags: libc::c_int,
) -> io::Result<(usize, SockAddr)> {
    buffer.clear();
    let room = buffer.spare_capacity_mut();
    let room_bytes = room.len().min(max);
    let (length, from) = socket.recv_from_with_flags(&mut room[..room_bytes], flags)?;
    // SAFETY: the kernel has written as many bytes as it reports, and never more than there was room for.
    unsafe { buffer.set_len(length.min(room_bytes)) };
    Ok((length, from))
}

/// Registers a socket with the runtime's epoll, for urgent data as well.
pub(crate) fn watch(socket: Arc<Socket>) -> io::Result<AsyncFd<Arc<Socket>>> {
    // SAFETY: the registration holds the socket, so its descriptor stays open and the same as long as it lives.
    unsafe {
        AsyncFd::register_with_interest(socket, Interest::READABLE | Interest::WRITABLE | Interest::PRIORITY)
    }
    .map_err(io::Error::from)
}

fn queue(socket: &Socket, request: libc::Ioctl) -> io::Result<u64> {
    let mut bytes: libc::c_int = 0;
    // SAFETY: both requests write one int.
    if unsafe { libc::ioctl(socket.as_raw_fd(), request, &mut bytes) } < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(u64::try_from(bytes).unwrap_or(0))
}

/// getsockopt(2) of a plain struct.
///
/// # Safety
/// Every bit pattern, all zeroes included, must be a value of `T`.
unsafe fn get_struct<T>(socket: &Socket, level: libc::c_int, name: libc::c_int) -> io::Result<T> {
    let mut value = MaybeUninit::<T>::zeroed();
    let mut length = size_of::<T>() as libc::socklen_t;
    // SAFETY: the kernel writes at most `length` bytes into `value`, which has as many.
    let answer =
        unsafe { libc::getsockopt(socket.as_raw_fd(), level, name, value.as_mut_ptr().cast(), &mut length) };
    if answer < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: zeroed before, and of a type for which whatever the kernel wrote is a value.
    Ok(unsafe { value.assume_init() })
}
