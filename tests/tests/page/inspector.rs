//! The inspector: a line's bytes, its call, what the kernel knew, for every kind of event.

use serde_json::json;
use sockyard_tests::page::Key;
use sockyard_tests::{Page, Screen, TestServer};

use super::{bind, card, create, form, row, run};

/// The rows of a kind are found by their words: the newest may not be the first.
async fn choose(page: &Page, selector: &str, words: &str) {
    page.shows(selector, words).await;
    let css = sockyard_tests::page::css(selector);
    let click = format!(
        "[...document.querySelectorAll({})].find(row => row.textContent.includes({})).click()",
        json!(css),
        json!(words)
    );
    page.script(&click).await;
    page.one("@log-detail").await;
}

#[tokio::test]
async fn a_character_cut_by_two_recvs_is_shown_as_such_and_leads_to_its_other_bytes() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    page.click("@arrangement-stream").await;
    page.one("@arrangement-note").await;
    choose(&page, &row(5, "received"), "漢").await;
    page.shows("@log-detail-cut", "the first 2 of the 3 bytes of 字").await;
    let title = page.text("@log-detail h2").await;
    page.click("@log-detail-cut button").await;
    page.shows("@log-detail-cut", "the last 1 of the 3 bytes of 字").await;
    assert_ne!(page.text("@log-detail h2").await, title);
    page.click("@log-detail-cut button").await;
    page.shows("@log-detail h2", &title).await;
    // What was sent in one piece is not cut.
    choose(&page, &row(4, "sent"), "漢字").await;
    page.none("@log-detail-cut").await;
    page.close().await;
}

#[tokio::test]
async fn bytes_of_an_unknown_encoding_are_read_in_the_likeliest_one() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    page.click("@arrangement-encodings").await;
    page.one("@arrangement-note").await;
    choose(&page, &row(3, "received"), "c4 e3 ba c3").await;
    page.shows("@log-detail-decoded", "你好").await;
    let first = page.attribute("li:first-child > @log-detail-guess", "data-encoding").await;
    assert_eq!(first.as_deref(), Some("gbk"));
    page.none("@log-detail-guess[data-encoding='utf-8']").await;
    page.click("@log-detail-guess[data-encoding='windows-1252']").await;
    page.shows("@log-detail-decoded", "ÄãºÃ").await;
    page.click("@log-detail-guess[data-encoding='gbk']").await;
    page.shows("@log-detail-decoded", "你好").await;
    page.close().await;
}

#[tokio::test]
async fn arrow_keys_go_from_character_to_character_and_mark_it_everywhere() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    page.click("@arrangement-encodings").await;
    page.one("@arrangement-note").await;
    choose(&page, &row(4, "sent"), "你好").await;
    page.press("@log-detail-hex", Key::Home).await;
    page.shows("@log-detail-byte", "0–2").await;
    page.shows("@log-detail-byte", "U+4F60").await;
    page.press("@log-detail-hex", Key::Right).await;
    page.shows("@log-detail-byte", "3–5").await;
    page.shows("@log-detail-byte", "好 · U+597D").await;
    let marked = "return [...document.querySelectorAll('.marked')].map(each => each.textContent).join(' ')";
    assert_eq!(page.script(marked).await, "好 e5 a5 bd 好 好");
    page.press("@log-detail-hex", Key::Right).await;
    page.shows("@log-detail-byte", "3–5").await;
    page.close().await;
}

#[tokio::test]
async fn every_kind_of_event_tells_its_call_and_its_pages_of_the_manual() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    page.click("@arrangement-reset").await;
    page.one("@arrangement-note").await;
    choose(&page, &row(5, "failed"), "ECONNRESET").await;
    page.shows("@log-detail-manual", "recv(2), errno(3), tcp(7)").await;
    page.one("@log-detail-error[data-errno='ECONNRESET']").await;
    choose(&page, &row(4, "closed"), "").await;
    page.shows("@log-detail-call", "close() linger_s 0").await;
    choose(&page, &row(3, "accepted"), "").await;
    page.shows("@log-detail-call", "accept()").await;
    page.shows("@log-detail-kernel", "LISTEN").await;
    choose(&page, &row(3, "listening"), "").await;
    page.shows("@log-detail-call", "listen() backlog 128").await;
    choose(&page, &row(4, "connected"), "").await;
    page.shows("@log-detail-call", "connect() address 127.0.0.1:").await;
    // The first line of all, which may have left the view.
    page.press(".log-rows", Key::Home).await;
    page.shows("@log-detail-call", "socket() family inet type stream").await;
    page.close().await;
}

#[tokio::test]
async fn sixty_four_kibibytes_are_turned_over_leaf_by_leaf() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    create(&page, "unix", "stream", 3).await;
    page.click("@socket-close").await;
    page.none(&card(3, "")).await;
    create(&page, "inet", "dgram", 4).await;
    let address = bind(&page, 4).await;
    form(&page, 4, "send").await;
    page.fill("@field-to", &address).await;
    page.choose("@field-data-form", "zeros").await;
    page.fill("@field-data", "65000").await;
    page.click("@call-run").await;
    run(&page, 4, "recv").await;
    page.one(&row(4, "received")).await;
    page.click(&row(4, "sent")).await;
    page.one("@log-detail-leaf-next").await;
    let drawn = "const start = performance.now();
        document.querySelector('[data-testid=log-detail-leaf-next]').click();
        return [performance.now() - start, document.querySelectorAll('.detail .dump-byte').length];";
    let drawn = page.script(drawn).await;
    assert!(drawn[0].as_f64().unwrap() < 2000.0, "a leaf took {} ms", drawn[0]);
    page.shows("@log-detail-hex", "0400").await;
    assert_eq!(page.count(".detail .dump-byte").await, 1024);
    page.none(".dump-offset:empty").await;
    page.close().await;
}

#[tokio::test]
async fn the_inspector_fits_a_phone() {
    let server = TestServer::start();
    let page = Page::open_on(&server, Screen::Phone).await;
    page.click("@arrangement-encodings").await;
    page.one("@arrangement-note").await;
    choose(&page, &row(3, "received"), "c4 e3 ba c3").await;
    page.shows("@log-detail-decoded", "你好").await;
    page.no_overflow().await;
    let wide = "const dump = document.querySelector('.detail .dump');
        return dump.scrollWidth - dump.clientWidth;";
    assert_eq!(page.script(wide).await, 0, "the dump scrolls sideways");
    page.close().await;
}
