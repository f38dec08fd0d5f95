//! Ports that several sockets share: within a session as the kernel has it, and with nobody else.

use serde_json::json;
use sockyard_tests::{Program, TestServer, WsClient, program, sockets};

/// A new socket with options on.
async fn socket(client: &WsClient, kind: &str, options: &[&str]) -> u64 {
    let socket = client.socket("inet", kind).await;
    for name in options {
        let params = json!({"socket": socket, "name": name, "value": true});
        assert_eq!(client.ok("socket.set_option", params).await["value"], true);
    }
    socket
}

/// A bind that the kernel refuses because the port has an owner.
#[track_caller]
fn in_use<'a>(client: &'a WsClient, socket: u64, address: &str) -> impl Future<Output = ()> + 'a {
    let place = std::panic::Location::caller();
    let params = json!({"socket": socket, "address": address});
    async move {
        let fault = client.fault("socket.bind", params).await;
        assert_eq!(fault.data.errno.as_deref(), Some("EADDRINUSE"), "{place}: {fault:?}");
    }
}

#[tokio::test]
async fn datagram_sockets_of_a_session_share_a_port_and_its_traffic() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let one = socket(&client, "dgram", &["reuse_port"]).await;
    let local = client.bind(one, "127.0.0.1:0").await;
    let two = socket(&client, "dgram", &["reuse_port"]).await;
    assert_eq!(client.bind(two, &local).await, local);
    for shared in [one, two] {
        let value = client.ok("socket.get_option", json!({"socket": shared, "name": "reuse_port"})).await;
        assert_eq!(value["value"], true, "the option is what was set");
        client.ok("socket.configure", json!({"socket": shared, "receive": "stream"})).await;
    }
    // The kernel chooses by the sender's address: so many senders that both have some.
    for _ in 0..64 {
        let (outside, _) = sockets::udp().await;
        outside.send_to(b"x", &local).await.unwrap();
    }
    client.event_of(one, "received").await;
    client.event_of(two, "received").await;
}

#[tokio::test]
async fn listeners_of_a_session_share_a_port_once_the_first_listens() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let one = socket(&client, "stream", &["reuse_port"]).await;
    let local = client.bind(one, "127.0.0.1:0").await;
    let two = socket(&client, "stream", &["reuse_port"]).await;
    in_use(&client, two, &local).await;
    client.ok("socket.listen", json!({"socket": one})).await;
    client.bind(two, &local).await;
    client.ok("socket.listen", json!({"socket": two})).await;
    for listener in [one, two] {
        client.ok("socket.configure", json!({"socket": listener, "accept": "stream"})).await;
    }
    let mut connections = Vec::new();
    for _ in 0..32 {
        connections.push(sockets::connect(&local).await);
    }
    client.event_of(one, "accepted").await;
    client.event_of(two, "accepted").await;
}

#[tokio::test]
async fn no_other_session_takes_part_of_a_port() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let other = WsClient::open(&server).await;
    let both = ["reuse_port", "reuse_address"];
    for kind in ["dgram", "stream"] {
        let owner = socket(&client, kind, &both).await;
        let local = client.bind(owner, "127.0.0.1:0").await;
        if kind == "stream" {
            client.ok("socket.listen", json!({"socket": owner})).await;
        }
        for options in [&both[..], &both[..1], &both[1..], &[]] {
            let thief = socket(&other, kind, options).await;
            in_use(&other, thief, &local).await;
        }
        // Not even beside a second socket of the owner's.
        let second = socket(&client, kind, &both).await;
        client.bind(second, &local).await;
        let thief = socket(&other, kind, &both).await;
        in_use(&other, thief, &local).await;
        client.ok("socket.close", json!({"socket": owner})).await;
        client.ok("socket.close", json!({"socket": second})).await;
        other.bind(thief, &local).await;
    }
}

#[tokio::test]
async fn no_session_takes_part_of_a_programs_port() {
    const OWNER: &str = r#"
import socket, sys
s = socket.socket(socket.AF_INET, getattr(socket, sys.argv[1]))
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
s.bind(("127.0.0.1", 0))
if sys.argv[1] == "SOCK_STREAM":
    s.listen()
print("%s:%d" % s.getsockname())
sys.stdin.read()
"#;
    if !program::installed("python3") {
        return;
    }
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    for (kind, name) in [("dgram", "SOCK_DGRAM"), ("stream", "SOCK_STREAM")] {
        let mut owner = Program::python(OWNER, &[name]);
        let address = owner.line().await;
        let thief = socket(&client, kind, &["reuse_port", "reuse_address"]).await;
        in_use(&client, thief, &address).await;
    }
}
