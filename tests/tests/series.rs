//! Section 6, watched sockets: samples of what the kernel knows, one after the other.

use serde_json::{Value, json};
use sockyard_tests::rest::{RestClient, request};
use sockyard_tests::{TestServer, WsClient, eventually, sockets, within};

fn numbers(samples: &[Value], field: &str) -> Vec<u64> {
    samples.iter().map(|sample| sample[field].as_u64().unwrap()).collect()
}

/// All samples from the first one on that is still kept.
async fn samples(client: &WsClient, socket: u64) -> Vec<Value> {
    let page = client.ok("socket.series", json!({"socket": socket, "limit": 1200})).await;
    page["samples"].as_array().unwrap().clone()
}

/// Waits until so many more looks were made.
async fn looks(client: &WsClient, socket: u64, more: u64) {
    within(format!("{more} more looks at socket {socket}"), async {
        let mut after =
            client.ok("socket.series", json!({"socket": socket})).await["newest"].as_u64().unwrap();
        let enough = after + more;
        while after < enough {
            let wait = json!({"socket": socket, "after": after, "limit": 1200, "timeout_ms": 5000});
            after = client.ok("socket.series", wait).await["newest"].as_u64().unwrap();
        }
    })
    .await;
}

/// A connection over loopback, its two ends sockets of the session.
async fn connected(client: &WsClient) -> (u64, u64) {
    let listener = client.tcp().await;
    let local = client.bind(listener, "127.0.0.1:0").await;
    client.ok("socket.listen", json!({"socket": listener})).await;
    let socket = client.tcp().await;
    client.ok("socket.connect", json!({"socket": socket, "address": local})).await;
    let accepted = client.ok("socket.accept", json!({"socket": listener})).await;
    (socket, accepted["connection"].as_u64().unwrap())
}

#[tokio::test]
async fn samples_are_numbered_and_agree_with_the_kernel() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, peer) = connected(&client).await;
    let none = client.ok("socket.series", json!({"socket": socket})).await;
    assert_eq!(none, json!({"samples": [], "oldest": 0, "newest": 0, "more": false, "every_ms": 0}));
    let watched = client.ok("socket.watch", json!({"socket": socket, "every_ms": 50})).await;
    assert_eq!(watched, json!({"every_ms": 50}));
    looks(&client, socket, 1).await;
    // What nobody reads stays in the peer's queue, and counts as acknowledged here.
    client.ok("socket.send", json!({"socket": socket, "data": {"zeros": 1000}})).await;
    client.ok("socket.send", json!({"socket": peer, "data": {"zeros": 70}})).await;
    looks(&client, socket, 3).await;
    client.ok("socket.watch", json!({"socket": socket, "every_ms": 0})).await;
    let page = client.ok("socket.series", json!({"socket": socket, "limit": 1200})).await;
    let all = page["samples"].as_array().unwrap();
    assert_eq!(numbers(all, "sample"), (1..=all.len() as u64).collect::<Vec<_>>());
    assert_eq!((&page["oldest"], &page["newest"]), (&json!(1), &json!(all.len())));
    assert_eq!((&page["more"], &page["every_ms"]), (&json!(false), &json!(0)));
    let times = numbers(all, "time_us");
    assert!(times.is_sorted_by(|one, next| one < next), "{times:?}");
    let (first, last, info) = (&all[0], all.last().unwrap(), client.info(socket).await);
    assert_eq!((&first["bytes_sent"], &first["receive_queue"]), (&json!(0), &json!(0)));
    assert_eq!((&last["state"], &last["receive_queue"]), (&json!("ESTABLISHED"), &json!(70)));
    assert_eq!((&last["bytes_acknowledged"], &last["in_flight"]), (&json!(1001), &json!(0)), "SYN counts");
    for name in ["congestion_window", "rtt_us", "mss", "send_window", "bytes_sent", "bytes_received"] {
        assert_eq!(last[name], info["tcp"][name], "{name}");
    }
    // A page in the middle.
    let page = client.ok("socket.series", json!({"socket": socket, "after": 1, "limit": 2})).await;
    let two = numbers(page["samples"].as_array().unwrap(), "sample");
    assert_eq!((two, &page["more"]), (vec![2, 3], &json!(all.len() > 3)));
}

