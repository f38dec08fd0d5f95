//! Section 1: calls that wait block nothing else, can be limited and cancelled, and lose nothing.

use serde_json::json;
use sockyard_tests::{TestServer, WsClient, bytes, sockets};

#[tokio::test]
async fn an_accept_waits_for_a_connection_while_other_calls_go_on() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (listener, local) = client.listener().await;
    let waiting = client.start("socket.accept", json!({"socket": listener})).await;
    client.waiting_calls(1).await;
    let (other, _) = client.bound_udp().await;
    client.info(listener).await;
    client.info(other).await;
    let peer = sockets::connect(&local).await;
    let accepted = waiting.ok().await;
    assert_eq!(accepted["peer"], peer.local_addr().unwrap().to_string());
    assert_eq!(accepted["local"], local);
}

#[tokio::test]
async fn an_accept_that_ran_out_of_time_leaves_the_connection_to_the_next() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (listener, local) = client.listener().await;
    let fault = client.fault("socket.accept", json!({"socket": listener, "timeout_ms": 50})).await;
    assert_eq!(fault.code, 4, "{fault:?}");
    assert_eq!(fault.data.call.as_deref(), Some("accept"));
    let at_once = client.fault("socket.accept", json!({"socket": listener, "timeout_ms": 0})).await;
    assert_eq!(at_once.code, 4);
    let peer = sockets::connect(&local).await;
    let accepted = client.ok("socket.accept", json!({"socket": listener, "timeout_ms": 5000})).await;
    assert_eq!(accepted["peer"], peer.local_addr().unwrap().to_string());
}

#[tokio::test]
async fn a_recv_that_ran_out_of_time_leaves_the_data_to_the_next() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, mut peer) = client.connected().await;
    let fault = client.fault("socket.recv", json!({"socket": socket, "timeout_ms": 50})).await;
    assert_eq!(fault.code, 4);
    sockets::write(&mut peer, b"later").await;
    assert_eq!(client.recv(socket).await, b"later");
    let failed = client.event_of(socket, "failed").await;
    assert_eq!((&failed["call"], &failed["error"]["code"]), (&json!("recv"), &json!(4)));
}

#[tokio::test]
async fn a_time_limit_of_zero_takes_what_is_there_already() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, local) = client.bound_udp().await;
    let (outside, _) = sockets::udp().await;
    outside.send_to(b"there", &local).await.unwrap();
    let received = client.ok("socket.recv", json!({"socket": socket, "timeout_ms": 0})).await;
    assert_eq!(bytes(&received), b"there");
}

#[tokio::test]
async fn a_cancelled_recv_leaves_the_data_to_the_next() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, mut peer) = client.connected().await;
    let waiting = client.start("socket.recv", json!({"socket": socket})).await;
    client.waiting_calls(1).await;
    assert_eq!(client.ok("call.cancel", json!({"id": waiting.id})).await["cancelled"], true);
    let fault = waiting.fault().await;
    assert_eq!(fault.code, 5);
    assert_eq!(serde_json::to_value(fault.data.kind).unwrap(), "cancelled");
    sockets::write(&mut peer, b"later").await;
    assert_eq!(client.recv(socket).await, b"later");
}

#[tokio::test]
async fn closing_a_socket_wakes_everything_that_waits_on_it() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (listener, _) = client.listener().await;
    let (stream, _peer) = client.connected().await;
    let (datagrams, _) = client.bound_udp().await;
    let mut waiting = Vec::new();
    for (method, socket) in [("socket.accept", listener), ("socket.recv", stream), ("socket.recv", datagrams)]
    {
        for _ in 0..3 {
            waiting.push(client.start(method, json!({"socket": socket})).await);
        }
    }
    client.waiting_calls(9).await;
    for socket in [listener, stream, datagrams] {
        client.ok("socket.close", json!({"socket": socket})).await;
    }
    for call in waiting {
        assert_eq!(call.fault().await.code, 5);
    }
    client.waiting_calls(0).await;
}

#[tokio::test]
async fn several_waiting_recvs_are_served_first_come_first_served() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, mut peer) = client.connected().await;
    let mut waiting = Vec::new();
    for count in 1..=5 {
        waiting.push(client.start("socket.recv", json!({"socket": socket})).await);
        client.waiting_calls(count).await;
    }
    for (call, text) in waiting.into_iter().zip(["one", "two", "three", "four", "five"]) {
        sockets::write(&mut peer, text.as_bytes()).await;
        assert_eq!(bytes(&call.ok().await), text.as_bytes());
    }
}

#[tokio::test]
async fn a_waiting_call_that_is_cancelled_makes_room_for_those_behind_it() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, local) = client.bound_udp().await;
    let first = client.start("socket.recv", json!({"socket": socket})).await;
    client.waiting_calls(1).await;
    let second = client.start("socket.recv", json!({"socket": socket})).await;
    client.waiting_calls(2).await;
    client.ok("call.cancel", json!({"id": first.id})).await;
    assert_eq!(first.fault().await.code, 5);
    let (outside, _) = sockets::udp().await;
    outside.send_to(b"for the second", &local).await.unwrap();
    assert_eq!(bytes(&second.ok().await), b"for the second");
}

#[tokio::test]
async fn a_waiting_call_behind_another_keeps_its_own_time_limit() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, _) = client.bound_udp().await;
    let first = client.start("socket.recv", json!({"socket": socket})).await;
    client.waiting_calls(1).await;
    let second = client.fault("socket.recv", json!({"socket": socket, "timeout_ms": 100})).await;
    assert_eq!(second.code, 4);
    client.ok("call.cancel", json!({"id": first.id})).await;
}

