//! Section 5: sockets from which the server receives and accepts by itself, and responders.

use serde_json::{Value, json};
use sockyard_tests::{TestServer, WsClient, bytes, eventually, sockets};

#[tokio::test]
async fn a_streaming_socket_shows_what_arrives_without_a_call() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, local) = client.bound_udp().await;
    let set = client.ok("socket.configure", json!({"socket": socket, "receive": "stream"})).await;
    assert_eq!(set, json!({"receive": "stream", "accept": "manual", "responder": null}));
    let (outside, address) = sockets::udp().await;
    outside.send_to(b"one", &local).await.unwrap();
    outside.send_to(&[0xff], &local).await.unwrap();
    let one = client.event("one", |event| event["data"]["text"] == "one").await;
    assert_eq!(
        (&one["kind"], &one["socket"], &one["from"]),
        (&json!("received"), &json!(socket), &json!(address))
    );
    client.event("the byte", |event| event["data"]["base64"] == "/w==").await;
    assert_eq!(client.info(socket).await["receive"], "stream");
}

#[tokio::test]
async fn a_streaming_connection_shows_its_end() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, mut peer) = client.connected().await;
    client.ok("socket.configure", json!({"socket": socket, "receive": "stream"})).await;
    sockets::write(&mut peer, b"bye").await;
    drop(peer);
    let received = client.event_of(socket, "received").await;
    assert_eq!(bytes(&received), b"bye");
    let end = client.event_of(socket, "peer_closed").await;
    assert!(end["seq"].as_u64() > received["seq"].as_u64());
}

#[tokio::test]
async fn a_streaming_connection_shows_a_reset() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, peer) = client.connected().await;
    client.ok("socket.configure", json!({"socket": socket, "receive": "stream"})).await;
    sockets::reset(peer);
    client.event_of(socket, "reset").await;
}

#[tokio::test]
async fn data_that_waited_before_streaming_began_is_shown() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, local) = client.bound_udp().await;
    let (outside, _) = sockets::udp().await;
    outside.send_to(b"early", &local).await.unwrap();
    client.ok("socket.configure", json!({"socket": socket, "receive": "stream"})).await;
    client.event("the early datagram", |event| event["data"]["text"] == "early").await;
}

#[tokio::test]
async fn a_socket_that_is_manual_again_leaves_the_data_to_calls() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, local) = client.bound_udp().await;
    let (outside, _) = sockets::udp().await;
    client.ok("socket.configure", json!({"socket": socket, "receive": "stream"})).await;
    outside.send_to(b"streamed", &local).await.unwrap();
    client.event("the streamed datagram", |event| event["data"]["text"] == "streamed").await;
    client.ok("socket.configure", json!({"socket": socket, "receive": "manual"})).await;
    outside.send_to(b"called for", &local).await.unwrap();
    assert_eq!(client.recv(socket).await, b"called for");
}

#[tokio::test]
async fn an_echo_responder_answers_datagrams_and_streams() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let echo = |socket| json!({"socket": socket, "receive": "stream", "responder": {"kind": "echo"}});
    let (datagrams, local) = client.bound_udp().await;
    let set = client.ok("socket.configure", echo(datagrams)).await;
    assert_eq!(set["responder"], json!({"kind": "echo"}));
    let (outside, _) = sockets::udp().await;
    for text in [b"one".as_slice(), b"", &[0, 255]] {
        outside.send_to(text, &local).await.unwrap();
        assert_eq!(sockets::receive(&outside).await.0, text);
    }
    let (stream, mut peer) = client.connected().await;
    client.ok("socket.configure", echo(stream)).await;
    sockets::write(&mut peer, b"again").await;
    assert_eq!(sockets::read(&mut peer, 5).await, b"again");
    let sent = client.event_of(stream, "sent").await;
    assert_eq!(bytes(&sent), b"again", "what a responder sends is in the log");
    client.ok("socket.configure", json!({"socket": stream, "responder": null})).await;
    assert_eq!(client.info(stream).await["responder"], Value::Null);
}

