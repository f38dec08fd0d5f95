//! F: messages that are no calls, over both transports. The session stays usable after each.

use serde_json::{Value, json};
use sockyard_tests::rest::RestClient;
use sockyard_tests::{TestServer, WsClient};

/// The code of the error with which a text is answered.
async fn code(client: &WsClient, text: &str) -> i64 {
    client.send_text(text).await;
    let answer = client.unclaimed().await;
    let answer = answer.get(0).unwrap_or(&answer);
    answer["error"]["code"].as_i64().unwrap_or_else(|| panic!("{text:.200} was taken: {answer}"))
}

/// A request with these parameters, as they are.
fn call(method: &str, params: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":"x","method":"{method}","params":{params}}}"#)
}

#[tokio::test]
async fn f01_f03_what_is_no_json_and_no_request_is_told_apart() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    for text in ["", "nul", "{", r#"{"op":"x""#, "[1,2", "'{}'", "{op:1}", r#"{"a":1,}"#, "\u{feff}{}"] {
        // What is no request may be found before it is found to be no JSON.
        assert!([-32700, -32600].contains(&code(&client, text).await), "{text}");
    }
    for text in [
        "{}",
        "1",
        "[]",
        r#"{"jsonrpc":"2.0","id":1,"method":null}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":["x"]}"#,
    ] {
        assert_eq!(code(&client, text).await, -32600, "{text}");
    }
    for method in ["nope", "Socket.bind", " socket.bind", "socket.bind\\u0000", ""] {
        let answer = code(&client, &call(method, "{}")).await;
        assert_eq!(answer, -32601, "{method}");
    }
    client.ok("socket.list", json!({})).await;
}

