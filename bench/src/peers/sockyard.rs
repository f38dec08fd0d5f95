//! Sockyard: how it is started, and how a session of one connected socket is made. Both of its forms begin so.

use std::net::SocketAddr;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
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

/// Opens a session with one socket that is connected to the echo, and whose data comes by itself. The calls are sent
/// at once, without waiting for each other's answers.
pub(super) async fn open(
    address: SocketAddr,
    transport: Transport,
    echo: Echo,
    settings: Value,
) -> Result<(Io, Inbox)> {
    let io = Io::tcp(address).await?;
    let mut inbox = Inbox::default();
    let authorization = format!("Bearer {TOKEN}");
    let headers = [("Authorization", authorization.as_str()), ("Sec-WebSocket-Protocol", SUBPROTOCOL)];
    websocket::upgrade(&io, &mut inbox, "/api/v1/ws", &headers).await?;
    let (kind, target) = match transport {
        Transport::Tcp => ("stream", echo.tcp),
        Transport::Udp => ("dgram", echo.udp),
    };
    let calls = [
        ("socket.create", json!({"family": "inet", "type": kind})),
        ("socket.connect", json!({"socket": SOCKET, "address": target.to_string()})),
        ("session.configure", settings),
        ("socket.configure", json!({"socket": SOCKET, "receive": "stream"})),
    ];
    let mut pipelined = Vec::new();
    for (id, (method, params)) in calls.iter().enumerate() {
        let call = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        pipelined.extend(websocket::text(&call.to_string()));
    }
    io.write_all(&pipelined).await?;
    let mut waiting = calls.len();
    while waiting > 0 {
        let Some(message) = inbox.message()? else {
            io.read_into(&mut inbox).await?;
            continue;
        };
        let message: Value = serde_json::from_slice(message).context("sockyard sent what is not JSON")?;
        if let Some(error) = message.get("error") {
            let method = message["id"].as_u64().and_then(|id| calls.get(usize::try_from(id).ok()?));
            bail!("{} failed: {error}", method.map_or("a call", |(method, _)| method));
        }
        waiting -= usize::from(message.get("result").is_some());
    }
    Ok((io, inbox))
}

/// The end of the session, so that it does not wait for its client's return, and of the connection.
pub(super) fn farewell() -> Vec<u8> {
    let mut bytes = websocket::text(r#"{"jsonrpc":"2.0","method":"session.close","params":{}}"#);
    bytes.extend(websocket::close());
    bytes
}
