//! Who a client is: an address, told by the connection or by a proxy that the operator trusts.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ipnet::IpNet;
use sockyard_protocol::Fault;

use super::config::ClientConfig;
use super::rate::Rate;
use super::{Holder, now_ns};

/// What counts as one client: an IPv4 address, or an IPv6 network of 64 bits, of which a customer has every address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ClientKey(u128);

impl ClientKey {
    pub(crate) fn of(address: IpAddr) -> ClientKey {
        ClientKey(match address.to_canonical() {
            IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
            IpAddr::V6(address) => address.to_bits() & !u128::from(u64::MAX),
        })
    }
}

/// A client's account.
#[derive(Debug)]
pub(crate) struct Client {
    holder: Arc<Holder>,
    wrong_tokens: Option<Rate>,
    asked_ns: AtomicU64,
}

impl Client {
    pub(super) fn new(config: &ClientConfig) -> Arc<Client> {
        let holder = Holder::new(super::CLIENT, config.held());
        let wrong_tokens = config.wrong_tokens_per_minute.get();
        let wrong_tokens = wrong_tokens.map(|most| Rate::new("wrong_tokens", most, Duration::from_secs(60)));
        Arc::new(Client { holder, wrong_tokens, asked_ns: AtomicU64::new(0) })
    }

    pub(crate) fn holder(&self) -> &Arc<Holder> {
        &self.holder
    }

    /// A wrong token was shown. Whoever shows a right one is not asked here, so nobody can be locked out by another's guesses.
    ///
    /// # Errors
    /// Code 6 where there were too many of late.
    pub(crate) fn wrong_token(&self) -> Result<(), Fault> {
        let Some(rate) = &self.wrong_tokens else { return Ok(()) };
        let now_ns = now_ns();
        rate.may_pay(now_ns)?;
        rate.charge(1, now_ns);
        Ok(())
    }

    /// Whether this was not asked within the last minute: for what is worth a line in the server's log, but not a thousand.
    pub(crate) fn is_first_in_a_while(&self) -> bool {
        const MINUTE_NS: u64 = 60_000_000_000;
        let now_ns = now_ns();
        let old = |asked: u64| (asked == 0 || asked + MINUTE_NS <= now_ns).then_some(now_ns);
        self.asked_ns.fetch_update(Ordering::Relaxed, Ordering::Relaxed, old).is_ok()
    }

    pub(super) fn is_idle(&self, now_ns: u64) -> bool {
        self.holder.is_idle(now_ns) && self.wrong_tokens.as_ref().is_none_or(|rate| rate.is_paid(now_ns))
    }
}

/// The proxies that may say for whom they ask.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proxies(Vec<IpNet>);

impl Proxies {
    pub(crate) fn new(networks: Vec<IpNet>) -> Proxies {
        Proxies(networks)
    }

    pub(crate) fn trusts(&self, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        self.0.iter().any(|network| network.contains(&peer))
    }

    /// Who asks. `forwarded` are the values of `X-Forwarded-For` in their order: each proxy adds the address that it was asked
    /// from at the end, so the last that none of ours added is the client's. What stands before it the client wrote itself.
    pub(crate) fn client<'a>(
        &self,
        peer: IpAddr,
        forwarded: impl DoubleEndedIterator<Item = &'a str>,
    ) -> IpAddr {
        let mut client = peer.to_canonical();
        let mut hops = forwarded.flat_map(|value| value.split(',')).rev();
        while self.trusts(client) {
            // What is no address ends the way: nobody knows who wrote it.
            let Some(hop) = hops.next().and_then(|hop| parse_hop(hop.trim())) else { break };
            client = hop;
        }
        client
    }
}

/// An address as proxies write it: bare, in brackets, or with a port.
fn parse_hop(text: &str) -> Option<IpAddr> {
    let bracketed = text.strip_prefix('[').and_then(|rest| rest.split(']').next()?.parse::<Ipv6Addr>().ok());
    let address = match bracketed {
        Some(address) => IpAddr::V6(address),
        None => text.parse().ok().or_else(|| Some(text.parse::<std::net::SocketAddr>().ok()?.ip()))?,
    };
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(trusted: &[&str], peer: &str, forwarded: &[&str]) -> String {
        let proxies = Proxies::new(trusted.iter().map(|network| network.parse().unwrap()).collect());
        proxies.client(peer.parse().unwrap(), forwarded.iter().copied()).to_string()
    }

    #[test]
    fn only_trusted_proxies_say_who_asks_and_only_the_last_hop_counts() {
        let own = ["10.0.0.0/8", "127.0.0.1/32"];
        for (trusted, peer, forwarded, expected) in [
            (&[][..], "192.0.2.9", &["1.2.3.4"][..], "192.0.2.9"),
            (&own, "192.0.2.9", &["1.2.3.4"], "192.0.2.9"),
            (&own, "127.0.0.1", &[], "127.0.0.1"),
            (&own, "127.0.0.1", &["1.2.3.4"], "1.2.3.4"),
            (&own, "::ffff:127.0.0.1", &["1.2.3.4"], "1.2.3.4"),
            (&own, "127.0.0.1", &["6.6.6.6, 1.2.3.4"], "1.2.3.4"),
            (&own, "127.0.0.1", &["6.6.6.6", "1.2.3.4, 10.1.1.1"], "1.2.3.4"),
            (&own, "127.0.0.1", &["10.1.1.1"], "10.1.1.1"),
            (&own, "127.0.0.1", &["1.2.3.4, nonsense"], "127.0.0.1"),
            (&own, "127.0.0.1", &["1.2.3.4, nonsense, 10.1.1.1"], "10.1.1.1"),
            (&own, "127.0.0.1", &["[2001:db8::1]:443"], "2001:db8::1"),
            (&own, "127.0.0.1", &["1.2.3.4:5678"], "1.2.3.4"),
            (&own, "127.0.0.1", &["::ffff:1.2.3.4"], "1.2.3.4"),
            (&own, "127.0.0.1", &[""], "127.0.0.1"),
        ] {
            assert_eq!(client(trusted, peer, forwarded), expected, "{trusted:?} {peer} {forwarded:?}");
        }
    }
}
