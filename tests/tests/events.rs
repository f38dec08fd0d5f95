//! Section 7: one event of each kind, with its fields.

use serde_json::{Value, json};
use sockyard_tests::{TestServer, WsClient, bytes, sockets};

/// An event's field names without those that every event has.
fn fields(event: &Value) -> Vec<String> {
    let common = ["seq", "time_us", "kind", "socket"];
    event.as_object().unwrap().keys().filter(|key| !common.contains(&key.as_str())).cloned().collect()
}

#[tokio::test]
async fn the_life_of_a_connection_is_told_event_by_event() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (listener, local) = client.listener().await;
    let socket = client.tcp().await;
    let connected = client.ok("socket.connect", json!({"socket": socket, "address": local})).await;
    let accepted = client.ok("socket.accept", json!({"socket": listener})).await;
    let connection = accepted["connection"].as_u64().unwrap();
    client.send_data(socket, "hi").await;
    client.recv(connection).await;
    client.ok("socket.shutdown", json!({"socket": socket, "how": "write"})).await;
    client.recv(connection).await;
    client.ok("socket.close", json!({"socket": socket})).await;
    client.event_of(socket, "closed").await;

    let kinds: Vec<(u64, String)> = client
        .events()
        .iter()
        .map(|event| (event["socket"].as_u64().unwrap(), event["kind"].as_str().unwrap().to_owned()))
        .collect();
    let expected = [
        (listener, "created"),
        (listener, "bound"),
        (listener, "listening"),
        (socket, "created"),
        (socket, "connected"),
        (listener, "accepted"),
        (socket, "sent"),
        (connection, "received"),
        (socket, "shutdown"),
        (connection, "peer_closed"),
        (socket, "closed"),
    ];
    assert_eq!(kinds, expected.map(|(socket, kind)| (socket, kind.to_owned())));

    let event = client.event_of(listener, "created").await;
    assert_eq!((&event["family"], &event["type"]), (&json!("inet"), &json!("stream")));
    assert_eq!(client.event_of(listener, "bound").await["local"], local);
    let event = client.event_of(listener, "listening").await;
    assert_eq!((&event["local"], &event["backlog"]), (&json!(local), &json!(128)));
    let event = client.event_of(socket, "connected").await;
    assert_eq!((&event["local"], &event["peer"]), (&connected["local"], &json!(local)));
    assert!(event["duration_us"].as_u64().is_some());
    let event = client.event_of(listener, "accepted").await;
    assert_eq!(event["connection"], connection);
    assert_eq!((&event["peer"], &event["local"]), (&connected["local"], &json!(local)));
    let event = client.event_of(socket, "sent").await;
    assert_eq!((&event["bytes"], bytes(&event)), (&json!(2), b"hi".to_vec()));
    assert_eq!(fields(&event), ["bytes", "data"], "a stream's bytes go nowhere in particular");
    assert_eq!(fields(&client.event_of(connection, "peer_closed").await), Vec::<String>::new());
    assert_eq!(client.event_of(socket, "shutdown").await["how"], "write");
    assert_eq!(client.event_of(socket, "closed").await["by"], "client");
}

#[tokio::test]
async fn every_failed_call_is_an_event_with_the_callers_error() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let socket = client.tcp().await;
    let free = sockets::free_port().await;
    for (method, mut params) in [
        ("socket.connect", json!({"address": format!("127.0.0.1:{free}")})),
        ("socket.connect", json!({"address": "10.0.0.1:9"})),
        ("socket.recv", json!({})),
        ("socket.accept", json!({})),
        ("socket.send", json!({"data": {"hex": "x"}})),
    ] {
        params["socket"] = json!(socket);
        let before = client.events().len() as u64;
        let fault = client.fault(method, params).await;
        let call = method.strip_prefix("socket.").unwrap().to_owned();
        let failed = client
            .event("the failure", |event| {
                event["kind"] == "failed" && event["call"] == call && event["seq"].as_u64() > Some(before)
            })
            .await;
        assert_eq!(failed["socket"], socket);
        assert_eq!(failed["error"], serde_json::to_value(&fault).unwrap(), "{method}");
    }
}

#[tokio::test]
async fn events_come_one_by_one_while_a_client_keeps_up() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    for number in 1..=10 {
        client.ok("log.note", json!({"text": format!("{number}")})).await;
        let note = client.event("the note", |event| event["seq"] == number).await;
        assert_eq!(note["text"], format!("{number}"));
    }
}
