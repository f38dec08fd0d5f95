//! The operator's own rules: which networks and ports are open beside loopback, and which are not.
//!
//! They come from the configuration file. A rule that says nothing clear is an error at the start, because a rule that
//! is left out in silence is a hole or a riddle later.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::RangeInclusive;

use ipnet::IpNet;
use serde::Deserialize;
use sockyard_protocol::{Host, SocketType};

use super::classify::{Class, Known};

/// Most rules, and most networks and port ranges of one: each is looked at for every address.
const LIST_MAX: usize = 256;
/// Most name servers: each is asked only when those before it have not answered.
const NAME_SERVERS_MAX: usize = 8;

/// What an address is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Use {
    /// To connect to it.
    Connect,
    /// To send a datagram to it.
    Send,
    /// To be bound to it.
    Bind,
}

impl Use {
    /// Reads on after "is not open to ".
    pub(crate) fn words(self) -> &'static str {
        match self {
            Use::Connect => "connect",
            Use::Send => "send",
            Use::Bind => "bind",
        }
    }
}

/// What carries the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Transport {
    /// Stream sockets.
    Tcp,
    /// Datagram sockets.
    Udp,
}

impl Transport {
    /// Its name in the configuration.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Transport::Tcp => "tcp",
            Transport::Udp => "udp",
        }
    }
}

impl From<SocketType> for Transport {
    fn from(kind: SocketType) -> Transport {
        match kind {
            SocketType::Stream => Transport::Tcp,
            SocketType::Dgram => Transport::Udp,
        }
    }
}

/// Who wants which address, for what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask<'a> {
    pub(crate) purpose: Use,
    pub(crate) transport: Transport,
    /// The address, reduced.
    pub(crate) known: Known,
    pub(crate) port: u16,
    /// The name by which it was given, in lower case.
    pub(crate) name: Option<&'a str>,
}

/// The table `[policy]` of the configuration file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyConfig {
    /// What is open beside loopback.
    #[serde(default)]
    allow: Vec<RuleConfig>,
    /// What is closed, of loopback and of what `allow` opens.
    #[serde(default)]
    deny: Vec<RuleConfig>,
    /// Whom to ask for names.
    #[serde(default)]
    resolver: ResolverConfig,
}

/// The table `[policy.resolver]`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ResolverConfig {
    /// Addresses of name servers, with a port where it is not 53; those of /etc/resolv.conf if left out.
    servers: Option<Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleConfig {
    name: Option<String>,
    names: Option<Vec<String>>,
    networks: Option<Vec<String>>,
    ports: Option<Vec<PortConfig>>,
    transports: Option<Vec<Transport>>,
    #[serde(rename = "for")]
    purposes: Option<Vec<Use>>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum PortConfig {
    One(u16),
    Text(String),
}

/// A rule as it is applied.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    /// How errors and events call it.
    pub(crate) name: String,
    /// None stands for every address, however it was given.
    names: Option<Vec<Pattern>>,
    networks: Vec<Net>,
    /// None stands for every port.
    ports: Option<Vec<RangeInclusive<u16>>>,
    transports: Vec<Transport>,
    purposes: Vec<Use>,
}

/// A name, or all names below one.
#[derive(Clone, Debug)]
enum Pattern {
    Name(String),
    /// With its dot in front.
    Below(String),
}

#[derive(Clone, Debug)]
enum Net {
    /// Everything that is global unicast.
    Public,
    Block(IpNet),
}

/// All rules of a server.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    allow: Vec<Rule>,
    deny: Vec<Rule>,
    /// The name servers to ask; none stands for those of the system.
    name_servers: Option<Vec<SocketAddr>>,
}

impl Rules {
    /// Reads the rules of a configuration.
    ///
    /// # Errors
    /// Which rule is wrong, in which key, and how.
    pub(crate) fn new(config: PolicyConfig) -> Result<Rules, String> {
        // Left out, `for` is the way out alone: who opens a port to others has to say so.
        let allow = rules("allow", config.allow, &[Use::Connect, Use::Send])?;
        let deny = rules("deny", config.deny, &[Use::Connect, Use::Send, Use::Bind])?;
        for rule in &allow {
            rule.must_open_something()?;
        }
        let name_servers = config.resolver.servers.map(name_servers).transpose()?;
        Ok(Rules { allow, deny, name_servers })
    }

    /// The name servers to ask; none stands for those of the system.
    pub(crate) fn name_servers(&self) -> Option<&[SocketAddr]> {
        self.name_servers.as_deref()
    }

    /// Whether a name server is to be asked for a name: where a rule opens something to it. A name of one of the special kinds is
    /// nobody's in the Internet, so a rule has to name it.
    pub(crate) fn may_look_up(&self, name: &str) -> bool {
        self.allow.iter().any(|rule| match &rule.names {
            Some(names) => names.iter().any(|pattern| pattern.fits(name)),
            None => !super::names::is_special(name),
        })
    }

