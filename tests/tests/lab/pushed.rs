//! Packets as they come: pushed over the WebSocket, and as a live stream over REST.

use sockyard_tests::rest::next_event;

use super::*;

#[tokio::test]
async fn packets_and_changes_are_pushed_to_whoever_asks() {
    let server = TestServer::start();
    let client = lab(&server).await;
    let (socket, bound) = datagrams(&client, 7788).await;
    send_numbers(&client, socket, 7788, 0..1).await;
    receive(&client, bound, 1).await;
    let settings = client.ok("session.configure", json!({"packets": {"data": true}})).await;
    assert_eq!(settings["packets"], json!({"data": true, "per_second": 1000}));
    client.ok("wire.hold", json!({})).await;
    send_numbers(&client, socket, 7788, 1..2).await;
    let told = client.packets().await;
    let packet = &told["packets"][0];
    assert_eq!((&packet["seq"], &packet["fate"]), (&json!(2), &json!("held")), "what was before is not told");
    assert!(packet["base64"].is_string());
    assert_eq!((&told["skipped"], &told["newest"], &told["changes"]), (&json!(0), &json!(2), &json!([])));
    client.ok("wire.unhold", json!({})).await;
    let told = client.packets().await;
    assert_eq!(told["packets"], json!([]));
    let change = &told["changes"][0];
    assert_eq!(
        (&change["change"], &change["seq"], &change["fate"]),
        (&json!(1), &json!(2), &json!("passed"))
    );
    assert!(change["delayed_us"].as_u64() > Some(0));
    // Asked for again, it begins where it is told to.
    client.ok("session.configure", json!({"packets": {"after": 0}})).await;
    let told = client.packets().await;
    let seqs: Vec<_> =
        told["packets"].as_array().unwrap().iter().map(|packet| packet["seq"].clone()).collect();
    assert_eq!(seqs, [1, 2]);
    assert_eq!(told["packets"][1]["fate"], "passed", "as it is now");
    let settings = client.ok("session.configure", json!({"packets": null})).await;
    assert_eq!(settings.get("packets"), None);
    for wrong in [json!({"per_second": 9}), json!({"per_second": 10_001}), json!({"rate": 1}), json!([])] {
        let fault = client.fault("session.configure", json!({"packets": wrong})).await;
        assert!(fault.code == -32602 && fault.data.hint.unwrap().starts_with("packets"));
    }
}

#[tokio::test]
async fn what_is_too_much_is_counted_and_the_remarkable_is_told() {
    let server = TestServer::start();
    let client = lab(&server).await;
    let (_, socket, peer) = connected(&client, 7788).await;
    // One in a message.
    client.ok("session.configure", json!({"packets": {"after": 0, "per_second": 10}})).await;
    client.ok("socket.send", json!({"socket": socket, "data": {"zeros": 200_000}})).await;
    let mut come = 0;
    while come < 200_000 {
        come += client.ok("socket.recv", json!({"socket": peer})).await["bytes"].as_u64().unwrap();
    }
    client.ok("socket.close", json!({"socket": socket, "linger_s": 0})).await;
    until_packet(&client, "the reset", |packet| packet["tcp"]["flags"].to_string().contains("RST")).await;
    let (mut told, mut skipped, mut newest) = (Vec::new(), 0, 0);
    let last = client.ok("packets.read", json!({})).await["newest"].as_u64().unwrap();
    while newest < last {
        let message = client.packets().await;
        assert!(message["packets"].as_array().unwrap().len() <= 1);
        skipped += message["skipped"].as_u64().unwrap();
        told.extend(message["packets"].as_array().unwrap().clone());
        let next = message["newest"].as_u64().unwrap();
        assert_eq!(told.len() as u64 + skipped, next, "told or counted");
        assert!(next > newest);
        newest = next;
    }
    assert!(skipped > 0);
    assert!(segments(&told).iter().any(|flags| flags == "alice SYN"), "{told:?}");
}

#[tokio::test]
async fn a_live_stream_has_packets_and_changes_and_goes_on_where_it_was() {
    let server = TestServer::start();
    let client = lab(&server).await;
    let rest = RestClient::of(&server, &client.hello);
    let (socket, _) = datagrams(&client, 7788).await;
    let accept = ["Accept: text/event-stream"];
    let mut stream = rest.start("GET", "/packets?after=0", &accept, "").await;
    send_numbers(&client, socket, 7788, 0..2).await;
    for number in 1..=2 {
        let (id, packet) = next_event(&mut stream).await;
        assert_eq!((id, &packet["seq"]), (number.to_string(), &json!(number)));
    }
    client.ok("wire.hold", json!({})).await;
    send_numbers(&client, socket, 7788, 2..3).await;
    assert_eq!(next_event(&mut stream).await.1["fate"], "held");
    client.ok("wire.release", json!({"action": "drop"})).await;
    let (_, change) = next_event(&mut stream).await;
    assert_eq!(
        (&change["change"], &change["seq"], &change["fate"]),
        (&json!(1), &json!(3), &json!("dropped"))
    );
    let again = ["Accept: text/event-stream", "Last-Event-ID: 2"];
    let mut stream = rest.start("GET", "/packets?data=true", &again, "").await;
    let (id, packet) = next_event(&mut stream).await;
    assert_eq!((id.as_str(), &packet["fate"]), ("3", &json!("dropped")));
    assert!(packet["base64"].is_string());
    let refused = rest.start("GET", "/packets?limit=5", &accept, "").await;
    let (_, problem) = answer(refused).await;
    assert!(problem.contains("limit: is for pages"), "{problem}");
}

/// Status line and body of an answer that ends.
async fn answer(mut stream: tokio::io::BufReader<tokio::net::TcpStream>) -> (String, String) {
    use tokio::io::AsyncBufReadExt as _;
    within("an answer", async {
        let mut status = String::new();
        stream.read_line(&mut status).await.unwrap();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await.unwrap();
            if line.contains("\"error\"") {
                return (status, line);
            }
        }
    })
    .await
}

#[tokio::test]
async fn rest_changes_the_wire_and_the_hosts() {
    let server = TestServer::start();
    let rest = RestClient::open_with(&server, json!({"network": "lab"})).await;
    let added = rest.request("POST", "/hosts", Some(json!({"name": "carol"}))).await;
    assert_eq!(added.status, 201);
    assert!(added.header("location").unwrap().ends_with("/hosts/carol"));
    assert_eq!(rest.ok("GET", "/hosts", None).await["hosts"].as_array().unwrap().len(), 3);
    assert_eq!(rest.request("DELETE", "/hosts/carol", None).await.status, 204);
    assert_eq!(rest.request("DELETE", "/hosts/carol", None).await.status, 422);
    let wire = rest.ok("POST", "/wire/configure", Some(json!({"delay_ms": 5}))).await;
    assert_eq!(wire["directions"][0]["delay_ms"], 5);
    assert_eq!(rest.ok("POST", "/wire/cut", Some(json!({}))).await["cut"], true);
    assert_eq!(rest.ok("POST", "/wire/mend", Some(json!({}))).await["cut"], false);
    assert_eq!(rest.ok("POST", "/wire/hold", Some(json!({"port": 9}))).await["hold"], json!({"port": 9}));
    assert_eq!(rest.ok("GET", "/wire", None).await["hold"], json!({"port": 9}));
    assert_eq!(rest.ok("POST", "/wire/unhold", Some(json!({}))).await, json!({"released": []}));
    assert_eq!(rest.ok("POST", "/wire/release", Some(json!({}))).await, json!({"released": []}));
}
