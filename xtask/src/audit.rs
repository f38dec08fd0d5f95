//! `cargo xtask audit` and `cargo xtask sbom`: what comes in from outside, for tools that know the world's advisories and formats.
//!
//! The tools are built into `target/tools` once, which takes minutes; so CI only uses them where they are already. What `deny.toml` says of
//! licences, sources and bans is held on every run by `check/supply.rs`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::tools;

/// A cargo subcommand from crates.io.
struct Tool {
    name: &'static str,
    version: &'static str,
}

const DENY: Tool = Tool { name: "cargo-deny", version: "0.20.2" };
const AUDIT: Tool = Tool { name: "cargo-audit", version: "0.22.2" };
const CYCLONEDX: Tool = Tool { name: "cargo-cyclonedx", version: "0.5.9" };

/// What is handed out: the program, and the page that is embedded in it. Each with its folder, its package and what it is built for.
const HANDED_OUT: &[(&str, &str, &str)] =
    &[("server", "sockyard", "x86_64-unknown-linux-gnu"), ("web", "sockyard-web", tools::WASM)];

/// `cargo xtask audit`.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let offline = match arguments {
        [] => false,
        [one] if one == "--offline" => true,
        [other, ..] => bail!("`cargo xtask audit` takes `--offline` alone, but got {other:?}"),
    };
    let deny = DENY.ensure()?;
    supply(&deny)?;
    if offline {
        tools::say("advisories were not looked at (--offline)");
        return Ok(());
    }
    if !fetch(&deny) {
        bail!("the advisories could not be looked at; `cargo xtask audit --offline` does without them");
    }
    advisories(&deny)?;
    let audit = AUDIT.ensure()?;
    tools::run(&mut tools::program(&shown(&audit), &["audit", "--deny", "warnings"]))
}

/// The same as far as it goes without building anything, for `cargo xtask test`.
pub(crate) fn as_far_as_installed() -> Result<()> {
    let Some(deny) = DENY.find() else {
        tools::say("no cargo-deny here: licences, sources and bans were checked above, advisories were not");
        tools::say("`cargo xtask audit` installs it and looks at both");
        return Ok(());
    };
    supply(&deny)?;
    match fetch(&deny) {
        true => advisories(&deny),
        false => {
            tools::say("the advisories could not be looked at without their database");
            Ok(())
        }
    }
}

/// `cargo xtask sbom`: a CycloneDX document for each package that is handed out, into `target/sbom`.
pub(crate) fn sbom() -> Result<()> {
    let tool = shown(&CYCLONEDX.ensure()?);
    let kept = tools::target_dir().join("sbom");
    std::fs::create_dir_all(&kept).with_context(|| format!("cannot make {}", kept.display()))?;
    for (folder, package, target) in HANDED_OUT {
        let manifest = format!("{folder}/Cargo.toml");
        let mut command =
            tools::program(&tool, &["cyclonedx", "--manifest-path", &manifest, "--format", "json"]);
        tools::run(command.args(["--spec-version", "1.5", "--no-build-deps", "--target", target]))?;
        // The tool writes a document beside the manifest of every member of the workspace.
        let name = format!("{package}.cdx.json");
        let made = tools::root().join(folder).join(&name);
        std::fs::rename(&made, kept.join(&name))
            .with_context(|| format!("cannot move {}", made.display()))?;
        for entry in std::fs::read_dir(tools::root())? {
            remove_documents(&entry?.path())?;
        }
        tools::say(&format!("wrote {}", kept.join(&name).display()));
    }
    Ok(())
}

/// Removes what the tool wrote into a member's folder.
fn remove_documents(folder: &Path) -> Result<()> {
    if !folder.join("Cargo.toml").is_file() {
        return Ok(());
    }
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(".cdx.json") {
            std::fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    Ok(())
}

/// Licences, bans and sources.
fn supply(deny: &Path) -> Result<()> {
    tools::run(&mut tools::program(&shown(deny), &["--locked", "check", "licenses", "bans", "sources"]))
        .context("deny.toml does not allow a dependency")
}

fn advisories(deny: &Path) -> Result<()> {
    tools::run(&mut tools::program(&shown(deny), &["--locked", "--offline", "check", "advisories"]))
        .context("a dependency has a known fault; update it, or name the advisory and why it does not matter in deny.toml")
}

/// Whether the advisories' database could be had. It is a repository of its own, which not every machine reaches.
fn fetch(deny: &Path) -> bool {
    tools::say("fetching the advisories");
    let mut fetch = tools::program(&shown(deny), &["fetch", "db"]);
    match fetch.output() {
        Ok(output) if output.status.success() => true,
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            let first = said.lines().next().unwrap_or("it did not say why");
            tools::say(&format!("the advisories cannot be fetched: {first}"));
            false
        }
        Err(error) => {
            tools::say(&format!("the advisories cannot be fetched: {error}"));
            false
        }
    }
}

impl Tool {
    /// Where it is, in the version wanted.
    fn find(&self) -> Option<PathBuf> {
        let own = tools::target_dir().join("tools/bin").join(self.name);
        [own, PathBuf::from(self.name)].into_iter().find(|program| {
            let output = Command::new(program).arg(self.subcommand()).arg("--version").output();
            output.is_ok_and(|output| {
                output.status.success() && String::from_utf8_lossy(&output.stdout).contains(self.version)
            })
        })
    }

    fn ensure(&self) -> Result<PathBuf> {
        if let Some(found) = self.find() {
            return Ok(found);
        }
        let Tool { name, version } = self;
        let folder = tools::target_dir().join("tools");
        tools::say(&format!("installing {name} {version} into {} (some minutes)", folder.display()));
        // Unoptimised, it is built in half the time, and fast enough.
        let mut install =
            tools::cargo(&["install", "--locked", "--debug", "--quiet", name, "--version", version]);
        tools::run(install.arg("--root").arg(&folder))
            .with_context(|| format!("{name} cannot be installed"))?;
        self.find().with_context(|| format!("{name} was installed, but does not start"))
    }

    /// Cargo's subcommands take their own name as the first argument.
    fn subcommand(&self) -> &'static str {
        self.name.trim_start_matches("cargo-")
    }
}

fn shown(program: &Path) -> String {
    program.display().to_string()
}
