//! The wire between a lab's hosts.
//!
//! One task for each host reads what it sends, and one hands on what has taken its time. While nothing is set packets go
//! straight through, and no more is looked at for that than one flag.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use sockyard_protocol::packet::Fate;
use sockyard_protocol::wire::{HOSTS_MAX, MTU};
use tokio::io::unix::AsyncFd;
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use super::control::{Coming, Control, Ready};
use super::end::End;
use super::record::{Hosts, New, Record};
use super::tun;

/// Longest packet that a device hands over: what an IP header can say.
const PACKET_MAX: usize = 65_535;

/// How many packets a host may put on the wire before the others get their turn.
const BUDGET: usize = 256;

/// A host's end of the wire.
#[derive(Clone, Debug)]
struct Port {
    v4: Ipv4Addr,
    v6: Ipv6Addr,
    /// Its owner is the wire, so that nobody else is the last to let go of it: see [`drop_elsewhere`].
    end: Weak<End>,
    /// The largest packet that its device takes.
    mtu: u32,
}

impl Port {
    fn has(&self, ip: IpAddr) -> bool {
        ip == IpAddr::V4(self.v4) || ip == IpAddr::V6(self.v6)
    }

    fn put(&self, packet: &[u8]) {
        if let Some(end) = self.end.upgrade() {
            end.put(packet);
        }
    }
}

/// The ends, each at its host's place.
type Ports = [Option<Port>; HOSTS_MAX];

/// A wire that carries.
#[derive(Debug)]
pub(super) struct Wire {
    shared: Arc<Shared>,
    /// Where all of its tasks run, so that a packet crosses no thread.
    runtime: Handle,
    hosts: Mutex<Vec<Reading>>,
    /// The one that hands late packets on; none once it is stopped.
    clock: Mutex<Option<JoinHandle<()>>>,
}

/// A host's end, and the task that reads it.
#[derive(Debug)]
struct Reading {
    place: usize,
    end: Arc<End>,
    reader: JoinHandle<()>,
}

/// What the tasks share.
#[derive(Debug)]
struct Shared {
    ports: Mutex<Arc<Ports>>,
    /// Goes up with each change of `ports`, so that a task need not lock them for each packet.
    ports_version: AtomicU64,
    control: Mutex<Control>,
    /// Nothing is set and nothing waits.
    is_straight: AtomicBool,
    /// There is a packet that is due before all others.
    sooner: Notify,
    record: Arc<Record>,
}

impl Wire {
    /// A wire without ends, on the runtime of this task.
    pub(super) fn start(record: Arc<Record>, seed: u32) -> Wire {
        let shared = Arc::new(Shared {
            ports: Mutex::new(Arc::new(std::array::from_fn(|_| None))),
            ports_version: AtomicU64::new(0),
            control: Mutex::new(Control::new(seed)),
            is_straight: AtomicBool::new(true),
            sooner: Notify::new(),
            record,
        });
        let clock = Mutex::new(Some(tokio::spawn(hand_on_late(Arc::clone(&shared)))));
        Wire { shared, runtime: Handle::current(), hosts: Mutex::default(), clock }
    }

    /// Begins to carry what a host sends, and what others send it.
    ///
    /// # Errors
    /// The kernel's, where the runtime cannot watch one more descriptor.
    pub(super) fn add(&self, place: usize, v4: Ipv4Addr, v6: Ipv6Addr, end: End) -> io::Result<()> {
        let end = Arc::new(end);
        let watched = {
            let _runtime = self.runtime.enter();
            tun::watch(Arc::clone(&end))?
        };
        self.shared.change_ports(|ports| {
            if let Some(at) = ports.get_mut(place) {
                *at = Some(Port { v4, v6, end: Arc::downgrade(&end), mtu: MTU });
            }
        });
        // A host begins with the usual MTU, and others may have another.
        self.change(|_, _| ());
        let reader = self.runtime.spawn(carry(place, watched, Arc::clone(&self.shared)));
        self.hosts().push(Reading { place, end, reader });
        Ok(())
    }

