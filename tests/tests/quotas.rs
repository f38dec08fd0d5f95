//! Quotas of sessions, clients, tokens and the server: each refuses with code 6, an event or a status, and a metric, and gives
//! back what is no longer used.

use serde_json::{Value, json};
use sockyard_tests::metrics::Metrics;
use sockyard_tests::rest::{RestClient, request};
use sockyard_tests::{TestServer, WsClient, eventually, http, sockets, within};
use tempfile::NamedTempFile;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

/// A server with this configuration file.
fn configured(text: &str) -> (TestServer, NamedTempFile) {
    let file = NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    (TestServer::start_with(&["--config", file.path().to_str().unwrap()]), file)
}

/// `POST /api/v1/sessions` as if a proxy had asked for that address.
async fn open_for(server: &TestServer, forwarded: &str) -> http::Response {
    let token = server.token.as_deref().unwrap();
    let head = format!(
        "POST /api/v1/sessions HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n{forwarded}\r\n",
        server.authority()
    );
    http::raw(server, head.as_bytes()).await
}

fn quota_of(answer: &http::Response) -> String {
    assert_eq!(answer.status, 429, "{}", answer.text());
    let retry: u64 = answer.header("retry-after").expect("Retry-After").parse().unwrap();
    assert!(retry >= 1);
    let error = answer.problem()["error"].clone();
    assert_eq!(error["code"], 6);
    error["data"]["quota"].as_str().unwrap().to_owned()
}

async fn refusals(server: &TestServer, quota: &str) -> f64 {
    Metrics::of(server).await.value(&format!("sockyard_quota_refusals_total{{quota=\"{quota}\"}}"))
}

#[tokio::test]
async fn j01_a_sessions_sockets_are_limited_by_the_configuration_and_come_back() {
    let (server, _file) = configured("[limits.session]\nsockets = 2\nshares = 1\n");
    let client = WsClient::open(&server).await;
    assert_eq!((client.hello.limits.sockets, client.hello.limits.shares), (2, 1));
    let first = client.udp().await;
    client.udp().await;
    let fault = client.fault("socket.create", json!({"family": "inet", "type": "dgram"})).await;
    assert_eq!((fault.code, fault.data.quota.as_deref(), fault.data.limit), (6, Some("sockets"), Some(2)));
    client.ok("socket.close", json!({"socket": first})).await;
    client.udp().await;
}

#[tokio::test]
async fn j03_j04_the_servers_sockets_are_shared_by_all_sessions() {
    let (server, _file) = configured("[limits.server]\nsockets = 3\n");
    let one = WsClient::open(&server).await;
    let two = WsClient::open(&server).await;
    one.udp().await;
    let (listener, local) = two.listener().await;
    let third = one.udp().await;
    let fault = two.fault("socket.create", json!({"family": "inet", "type": "dgram"})).await;
    assert_eq!((fault.code, fault.data.quota.as_deref()), (6, Some("server_sockets")));
    let failed = two.ok("log.read", json!({"kinds": ["failed"]})).await;
    assert_eq!(failed["events"][0]["error"]["data"]["quota"], "server_sockets", "an event");
    assert_eq!(refusals(&server, "server_sockets").await, 1.0, "and a metric");
    // What was not accepted stays in the backlog until there is room.
    let _peer = sockets::connect(&local).await;
    let fault = two.fault("socket.accept", json!({"socket": listener})).await;
    assert_eq!(fault.data.quota.as_deref(), Some("server_sockets"));
    one.ok("socket.close", json!({"socket": third})).await;
    two.ok("socket.accept", json!({"socket": listener})).await;
    // A session's end gives back all that it had.
    two.ok("session.close", json!({})).await;
    two.closed().await;
    one.udp().await;
    one.udp().await;
}

