//! Programs run against the peers that their session has talked to.

use serde_json::json;
use sockyard_tests::{TestServer, WsClient, sockets};

use super::language::{Exported, Language};
use super::peer::Peer;

/// Every byte there is.
fn every_byte() -> String {
    (0..=255u8).map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn programs_cause_the_traffic_that_their_session_caused() {
    let server = TestServer::start();
    let peer = Peer::start().await;
    let client = WsClient::open(&server).await;
    // UDP: text, gbk, every byte, nothing at all, a long one, a truncated one.
    let (udp, _) = client.bound_udp().await;
    client.ok("socket.set_option", json!({"socket": udp, "name": "broadcast", "value": true})).await;
    let payloads = [
        json!("hello"),
        json!({"text": "漢字", "encoding": "gbk"}),
        json!({"text": "漢字 and \"quotes\" \\ ??/ %s"}),
        json!({"hex": every_byte()}),
        json!(""),
        json!({"zeros": 5000}),
    ];
    for data in &payloads {
        client.ok("socket.send", json!({"socket": udp, "data": data, "to": peer.udp})).await;
        client.ok("socket.recv", json!({"socket": udp, "max": 65536})).await;
    }
    client.ok("socket.send", json!({"socket": udp, "data": "truncated", "to": peer.udp})).await;
    assert_eq!(client.ok("socket.recv", json!({"socket": udp, "max": 4})).await["truncated"], true);
    // A connected one that was never bound.
    let connected = client.udp().await;
    client.ok("socket.connect", json!({"socket": connected, "address": peer.udp})).await;
    client.send_data(connected, "connected").await;
    client.ok("socket.recv", json!({"socket": connected, "flags": ["peek"]})).await;
    client.ok("socket.recv", json!({"socket": connected})).await;
    client.ok("socket.close", json!({"socket": connected})).await;
    // TCP: pieces, every byte, 60 000 bytes, half a close, the end.
    let tcp = client.tcp().await;
    client.ok("socket.set_option", json!({"socket": tcp, "name": "no_delay", "value": true})).await;
    client.ok("socket.set_option", json!({"socket": tcp, "name": "receive_buffer", "value": 200_000})).await;
    client.ok("socket.connect", json!({"socket": tcp, "address": peer.tcp})).await;
    client.ok("socket.send", json!({"socket": tcp, "data": "first line\nsecond\n"})).await;
    for max in [3, 5, 10] {
        client.ok("socket.recv", json!({"socket": tcp, "max": max, "flags": ["waitall"]})).await;
    }
    client.ok("socket.send", json!({"socket": tcp, "data": {"hex": every_byte().repeat(3)}})).await;
    client.ok("socket.recv", json!({"socket": tcp, "max": 768, "flags": ["waitall"]})).await;
    let long = "0123456789abcdef ?\"\\\u{0}漢".repeat(2_600);
    client.ok("socket.send", json!({"socket": tcp, "data": long})).await;
    client.ok("socket.recv", json!({"socket": tcp, "max": long.len(), "flags": ["waitall"]})).await;
    client.ok("socket.shutdown", json!({"socket": tcp, "how": "write"})).await;
    assert_eq!(client.ok("socket.recv", json!({"socket": tcp})).await["eof"], true);
    client.ok("socket.close", json!({"socket": tcp})).await;
    // A second connection, which ends with RST, while a third one stands.
    let third = client.tcp().await;
    let second = client.tcp().await;
    for socket in [second, third] {
        client.ok("socket.connect", json!({"socket": socket, "address": peer.tcp})).await;
        client.send_data(socket, "bye").await;
        client.ok("socket.recv", json!({"socket": socket, "max": 3, "flags": ["waitall"]})).await;
    }
    client.ok("socket.close", json!({"socket": second, "linger_s": 0})).await;
    let (ends, datagrams) = (3, payloads.len() + 2);
    peer.ended(2).await;
    client.ok("socket.close", json!({"socket": third})).await;
    client.ok("socket.close", json!({"socket": udp})).await;
    let caused = peer.take(ends, datagrams).await;
    assert_eq!(caused.connections.len(), 3);
    assert_eq!(caused.connections[1].1, Some("RST"));
    for language in Language::all() {
        let exported = Exported::of(&server, &client.hello, language).await;
        exported.succeed(&[]).await;
        let again = peer.take(ends, datagrams).await;
        assert_eq!(again.summary(), caused.summary(), "{language:?}");
        assert_eq!(again, caused, "{language:?}");
    }
}

#[tokio::test]
async fn a_refused_call_is_refused_again_and_the_program_goes_on() {
    let server = TestServer::start();
    let peer = Peer::start().await;
    let client = WsClient::open(&server).await;
    let nobody = format!("127.0.0.1:{}", sockets::free_port().await);
    let (udp, local) = client.bound_udp().await;
    let tcp = client.tcp().await;
    client.fault("socket.accept", json!({"socket": udp})).await;
    client.fault("socket.listen", json!({"socket": udp, "backlog": 3})).await;
    client.fault("socket.bind", json!({"socket": udp, "address": "127.0.0.1:0"})).await;
    client.fault("socket.bind", json!({"socket": tcp, "address": "[::1]:0"})).await;
    let twin = client.udp().await;
    client.fault("socket.bind", json!({"socket": twin, "address": local})).await;
    client.fault("socket.send", json!({"socket": udp, "data": "nowhere"})).await;
    client.fault("socket.send", json!({"socket": udp, "data": {"zeros": 65_508}, "to": peer.udp})).await;
    client.fault("socket.recv", json!({"socket": tcp})).await;
    client.fault("socket.send", json!({"socket": tcp, "data": "early"})).await;
    client.fault("socket.accept", json!({"socket": tcp})).await;
    client.fault("socket.shutdown", json!({"socket": tcp, "how": "both"})).await;
    client.fault("socket.connect", json!({"socket": tcp, "address": nobody})).await;
    client.fault("socket.set_option", json!({"socket": udp, "name": "no_delay", "value": true})).await;
    client.fault("socket.get_option", json!({"socket": udp, "name": "keepalive_count"})).await;
    client.fault("socket.recv", json!({"socket": udp, "timeout_ms": 0})).await;
    client.fault("socket.connect", json!({"socket": tcp, "address": "10.0.0.1:80"})).await;
    // An answer by ICMP.
    let lost = client.udp().await;
    client.ok("socket.connect", json!({"socket": lost, "address": nobody})).await;
    client.send_data(lost, "anybody?").await;
    client.fault("socket.recv", json!({"socket": lost})).await;
    let connected = client.tcp().await;
    client.ok("socket.connect", json!({"socket": connected, "address": peer.tcp})).await;
    client.fault("socket.connect", json!({"socket": connected, "address": peer.tcp})).await;
    client.ok("socket.shutdown", json!({"socket": connected, "how": "write"})).await;
    client.fault("socket.send", json!({"socket": connected, "data": "too late"})).await;
    client.ok("socket.recv", json!({"socket": connected})).await;
    client.ok("socket.close", json!({"socket": connected})).await;
    let caused = peer.take(1, 0).await;
    let failures = client.events().iter().filter(|event| event["error"]["data"]["errno"].is_string()).count();
    for language in Language::all() {
        let exported = Exported::of(&server, &client.hello, language).await;
        let printed = exported.succeed(&[]).await;
        let same = printed
            .lines()
            .filter(|line| {
                line.ends_with(", as in the session")
                    || line.contains("] left out, Node has no equal: a call")
            })
            .count();
        assert_eq!(same, language.refusals(failures), "{language:?} printed\n{printed}{}", exported.calls());
        assert_eq!(peer.take(1, 0).await, caused, "{language:?}");
    }
}

#[tokio::test]
async fn what_the_server_did_by_itself_is_in_the_program_too() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (listener, address) = client.listener().await;
    let streams =
        json!({"socket": listener, "accept": "stream", "receive": "stream", "responder": {"kind": "echo"}});
    client.ok("socket.configure", streams).await;
    let mut outside = sockets::connect(&address).await;
    sockets::write(&mut outside, "漢字".as_bytes()).await;
    assert_eq!(sockets::read(&mut outside, 6).await, "漢字".as_bytes());
    drop(outside);
    client.event("the end of the connection", |event| event["kind"] == "closed").await;
    client.ok("socket.close", json!({"socket": listener})).await;
    for language in Language::all() {
        let exported = Exported::of(&server, &client.hello, language).await;
        let mut program = sockyard_tests::Program::start(
            &exported.command[0],
            &exported.command[1..].iter().map(String::as_str).collect::<Vec<_>>(),
        );
        let address = loop {
            let line = program.line().await;
            if let Some((_, address)) = line.split_once("listens on ") {
                let port = address.trim_end_matches(')').rsplit([':', ' ']).next().unwrap();
                break format!("127.0.0.1:{port}");
            }
        };
        let mut outside = sockets::connect(&address).await;
        sockets::write(&mut outside, "漢字".as_bytes()).await;
        assert_eq!(sockets::read(&mut outside, 6).await, "漢字".as_bytes(), "{language:?}");
        drop(outside);
        assert!(program.exit().await.success(), "{language:?}");
    }
}
