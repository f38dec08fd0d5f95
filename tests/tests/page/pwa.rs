//! The page as an application of its own: its manifest, and what it shows where the server cannot be reached.

use sockyard_tests::{Page, TestServer};

#[tokio::test]
async fn the_manifest_names_icons_that_are_there() {
    let server = TestServer::start();
    let page = Page::open(&server).await;
    let script = "const manifest = document.querySelector('link[rel=manifest]').href;
        return fetch(manifest).then(async answer => {
            const { icons, start_url: start } = await answer.json();
            const kinds = await Promise.all(icons.map(async icon => {
                const picture = await fetch(icon.src);
                return [picture.ok, picture.headers.get('Content-Type') === icon.type];
            }));
            return [answer.headers.get('Content-Type').split(';')[0], start, kinds.flat().every(Boolean), kinds.length];
        });";
    let told = page.script(script).await;
    assert_eq!(told, serde_json::json!(["application/manifest+json", "/", true, 4]));
    page.close().await;
}

#[tokio::test]
async fn without_the_server_a_page_says_so_and_goes_on_when_it_is_back() {
    let mut server = TestServer::start();
    let mut page = Page::open(&server).await;
    page.expect_errors("WebSocket connection");
    page.expect_errors("net::ERR_");
    page.expect_errors("/api/v1/ws");
    page.expect_errors("Failed to fetch");
    page.choose("@language-select", "zh-Hant").await;
    page.script("return navigator.serviceWorker.ready.then(worker => worker.active.state)").await;
    let kept = "return caches.keys().then(async names => {
        const requests = await Promise.all(names.map(async name => (await caches.open(name)).keys()));
        return requests.flat().map(request => new URL(request.url).pathname).sort();
    });";
    // Nothing of the page's program, and nothing that the server told.
    assert_eq!(
        page.script(kept).await,
        serde_json::json!(["/icon.svg", "/offline.css", "/offline.html", "/offline.js"])
    );
    server.terminate();
    server.exit().await;
    page.reload().await;
    page.shows("@offline", "無法連線到伺服器").await;
    page.none("@offline section[lang='en']").await;
    page.no_overflow().await;
    let again = TestServer::start_again(&server);
    // The server that came back knows nothing of the session.
    page.one("@connection-new-session").await;
    page.click("@connection-new-session").await;
    page.connected().await;
    page.close().await;
    drop(again);
}
