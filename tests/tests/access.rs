//! Who is let in: `Host`, `Origin` and `Sec-Fetch-Site`, and the owner's token.

use serde_json::json;
use sockyard_tests::http::{self, UPGRADE};
use sockyard_tests::{TestServer, WsClient};

/// The status of an upgrade with these headers beside the proper ones.
async fn upgrade(server: &TestServer, host: &[&str], headers: &[&str]) -> http::Response {
    http::raw_get(server, "/api/v1/ws", &[host, UPGRADE, headers].concat()).await
}

fn own_host(server: &TestServer) -> String {
    format!("Host: {}", server.authority())
}

fn bearer(server: &TestServer) -> String {
    format!("Authorization: Bearer {}", server.token.as_deref().unwrap())
}

#[tokio::test]
async fn the_token_is_taken_as_bearer_and_as_subprotocol() {
    let server = TestServer::start();
    let host = own_host(&server);
    let answer = upgrade(&server, &[&host], &[&bearer(&server)]).await;
    assert_eq!(answer.status, 101);
    assert_eq!(answer.header("sec-websocket-protocol"), None, "none was offered");

    let token = server.token.as_deref().unwrap();
    let offers = format!("Sec-WebSocket-Protocol: sockyard.v1, sockyard.token.{token}");
    let answer = upgrade(&server, &[&host], &[&offers]).await;
    assert_eq!(answer.status, 101);
    assert_eq!(answer.header("sec-websocket-protocol"), Some("sockyard.v1"), "the token is not sent back");
}

#[tokio::test]
async fn without_the_right_token_nothing_is_told_but_unauthorized() {
    let server = TestServer::start();
    let host = own_host(&server);
    let token = server.token.clone().unwrap();
    let cut = &token[..token.len() - 1];
    for headers in [
        vec![],
        vec!["Authorization: Bearer wrong".to_owned()],
        vec!["Authorization: Bearer ".to_owned()],
        vec!["Authorization: Bearer".to_owned()],
        vec![format!("Authorization: Bearer {cut}")],
        vec![format!("Authorization: Bearer {token}x")],
        vec![format!("Authorization: Basic {token}")],
        vec![format!("Authorization: {token}")],
        vec!["Sec-WebSocket-Protocol: sockyard.v1".to_owned()],
        vec!["Sec-WebSocket-Protocol: sockyard.v1, sockyard.token.wrong".to_owned()],
        vec![format!("Cookie: token={token}")],
    ] {
        let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
        let answer = upgrade(&server, &[&host], &headers).await;
        assert_eq!(answer.status, 401, "{headers:?}");
        let problem = answer.problem();
        assert_eq!(problem["error"]["code"], 8, "{headers:?}: {problem}");
        assert!(!answer.text().contains(cut), "the token is not shown");
    }
    // A token in a URL ends up in logs: it is not taken from there.
    let in_query = http::get(&server, &format!("/api/v1/ws?token={token}"), UPGRADE).await;
    assert!((400..500).contains(&in_query.status), "{}", in_query.status);
}

#[tokio::test]
async fn an_open_server_lets_anyone_in() {
    let server = TestServer::start_with(&["--access", "open", "--open-host-network"]);
    assert_eq!(server.token, None, "there is no token to print");
    let client = WsClient::open(&server).await;
    client.tcp().await;
}

#[tokio::test]
async fn a_sessions_own_token_is_enough_for_that_session() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let again = WsClient::resume(&server, &client.hello, None).await.unwrap();
    assert!(again.hello.resumed);
    let token = client.hello.token.clone();
    let (status, _) = WsClient::connect(&server, "", Some(&token)).await.err().unwrap();
    assert_eq!(status, 401, "it opens no other");
}

#[tokio::test]
async fn sessions_have_different_ids_and_tokens() {
    let server = TestServer::start();
    let one = WsClient::open(&server).await;
    let two = WsClient::open(&server).await;
    assert_ne!(one.hello.session, two.hello.session);
    assert_ne!(one.hello.token, two.hello.token);
    let query = format!("?session={}&token={}", one.hello.session, two.hello.token);
    let (status, problem) = WsClient::connect(&server, &query, None).await.err().unwrap();
    assert_eq!((status, &problem["error"]["code"]), (404, &json!(7)));
}

#[tokio::test]
async fn a_request_for_another_host_is_misdirected() {
    let server = TestServer::start();
    let port = server.port;
    let token = bearer(&server);
    for host in [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        format!("127.0.0.1.evil.example:{port}"),
        format!("127.0.0.1:{}", port ^ 1),
        format!("0.0.0.0:{port}"),
        format!("10.0.0.1:{port}"),
        format!("user@127.0.0.1:{port}"),
        format!("localhost.evil.example:{port}"),
    ] {
        let line = format!("Host: {host}");
        for path in ["/", "/healthz", "/api/v1/ws"] {
            let answer = http::raw_get(&server, path, &[&line, token.as_str()]).await;
            assert_eq!(answer.status, 421, "{host} {path}");
        }
        assert_eq!(upgrade(&server, &[&line], &[&token]).await.status, 421, "{host}");
    }
}

