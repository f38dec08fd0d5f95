//! `cargo xtask bench`: builds the server and the load generator, finds the other relays, and measures.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::tools;

/// Another relay: its name in the tables, its program, and how to get it.
struct Peer {
    name: &'static str,
    /// Looked for in the folders of [`path`].
    program: &'static str,
    /// What the program must be able to import, where it is Python and the package has no program of its own.
    module: Option<&'static str>,
    source: Source,
}

/// Where a relay comes from: the registry, and what to ask it for.
enum Source {
    Cargo(&'static [&'static str]),
    Pip(&'static str),
    Npm(&'static str),
}

const PEERS: &[Peer] = &[
    Peer {
        name: "wasmnet",
        program: "wasmnet-server",
        module: None,
        source: Source::Cargo(&["wasmnet", "--version", "^0.2"]),
    },
    Peer {
        name: "websocat",
        program: "websocat",
        module: None,
        // Version 4 is a rewrite that is not released yet, with another command line.
        source: Source::Cargo(&["websocat", "--version", "^1"]),
    },
    Peer {
        name: "websockify",
        program: "websockify",
        module: None,
        source: Source::Pip("websockify==0.13.*"),
    },
    Peer {
        name: "wisp-python",
        program: "python3",
        module: Some("wisp.server.cli"),
        source: Source::Pip("wisp-python==0.9.*"),
    },
    Peer {
        name: "wisp-js",
        program: "wisp-js-server",
        module: None,
        source: Source::Npm("@mercuryworkshop/wisp-js@0.5"),
    },
];

/// Installs what is missing where that is wanted, builds, and measures.
pub(crate) fn run(mut options: Vec<String>) -> Result<()> {
    options.retain(|option| option != "--");
    let install = options.iter().any(|option| option == "--install");
    options.retain(|option| option != "--install");
    if install {
        for peer in missing() {
            tools::say(&format!("installing {} into {}", peer.name, peers_dir().display()));
            for mut step in steps(&peer.source) {
                tools::run(&mut step).with_context(|| format!("{} cannot be installed", peer.name))?;
            }
        }
    }
    let missing = missing();
    if install && !missing.is_empty() {
        let names: Vec<&str> = missing.iter().map(|peer| peer.name).collect();
        bail!("installed, but still not found: {}", names.join(", "));
    }
    tools::say("building the server and the load generator");
    let packages = ["--package", "sockyard", "--package", "sockyard-bench"];
    tools::run(tools::cargo(&["build", "--release"]).args(packages))?;
    if !missing.is_empty() {
        eprint!("{}", advice(&missing));
    }
    let bench = tools::target_dir().join("release/sockyard-bench");
    let shown = bench.display().to_string();
    tools::run(tools::program(&shown, &[]).args(options).env("PATH", path()?))
}

/// Builds the server and the program that loads it, and runs one of its commands.
pub(crate) fn load(command: &str, mut options: Vec<String>) -> Result<()> {
    options.retain(|option| option != "--");
    tools::say("building the server and the load");
    let packages = ["--package", "sockyard", "--package", "sockyard-bench"];
    tools::run(tools::cargo(&["build", "--release"]).args(packages))?;
    let load = tools::target_dir().join("release/sockyard-load").display().to_string();
    tools::run(tools::program(&load, &[command]).args(options))
}

/// How to get what is missing, as lines to be typed.
fn advice(missing: &[&Peer]) -> String {
    let mut text =
        "xtask: these relays are not installed and are left out; `cargo xtask bench -- --install` \
                    runs these commands:\n"
            .to_owned();
    for peer in missing {
        text.push_str(&format!("\n  # {}\n", peer.name));
        for step in steps(&peer.source) {
            text.push_str(&format!("  {}\n", typed(&step)));
        }
    }
    text.push('\n');
    text
}

/// A command to be typed in any folder: a program below [`peers_dir`] is in no `PATH`.
fn typed(command: &Command) -> String {
    let program = Path::new(command.get_program());
    match program.starts_with(peers_dir()) {
        true => format!("{}/{}", program.parent().unwrap_or(program).display(), tools::show(command)),
        false => tools::show(command),
    }
}

fn missing() -> Vec<&'static Peer> {
    PEERS.iter().filter(|peer| !is_installed(peer)).collect()
}

fn is_installed(peer: &Peer) -> bool {
    let Some(program) =
        folders().into_iter().map(|folder| folder.join(peer.program)).find(|file| file.is_file())
    else {
        return false;
    };
    let Some(module) = peer.module else { return true };
    let mut command = Command::new(program);
    command.args(["-c", &format!("import {module}")]).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// The commands that install a relay below [`peers_dir`] and nowhere else.
fn steps(source: &Source) -> Vec<Command> {
    let folder = peers_dir();
    let inside = |name: &str| folder.join(name).display().to_string();
    match source {
        Source::Cargo(package) => {
            let mut command = tools::cargo(&["install", "--locked", "--root", &inside("cargo")]);
            command.args(*package);
            vec![command]
        }
        Source::Pip(package) => {
            let python = inside("python");
            vec![
                tools::program("python3", &["-m", "venv", &python]),
                tools::program(&inside("python/bin/python"), &["-m", "pip", "install", "--quiet", package]),
            ]
        }
        Source::Npm(package) => {
            let arguments = ["install", "--no-audit", "--no-fund", "--prefix", &inside("node"), package];
            vec![tools::program("npm", &arguments)]
        }
    }
}

fn peers_dir() -> PathBuf {
    tools::target_dir().join("peers")
}

/// Where relays are looked for: what `--install` made first, then `PATH`, then where cargo installs.
fn folders() -> Vec<PathBuf> {
    let peers = peers_dir();
    let mut folders =
        vec![peers.join("cargo/bin"), peers.join("python/bin"), peers.join("node/node_modules/.bin")];
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    folders.extend(std::env::home_dir().map(|home| home.join(".cargo/bin")));
    folders
}

fn path() -> Result<OsString> {
    std::env::join_paths(folders()).context("a folder in PATH has a colon in its name")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_told_with_commands_to_type() {
        let all: Vec<&Peer> = PEERS.iter().collect();
        let text = advice(&all);
        for peer in PEERS {
            assert!(text.contains(&format!("# {}\n", peer.name)), "{text}");
        }
        assert!(text.contains("install --locked --root "), "{text}");
        assert!(text.contains("/peers/cargo websocat --version ^1\n"), "{text}");
        assert!(
            text.contains("/peers/python/bin/python -m pip install --quiet wisp-python==0.9.*\n"),
            "{text}"
        );
        assert!(text.contains("/peers/node @mercuryworkshop/wisp-js@0.5\n"), "{text}");
    }

    #[test]
    fn what_was_installed_here_comes_before_what_is_installed_elsewhere() {
        assert!(folders()[..3].iter().all(|folder| folder.starts_with(peers_dir())));
    }
}
