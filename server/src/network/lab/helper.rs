//! The helper: a process of one thread that makes hosts and their sockets and hands the descriptors over.
//!
//! Only a process with a single thread may enter a user namespace (unshare(2)), so the server cannot. In that namespace the
//! helper has power over the network namespaces that it makes there and over nothing else: it needs no privilege on the machine,
//! and what it makes has no route to anywhere. Once there it gives up what it has no use for (`seccomp.rs`). It ends when the
//! server does, because its link then does.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::os::fd::{AsFd as _, OwnedFd};
use std::process::ExitCode;

use nix::sched::{CloneFlags, setns, unshare};
use nix::sys::prctl;
use nix::sys::signal::Signal;
use sockyard_protocol::wire::MTU;
use sockyard_protocol::{Family, SocketType};

use super::link::{self, Carrier, Reply, Request};
use super::netlink::Netlink;
use super::{diag, seccomp, tun, veth};
use crate::errno::plain;
use crate::network::create;

/// The first argument with which this program becomes the helper. A second one can say what is to carry packets.
pub(crate) const ARGUMENT: &str = "__lab-helper";

/// The name of a host's device at the wire.
const DEVICE: &str = "eth0";

/// The prefixes of a lab's addresses.
const PREFIX_V4: u8 = 24;
const PREFIX_V6: u8 = 64;

/// How many packets may wait in a device for the wire. What is more is lost before the wire sees it, and with the kernel's usual
/// 500 a burst of small datagrams is already.
const QUEUE: u32 = 4096;

/// Most hosts of all labs together.
const HOSTS_MAX: usize = 2048;

/// A step that failed, by name.
struct Failure {
    step: Cow<'static, str>,
    error: io::Error,
}

fn step<T, E: Into<io::Error>>(step: &'static str, outcome: Result<T, E>) -> Result<T, Failure> {
    outcome.map_err(|error| Failure { step: step.into(), error: error.into() })
}

/// Answers the server's requests until it ends. Its link is the standard input, and `asked` what it is to carry packets with.
pub(crate) fn run(asked: Option<&OsStr>) -> ExitCode {
    let stdin = io::stdin();
    let mut helper = enter(asked.and_then(Carrier::of_argument));
    loop {
        let request = match link::receive::<Request>(&stdin) {
            Ok(Some((request, _))) => request,
            Ok(None) => return ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("sockyard: the lab's helper reads its link: {error}");
                return ExitCode::FAILURE;
            }
        };
        let answer = match &mut helper {
            Ok(helper) => helper.answer(request),
            Err(Failure { step, error }) => {
                let error = error
                    .raw_os_error()
                    .map_or_else(|| io::Error::other(error.to_string()), io::Error::from_raw_os_error);
                Err(Failure { step: step.clone(), error })
            }
        };
        let (reply, descriptor) = answer.unwrap_or_else(|Failure { step, error }| {
            (
                Reply::Failed { step: step.into_owned(), errno: error.raw_os_error().unwrap_or(libc::EIO) },
                None,
            )
        });
        if link::send(&stdin, &reply, descriptor.as_ref()).is_err() {
            return ExitCode::SUCCESS;
        }
    }
}

fn failure(step: &'static str, errno: i32) -> Failure {
    Failure { step: step.into(), error: io::Error::from_raw_os_error(errno) }
}

/// Whether the machine offers no TUN devices, or not to this user: no such file, no module behind it, or no right to it, of which
/// the last one is what a container's list of devices says.
fn is_not_to_be_had(error: &io::Error) -> bool {
    let errno = [libc::ENOENT, libc::ENXIO, libc::ENODEV, libc::EACCES, libc::EPERM];
    error.raw_os_error().is_some_and(|number| errno.contains(&number))
}