#[tokio::test]
async fn a_streaming_listener_accepts_and_its_connections_inherit() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (listener, local) = client.listener().await;
    client
        .ok("socket.configure", json!({"socket": listener, "accept": "stream", "receive": "stream", "responder": {"kind": "echo"}}))
        .await;
    let mut peers = Vec::new();
    for number in 0..3 {
        let mut peer = sockets::connect(&local).await;
        sockets::write(&mut peer, format!("hello {number}").as_bytes()).await;
        assert_eq!(sockets::read(&mut peer, 7).await, format!("hello {number}").as_bytes());
        peers.push(peer);
    }
    let accepted = client.event_of(listener, "accepted").await;
    let connection = accepted["connection"].as_u64().unwrap();
    assert_eq!(accepted["peer"], peers[0].local_addr().unwrap().to_string());
    let info = client.info(connection).await;
    assert_eq!((&info["receive"], &info["responder"]), (&json!("stream"), &json!({"kind": "echo"})));
    assert_eq!(client.info(listener).await["backlog"]["waiting"], 0);
}

#[tokio::test]
async fn accepted_connections_of_a_manual_listener_are_manual() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (listener, local) = client.listener().await;
    let _peer = sockets::connect(&local).await;
    let accepted = client.ok("socket.accept", json!({"socket": listener})).await;
    let info = client.info(accepted["connection"].as_u64().unwrap()).await;
    assert_eq!((&info["receive"], &info["responder"]), (&json!("manual"), &Value::Null));
}

#[tokio::test]
async fn a_streaming_session_goes_on_while_its_client_is_away() {
    let server = TestServer::start();
    let first = WsClient::open(&server).await;
    let (listener, local) = first.listener().await;
    first
        .ok("socket.configure", json!({"socket": listener, "accept": "stream", "receive": "stream", "responder": {"kind": "echo"}}))
        .await;
    let hello = first.hello.clone();
    first.leave().await;
    let mut peer = sockets::connect(&local).await;
    sockets::write(&mut peer, b"anyone there?").await;
    assert_eq!(sockets::read(&mut peer, 13).await, b"anyone there?");
    let second = WsClient::resume(&server, &hello, Some(0)).await.unwrap();
    second.event("what came meanwhile", |event| event["data"]["text"] == "anyone there?").await;
}

#[tokio::test]
async fn lost_datagrams_of_a_streaming_socket_are_events() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, local) = client.bound_udp().await;
    client.ok("socket.set_option", json!({"socket": socket, "name": "receive_buffer", "value": 2048})).await;
    let (outside, _) = sockets::udp().await;
    for _ in 0..200 {
        outside.send_to(&[0; 1000], &local).await.unwrap();
    }
    client.ok("socket.configure", json!({"socket": socket, "receive": "stream"})).await;
    let dropped = eventually("a dropped event", async || {
        // The kernel tells of its losses along with later datagrams.
        outside.send_to(b"more", &local).await.unwrap();
        client.events().into_iter().find(|event| event["kind"] == "dropped")
    })
    .await;
    assert!(dropped["count"].as_u64() > Some(0), "{dropped}");
    assert!(dropped["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{dropped}");
}

#[tokio::test]
async fn a_connection_can_ask_for_less_of_the_data_of_its_events() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let other = WsClient::resume(&server, &client.hello, None).await.unwrap();
    let (outside, address) = sockets::udp().await;
    let socket = client.udp().await;
    let send = json!({"socket": socket, "data": {"repeat": "61", "count": 1000}, "to": address});
    for (share, length) in [("full", Some(1000)), ("preview", Some(256)), ("none", None)] {
        let set = client.ok("session.configure", json!({"payload": share})).await;
        assert_eq!(set["payload"], share);
        let before = client.events().len();
        client.ok("socket.send", send.clone()).await;
        sockets::receive(&outside).await;
        let sent = eventually("the sent event", async || {
            client.events()[before..].iter().find(|event| event["kind"] == "sent").cloned()
        })
        .await;
        assert_eq!(sent["bytes"], 1000, "{share}");
        assert_eq!(sent.get("data").map(|_| bytes(&sent).len()), length, "{share}");
    }
    other.event("the third send", |event| event["seq"] == 4).await;
    let lengths: Vec<usize> = other
        .events()
        .iter()
        .filter(|event| event["kind"] == "sent")
        .map(|event| bytes(event).len())
        .collect();
    assert_eq!(lengths, [1000, 1000, 1000], "each connection chooses for itself");
}
