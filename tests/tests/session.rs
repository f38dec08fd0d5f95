//! Sections 1 and 2: what a session is, who may come back to it, and when it ends.

use serde_json::json;
use sockyard_tests::{TestServer, WsClient, eventually, sockets};
use tokio::net::TcpStream;

#[tokio::test]
async fn hello_tells_everything_a_client_needs() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let hello = &client.hello;
    assert!(!hello.resumed);
    assert_eq!(hello.last_seq, 0);
    assert_eq!(hello.server.name, "sockyard");
    assert_eq!(hello.server.version, env!("CARGO_PKG_VERSION"));
    assert_eq!(hello.network.kind, "host");
    assert_eq!(hello.network.local_address, "127.0.0.1");
    assert_eq!(hello.limits.message_bytes, 1_048_576);
    assert!(hello.limits.sockets >= 1 && hello.limits.log_events >= 1);
    for feature in ["inet", "inet6", "unix"] {
        assert!(hello.features.iter().any(|there| there == feature), "{feature}");
    }
    assert!(hello.token.len() >= 20, "a token that nobody guesses");
}

#[tokio::test]
async fn sockets_are_numbered_from_three_and_numbers_do_not_come_back() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    assert_eq!(client.tcp().await, 3);
    assert_eq!(client.udp().await, 4);
    client.ok("socket.close", json!({"socket": 3})).await;
    client.ok("socket.close", json!({"socket": 4})).await;
    assert_eq!(client.tcp().await, 5);
    let other = WsClient::open(&server).await;
    assert_eq!(other.tcp().await, 3, "each session counts by itself");
}

#[tokio::test]
async fn a_client_that_comes_back_misses_nothing_and_gets_nothing_twice() {
    let server = TestServer::start();
    let first = WsClient::open(&server).await;
    let (socket, local) = first.bound_udp().await;
    first.ok("socket.configure", json!({"socket": socket, "receive": "stream"})).await;
    first.event_of(socket, "bound").await;
    let hello = first.hello.clone();
    let before = first.events();
    first.leave().await;

    let (outside, _) = sockets::udp().await;
    for text in ["one", "two", "three"] {
        outside.send_to(text.as_bytes(), &local).await.unwrap();
    }
    let second = WsClient::resume(&server, &hello, Some(1)).await.unwrap();
    assert!(second.hello.resumed);
    assert_eq!(second.hello.session, hello.session);
    second.event("the third datagram", |event| event["data"]["text"] == "three").await;
    let events = second.events();
    assert_eq!(events[0]["seq"], 2, "the first after `after`");
    assert_eq!(events[..before.len() - 1], before[1..], "the same events as the first time");
    let back = json!({"socket": socket, "data": "back", "to": outside.local_addr().unwrap().to_string()});
    second.ok("socket.send", back).await;
    assert_eq!(sockets::receive(&outside).await.0, b"back", "the socket is still the same");
}

#[tokio::test]
async fn a_client_that_comes_back_without_after_gets_new_events_only() {
    let server = TestServer::start();
    let first = WsClient::open(&server).await;
    first.ok("log.note", json!({"text": "old"})).await;
    let second = WsClient::resume(&server, &first.hello, None).await.unwrap();
    assert_eq!(second.hello.last_seq, 1);
    second.ok("log.note", json!({"text": "new"})).await;
    second.event("the new note", |event| event["text"] == "new").await;
    assert_eq!(second.events().len(), 1);
}

