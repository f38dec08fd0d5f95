//! `cargo xtask screenshots`: pictures of every view of the page, looked at for what is wrong with them.

use anyhow::{Result, bail};

use crate::{registries, tools, web};

/// Builds what is needed, and starts the program that takes the pictures.
///
/// # Errors
///
/// Any other argument than `--docs`, and findings.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let docs = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => None,
        ["--docs"] => Some(tools::root().join("docs/images")),
        _ => bail!("`cargo xtask screenshots` takes `--docs` or nothing, but got {}", arguments.join(" ")),
    };
    tools::ensure_programs()?;
    registries::ensure_node()?;
    web::build(web::Profile::Dev)?;
    tools::run(&mut tools::cargo(&[
        "build",
        "--package",
        "sockyard",
        "--package",
        "sockyard-tests",
        "--bins",
    ]))?;
    let folder = tools::target_dir().join("screenshots");
    let program = tools::target_dir().join("debug/screenshots");
    let mut command = tools::program(&program.display().to_string(), &[]);
    tools::run(command.arg(folder).args(docs))
}
