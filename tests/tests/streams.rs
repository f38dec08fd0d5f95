//! TCP data: the end of a stream, resets, half-closed connections, and the flags of `recv` and `send`.

use serde_json::json;
use socket2::SockRef;
use sockyard_tests::{TestServer, WsClient, bytes, eventually, sockets};
use tokio::io::AsyncReadExt;

#[tokio::test]
async fn data_goes_both_ways_between_the_session_and_a_program() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, mut peer) = client.connected().await;
    client.send_data(socket, "ping").await;
    assert_eq!(sockets::read(&mut peer, 4).await, b"ping");
    sockets::write(&mut peer, &[0, 255, 254, 10]).await;
    let received = client.ok("socket.recv", json!({"socket": socket})).await;
    assert_eq!(received["data"], json!({"base64": "AP/+Cg=="}), "not UTF-8");
    assert_eq!(received["bytes"], 4);
    assert!(received.get("from").is_none(), "a stream's data has no sender of its own");
}

#[tokio::test]
async fn a_recv_takes_no_more_than_max_and_leaves_the_rest() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, mut peer) = client.connected().await;
    sockets::write(&mut peer, b"abcdef").await;
    eventually("all bytes to be there", async || {
        (client.info(socket).await["receive_queue"] == 6).then_some(())
    })
    .await;
    let received = client.ok("socket.recv", json!({"socket": socket, "max": 4})).await;
    assert_eq!(bytes(&received), b"abcd");
    assert_eq!(client.recv(socket).await, b"ef");
}

#[tokio::test]
async fn the_end_of_a_stream_is_no_bytes_and_eof_as_often_as_one_asks() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, mut peer) = client.connected().await;
    sockets::write(&mut peer, b"last words").await;
    drop(peer);
    let received = client.ok("socket.recv", json!({"socket": socket})).await;
    assert_eq!(bytes(&received), b"last words");
    assert!(received.get("eof").is_none());
    for _ in 0..2 {
        let end = client.ok("socket.recv", json!({"socket": socket})).await;
        assert_eq!((&end["bytes"], &end["eof"]), (&json!(0), &json!(true)));
    }
    client.event_of(socket, "peer_closed").await;
}

#[tokio::test]
async fn a_peer_that_resets_gives_econnreset_and_an_event() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, peer) = client.connected().await;
    let waiting = client.start("socket.recv", json!({"socket": socket})).await;
    client.waiting_calls(1).await;
    sockets::reset(peer);
    let fault = waiting.fault().await;
    assert_eq!(fault.data.errno.as_deref(), Some("ECONNRESET"));
    client.event_of(socket, "reset").await;
}

#[tokio::test]
async fn closing_with_a_linger_of_zero_resets_the_peer() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, mut peer) = client.connected().await;
    client.ok("socket.close", json!({"socket": socket, "linger_s": 0})).await;
    let error = sockets::read_to_end(&mut peer).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn closing_without_linger_ends_the_peers_stream() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, mut peer) = client.connected().await;
    client.send_data(socket, "bye").await;
    client.ok("socket.close", json!({"socket": socket})).await;
    assert_eq!(sockets::read_to_end(&mut peer).await.unwrap(), b"bye");
    let closed = client.event_of(socket, "closed").await;
    assert_eq!(closed["by"], "client");
}

#[tokio::test]
async fn a_half_closed_connection_still_carries_the_other_direction() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, mut peer) = client.connected().await;
    client.send_data(socket, "that is all").await;
    client.ok("socket.shutdown", json!({"socket": socket, "how": "write"})).await;
    assert_eq!(sockets::read_to_end(&mut peer).await.unwrap(), b"that is all");
    sockets::write(&mut peer, b"not from me").await;
    assert_eq!(client.recv(socket).await, b"not from me");
    assert_eq!(client.info(socket).await["state"], "FIN_WAIT2");
    let event = client.event_of(socket, "shutdown").await;
    assert_eq!(event["how"], "write");
}

#[tokio::test]
async fn shutting_down_reading_wakes_a_waiting_recv_with_the_end() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, _peer) = client.connected().await;
    let waiting = client.start("socket.recv", json!({"socket": socket})).await;
    client.waiting_calls(1).await;
    client.ok("socket.shutdown", json!({"socket": socket, "how": "read"})).await;
    assert_eq!(waiting.ok().await["eof"], true);
}

#[tokio::test]
async fn a_peek_leaves_the_bytes_in_the_queue() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, mut peer) = client.connected().await;
    sockets::write(&mut peer, b"look").await;
    for _ in 0..2 {
        let peeked = client.ok("socket.recv", json!({"socket": socket, "flags": ["peek"]})).await;
        assert_eq!(bytes(&peeked), b"look");
    }
    assert_eq!(client.recv(socket).await, b"look");
    let peek = client.event_of(socket, "received").await;
    assert_eq!(peek["flags"], json!(["peek"]), "a peek can be told apart in the log");
    assert_eq!(client.info(socket).await["bytes_received"], 4, "peeked bytes are counted once");
}

#[tokio::test]
async fn waitall_waits_until_max_bytes_are_there() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, mut peer) = client.connected().await;
    let recv = json!({"socket": socket, "max": 10, "flags": ["waitall"]});
    let waiting = client.start("socket.recv", recv.clone()).await;
    client.waiting_calls(1).await;
    for part in ["01", "234", "56789"] {
        sockets::write(&mut peer, part.as_bytes()).await;
    }
    assert_eq!(bytes(&waiting.ok().await), b"0123456789");

    let waiting = client.start("socket.recv", recv).await;
    client.waiting_calls(1).await;
    sockets::write(&mut peer, b"half").await;
    drop(peer);
    let received = waiting.ok().await;
    assert_eq!(bytes(&received), b"half", "the end of the stream ends the wait");
}

