//! Section 10: the same calls over REST, live streams, and the one-shot exchange.

use serde_json::{Value, json};
use sockyard_tests::metrics::Metrics;
use sockyard_tests::rest::{RestClient, json_of, next_event, request};
use sockyard_tests::{TestServer, WsClient, eventually, http, sockets};

#[tokio::test]
async fn a_session_is_opened_used_and_closed_by_requests_alone() {
    let server = TestServer::start();
    let client = RestClient::open(&server).await;
    let (socket, local) = client.bound_udp().await;
    let (outside, address) = sockets::udp().await;
    let sent = json!({"data": {"text": "漢字", "encoding": "gbk"}, "to": address});
    assert_eq!(client.ok("POST", &format!("/sockets/{socket}/send"), Some(sent)).await, json!({"bytes": 4}));
    assert_eq!(sockets::receive(&outside).await.0, b"\x9dh\xd7\xd6");
    outside.send_to(b"back", &local).await.unwrap();
    let received = client.ok("POST", &format!("/sockets/{socket}/recv"), None).await;
    assert_eq!(received, json!({"bytes": 4, "data": {"text": "back"}, "from": address}));
    let info = client.ok("GET", &format!("/sockets/{socket}"), None).await;
    assert_eq!(info["local"], local);
    assert_eq!(client.ok("GET", "/sockets", None).await["sockets"], json!([info]));
    assert_eq!(client.ok("GET", "", None).await["used"]["sockets"], 1);
    client.ok("DELETE", &format!("/sockets/{socket}"), None).await;
    assert_eq!(client.request("DELETE", "", None).await.status, 204);
    assert_eq!(client.request("GET", "", None).await.problem()["error"]["code"], 7);
}

#[tokio::test]
async fn both_transports_see_the_same_session() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let rest = RestClient::of(&server, &client.hello);
    let (socket, local) = rest.bound_udp().await;
    assert_eq!(client.event_of(socket, "bound").await["local"], local);
    client.ok("socket.close", json!({"socket": socket})).await;
    assert_eq!(rest.request("GET", &format!("/sockets/{socket}"), None).await.status, 404);
}

#[tokio::test]
async fn every_error_is_a_problem_with_its_status_and_code() {
    let server = TestServer::start();
    let client = RestClient::open(&server).await;
    let (socket, _) = client.bound_udp().await;
    let at = |call: &str| format!("/sockets/{socket}/{call}");
    let check = async |method: &str, path: &str, body: Option<Value>, status: u16, code: i64| {
        let response = client.request(method, path, body).await;
        let problem = response.problem();
        assert_eq!((response.status, &problem["error"]["code"]), (status, &json!(code)), "{path}: {problem}");
    };
    check("POST", &at("accept"), None, 422, 1).await;
    check("POST", &at("connect"), Some(json!({"address": "10.0.0.1:80"})), 403, 2).await;
    check("GET", "/sockets/99", None, 404, 3).await;
    check("POST", &at("recv"), Some(json!({"timeout_ms": 0})), 408, 4).await;
    check("POST", &at("send"), Some(json!({"data": {"hex": "0"}})), 422, 9).await;
    check("POST", &at("explode"), None, 404, -32601).await;
    check("POST", &at("recv"), Some(json!({"max": 0})), 422, -32602).await;
    check("POST", &at("recv"), Some(json!({"socket": 3})), 422, -32602).await;
    check("POST", &at("recv"), Some(json!([])), 422, -32602).await;
    check("GET", "/sockets/three", None, 422, -32602).await;
    check("GET", "/events?limit=0", None, 422, -32602).await;
    check("GET", "/events?kinds=snet", None, 422, -32602).await;
    check("GET", "/events?colour=red", None, 422, -32602).await;
    let after = client.request("GET", "/events?after=x", None).await.problem();
    assert!(after["error"]["data"]["hint"].as_str().unwrap().starts_with("after: "), "{after}");
    let method = client.request("PUT", "/sockets", None).await;
    assert_eq!((method.status, &method.problem()["error"]["code"]), (405, &json!(-32600)));
    let fds: u64 = 64 - 1;
    for _ in 0..fds {
        client.ok("POST", "/sockets", Some(json!({"family": "inet", "type": "dgram"}))).await;
    }
    check("POST", "/sockets", Some(json!({"family": "inet", "type": "dgram"})), 429, 6).await;
}

