//! The second file of the page's program: that a first look does not load it, and what is shown where it cannot be had.
//! A page built with `--dev` has none.

use sockyard_tests::{Page, TestServer};

use super::create;

/// Whether the server's page has a second file.
async fn is_split(page: &Page) -> bool {
    page.script("return fetch('/sockyard_rest.js').then(answer => answer.ok)").await == true
}

/// How many second files were loaded.
async fn loaded(page: &Page) -> serde_json::Value {
    let script = "return performance.getEntriesByType('resource')
        .filter(entry => entry.name.includes('/split_rest_')).length";
    page.script(script).await
}

#[tokio::test]
async fn a_first_look_does_not_load_it_and_the_first_socket_does() {
    let server = TestServer::start();
    let mut page = Page::open(&server).await;
    page.expect_errors("/sockyard_rest.js");
    let is_split = is_split(&page).await;
    assert_eq!(loaded(&page).await, 0);
    create(&page, "inet", "dgram", 3).await;
    page.one("@call-form[data-socket='3']").await;
    assert_eq!(loaded(&page).await, usize::from(is_split));
    page.close().await;
}

#[tokio::test]
async fn where_it_cannot_be_loaded_the_page_says_so_and_tries_again() {
    let server = TestServer::start();
    let mut page = Page::open(&server).await;
    page.expect_errors("/sockyard_rest.js");
    if !is_split(&page).await {
        return page.close().await;
    }
    page.script(
        "window.unhindered = window.fetch;
        window.fetch = (address, ...more) => String(address).includes('/split_rest_')
            ? Promise.reject(new Error('hindered')) : window.unhindered(address, ...more);",
    )
    .await;
    page.expect_errors("hindered");
    page.click("@palette-open").await;
    page.shows("@palette @rest-failed", "could not be loaded").await;
    page.click("@rest-retry").await;
    page.one("@rest-failed").await;
    page.script("window.fetch = window.unhindered").await;
    page.click("@rest-retry").await;
    page.one("@palette-row[data-command='view-log']").await;
    page.none("@rest-failed").await;
    page.close().await;
}
