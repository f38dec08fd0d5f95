//! Shares: a token with which others look at a session, over every interface, and nothing else.

use serde_json::{Value, json};
use sockyard_protocol::hello::Access;
use sockyard_protocol::{Call, Hello};
use sockyard_tests::rest::{RestClient, json_of, next_event, request};
use sockyard_tests::{TestServer, WsClient, eventually, http, within};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_tungstenite::tungstenite::Message;

/// What a share's token opens, in the form in which the helpers take a session.
fn hello_with(hello: &Hello, shared: &Value) -> Hello {
    Hello { token: shared["token"].as_str().unwrap().to_owned(), ..hello.clone() }
}

/// A session with a share of it.
async fn shared(server: &TestServer) -> (WsClient, Value, Hello) {
    let client = WsClient::open(server).await;
    let share = client.ok("session.share", json!({"label": "the class"})).await;
    let key = hello_with(&client.hello, &share);
    (client, share, key)
}

#[tokio::test]
async fn a_shares_token_opens_the_session_for_looking() {
    let server = TestServer::start();
    let (client, share, key) = shared(&server).await;
    assert!(share["share"].as_str().unwrap().starts_with("sh_"));
    assert_eq!(client.hello.access, Access::Full);
    let socket = client.udp().await;
    let reader = WsClient::resume(&server, &key, Some(0)).await.unwrap();
    assert_eq!(reader.hello.access, Access::Read);
    assert_eq!(reader.hello.session, client.hello.session);
    assert_eq!(reader.hello.token, key.token, "the session's own token is not told");
    assert_eq!(reader.hello.network.unix_directory, None);
    reader.event_of(socket, "created").await;
    assert_eq!(reader.ok("socket.info", json!({"socket": socket})).await["socket"], socket);
    assert_eq!(reader.ok("socket.list", json!({})).await["sockets"].as_array().unwrap().len(), 1);
    assert_eq!(reader.ok("log.read", json!({})).await["newest"], 1);
    reader.ok("session.configure", json!({"payload": "none"})).await;
    let info = reader.ok("session.info", json!({})).await;
    assert_eq!(info.get("shares"), None);
    assert_eq!(info["token"], key.token.as_str());
    assert!(!info.to_string().contains(&client.hello.token));
    // What happens from now on is pushed, too.
    client.bind(socket, "127.0.0.1:0").await;
    reader.event_of(socket, "bound").await;
}

#[tokio::test]
async fn every_other_call_of_a_reader_is_denied_and_leaves_no_trace() {
    let server = TestServer::start();
    let (client, share, key) = shared(&server).await;
    let socket = client.udp().await;
    let reader = WsClient::resume(&server, &key, None).await.unwrap();
    let params = |method: &str| match method {
        "socket.create" => json!({"family": "inet", "type": "dgram"}),
        "socket.bind" | "socket.connect" => json!({"socket": socket, "address": "127.0.0.1:9"}),
        "socket.send" => json!({"socket": socket, "data": "hi", "to": "127.0.0.1:9"}),
        "socket.shutdown" => json!({"socket": socket, "how": "both"}),
        "socket.set_option" => json!({"socket": socket, "name": "broadcast", "value": true}),
        "socket.get_option" => json!({"socket": socket, "name": "error"}),
        "socket.poll" => json!({"sockets": [socket]}),
        "socket.watch" => json!({"socket": socket, "every_ms": 50}),
        "dns.resolve" => json!({"name": "localhost"}),
        "call.cancel" => json!({"id": 1}),
        "log.note" => json!({"text": "I was here"}),
        "session.share" | "session.close" | "host.add" => json!({}),
        "host.remove" => json!({"name": "bob"}),
        method if method.starts_with("wire.") => json!({}),
        "session.unshare" => json!({"share": share["share"]}),
        _ => json!({"socket": socket}),
    };
    let mut denied = 0;
    for method in Call::METHODS {
        if sockyard_protocol::call::READ_METHODS.contains(method) {
            continue;
        }
        denied += 1;
        let fault = reader.fault(method, params(method)).await;
        assert_eq!((fault.code, fault.data.rule.as_deref()), (2, Some("read_only")), "{method}");
        assert!(fault.data.hint.is_some_and(|hint| hint.contains("share")), "{method}");
        reader.notify(method, params(method)).await;
    }
    assert_eq!(denied, Call::METHODS.len() - sockyard_protocol::call::READ_METHODS.len());
    // A frame, and things that are wrong in themselves.
    reader.send(Message::binary(vec![0, 0, 0, 0, 3, b'x'])).await;
    let refused = reader.unclaimed().await;
    assert_eq!((&refused["id"], &refused["error"]["data"]["rule"]), (&Value::Null, &json!("read_only")));
    reader.notify("no.such", json!({})).await;
    assert_eq!(reader.fault("socket.info", json!({"socket": 99})).await.code, 3);
    let batch = json!([
        {"jsonrpc": "2.0", "id": 1, "method": "session.close"},
        {"jsonrpc": "2.0", "id": 2, "method": "socket.list"},
    ]);
    reader.send_json(&batch).await;
    let answers = reader.unclaimed().await;
    assert_eq!(answers[0]["error"]["code"], 2);
    assert!(answers[1]["result"]["sockets"].is_array());
    let page = client.ok("log.read", json!({})).await;
    assert_eq!(page["newest"], 1, "{page}");
}

