//! Labs: networks that belong to one session each, with hosts of their own and a wire between them.
//!
//! Each host is a network namespace (network_namespaces(7)): the kernel's own TCP/IP, with its own loopback, ports and tables.
//! Its one other device ends at the wire, which this process is, so every packet between hosts passes through here and is kept.
//! There is no route to anywhere else; what a socket of a lab can reach is the lab.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use socket2::Socket;
use sockyard_protocol::call::{WireConfigure, WireHold, WireRelease};
use sockyard_protocol::hello::LabHost;
use sockyard_protocol::wire::{
    Device, HOSTS_MAX, Hold, MTU, ReleaseAction, Wire as WireFacts, WireDirection,
};
use sockyard_protocol::{Family, SocketType};

mod control;
mod diag;
mod dissect;
mod end;
mod flows;
pub(crate) mod helper;
mod hold;
mod labs;
mod lasting;
mod link;
mod netlink;
mod random;
mod record;
mod seccomp;
mod treat;
mod tun;
mod veth;
mod wire;

pub(crate) use diag::Listed;
use hold::Filter;
pub(crate) use labs::Labs;
use labs::Made;
use lasting::Ends;
pub(crate) use link::Carrier;
use link::{Reply, Request};
pub(crate) use record::{Changes, Page, Record};
use wire::Wire;

use crate::quotas::Keeper;

/// The names that hosts get which are given none: those that examples of protocols are told with.
const NAMES: [&str; HOSTS_MAX] = [
    "alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy", "kim", "leo", "nina",
    "oscar", "peggy", "quinn",
];

/// How many hosts a lab begins with.
const FIRST_HOSTS: usize = 2;

/// A host.
#[derive(Debug)]
struct Host {
    name: String,
    /// Its place in the lab, from 0: its addresses follow from it.
    place: usize,
    /// The helper's number for it.
    number: u32,
    /// The index of its device at the wire.
    device: u32,
    /// Each of its sockets holds one more.
    uses: Arc<()>,
}

/// Where a socket of a lab is: what multicast needs to know, because the kernel looks for a route and there is none.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The index of the device at the wire.
    pub(crate) device: u32,
    /// That device's address.
    pub(crate) v4: Ipv4Addr,
    /// While it is there the host is in use.
    _use: Arc<()>,
}

/// Why a lab does not do what it is asked for.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// It has as many hosts as it may have.
    Full,
    /// A host of that name is there already.
    Taken(String),
    /// No host has that name.
    NoHost {
        /// The field with the name.
        field: &'static str,
        name: String,
    },
    /// So many sockets are on that host.
    Busy(String, usize),
    /// It is the only host.
    Last(String),
    /// That packet is not held.
    NotHeld(u64),
    /// The kernel's, or the helper's.
    Os(io::Error),
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Refusal {
        Refusal::Os(error)
    }
}

/// A lab.
#[derive(Debug)]
pub(crate) struct Lab {
    labs: Arc<Labs>,
    /// The first one is where sockets are made that name none.
    hosts: Mutex<Vec<Host>>,
    /// Held while hosts come and go, which takes several steps.
    changing: tokio::sync::Mutex<()>,
    record: Arc<Record>,
    /// What was set as the MTU of every host.
    mtu: AtomicU32,
    /// None once it is closed.
    wire: Mutex<Option<Arc<Wire>>>,
}

impl Host {
    fn v4(&self) -> Ipv4Addr {
        v4(self.place)
    }

    fn v6(&self) -> Ipv6Addr {
        v6(self.place)
    }

    fn told(&self) -> LabHost {
        LabHost { name: self.name.clone(), addresses: vec![self.v4().to_string(), self.v6().to_string()] }
    }
}

/// The addresses of the host at a place.
fn v4(place: usize) -> Ipv4Addr {
    Ipv4Addr::new(10, 0, 0, place as u8 + 1)
}

/// A unique local address (RFC 4193).
fn v6(place: usize) -> Ipv6Addr {
    Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, place as u16 + 1)
}

impl Made {
    /// Begins to carry packets between the hosts. For a task: the wire runs on its runtime.
    ///
    /// # Errors
    /// The kernel's, where the runtime cannot watch one more descriptor.
    pub(crate) fn start(self, keeper: Keeper) -> io::Result<Lab> {
        let record = Arc::new(Record::new(keeper));
        let seed = crate::secret::number();
        let lab = Lab {
            labs: Arc::clone(self.labs()),
            hosts: Mutex::default(),
            changing: tokio::sync::Mutex::default(),
            record: Arc::clone(&record),
            mtu: AtomicU32::new(MTU),
            wire: Mutex::new(Some(Arc::new(Wire::start(record, seed)))),
        };
        lab.adopt(self)?;
        Ok(lab)
    }
}

