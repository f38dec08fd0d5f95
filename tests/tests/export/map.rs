//! Programs that tell which line each event became.

use serde_json::{Value, json};
use sockyard_tests::rest::RestClient;
use sockyard_tests::{TestServer, WsClient};

/// The program with its map.
async fn mapped(rest: &RestClient<'_>, format: &str) -> Value {
    let response = rest.request("GET", &format!("/export?format={format}&map=true"), None).await;
    assert_eq!(response.status, 200, "{}", response.text());
    assert_eq!(response.header("content-type"), Some("application/json"));
    serde_json::from_str(&response.body_text()).unwrap()
}

#[tokio::test]
async fn every_event_leads_to_the_line_that_it_became() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (left, right) = client.pair().await;
    client.send_data(left, "two\nlines, \"quoted\" and \\ 漢字").await;
    client.ok("socket.recv", json!({"socket": right})).await;
    client.ok("log.note", json!({"text": "a note\nof two lines"})).await;
    client.fault("socket.bind", json!({"socket": left, "address": "127.0.0.1:9"})).await;
    client.ok("socket.close", json!({"socket": left})).await;
    // Enough for several pieces.
    let (sender, address) = client.bound_udp().await;
    for _ in 0..40 {
        let data = json!({"text": "line\n".repeat(1_000)});
        client.ok("socket.send", json!({"socket": sender, "data": data, "to": address})).await;
    }
    let rest = RestClient::of(&server, &client.hello);
    let events = rest.ok("GET", "/events?limit=1000", None).await["events"].as_array().unwrap().clone();
    for format in ["python", "c", "rust", "node"] {
        let map = mapped(&rest, format).await;
        assert_eq!(map["format"], format);
        let text = map["text"].as_str().unwrap();
        let plain = rest.request("GET", &format!("/export?format={format}"), None).await;
        assert_eq!(text, plain.body_text(), "the text is the program itself");
        let lines: Vec<&str> = text.lines().collect();
        let pairs = map["lines"].as_array().unwrap();
        assert_eq!(pairs.len(), events.len());
        let mut last = 0;
        for pair in pairs {
            let (seq, line) = (pair[0].as_u64().unwrap(), pair[1].as_u64().unwrap());
            assert!(line > last, "{format}: lines rise");
            last = line;
            let code = lines[usize::try_from(line).unwrap() - 1].trim_start();
            assert!(code.starts_with(&format!("at({seq})")), "{format} {line}: {code}");
        }
    }
}

#[tokio::test]
async fn a_map_is_for_programs_and_may_be_left_out() {
    let server = TestServer::start();
    let rest = RestClient::open(&server).await;
    for format in ["jsonl", "csv"] {
        let refused = rest.request("GET", &format!("/export?format={format}&map=true"), None).await;
        assert_eq!(refused.status, 422);
        assert!(refused.problem()["detail"].as_str().unwrap().starts_with("map"), "{}", refused.text());
        assert_eq!(
            rest.request("GET", &format!("/export?format={format}&map=false"), None).await.status,
            200
        );
    }
    let refused = rest.request("GET", "/export?format=python&map=perhaps", None).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    let plain = rest.request("GET", "/export?format=python&map=false", None).await;
    assert_eq!(plain.header("content-type"), Some("text/x-python; charset=utf-8"));
    assert_eq!(mapped(&rest, "python").await["lines"], json!([]), "an empty session is a program, too");
}
