//! Where the kernel's ways and a server's are easily parted: implicit binds, ends of streams, loops, late errors.

use serde_json::{Value, json};
use sockyard_tests::{TestServer, WsClient, bytes, eventually, sockets};

/// The address of a socket, which must be loopback.
async fn local(client: &WsClient, socket: u64) -> String {
    let local = client.info(socket).await["local"].as_str().unwrap_or_default().to_owned();
    assert!(
        local.starts_with("127.") || local.starts_with("[::1]") || local.starts_with("[::ffff:127."),
        "{local:?}"
    );
    local
}

#[tokio::test]
async fn no_call_leaves_a_socket_on_the_wildcard_address() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    for (family, elsewhere) in [("inet", "[::1]:9"), ("inet6", "unix:@foo"), ("inet", "unix:@foo")] {
        let sender = client.socket(family, "dgram").await;
        let fault = client.fault("socket.send", json!({"socket": sender, "data": "x"})).await;
        assert_eq!(fault.data.errno.as_deref(), Some("EDESTADDRREQ"));
        local(&client, sender).await;
        let connecting = client.socket(family, "dgram").await;
        client.fault("socket.connect", json!({"socket": connecting, "address": elsewhere})).await;
        local(&client, connecting).await;
        let listener = client.socket(family, "stream").await;
        let port = sockets::free_port().await;
        let refused = if family == "inet" { format!("127.0.0.1:{port}") } else { format!("[::1]:{port}") };
        client.fault("socket.connect", json!({"socket": listener, "address": refused})).await;
        let listening = client.ok("socket.listen", json!({"socket": listener})).await;
        assert_eq!(listening["local"], local(&client, listener).await);
    }
    let mapped = client.socket("inet6", "dgram").await;
    client.ok("socket.send", json!({"socket": mapped, "data": "x", "to": "[::ffff:127.0.0.1]:9"})).await;
    local(&client, mapped).await;
}

#[tokio::test]
async fn two_responders_do_not_talk_for_ever() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let echo = json!({"receive": "stream", "responder": {"kind": "echo"}});
    let configure = async |socket: u64| {
        let mut params = echo.clone();
        params["socket"] = json!(socket);
        client.ok("socket.configure", params).await;
    };
    for (first, second, one, other) in [
        ("inet", "inet", "127.0.0.1:0", "127.0.0.1:0"),
        ("inet6", "inet", "[::ffff:127.0.0.1]:0", "127.0.0.1:0"),
        ("unix", "unix", "unix:one", "unix:@other"),
    ] {
        let (a, b) = (client.socket(first, "dgram").await, client.socket(second, "dgram").await);
        client.bind(a, one).await;
        let target = client.bind(b, other).await;
        let to = if first == "inet6" { target.replace("127.0.0.1", "[::ffff:127.0.0.1]") } else { target };
        client.ok("socket.send", json!({"socket": a, "data": "again", "to": to})).await;
        configure(a).await;
        configure(b).await;
        let dropped = client.event("a reply that is not given", |event| {
            event["kind"] == "dropped" && [json!(a), json!(b)].contains(&event["socket"])
        });
        assert!(dropped.await["reason"].as_str().unwrap().contains("responder"));
    }
    let listener = client.socket("unix", "stream").await;
    let name = client.bind(listener, "unix:listener").await;
    client.ok("socket.listen", json!({"socket": listener})).await;
    client.ok("socket.configure", json!({"socket": listener, "accept": "stream", "receive": "stream", "responder": {"kind": "echo"}})).await;
    let caller = client.socket("unix", "stream").await;
    client.ok("socket.connect", json!({"socket": caller, "address": name})).await;
    configure(caller).await;
    client.ok("socket.send", json!({"socket": caller, "data": "again"})).await;
    client.event_of(caller, "dropped").await;
}

#[tokio::test]
async fn a_datagram_stream_that_is_shut_down_for_reading_comes_to_rest() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (outside, address) = sockets::udp().await;
    let socket = client.udp().await;
    client.ok("socket.connect", json!({"socket": socket, "address": address})).await;
    client
        .ok("socket.configure", json!({"socket": socket, "receive": "stream", "responder": {"kind": "echo"}}))
        .await;
    client.ok("socket.shutdown", json!({"socket": socket, "how": "read"})).await;
    client.event_of(socket, "received").await;
    client.ok("socket.send", json!({"socket": socket, "data": "mark"})).await;
    assert_eq!(sockets::receive(&outside).await.0, b"mark");
    let events = client.ok("log.read", json!({"socket": socket, "kinds": ["received", "sent"]})).await;
    assert_eq!(events["events"].as_array().unwrap().len(), 2, "{events}");
}

#[tokio::test]
async fn a_return_without_a_replay_sets_streams_going_again() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let hello = client.hello.clone();
    let (listener, address) = client.listener().await;
    client.ok("socket.configure", json!({"socket": listener, "accept": "stream", "receive": "stream"})).await;
    let peer = sockets::connect(&address).await;
    client.event_of(listener, "accepted").await;
    client.leave().await;
    // Until the kernel takes no more: nobody is connected, so the stream has stopped.
    let chunk = [7_u8; 65_536];
    let mut quiet = 0;
    eventually("a sender that is held back", async || {
        quiet = if peer.try_write(&chunk).is_ok() { 0 } else { quiet + 1 };
        (quiet > 20).then_some(())
    })
    .await;
    let back = WsClient::resume(&server, &hello, None).await.expect("the session is there");
    back.event("data that had waited", |event| event["kind"] == "received").await;
}

