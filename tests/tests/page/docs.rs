//! The page of the interfaces, `/docs`: reading them, and trying them from there.

use sockyard_tests::{Page, Screen, TestServer};

/// Opens the page as a person does who was given the server's address.
async fn open(server: &TestServer, screen: Screen) -> Page {
    let page = Page::start(screen).await;
    let token = server.token.as_deref().unwrap_or_default();
    page.go_to(&format!("http://{}/docs#token={token}", server.authority())).await;
    page.one("@docs-op-session-open").await;
    page
}

/// Opens an operation, sends its form as it is, and returns the text of the outcome.
async fn send(page: &Page, operation: &str, expected: &str) -> String {
    page.click(&format!("{operation} > summary")).await;
    page.click(&format!("{operation} @docs-send")).await;
    page.shows(&format!("{operation} @docs-outcome"), expected).await
}

#[tokio::test]
async fn a_session_and_a_socket_are_made_from_the_examples() {
    let server = TestServer::start();
    let page = open(&server, Screen::Laptop).await;
    let hash = page.script("return location.hash").await;
    assert_eq!(hash, "", "the token does not stay in the address");
    let opened = send(&page, "@docs-op-session-open", "201").await;
    assert!(opened.contains("\"session\": \"s_"), "{opened}");
    // What the answer told stands in the next forms.
    let created = send(&page, "@docs-op-socket-create", "201").await;
    assert!(created.contains("\"socket\": 3"), "{created}");
    let bound = send(&page, "@docs-op-socket-bind", "200").await;
    assert!(bound.contains("127.0.0.1:"), "{bound}");
    let curl = page.text("@docs-op-socket-bind .curl").await;
    assert!(curl.contains("/sockets/3/bind'") && curl.contains("Authorization: Bearer "), "{curl}");
    page.click("@docs-op-log-read > summary").await;
    page.fill("@docs-op-log-read @docs-param-kinds", "bound").await;
    page.click("@docs-op-log-read @docs-send").await;
    let page_of_log = page.shows("@docs-op-log-read @docs-outcome", "200").await;
    assert!(page_of_log.contains("\"kind\": \"bound\""), "{page_of_log}");
    page.no_overflow().await;
    page.close().await;
}

#[tokio::test]
async fn a_call_is_made_over_the_websocket() {
    let server = TestServer::start();
    let page = open(&server, Screen::Laptop).await;
    page.click("#tab-ws").await;
    let created = send(&page, "@docs-ws-socket-create", "result").await;
    assert!(created.contains("\"socket\": 3"), "{created}");
    page.shows("@docs-ws-log", "session.hello").await;
    page.shows("@docs-ws-log", "\"kind\":\"created\"").await;
    page.shows("@docs-ws-state", "Connected").await;
    // A message is sent as it stands, and the server says what is wrong with it.
    page.click("@docs-ws-socket-bind > summary").await;
    page.fill("@docs-ws-socket-bind @docs-body", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"no\"}").await;
    page.click("@docs-ws-socket-bind @docs-send").await;
    page.shows("@docs-ws-socket-bind @docs-outcome", "no such method").await;
    // Out from behind the bar at the top, as a person would scroll.
    page.script("document.querySelector('[data-testid=docs-ws-connect]').scrollIntoView({block: 'center'})")
        .await;
    page.click("@docs-ws-connect").await;
    page.shows("@docs-ws-state", "Closed with 1000").await;
    page.close().await;
}

#[tokio::test]
async fn every_operation_opens_without_an_error_on_a_laptop_and_on_a_phone() {
    let server = TestServer::start();
    for screen in [Screen::Laptop, Screen::Phone] {
        let page = open(&server, screen).await;
        for theme in ["light", "dark"] {
            page.choose("@docs-theme", theme).await;
        }
        for tab in ["#tab-rest", "#tab-ws"] {
            page.click(tab).await;
            // Every part of every operation, down to the last schema: they open one after the other.
            let open = "let closed;
                for (let depth = 0; depth < 4; depth += 1) {
                    closed = [...document.querySelectorAll('main details:not([open])')].filter(one =>
                        (one.parentElement.closest('.operation .more .more') === null));
                    closed.forEach(one => { one.open = true; one.dispatchEvent(new Event('toggle')); });
                }
                return document.querySelectorAll('main details[open]').length;";
            let opened = page.script(open).await.as_u64().unwrap();
            assert!(opened > 100, "{opened}");
            page.no_overflow().await;
        }
        let unnamed = page
            .script(
                "return [...document.querySelectorAll('main input, main select, main textarea, main button')]
                .filter(one => one.tagName === 'BUTTON' ? one.textContent === '' : !one.labels?.length)
                .map(one => one.outerHTML)",
            )
            .await;
        assert_eq!(unnamed, serde_json::json!([]), "fields without a name");
        page.close().await;
    }
}
