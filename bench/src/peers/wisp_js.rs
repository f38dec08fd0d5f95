//! wisp-js (npm `@mercuryworkshop/wisp-js`): a relay of Wisp.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::process::{Process, find};

/// Loopback is where the target is. The client speaks version 1.
const OPTIONS: &str = r#"{"allow_loopback_ips":true,"allow_private_ips":true,"wisp_version":1}"#;

pub(super) async fn start() -> Result<Process> {
    let program = find("wisp-js-server").context("wisp-js-server is not in PATH")?;
    Process::start("wisp-js", |address, _| {
        let mut command = Command::new(program);
        command.args(["--host", &address.ip().to_string(), "--port", &address.port().to_string()]);
        command.args(["--logging", "WARN", "--options", OPTIONS]);
        command
    })
    .await
}
