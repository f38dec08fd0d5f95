//! What may be reached and taken. Deny by default.
//!
//! Whoever wants to bind, connect or send needs an [`Allowed<Target>`], and only this module makes one: from an
//! address that was parsed strictly or resolved once, after every embedding of IPv4 in it was reduced.
//! The rule today: loopback, all of 127.0.0.0/8 and ::1, and never Sockyard's own port; and those multicast groups
//! that are meant for one machine or site, which the engine joins and sends to on the loopback device alone.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use socket2::SockAddr;
use sockyard_protocol::answer::{Resolved, ResolvedAddress};
use sockyard_protocol::{Address, Family, Fault, Host};

use crate::errno;

mod classify;
mod names;
mod unix;

pub(crate) use classify::{Class, classify};
pub(crate) use unix::{UnixNames, UnixTarget};

/// Proof that the policy has seen the value and allows it. Nothing outside this module can make one.
#[derive(Clone, Debug)]
pub(crate) struct Allowed<T>(T);

impl<T> Allowed<T> {
    pub(crate) fn get(&self) -> &T {
        &self.0
    }
}

/// A multicast group that a socket may be a member of, on the loopback device.
pub(crate) type Group = IpAddr;

/// Where a socket is bound, connected to or sends to, with nothing left to resolve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Inet(SocketAddr),
    Unix(UnixTarget),
}

impl Target {
    /// The kernel's form of it.
    pub(crate) fn to_sockaddr(&self) -> io::Result<SockAddr> {
        match self {
            Target::Inet(address) => Ok((*address).into()),
            Target::Unix(target) => SockAddr::unix(&target.path),
        }
    }
}

/// A local address to bind, and whether "any address" was narrowed to it.
#[derive(Clone, Debug)]
pub(crate) struct BindTarget {
    pub(crate) target: Allowed<Target>,
    pub(crate) narrowed: bool,
}

/// The policy of a server, the same for every session and transport.
#[derive(Debug)]
pub(crate) struct Policy {
    /// The port that Sockyard itself listens on: nobody may reach or take it through Sockyard.
    own_port: u16,
}

impl Policy {
    pub(crate) fn new(own_port: u16) -> Arc<Policy> {
        Arc::new(Policy { own_port })
    }

    /// For `connect` and `sendto`; `call` is the name to report.
    pub(crate) fn reach(
        &self,
        call: &str,
        address: &Address,
        family: Family,
        names: &UnixNames,
    ) -> Result<Allowed<Target>, Fault> {
        match address {
            Address::Unix(name) => {
                Ok(Allowed(Target::Unix(names.target(name).map_err(|error| errno::fault(call, &error))?)))
            }
            Address::Inet { host: Host::Any, .. } => Err(unspecified(call)),
            Address::Inet { host: Host::Ip(ip), port } => self.check(call, SocketAddr::new(*ip, *port)),
            Address::Inet { host: Host::Name(name), port } => {
                self.check_all(call, name, *port, &names::resolve(name), family)
            }
        }
    }

    /// For `bind`. The unspecified address becomes the loopback address of its family.
    pub(crate) fn take(
        &self,
        address: &Address,
        family: Family,
        names: &UnixNames,
    ) -> Result<BindTarget, Fault> {
        let loopback = |family, port| SocketAddr::new(loopback(family), port);
        let narrowed = match address {
            Address::Inet { host: Host::Any, port } => Some(loopback(family, *port)),
            Address::Inet { host: Host::Ip(ip), port } if ip.is_unspecified() => {
                Some(loopback(if ip.is_ipv4() { Family::Inet } else { Family::Inet6 }, *port))
            }
            Address::Inet { .. } | Address::Unix(_) => None,
        };
        match narrowed {
            Some(narrowed) => Ok(BindTarget { target: self.check("bind", narrowed)?, narrowed: true }),
            None => Ok(BindTarget { target: self.reach("bind", address, family, names)?, narrowed: false }),
        }
    }

    /// Where the kernel would choose "any address" by itself (`listen` or `sendto` on an unbound socket), the
    /// socket is bound here first: a wildcard would be open to every host that reaches this machine.
    pub(crate) fn implicit(family: Family, target: Option<&Target>) -> Option<Allowed<Target>> {
        let ip = match (family, target) {
            (Family::Unix, _) => return None,
            (Family::Inet6, Some(Target::Inet(to))) if classify::is_v4_mapped(to.ip()) => {
                Ipv4Addr::LOCALHOST.to_ipv6_mapped().into()
            }
            _ => loopback(family),
        };
        Some(Allowed(Target::Inet(SocketAddr::new(ip, 0))))
    }

