//! The upgrade's parameters: a session whose first socket is there with the greeting, and a connection with its settings.

use serde_json::{Value, json};
use sockyard_tests::{TestServer, WsClient, within};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, UdpSocket};
use tokio_tungstenite::tungstenite::Message;

async fn open(server: &TestServer, query: &str) -> Result<WsClient, (u16, Value)> {
    WsClient::connect(server, query, server.token.as_deref()).await
}

/// What the greeting says of the first socket.
fn opened(client: &WsClient) -> Value {
    serde_json::to_value(client.hello.opened.as_ref().expect("a first socket")).unwrap()
}

#[tokio::test]
async fn one_request_opens_a_tunnel_and_the_log_is_as_after_the_calls() {
    let server = TestServer::start();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let peer = listener.local_addr().unwrap().to_string();
    let query = format!("?create=inet,stream&connect={peer}&receive=stream&data=base64");
    let client = open(&server, &query).await.unwrap();
    let (mut end, local) = within("the connection", listener.accept()).await.unwrap();
    let said = opened(&client);
    assert_eq!((&said["socket"], said.get("error")), (&json!(3), None), "{said}");
    assert_eq!(said["connected"]["local"], local.to_string());
    assert_eq!(said["connected"]["peer"], peer);
    assert_eq!(client.hello.last_seq, 0, "what the parameters did comes as events");

    client.send_data(3, "over").await;
    let mut came = [0; 4];
    within("the bytes", end.read_exact(&mut came)).await.unwrap();
    end.write_all(b"back").await.unwrap();
    assert_eq!(client.event_of(3, "received").await["data"], json!({"base64": "YmFjaw=="}));
    let kinds: Vec<_> = client.events().iter().map(|event| event["kind"].clone()).collect();
    assert_eq!(kinds, ["created", "connected", "sent", "received"]);
    let info = client.info(3).await;
    assert_eq!((&info["receive"], &info["accept"]), (&json!("stream"), &json!("manual")));
}

#[tokio::test]
async fn a_tunnel_in_binary_frames_is_told_of_the_kinds_of_events_that_it_names() {
    let server = TestServer::start();
    let peer = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = peer.local_addr().unwrap();
    let query =
        format!("?create=inet,dgram&connect={address}&frames=binary&kinds=closed,failed&payload=none");
    let client = open(&server, &query).await.unwrap();
    client.send(Message::binary(b"\0\0\0\0\x03over".as_slice())).await;
    let mut came = [0; 16];
    let (length, _) = within("the datagram", peer.recv_from(&mut came)).await.unwrap();
    assert_eq!(&came[..length], b"over");
    let settings = client.ok("session.configure", json!({})).await;
    assert_eq!(
        settings,
        json!({"frames": "binary", "data": "auto", "payload": "none", "kinds": ["closed", "failed"]})
    );
    client.ok("socket.close", json!({"socket": 3})).await;
    client.event_of(3, "closed").await;
    assert_eq!(client.events().len(), 1, "{:?}", client.events());
}

#[tokio::test]
async fn a_connect_that_fails_is_told_and_leaves_the_session_usable() {
    let server = TestServer::start();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let peer = listener.local_addr().unwrap();
    drop(listener);
    let client = open(&server, &format!("?create=inet,stream&connect={peer}&receive=stream")).await.unwrap();
    let said = opened(&client);
    assert_eq!((&said["socket"], said.get("connected")), (&json!(3), None), "{said}");
    assert_eq!(said["error"]["data"]["errno"], "ECONNREFUSED");
    assert_eq!(client.event_of(3, "failed").await["call"], "connect");

    let denied = open(&server, "?create=inet,stream&connect=192.0.2.1:80").await.unwrap();
    assert_eq!(opened(&denied)["error"]["data"]["kind"], "denied");

    // The socket is there, and what it receives comes by itself once it is connected.
    let listener = TcpListener::bind(peer).await.unwrap();
    client.ok("socket.connect", json!({"socket": 3, "address": peer.to_string()})).await;
    let (mut end, _) = within("the connection", listener.accept()).await.unwrap();
    end.write_all(b"hello").await.unwrap();
    assert_eq!(client.event_of(3, "received").await["data"], json!({"text": "hello"}));
}

#[tokio::test]
async fn wrong_parameters_are_named_before_anything_is_opened() {
    let server = TestServer::start();
    let check = async |query: &str, hint: &str| {
        let (status, problem) = open(&server, query).await.err().expect("a refusal");
        assert_eq!(status, 422, "{query}: {problem}");
        let said = problem["error"]["data"]["hint"].as_str().unwrap();
        assert!(said.starts_with(hint), "{query}: {said}");
    };
    check("?create=inet", "create: \"inet\" is not a family and a type").await;
    check("?create=ipx,stream", "create: unknown variant `ipx`").await;
    check("?create=inet,raw", "create: unknown variant `raw`").await;
    check("?create=inet,stream&connect=127.0.0.1", "connect: ").await;
    check("?connect=127.0.0.1:9", "connect: is about the socket that create makes").await;
    check("?receive=stream", "receive: is about the socket that create makes").await;
    check("?create=inet,stream&receive=always", "receive: ").await;
    check("?frames=text", "frames: ").await;
    check("?kinds=sent,heard", "kinds: \"heard\" is not a kind").await;
    check("?created=inet,stream", "created: unknown field").await;
    let client = WsClient::open(&server).await;
    assert_eq!(client.hello.opened, None);
    let resumed =
        format!("?session={}&token={}&create=inet,stream", client.hello.session, client.hello.token);
    check(&resumed, "create: makes a new session's first socket").await;
    assert_eq!(client.ok("socket.list", json!({})).await["sockets"], json!([]));
}
