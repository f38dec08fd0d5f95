//! wasmnet (crate `wasmnet`): sockets by number, everything in JSON, payloads in base64.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::json;

use super::Transport;
use crate::echo::Echo;
use crate::inbox::Inbox;
use crate::link::{Io, Link, Wire};
use crate::process::{Process, find};
use crate::websocket;

/// The number that this client gives to its socket.
const ID: u64 = 1;

pub(super) async fn start() -> Result<Process> {
    let program = find("wasmnet-server").context("wasmnet-server is not in PATH")?;
    Process::start("wasmnet", |address, _| {
        let mut command = Command::new(program);
        command.args(["--host", &address.ip().to_string(), "--port", &address.port().to_string()]);
        // Its policy denies loopback and limits the bandwidth. By default it logs every connection.
        command.arg("--no-policy").env("RUST_LOG", "warn");
        command
    })
    .await
}

pub(super) async fn open(address: SocketAddr, transport: Transport, echo: Echo) -> Result<Link> {
    let io = Io::tcp(address).await?;
    let mut inbox = Inbox::default();
    websocket::upgrade(&io, &mut inbox, "/", &[]).await?;
    let (op, target) = match transport {
        Transport::Tcp => ("connect", echo.tcp),
        Transport::Udp => ("connect_udp", echo.udp),
    };
    let connect = json!({"op": op, "id": ID, "addr": target.ip().to_string(), "port": target.port()});
    io.write_all(&websocket::text(&connect.to_string())).await?;
    loop {
        let Some(message) = inbox.message()? else {
            io.read_into(&mut inbox).await?;
            continue;
        };
        match event(message)?.ev {
            "connected" | "udp_bound" => return Ok(Link::new(io, inbox, Wasmnet::default())),
            _ => bail!("wasmnet did not connect: {}", String::from_utf8_lossy(message)),
        }
    }
}

#[derive(Default)]
struct Wasmnet {
    decoded: Vec<u8>,
}

#[derive(Deserialize)]
struct Event<'a> {
    ev: &'a str,
    #[serde(borrow)]
    data: Option<Cow<'a, str>>,
}

impl Wire for Wasmnet {
    fn encode(&self, payload: &[u8]) -> Vec<u8> {
        let data = STANDARD.encode(payload);
        websocket::text(&format!(r#"{{"op":"send","id":{ID},"data":"{data}"}}"#))
    }

    fn decode(&mut self, inbox: &mut Inbox, echoed: &mut dyn FnMut(&[u8])) -> Result<()> {
        while let Some(message) = inbox.message()? {
            match event(message)? {
                Event { ev: "data" | "data_from", data: Some(data) } => {
                    self.decoded.clear();
                    STANDARD.decode_vec(data.as_bytes(), &mut self.decoded)?;
                    echoed(&self.decoded);
                }
                _ => bail!("wasmnet sent {}", String::from_utf8_lossy(message)),
            }
        }
        Ok(())
    }

    fn farewell(&self) -> Vec<u8> {
        websocket::close()
    }
}

fn event(message: &[u8]) -> Result<Event<'_>> {
    serde_json::from_slice(message).context("wasmnet sent what this client does not read")
}
