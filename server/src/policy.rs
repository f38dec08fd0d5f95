//! What may be reached and taken. Deny by default.
//!
//! Whoever wants to bind, connect or send needs an [`Allowed<Target>`], and only this module makes one: from an
//! address that was parsed strictly or resolved once, after every embedding of IPv4 in it was reduced.
//! Without rules of the operator's own, loopback is open, all of 127.0.0.0/8 and ::1, and those multicast groups that are meant
//! for one machine or site, which the engine joins and sends to on the loopback device alone. Sockyard's own port never is.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use socket2::SockAddr;
use sockyard_protocol::{Address, Family, Fault, Host, SocketType, UnixName};

use crate::errno;

pub(crate) mod check;
mod classify;
mod lookup;
mod names;
mod resolver;
mod rules;
mod unix;

use classify::{Class, Known, know};
use lookup::{Named, Source};
pub(crate) use lookup::{Question, Reach};
pub(crate) use resolver::Resolver;
use rules::Ask;
pub(crate) use rules::{PolicyConfig, Rules, Transport, Use};
pub(crate) use unix::{UnixNames, UnixRoot, UnixTarget};

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

    /// Whether nothing on the way to it leaves the loopback device.
    pub(crate) fn is_on_loopback(&self) -> bool {
        match self {
            Target::Inet(address) => is_on_loopback(know(address.ip()).class),
            Target::Unix(_) => true,
        }
    }
}

/// For what an address is wanted, and over what.
pub(crate) type Purpose = (Use, Transport);

/// The name of the rule that keeps Sockyard's own port.
const OWN_PORT: &str = "own_port";
/// The name of the rule that takes no name server's word for a loopback address.
const LOOPBACK_BY_NAME: &str = "loopback_by_name";

fn locked(hosts: &Mutex<Hosts>) -> MutexGuard<'_, Hosts> {
    hosts.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_on_loopback(class: Class) -> bool {
    matches!(class, Class::Loopback | Class::LoopbackGroup)
}

/// A local address to bind, and whether "any address" was narrowed to it.
#[derive(Clone, Debug)]
pub(crate) struct BindTarget {
    pub(crate) target: Allowed<Target>,
    pub(crate) narrowed: bool,
}

/// A lab's hosts: names and addresses.
type Hosts = Vec<(String, Vec<IpAddr>)>;

/// The policy of a server, the same for every session and transport.
#[derive(Debug)]
pub(crate) struct Policy {
    /// The port that Sockyard itself listens on: nobody may reach or take it through Sockyard.
    own_port: u16,
    rules: Rules,
    /// In a lab: its hosts' names and addresses. There everything is open, because nothing leads out.
    lab: Option<Mutex<Hosts>>,
    /// Whom to ask for names; nobody where nothing is open that a name could stand for.
    resolver: Option<Arc<Resolver>>,
}

/// What the policy says of an address, and why.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) is_allowed: bool,
    /// The name of the rule that decided: the operator's, or a kind of address.
    pub(crate) rule: String,
    /// The address after reduction, and its kind.
    pub(crate) known: Known,
}

impl Policy {
    pub(crate) fn new(own_port: u16, rules: Rules) -> Arc<Policy> {
        Arc::new(Policy { own_port, rules, lab: None, resolver: None })
    }

    /// The same, with somebody to ask for the names of what the rules open.
    pub(crate) fn with_resolver(own_port: u16, rules: Rules, resolver: Resolver) -> Arc<Policy> {
        let resolver = Some(Arc::new(resolver)).filter(|_| !rules.open_nothing());
        Arc::new(Policy { own_port, rules, lab: None, resolver })
    }

    /// The policy of a session in a lab with these hosts: whatever its kernel grants, for it can reach the lab alone.
    pub(crate) fn lab(hosts: Hosts) -> Arc<Policy> {
        Arc::new(Policy {
            own_port: 0,
            rules: Rules::default(),
            lab: Some(Mutex::new(hosts)),
            resolver: None,
        })
    }

    /// Hosts have come to the lab, or gone.
    pub(crate) fn set_hosts(&self, hosts: Hosts) {
        if let Some(known) = &self.lab {
            *locked(known) = hosts;
        }
    }

    /// The same without what the operator's rules open beside loopback; what they close stays closed.
    pub(crate) fn without_egress(&self) -> Arc<Policy> {
        Policy::new(self.own_port, self.rules.without_allow())
    }

    /// Whether no socket can ever get beyond loopback, so that each may be walled in when it is made.
    pub(crate) fn is_confined(&self) -> bool {
        self.rules.open_nothing()
    }