    /// What a name stands for, and which of it sockets may reach.
    pub(crate) fn resolve(&self, host: &Host) -> Resolved {
        let addresses = match host {
            Host::Any => Vec::new(),
            Host::Ip(ip) => vec![*ip],
            Host::Name(name) => names::resolve(name),
        };
        let told =
            |ip: &IpAddr| ResolvedAddress { address: ip.to_string(), allowed: classify(*ip).is_allowed() };
        Resolved { addresses: addresses.iter().map(told).collect() }
    }

    /// The answer to a datagram: its sender's address goes through the same check as any other.
    pub(crate) fn reply(&self, to: SocketAddr) -> Result<Allowed<Target>, Fault> {
        self.check("sendto", to)
    }

    /// The group of `join_multicast` and `leave_multicast`: an IP address without a port, in brackets or without.
    pub(crate) fn group(&self, call: &str, text: &str) -> Result<Allowed<Group>, Fault> {
        let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
        let Ok(group) = bare.parse::<IpAddr>() else {
            return Err(Fault::bad_params(
                "value",
                "a group is an IP address without a port, as in 239.1.2.3",
            ));
        };
        match classify(group) {
            Class::LoopbackGroup => Ok(Allowed(group)),
            Class::Multicast => Err(other_group(call, group)),
            // Of an address that is no group the kernel says so (EINVAL); none of them joins anything.
            _ => Ok(Allowed(group)),
        }
    }

    fn check(&self, call: &str, address: SocketAddr) -> Result<Allowed<Target>, Fault> {
        match classify(address.ip()) {
            Class::Loopback | Class::LoopbackGroup if address.port() == self.own_port => {
                Err(Fault::denied(call, "own_port", "Sockyard's own port is not for its sockets")
                    .with_hint(format!("{address} is where this server listens; choose another port")))
            }
            Class::Loopback | Class::LoopbackGroup => Ok(Allowed(Target::Inet(address))),
            Class::Unspecified => Err(unspecified(call)),
            Class::Multicast => Err(other_group(call, address.ip())),
            class => {
                Err(Fault::denied(call, class.rule(), "this server's sockets reach loopback only").with_hint(
                    format!("{} is {}; 127.0.0.0/8 and ::1 are allowed", address.ip(), class.words()),
                ))
            }
        }
    }

    /// Every answer for a name must pass, so that a name cannot carry a forbidden address past the check.
    fn check_all(
        &self,
        call: &str,
        name: &str,
        port: u16,
        answers: &[IpAddr],
        family: Family,
    ) -> Result<Allowed<Target>, Fault> {
        if answers.is_empty() {
            return Err(Fault::os(call, "EAI_NONAME", "name or service not known").with_hint(format!(
                "{name:?} is neither localhost nor in this machine's hosts file; sockets reach loopback only, so no name server is asked"
            )));
        }
        let mut chosen = None;
        for ip in answers {
            let allowed = self.check(call, SocketAddr::new(*ip, port))?;
            let fits = ip.is_ipv6() == (family == Family::Inet6);
            if chosen.is_none() || fits && chosen.as_ref().is_some_and(|(_, fitted)| !fitted) {
                chosen = Some((allowed, fits));
            }
        }
        chosen.map(|(allowed, _)| allowed).ok_or_else(Fault::internal)
    }
}

fn loopback(family: Family) -> IpAddr {
    match family {
        Family::Inet6 => Ipv6Addr::LOCALHOST.into(),
        Family::Inet | Family::Unix => Ipv4Addr::LOCALHOST.into(),
    }
}

fn other_group(call: &str, group: IpAddr) -> Fault {
    Fault::denied(call, Class::Multicast.rule(), "this multicast group is not for this server's sockets")
        .with_hint(format!(
            "{group} may be heard beyond this machine or is a service's own; the groups of 239.0.0.0/8 but 239.255.255.0/24, of ff01::/16 and of ff11::/16 are allowed"
        ))
}

fn unspecified(call: &str) -> Fault {
    Fault::denied(call, "unspecified", "the unspecified address is no destination")
        .with_hint("name the address to reach, as in 127.0.0.1:7788")
}

#[cfg(test)]
mod tests;
