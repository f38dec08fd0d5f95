//! Section 2's JSON-RPC 2.0: envelopes, batches, notifications, and messages that are none.

use serde_json::{Value, json};
use sockyard_tests::{TestServer, WsClient};
use tokio_tungstenite::tungstenite::Message;

/// Sends a raw message and returns the raw answer.
async fn answer(client: &WsClient, message: &str) -> Value {
    client.send_text(message).await;
    let answer = client.unclaimed().await;
    // Whatever came before, the connection still works.
    client.ok("socket.list", json!({})).await;
    answer
}

#[tokio::test]
async fn what_is_no_request_is_answered_with_its_code_and_the_connection_goes_on() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let cases = [
        ("", -32700, Value::Null),
        ("{", -32700, Value::Null),
        ("hello", -32700, Value::Null),
        (r#"{"jsonrpc":"2.0","id":1,"method":"socket.list""#, -32700, Value::Null),
        ("[1,2", -32700, Value::Null),
        ("1", -32600, Value::Null),
        ("null", -32600, Value::Null),
        ("\"text\"", -32600, Value::Null),
        ("{}", -32600, Value::Null),
        ("[]", -32600, Value::Null),
        (r#"{"jsonrpc":"1.0","id":"a","method":"socket.list"}"#, -32600, json!("a")),
        (r#"{"id":"b","method":"socket.list"}"#, -32600, json!("b")),
        (r#"{"jsonrpc":"2.0","id":"c"}"#, -32600, json!("c")),
        (r#"{"jsonrpc":"2.0","id":"d","method":7}"#, -32600, json!("d")),
        (r#"{"jsonrpc":"2.0","id":[1],"method":"socket.list"}"#, -32600, Value::Null),
        (r#"{"jsonrpc":"2.0","id":"e","method":"no.such"}"#, -32601, json!("e")),
        (r#"{"jsonrpc":"2.0","id":"f","method":""}"#, -32601, json!("f")),
        (r#"{"jsonrpc":"2.0","id":"g","method":"session.hello"}"#, -32601, json!("g")),
        (r#"{"jsonrpc":"2.0","id":"h","method":"socket.info","params":[3]}"#, -32602, json!("h")),
        (r#"{"jsonrpc":"2.0","id":"i","method":"socket.info","params":null}"#, -32602, json!("i")),
        (r#"{"jsonrpc":"2.0","id":"j","method":"socket.info","params":3}"#, -32602, json!("j")),
    ];
    for (message, code, id) in cases {
        let answer = answer(&client, message).await;
        assert_eq!(answer["jsonrpc"], "2.0");
        assert_eq!(answer["error"]["code"], code, "{message}: {answer}");
        assert_eq!(answer["error"]["data"]["kind"], "protocol", "{message}");
        assert_eq!(answer["id"], id, "{message}: {answer}");
        assert!(answer.get("result").is_none(), "{message}");
    }
    assert_eq!(client.events(), Vec::<Value>::new(), "what was never a call is no event");
}

#[tokio::test]
async fn bad_params_name_the_field() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let socket = client.tcp().await;
    for (method, params, field) in [
        ("socket.create", json!({"family": "inet"}), "type"),
        ("socket.create", json!({"family": "ipx", "type": "stream"}), "family"),
        ("socket.create", json!({"family": "inet", "type": "stream", "protocol": 6}), "protocol"),
        ("socket.info", json!({}), "socket"),
        ("socket.info", json!({"socket": "3"}), "socket"),
        ("socket.info", json!({"socket": -1}), "socket"),
        ("socket.bind", json!({"socket": socket, "address": "127.0.0.1"}), "address"),
        ("socket.bind", json!({"socket": socket, "address": "127.1:80"}), "address"),
        ("socket.connect", json!({"socket": socket, "address": "127.0.0.1:65536"}), "address"),
        (
            "socket.connect",
            json!({"socket": socket, "address": "127.0.0.1:1", "timeout_ms": -1}),
            "timeout_ms",
        ),
        ("socket.listen", json!({"socket": socket, "backlog": "128"}), "backlog"),
        ("socket.send", json!({"socket": socket}), "data"),
        ("socket.send", json!({"socket": socket, "data": {"text": "a", "hex": "61"}}), "data"),
        ("socket.send", json!({"socket": socket, "data": "a", "flags": ["urgent"]}), "flags"),
        ("socket.recv", json!({"socket": socket, "max": 0}), "max"),
        ("socket.recv", json!({"socket": socket, "max": 1_048_577}), "max"),
        ("socket.recv", json!({"socket": socket, "flags": ["dontwait"]}), "flags"),
        ("socket.shutdown", json!({"socket": socket, "how": "all"}), "how"),
        ("socket.configure", json!({"socket": socket, "receive": "auto"}), "receive"),
        ("log.read", json!({"limit": 0}), "limit"),
        ("log.note", json!({"text": 1}), "text"),
        ("call.cancel", json!({}), "id"),
    ] {
        let fault = client.fault(method, params.clone()).await;
        assert_eq!(fault.code, -32602, "{method} {params}: {fault:?}");
        let hint = fault.data.hint.unwrap_or_default();
        assert!(hint.contains(field), "{method} {params}: {hint}");
    }
}

#[tokio::test]
async fn ids_come_back_as_they_were() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    for id in
        [json!("text"), json!(""), json!("漢字 \" \\"), json!(0), json!(-7), json!(i64::MAX), Value::Null]
    {
        let request = json!({"jsonrpc": "2.0", "id": id, "method": "socket.list"});
        let answer = answer(&client, &request.to_string()).await;
        assert_eq!(answer, json!({"jsonrpc": "2.0", "id": id, "result": {"sockets": []}}));
    }
}

#[tokio::test]
async fn a_notification_gets_no_answer_and_its_failure_is_an_event() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    client.notify("log.note", json!({"text": "heard"})).await;
    client.event("the note", |event| event["text"] == "heard").await;
    client.notify("socket.listen", json!({"socket": 99})).await;
    let failed = client.event("the failure", |event| event["kind"] == "failed").await;
    assert_eq!(failed["error"]["code"], 3, "{failed}");
    assert_eq!(failed["call"], "listen");
    let socket = client.tcp().await;
    client.notify("socket.recv", json!({"socket": socket})).await;
    let failed = client.event_of(socket, "failed").await;
    assert_eq!(failed["error"]["data"]["errno"], "ENOTCONN");
    // Had there been an answer, it would come first.
    assert_eq!(answer(&client, "1").await["error"]["code"], -32600);
}

#[tokio::test]
async fn a_batch_is_answered_as_one_with_good_bad_and_silent_requests() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let batch = json!([
        {"jsonrpc": "2.0", "id": "a", "method": "socket.create", "params": {"family": "inet", "type": "dgram"}},
        {"jsonrpc": "2.0", "method": "log.note", "params": {"text": "silent"}},
        {"jsonrpc": "2.0", "id": "b", "method": "no.such"},
        1,
        {"jsonrpc": "2.0", "id": "c", "method": "socket.info", "params": {"socket": 99}},
    ]);
    let answer = answer(&client, &batch.to_string()).await;
    let answers = answer.as_array().expect("an array of answers");
    assert_eq!(answers.len(), 4, "{answers:?}");
    let of = |id: Value| answers.iter().find(|answer| answer["id"] == id).unwrap();
    assert_eq!(of(json!("a"))["result"]["socket"], 3);
    assert_eq!(of(json!("b"))["error"]["code"], -32601);
    assert_eq!(of(json!("c"))["error"]["code"], 3);
    assert_eq!(of(Value::Null)["error"]["code"], -32600);
    client.event("the note", |event| event["text"] == "silent").await;
}

#[tokio::test]
async fn a_batch_of_notifications_gets_no_answer() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let note = |text: &str| json!({"jsonrpc": "2.0", "method": "log.note", "params": {"text": text}});
    client.send_json(&json!([note("one"), note("two")])).await;
    client.event("the second note", |event| event["text"] == "two").await;
    assert_eq!(answer(&client, "2").await["error"]["code"], -32600);
}

#[tokio::test]
async fn the_calls_of_a_batch_are_made_in_order() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let request = |id: u64, method: &str, params: Value| json!({"jsonrpc": "2.0", "id": format!("{id}"), "method": method, "params": params});
    client
        .send_json(&json!([
            request(1, "socket.create", json!({"family": "inet", "type": "stream"})),
            request(2, "socket.bind", json!({"socket": 3, "address": "127.0.0.1:0"})),
            request(3, "socket.listen", json!({"socket": 3})),
        ]))
        .await;
    let answers = client.unclaimed().await;
    assert!(answers.as_array().unwrap().iter().all(|answer| answer.get("result").is_some()), "{answers}");
}

#[tokio::test]
async fn calls_that_follow_each_other_without_waiting_keep_their_order() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let mut pending = vec![
        client.start("socket.create", json!({"family": "inet", "type": "stream"})).await,
        client.start("socket.bind", json!({"socket": 3, "address": "127.0.0.1:0"})).await,
        client.start("socket.listen", json!({"socket": 3})).await,
    ];
    for _ in 0..50 {
        pending.push(client.start("log.note", json!({"text": "and on"})).await);
    }
    for call in pending {
        call.ok().await;
    }
}

#[tokio::test]
async fn a_message_over_the_limit_ends_the_connection_and_not_the_session() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (_, local) = client.listener().await;
    let hello = client.hello.clone();
    let most = hello.limits.message_bytes;
    // One of exactly the limit is read.
    let request = r#"{"jsonrpc":"2.0","id":"a","method":"socket.list"}"#;
    let padded = format!("{request}{}", " ".repeat(most - request.len()));
    assert!(answer(&client, &padded).await.get("result").is_some());
    client.send_text(&" ".repeat(most + 1)).await;
    assert_eq!(client.closed().await.code, Some(1009));
    let again = WsClient::resume(&server, &hello, None).await.unwrap();
    assert_eq!(again.info(3).await["local"], local);
}

#[tokio::test]
async fn a_binary_message_does_not_end_the_session() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let socket = client.tcp().await;
    let hello = client.hello.clone();
    client.send(Message::binary(vec![0, 0, 0, 0, 3, 1, 2, 3])).await;
    let again = WsClient::resume(&server, &hello, None).await.unwrap();
    again.info(socket).await;
}

#[tokio::test]
async fn pings_are_answered_and_a_proper_close_is_returned() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    client.send(Message::Ping("are you there".into())).await;
    client.ok("socket.list", json!({})).await;
    client.send(Message::Close(None)).await;
    client.closed().await;
}
