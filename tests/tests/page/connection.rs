//! The page and its session: access, reloads, a server that goes away and comes back.

use sockyard_tests::page::Key;
use sockyard_tests::{Page, Screen, TestServer, sockets};

use super::{bind, card, create, form, local, row, run};

#[tokio::test]
async fn the_printed_address_opens_a_session_and_the_token_leaves_the_address_bar() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    assert!(page.text("@network-chip").await.contains("127.0.0.1"));
    assert!(page.text("@session-id").await.starts_with("s_"));
    let address = page.script("return location.href").await;
    assert!(!address.as_str().unwrap().contains(server.token.as_deref().unwrap()), "{address}");
    page.close().await;
}

#[tokio::test]
async fn without_the_token_the_page_asks_for_it() {
    let server = TestServer::start();
    let mut page = Page::start(Screen::Laptop).await;
    // The browser writes a line for each refused connection.
    page.expect_errors("/api/v1/ws");
    page.expect_errors("401");
    page.go_to(&format!("http://{}/", server.authority())).await;
    page.one("@connection-state[data-state='refused']").await;
    page.fill("@token-input", "wrong").await;
    page.click("@token-submit").await;
    page.one("@token-input").await;
    page.fill("@token-input", server.token.as_deref().unwrap()).await;
    page.click("@token-submit").await;
    page.connected().await;
    page.none("@connection-bar").await;
    page.close().await;
}

#[tokio::test]
async fn an_open_server_is_used_without_a_token() {
    let server = TestServer::start_with(&["--access", "open", "--open-host-network"]);
    let page = Page::open(&server).await;
    create(&page, "inet6", "dgram", 3).await;
    page.close().await;
}

#[tokio::test]
async fn after_a_reload_everything_is_still_there() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    create(&page, "inet", "dgram", 3).await;
    let address = bind(&page, 3).await;
    create(&page, "inet", "stream", 4).await;
    page.click(&card(4, "@socket-close")).await;
    page.none(&card(4, "")).await;
    let session = page.text("@session-id").await;
    page.reload().await;
    page.connected().await;
    assert_eq!(page.text("@session-id").await, session);
    assert_eq!(local(&page, 3).await, address);
    page.one(&row(3, "bound")).await;
    page.one(&row(4, "closed")).await;
    let (outside, _) = sockets::udp().await;
    outside.send_to(b"still there?", &address).await.unwrap();
    run(&page, 3, "recv").await;
    page.shows("@result-text", "still there?").await;
    page.close().await;
}

#[tokio::test]
async fn a_server_that_ends_is_missed_and_found_again() {
    let mut server = TestServer::start();
    let mut page = Page::open(&server).await;
    page.expect_errors("WebSocket connection");
    page.expect_errors("net::ERR_");
    page.expect_errors("/api/v1/ws");
    create(&page, "inet", "dgram", 3).await;
    form(&page, 3, "send").await;
    page.fill("@field-data", "half a sentence").await;
    server.terminate();
    page.one("@connection-bar").await;
    page.one("@connection-state[data-state='lost']").await;
    server.exit().await;
    let again = TestServer::start_again(&server);
    // The session went with its server; the page finds that out by itself, or at once when asked.
    page.one("@connection-new-session").await;
    page.click("@connection-new-session").await;
    page.connected().await;
    page.none("@connection-bar").await;
    page.none("@socket-card").await;
    create(&page, "inet", "dgram", 3).await;
    // What was typed and never sent went with its socket, and is not lost.
    form(&page, 3, "send").await;
    page.press("@field-data", Key::Up).await;
    let typed = "return document.querySelector('[data-testid=field-data]').value";
    assert_eq!(page.script(typed).await, "half a sentence");
    page.close().await;
    drop(again);
}

#[tokio::test]
async fn a_server_that_is_full_says_so() {
    let server = TestServer::start_with(&["--max-sessions", "1"]);
    let first = Page::open(&server).await;
    let mut second = Page::start(Screen::Phone).await;
    second.expect_errors("/api/v1/ws");
    second.expect_errors("429");
    second.go_to(&server.url()).await;
    second.one("@connection-state[data-state='refused']").await;
    second.shows("@connection-bar", "as many sessions").await;
    second.no_overflow().await;
    // As soon as there is room a click gets in.
    first.click("@session-menu").await;
    first.click("@session-close").await;
    first.click("@confirm-yes").await;
    first.one("@connection-state[data-state='refused']").await;
    second.click("@connection-retry").await;
    second.connected().await;
    second.close().await;
    first.close().await;
}

#[tokio::test]
async fn a_session_can_be_closed_and_a_new_one_begun() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    create(&page, "inet", "stream", 3).await;
    let before = page.text("@session-id").await;
    page.click("@session-menu").await;
    page.click("@session-close").await;
    // It cannot be taken back, so it asks, and may be thought better of.
    page.click("@confirm-no").await;
    page.one(&card(3, "")).await;
    page.click("@session-menu").await;
    page.click("@session-close").await;
    page.click("@confirm-yes").await;
    page.click("@connection-new-session").await;
    page.connected().await;
    page.none("@socket-card").await;
    assert_ne!(page.text("@session-id").await, before);
    create(&page, "inet", "stream", 3).await;
    page.close().await;
}
