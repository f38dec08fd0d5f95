//! Sharing a session: the dialog, the page that looks with a link, and what becomes of it when the link is revoked.

use sockyard_tests::{Page, Screen, TestServer, eventually};

use super::{bind, card, create, row};

/// Opens the dialog and makes a link, which is returned.
async fn share(page: &Page, label: &str) -> String {
    page.click("@session-menu").await;
    page.click("@session-share").await;
    page.fill("@share-label", label).await;
    page.click("@share-make").await;
    page.shows("@share-item", label).await;
    link(page).await
}

/// The newest link in the dialog.
async fn link(page: &Page) -> String {
    page.one("@share-link").await;
    let value = page.script("return document.querySelector('[data-testid=share-link]').value").await;
    value.as_str().unwrap().to_owned()
}

/// Opens a link in a browser that knows nothing of the session.
async fn look(link: &str, screen: Screen) -> Page {
    let viewer = Page::start(screen).await;
    viewer.go_to(link).await;
    viewer.connected().await;
    viewer
}

#[tokio::test]
async fn a_link_shows_the_session_live_and_lets_nobody_change_it() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    create(&page, "inet", "dgram", 3).await;
    let link = share(&page, "the class").await;
    assert!(!link.contains(server.token.as_deref().unwrap()), "{link}");
    page.one("@share-local").await;
    page.no_overflow().await;
    let viewer = look(&link, Screen::Laptop).await;
    viewer.shows("@shared-badge", "Read only").await;
    // The address bar keeps no token.
    let address = viewer.script("return location.href").await;
    assert!(!address.as_str().unwrap().contains('#'), "{address}");
    viewer.one(&card(3, "")).await;
    viewer.one("@no-calls").await;
    for call in ["@new-socket-create", "@socket-close", "@socket-menu", "@session-calls", "@call-form"] {
        viewer.none(call).await;
    }
    viewer.click("@session-menu").await;
    viewer.one("@export-csv").await;
    for way in ["@session-share", "@session-new", "@session-close"] {
        viewer.none(way).await;
    }
    viewer.click("@session-menu").await;
    viewer.click("@log-menu").await;
    viewer.one("@log-find-open").await;
    viewer.none("@log-note-open").await;
    viewer.click("@log-menu").await;
    // Who shared it sees that somebody looks.
    page.one("@share-looking[data-looking='1']").await;
    page.click("@share-close").await;
    page.none("@share").await;
    // What is done from now on shows there as well.
    let address = bind(&page, 3).await;
    viewer.one(&row(3, "bound")).await;
    viewer.shows(&card(3, "@socket-local"), &address).await;
    // A reload goes on looking.
    viewer.reload().await;
    viewer.connected().await;
    viewer.one("@shared-badge").await;
    viewer.one(&row(3, "bound")).await;
    viewer.close().await;
    page.close().await;
}

#[tokio::test]
async fn a_revoked_link_says_so_at_once_and_to_whoever_opens_it_later() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    create(&page, "inet", "stream", 3).await;
    let link = share(&page, "for today").await;
    let mut viewer = look(&link, Screen::Phone).await;
    // The browser writes a line for each refused connection.
    viewer.expect_errors("/api/v1/ws");
    viewer.expect_errors("404");
    viewer.expect_errors("401");
    viewer.one("@shared-badge").await;
    viewer.no_overflow().await;
    page.click("@share-revoke").await;
    page.none("@share-item").await;
    viewer.shows("@connection-bar", "taken back").await;
    viewer.none("@shared-bar").await;
    viewer.no_overflow().await;
    // What was seen stays.
    viewer.click("@tab-log").await;
    viewer.one(&row(3, "created")).await;
    viewer.reload().await;
    viewer.shows("@connection-bar", "leads to no session").await;
    // This browser has no token for a session of its own, and says what is missing.
    viewer.click("@shared-leave").await;
    viewer.one("@token-input").await;
    viewer.none(&row(3, "created")).await;
    viewer.close().await;
    page.close().await;
}

#[tokio::test]
async fn a_tab_with_a_session_of_its_own_looks_at_another_and_comes_back() {
    let server = TestServer::start();
    let owner = Page::open(&server).await;
    create(&owner, "inet6", "dgram", 3).await;
    let link = share(&owner, "a look").await;
    // In the tab of the session itself the link gives nothing that it has not.
    owner.click("@share-close").await;
    owner.go_to(&link).await;
    owner.connected().await;
    eventually("the address bar without the link", async || {
        let address = owner.script("return location.href").await;
        (!address.as_str()?.contains('#')).then_some(())
    })
    .await;
    owner.none("@shared-bar").await;
    owner.one("@new-socket-create").await;
    let other = Page::open(&server).await;
    create(&other, "inet", "stream", 3).await;
    let session = other.text("@session-id").await;
    other.go_to(&link).await;
    other.one("@shared-badge").await;
    other.shows(&card(3, ""), "UDP").await;
    other.click("@shared-leave").await;
    other.connected().await;
    other.none("@shared-bar").await;
    other.shows(&card(3, ""), "TCP").await;
    assert_eq!(other.text("@session-id").await, session);
    create(&other, "inet", "stream", 4).await;
    other.close().await;
    owner.close().await;
}

#[tokio::test]
async fn axe_finds_nothing_in_the_dialog_and_a_quota_is_explained() {
    let server = TestServer::start();
    let page = Page::open_on(&server, Screen::Phone).await;
    page.reduce_motion().await;
    share(&page, "one").await;
    page.drawn().await;
    let found = page.axe().await;
    assert!(found.is_empty(), "{found:#?}");
    page.no_overflow().await;
    for made in 2..=16 {
        page.click("@share-make").await;
        eventually(format!("{made} links"), async || (page.count("@share-item").await == made).then_some(()))
            .await;
    }
    page.click("@share-make").await;
    page.shows("@share-error", "shares").await;
    page.close().await;
}
