//! The session as a program, beside its log.

use sockyard_tests::{Page, Screen, TestServer, eventually};

use super::{create, form, row};

#[tokio::test]
async fn the_program_grows_with_the_session_and_keeps_its_place_and_language() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    create(&page, "inet", "dgram", 3).await;
    page.click("@view-tab-code").await;
    page.shows("@code-view", "create(socket.AF_INET, socket.SOCK_DGRAM)").await;
    form(&page, 3, "bind").await;
    page.fill("@field-address", "127.0.0.1:0").await;
    page.click("@call-run").await;
    page.shows("@code-view", "bind(socket_3, (\"127.0.0.1\", 0))").await;
    for (language, part) in [
        ("c", "bind_to(socket_3, inet(\"127.0.0.1\", 0));"),
        ("rust", "let socket_3 = create(AF_INET, SOCK_DGRAM);"),
        ("node", "const socket_3 = create('inet', 'dgram');"),
    ] {
        page.choose("@code-language", language).await;
        page.shows("@code-view", part).await;
        page.no_overflow().await;
    }
    // A place that the reader chose stays, though the program grows.
    page.script("document.querySelector('[data-testid=code-view]').scrollTop = 400").await;
    create(&page, "inet", "stream", 4).await;
    let grown = "return document.querySelector('[data-testid=code-view]').scrollHeight";
    let before = page.script(grown).await.as_u64().unwrap();
    create(&page, "inet", "stream", 5).await;
    eventually("a longer program", async || (page.script(grown).await.as_u64()? > before).then_some(()))
        .await;
    assert_eq!(page.script("return document.querySelector('[data-testid=code-view]').scrollTop").await, 400);
    page.reload().await;
    page.connected().await;
    page.shows("@code-view", "const socket_3").await;
    page.close().await;
}

#[tokio::test]
async fn a_line_of_the_log_leads_to_its_code_and_code_to_its_line() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    page.click("@arrangement-udp-pair").await;
    page.click(&row(4, "sent")).await;
    page.click("@log-detail-code").await;
    page.shows("@code-line.chosen", "send_datagram(socket_4, b\"hello\"").await;
    // Line 1 of the log made socket 3.
    page.click("@code-line[data-seq='1']").await;
    page.shows("@log-detail", "Line 1").await;
    page.shows("@code-line.chosen", "socket_3 = create(").await;
    page.close().await;
}

#[tokio::test]
async fn a_long_program_is_drawn_in_part_and_read_on_a_phone() {
    let server = TestServer::start();
    let page = Page::open_on(&server, Screen::Phone).await;
    page.choose("@new-socket-type", "dgram").await;
    page.click("@new-socket-create").await;
    page.click("@call-tab-bind").await;
    page.fill("@field-address", "127.0.0.1:0").await;
    page.click("@call-run").await;
    page.click("@tab-log").await;
    page.click("@view-tab-code").await;
    page.shows("@code-view", "bind(socket_3").await;
    page.no_overflow().await;
    let drawn = page.count("@code-line").await;
    let lines: usize = page.text("@code-lines").await.split(' ').next().unwrap().parse().unwrap();
    assert!(drawn < lines, "{drawn} of {lines}");
    // All of it is reached by scrolling.
    page.script("document.querySelector('[data-testid=code-view]').scrollTop = 0").await;
    page.shows("@code-view", "#!/usr/bin/env python3").await;
    page.close().await;
}