#[tokio::test]
async fn an_error_behind_the_bytes_of_a_waitall_is_the_next_answer() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, mut peer) = client.connected().await;
    let params = json!({"socket": socket, "max": 10, "flags": ["waitall"]});
    let waiting = client.start("socket.recv", params).await;
    client.waiting_calls(1).await;
    sockets::write(&mut peer, b"abc").await;
    eventually("an empty receive queue", async || {
        (client.info(socket).await["receive_queue"] == 0).then_some(())
    })
    .await;
    sockets::reset(peer);
    assert_eq!(bytes(&waiting.ok().await), b"abc");
    let fault = client.fault("socket.recv", json!({"socket": socket})).await;
    assert_eq!(fault.data.errno.as_deref(), Some("ECONNRESET"));
    client.event_of(socket, "reset").await;
}

#[tokio::test]
async fn a_reset_that_a_send_hears_of_is_an_event() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, peer) = client.connected().await;
    sockets::reset(peer);
    eventually("the reset", async || (client.info(socket).await["state"] == "CLOSE").then_some(())).await;
    let fault = client.fault("socket.send", json!({"socket": socket, "data": "x"})).await;
    assert_eq!(fault.data.errno.as_deref(), Some("ECONNRESET"));
    client.event_of(socket, "reset").await;
}

#[tokio::test]
async fn a_connect_under_way_ends_with_a_shutdown_and_can_be_waited_for_twice() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let listener = client.tcp().await;
    let address = client.bind(listener, "127.0.0.1:0").await;
    // Room for one connection; what comes then is not answered.
    client.ok("socket.listen", json!({"socket": listener, "backlog": 0})).await;
    let mut stuck = Vec::new();
    for _ in 0..4 {
        let socket = client.tcp().await;
        let params = json!({"socket": socket, "address": address, "timeout_ms": 200});
        if client.call("socket.connect", params).await.is_err() {
            stuck.push(socket);
        }
    }
    let socket = stuck[0];
    assert_eq!(client.info(socket).await["state"], "SYN_SENT");
    let again =
        client.fault("socket.connect", json!({"socket": socket, "address": address, "timeout_ms": 50})).await;
    assert_eq!(again.code, 4, "a connect that was given up goes on, and a second one waits for it");
    let waiting = client.start("socket.connect", json!({"socket": socket, "address": address})).await;
    client.waiting_calls(1).await;
    client.ok("socket.shutdown", json!({"socket": socket, "how": "both"})).await;
    assert_eq!(waiting.fault().await.data.errno.as_deref(), Some("ECONNRESET"));
    assert_eq!(client.info(socket).await["state"], "CLOSE");
}

#[tokio::test]
async fn a_unix_stream_may_be_set_to_stream_before_it_is_connected() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let listener = client.socket("unix", "stream").await;
    let name = client.bind(listener, "unix:server").await;
    client.ok("socket.listen", json!({"socket": listener})).await;
    let socket = client.socket("unix", "stream").await;
    client.ok("socket.configure", json!({"socket": socket, "receive": "stream"})).await;
    client.ok("socket.connect", json!({"socket": socket, "address": name})).await;
    let connection =
        client.ok("socket.accept", json!({"socket": listener})).await["connection"].as_u64().unwrap();
    client.send_data(connection, "hello").await;
    assert_eq!(bytes(&client.event_of(socket, "received").await), b"hello");
    let failed = client.ok("log.read", json!({"kinds": ["failed"]})).await;
    assert_eq!(failed["events"], json!([]));
}

#[tokio::test]
async fn a_log_read_with_very_many_kinds_holds_nobody_up() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    for _ in 0..200 {
        client.notify("log.note", json!({"text": "x"})).await;
    }
    let kinds: Vec<Value> = vec![json!("bound"); 60_000];
    let page = client.ok("log.read", json!({"kinds": kinds})).await;
    assert_eq!(page["events"], json!([]));
}

#[tokio::test]
async fn a_batch_whose_answers_could_be_too_much_is_refused_in_part() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, _peer) = client.connected().await;
    let recv = |id: i64| json!({"jsonrpc": "2.0", "id": id, "method": "socket.recv", "params": {"socket": socket, "max": 1_048_576, "timeout_ms": 10}});
    client.send_json(&json!([recv(1), recv(2), recv(3)])).await;
    let answers = client.unclaimed().await;
    let codes: Vec<&Value> =
        answers.as_array().unwrap().iter().map(|answer| &answer["error"]["code"]).collect();
    assert_eq!(codes.iter().filter(|code| ***code == json!(6)).count(), 2, "{answers}");
    assert_eq!(codes.iter().filter(|code| ***code == json!(4)).count(), 1, "{answers}");
}
