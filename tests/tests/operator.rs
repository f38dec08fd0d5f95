//! What whoever runs the server sets and watches.

use serde_json::json;
use sockyard_tests::{TestServer, WsClient, http, within};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn one_session_more_than_allowed_is_refused_until_another_ends() {
    let server = TestServer::start_with(&["--max-sessions", "2"]);
    let one = WsClient::open(&server).await;
    let _two = WsClient::open(&server).await;
    let token = server.token.as_deref();
    let (status, problem) = WsClient::connect(&server, "", token).await.err().expect("a refusal");
    let data = &problem["error"]["data"];
    assert_eq!((status, &data["quota"], &data["limit"]), (429, &json!("sessions"), &json!(2)), "{problem}");
    one.ok("session.close", json!({})).await;
    one.closed().await;
    WsClient::open(&server).await;
}

#[tokio::test]
async fn one_connection_more_than_allowed_waits_until_another_ends() {
    let server = TestServer::start_with(&["--max-connections", "1"]);
    let client = WsClient::open(&server).await;
    let mut second = TcpStream::connect(server.authority()).await.unwrap();
    let request =
        format!("GET /healthz HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", server.authority());
    second.write_all(request.as_bytes()).await.unwrap();
    // The server is awake and answers the one that it has.
    client.tcp().await;
    let nothing = second.try_read(&mut [0; 1]).expect_err("no answer yet");
    assert_eq!(nothing.kind(), std::io::ErrorKind::WouldBlock);
    client.leave().await;
    let mut answer = String::new();
    within("the answer to the second", second.read_to_string(&mut answer)).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert_eq!(http::get(&server, "/healthz", &[]).await.status, 200);
}
