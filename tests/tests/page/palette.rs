//! The command palette: everything that the page can do, found by a few letters.

use sockyard_tests::page::Key;
use sockyard_tests::{Page, Screen, TestServer, eventually};

use super::{card, create, row};

/// Opens the palette with the keys and types.
async fn find(page: &Page, typed: &str) {
    page.press_control("body", "k").await;
    page.one("@palette[open]").await;
    page.one("@palette-input").await.send_keys(typed).await.unwrap();
}

#[tokio::test]
async fn a_socket_is_made_bound_and_left_for_another_by_keyboard_alone() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    find(&page, "new udp").await;
    page.press("@palette-input", Key::Enter).await;
    page.one(&card(3, "")).await;
    page.none("@palette[open]").await;
    find(&page, "new tcp").await;
    page.press("@palette-input", Key::Enter).await;
    page.one("@call-form[data-socket='4']").await;
    find(&page, "socket 3").await;
    page.press("@palette-input", Key::Enter).await;
    page.one("@call-form[data-socket='3']").await;
    find(&page, "bind").await;
    page.press("@palette-input", Key::Enter).await;
    page.one("@call-form[data-call='bind'][data-socket='3']").await;
    eventually("the keyboard in the form", async || {
        let within = "return document.activeElement.closest('.call-form') !== null";
        (page.script(within).await == true).then_some(())
    })
    .await;
    page.close().await;
}

#[tokio::test]
async fn a_number_goes_to_that_line_and_escape_changes_nothing() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    create(&page, "inet", "dgram", 3).await;
    create(&page, "inet", "dgram", 4).await;
    page.one(&row(4, "created")).await;
    find(&page, "2").await;
    page.shows("@palette-row[data-command='go-to-line']", "line 2").await;
    page.press("@palette-input", Key::Enter).await;
    page.shows("@log-detail", "Line 2").await;
    find(&page, "999").await;
    page.shows("@palette-row[data-command='go-to-line']", "not in the log").await;
    page.press("@palette-input", Key::Escape).await;
    page.none("@palette[open]").await;
    page.shows("@log-detail", "Line 2").await;
    page.close().await;
}

#[tokio::test]
async fn on_a_phone_a_button_opens_it_and_another_language_is_found_in_english() {
    let server = TestServer::start();
    let page = Page::open_on(&server, Screen::Phone).await;
    page.choose("@language-select", "zh-Hant").await;
    page.no_overflow().await;
    page.click("@palette-open").await;
    page.one("@palette-input").await.send_keys("dark").await.unwrap();
    page.no_overflow().await;
    page.click("@palette-row[data-command='theme-dark']").await;
    page.none("@palette[open]").await;
    assert_eq!(page.script("return document.documentElement.dataset.theme").await, "dark");
    page.close().await;
}

#[tokio::test]
async fn what_fails_says_why() {
    let server = TestServer::start();
    let mut page = Page::open(&server).await;
    page.expect_errors("429");
    // As many sockets as the session may have.
    let fill = "const [session, token] = ['sockyard.session', 'sockyard.session-token'].map(key => sessionStorage[key]);
        const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` };
        const body = JSON.stringify({ family: 'inet', type: 'dgram' });
        const make = () => fetch(`/api/v1/sessions/${session}/sockets`, { method: 'POST', headers, body });
        return (async () => {
            let made = 0;
            while ((await make()).ok) made += 1;
            return made;
        })();";
    assert!(page.script(fill).await.as_u64().unwrap() > 1);
    find(&page, "new udp").await;
    page.press("@palette-input", Key::Enter).await;
    page.one("@command-error").await;
    page.close().await;
}
