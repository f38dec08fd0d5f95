//! wisp-python (PyPI): a relay of Wisp, one process for each processor.

use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};

use crate::process::{Process, find};

/// The package has no program of its own: the first Python in `PATH` must have its module.
pub(super) fn is_installed() -> bool {
    let import = |python| {
        let mut command = Command::new(python);
        command.args(["-c", "import wisp.server.cli"]).stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(Stdio::null()).status()
    };
    find("python3").is_some_and(|python| import(python).is_ok_and(|status| status.success()))
}

pub(super) async fn start() -> Result<Process> {
    let python = find("python3").context("python3 is not in PATH")?;
    Process::start("wisp-python", |address, _| {
        let mut command = Command::new(python);
        command.args(["-m", "wisp.server"]);
        command.args(["--host", &address.ip().to_string(), "--port", &address.port().to_string()]);
        command.args(["--allow-loopback", "--allow-private", "--log-level", "warning"]);
        command
    })
    .await
}
