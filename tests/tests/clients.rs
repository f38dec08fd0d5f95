//! The client crate: its typed calls, what becomes of a call that is dropped or cancelled, pressure, and ways back.
//!
//! The peers are sockets of the test's own.

use std::time::Duration;

use sockyard_client::protocol::call::{DnsResolve, SocketRecv};
use sockyard_client::protocol::{Data, EventKind, Family, Responder, ShutdownHow, SocketId, SocketType};
use sockyard_client::{Arrival, Client, Error, Incoming, Server};
use sockyard_tests::{TestServer, eventually, sockets, within};

const SHORT: Option<Duration> = Some(Duration::from_millis(50));

async fn open(server: &TestServer) -> (Client, Incoming) {
    within("a session", Server::parse(&server.url()).unwrap().open()).await.unwrap()
}

async fn bound_udp(client: &Client) -> (SocketId, String) {
    let socket = client.create(Family::Inet, SocketType::Dgram).await.unwrap();
    (socket, client.bind(socket, "127.0.0.1:0").await.unwrap().local)
}

fn code(error: &Error) -> i32 {
    error.fault().unwrap_or_else(|| panic!("no error of section 8: {error}")).code
}

#[tokio::test]
async fn datagrams_go_out_and_come_in_through_typed_calls() {
    let server = TestServer::start();
    let (client, mut incoming) = open(&server).await;
    let (socket, local) = bound_udp(&client).await;
    let (peer, peer_address) = sockets::udp().await;
    client.send_to(socket, [0xff, 0x00].as_slice(), &peer_address).await.unwrap();
    let (bytes, from) = sockets::receive(&peer).await;
    assert_eq!((bytes, from.to_string()), (vec![0xff, 0x00], local.clone()));
    peer.send_to(b"hi", &local).await.unwrap();
    let received = within("a datagram", client.recv(socket, None)).await.unwrap();
    assert_eq!((received.data, received.from), (Data::Text("hi".into()), Some(peer_address)));
    let event = within("an event", incoming.event(|event| event.kind.name() == "received")).await.unwrap();
    assert_eq!((event.socket, event.seq), (Some(socket), incoming.last_seq()));
}

#[tokio::test]
async fn a_stream_is_accepted_answered_and_closed() {
    let server = TestServer::start();
    let (client, mut incoming) = open(&server).await;
    let listener = client.create(Family::Inet, SocketType::Stream).await.unwrap();
    let local = client.bind(listener, "127.0.0.1:0").await.unwrap().local;
    assert_eq!(client.listen(listener).await.unwrap().backlog, 128);
    assert_eq!(code(&client.accept(listener, SHORT).await.unwrap_err()), 4);
    let mut peer = sockets::connect(&local).await;
    let connection = within("accept", client.accept(listener, None)).await.unwrap().connection;
    client.respond(connection, Some(Responder::Echo {})).await.unwrap();
    sockets::write(&mut peer, b"echo").await;
    assert_eq!(sockets::read(&mut peer, 4).await, b"echo");
    client.respond(connection, None).await.unwrap();
    client.send(connection, "bye").await.unwrap();
    client.shutdown(connection, ShutdownHow::Write).await.unwrap();
    assert_eq!(sockets::read_to_end(&mut peer).await.unwrap(), b"bye");
    drop(peer);
    within("the peer's end", incoming.event(|event| event.kind == EventKind::PeerClosed {})).await.unwrap();
    assert_eq!(client.sockets().await.unwrap().len(), 2);
    client.close(connection).await.unwrap();
    assert_eq!(code(&client.info(connection).await.unwrap_err()), 3);
}

#[tokio::test]
async fn errors_come_as_what_they_are_and_leave_the_session_usable() {
    let server = TestServer::start();
    let (client, _incoming) = open(&server).await;
    let socket = client.create(Family::Inet, SocketType::Stream).await.unwrap();
    let refused = client.connect(socket, &format!("127.0.0.1:{}", sockets::free_port().await), None).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.fault().unwrap().data.errno.as_deref(), Some("ECONNREFUSED"));
    assert!(refused.to_string().starts_with("connect: "), "{refused}");
    let malformed = client.bind(socket, "here").await.unwrap_err();
    assert_eq!(code(&malformed), -32602);
    assert!(malformed.fault().unwrap().data.hint.as_deref().unwrap().starts_with("address: "), "{malformed}");
    let resolved = client.call(DnsResolve { name: "localhost".parse().unwrap() }).await.unwrap();
    assert!(resolved.addresses.iter().any(|address| address.allowed));
    assert_eq!(client.session_info().await.unwrap().used.sockets, 1);
}

#[tokio::test]
async fn a_server_that_is_not_there_or_says_no_is_told_apart() {
    let nobody = Server::parse(&format!("http://127.0.0.1:{}", sockets::free_port().await)).unwrap();
    assert!(matches!(nobody.open().await.unwrap_err(), Error::Unreachable { .. }));
    let server = TestServer::start();
    let wrong = Server::parse(&server.url()).unwrap().with_token("wrong-wrong-wrong");
    assert_eq!(code(&wrong.open().await.unwrap_err()), 8);
    let (client, _incoming) = open(&server).await;
    let key = client.key();
    within("the session's end", client.close_session()).await.unwrap();
    assert_eq!(within("the connection's end", client.closed()).await.code, Some(1000));
    assert!(
        matches!(client.sockets().await.unwrap_err(), Error::Closed(closed) if closed.code == Some(1000))
    );
    assert_eq!(code(&wrong.resume(&key, None).await.unwrap_err()), 7);
}

