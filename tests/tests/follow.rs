//! `sockets`: kernel facts that are pushed when they change, to whoever asked for them.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sockyard_protocol::Hello;
use sockyard_tests::{TestServer, WsClient, sockets};
use tokio::io::AsyncWriteExt as _;

const EVERY_MS: u64 = 250;

/// Asks for the facts and takes the first message, which has all of them.
async fn follow(client: &WsClient) -> Value {
    let settings = client.ok("session.configure", json!({"sockets": {"every_ms": EVERY_MS}})).await;
    assert_eq!(settings["sockets"], json!({"every_ms": EVERY_MS}));
    client.sockets().await
}

fn numbers(changed: &Value) -> Vec<u64> {
    changed["sockets"].as_array().unwrap().iter().map(|info| info["socket"].as_u64().unwrap()).collect()
}

/// The next message about these sockets in which the fact is this.
async fn until(client: &WsClient, socket: u64, fact: &str, value: Value) -> Value {
    loop {
        let changed = client.sockets().await;
        let found = changed["sockets"].as_array().unwrap().iter().find(|info| info["socket"] == socket);
        if found.is_some_and(|info| info.pointer(fact) == Some(&value)) {
            return changed;
        }
    }
}

#[tokio::test]
async fn everything_comes_at_first_and_then_only_what_has_changed() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (still, _) = client.bound_udp().await;
    let (listener, address) = client.listener().await;
    let first = follow(&client).await;
    assert_eq!(numbers(&first), [still, listener]);
    assert_eq!(first["sockets"][0], client.ok("socket.info", json!({"socket": still})).await);
    assert_eq!(first["closed"], json!([]));
    assert!(first["time_us"].as_u64() > Some(1_700_000_000_000_000));
    // A client that waits in the backlog is no call and no event: only the kernel knows.
    let waiting = tokio::net::TcpStream::connect(&address).await.unwrap();
    let changed = until(&client, listener, "/backlog/waiting", json!(1)).await;
    assert_eq!(numbers(&changed), [listener], "the other has not changed");
    let accepted =
        client.ok("socket.accept", json!({"socket": listener})).await["connection"].as_u64().unwrap();
    until(&client, accepted, "/state", json!("ESTABLISHED")).await;
    drop(waiting);
    until(&client, accepted, "/state", json!("CLOSE_WAIT")).await;
    client.ok("socket.close", json!({"socket": accepted})).await;
    loop {
        let changed = client.sockets().await;
        if changed["closed"] == json!([accepted]) {
            break;
        }
    }
}

#[tokio::test]
async fn nothing_is_said_where_nothing_changes() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    assert_eq!(follow(&client).await["sockets"], json!([]), "the first message comes even without sockets");
    let (still, local) = client.bound_udp().await;
    until(&client, still, "/local", json!(local)).await;
    // A second subscription tells of all again, so what the first one had to say in between would come before that.
    let other = WsClient::resume(&server, &client.hello, None).await.unwrap();
    for _ in 0..3 {
        follow(&other).await;
    }
    let (_, address) = sockets::udp().await;
    client.ok("socket.send", json!({"socket": still, "data": "hi", "to": address})).await;
    let next = client.sockets().await;
    assert_eq!((numbers(&next), &next["sockets"][0]["bytes_sent"]), (vec![still], &json!(2)));
}

#[tokio::test]
async fn a_connection_stops_and_begins_anew_as_it_likes() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, _) = client.bound_udp().await;
    follow(&client).await;
    let settings = client.ok("session.configure", json!({"sockets": null})).await;
    assert_eq!(settings.get("sockets"), None);
    let settings = client.ok("session.configure", json!({"payload": "none"})).await;
    assert_eq!(settings.get("sockets"), None);
    let again = follow(&client).await;
    assert_eq!(numbers(&again), [socket], "it begins with everything again");
    let settings = client.ok("session.configure", json!({"payload": "full"})).await;
    assert_eq!(settings["sockets"], json!({"every_ms": EVERY_MS}), "what is left out stays");
    for (wrong, what) in [
        (json!({"every_ms": 249}), "every_ms 249 is not from 250 to 60000"),
        (json!({"every_ms": 60_001}), "every_ms 60001 is not"),
        (json!({"every_ms": -1}), "-1"),
        (json!({}), "every_ms"),
        (json!({"every_ms": 500, "all": true}), "all"),
        (json!([500]), "sockets"),
        (json!(500), "sockets"),
    ] {
        let fault = client.fault("session.configure", json!({"sockets": wrong})).await;
        let hint = fault.data.hint.unwrap();
        assert!(
            fault.code == -32602 && hint.starts_with("sockets") && hint.contains(what),
            "{wrong}: {hint}"
        );
    }
}

#[tokio::test]
async fn whoever_only_looks_may_follow_the_facts_too() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let share = client.ok("session.share", json!({})).await;
    let key = Hello { token: share["token"].as_str().unwrap().to_owned(), ..client.hello.clone() };
    let reader = WsClient::resume(&server, &key, None).await.unwrap();
    follow(&reader).await;
    let (socket, _) = client.bound_udp().await;
    until(&reader, socket, "/drops", json!(0)).await;
    let info = client.ok("session.info", json!({})).await;
    assert_eq!(info["used"]["readers"], 1);
}

#[tokio::test]
async fn many_sockets_are_all_told_of_while_data_flows() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, mut peer) = client.connected().await;
    client.ok("socket.configure", json!({"socket": socket, "receive": "stream"})).await;
    let limit = client.hello.limits.sockets;
    let mut told: BTreeMap<u64, Value> = BTreeMap::new();
    while told.len() as u32 + 2 < limit {
        told.insert(client.udp().await, Value::Null);
    }
    let followers = [WsClient::resume(&server, &client.hello, None).await.unwrap(), client];
    for follower in &followers {
        follower.ok("session.configure", json!({"payload": "none"})).await;
    }
    let flood = tokio::spawn(async move {
        let piece = vec![b'x'; 65_536];
        while peer.write_all(&piece).await.is_ok() {}
    });
    for follower in &followers {
        let first = follow(follower).await;
        let seen = numbers(&first);
        assert!(told.keys().all(|number| seen.contains(number)), "{seen:?}");
        let bytes = |changed: &Value| {
            let mut infos = changed["sockets"].as_array().unwrap().iter();
            infos.find(|info| info["socket"] == socket).map(|info| info["bytes_received"].as_u64().unwrap())
        };
        let mut before = None;
        loop {
            let now = bytes(&follower.sockets().await);
            match (before, now) {
                (Some(before), Some(now)) if now > before => break,
                _ => before = now.or(before),
            }
        }
    }
    flood.abort();
}
