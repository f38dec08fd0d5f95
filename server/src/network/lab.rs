//! Labs: networks that belong to one session each, with hosts of their own and a wire between them.
//!
//! Each host is a network namespace (network_namespaces(7)): the kernel's own TCP/IP, with its own loopback, ports and tables.
//! Its one other device ends at the wire, which this process is, so every packet between hosts passes through here and is kept.
//! There is no route to anywhere else; what a socket of a lab can reach is the lab.

use std::fs::File;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::net::{AddressFamily, SocketFlags, SocketType as LinkType, socketpair};
use socket2::{SockRef, Socket};
use sockyard_protocol::hello::LabHost;
use sockyard_protocol::{Family, SocketType};

mod dissect;
mod flows;
pub(crate) mod helper;
mod link;
mod netlink;
mod record;
mod tun;
mod wire;

use link::{Reply, Request};
pub(crate) use record::Page;
use record::Record;
use wire::{Port, Wire};

/// Longest wait for the helper's answer. It needs a millisecond for a host.
const ANSWER_DEADLINE: Duration = Duration::from_secs(5);

/// The hosts that a lab begins with.
const FIRST_HOSTS: &[&str] = &["alice", "bob"];

/// Makes labs, with the helper that it shares among them.
#[derive(Debug)]
pub(crate) struct Labs {
    link: Mutex<Link>,
    _helper: Child,
}

#[derive(Debug)]
struct Link {
    socket: OwnedFd,
    /// An answer did not come, and the next one might be that one.
    is_broken: bool,
}

/// A host.
#[derive(Debug)]
struct Host {
    name: String,
    v4: Ipv4Addr,
    v6: Ipv6Addr,
    /// The helper's number for it.
    number: u32,
    /// The index of its device at the wire.
    device: u32,
}

/// Where a socket of a lab is: what multicast needs to know, because the kernel looks for a route and there is none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// The index of the device at the wire.
    pub(crate) device: u32,
    /// That device's address.
    pub(crate) v4: Ipv4Addr,
}

/// Hosts that are made, with their ends of the wire, which carries nothing yet.
#[derive(Debug)]
pub(crate) struct Made {
    labs: Arc<Labs>,
    hosts: Vec<Host>,
    /// Their ends of the wire, in the same order.
    ends: Vec<File>,
}

/// A lab.
#[derive(Debug)]
pub(crate) struct Lab {
    labs: Arc<Labs>,
    hosts: Vec<Host>,
    record: Arc<Record>,
    /// None once it is closed.
    wire: Mutex<Option<Wire>>,
}

impl Labs {
    /// Starts the helper. To be called before the process has a second thread that could end: a child may be told to die with
    /// the thread that made it.
    ///
    /// # Errors
    /// The kernel's, where it gives no process or descriptors.
    pub(crate) fn start() -> io::Result<Arc<Labs>> {
        let (socket, theirs) =
            socketpair(AddressFamily::UNIX, LinkType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
        SockRef::from(&socket).set_read_timeout(Some(ANSWER_DEADLINE))?;
        let helper = Command::new("/proc/self/exe")
            .arg0("sockyard")
            .arg(helper::ARGUMENT)
            .stdin(Stdio::from(theirs))
            // A group of its own: Ctrl-C is for the server, which still closes its labs.
            .process_group(0)
            .spawn()?;
        Ok(Arc::new(Labs { link: Mutex::new(Link { socket, is_broken: false }), _helper: helper }))
    }

    /// Makes a lab's hosts. Blocks for some milliseconds.
    ///
    /// # Errors
    /// The step that failed, in words. Nothing is left of the hosts before it.
    pub(crate) fn make(self: &Arc<Self>) -> io::Result<Made> {
        let mut made = Made { labs: Arc::clone(self), hosts: Vec::new(), ends: Vec::new() };
        for (number, name) in (1..).zip(FIRST_HOSTS) {
            let v4 = Ipv4Addr::new(10, 0, 0, number);
            // Unique local addresses (RFC 4193).
            let v6 = Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, number.into());
            let (Reply::Host { host, device }, Some(end)) = self.ask(&Request::Host { v4, v6 })? else {
                return Err(unexpected());
            };
            made.hosts.push(Host { name: (*name).to_owned(), v4, v6, number: host, device });
            made.ends.push(end.into());
        }
        Ok(made)
    }

