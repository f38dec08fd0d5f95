//! Binary frames: payload bytes both ways without JSON, and what the events of such a connection then tell.
//!
//! The client here is a bare WebSocket, so that every byte of a frame is the test's own. The peers are this process's
//! sockets.

use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use sockyard_tests::{TestServer, WsClient, bytes, eventually, within};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

/// A connection in binary frames, and what came over it so far.
struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    hello: Value,
    events: Vec<Value>,
    frames: Vec<Vec<u8>>,
    next_id: u64,
}

impl Client {
    async fn open(server: &TestServer) -> Client {
        let mut client = Client::connect(server, "").await;
        let answer = client.call("session.configure", json!({"frames": "binary"})).await;
        assert_eq!(answer, json!({"frames": "binary", "data": "auto", "payload": "full"}));
        client
    }

    async fn connect(server: &TestServer, query: &str) -> Client {
        let url = format!("ws://{}/api/v1/ws{query}", server.authority());
        let mut request = url.into_client_request().unwrap();
        if let Some(token) = &server.token {
            request.headers_mut().insert("Authorization", format!("Bearer {token}").parse().unwrap());
        }
        let (socket, _) = within("a WebSocket", connect_async(request)).await.unwrap();
        let mut client =
            Client { socket, hello: Value::Null, events: Vec::new(), frames: Vec::new(), next_id: 1 };
        client.hello = client.next().await.expect("a greeting")["params"].clone();
        client
    }

    /// The next message that is neither events nor a frame; those are kept. None if it was one of them.
    async fn next(&mut self) -> Option<Value> {
        let message = within("a message", self.socket.next()).await.expect("an open connection").unwrap();
        match message {
            Message::Binary(frame) => self.frames.push(frame.to_vec()),
            Message::Text(text) => {
                let mut message: Value = serde_json::from_str(&text).unwrap();
                if message["method"] != "events" {
                    return Some(message);
                }
                self.events.append(message["params"]["events"].as_array_mut().unwrap());
            }
            _ => {}
        }
        None
    }

    /// The result of a call, or its error.
    async fn call(&mut self, method: &str, params: Value) -> Value {
        let id = self.next_id;
        self.next_id += 1;
        let request = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        self.send(Message::text(request.to_string())).await;
        loop {
            if let Some(answer) = self.next().await {
                assert_eq!(answer["id"], id, "{answer}");
                return answer.get("result").unwrap_or(&answer["error"]).clone();
            }
        }
    }

    async fn send(&mut self, message: Message) {
        within("room to send", self.socket.send(message)).await.unwrap();
    }

    async fn send_stream(&mut self, socket: u64, bytes: &[u8]) {
        self.send(Message::binary([&head(socket), bytes].concat())).await;
    }

    /// Reads until the bytes of the stream's frames are so many.
    async fn stream(&mut self, socket: u64, count: usize) -> Vec<u8> {
        loop {
            let mut bytes = Vec::new();
            for frame in &self.frames {
                bytes.extend_from_slice(
                    frame.strip_prefix(head(socket).as_slice()).expect("the stream's head"),
                );
            }
            if bytes.len() >= count {
                return bytes;
            }
            self.next().await;
        }
    }

    /// Reads until an event fits.
    async fn event(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            if let Some(event) = self.events.iter().find(|event| fits(event)) {
                return event.clone();
            }
            assert_eq!(self.next().await, None, "no answer is due");
        }
    }

    /// A socket that is connected to the peer and streams what it receives.
    async fn streaming(&mut self, kind: &str, peer: &str) -> u64 {
        let created = self.call("socket.create", json!({"family": "inet", "type": kind})).await;
        let socket = created["socket"].as_u64().unwrap();
        if kind == "stream" {
            self.call("socket.connect", json!({"socket": socket, "address": peer})).await;
        }
        self.call("socket.configure", json!({"socket": socket, "receive": "stream"})).await;
        socket
    }
}

