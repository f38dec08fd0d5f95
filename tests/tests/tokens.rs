//! Named API tokens: made, shown, revoked and expired beside a running server, over every interface.

use std::path::Path;

use serde_json::{Value, json};
use sockyard_tests::rest::{RestClient, json_of, next_event, request};
use sockyard_tests::{TestServer, WsClient, command, eventually, http, sockets, within};
use tokio::io::AsyncReadExt as _;

/// `sockyard token …` for the server's data directory: what it printed.
fn token_command(server: &TestServer, arguments: &[&str]) -> Result<String, String> {
    command_in(&server.data_dir(), arguments)
}

fn command_in(directory: &Path, arguments: &[&str]) -> Result<String, String> {
    let mut command = sockyard_tests::server::command(&["token"]);
    let done = command.args(arguments).arg("--data-dir").arg(directory).output().unwrap();
    match done.status.code() {
        Some(0) => Ok(String::from_utf8(done.stdout).unwrap().trim().to_owned()),
        _ => Err(String::from_utf8(done.stderr).unwrap()),
    }
}

fn create(server: &TestServer, name: &str, options: &[&str]) -> String {
    token_command(server, &[&["create", name], options].concat()).unwrap()
}

async fn open_rest(server: &TestServer, token: &str) -> http::Response {
    request(server, "POST", "/api/v1/sessions", Some(token), None).await
}