#[tokio::test]
async fn j10_calls_over_the_rate_are_refused_with_the_time_to_wait() {
    let (server, _file) = configured("[limits.session]\ncalls_per_second = 50\n");
    let client = WsClient::open(&server).await;
    assert_eq!(client.hello.limits.calls_per_second, Some(50));
    let mut pending = Vec::new();
    for _ in 0..300 {
        pending.push(client.start("socket.list", json!({})).await);
    }
    let (mut done, mut refused) = (0, Vec::new());
    for one in pending {
        match one.answer().await {
            Ok(_) => done += 1,
            Err(fault) => refused.push(fault),
        }
    }
    assert!(done >= 50, "{done}");
    assert!(!refused.is_empty());
    for fault in &refused {
        assert_eq!((fault.code, fault.data.quota.as_deref()), (6, Some("calls_per_second")));
        assert!(fault.data.retry_after_ms.is_some_and(|ms| (1..=1_000).contains(&ms)), "{fault:?}");
    }
    // Who only looks cannot use up the owner's, nor the other way round.
    let share = client.call("session.share", json!({})).await;
    let share = match share {
        Ok(share) => share,
        Err(_) => eventually("a share", async || client.call("session.share", json!({})).await.ok()).await,
    };
    let mut key = client.hello.clone();
    share["token"].as_str().unwrap().clone_into(&mut key.token);
    let reader = WsClient::resume(&server, &key, None).await.unwrap();
    let mut looks = Vec::new();
    for _ in 0..200 {
        looks.push(reader.start("socket.list", json!({})).await);
    }
    let mut refused_looks = 0;
    for look in looks {
        refused_looks += u32::from(look.answer().await.is_err());
    }
    assert!(refused_looks > 0);
    // The session lives on, and another has its own rate.
    eventually("the rate's return", async || client.call("socket.list", json!({})).await.ok()).await;
    WsClient::open(&server).await.udp().await;
    let rest = RestClient::open(&server).await;
    let mut answers = Vec::new();
    for _ in 0..60 {
        answers.push(rest.request("GET", "/sockets", None));
    }
    let answers = futures_util::future::join_all(answers).await;
    let refused = answers.iter().find(|answer| answer.status != 200).expect("a refusal over REST");
    assert_eq!(quota_of(refused), "calls_per_second");
}

#[tokio::test]
async fn j13_bytes_over_the_rate_are_refused_and_frames_are_held_back() {
    let (server, _file) = configured("[limits.session]\nbytes_per_second = 100000\n");
    let client = WsClient::open(&server).await;
    let (peer, address) = sockets::udp().await;
    let socket = client.udp().await;
    client.ok("socket.connect", json!({"socket": socket, "address": address})).await;
    let send = json!({"socket": socket, "data": {"zeros": 40_000}});
    let mut sent = 0;
    let fault = loop {
        match client.call("socket.send", send.clone()).await {
            Ok(_) => sent += 1,
            Err(fault) => break fault,
        }
        assert!(sent < 1_000, "never refused");
    };
    assert!(sent >= 3, "{sent}");
    assert_eq!((fault.code, fault.data.quota.as_deref()), (6, Some("bytes_per_second")));
    drop(peer);
    // Frames wait instead, and arrive whole.
    let (socket, mut stream) = client.connected().await;
    let mut frame = vec![0, 0, 0, 0, u8::try_from(socket).unwrap()];
    frame.extend(vec![7; 60_000]);
    for _ in 0..3 {
        client.send(tokio_tungstenite::tungstenite::Message::binary(frame.clone())).await;
    }
    let mut bytes = vec![0; 180_000];
    within("all frames' bytes", stream.read_exact(&mut bytes)).await.unwrap();
    assert!(bytes.iter().all(|byte| *byte == 7));
}

