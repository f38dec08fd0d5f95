//! The charts: what happened per second, and what the kernel said of queues and TCP.

use serde_json::{Value, json};
use sockyard_tests::page::Key;
use sockyard_tests::{Page, Screen, TestServer, eventually};

use super::{create, form};

/// What a screen reader is told of a chart; empty while it is not shown.
async fn summary(page: &Page, chart: &str) -> String {
    let script = format!(
        "const chart = document.querySelector('[data-testid=chart-{chart}]');
        return chart?.checkVisibility() ? chart.querySelector('[role=img]').ariaLabel ?? '' : ''"
    );
    page.script(&script).await.as_str().unwrap().to_owned()
}

/// Waits until a chart says something.
async fn says(page: &Page, chart: &str, part: &str) {
    eventually(format!("{part} in the chart {chart}"), async || {
        summary(page, chart).await.contains(part).then_some(())
    })
    .await;
}

/// The width of the line of a socket's colour in a chart.
async fn line_width(page: &Page, chart: &str, hue: u32) -> f64 {
    let script = format!(
        "return document.querySelector('[data-testid=chart-{chart}] .hue-{hue} .ch-line')?.getBBox().width ?? 0"
    );
    page.script(&script).await.as_f64().unwrap()
}

#[tokio::test]
async fn traffic_and_the_kernels_facts_are_drawn_and_time_stands_still_when_asked() {
    let server = TestServer::start();
    for screen in [Screen::Laptop, Screen::Phone] {
        let is_phone = matches!(screen, Screen::Phone);
        let page = Page::open_on(&server, screen).await;
        if is_phone {
            page.click("@tab-log").await;
        }
        page.click("@view-tab-charts").await;
        // There is nothing to draw yet, and the page says how to change that.
        page.one("@charts-empty").await;
        if is_phone {
            page.click("@tab-sockets").await;
        }
        page.click("@arrangement-tcp-pair").await;
        page.one("@arrangement-note").await;
        if is_phone {
            page.click("@tab-log").await;
        }
        page.none("@charts-empty").await;
        // Bytes come from the log's events, the rest from the kernel.
        says(&page, "sent", "at most").await;
        eventually("bytes in the chart of what was sent", async || {
            let said = summary(&page, "sent").await;
            (said.contains("socket 4") && said.contains("socket 5") && !said.contains("at most 0 B/s"))
                .then_some(())
        })
        .await;
        for (chart, part) in
            [("rtt", "µs"), ("send-queue", "0 B"), ("congestion-window", "KiB"), ("retransmits", "0")]
        {
            says(&page, chart, part).await;
        }
        // The listener has no bytes of its own.
        assert!(!summary(&page, "sent").await.contains("socket 3"));
        page.no_overflow().await;
        // A line goes on though nothing happens any more.
        let before = line_width(&page, "sent", 1).await;
        eventually("the line to go on", async || (line_width(&page, "sent", 1).await > before).then_some(()))
            .await;
        // The newest values stand at the lines' ends, with the sockets' numbers.
        let labels = page.script("return [...document.querySelectorAll('[data-testid=chart-sent] .ch-number')].map(label => label.textContent)").await;
        let mut labels: Vec<&str> = labels.as_array().unwrap().iter().filter_map(Value::as_str).collect();
        labels.sort_unstable();
        assert_eq!(labels, ["4", "5"]);
        page.click("@charts-pause").await;
        let still =
            "return document.querySelector('[data-testid=chart-sent] .hue-1 .ch-line').getAttribute('d')";
        page.drawn().await;
        let stood = page.script(still).await;
        // Two seconds of the session's time, as its own log tells it.
        page.script("window.begun = performance.now()").await;
        eventually("some time to pass", async || {
            page.script("return performance.now() - window.begun > 1500").await.as_bool()?.then_some(())
        })
        .await;
        assert_eq!(page.script(still).await, stood);
        page.click("@charts-pause").await;
        eventually("time to go on", async || (page.script(still).await != stood).then_some(())).await;
        page.close().await;
    }
}

