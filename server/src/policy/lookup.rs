//! Names in addresses: who says what they stand for, and whether all of it may be reached.

use std::net::{IpAddr, SocketAddr};

use sockyard_protocol::answer::{Resolved, ResolvedAddress};
use sockyard_protocol::{Family, Fault, Host};

use super::resolver::NoAnswer;
use super::{Allowed, Policy, Purpose, Target, locked, names};

/// A destination that the policy allows, or a name that a name server has to be asked for first.
#[derive(Debug)]
pub(crate) enum Reach {
    Now(Allowed<Target>),
    Later(Question),
}

/// A name that this machine does not know, and the port behind it. [`Policy::ask`] takes it.
#[derive(Debug)]
pub(crate) struct Question {
    name: String,
    port: u16,
}

/// A name by which an address was given, and whose word it is that the one stands for the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named<'a> {
    pub(super) name: &'a str,
    pub(super) by: Source,
}

/// Who knows what a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// This machine, or the lab.
    Here,
    /// A name server, which the owner of the name may have told anything.
    Server,
}

/// What is known of a name without asking anybody.
enum Known {
    Here(Vec<IpAddr>),
    /// Nothing, and a name server may be asked.
    AskServer,
}

impl Policy {
    /// A name in an address, for `connect` and `sendto`.
    pub(super) fn reach_name(
        &self,
        call: &str,
        purpose: Purpose,
        name: &str,
        port: u16,
        family: Family,
    ) -> Result<Reach, Fault> {
        match self.known(name) {
            Known::Here(addresses) => {
                let named = Named { name, by: Source::Here };
                self.check_all(call, purpose, named, port, &addresses, family).map(Reach::Now)
            }
            Known::AskServer => Ok(Reach::Later(Question { name: name.to_owned(), port })),
        }
    }

    /// Asks a name server, and checks every address that it tells. What comes back is the one to dial; nobody is asked again.
    pub(crate) async fn ask(
        &self,
        call: &str,
        purpose: Purpose,
        question: &Question,
        family: Family,
    ) -> Result<Allowed<Target>, Fault> {
        let Question { name, port } = question;
        let addresses = match self.told_by_server(name).await {
            Ok(addresses) => addresses,
            Err(NoAnswer::NoName) => Vec::new(),
            Err(NoAnswer::Trouble) => return Err(no_answer(call, name)),
        };
        self.check_all(call, purpose, Named { name, by: Source::Server }, *port, &addresses, family)
    }

    /// What a name stands for, and which of it sockets may reach.
    ///
    /// # Errors
    /// `EAI_AGAIN` where a name server would have to be asked and does not answer.
    pub(crate) async fn resolve(&self, host: &Host) -> Result<Resolved, Fault> {
        let (addresses, named) = match host {
            Host::Any => (Vec::new(), None),
            Host::Ip(ip) => (vec![*ip], None),
            Host::Name(name) => {
                let (addresses, by) = self.find(name).await.map_err(|()| no_answer("getaddrinfo", name))?;
                (addresses, Some(Named { name, by }))
            }
        };
        let told =
            |ip: &IpAddr| ResolvedAddress { address: ip.to_string(), allowed: self.opens_at_all(*ip, named) };
        Ok(Resolved { addresses: addresses.iter().map(told).collect() })
    }

    /// All addresses of a name, whoever knows them; none if it has none. The error is that nobody could be asked.
    pub(super) async fn find(&self, name: &str) -> Result<(Vec<IpAddr>, Source), ()> {
        match self.known(name) {
            Known::Here(addresses) => Ok((addresses, Source::Here)),
            Known::AskServer => match self.told_by_server(name).await {
                Ok(addresses) => Ok((addresses, Source::Server)),
                Err(NoAnswer::NoName) => Ok((Vec::new(), Source::Server)),
                Err(NoAnswer::Trouble) => Err(()),
            },
        }
    }

    /// Why a name has no address, for whoever wrote it.
    pub(super) fn unknown(&self, name: &str) -> String {
        match &self.lab {
            Some(hosts) => {
                let hosts = locked(hosts);
                let names: Vec<&str> = hosts.iter().map(|(host, _)| host.as_str()).collect();
                format!("{name:?} is no host of this lab; there are {}", names.join(", "))
            }
            None if self.asks_for(name) => {
                format!(
                    "{name:?} is not in this machine's hosts file, and the name server knows no address of it"
                )
            }
            None if self.resolver.is_some() => format!(
                "{name:?} is neither localhost nor in this machine's hosts file; a name server is not asked for such a name"
            ),
            None => format!(
                "{name:?} is neither localhost nor in this machine's hosts file; no name server is asked"
            ),
        }
    }

    /// In a lab its hosts' names, else what this machine knows, in this order: localhost, the hosts file.
    fn known(&self, name: &str) -> Known {
        if let Some(hosts) = &self.lab {
            return Known::Here(match locked(hosts).iter().find(|(host, _)| host == name) {
                Some((_, addresses)) => addresses.clone(),
                None if names::is_localhost(name) => names::localhost(),
                None => Vec::new(),
            });
        }
        let here = names::resolve(name);
        match here.is_empty() && self.asks_for(name) {
            true => Known::AskServer,
            false => Known::Here(here),
        }
    }

    fn asks_for(&self, name: &str) -> bool {
        self.resolver.is_some() && self.rules.may_look_up(name)
    }

    async fn told_by_server(&self, name: &str) -> Result<Vec<IpAddr>, NoAnswer> {
        match &self.resolver {
            Some(resolver) => resolver.look_up(name).await,
            None => Err(NoAnswer::NoName),
        }
    }

    /// Every answer for a name must pass, so that a name cannot carry a forbidden address past the check.
    pub(super) fn check_all(
        &self,
        call: &str,
        purpose: Purpose,
        named: Named<'_>,
        port: u16,
        answers: &[IpAddr],
        family: Family,
    ) -> Result<Allowed<Target>, Fault> {
        if answers.is_empty() {
            let fault = Fault::os(call, "EAI_NONAME", "name or service not known");
            return Err(fault.with_hint(self.unknown(named.name)));
        }
        let mut chosen = None;
        for ip in answers {
            let allowed = self.check(call, purpose, SocketAddr::new(*ip, port), Some(named))?;
            let fits = ip.is_ipv6() == (family == Family::Inet6);
            if chosen.is_none() || fits && chosen.as_ref().is_some_and(|(_, fitted)| !fitted) {
                chosen = Some((allowed, fits));
            }
        }
        chosen.map(|(allowed, _)| allowed).ok_or_else(Fault::internal)
    }
}

fn no_answer(call: &str, name: &str) -> Fault {
    Fault::os(call, "EAI_AGAIN", "temporary failure in name resolution")
        .with_hint(format!("no name server told the addresses of {name:?} in time; try again later"))
}
