//! Quotas: how much whoever asks may have at once, and how much in a second. All of them are taken here.
//!
//! What is counted is counted for a *holder*: the server, a client's address, a token, a session. Each has places, which
//! are taken as permits and come back when these are dropped, and rates. What has no limit is not counted, so that a call on
//! a server without rates touches nothing that another session touches, too.

mod client;
mod config;
mod kept;
mod rate;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sockyard_protocol::Fault;

pub(crate) use client::{Client, ClientKey, Proxies};
use config::{Held, Most};
pub(crate) use config::{Process, QuotaConfig, SessionConfig};
pub(crate) use kept::Keeper;
use kept::Kept;
use rate::Rate;
pub(crate) use rate::now_ns;

/// What is counted in places.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    Sessions,
    Sockets,
    Connections,
    WaitingCalls,
}

/// What is counted in a second.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Flow {
    Calls,
    Bytes,
}

/// For whom is counted: the word before the name of each quota. The server's sessions had their name first.
type Names = ([&'static str; 4], [&'static str; 2]);

const SERVER: Names = (
    ["sessions", "server_sockets", "server_connections", "server_waiting_calls"],
    ["server_calls_per_second", "server_bytes_per_second"],
);
const CLIENT: Names = (
    ["client_sessions", "client_sockets", "client_connections", "client_waiting_calls"],
    ["client_calls_per_second", "client_bytes_per_second"],
);
const TOKEN: Names = (
    ["token_sessions", "token_sockets", "token_connections", "token_waiting_calls"],
    ["token_calls_per_second", "token_bytes_per_second"],
);
/// A session's places are in its own limits.
const SESSION: Names = (["", "", "", ""], ["calls_per_second", "bytes_per_second"]);

/// Places of one kind.
#[derive(Debug)]
struct Places {
    name: &'static str,
    most: Option<u64>,
    taken: AtomicU64,
}

/// Somebody for whom is counted.
#[derive(Debug)]
pub(crate) struct Holder {
    places: [Places; 4],
    flows: [Option<Rate>; 2],
}

impl Holder {
    fn new((places, flows): Names, config: Held) -> Arc<Holder> {
        let Held { sessions, sockets, connections, waiting_calls, calls_per_second, bytes_per_second } =
            config;
        let most = [sessions, sockets, connections, waiting_calls];
        let rates = [calls_per_second, bytes_per_second];
        let second = Duration::from_secs(1);
        Arc::new(Holder {
            places: std::array::from_fn(|at| Places {
                name: places[at],
                most: most[at].get(),
                taken: AtomicU64::new(0),
            }),
            flows: std::array::from_fn(|at| rates[at].get().map(|most| Rate::new(flows[at], most, second))),
        })
    }

    /// One place; nothing to hold where there is no limit.
    ///
    /// # Errors
    /// Code 6 where all are taken.
    pub(crate) fn take(self: &Arc<Holder>, place: Place) -> Result<Option<Permit>, Fault> {
        let Places { name, most, taken } = &self.places[place as usize];
        let Some(most) = *most else { return Ok(None) };
        // Counted first and given back where it was one too many, so that two at once never both get the last.
        if taken.fetch_add(1, Ordering::Relaxed) >= most {
            taken.fetch_sub(1, Ordering::Relaxed);
            return Err(Fault::quota(name, most));
        }
        Ok(Some(Permit { holder: Arc::clone(self), place }))
    }

    fn rate(&self, flow: Flow) -> Option<&Rate> {
        self.flows[flow as usize].as_ref()
    }

    /// Whether nobody has anything of it.
    fn is_idle(&self, now_ns: u64) -> bool {
        self.places.iter().all(|places| places.taken.load(Ordering::Relaxed) == 0)
            && self.flows.iter().flatten().all(|rate| rate.is_paid(now_ns))
    }
}

/// A place that is taken.
#[derive(Debug)]
pub(crate) struct Permit {
    holder: Arc<Holder>,
    place: Place,
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.holder.places[self.place as usize].taken.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Whoever one session is counted for.
#[derive(Debug)]
pub(crate) struct Payers {
    holders: Vec<Arc<Holder>>,
    /// Those of them that have a limit of calls, and of bytes.
    flows: [Vec<Arc<Holder>>; 2],
    /// For those who only look, who must not use up what the session's owner has.
    readers: Arc<Holder>,
}

impl Payers {
    fn new(holders: Vec<Arc<Holder>>, readers: Arc<Holder>) -> Payers {
        let with =
            |flow: Flow| holders.iter().filter(|holder| holder.rate(flow).is_some()).cloned().collect();
        Payers { flows: [with(Flow::Calls), with(Flow::Bytes)], holders, readers }
    }

