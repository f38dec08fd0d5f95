//! What the helper may ask the kernel for: what it is there for, and nothing else (seccomp(2)).
//!
//! In namespaces of its own the helper has every power, and so reaches parts of the kernel that no unprivileged program does:
//! packet filters, traffic control, mounts, keys. Whoever got it to do something else than it is asked for would begin there.
//!
//! A call that is not on the list fails with `EPERM`. To end the process instead would gain nothing, because the call is not made
//! either way, and would take the labs of all sessions with it where another version of the C library makes a harmless call that
//! nobody has thought of.

use std::collections::BTreeMap;
use std::io;

use seccompiler::{
    BpfProgram, Error, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule,
};

use super::veth;

/// Calls that may have any arguments: those of the link and of netlink, of files that are open, of memory and of the end.
const WHATEVER_ARGUMENTS: &[libc::c_long] = &[
    libc::SYS_recvmsg,
    libc::SYS_sendmsg,
    libc::SYS_recvfrom,
    libc::SYS_sendto,
    libc::SYS_bind,
    libc::SYS_connect,
    libc::SYS_getsockname,
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_lseek,
    libc::SYS_fstat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_fcntl,
    libc::SYS_close,
    libc::SYS_brk,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_madvise,
    libc::SYS_futex,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_getrandom,
    libc::SYS_clock_gettime,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

/// Bits of a socket's type that say nothing of what it is (socket(2)).
const TYPE_FLAGS: libc::c_int = libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;

/// `TUNSETIFF` of linux/if_tun.h.
const TUNSETIFF: u64 = nix::request_code_write!(b'T', 202, size_of::<libc::c_int>()) as u64;

/// Lets this thread, and what it starts, make no other calls from now on. Nothing takes that back.
///
/// # Errors
/// The kernel's, where it has no such filters or whoever started the server forbids them.
pub(super) fn confine() -> io::Result<()> {
    let to_io = |error| match error {
        Error::Prctl(error) | Error::Seccomp(error) => error,
        error => io::Error::other(error),
    };
    seccompiler::apply_filter(&filter().map_err(io::Error::other)?).map_err(to_io)
}

/// The filter as a program for the kernel.
fn filter() -> Result<BpfProgram, seccompiler::BackendError> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
        WHATEVER_ARGUMENTS.iter().map(|call| (*call, Vec::new())).collect();
    let stays_in_networks = |place| is(place, libc::CLONE_NEWNET as u64);
    rules.insert(libc::SYS_unshare, vec![all([stays_in_networks(0)])?]);
    rules.insert(libc::SYS_setns, vec![all([stays_in_networks(1)])?]);
    rules.insert(libc::SYS_socket, sockets()?);
    let mut options = Vec::new();
    for level in [libc::SOL_SOCKET, libc::SOL_PACKET] {
        options.push(all([is(1, level as u64)])?);
    }
    rules.insert(libc::SYS_setsockopt, options);
    let mut requests = Vec::new();
    for request in [TUNSETIFF, libc::SIOCGIFINDEX, veth::SIOCETHTOOL] {
        requests.push(all([is(1, request)])?);
    }
    rules.insert(libc::SYS_ioctl, requests);
    // What is there already, to be read; the TUN device is written to as well.
    let mut modes = Vec::new();
    let mask = libc::O_ACCMODE | libc::O_CREAT | libc::O_TRUNC;
    for mode in [libc::O_RDONLY, libc::O_RDWR] {
        modes.push(all([masked(2, mask, mode)])?);
    }
    rules.insert(libc::SYS_openat, modes);
    // Memory, but none that becomes a program.
    for call in [libc::SYS_mmap, libc::SYS_mprotect] {
        rules.insert(call, vec![all([masked(2, libc::PROT_EXEC, 0)])?]);
    }
    let forbidden = SeccompAction::Errno(libc::EPERM as u32);
    let architecture = std::env::consts::ARCH.try_into()?;
    SeccompFilter::new(rules, forbidden, SeccompAction::Allow, architecture)?.try_into()
}

