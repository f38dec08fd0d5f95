//! `cargo xtask check`: what the compiler does not prove about the shape of the code.

mod files;
mod imports;
mod packages;
mod source;
mod supply;

use anyhow::{Result, bail};

use crate::tools;

/// Runs every check and shows all findings at once.
pub(crate) fn run() -> Result<()> {
    let mut findings = packages::check()?;
    findings.extend(imports::check(tools::root())?);
    findings.extend(files::check(tools::root())?);
    findings.extend(supply::check(tools::root())?);
    if findings.is_empty() {
        tools::say("dependencies point one way and may be here, files are short, silenced lints say why");
        return Ok(());
    }
    for finding in &findings {
        eprintln!("{finding}");
    }
    bail!("{} findings", findings.len())
}
