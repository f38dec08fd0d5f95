//! Who calls `socket(2)`, and thereby in which network a socket lives.
//!
//! There is one kind so far: this machine's own network, of which the policy opens loopback and what the operator's rules add.

use std::io;
use std::sync::Arc;

use socket2::{Domain, Socket, Type};
use sockyard_protocol::hello::Network as NetworkFacts;
use sockyard_protocol::{Family, SocketType};

/// A second wall behind the policy: packets reach and leave the socket over loopback only, whatever address it has.
/// Needs no privilege since Linux 5.7 (socket(7), `SO_BINDTODEVICE`); without it the policy stands alone.
const LOOPBACK_NAME: &str = "lo";

/// The loopback device's index: through which device multicast goes, and on which a group is joined.
///
/// # Errors
/// `ENODEV` where there is no loopback device.
pub(crate) fn loopback_index() -> io::Result<u32> {
    Ok(nix::net::if_::if_nametoindex(LOOPBACK_NAME)?)
}

/// The network that a session's sockets live in.
#[derive(Debug)]
pub(crate) struct Network {
    /// Whether every socket is walled in when it is made, because the policy opens nothing but loopback.
    confined: bool,
    features: Vec<String>,
}

impl Network {
    /// This machine's own network, and which families its kernel really makes sockets of.
    pub(crate) fn host(confined: bool) -> Arc<Network> {
        let families = [(Family::Inet, "inet"), (Family::Inet6, "inet6"), (Family::Unix, "unix")];
        let made = |family: &Family| create(*family, SocketType::Dgram).is_ok();
        let features =
            families.into_iter().filter(|(family, _)| made(family)).map(|(_, name)| name.to_owned());
        Arc::new(Network { confined, features: features.collect() })
    }

    /// `socket(2)`, non-blocking and closed on exec.
    ///
    /// # Errors
    /// The kernel's, above all `EMFILE` and `EAFNOSUPPORT`.
    pub(crate) fn socket(&self, family: Family, kind: SocketType) -> io::Result<Socket> {
        let socket = create(family, kind)?;
        if self.confined {
            confine(&socket, family);
        }
        Ok(socket)
    }

    /// Whether sockets are walled in from the beginning.
    pub(crate) fn is_confined(&self) -> bool {
        self.confined
    }

    /// What `session.hello` tells of it.
    pub(crate) fn facts(&self, unix_directory: Option<String>) -> NetworkFacts {
        NetworkFacts { kind: "host".to_owned(), local_address: "127.0.0.1".to_owned(), unix_directory }
    }

    /// What `session.hello` lists as features.
    pub(crate) fn features(&self) -> Vec<String> {
        self.features.clone()
    }
}

fn create(family: Family, kind: SocketType) -> io::Result<Socket> {
    let domain = match family {
        Family::Inet => Domain::IPV4,
        Family::Inet6 => Domain::IPV6,
        Family::Unix => Domain::UNIX,
    };
    let kind = match kind {
        SocketType::Stream => Type::STREAM,
        SocketType::Dgram => Type::DGRAM,
    };
    Socket::new(domain, kind.nonblocking(), None)
}

/// Binds a socket to the loopback device: from then on it has nothing to do with any other.
pub(crate) fn confine(socket: &Socket, family: Family) {
    if family != Family::Unix
        && let Err(error) = socket.bind_device(Some(LOOPBACK_NAME.as_bytes()))
    {
        tracing::debug!(%error, "a socket is not bound to the loopback device");
    }
}