#[tokio::test]
async fn a_share_works_over_rest_without_the_owners_token() {
    let server = TestServer::start();
    let owner = RestClient::open(&server).await;
    let made = owner.request("POST", "/shares", Some(json!({"label": "a class"}))).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let share = json_of(&made);
    let id = share["share"].as_str().unwrap();
    let path = format!("/api/v1/sessions/{}/shares/{id}", owner.hello.session);
    assert_eq!(made.header("location"), Some(path.as_str()));
    let (socket, _) = owner.bound_udp().await;
    let reader = RestClient::of(&server, &hello_with(&owner.hello, &share));
    let info = reader.ok("GET", "", None).await;
    assert_eq!((&info["access"], info.get("shares")), (&json!("read"), None));
    assert!(!info.to_string().contains(&owner.hello.token));
    reader.ok("GET", "/sockets", None).await;
    reader.ok("GET", &format!("/sockets/{socket}"), None).await;
    assert_eq!(reader.ok("GET", "/events", None).await["newest"], 2);
    for format in ["jsonl", "csv", "python"] {
        let export = reader.request("GET", &format!("/export?format={format}"), None).await;
        assert_eq!(export.status, 200, "{}", export.text());
        assert!(export.text().contains("bound"), "{}", export.text());
    }
    let udp = json!({"family": "inet", "type": "dgram"});
    for (method, path, body) in [
        ("DELETE", "", None),
        ("POST", "/sockets", Some(udp)),
        ("DELETE", "/sockets/3", None),
        ("POST", "/sockets/3/send", Some(json!({"data": "hi", "to": "127.0.0.1:9"}))),
        ("POST", "/sockets/3/get_option", Some(json!({"name": "error"}))),
        ("POST", "/shares", None),
        ("GET", "/shares", None),
        ("DELETE", &format!("/shares/{id}"), None),
    ] {
        let answer = reader.request(method, path, body).await;
        assert_eq!(answer.status, 403, "{method} {path}: {}", answer.text());
        let error = &answer.problem()["error"];
        assert_eq!((&error["code"], &error["data"]["rule"]), (&json!(2), &json!("read_only")));
    }
    let listed = owner.ok("GET", "/shares", None).await;
    assert_eq!(listed["shares"], owner.ok("GET", "", None).await["shares"]);
    assert_eq!(
        (&listed["shares"][0]["label"], &listed["shares"][0]["share"]),
        (&json!("a class"), &json!(id))
    );
    assert!(listed["shares"][0]["created_us"].as_u64() > Some(1_700_000_000_000_000));
    assert!(!listed.to_string().contains(share["token"].as_str().unwrap()), "a token is told once");
}

