//! `cargo xtask lighthouse`: what Lighthouse says of the page's access and practices. Less than 100 of 100 fails.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::{registries, tools, web};

/// What is asked about.
const CATEGORIES: [&str; 2] = ["accessibility", "best-practices"];
/// Nothing of the network, nothing on the screen.
const FLAGS: &str = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
                     --disable-background-networking --disable-component-update --disable-sync";

/// Asks as on a desk and as on a phone.
pub(crate) fn run() -> Result<()> {
    tools::ensure_programs()?;
    let lighthouse = registries::ensure_lighthouse()?;
    web::build(web::Profile::Dev)?;
    tools::run(&mut tools::cargo(&["build", "--workspace", "--bin", "sockyard"]))?;
    let folder = tools::target_dir().join("lighthouse/reports");
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut server = Server::start(&folder)?;
    let url = server.url()?;
    let mut poor = Vec::new();
    for (screen, further) in [("desk", Some("--preset=desktop")), ("phone", None)] {
        let report = folder.join(format!("{screen}.json"));
        let mut node = tools::program("node", &[]);
        node.arg(&lighthouse).arg(&url).args(further);
        node.arg(format!("--only-categories={}", CATEGORIES.join(",")));
        node.arg("--output=json").arg(format!("--output-path={}", report.display()));
        node.arg(format!("--chrome-flags={FLAGS}")).arg("--quiet");
        tools::run(&mut node)?;
        poor.extend(scores(&report, screen)?);
    }
    ensure!(poor.is_empty(), "less than 100: {}; the reports are in {}", poor.join(", "), folder.display());
    Ok(())
}

/// Prints a report's scores and returns those below 100.
fn scores(report: &Path, screen: &str) -> Result<Vec<String>> {
    let text = std::fs::read(report).with_context(|| format!("cannot read {}", report.display()))?;
    let report: Value = serde_json::from_slice(&text).context("Lighthouse's report is no JSON")?;
    let mut poor = Vec::new();
    for category in CATEGORIES {
        let score = &report["categories"][category]["score"];
        let score = score.as_f64().with_context(|| format!("Lighthouse gave no score for {category}"))?;
        let line = format!("{screen} {category} {:.0}", score * 100.0);
        println!("{line}");
        if score < 1.0 {
            poor.push(line);
        }
    }
    Ok(poor)
}

/// A server that needs no token, until it is dropped.
struct Server(Child);

impl Server {
    fn start(folder: &Path) -> Result<Server> {
        let program = tools::target_dir().join("debug/sockyard");
        let mut command =
            tools::program(&program.display().to_string(), &["serve", "--listen", "127.0.0.1:0"]);
        command.args(["--access", "open", "--open-host-network", "--data-dir"]).arg(folder.join("data"));
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        Ok(Server(child.with_context(|| format!("cannot start {}", program.display()))?))
    }

    /// The address that it prints.
    fn url(&mut self) -> Result<String> {
        let stdout = self.0.stdout.as_mut().context("the server has no output")?;
        for line in BufReader::new(stdout).lines() {
            let line = line.context("the server's output breaks off")?;
            if let Some(url) = line.trim().strip_prefix("http://") {
                return Ok(format!("http://{url}"));
            }
        }
        bail!("the server ended without printing its address");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        _ = self.0.kill();
        _ = self.0.wait();
    }
}
