//! Programs as they stand in textbooks, on the other side of Sockyard: both protocols, both roles, two encodings.

use serde_json::json;
use sockyard_protocol::Payload;
use sockyard_tests::{Program, TestServer, WsClient, bytes, program};

const TEXT: &str = "你好，世界";
const ENCODINGS: [&str; 2] = ["utf-8", "gbk"];

/// The bytes of a text, as Python has them.
async fn encoded(text: &str, encoding: &str) -> Vec<u8> {
    let mut python =
        Program::python("import sys; print(sys.argv[1].encode(sys.argv[2]).hex())", &[text, encoding]);
    Payload::Hex { hex: python.line().await }.to_bytes().unwrap()
}

#[tokio::test]
async fn a_textbook_udp_sender_is_heard() {
    if !program::installed("python3") {
        return;
    }
    let server = TestServer::start();
    for encoding in ENCODINGS {
        let client = WsClient::open(&server).await;
        let (socket, local) = client.bound_udp().await;
        let port = local.rsplit(':').next().unwrap();
        let mut sender = Program::python(include_str!("../python/udp_sender.py"), &[]);
        sender.write(format!("127.0.0.1\n{port}\n{encoding}\n{TEXT}\nsecond\nexit\n").as_bytes()).await;
        assert_eq!(client.recv(socket).await, encoded(TEXT, encoding).await, "{encoding}");
        assert_eq!(client.recv(socket).await, b"second");
        assert!(sender.exit().await.success());
    }
}

#[tokio::test]
async fn a_textbook_udp_receiver_hears_the_session() {
    if !program::installed("python3") {
        return;
    }
    let server = TestServer::start();
    for encoding in ENCODINGS {
        let client = WsClient::open(&server).await;
        let (socket, local) = client.bound_udp().await;
        let mut receiver = Program::python(include_str!("../python/udp_receiver.py"), &[encoding]);
        let to = format!("127.0.0.1:{}", receiver.line().await);
        for text in [TEXT, "exit"] {
            let data = json!({"text": text, "encoding": encoding});
            client.ok("socket.send", json!({"socket": socket, "data": data, "to": to})).await;
            assert_eq!(receiver.line().await, format!("{local} {text}"));
        }
        assert!(receiver.exit().await.success());
    }
}

#[tokio::test]
async fn a_textbook_tcp_client_is_served() {
    if !program::installed("python3") {
        return;
    }
    let server = TestServer::start();
    for encoding in ENCODINGS {
        let client = WsClient::open(&server).await;
        let (listener, local) = client.listener().await;
        let (host, port) = local.split_once(':').unwrap();
        let waiting = client.start("socket.accept", json!({"socket": listener})).await;
        let mut program = Program::python(include_str!("../python/tcp_client.py"), &[host, port, encoding]);
        let connection = waiting.ok().await["connection"].as_u64().unwrap();
        program.write(format!("{TEXT}\n").as_bytes()).await;
        assert_eq!(client.recv(connection).await, encoded(TEXT, encoding).await, "{encoding}");
        let answer = json!({"text": "再見", "encoding": encoding});
        client.ok("socket.send", json!({"socket": connection, "data": answer})).await;
        assert_eq!(program.line().await, "再見");
        assert!(program.exit().await.success());
        assert_eq!(client.ok("socket.recv", json!({"socket": connection})).await["eof"], true);
    }
}

#[tokio::test]
async fn a_textbook_tcp_server_serves_the_session() {
    if !program::installed("python3") {
        return;
    }
    let server = TestServer::start();
    for encoding in ENCODINGS {
        let client = WsClient::open(&server).await;
        let mut program = Program::python(include_str!("../python/tcp_server.py"), &[encoding]);
        let address = format!("127.0.0.1:{}", program.line().await);
        for _ in 0..2 {
            let socket = client.tcp().await;
            client.ok("socket.connect", json!({"socket": socket, "address": address})).await;
            assert_eq!(program.line().await, "connected");
            let data = json!({"text": TEXT, "encoding": encoding});
            client.ok("socket.send", json!({"socket": socket, "data": data})).await;
            assert_eq!(program.line().await, TEXT);
            assert_eq!(client.recv(socket).await, encoded("收到", encoding).await);
            client.ok("socket.close", json!({"socket": socket})).await;
            assert_eq!(program.line().await, "closed");
        }
        assert!(program.exit().await.success());
    }
}

#[tokio::test]
async fn ncat_talks_to_a_session_over_tcp() {
    if !program::installed("ncat") {
        return;
    }
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (listener, local) = client.listener().await;
    let (host, port) = local.split_once(':').unwrap();
    let mut ncat = Program::start("ncat", &[host, port]);
    let connection =
        client.ok("socket.accept", json!({"socket": listener})).await["connection"].as_u64().unwrap();
    ncat.write("hello from ncat\n".as_bytes()).await;
    assert_eq!(client.recv(connection).await, b"hello from ncat\n");
    client.send_data(connection, "hello from sockyard\n").await;
    assert_eq!(ncat.line().await, "hello from sockyard");
    client.ok("socket.close", json!({"socket": connection})).await;
    assert!(ncat.exit().await.success());
}

#[tokio::test]
async fn ncat_hears_a_session_over_udp() {
    if !program::installed("ncat") {
        return;
    }
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, local) = client.bound_udp().await;
    let (host, port) = local.split_once(':').unwrap();
    let mut ncat = Program::start("ncat", &["-u", host, port]);
    ncat.write(b"a datagram\n").await;
    let received = client.ok("socket.recv", json!({"socket": socket})).await;
    assert_eq!(bytes(&received), b"a datagram\n");
    client.ok("socket.send", json!({"socket": socket, "data": "back\n", "to": received["from"]})).await;
    assert_eq!(ncat.line().await, "back");
}
