//! The command line and the configuration file.

mod file;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::parser::ValueSource;
use clap::{
    ArgMatches, Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueEnum, value_parser,
};
use ipnet::IpNet;

use sockyard_protocol::hello::NetworkKind;

use crate::cli::{CallOptions, EventsOptions, ExchangeOptions, HealthOptions, SessionOptions};
use crate::network::Carrier;
use crate::policy::{Rules, Transport, Use};
use crate::quotas::QuotaConfig;
use crate::tokens::{TokenCommand, parse_network};

/// Where the server listens unless it is told otherwise.
pub(crate) const DEFAULT_LISTEN: &str = "127.0.0.1:7410";

/// Names the configuration file where the command line does not.
const CONFIG_VARIABLE: &str = "SOCKYARD_CONFIG";

/// Largest `--max-sessions` and `--max-connections`: about as many descriptors as Linux gives one process
/// (`fs.nr_open`), so anything above is a slip.
const COUNT_MAX: i64 = 1_048_576;

const EXAMPLES: &str = "\
Examples:
  sockyard serve
      Listen on 127.0.0.1:7410 and print the URL to open, with the token that only you know.

  sockyard serve --access open --network lab
      No token: anybody may come, into networks of their own that lead nowhere.

  SOCKYARD_TOKEN=$(cat token.txt) sockyard serve --public-url https://play.example.org
      Behind a proxy that ends TLS, with a token that stays the same.

  SOCKYARD_TOKEN=$(cat token.txt) sockyard exchange udp 127.0.0.1:7788 --send ping
      Ask a running server; `call`, `exchange` and `events` are for scripts (docs/automation.md).

Sockets made through Sockyard reach loopback only, 127.0.0.0/8 and ::1, unless rules in the file of --config open more
(docs/policy.md), and never Sockyard's own port.";

const TOKEN_EXAMPLES: &str = "\
Examples:
  sockyard token create ci --scope sockets:write,proto:udp --expires 12h
      A token for a program that needs datagrams for half a day; it is printed this once.

  SOCKYARD_TOKEN=$(cat token.txt) sockyard call socket.create '{\"family\":\"inet\",\"type\":\"dgram\"}'
      Use it as the owner's.

  sockyard token revoke ci
      Whatever was opened with it is closed within a second (docs/hosting.md).";

/// A playground for real sockets in the browser.
///
/// Sockyard makes real UDP, TCP and Unix-socket calls on this machine and offers them, one verb each, to a page in
/// the browser and to programs over WebSocket. The kernel answers every call, and everything that happens is in a
/// log that all of them read.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start the server and print the URL to open
    Serve(ServeOptions),
    /// Print the options in force, as a configuration file, and where each comes from
    Config(ServeOptions),
    /// What the policy says of addresses
    Policy(PolicyOptions),
    /// Make, list and revoke API tokens, with which programs open sessions
    Token(TokenOptions),
    /// Make one call of the protocol and print its result
    Call(CallOptions),
    /// Send something to an address over UDP or TCP and print the reply
    Exchange(ExchangeOptions),
    /// Print a session's events as JSON lines
    Events(EventsOptions),
    /// Open or close a session for several calls
    Session(SessionOptions),
    /// Ask a running server whether it is well; exit code 0 if it is
    Health(HealthOptions),
    /// Print a script that lets a shell complete these commands, as in `source <(sockyard completions bash)`
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// What the policy says of addresses.
#[derive(Debug, Args)]
pub(crate) struct PolicyOptions {
    #[command(subcommand)]
    pub(crate) command: PolicyCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Explain whether sockets may use an address; exit code 0 if all that is asked is allowed, else 1
    Check(CheckOptions),
}

#[derive(Debug, Args)]
pub(crate) struct CheckOptions {
    /// The address as in a call: 192.168.7.2:80, name:80, :80, and IPv6 in brackets
    #[arg(value_name = "ADDRESS", value_parser = parse_address)]
    pub(crate) address: sockyard_protocol::Address,

