//! Section 6: what the kernel knows of a socket.

use serde_json::{Value, json};
use sockyard_tests::{TestServer, WsClient, eventually, sockets};

/// Waits until the kernel reports a state.
async fn state(client: &WsClient, socket: u64, expected: &str) -> Value {
    eventually(format!("socket {socket} in {expected}"), async || {
        let info = client.info(socket).await;
        (info["state"] == expected).then_some(info)
    })
    .await
}

#[tokio::test]
async fn a_connections_states_are_the_kernels() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let socket = client.tcp().await;
    let fresh = client.info(socket).await;
    assert_eq!((&fresh["state"], &fresh["peer"]), (&json!("CLOSE"), &Value::Null));
    assert_eq!((&fresh["family"], &fresh["type"]), (&json!("inet"), &json!("stream")));
    assert_eq!((&fresh["receive"], &fresh["accept"]), (&json!("manual"), &json!("manual")));
    let (listener, address) = sockets::listener().await;
    client.ok("socket.connect", json!({"socket": socket, "address": address})).await;
    let mut peer = sockets::accept(&listener).await;
    let info = state(&client, socket, "ESTABLISHED").await;
    assert_eq!(info["peer"], address);
    assert_eq!(info["local"], peer.peer_addr().unwrap().to_string());
    sockets::write(&mut peer, b"bye").await;
    drop(peer);
    state(&client, socket, "CLOSE_WAIT").await;
    client.ok("socket.shutdown", json!({"socket": socket, "how": "write"})).await;
    state(&client, socket, "CLOSE").await;
}

#[tokio::test]
async fn a_listener_tells_how_many_wait_and_how_many_may() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let listener = client.tcp().await;
    let local = client.bind(listener, "127.0.0.1:0").await;
    let listening = client.ok("socket.listen", json!({"socket": listener, "backlog": 5})).await;
    assert_eq!((&listening["backlog"], &listening["local"]), (&json!(5), &json!(local)));
    let info = client.info(listener).await;
    assert_eq!((&info["state"], &info["backlog"]), (&json!("LISTEN"), &json!({"waiting": 0, "limit": 5})));
    let _one = sockets::connect(&local).await;
    let _two = sockets::connect(&local).await;
    eventually("two waiting connections", async || {
        (client.info(listener).await["backlog"]["waiting"] == 2).then_some(())
    })
    .await;
    client.ok("socket.accept", json!({"socket": listener})).await;
    assert_eq!(client.info(listener).await["backlog"]["waiting"], 1);
}

#[tokio::test]
async fn the_backlog_in_force_is_the_kernels_cap() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let cap = std::fs::read_to_string("/proc/sys/net/core/somaxconn").unwrap();
    let cap: u64 = cap.trim().parse().unwrap();
    let listener = client.tcp().await;
    client.bind(listener, "127.0.0.1:0").await;
    let listening = client.ok("socket.listen", json!({"socket": listener, "backlog": 1_000_000})).await;
    assert_eq!(listening["backlog"], cap);
    let default = client.ok("socket.listen", json!({"socket": listener})).await;
    assert_eq!(default["backlog"], 128.min(cap));
}

#[tokio::test]
async fn queues_show_what_has_not_been_taken() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, mut peer) = client.connected().await;
    sockets::write(&mut peer, b"12345").await;
    eventually("five bytes in the queue", async || {
        (client.info(socket).await["receive_queue"] == 5).then_some(())
    })
    .await;
    client.recv(socket).await;
    assert_eq!(client.info(socket).await["receive_queue"], 0);

    let (datagrams, local) = client.bound_udp().await;
    let (outside, _) = sockets::udp().await;
    outside.send_to(b"12345", &local).await.unwrap();
    let queue = client.info(datagrams).await["receive_queue"].as_u64().unwrap();
    assert!(queue >= 5, "{queue}");
    client.recv(datagrams).await;
    assert_eq!(client.info(datagrams).await["receive_queue"], 0);
}

#[tokio::test]
async fn bytes_are_counted_and_tcp_tells_about_its_connection() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, mut peer) = client.connected().await;
    client.send_data(socket, "12345").await;
    sockets::read(&mut peer, 5).await;
    sockets::write(&mut peer, b"123").await;
    client.recv(socket).await;
    let info = client.info(socket).await;
    assert_eq!((&info["bytes_sent"], &info["bytes_received"]), (&json!(5), &json!(3)));
    let tcp = &info["tcp"];
    assert_eq!((&tcp["bytes_sent"], &tcp["bytes_received"]), (&json!(5), &json!(3)));
    for field in ["rtt_us", "rtt_var_us", "congestion_window", "mss"] {
        assert!(tcp[field].as_u64().is_some(), "{field}: {tcp}");
    }
    assert!(tcp["mss"].as_u64() > Some(500), "{tcp}");
    assert_eq!(tcp["retransmits"], 0);
}

#[tokio::test]
async fn a_datagram_socket_has_no_state_no_backlog_and_no_tcp() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, local) = client.bound_udp().await;
    let info = client.info(socket).await;
    assert_eq!(info["local"], local);
    for field in ["state", "backlog", "tcp", "peer", "responder"] {
        assert_eq!(info[field], Value::Null, "{field}: {info}");
    }
}

#[tokio::test]
async fn the_list_holds_the_open_sockets_in_order() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    assert_eq!(client.ok("socket.list", json!({})).await["sockets"], json!([]));
    let sockets = [client.tcp().await, client.udp().await, client.socket("unix", "stream").await];
    client.ok("socket.close", json!({"socket": sockets[1]})).await;
    let list = client.ok("socket.list", json!({})).await;
    let numbers: Vec<u64> =
        list["sockets"].as_array().unwrap().iter().map(|info| info["socket"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [sockets[0], sockets[2]]);
    assert_eq!(list["sockets"][0], client.info(sockets[0]).await);
}

#[tokio::test]
async fn datagrams_that_find_no_room_are_counted() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, local) = client.bound_udp().await;
    client.ok("socket.set_option", json!({"socket": socket, "name": "receive_buffer", "value": 2048})).await;
    assert_eq!(client.info(socket).await["drops"], 0);
    let (outside, _) = sockets::udp().await;
    for _ in 0..200 {
        outside.send_to(&[0; 1000], &local).await.unwrap();
    }
    eventually("drops", async || client.info(socket).await["drops"].as_u64().filter(|drops| *drops > 0))
        .await;
}
