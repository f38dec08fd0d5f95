//! F and I over REST: bodies and numbers that `messages` has over WebSocket. The session stays usable after each.

use serde_json::json;
use sockyard_tests::http::{self, Response};
use sockyard_tests::rest::RestClient;
use sockyard_tests::{TestServer, WsClient};

/// `POST` below the session, with a body and lines as they are.
async fn post(server: &TestServer, rest: &RestClient<'_>, path: &str, lines: &str, body: &[u8]) -> Response {
    let RestClient { hello, .. } = rest;
    let head = format!(
        "POST /api/v1/sessions/{}{path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n{lines}Content-Length: {}\r\n\r\n",
        hello.session,
        server.authority(),
        hello.token,
        body.len()
    );
    http::raw(server, &[head.as_bytes(), body].concat()).await
}

const JSON: &str = "Content-Type: application/json\r\n";

#[tokio::test]
async fn f01_f17_bodies_are_read_as_strictly_as_messages() {
    let server = TestServer::start();
    let rest = RestClient::open(&server).await;
    let deep = format!(r#"{{"meta":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    let numbers = format!(r#"{{"family":[{}],"type":"dgram"}}"#, vec!["0"; 30_000].join(","));
    for (row, body, expected) in [
        ("F01", "nul", 400),
        ("F01", "{", 400),
        ("F01", r#"{"family":"inet""#, 400),
        ("F01", "'{}'", 400),
        ("F01", "{family:1}", 400),
        ("F01", r#"{"family":"inet","type":"dgram",}"#, 400),
        ("F03", "", 422),
        ("F03", "{}", 422),
        ("F03", "null", 422),
        ("F03", "1", 422),
        ("F04", r#"["inet","dgram"]"#, 422),
        ("F04", r#"{"family":["inet"],"type":"dgram"}"#, 422),
        ("F05", r#"{"family":"inet","family":"inet","type":"dgram"}"#, 422),
        ("F07", r#"{"family":"inet","type":"stream","t\u0079pe":"dgram"}"#, 422),
        ("F06", r#"{"family":"inet","type":"dgram","x":1}"#, 422),
        ("F08", r#"{"family":"inet","type":"dgram"}x"#, 400),
        ("F08", "{}{}", 400),
        ("F09", "\u{feff}{\"family\":\"inet\",\"type\":\"dgram\"}", 400),
        ("F10, F11", &deep, 400),
        ("F13", &numbers, 422),
        ("F14", r#"{"family":"inet","type":"\ud800"}"#, 400),
        ("F16", r#"{"family":1e999,"type":"dgram"}"#, 400),
        ("C15", r#"{"family":"raw","type":"dgram"}"#, 422),
        ("C15", r#"{"family":"inet","type":"raw"}"#, 422),
        ("C15", r#"{"family":"unix","type":"seqpacket"}"#, 422),
    ] {
        let answer = post(&server, &rest, "/sockets", JSON, body.as_bytes()).await;
        assert_eq!(answer.status, expected, "{row} {body:.80}: {}", answer.text());
        assert!(answer.body.len() < 4_096, "{row}: what is wrong is told in bounds");
    }
    let answer = post(&server, &rest, "/sockets", JSON, b"{\"family\":\"\xff\"}").await;
    assert_eq!(answer.status, 400, "F15: {}", answer.text());
    let long = format!(r#"{{"family":"{}"}}"#, "x".repeat(rest.hello.limits.message_bytes));
    assert_eq!(post(&server, &rest, "/sockets", JSON, long.as_bytes()).await.status, 413, "F12");
    for lines in
        ["Content-Encoding: gzip\r\n", "Content-Encoding: br\r\n", "Content-Encoding: identity, gzip\r\n"]
    {
        let lines = format!("{JSON}{lines}");
        let answer = post(&server, &rest, "/sockets", &lines, br#"{"family":"inet","type":"dgram"}"#).await;
        assert_eq!(answer.status, 415, "F28 {lines}");
    }
    let listed = rest.ok("GET", "/sockets", None).await;
    assert_eq!(listed["sockets"], json!([]), "none of them made a socket");
}

#[tokio::test]
async fn f18_f22_payloads_over_rest_are_read_strictly_and_arrive_exactly() {
    let server = TestServer::start();
    let rest = RestClient::open(&server).await;
    let (socket, local) = rest.bound_udp().await;
    let path = format!("/sockets/{socket}/send");
    for (row, data) in [
        ("F18", r#"{"base64":"AA"}"#),
        ("F18", r#"{"base64":"AA=A"}"#),
        ("F18", r#"{"base64":"AB=="}"#),
        ("F18", r#"{"base64":"_-8="}"#),
        ("F21", "{}"),
        ("F21", r#"{"text":"a","base64":"AA=="}"#),
        ("F21", r#"{"text":"a","text":"b"}"#),
        ("F21", "null"),
        ("F21", "1"),
    ] {
        let body = format!(r#"{{"to":"{local}","data":{data}}}"#);
        assert_eq!(post(&server, &rest, &path, JSON, body.as_bytes()).await.status, 422, "{row} {data}");
    }
    let text = "a\u{0}b\u{1f9e6}e\u{301}\u{301}";
    rest.ok("POST", &path, Some(json!({"data": {"base64": ""}, "to": local}))).await;
    rest.ok("POST", &path, Some(json!({"data": text, "to": local}))).await;
    let receive = format!("/sockets/{socket}/recv");
    assert_eq!(rest.ok("POST", &receive, None).await["bytes"], 0, "F19, D02");
    assert_eq!(rest.ok("POST", &receive, None).await["data"]["text"], text, "F22");
}

/// What is not there, what was, and what is somebody else's are told in the same words, over either transport.
#[tokio::test]
async fn i17_sockets_that_are_not_ones_own_are_all_alike() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let rest = RestClient::of(&server, &client.hello);
    let other = WsClient::open(&server).await;
    for _ in 0..3 {
        other.udp().await;
    }
    let closed = client.udp().await;
    client.ok("socket.close", json!({"socket": closed})).await;
    // The other session has sockets of these numbers, this one has none, or has them no more.
    for number in [0, 3, 4, 5, 99, u64::from(u32::MAX)] {
        let words = format!("no socket {number} in this session");
        for (method, call, params) in [
            ("GET", "socket.info", json!({"socket": number})),
            ("DELETE", "socket.close", json!({"socket": number})),
        ] {
            let fault = client.fault(call, params).await;
            assert_eq!((fault.code, fault.message.as_str()), (3, words.as_str()));
            let answer = rest.request(method, &format!("/sockets/{number}"), None).await;
            assert_eq!((answer.status, &answer.problem()["error"]["message"]), (404, &json!(words)));
        }
    }
    for number in ["4294967296", "9007199254740993", "-1", "1.5", "+3", "03", "3%2f..", "x"] {
        let answer = rest.request("GET", &format!("/sockets/{number}"), None).await;
        assert_eq!(answer.status, 422, "{number}: {}", answer.text());
    }
    assert_eq!(other.ok("socket.list", json!({})).await["sockets"].as_array().unwrap().len(), 3);
}
