//! What whoever runs the server sets and watches.

use serde_json::{Value, json};
use sockyard_tests::metrics::Metrics;
use sockyard_tests::rest::{self, RestClient};
use sockyard_tests::{TestServer, WsClient, eventually, http, sockets, within};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn one_session_more_than_allowed_is_refused_until_another_ends() {
    let server = TestServer::start_with(&["--max-sessions", "2"]);
    let one = WsClient::open(&server).await;
    let _two = WsClient::open(&server).await;
    let token = server.token.as_deref();
    let (status, problem) = WsClient::connect(&server, "", token).await.err().expect("a refusal");
    let data = &problem["error"]["data"];
    assert_eq!((status, &data["quota"], &data["limit"]), (429, &json!("sessions"), &json!(2)), "{problem}");
    one.ok("session.close", json!({})).await;
    one.closed().await;
    WsClient::open(&server).await;
}

#[tokio::test]
async fn one_connection_more_than_allowed_waits_until_another_ends() {
    let server = TestServer::start_with(&["--max-connections", "1"]);
    let client = WsClient::open(&server).await;
    let mut second = TcpStream::connect(server.authority()).await.unwrap();
    let request =
        format!("GET /healthz HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", server.authority());
    second.write_all(request.as_bytes()).await.unwrap();
    // The server is awake and answers the one that it has.
    client.tcp().await;
    let nothing = second.try_read(&mut [0; 1]).expect_err("no answer yet");
    assert_eq!(nothing.kind(), std::io::ErrorKind::WouldBlock);
    client.leave().await;
    let mut answer = String::new();
    within("the answer to the second", second.read_to_string(&mut answer)).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert_eq!(http::get(&server, "/healthz", &[]).await.status, 200);
}

