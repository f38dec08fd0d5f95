//! Notifications of `socket.send` that come together: a stream's leave as one, and whatever is not a stream's bytes alone does not.

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use sockyard_tests::metrics::Metrics;
use sockyard_tests::{TestServer, within};
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A session's connection whose first socket, number 3, is connected to `peer`.
async fn connected(server: &TestServer, kind: &str, peer: &str) -> Socket {
    let address = server.authority();
    let url = format!("ws://{address}/api/v1/ws?create=inet,{kind}&connect={peer}");
    let mut request = url.into_client_request().unwrap();
    if let Some(token) = &server.token {
        request.headers_mut().insert("Authorization", format!("Bearer {token}").parse().unwrap());
    }
    within("a WebSocket", connect_async(request)).await.unwrap().0
}

/// A server, and a session of it that is connected to a peer over TCP.
async fn stream() -> (TestServer, Socket, TcpStream) {
    let server = TestServer::start();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = connected(&server, "stream", &listener.local_addr().unwrap().to_string()).await;
    let (peer, _) = within("the connection", listener.accept()).await.unwrap();
    (server, client, peer)
}

/// Messages in one write, so that the server finds them together.
async fn together(socket: &mut Socket, messages: impl IntoIterator<Item = Value>) {
    for message in messages {
        within("room", socket.feed(Message::text(message.to_string()))).await.unwrap();
    }
    within("a write", socket.flush()).await.unwrap();
}

fn send(data: Value) -> Value {
    json!({"jsonrpc": "2.0", "method": "socket.send", "params": {"socket": 3, "data": data}})
}

/// A call that comes last, whose answer says that all before it were taken.
fn last() -> Value {
    json!({"jsonrpc": "2.0", "id": "last", "method": "socket.info", "params": {"socket": 3}})
}

/// The events up to the answer of [`last`] and one more of the kind, those of the opening left out.
async fn events(socket: &mut Socket, bytes: u64) -> Vec<Value> {
    let mut events: Vec<Value> = Vec::new();
    let (mut answered, mut sent) = (false, 0);
    while !answered || sent < bytes {
        let message = within("a message", socket.next()).await.expect("an open connection").unwrap();
        let Message::Text(text) = message else { continue };
        let mut message: Value = serde_json::from_str(&text).unwrap();
        answered |= message["id"] == "last";
        if message["method"] == "events" {
            let new = message["params"]["events"].as_array_mut().unwrap();
            new.retain(|event| matches!(event["kind"].as_str(), Some("sent" | "failed")));
            sent += new.iter().filter_map(|event| event["bytes"].as_u64()).sum::<u64>();
            events.append(new);
        }
    }
    events
}

async fn read(peer: &mut TcpStream, count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    within("the bytes", peer.read_exact(&mut bytes)).await.unwrap();
    bytes
}

#[tokio::test]
async fn a_stream_s_notifications_leave_as_one_in_their_order_whatever_their_form() {
    let (server, mut client, mut peer) = stream().await;
    let sends =
        [json!("a"), json!({"hex": "62 63"}), json!({"text": "漢", "encoding": "gbk"}), json!({"zeros": 2})];
    let expected = b"abc\x9d\x68\0\0";
    together(&mut client, sends.map(send).into_iter().chain([last()])).await;
    assert_eq!(read(&mut peer, expected.len()).await, expected);
    let events = events(&mut client, 7).await;
    assert_eq!(events.len(), 1, "one send(2), and one event of it: {events:?}");
    assert_eq!(events[0]["bytes"], 7);
    let calls = r#"sockyard_calls_total{method="socket.send",outcome="ok"}"#;
    assert_eq!(Metrics::of(&server).await.value(calls), 4.0, "each is a call");
}

#[tokio::test]
async fn what_is_wrong_with_one_is_said_in_its_place_and_the_others_leave() {
    let (_server, mut client, mut peer) = stream().await;
    let mut to_another = send(json!("x"));
    to_another["params"]["socket"] = json!(9);
    let sends =
        [send(json!("one")), send(json!({"hex": "4"})), send(json!("two")), to_another, send(json!("six"))];
    together(&mut client, sends.into_iter().chain([last()])).await;
    assert_eq!(read(&mut peer, 9).await, b"onetwosix");
    let told: Vec<Value> = events(&mut client, 9)
        .await
        .iter()
        .map(|event| match event["kind"].as_str() {
            Some("sent") => event["bytes"].clone(),
            _ => event["error"]["code"].clone(),
        })
        .collect();
    assert_eq!(
        told,
        [json!(3), json!(9), json!(3), json!(3), json!(3)],
        "the fourth is code 3, no such socket"
    );
}

#[tokio::test]
async fn datagrams_keep_their_boundaries() {
    let server = TestServer::start();
    let peer = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let mut client = connected(&server, "dgram", &peer.local_addr().unwrap().to_string()).await;
    together(&mut client, ["one", "two", ""].map(|text| send(json!(text))).into_iter().chain([last()])).await;
    let mut buffer = [0; 100];
    for expected in ["one", "two", ""] {
        let length = within("a datagram", peer.recv(&mut buffer)).await.unwrap();
        assert_eq!(&buffer[..length], expected.as_bytes());
    }
    assert_eq!(events(&mut client, 6).await.len(), 3);
}

#[tokio::test]
async fn a_call_with_an_answer_is_made_alone_and_between() {
    let (_server, mut client, mut peer) = stream().await;
    let mut asked = send(json!("b"));
    asked["id"] = json!(1);
    let mut timed = send(json!("d"));
    timed["params"]["timeout_ms"] = json!(60_000);
    let sends = [send(json!("a")), asked, send(json!("c")), timed, send(json!("e")), send(json!("f"))];
    together(&mut client, sends.into_iter().chain([last()])).await;
    assert_eq!(read(&mut peer, 6).await, b"abcdef");
    let sizes: Vec<_> = events(&mut client, 6).await.iter().map(|event| event["bytes"].clone()).collect();
    assert_eq!(sizes, [1, 1, 1, 1, 2].map(|bytes| json!(bytes)));
}
