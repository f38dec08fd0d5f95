//! `log.read` and `log.note`: the session's log as it is kept.

use serde_json::{Value, json};
use sockyard_tests::{TestServer, WsClient, sockets};

async fn read(client: &WsClient, params: Value) -> (Vec<u64>, Value) {
    let page = client.ok("log.read", params).await;
    let events = page["events"].as_array().unwrap();
    (events.iter().map(|event| event["seq"].as_u64().unwrap()).collect(), page)
}

/// Six events: created 3, created 4, bound 3, note, closed 3, bound 4.
async fn six_events(client: &WsClient) {
    client.udp().await;
    client.udp().await;
    client.bind(3, "127.0.0.1:0").await;
    let noted = client.ok("log.note", json!({"text": "here"})).await;
    assert_eq!(noted["seq"], 4);
    client.ok("socket.close", json!({"socket": 3})).await;
    client.bind(4, "127.0.0.1:0").await;
    client.event("all six", |event| event["seq"] == 6).await;
}

#[tokio::test]
async fn the_log_holds_the_events_that_were_pushed() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let empty = client.ok("log.read", json!({})).await;
    assert_eq!(empty, json!({"events": [], "oldest": 0, "newest": 0, "more": false}));
    six_events(&client).await;
    let (_, page) = read(&client, json!({})).await;
    assert_eq!(page["events"].as_array().unwrap(), &client.events());
    assert_eq!((&page["oldest"], &page["newest"], &page["more"]), (&json!(1), &json!(6), &json!(false)));
}

#[tokio::test]
async fn the_log_is_read_in_pages() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    six_events(&client).await;
    let (seqs, page) = read(&client, json!({"limit": 4})).await;
    assert_eq!((seqs, &page["more"]), (vec![1, 2, 3, 4], &json!(true)));
    let (seqs, page) = read(&client, json!({"after": 4, "limit": 4})).await;
    assert_eq!((seqs, &page["more"]), (vec![5, 6], &json!(false)));
    let (seqs, page) = read(&client, json!({"after": 6})).await;
    assert_eq!((seqs, &page["newest"]), (vec![], &json!(6)));
    let (seqs, _) = read(&client, json!({"after": 1_000_000})).await;
    assert_eq!(seqs, Vec::<u64>::new());
}

#[tokio::test]
async fn the_log_is_filtered_by_socket_and_kind() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    six_events(&client).await;
    for (filter, expected) in [
        (json!({"socket": 3}), vec![1, 3, 5]),
        (json!({"socket": 4}), vec![2, 6]),
        (json!({"socket": 99}), vec![]),
        (json!({"kinds": ["bound"]}), vec![3, 6]),
        (json!({"kinds": ["note", "closed"]}), vec![4, 5]),
        (json!({"kinds": []}), vec![]),
        (json!({"socket": 3, "kinds": ["bound", "closed"], "after": 3}), vec![5]),
    ] {
        assert_eq!(read(&client, filter.clone()).await.0, expected, "{filter}");
    }
    let (seqs, page) = read(&client, json!({"kinds": ["created"], "limit": 1})).await;
    assert_eq!((seqs, &page["more"]), (vec![1], &json!(true)));
}

#[tokio::test]
async fn a_note_is_the_users_own_text() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let text = "step 2: 漢字 \u{1F600} \"quoted\" \n next line";
    client.ok("log.note", json!({"text": text})).await;
    let note = client.event("the note", |event| event["kind"] == "note").await;
    assert_eq!(note["text"], text);
    assert!(note.get("socket").is_none());
    assert!(note["time_us"].as_u64() > Some(1_700_000_000_000_000));
    assert_eq!(client.fault("log.note", json!({"text": ""})).await.code, -32602);
    assert_eq!(client.fault("log.note", json!({"text": "x".repeat(5000)})).await.code, -32602);
}

#[tokio::test]
async fn events_are_numbered_and_timed_in_order() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, mut peer) = client.connected().await;
    for _ in 0..20 {
        client.send_data(socket, "tick").await;
        sockets::read(&mut peer, 4).await;
    }
    let (seqs, page) = read(&client, json!({"limit": 1000})).await;
    assert_eq!(seqs, (1..=22).collect::<Vec<u64>>());
    let times: Vec<u64> =
        page["events"].as_array().unwrap().iter().map(|event| event["time_us"].as_u64().unwrap()).collect();
    assert!(times.is_sorted(), "{times:?}");
}

#[tokio::test]
async fn a_full_log_lets_its_oldest_events_go_and_says_so() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let kept = client.hello.limits.log_bytes;
    let (outside, address) = sockets::udp().await;
    let drain = tokio::spawn(async move { while outside.recv(&mut [0; 65_536]).await.is_ok() {} });
    let socket = client.udp().await;
    // Each keeps some 64 KB in the log.
    for _ in 0..kept / 60_000 + 10 {
        let send = json!({"socket": socket, "data": {"repeat": "61", "count": 60_000}, "to": address});
        client.ok("socket.send", send).await;
    }
    let (seqs, page) = read(&client, json!({"limit": 1})).await;
    let oldest = page["oldest"].as_u64().unwrap();
    assert!(oldest > 1, "{oldest}");
    assert_eq!(seqs, [oldest], "reading from the start begins at the oldest that is left");
    let used = client.ok("session.info", json!({})).await["used"]["log_bytes"].as_u64().unwrap();
    assert!(used <= kept as u64, "{used} of {kept}");
    drain.abort();
}
