//! Addresses of the kernel's in the protocol's form.

use std::net::SocketAddr;

use socket2::SockAddr;

use super::Session;
use crate::engine::Socket;

impl Session {
    /// An address; `unix:` alone for a Unix socket without a name.
    pub(super) fn address_name(&self, address: &SockAddr) -> String {
        match address.as_socket() {
            // The kernel tells the device of a group. It is loopback always, and no address here has a zone.
            Some(SocketAddr::V6(mut address)) if address.ip().is_multicast() => {
                address.set_scope_id(0);
                address.to_string()
            }
            Some(address) => address.to_string(),
            None => self.unix_names.describe(address),
        }
    }

    /// A socket's own address.
    pub(super) fn local_name(&self, socket: &Socket) -> String {
        socket.local().map_or_else(|_| String::new(), |local| self.address_name(&local))
    }

    /// A socket's own address if it has been given one, by `bind` or by the kernel.
    pub(super) fn bound_name(&self, address: &SockAddr) -> Option<String> {
        match address.as_socket() {
            Some(address) if address.port() == 0 => None,
            None if address.is_unnamed() => None,
            _ => Some(self.address_name(address)),
        }
    }
}