    /// Ask about this use alone (may be repeated)
    #[arg(long = "for", value_name = "USE", value_enum)]
    pub(crate) purposes: Vec<Use>,

    /// Ask about this transport alone (may be repeated)
    #[arg(long = "transport", value_name = "TRANSPORT", value_enum)]
    pub(crate) transports: Vec<Transport>,

    /// The port of the server, which its sockets never reach
    #[arg(long, value_name = "PORT", default_value_t = 7410)]
    pub(crate) own_port: u16,

    /// The configuration file with the rules
    #[arg(long, value_name = "FILE", env = CONFIG_VARIABLE)]
    config: Option<PathBuf>,
}

/// Which server's tokens: those in its data directory.
#[derive(Debug, Args)]
#[command(after_help = TOKEN_EXAMPLES)]
pub(crate) struct TokenOptions {
    #[command(subcommand)]
    pub(crate) command: TokenCommand,

    /// The server's data directory [default: ~/.local/share/sockyard]
    #[arg(long, value_name = "DIR", env = "SOCKYARD_DATA_DIR", global = true)]
    data_dir: Option<PathBuf>,

    /// The server's configuration file, where that names the directory
    #[arg(long, value_name = "FILE", env = CONFIG_VARIABLE, global = true)]
    config: Option<PathBuf>,
}

impl TokenOptions {
    /// The data directory, with its default worked out.
    pub(crate) fn data_dir(&self) -> anyhow::Result<PathBuf> {
        data_directory(self.data_dir.as_ref())
    }
}

#[derive(Debug, Args)]
pub(crate) struct ServeOptions {
    /// A configuration file (TOML): these options with "_" for "-", and the policy's rules. The command line and the
    /// environment go before it
    #[arg(long, value_name = "FILE", env = CONFIG_VARIABLE)]
    config: Option<PathBuf>,

    /// Address and port to listen on; port 0 takes any free one
    #[arg(long, value_name = "ADDR", env = "SOCKYARD_LISTEN", default_value = DEFAULT_LISTEN, value_parser = parse_listen)]
    pub(crate) listen: SocketAddr,

    /// Directory for what the server keeps; made if it is missing [default: ~/.local/share/sockyard]
    #[arg(long, value_name = "DIR", env = "SOCKYARD_DATA_DIR")]
    data_dir: Option<PathBuf>,

    /// Who may open a session
    #[arg(long, env = "SOCKYARD_ACCESS", value_enum, default_value_t = AccessMode::Token)]
    pub(crate) access: AccessMode,

    /// The owner's token, at least 16 letters, digits, "-" or "_"; a new random one at each start if left out
    #[arg(long, value_name = "TOKEN", env = "SOCKYARD_TOKEN", hide_env_values = true, value_parser = parse_token)]
    pub(crate) token: Option<String>,