#[tokio::test]
async fn loss_shows_as_retransmissions_and_a_window_that_moves() {
    const BYTES: u64 = 600_000;
    let server = TestServer::start();
    let client =
        WsClient::connect(&server, "?network=lab", server.token.as_deref()).await.expect("a lab opens");
    client.ok("wire.configure", json!({"delay_ms": 30})).await;
    client.ok("wire.configure", json!({"from": "alice", "loss_every": 40})).await;
    let tcp = async |host: &str| {
        let made = json!({"family": "inet", "type": "stream", "host": host});
        client.ok("socket.create", made).await["socket"].as_u64().unwrap()
    };
    let listener = tcp("bob").await;
    client.ok("socket.bind", json!({"socket": listener, "address": "0.0.0.0:7788"})).await;
    client.ok("socket.listen", json!({"socket": listener})).await;
    client.ok("socket.configure", json!({"socket": listener, "accept": "stream", "receive": "stream"})).await;
    let socket = tcp("alice").await;
    // One that reacts to loss, whatever the machine's own is.
    client.ok("socket.set_option", json!({"socket": socket, "name": "congestion", "value": "reno"})).await;
    client.ok("socket.connect", json!({"socket": socket, "address": "bob:7788"})).await;
    client.ok("socket.watch", json!({"socket": socket, "every_ms": 50})).await;
    client.ok("socket.send", json!({"socket": socket, "data": {"zeros": BYTES}})).await;
    let done = eventually("all bytes acknowledged", async || {
        let info = client.info(socket).await;
        (info["send_queue"] == 0).then_some(info)
    })
    .await;
    looks(&client, socket, 1).await;
    let all = samples(&client, socket).await;
    let last = all.last().unwrap();
    assert_eq!(last["bytes_acknowledged"], BYTES + 1);
    assert_eq!(last["retransmits"], done["tcp"]["retransmits"]);
    assert!(last["retransmits"].as_u64().unwrap() > 0, "{last}");
    assert!(last["bytes_sent"].as_u64().unwrap() > BYTES, "what was sent again counts as well");
    let retransmits = numbers(&all, "retransmits");
    assert!(retransmits.is_sorted(), "{retransmits:?}");
    let windows = numbers(&all, "congestion_window");
    assert!(windows.windows(2).any(|pair| pair[1] > pair[0]), "it opens: {windows:?}");
    assert!(windows.windows(2).any(|pair| pair[1] < pair[0]), "and loss closes it: {windows:?}");
    assert!(numbers(&all, "in_flight").iter().any(|flight| *flight > 0));
    let rtt = last["rtt_us"].as_u64().unwrap();
    assert!(rtt >= 60_000, "two delays of 30 ms: {rtt} us");
}

#[tokio::test]
async fn only_tcp_is_watched_and_not_without_end() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let datagrams =
        client.ok("socket.create", json!({"family": "inet", "type": "dgram"})).await["socket"].clone();
    let fault = client.fault("socket.watch", json!({"socket": datagrams, "every_ms": 50})).await;
    // Which of the two depends on the kernel's version.
    let errno = fault.data.errno.unwrap_or_default();
    assert!(["ENOPROTOOPT", "EOPNOTSUPP"].contains(&errno.as_str()), "{errno}");
    let unix =
        client.ok("socket.create", json!({"family": "unix", "type": "stream"})).await["socket"].clone();
    let fault = client.fault("socket.watch", json!({"socket": unix, "every_ms": 50})).await;
    assert_eq!(fault.data.errno.as_deref(), Some("EOPNOTSUPP"));
    let mut sockets = Vec::new();
    for _ in 0..16 {
        let socket = client.tcp().await;
        client.ok("socket.watch", json!({"socket": socket, "every_ms": 10_000})).await;
        sockets.push(socket);
    }
    let one_more = client.tcp().await;
    let watch = json!({"socket": one_more, "every_ms": 10_000});
    let fault = client.fault("socket.watch", watch.clone()).await;
    assert_eq!((fault.code, fault.data.quota.as_deref()), (6, Some("watched_sockets")));
    // Another time for one of them takes no place, and the end of one makes room.
    client.ok("socket.watch", json!({"socket": sockets[0], "every_ms": 50})).await;
    client.ok("socket.watch", json!({"socket": sockets[1], "every_ms": 0})).await;
    client.ok("socket.watch", watch.clone()).await;
    client.fault("socket.watch", json!({"socket": sockets[1], "every_ms": 50})).await;
    // So does the end of a socket.
    client.ok("socket.close", json!({"socket": sockets[0]})).await;
    client.ok("socket.watch", json!({"socket": sockets[1], "every_ms": 50})).await;
}

#[tokio::test]
async fn a_wait_ends_with_its_time_or_its_socket() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let socket = client.tcp().await;
    let page = client.ok("socket.series", json!({"socket": socket, "timeout_ms": 1})).await;
    assert_eq!(page["samples"], json!([]));
    let waits = client.start("socket.series", json!({"socket": socket, "timeout_ms": 60_000})).await;
    client.waiting_calls(1).await;
    client.ok("socket.close", json!({"socket": socket})).await;
    assert_eq!(waits.fault().await.code, 5);
}

#[tokio::test]
async fn rest_and_a_share_read_the_same() {
    let server = TestServer::start();
    let rest = RestClient::open(&server).await;
    let made = rest.ok("POST", "/sockets", Some(json!({"family": "inet", "type": "stream"}))).await;
    let socket = format!("/sockets/{}", made["socket"]);
    let (_listener, address) = sockets::listener().await;
    rest.ok("POST", &format!("{socket}/connect"), Some(json!({"address": address}))).await;
    rest.ok("POST", &format!("{socket}/watch"), Some(json!({"every_ms": 50}))).await;
    let page = rest.ok("GET", &format!("{socket}/series?wait_ms=10000&limit=1"), None).await;
    assert_eq!(
        (&page["samples"][0]["sample"], &page["samples"][0]["state"]),
        (&json!(1), &json!("ESTABLISHED"))
    );
    assert_eq!(page["every_ms"], 50);
    let share = rest.ok("POST", "/shares", None).await["token"].as_str().unwrap().to_owned();
    let at = |call: &str| format!("/api/v1/sessions/{}{socket}/{call}", rest.hello.session);
    let read = request(&server, "GET", &at("series"), Some(&share), None).await;
    assert_eq!(read.status, 200, "{}", read.text());
    let denied = request(&server, "POST", &at("watch"), Some(&share), Some(json!({"every_ms": 0}))).await;
    assert_eq!((denied.status, &denied.problem()["error"]["data"]["rule"]), (403, &json!("read_only")));
}