fn head(socket: u64) -> Vec<u8> {
    [&[0], &u32::try_from(socket).unwrap().to_be_bytes()[..]].concat()
}

fn sum(events: &[Value], kind: &str) -> (u64, u64) {
    let of_kind = events.iter().filter(|event| event["kind"] == kind);
    of_kind.fold((0, 0), |(count, bytes), event| {
        (count + event["count"].as_u64().unwrap_or(1), bytes + event["bytes"].as_u64().unwrap())
    })
}

#[tokio::test]
async fn a_stream_s_bytes_travel_both_ways_without_json() {
    let server = TestServer::start();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut client = Client::open(&server).await;
    let address = listener.local_addr().unwrap().to_string();
    let socket = client.streaming("stream", &address).await;
    let (mut peer, _) = within("the connection", listener.accept()).await.unwrap();

    client.send_stream(socket, b"\x00\xff over").await;
    let mut came = [0; 7];
    within("the bytes", peer.read_exact(&mut came)).await.unwrap();
    assert_eq!(&came, b"\x00\xff over");
    peer.write_all(b"back \xfe\x01").await.unwrap();
    assert_eq!(client.stream(socket, 7).await, b"back \xfe\x01");

    let sent = client.event(|event| event["kind"] == "sent").await;
    assert_eq!((&sent["bytes"], sent.get("data")), (&json!(7), None), "{sent}");
    let received = client.event(|event| event["kind"] == "received").await;
    assert_eq!((&received["bytes"], received.get("data")), (&json!(7), None), "{received}");
    drop(peer);
    client.event(|event| event["kind"] == "peer_closed").await;
    // The log has the bytes all the same.
    let page = client.call("log.read", json!({"kinds": ["sent", "received"]})).await;
    let kept: Vec<_> = page["events"].as_array().unwrap().iter().map(bytes).collect();
    assert_eq!(kept, [b"\x00\xff over".to_vec(), b"back \xfe\x01".to_vec()]);
}

#[tokio::test]
async fn many_frames_arrive_in_order_and_their_events_are_summed() {
    let server = TestServer::start();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut client = Client::open(&server).await;
    let address = listener.local_addr().unwrap().to_string();
    let socket = client.streaming("stream", &address).await;
    let (peer, _) = within("the connection", listener.accept()).await.unwrap();
    let (mut from, mut to) = peer.into_split();
    let echo = tokio::spawn(async move { tokio::io::copy(&mut from, &mut to).await });

    let mut expected = Vec::new();
    for number in 0..2000u32 {
        let bytes = number.to_be_bytes().repeat(usize::try_from(number % 40).unwrap() + 1);
        client.send_stream(socket, &bytes).await;
        expected.extend(bytes);
    }
    let big = vec![0x5A; 1_000_000];
    client.send_stream(socket, &big).await;
    expected.extend(&big);
    assert!(client.stream(socket, expected.len()).await == expected, "not what was sent");

    let total = u64::try_from(expected.len()).unwrap();
    client.call("socket.shutdown", json!({"socket": socket, "how": "write"})).await;
    client.event(|event| event["kind"] == "peer_closed").await;
    within("the echo's end", echo).await.unwrap().unwrap();
    assert_eq!(sum(&client.events, "sent").1, total);
    assert_eq!(sum(&client.events, "received").1, total);
    assert!(client.events.len() < 200, "{} events for 4000 operations", client.events.len());
    assert!(client.events.is_sorted_by_key(|event| event["seq"].as_u64()), "events are in order");
    // Every number of the log is told of, alone or in a sum.
    let counted: u64 = client.events.iter().map(|event| event["count"].as_u64().unwrap_or(1)).sum();
    let last = client.events.last().unwrap()["seq"].as_u64().unwrap();
    assert_eq!(counted, last);
}