#[tokio::test]
async fn j14_the_logs_and_packets_of_all_sessions_are_bounded_together() {
    const MOST: f64 = (2 << 20) as f64;
    let (server, _file) = configured("[limits.server]\nkept_bytes = 2097152\n");
    let mut clients: Vec<WsClient> = Vec::new();
    for _ in 0..4 {
        let client = WsClient::connect(&server, "?network=lab", server.token.as_deref()).await.unwrap();
        let socket = client.udp().await;
        // More than one MiB in the log, and as much on the wire.
        for _ in 0..40 {
            let send = json!({"socket": socket, "data": {"zeros": 30_000}, "to": "bob:9"});
            client.ok("socket.send", send).await;
        }
        client.ok("log.note", json!({"text": "the newest"})).await;
        clients.push(client);
    }
    let kept = Metrics::of(&server).await.value("sockyard_log_bytes");
    assert!(kept < MOST, "all logs have {kept} bytes");
    for client in &clients {
        let log = client.ok("log.read", json!({"kinds": ["note"]})).await;
        assert_eq!(log["events"][0]["text"], "the newest", "each keeps what it has just done");
        assert!(log["oldest"].as_u64() > Some(1), "and its oldest is gone: {}", log["oldest"]);
        let packets = client.ok("packets.read", json!({"limit": 1})).await;
        assert!(packets["oldest"].as_u64() > Some(1), "{}", packets["oldest"]);
    }
    for client in &clients {
        client.ok("session.close", json!({})).await;
        client.closed().await;
    }
    // Once what they kept is given back, one that is alone has all that its own bound gives.
    eventually("the return of what the others kept", async || {
        let alone = WsClient::open(&server).await;
        let (socket, local) = alone.bound_udp().await;
        for _ in 0..40 {
            let send = json!({"socket": socket, "data": {"zeros": 30_000}, "to": local});
            alone.ok("socket.send", send).await;
        }
        let oldest = alone.ok("log.read", json!({"limit": 1})).await["oldest"].clone();
        alone.ok("session.close", json!({})).await;
        (oldest == 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn h25_h26_only_a_trusted_proxy_says_who_asks() {
    let (server, _file) = configured("[limits.client]\nsessions = 1\n");
    assert_eq!(open_for(&server, "X-Forwarded-For: 198.51.100.1\r\n").await.status, 201);
    for spoofed in ["X-Forwarded-For: 198.51.100.2\r\n", "Forwarded: for=198.51.100.3\r\n", ""] {
        assert_eq!(quota_of(&open_for(&server, spoofed).await), "client_sessions", "{spoofed:?}");
    }
    assert_eq!(refusals(&server, "client_sessions").await, 3.0);

    let (server, _file) = configured("trusted_proxies = [\"127.0.0.0/8\"]\n[limits.client]\nsessions = 1\n");
    let status = async |forwarded: &str| open_for(&server, forwarded).await.status;
    assert_eq!(status("X-Forwarded-For: 198.51.100.1\r\n").await, 201);
    assert_eq!(status("X-Forwarded-For: 198.51.100.2\r\n").await, 201);
    assert_eq!(status("X-Forwarded-For: 198.51.100.9, 198.51.100.1\r\n").await, 429, "the last hop counts");
    assert_eq!(status("X-Forwarded-For: 198.51.100.9\r\nX-Forwarded-For: 198.51.100.2\r\n").await, 429);
    assert_eq!(status("X-Forwarded-For: 2001:db8::1\r\n").await, 201);
    assert_eq!(status("X-Forwarded-For: 2001:db8::2\r\n").await, 429, "one network of 64 bits");
    assert_eq!(status("X-Forwarded-For: 2001:db8:0:1::2\r\n").await, 201);
}

#[tokio::test]
async fn j16_one_address_has_only_so_many_connections() {
    let (server, _file) = configured("[limits.client]\nconnections = 2\n");
    let one = WsClient::open(&server).await;
    let _two = WsClient::open(&server).await;
    let answer = http::get(&server, "/healthz", &[]).await;
    assert_eq!(quota_of(&answer), "client_connections");
    assert_eq!(answer.header("connection"), Some("close"));
    one.leave().await;
    eventually("the place's return", async || {
        (http::get(&server, "/healthz", &[]).await.status == 200).then_some(())
    })
    .await;
}

#[tokio::test]
async fn j18_a_tokens_sessions_and_calls_are_counted_together() {
    let (server, _file) = configured("[limits.token]\nsessions = 2\nwaiting_calls = 1\n");
    let mut create = sockyard_tests::server::command(&["token", "create", "ci", "--data-dir"]);
    let made = create.arg(server.data_dir()).output().unwrap();
    let token = String::from_utf8(made.stdout).unwrap().trim().to_owned();
    let one = WsClient::connect(&server, "", Some(&token)).await.unwrap();
    let two = WsClient::connect(&server, "", Some(&token)).await.unwrap();
    let (status, problem) = WsClient::connect(&server, "", Some(&token)).await.err().unwrap();
    assert_eq!((status, &problem["error"]["data"]["quota"]), (429, &json!("token_sessions")));
    let answer = request(&server, "POST", "/api/v1/sessions", Some(&token), None).await;
    assert_eq!(quota_of(&answer), "token_sessions", "whatever the transport");
    let (first, _) = one.bound_udp().await;
    let (second, _) = two.bound_udp().await;
    one.start("socket.recv", json!({"socket": first})).await;
    one.waiting_calls(1).await;
    let fault = two.fault("socket.recv", json!({"socket": second})).await;
    assert_eq!(fault.data.quota.as_deref(), Some("token_waiting_calls"));
    // The owner has nothing to do with that.
    let owner = WsClient::open(&server).await;
    let (socket, _) = owner.bound_udp().await;
    owner.start("socket.recv", json!({"socket": socket})).await;
    owner.waiting_calls(1).await;
    one.ok("session.close", json!({})).await;
    one.closed().await;
    WsClient::connect(&server, "", Some(&token)).await.unwrap();
}

#[tokio::test]
async fn j22_a_session_ends_with_its_lifetime_or_when_nothing_is_called() {
    for (limit, reason) in [("lifetime_seconds = 2", "lifetime"), ("idle_seconds = 2", "idle")] {
        let (server, _file) = configured(&format!("[limits.session]\n{limit}\n"));
        let client = WsClient::open(&server).await;
        let (socket, local) = client.listener().await;
        assert_eq!(client.closed().await.code, Some(1000), "{reason}");
        client.event_of(socket, "closed").await;
        assert!(TcpStream::connect(&local).await.is_err(), "its sockets are closed");
        let metrics = Metrics::of(&server).await;
        let sample = format!("sockyard_sessions_ended_total{{reason=\"{reason}\"}}");
        assert_eq!(metrics.value(&sample), 1.0);
        assert_eq!(metrics.value("sockyard_sessions"), 0.0);
    }
}

#[tokio::test]
async fn the_limits_in_force_are_told_and_wrong_ones_stop_the_start() {
    let file = NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "[limits.client]\nsessions = 7\n").unwrap();
    let config = |path: &str| {
        let done = sockyard_tests::server::command(&["config", "--config", path]).output().unwrap();
        (
            done.status.success(),
            String::from_utf8(done.stdout).unwrap() + &*String::from_utf8(done.stderr).unwrap(),
        )
    };
    let path = file.path().to_str().unwrap();
    let (done, text) = config(path);
    assert!(done && text.contains("# limits.client.sessions = 7\n"), "{text}");
    assert!(text.contains("# limits.client.wrong_tokens_per_minute = 20\n"), "{text}");
    for (wrong, part) in [
        ("[limits.client]\nsession = 7\n", "unknown field `session`"),
        ("[limits]\nclients = 7\n", "unknown field `clients`"),
        ("[limits.session]\nsockets = 0\n", "line 2"),
        ("[limits.session]\nwaiting_bytes = 1000\n", "at least 1048576"),
        ("trusted_proxies = [\"home\"]\n", "\"home\" is no address or network"),
    ] {
        std::fs::write(file.path(), wrong).unwrap();
        let (done, text) = config(path);
        assert!(!done && text.contains(part), "{wrong:?}: {text}");
    }
}

/// The benchmark and one person at their own machine: without a configuration there is no rate.
#[tokio::test]
async fn without_a_configuration_nobody_is_slowed_down() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let limits = serde_json::to_value(&client.hello.limits).unwrap();
    for rate in ["calls_per_second", "bytes_per_second", "lifetime_s", "idle_s"] {
        assert_eq!(limits.get(rate), None::<&Value>, "{rate}");
    }
    for _ in 0..2_000 {
        client.notify("socket.list", json!({})).await;
    }
    client.ok("socket.list", json!({})).await;
    let failed = client.ok("log.read", json!({"kinds": ["failed"]})).await;
    assert_eq!(failed["events"], json!([]));
}
