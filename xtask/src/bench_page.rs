//! `cargo xtask bench-page`: builds the page and the server as users get them, and measures the page in a browser.

use anyhow::Result;

use crate::{tools, web};

/// Builds what is needed, and starts the program that measures.
///
/// # Errors
///
/// A step that fails, and a figure beyond its goal.
pub(crate) fn run(mut options: Vec<String>) -> Result<()> {
    options.retain(|option| option != "--");
    tools::ensure_programs()?;
    web::build(web::Profile::Release)?;
    tools::run(&mut tools::cargo(&["build", "--release", "--package", "sockyard"]))?;
    tools::run(&mut tools::cargo(&["build", "--workspace", "--bin", "bench-page"]))?;
    let program = tools::target_dir().join("debug/bench-page");
    let server = tools::target_dir().join("release/sockyard");
    let mut command = tools::program(&program.display().to_string(), &["--server"]);
    tools::run(command.arg(server).args(options))
}