    /// Let anybody who reaches the server make sockets on this machine's own network: with --access open it otherwise insists on
    /// --network lab
    #[arg(
        long,
        value_name = "BOOL",
        env = "SOCKYARD_OPEN_HOST_NETWORK",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        default_value_t = false,
        action = clap::ArgAction::Set
    )]
    open_host_network: bool,

    /// Where sockets live: this machine's own network, with labs for whoever asks for one, or labs only
    #[arg(long, env = "SOCKYARD_NETWORK", value_parser = parse_network_kind, value_name = "KIND", default_value = "host")]
    pub(crate) network: NetworkKind,

    /// What carries the packets of labs: TUN devices (/dev/net/tun), or veth pairs, which need no device and lose more of a burst
    #[arg(long, env = "SOCKYARD_LAB_WIRE", value_enum, value_name = "KIND", default_value_t = LabWire::Auto)]
    pub(crate) lab_wire: LabWire,

    /// A second token that suffices to read /metrics; needed for that with --access open
    #[arg(
        long,
        value_name = "TOKEN",
        env = "SOCKYARD_METRICS_TOKEN",
        hide_env_values = true,
        value_parser = parse_token
    )]
    pub(crate) metrics_token: Option<String>,

    /// How the server's log on stderr is written; SOCKYARD_LOG=debug makes it say more, warn, error and off less
    #[arg(long, value_name = "FORMAT", env = "SOCKYARD_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub(crate) log_format: LogFormat,

    /// How long a session without a connection lives on
    #[arg(
        long,
        value_name = "SECONDS",
        allow_negative_numbers = true,
        env = "SOCKYARD_GRACE_SECONDS",
        default_value_t = 60
    )]
    grace_seconds: u64,

    /// Most sessions at once; whoever wants one more is refused
    #[arg(
        long,
        value_name = "COUNT",
        allow_negative_numbers = true,
        env = "SOCKYARD_MAX_SESSIONS",
        default_value_t = 2_000,
        value_parser = value_parser!(u32).range(1..=COUNT_MAX)
    )]
    pub(crate) max_sessions: u32,

    /// Most connections to the server at once, WebSockets included; more wait until one ends
    #[arg(
        long,
        value_name = "COUNT",
        allow_negative_numbers = true,
        env = "SOCKYARD_MAX_CONNECTIONS",
        default_value_t = 4_096,
        value_parser = value_parser!(u32).range(1..=COUNT_MAX)
    )]
    pub(crate) max_connections: u32,

    /// How long a thread whose messages follow each other closely looks for the next one before it sleeps; spends processor
    /// time for shorter round trips. 0 never looks
    #[arg(
        long,
        value_name = "MICROSECONDS",
        allow_negative_numbers = true,
        env = "SOCKYARD_BUSY_POLL_US",
        default_value_t = 100,
        value_parser = value_parser!(u32).range(0..=1_000)
    )]
    busy_poll_us: u32,

    /// Another origin under which browsers reach this server, such as that of a proxy (may be repeated)
    #[arg(long, value_name = "URL", env = "SOCKYARD_PUBLIC_URL", value_delimiter = ',', value_parser = parse_origin)]
    pub(crate) public_url: Vec<String>,

    /// A proxy whose X-Forwarded-For is believed, as an address or network (may be repeated)
    #[arg(
        long = "trusted-proxy",
        value_name = "NETWORK",
        env = "SOCKYARD_TRUSTED_PROXIES",
        value_delimiter = ',',
        value_parser = parse_network
    )]
    pub(crate) trusted_proxies: Vec<IpNet>,
}

/// How the server's log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people, in colours on a terminal
    Text,
    /// One JSON object a line
    Json,
}

/// Who may open a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AccessMode {
    /// Whoever has the owner's token, which stands in the URL that is printed at the start
    Token,
    /// Anyone who can reach the server
    Open,
}

/// What carries the packets of labs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LabWire {
    /// TUN devices where the machine gives them, else veth pairs
    Auto,
    /// TUN devices or no labs
    Tun,
    /// Veth pairs or no labs
    Veth,
}

impl LabWire {
    /// The one that it has to be, if any.
    pub(crate) fn carrier(self) -> Option<Carrier> {
        match self {
            LabWire::Auto => None,
            LabWire::Tun => Some(Carrier::Tun),
            LabWire::Veth => Some(Carrier::Veth),
        }
    }
}

/// What the command line and the file say together.
pub(crate) struct Loaded {
    pub(crate) command: Command,
    pub(crate) rules: Rules,
    pub(crate) limits: QuotaConfig,
    /// Where each option of `serve` comes from.
    settings: Vec<Setting>,
    file: Option<PathBuf>,
}

/// An option of `serve` in force.
struct Setting {
    key: String,
    /// Nothing where it has no value.
    value: Option<String>,
    source: String,
}