/// Enters namespaces of the helper's own, in which it may do anything.
fn enter(carrier: Option<Carrier>) -> Result<Helper, Failure> {
    let (user, group) = (nix::unistd::geteuid(), nix::unistd::getegid());
    step("unshare", unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNET))?;
    step("write setgroups", std::fs::write("/proc/self/setgroups", "deny"))?;
    step("write uid_map", std::fs::write("/proc/self/uid_map", format!("0 {user} 1")))?;
    step("write gid_map", std::fs::write("/proc/self/gid_map", format!("0 {group} 1")))?;
    let base = step("open the namespace", namespace())?;
    let base_netlink = step("open rtnetlink", Netlink::open())?;
    // Nothing that it starts could have more power than itself. Not even a helper that hangs outlives the server: entering the
    // namespaces has taken such an order back, so it is given here. Who gives it is the server's first thread (`Labs::start`).
    step("set no_new_privs", prctl::set_no_new_privs())?;
    step("set the signal of the server's end", prctl::set_pdeathsig(Signal::SIGKILL))?;
    let unfiltered = seccomp::confine().err();
    Ok(Helper { base, base_netlink, hosts: HashMap::new(), last: 0, carrier, without_tun: None, unfiltered })
}

/// The network namespace of this thread.
fn namespace() -> io::Result<File> {
    File::open("/proc/thread-self/ns/net")
}

struct Helper {
    /// Where the helper is between requests.
    base: File,
    /// What sets devices there up.
    base_netlink: Netlink,
    hosts: HashMap<u32, File>,
    last: u32,
    /// None as long as whatever is possible may.
    carrier: Option<Carrier>,
    /// Why the machine gives no TUN devices.
    without_tun: Option<io::Error>,
    /// Why it may make any system call there is.
    unfiltered: Option<io::Error>,
}

impl Helper {
    fn answer(&mut self, request: Request) -> Result<(Reply, Option<OwnedFd>), Failure> {
        let answered = match request {
            Request::Host { v4, v6 } => self.host(v4, v6),
            Request::Socket { host, family, kind } => self.socket(host, family, kind),
            Request::Mtu { host, mtu } => self.mtu(host, mtu),
            Request::Lost { hosts } => self.lost(&hosts),
            Request::Diagnose { host } => self.diagnose(host),
            Request::Close { hosts } => {
                for host in hosts {
                    self.hosts.remove(&host);
                }
                return Ok((Reply::Closed, None));
            }
            Request::State => {
                let errno = |error: &io::Error| error.raw_os_error().unwrap_or(libc::EIO);
                let without_tun = self.without_tun.as_ref().map(errno);
                let unfiltered = self.unfiltered.as_ref().map(errno);
                return Ok((Reply::State { without_tun, unfiltered }, None));
            }
        };
        // Whatever failed: the next request must not begin in a host, or keep it alive.
        step("return from the host", setns(self.base.as_fd(), CloneFlags::CLONE_NEWNET))?;
        answered
    }

    fn host(&mut self, v4: Ipv4Addr, v6: Ipv6Addr) -> Result<(Reply, Option<OwnedFd>), Failure> {
        if self.hosts.len() >= HOSTS_MAX {
            return Err(failure("make a host", libc::ENOSPC));
        }
        // Whatever fails: what is left of it for a moment keeps its number, and its devices their names.
        self.last += 1;
        step("unshare", unshare(CloneFlags::CLONE_NEWNET))?;
        let namespace = step("open the namespace", namespace())?;
        let mut netlink = step("open rtnetlink", Netlink::open())?;
        let (carrier, wire) = self.device(&mut netlink)?;
        let (loopback, device) =
            (step("find lo", netlink.index("lo"))?, step("find eth0", netlink.index(DEVICE))?);
        step("set lo up", netlink.up(loopback))?;
        step("prepare eth0", netlink.prepare(device, MTU, QUEUE))?;
        step("set eth0 up", netlink.up(device))?;
        step("add the IPv4 address", netlink.add_v4(device, v4, PREFIX_V4))?;
        step("add the IPv6 address", netlink.add_v6(device, v6, PREFIX_V6))?;
        self.hosts.insert(self.last, namespace);
        Ok((Reply::Host { host: self.last, device, carrier }, Some(wire)))
    }

