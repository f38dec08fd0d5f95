//! Looks at the page as it stands: its picture, and what a careful reader would find wrong with it.

use std::path::Path;

use serde_json::{Value, json};

use super::Page;
use crate::deadline::within;
use crate::tools;

/// Finds what is cut off, covered, wider than the screen or untranslated.
const REVIEW: &str = include_str!("review.js");

/// English words that stand on Chinese pages as well: names of calls, options, states and formats, which are the same in
/// every language, and names of products. Whatever is in a `code` or `pre` element or among the bytes is not looked at.
const SAME_EVERYWHERE: &[&str] = &[
    "accept",
    "address",
    "alice",
    "and",
    "ascii",
    "backlog",
    "big5",
    "bind",
    "bob",
    "broadcast",
    "bytes",
    "chrome",
    "carol",
    "close",
    "connect",
    "connection",
    "create",
    "csv",
    "ctrl",
    "dgram",
    "english",
    "error",
    "esc",
    "enter",
    "escape",
    "established",
    "fin",
    "flags",
    "from",
    "gbk",
    "getsockopt",
    "hex",
    "home",
    "end",
    "host",
    "idle",
    "inet",
    "inet6",
    "interval",
    "ip",
    "ipv",
    "ipv4",
    "ipv6",
    "json",
    "jsonl",
    "keepalive",
    "kbit",
    "kib",
    "len",
    "linger",
    "lines",
    "listen",
    "local",
    "loopback",
    "linux",
    "mib",
    "mss",
    "node",
    "node.js",
    "oob",
    "options",
    "pageup",
    "pagedown",
    "pcapng",
    "peek",
    "peer",
    "poll",
    "port",
    "python",
    "receive",
    "recv",
    "recvfrom",
    "reset",
    "rst",
    "rust",
    "reuse",
    "read",
    "write",
    "both",
    "rtt",
    "select",
    "send",
    "sendto",
    "seq",
    "setsockopt",
    "shift",
    "shutdown",
    "sockyard",
    "socket",
    "sock",
    "stream",
    "syn",
    "tab",
    "tcp",
    "timeout",
    "token",
    "ttl",
    "win",
    "tos",
    "udp",
    "unix",
    "utf",
    "waitall",
    "wireshark",
    "configure",
    "info",
    "poll",
    "errors",
    "regex",
    "get",
    "lab",
    "server",
    "value",
    "name",
    "type",
    "family",
    "bom",
    "api",
    "rest",
    "websocket",
    "asyncapi",
    "openapi",
    "http",
    "url",
    "lan",
    "wal",
    "std",
    "posix",
    "svg",
    "png",
    "curl",
    "alt",
    "cmd",
    "shell",
    "bash",
    "pwa",
    "ack",
    "wait",
    "time",
    "mode",
    "echo",
    "discard",
    "rules",
    "null",
    "responder",
];

impl Page {
    /// Gives the window another size; `phone` makes it a touch screen of twice the density.
    pub async fn resize(&self, width: u32, height: u32, phone: bool) {
        let scale = if phone { 2 } else { 1 };
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": scale, "mobile": phone});
        self.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", metrics).await.unwrap();
    }

    /// Asks for less motion, as a setting of the system does.
    pub async fn reduce_motion(&self) {
        let features = json!({"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]});
        self.driver.cdp().send_raw("Emulation.setEmulatedMedia", features).await.unwrap();
    }

    /// Waits until the page has drawn what it was told.
    pub async fn drawn(&self) {
        let script = "const done = arguments[0];
            requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50)));";
        within("two frames", self.driver.execute_async(script, Vec::new())).await.unwrap();
    }

    /// Stores a picture of what is seen.
    pub async fn picture(&self, file: &Path) {
        within("a picture", self.driver.screenshot(file)).await.unwrap();
    }

    /// What a careful reader would find wrong with what is seen; empty for nothing.
    pub async fn review(&self) -> Vec<String> {
        let script = format!("{REVIEW}\nreturn review({});", json!(SAME_EVERYWHERE));
        strings(&self.script(&script).await)
    }

    /// What axe-core finds wrong with the page for people who do not see it, or see it badly; empty for nothing.
    pub async fn axe(&self) -> Vec<String> {
        if self.script("return typeof axe").await == "undefined" {
            // Through WebDriver, which the content security policy does not concern.
            self.script(&tools::axe()).await;
        }
        let script = "const done = arguments[0];
            axe.run(document, {resultTypes: ['violations']}).then(
                found => done(found.violations.flatMap(rule => rule.nodes.map(node =>
                    `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary}`))),
                error => done([String(error)]));";
        let found = within("axe-core", self.driver.execute_async(script, Vec::new())).await.unwrap();
        strings(found.json())
    }
}

fn strings(found: &Value) -> Vec<String> {
    let found = found.as_array().expect("an array of findings");
    found.iter().map(|one| one.as_str().unwrap_or_default().to_owned()).collect()
}
