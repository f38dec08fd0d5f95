//! Programs that hold both ends of their connections.

use serde_json::{Value, json};
use sockyard_tests::{TestServer, WsClient};

use super::language::{Exported, Language};

/// Runs a session's programs. Each must receive what the session has received.
async fn check(server: &TestServer, client: &WsClient) {
    let received = |event: &&Value| event["kind"] == "received";
    let expected: Vec<(u64, u64)> = client
        .events()
        .iter()
        .filter(received)
        .map(|event| (event["seq"].as_u64().unwrap(), event["bytes"].as_u64().unwrap()))
        .collect();
    assert!(!expected.is_empty());
    for language in Language::all() {
        let exported = Exported::of(server, &client.hello, language).await;
        let printed = exported.succeed(&[]).await;
        for (seq, bytes) in &expected {
            let line = printed.lines().find(|line| {
                line.strip_prefix(&format!("[{seq}] ")).is_some_and(|line| line.starts_with("received "))
            });
            let is_whole = line.is_some_and(|line| line.contains(&format!(" {bytes} bytes")));
            assert!(
                is_whole || language.lacks(client, *seq),
                "{language:?}, event {seq}: {printed}{}",
                exported.calls()
            );
        }
    }
}

#[tokio::test]
async fn a_client_and_its_server_talk_in_one_program() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (listener, address) = client.listener().await;
    let waiting = client.start("socket.accept", json!({"socket": listener})).await;
    let socket = client.tcp().await;
    client.ok("socket.connect", json!({"socket": socket, "address": address})).await;
    let connection = waiting.ok().await["connection"].as_u64().unwrap();
    let waiting = client.start("socket.recv", json!({"socket": connection})).await;
    client.send_data(socket, "ping").await;
    waiting.ok().await;
    client.send_data(connection, "pong").await;
    client.recv(socket).await;
    client.ok("socket.shutdown", json!({"socket": socket, "how": "write"})).await;
    assert_eq!(client.ok("socket.recv", json!({"socket": connection})).await["eof"], true);
    client.ok("socket.close", json!({"socket": connection})).await;
    client.ok("socket.close", json!({"socket": socket})).await;
    check(&server, &client).await;
}

#[tokio::test]
async fn datagrams_find_sockets_whose_port_is_another_on_each_run() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (bound, address) = client.bound_udp().await;
    // Never bound: it answers to where the datagram came from.
    let implicit = client.udp().await;
    client.ok("socket.send", json!({"socket": implicit, "data": "hello", "to": address})).await;
    let from = client.ok("socket.recv", json!({"socket": bound})).await["from"].clone();
    client.ok("socket.send", json!({"socket": bound, "data": "", "to": from})).await;
    client.ok("socket.recv", json!({"socket": implicit})).await;
    // To itself, and between the families.
    client.ok("socket.send", json!({"socket": bound, "data": "self", "to": address})).await;
    client.ok("socket.recv", json!({"socket": bound})).await;
    let six = client.socket("inet6", "dgram").await;
    let six_address = client.bind(six, "[::1]:0").await;
    let other = client.socket("inet6", "dgram").await;
    client.ok("socket.send", json!({"socket": other, "data": "six", "to": six_address})).await;
    client.ok("socket.recv", json!({"socket": six})).await;
    check(&server, &client).await;
}

#[tokio::test]
async fn unix_sockets_have_names_of_the_programs_own() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let listener = client.socket("unix", "stream").await;
    client.bind(listener, "unix:chat.sock").await;
    client.ok("socket.listen", json!({"socket": listener})).await;
    let socket = client.socket("unix", "stream").await;
    client.ok("socket.connect", json!({"socket": socket, "address": "unix:chat.sock"})).await;
    let accepted = client.ok("socket.accept", json!({"socket": listener})).await["connection"].clone();
    client.send_data(socket, "hello").await;
    client.ok("socket.recv", json!({"socket": accepted})).await;
    client.ok("socket.close", json!({"socket": listener})).await;
    let again = client.socket("unix", "stream").await;
    client.bind(again, "unix:chat.sock").await;
    let (left, right) = (client.socket("unix", "dgram").await, client.socket("unix", "dgram").await);
    client.bind(left, "unix:@left").await;
    client.bind(right, "unix:right").await;
    client.ok("socket.send", json!({"socket": left, "data": "a", "to": "unix:right"})).await;
    let from = client.ok("socket.recv", json!({"socket": right})).await["from"].clone();
    client.ok("socket.send", json!({"socket": right, "data": "ab", "to": from})).await;
    client.ok("socket.recv", json!({"socket": left})).await;
    check(&server, &client).await;
}

#[tokio::test]
async fn a_program_does_not_wait_for_itself_to_take_what_it_sends() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (left, right) = client.pair().await;
    for socket in [left, right] {
        for name in ["send_buffer", "receive_buffer"] {
            client.ok("socket.set_option", json!({"socket": socket, "name": name, "value": 50_000})).await;
        }
    }
    let data = json!({"repeat": "41", "count": 1_000_000});
    let mut sends = Vec::new();
    for socket in [left, right, left] {
        sends.push(client.start("socket.send", json!({"socket": socket, "data": data})).await);
    }
    for (socket, count) in [(left, 4), (right, 8)] {
        for _ in 0..count {
            client.ok("socket.recv", json!({"socket": socket, "max": 250_000, "flags": ["waitall"]})).await;
        }
    }
    for send in sends {
        send.ok().await;
    }
    client.ok("socket.close", json!({"socket": left})).await;
    client.ok("socket.close", json!({"socket": right})).await;
    let began = client.events().iter().filter(|event| event["began"].is_u64()).count();
    assert!(began > 0, "nothing was sent that the kernel had no room for at once");
    check(&server, &client).await;
}
