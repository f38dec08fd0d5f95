//! Multicast on the loopback device, and on no other; in a lab on the wire.
//!
//! Whatever routes this machine has: a group is joined on loopback, sending goes out through loopback, and a socket
//! hears only the groups that it has joined itself. All three are set here on the socket, beside the wall that
//! `network` builds (`SO_BINDTODEVICE`), so that neither rests on the other. Behind both the kernel keeps groups of
//! interface-local scope, the only IPv6 ones that the policy lets through, from every other device by itself.

use std::io;
use std::net::{IpAddr, Ipv4Addr};

use socket2::InterfaceIndexOrAddress;
use sockyard_protocol::SocketType;

use super::socket::Socket;
use crate::network;
use crate::policy::{Allowed, Group, Target};

impl Socket {
    /// `IP_ADD_MEMBERSHIP` (ip(7)), `IPV6_ADD_MEMBERSHIP` (ipv6(7)).
    pub(crate) fn join(&self, group: &Allowed<Group>) -> io::Result<()> {
        self.wall_in(None);
        let device = self.multicast_device()?;
        match group.get() {
            IpAddr::V4(group) => {
                self.raw().join_multicast_v4_n(group, &InterfaceIndexOrAddress::Index(device))
            }
            IpAddr::V6(group) => self.raw().join_multicast_v6(group, device),
        }
    }

    /// `IP_DROP_MEMBERSHIP` (ip(7)), `IPV6_DROP_MEMBERSHIP` (ipv6(7)).
    pub(crate) fn leave(&self, group: &Allowed<Group>) -> io::Result<()> {
        let device = self.multicast_device()?;
        match group.get() {
            IpAddr::V4(group) => {
                self.raw().leave_multicast_v4_n(group, &InterfaceIndexOrAddress::Index(device))
            }
            IpAddr::V6(group) => self.raw().leave_multicast_v6(group, device),
        }
    }

    /// Before a datagram goes to a group: through the loopback device (`IP_MULTICAST_IF`), whatever the routes say.
    pub(super) fn send_on_loopback(&self, to: &Target) -> io::Result<()> {
        match group_of(to) {
            Some(IpAddr::V4(_)) if self.is_datagram() => {
                let from = self.place().map_or(Ipv4Addr::LOCALHOST, |place| place.v4);
                self.raw().set_multicast_if_v4(&from)
            }
            Some(IpAddr::V6(_)) if self.is_datagram() => {
                self.raw().set_multicast_if_v6(self.multicast_device()?)
            }
            // A stream to a group fails in the kernel before any packet is made.
            Some(_) | None => Ok(()),
        }
    }

    /// Before a socket takes a group's address: Linux would hand it also what came for members elsewhere on this machine,
    /// through other devices (`IP_MULTICAST_ALL`).
    pub(super) fn hear_own_groups(&self, local: &Target) -> io::Result<()> {
        match group_of(local) {
            Some(IpAddr::V4(_)) if self.is_datagram() => self.raw().set_multicast_all_v4(false),
            Some(IpAddr::V6(_)) if self.is_datagram() => self.raw().set_multicast_all_v6(false),
            Some(_) | None => Ok(()),
        }
    }

    /// The loopback device, in a lab the one at the wire.
    fn multicast_device(&self) -> io::Result<u32> {
        self.place().map_or_else(network::loopback_index, |place| Ok(place.device))
    }

    fn is_datagram(&self) -> bool {
        self.kind() == SocketType::Dgram
    }
}

/// The group that an address is one of.
pub(super) fn group_of(target: &Target) -> Option<IpAddr> {
    match target {
        Target::Inet(address) => Some(address.ip()).filter(IpAddr::is_multicast),
        Target::Unix(_) => None,
    }
}
