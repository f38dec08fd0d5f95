//! Languages, themes, and screens from a laptop's to a phone's.

use serde_json::json;
use sockyard_tests::{Page, Screen, TestServer};

use super::{card, create, row};

fn is_chinese(text: &str) -> bool {
    text.chars().any(|character| ('\u{4e00}'..='\u{9fff}').contains(&character))
}

#[tokio::test]
async fn the_page_speaks_traditional_chinese_and_remembers_it() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    let english = page.text("@new-socket-create").await;
    assert!(!is_chinese(&english), "{english}");
    create(&page, "inet", "dgram", 3).await;
    page.choose("@language-select", "zh-Hant").await;
    for part in ["@new-socket-create", "@connection-state", "@call-run", "@tab-log", &row(3, "created")] {
        let text = page.script(&format!("return {}", content(part))).await;
        assert!(is_chinese(text.as_str().unwrap()), "{part}: {text}");
    }
    assert_eq!(page.script("return document.documentElement.lang").await, "zh-Hant");
    page.reload().await;
    page.connected().await;
    assert!(is_chinese(&page.text("@new-socket-create").await));
    page.no_overflow().await;
    page.choose("@language-select", "en").await;
    assert_eq!(page.text("@new-socket-create").await, english);
    page.close().await;
}

/// A script's expression for the text of an element, shown or not.
fn content(selector: &str) -> String {
    let css = sockyard_tests::page::css(selector);
    format!("document.querySelector({}).textContent", json!(css))
}

#[tokio::test]
async fn themes_change_the_colours_at_once_and_after_a_reload() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    let background = "return getComputedStyle(document.body).backgroundColor";
    page.choose("@theme-select", "light").await;
    let light = page.script(background).await;
    page.choose("@theme-select", "dark").await;
    let dark = page.script(background).await;
    assert_ne!(light, dark);
    page.reload().await;
    page.connected().await;
    assert_eq!(page.script(background).await, dark);
    page.close().await;
}

#[tokio::test]
async fn nothing_is_wider_than_a_laptop() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    page.no_overflow().await;
    page.click("@arrangement-tcp-pair").await;
    page.shows("@log-row[data-kind='received']", "hello, client").await;
    page.no_overflow().await;
    page.click("@log-row[data-kind='received']").await;
    page.one("@log-detail").await;
    page.no_overflow().await;
    page.close().await;
}

#[tokio::test]
async fn on_a_phone_everything_is_reached_through_the_tabs() {
    let server = TestServer::start();
    let page = Page::open_on(&server, Screen::Phone).await;
    assert_eq!(page.script("return [innerWidth, innerHeight]").await, json!([390, 844]));
    page.no_overflow().await;
    page.click("@tab-sockets").await;
    page.choose("@new-socket-type", "dgram").await;
    page.click("@new-socket-create").await;
    // A new or a chosen socket leads to its calls.
    page.one("@call-form[data-socket='3']").await;
    page.click("@tab-sockets").await;
    page.no_overflow().await;
    page.click(&card(3, "@socket-select")).await;
    for call in
        ["bind", "listen", "accept", "connect", "send", "recv", "shutdown", "close", "options", "configure"]
    {
        page.click(&format!("@call-tab-{call}")).await;
        page.one(&format!("@call-form[data-call='{call}']")).await;
        page.no_overflow().await;
    }
    page.click("@call-tab-bind").await;
    page.fill("@field-address", "127.0.0.1:0").await;
    page.click("@call-run").await;
    page.click("@tab-log").await;
    page.one(&row(3, "bound")).await;
    page.none(&card(3, "")).await;
    page.no_overflow().await;
    page.click(&row(3, "bound")).await;
    page.one("@log-detail").await;
    page.no_overflow().await;
    page.click("@log-detail-close").await;
    page.choose("@language-select", "zh-Hant").await;
    for tab in ["@tab-sockets", "@tab-call", "@tab-log"] {
        page.click(tab).await;
        page.no_overflow().await;
    }
    page.close().await;
}
