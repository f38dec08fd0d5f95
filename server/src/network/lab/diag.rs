//! A host's TCP connections as its kernel lists them, over sock_diag(7): those without a descriptor, such as half-open ones and
//! those in TIME_WAIT, are in no other list.
//!
//! A socket of this kind is of the network namespace in which it was made, so the helper makes it, and asks nothing itself: an
//! answer may be longer than what its link carries.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};

/// The one message of `NETLINK_SOCK_DIAG` (linux/sock_diag.h).
const SOCK_DIAG_BY_FAMILY: u16 = 20;

/// Messages of any netlink, and flags of requests (netlink(7)).
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
const NLM_F_REQUEST: u16 = 0x1;
const NLM_F_DUMP: u16 = 0x300;

/// Lengths of `struct nlmsghdr`, `struct inet_diag_req_v2` and `struct inet_diag_msg` (linux/inet_diag.h).
const HEADER: usize = 16;
const REQUEST: usize = 56;
const MESSAGE: usize = 72;

/// A bit for each state of `include/net/tcp_states.h`, but for sockets that are bound and do nothing.
const ALL_STATES: u32 = 0x1ffe;

/// Room for one part of an answer: the kernel fills at most 32 KiB.
const PART: usize = 32 * 1024;

/// The kernel answers within the call; what does not come then never does.
const DEADLINE: Duration = Duration::from_secs(2);

/// A connection or a listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) local: SocketAddr,
    pub(crate) peer: SocketAddr,
    /// By its number in `include/net/tcp_states.h`.
    pub(crate) state: u8,
    /// Which timer runs, 0 for none, and how often it has run out in a row.
    pub(crate) timer: u8,
    pub(crate) retransmits: u8,
    pub(crate) expires_ms: u32,
    /// Of a listener how many connections wait, and how many may.
    pub(crate) receive_queue: u32,
    pub(crate) send_queue: u32,
    /// What `SO_COOKIE` tells of its socket, if it has one (socket(7)).
    pub(crate) cookie: u64,
}

/// A socket that asks about the network namespace of this thread.
pub(super) fn open() -> io::Result<OwnedFd> {
    let socket = Socket::new(
        Domain::from(libc::AF_NETLINK),
        Type::from(libc::SOCK_DGRAM),
        Some(Protocol::from(libc::NETLINK_SOCK_DIAG)),
    )?;
    Ok(socket.into())
}

/// The TCP connections of both families, at most so many, and whether there are more.
///
/// # Errors
/// The kernel's: `ENOENT` where it lacks the module.
pub(super) fn list(socket: OwnedFd, most: usize) -> io::Result<(Vec<Listed>, bool)> {
    let socket = Socket::from(socket);
    socket.set_read_timeout(Some(DEADLINE))?;
    let (mut listed, mut more) = (Vec::new(), false);
    for family in [libc::AF_INET, libc::AF_INET6] {
        socket.send(&request(family as u8))?;
        let mut part = vec![0; PART];
        loop {
            let length = io::Read::read(&mut &socket, &mut part)?;
            let took = take(part.get(..length).unwrap_or_default(), &mut |one| {
                // Read to the end in any case: the kernel keeps the rest, and its next answer would be this one's.
                more |= listed.len() == most;
                if listed.len() < most {
                    listed.push(one);
                }
            })?;
            if took == Took::All {
                break;
            }
        }
    }
    Ok((listed, more))
}

/// Asks for every TCP socket of a family, in any state.
fn request(family: u8) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER + REQUEST);
    bytes.extend(((HEADER + REQUEST) as u32).to_ne_bytes());
    bytes.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    bytes.extend((NLM_F_REQUEST | NLM_F_DUMP).to_ne_bytes());
    // The number of the request and who asks, which the kernel knows by itself.
    bytes.extend([0; 8]);
    // The family, the protocol, no extensions, and every state; no address, device or cookie to choose by.
    bytes.extend([family, libc::IPPROTO_TCP as u8, 0, 0]);
    bytes.extend(ALL_STATES.to_ne_bytes());
    bytes.resize(HEADER + REQUEST, 0);
    bytes
}

/// How far an answer was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Took {
    /// There is more of it.
    Part,
    All,
}