    /// A place of each.
    ///
    /// # Errors
    /// Code 6.
    pub(crate) fn take(&self, place: Place) -> Result<Vec<Permit>, Fault> {
        let mut permits = Vec::new();
        for holder in &self.holders {
            permits.extend(holder.take(place)?);
        }
        Ok(permits)
    }

    /// Pays for an `amount`, where everybody may still have something in this second.
    ///
    /// # Errors
    /// Code 6, and after which time it may be tried again.
    pub(crate) fn pay(&self, flow: Flow, amount: usize) -> Result<(), Fault> {
        let holders = &self.flows[flow as usize];
        if holders.is_empty() {
            return Ok(());
        }
        let now_ns = now_ns();
        let rates = || holders.iter().filter_map(|holder| holder.rate(flow));
        // All are asked before any is charged: what is refused costs nothing.
        for rate in rates() {
            rate.may_pay(now_ns)?;
        }
        rates().for_each(|rate| _ = rate.charge(amount as u64, now_ns));
        Ok(())
    }

    /// Pays for a call of somebody who only looks.
    ///
    /// # Errors
    /// As of `pay`.
    pub(crate) fn pay_for_look(&self) -> Result<(), Fault> {
        let Some(rate) = self.readers.rate(Flow::Calls) else { return Ok(()) };
        let now_ns = now_ns();
        rate.may_pay(now_ns)?;
        rate.charge(1, now_ns);
        Ok(())
    }

    /// Pays for what is there already and cannot be refused: how long to wait until more may come, if at all.
    pub(crate) fn owe(&self, flow: Flow, amount: usize) -> Option<Duration> {
        let holders = &self.flows[flow as usize];
        if holders.is_empty() {
            return None;
        }
        let now_ns = now_ns();
        let rates = holders.iter().filter_map(|holder| holder.rate(flow));
        rates.filter_map(|rate| rate.charge(amount as u64, now_ns)).max()
    }
}

/// The quotas of a server.
#[derive(Debug)]
pub(crate) struct Quotas {
    config: QuotaConfig,
    server: Arc<Holder>,
    /// Where the operator bounds it: what all logs and records of packets keep.
    kept: Option<Arc<Kept>>,
    clients: Mutex<Clients>,
    /// By the token's id. There are few tokens, and each is some 200 bytes here.
    tokens: Mutex<HashMap<String, Arc<Holder>>>,
}

#[derive(Debug)]
struct Clients {
    by_key: HashMap<ClientKey, Arc<Client>>,
    /// At how many those who have nothing are forgotten.
    clean_at: usize,
    /// Stands for whoever finds the table full.
    rest: Arc<Client>,
}

/// Most addresses that are known at once: some 300 bytes each. Whoever comes then shares one account with all others that do.
const CLIENTS_MAX: usize = 50_000;
/// At how many addresses the first look for those that can be forgotten is made.
const CLEAN_FIRST: usize = 1_024;

impl Quotas {
    pub(crate) fn new(config: QuotaConfig) -> Arc<Quotas> {
        let clients =
            Clients { by_key: HashMap::new(), clean_at: CLEAN_FIRST, rest: Client::new(&config.client) };
        Arc::new(Quotas {
            server: Holder::new(SERVER, config.server.held()),
            kept: config.server.kept_bytes.and_then(Most::get).map(Kept::new),
            clients: Mutex::new(clients),
            tokens: Mutex::default(),
            config,
        })
    }

    /// The account of an address.
    pub(crate) fn client(&self, key: ClientKey) -> Arc<Client> {
        let mut clients = lock(&self.clients);
        if let Some(client) = clients.by_key.get(&key) {
            return Arc::clone(client);
        }
        if clients.by_key.len() >= clients.clean_at {
            let now_ns = now_ns();
            clients.by_key.retain(|_, client| Arc::strong_count(client) > 1 || !client.is_idle(now_ns));
            clients.clean_at = (2 * clients.by_key.len()).clamp(CLEAN_FIRST, CLIENTS_MAX);
            if clients.by_key.len() >= CLIENTS_MAX {
                return Arc::clone(&clients.rest);
            }
        }
        let client = Client::new(&self.config.client);
        clients.by_key.insert(key, Arc::clone(&client));
        client
    }

    /// One log or record of packets more.
    pub(crate) fn keeper(&self) -> Keeper {
        self.kept.as_ref().map_or_else(Keeper::default, Kept::keeper)
    }