    fn ask(&self, request: &Request) -> io::Result<(Reply, Option<OwnedFd>)> {
        let mut link = self.link();
        if link.is_broken {
            return Err(io::Error::from_raw_os_error(libc::ENETDOWN));
        }
        let answered = link::send(&link.socket, request, None)
            .and_then(|()| link::receive(&link.socket))
            .and_then(|answer| answer.ok_or_else(|| io::Error::from_raw_os_error(libc::ENETDOWN)));
        let (reply, descriptor) = answered.inspect_err(|error| {
            link.is_broken = true;
            tracing::error!(%error, "the lab's helper does not answer; no lab can be opened any more");
        })?;
        match reply {
            Reply::Failed { step, errno } => {
                tracing::debug!(step, errno, "the lab's helper failed");
                Err(io::Error::from_raw_os_error(errno))
            }
            reply => Ok((reply, descriptor)),
        }
    }

    fn link(&self) -> MutexGuard<'_, Link> {
        self.link.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Made {
    /// Begins to carry packets between the hosts. For a task: the wire runs on its runtime.
    ///
    /// # Errors
    /// The kernel's, where the runtime cannot watch one more descriptor.
    pub(crate) fn start(mut self) -> io::Result<Lab> {
        let ends = std::mem::take(&mut self.ends);
        let port = |(host, end): (&Host, File)| Port { v4: host.v4, v6: host.v6, end: Arc::new(end) };
        let ports = self.hosts.iter().zip(ends).map(port).collect();
        let record = Arc::new(Record::new(self.hosts.iter().map(|host| host.name.clone()).collect()));
        // Until it is there the hosts are still to be rolled back.
        let wire = Wire::start(ports, Arc::clone(&record))?;
        let hosts = std::mem::take(&mut self.hosts);
        Ok(Lab { labs: Arc::clone(&self.labs), hosts, record, wire: Mutex::new(Some(wire)) })
    }
}

/// Rolls back what is made and never came into use.
impl Drop for Made {
    fn drop(&mut self) {
        let hosts: Vec<u32> = self.hosts.iter().map(|host| host.number).collect();
        if !hosts.is_empty() {
            self.labs.ask(&Request::Close { hosts }).ok(/* the helper is gone, and its hosts with it */);
        }
    }
}

impl Lab {
    /// `socket(2)` on the host of that name, or on the first.
    ///
    /// # Errors
    /// The kernel's; `ENETDOWN` where there is no such host or the lab is closed.
    pub(crate) fn socket(
        &self,
        host: Option<&str>,
        family: Family,
        kind: SocketType,
    ) -> io::Result<(Socket, Place)> {
        let down = || io::Error::from_raw_os_error(libc::ENETDOWN);
        let host = match host {
            None => self.hosts.first(),
            Some(name) => self.hosts.iter().find(|host| host.name == name),
        };
        let host = host.filter(|_| self.wire().is_some()).ok_or_else(down)?;
        let place = Place { device: host.device, v4: host.v4 };
        match self.labs.ask(&Request::Socket { host: host.number, family, kind })? {
            (Reply::Socket, Some(socket)) => Ok((socket.into(), place)),
            _ => Err(unexpected()),
        }
    }

    /// The hosts, the first one first.
    pub(crate) fn hosts(&self) -> Vec<LabHost> {
        let told = |host: &Host| LabHost {
            name: host.name.clone(),
            addresses: vec![host.v4.to_string(), host.v6.to_string()],
        };
        self.hosts.iter().map(told).collect()
    }

    /// Names of hosts and their addresses.
    pub(crate) fn names(&self) -> Vec<(String, Vec<IpAddr>)> {
        self.hosts.iter().map(|host| (host.name.clone(), vec![host.v4.into(), host.v6.into()])).collect()
    }

    /// The address of the first host.
    pub(crate) fn local_address(&self) -> Option<Ipv4Addr> {
        self.hosts.first().map(|host| host.v4)
    }

    /// What the wire has carried.
    pub(crate) fn record(&self) -> &Arc<Record> {
        &self.record
    }

    /// Takes the wire away and lets go of the hosts; each is gone with its last socket.
    pub(crate) async fn close(&self) {
        let Some(wire) = self.wire().take() else { return };
        wire.stop().await;
        let labs = Arc::clone(&self.labs);
        let hosts = self.hosts.iter().map(|host| host.number).collect();
        let closed = move || labs.ask(&Request::Close { hosts }).is_ok();
        tokio::task::spawn_blocking(closed).await.ok(/* the runtime ends, and the process with it */);
    }

    fn wire(&self) -> MutexGuard<'_, Option<Wire>> {
        self.wire.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unexpected() -> io::Error {
    io::Error::other("the lab's helper answered something else than it was asked for")
}