#[tokio::test]
async fn keys_and_the_pointer_read_a_moment_and_sockets_are_hidden() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    page.click("@arrangement-tcp-pair").await;
    page.one("@arrangement-note").await;
    page.click("@view-tab-charts").await;
    page.choose("@charts-span", "all").await;
    page.click("@charts-pause").await;
    let told = async || page.attribute("@charts-time", "aria-valuetext").await.unwrap_or_default();
    eventually("the axis to tell its values", async || told().await.contains("socket 4").then_some(())).await;
    let newest = told().await;
    page.press("@charts-time", Key::Home).await;
    eventually("the values at the beginning", async || (told().await != newest).then_some(())).await;
    assert_eq!(page.attribute("@charts-time", "aria-valuenow").await.as_deref(), Some("0"));
    page.one("@chart-sent .ch-cursor").await;
    page.press("@charts-time", Key::Escape).await;
    page.none(".ch-cursor").await;
    // A pointer does the same.
    page.script(
        "const chart = document.querySelector('[data-testid=chart-sent] [role=img]');
        const box = chart.getBoundingClientRect();
        const event = {bubbles: true, clientX: box.left + box.width / 2, pointerType: 'mouse'};
        chart.dispatchEvent(new PointerEvent('pointermove', event))",
    )
    .await;
    page.one("@chart-events .ch-cursor").await;
    assert!(summary(&page, "sent").await.contains("socket 4"));
    page.click("@charts-socket[data-socket='4']").await;
    eventually("the chart without the hidden socket", async || {
        let said = summary(&page, "sent").await;
        (!said.contains("socket 4") && said.contains("socket 5")).then_some(())
    })
    .await;
    page.click("@charts-socket[data-socket='4']").await;
    says(&page, "sent", "socket 4").await;
    // What was chosen is there in the next visit.
    page.reload().await;
    page.connected().await;
    assert_eq!(page.attribute("@stage", "data-view").await.as_deref(), Some("charts"));
    assert_eq!(
        page.script("return document.querySelector('[data-testid=charts-span]').value").await,
        json!("all")
    );
    says(&page, "sent", "socket 4").await;
    page.close().await;
}

#[tokio::test]
async fn a_sockets_line_ends_with_it_and_another_session_begins_with_nothing() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    create(&page, "inet", "dgram", 3).await;
    page.click("@view-tab-charts").await;
    says(&page, "receive-queue", "socket 3: 0 B").await;
    // A UDP socket has no round trip time.
    page.none("@chart-rtt").await;
    form(&page, 3, "close").await;
    page.click("@call-run").await;
    page.shows("@charts-socket", "closed").await;
    page.click("@session-menu").await;
    page.click("@session-new").await;
    page.click("@confirm-yes").await;
    page.one("@charts-empty").await;
    page.close().await;
}

#[tokio::test]
async fn a_saved_log_is_drawn_from_its_events_alone() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("saved.jsonl");
    let mut log = json!({"seq": 1, "time_us": 1_700_000_000_000_000_u64, "kind": "created", "socket": 3, "family": "inet", "type": "dgram"}).to_string();
    for seq in 2..=41_u64 {
        let time_us = 1_700_000_000_000_000 + (seq - 1) * 100_000;
        log +=
            &format!("\n{{\"seq\":{seq},\"time_us\":{time_us},\"kind\":\"sent\",\"socket\":3,\"bytes\":50}}");
    }
    std::fs::write(&path, log).unwrap();
    page.put_file("@import-file", &path).await;
    page.one("@saved-bar").await;
    page.click("@view-tab-charts").await;
    page.choose("@charts-span", "120").await;
    says(&page, "sent", "at most 500 B/s").await;
    says(&page, "events", "at most 10").await;
    page.none("@chart-receive-queue").await;
    page.one(".charts-note").await;
    page.none("@charts-pause").await;
    page.close().await;
}