/// The sockets that hosts are made with, and those that are handed over.
fn sockets() -> Result<Vec<SeccompRule>, seccompiler::BackendError> {
    let mut rules = Vec::new();
    for family in [libc::AF_INET, libc::AF_INET6] {
        for kind in [libc::SOCK_STREAM, libc::SOCK_DGRAM] {
            rules.push(all([is(0, family as u64), masked(1, !TYPE_FLAGS, kind), is(2, 0)])?);
        }
    }
    // Of netlink(7) what is about devices and addresses, and what lists connections, but none of the packet filters.
    for protocol in [libc::NETLINK_ROUTE, libc::NETLINK_SOCK_DIAG] {
        rules.push(all([is(0, libc::AF_NETLINK as u64), is(2, protocol as u64)])?);
    }
    // The wire's ends of veth pairs.
    rules.push(all([is(0, libc::AF_PACKET as u64), masked(1, !TYPE_FLAGS, libc::SOCK_RAW), is(2, 0)])?);
    Ok(rules)
}

/// Where all of these hold.
fn all<const COUNT: usize>(
    conditions: [Result<SeccompCondition, seccompiler::BackendError>; COUNT],
) -> Result<SeccompRule, seccompiler::BackendError> {
    SeccompRule::new(conditions.into_iter().collect::<Result<_, _>>()?)
}

/// The argument at this place is this.
fn is(place: u8, value: u64) -> Result<SeccompCondition, seccompiler::BackendError> {
    // All of them are of 32 bits, and the kernel looks at no others.
    SeccompCondition::new(place, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value)
}

/// The bits of an argument that are in the mask are these.
fn masked(
    place: u8,
    mask: libc::c_int,
    value: libc::c_int,
) -> Result<SeccompCondition, seccompiler::BackendError> {
    let mask = SeccompCmpOp::MaskedEq((mask as u32).into());
    SeccompCondition::new(place, SeccompCmpArgLen::Dword, mask, value as u64)
}

#[cfg(test)]
mod tests {
    use std::fs::{File, OpenOptions};
    use std::process::Command;

    use nix::sched::{CloneFlags, unshare};
    use socket2::{Domain, Protocol, Socket, Type};

    use super::*;

    /// What became of calls that a confined thread has made: their names, and their errno, 0 for those that were made.
    fn tried() -> Vec<(&'static str, i32)> {
        /// A try by its name.
        type Try = (&'static str, fn() -> io::Result<()>);
        let tries: [Try; 16] = [
            ("a TCP socket", || Socket::new(Domain::IPV4, Type::STREAM, None).map(drop)),
            ("a UDP socket", || std::net::UdpSocket::bind("[::1]:0").map(drop)),
            ("a file", || File::open("/proc/thread-self/ns/net").map(drop)),
            ("a netlink socket", || {
                netlink_sys::Socket::new(netlink_sys::protocols::NETLINK_ROUTE).map(drop)
            }),
            ("a list of connections", || super::super::diag::open().map(drop)),
            ("memory", || {
                std::hint::black_box(vec![1_u8; 64 << 20]);
                Ok(())
            }),
            ("a file to write", || OpenOptions::new().write(true).open("/dev/null").map(drop)),
            ("a new file", || {
                OpenOptions::new()
                    .read(true)
                    .write(true)
                    .create(true)
                    .truncate(false)
                    .open("/dev/null")
                    .map(drop)
            }),
            ("a program", || Command::new("/bin/true").status().map(drop)),
            ("a thread", || std::thread::Builder::new().spawn(|| ()).map(drop)),
            ("a mount namespace", || Ok(unshare(CloneFlags::CLONE_NEWNS)?)),
            ("a user namespace", || Ok(unshare(CloneFlags::CLONE_NEWUSER)?)),
            ("a raw socket", || Socket::new(Domain::IPV4, Type::RAW, Some(Protocol::ICMPV4)).map(drop)),
            ("a Unix socket", || std::os::unix::net::UnixDatagram::unbound().map(drop)),
            ("packet filters", || {
                netlink_sys::Socket::new(netlink_sys::protocols::NETLINK_NETFILTER).map(drop)
            }),
            ("a directory", || std::fs::create_dir("/tmp")),
        ];
        // The filter is a thread's own, and ends with it.
        let confined = std::thread::spawn(move || {
            confine().expect("the kernel has filters");
            let errno = |error: io::Error| error.raw_os_error().unwrap_or(-1);
            tries.map(|(name, call)| (name, call().map_or_else(errno, |()| 0)))
        });
        confined.join().expect("the calls are made").to_vec()
    }

    #[test]
    fn what_the_helper_has_no_use_for_is_not_permitted() {
        let permitted =
            ["a TCP socket", "a UDP socket", "a file", "a netlink socket", "a list of connections", "memory"];
        for (name, errno) in tried() {
            let expected = if permitted.contains(&name) { 0 } else { libc::EPERM };
            assert_eq!(errno, expected, "{name}");
        }
    }
}
