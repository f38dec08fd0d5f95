//! Which modules may name which: the server's layers point downwards, and the wire types stay free of I/O.

use std::path::Path;

use anyhow::{Context, Result};

use super::source;
use crate::web::pages;

/// A module of the server that must not name another: the module, what it must not name, and why.
/// docs/ARCHITECTURE.md draws the directions: `api → session → engine → policy, network`, `session → log`, and
/// `api → export → log`.
const FORBIDDEN: &[(&str, &str, &str)] = &[
    ("export", "api", "an export is text and knows no transport"),
    ("export", "session", "an export reads a log and does not know whose it is"),
    ("export", "engine", "an export reads what the log kept and makes no system call"),
    ("export", "policy", "an export reads what was decided and decides nothing"),
    ("export", "network", "an export reads what happened and makes nothing happen"),
    ("session", "export", "a session's log is exported by who asks for it"),
    ("engine", "export", "the engine makes system calls and knows no text"),
    ("log", "export", "the log does not know who reads it"),
    ("policy", "export", "the policy decides and writes nothing"),
    ("network", "export", "a network hands out sockets and writes nothing"),
    ("session", "api", "a session does not know over which transport its calls come"),
    ("engine", "api", "the engine makes system calls and knows no transport"),
    ("engine", "session", "the engine knows one socket, not who owns it"),
    ("engine", "log", "the engine returns what happened; its caller writes the log"),
    ("log", "api", "the log does not know who reads it"),
    ("log", "session", "the log is owned by a session and does not look back"),
    ("log", "engine", "the log keeps wire types, which engine types are not"),
    ("log", "policy", "the log keeps what was decided and decides nothing"),
    ("log", "network", "the log keeps what happened and makes nothing happen"),
    ("policy", "api", "the policy decides the same over every transport"),
    ("policy", "session", "the policy is asked by sessions and keeps none"),
    ("policy", "engine", "the engine takes what the policy allowed, not the other way round"),
    ("policy", "log", "the policy's caller writes the log"),
    ("policy", "network", "the policy decides on addresses before a network is used"),
    ("network", "api", "a network hands out sockets and knows no transport"),
    ("network", "session", "a network hands out sockets and knows no owner"),
    ("network", "engine", "the engine uses networks, not the other way round"),
    ("network", "log", "a network hands out sockets; its caller writes the log"),
    ("network", "policy", "the policy decides before a network is used"),
    ("tokens", "api", "a token is shown over any transport"),
    ("tokens", "session", "a grant does not know what was opened with it"),
    ("quotas", "api", "what is counted is counted over every transport"),
    ("quotas", "session", "a holder does not know who has its places"),
    ("quotas", "tokens", "a token's quotas go by its id"),
];

/// Modules that every other may use, and that therefore use none of them.
const LEAVES: &[&str] = &["errno", "metrics", "secret"];

/// Modules that use none of the others and that only those beside them here may use: they speak to the server from outside.
const OUTSIDERS: &[(&str, &[&str])] = &[("cli", &["main", "config"])];

/// What the wire types must not name.
const FORBIDDEN_IN_PROTOCOL: &[(&str, &str)] = &[
    ("std::fs", "the wire types do no I/O"),
    ("std::process", "the wire types do no I/O"),
    ("std::thread", "the wire types start no task"),
    ("std::time::Instant", "the wire types read no clock"),
    ("std::time::SystemTime", "the wire types read no clock"),
    ("std::env", "the wire types depend on nothing but their input"),
    ("std::net::TcpStream", "the wire types do no I/O"),
    ("std::net::TcpListener", "the wire types do no I/O"),
    ("std::net::UdpSocket", "the wire types do no I/O"),
    ("std::net::ToSocketAddrs", "the wire types resolve no names"),
    ("std::os", "the wire types do not know where they run"),
];

/// Checks the sources of the server and of the wire types.
pub(crate) fn check(root: &Path) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    let server = root.join("server/src");
    for file in rust_files(&server)? {
        let text = read(&file)?;
        let path = pages::relative(&server, &file);
        findings
            .extend(layers(&path, &text).into_iter().map(|finding| format!("server/src/{path}{finding}")));
    }
    let protocol = root.join("protocol/src");
    for file in rust_files(&protocol)? {
        let text = read(&file)?;
        let path = pages::relative(&protocol, &file);
        findings.extend(purity(&text).into_iter().map(|finding| format!("protocol/src/{path}{finding}")));
    }
    Ok(findings)
}