#[tokio::test]
async fn several_waiting_accepts_are_served_first_come_first_served() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (listener, local) = client.listener().await;
    let mut waiting = Vec::new();
    for count in 1..=3 {
        waiting.push(client.start("socket.accept", json!({"socket": listener})).await);
        client.waiting_calls(count).await;
    }
    for call in waiting {
        let peer = sockets::connect(&local).await;
        assert_eq!(call.ok().await["peer"], peer.local_addr().unwrap().to_string());
    }
}

#[tokio::test]
async fn sends_that_do_not_wait_for_each_other_keep_their_order() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, mut peer) = client.connected().await;
    let mut expected = String::new();
    let mut calls = Vec::new();
    for number in 0..200 {
        let text = format!("line {number}\n");
        calls.push(client.start("socket.send", json!({"socket": socket, "data": text})).await);
        expected.push_str(&text);
    }
    assert_eq!(sockets::read(&mut peer, expected.len()).await, expected.as_bytes());
    for call in calls {
        call.ok().await;
    }
}

/// A socket of the session whose peer, outside, takes no more than a few kilobytes that it has not read.
async fn narrow(client: &WsClient) -> (u64, tokio::net::TcpStream) {
    let (listener, address) = sockets::narrow_listener().await;
    let socket = client.tcp().await;
    client.ok("socket.set_option", json!({"socket": socket, "name": "send_buffer", "value": 4096})).await;
    client.ok("socket.connect", json!({"socket": socket, "address": address})).await;
    (socket, sockets::accept(&listener).await)
}

#[tokio::test]
async fn a_send_into_a_full_buffer_waits_and_goes_on_when_there_is_room() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, mut peer) = narrow(&client).await;
    let first = client
        .start("socket.send", json!({"socket": socket, "data": {"repeat": "61", "count": 500_000}}))
        .await;
    client.waiting_calls(1).await;
    let second = client.start("socket.send", json!({"socket": socket, "data": "the end"})).await;
    client.waiting_calls(2).await;
    // The other direction of the same socket does not wait.
    sockets::write(&mut peer, b"hi").await;
    assert_eq!(client.recv(socket).await, b"hi");
    let arrived = sockets::read(&mut peer, 500_007).await;
    assert!(arrived[..500_000].iter().all(|byte| *byte == b'a'));
    assert_eq!(&arrived[500_000..], b"the end");
    assert_eq!(first.ok().await["bytes"], 500_000);
    assert_eq!(second.ok().await["bytes"], 7);
}

#[tokio::test]
async fn a_send_that_ran_out_of_time_says_how_much_was_taken() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, mut peer) = narrow(&client).await;
    let send = json!({"socket": socket, "data": {"repeat": "61", "count": 1_000_000}, "timeout_ms": 300});
    let fault = client.fault("socket.send", send).await;
    assert_eq!(fault.code, 4, "{fault:?}");
    let taken = fault.data.bytes.expect("how much was taken");
    assert!(taken > 0 && taken < 1_000_000, "{taken}");
    client.ok("socket.close", json!({"socket": socket})).await;
    assert_eq!(sockets::read_to_end(&mut peer).await.unwrap().len(), taken);
}

#[tokio::test]
async fn closing_a_socket_with_a_waiting_send_says_how_much_was_taken() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, mut peer) = narrow(&client).await;
    let send = json!({"socket": socket, "data": {"zeros": 1_000_000}});
    let waiting = client.start("socket.send", send).await;
    client.waiting_calls(1).await;
    client.ok("socket.close", json!({"socket": socket})).await;
    let fault = waiting.fault().await;
    assert_eq!(fault.code, 5);
    let taken = fault.data.bytes.expect("how much was taken");
    assert_eq!(sockets::read_to_end(&mut peer).await.unwrap().len(), taken);
}

#[tokio::test]
async fn a_connection_that_nobody_accepts_ends_with_the_time_limit() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    // The kernel completes connections up to the backlog and then lets the others wait.
    let listener = client.tcp().await;
    let local = client.bind(listener, "127.0.0.1:0").await;
    client.ok("socket.listen", json!({"socket": listener, "backlog": 0})).await;
    let mut last = None;
    for _ in 0..4 {
        let socket = client.tcp().await;
        let connect = json!({"socket": socket, "address": local, "timeout_ms": 300});
        if let Err(fault) = client.call("socket.connect", connect).await {
            last = Some((socket, fault));
            break;
        }
    }
    let (socket, fault) = last.expect("a connection beyond the backlog waits");
    assert_eq!(fault.code, 4, "{fault:?}");
    assert_eq!(client.info(socket).await["state"], "SYN_SENT", "nothing is lost: the kernel still tries");
}

#[tokio::test]
async fn waiting_calls_are_counted_against_a_limit() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let limit = client.hello.limits.waiting_calls;
    let (socket, _) = client.bound_udp().await;
    let mut waiting = Vec::new();
    for _ in 0..limit {
        waiting.push(client.start("socket.recv", json!({"socket": socket})).await);
    }
    client.waiting_calls(limit as u64).await;
    let fault = client.fault("socket.recv", json!({"socket": socket})).await;
    assert_eq!(fault.code, 6, "{fault:?}");
    assert_eq!(fault.data.quota.as_deref(), Some("waiting_calls"));
    client.ok("socket.close", json!({"socket": socket})).await;
    for call in waiting {
        assert_eq!(call.fault().await.code, 5);
    }
}
