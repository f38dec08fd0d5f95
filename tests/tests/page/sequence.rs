//! The session as a ladder diagram.

use serde_json::json;
use sockyard_tests::{Page, Screen, TestServer, eventually};

use super::{create, form};

/// The labels of the steps in view.
const LABELS: &str = "return [...document.querySelectorAll('[data-testid=sequence-step]')].map(step => step.querySelector('title').textContent)";

async fn labels(page: &Page) -> Vec<String> {
    serde_json::from_value(page.script(LABELS).await).unwrap()
}

#[tokio::test]
async fn a_conversation_is_drawn_with_what_each_recv_took() {
    let server = TestServer::start();
    for is_phone in [false, true] {
        let screen = if is_phone { Screen::Phone } else { Screen::Laptop };
        let page = Page::open_on(&server, screen).await;
        page.click("@arrangement-tcp-pair").await;
        page.one("@arrangement-note").await;
        if is_phone {
            page.click("@tab-log").await;
        }
        page.click("@view-tab-sequence").await;
        // The newest steps are in view: the client's recv, which took what line 9 had sent.
        let last = eventually("the last recv in the diagram", async || {
            labels(&page).await.last().filter(|label| label.contains("of line 9")).cloned()
        })
        .await;
        assert!(last.contains("bytes 0 to 13"), "{last}");
        page.no_overflow().await;
        let lanes = "return document.querySelectorAll('[data-testid=sequence-lane]').length";
        assert_eq!(page.script(lanes).await, json!(3));
        // From the diagram to the line, and on by keys.
        page.script("document.querySelector('[data-testid=sequence-step][data-seq=\"9\"] .sq-row').dispatchEvent(new MouseEvent('click', {bubbles: true}))").await;
        page.shows("@log-detail", "hello, client").await;
        page.close().await;
    }
}

#[tokio::test]
async fn a_waiting_call_is_an_open_bar_and_hidden_lanes_come_back() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    create(&page, "inet", "dgram", 3).await;
    form(&page, 3, "recv").await;
    page.click("@call-run").await;
    page.click("@view-tab-sequence").await;
    let bar = "return document.querySelector('.sq-wait')?.textContent ?? ''";
    eventually("the bar of the waiting recv", async || {
        page.script(bar).await.as_str().filter(|text| text.contains("recv waits")).map(str::to_owned)
    })
    .await;
    page.click("@sequence-hide-lane").await;
    page.one("@sequence-show-lane").await;
    eventually("no step of a hidden lane", async || labels(&page).await.is_empty().then_some(())).await;
    page.click("@sequence-show-lane").await;
    eventually("the steps again", async || (!labels(&page).await.is_empty()).then_some(())).await;
    page.close().await;
}
