//! The log as lines of JSON and as a table.

use serde_json::{Value, json};
use sockyard_tests::rest::RestClient;
use sockyard_tests::{Program, TestServer, WsClient, program};

/// Bytes that are no text, and texts that a table or a spreadsheet could take for something else.
const ODD: &[&str] = &["00ff0d0a", "2c223b0d0a", "3d312b31", "40", "", "e6bca2", "270a"];

/// A session that has sent all of [`ODD`] to itself.
async fn session(server: &TestServer) -> WsClient {
    let client = WsClient::open(server).await;
    let (socket, local) = client.bound_udp().await;
    for hex in ODD {
        client.ok("socket.send", json!({"socket": socket, "data": {"hex": hex}, "to": local})).await;
        client.ok("socket.recv", json!({"socket": socket})).await;
    }
    client.ok("log.note", json!({"text": "=cmd|'/C calc'!A0\r\nsecond, \"line\""})).await;
    client.fault("socket.connect", json!({"socket": 99, "address": "127.0.0.1:1"})).await;
    client
}

#[tokio::test]
async fn lines_of_json_are_the_events_as_the_log_gives_them() {
    let server = TestServer::start();
    let client = session(&server).await;
    let rest = RestClient::of(&server, &client.hello);
    let exported = rest.request("GET", "/export?format=jsonl", None).await;
    assert_eq!(exported.header("content-type"), Some("application/x-ndjson"));
    let name = format!("attachment; filename=\"sockyard-{}.jsonl\"", client.hello.session);
    assert_eq!(exported.header("content-disposition"), Some(name.as_str()));
    assert_eq!(exported.header("x-sockyard-oldest-seq"), Some("1"));
    let text = exported.body_text();
    let events: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let read = client.ok("log.read", json!({"limit": 1000})).await;
    assert_eq!(json!(events), read["events"]);

    let some = rest.request("GET", "/export?format=jsonl&after=2&kinds=sent,note&data=base64", None).await;
    let some: Vec<Value> = some.body_text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(some.len(), ODD.len() + 1);
    assert_eq!(some[3]["data"], json!({"base64": "QA=="}));
}

#[tokio::test]
async fn a_table_is_read_back_by_python_with_every_byte() {
    if !program::installed("python3") {
        return;
    }
    let server = TestServer::start();
    let client = session(&server).await;
    let rest = RestClient::of(&server, &client.hello);
    let exported = rest.request("GET", "/export?format=csv", None).await;
    assert_eq!(exported.header("content-type"), Some("text/csv; charset=utf-8"));
    let files = tempfile::tempdir().unwrap();
    let file = files.path().join("table.csv");
    std::fs::write(&file, exported.body_text()).unwrap();
    let mut python = Program::python(
        "import base64, csv, json, sys\n\
         for row in csv.DictReader(open(sys.argv[1], newline='', encoding='utf-8'), strict=True):\n    \
         print(row['kind'], base64.b64decode(row['base64']).hex(), json.dumps(row['text']))\n",
        &[file.to_str().unwrap()],
    );
    let printed = python.rest().await;
    let rows: Vec<&str> = printed.lines().collect();
    let sent: Vec<&str> =
        rows.iter().filter_map(|row| row.strip_prefix("sent ")?.split(' ').next()).collect();
    assert_eq!(sent, ODD);
    assert!(rows.contains(&r#"sent 3d312b31 "'=1+1""#), "{printed}");
    assert!(rows.contains(&r#"sent 2c223b0d0a ",\";\r\n""#), "{printed}");
    assert!(
        rows.iter().any(|row| row.starts_with("note ") && row.contains("\"'=cmd|'/C calc'!A0")),
        "{printed}"
    );
}

#[tokio::test]
async fn a_long_log_is_exported_whole_and_a_shortened_one_says_so() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let rest = RestClient::of(&server, &client.hello);
    let (socket, local) = client.bound_udp().await;
    let data = json!({"repeat": "41", "count": 60_000});
    for _ in 0..300 {
        client.ok("socket.send", json!({"socket": socket, "data": data, "to": local})).await;
    }
    let exported = rest.request("GET", "/export?format=jsonl", None).await;
    let text = exported.body_text();
    let seqs: Vec<u64> = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["seq"].as_u64().unwrap())
        .collect();
    assert!(seqs[0] > 1, "the log was to lose its beginning");
    assert_eq!(exported.header("x-sockyard-oldest-seq"), Some(seqs[0].to_string().as_str()));
    assert_eq!(*seqs.last().unwrap(), 302);
    assert!(seqs.windows(2).all(|pair| pair[1] == pair[0] + 1));
}

#[tokio::test]
async fn a_wrong_request_is_told_what_is_wrong() {
    let server = TestServer::start();
    let client = RestClient::open(&server).await;
    let check = async |query: &str, field: &str, part: &str| {
        let problem = client.request("GET", &format!("/export{query}"), None).await.problem();
        assert_eq!(
            (&problem["status"], &problem["error"]["code"]),
            (&json!(422), &json!(-32602)),
            "{problem}"
        );
        let hint = problem["error"]["data"]["hint"].as_str().unwrap();
        assert!(hint.starts_with(&format!("{field}: ")) && hint.contains(part), "{query}: {hint}");
    };
    check("", "format", "csv").await;
    check("?format=pcap", "format", "jsonl, csv, python").await;
    check("?format=python&after=3", "after", "whole log").await;
    check("?format=jsonl&kinds=snet", "kinds", "snet").await;
    check("?format=jsonl&data=hex", "data", "hex").await;
    check("?format=jsonl&limit=1", "limit", "unknown field").await;
    check("?format=jsonl&socket=x", "socket", "is not a whole number").await;
    let path = format!("/api/v1/sessions/{}/export?format=jsonl", client.hello.session);
    let stranger = sockyard_tests::rest::request(&server, "GET", &path, Some("x"), None).await;
    assert_eq!(stranger.problem()["error"]["code"], 7);
}
