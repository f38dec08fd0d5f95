//! A wire that only counts what passes: the hosts notice nothing of it, and what is told stays true.

use super::*;

/// What the wire says of its record: whether packets come on it, and how many did not.
async fn unrecorded(client: &WsClient) -> (bool, u64) {
    let wire = client.ok("wire.show", json!({})).await;
    (wire["record"].as_bool().unwrap(), wire["unrecorded"].as_u64().unwrap())
}

#[tokio::test]
async fn packets_are_counted_and_numbered_without_a_gap() {
    let server = TestServer::start();
    let client = lab(&server).await;
    let (socket, bound) = datagrams(&client, 7788).await;
    send_numbers(&client, socket, 7788, 0..2).await;
    assert_eq!(receive(&client, bound, 2).await, ["0", "1"]);
    assert_eq!(unrecorded(&client).await, (true, 0));
    let wire = client.ok("wire.configure", json!({"record": false})).await;
    assert_eq!((&wire["record"], &wire["unrecorded"]), (&json!(false), &json!(0)));
    // Straight through, and with something set that takes its time.
    send_numbers(&client, socket, 7788, 2..5).await;
    assert_eq!(receive(&client, bound, 3).await, ["2", "3", "4"]);
    client.ok("wire.configure", json!({"delay_ms": 20, "jitter_ms": 20, "seed": 7})).await;
    send_numbers(&client, socket, 7788, 5..9).await;
    let mut late = receive(&client, bound, 4).await;
    late.sort_unstable();
    assert_eq!(late, ["5", "6", "7", "8"]);
    client.ok("wire.configure", json!({"delay_ms": 0, "jitter_ms": 0, "loss_percent": 100})).await;
    send_numbers(&client, socket, 7788, 9..10).await;
    eventually("the lost one is counted", async || (unrecorded(&client).await == (false, 8)).then_some(()))
        .await;
    let page = client.ok("packets.read", json!({"changes_after": 0})).await;
    assert_eq!((&page["newest"], page.get("changes")), (&json!(2), None));
    client.ok("wire.configure", json!({"loss_percent": 0, "record": true})).await;
    send_numbers(&client, socket, 7788, 10..11).await;
    assert_eq!(receive(&client, bound, 1).await, ["10"]);
    let numbers: Vec<_> = packets(&client).await.iter().map(|packet| packet["seq"].clone()).collect();
    assert_eq!(numbers, [1, 2, 3]);
    assert_eq!(unrecorded(&client).await, (true, 8));
}

#[tokio::test]
async fn what_is_held_is_on_record_all_the_same() {
    let server = TestServer::start();
    let client = lab(&server).await;
    let (socket, bound) = datagrams(&client, 7788).await;
    client.ok("wire.configure", json!({"record": false})).await;
    client.ok("wire.hold", json!({"count": 1})).await;
    send_numbers(&client, socket, 7788, 0..2).await;
    assert_eq!(receive(&client, bound, 1).await, ["1"]);
    let held = packets(&client).await;
    assert_eq!((held.len(), &held[0]["seq"], &held[0]["fate"]), (1, &json!(1), &json!("held")));
    assert_eq!(client.ok("wire.release", json!({"seq": 1})).await["released"], json!([1]));
    assert_eq!(receive(&client, bound, 1).await, ["0"]);
    let page = client.ok("packets.read", json!({"changes_after": 0})).await;
    assert_eq!((&page["changes"][0]["seq"], &page["changes"][0]["fate"]), (&json!(1), &json!("passed")));
    assert_eq!(unrecorded(&client).await, (false, 1));
}

#[tokio::test]
async fn a_connection_that_went_on_unseen_gets_no_marks_for_it() {
    let server = TestServer::start();
    let client = lab(&server).await;
    let (_, socket, connection) = connected(&client, 7788).await;
    let before = client.ok("packets.read", json!({})).await["newest"].as_u64().unwrap();
    client.ok("wire.configure", json!({"record": false})).await;
    let more = json!({"socket": socket, "data": {"zeros": 4000}});
    client.ok("socket.send", more.clone()).await;
    client.ok("socket.recv", json!({"socket": connection, "max": 4000, "flags": ["waitall"]})).await;
    client.ok("wire.configure", json!({"record": true})).await;
    client.ok("socket.send", more).await;
    client.ok("socket.recv", json!({"socket": connection, "max": 4000, "flags": ["waitall"]})).await;
    let all = client.ok("packets.read", json!({"after": before, "limit": 1000})).await;
    let data: Vec<_> = all["packets"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|packet| packet["tcp"]["payload_bytes"] != 0)
        .collect();
    assert!(!data.is_empty(), "{all}");
    for packet in data {
        assert_eq!(packet["tcp"].get("marks"), None, "{packet}");
    }
}
