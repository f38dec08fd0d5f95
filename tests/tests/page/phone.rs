//! Each view on a phone, with a finger: what is tapped is there, large enough and not covered, and what is long scrolls.

use serde_json::json;
use sockyard_tests::{Page, Screen, TestServer, eventually};

use super::{card, row};

/// The least width and height of what a finger taps, in pixels (WCAG 2.2, target size).
const TARGET: u32 = 24;

/// A phone with a conversation in it, and the views in front.
async fn phone(server: &TestServer, arrangement: &str) -> Page {
    let page = Page::open_on(server, Screen::Phone).await;
    page.tap(&format!("@arrangement-{arrangement}")).await;
    page.one("@arrangement-note").await;
    page.tap("@tab-log").await;
    page
}

/// Nothing of what is shown is too wide, cut off, covered, or too small for a finger.
async fn fits(page: &Page, what: &str) {
    page.drawn().await;
    page.no_overflow().await;
    let found = page.review().await;
    assert!(found.is_empty(), "{what}: {found:#?}");
    let script = format!(
        "return [...document.querySelectorAll('button, select, input, summary, a[href]')].filter(control => {{
            const whole = control.closest('label') ?? control;
            const box = whole.getBoundingClientRect();
            if (!control.checkVisibility({{visibilityProperty: true}}) || box.width < 2 || control.closest('.visually-hidden')) return false;
            return box.width < {TARGET} || box.height < {TARGET};
        }}).map(control => control.outerHTML.slice(0, 140))"
    );
    assert_eq!(page.script(&script).await, json!([]), "{what}: too small for a finger");
}

/// How far an element is scrolled.
async fn scrolled(page: &Page, selector: &str) -> f64 {
    let script =
        format!("return document.querySelector({}).scrollTop", json!(sockyard_tests::page::css(selector)));
    page.script(&script).await.as_f64().unwrap()
}

/// A finger moves what is too long.
async fn scrolls(page: &Page, selector: &str) {
    let before = scrolled(page, selector).await;
    page.swipe_up(selector, 150).await;
    eventually(format!("{selector} to scroll"), async || {
        (scrolled(page, selector).await > before).then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_log_is_filtered_and_a_line_opened_and_left_again() {
    let server = TestServer::start();
    let page = phone(&server, "tcp-pair").await;
    page.tap("@view-tab-log").await;
    fits(&page, "the log").await;
    page.fill("@log-query", "kind:received").await;
    page.none(&row(3, "created")).await;
    fits(&page, "the filtered log").await;
    page.tap(&row(4, "received")).await;
    page.shows("@log-detail", "hello, client").await;
    fits(&page, "the inspector").await;
    page.tap("@log-detail-close").await;
    page.one("@log-query").await;
    page.tap("@log-menu").await;
    page.one("@log-find-open").await;
    page.no_overflow().await;
    page.tap("@log-find-open").await;
    page.fill("@log-find", "client").await;
    page.shows("@log-found", "1").await;
    fits(&page, "finding").await;
    page.tap("@log-line-close").await;
    page.tap("@log-follow").await;
    page.one("@log-follow[aria-pressed='false']").await;
    page.close().await;
}

#[tokio::test]
async fn the_sequence_scrolls_zooms_and_opens_a_step() {
    let server = TestServer::start();
    let page = phone(&server, "tcp-pair").await;
    page.tap("@view-tab-sequence").await;
    page.one("@sequence-step[data-seq='9']").await;
    fits(&page, "the sequence").await;
    // As much as the browser's own bars leave: the steps need more.
    page.resize(390, 664, true).await;
    // Following, the view would go to its end again after the window has changed.
    page.drawn().await;
    eventually("the sequence to stand still", async || {
        if page.count("@sequence-follow[aria-pressed='false']").await > 0 {
            return Some(());
        }
        page.tap("@sequence-follow").await;
        page.drawn().await;
        None
    })
    .await;
    page.script("document.querySelector('[data-testid=sequence]').scrollTop = 0").await;
    scrolls(&page, "@sequence").await;
    page.tap("@sequence-zoom-out").await;
    page.tap("@sequence-fit").await;
    page.tap("@sequence-folds").await;
    fits(&page, "the whole sequence").await;
    page.script("document.querySelector('[data-testid=sequence]').scrollTop = 1e6").await;
    page.tap("@sequence-step[data-seq='9'] .sq-row").await;
    page.shows("@log-detail", "Line 9").await;
    fits(&page, "the inspector over the sequence").await;
    page.tap("@log-detail-close").await;
    page.one("@sequence").await;
    page.close().await;
}

#[tokio::test]
async fn the_code_scrolls_and_leads_to_its_line() {
    let server = TestServer::start();
    let page = phone(&server, "tcp-pair").await;
    page.tap("@view-tab-code").await;
    page.one("@code-line[data-seq]").await;
    fits(&page, "the code").await;
    page.choose("@code-language", "node").await;
    page.shows("@code-view", "const socket_3").await;
    fits(&page, "the code for Node").await;
    scrolls(&page, "@code-view").await;
    page.script("document.querySelector('[data-testid=code-view]').scrollTop = 1e6").await;
    page.tap("@code-line[data-seq] .code-at").await;
    page.shows("@log-detail", "Line").await;
    page.tap("@log-detail-close").await;
    page.one("@code-view").await;
    page.close().await;
}

#[tokio::test]
async fn the_charts_scroll_stand_still_and_are_read_at_a_moment() {
    let server = TestServer::start();
    let page = phone(&server, "tcp-pair").await;
    page.tap("@view-tab-charts").await;
    page.one("@chart-rtt").await;
    fits(&page, "the charts").await;
    page.choose("@charts-span", "all").await;
    page.tap("@charts-pause").await;
    page.tap("@chart-sent [role=img]").await;
    // It stays when the finger is lifted.
    page.one("@chart-sent .ch-cursor").await;
    page.drawn().await;
    page.one("@chart-sent .ch-cursor").await;
    page.tap("@charts-socket[data-socket='4']").await;
    page.one("@charts-socket[data-socket='4'][aria-pressed='false']").await;
    page.tap("@charts-socket[data-socket='4']").await;
    scrolls(&page, "@charts").await;
    fits(&page, "the charts' end").await;
    page.close().await;
}

#[tokio::test]
async fn the_inspector_is_walked_through_byte_by_byte() {
    let server = TestServer::start();
    let page = phone(&server, "stream").await;
    page.tap(&row(4, "sent")).await;
    page.one("@log-detail").await;
    let title = page.text("@log-detail h2").await;
    page.tap("@log-detail-next").await;
    eventually("the next line", async || (page.text("@log-detail h2").await != title).then_some(())).await;
    page.tap("@log-detail-previous").await;
    page.shows("@log-detail h2", &title).await;
    page.tap("@log-detail-hex [data-from]").await;
    page.one("@log-detail-byte").await;
    page.choose("@log-detail-encoding", "gbk").await;
    fits(&page, "the inspector").await;
    page.choose("@language-select", "zh-Hant").await;
    fits(&page, "the inspector in Chinese").await;
    page.tap("@log-detail-code").await;
    page.one("@code-view").await;
    page.tap("@tab-sockets").await;
    page.tap(&card(4, "@socket-select")).await;
    page.one("@call-form").await;
    fits(&page, "the calls").await;
    page.close().await;
}