#[tokio::test]
async fn a_client_that_comes_back_may_ask_for_the_newest_events_alone() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    for number in 1..=5 {
        client.ok("log.note", json!({"text": format!("note {number}")})).await;
    }
    let key = format!("?session={}&token={}", client.hello.session, client.hello.token);
    // Each round writes one note more.
    for (newest, bounds, first) in [
        (5, "&last=2", 4),
        (6, "&last=9", 1),
        (7, "&last=0", 8),
        (8, "&after=1&last=3", 6),
        (9, "&after=7&last=3", 8),
    ] {
        let second = WsClient::connect(&server, &format!("{key}{bounds}"), None).await.unwrap();
        client.ok("log.note", json!({"text": "end"})).await;
        second.event("the last note", |event| event["text"] == "end" && event["seq"] == newest + 1).await;
        let numbers: Vec<u64> = second.events().iter().map(|event| event["seq"].as_u64().unwrap()).collect();
        assert_eq!(numbers, (first..=newest + 1).collect::<Vec<_>>(), "{bounds}");
    }
    let wrong = WsClient::connect(&server, &format!("{key}&last=many"), None).await;
    let (status, problem) = wrong.err().expect("a bound that is no number");
    assert_eq!(status, 422, "{problem}");
    assert!(problem["detail"].as_str().unwrap().starts_with("last: "), "{problem}");
}

#[tokio::test]
async fn an_unknown_session_and_a_wrong_token_are_told_apart_by_nothing() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let mut unknown = client.hello.clone();
    unknown.session = "s_00000000000000000000000000000000".to_owned();
    let mut wrong = client.hello.clone();
    wrong.token = "wrong".to_owned();
    let (unknown_status, unknown) = WsClient::resume(&server, &unknown, None).await.err().unwrap();
    let (wrong_status, wrong) = WsClient::resume(&server, &wrong, None).await.err().unwrap();
    assert_eq!((unknown_status, wrong_status), (404, 404));
    assert_eq!(unknown["error"]["code"], 7, "{unknown}");
    assert_eq!(unknown, wrong);
}

#[tokio::test]
async fn a_session_without_a_connection_ends_after_its_grace_time() {
    let server = TestServer::start_with(&["--grace-seconds", "1"]);
    let client = WsClient::open(&server).await;
    assert_eq!(client.hello.limits.grace_s, 1);
    let (_, local) = client.listener().await;
    let hello = client.hello.clone();
    client.leave().await;
    eventually("the listener's end", async || TcpStream::connect(&local).await.err()).await;
    let (status, problem) = WsClient::resume(&server, &hello, None).await.err().unwrap();
    assert_eq!((status, &problem["error"]["code"]), (404, &json!(7)));
}

#[tokio::test]
async fn a_session_lives_while_any_connection_is_attached() {
    let server = TestServer::start_with(&["--grace-seconds", "1"]);
    let first = WsClient::open(&server).await;
    let (_, local) = first.listener().await;
    let second = WsClient::resume(&server, &first.hello, None).await.unwrap();
    let other = WsClient::open(&server).await;
    let (_, of_other) = other.listener().await;
    first.leave().await;
    // Nothing happens to this session, and there is no event for nothing. One that is left later ends after the same time.
    other.leave().await;
    eventually("the other session's end", async || TcpStream::connect(&of_other).await.err()).await;
    sockets::connect(&local).await;
    assert_eq!(second.tcp().await, 4);
}

#[tokio::test]
async fn each_of_several_connections_gets_every_event() {
    let server = TestServer::start();
    let first = WsClient::open(&server).await;
    let second = WsClient::resume(&server, &first.hello, Some(0)).await.unwrap();
    let third = WsClient::resume(&server, &first.hello, Some(0)).await.unwrap();
    let socket = second.tcp().await;
    first.ok("log.note", json!({"text": "last"})).await;
    let mut all = Vec::new();
    for client in [&first, &second, &third] {
        client.event("the note", |event| event["text"] == "last").await;
        all.push(client.events());
    }
    assert_eq!(all[0], all[1]);
    assert_eq!(all[0], all[2]);
    assert_eq!(all[0][0]["socket"], socket);
}