#[tokio::test]
async fn a_share_that_is_taken_back_ends_what_came_with_it() {
    let server = TestServer::start();
    let (client, share, key) = shared(&server).await;
    let other = client.ok("session.share", json!({})).await;
    let reader = WsClient::resume(&server, &key, None).await.unwrap();
    let stays = WsClient::resume(&server, &hello_with(&client.hello, &other), None).await.unwrap();
    let rest = RestClient::of(&server, &key);
    client.ok("log.note", json!({"text": "first"})).await;
    let mut stream = rest.start("GET", "/events?after=0", &["Accept: text/event-stream"], "").await;
    assert_eq!(next_event(&mut stream).await.1["text"], "first");
    let mut page = rest.start("GET", "/events?after=1&wait_ms=30000", &[], "").await;
    let infos = client.ok("session.info", json!({})).await;
    assert_eq!(infos["shares"][0]["connections"], 2, "{infos}");
    assert_eq!((&infos["used"]["readers"], &infos["used"]["connections"]), (&json!(3), &json!(1)));

    client.ok("session.unshare", json!({"share": share["share"]})).await;
    assert_eq!(reader.closed().await.code, Some(4403));
    let mut rest_of_it = String::new();
    within("the stream's end", stream.read_to_string(&mut rest_of_it)).await.unwrap();
    let mut answer = String::new();
    within("the page's end", page.read_to_string(&mut answer)).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    let (status, problem) = WsClient::resume(&server, &key, None).await.err().unwrap();
    assert_eq!((status, &problem["error"]["code"]), (404, &json!(7)));
    assert_eq!(rest.request("GET", "", None).await.status, 404);
    // The other share and the session go on.
    client.ok("log.note", json!({"text": "second"})).await;
    stays.event("the note", |event| event["text"] == "second").await;
    let again = client.fault("session.unshare", json!({"share": share["share"]})).await;
    assert_eq!(again.code, 10);
    let path = format!("/shares/{}", share["share"].as_str().unwrap());
    let rest = RestClient::of(&server, &client.hello);
    assert_eq!(rest.request("DELETE", &path, None).await.status, 404);
    let path = format!("/shares/{}", other["share"].as_str().unwrap());
    assert_eq!(rest.request("DELETE", &path, None).await.status, 204);
    assert_eq!(stays.closed().await.code, Some(4403));
}

#[tokio::test]
async fn shares_and_readers_are_bounded_apart_from_the_owners_connections() {
    let server = TestServer::start();
    let (client, _, key) = shared(&server).await;
    let limits = client.hello.limits.clone();
    for _ in 1..limits.shares {
        client.ok("session.share", json!({})).await;
    }
    let fault = client.fault("session.share", json!({})).await;
    assert_eq!((fault.data.quota.as_deref(), fault.data.limit), (Some("shares"), Some(limits.shares as u64)));
    let fault = client.fault("session.share", json!({"label": "x".repeat(257)})).await;
    assert!(fault.data.hint.is_some_and(|hint| hint.starts_with("label")));

    let mut readers = Vec::new();
    for _ in 0..limits.readers {
        readers.push(WsClient::resume(&server, &key, None).await.unwrap());
    }
    let (status, problem) = WsClient::resume(&server, &key, None).await.err().unwrap();
    assert_eq!((status, &problem["error"]["data"]["quota"]), (429, &json!("readers")));
    let again = WsClient::resume(&server, &client.hello, None).await.unwrap();
    assert_eq!(again.hello.access, Access::Full, "the owner is not kept out");
    readers.pop().unwrap().leave().await;
    eventually("room for a reader", async || WsClient::resume(&server, &key, None).await.ok()).await;
}

#[tokio::test]
async fn a_reader_does_not_keep_an_abandoned_session_alive() {
    let server = TestServer::start_with(&["--grace-seconds", "1"]);
    let (client, _, key) = shared(&server).await;
    let reader = WsClient::resume(&server, &key, None).await.unwrap();
    client.leave().await;
    assert_eq!(reader.closed().await.code, Some(1000));
}

#[tokio::test]
async fn a_reader_that_does_not_read_holds_no_stream_back() {
    let server = TestServer::start();
    let (client, _, key) = shared(&server).await;
    let reader = WsClient::resume(&server, &key, None).await.unwrap();
    reader.pause();
    let (socket, mut peer) = client.connected().await;
    client.ok("socket.configure", json!({"socket": socket, "receive": "stream"})).await;
    // Far more than the kernel's buffers and the high-water mark together would take.
    let sent: usize = 24 << 20;
    let piece = vec![b'x'; 1 << 20];
    for _ in 0..sent >> 20 {
        within("the server to read on", peer.write_all(&piece)).await.unwrap();
    }
    eventually("all of it", async || {
        let info = client.ok("socket.info", json!({"socket": socket})).await;
        (info["bytes_received"] == sent as u64).then_some(())
    })
    .await;
    // What it had not read in time is lost to it, and it is told so.
    reader.go_on();
    assert_eq!(reader.closed().await.code, Some(1013));
}

#[tokio::test]
async fn the_page_opens_for_whoever_follows_a_link() {
    let server = TestServer::start();
    // Not a script's request: what a browser sends for a link in a mail, on another site, or typed.
    for fetch in [
        &["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"][..],
        &["Sec-Fetch-Site: none", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"],
        &[],
    ] {
        let page = http::get(&server, "/", fetch).await;
        assert_eq!(page.status, 200, "{fetch:?}: {}", page.text());
    }
    let opened = request(&server, "POST", "/api/v1/sessions", None, None).await;
    assert_eq!(opened.status, 401, "a session of one's own is another matter");
}
