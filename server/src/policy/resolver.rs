//! Names that this machine does not know by itself: what a name server says of them.
//!
//! It is asked only where the operator's rules open something beside loopback, because with nothing to reach there is nothing to look up. A name server
//! can be told anything by whoever owns a name, so its word is a list of addresses and no more: the policy decides on each of them, and
//! what was decided on is what is dialled. Nothing is looked up twice for one call.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{NameServerConfig, ResolveHosts, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use tokio::sync::Semaphore;

/// Longest wait for one answer of a name server, before the question is asked once more.
const ANSWER_DEADLINE: Duration = Duration::from_secs(2);
/// Longest wait for everything that a name takes: chains of aliases, a second name server, a place among the lookups.
const DEADLINE: Duration = Duration::from_secs(5);
/// Most lookups at once, of all sessions together; each has two questions under way. More wait within their deadline.
const LOOKUPS_MAX: usize = 64;
/// Most answers that are kept, some hundred bytes each, for as long as they say and at most [`KEPT_MAX`].
const KEPT: u64 = 1_024;
/// Longest that an answer is kept, so that a mistake in a zone does not outlive its repair by a day.
const KEPT_MAX: Duration = Duration::from_secs(60);

/// Asks name servers.
pub(crate) struct Resolver {
    inner: TokioResolver,
    places: Semaphore,
}

/// Why a name has no addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoAnswer {
    /// The name server says that there are none.
    NoName,
    /// It could not be asked, did not answer in time, or had trouble itself. It may be otherwise later.
    Trouble,
}

impl Resolver {
    /// Asks these name servers, or those of /etc/resolv.conf.
    ///
    /// # Errors
    /// Why there is nobody to ask.
    pub(crate) fn new(servers: Option<&[SocketAddr]>) -> Result<Resolver, String> {
        let wrong = |error: NetError| error.to_string();
        let provider = TokioRuntimeProvider::default();
        let mut builder = match servers {
            Some(servers) => {
                let servers = servers.iter().map(name_server).collect();
                // No domain and no search list: a name means itself.
                TokioResolver::builder_with_config(
                    ResolverConfig::from_parts(None, Vec::new(), servers),
                    provider,
                )
            }
            None => TokioResolver::builder(provider).map_err(wrong)?,
        };
        let options = builder.options_mut();
        options.timeout = ANSWER_DEADLINE;
        options.attempts = 1;
        // The hosts file has been read already.
        options.use_hosts_file = ResolveHosts::Never;
        // Whoever guesses an answer has to guess these letters, too.
        options.case_randomization = true;
        options.cache_size = KEPT;
        options.positive_max_ttl = Some(KEPT_MAX);
        options.negative_max_ttl = Some(KEPT_MAX);
        Ok(Resolver { inner: builder.build().map_err(wrong)?, places: Semaphore::new(LOOKUPS_MAX) })
    }

    /// All addresses of a name, of both families. One family that cannot be told leaves the other untold as well: a rule that every
    /// address must pass is none where some are missing.
    ///
    /// # Errors
    /// See [`NoAnswer`].
    pub(super) async fn look_up(&self, name: &str) -> Result<Vec<IpAddr>, NoAnswer> {
        let mut name = Name::from_ascii(name).map_err(|_| NoAnswer::NoName)?;
        name.set_fqdn(true);
        let lookup = async {
            let _place = self.places.acquire().await.map_err(|_| NoAnswer::Trouble)?;
            tokio::try_join!(self.ask(&name, RecordType::A), self.ask(&name, RecordType::AAAA))
        };
        let answers = tokio::time::timeout(DEADLINE, lookup).await.map_err(|_| NoAnswer::Trouble)?;
        match answers {
            Ok((v4, v6)) if v4.is_empty() && v6.is_empty() => Err(NoAnswer::NoName),
            Ok((v4, v6)) => Ok([v4, v6].concat()),
            Err(why) => Err(why),
        }
    }

    /// The addresses of one family, none where the name has none of it.
    async fn ask(&self, name: &Name, kind: RecordType) -> Result<Vec<IpAddr>, NoAnswer> {
        match self.inner.lookup(name.clone(), kind).await {
            Ok(answer) => Ok(answer.answers().iter().filter_map(|record| address(&record.data)).collect()),
            Err(error) if error.is_no_records_found() => Ok(Vec::new()),
            Err(_) => Err(NoAnswer::Trouble),
        }
    }
}

impl std::fmt::Debug for Resolver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Resolver").field("places", &self.places.available_permits()).finish_non_exhaustive()
    }
}

fn name_server(address: &SocketAddr) -> NameServerConfig {
    let mut server = NameServerConfig::udp_and_tcp(address.ip());
    for connection in &mut server.connections {
        connection.port = address.port();
    }
    server
}

fn address(data: &RData) -> Option<IpAddr> {
    match data {
        RData::A(address) => Some(IpAddr::V4(address.0)),
        RData::AAAA(address) => Some(IpAddr::V6(address.0)),
        _ => None,
    }
}