#[tokio::test]
async fn a_call_is_cancelled_only_over_the_connection_that_made_it() {
    let server = TestServer::start();
    let first = WsClient::open(&server).await;
    let second = WsClient::resume(&server, &first.hello, None).await.unwrap();
    let (listener, _) = first.listener().await;
    let waiting = first.start("socket.accept", json!({"socket": listener})).await;
    first.waiting_calls(1).await;
    let elsewhere = second.ok("call.cancel", json!({"id": waiting.id})).await;
    assert_eq!(elsewhere["cancelled"], false);
    let here = first.ok("call.cancel", json!({"id": waiting.id})).await;
    assert_eq!(here["cancelled"], true);
    assert_eq!(waiting.fault().await.code, 5);
    let again = first.ok("call.cancel", json!({"id": 4711})).await;
    assert_eq!(again["cancelled"], false);
}

#[tokio::test]
async fn waiting_calls_end_with_their_connection_and_lose_nothing() {
    let server = TestServer::start();
    let first = WsClient::open(&server).await;
    let (socket, mut peer) = first.connected().await;
    let second = WsClient::resume(&server, &first.hello, None).await.unwrap();
    _ = first.start("socket.recv", json!({"socket": socket})).await;
    first.waiting_calls(1).await;
    first.leave().await;
    second.waiting_calls(0).await;
    sockets::write(&mut peer, b"for the second").await;
    assert_eq!(second.recv(socket).await, b"for the second");
}

#[tokio::test]
async fn closing_a_session_closes_its_sockets_and_every_connection() {
    let server = TestServer::start();
    let first = WsClient::open(&server).await;
    let second = WsClient::resume(&server, &first.hello, None).await.unwrap();
    let (_, mut peer) = first.connected().await;
    let (_, local) = first.listener().await;
    first.ok("session.close", json!({})).await;
    assert_eq!(first.closed().await.code, Some(1000));
    assert_eq!(second.closed().await.code, Some(1000));
    assert_eq!(sockets::read_to_end(&mut peer).await.unwrap(), b"");
    eventually("the listener's end", async || TcpStream::connect(&local).await.err()).await;
    let closed = second.events().iter().filter(|event| event["kind"] == "closed").count();
    assert_eq!(closed, 2, "each socket's end is told");
    assert!(second.events().iter().all(|event| event["kind"] != "closed" || event["by"] == "session"));
    let (status, _) = WsClient::resume(&server, &first.hello, None).await.err().unwrap();
    assert_eq!(status, 404);
}

#[tokio::test]
async fn session_info_says_what_hello_said_and_what_is_used() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    client.tcp().await;
    client.udp().await;
    let info = client.ok("session.info", json!({})).await;
    assert_eq!(info["session"], client.hello.session);
    assert_eq!(info["limits"], serde_json::to_value(&client.hello.limits).unwrap());
    assert_eq!(info["used"]["sockets"], 2);
    assert_eq!(info["used"]["log_events"], 2);
    assert_eq!(info["used"]["connections"], 1);
}

#[tokio::test]
async fn a_session_cannot_have_more_sockets_than_its_limit() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let limit = client.hello.limits.sockets;
    for _ in 0..limit {
        client.udp().await;
    }
    let fault = client.fault("socket.create", json!({"family": "inet", "type": "dgram"})).await;
    assert_eq!(fault.code, 6);
    assert_eq!(fault.data.quota.as_deref(), Some("sockets"));
    assert_eq!(fault.data.limit, Some(limit.into()));
    client.ok("socket.close", json!({"socket": 3})).await;
    client.udp().await;
}

#[tokio::test]
async fn closed_sockets_and_ended_sessions_leave_no_descriptors_behind() {
    let server = TestServer::start();
    let first = WsClient::open(&server).await;
    let before = server.open_files();
    for _ in 0..5 {
        let client = WsClient::open(&server).await;
        for _ in 0..10 {
            client.listener().await;
        }
        client.ok("session.close", json!({})).await;
        client.closed().await;
    }
    eventually("the descriptors to be closed", async || (server.open_files() <= before).then_some(())).await;
    first.tcp().await;
}
