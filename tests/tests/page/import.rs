//! Saved logs: opened from a file, looked at beside a session that goes on, and closed again.

use sockyard_tests::page::Key;
use sockyard_tests::{Page, TestServer, eventually};

use super::{card, create, row};

const LOG: &str = r#"{"seq":1,"time_us":1700000000000000,"kind":"created","socket":3,"family":"inet","type":"dgram"}
{"seq":2,"time_us":1700000000000100,"kind":"bound","socket":3,"local":"127.0.0.1:7788"}
this is no event
{"seq":3,"time_us":1700000000000200,"kind":"received","socket":3,"bytes":4,"data":{"base64":"nWjX1g=="},"from":"127.0.0.1:9"}
"#;

/// Writes a file and chooses it in the page's dialog for saved logs.
async fn open(page: &Page, name: &str, text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    page.put_file("@import-file", &path).await;
    folder
}

#[tokio::test]
async fn a_saved_log_is_looked_at_and_the_session_goes_on_beside_it() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    create(&page, "inet", "stream", 3).await;
    create(&page, "inet", "stream", 4).await;
    let _file = open(&page, "lesson.jsonl", LOG).await;
    page.shows("@saved-bar", "lesson.jsonl").await;
    // One socket, of the file, and nothing to call with.
    page.none(&card(4, "")).await;
    page.shows(&card(3, "@socket-local"), "127.0.0.1:7788").await;
    page.one("@no-calls").await;
    page.none("@new-socket-create").await;
    page.none("@socket-close").await;
    page.none("@socket-menu").await;
    // Nor do keys reach the session's socket of that number.
    page.press("@socket-select", Key::Delete).await;
    // The bytes of a line are read as everywhere else.
    page.click(&row(3, "received")).await;
    page.shows("@log-detail-decoded", "漢字").await;
    // Its bad line is named.
    page.click("@saved-mistakes").await;
    page.shows("@saved-mistakes", "Line 3").await;
    page.shows("@saved-mistakes", "this is no event").await;
    page.no_overflow().await;
    page.click("@saved-close").await;
    page.one(&card(3, "")).await;
    page.one(&card(4, "")).await;
    page.none("@saved-bar").await;
    page.none(&row(3, "received")).await;
    create(&page, "inet", "stream", 5).await;
    // What was closed can be had back.
    page.click("@undo").await;
    page.shows("@saved-bar", "lesson.jsonl").await;
    page.one(&row(3, "received")).await;
    page.close().await;
}

#[tokio::test]
async fn a_file_that_is_no_log_says_why_and_changes_nothing() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    create(&page, "inet", "stream", 3).await;
    let _file = open(&page, "notes.jsonl", "hello\nworld\n").await;
    page.shows("@import-error", "None of its lines is an event").await;
    let _file = open(&page, "empty.jsonl", "\n").await;
    page.shows("@import-error", "nothing in it").await;
    page.one(&card(3, "@socket-close")).await;
    page.close().await;
}

#[tokio::test]
async fn a_log_dropped_onto_the_page_is_opened_and_events_of_the_session_wait_aside() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    page.click("@arrangement-udp-pair").await;
    page.one("@arrangement-note").await;
    let drop = format!(
        "const data = new DataTransfer();
        data.items.add(new File([{}], 'dropped.jsonl'));
        const event = name => new DragEvent(name, {{ bubbles: true, cancelable: true, dataTransfer: data }});
        document.querySelector('main').dispatchEvent(event('dragover'));
        const over = !document.querySelector('.drop-place').classList.contains('gone');
        document.querySelector('main').dispatchEvent(event('drop'));
        return over;",
        serde_json::json!(LOG)
    );
    page.script(&drop).await;
    page.shows("@saved-bar", "dropped.jsonl").await;
    page.shows("@log-count", "3 lines").await;
    page.click("@saved-close").await;
    eventually("the session's lines", async || (page.text("@log-count").await != "3 lines").then_some(()))
        .await;
    page.one(&card(4, "")).await;
    page.close().await;
}