#[tokio::test]
async fn a_request_without_one_host_is_refused() {
    let server = TestServer::start();
    let token = bearer(&server);
    let own = own_host(&server);
    for hosts in [vec![], vec![own.as_str(), own.as_str()], vec![own.as_str(), "Host: evil.example"]] {
        let answer = upgrade(&server, &hosts, &[&token]).await;
        assert!([400, 421].contains(&answer.status), "{hosts:?}: {}", answer.status);
    }
}

#[tokio::test]
async fn another_origin_is_forbidden_with_and_without_the_token() {
    let server = TestServer::start();
    let host = own_host(&server);
    let port = server.port;
    let token = bearer(&server);
    for origin in [
        "http://evil.example".to_owned(),
        "null".to_owned(),
        "http://127.0.0.1".to_owned(),
        format!("https://127.0.0.1:{port}"),
        format!("http://127.0.0.1:{}", port ^ 1),
        format!("http://127.0.0.1:{port}.evil.example"),
        format!("http://127.0.0.1:{port}/"),
        format!("http://evil.example/http://127.0.0.1:{port}"),
        "file://".to_owned(),
    ] {
        let line = format!("Origin: {origin}");
        assert_eq!(upgrade(&server, &[&host], &[&line, &token]).await.status, 403, "{origin}");
        assert_eq!(upgrade(&server, &[&host], &[&line]).await.status, 403, "{origin} without a token");
    }
    let own = format!("Origin: http://127.0.0.1:{port}");
    assert_eq!(upgrade(&server, &[&host], &[&own, &token]).await.status, 101);
    let twice = upgrade(&server, &[&host], &[&own, &own, &token]).await;
    assert!([400, 403].contains(&twice.status), "{}", twice.status);
    let mixed = upgrade(&server, &[&host], &[&own, "Origin: http://evil.example", &token]).await;
    assert!([400, 403].contains(&mixed.status), "{}", mixed.status);
}

#[tokio::test]
async fn a_page_of_another_site_is_forbidden_by_what_the_browser_says_of_it() {
    let server = TestServer::start();
    let host = own_host(&server);
    let token = bearer(&server);
    for (site, expected) in [("cross-site", 403), ("same-site", 403), ("same-origin", 101), ("none", 101)] {
        let line = format!("Sec-Fetch-Site: {site}");
        assert_eq!(upgrade(&server, &[&host], &[&line, &token]).await.status, expected, "{site}");
    }
}

#[tokio::test]
async fn a_get_that_is_no_upgrade_is_told_what_is_missing() {
    let server = TestServer::start();
    let token = bearer(&server);
    assert_eq!(http::get(&server, "/api/v1/ws", &[]).await.problem()["error"]["code"], 8);
    let answer = http::get(&server, "/api/v1/ws", &[&token]).await;
    assert_eq!(answer.status, 426);
    let wanted = ["upgrade", "connection", "sec-websocket-version"].map(|name| answer.header(name));
    assert_eq!(wanted, [Some("websocket"), Some("upgrade"), Some("13")]);
    assert_eq!(answer.problem()["status"], 426);
    let answer = http::get(&server, "/api/v1/ws?session=s_none&token=x", &[]).await;
    assert_eq!((answer.status, &answer.problem()["error"]["code"]), (404, &json!(7)));
}

#[tokio::test]
async fn health_and_the_page_need_no_token_and_unknown_paths_are_not_found() {
    let server = TestServer::start();
    let health = http::get(&server, "/healthz", &[]).await;
    assert_eq!((health.status, health.text().trim()), (200, "ok"));
    for path in
        ["/no/such/page", "/api/v1/nothing", "/../Cargo.toml", "/%2e%2e/Cargo.toml", "/..%2fCargo.toml"]
    {
        let answer = http::get(&server, path, &[]).await;
        assert!([400, 401, 404].contains(&answer.status), "{path}: {}", answer.status);
    }
}

#[tokio::test]
async fn the_health_command_tells_by_its_exit_code() {
    let server = TestServer::start();
    let health = |url: String| async move {
        let mut command =
            tokio::process::Command::from(sockyard_tests::server::command(&["health", "--url"]));
        command.arg(url).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        sockyard_tests::within("the health command", command.status()).await.unwrap().code()
    };
    assert_eq!(health(format!("http://{}", server.authority())).await, Some(0));
    let free = sockyard_tests::sockets::free_port().await;
    assert_eq!(health(format!("http://127.0.0.1:{free}")).await, Some(3));
}

#[tokio::test]
async fn a_given_token_is_the_owners() {
    let mut command =
        sockyard_tests::server::command(&["serve", "--listen", "127.0.0.1:0", "--access", "token"]);
    let files = tempfile::tempdir().unwrap();
    command.arg("--data-dir").arg(files.path()).env("SOCKYARD_TOKEN", "correct-horse-battery-staple");
    let mut command = tokio::process::Command::from(command);
    command.stdout(std::process::Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().unwrap();
    let mut lines =
        tokio::io::AsyncBufReadExt::lines(tokio::io::BufReader::new(child.stdout.take().unwrap()));
    let url = sockyard_tests::within("the URL", async {
        loop {
            let line = lines.next_line().await.unwrap().expect("a URL before the end");
            if line.trim().starts_with("http://") {
                return line.trim().to_owned();
            }
        }
    })
    .await;
    assert!(url.ends_with("/#token=correct-horse-battery-staple"), "{url}");
    child.start_kill().unwrap();
}