/// Takes one part of an answer apart.
fn take(mut bytes: &[u8], found: &mut impl FnMut(Listed)) -> io::Result<Took> {
    while let Some(header) = bytes.get(..HEADER) {
        let length = number(header, 0) as usize;
        let kind = u16::from_ne_bytes([header[4], header[5]]);
        let Some(body) = bytes.get(HEADER..length) else { return Err(malformed()) };
        match kind {
            NLMSG_DONE => return Ok(Took::All),
            NLMSG_ERROR => {
                let code = body.get(..4).map_or(0, |_| number(body, 0)).cast_signed();
                return Err(io::Error::from_raw_os_error(code.saturating_neg()));
            }
            SOCK_DIAG_BY_FAMILY => found(listed(body).ok_or_else(malformed)?),
            _ => {}
        }
        // Each message begins at a multiple of four.
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Ok(Took::Part)
}

/// Reads `struct inet_diag_msg`; attributes may follow it.
fn listed(body: &[u8]) -> Option<Listed> {
    let body: &[u8; MESSAGE] = body.first_chunk()?;
    let ip = |at: usize| match i32::from(body[0]) {
        libc::AF_INET => {
            body.get(at..at + 4)?.first_chunk().map(|ip: &[u8; 4]| IpAddr::V4(Ipv4Addr::from(*ip)))
        }
        _ => body.get(at..at + 16)?.first_chunk().map(|ip: &[u8; 16]| IpAddr::V6(Ipv6Addr::from(*ip))),
    };
    // The ports are in the order of the network, everything else in that of the machine.
    let port = |at: usize| u16::from_be_bytes([body[at], body[at + 1]]);
    Some(Listed {
        local: SocketAddr::new(ip(8)?, port(4)),
        peer: SocketAddr::new(ip(24)?, port(6)),
        state: body[1],
        timer: body[2],
        retransmits: body[3],
        expires_ms: number(body, 52),
        receive_queue: number(body, 56),
        send_queue: number(body, 60),
        cookie: u64::from(number(body, 44)) | u64::from(number(body, 48)) << 32,
    })
}

fn number(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |four| u32::from_ne_bytes(*four))
}

fn malformed() -> io::Error {
    io::Error::other("sock_diag answered with something that is no list of sockets")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{TcpListener, TcpStream};

    /// Of this process's own namespace: any process may ask.
    fn all() -> Vec<Listed> {
        list(open().unwrap(), usize::MAX).unwrap().0
    }

    #[test]
    fn the_kernels_own_list_has_a_connection_and_its_listener() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let client = TcpStream::connect(at).unwrap();
        let cookie = socket2::SockRef::from(&client).cookie().unwrap();
        let here = client.local_addr().unwrap();
        let all = all();
        let found = all.iter().find(|one| one.cookie == cookie).unwrap();
        assert_eq!((found.local, found.peer, found.state), (here, at, 1));
        let listens = all.iter().find(|one| one.local == at && one.state == 10).unwrap();
        assert_eq!(listens.receive_queue, 1, "one waits");
        assert!(listens.send_queue > 0, "and so many may");
        let other = all.iter().find(|one| one.local == at && one.peer == here).unwrap();
        assert_eq!(other.state, 1, "nobody has accepted it");
    }

    #[test]
    fn ipv6_is_listed_too() {
        let Ok(listener) = TcpListener::bind("[::1]:0") else { return };
        let at = listener.local_addr().unwrap();
        assert!(all().iter().any(|one| one.local == at && one.state == 10));
    }

    #[test]
    fn what_is_too_short_is_an_error_and_no_panic() {
        let mut bytes = vec![0; 40];
        bytes[0] = 40;
        bytes[4] = 20;
        take(&bytes, &mut |_| {}).unwrap_err();
        bytes[0] = 200;
        take(&bytes, &mut |_| {}).unwrap_err();
        bytes[0] = 3;
        take(&bytes, &mut |_| {}).unwrap_err();
        assert_eq!(take(&[], &mut |_| {}).unwrap(), Took::Part);
        let error = [20_u32.to_ne_bytes(), [2, 0, 0, 0], [0; 4], [0; 4], (-2_i32).to_ne_bytes()].concat();
        assert_eq!(take(&error, &mut |_| {}).unwrap_err().raw_os_error(), Some(2));
    }
}
