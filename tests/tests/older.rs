//! `log.read` backwards: older events for a page that scrolls up.

use serde_json::{Value, json};
use sockyard_tests::rest::RestClient;
use sockyard_tests::{TestServer, WsClient};

fn seqs(page: &Value) -> Vec<u64> {
    page["events"].as_array().unwrap().iter().map(|event| event["seq"].as_u64().unwrap()).collect()
}

/// Ten events: 1 and 2 make sockets 3 and 4, the others are notes.
async fn ten_events(client: &WsClient) {
    client.udp().await;
    client.udp().await;
    for number in 3..=10 {
        client.ok("log.note", json!({"text": number.to_string()})).await;
    }
}

#[tokio::test]
async fn with_before_the_newest_events_below_it_come_oldest_first() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let empty = client.ok("log.read", json!({"before": 7})).await;
    assert_eq!(empty, json!({"events": [], "oldest": 0, "newest": 0, "more": false}));
    ten_events(&client).await;
    for (params, expected, more) in [
        (json!({"before": 8, "limit": 3}), vec![5, 6, 7], true),
        (json!({"before": 5, "limit": 4}), vec![1, 2, 3, 4], false),
        (json!({"before": 5, "limit": 3}), vec![2, 3, 4], true),
        (json!({"before": 11, "limit": 2}), vec![9, 10], true),
        (json!({"before": u64::MAX, "limit": 1}), vec![10], true),
        (json!({"before": 1}), vec![], false),
        (json!({"before": 0}), vec![], false),
        (json!({"before": 8, "after": 5}), vec![6, 7], false),
        (json!({"before": 8, "after": 5, "limit": 1}), vec![7], true),
        (json!({"before": 5, "after": 8}), vec![], false),
        (json!({"before": 9, "kinds": ["created"]}), vec![1, 2], false),
        (json!({"before": 9, "socket": 4, "limit": 1}), vec![2], false),
        (json!({"before": 9, "kinds": ["note"], "limit": 2}), vec![7, 8], true),
    ] {
        let page = client.ok("log.read", params.clone()).await;
        assert_eq!((seqs(&page), &page["more"]), (expected, &json!(more)), "{params}");
        assert_eq!((&page["oldest"], &page["newest"]), (&json!(1), &json!(10)), "{params}");
    }
    let fault = client.fault("log.read", json!({"before": -1})).await;
    assert!(fault.data.hint.is_some_and(|hint| hint.starts_with("before")));
}

#[tokio::test]
async fn a_page_of_large_events_ends_early_at_its_older_end() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let socket = client.udp().await;
    let (outside, address) = sockyard_tests::sockets::udp().await;
    let drain = tokio::spawn(async move { while outside.recv(&mut [0; 65_536]).await.is_ok() {} });
    for _ in 0..40 {
        let send = json!({"socket": socket, "data": {"repeat": "61", "count": 60_000}, "to": address});
        client.ok("socket.send", send).await;
    }
    let newest = client.ok("log.read", json!({"after": 1_000})).await["newest"].as_u64().unwrap();
    let (mut before, mut all) = (newest + 1, Vec::new());
    loop {
        let page = client.ok("log.read", json!({"before": before, "limit": 1000})).await;
        let found = seqs(&page);
        assert_eq!(found.last(), Some(&(before - 1)), "nothing is left out between pages");
        before = found[0];
        all.splice(0..0, found);
        if page["more"] == false {
            break;
        }
    }
    assert_eq!(all, (1..=newest).collect::<Vec<u64>>());
    drain.abort();
}

#[tokio::test]
async fn over_rest_before_is_a_parameter_of_the_query() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    ten_events(&client).await;
    let rest = RestClient::of(&server, &client.hello);
    let page = rest.ok("GET", "/events?before=8&limit=3", None).await;
    assert_eq!((seqs(&page), &page["more"]), (vec![5, 6, 7], &json!(true)));
    let page = rest.ok("GET", "/events?before=8&after=5&kinds=note", None).await;
    assert_eq!(seqs(&page), [6, 7]);
    for (query, field) in [("before=x", "before"), ("before=8&wait_ms=5", "wait_ms")] {
        let refused = rest.request("GET", &format!("/events?{query}"), None).await;
        assert_eq!(refused.status, 422, "{query}");
        let problem = refused.problem();
        assert!(problem["detail"].as_str().unwrap().starts_with(field), "{problem}");
    }
    let mut stream = rest.start("GET", "/events?before=8", &["Accept: text/event-stream"], "").await;
    let mut status = String::new();
    tokio::io::AsyncBufReadExt::read_line(&mut stream, &mut status).await.unwrap();
    assert!(status.starts_with("HTTP/1.1 422"), "{status}");
}