#[tokio::test]
async fn a_token_opens_sessions_beside_a_running_server() {
    let server = TestServer::start();
    let token = create(&server, "ci", &[]);
    assert!(token.starts_with("sockyard_"), "{token}");
    let client = WsClient::connect(&server, "", Some(&token)).await.unwrap();
    client.tcp().await;
    client.udp().await;
    assert_eq!(client.hello.network.unix_directory, None, "it is told to the owner alone");
    assert_eq!(open_rest(&server, &token).await.status, 201);
    let (peer, address) = sockets::udp().await;
    let exchange = json!({"type": "dgram", "to": address, "send": "hi", "timeout_ms": 1});
    let answer = request(&server, "POST", "/api/v1/exchange", Some(&token), Some(exchange)).await;
    assert_eq!(answer.status, 408, "it got as far as the peer: {}", answer.text());
    drop(peer);
    // The command line takes it as it takes the owner's.
    let mut call = command::sockyard(&server, &["call", "dns.resolve", r#"{"name":"localhost"}"#]);
    call.env("SOCKYARD_URL", format!("http://{}", server.authority())).env("SOCKYARD_TOKEN", &token);
    let ended = command::run(call).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    // Not as a subprotocol, which shows in more places than a header.
    let offers = format!("Sec-WebSocket-Protocol: sockyard.v1, sockyard.token.{token}");
    let answer = http::get(&server, "/api/v1/ws", &[http::UPGRADE, &[offers.as_str()]].concat()).await;
    assert_eq!(answer.status, 401);
    assert!(!server.stderr().contains(&token));
}

#[tokio::test]
async fn tokens_are_listed_without_their_secrets_and_with_their_last_use() {
    let mut server = TestServer::start();
    let token = create(&server, "ci", &["--scope", "sockets:write,proto:udp", "--expires", "2h"]);
    create(&server, "never used", &[]);
    assert_eq!(open_rest(&server, &token).await.status, 201);
    server.terminate();
    assert!(server.exit().await.success());
    let listed: Value = serde_json::from_str(&token_command(&server, &["list", "--json"]).unwrap()).unwrap();
    assert_eq!(listed[0]["scopes"], json!(["sockets:write", "proto:udp"]));
    assert!(listed[0]["last_used_s"].as_u64() > Some(1_700_000_000), "{listed}");
    assert_eq!(listed[1]["last_used_s"], Value::Null);
    let text = token_command(&server, &["list"]).unwrap();
    assert!(text.contains("never used") && text.contains("anywhere"), "{text}");
    let secret = token.rsplit('_').next().unwrap();
    assert!(!listed.to_string().contains(secret) && !text.contains(secret));
    let file = std::fs::read_to_string(server.data_dir().join("tokens.json")).unwrap();
    assert!(!file.contains(secret), "only a hash is kept");
}

#[tokio::test]
async fn h16_a_wrong_token_is_unauthorized_in_every_form() {
    let server = TestServer::start();
    let token = create(&server, "ci", &[]);
    let other = TestServer::start();
    let foreign = create(&other, "ci", &[]);
    let flipped = {
        let mut bytes = token.clone().into_bytes();
        let last = bytes.last_mut().unwrap();
        *last = if *last == b'A' { b'B' } else { b'A' };
        String::from_utf8(bytes).unwrap()
    };
    let gone = create(&server, "gone", &[]);
    token_command(&server, &["revoke", "gone"]).unwrap();
    let over = create(&server, "over", &["--expires", "1s"]);
    eventually("the token's end", async || (open_rest(&server, &over).await.status == 401).then_some(()))
        .await;
    for wrong in [&token[..token.len() - 1], &format!("{token}x"), &flipped, &foreign, &gone, &over] {
        let answer = open_rest(&server, wrong).await;
        assert_eq!(answer.status, 401, "{wrong}");
        assert_eq!(answer.problem()["error"]["code"], 8);
    }
    let line = format!("Authorization: Basic {token}");
    assert_eq!(
        http::get(&server, "/api/v1/ws", &[http::UPGRADE, &[line.as_str()]].concat()).await.status,
        401
    );
    assert_eq!(open_rest(&server, &token).await.status, 201);
}

#[tokio::test]
async fn h32_a_call_beyond_the_tokens_scopes_is_denied_and_logged() {
    let server = TestServer::start();
    let udp = create(&server, "udp", &["--scope", "sockets:write", "--scope", "proto:udp"]);
    let client = WsClient::connect(&server, "", Some(&udp)).await.unwrap();
    client.udp().await;
    let fault = client.fault("socket.create", json!({"family": "inet", "type": "stream"})).await;
    assert_eq!((fault.code, fault.data.rule.as_deref()), (2, Some("token_scope")), "{fault:?}");
    assert!(fault.message.contains("proto:tcp"), "{fault:?}");
    let failed = client.ok("log.read", json!({"kinds": ["failed"]})).await;
    assert_eq!(failed["events"][0]["error"]["data"]["rule"], "token_scope");
    // The tunnel in one request makes the same calls, and REST as well.
    let tunnel = WsClient::connect(&server, "?create=inet,stream", Some(&udp)).await.unwrap();
    let opened = tunnel.hello.opened.clone().unwrap();
    assert_eq!((opened.socket, opened.error.unwrap().code), (None, 2));
    let exchange = json!({"type": "stream", "to": "127.0.0.1:9", "send": "hi"});
    let answer = request(&server, "POST", "/api/v1/exchange", Some(&udp), Some(exchange)).await;
    assert_eq!(answer.status, 403, "{}", answer.text());

    let read = create(&server, "read", &["--scope", "sockets:read"]);
    let client = WsClient::connect(&server, "", Some(&read)).await.unwrap();
    client.ok("socket.list", json!({})).await;
    let fault = client.fault("socket.create", json!({"family": "inet", "type": "dgram"})).await;
    assert_eq!((fault.code, fault.data.rule.as_deref()), (2, Some("token_scope")));
    client.ok("session.close", json!({})).await;
}

#[tokio::test]
async fn only_a_token_with_the_scope_admin_reads_the_metrics() {
    let server = TestServer::start();
    let usual = create(&server, "usual", &[]);
    let admin = create(&server, "admin", &["--scope", "admin"]);
    let metrics = async |token: &str| request(&server, "GET", "/metrics", Some(token), None).await.status;
    assert_eq!(metrics(&usual).await, 403);
    assert_eq!(metrics(&admin).await, 200);
    assert_eq!(open_rest(&server, &admin).await.status, 403, "it is for nothing else");
    let open = TestServer::start_with(&["--access", "open", "--open-host-network"]);
    let admin = create(&open, "admin", &["--scope", "admin"]);
    assert_eq!(request(&open, "GET", "/metrics", Some(&admin), None).await.status, 200);
    assert_eq!(request(&open, "GET", "/metrics", Some("sockyard_0_0"), None).await.status, 401);
}

#[tokio::test]
async fn a_token_is_taken_from_its_networks_alone_and_goes_out_only_with_egress() {
    let files = tempfile::tempdir().unwrap();
    let config = files.path().join("sockyard.toml");
    std::fs::write(&config, "[[policy.allow]]\nname = \"out\"\nnetworks = [\"192.0.2.0/24\"]\n").unwrap();
    let server = TestServer::start_with(&["--config", config.to_str().unwrap()]);
    let elsewhere = create(&server, "elsewhere", &["--from", "192.0.2.0/24"]);
    let answer = open_rest(&server, &elsewhere).await;
    let error = &answer.problem()["error"];
    assert_eq!((answer.status, &error["data"]["rule"]), (403, &json!("token_address")));
    let here = create(&server, "here", &["--from", "127.0.0.0/8"]);
    assert_eq!(open_rest(&server, &here).await.status, 201);

    let allowed = async |token: &str| {
        let client = WsClient::connect(&server, "", Some(token)).await.unwrap();
        let socket = client.udp().await;
        match client.call("socket.connect", json!({"socket": socket, "address": "192.0.2.1:9"})).await {
            Err(fault) if fault.code == 2 => false,
            // Whether there is a route is another matter.
            _ => true,
        }
    };
    assert!(!allowed(&here).await);
    assert!(allowed(server.token.as_deref().unwrap()).await, "the rule is there");
    let scopes = ["--scope", "sockets:write,proto:udp,egress"];
    assert!(allowed(&create(&server, "out", &scopes)).await);
}

#[tokio::test]
async fn h23_a_revoked_token_ends_websockets_streams_and_long_polls() {
    let server = TestServer::start();
    let token = create(&server, "ci", &[]);
    let client = WsClient::connect(&server, "", Some(&token)).await.unwrap();
    let (listener, local) = client.listener().await;
    client.start("socket.accept", json!({"socket": listener})).await;
    let resumed = WsClient::resume(&server, &client.hello, None).await.unwrap();
    let rest = RestClient::of(&server, &client.hello);
    let mut live = rest.start("GET", "/events?after=0", &["Accept: text/event-stream"], "").await;
    next_event(&mut live).await;
    let bystander = WsClient::open(&server).await;
    let (long_poll, revoked) = tokio::join!(
        within("the long poll's end", rest.request("GET", "/events?after=1000&wait_ms=30000", None)),
        async {
            eventually("the long poll's begin", async || {
                let text = request(&server, "GET", "/metrics", server.token.as_deref(), None).await.text();
                // Three WebSockets, the stream, the long poll and this request.
                text.contains("sockyard_http_connections 6\n").then_some(())
            })
            .await;
            token_command(&server, &["revoke", "ci"])
        }
    );
    assert!(revoked.unwrap().starts_with("revoked ci"));
    assert!([200, 404].contains(&long_poll.status), "{}", long_poll.text());
    assert_eq!(client.closed().await.code, Some(4403));
    assert_eq!(resumed.closed().await.code, Some(4403));
    let mut rest_of_stream = Vec::new();
    within("the stream's end", live.read_to_end(&mut rest_of_stream)).await.unwrap();
    // Its sockets are gone with it, and nobody else's.
    eventually("the listener's end", async || tokio::net::TcpStream::connect(&local).await.err()).await;
    assert_eq!(open_rest(&server, &token).await.status, 401);
    assert_eq!(WsClient::resume(&server, &client.hello, None).await.err().unwrap().0, 404);
    bystander.tcp().await;
    let metrics = request(&server, "GET", "/metrics", server.token.as_deref(), None).await.text();
    assert!(metrics.contains("sockyard_sessions_ended_total{reason=\"revoked\"} 1\n"), "{metrics}");
}

#[tokio::test]
async fn h27_wrong_tokens_use_up_a_budget_that_right_ones_do_not_need() {
    let server = TestServer::start();
    let mut statuses = Vec::new();
    for _ in 0..25 {
        statuses.push(open_rest(&server, "wrong-wrong-wrong").await);
    }
    assert_eq!(statuses.iter().take(20).filter(|answer| answer.status == 401).count(), 20);
    let refused = statuses.last().unwrap();
    assert_eq!(refused.status, 429);
    assert_eq!(refused.problem()["error"]["data"]["quota"], "wrong_tokens");
    assert!(refused.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
    assert_eq!(
        open_rest(&server, server.token.as_deref().unwrap()).await.status,
        201,
        "nobody is locked out"
    );
    assert_eq!(request(&server, "POST", "/api/v1/sessions", None, None).await.status, 401);
    let metrics = request(&server, "GET", "/metrics", server.token.as_deref(), None).await.text();
    assert!(metrics.contains("sockyard_wrong_tokens_total 25\n"), "{metrics}");
    assert!(metrics.contains("sockyard_quota_refusals_total{quota=\"wrong_tokens\"}"), "{metrics}");
    assert!(server.stderr().contains("wrong tokens keep coming"), "{}", server.stderr());
}

#[tokio::test]
async fn h14_every_route_stands_behind_every_layer() {
    let server = TestServer::start();
    let openapi = json_of(&http::get(&server, "/api/v1/openapi.json", &[]).await);
    let public = ["healthz", "readyz", "openapi", "asyncapi"];
    let own = format!("Host: {}", server.authority());
    let mut seen = Vec::new();
    for (path, item) in openapi["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap().iter().filter(|(name, _)| *name != "parameters")
        {
            let id = operation["operationId"].as_str().unwrap();
            let path = path.replace("{session}", "s_0123456789abcdef").replace("{socket}", "3");
            let path = path.replace("{share}", "sh_0123456789abcdef");
            let ask = async |headers: &[&str]| {
                let lines: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
                let method = method.to_uppercase();
                let request = format!("{method} {path} HTTP/1.1\r\n{lines}\r\n");
                let answer = http::raw(&server, request.as_bytes()).await;
                for header in [
                    "content-security-policy",
                    "x-content-type-options",
                    "referrer-policy",
                    "x-frame-options",
                    "cross-origin-opener-policy",
                    "cross-origin-embedder-policy",
                    "cross-origin-resource-policy",
                    "permissions-policy",
                    "cache-control",
                ] {
                    assert!(answer.header(header).is_some(), "{id} {headers:?}: {header} is missing");
                }
                assert_eq!(answer.header("server"), None, "{id}");
                assert_eq!(answer.header("access-control-allow-origin"), None, "{id}");
                answer.status
            };
            let alone = ask(&[&own]).await;
            if public.contains(&id) {
                assert_eq!(alone, 200, "{id}");
            } else {
                assert_eq!(alone, 401, "{id}: without a token");
                // The names that a browser could be led to use for another route's token.
                assert_eq!(ask(&[&own, "Cookie: token=x"]).await, 401, "{id}: a cookie");
            }
            assert_eq!(ask(&["Host: evil.example"]).await, 421, "{id}: another host");
            assert_eq!(ask(&[]).await, 400, "{id}: no host");
            assert_eq!(ask(&[&own, &own]).await, 400, "{id}: two hosts");
            assert_eq!(ask(&[&own, "Origin: http://evil.example"]).await, 403, "{id}: another origin");
            let two = ["Authorization: Bearer a", "Authorization: Bearer b"];
            assert_eq!(ask(&[&own, two[0], two[1]]).await, 400, "{id}: two tokens");
            if path.starts_with("/api/") {
                assert_eq!(ask(&[&own, "Sec-Fetch-Site: same-site"]).await, 403, "{id}: another site");
            }
            seen.push(id.to_owned());
        }
    }
    for id in ["ws", "metrics", "exchange", "session.open", "log.read", "export", "session.unshare"] {
        assert!(seen.iter().any(|one| one == id), "{id} is in the table: {seen:?}");
    }
}

#[tokio::test]
async fn the_command_says_what_is_wrong() {
    let files = tempfile::tempdir().unwrap();
    for (arguments, part) in [
        (&["create", "a/b"][..], "a name has"),
        (&["create", "a", "--expires", "2y"], "no time"),
        (&["create", "a", "--expires", "366d"], "1s to 365d"),
        (&["create", "a", "--scope", "all"], "invalid value"),
        (&["create", "a", "--scope", "sockets:write"], "can make no socket"),
        (&["create", "a", "--from", "10.0.0.1/8"], "did you mean 10.0.0.0/8?"),
        (&["revoke", "a"], "there is no token \"a\""),
    ] {
        let said = command_in(files.path(), arguments).unwrap_err();
        assert!(said.contains(part), "{arguments:?}: {said}");
    }
    assert_eq!(
        std::fs::metadata(files.path().join("tokens.json")).map_err(|error| error.kind()).err(),
        Some(std::io::ErrorKind::NotFound)
    );
}
