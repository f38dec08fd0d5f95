//! What makes labs: the link to the helper, and hosts that are made.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::net::{AddressFamily, SocketFlags, SocketType as LinkType, socketpair};
use socket2::SockRef;

use super::link::{self, Reply, Request};
use super::{FIRST_HOSTS, Host, NAMES, helper, unexpected, v4, v6};

/// Longest wait for the helper's answer. It needs a millisecond for a host.
const ANSWER_DEADLINE: Duration = Duration::from_secs(5);

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

/// Hosts that are made, and not in use yet. Dropped it rolls them back.
#[derive(Debug)]
pub(crate) struct Made {
    labs: Arc<Labs>,
    /// With their ends of the wire.
    hosts: Vec<(Host, File)>,
    /// Hosts that lost their ends and are still to be rolled back.
    lost: Vec<u32>,
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

    /// Makes the hosts that a lab begins with. Blocks for some milliseconds.
    ///
    /// # Errors
    /// The kernel's. Nothing is left of the hosts before it.
    pub(crate) fn make_first(self: &Arc<Self>) -> io::Result<Made> {
        let names = NAMES.iter().take(FIRST_HOSTS).enumerate();
        self.make(&names.map(|(place, name)| ((*name).to_owned(), place)).collect::<Vec<_>>())
    }

    /// Why the kernel does not keep the helper to the system calls that it needs; none where it does.
    ///
    /// # Errors
    /// The link's.
    pub(crate) fn unfiltered(&self) -> io::Result<Option<io::Error>> {
        match self.ask(&Request::State)? {
            (Reply::State { unfiltered }, _) => Ok(unfiltered.map(io::Error::from_raw_os_error)),
            _ => Err(unexpected()),
        }
    }

    /// Makes hosts with these names at these places. Blocks for about a millisecond each.
    ///
    /// # Errors
    /// The kernel's. Nothing is left of the hosts before it.
    pub(super) fn make(self: &Arc<Self>, wanted: &[(String, usize)]) -> io::Result<Made> {
        let mut made = Made { labs: Arc::clone(self), hosts: Vec::new(), lost: Vec::new() };
        for (name, place) in wanted {
            let request = Request::Host { v4: v4(*place), v6: v6(*place) };
            let (Reply::Host { host: number, device }, Some(end)) = self.ask(&request)? else {
                return Err(unexpected());
            };
            let host = Host { name: name.clone(), place: *place, number, device, uses: Arc::default() };
            made.hosts.push((host, end.into()));
        }
        Ok(made)
    }

    pub(super) fn ask(&self, request: &Request) -> io::Result<(Reply, Option<OwnedFd>)> {
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
    pub(super) fn labs(&self) -> &Arc<Labs> {
        &self.labs
    }

    /// Takes the first host out: from here on it is not rolled back.
    pub(super) fn take_first(&mut self) -> Option<(Host, File)> {
        (!self.hosts.is_empty()).then(|| self.hosts.remove(0))
    }

    /// Takes one back that did not come into use.
    pub(super) fn put_back(&mut self, host: Host) {
        self.lost.push(host.number);
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        let hosts: Vec<u32> =
            self.hosts.iter().map(|(host, _)| host.number).chain(self.lost.iter().copied()).collect();
        if !hosts.is_empty() {
            tracing::debug!(hosts = hosts.len(), "hosts of a lab that cannot be opened are taken back");
            self.labs.ask(&Request::Close { hosts }).ok(/* the helper is gone, and its hosts with it */);
        }
    }
}
