//! The kernel's own list of a host's connections: what no socket shows of them.

use super::*;

/// The lines of the list that fit, of one host.
async fn listed(client: &WsClient, host: &str, fits: impl Fn(&Value) -> bool) -> Vec<Value> {
    let page = client.ok("host.connections", json!({"host": host})).await;
    assert_eq!(page["more"], false);
    let all = page["connections"].as_array().unwrap().iter();
    all.filter(|one| one["host"] == host && fits(one)).cloned().collect()
}

async fn in_state(client: &WsClient, host: &str, state: &str) -> Vec<Value> {
    listed(client, host, |one| one["state"] == state).await
}

#[tokio::test]
async fn a_full_backlog_leaves_eight_of_ten_waiting_with_their_syn() {
    let server = TestServer::start();
    let client = lab(&server).await;
    let listener = listening(&client, 7788, 1).await;
    let mut sockets = Vec::new();
    for _ in 0..10 {
        sockets.push(socket_on(&client, "alice", "stream").await);
    }
    let connect = |socket: u64| json!({"socket": socket, "address": "bob:7788"});
    // One after the other: the queue is then full before the third SYN comes.
    for socket in &sockets[..2] {
        client.ok("socket.connect", connect(*socket)).await;
    }
    eventually("two wait for accept", async || {
        let info = client.info(listener).await;
        (info["backlog"] == json!({"waiting": 2, "limit": 1})).then_some(())
    })
    .await;
    for socket in &sockets[2..] {
        client.start("socket.connect", connect(*socket)).await;
    }
    let waiting = eventually("eight SYNs that were sent again", async || {
        let waiting = in_state(&client, "alice", "SYN_SENT").await;
        let again = waiting.iter().filter(|one| one["timer"]["retransmits"].as_u64() >= Some(1)).count();
        (again == 8).then_some(waiting)
    })
    .await;
    for (one, socket) in waiting.iter().zip(&sockets[2..]) {
        assert_eq!(one["timer"]["kind"], "retransmission");
        assert_eq!(one["peer"], "10.0.0.2:7788");
        assert!(sockets[2..].iter().any(|socket| one["socket"] == *socket), "{one} {socket}");
    }
    let connected = in_state(&client, "alice", "ESTABLISHED").await;
    let numbers: Vec<_> = connected.iter().map(|one| one["socket"].as_u64().unwrap()).collect();
    assert!(numbers.len() == 2 && sockets[..2].iter().all(|socket| numbers.contains(socket)), "{numbers:?}");
    // The other ends are nobody's socket yet.
    let there = in_state(&client, "bob", "ESTABLISHED").await;
    assert!(there.len() == 2 && there.iter().all(|one| one["socket"].is_null()), "{there:?}");
    let listens = in_state(&client, "bob", "LISTEN").await;
    let expected = json!({
        "host": "bob", "local": "0.0.0.0:7788", "peer": null, "state": "LISTEN", "socket": listener, "receive_queue": null,
        "send_queue": null, "backlog": {"waiting": 2, "limit": 1}, "timer": null,
    });
    assert_eq!(listens, [expected]);
}

#[tokio::test]
async fn a_half_open_connection_and_one_in_time_wait_are_listed() {
    let server = TestServer::start();
    let client = lab(&server).await;
    let listener = listening(&client, 7788, 16).await;
    let socket = socket_on(&client, "alice", "stream").await;
    client.ok("wire.hold", json!({"from": "bob", "flags": ["SYN", "ACK"], "count": 1})).await;
    let connect = client.start("socket.connect", json!({"socket": socket, "address": "bob:7788"})).await;
    let half =
        eventually("bob's half-open connection", async || in_state(&client, "bob", "SYN_RECV").await.pop())
            .await;
    assert_eq!((&half["socket"], &half["timer"]["kind"]), (&Value::Null, &json!("retransmission")));
    assert_eq!(half["local"], "10.0.0.2:7788");
    assert!(half["peer"].as_str().unwrap().starts_with("10.0.0.1:"));
    client.ok("wire.unhold", json!({})).await;
    connect.ok().await;
    let accepted = client.ok("socket.accept", json!({"socket": listener})).await["connection"].clone();
    let local = client.info(socket).await["local"].clone();
    // Who closes first has the TIME_WAIT.
    client.ok("socket.close", json!({"socket": socket})).await;
    client.ok("socket.recv", json!({"socket": accepted})).await;
    client.ok("socket.close", json!({"socket": accepted})).await;
    let waits =
        eventually("alice's TIME_WAIT", async || in_state(&client, "alice", "TIME_WAIT").await.pop()).await;
    assert_eq!(
        (&waits["local"], &waits["peer"], &waits["socket"]),
        (&local, &json!("10.0.0.2:7788"), &Value::Null)
    );
    let (kind, expires) = (&waits["timer"]["kind"], waits["timer"]["expires_ms"].as_u64().unwrap());
    assert!(kind == "time_wait" && (1..=60_000).contains(&expires), "{waits}");
    assert_eq!(in_state(&client, "bob", "TIME_WAIT").await, Vec::<Value>::new());
}

#[tokio::test]
async fn ipv6_is_listed_and_rest_tells_the_same() {
    let server = TestServer::start();
    let client = RestClient::open_with(&server, json!({"network": "lab"})).await;
    let made = json!({"family": "inet6", "type": "stream", "host": "bob"});
    let socket = client.ok("POST", "/sockets", Some(made)).await["socket"].clone();
    let at = |call: &str| format!("/sockets/{socket}/{call}");
    client.ok("POST", &at("bind"), Some(json!({"address": "[fd00::2]:7788"}))).await;
    client.ok("POST", &at("listen"), None).await;
    let page = client.ok("GET", "/connections?host=bob", None).await;
    let one = &page["connections"][0];
    assert_eq!(
        (&one["local"], &one["state"], &one["socket"]),
        (&json!("[fd00::2]:7788"), &json!("LISTEN"), &socket)
    );
    assert_eq!(client.ok("GET", "/connections?host=alice", None).await["connections"], json!([]));
    assert_eq!(client.ok("GET", "/connections", None).await, page);
    let path = format!("/api/v1/sessions/{}/connections?host=mallory", client.hello.session);
    let refused = request(&server, "GET", &path, Some(&client.hello.token), None).await;
    assert_eq!((refused.status, &refused.problem()["error"]["data"]["errno"]), (422, &json!("EAI_NONAME")));
}