#[tokio::test]
async fn f04_f09_parameters_are_one_object_with_known_fields_once() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let socket = client.udp().await;
    for params in [
        r#"["inet","dgram"]"#,
        r#"{"family":"inet","type":"dgram","x":1}"#,
        r#"{"family":"inet","family":"inet","type":"dgram"}"#,
        r#"{"family":["inet"],"type":"dgram"}"#,
        r#"{"family":null,"type":"dgram"}"#,
        r#"{"family":"raw","type":"dgram"}"#,
        r#"{"family":"netlink","type":"dgram"}"#,
        r#"{"family":"inet","type":"raw"}"#,
        r#"{"family":"unix","type":"seqpacket"}"#,
    ] {
        let answer = code(&client, &call("socket.create", params)).await;
        assert!([-32602, -32600].contains(&answer), "{params}: {answer}");
    }
    // A call without parameters takes none either.
    assert_eq!(code(&client, &call("socket.list", r#"{"x":1}"#)).await, -32602, "F06");
    for text in [r#"{"jsonrpc":"2.0","id":1,"method":"socket.list"}x"#, "{}{}"] {
        assert!([-32700, -32600].contains(&code(&client, text).await), "F08");
    }
    for number in
        ["-1", "3.0", "3e0", "\"3\"", "null", "true", "03", "1e999", "[3]", "{}", "4294967296", "NaN"]
    {
        let answer = code(&client, &call("socket.info", &format!("{{\"socket\":{number}}}"))).await;
        assert!([-32602, -32700].contains(&answer), "C03, F16, {number}: {answer}");
    }
    client.ok("socket.info", json!({"socket": socket})).await;
    assert_eq!(client.ok("socket.list", json!({})).await["sockets"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn f10_f17_numbers_depth_and_text_have_their_limits() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    for depth in [128, 1_000, 100_000] {
        let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let answer = code(&client, &call("socket.info", &format!("{{\"socket\":{deep}}}"))).await;
        assert!([-32700, -32602].contains(&answer), "F10 {depth}");
        let answer = code(&client, &call("socket.list", &format!("{{\"meta\":{deep}}}"))).await;
        assert!([-32700, -32602].contains(&answer), "F11 {depth}");
    }
    let keys: Vec<String> = (0..60_000).map(|number| format!("\"k{number}\":0")).collect();
    assert_eq!(code(&client, &call("socket.list", &format!("{{{}}}", keys.join(",")))).await, -32602, "F13");
    let numbers = vec!["0"; 30_000].join(",");
    assert_eq!(
        code(&client, &call("socket.info", &format!("{{\"socket\":[{numbers}]}}"))).await,
        -32602,
        "F13"
    );
    let lone = call("log.note", r#"{"text":"\ud800"}"#);
    assert!([-32700, -32602].contains(&code(&client, &lone).await), "F14");
    let digits = "9".repeat(400);
    let answer = code(&client, &call("socket.info", &format!("{{\"socket\":{digits}}}"))).await;
    assert!([-32700, -32602].contains(&answer), "F16");
    for id in ["1.5", "[1]", "{}", "true", "1e999"] {
        let text = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"socket.list"}}"#);
        assert!([-32600, -32700].contains(&code(&client, &text).await), "F17 {id}");
    }
    let long = format!(r#"{{"jsonrpc":"2.0","id":"{}","method":"socket.list"}}"#, "x".repeat(1_024));
    assert_eq!(code(&client, &long).await, -32600, "F23");
    client.ok("socket.list", json!({})).await;
}

#[tokio::test]
async fn f18_f22_payloads_are_read_strictly_and_arrive_exactly() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, local) = client.bound_udp().await;
    for base64 in ["AA", "A===", "A", "AA=A", "AB==", "AA==\n", "_-8=", "AAAA AAAA"] {
        let data = json!({"base64": base64});
        let fault = client.fault("socket.send", json!({"socket": socket, "data": data, "to": local})).await;
        assert_eq!(fault.code, 9, "F18 {base64:?}: {fault:?}");
    }
    for data in [json!({}), json!({"text": "a", "base64": "AA=="}), json!(null), json!(["a"]), json!(1)] {
        let fault = client.fault("socket.send", json!({"socket": socket, "data": data, "to": local})).await;
        assert_eq!(fault.code, -32602, "F21 {data}: {fault:?}");
    }
    client.ok("socket.send", json!({"socket": socket, "data": {"base64": ""}, "to": local})).await;
    let empty = client.ok("socket.recv", json!({"socket": socket})).await;
    assert_eq!(
        (&empty["bytes"], &empty["eof"]),
        (&json!(0), &Value::Null),
        "F19, D02: a datagram, not the end"
    );
    let text = "a\u{0}b\u{1f9e6}e\u{301}\u{301}";
    client.ok("socket.send", json!({"socket": socket, "data": text, "to": local})).await;
    assert_eq!(client.recv(socket).await, text.as_bytes(), "F22");
}

#[tokio::test]
async fn f23_an_id_that_waits_is_refused_and_the_first_call_lives_on() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, local) = client.bound_udp().await;
    let recv =
        format!(r#"{{"jsonrpc":"2.0","id":"same","method":"socket.recv","params":{{"socket":{socket}}}}}"#);
    client.send_text(&recv).await;
    client.waiting_calls(1).await;
    assert_eq!(code(&client, &recv).await, -32600);
    client.ok("socket.send", json!({"socket": socket, "data": "hi", "to": local})).await;
    let answer = client.unclaimed().await;
    assert_eq!((&answer["id"], &answer["result"]["bytes"]), (&json!("same"), &json!(2)));
}

#[tokio::test]
async fn f28_rest_takes_json_alone() {
    let server = TestServer::start();
    let rest = RestClient::open(&server).await;
    let body = r#"{"family":"inet","type":"dgram"}"#;
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json5",
    ] {
        let head = format!(
            "POST /api/v1/sessions/{}/sockets HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: {kind}\r\n\
             Content-Length: {}\r\n\r\n{body}",
            rest.hello.session,
            server.authority(),
            rest.hello.token,
            body.len()
        );
        assert_eq!(sockyard_tests::http::raw(&server, head.as_bytes()).await.status, 415, "{kind}");
    }
    for body in [json!([1]), json!("x"), json!(1)] {
        assert_eq!(rest.request("POST", "/sockets", Some(body.clone())).await.status, 422, "{body}");
    }
    rest.ok("POST", "/sockets", Some(json!({"family": "inet", "type": "dgram"}))).await;
}
