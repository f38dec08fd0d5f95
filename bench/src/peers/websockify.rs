//! websockify (PyPI): bytes in binary messages with nothing around them, one target a process, and a process forked
//! for each connection.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::echo::Echo;
use crate::process::{Process, find};

pub(super) async fn start(echo: Echo) -> Result<Process> {
    let program = find("websockify").context("websockify is not in PATH")?;
    Process::start("websockify", |address, _| {
        let mut command = Command::new(program);
        command.args([address.to_string(), echo.tcp.to_string()]);
        command
    })
    .await
}