#[tokio::test]
async fn datagrams_carry_their_addresses() {
    let server = TestServer::start();
    let peer = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = peer.local_addr().unwrap().to_string();
    let mut client = Client::open(&server).await;
    let socket = client.streaming("dgram", &address).await;
    let datagram = |bytes: &[u8]| {
        let length = [u8::try_from(address.len()).unwrap()];
        Message::binary([&[1], &head(socket)[1..], &length, address.as_bytes(), bytes].concat())
    };
    client.send(datagram(b"one")).await;
    client.send(datagram(b"")).await;
    client.send(datagram(b"three")).await;
    let mut buffer = [0; 100];
    let mut sender = None;
    for expected in [b"one".as_slice(), b"", b"three"] {
        let (length, from) = within("a datagram", peer.recv_from(&mut buffer)).await.unwrap();
        assert_eq!(&buffer[..length], expected);
        sender = Some(from);
    }
    peer.send_to(b"back", sender.unwrap()).await.unwrap();
    while client.frames.is_empty() {
        client.next().await;
    }
    assert_eq!(Message::binary(client.frames[0].clone()), datagram(b"back"));

    // A connected one needs no address, and its frames stay datagrams.
    client.call("socket.connect", json!({"socket": socket, "address": address})).await;
    client.send_stream(socket, b"a").await;
    client.send_stream(socket, b"b").await;
    for expected in [b"a", b"b"] {
        let (length, _) = within("a datagram", peer.recv_from(&mut buffer)).await.unwrap();
        assert_eq!(&buffer[..length], expected);
    }
}

#[tokio::test]
async fn a_wrong_frame_is_said_and_the_connection_goes_on() {
    let server = TestServer::start();
    let mut client = Client::open(&server).await;
    let mut refused = async |message: Vec<u8>| {
        client.send(Message::binary(message)).await;
        loop {
            if let Some(answer) = client.next().await {
                assert_eq!(answer["id"], Value::Null);
                return answer["error"].clone();
            }
        }
    };
    let error = refused(vec![9, 0, 0, 0, 3]).await;
    assert_eq!(error["code"], -32600, "{error}");
    let error = refused(b"\x01\0\0\0\x03\x04nopebytes".to_vec()).await;
    assert_eq!(error["code"], -32602, "{error}");
    assert!(error["data"]["hint"].as_str().unwrap().starts_with("to: "), "{error}");

    // What only the call itself can find out is an event, as for any notification.
    client.send_stream(99, b"x").await;
    let failed = client.event(|event| event["kind"] == "failed").await;
    assert_eq!((&failed["call"], &failed["error"]["code"]), (&json!("send"), &json!(3)));
    let created = client.call("socket.create", json!({"family": "inet", "type": "dgram"})).await;
    let message = b"\x01\0\0\0\x03\x098.8.8.8:9x";
    client.send(Message::binary(message.to_vec())).await;
    let denied = client.event(|event| event["error"]["code"] == 2).await;
    assert_eq!((&denied["call"], &denied["socket"]), (&json!("sendto"), &created["socket"]));
}

#[tokio::test]
async fn a_full_peer_holds_the_client_back_and_nothing_is_lost() {
    const PIECES: usize = 640;
    let server = TestServer::start();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut client = Client::open(&server).await;
    let address = listener.local_addr().unwrap().to_string();
    let socket = client.streaming("stream", &address).await;
    let (mut peer, _) = within("the connection", listener.accept()).await.unwrap();
    let (mut sink, mut stream) = client.socket.split();
    // More than the kernel's buffers and all quotas hold: it is taken only while the peer reads.
    let sender = tokio::spawn(async move {
        for number in 0..PIECES {
            let piece = vec![u8::try_from(number % 251).unwrap(); 64 * 1024];
            sink.send(Message::binary([head(socket), piece].concat())).await.unwrap();
        }
        sink
    });
    let before = server.resident_bytes();
    let mut buffer = vec![0; 64 * 1024];
    for number in 0..PIECES {
        within("a piece", peer.read_exact(&mut buffer)).await.unwrap();
        assert!(buffer.iter().all(|byte| usize::from(*byte) == number % 251), "piece {number} is whole");
    }
    let _sink = within("the sender", sender).await.unwrap();
    let grown = server.resident_bytes().saturating_sub(before);
    assert!(grown < 64 << 20, "40 MiB were sent and the server grew by {grown} bytes");
    let failed = |text: &str| text.contains("\"failed\"");
    peer.shutdown().await.unwrap();
    loop {
        let message = within("an event", stream.next()).await.expect("an open connection").unwrap();
        assert!(!message.is_close(), "{message:?}");
        let Message::Text(text) = message else { continue };
        assert!(!failed(&text), "{text}");
        if text.contains("peer_closed") {
            break;
        }
    }
}