#[tokio::test]
async fn calls_started_one_after_the_other_keep_their_order() {
    let server = TestServer::start();
    let (client, _incoming) = open(&server).await;
    let mut pending = Vec::new();
    for _ in 0..50 {
        let call = sockyard_client::protocol::call::SocketCreate {
            family: Family::Inet,
            r#type: SocketType::Dgram,
            host: None,
        };
        pending.push(client.start_call(call).await.unwrap());
    }
    for (index, pending) in pending.into_iter().enumerate() {
        let created = within("a socket", pending).await.unwrap();
        assert_eq!(created.socket as usize, index + 3);
    }
}

#[tokio::test]
async fn a_waiting_call_can_be_cancelled_and_one_that_is_dropped_loses_nothing() {
    let server = TestServer::start();
    let (client, _incoming) = open(&server).await;
    let (socket, local) = bound_udp(&client).await;
    let recv = || SocketRecv { socket, max: 4096, flags: Vec::new(), timeout_ms: None };
    let waiting = client.start_call(recv()).await.unwrap();
    assert!(client.cancel(&waiting).await.unwrap());
    assert_eq!(code(&within("the cancelled call", waiting).await.unwrap_err()), 5);

    drop(client.start_call(recv()).await.unwrap());
    eventually("the dropped call's end", async || {
        (client.session_info().await.unwrap().used.waiting_calls == 0).then_some(())
    })
    .await;
    sockets::udp().await.0.send_to(b"still there", &local).await.unwrap();
    let received = within("a datagram", client.recv(socket, None)).await.unwrap();
    assert_eq!(received.data, Data::Text("still there".into()));
}

#[tokio::test]
async fn a_client_that_comes_back_misses_nothing() {
    let server = TestServer::start();
    let (client, mut incoming) = open(&server).await;
    let first = client.note("before").await.unwrap();
    within("an event", incoming.event(|event| event.seq == first)).await.unwrap();
    let other = client.resume(None).await.unwrap().0;
    assert!(other.hello().resumed);
    assert_eq!(within("the connection's end", client.clone().leave()).await.reason, "");
    other.note("meanwhile").await.unwrap();
    let (_client, mut incoming) = client.resume(Some(incoming.last_seq())).await.unwrap();
    let event = within("an event", incoming.event(|_| true)).await.unwrap();
    assert_eq!(event.kind, EventKind::Note { text: "meanwhile".into() });
}

#[tokio::test]
async fn the_connection_ends_with_its_last_handle() {
    let server = TestServer::start();
    let (client, incoming) = open(&server).await;
    let other = client.resume(None).await.unwrap().0;
    drop((client.clone(), incoming));
    assert_eq!(other.session_info().await.unwrap().used.connections, 2);
    drop(client);
    eventually("the end of the other connection", async || {
        (other.session_info().await.unwrap().used.connections == 1).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_server_that_goes_ends_waiting_calls_and_says_why() {
    let mut server = TestServer::start();
    let (client, mut incoming) = open(&server).await;
    let (socket, _) = bound_udp(&client).await;
    let waiting =
        client.start_call(SocketRecv { socket, max: 1, flags: Vec::new(), timeout_ms: None }).await.unwrap();
    eventually("the call to wait", async || {
        (client.session_info().await.unwrap().used.waiting_calls == 1).then_some(())
    })
    .await;
    server.terminate();
    // The call ends with its socket, or with the connection where that came first.
    let ended = within("the waiting call's end", waiting).await.unwrap_err();
    assert!(matches!(&ended, Error::Call(fault) if fault.code == 5) || matches!(ended, Error::Closed(_)));
    assert_eq!(within("the connection's end", incoming.closed()).await.code, Some(1001));
    server.exit().await;
}

/// More than fits into the client's queue and the kernel's buffers together.
const NOTES: u64 = 3_000;

#[tokio::test]
async fn a_slow_taker_holds_the_connection_back_and_loses_nothing() {
    let server = TestServer::start();
    let (client, _) = open(&server).await;
    let (reader, mut incoming) = client.resume(None).await.unwrap();
    let text = "n".repeat(4096);
    let writing = tokio::spawn(async move {
        for _ in 0..NOTES {
            client.note(text.as_str()).await.unwrap();
        }
        client
    });
    let client = within("the notes", writing).await.unwrap();
    let mut expected = 1;
    while expected <= NOTES {
        let Some(Arrival::Event(event)) = within("a note", incoming.next()).await else { panic!("no note") };
        assert_eq!(event.seq, expected);
        expected += 1;
    }
    // The held back connection serves calls again.
    assert_eq!(within("an answer", reader.session_info()).await.unwrap().hello.session, client.key().session);
}

#[tokio::test]
async fn who_drops_the_arrivals_is_not_held_back_by_them() {
    let server = TestServer::start();
    let (client, incoming) = open(&server).await;
    drop(incoming);
    let text = "n".repeat(4096);
    for _ in 0..500 {
        within("a note", client.note(text.as_str())).await.unwrap();
    }
}
