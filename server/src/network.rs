//! Who calls `socket(2)`, and thereby in which network a socket lives.
//!
//! There is one kind so far: this machine's own network, of which the policy opens loopback only.

use std::io;

use socket2::{Domain, Socket, Type};
use sockyard_protocol::hello::Network as NetworkFacts;
use sockyard_protocol::{Family, SocketType};

/// The network that a session's sockets live in.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Network;

impl Network {
    /// `socket(2)`, non-blocking and closed on exec.
    ///
    /// # Errors
    /// The kernel's, above all `EMFILE` and `EAFNOSUPPORT`.
    pub(crate) fn socket(self, family: Family, kind: SocketType) -> io::Result<Socket> {
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

    /// What `session.hello` tells of it.
    pub(crate) fn facts(self, unix_directory: Option<String>) -> NetworkFacts {
        NetworkFacts { kind: "host".to_owned(), local_address: "127.0.0.1".to_owned(), unix_directory }
    }

    /// The families that this machine's kernel really makes sockets of.
    pub(crate) fn features(self) -> Vec<String> {
        [(Family::Inet, "inet"), (Family::Inet6, "inet6"), (Family::Unix, "unix")]
            .into_iter()
            .filter(|(family, _)| self.socket(*family, SocketType::Dgram).is_ok())
            .map(|(_, name)| name.to_owned())
            .collect()
    }
}