#[tokio::test]
async fn other_connections_of_the_session_have_their_own_form() {
    let server = TestServer::start();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut client = Client::open(&server).await;
    let hello = serde_json::from_value(client.hello.clone()).unwrap();
    let in_json = WsClient::resume(&server, &hello, None).await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let socket = client.streaming("stream", &address).await;
    let (mut peer, _) = within("the connection", listener.accept()).await.unwrap();
    peer.write_all(b"hello").await.unwrap();
    assert_eq!(client.stream(socket, 5).await, b"hello");
    let received = in_json.event_of(socket, "received").await;
    assert_eq!(received["data"], json!({"text": "hello"}));
    for _ in 0..20 {
        client.send_stream(socket, b"x").await;
    }
    // That one gets each event at once, without a gap, although the other's are summed.
    let all = |event: &Value| event["kind"] == "sent";
    in_json.event("the sends", all).await;
    let mut came = [0; 20];
    within("the bytes", peer.read_exact(&mut came)).await.unwrap();

    // Back in JSON, what comes next has its bytes in the event.
    client.call("session.configure", json!({"frames": "json"})).await;
    peer.write_all(b"again").await.unwrap();
    let again = client.event(|event| event["kind"] == "received" && event.get("data").is_some()).await;
    assert_eq!(again["data"], json!({"text": "again"}));
}

#[tokio::test]
async fn what_came_while_nobody_was_there_is_replayed_in_json_or_in_frames() {
    let server = TestServer::start();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut client = Client::open(&server).await;
    let address = listener.local_addr().unwrap().to_string();
    let socket = client.streaming("stream", &address).await;
    let (mut peer, _) = within("the connection", listener.accept()).await.unwrap();
    peer.write_all(b"first").await.unwrap();
    assert_eq!(client.stream(socket, 5).await, b"first");
    let seen = client.event(|event| event["kind"] == "received").await["seq"].as_u64().unwrap();
    let query = format!(
        "?session={}&token={}&after={seen}",
        client.hello["session"].as_str().unwrap(),
        client.hello["token"].as_str().unwrap()
    );
    drop(client);
    peer.write_all(b"second").await.unwrap();
    let mut back = Client::connect(&server, &query).await;
    let received = back.event(|event| event["kind"] == "received").await;
    assert_eq!(received["data"], json!({"text": "second"}), "without `binary` the bytes are in the event");
}

#[tokio::test]
async fn only_the_kinds_that_were_asked_for_are_pushed_and_the_log_has_them_all() {
    let server = TestServer::start();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut client = Client::connect(&server, "").await;
    let refused = client.call("session.configure", json!({"kinds": ["recieved"]})).await;
    assert!(refused["data"]["hint"].as_str().unwrap().starts_with("kinds"), "{refused}");
    let answer = client.call("session.configure", json!({"kinds": ["received", "peer_closed"]})).await;
    assert_eq!(answer["kinds"], json!(["received", "peer_closed"]));
    let address = listener.local_addr().unwrap().to_string();
    let socket = client.streaming("stream", &address).await;
    let (mut peer, _) = within("the connection", listener.accept()).await.unwrap();
    for _ in 0..500 {
        let request = json!({"jsonrpc": "2.0", "method": "socket.send",
            "params": {"socket": socket, "data": {"zeros": 1000}}});
        client.send(Message::text(request.to_string())).await;
    }
    let mut came = vec![0; 500_000];
    within("the bytes", peer.read_exact(&mut came)).await.unwrap();
    peer.write_all(b"hello").await.unwrap();
    drop(peer);
    client.event(|event| event["kind"] == "peer_closed").await;
    let kinds: Vec<_> = client.events.iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["received", "peer_closed"]);
    let page = client.call("log.read", json!({"kinds": ["sent"], "limit": 1000})).await;
    assert_eq!((sum(page["events"].as_array().unwrap(), "sent").1, &page["more"]), (500_000, &json!(false)));
}