    /// Those that deny, alone.
    pub(crate) fn without_allow(&self) -> Rules {
        Rules { allow: Vec::new(), deny: self.deny.clone(), name_servers: None }
    }

    /// What they are, in a line.
    pub(crate) fn summary(&self) -> String {
        match (self.allow.len(), self.deny.len()) {
            (0, 0) => "loopback alone".to_owned(),
            (allow, deny) => format!("loopback; rules that allow: {allow}, rules that deny: {deny}"),
        }
    }

    /// Whether nothing is open but loopback.
    pub(crate) fn open_nothing(&self) -> bool {
        self.allow.is_empty()
    }

    /// Whether nothing of what is open is closed again.
    pub(crate) fn deny_nothing(&self) -> bool {
        self.deny.is_empty()
    }

    /// The rule that closes it.
    pub(crate) fn denying(&self, ask: &Ask<'_>) -> Option<&Rule> {
        self.deny
            .iter()
            .find(|rule| rule.fits(ask) && rule.networks.iter().any(|net| net.contains(&ask.known)))
    }

    /// The rule that opens it.
    pub(crate) fn allowing(&self, ask: &Ask<'_>) -> Option<&Rule> {
        self.allow.iter().find(|rule| rule.fits(ask) && rule.networks.iter().any(|net| net.opens(ask)))
    }

    /// Whether some port of it is open for something.
    pub(crate) fn open_at_all(&self, known: &Known, name: Option<&str>) -> bool {
        let ask = |purpose| Ask { purpose, transport: Transport::Tcp, known: *known, port: 0, name };
        self.allow.iter().filter(|rule| rule.is_for(name)).any(|rule| {
            rule.networks.iter().any(|net| rule.purposes.iter().any(|purpose| net.opens(&ask(*purpose))))
        })
    }
}

impl Rule {
    fn fits(&self, ask: &Ask<'_>) -> bool {
        self.is_for(ask.name)
            && self.purposes.contains(&ask.purpose)
            && self.transports.contains(&ask.transport)
            && self.ports.as_ref().is_none_or(|ports| ports.iter().any(|range| range.contains(&ask.port)))
    }

    fn is_for(&self, name: Option<&str>) -> bool {
        match (&self.names, name) {
            (None, _) => true,
            (Some(names), Some(name)) => names.iter().any(|pattern| pattern.fits(name)),
            (Some(_), None) => false,
        }
    }

    /// A rule that nothing can ever match was meant to do something.
    fn must_open_something(&self) -> Result<(), String> {
        for net in &self.networks {
            let Net::Block(block) = net else { continue };
            let known = super::classify::know(block.network());
            let wildcard = block.prefix_len() == 0;
            if known.class.is_final() && !wildcard {
                return Err(format!(
                    "{}: networks: {block} begins with {}, which no rule can open",
                    self.name,
                    known.class.words()
                ));
            }
        }
        Ok(())
    }
}

impl Pattern {
    fn fits(&self, name: &str) -> bool {
        match self {
            Pattern::Name(own) => own == name,
            Pattern::Below(suffix) => name.len() > suffix.len() && name.ends_with(suffix.as_str()),
        }
    }
}

impl Net {
    fn contains(&self, known: &Known) -> bool {
        match self {
            Net::Public => known.class == Class::Global,
            Net::Block(block) => block.contains(&known.ip),
        }
    }

    /// Whether it opens an address. A special network is opened only by a rule that names it or a part of it: "everything"
    /// must not open somebody's router and metadata service along with the Internet.
    fn opens(&self, ask: &Ask<'_>) -> bool {
        let known = &ask.known;
        // "Any address of this machine" is a bind's alone, and only by whoever opens all addresses.
        if known.class == Class::Unspecified {
            return ask.purpose == Use::Bind
                && matches!(self, Net::Block(block) if block.prefix_len() == 0 && block.contains(&known.ip));
        }
        if known.class.is_final() {
            return false;
        }
        match (self, known.class) {
            (Net::Public, class) => class == Class::Global,
            (Net::Block(block), Class::Global) => block.contains(&known.ip),
            (Net::Block(block), _) => {
                block.contains(&known.ip)
                    && known.network.is_some_and(|special| block.prefix_len() >= special.prefix_len())
            }
        }
    }
}

fn rules(list: &str, configs: Vec<RuleConfig>, purposes: &[Use]) -> Result<Vec<Rule>, String> {
    if configs.len() > LIST_MAX {
        return Err(format!("policy.{list}: at most {LIST_MAX} rules"));
    }
    configs
        .into_iter()
        .enumerate()
        .map(|(index, config)| {
            rule(&format!("{list}[{index}]"), config, purposes).map_err(|wrong| format!("policy.{wrong}"))
        })
        .collect()
}

