//! `cargo xtask run`: builds everything and becomes the server.

use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::{Context, Result};

use crate::{tools, web};

/// Builds the page and the server, then replaces this program by it, so that Ctrl-C and SIGTERM reach the
/// server itself.
pub(crate) fn run(mut options: Vec<String>) -> Result<()> {
    if options.first().is_some_and(|option| option == "--") {
        options.remove(0);
    }
    tools::ensure_make()?;
    web::build(web::Profile::Release)?;
    tools::say("building the server");
    tools::run(&mut tools::cargo(&["build", "--release", "--package", "sockyard"]))?;
    let server = tools::target_dir().join("release/sockyard");
    tools::say("starting the server; Ctrl-C ends it");
    let error = Command::new(&server).arg("serve").args(options).exec();
    Err(error).with_context(|| format!("cannot start {}", server.display()))
}
