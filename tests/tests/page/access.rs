//! For everybody: what axe-core finds, the keyboard alone, a narrow window and a large zoom.

use sockyard_tests::page::Key;
use sockyard_tests::{Page, Screen, TestServer};

use super::row;

const THEMES: [&str; 2] = ["light", "dark"];
/// The views below the calls.
const VIEWS: [&str; 4] = ["log", "sequence", "code", "charts"];

/// Nothing is found as the page stands, in either theme.
async fn axe_finds_nothing(page: &Page, what: &str) {
    for theme in THEMES {
        let script = format!(
            "const select = document.querySelector('[data-testid=theme-select]');
            select.value = '{theme}';
            select.dispatchEvent(new Event('change', {{bubbles: true}}));"
        );
        page.script(&script).await;
        page.drawn().await;
        let found = page.axe().await;
        assert!(found.is_empty(), "{what}, {theme}: {found:#?}");
    }
}

/// Opens one part after the other and looks at each.
async fn axe_finds_nothing_anywhere(page: &Page, is_phone: bool) {
    page.reduce_motion().await;
    axe_finds_nothing(page, "a new session").await;
    page.click("@arrangement-stream").await;
    page.one("@arrangement-note").await;
    let views = page.count("[role=tab]").await;
    for view in 0..views {
        page.script(&format!("document.querySelectorAll('[role=tab]')[{view}].click()")).await;
        axe_finds_nothing(page, &format!("view {view}")).await;
    }
    page.script("document.querySelector('[data-testid=view-tab-log]').click()").await;
    page.shows(&row(5, "received"), "one, two").await;
    page.click(&row(5, "received")).await;
    page.one("@log-detail").await;
    axe_finds_nothing(page, "the inspector").await;
    page.click("@log-detail-close").await;
    if is_phone {
        page.click("@tab-call").await;
    }
    for call in ["bind", "connect", "send", "recv", "shutdown", "close", "options", "configure"] {
        page.click(&format!("@call-tab-{call}")).await;
        page.one(&format!("@call-form[data-call='{call}']")).await;
        axe_finds_nothing(page, call).await;
    }
    page.click("@session-menu").await;
    axe_finds_nothing(page, "the session's menu").await;
    page.press("@session-menu", Key::Escape).await;
    page.script("document.querySelector('[data-testid=help-open]').click()").await;
    page.one("@help").await;
    axe_finds_nothing(page, "the sheet of keys").await;
    page.click("@help-close").await;
}

#[tokio::test]
async fn axe_finds_nothing_on_a_laptop() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    axe_finds_nothing_anywhere(&page, false).await;
    page.close().await;
}

#[tokio::test]
async fn axe_finds_nothing_on_a_phone() {
    let server = TestServer::start();
    let page = Page::open_on(&server, Screen::Phone).await;
    axe_finds_nothing_anywhere(&page, true).await;
    page.close().await;
}

#[tokio::test]
async fn a_question_mark_opens_the_sheet_of_keys_and_is_a_character_where_one_types() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    page.fill("@log-query", "?").await;
    page.none("@help").await;
    page.fill("@log-query", "").await;
    page.click("@arrangement-udp-pair").await;
    page.one("@arrangement-note").await;
    let rows = page.one(".log-rows").await;
    rows.send_keys("?").await.unwrap();
    page.shows("@help", "PageUp").await;
    page.press("@help-close", Key::Escape).await;
    page.none("@help").await;
    // The keyboard's place is where it was.
    assert_eq!(page.script("return document.activeElement.className").await, "log-rows");
    page.close().await;
}

#[tokio::test]
async fn the_page_fits_360_pixels_and_a_zoom_of_two_hundred_percent() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    page.click("@arrangement-stream").await;
    page.one("@arrangement-note").await;
    // A laptop's window at 200 % has half as many pixels of the style sheet.
    for (width, height) in [(360, 640), (720, 450), (640, 400)] {
        page.resize(width, height, width == 360).await;
        for language in ["en", "zh-Hant", "zh-Hans"] {
            page.script(&format!(
                "const select = document.querySelector('[data-testid=language-select]');
                select.value = '{language}';
                select.dispatchEvent(new Event('change', {{bubbles: true}}));"
            ))
            .await;
            for view in VIEWS {
                page.script(&format!("document.querySelector('[data-testid=tab-log]').click(); document.querySelector('[data-testid=view-tab-{view}]').click()")).await;
                page.drawn().await;
                page.no_overflow().await;
                let found = page.review().await;
                assert!(found.is_empty(), "{width}×{height} {language} {view}: {found:#?}");
            }
        }
    }
    page.close().await;
}

#[tokio::test]
async fn nothing_moves_for_who_asks_for_less_motion() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    page.reduce_motion().await;
    page.click("@arrangement-backlog").await;
    page.one("@waiting-call").await;
    let moving = "return document.getAnimations().map(one => one.animationName || one.transitionProperty)";
    assert_eq!(page.script(moving).await, serde_json::json!([]));
    page.close().await;
}
