//! The ends of a lab's wire where there are no TUN devices: pairs of Ethernet devices (veth(4)). One of a pair is the host's; the
//! other is in the helper's own namespace, where a packet socket (packet(7)) reads and writes all of its frames.
//!
//! The frames say nothing. The hosts' devices do without ARP and neighbour discovery (`IFF_NOARP`), so each sends whatever it has
//! to its own address, which is that of every host: a frame that is handed on is for whoever gets it. To the other device it is for
//! somebody else, and the helper's namespace takes none of it.
#![expect(
    unsafe_code,
    reason = "SIOCETHTOOL takes an address within a structure, and neither bind(2) to a device nor SO_MEMINFO is in socket2"
)]

use std::io;
use std::os::fd::{AsFd, AsRawFd as _, OwnedFd};

use socket2::{Domain, Socket, Type};

/// The address of every host's device, and of every other one: of those that nobody owns ("locally administered").
pub(super) const HOST_ADDRESS: [u8; 6] = [0x02, 0, 0, 0, 0, 0x01];
pub(super) const OTHER_ADDRESS: [u8; 6] = [0x02, 0, 0, 0, 0, 0x02];

/// The largest packet that the other device takes: more than any host's, which alone decides what is too large.
pub(super) const OTHER_MTU: u32 = 65_535;

/// Length of an Ethernet header: two addresses and a type.
pub(super) const HEADER: usize = 14;

/// How many bytes of frames may wait for the wire, each with some kilobyte beside it. The kernel grants at most twice
/// `net.core.rmem_max`; what is more is lost before the wire sees it, and counted.
const WAITING: usize = 32 << 20;

/// `SIOCETHTOOL` of linux/sockios.h.
pub(super) const SIOCETHTOOL: libc::Ioctl = 0x8946;
/// Requests of linux/ethtool.h that take a number.
const ETHTOOL_STXCSUM: u32 = 0x17;
const ETHTOOL_STSO: u32 = 0x1f;
const ETHTOOL_SGSO: u32 = 0x24;

/// `struct ethtool_value` of linux/ethtool.h.
#[repr(C)]
struct Value {
    request: u32,
    data: u32,
}

/// Lets the kernel finish packets before a device has them: it would leave checksums out and hand over several segments as one,
/// because the other end of a pair is the same machine. `socket` is any of the device's namespace.
///
/// # Errors
/// The kernel's, where it has no such device or cannot do without.
pub(super) fn finish_packets(socket: impl AsFd, device: &str) -> io::Result<()> {
    for request in [ETHTOOL_STXCSUM, ETHTOOL_STSO, ETHTOOL_SGSO] {
        let mut value = Value { request, data: 0 };
        // SAFETY: zeros are a `struct ifreq`, whose fields are numbers and an address that nobody follows.
        let mut asked: libc::ifreq = unsafe { std::mem::zeroed() };
        // The last byte stays zero, which ends the name.
        for (to, from) in asked.ifr_name.iter_mut().take(libc::IFNAMSIZ - 1).zip(device.bytes()) {
            *to = from as libc::c_char;
        }
        asked.ifr_ifru.ifru_data = (&raw mut value).cast();
        // SAFETY: the descriptor is open, and both structures are whole and live until the call returns.
        let done = unsafe { libc::ioctl(socket.as_fd().as_raw_fd(), SIOCETHTOOL, &raw mut asked) };
        if done == -1 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

/// Everything that the device of that index receives, and a way to send. Of the namespace of this thread.
///
/// # Errors
/// `EAFNOSUPPORT` where the kernel has no packet sockets, `EPERM` without power over the namespace.
pub(super) fn open(index: u32) -> io::Result<OwnedFd> {
    // Of no protocol: until it is bound it gets nothing.
    let socket = Socket::new(Domain::PACKET, Type::RAW.nonblocking(), None)?;
    socket.set_recv_buffer_size(WAITING)?;
    let descriptor = socket.as_raw_fd();
    let not_what_it_sends: libc::c_int = 1;
    // SAFETY: the descriptor is open, and the value is a number of the size that is said.
    let set = unsafe {
        libc::setsockopt(
            descriptor,
            libc::SOL_PACKET,
            libc::PACKET_IGNORE_OUTGOING,
            (&raw const not_what_it_sends).cast(),
            size_of::<libc::c_int>() as libc::socklen_t,
        )
    };
    if set == -1 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: zeros are a `struct sockaddr_ll`, whose fields are numbers.
    let mut address: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
    address.sll_family = libc::AF_PACKET as libc::sa_family_t;
    address.sll_protocol = (libc::ETH_P_ALL as u16).to_be();
    address.sll_ifindex = index as libc::c_int;
    // SAFETY: the descriptor is open, and the address is whole and of the size that is said.
    let bound = unsafe {
        libc::bind(descriptor, (&raw const address).cast(), size_of::<libc::sockaddr_ll>() as libc::socklen_t)
    };
    if bound == -1 {
        return Err(io::Error::last_os_error());
    }
    Ok(socket.into())
}

/// How many frames found no room to wait in a packet socket (`SO_MEMINFO` of socket(7)).
///
/// # Errors
/// The kernel's, where it does not say.
pub(super) fn lost(socket: impl AsFd) -> io::Result<u64> {
    let mut memory = [0_u32; libc::SK_MEMINFO_DROPS as usize + 1];
    let mut length = size_of_val(&memory) as libc::socklen_t;
    // SAFETY: the descriptor is open, and the kernel writes at most as many bytes as `length` says, which the array has.
    let read = unsafe {
        libc::getsockopt(
            socket.as_fd().as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_MEMINFO,
            memory.as_mut_ptr().cast(),
            &raw mut length,
        )
    };
    match read {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(memory.last().copied().unwrap_or(0).into()),
    }
}

/// The header that brings a packet to a host (IEEE 802.3 clause 3, RFC 894, RFC 2464).
pub(super) fn header(packet: &[u8]) -> [u8; HEADER] {
    let mut header = [0; HEADER];
    let kind: u16 = if packet.first().is_some_and(|first| first >> 4 == 6) { 0x86dd } else { 0x0800 };
    let [to, from, of_kind] = [&HOST_ADDRESS[..], &OTHER_ADDRESS, &kind.to_be_bytes()];
    for (byte, value) in header.iter_mut().zip(to.iter().chain(from).chain(of_kind)) {
        *byte = *value;
    }
    header
}
