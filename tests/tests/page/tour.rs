//! The first visit's tour, and taking back what was closed.

use sockyard_tests::page::Key;
use sockyard_tests::{Page, Screen, TestServer};

use super::{bind, create, row};

/// The page as somebody finds it who was never here.
async fn first_visit(server: &TestServer, screen: Screen) -> Page {
    let page = Page::start(screen).await;
    page.as_a_person().await;
    page.go_to(&server.url()).await;
    page.connected().await;
    page
}

#[tokio::test]
async fn the_tour_begins_by_itself_follows_what_is_done_and_never_comes_back() {
    let server = TestServer::start();
    let page = first_visit(&server, Screen::Laptop).await;
    page.one("@tour[data-step='make']").await;
    page.no_overflow().await;
    // What it points at stays usable, and doing it leads on.
    create(&page, "inet", "dgram", 3).await;
    page.one("@tour[data-step='bind']").await;
    bind(&page, 3).await;
    page.one("@tour[data-step='send']").await;
    page.click("@tour-next").await;
    page.one("@tour[data-step='see']").await;
    page.click("@tour-back").await;
    page.one("@tour[data-step='send']").await;
    page.press("@tour", Key::Escape).await;
    page.none("@tour").await;
    page.reload().await;
    page.connected().await;
    page.click("@session-menu").await;
    page.click("@session-new").await;
    page.click("@confirm-yes").await;
    page.none("@socket-card").await;
    page.none("@tour").await;
    // Whoever wants it finds it.
    page.press_control("body", "k").await;
    page.one("@palette-input").await.send_keys("tour").await.unwrap();
    page.press("@palette-input", Key::Enter).await;
    page.one("@tour[data-step='make']").await;
    page.close().await;
}

#[tokio::test]
async fn on_a_phone_each_step_shows_its_part() {
    let server = TestServer::start();
    let page = first_visit(&server, Screen::Phone).await;
    page.choose("@language-select", "zh-Hans").await;
    for step in ["make", "bind", "send", "see", "more"] {
        page.one(&format!("@tour[data-step='{step}']")).await;
        page.no_overflow().await;
        let inside = "const box = document.querySelector('[data-testid=tour]').getBoundingClientRect();
            return box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight;";
        sockyard_tests::eventually("the words on the screen", async || {
            (page.script(inside).await == true).then_some(())
        })
        .await;
        page.click("@tour-next").await;
    }
    page.none("@tour").await;
    page.close().await;
}

#[tokio::test]
async fn a_browser_that_a_program_drives_is_not_shown_around() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    create(&page, "inet", "dgram", 3).await;
    page.none("@tour").await;
    page.close().await;
}

#[tokio::test]
async fn what_was_closed_comes_back() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    page.click("@arrangement-udp-pair").await;
    page.one("@arrangement-note").await;
    page.click("@arrangement-note button").await;
    page.none("@arrangement-note").await;
    page.click("@undo").await;
    page.one("@arrangement-note").await;
    page.none("@undo-toast").await;
    page.click(&row(4, "sent")).await;
    page.click("@log-detail-close").await;
    page.none("@log-detail").await;
    page.click("@undo").await;
    page.shows("@log-detail", "sent").await;
    page.close().await;
}
