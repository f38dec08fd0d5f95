//! One page under load.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sockyard_tests::{Page, Screen, TestServer, WsClient, eventually};
use tokio::time::sleep;

use crate::figures::{Busy, Figure, Frames, Sample};
use crate::load::Load;
use crate::options::Options;

/// What looks at the page from inside.
pub(crate) const PROBE: &str = include_str!("probe.js");
/// Longest wait for what the page does with a full log.
const PROMISE_DEADLINE: Duration = Duration::from_secs(240);
/// Before anything is measured: the browser compiles what is hot.
const WARM_UP: Duration = Duration::from_secs(3);
/// Datagrams a second with which the page is filled.
const FILL_RATE: u32 = 20_000;
/// Before the memory is watched: a few chunks of lines have been dropped and made anew, in the place of those that filled the
/// page much faster.
const SETTLE: Duration = Duration::from_secs(20);
/// Events a second of the row `memory`.
const MEMORY_RATE: u32 = 500;
/// Between two samples of the memory.
const SAMPLE_EVERY: Duration = Duration::from_secs(10);
/// Steps of each of the three ways to scroll; a step is a frame.
const SCROLL_STEPS: u32 = 180;
/// What a full log is filtered by: fields alone, bytes, words that few lines have, an expression, and what all but few have.
const QUERIES: [&str; 5] = ["dir:in socket:3", "hex:39 39 39", "0012345", "/9{4}/", "-777"];

/// The page, its socket, and whoever sends to it.
pub(crate) struct Measured<'a> {
    page: Page,
    client: WsClient,
    address: SocketAddr,
    _server: &'a TestServer,
}