impl Lab {
    /// Takes hosts in that are made. Until they are in they are still to be rolled back.
    fn adopt(&self, mut made: Made) -> io::Result<()> {
        let wire = self.wire_or_down()?;
        while let Some((host, end)) = made.take_first() {
            // Its name first: a packet may come at once.
            self.record.name(host.place, &host.name);
            if let Err(error) = wire.add(host.place, host.v4(), host.v6(), end) {
                made.put_back(host);
                return Err(error);
            }
            self.hosts().push(host);
        }
        Ok(())
    }

    /// Adds a host.
    ///
    /// # Errors
    /// [`Refusal::Full`], [`Refusal::Taken`], the kernel's.
    pub(crate) async fn add(&self, name: Option<&str>) -> Result<LabHost, Refusal> {
        let _changing = self.changing.lock().await;
        let (name, place) = {
            let hosts = self.hosts();
            let is_free = |name: &str| hosts.iter().all(|host| host.name != name);
            let place = (0..HOSTS_MAX).find(|place| hosts.iter().all(|host| host.place != *place));
            let place = place.ok_or(Refusal::Full)?;
            let name = match name {
                // Each host has that one already: it is its own.
                Some(name) if name == "localhost" || !is_free(name) => {
                    return Err(Refusal::Taken(name.to_owned()));
                }
                Some(name) => name.to_owned(),
                None => NAMES.iter().find(|name| is_free(name)).ok_or(Refusal::Full)?.to_string(),
            };
            (name, place)
        };
        let labs = Arc::clone(&self.labs);
        let asked = name.clone();
        let made = tokio::task::spawn_blocking(move || labs.make(&[(asked, place)])).await;
        self.adopt(made.map_err(|_| down())??)?;
        let (told, number) = {
            let hosts = self.hosts();
            let host = hosts.iter().find(|host| host.name == name).ok_or_else(down)?;
            (host.told(), host.number)
        };
        let mtu = self.mtu.load(Ordering::Relaxed);
        if mtu != MTU {
            let wire = self.wire_or_down()?;
            self.set_mtu(&wire, place, number, mtu)?;
        }
        Ok(told)
    }

