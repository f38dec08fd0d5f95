//! Lines older than those that the page begins with: fetched as one scrolls up, by a button and by a link, and gone.

use serde_json::json;
use sockyard_tests::{Page, Screen, TestServer, WsClient, eventually};

/// How many lines a page begins with.
const AT_FIRST: u64 = 20_000;
/// How many more the session has.
const OLDER: u64 = 2_500;

/// A session with many lines, and the address that shows it.
async fn session(server: &TestServer) -> (WsClient, String) {
    let client = WsClient::open(server).await;
    for number in 1..AT_FIRST + OLDER {
        client.notify("log.note", json!({"text": format!("note {number}")})).await;
    }
    let last = client.ok("log.note", json!({"text": "the last"})).await;
    assert_eq!(last["seq"], AT_FIRST + OLDER);
    let share = client.ok("session.share", json!({})).await;
    let (session, token) = (client.hello.session.clone(), share["token"].as_str().unwrap().to_owned());
    let address = format!("http://{}/#session={session}&share={token}", server.authority());
    (client, address)
}

async fn open(address: &str) -> Page {
    let page = Page::start(Screen::Laptop).await;
    page.go_to(address).await;
    page.connected().await;
    page
}

async fn to_the_top(page: &Page) {
    page.script("document.querySelector('.log-rows').scrollTop = 0").await;
}

/// Where the row of this number stands on the screen.
async fn place(page: &Page, seq: u64) -> Option<f64> {
    let script = format!(
        "return document.querySelector('.log-row[data-seq=\"{seq}\"]')?.getBoundingClientRect().top ?? null"
    );
    page.script(&script).await.as_f64()
}

#[tokio::test]
async fn scrolling_to_the_top_fetches_older_lines_and_the_view_stays() {
    let server = TestServer::start();
    let (client, address) = session(&server).await;
    let page = open(&address).await;
    page.shows("@log-older", "2 500 older lines are on the server").await;
    page.shows("@log-count", "20 000 lines").await;
    page.shows("@log-row", "the last").await;
    let first = OLDER + 1;
    to_the_top(&page).await;
    page.one(&format!("@log-row[data-seq='{first}']")).await;
    page.shows("@log-count", "21 000 lines").await;
    // The row that was at the top is where it was, with the older ones out of view above it.
    let frame = page.script("return document.querySelector('.log-rows').getBoundingClientRect().top").await;
    let at = eventually("the row to be there again", async || place(&page, first).await).await;
    assert!((at - frame.as_f64().unwrap()).abs() < 1.5, "{at} in {frame}");
    // New lines do not move it either.
    client.ok("log.note", json!({"text": "newer"})).await;
    page.shows("@log-newest", "1 new line").await;
    assert_eq!(place(&page, first).await, Some(at));
    // Whoever does not scroll has a button.
    page.click("@log-older-fetch").await;
    page.shows("@log-count", "22 001 lines").await;
    assert_eq!(place(&page, first).await, Some(at));
    to_the_top(&page).await;
    page.none("@log-older").await;
    // What has just come is put above what one sees, whenever it is drawn.
    eventually("the first line", async || {
        to_the_top(&page).await;
        (page.count("@log-row[data-seq='1']").await > 0).then_some(())
    })
    .await;
    page.shows("@log-count", "22 501 lines").await;
    // What is found and filtered are the older lines as well.
    page.fill("@log-query", "/^note 17$/").await;
    page.shows("@log-count", "of 22 501 lines").await;
    page.one("@log-row[data-seq='17']").await;
    page.close().await;
}

#[tokio::test]
async fn a_filter_goes_on_into_older_lines_as_they_come() {
    let server = TestServer::start();
    let (_client, address) = session(&server).await;
    let page = open(&address).await;
    page.fill("@log-query", "/note [0-9]*7$/").await;
    page.shows("@log-count", "2 000 of 20 000 lines").await;
    to_the_top(&page).await;
    page.shows("@log-count", "2 100 of 21 000 lines").await;
    page.one("@log-row[data-seq='2507']").await;
    page.close().await;
}

#[tokio::test]
async fn a_link_leads_to_a_line_that_only_the_server_has() {
    let server = TestServer::start();
    let (_client, address) = session(&server).await;
    let page = open(&format!("{address}&line=7")).await;
    page.shows("@log-detail", "Line 7").await;
    page.one("@log-row[data-seq='7'][data-chosen='true']").await;
    page.shows("@log-count", "22 500 lines").await;
    page.close().await;
}

#[tokio::test]
async fn older_lines_that_have_gone_meanwhile_are_said_to_be() {
    let server = TestServer::start();
    let (client, address) = session(&server).await;
    let page = open(&address).await;
    page.shows("@log-older", "2 500 older lines").await;
    // More bytes than the log keeps.
    let socket = client.udp().await;
    let local = client.bind(socket, "127.0.0.1:0").await;
    for _ in 0..300 {
        let call = json!({"socket": socket, "data": {"repeat": "41", "count": 60_000}, "to": local});
        client.ok("socket.send", call).await;
    }
    to_the_top(&page).await;
    page.none("@log-older").await;
    page.shows(".log-missing", "have left the server’s log: 2500. It keeps 100 000 lines or 16 MiB at most.")
        .await;
    page.close().await;
}

#[tokio::test]
async fn older_lines_that_cannot_be_fetched_can_be_asked_for_again() {
    let server = TestServer::start();
    let (client, address) = session(&server).await;
    let mut page = open(&address).await;
    page.expect_errors("/events?before=");
    page.shows("@log-older", "2 500 older lines").await;
    page.tool("Network.enable", json!({})).await;
    page.tool("Network.setBlockedURLs", json!({"urls": ["*/events?before=*"]})).await;
    to_the_top(&page).await;
    page.one("@log-older-error").await;
    page.shows("@log-older-fetch", "Try").await;
    page.tool("Network.setBlockedURLs", json!({"urls": []})).await;
    page.click("@log-older-fetch").await;
    page.shows("@log-older", "1 500 older lines").await;
    page.none("@log-older-error").await;
    page.no_overflow().await;
    drop(client);
    page.close().await;
}