/// Reads the command line, and the configuration file that it names. Ends the process where the command line is wrong.
///
/// # Errors
/// What is wrong with the file.
pub(crate) fn load() -> anyhow::Result<Loaded> {
    let first = Cli::command().get_matches();
    let known: Vec<String> = serve_command()
        .get_arguments()
        .map(|option| option.get_id().to_string())
        .filter(|id| id != "config")
        .collect();
    let file = config_path(&first).map(|path| file::File::read(&path, &known)).transpose()?;
    let mut command = Cli::command();
    if let Some(file) = &file {
        for subcommand in ["serve", "config"] {
            command = command.mut_subcommand(subcommand, |mut subcommand| {
                for (key, value) in file.options.clone() {
                    subcommand = subcommand.mut_arg(key, |option| option.default_value(value));
                }
                subcommand
            });
        }
        if let Some(directory) = file.options.get("data_dir").cloned() {
            command = command.mut_subcommand("token", |token| {
                token.mut_arg("data_dir", |option| option.default_value(directory))
            });
        }
    }
    let matches = command.try_get_matches().map_err(|error| {
        // The command line was right by itself, so this is about a value of the file.
        let shown = file.as_ref().map_or_else(String::new, |file| format!("in {}: ", file.path.display()));
        let error = error.render().to_string();
        let first = error.lines().next().unwrap_or_default();
        anyhow::anyhow!("{shown}{}", first.trim_start_matches("error: "))
    })?;
    let settings = settings(&matches, file.as_ref(), &known);
    let Cli { command } = Cli::from_arg_matches(&matches).context("read the command line")?;
    Ok(Loaded {
        command,
        rules: file.as_ref().map_or_else(Rules::default, |file| file.rules.clone()),
        limits: file.as_ref().map_or_else(QuotaConfig::default, |file| file.limits.clone()),
        settings,
        file: file.map(|file| file.path),
    })
}

impl Loaded {
    /// The options in force as a configuration file, with a comment on each that says where it comes from.
    pub(crate) fn describe(&self) -> String {
        let mut text = String::new();
        for Setting { key, value, source } in &self.settings {
            let secret = key.ends_with("token");
            text += &match value {
                Some(_) if secret => format!("# {key} is set ({source}) and not shown\n"),
                Some(value) => format!("{key} = {value:?}  # {source}\n"),
                None => format!("# {key} is not set\n"),
            };
        }
        text += &match &self.file {
            Some(file) => format!("# policy: {} ({})\n", self.rules.summary(), file.display()),
            None => format!("# policy: {}\n", self.rules.summary()),
        };
        text += &self.limits.describe();
        text
    }
}

fn serve_command() -> clap::Command {
    ServeOptions::augment_args(clap::Command::new("serve"))
}

/// The file that the innermost command names.
fn config_path(matches: &ArgMatches) -> Option<PathBuf> {
    match matches.subcommand() {
        Some((_, inner)) => config_path(inner),
        None => matches.try_get_one::<PathBuf>("config").ok().flatten().cloned(),
    }
}

fn settings(matches: &ArgMatches, file: Option<&file::File>, known: &[String]) -> Vec<Setting> {
    let Some(("serve" | "config", matches)) = matches.subcommand() else { return Vec::new() };
    let setting = |key: &String| {
        let value = matches
            .get_raw(key)
            .map(|values| values.map(|value| value.to_string_lossy()).collect::<Vec<_>>().join(","));
        let source = match matches.value_source(key) {
            Some(ValueSource::CommandLine) => "command line".to_owned(),
            Some(ValueSource::EnvVariable) => format!("SOCKYARD_{}", key.to_ascii_uppercase()),
            _ => match file.filter(|file| file.options.contains_key(key)) {
                Some(file) => file.path.display().to_string(),
                None => "default".to_owned(),
            },
        };
        Setting { key: key.clone(), value, source }
    };
    known.iter().map(setting).collect()
}

fn parse_network_kind(text: &str) -> anyhow::Result<NetworkKind> {
    match text {
        "host" => Ok(NetworkKind::Host),
        "lab" => Ok(NetworkKind::Lab),
        _ => bail!("a network is host or lab"),
    }
}