    /// Takes a host away.
    ///
    /// # Errors
    /// [`Refusal::NoHost`], [`Refusal::Busy`], [`Refusal::Last`].
    pub(crate) async fn remove(&self, name: &str) -> Result<(), Refusal> {
        let _changing = self.changing.lock().await;
        let wire = self.wire_or_down()?;
        let host = {
            let mut hosts = self.hosts();
            let is_it = |host: &Host| host.name == name;
            let at = hosts
                .iter()
                .position(is_it)
                .ok_or_else(|| Refusal::NoHost { field: "name", name: name.to_owned() })?;
            let sockets = hosts.get(at).map_or(0, |host| Arc::strong_count(&host.uses) - 1);
            if sockets > 0 {
                return Err(Refusal::Busy(name.to_owned(), sockets));
            }
            if hosts.len() == 1 {
                return Err(Refusal::Last(name.to_owned()));
            }
            hosts.remove(at)
        };
        // All of it even where whoever asked has gone meanwhile: half a host would be left.
        let labs = Arc::clone(&self.labs);
        let removed = tokio::spawn(async move {
            wire.remove(host.place).await;
            close(labs, vec![host.number]).await;
        });
        removed.await.ok(/* it does not panic, and is not told to stop */);
        Ok(())
    }

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
        self.wire_or_down()?;
        let (number, place) = {
            let hosts = self.hosts();
            let host = match host {
                None => hosts.first(),
                Some(name) => hosts.iter().find(|host| host.name == name),
            };
            let host = host.ok_or_else(down)?;
            (host.number, Place { device: host.device, v4: host.v4(), _use: Arc::clone(&host.uses) })
        };
        match self.labs.ask(&Request::Socket { host: number, family, kind })? {
            (Reply::Socket, Some(socket)) => Ok((socket.into(), place)),
            _ => Err(unexpected()),
        }
    }

    /// The hosts, the first one first.
    pub(crate) fn told_hosts(&self) -> Vec<LabHost> {
        self.hosts().iter().map(Host::told).collect()
    }

    /// Names of hosts and their addresses.
    pub(crate) fn names(&self) -> Vec<(String, Vec<IpAddr>)> {
        let hosts = self.hosts();
        hosts.iter().map(|host| (host.name.clone(), vec![host.v4().into(), host.v6().into()])).collect()
    }

    /// The address of the first host.
    pub(crate) fn local_address(&self) -> Option<Ipv4Addr> {
        self.hosts().first().map(Host::v4)
    }

    /// What the wire has carried.
    pub(crate) fn record(&self) -> &Arc<Record> {
        &self.record
    }

    /// `wire.configure`.
    ///
    /// # Errors
    /// [`Refusal::NoHost`], and the kernel's where it does not take the MTU.
    pub(crate) fn configure(&self, call: &WireConfigure) -> Result<(), Refusal> {
        let wire = self.wire_or_down()?;
        let ends = self.ends(call.from.as_deref(), call.to.as_deref())?;
        let directions = self.directions(ends);
        if let Some(mtu) = call.mtu {
            let mtu = if mtu == 0 { MTU } else { mtu };
            let hosts: Vec<(usize, u32)> = {
                let hosts = self.hosts();
                let chosen = hosts.iter().filter(|host| ends.from.is_none_or(|from| from == host.place));
                chosen.map(|host| (host.place, host.number)).collect()
            };
            for (place, host) in hosts {
                self.set_mtu(&wire, place, host, mtu)?;
            }
            if ends.from.is_none() {
                self.mtu.store(mtu, Ordering::Relaxed);
            }
        }
        if let Some(record) = call.record {
            self.record.set_on(record);
        }
        wire.change(|control, _| control.configure(ends, &directions, call));
        Ok(())
    }

    /// Sets the MTU of a host's device.
    fn set_mtu(&self, wire: &Wire, place: usize, host: u32, mtu: u32) -> io::Result<()> {
        match self.labs.ask(&Request::Mtu { host, mtu })? {
            (Reply::Mtu, _) => wire.set_mtu(place, mtu),
            _ => return Err(unexpected()),
        }
        Ok(())
    }

    /// `wire.cut` and `wire.mend`.
    ///
    /// # Errors
    /// [`Refusal::NoHost`].
    pub(crate) fn cut(&self, from: Option<&str>, to: Option<&str>, cut: bool) -> Result<(), Refusal> {
        let wire = self.wire_or_down()?;
        let ends = self.ends(from, to)?;
        let directions = self.directions(ends);
        wire.change(|control, _| control.cut(ends, &directions, cut));
        Ok(())
    }

    /// `wire.hold`.
    ///
    /// # Errors
    /// [`Refusal::NoHost`].
    pub(crate) fn hold(&self, call: &WireHold) -> Result<(), Refusal> {
        let WireHold { from, to, protocol, port, flags, count } = call;
        let filter = Filter {
            from: self.place("from", from.as_deref())?,
            to: self.place("to", to.as_deref())?,
            protocol: *protocol,
            port: *port,
            flags: flags.clone(),
            left: *count,
        };
        self.wire_or_down()?.change(|control, _| control.hold(Some(filter)));
        Ok(())
    }

    /// `wire.release`: the numbers of the packets that are held no more.
    ///
    /// # Errors
    /// [`Refusal::NotHeld`].
    pub(crate) fn release(&self, call: &WireRelease) -> Result<Vec<u64>, Refusal> {
        let WireRelease { seq, action, delay_ms } = call;
        let delay = Duration::from_millis(delay_ms.unwrap_or(0).into());
        let wire = self.wire_or_down()?;
        let released = wire.change(|control, record| control.release(*seq, *action, delay, record));
        let (released, ready) = released.ok_or(Refusal::NotHeld(seq.unwrap_or(0)))?;
        wire.hand_on(&ready);
        Ok(released)
    }

    /// `wire.unhold`: the same of all that were held.
    ///
    /// # Errors
    /// `ENETDOWN` where the lab is closed.
    pub(crate) fn unhold(&self) -> Result<Vec<u64>, Refusal> {
        let wire = self.wire_or_down()?;
        let released = wire.change(|control, record| {
            control.hold(None);
            control.release(None, ReleaseAction::Pass, Duration::ZERO, record)
        });
        let (released, ready) = released.unwrap_or_default();
        wire.hand_on(&ready);
        Ok(released)
    }

    /// What the wire is like.
    ///
    /// # Errors
    /// `ENETDOWN` where the lab is closed, and the helper's.
    pub(crate) fn show(&self) -> Result<WireFacts, Refusal> {
        let wire = self.wire_or_down()?;
        let (names, numbers): (Vec<(usize, String)>, Vec<u32>) =
            self.hosts().iter().map(|host| ((host.place, host.name.clone()), host.number)).unzip();
        let (Reply::Lost { packets }, _) = self.labs.ask(&Request::Lost { hosts: numbers })? else {
            return Err(unexpected().into());
        };
        let name =
            |place: usize| names.iter().find(|(known, _)| *known == place).map(|(_, name)| name.clone());
        let devices = names.iter().zip(packets).map(|((place, name), lost_in_device)| Device {
            host: name.clone(),
            mtu: wire.mtu(*place).unwrap_or(MTU),
            lost_in_device: lost_in_device + wire.lost(*place),
        });
        let devices = devices.collect();
        Ok(wire.look(|control| {
            let mut directions: Vec<WireDirection> = Vec::new();
            for (from, from_name) in &names {
                for (to, to_name) in names.iter().filter(|(to, _)| to != from) {
                    directions.push(control.settings(*from, *to).told(from_name, to_name));
                }
            }
            let hold = control.filter().map(|filter| {
                let Filter { from, to, protocol, port, flags, left } = filter.clone();
                Hold { from: from.and_then(name), to: to.and_then(name), protocol, port, flags, count: left }
            });
            WireFacts {
                seed: control.seed(),
                cut: !directions.is_empty() && directions.iter().all(|direction| direction.cut),
                directions,
                devices,
                hold,
                held: control.held(),
                under_way: control.under_way(),
                record: self.record.is_on(),
                unrecorded: self.record.unrecorded(),
            }
        }))
    }

    /// The TCP connections of the host of that name, or of all, each with its host's name; at most so many, and whether there
    /// are more.
    ///
    /// # Errors
    /// [`Refusal::NoHost`], and the kernel's.
    pub(crate) fn connections(
        &self,
        host: Option<&str>,
        most: usize,
    ) -> Result<(Vec<(String, Listed)>, bool), Refusal> {
        self.wire_or_down()?;
        let place = self.place("host", host)?;
        let hosts: Vec<(String, u32)> = {
            let hosts = self.hosts();
            let chosen = hosts.iter().filter(|host| place.is_none_or(|place| place == host.place));
            chosen.map(|host| (host.name.clone(), host.number)).collect()
        };
        let (mut all, mut is_cut) = (Vec::new(), false);
        for (name, host) in hosts {
            let (Reply::Diagnose, Some(socket)) = self.labs.ask(&Request::Diagnose { host })? else {
                return Err(unexpected().into());
            };
            let (listed, more) = diag::list(socket, most - all.len())?;
            is_cut |= more;
            all.extend(listed.into_iter().map(|one| (name.clone(), one)));
        }
        Ok((all, is_cut))
    }

    /// Takes the wire away and lets go of the hosts; each is gone with its last socket.
    pub(crate) async fn close(&self) {
        // Nobody changes a lab that is closing: what is under way ends first.
        let _changing = self.changing.lock().await;
        let Some(wire) = self.wire().take() else { return };
        wire.stop().await;
        let hosts = self.hosts().iter().map(|host| host.number).collect();
        close(Arc::clone(&self.labs), hosts).await;
    }

    /// What two names choose, each of them all hosts where it is left out.
    fn ends(&self, from: Option<&str>, to: Option<&str>) -> Result<Ends, Refusal> {
        Ok(Ends { from: self.place("from", from)?, to: self.place("to", to)? })
    }

    /// The directions between the hosts that there are.
    fn directions(&self, Ends { from, to }: Ends) -> Vec<(usize, usize)> {
        let places: Vec<usize> = self.hosts().iter().map(|host| host.place).collect();
        let chosen = |wanted: Option<usize>| {
            let places = places.iter().copied();
            places.filter(move |place| wanted.is_none_or(|wanted| wanted == *place))
        };
        chosen(from)
            .flat_map(|from| chosen(to).filter(move |to| *to != from).map(move |to| (from, to)))
            .collect()
    }

    /// The place of the host of that name.
    fn place(&self, field: &'static str, name: Option<&str>) -> Result<Option<usize>, Refusal> {
        let Some(name) = name else { return Ok(None) };
        let hosts = self.hosts();
        let found = hosts.iter().find(|host| host.name == name);
        found.map(|host| Some(host.place)).ok_or_else(|| Refusal::NoHost { field, name: name.to_owned() })
    }

    fn hosts(&self) -> MutexGuard<'_, Vec<Host>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wire(&self) -> MutexGuard<'_, Option<Arc<Wire>>> {
        self.wire.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wire_or_down(&self) -> io::Result<Arc<Wire>> {
        self.wire().clone().ok_or_else(down)
    }
}

/// Lets go of hosts.
async fn close(labs: Arc<Labs>, hosts: Vec<u32>) {
    let closed = move || labs.ask(&Request::Close { hosts }).is_ok();
    tokio::task::spawn_blocking(closed).await.ok(/* the runtime ends, and the process with it */);
}

fn down() -> io::Error {
    io::Error::from_raw_os_error(libc::ENETDOWN)
}

fn unexpected() -> io::Error {
    io::Error::other("the lab's helper answered something else than it was asked for")
}