    /// Takes a host's end away.
    pub(super) async fn remove(&self, place: usize) {
        let reading = {
            let mut hosts = self.hosts();
            let at = hosts.iter().position(|host| host.place == place);
            at.map(|at| hosts.swap_remove(at))
        };
        self.shared.change_ports(|ports| ports.get_mut(place).and_then(Option::take));
        self.change(|control, record| control.forget(place, record));
        if let Some(Reading { place: _, end, reader }) = reading {
            reader.abort();
            reader.await.ok(/* it was told to stop */);
            drop_elsewhere(end).await;
        }
    }

    /// Stops carrying and closes the ends.
    pub(super) async fn stop(&self) {
        let hosts = std::mem::take(&mut *self.hosts());
        let (ends, mut tasks): (Vec<_>, Vec<_>) =
            hosts.into_iter().map(|Reading { place: _, end, reader }| (end, reader)).unzip();
        tasks.extend(self.clock.lock().unwrap_or_else(PoisonError::into_inner).take());
        for task in &tasks {
            task.abort();
        }
        for task in tasks {
            task.await.ok(/* it was told to stop */);
        }
        drop_elsewhere(ends).await;
    }

    /// Looks at what is set and what waits.
    pub(super) fn look<T>(&self, at: impl FnOnce(&Control) -> T) -> T {
        at(&self.shared.control())
    }

