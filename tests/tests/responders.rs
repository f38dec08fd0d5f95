//! Section 5: responders that answer by rules, or take everything and say nothing.

use serde_json::{Value, json};
use sockyard_tests::{TestServer, WsClient, sockets};

async fn answer_with(client: &WsClient, socket: u64, responder: Value) {
    let params = json!({"socket": socket, "receive": "stream", "responder": responder});
    client.ok("socket.configure", params).await;
}

#[tokio::test]
async fn the_first_rule_that_fits_answers_a_connection_and_may_end_it() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, mut peer) = client.connected().await;
    let rules = json!({"kind": "rules", "rules": [
        {"when": {"equals": "quit\n"}, "send": "bye\n", "delay_ms": 20, "close": true},
        {"when": {"contains": "PING"}, "send": "PONG\n"},
        {"when": {"regex": "^[0-9]+\\n$"}, "send": {"hex": "00 ff"}},
    ]});
    answer_with(&client, socket, rules.clone()).await;
    assert_eq!(client.info(socket).await["responder"]["rules"].as_array().unwrap().len(), 3);
    sockets::write(&mut peer, b"a PING b\n").await;
    assert_eq!(sockets::read(&mut peer, 5).await, b"PONG\n");
    sockets::write(&mut peer, b"123\n").await;
    assert_eq!(sockets::read(&mut peer, 2).await, b"\x00\xff");
    sockets::write(&mut peer, b"nothing fits this\n").await;
    client.event("the line that has no answer", |event| event["data"]["text"] == "nothing fits this\n").await;
    sockets::write(&mut peer, b"quit\n").await;
    assert_eq!(sockets::read_to_end(&mut peer).await.unwrap(), b"bye\n");
    assert_eq!(client.event_of(socket, "closed").await["by"], "server");
    assert_eq!(client.fault("socket.info", json!({"socket": socket})).await.code, 3);
}

#[tokio::test]
async fn rules_answer_datagrams_and_are_inherited_by_accepted_connections() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let rules = json!({"kind": "rules", "rules": [{"send": "always"}]});
    let (socket, local) = client.bound_udp().await;
    answer_with(&client, socket, rules.clone()).await;
    let (outside, _) = sockets::udp().await;
    outside.send_to(b"", &local).await.unwrap();
    assert_eq!(sockets::receive(&outside).await.0, b"always");
    let (listener, address) = client.listener().await;
    let params = json!({"socket": listener, "accept": "stream", "receive": "stream", "responder": rules});
    client.ok("socket.configure", params).await;
    let mut peer = sockets::connect(&address).await;
    sockets::write(&mut peer, b"x").await;
    assert_eq!(sockets::read(&mut peer, 6).await, b"always");
}

#[tokio::test]
async fn a_discarding_socket_takes_everything_and_says_nothing() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, mut peer) = client.connected().await;
    answer_with(&client, socket, json!({"kind": "discard"})).await;
    sockets::write(&mut peer, b"into the void").await;
    client.event("what came", |event| event["data"]["text"] == "into the void").await;
    client.ok("socket.close", json!({"socket": socket})).await;
    assert_eq!(sockets::read_to_end(&mut peer).await.unwrap(), b"");
}

#[tokio::test]
async fn a_responder_that_cannot_work_names_its_rule_and_changes_nothing() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, _) = client.bound_udp().await;
    for (rule, code, part) in [
        (json!({"send": {"hex": "0"}}), 9, "rules[0].send"),
        (json!({"when": {"regex": "("}}), -32602, "rules[0].when.regex"),
        (json!({"when": {"starts": "a"}}), -32602, "rules[0]"),
        (json!({"delay_ms": 60001}), -32602, "60001"),
        (json!(["PING"]), -32602, "responder"),
    ] {
        let responder = json!({"kind": "rules", "rules": [rule]});
        let fault = client.fault("socket.configure", json!({"socket": socket, "responder": responder})).await;
        assert_eq!(fault.code, code, "{fault:?}");
        assert!(fault.data.hint.as_ref().unwrap().contains(part), "{fault:?}");
    }
    assert_eq!(client.info(socket).await["responder"], Value::Null);
}

#[tokio::test]
async fn a_connection_with_a_responder_ends_when_its_peer_has() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (listener, address) = client.listener().await;
    let params =
        json!({"socket": listener, "accept": "stream", "receive": "stream", "responder": {"kind": "echo"}});
    client.ok("socket.configure", params).await;
    // More of them than a session may have sockets at once.
    for _ in 0..80 {
        let mut peer = sockets::connect(&address).await;
        sockets::write(&mut peer, b"x").await;
        tokio::io::AsyncWriteExt::shutdown(&mut peer).await.unwrap();
        assert_eq!(sockets::read_to_end(&mut peer).await.unwrap(), b"x");
    }
}