    /// For `connect` and `sendto`; `call` is the name to report.
    pub(crate) fn reach(
        &self,
        call: &str,
        purpose: Purpose,
        address: &Address,
        family: Family,
        names: &UnixNames,
    ) -> Result<Reach, Fault> {
        match address {
            Address::Unix(name) => self.reach_unix(call, name, names),
            Address::Inet { host: Host::Any, port } if self.lab.is_some() => {
                let any = SocketAddr::new(rules::unspecified(family == Family::Inet6), *port);
                self.check(call, purpose, any, None)
            }
            Address::Inet { host: Host::Any, .. } => Err(unspecified(call, Class::Unspecified.rule())),
            Address::Inet { host: Host::Ip(ip), port } => {
                self.check(call, purpose, SocketAddr::new(*ip, *port), None)
            }
            Address::Inet { host: Host::Name(name), port } => {
                return self.reach_name(call, purpose, name, *port, family);
            }
        }
        .map(Reach::Now)
    }

    /// What stands under a name of the session's own.
    pub(crate) fn reach_unix(
        &self,
        call: &str,
        name: &UnixName,
        names: &UnixNames,
    ) -> Result<Allowed<Target>, Fault> {
        Ok(Allowed(Target::Unix(names.existing(name).map_err(|error| errno::fault(call, &error))?)))
    }

    /// For `bind`. The unspecified address becomes the loopback address of its family, unless a rule opens all addresses.
    pub(crate) fn take(
        &self,
        kind: SocketType,
        address: &Address,
        family: Family,
        names: &UnixNames,
    ) -> Result<BindTarget, Fault> {
        let purpose = (Use::Bind, kind.into());
        let any = match address {
            Address::Unix(name) => {
                let place = names.place(name).map_err(|error| errno::fault("bind", &error))?;
                return Ok(BindTarget { target: Allowed(Target::Unix(place)), narrowed: false });
            }
            Address::Inet { host: Host::Any, port } => Some((family == Family::Inet6, *port)),
            Address::Inet { host: Host::Ip(ip), port } if ip.is_unspecified() => Some((ip.is_ipv6(), *port)),
            Address::Inet { .. } => None,
        };
        let Some((is_ipv6, port)) = any else {
            return match self.reach("bind", purpose, address, family, names)? {
                Reach::Now(target) => Ok(BindTarget { target, narrowed: false }),
                // The names of this machine's own addresses it knows itself.
                Reach::Later(Question { .. }) => {
                    let fault = Fault::os("bind", "EAI_NONAME", "name or service not known");
                    Err(fault.with_hint("bind takes names of the hosts file; a name server is not asked"))
                }
            };
        };
        let wildcard = SocketAddr::new(rules::unspecified(is_ipv6), port);
        if self.lab.is_some() || self.verdict(purpose, wildcard, None).is_allowed {
            return Ok(BindTarget { target: Allowed(Target::Inet(wildcard)), narrowed: false });
        }
        let family = if is_ipv6 { Family::Inet6 } else { Family::Inet };
        let narrowed = SocketAddr::new(loopback(family), port);
        Ok(BindTarget { target: self.check("bind", purpose, narrowed, None)?, narrowed: true })
    }

    /// Where the kernel would choose "any address" by itself (`listen` or `sendto` on an unbound socket), the
    /// socket is bound here first: a wildcard would be open to every host that reaches this machine. On the way to another
    /// machine that is `source`, the address that the kernel would send from.
    pub(crate) fn implicit(
        family: Family,
        target: Option<&Target>,
        source: Option<IpAddr>,
    ) -> Option<Allowed<Target>> {
        let ip = match (family, target) {
            (Family::Unix, _) => return None,
            (_, Some(target)) if !target.is_on_loopback() => source?,
            (Family::Inet6, Some(Target::Inet(to))) if classify::is_v4_mapped(to.ip()) => {
                Ipv4Addr::LOCALHOST.to_ipv6_mapped().into()
            }
            _ => loopback(family),
        };
        Some(Allowed(Target::Inet(SocketAddr::new(ip, 0))))
    }

    /// Whether something of an address is open to sockets, for whatever they want it.
    fn opens_at_all(&self, ip: IpAddr, named: Option<Named<'_>>) -> bool {
        let known = know(ip);
        match named {
            _ if self.lab.is_some() => true,
            Some(Named { by: Source::Server, .. }) if is_on_loopback(known.class) => false,
            _ => is_on_loopback(known.class) || self.rules.open_at_all(&known, named.map(|named| named.name)),
        }
    }