#[tokio::test]
async fn waitall_that_ran_out_of_time_loses_nothing() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, mut peer) = client.connected().await;
    let recv = json!({"socket": socket, "max": 10, "flags": ["waitall"], "timeout_ms": 300});
    let waiting = client.start("socket.recv", recv).await;
    sockets::write(&mut peer, b"01234").await;
    // Either the part is returned or it stays for the next call.
    let mut got = match waiting.answer().await {
        Ok(received) => bytes(&received),
        Err(fault) => {
            assert_eq!(fault.code, 4, "{fault:?}");
            Vec::new()
        }
    };
    sockets::write(&mut peer, b"56789").await;
    while got.len() < 10 {
        got.extend(client.recv(socket).await);
    }
    assert_eq!(got, b"0123456789");
}

#[tokio::test]
async fn urgent_data_travels_beside_the_stream() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (connecting, accepted) = client.pair().await;
    client.send_data(connecting, "normal").await;
    client.ok("socket.send", json!({"socket": connecting, "data": "!", "flags": ["oob"]})).await;
    let oob = json!({"socket": accepted, "max": 1, "flags": ["oob"], "timeout_ms": 1000});
    // Until it has arrived the kernel says EINVAL.
    let urgent =
        eventually("the urgent byte", async || client.call("socket.recv", oob.clone()).await.ok()).await;
    assert_eq!(bytes(&urgent), b"!");
    assert_eq!(client.recv(accepted).await, b"normal");
}

/// A `recv` ends at the mark of urgent data though more is there; what the server receives by itself goes on behind it.
#[tokio::test]
async fn what_lies_behind_urgent_data_is_received_as_well() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    for taken in [false, true] {
        let (socket, peer) = client.connected().await;
        let receive = async |mode: &str| {
            client.ok("socket.configure", json!({"socket": socket, "receive": mode})).await;
        };
        receive("stream").await;
        let peer = SockRef::from(&peer);
        let mut whole = 0;
        for round in 0..30 {
            let (before, behind) = (format!("before {round}"), format!("behind {round}"));
            if taken {
                // A `recv` in between would go past the urgent byte.
                receive("manual").await;
            }
            assert_eq!(peer.send(before.as_bytes()).unwrap(), before.len());
            assert_eq!(peer.send_out_of_band(b"!").unwrap(), 1);
            if taken {
                let oob = json!({"socket": socket, "max": 1, "flags": ["oob"]});
                eventually("the urgent byte", async || client.call("socket.recv", oob.clone()).await.ok())
                    .await;
            }
            assert_eq!(peer.send(behind.as_bytes()).unwrap(), behind.len());
            if taken {
                receive("stream").await;
            }
            let came = eventually("what lies behind the mark", async || {
                let events = client.events();
                let in_band = events.iter().filter(|event| {
                    event["socket"] == socket && event["kind"] == "received" && event["flags"].is_null()
                });
                let came: Vec<u8> = in_band.flat_map(bytes).skip(whole).collect();
                came.ends_with(behind.as_bytes()).then_some(came)
            })
            .await;
            whole += came.len();
            assert_eq!(came, [before, behind].concat().as_bytes(), "round {round}");
        }
    }
}

#[tokio::test]
async fn a_megabyte_arrives_whole() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, mut peer) = client.connected().await;
    let pending = client
        .start("socket.send", json!({"socket": socket, "data": {"repeat": "5a", "count": 1_048_576}}))
        .await;
    let mut arrived = vec![0; 1_048_576];
    sockyard_tests::within("a megabyte", peer.read_exact(&mut arrived)).await.unwrap();
    assert!(arrived.iter().all(|byte| *byte == b'Z'));
    assert_eq!(pending.ok().await["bytes"], 1_048_576);
    let sent = client.event_of(socket, "sent").await;
    assert_eq!((&sent["bytes"], &sent["data_cut"]), (&json!(1_048_576), &json!(true)));
    assert_eq!(bytes(&sent).len(), 65_536, "what the log keeps of it");
}

#[tokio::test]
async fn connections_over_ipv6_work_like_those_over_ipv4() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let listener = client.socket("inet6", "stream").await;
    let local = client.bind(listener, "[::1]:0").await;
    assert!(local.starts_with("[::1]:"), "{local}");
    client.ok("socket.listen", json!({"socket": listener})).await;
    let socket = client.socket("inet6", "stream").await;
    let connected = client.ok("socket.connect", json!({"socket": socket, "address": local})).await;
    assert_eq!(connected["peer"], local);
    let accepted = client.ok("socket.accept", json!({"socket": listener})).await;
    assert_eq!(accepted["peer"], connected["local"]);
    client.send_data(socket, "six").await;
    assert_eq!(client.recv(accepted["connection"].as_u64().unwrap()).await, b"six");
}

#[tokio::test]
async fn localhost_is_resolved_for_the_family_of_the_socket() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (_listener, address) = sockets::listener().await;
    let name = address.replace("127.0.0.1", "localhost");
    let socket = client.tcp().await;
    let connected = client.ok("socket.connect", json!({"socket": socket, "address": name})).await;
    assert_eq!(connected["peer"], address);
    let six = client.socket("inet6", "dgram").await;
    assert!(client.bind(six, "localhost:0").await.starts_with("[::1]:"));
}
