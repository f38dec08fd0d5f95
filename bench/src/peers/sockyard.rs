//! Sockyard: how it is started, and how a session of one connected socket is made. Both of its forms begin so.

use std::net::SocketAddr;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde_json::Value;
use sockyard_protocol::SUBPROTOCOL;

use super::Transport;
use crate::echo::Echo;
use crate::inbox::Inbox;
use crate::link::Io;
use crate::process::{Process, find};
use crate::websocket;

/// The owner's token; whoever can read the harness's environment may end the server anyway.
const TOKEN: &str = "token-of-the-benchmark";
/// The first socket of a session.
pub(super) const SOCKET: u32 = 3;

/// More sessions than any row opens, the 5 000 of the memory row with room for those that are on their way out.
const SESSIONS_MAX: &str = "8000";

/// Starts it as a user would, with room for thousands of sessions. Sessions whose end was lost go sooner than by
/// default, so that they do not count among the next row's.
pub(super) async fn start() -> Result<Process> {
    let program = find("sockyard").context("sockyard is neither beside this program nor in PATH")?;
    Process::start("sockyard", |address, folder| {
        let mut command = Command::new(program);
        command.args(["serve", "--listen", &address.to_string(), "--grace-seconds", "1"]);
        command.args(["--max-sessions", SESSIONS_MAX, "--max-connections", SESSIONS_MAX]);
        command.arg("--data-dir").arg(folder.join("data"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("SOCKYARD_") {
                command.env_remove(name);
            }
        }
        command.env("SOCKYARD_TOKEN", TOKEN);
        // Warnings only, as the other relays: by default each session is two lines.
        command.env("SOCKYARD_LOG", "warn");
        command
    })
    .await
}

/// Opens a session with one socket that is connected to the echo, and whose data comes by itself: all of it by the
/// upgrade's parameters, as a client that wants a tunnel does. `settings` are further parameters.
pub(super) async fn open(
    address: SocketAddr,
    transport: Transport,
    echo: Echo,
    settings: &str,
) -> Result<(Io, Inbox)> {
    let io = Io::tcp(address).await?;
    let mut inbox = Inbox::default();
    let (kind, target) = match transport {
        Transport::Tcp => ("stream", echo.tcp),
        Transport::Udp => ("dgram", echo.udp),
    };
    let path = format!("/api/v1/ws?create=inet,{kind}&connect={target}&receive=stream&{settings}");
    let authorization = format!("Bearer {TOKEN}");
    let headers = [("Authorization", authorization.as_str()), ("Sec-WebSocket-Protocol", SUBPROTOCOL)];
    websocket::upgrade(&io, &mut inbox, &path, &headers).await?;
    loop {
        if let Some(message) = inbox.message()? {
            let greeting: Greeting = serde_json::from_slice(message).context("the greeting of sockyard")?;
            return match greeting.params.opened {
                Opened { socket: Some(SOCKET), error: None } => Ok((io, inbox)),
                Opened { socket, error } => bail!("sockyard opened socket {socket:?}: {error:?}"),
            };
        }
        io.read_into(&mut inbox).await?;
    }
}

/// What of `session.hello` is of interest.
#[derive(Deserialize)]
struct Greeting {
    params: Params,
}

#[derive(Deserialize)]
struct Params {
    opened: Opened,
}

#[derive(Deserialize)]
struct Opened {
    socket: Option<u32>,
    error: Option<Value>,
}

/// The end of the session, so that it does not wait for its client's return, and of the connection.
pub(super) fn farewell() -> Vec<u8> {
    let mut bytes = websocket::text(r#"{"jsonrpc":"2.0","method":"session.close","params":{}}"#);
    bytes.extend(websocket::close());
    bytes
}
