//! `sockyard policy check`: what the rules say of an address, and why, without a server.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};

use sockyard_protocol::{Address, Host};

use super::classify::SPECIAL;
use super::lookup::{Named, Source};
use super::{Policy, Transport, Use, Verdict, is_on_loopback, rules};

/// The answer, in lines, and whether everything asked for is allowed.
pub(crate) struct Report {
    pub(crate) text: String,
    pub(crate) all_allowed: bool,
}

impl Policy {
    /// Explains what it says of an address for each of these purposes and transports.
    pub(crate) async fn explain(
        &self,
        address: &Address,
        purposes: &[Use],
        transports: &[Transport],
    ) -> Report {
        let mut report = Report { text: String::new(), all_allowed: true };
        let (ips, port, named) = match address {
            Address::Unix(_) => {
                report.line("Unix names are a session's own and reach nothing outside it: always allowed");
                return report;
            }
            Address::Inet { host: Host::Any, port } => {
                (vec![rules::unspecified(false), rules::unspecified(true)], *port, None)
            }
            Address::Inet { host: Host::Ip(ip), port } => (vec![*ip], *port, None),
            Address::Inet { host: Host::Name(name), port } => {
                let (ips, by) = match self.find(name).await {
                    Ok(found) => found,
                    Err(()) => {
                        report.all_allowed = false;
                        report.line(&format!("no name server told the addresses of {name:?} in time"));
                        return report;
                    }
                };
                match by {
                    _ if ips.is_empty() => {
                        report.all_allowed = false;
                        report.line(&self.unknown(name));
                    }
                    Source::Here => report.line(&format!("{name} is a name that this machine knows itself")),
                    Source::Server => {
                        report.line(&format!(
                            "{name} has {} addresses, says a name server; all must pass",
                            ips.len()
                        ));
                    }
                }
                (ips, *port, Some(Named { name, by }))
            }
        };
        for ip in ips {
            self.explain_one(&mut report, SocketAddr::new(ip, port), named, purposes, transports);
        }
        report
    }

    fn explain_one(
        &self,
        report: &mut Report,
        address: SocketAddr,
        named: Option<Named<'_>>,
        purposes: &[Use],
        transports: &[Transport],
    ) {
        let mut first = true;
        for transport in transports {
            for purpose in purposes {
                let verdict = self.verdict((*purpose, *transport), address, named);
                if std::mem::take(&mut first) {
                    report.line(&kind(address.ip(), &verdict));
                }
                report.all_allowed &= verdict.is_allowed;
                let word = if verdict.is_allowed { "allowed" } else { "denied" };
                report.line(&format!(
                    "  {:<7} over {}  {word} by rule {:?}",
                    purpose.words(),
                    transport.words(),
                    verdict.rule
                ));
            }
        }
    }
}

impl Report {
    fn line(&mut self, text: &str) {
        writeln!(self.text, "{text}").ok(/* a String takes everything */);
    }
}

/// What the address is, after which reduction, and who says so.
fn kind(ip: IpAddr, verdict: &Verdict) -> String {
    let known = &verdict.known;
    let reduced =
        if known.ip == ip { String::new() } else { format!(", which the kernel reads as {}", known.ip) };
    let source = known
        .network
        .and_then(|network| SPECIAL.iter().find(|special| special.network == network))
        .map_or_else(String::new, |special| format!(" ({}, {})", special.network, special.source));
    let closed = match known.class.is_final() && !is_on_loopback(known.class) {
        true => "; no rule can open it",
        false => "",
    };
    format!("{ip}{reduced}: {}{source}{closed}", known.class.words())
}
