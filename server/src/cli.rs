//! The commands that ask a running server: a thin client of the same REST and WebSocket as everybody's.
//!
//! Each command is a file with its options. They share how the server and a session are named, and the exit codes.
//! Nothing here uses the server's own modules.

use std::fmt;
use std::process::ExitCode;

use clap::Args;
use sockyard_client::{Closed, Error, Server, SessionKey};
use sockyard_protocol::Fault;

mod call;
mod events;
mod exchange;
mod health;
mod http;
mod output;
mod session;

pub(crate) use call::{CallOptions, run as call};
pub(crate) use events::{EventsOptions, run as events};
pub(crate) use exchange::{ExchangeOptions, run as exchange};
pub(crate) use health::{HealthOptions, run as health};
pub(crate) use output::bytes as print;
pub(crate) use session::{SessionOptions, run as session};

/// What the exit codes mean, for the help of every command.
pub(crate) const EXIT_CODES: &str = "\
Exit codes: 0 done, 1 the server answered with an error (also as JSON in the last line on stderr), \
2 the command line is wrong, 3 no server answers.";

/// Where a server is.
#[derive(Debug, Args)]
pub(crate) struct UrlOption {
    /// The server: its address, or the whole URL that it printed at its start
    #[arg(
        long,
        value_name = "URL",
        env = "SOCKYARD_URL",
        hide_env_values = true,
        default_value = "http://127.0.0.1:7410"
    )]
    url: String,
}

impl UrlOption {
    fn server(&self) -> Result<Server, Failure> {
        Server::parse(&self.url).map_err(|error| Failure::Usage(format!("--url: {error}")))
    }
}

/// Which server, and what opens a session there.
#[derive(Debug, Args)]
pub(crate) struct ServerOptions {
    #[command(flatten)]
    url: UrlOption,

    /// The owner's token or an API token, where the URL has none
    #[arg(long, value_name = "TOKEN", env = "SOCKYARD_TOKEN", hide_env_values = true)]
    token: Option<String>,
}

impl ServerOptions {
    fn server(&self) -> Result<Server, Failure> {
        let server = self.url.server()?;
        Ok(match (server.token(), self.token.as_deref()) {
            (None, Some(token)) if !token.is_empty() => server.with_token(token),
            _ => server,
        })
    }
}

/// Which session, where it is to be one that is there already.
#[derive(Debug, Args)]
pub(crate) struct KeyOptions {
    /// The session to use, from `sockyard session open`
    #[arg(long, value_name = "ID", env = "SOCKYARD_SESSION")]
    session: Option<String>,

    /// The session's own token
    #[arg(long, value_name = "TOKEN", env = "SOCKYARD_SESSION_TOKEN", hide_env_values = true)]
    session_token: Option<String>,
}

impl KeyOptions {
    /// The session; none where none is named.
    fn given(&self) -> Result<Option<SessionKey>, Failure> {
        let filled = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        match (filled(&self.session), filled(&self.session_token)) {
            (Some(session), Some(token)) => Ok(Some(SessionKey { session, token })),
            (None, None) => Ok(None),
            (Some(_), None) => Err(Failure::usage("--session needs its --session-token")),
            (None, Some(_)) => Err(Failure::usage("--session-token needs its --session")),
        }
    }

    /// The session of a command that is about one.
    fn wanted(&self) -> Result<SessionKey, Failure> {
        self.given()?.ok_or_else(|| {
            Failure::usage(
                "no session is named: give --session and --session-token, or open one with\n\
                 eval \"$(sockyard session open)\"",
            )
        })
    }
}

/// Why a command did not do what it was told.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The server's own error.
    Call(Box<Fault>),
    /// Another answer that is not the wanted one.
    Answer(String),
    /// The command line or what it refers to is wrong.
    Usage(String),
    /// Nobody is there to ask, or is any more.
    NoServer(String),
    /// Whoever read the output has gone, which is no failure.
    NobodyReads,
}

impl Failure {
    fn usage(what: &str) -> Failure {
        Failure::Usage(what.to_owned())
    }

    /// Says it on stderr, and gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        let code = match self {
            Failure::NobodyReads => return ExitCode::SUCCESS,
            Failure::Call(_) | Failure::Answer(_) => 1,
            Failure::Usage(_) => 2,
            Failure::NoServer(_) => 3,
        };
        output::say(&self.to_string());
        if let Failure::Call(fault) = self
            && let Ok(json) = serde_json::to_string(fault)
        {
            output::line_to_stderr(&json);
        }
        ExitCode::from(code)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Call(fault) => fault.fmt(f),
            Failure::Answer(text) | Failure::Usage(text) | Failure::NoServer(text) => f.write_str(text),
            Failure::NobodyReads => f.write_str("nobody reads the output"),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        match error {
            Error::Call(fault) => Failure::Call(Box::new(fault)),
            Error::Url(text) => Failure::Usage(text),
            Error::Unreachable { .. } => Failure::NoServer(format!(
                "{error}; start it with `sockyard serve`, or name another with --url"
            )),
            Error::Refused(refused) => match refused.fault {
                Some(fault) => Failure::Call(Box::new(with_remedy(fault))),
                None => Failure::NoServer(format!("what answers at --url is no Sockyard server: {refused}")),
            },
            Error::Closed(Closed { code: Some(1000), .. }) => {
                Failure::Answer("the session was closed meanwhile".to_owned())
            }
            Error::Closed(Closed { code: Some(4403), .. }) => {
                Failure::Answer("the share was taken back, or the token revoked".to_owned())
            }
            Error::Closed(_) => Failure::NoServer(error.to_string()),
            Error::Protocol(_) => {
                Failure::NoServer(format!("what answers at --url is no Sockyard server: {error}"))
            }
        }
    }
}

/// The server's hint is for a browser; here a token is an option.
fn with_remedy(fault: Fault) -> Fault {
    match fault.code {
        8 => fault.with_hint(
            "the token is missing, revoked or another server's; give the owner's or one of `sockyard token` with --token or SOCKYARD_TOKEN, or the URL that the server printed with --url",
        ),
        _ => fault,
    }
}

/// Runs a command to its end. One thread is enough for one connection.
pub(crate) fn block_on(command: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime {
        Ok(runtime) => runtime.block_on(command),
        Err(error) => Err(Failure::Answer(format!("start the runtime: {error}"))),
    }
}
