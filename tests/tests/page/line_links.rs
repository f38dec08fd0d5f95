//! Links to a line of the log: copied, shared, opened anew and in a page that is open already.

use serde_json::json;
use sockyard_tests::{Page, Screen, TestServer, WsClient};

use super::{bind, create, row};

/// What the page hands to the clipboard goes into `window.copied`.
async fn catch_copies(page: &Page) {
    page.script("navigator.clipboard.writeText = async text => { window.copied = text; };").await;
}

/// Chooses a line and copies its link.
async fn copy_link(page: &Page, selector: &str) -> String {
    page.click(selector).await;
    page.click("@log-menu").await;
    page.click("@log-copy-link").await;
    page.shows("@log-copied", "Link copied").await;
    page.click("@log-menu").await;
    page.script("return window.copied").await.as_str().unwrap().to_owned()
}

/// Whether the row of this number is chosen, in view, and open in the inspector.
async fn stands_at(page: &Page, seq: u64) {
    page.shows("@log-detail", &format!("Line {seq}")).await;
    page.one(&format!("@log-row[data-seq='{seq}'][data-chosen='true']")).await;
}

#[tokio::test]
async fn a_copied_link_has_no_token_and_leads_to_its_line_in_the_open_page() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    catch_copies(&page).await;
    create(&page, "inet", "dgram", 3).await;
    bind(&page, 3).await;
    let link = copy_link(&page, &row(3, "bound")).await;
    assert!(link.ends_with("&line=2") && !link.contains("token") && !link.contains("share"), "{link}");
    page.click("@log-detail-close").await;
    page.none("@log-detail").await;
    page.click("@view-tab-sequence").await;
    // The page is open already: nothing but the fragment changes.
    page.go_to(&link).await;
    stands_at(&page, 2).await;
    page.one("@stage[data-view='log']").await;
    // A filter that hides the line lets go.
    page.click("@log-detail-close").await;
    page.fill("@log-query", "kind:created").await;
    page.none(&row(3, "bound")).await;
    page.go_to(&link).await;
    stands_at(&page, 2).await;
    // What is not there says so.
    page.go_to(&link.replace("&line=2", "&line=77")).await;
    page.shows("@lost-line", "There is no line 77").await;
    page.go_to(&link.replace("session=s_", "session=s_0")).await;
    page.shows("@lost-line", "another session").await;
    page.go_to(&link).await;
    page.none("@lost-line").await;
    page.close().await;
}

#[tokio::test]
async fn a_shared_link_opens_at_its_line_and_copies_on() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    create(&page, "inet", "dgram", 3).await;
    // So many lines that the first is out of view.
    page.click("@session-calls").await;
    for number in 0..40 {
        page.fill("@note-text", &format!("note {number}")).await;
        page.click("@note-run").await;
        page.shows("@log-row[data-kind='note']", &format!("note {number}")).await;
    }
    page.script("document.querySelector('.log-rows').scrollTop = 0").await;
    page.click(&row(3, "created")).await;
    page.click("@log-menu").await;
    page.click("@log-share-link").await;
    page.shows("@share-line", "line 1").await;
    page.click("@share-make").await;
    page.one("@share-link").await;
    let value = page.script("return document.querySelector('[data-testid=share-link]').value").await;
    let link = value.as_str().unwrap();
    for screen in [Screen::Laptop, Screen::Phone] {
        let viewer = Page::start(screen).await;
        viewer.go_to(link).await;
        viewer.connected().await;
        viewer.one("@shared-badge").await;
        viewer.shows("@log-detail", "Line 1").await;
        viewer.no_overflow().await;
        if let Screen::Laptop = screen {
            stands_at(&viewer, 1).await;
            catch_copies(&viewer).await;
            let on = copy_link(&viewer, "@log-row[data-seq='3']").await;
            assert_eq!(on, link.replace("&line=1", "&line=3"));
        } else {
            viewer.click("@log-detail-close").await;
            stands_in_view(&viewer, 1).await;
        }
        viewer.close().await;
    }
    page.close().await;
}

/// Whether the row of this number is chosen and in view.
async fn stands_in_view(page: &Page, seq: u64) {
    page.one(&format!("@log-row[data-seq='{seq}'][data-chosen='true']")).await;
}

#[tokio::test]
async fn a_link_to_a_line_that_has_left_the_log_says_so() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let socket = client.udp().await;
    let local = client.bind(socket, "127.0.0.1:0").await;
    // More bytes than the log keeps: its oldest lines go.
    for _ in 0..300 {
        let call = json!({"socket": socket, "data": {"repeat": "41", "count": 60_000}, "to": local});
        client.ok("socket.send", call).await;
    }
    let oldest = client.ok("log.read", json!({})).await["oldest"].as_u64().unwrap();
    assert!(oldest > 1, "{oldest}");
    let share = client.ok("session.share", json!({})).await;
    let (session, token) = (&client.hello.session, share["token"].as_str().unwrap());
    let page = Page::start(Screen::Phone).await;
    page.go_to(&format!("http://{}/#session={session}&share={token}&line=1", server.authority())).await;
    page.connected().await;
    page.shows("@lost-line", &format!("no longer kept: the log begins with line {oldest}")).await;
    page.no_overflow().await;
    page.close().await;
}
