//! Packets that wait at the wire until somebody decides.

use super::*;

/// Waits until as many packets are held, and returns their numbers.
async fn held(client: &WsClient, count: usize) -> Vec<u64> {
    eventually("held packets", async || {
        let held = client.ok("wire.show", json!({})).await["held"].clone();
        let held: Vec<u64> = serde_json::from_value(held).unwrap();
        (held.len() >= count).then_some(held)
    })
    .await
}

#[tokio::test]
async fn a_connect_outlives_its_first_syn_dropped_by_hand() {
    let server = TestServer::start();
    let client = lab(&server).await;
    listening(&client, 7788, 1).await;
    let socket = socket_on(&client, "alice", "stream").await;
    let hold = json!({"from": "alice", "flags": ["SYN"], "count": 1});
    let wire = client.ok("wire.hold", hold.clone()).await;
    assert_eq!(wire["hold"], hold);
    let connect = json!({"socket": socket, "address": "bob:7788", "timeout_ms": 10_000});
    let connecting = client.start("socket.connect", connect).await;
    assert_eq!(held(&client, 1).await, [1]);
    let first = &packets(&client).await[0];
    assert_eq!((&first["fate"], &first["to"]), (&json!("held"), &json!(["bob"])));
    let released = client.ok("wire.release", json!({"seq": 1, "action": "drop"})).await;
    assert_eq!(released, json!({"released": [1]}));
    connecting.ok().await;
    let all = packets(&client).await;
    assert_eq!(segments(&all)[..3], ["alice SYN", "alice SYN", "bob SYN+ACK"]);
    assert_eq!(fates(&all)[..2], ["dropped", "passed"]);
    assert!(all[0]["summary"].as_str().unwrap().ends_with("(dropped)"), "{}", all[0]);
    assert!(has_mark(&all[1], "retransmission") && !has_mark(&all[0], "retransmission"));
    assert_eq!(all[1]["tcp"]["original"], 1);
    // A second later, as the kernel counts it.
    let later = all[1]["time_us"].as_u64().unwrap() - all[0]["time_us"].as_u64().unwrap();
    assert!(later > 500_000, "{later}");
    let wire = client.ok("wire.show", json!({})).await;
    assert_eq!((&wire["hold"], &wire["held"]), (&Value::Null, &json!([])), "the one is through");
    for (call, params) in [("hold", hold), ("release", json!({"seq": 1, "action": "drop", "released": [1]}))]
    {
        let event = client.event("what was done", |event| event["kind"] == "wire" && event["call"] == call);
        assert_eq!(event.await["params"], params);
    }
}

#[tokio::test]
async fn each_held_packet_is_passed_dropped_doubled_or_delayed() {
    let server = TestServer::start();
    let client = lab(&server).await;
    let (socket, bound) = datagrams(&client, 7788).await;
    client.ok("wire.hold", json!({"protocol": "udp", "port": 7788})).await;
    send_numbers(&client, socket, 7788, 0..5).await;
    let waiting = held(&client, 5).await;
    let release = async |index: usize, action: Value| {
        let mut call = action;
        call["seq"] = json!(waiting[index]);
        client.ok("wire.release", call).await;
    };
    release(4, json!({"action": "duplicate"})).await;
    release(1, json!({"action": "drop"})).await;
    release(0, json!({})).await;
    assert_eq!(receive(&client, bound, 3).await, ["4", "4", "0"]);
    release(2, json!({"action": "delay", "delay_ms": 100})).await;
    assert_eq!(client.ok("wire.unhold", json!({})).await["released"], json!([waiting[3]]));
    assert_eq!(receive(&client, bound, 2).await, ["3", "2"]);
    let all = packets(&client).await;
    assert_eq!(fates(&all), ["passed", "dropped", "passed", "passed", "passed"]);
    assert_eq!(all[4]["copies"], 2);
    assert_eq!(all[0]["out_of_order"], true, "it came behind the last one");
    assert!(all[2]["delayed_us"].as_u64() >= Some(100_000), "{}", all[2]);
    // Each decision is a change, and so is that the delayed one came behind another.
    let page = client.ok("packets.read", json!({"after": 5, "changes_after": 0})).await;
    let changes = page["changes"].as_array().unwrap();
    let numbers: Vec<_> = changes.iter().map(|change| change["change"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=changes.len() as u64).collect::<Vec<_>>());
    assert_eq!(page["newest_change"], changes.len());
    let of = |seq: u64| changes.iter().rfind(|change| change["seq"] == seq).unwrap();
    assert_eq!((&of(2)["fate"], &of(5)["copies"]), (&json!("dropped"), &json!(2)));
    let rest = client.ok("packets.read", json!({"after": 5, "changes_after": 3})).await;
    assert_eq!(rest["changes"][0]["change"], 4);
    let none = client.ok("packets.read", json!({"after": 5})).await;
    assert_eq!(none.get("changes"), None, "who does not ask is not told");
}

#[tokio::test]
async fn only_what_fits_is_held_and_what_is_held_is_bounded() {
    let server = TestServer::start();
    let client = lab(&server).await;
    let (socket, bound) = datagrams(&client, 7788).await;
    for other in [
        json!({"from": "bob"}),
        json!({"to": "alice"}),
        json!({"protocol": "tcp"}),
        json!({"protocol": "icmp"}),
        json!({"port": 7789}),
        json!({"flags": ["SYN"]}),
    ] {
        client.ok("wire.hold", other).await;
        send_numbers(&client, socket, 7788, 7..8).await;
        assert_eq!(receive(&client, bound, 1).await, ["7"]);
    }
    client.ok("wire.hold", json!({})).await;
    send_numbers(&client, socket, 7788, 0..1).await;
    held(&client, 1).await;
    client.ok("wire.unhold", json!({})).await;
    assert_eq!(receive(&client, bound, 1).await, ["0"]);
    // 4 MiB are less than 70 of the largest datagrams, which travel in fragments.
    client.ok("wire.hold", json!({})).await;
    for _ in 0..70 {
        let data = json!({"zeros": 65_000});
        client.ok("socket.send", json!({"socket": socket, "data": data, "to": "bob:7788"})).await;
    }
    until_packet(&client, "one that finds no room", |packet| packet["fate"] == "queue_full").await;
    let held = client.ok("wire.show", json!({})).await["held"].as_array().unwrap().len();
    assert!(held <= 4096, "{held}");
    let released = client.ok("wire.release", json!({"action": "drop"})).await;
    assert_eq!(released["released"].as_array().unwrap().len(), held);
}

#[tokio::test]
async fn what_cannot_be_released_is_said() {
    let server = TestServer::start();
    let client = lab(&server).await;
    let check = async |params: Value, hint: &str| {
        let fault = client.fault("wire.release", params).await;
        assert_eq!(fault.code, -32602);
        let said = fault.data.hint.unwrap();
        assert!(said.contains(hint), "{said}");
    };
    check(json!({"seq": 1}), "seq: the packet 1 is not held").await;
    check(json!({"action": "delay"}), "delay_ms: says how long").await;
    check(json!({"action": "pass", "delay_ms": 5}), "delay_ms: goes with the action").await;
    assert_eq!(client.ok("wire.release", json!({})).await["released"], json!([]));
    let fault = client.fault("wire.hold", json!({"to": "mallory"})).await;
    assert!(fault.data.hint.unwrap().starts_with("to: none is called \"mallory\"; there are alice, bob"));
}
