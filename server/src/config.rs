//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::{Args, Parser, Subcommand, ValueEnum, value_parser};

use crate::cli::{CallOptions, EventsOptions, ExchangeOptions, HealthOptions, SessionOptions};

/// Where the server listens unless it is told otherwise.
pub(crate) const DEFAULT_LISTEN: &str = "127.0.0.1:7410";

/// Largest `--max-sessions` and `--max-connections`: about as many descriptors as Linux gives one process
/// (`fs.nr_open`), so anything above is a slip.
const COUNT_MAX: i64 = 1_048_576;

const EXAMPLES: &str = "\
Examples:
  sockyard serve
      Listen on 127.0.0.1:7410 and print the URL to open, with the token that only you know.

  sockyard serve --access open --listen 127.0.0.1:0
      Any free port, and no token: for a machine that nobody else uses.

  SOCKYARD_TOKEN=$(cat token.txt) sockyard serve --public-url https://play.example.org
      Behind a proxy that ends TLS, with a token that stays the same.

  SOCKYARD_TOKEN=$(cat token.txt) sockyard exchange udp 127.0.0.1:7788 --send ping
      Ask a running server; `call`, `exchange` and `events` are for scripts (docs/automation.md).

Sockets made through Sockyard reach loopback only: 127.0.0.0/8 and ::1, and never Sockyard's own port.";

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

#[derive(Debug, Args)]
pub(crate) struct ServeOptions {
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

    /// Another origin under which browsers reach this server, such as that of a proxy (may be repeated)
    #[arg(long, value_name = "URL", env = "SOCKYARD_PUBLIC_URL", value_delimiter = ',', value_parser = parse_origin)]
    pub(crate) public_url: Vec<String>,
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
        if let Some(directory) = &self.data_dir {
            return Ok(directory.clone());
        }
        let base = match std::env::var_os("XDG_DATA_HOME").filter(|value| !value.is_empty()) {
            Some(base) => PathBuf::from(base),
            None => std::env::home_dir().context("no home directory: give --data-dir")?.join(".local/share"),
        };
        Ok(base.join("sockyard"))
    }

    /// How long a session without a connection lives on.
    pub(crate) fn grace(&self) -> Duration {
        Duration::from_secs(self.grace_seconds)
    }
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
