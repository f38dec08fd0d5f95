//! The bare relay (`src/bin/bare-relay.rs`), and every other relay that carries the target's bytes in binary
//! messages with nothing around them.

use std::net::SocketAddr;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::Transport;
use crate::echo::Echo;
use crate::inbox::Inbox;
use crate::link::{Io, Link, Wire};
use crate::process::{Process, find};
use crate::websocket;

pub(super) async fn start(transport: Transport, echo: Echo) -> Result<Process> {
    let program =
        find("bare-relay").context("bare-relay is not beside this program: build the whole package")?;
    let (transport, target) = match transport {
        Transport::Tcp => ("tcp", echo.tcp),
        Transport::Udp => ("udp", echo.udp),
    };
    Process::start("bare", |address, _| {
        let mut command = Command::new(program);
        command.args([transport, &address.to_string(), &target.to_string()]);
        command
    })
    .await
}

pub(super) async fn open(address: SocketAddr, transport: Transport) -> Result<Link> {
    let io = Io::tcp(address).await?;
    let mut inbox = Inbox::default();
    websocket::upgrade(&io, &mut inbox, "/", &[]).await?;
    Ok(Link::new(io, inbox, Bare { transport }))
}

struct Bare {
    transport: Transport,
}

impl Wire for Bare {
    fn encode(&self, payload: &[u8]) -> Vec<u8> {
        websocket::binary(payload)
    }

    fn decode(&mut self, inbox: &mut Inbox, echoed: &mut dyn FnMut(&[u8])) -> Result<()> {
        match self.transport {
            Transport::Tcp => {
                while let Some(frame) = inbox.frame()? {
                    echoed(frame.payload);
                }
            }
            Transport::Udp => {
                while let Some(message) = inbox.message()? {
                    echoed(message);
                }
            }
        }
        Ok(())
    }

    fn farewell(&self) -> Vec<u8> {
        websocket::close()
    }
}