#[tokio::test]
async fn bodies_that_are_not_json_are_refused_with_the_right_status() {
    let server = TestServer::start();
    let client = RestClient::open(&server).await;
    let check = async |kind: &str, body: &[u8], status: u16| {
        let head = format!(
            "POST /api/v1/sessions/{}/sockets HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\
             Authorization: Bearer {}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
            client.hello.session,
            server.authority(),
            client.hello.token,
            body.len()
        );
        let response = http::raw(&server, &[head.as_bytes(), body].concat()).await;
        assert_eq!(response.status, status, "{kind}: {}", response.text());
        response.problem();
    };
    check("text/plain", br#"{"family":"inet","type":"dgram"}"#, 415).await;
    check("application/json", b"{", 400).await;
    check("application/json", b"\"\xff\"", 400).await;
    check("application/json; charset=utf-8", b"1", 422).await;
    check("application/json", &vec![b' '; (1 << 20) + 1], 413).await;
}

#[tokio::test]
async fn a_session_is_known_by_its_own_token_alone() {
    let server = TestServer::start();
    let client = RestClient::open(&server).await;
    let other = RestClient::open(&server).await;
    let path = format!("/api/v1/sessions/{}", client.hello.session);
    assert_eq!(request(&server, "GET", &path, None, None).await.problem()["error"]["code"], 8);
    for wrong in [other.hello.token.as_str(), server.token.as_deref().unwrap_or("x"), "x"] {
        assert_eq!(request(&server, "GET", &path, Some(wrong), None).await.problem()["error"]["code"], 7);
    }
    assert_eq!(
        request(&server, "GET", "/api/v1/sessions/s_0", Some("x"), None).await.problem()["error"]["code"],
        7
    );
    assert_eq!(request(&server, "POST", "/api/v1/sessions", Some("x"), None).await.status, 401);
}

#[tokio::test]
async fn a_client_that_goes_away_cancels_its_call_and_loses_no_data() {
    let server = TestServer::start();
    let client = RestClient::open(&server).await;
    let watch = WsClient::resume(&server, &client.hello, Some(0)).await.expect("the session is there");
    let (socket, local) = client.bound_udp().await;
    let waiting = client.start("POST", &format!("/sockets/{socket}/recv"), &[], "{}").await;
    watch.waiting_calls(1).await;
    drop(waiting);
    let failed = watch.event_of(socket, "failed").await;
    assert_eq!(failed["error"]["code"], 5);
    let (outside, _) = sockets::udp().await;
    outside.send_to(b"later", &local).await.unwrap();
    let received = client.ok("POST", &format!("/sockets/{socket}/recv"), None).await;
    assert_eq!(received["data"]["text"], "later");
}

#[tokio::test]
async fn a_page_of_events_waits_for_the_first_new_one() {
    let server = TestServer::start();
    let client = RestClient::open(&server).await;
    let (socket, local) = client.bound_udp().await;
    client.ok("POST", &format!("/sockets/{socket}/configure"), Some(json!({"receive": "stream"}))).await;
    let newest = client.ok("GET", "/events", None).await["newest"].as_u64().unwrap();
    let at_once = client.ok("GET", &format!("/events?after={newest}"), None).await;
    assert_eq!(at_once["events"], json!([]));
    let (outside, _) = sockets::udp().await;
    let path = format!("/events?after={newest}&wait_ms=20000&kinds=received,sent");
    let waiting = client.ok("GET", &path, None);
    let (page, _) = tokio::join!(waiting, outside.send_to(b"news", &local));
    assert_eq!(page["events"][0]["data"]["text"], "news");
}

#[tokio::test]
async fn a_live_stream_replays_resumes_and_ends_with_its_session() {
    let server = TestServer::start();
    let client = RestClient::open(&server).await;
    let (socket, local) = client.bound_udp().await;
    let accept = "Accept: text/event-stream";
    let mut all = client.start("GET", "/events?after=0", &[accept], "").await;
    assert_eq!(next_event(&mut all).await.1["kind"], "created");
    let (id, bound) = next_event(&mut all).await;
    assert_eq!((id.as_str(), &bound["local"]), ("2", &json!(local)));
    let mut resumed = client.start("GET", "/events?after=0", &[accept, "Last-Event-ID: 1"], "").await;
    assert_eq!(next_event(&mut resumed).await.0, "2");
    let mut closed = client.start("GET", "/events?after=0&kinds=closed", &[accept], "").await;
    client.ok("DELETE", &format!("/sockets/{socket}"), None).await;
    for stream in [&mut all, &mut resumed, &mut closed] {
        assert_eq!(next_event(stream).await.1["kind"], "closed");
    }
    client.ok("DELETE", "", None).await;
    let mut rest = String::new();
    let end = tokio::io::AsyncReadExt::read_to_string(&mut all, &mut rest);
    sockyard_tests::within("the end of the live stream", end).await.unwrap();
}

#[tokio::test]
async fn an_exchange_needs_no_session() {
    let server = TestServer::start();
    let exchange = async |body: Value| {
        request(&server, "POST", "/api/v1/exchange", server.token.as_deref(), Some(body)).await
    };
    let (outside, address) = sockets::udp().await;
    let asked = exchange(json!({"type": "dgram", "to": address, "send": "ping", "timeout_ms": 20000}));
    let answer = async {
        let (bytes, from) = sockets::receive(&outside).await;
        assert_eq!(bytes, b"ping");
        outside.send_to(b"pong", from).await.unwrap();
    };
    let (response, ()) = tokio::join!(asked, answer);
    let reply = json_of(&response);
    assert_eq!(
        (&reply["reply"]["text"], &reply["bytes"], &reply["from"]),
        (&json!("pong"), &json!(4), &json!(address))
    );

    let (listener, address) = sockets::listener().await;
    let asked = exchange(json!({"type": "stream", "to": address, "send": "GET", "until": "text:\r\n"}));
    let answer = async {
        let mut stream = sockets::accept(&listener).await;
        assert_eq!(sockets::read(&mut stream, 3).await, b"GET");
        sockets::write(&mut stream, b"200 OK\r\nrest").await;
        stream
    };
    let (response, _stream) = tokio::join!(asked, answer);
    assert_eq!(json_of(&response)["reply"]["text"], "200 OK\r\n");

    let port = sockets::free_port().await;
    let refused = exchange(json!({"type": "stream", "to": format!("127.0.0.1:{port}"), "send": "x"})).await;
    assert_eq!(refused.problem()["error"]["data"]["errno"], "ECONNREFUSED");
    let denied = exchange(json!({"type": "dgram", "to": "8.8.8.8:53", "send": "x"})).await;
    assert_eq!(denied.status, 403);
    let no_token = request(&server, "POST", "/api/v1/exchange", None, Some(json!({}))).await;
    assert_eq!(no_token.status, 401);
}

#[tokio::test]
async fn an_exchange_whose_client_goes_leaves_no_session_behind() {
    let server = TestServer::start();
    let (outside, address) = sockets::udp().await;
    let token = server.token.as_deref();
    let body = json!({"type": "dgram", "to": address, "send": "ping"});
    tokio::select! {
        answer = request(&server, "POST", "/api/v1/exchange", token, Some(body)) => panic!("{}", answer.text()),
        _ = sockets::receive(&outside) => {}
    }
    // The grace time would be a minute.
    eventually("the session's end", async || {
        let metrics = Metrics::of(&server).await;
        let ended = metrics.value("sockyard_sessions_ended_total{reason=\"closed\"}");
        (metrics.value("sockyard_sessions") == 0.0 && ended == 1.0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_session_that_no_request_uses_ends_after_the_grace_time() {
    let server = TestServer::start_with(&["--grace-seconds", "1"]);
    let client = RestClient::open(&server).await;
    let (_, local) = client.bound_udp().await;
    // Once the session is gone its port is free again.
    eventually("the session's end", async || tokio::net::UdpSocket::bind(&local).await.ok()).await;
    assert_eq!(client.request("GET", "", None).await.status, 404);
}