    /// Makes the device at the wire, in the namespace of this thread, which is the host's. What comes back is its other end.
    fn device(&mut self, host: &mut Netlink) -> Result<(Carrier, OwnedFd), Failure> {
        if self.carrier != Some(Carrier::Veth) {
            match tun::open(DEVICE) {
                Ok(wire) => {
                    // They are not mixed: what works once is what there is.
                    self.carrier = Some(Carrier::Tun);
                    return Ok((Carrier::Tun, wire));
                }
                Err(error) if self.carrier.is_none() && is_not_to_be_had(&error) => {
                    self.without_tun = Some(error);
                }
                Err(error) => return step("open /dev/net/tun", Err(error)),
            }
        }
        let wire = self.pair(host).map_err(|Failure { step, error }| match &self.without_tun {
            Some(why) => Failure { step: format!("open /dev/net/tun: {}; {step}", plain(why)).into(), error },
            None => Failure { step, error },
        })?;
        self.carrier = Some(Carrier::Veth);
        Ok((Carrier::Veth, wire))
    }

    /// Makes a veth pair of which one device is the host's.
    fn pair(&mut self, host: &mut Netlink) -> Result<OwnedFd, Failure> {
        let other = format!("wire{}", self.last);
        let (ours, theirs) = ((DEVICE, veth::HOST_ADDRESS), (other.as_str(), veth::OTHER_ADDRESS));
        step("make a veth pair", host.add_pair(ours, theirs, self.base.as_fd()))?;
        step("switch offloads of eth0 off", veth::finish_packets(&host, DEVICE))?;
        let index = step("find the other device", self.base_netlink.index(&other))?;
        step("prepare the other device", self.base_netlink.prepare(index, veth::OTHER_MTU, QUEUE))?;
        step("set the other device up", self.base_netlink.up(index))?;
        step("go to the other device", setns(self.base.as_fd(), CloneFlags::CLONE_NEWNET))?;
        step("open a packet socket", veth::open(index))
    }

    fn socket(
        &mut self,
        host: u32,
        family: Family,
        kind: SocketType,
    ) -> Result<(Reply, Option<OwnedFd>), Failure> {
        if family == Family::Unix {
            return Err(failure("socket", libc::EAFNOSUPPORT));
        }
        self.enter_host(host)?;
        // The families and types are those of the protocol, and of these only: no netlink, no raw sockets, no packets.
        let socket = step("socket", create(family, kind))?;
        Ok((Reply::Socket, Some(socket.into())))
    }

    fn mtu(&self, host: u32, mtu: u32) -> Result<(Reply, Option<OwnedFd>), Failure> {
        self.enter_host(host)?;
        let mut netlink = step("open rtnetlink", Netlink::open())?;
        let device = step("find eth0", netlink.index(DEVICE))?;
        step("set the MTU", netlink.set_mtu(device, mtu))?;
        Ok((Reply::Mtu, None))
    }

    fn diagnose(&self, host: u32) -> Result<(Reply, Option<OwnedFd>), Failure> {
        self.enter_host(host)?;
        Ok((Reply::Diagnose, Some(step("open sock_diag", diag::open())?)))
    }

    fn lost(&self, hosts: &[u32]) -> Result<(Reply, Option<OwnedFd>), Failure> {
        let mut packets = Vec::with_capacity(hosts.len());
        for host in hosts {
            self.enter_host(*host)?;
            let devices = step("read net/dev", std::fs::read_to_string("/proc/thread-self/net/dev"))?;
            packets.push(lost_on_the_way_out(&devices).unwrap_or(0));
        }
        Ok((Reply::Lost { packets }, None))
    }

    fn enter_host(&self, host: u32) -> Result<(), Failure> {
        let Some(namespace) = self.hosts.get(&host) else {
            return Err(failure("find the host", libc::ENETDOWN));
        };
        step("enter the host", setns(namespace.as_fd(), CloneFlags::CLONE_NEWNET))
    }
}

/// How many packets the wire's device has dropped on their way out, from the kernel's table of devices (proc_net(5)): eight numbers
/// about receiving, then those about sending, of which the fourth is it.
fn lost_on_the_way_out(devices: &str) -> Option<u64> {
    let line = devices.lines().find_map(|line| line.trim_start().strip_prefix(DEVICE)?.strip_prefix(':'))?;
    line.split_ascii_whitespace().nth(8 + 3)?.parse().ok()
}