fn rule(place: &str, config: RuleConfig, purposes: &[Use]) -> Result<Rule, String> {
    let RuleConfig { name, names, networks, ports, transports, purposes: own } = config;
    let bounded = |key: &str, length: usize| match length {
        0 => Err(format!("{place}: {key} is empty; a rule without any would do nothing")),
        1..=LIST_MAX => Ok(()),
        _ => Err(format!("{place}: {key} has {length} entries; at most {LIST_MAX} are allowed")),
    };
    bounded("names", names.as_ref().map_or(1, Vec::len))?;
    let networks = match (networks, &names) {
        (Some(networks), _) => networks,
        // Whoever names what may be reached means what it is in the Internet; whoever names what may not, wherever it is.
        (None, Some(_)) if place.starts_with("allow") => vec!["public".to_owned()],
        (None, Some(_)) => vec!["0.0.0.0/0".to_owned(), "::/0".to_owned()],
        (None, None) => return Err(format!("{place}: networks is missing; names would do as well")),
    };
    bounded("networks", networks.len())?;
    bounded("ports", ports.as_ref().map_or(1, Vec::len))?;
    bounded("transports", transports.as_ref().map_or(1, Vec::len))?;
    bounded("for", own.as_ref().map_or(1, Vec::len))?;
    if let Some(name) = &name
        && !(1..=64).contains(&name.chars().count())
    {
        return Err(format!("{place}: name has {} characters; 1 to 64 are allowed", name.chars().count()));
    }
    let names = names
        .map(|names| {
            names
                .iter()
                .map(|name| pattern(name).map_err(|wrong| format!("{place}: names: {wrong}")))
                .collect()
        })
        .transpose()?;
    let networks = networks
        .iter()
        .map(|text| network(text).map_err(|wrong| format!("{place}: networks: {wrong}")))
        .collect::<Result<_, _>>()?;
    let ports = ports
        .map(|ports| {
            ports.iter().map(|port| range(port).map_err(|wrong| format!("{place}: ports: {wrong}"))).collect()
        })
        .transpose()?;
    Ok(Rule {
        name: name.unwrap_or_else(|| place.to_owned()),
        names,
        networks,
        ports,
        transports: transports.unwrap_or_else(|| vec![Transport::Tcp, Transport::Udp]),
        purposes: own.unwrap_or_else(|| purposes.to_vec()),
    })
}

fn pattern(text: &str) -> Result<Pattern, String> {
    let wrong =
        |_| format!("{text:?} is no host name: write printer.example.org, or *.example.org for all below it");
    let (below, name) = text.strip_prefix("*.").map_or((false, text), |name| (true, name));
    match name.parse::<Host>().map_err(wrong)? {
        Host::Name(name) if below => Ok(Pattern::Below(format!(".{name}"))),
        Host::Name(name) => Ok(Pattern::Name(name)),
        Host::Any | Host::Ip(_) => Err(format!("{text:?} is no name; addresses stand in networks")),
    }
}

fn name_servers(texts: Vec<String>) -> Result<Vec<SocketAddr>, String> {
    let server = |text: &String| {
        let bare = text.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, 53));
        bare.or_else(|_| text.parse()).map_err(|_| {
            format!("policy.resolver: servers: {text:?} is no address: write 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:53")
        })
    };
    match texts.len() {
        1..=NAME_SERVERS_MAX => texts.iter().map(server).collect(),
        count => {
            Err(format!("policy.resolver: servers has {count} entries; 1 to {NAME_SERVERS_MAX} are allowed"))
        }
    }
}

fn network(text: &str) -> Result<Net, String> {
    let wrong =
        || format!("{text:?} is no network: write 192.168.7.0/24, fd00:7::/48, one address, or \"public\"");
    if text == "public" {
        return Ok(Net::Public);
    }
    let block = match text.parse::<IpNet>() {
        Ok(block) => block,
        Err(_) => text.parse::<IpAddr>().map(IpNet::from).map_err(|_| wrong())?,
    };
    if block.trunc() != block {
        return Err(format!("{text} has bits beyond its prefix; did you mean {}?", block.trunc()));
    }
    match block {
        // Its addresses are reduced to IPv4 before they are looked up, so such a rule would match nothing.
        IpNet::V6(v6) if v6.network().to_ipv4_mapped().is_some() && v6.prefix_len() >= 96 => {
            Err(format!("{text}: write IPv4 addresses as IPv4"))
        }
        block => Ok(Net::Block(block)),
    }
}

fn range(port: &PortConfig) -> Result<RangeInclusive<u16>, String> {
    let text = match port {
        PortConfig::One(port) => return Ok(*port..=*port),
        PortConfig::Text(text) => text,
    };
    let wrong = || format!("{text:?} is no port: write 80, or a range as \"8000-8999\"");
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let number = |text: &str| text.trim().parse::<u16>().map_err(|_| wrong());
    let (first, last) = (number(first)?, number(last)?);
    match first <= last {
        true => Ok(first..=last),
        false => Err(format!("{text:?} ends before it begins")),
    }
}

/// The address that stands for all of a family's.
pub(crate) fn unspecified(is_ipv6: bool) -> IpAddr {
    match is_ipv6 {
        true => Ipv6Addr::UNSPECIFIED.into(),
        false => Ipv4Addr::UNSPECIFIED.into(),
    }
}
