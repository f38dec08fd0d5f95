//! Starting and ending: clear errors, and a shutdown that nobody has to wait for.

use std::time::{Duration, Instant};

use serde_json::json;
use sockyard_tests::server::{self, Refused};
use sockyard_tests::{TestServer, WsClient, http, sockets};

/// An error is one line that names what is wrong.
#[track_caller]
fn one_line(refused: &Refused, parts: &[&str]) {
    assert!(!refused.status.success(), "{}", refused.stderr);
    assert!(refused.status.code().is_some(), "it ends by itself: {}", refused.status);
    let stderr = refused.stderr.trim();
    for part in parts {
        assert!(stderr.contains(part), "no {part:?} in {stderr:?}");
    }
    assert!(!stderr.contains("panicked") && !stderr.contains("stack backtrace"), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "one line: {stderr}");
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let server = TestServer::start();
    let files = tempfile::tempdir().unwrap();
    let data = files.path().to_str().unwrap();
    let address = server.authority();
    let refused = server::refused(&["serve", "--listen", &address, "--data-dir", data]).await;
    one_line(&refused, &[&address, "in use"]);
}

#[tokio::test]
async fn a_data_folder_that_cannot_be_made_is_named() {
    let files = tempfile::tempdir().unwrap();
    let file = files.path().join("file");
    std::fs::write(&file, "in the way").unwrap();
    // A folder below a file can be made by nobody, root included.
    let data = file.join("data");
    let data = data.to_str().unwrap();
    let refused = server::refused(&["serve", "--listen", "127.0.0.1:0", "--data-dir", data]).await;
    one_line(&refused, &[data]);
}

#[tokio::test]
async fn a_data_folder_in_use_is_named_and_left_alone() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let data = server.data_dir();
    let data = data.to_str().unwrap();
    let refused = server::refused(&["serve", "--listen", "127.0.0.1:0", "--data-dir", data]).await;
    one_line(&refused, &[data]);
    let socket = client.socket("unix", "dgram").await;
    client.bind(socket, "unix:still-here").await;
}

#[tokio::test]
async fn a_server_that_was_killed_leaves_nothing_in_the_way_of_the_next() {
    let mut server = TestServer::start();
    let client = WsClient::open(&server).await;
    let socket = client.socket("unix", "dgram").await;
    client.bind(socket, "unix:left-over").await;
    server.signal(libc::SIGKILL);
    server.exit().await;
    let data = server.data_dir();
    let again = TestServer::start_with(&["--data-dir", data.to_str().unwrap()]);
    let client = WsClient::open(&again).await;
    let socket = client.socket("unix", "dgram").await;
    client.bind(socket, "unix:left-over").await;
}

#[tokio::test]
async fn bad_values_of_flags_are_named() {
    for (arguments, part) in [
        (["serve", "--listen", "nowhere"], "--listen"),
        (["serve", "--listen", "127.0.0.1:99999"], "--listen"),
        (["serve", "--access", "maybe"], "--access"),
        (["serve", "--grace-seconds", "soon"], "--grace-seconds"),
        (["serve", "--grace-seconds", "-1"], "-1"),
        (["serve", "--max-sessions", "0"], "--max-sessions"),
        (["serve", "--max-sessions", "many"], "--max-sessions"),
        (["serve", "--max-connections", "-1"], "--max-connections"),
        (["serve", "--max-connections", "1048577"], "--max-connections"),
        (["serve", "--busy-poll-us", "1001"], "--busy-poll-us"),
        (["serve", "--public-url", "ftp://x"], "--public-url"),
        (["serve", "--no-such-flag", "1"], "--no-such-flag"),
        (["explode", "now", "please"], "explode"),
    ] {
        let refused = server::refused(&arguments).await;
        assert!(!refused.status.success(), "{arguments:?}");
        assert!(refused.stderr.contains(part), "{arguments:?}: {}", refused.stderr);
        assert!(!refused.stderr.contains("panicked"), "{arguments:?}: {}", refused.stderr);
    }
}

#[tokio::test]
async fn sigterm_tells_clients_closes_sockets_and_ends_well() {
    let mut server = TestServer::start();
    let client = WsClient::open(&server).await;
    let other = WsClient::open(&server).await;
    let (connected, mut peer) = client.connected().await;
    let (listener, _) = client.listener().await;
    let (datagrams, _) = other.bound_udp().await;
    // Calls that wait do not hold it up.
    _ = client.start("socket.recv", json!({"socket": connected})).await;
    _ = client.start("socket.accept", json!({"socket": listener})).await;
    _ = other.start("socket.recv", json!({"socket": datagrams})).await;
    client.waiting_calls(2).await;
    other.waiting_calls(1).await;
    let start = Instant::now();
    server.terminate();
    assert_eq!(client.closed().await.code, Some(1001));
    assert_eq!(other.closed().await.code, Some(1001));
    assert_eq!(sockets::read_to_end(&mut peer).await.unwrap(), b"");
    assert_eq!(server.exit().await.code(), Some(0));
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_signal_that_is_sent_twice_at_once_is_one() {
    let mut server = TestServer::start();
    let client = WsClient::open(&server).await;
    // It does not read, so the way down takes as long as it may.
    client.pause();
    let other = WsClient::open(&server).await;
    server.terminate();
    other.closed().await;
    server.terminate();
    assert_eq!(server.exit().await.code(), Some(0));
}

#[tokio::test]
async fn sigint_ends_it_too_even_with_a_client_that_does_not_read() {
    let mut server = TestServer::start();
    let client = WsClient::open(&server).await;
    client.pause();
    let start = Instant::now();
    server.signal(libc::SIGINT);
    assert_eq!(server.exit().await.code(), Some(0));
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

#[tokio::test]
async fn an_unfinished_request_does_not_hold_up_the_end() {
    let mut server = TestServer::start();
    let mut half = sockets::connect(&server.authority()).await;
    sockets::write(&mut half, b"GET / HTTP/1.1\r\nHost:").await;
    assert_eq!(http::get(&server, "/healthz", &[]).await.status, 200);
    let start = Instant::now();
    server.terminate();
    assert_eq!(server.exit().await.code(), Some(0));
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_server_comes_back_on_its_address_at_once() {
    let mut server = TestServer::start();
    let client = WsClient::open(&server).await;
    server.terminate();
    client.closed().await;
    server.exit().await;
    let again = TestServer::start_again(&server);
    assert_eq!(again.url(), server.url());
    WsClient::open(&again).await.tcp().await;
}

#[tokio::test]
async fn the_servers_log_holds_no_tokens_and_no_payloads() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, mut peer) = client.connected().await;
    client.send_data(socket, "private words").await;
    sockets::read(&mut peer, 13).await;
    client.fault("socket.connect", json!({"socket": socket, "address": "10.0.0.1:9"})).await;
    client.send_text("not json but private words").await;
    client.unclaimed().await;
    let stderr = server.stderr();
    for secret in ["private words", server.token.as_deref().unwrap(), client.hello.token.as_str()] {
        assert!(!stderr.contains(secret), "{secret} in\n{stderr}");
    }
}
