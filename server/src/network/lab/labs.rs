//! What makes labs: the link to the helper, and hosts that are made.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::net::{AddressFamily, SocketFlags, SocketType as LinkType, socketpair};
use socket2::SockRef;

use super::end::End;
use super::link::{self, Carrier, Reply, Request};
use super::{FIRST_HOSTS, Host, NAMES, helper, unexpected, v4, v6};
use crate::errno::plain;

/// Longest wait for the helper's answer. It needs a millisecond for a host.
const ANSWER_DEADLINE: Duration = Duration::from_secs(5);

/// Makes labs, with the helper that it shares among them.
#[derive(Debug)]
pub(crate) struct Labs {
    link: Mutex<Link>,
    _helper: Child,
    facts: LabFacts,
}

/// What there is to be known of labs before there is one.
#[derive(Debug)]
pub(crate) struct LabFacts {
    pub(crate) carrier: Carrier,
    /// Why there are veth pairs where TUN devices would do as well.
    pub(crate) without_tun: Option<io::Error>,
    /// Why the kernel does not keep the helper to the system calls that it needs.
    pub(crate) unfiltered: Option<io::Error>,
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
    hosts: Vec<(Host, End)>,
    /// Hosts that lost their ends and are still to be rolled back.
    lost: Vec<u32>,
}

impl Labs {
    /// Starts the helper, and makes a host to see whether the machine lets it. To be called before the process has a second thread
    /// that could end: a child may be told to die with the thread that made it. Packets are carried by what is asked for, else by
    /// what the machine gives.
    ///
    /// # Errors
    /// Why the machine gives no labs.
    pub(crate) fn start(carrier: Option<Carrier>) -> Result<Arc<Labs>, String> {
        let (mut link, helper) = start_helper(carrier).map_err(|error| plain(&error))?;
        let facts = link.try_out()?;
        Ok(Arc::new(Labs { link: Mutex::new(link), _helper: helper, facts }))
    }

    pub(crate) fn facts(&self) -> &LabFacts {
        &self.facts
    }

    /// Makes the hosts that a lab begins with. Blocks for some milliseconds.
    ///
    /// # Errors
    /// The kernel's. Nothing is left of the hosts before it.
    pub(crate) fn make_first(self: &Arc<Self>) -> io::Result<Made> {
        let names = NAMES.iter().take(FIRST_HOSTS).enumerate();
        self.make(&names.map(|(place, name)| ((*name).to_owned(), place)).collect::<Vec<_>>())
    }

    /// Makes hosts with these names at these places. Blocks for about a millisecond each.
    ///
    /// # Errors
    /// The kernel's. Nothing is left of the hosts before it.
    pub(super) fn make(self: &Arc<Self>, wanted: &[(String, usize)]) -> io::Result<Made> {
        let mut made = Made { labs: Arc::clone(self), hosts: Vec::new(), lost: Vec::new() };
        for (name, place) in wanted {
            let request = Request::Host { v4: v4(*place), v6: v6(*place) };
            let (Reply::Host { host: number, device, carrier }, Some(end)) = self.ask(&request)? else {
                return Err(unexpected());
            };
            let host = Host { name: name.clone(), place: *place, number, device, uses: Arc::default() };
            made.hosts.push((host, End::new(end, carrier)));
        }
        Ok(made)
    }

    pub(super) fn ask(&self, request: &Request) -> io::Result<(Reply, Option<OwnedFd>)> {
        match self.link().ask(request)? {
            (Reply::Failed { step, errno }, _) => {
                tracing::debug!(step, errno, "the lab's helper failed");
                Err(io::Error::from_raw_os_error(errno))
            }
            answer => Ok(answer),
        }
    }

    fn link(&self) -> MutexGuard<'_, Link> {
        self.link.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts the helper with a link to it.
fn start_helper(carrier: Option<Carrier>) -> io::Result<(Link, Child)> {
    let (socket, theirs) = socketpair(AddressFamily::UNIX, LinkType::SEQPACKET, SocketFlags::CLOEXEC, None)?;
    SockRef::from(&socket).set_read_timeout(Some(ANSWER_DEADLINE))?;
    let helper = Command::new("/proc/self/exe")
        .arg0("sockyard")
        .arg(helper::ARGUMENT)
        .args(carrier.map(Carrier::name))
        .stdin(Stdio::from(theirs))
        // A group of its own: Ctrl-C is for the server, which still closes its labs.
        .process_group(0)
        .spawn()?;
    Ok((Link { socket, is_broken: false }, helper))
}

impl Link {
    /// Asks the helper. That something failed there is an answer like any other.
    fn ask(&mut self, request: &Request) -> io::Result<(Reply, Option<OwnedFd>)> {
        if self.is_broken {
            return Err(io::Error::from_raw_os_error(libc::ENETDOWN));
        }
        let answered = link::send(&self.socket, request, None)
            .and_then(|()| link::receive(&self.socket))
            .and_then(|answer| answer.ok_or_else(|| io::Error::from_raw_os_error(libc::ENETDOWN)));
        answered.inspect_err(|error| {
            self.is_broken = true;
            tracing::error!(%error, "the lab's helper does not answer; no lab can be opened any more");
        })
    }

    /// Makes a host and lets go of it. The error is why there is none.
    fn try_out(&mut self) -> Result<LabFacts, String> {
        let mut ask = |request| match self.ask(&request) {
            Ok((Reply::Failed { step, errno }, _)) => {
                Err(format!("{step}: {}", plain(&io::Error::from_raw_os_error(errno))))
            }
            Ok((reply, _)) => Ok(reply),
            Err(error) => Err(plain(&error)),
        };
        let Reply::Host { host, carrier, device: _ } = ask(Request::Host { v4: v4(0), v6: v6(0) })? else {
            return Err(unexpected().to_string());
        };
        ask(Request::Close { hosts: vec![host] })?;
        let Reply::State { without_tun, unfiltered } = ask(Request::State)? else {
            return Err(unexpected().to_string());
        };
        let error = io::Error::from_raw_os_error;
        Ok(LabFacts { carrier, without_tun: without_tun.map(error), unfiltered: unfiltered.map(error) })
    }
}

impl Made {
    pub(super) fn labs(&self) -> &Arc<Labs> {
        &self.labs
    }

    /// Takes the first host out: from here on it is not rolled back.
    pub(super) fn take_first(&mut self) -> Option<(Host, End)> {
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
