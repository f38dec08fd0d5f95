//! websocat (crate `websocat`, version 1): bytes in binary messages with nothing around them, one target a process.

use std::process::Command;

use anyhow::{Context as _, Result};

use super::Transport;
use crate::echo::Echo;
use crate::process::{Process, find};

pub(super) async fn start(transport: Transport, echo: Echo) -> Result<Process> {
    let program = find("websocat").context("websocat is not in PATH")?;
    let target = match transport {
        Transport::Tcp => format!("tcp:{}", echo.tcp),
        Transport::Udp => format!("udp:{}", echo.udp),
    };
    Process::start("websocat", |address, _| {
        let mut command = Command::new(program);
        // Without --exit-on-eof the target's connection outlives the client's.
        command.args(["-q", "--binary", "--exit-on-eof", &format!("ws-l:{address}"), &target]);
        command
    })
    .await
}