    /// Whether all logs and records keep more than they may.
    pub(crate) fn keep_too_much(&self) -> bool {
        self.kept.as_ref().is_some_and(|kept| kept.is_over())
    }

    /// Who pays for a session of that client, opened with the token of that id.
    pub(crate) fn payers(&self, client: &Client, token: Option<&str>) -> Payers {
        let [own, readers] = [SESSION, SESSION].map(|names| Holder::new(names, self.config.session.held()));
        let mut holders = vec![own, Arc::clone(client.holder()), Arc::clone(&self.server)];
        if let Some(token) = token {
            let mut tokens = lock(&self.tokens);
            let holder = tokens.entry(token.to_owned());
            holders.push(Arc::clone(holder.or_insert_with(|| Holder::new(TOKEN, self.config.token.held()))));
        }
        Payers::new(holders, readers)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quotas(text: &str, sessions: u32) -> Arc<Quotas> {
        let config: QuotaConfig = toml::from_str(text).unwrap();
        let process = Process { sessions, connections: 8, descriptors: 1_000, is_open: false };
        Quotas::new(config.with_defaults(process))
    }

    fn key(address: &str) -> ClientKey {
        ClientKey::of(address.parse().unwrap())
    }

    #[test]
    fn a_place_comes_back_when_its_permit_goes() {
        let quotas = quotas("client.sessions = 1", 2);
        let open = |address: &str| {
            let client = quotas.client(key(address));
            quotas.payers(&client, None).take(Place::Sessions)
        };
        let first = open("192.0.2.1").unwrap();
        assert_eq!(open("192.0.2.1").unwrap_err().data.quota.as_deref(), Some("client_sessions"));
        let second = open("192.0.2.2").unwrap();
        assert_eq!(open("192.0.2.3").unwrap_err().data.quota.as_deref(), Some("sessions"));
        // What was taken before the refusal is back as well.
        drop(first);
        let _third = open("192.0.2.3").unwrap();
        drop(second);
        open("192.0.2.1").unwrap();
    }

    #[test]
    fn on_an_open_server_one_address_never_has_everything() {
        let process = Process { sessions: 8, connections: 2, descriptors: 1_000, is_open: true };
        let quotas = Quotas::new(QuotaConfig::default().with_defaults(process));
        let client = quotas.client(key("192.0.2.1"));
        let taken: Vec<_> = (0..3).map(|_| quotas.payers(&client, None).take(Place::Sessions)).collect();
        assert_eq!(taken.iter().filter(|permits| permits.is_ok()).count(), 2, "a quarter");
        let _only = client.holder().take(Place::Connections).unwrap();
        assert!(client.holder().take(Place::Connections).is_err());
    }

    #[test]
    fn addresses_of_one_ipv6_network_are_one_client() {
        assert_eq!(key("2001:db8::1"), key("2001:db8::ffff:1"));
        assert_ne!(key("2001:db8::1"), key("2001:db8:0:1::1"));
        assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
        assert_ne!(key("192.0.2.1"), key("192.0.2.2"));
    }

    #[test]
    fn whoever_pays_all_is_refused_with_the_time_to_wait() {
        let quotas = quotas("session.calls_per_second = 10\ntoken.calls_per_second = 5", 9);
        let client = quotas.client(key("192.0.2.1"));
        let payers = quotas.payers(&client, Some("id"));
        for _ in 0..5 {
            payers.pay(Flow::Calls, 1).unwrap();
        }
        let fault = (0..5).find_map(|_| payers.pay(Flow::Calls, 1).err()).unwrap();
        assert_eq!(fault.data.quota.as_deref(), Some("token_calls_per_second"));
        assert!(fault.data.retry_after_ms.is_some_and(|ms| (1..=200).contains(&ms)), "{fault:?}");
        payers.pay(Flow::Bytes, usize::MAX).unwrap();
        assert_eq!(payers.owe(Flow::Bytes, usize::MAX), None, "no limit, no count");
    }

    #[test]
    fn the_table_of_clients_forgets_those_who_have_nothing() {
        let quotas = quotas("client.connections = 2", 9);
        let kept = quotas.client(key("192.0.2.1"));
        let _permit = kept.holder().take(Place::Connections).unwrap();
        for number in 0..3 * CLEAN_FIRST as u32 {
            quotas.client(ClientKey::of(std::net::Ipv4Addr::from(number).into()));
        }
        assert!(lock(&quotas.clients).by_key.len() <= CLEAN_FIRST + 1);
        assert!(Arc::ptr_eq(&kept, &quotas.client(key("192.0.2.1"))));
    }
}
