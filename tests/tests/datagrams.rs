//! UDP: message boundaries, senders, truncation, and payloads of every form.

use serde_json::json;
use sockyard_tests::{TestServer, WsClient, bytes, sockets};

#[tokio::test]
async fn datagrams_keep_their_boundaries_and_tell_their_sender() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, local) = client.bound_udp().await;
    let (outside, address) = sockets::udp().await;
    outside.send_to(b"one", &local).await.unwrap();
    outside.send_to(b"two", &local).await.unwrap();
    for expected in ["one", "two"] {
        let received = client.ok("socket.recv", json!({"socket": socket})).await;
        assert_eq!(received["data"]["text"], expected);
        assert_eq!(received["from"], address);
        assert!(received.get("truncated").is_none() && received.get("eof").is_none());
    }
    client.ok("socket.send", json!({"socket": socket, "data": "back", "to": address})).await;
    let (back, from) = sockets::receive(&outside).await;
    assert_eq!((back.as_slice(), from.to_string()), (b"back".as_slice(), local));
    let sent = client.event_of(socket, "sent").await;
    assert_eq!(sent["to"], address);
}

#[tokio::test]
async fn a_datagram_longer_than_max_is_cut_and_says_how_long_it_was() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, local) = client.bound_udp().await;
    let (outside, _) = sockets::udp().await;
    outside.send_to(b"0123456789", &local).await.unwrap();
    outside.send_to(b"next", &local).await.unwrap();
    let received = client.ok("socket.recv", json!({"socket": socket, "max": 4})).await;
    assert_eq!(bytes(&received), b"0123");
    assert_eq!((&received["bytes"], &received["truncated"]), (&json!(4), &json!(true)));
    assert_eq!(received["datagram_bytes"], 10);
    assert_eq!(client.recv(socket).await, b"next", "the rest is gone");
    assert_eq!(client.event_of(socket, "received").await["truncated"], true);
}

#[tokio::test]
async fn a_datagram_of_no_bytes_is_a_datagram() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, local) = client.bound_udp().await;
    let (outside, address) = sockets::udp().await;
    client.ok("socket.send", json!({"socket": socket, "data": "", "to": address})).await;
    assert_eq!(sockets::receive(&outside).await.0, b"");
    outside.send_to(b"", &local).await.unwrap();
    let received = client.ok("socket.recv", json!({"socket": socket})).await;
    assert_eq!((&received["bytes"], &received["from"]), (&json!(0), &json!(address)));
    assert!(received.get("eof").is_none(), "datagrams have no end: {received}");
}

#[tokio::test]
async fn a_connected_datagram_socket_sends_and_hears_one_peer_only() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, local) = client.bound_udp().await;
    let (peer, peer_address) = sockets::udp().await;
    let (stranger, _) = sockets::udp().await;
    let connected = client.ok("socket.connect", json!({"socket": socket, "address": peer_address})).await;
    assert_eq!(connected["peer"], peer_address);
    client.send_data(socket, "to my peer").await;
    assert_eq!(sockets::receive(&peer).await.0, b"to my peer");
    stranger.send_to(b"not for you", &local).await.unwrap();
    peer.send_to(b"for you", &local).await.unwrap();
    assert_eq!(client.recv(socket).await, b"for you");
    assert_eq!(client.info(socket).await["peer"], peer_address);
}

#[tokio::test]
async fn every_form_of_payload_sends_its_bytes() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, _) = client.bound_udp().await;
    let (outside, address) = sockets::udp().await;
    for (payload, expected) in [
        (json!("hello"), b"hello".to_vec()),
        (json!({"text": "hello"}), b"hello".to_vec()),
        (json!({"hex": "68 65 6c6c 6F"}), b"hello".to_vec()),
        (json!({"base64": "aGVsbG8="}), b"hello".to_vec()),
        (
            json!({"escaped": "GET / HTTP/1.1\\r\\n\\x00\\u{6f22}"}),
            b"GET / HTTP/1.1\r\n\0\xe6\xbc\xa2".to_vec(),
        ),
        (json!({"zeros": 3}), vec![0, 0, 0]),
        (json!({"repeat": "41", "count": 4}), b"AAAA".to_vec()),
    ] {
        client.ok("socket.send", json!({"socket": socket, "data": payload, "to": address})).await;
        assert_eq!(sockets::receive(&outside).await.0, expected, "{payload}");
    }
}

#[tokio::test]
async fn a_payload_that_is_none_is_refused_with_its_place_and_sends_nothing() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, _) = client.bound_udp().await;
    let (outside, address) = sockets::udp().await;
    for (payload, place) in [
        (json!({"hex": "6 g1"}), "3"),
        (json!({"hex": "686"}), "odd"),
        (json!({"base64": "aGVsbG8"}), ""),
        (json!({"escaped": "ab\\q"}), "3"),
        (json!({"text": "a漢", "encoding": "iso-8859-1"}), "2"),
        (json!({"text": "a", "encoding": "klingon"}), "klingon"),
        (json!({"zeros": 1_048_577}), "1048576"),
    ] {
        let fault =
            client.fault("socket.send", json!({"socket": socket, "data": payload, "to": address})).await;
        assert_eq!(fault.code, 9, "{payload}: {fault:?}");
        let hint = fault.data.hint.unwrap_or_default();
        assert!(!hint.is_empty() && hint.contains(place), "{payload}: {hint}");
    }
    client.ok("socket.send", json!({"socket": socket, "data": "first", "to": address})).await;
    assert_eq!(sockets::receive(&outside).await.0, b"first");
}

#[tokio::test]
async fn bytes_are_always_base64_for_a_connection_that_asks_for_it() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let set = client.ok("session.configure", json!({"data": "base64"})).await;
    assert_eq!(set["data"], "base64");
    let (socket, local) = client.bound_udp().await;
    let (outside, _) = sockets::udp().await;
    outside.send_to(b"hello", &local).await.unwrap();
    let received = client.ok("socket.recv", json!({"socket": socket})).await;
    assert_eq!(received["data"], json!({"base64": "aGVsbG8="}));
    assert_eq!(client.event_of(socket, "received").await["data"], json!({"base64": "aGVsbG8="}));
}

#[tokio::test]
async fn udp_over_ipv6_works_like_udp_over_ipv4() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let one = client.socket("inet6", "dgram").await;
    let local = client.bind(one, "[::1]:0").await;
    let two = client.socket("inet6", "dgram").await;
    client.ok("socket.send", json!({"socket": two, "data": "six", "to": local})).await;
    let received = client.ok("socket.recv", json!({"socket": one})).await;
    assert_eq!(bytes(&received), b"six");
    assert!(received["from"].as_str().unwrap().starts_with("[::1]:"));
}

#[tokio::test]
async fn an_ipv6_socket_speaks_to_ipv4_loopback_through_a_mapped_address() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (outside, address) = sockets::udp().await;
    let mapped = address.replace("127.0.0.1", "[::ffff:127.0.0.1]");
    let socket = client.socket("inet6", "dgram").await;
    client.ok("socket.send", json!({"socket": socket, "data": "mapped", "to": mapped})).await;
    assert_eq!(sockets::receive(&outside).await.0, b"mapped");
}

#[tokio::test]
async fn a_broadcast_is_not_sent_even_by_a_socket_that_may() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, _) = client.bound_udp().await;
    client.ok("socket.set_option", json!({"socket": socket, "name": "broadcast", "value": true})).await;
    let send = json!({"socket": socket, "data": "all", "to": "255.255.255.255:9"});
    assert_eq!(client.fault("socket.send", send).await.code, 2);
}