fn parse_address(text: &str) -> anyhow::Result<sockyard_protocol::Address> {
    text.parse().map_err(|wrong| anyhow::anyhow!("{wrong}"))
}

/// A script for a shell that completes the command line.
pub(crate) fn completions(shell: clap_complete::Shell) -> Vec<u8> {
    use clap::CommandFactory as _;
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "sockyard", &mut script);
    script
}

impl AccessMode {
    /// Its name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            AccessMode::Token => "token",
            AccessMode::Open => "open",
        }
    }
}

impl ServeOptions {
    /// The data directory, with its default worked out.
    pub(crate) fn data_dir(&self) -> anyhow::Result<PathBuf> {
        data_directory(self.data_dir.as_ref())
    }

    /// Whether these options may stand together.
    ///
    /// # Errors
    /// Which of them do not, and what to write in their place.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        if self.access == AccessMode::Open && self.network == NetworkKind::Host && !self.open_host_network {
            bail!(
                "--access open would let anybody make sockets on this machine's own network, where its other programs listen; add \
                 --network lab, so that every session has a network of its own, or --open-host-network if that is what you want"
            );
        }
        Ok(())
    }

    /// How long a session without a connection lives on.
    pub(crate) fn grace(&self) -> Duration {
        Duration::from_secs(self.grace_seconds)
    }

    /// How long a thread looks for the next message before it sleeps.
    pub(crate) fn busy_poll(&self) -> Duration {
        Duration::from_micros(self.busy_poll_us.into())
    }
}

fn data_directory(given: Option<&PathBuf>) -> anyhow::Result<PathBuf> {
    if let Some(directory) = given {
        return Ok(directory.clone());
    }
    let base = match std::env::var_os("XDG_DATA_HOME").filter(|value| !value.is_empty()) {
        Some(base) => PathBuf::from(base),
        None => std::env::home_dir().context("no home directory: give --data-dir")?.join(".local/share"),
    };
    Ok(base.join("sockyard"))
}

fn parse_listen(text: &str) -> anyhow::Result<SocketAddr> {
    text.parse().context("write an IP address and a port, as in 127.0.0.1:7410, [::1]:7410 or 0.0.0.0:80")
}

fn parse_token(text: &str) -> anyhow::Result<String> {
    // It travels in a URL's fragment and in the name of a subprotocol; these letters need no escaping in either.
    let tame = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if text.len() < 16 || text.len() > 256 || !tame {
        bail!("a token has 16 to 256 letters, digits, \"-\" or \"_\"");
    }
    Ok(text.to_owned())
}

/// An origin as browsers write it (RFC 6454): scheme, host and a port that is not the scheme's own.
fn parse_origin(text: &str) -> anyhow::Result<String> {
    let origin = text.trim_end_matches('/').to_ascii_lowercase();
    let (scheme, authority) =
        origin.split_once("://").context("an origin begins with http:// or https://")?;
    let default_port = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => bail!("an origin begins with http:// or https://"),
    };
    if authority.is_empty() || authority.contains(['/', '?', '#', '@', ' ']) {
        bail!("an origin has a host and nothing after it, as in https://play.example.org");
    }
    Ok(format!("{scheme}://{}", authority.strip_suffix(default_port).unwrap_or(authority)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory as _;
        Cli::command().debug_assert();
    }

    #[test]
    fn origins_are_written_as_browsers_write_them() {
        assert_eq!(parse_origin("https://Play.Example.org:443/").unwrap(), "https://play.example.org");
        assert_eq!(parse_origin("http://localhost:8080").unwrap(), "http://localhost:8080");
        for wrong in ["play.example.org", "ftp://a", "https://", "https://a/b", "https://u@a"] {
            assert!(parse_origin(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn tokens_are_long_and_tame() {
        assert!(parse_token("0123456789abcdef").is_ok());
        for wrong in ["short", "0123456789abcde#", "0123456789 abcdef"] {
            assert!(parse_token(wrong).is_err(), "{wrong}");
        }
    }
}
