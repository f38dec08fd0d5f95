//! Chromium and chromedriver as child processes.

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;
use thirtyfour::prelude::*;
use thirtyfour::{ChromiumLikeCapabilities, LoggingPrefsLogLevel, WebDriver};
use tokio::io::{AsyncBufReadExt, BufReader};

use super::Screen;
use crate::deadline::within;

/// Nothing of the network, nothing on the screen, nothing kept.
const FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-extensions",
    "--no-proxy-server",
    "--lang=en-US",
    "--accept-lang=en-US",
    "--window-size=1280,900",
];

/// A running chromedriver, whose process group holds the browser too.
pub(super) struct Browser {
    driver: std::process::Child,
    _profile: TempDir,
}

/// How often chromedriver is started before a test gives up.
const DRIVER_STARTS: usize = 3;

impl Browser {
    pub(super) async fn start(screen: Screen) -> (Browser, WebDriver) {
        let (browser, port) = Browser::driver().await;
        let mut capabilities = DesiredCapabilities::chrome();
        for flag in FLAGS {
            capabilities.add_arg(flag).unwrap();
        }
        let profile = format!("--user-data-dir={}", browser._profile.path().display());
        capabilities.add_arg(&profile).unwrap();
        capabilities.set_browser_log_level(LoggingPrefsLogLevel::All).unwrap();
        let url = format!("http://127.0.0.1:{port}");
        let session = WebDriver::builder(url, capabilities).request_timeout(Duration::from_secs(60));
        let session = within("the browser", session.connect()).await.expect("a browser");
        if let Screen::Phone = screen {
            let metrics = json!({"width": 390, "height": 844, "deviceScaleFactor": 3, "mobile": true});
            session.cdp().send_raw("Emulation.setDeviceMetricsOverride", metrics).await.unwrap();
            let touch = json!({"enabled": true, "maxTouchPoints": 5});
            session.cdp().send_raw("Emulation.setTouchEmulationEnabled", touch).await.unwrap();
        }
        (browser, session)
    }

    /// A chromedriver and its port. It takes a free port of IPv4 and then the same of IPv6, and ends where another program has
    /// that one; then it is started again.
    async fn driver() -> (Browser, u16) {
        for _ in 0..DRIVER_STARTS {
            let mut command = Command::new("chromedriver");
            command
                .arg("--port=0")
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .process_group(0);
            let mut driver = command.spawn().unwrap_or_else(|error| {
                panic!("chromedriver cannot be started ({error}); `cargo xtask test` installs what is needed")
            });
            let stdout = tokio::process::ChildStdout::from_std(driver.stdout.take().unwrap()).unwrap();
            let browser = Browser { driver, _profile: tempfile::tempdir().unwrap() };
            if let Some(port) = browser.port(stdout).await {
                return (browser, port);
            }
        }
        panic!("chromedriver ended without a port, {DRIVER_STARTS} times");
    }

    /// The port that chromedriver took, from what it prints; none where it ended before.
    async fn port(&self, stdout: tokio::process::ChildStdout) -> Option<u16> {
        let mut lines = BufReader::new(stdout).lines();
        let port = within("chromedriver's port", async {
            while let Some(line) = lines.next_line().await.unwrap() {
                if let Some((_, port)) = line.split_once("started successfully on port ") {
                    return Some(port.trim_end_matches('.').parse().expect("a port"));
                }
            }
            None
        })
        .await;
        // The pipe stays empty as long as somebody reads.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        port
    }
}

impl Browser {
    /// Ends whatever still runs.
    pub(super) fn kill(&mut self) {
        // The whole group, which is ours alone: a browser outlives a chromedriver that is killed.
        let group = format!("-{}", self.driver.id());
        _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        _ = self.driver.wait();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.kill();
    }
}
