//! Addresses of the kernel's in the protocol's form.

use socket2::SockAddr;

use super::Session;
use crate::engine::Socket;

impl Session {
    /// An address; `unix:` alone for a Unix socket without a name.
    pub(super) fn address_name(&self, address: &SockAddr) -> String {
        match address.as_socket() {
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