    /// Changes what is set or what waits.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Control, &Record) -> T) -> T {
        self.shared.change(|control| change(control, &self.shared.record))
    }

    /// Hands packets on.
    pub(super) fn hand_on(&self, ready: &[Ready]) {
        let ports = self.shared.ports();
        ready.iter().for_each(|ready| put(&ports, ready, &[]));
    }

    /// Sets how large a packet a host's device takes.
    pub(super) fn set_mtu(&self, place: usize, mtu: u32) {
        self.shared.change_ports(|ports| {
            if let Some(Some(port)) = ports.get_mut(place) {
                port.mtu = mtu;
            }
        });
        self.change(|_, _| ());
    }

    /// How large a packet a host's device takes; none of a host that is not there.
    pub(super) fn mtu(&self, place: usize) -> Option<u32> {
        self.shared.ports().get(place)?.as_ref().map(|port| port.mtu)
    }

    /// How many packets a host's end has lost before they were taken out of it.
    pub(super) fn lost(&self, place: usize) -> u64 {
        self.hosts().iter().find(|host| host.place == place).map_or(0, |host| host.end.lost())
    }

    fn hosts(&self) -> MutexGuard<'_, Vec<Reading>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    fn control(&self) -> MutexGuard<'_, Control> {
        self.control.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ports(&self) -> Arc<Ports> {
        Arc::clone(&self.ports.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn change_ports<T>(&self, change: impl FnOnce(&mut Ports) -> T) -> T {
        let mut ports = self.ports.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = change(Arc::make_mut(&mut ports));
        self.ports_version.fetch_add(1, Ordering::Release);
        changed
    }

    /// Changes what is set or waits, and finds out whether packets still have to be looked at, and when one is due next.
    fn change<T>(&self, change: impl FnOnce(&mut Control) -> T) -> T {
        let one_mtu = has_one_mtu(&self.ports());
        let mut control = self.control();
        let before = control.next_due();
        let changed = change(&mut control);
        self.is_straight.store(one_mtu && control.is_idle(), Ordering::Relaxed);
        let next = control.next_due();
        if next.is_some() && (before.is_none() || next < before) {
            self.sooner.notify_one();
        }
        changed
    }
}

/// Where all devices take the same, none gets what it does not.
fn has_one_mtu(ports: &Ports) -> bool {
    let mut mtus = ports.iter().flatten().map(|port| port.mtu);
    let first = mtus.next();
    mtus.all(|mtu| Some(mtu) == first)
}

/// Closing an end takes the kernel some 30 ms, in which nothing else would run on this thread.
async fn drop_elsewhere<T: Send + 'static>(ends: T) {
    tokio::task::spawn_blocking(move || drop(ends)).await.ok(/* the runtime ends */);
}

/// Hands on what one host sends, until its device is gone.
async fn carry(from: usize, end: AsyncFd<Arc<End>>, shared: Arc<Shared>) {
    let mut buffer = vec![0; PACKET_MAX];
    let mut version = shared.ports_version.load(Ordering::Acquire);
    let mut ports = shared.ports();
    loop {
        let Ok(mut ready) = end.readable().await else { return };
        for _ in 0..BUDGET {
            match end.get_ref().take(&mut buffer) {
                Ok(length) => {
                    let newest = shared.ports_version.load(Ordering::Acquire);
                    if newest != version {
                        version = newest;
                        ports = shared.ports();
                    }
                    hand_on(from, buffer.get(..length).unwrap_or_default(), &ports, &shared);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    ready.clear_ready();
                    break;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // EBADFD: the device is gone.
                Err(_) => return,
            }
        }
        tokio::task::yield_now().await;
    }
}

fn hand_on(from: usize, packet: &[u8], ports: &Ports, shared: &Shared) {
    let to = destinations(from, packet, ports);
    if to.is_empty() {
        shared.record.note(New { fate: Fate::NoHost, ..New::plain(from, to) }, packet);
        return;
    }
    // Whatever is set while a packet is on its way here is for the next one.
    if shared.is_straight.load(Ordering::Relaxed) {
        // Before its receiver can answer, so that the answer has the greater number.
        shared.record.note(New::plain(from, to), packet);
        put(ports, &Ready { to, copies: 1, bytes: None }, packet);
        return;
    }
    let is_too_small = |place: &usize| {
        ports.get(*place).and_then(Option::as_ref).is_some_and(|port| packet.len() > port.mtu as usize)
    };
    let too_small = to.iter().filter(is_too_small).collect();
    let coming = Coming { from, to, too_small, packet, now: Instant::now() };
    let ready = shared.change(|control| control.take(coming, &shared.record));
    ready.iter().for_each(|ready| put(ports, ready, packet));
}

/// Writes a packet to its hosts.
fn put(ports: &Ports, ready: &Ready, came: &[u8]) {
    let Ready { to, copies, bytes } = ready;
    let packet = bytes.as_deref().unwrap_or(came);
    for _ in 0..*copies {
        for (place, port) in ports.iter().enumerate() {
            if let Some(port) = port.as_ref().filter(|_| to.has(place)) {
                port.put(packet);
            }
        }
    }
}

/// Hands on what takes its time once it is due.
async fn hand_on_late(shared: Arc<Shared>) {
    loop {
        let next = {
            let (ready, next) = shared.change(|control| control.due(Instant::now(), &shared.record));
            if !ready.is_empty() {
                let ports = shared.ports();
                ready.iter().for_each(|ready| put(&ports, ready, &[]));
            }
            next
        };
        match next {
            Some(due) => {
                tokio::select! {
                    () = sleep_until(due) => {}
                    () = shared.sooner.notified() => {}
                }
            }
            None => shared.sooner.notified().await,
        }
    }
}

/// The hosts that a packet is for.
fn destinations(from: usize, packet: &[u8], ports: &Ports) -> Hosts {
    let Some(ip) = destination(packet) else { return Hosts::default() };
    let to_all = match ip {
        // The lab's network is a /24.
        IpAddr::V4(ip) => ip.is_multicast() || ip.octets()[3] == 255,
        IpAddr::V6(ip) => ip.is_multicast(),
    };
    let others = ports.iter().enumerate().filter(|(place, _)| *place != from);
    let others = others.filter_map(|(place, port)| Some((place, port.as_ref()?)));
    others.filter(|(_, port)| to_all || port.has(ip)).map(|(place, _)| place).collect()
}

/// The destination in an IP header (RFC 791 section 3.1, RFC 8200 section 3).
fn destination(packet: &[u8]) -> Option<IpAddr> {
    match packet.first()? >> 4 {
        4 => <[u8; 4]>::try_from(packet.get(16..20)?).ok().map(IpAddr::from),
        6 => <[u8; 16]>::try_from(packet.get(24..40)?).ok().map(IpAddr::from),
        _ => None,
    }
}
