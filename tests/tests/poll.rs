//! Section 4: `socket.poll` against the kernel, and `dns.resolve`.

use serde_json::json;
use sockyard_tests::{TestServer, WsClient, sockets};

#[tokio::test]
async fn poll_tells_which_sockets_are_ready_and_for_what() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (quiet, _) = client.bound_udp().await;
    let (busy, local) = client.bound_udp().await;
    let asked = json!({"sockets": [quiet, busy], "for": ["read"], "timeout_ms": 0});
    assert_eq!(client.ok("socket.poll", asked).await, json!({"ready": []}));
    let both = client.ok("socket.poll", json!({"sockets": [busy]})).await;
    assert_eq!(
        both,
        json!({"ready": [{"socket": busy, "read": false, "write": true, "hangup": false, "error": false}]})
    );
    let waiting = client.start("socket.poll", json!({"sockets": [quiet, busy], "for": ["read"]})).await;
    client.waiting_calls(1).await;
    let (outside, _) = sockets::udp().await;
    outside.send_to(b"x", &local).await.unwrap();
    assert_eq!(
        waiting.ok().await,
        json!({"ready": [{"socket": busy, "read": true, "write": false, "hangup": false, "error": false}]})
    );
    // It takes nothing away.
    assert_eq!(client.recv(busy).await, b"x");
}

#[tokio::test]
async fn poll_on_a_listener_waits_for_a_connection_and_tells_of_a_hangup() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (listener, address) = client.listener().await;
    let waiting = client.start("socket.poll", json!({"sockets": [listener], "for": ["read"]})).await;
    let _peer = sockets::connect(&address).await;
    assert_eq!(waiting.ok().await["ready"][0]["read"], true);
    let unconnected = client.tcp().await;
    let ready = client.ok("socket.poll", json!({"sockets": [unconnected], "for": ["read"]})).await;
    assert_eq!(ready["ready"][0]["hangup"], true, "Linux reports a stream that is not connected as hung up");
}

#[tokio::test]
async fn closing_a_polled_socket_cancels_and_an_unknown_one_is_named() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, _) = client.bound_udp().await;
    let waiting = client.start("socket.poll", json!({"sockets": [socket], "for": ["read"]})).await;
    client.waiting_calls(1).await;
    client.ok("socket.close", json!({"socket": socket})).await;
    assert_eq!(waiting.fault().await.code, 5);
    assert_eq!(client.fault("socket.poll", json!({"sockets": [socket]})).await.code, 3);
}

#[tokio::test]
async fn names_are_resolved_with_the_policys_verdict() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let resolved = client.ok("dns.resolve", json!({"name": "localhost"})).await;
    let allowed = |address: &str| json!({"address": address, "allowed": true});
    assert_eq!(resolved["addresses"], json!([allowed("127.0.0.1"), allowed("::1")]));
    let literal = client.ok("dns.resolve", json!({"name": "10.0.0.1"})).await;
    assert_eq!(literal["addresses"], json!([{"address": "10.0.0.1", "allowed": false}]));
    let unknown = client.ok("dns.resolve", json!({"name": "no-such-name.invalid"})).await;
    assert_eq!(unknown["addresses"], json!([]));
}
