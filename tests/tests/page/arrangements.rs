//! Start in one click: each arrangement runs to its end, and shows what it is there to show.

use sockyard_tests::{Page, Screen, TestServer};

use super::packets::{lab, packet};
use super::{card, row};

/// A line of the log: a socket, a kind of event, and a part of its words.
type Line = (u64, &'static str, &'static str);

/// Each arrangement, with what its log shows.
const ARRANGEMENTS: &[(&str, &[Line])] = &[
    ("udp-pair", &[(3, "received", "hello")]),
    (
        "udp-broadcast",
        &[(5, "failed", "EACCES"), (3, "received", "hello, everybody"), (4, "received", "hello, everybody")],
    ),
    ("truncation", &[(3, "received", "a message"), (3, "received", "the next message")]),
    ("encodings", &[(4, "sent", "你好"), (3, "received", "c4 e3 ba c3")]),
    ("chat", &[(3, "received", "Cho"), (4, "received", "Cho"), (5, "received", "Ben")]),
    ("tcp-pair", &[(5, "received", "hello, server"), (4, "received", "hello, client")]),
    ("tcp-echo", &[(4, "received", "is anybody there?")]),
    ("stream", &[(5, "received", "one, two"), (5, "received", "漢")]),
    ("half-close", &[(5, "peer_closed", ""), (4, "received", "an answer")]),
    ("reset", &[(5, "failed", "ECONNRESET"), (5, "failed", "EPIPE")]),
    ("backlog", &[(5, "connected", "")]),
    ("unix-pair", &[(3, "received", "hello")]),
];

async fn run_each(page: &Page, is_phone: bool) {
    for (name, events) in ARRANGEMENTS {
        page.click(&format!("@arrangement-{name}")).await;
        page.one("@arrangement-note").await;
        page.none("@arrangement-error").await;
        for (socket, kind, words) in *events {
            // The backlog's third connect is not over.
            if *name != "backlog" {
                page.shows(&row(*socket, kind), words).await;
            }
        }
        page.no_overflow().await;
        if *name == "backlog" {
            the_third_gets_in_when_one_is_accepted(page, is_phone).await;
        }
        page.click("@session-menu").await;
        page.click("@session-new").await;
        page.click("@confirm-yes").await;
        page.connected().await;
        page.none("@log-row").await;
        if is_phone {
            page.click("@tab-sockets").await;
        }
    }
}

/// On a full backlog `connect` waits until the listener has room again.
async fn the_third_gets_in_when_one_is_accepted(page: &Page, is_phone: bool) {
    page.one("@waiting-call[data-call='connect'][data-socket='6']").await;
    if is_phone {
        page.click("@tab-call").await;
    }
    page.click("@call-tab-accept").await;
    page.one("@call-form[data-call='accept'][data-socket='3']").await;
    page.click("@call-run").await;
    if is_phone {
        page.click("@tab-log").await;
    }
    page.one(&row(6, "connected")).await;
    page.none("@waiting-call").await;
}

#[tokio::test]
async fn every_arrangement_shows_on_a_laptop_what_it_is_there_to_show() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    run_each(&page, false).await;
    page.close().await;
}

#[tokio::test]
async fn every_arrangement_shows_on_a_phone_what_it_is_there_to_show() {
    let server = TestServer::start();
    let page = Page::open_on(&server, Screen::Phone).await;
    run_each(&page, true).await;
    page.close().await;
}

#[tokio::test]
async fn every_arrangement_shows_the_same_in_a_lab_and_most_go_over_its_wire() {
    let (_server, page) = lab(Screen::Laptop).await;
    run_each(&page, false).await;
    // One that holds what the next one would need.
    page.click("@arrangement-lost-syn").await;
    page.one("@held-packet").await;
    page.click("@arrangements-fold").await;
    page.click("@arrangement-tcp-pair").await;
    packet(&page, "[PSH, ACK]").await;
    page.click("@view-tab-log").await;
    page.shows(&row(6, "received"), "hello, client").await;
    page.close().await;
}

#[tokio::test]
async fn the_list_folds_away_for_the_sockets_and_opens_again() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    assert_eq!(page.count("li:not(.gone) > .arrangement").await, ARRANGEMENTS.len());
    page.click("@arrangement-udp-pair").await;
    page.one(&card(4, "")).await;
    page.none("@arrangement-udp-pair").await;
    assert_eq!(page.attribute("@arrangements-fold", "aria-expanded").await.as_deref(), Some("false"));
    page.click("@arrangements-fold").await;
    // A second one beside the first.
    page.click("@arrangement-tcp-pair").await;
    page.shows(&row(7, "received"), "hello, server").await;
    page.close().await;
}