    /// The answer to a datagram: its sender's address goes through the same check as any other.
    pub(crate) fn reply(&self, to: SocketAddr) -> Result<Allowed<Target>, Fault> {
        self.check("sendto", (Use::Send, Transport::Udp), to, None)
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
        match know(group).class {
            _ if self.lab.is_some() => Ok(Allowed(group)),
            Class::LoopbackGroup => Ok(Allowed(group)),
            Class::Multicast => Err(other_group(call, group)),
            // Of an address that is no group the kernel says so (EINVAL); none of them joins anything.
            _ => Ok(Allowed(group)),
        }
    }

    /// What the policy says of an address, and why.
    fn verdict(
        &self,
        (purpose, transport): Purpose,
        address: SocketAddr,
        named: Option<Named<'_>>,
    ) -> Verdict {
        let known = know(address.ip());
        let port = address.port();
        let ask = Ask { purpose, transport, known, port, name: named.map(|named| named.name) };
        let verdict = |is_allowed, rule: &str| Verdict { is_allowed, rule: rule.to_owned(), known };
        if port == self.own_port && port != 0 && names::is_of_this_machine(known.ip) {
            return verdict(false, OWN_PORT);
        }
        if let Some(rule) = self.rules.denying(&ask) {
            return verdict(false, &rule.name);
        }
        if is_on_loopback(known.class) {
            // That a name of somebody else's is loopback is how rebinding begins; who wants loopback can say so.
            return match named {
                Some(Named { by: Source::Server, .. }) => verdict(false, LOOPBACK_BY_NAME),
                _ => verdict(true, known.class.rule()),
            };
        }
        if let Some(rule) = self.rules.allowing(&ask) {
            return verdict(true, &rule.name);
        }
        match known.class {
            Class::Global if self.is_confined() => verdict(false, "loopback_only"),
            Class::Global => verdict(false, "no_rule"),
            class => verdict(false, class.rule()),
        }
    }

    fn check(
        &self,
        call: &str,
        purpose: Purpose,
        address: SocketAddr,
        named: Option<Named<'_>>,
    ) -> Result<Allowed<Target>, Fault> {
        if self.lab.is_some() {
            return Ok(Allowed(Target::Inet(address)));
        }
        // Nearly every address is one of loopback, and with no rules there is nothing else to ask.
        if self.is_confined()
            && self.rules.deny_nothing()
            && address.port() != self.own_port
            && matches!(address.ip(), IpAddr::V4(ip) if ip.is_loopback())
        {
            return Ok(Allowed(Target::Inet(address)));
        }
        let Verdict { is_allowed, rule, known } = self.verdict(purpose, address, named);
        if is_allowed {
            return Ok(Allowed(Target::Inet(address)));
        }
        let fault =
            match known.class {
                _ if rule == LOOPBACK_BY_NAME => {
                    Fault::denied(call, &rule, "a name server's word does not open loopback").with_hint(
                        format!("{} is {}; write it as an address", address.ip(), known.class.words()),
                    )
                }
                _ if rule == OWN_PORT => {
                    Fault::denied(call, OWN_PORT, "Sockyard's own port is not for its sockets")
                        .with_hint(format!("{address} is where this server listens; choose another port"))
                }
                Class::Unspecified | Class::ThisNetwork => unspecified(call, &rule),
                Class::Multicast => other_group(call, address.ip()),
                class if self.is_confined() && !is_on_loopback(class) => {
                    Fault::denied(call, &rule, "this server's sockets reach loopback only").with_hint(
                        format!("{} is {}; 127.0.0.0/8 and ::1 are allowed", address.ip(), class.words()),
                    )
                }
                class => {
                    Fault::denied(call, &rule, "this server's rules do not open this address").with_hint(
                        format!("{address} is {}; it is not open to {}", class.words(), purpose.0.words()),
                    )
                }
            };
        // Which of a name's addresses it is, nobody could tell who wrote the name alone.
        match (named, &fault.data.hint) {
            (Some(Named { name, by: Source::Server }), Some(hint)) => {
                let hint = format!("of {name}: {hint}");
                Err(fault.with_hint(hint))
            }
            _ => Err(fault),
        }
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

fn unspecified(call: &str, rule: &str) -> Fault {
    Fault::denied(call, rule, "the unspecified address is no destination")
        .with_hint("name the address to reach, as in 127.0.0.1:7788")
}

#[cfg(test)]
mod tests;
