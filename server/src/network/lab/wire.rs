//! The wire between a lab's hosts.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use sockyard_protocol::packet::Fate;
use tokio::io::unix::AsyncFd;
use tokio::task::JoinHandle;

use super::record::{Hosts, Record};
use super::tun;

/// Longest packet that a device hands over: what an IP header can say.
const PACKET_MAX: usize = 65_535;

/// How many packets a host may put on the wire before the others get their turn.
const BUDGET: usize = 256;

/// A host's end of the wire.
#[derive(Debug)]
pub(super) struct Port {
    pub(super) v4: Ipv4Addr,
    pub(super) v6: Ipv6Addr,
    pub(super) end: Arc<File>,
}

impl Port {
    fn has(&self, ip: IpAddr) -> bool {
        ip == IpAddr::V4(self.v4) || ip == IpAddr::V6(self.v6)
    }
}

/// A wire that carries.
#[derive(Debug)]
pub(super) struct Wire {
    ports: Arc<[Port]>,
    tasks: Vec<JoinHandle<()>>,
}

impl Wire {
    /// Begins to carry packets, one task for each host.
    pub(super) fn start(ports: Vec<Port>, record: Arc<Record>) -> io::Result<Wire> {
        let ports: Arc<[Port]> = ports.into();
        let ends = ports.iter().map(|port| tun::watch(Arc::clone(&port.end)));
        let ends = ends.collect::<io::Result<Vec<_>>>()?;
        let carry = |(from, end)| tokio::spawn(carry(from, end, Arc::clone(&ports), Arc::clone(&record)));
        let tasks = ends.into_iter().enumerate().map(carry).collect();
        Ok(Wire { ports, tasks })
    }

    /// Stops carrying and closes the ends.
    pub(super) async fn stop(self) {
        let Wire { ports, tasks } = self;
        for task in &tasks {
            task.abort();
        }
        for task in tasks {
            task.await.ok(/* it was told to stop */);
        }
        // The kernel takes some 30 ms for each, in which nothing else would run on this thread.
        tokio::task::spawn_blocking(move || drop(ports)).await.ok(/* the runtime ends */);
    }
}

/// Hands on what one host sends, until its device is gone.
async fn carry(from: usize, end: AsyncFd<Arc<File>>, ports: Arc<[Port]>, record: Arc<Record>) {
    let mut buffer = vec![0; PACKET_MAX];
    loop {
        let Ok(mut ready) = end.readable().await else { return };
        for _ in 0..BUDGET {
            match end.get_ref().as_ref().read(&mut buffer) {
                Ok(length) => hand_on(from, buffer.get(..length).unwrap_or_default(), &ports, &record),
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

fn hand_on(from: usize, packet: &[u8], ports: &[Port], record: &Record) {
    let to = destinations(from, packet, ports);
    let fate = if to.is_empty() { Fate::NoHost } else { Fate::Passed };
    // Before its receiver can answer, so that the answer has the greater number.
    record.add(from, to, fate, packet);
    for (number, port) in ports.iter().enumerate() {
        if to.has(number) {
            // A device takes a packet or loses it, and never blocks.
            port.end.as_ref().write_all(packet).ok(/* as a cable would */);
        }
    }
}

/// The hosts that a packet is for.
fn destinations(from: usize, packet: &[u8], ports: &[Port]) -> Hosts {
    let Some(ip) = destination(packet) else { return Hosts::default() };
    let to_all = match ip {
        // The lab's network is a /24.
        IpAddr::V4(ip) => ip.is_multicast() || ip.octets()[3] == 255,
        IpAddr::V6(ip) => ip.is_multicast(),
    };
    let others = ports.iter().enumerate().filter(|(number, _)| *number != from);
    others.filter(|(_, port)| to_all || port.has(ip)).map(|(number, _)| number).collect()
}

/// The destination in an IP header (RFC 791 section 3.1, RFC 8200 section 3).
fn destination(packet: &[u8]) -> Option<IpAddr> {
    match packet.first()? >> 4 {
        4 => <[u8; 4]>::try_from(packet.get(16..20)?).ok().map(IpAddr::from),
        6 => <[u8; 16]>::try_from(packet.get(24..40)?).ok().map(IpAddr::from),
        _ => None,
    }
}