impl<'a> Measured<'a> {
    /// Opens the page and makes a socket in it that receives by itself.
    pub(crate) async fn start(server: &'a TestServer) -> Measured<'a> {
        let page = Page::start(Screen::Laptop).await;
        page.tool("Page.addScriptToEvaluateOnNewDocument", json!({"source": PROBE})).await;
        page.go_to(&server.url()).await;
        page.connected().await;
        page.choose("@new-socket-type", "dgram").await;
        page.click("@new-socket-create").await;
        page.one("@socket-card[data-socket='3']").await;
        // The same session from a second connection, which is told of nothing.
        let key = |name: &str| format!("return sessionStorage.getItem('sockyard.{name}')");
        let session = page.script(&key("session")).await;
        let token = page.script(&key("session-token")).await;
        let (session, token) = (session.as_str().unwrap(), token.as_str().unwrap());
        let query = format!("?session={session}&token={token}&kinds=note");
        let client = WsClient::connect(server, &query, None).await.expect("the page's session");
        let address = client.bind(3, "127.0.0.1:0").await.parse().unwrap();
        client
            .ok("socket.set_option", json!({"socket": 3, "name": "receive_buffer", "value": 4 << 20}))
            .await;
        client.ok("socket.configure", json!({"socket": 3, "receive": "stream"})).await;
        page.one("@log-row[data-kind='bound']").await;
        Measured { page, client, address, _server: server }
    }

    /// Ends the page; it must have shown no errors.
    pub(crate) async fn end(self) {
        self.client.leave().await;
        self.page.close().await;
    }

    /// Frames while events come as fast as was asked for.
    pub(crate) async fn rate(&self, options: &Options) -> Vec<Figure> {
        let load = Load::start(self.address, options.rate);
        sleep(WARM_UP).await;
        let before = self.lines_now().await;
        let busy_before = self.busy().await;
        self.page.script("window.bench.record()").await;
        let begun = Instant::now();
        sleep(options.seconds).await;
        let frames = self.stop().await;
        let took = begun.elapsed();
        let busy = self.busy().await.since(&busy_before);
        let came = self.lines_now().await - before;
        load.stop();
        let mut figures = Figure::of_rate(options, &frames, came as f64 / took.as_secs_f64());
        figures.push(Figure::of_busy(&busy, took, came));
        figures
    }

    async fn busy(&self) -> Busy {
        self.page.tool("Performance.enable", json!({})).await;
        let metrics = self.page.tool("Performance.getMetrics", json!({})).await;
        let of = |name: &str| {
            let all = metrics["metrics"].as_array().into_iter().flatten();
            let found = all.clone().find(|metric| metric["name"] == name);
            found
                .and_then(|metric| metric["value"].as_f64())
                .unwrap_or_else(|| panic!("no {name}: {metrics}"))
        };
        Busy {
            thread: of("ThreadTime"),
            script: of("ScriptDuration"),
            layout: of("LayoutDuration") + of("RecalcStyleDuration"),
        }
    }

    /// Sends until the page has so many lines, and waits until it has drawn them.
    pub(crate) async fn fill(&self, lines: u64) {
        let load = Load::start(self.address, FILL_RATE);
        let begun = Instant::now();
        // What the page drops of a full log it drops in chunks.
        let enough = lines.saturating_sub(4_000);
        loop {
            let now = self.lines_now().await;
            if now >= enough {
                break;
            }
            assert!(begun.elapsed() < Duration::from_secs(600), "the page has only {now} lines after 600 s");
            sleep(Duration::from_millis(200)).await;
        }
        load.stop();
        let mut last = 0;
        eventually("the page to have all lines that were sent", async || {
            let now = self.lines_now().await;
            sleep(Duration::from_millis(500)).await;
            (std::mem::replace(&mut last, now) == now).then_some(())
        })
        .await;
    }

    /// Scrolls and filters what the page holds.
    pub(crate) async fn lines(&self) -> Vec<Figure> {
        let lines = self.lines_now().await;
        let mut figures = Vec::new();
        let script = format!("window.bench.scroll({SCROLL_STEPS})");
        let (frames, _) = self.during(&script).await;
        figures.push(Figure::of_stall(
            "scrolled from end to beginning, to places and in steps",
            lines,
            &frames,
            None,
        ));
        for query in QUERIES {
            let (frames, took) = self.filtered(query).await;
            let text = self.page.script("return window.bench.countText()").await;
            let shown = text.as_str().unwrap_or_default().to_owned();
            let what = format!("filtered by `{query}`");
            figures.push(Figure::of_stall(&what, lines, &frames, Some((took, &shown))));
        }
        self.filtered("").await;
        figures
    }

    async fn filtered(&self, query: &str) -> (Frames, Duration) {
        // While a filter looks at lines the count says how far it is; the first frame has begun by then.
        let script = format!(
            "(async () => {{
                window.bench.put('log-query', {});
                do {{ await window.bench.frame(); await window.bench.frame(); await window.bench.frame(); }}
                while (window.bench.countText().includes('%'));
            }})()",
            json!(query)
        );
        self.during(&script).await
    }

    /// Memory at a small rate: a line through what is left after each collection of garbage.
    pub(crate) async fn memory(&self, options: &Options) -> Vec<Figure> {
        self.during("window.bench.toTheMiddle()").await;
        let standing = self.page.script("return window.bench.topRow()").await;
        let lines_before = self.newest().await;
        let load = Load::start(self.address, MEMORY_RATE);
        sleep(SETTLE).await;
        let begun = Instant::now();
        let mut samples = Vec::new();
        while begun.elapsed() < options.memory_seconds {
            samples.push(self.sample(begun.elapsed()).await);
            sleep(SAMPLE_EVERY).await;
        }
        samples.push(self.sample(begun.elapsed()).await);
        load.stop();
        let (row, top) = (standing[0].as_u64().expect("a row"), standing[1].as_f64().expect("its place"));
        let now = self.page.script(&format!("return window.bench.placeOf({row})")).await.as_f64();
        let came = self.newest().await - lines_before;
        let mut figures = Figure::of_memory(&samples, self.lines_now().await);
        figures.push(Figure::of_standing(came, now.map(|now| now - top)));
        figures
    }

    /// The number of the session's newest event.
    async fn newest(&self) -> u64 {
        let page = self.client.ok("log.read", json!({"limit": 1})).await;
        page["newest"].as_u64().expect("the newest event's number")
    }

    async fn sample(&self, at: Duration) -> Sample {
        self.page.tool("HeapProfiler.collectGarbage", json!({})).await;
        let heap = self.page.tool("Runtime.getHeapUsage", json!({})).await;
        let program = self.page.script("return window.bench.memoryBytes()").await;
        let nodes = self.page.script("return document.querySelectorAll('*').length").await;
        Sample {
            at,
            heap: heap["usedSize"].as_f64().expect("the heap's size"),
            program: program.as_f64().expect("the program's memory"),
            nodes: nodes.as_u64().expect("a number of elements"),
        }
    }

    /// Frames while a promise is waited for, and how long that took.
    async fn during(&self, promise: &str) -> (Frames, Duration) {
        let script = format!(
            "window.bench.took = null;
            window.bench.record();
            const begun = performance.now();
            {promise}.then(() => {{ window.bench.took = performance.now() - begun; }});"
        );
        let begun = Instant::now();
        self.page.script(&script).await;
        loop {
            sleep(Duration::from_millis(250)).await;
            if let Some(took) = self.page.script("return window.bench.took").await.as_f64() {
                return (self.stop().await, Duration::from_secs_f64(took / 1e3));
            }
            assert!(begun.elapsed() < PROMISE_DEADLINE, "{promise} takes more than {PROMISE_DEADLINE:?}");
        }
    }

    async fn stop(&self) -> Frames {
        let taken = self.page.script("return window.bench.stop()").await;
        let numbers = |name: &str| -> Vec<f64> {
            taken[name].as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
        };
        Frames { frames: numbers("frames"), gaps: numbers("gaps"), tasks: numbers("tasks") }
    }

    async fn lines_now(&self) -> u64 {
        eventually("a number of lines", async || {
            self.page.script("return window.bench.lines()").await.as_u64()
        })
        .await
    }
}
