//! What comes in from outside: the licences, the sources and the banned crates of `deny.toml`, held against every package that
//! Cargo.lock names.
//!
//! `cargo deny` reads the same file and knows more, such as advisories (`audit.rs`), but has to be got from somewhere. This needs neither it
//! nor a network, and looks at what is built for other systems, too.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;
use spdx::{Expression, Licensee, ParseMode};

use crate::tools;

/// Where every package comes from that is not in this repository.
const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// What of `deny.toml` is looked at here; the rest is for `cargo deny`.
#[derive(Debug, Deserialize)]
struct Config {
    licenses: Licenses,
    bans: Bans,
}

#[derive(Debug, Deserialize)]
struct Licenses {
    allow: Vec<String>,
    exceptions: Vec<Exception>,
}

#[derive(Debug, Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    name: String,
    allow: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Debug, Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
    reason: String,
}

/// Checks every package of both workspaces, those for other systems included.
pub(super) fn check(root: &Path) -> Result<Vec<String>> {
    let text = std::fs::read_to_string(root.join("deny.toml")).context("cannot read deny.toml")?;
    let mut all = Vec::new();
    for manifest in ["Cargo.toml", "fuzz/Cargo.toml"] {
        let metadata = ["metadata", "--locked", "--format-version", "1", "--manifest-path", manifest];
        let json = tools::output(&mut tools::cargo(&metadata))?;
        let metadata: Value =
            serde_json::from_str(&json).context("cargo metadata printed what is not JSON")?;
        all.extend(findings(&text, &metadata)?);
    }
    Ok(all)
}

fn findings(config: &str, metadata: &Value) -> Result<Vec<String>> {
    let Config { licenses, bans } = toml::from_str(config).context("deny.toml")?;
    let mut findings = Vec::new();
    for package in metadata["packages"].as_array().context("cargo metadata names no packages")? {
        let name = package["name"].as_str().unwrap_or_default();
        // The workspace's own packages have no source.
        let Some(source) = package["source"].as_str() else { continue };
        if source != CRATES_IO {
            findings.push(format!("{name} comes from {source}; every dependency comes from crates.io"));
        }
        if let Some(ban) = bans.deny.iter().find(|ban| ban.name == name) {
            findings.push(format!("{name} is banned by deny.toml: {}", ban.reason));
        }
        let stated = package["license"].as_str();
        if !stated.is_some_and(|stated| licenses.pass(name, stated)) {
            let stated = stated.unwrap_or("none");
            findings.push(format!("{name} has the licence {stated:?}, which deny.toml does not allow"));
        }
    }
    Ok(findings)
}

impl Licenses {
    /// Whether one of the licences that a package offers is allowed.
    fn pass(&self, name: &str, stated: &str) -> bool {
        let Ok(expression) = Expression::parse_mode(stated, ParseMode::LAX) else { return false };
        let own = self.exceptions.iter().filter(|exception| exception.name == name);
        let allowed: Vec<&String> =
            self.allow.iter().chain(own.flat_map(|exception| &exception.allow)).collect();
        expression.evaluate(|wanted| {
            allowed.iter().any(|one| Licensee::parse(one).is_ok_and(|licensee| licensee.satisfies(wanted)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = r#"
        [licenses]
        allow = ["MIT", "Apache-2.0"]
        exceptions = [{ crate = "odd", allow = ["MPL-2.0"] }]
        [bans]
        deny = [{ crate = "openssl-sys", reason = "nothing here speaks TLS" }]
    "#;

    fn check(name: &str, license: &str, source: &str) -> Vec<String> {
        let metadata = serde_json::json!({"packages": [
            {"name": "sockyard", "license": "proprietary", "source": null},
            {"name": name, "license": license, "source": source},
        ]});
        findings(CONFIG, &metadata).unwrap()
    }

    #[test]
    fn what_offers_an_allowed_licence_passes() {
        for license in ["MIT", "MIT OR GPL-3.0", "Apache-2.0/MIT", "(MIT AND Apache-2.0) OR GPL-2.0"] {
            assert_eq!(check("a", license, CRATES_IO), [] as [&str; 0], "{license}");
        }
        assert_eq!(check("odd", "MPL-2.0", CRATES_IO), [] as [&str; 0]);
    }

    #[test]
    fn another_licence_another_source_and_a_banned_crate_are_found() {
        for license in ["GPL-3.0", "MIT AND GPL-3.0", "MPL-2.0", "", "as you like"] {
            assert_eq!(check("a", license, CRATES_IO).len(), 1, "{license}");
        }
        assert!(check("a", "MIT", "git+https://example.org/a")[0].starts_with("a comes from git+"));
        let banned = check("openssl-sys", "MIT", CRATES_IO);
        assert_eq!(banned, ["openssl-sys is banned by deny.toml: nothing here speaks TLS"]);
    }
}
