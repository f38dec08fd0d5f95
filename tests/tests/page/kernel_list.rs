//! The kernel's own list of a lab's connections in the page: what no socket shows of them.

use sockyard_tests::{Page, Screen, eventually};

use super::card;
use super::packets::lab;

/// Opens the states of the packets' tab, from wherever the page is.
async fn states(page: &Page, screen: Screen) {
    if matches!(screen, Screen::Phone) {
        page.click("@tab-log").await;
    }
    page.click("@view-tab-packets").await;
    page.click("@packets-states").await;
    page.one("@kernel-list").await;
}

/// Closes a socket by its card.
async fn close(page: &Page, screen: Screen, socket: u64) {
    if matches!(screen, Screen::Phone) {
        page.click("@tab-sockets").await;
    }
    page.click(&card(socket, "@socket-close")).await;
    page.none(&card(socket, "")).await;
}

/// When a connection will be forgotten, by its line.
fn seconds(line: &str) -> f64 {
    let time = line.split_once("forgotten in ").unwrap().1;
    time.split_whitespace().next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn whoever_closes_first_is_listed_in_time_wait_without_a_socket() {
    for screen in [Screen::Laptop, Screen::Phone] {
        let (_server, page) = lab(screen).await;
        states(&page, screen).await;
        page.shows("@kernel-empty", "TIME_WAIT").await;
        if matches!(screen, Screen::Phone) {
            page.click("@tab-sockets").await;
        }
        page.click("@arrangement-handshake").await;
        page.one("@arrangement-note").await;
        states(&page, screen).await;
        page.shows("@kernel-connection[data-state='LISTEN']", "wait for accept").await;
        page.shows("@kernel-connection[data-state='ESTABLISHED']", "alice").await;
        page.shows("@kernel-connection[data-state='ESTABLISHED']", "10.0.0.2").await;
        page.none("@kernel-empty").await;
        page.no_overflow().await;
        close(&page, screen, 4).await;
        states(&page, screen).await;
        page.shows("@kernel-connection[data-state='FIN_WAIT2']", "no socket").await;
        page.shows("@kernel-connection[data-state='CLOSE_WAIT']", "bob").await;
        close(&page, screen, 5).await;
        states(&page, screen).await;
        let waits = page.shows("@kernel-connection[data-state='TIME_WAIT']", "forgotten in").await;
        assert!(waits.contains("alice") && waits.contains("no socket"), "{waits}");
        // The time runs while one looks.
        let first = seconds(&waits);
        eventually("the time to run", async || {
            let waits = page.text("@kernel-connection[data-state='TIME_WAIT']").await;
            (seconds(&waits) < first).then_some(())
        })
        .await;
        page.none("@kernel-connection[data-state='CLOSE_WAIT']").await;
        page.no_overflow().await;
        page.close().await;
    }
}

#[tokio::test]
async fn a_half_open_connection_is_listed_while_its_answer_waits_at_the_wire() {
    let (_server, page) = lab(Screen::Laptop).await;
    page.click("@view-tab-packets").await;
    page.click("@packets-network").await;
    page.choose("@hold-from", "bob").await;
    page.choose("@hold-flag", "SYN").await;
    page.click("@hold-run").await;
    page.one("@wire[data-state='holds']").await;
    page.click("@arrangement-handshake").await;
    page.click("@packets-states").await;
    let half = page.shows("@kernel-connection[data-state='SYN_RECV']", "sent again in").await;
    assert!(half.contains("bob") && half.contains("no socket"), "{half}");
    let asks = page.shows("@kernel-connection[data-state='SYN_SENT']", "sent again in").await;
    assert!(asks.contains("alice"), "{asks}");
    // Nobody acknowledges, so the kernel sends again, and says how often.
    page.shows("@kernel-connection[data-state='SYN_RECV']", "times so far").await;
    page.choose("@wire-hold", "nothing").await;
    page.one("@kernel-connection[data-state='ESTABLISHED']").await;
    page.none("@kernel-connection[data-state='SYN_RECV']").await;
    page.close().await;
}

#[tokio::test]
async fn the_kernel_is_asked_only_while_the_list_is_looked_at() {
    let (_server, page) = lab(Screen::Laptop).await;
    // Every message that the page sends, as the browser hands it on.
    page.script(
        "window.asked = 0;
        const send = WebSocket.prototype.send;
        WebSocket.prototype.send = function (message) {
            if (String(message).includes('host.connections')) window.asked += 1;
            return send.call(this, message);
        };",
    )
    .await;
    let asked = async || page.script("return window.asked").await.as_u64().unwrap();
    let some_time = async || {
        page.script("return new Promise(resolve => setTimeout(resolve, 2500))").await;
    };
    page.click("@view-tab-packets").await;
    page.click("@packets-list").await;
    some_time().await;
    assert_eq!(asked().await, 0);
    page.click("@packets-states").await;
    page.one("@kernel-empty").await;
    some_time().await;
    let while_shown = asked().await;
    assert!((2..=5).contains(&while_shown), "{while_shown}");
    // Behind another tab of the browser nobody looks.
    page.script(
        "Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
        document.dispatchEvent(new Event('visibilitychange'))",
    )
    .await;
    some_time().await;
    let hidden = asked().await;
    assert!(hidden <= while_shown + 1, "{hidden} after {while_shown}");
    some_time().await;
    assert_eq!(asked().await, hidden);
    page.close().await;
}
