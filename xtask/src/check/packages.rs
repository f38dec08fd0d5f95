//! Which packages may depend on which.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::tools;

/// A dependency that must not be: the package, what it must not depend on, and why.
/// A `*` at the end stands for any rest.
const FORBIDDEN: &[(&str, &str, &str)] = &[
    ("sockyard-protocol", "sockyard*", "the wire types are a leaf that the server and the page share"),
    ("sockyard-protocol", "tokio*", "the wire types do no I/O and start no task"),
    ("sockyard-protocol", "mio", "the wire types do no I/O"),
    ("sockyard-protocol", "futures*", "the wire types start no task"),
    ("sockyard-protocol", "socket2", "the wire types do no I/O"),
    ("sockyard-protocol", "libc", "the wire types do no I/O"),
    ("sockyard-protocol", "rustix", "the wire types do no I/O"),
    ("sockyard-protocol", "nix", "the wire types do no I/O"),
    ("sockyard-protocol", "axum", "the wire types know no transport"),
    ("sockyard-protocol", "hyper*", "the wire types know no transport"),
    ("sockyard-protocol", "tower*", "the wire types know no transport"),
    ("sockyard-protocol", "reqwest", "the wire types do no I/O"),
    ("sockyard-protocol", "chrono", "the wire types read no clock"),
    ("sockyard-protocol", "time", "the wire types read no clock"),
    ("sockyard-protocol", "getrandom", "the wire types are the same every time"),
    ("sockyard-protocol", "rand*", "the wire types are the same every time"),
    ("sockyard-protocol", "tracing*", "the wire types write no log"),
    ("sockyard-protocol", "js-sys", "the wire types do not know where they run"),
    ("sockyard-protocol", "web-sys", "the wire types do not know where they run"),
    ("sockyard-protocol", "wasm-bindgen*", "the wire types do not know where they run"),
    ("sockyard-client", "sockyard", "the client speaks to the server over the wire alone"),
    ("sockyard-client", "sockyard-web", "the page has a transport of its own, the browser's"),
    ("sockyard-client", "sockyard-tests", "tests use the client, not the other way round"),
    ("sockyard-client", "axum", "the client holds no server"),
    ("sockyard-client", "socket2", "the server makes the socket calls, not the client"),
    ("sockyard-web", "sockyard-client", "the page has a transport of its own, the browser's"),
    ("sockyard-web", "sockyard", "the page shares nothing with the server but the wire types"),
    ("sockyard-web", "sockyard-tests", "tests use the page, not the other way round"),
    ("sockyard-web", "sockyard-xtask", "the build tool uses the page, not the other way round"),
    ("sockyard-web", "axum", "the page holds no server"),
    ("sockyard-web", "hyper*", "the page holds no server"),
    ("sockyard-web", "tokio*", "the page has the browser's event loop"),
    ("sockyard-web", "socket2", "the page has no sockets of its own"),
    ("sockyard", "sockyard-web", "the server embeds the built page and compiles without it"),
    ("sockyard", "sockyard-tests", "tests use the server, not the other way round"),
    ("sockyard", "sockyard-xtask", "the build tool uses the server, not the other way round"),
    ("sockyard-tests", "sockyard", "tests speak to the real program from outside"),
    ("sockyard-tests", "sockyard-web", "tests use the real page from outside"),
];

/// Checks what the manifests say.
pub(crate) fn check() -> Result<Vec<String>> {
    let json = tools::output(&mut tools::cargo(&["metadata", "--no-deps", "--format-version", "1"]))?;
    let metadata: Value = serde_json::from_str(&json).context("cargo metadata printed what is not JSON")?;
    Ok(violations(&dependencies(&metadata)))
}

/// Each package with each of its dependencies, those for tests and build scripts included.
fn dependencies(metadata: &Value) -> Vec<(String, String)> {
    let array = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let name = |value: &Value| value["name"].as_str().unwrap_or_default().to_owned();
    let mut pairs = Vec::new();
    for package in array(&metadata["packages"]) {
        for dependency in array(&package["dependencies"]) {
            pairs.push((name(&package), name(&dependency)));
        }
    }
    pairs
}

fn violations(dependencies: &[(String, String)]) -> Vec<String> {
    let mut findings = Vec::new();
    for (package, dependency) in dependencies {
        for (from, to, why) in FORBIDDEN {
            if package == from && matches(to, dependency) {
                findings.push(format!("{package} must not depend on {dependency}: {why}"));
            }
        }
    }
    findings
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forbidden_dependency_is_found_in_the_manifests() {
        let metadata = serde_json::json!({"packages": [
            {"name": "sockyard-protocol", "dependencies": [{"name": "serde"}, {"name": "tokio-util"}]},
            {"name": "sockyard-web", "dependencies": [{"name": "sockyard-protocol"}, {"name": "sockyard"}]},
        ]});
        let findings = violations(&dependencies(&metadata));
        assert_eq!(findings.len(), 2, "{findings:?}");
        assert!(findings[0].starts_with("sockyard-protocol must not depend on tokio-util"));
        assert!(findings[1].starts_with("sockyard-web must not depend on sockyard:"));
    }
}