/// Round trips through a relayed socket, one after another as fast as they go, then nothing.
async fn after_a_burst_every_thread_sleeps(options: &[&str]) {
    let server = TestServer::start_with(options);
    let echo = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let peer = echo.local_addr().unwrap().to_string();
    let client = WsClient::open(&server).await;
    let socket = client.bound_udp().await.0;
    let echoed = std::thread::spawn(move || {
        let mut buffer = [0; 16];
        for _ in 0..500 {
            let (length, from) = echo.recv_from(&mut buffer).unwrap();
            echo.send_to(&buffer[..length], from).unwrap();
        }
    });
    for _ in 0..500 {
        client.ok("socket.send", json!({"socket": socket, "to": peer, "data": "ping"})).await;
        client.ok("socket.recv", json!({"socket": socket, "timeout_ms": 5_000})).await;
    }
    echoed.join().unwrap();
    let mut asleep = 0;
    // A thread that looks for more is never asleep so often in a row.
    eventually("all threads to sleep", async || {
        let states = server.thread_states();
        asleep = if states.chars().all(|state| state == 'S') { asleep + 1 } else { 0 };
        (asleep == 10).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_server_that_looked_for_more_sleeps_again() {
    after_a_burst_every_thread_sleeps(&["--busy-poll-us", "1000"]).await;
}

#[tokio::test]
async fn a_server_that_is_not_to_look_works_as_well() {
    after_a_burst_every_thread_sleeps(&["--busy-poll-us", "0"]).await;
}

#[tokio::test]
async fn whichever_thread_accepts_every_connection_is_served() {
    let server = TestServer::start();
    let clients = futures_util::future::join_all((0..40).map(|_| WsClient::open(&server))).await;
    let made = futures_util::future::join_all(clients.iter().map(|client| client.tcp())).await;
    assert_eq!(made.len(), 40);
}

/// The status of `/metrics` with a token.
async fn metrics_with(server: &TestServer, token: Option<&str>) -> u16 {
    let line = token.map(|token| format!("Authorization: Bearer {token}"));
    http::get(server, "/metrics", &line.as_deref().into_iter().collect::<Vec<_>>()).await.status
}

#[tokio::test]
async fn only_the_operator_reads_the_metrics() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    assert_eq!(metrics_with(&server, None).await, 401);
    assert_eq!(metrics_with(&server, Some("wrong")).await, 401);
    assert_eq!(metrics_with(&server, Some(&client.hello.token)).await, 401, "a session's token is none");
    assert_eq!(metrics_with(&server, server.token.as_deref()).await, 200);

    let open = TestServer::start_with(&["--access", "open", "--open-host-network"]);
    let answer = http::get(&open, "/metrics", &[]).await;
    assert_eq!((answer.status, &answer.problem()["error"]["code"]), (401, &json!(8)));

    let token = "a-token-for-prometheus";
    for access in ["open", "token"] {
        let server = TestServer::start_in(
            &["--access", access, "--open-host-network"],
            &[("SOCKYARD_METRICS_TOKEN", token)],
        );
        assert_eq!(metrics_with(&server, None).await, 401, "{access}");
        assert_eq!(metrics_with(&server, Some(token)).await, 200, "{access}");
        if access == "token" {
            assert_eq!(metrics_with(&server, server.token.as_deref()).await, 200);
            let (status, _) = WsClient::connect(&server, "", Some(token)).await.err().expect("a refusal");
            assert_eq!(status, 401, "it opens no session");
        }
    }
}

#[tokio::test]
async fn metrics_move_with_traffic_and_gauges_return_to_zero() {
    let server = TestServer::start();
    let before = Metrics::of(&server).await;
    for gauge in ["sockyard_sessions", "sockyard_websocket_connections", "sockyard_log_events"] {
        assert_eq!(before.value(gauge), 0.0, "{gauge}");
    }
    let client = WsClient::open(&server).await;
    let (socket, local) = client.bound_udp().await;
    let sender = client.udp().await;
    for _ in 0..3 {
        client.ok("socket.send", json!({"socket": sender, "data": "12345", "to": local})).await;
        client.recv(socket).await;
    }
    let fault = client.fault("socket.recv", json!({"socket": socket, "timeout_ms": 60})).await;
    assert_eq!(fault.code, 4);
    client.fault("socket.connect", json!({"socket": sender, "address": "10.0.0.1:9"})).await;
    let waiting = client.start("socket.recv", json!({"socket": socket})).await;
    client.waiting_calls(1).await;

    let metrics = Metrics::of(&server).await;
    for (sample, value) in [
        ("sockyard_sessions", 1.0),
        ("sockyard_sessions_opened_total", 1.0),
        ("sockyard_websocket_connections", 1.0),
        ("sockyard_sockets{family=\"inet\",type=\"dgram\"}", 2.0),
        ("sockyard_sockets_opened_total{family=\"inet\",type=\"dgram\"}", 2.0),
        ("sockyard_sent_bytes_total", 15.0),
        ("sockyard_received_bytes_total", 15.0),
        ("sockyard_events_total{kind=\"sent\"}", 3.0),
        ("sockyard_events_total{kind=\"received\"}", 3.0),
        ("sockyard_calls_total{method=\"socket.recv\",outcome=\"ok\"}", 3.0),
        ("sockyard_calls_total{method=\"socket.recv\",outcome=\"timeout\"}", 1.0),
        ("sockyard_calls_total{method=\"socket.connect\",outcome=\"denied\"}", 1.0),
        ("sockyard_denied_total{rule=\"private\"}", 1.0),
        ("sockyard_waiting_calls", 1.0),
        ("sockyard_call_duration_seconds_count{method=\"socket.recv\"}", 4.0),
    ] {
        assert_eq!(metrics.value(sample), value, "{sample}");
    }
    // The call that waited 60 ms measures its waiting.
    let quick = metrics.value("sockyard_call_duration_seconds_bucket{method=\"socket.recv\",le=\"0.025\"}");
    assert!(quick <= 3.0, "{quick}");
    assert!(metrics.value("sockyard_call_duration_seconds_sum{method=\"socket.recv\"}") >= 0.06);
    assert!(metrics.value("sockyard_waiting_bytes") >= 4096.0);
    assert!(metrics.value("sockyard_log_events") >= 10.0 && metrics.value("sockyard_log_bytes") > 0.0);
    assert!(metrics.value("process_open_fds") > 5.0 && metrics.value("process_resident_memory_bytes") > 1e6);

    client.ok("session.close", json!({})).await;
    waiting.fault().await;
    client.closed().await;
    drop(client);
    let after = eventually("a server at rest", async || {
        let metrics = Metrics::of(&server).await;
        (metrics.value("sockyard_websocket_connections") == 0.0).then_some(metrics)
    })
    .await;
    for gauge in [
        "sockyard_sessions",
        "sockyard_sockets{family=\"inet\",type=\"dgram\"}",
        "sockyard_waiting_calls",
        "sockyard_waiting_bytes",
        "sockyard_log_events",
        "sockyard_log_bytes",
    ] {
        assert_eq!(after.value(gauge), 0.0, "{gauge}");
    }
    assert_eq!(after.value("sockyard_sessions_ended_total{reason=\"closed\"}"), 1.0);
    assert_eq!(after.value("sockyard_sent_bytes_total"), 15.0, "what has happened stays");
}

#[tokio::test]
async fn every_metric_is_described_in_the_docs_and_none_besides() {
    let server = TestServer::start_with(&["--max-sessions", "1"]);
    let client = WsClient::open(&server).await;
    let socket = client.tcp().await;
    client.fault("socket.connect", json!({"socket": socket, "address": "10.0.0.1:9"})).await;
    WsClient::connect(&server, "", server.token.as_deref()).await.err().expect("a refusal");
    let metrics = Metrics::of(&server).await;
    assert_eq!(metrics.value("sockyard_quota_refusals_total{quota=\"sessions\"}"), 1.0);
    let served: Vec<&str> = metrics.families.keys().map(String::as_str).collect();
    let docs = include_str!("../../docs/operating.md");
    let mut described: Vec<&str> = docs
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split(['`', '{']).next())
        .filter(|name| name.starts_with("sockyard_") || name.starts_with("process_"))
        .collect();
    described.sort_unstable();
    assert_eq!(served, described);
}

#[tokio::test]
async fn a_server_that_goes_down_is_alive_and_not_ready() {
    let mut server = TestServer::start();
    let ready = http::get(&server, "/readyz", &[]).await;
    assert_eq!((ready.status, ready.text().as_str()), (200, "ready"));
    let client = WsClient::open(&server).await;
    // It does not answer the goodbye, so the server waits for it.
    client.pause();
    server.terminate();
    let answer = eventually("a server that is not ready", async || {
        let answer = http::get(&server, "/readyz", &[]).await;
        (answer.status != 200).then_some(answer)
    })
    .await;
    assert_eq!(answer.status, 503);
    answer.problem();
    assert_eq!(http::get(&server, "/healthz", &[]).await.status, 200);
    assert_eq!(metrics_with(&server, server.token.as_deref()).await, 200);
    let token = server.token.clone();
    let refused = rest::request(&server, "POST", "/api/v1/sessions", token.as_deref(), None).await;
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert_eq!(server.exit().await.code(), Some(0));
}

/// Every line of a log in JSON.
fn lines(stderr: &str) -> Vec<Value> {
    stderr
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

#[tokio::test]
async fn a_log_in_json_tells_of_sessions_and_requests() {
    let server = TestServer::start_in(&["--log-format", "json"], &[("SOCKYARD_LOG", "debug")]);
    let client = WsClient::open(&server).await;
    let session = client.hello.session.clone();
    let (socket, local) = client.bound_udp().await;
    client.ok("socket.send", json!({"socket": socket, "data": "12345", "to": local})).await;
    client.recv(socket).await;
    client.ok("session.close", json!({})).await;
    client.closed().await;
    let lines = eventually("the session's end in the log", async || {
        let stderr = server.stderr();
        stderr.contains("session ended").then(|| lines(&stderr[..stderr.rfind('\n').unwrap() + 1]))
    })
    .await;
    let of = |message: &str| {
        let found = lines.iter().find(|line| line["fields"]["message"] == message);
        found.unwrap_or_else(|| panic!("no {message:?} in {lines:?}"))
    };
    assert_eq!(of("listening")["level"], "INFO");
    assert_eq!(of("session opened")["fields"]["session"], session.as_str());
    let ended = &of("session ended")["fields"];
    for (field, value) in [
        ("session", json!(session)),
        ("reason", json!("closed")),
        ("sockets", json!(1)),
        ("sent", json!(5)),
        ("received", json!(5)),
    ] {
        assert_eq!(ended[field], value, "{ended}");
    }
    let answered = &of("answered");
    assert_eq!(
        (&answered["span"]["route"], &answered["span"]["method"]),
        (&json!("/api/v1/ws"), &json!("GET"))
    );
    assert!(answered["span"]["id"].is_u64() && answered["fields"]["status"] == 101, "{answered}");
    let call = of("call");
    assert_eq!(call["fields"]["session"], session.as_str());
    assert_eq!(call["fields"]["outcome"], "ok");
}

#[tokio::test]
async fn no_payload_and_no_token_is_in_the_log_at_any_level() {
    const MARKER: &str = "marker-of-a-payload-7c1f";
    let server = TestServer::start_in(&[], &[("SOCKYARD_LOG", "trace")]);
    let client = WsClient::open(&server).await;
    let (socket, mut peer) = client.connected().await;
    client.send_data(socket, MARKER).await;
    sockets::read(&mut peer, MARKER.len()).await;
    sockets::write(&mut peer, MARKER.as_bytes()).await;
    client.recv(socket).await;
    client.ok("log.note", json!({"text": MARKER})).await;
    client
        .fault("socket.send", json!({"socket": socket, "data": {"text": MARKER, "encoding": MARKER}}))
        .await;
    client.fault(MARKER, json!({MARKER: MARKER})).await;
    let again = WsClient::resume(&server, &client.hello, Some(0)).await.unwrap();
    let rest = RestClient::of(&server, &client.hello);
    rest.ok("GET", "/events", None).await;
    rest.request("POST", &format!("/sockets/{socket}/send"), Some(json!({"data": MARKER}))).await;
    http::get(&server, &format!("/{MARKER}?token={MARKER}"), &[]).await;
    http::get(&server, &format!("/api/v1/sessions/{MARKER}?{MARKER}"), &[]).await;
    let mut frame = vec![0];
    frame.extend_from_slice(&u32::try_from(socket).unwrap().to_be_bytes());
    frame.extend_from_slice(MARKER.as_bytes());
    again.send(frame.into()).await;
    sockets::read(&mut peer, MARKER.len()).await;
    again.leave().await;
    client.ok("session.close", json!({})).await;
    client.closed().await;
    let stderr = eventually("the session's end in the log", async || {
        Some(server.stderr()).filter(|stderr| stderr.contains("session ended"))
    })
    .await;
    assert!(stderr.contains("socket.send") && stderr.contains("answered"), "it is the whole log: {stderr}");
    for secret in [MARKER, server.token.as_deref().unwrap(), &client.hello.token] {
        assert!(!stderr.contains(secret), "{secret} is in the log:\n{stderr}");
    }
}