/// What a file of the server names although its layer must not.
fn layers(path: &str, text: &str) -> Vec<String> {
    let modules: Vec<&str> = path.trim_end_matches(".rs").split('/').collect();
    let layer = modules[0];
    let mut findings = Vec::new();
    for (line, named) in source::crate_paths(text, modules.len()) {
        let top = named.split("::").next().unwrap_or_default();
        for (from, to, why) in FORBIDDEN {
            if layer == *from && top == *to {
                findings.push(format!(":{line}: {from} must not use {to} (crate::{named}): {why}"));
            }
        }
        for (outsider, users) in OUTSIDERS {
            if layer == *outsider && top != *outsider {
                findings.push(format!(
                    ":{line}: {outsider} must not use {top} (crate::{named}): it knows the server from outside alone"
                ));
            }
            if top == *outsider && layer != *outsider && !users.contains(&layer) {
                findings.push(format!(
                    ":{line}: {layer} must not use {outsider} (crate::{named}): the server does not know its clients"
                ));
            }
        }
        if LEAVES.contains(&layer) && top != layer {
            findings.push(format!(
                ":{line}: {layer} must not use {top} (crate::{named}): every module may use {layer}"
            ));
        }
    }
    findings
}

/// What a file of the wire types names although they must not.
fn purity(text: &str) -> Vec<String> {
    let mut findings = Vec::new();
    for (line, named) in source::paths_from(text, "std") {
        let named = format!("std::{named}");
        for (to, why) in FORBIDDEN_IN_PROTOCOL {
            if named == *to || named.starts_with(&format!("{to}::")) {
                findings.push(format!(":{line}: protocol must not use {named}: {why}"));
            }
        }
    }
    findings
}

fn rust_files(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let mut files = pages::files_below(folder)?;
    files.retain(|file| file.extension().is_some_and(|end| end == "rs"));
    Ok(files)
}

fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forbidden_import_is_found_in_every_spelling() {
        let check = |path: &str, text: &str, expected: &str| {
            let findings = layers(path, text);
            assert!(
                findings.iter().any(|finding| finding.contains(expected)),
                "{path}: {text}: {findings:?}"
            );
        };
        check("engine/socket.rs", "use crate::session::Session;", ":1: engine must not use session");
        check("engine.rs", "\nuse crate::{network::Host, log::{Log, Entry}};", ":2: engine must not use log");
        check("engine/socket.rs", "fn f() { crate::api::serve() }", "engine must not use api");
        check("log/store.rs", "use super::super::session::Session;", "log must not use session");
        check("network.rs", "use super::engine::Socket;", "network must not use engine");
        check("session/calls.rs", "use crate ::\n    api;", "session must not use api");
        check("errno.rs", "use crate::engine::Socket;", "errno must not use engine");
        check("cli/call.rs", "use crate::secret;", "cli must not use secret");
        check("session/calls.rs", "use crate::cli::Failure;", "session must not use cli");
    }

    #[test]
    fn allowed_directions_comments_and_texts_are_not_found() {
        let check = |path: &str, text: &str| assert_eq!(layers(path, text), Vec::<String>::new(), "{text}");
        check("api/ws.rs", "use crate::session::Session;");
        check("session/calls.rs", "use crate::{engine, log, network, policy};");
        check(
            "engine/socket.rs",
            "// use crate::session::Session;\n/* crate::api */ const A: &str = \"crate::log\";",
        );
        check("log/store.rs", "use super::session;");
        check("main.rs", "use crate::{api, cli, engine};");
        check("cli/call.rs", "use super::Failure; use crate::cli::output;");
    }

    #[test]
    fn input_and_output_are_found_in_the_wire_types() {
        assert_eq!(
            purity("use std::net::{IpAddr, SocketAddr};\nuse std::time::Duration;"),
            Vec::<String>::new()
        );
        for text in [
            "use std::net::{IpAddr, UdpSocket};",
            "use std::{fmt, time::{Duration, Instant}};",
            "fn now() { std::time::SystemTime::now() }",
            "use std::fs;",
        ] {
            assert_eq!(purity(text).len(), 1, "{text}");
        }
    }
}