/// A second connection of the client's session.
async fn beside(server: &TestServer, client: &Client) -> WsClient {
    let hello = serde_json::from_value(client.hello.clone()).unwrap();
    WsClient::resume(server, &hello, None).await.unwrap()
}

#[tokio::test]
async fn sigterm_while_frames_wait_for_a_full_peer_ends_well() {
    const PIECE: usize = 64 * 1024;
    let mut server = TestServer::start();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut client = Client::open(&server).await;
    let address = listener.local_addr().unwrap().to_string();
    let socket = client.streaming("stream", &address).await;
    let (mut peer, _) = within("the connection", listener.accept()).await.unwrap();
    let other = beside(&server, &client).await;
    let (mut sink, mut stream) = client.socket.split();
    // It goes on until the connection ends under it.
    let sender = tokio::spawn(async move {
        for number in 0_u64.. {
            let piece = vec![u8::try_from(number % 251).unwrap(); PIECE];
            if sink.send(Message::binary([head(socket), piece].concat())).await.is_err() {
                return;
            }
        }
    });
    eventually("frames that wait", async || {
        let info = other.ok("session.info", json!({})).await;
        (info["used"]["waiting_bytes"].as_u64()? > PIECE as u64).then_some(())
    })
    .await;
    let started = Instant::now();
    server.terminate();
    loop {
        match within("the end of the connection", stream.next()).await {
            Some(Ok(Message::Close(frame))) => {
                assert_eq!(frame.map(|frame| u16::from(frame.code)), Some(1001));
                break;
            }
            Some(Ok(_)) => {}
            ended => panic!("the connection ended without a goodbye: {ended:?}"),
        }
    }
    assert_eq!(other.closed().await.code, Some(1001));
    assert_eq!(server.exit().await.code(), Some(0));
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    // What the kernel had taken still arrives, in its order; what it had not is gone with the server.
    let mut taken = Vec::new();
    _ = within("the peer's end", peer.read_to_end(&mut taken)).await;
    for (number, piece) in taken.chunks(PIECE).enumerate() {
        assert!(piece.iter().all(|byte| usize::from(*byte) == number % 251), "piece {number}");
    }
    sender.abort();
}

#[tokio::test]
async fn sigterm_while_a_client_leaves_its_frames_unread_ends_well() {
    let mut server = TestServer::start();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut client = Client::open(&server).await;
    let address = listener.local_addr().unwrap().to_string();
    let socket = client.streaming("stream", &address).await;
    let (mut peer, _) = within("the connection", listener.accept()).await.unwrap();
    let other = beside(&server, &client).await;
    let flood = tokio::spawn(async move {
        let piece = vec![b'x'; 64 * 1024];
        while peer.write_all(&piece).await.is_ok() {}
    });
    // From here on nobody reads the client's connection, until bytes stay in the kernel: nobody has room for them.
    let mut before = None;
    eventually("a stream that is held back", async || {
        let info = other.ok("socket.info", json!({"socket": socket})).await;
        let now = (info["bytes_received"].as_u64()?, info["receive_queue"].as_u64()?);
        let still = before == Some(now) && now.1 > 0;
        before = Some(now);
        still.then_some(())
    })
    .await;
    let started = Instant::now();
    server.terminate();
    assert_eq!(other.closed().await.code, Some(1001));
    assert_eq!(server.exit().await.code(), Some(0));
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    within("the flood's end", flood).await.unwrap();
    drop(client);
}
