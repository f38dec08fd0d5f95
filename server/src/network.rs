//! Who calls `socket(2)`, and thereby in which network a socket lives.
//!
//! There are two kinds: this machine's own network, of which the policy opens loopback and what the operator's rules add, and
//! labs, which belong to one session each and reach nothing else.

use std::io;
use std::sync::Arc;

use socket2::{Domain, Socket, Type};
use sockyard_protocol::hello::Network as NetworkFacts;
use sockyard_protocol::{Family, Fault, SocketType};

pub(crate) mod lab;

use lab::Lab;
pub(crate) use lab::{
    Carrier, Changes as PacketChanges, Labs, Listed, Page as PacketsPage, Place, Record as PacketRecord,
    Refusal,
};

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
    kind: Kind,
    /// Which families the kernel really makes sockets of, and whether there are labs, with what kind of wire.
    features: Arc<[String]>,
}

#[derive(Debug)]
enum Kind {
    Host {
        /// Whether every socket is walled in when it is made, because the policy opens nothing but loopback.
        confined: bool,
    },
    Lab(Lab),
}

impl Network {
    /// This machine's own network, and which families its kernel really makes sockets of.
    pub(crate) fn host(confined: bool, labs: Option<Carrier>) -> Arc<Network> {
        let families = [(Family::Inet, "inet"), (Family::Inet6, "inet6"), (Family::Unix, "unix")];
        let made = |family: &Family| create(*family, SocketType::Dgram).is_ok();
        let families =
            families.into_iter().filter(|(family, _)| made(family)).map(|(_, name)| name.to_owned());
        let labs = labs.into_iter().flat_map(|carrier| ["lab".to_owned(), format!("lab-{}", carrier.name())]);
        let features = families.chain(labs).collect();
        Arc::new(Network { kind: Kind::Host { confined }, features })
    }

    /// A lab, beside this network.
    pub(crate) fn with_lab(&self, lab: Lab) -> Arc<Network> {
        Arc::new(Network { kind: Kind::Lab(lab), features: Arc::clone(&self.features) })
    }

    /// `socket(2)`, non-blocking and closed on exec; in a lab on the host of that name, or on the first. With it comes where in
    /// a lab it is.
    ///
    /// # Errors
    /// The kernel's, above all `EMFILE` and `EAFNOSUPPORT`.
    pub(crate) fn socket(
        &self,
        host: Option<&str>,
        family: Family,
        kind: SocketType,
    ) -> io::Result<(Socket, Option<Place>)> {
        match (&self.kind, family) {
            // A Unix socket belongs to no network; its address is in the session's own directory.
            (Kind::Lab(lab), Family::Inet | Family::Inet6) => {
                lab.socket(host, family, kind).map(|(socket, place)| (socket, Some(place)))
            }
            (Kind::Host { confined: true }, _) => {
                let socket = create(family, kind)?;
                confine(&socket, family);
                Ok((socket, None))
            }
            _ => Ok((create(family, kind)?, None)),
        }
    }

    /// Whether sockets are walled in from the beginning: bound to loopback, or in a lab.
    pub(crate) fn is_confined(&self) -> bool {
        !matches!(self.kind, Kind::Host { confined: false })
    }

    /// The lab, if it is one.
    pub(crate) fn lab(&self) -> Option<&Lab> {
        match &self.kind {
            Kind::Lab(lab) => Some(lab),
            Kind::Host { .. } => None,
        }
    }

    /// # Errors
    /// `EAI_NONAME` for a host that the network does not have.
    pub(crate) fn check_host(&self, name: &str) -> Result<(), Fault> {
        let Some(lab) = self.lab() else {
            return Err(no_host("host: only a session in a lab has hosts to choose from"));
        };
        let hosts = lab.told_hosts();
        match hosts.iter().any(|host| host.name == name) {
            true => Ok(()),
            false => Err(no_such_host("socket", "host", name, lab)),
        }
    }

    /// The lab's host that a socket is made on where `asked` is asked for; none on this machine's own network.
    pub(crate) fn host_name(&self, asked: Option<&str>) -> Option<String> {
        let lab = self.lab()?;
        asked.map(str::to_owned).or_else(|| lab.told_hosts().into_iter().next().map(|host| host.name))
    }

    /// What `session.hello` tells of it.
    pub(crate) fn facts(&self, unix_directory: Option<String>) -> NetworkFacts {
        match &self.kind {
            Kind::Host { .. } => NetworkFacts {
                kind: "host".to_owned(),
                local_address: "127.0.0.1".to_owned(),
                unix_directory,
                hosts: Vec::new(),
            },
            Kind::Lab(lab) => NetworkFacts {
                kind: "lab".to_owned(),
                local_address: lab.local_address().map_or_else(String::new, |address| address.to_string()),
                unix_directory,
                hosts: lab.told_hosts(),
            },
        }
    }

    /// What `session.hello` lists as features.
    pub(crate) fn features(&self) -> Vec<String> {
        self.features.to_vec()
    }

    /// The end of a session: a lab is closed.
    pub(crate) async fn close(&self) {
        if let Kind::Lab(lab) = &self.kind {
            lab.close().await;
        }
    }
}

fn no_host(hint: &str) -> Fault {
    Fault::os("socket", "EAI_NONAME", "name or service not known").with_hint(hint)
}

/// The error of a call whose `field` names a host that the lab does not have.
pub(crate) fn no_such_host(call: &str, field: &str, name: &str, lab: &Lab) -> Fault {
    let there: Vec<String> = lab.told_hosts().into_iter().map(|host| host.name).collect();
    let hint = format!("{field}: none is called {name:?}; there are {}", there.join(", "));
    Fault::os(call, "EAI_NONAME", "name or service not known").with_hint(hint)
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
