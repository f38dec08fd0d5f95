//! A wire that loses, delays, doubles, reorders and corrupts, and what TCP makes of it.

use super::*;

async fn set(client: &WsClient, params: Value) -> Value {
    client.ok("wire.configure", params).await
}

/// The fates of so many datagrams from alice to bob.
async fn fates_of(client: &WsClient, port: u16, count: u32) -> Vec<String> {
    let (socket, bound) = datagrams(client, port).await;
    let before = client.ok("packets.read", json!({})).await["newest"].as_u64().unwrap();
    send_numbers(client, socket, port, 0..count).await;
    let sent = eventually("all of the datagrams on record", async || {
        let page = client.ok("packets.read", json!({"after": before, "limit": 1000})).await;
        let packets = page["packets"].as_array().unwrap().clone();
        (packets.len() >= count as usize).then_some(packets)
    });
    let fates = fates(&sent.await);
    for socket in [socket, bound] {
        client.ok("socket.close", json!({"socket": socket})).await;
    }
    fates
}

#[tokio::test]
async fn what_is_set_is_told_by_direction() {
    let server = TestServer::start();
    let client = lab(&server).await;
    let wire = set(&client, json!({"from": "alice", "loss_percent": 12.5, "delay_ms": 50, "seed": 7})).await;
    let plain = json!({"from": "bob", "to": "alice", "cut": false});
    let directions =
        json!([{"from": "alice", "to": "bob", "cut": false, "loss_percent": 12.5, "delay_ms": 50}, plain]);
    assert_eq!((&wire["directions"], &wire["seed"], &wire["cut"]), (&directions, &json!(7), &json!(false)));
    let device = |host: &str| json!({"host": host, "mtu": 1500, "lost_in_device": 0});
    assert_eq!(wire["devices"], json!([device("alice"), device("bob")]));
    assert_eq!(client.ok("wire.show", json!({})).await, wire);
    let event = client.event("the setting", |event| event["kind"] == "wire").await;
    assert_eq!(event["call"], "configure");
    assert_eq!(event["params"], json!({"from": "alice", "loss_percent": 12.5, "delay_ms": 50, "seed": 7}));
    // A field that is left out stays, and 0 switches one off.
    let wire = set(&client, json!({"loss_percent": 0, "jitter_ms": 5})).await;
    let first = json!({"from": "alice", "to": "bob", "cut": false, "delay_ms": 50, "jitter_ms": 5});
    assert_eq!(wire["directions"][0], first);
    let fault = client.fault("wire.configure", json!({"from": "mallory"})).await;
    assert!(fault.data.hint.unwrap().starts_with("from: none is called"));
    let fault = client.fault("wire.configure", json!({"to": "bob", "mtu": 1280})).await;
    assert!(fault.data.hint.unwrap().starts_with("mtu"));
    for (field, wrong) in [
        ("loss_percent", json!(101)),
        ("loss_every", json!(-1)),
        ("delay_ms", json!(60_001)),
        ("jitter_ms", json!("5")),
        ("duplicate_percent", json!(-0.5)),
        ("reorder_percent", json!(100.1)),
        ("corrupt_percent", json!([])),
        ("rate_kbit", json!(1.5)),
        ("queue_packets", json!(4097)),
        ("mtu", json!(1279)),
        ("seed", json!(-1)),
        ("from", json!("")),
        ("hops", json!(3)),
    ] {
        let fault = client.fault("wire.configure", json!({field: wrong})).await;
        let hint = fault.data.hint.unwrap();
        assert!(fault.code == -32602 && hint.starts_with(field), "{field}: {hint}");
    }
}

#[tokio::test]
async fn the_same_seed_makes_the_same_fates() {
    let server = TestServer::start();
    let client = lab(&server).await;
    set(&client, json!({"loss_percent": 30, "duplicate_percent": 10, "seed": 42})).await;
    let first = fates_of(&client, 7788, 100).await;
    let count = first.iter().filter(|fate| *fate == "lost").count();
    assert!((15..45).contains(&count), "{count}");
    assert_ne!(fates_of(&client, 7788, 100).await, first, "it goes on");
    set(&client, json!({"seed": 42})).await;
    assert_eq!(fates_of(&client, 7788, 100).await, first);
    let other = lab(&server).await;
    set(&other, json!({"loss_percent": 30, "duplicate_percent": 10, "seed": 42})).await;
    assert_eq!(fates_of(&other, 7788, 100).await, first, "in another lab, too");
    set(&client, json!({"loss_percent": 0, "loss_every": 3})).await;
    assert_eq!(fates_of(&client, 7788, 6).await, ["passed", "passed", "lost", "passed", "passed", "lost"]);
}

#[tokio::test]
async fn datagrams_come_twice_late_and_out_of_order() {
    let server = TestServer::start();
    let client = lab(&server).await;
    let (socket, bound) = datagrams(&client, 7788).await;
    set(&client, json!({"to": "bob", "duplicate_percent": 100})).await;
    send_numbers(&client, socket, 7788, 0..2).await;
    assert_eq!(receive(&client, bound, 4).await, ["0", "0", "1", "1"]);
    assert_eq!(packets(&client).await[0]["copies"], 2);
    // A late packet has 20 ms to be overtaken in, which a slow machine may miss, so it may try again.
    let mut next = 2;
    loop {
        set(&client, json!({"duplicate_percent": 0, "reorder_percent": 100})).await;
        send_numbers(&client, socket, 7788, next..next + 1).await;
        // A send is done before the wire has the packet, and what is set in between would be for that one, too.
        until_packet(&client, "the late one on record", |packet| packet["seq"] == next + 1).await;
        set(&client, json!({"reorder_percent": 0})).await;
        send_numbers(&client, socket, 7788, next + 1..next + 2).await;
        let came = receive(&client, bound, 2).await;
        let late = &packets(&client).await[next as usize];
        assert_eq!((&late["out_of_order"], &late["delayed_us"]), (&json!(true), &json!(20_000)));
        next += 2;
        if came == [(next - 1).to_string(), (next - 2).to_string()] {
            break;
        }
        assert!(next < 22, "never overtaken");
    }
    set(&client, json!({"delay_ms": 30})).await;
    send_numbers(&client, socket, 7788, next..next + 2).await;
    let came = receive(&client, bound, 2).await;
    assert_eq!(came, [next.to_string(), (next + 1).to_string()], "what all wait for keeps its order");
    let all = packets(&client).await;
    let last = &all[next as usize + 1];
    assert_eq!((&last["delayed_us"], last.get("out_of_order")), (&json!(30_000), None));
}

#[tokio::test]
async fn a_flipped_bit_is_found_by_the_checksum() {
    flipped_bit(&TestServer::start()).await;
}

/// A receiver finds by the checksum what came wrong.
pub(super) async fn flipped_bit(server: &TestServer) {
    let client = lab(server).await;
    let (socket, bound) = datagrams(&client, 7788).await;
    set(&client, json!({"corrupt_percent": 100})).await;
    send_numbers(&client, socket, 7788, 0..3).await;
    // A send is done before the wire has the packet, and what is set in between would be for that one, too.
    until_packet(&client, "the last one on record", |packet| packet["seq"] == 3).await;
    set(&client, json!({"corrupt_percent": 0})).await;
    send_numbers(&client, socket, 7788, 3..4).await;
    assert_eq!(receive(&client, bound, 1).await, ["3"], "the kernel has thrown the others away");
    let all = packets(&client).await;
    let places: Vec<_> = all.iter().map(|packet| packet["corrupted"].as_u64()).collect();
    // Behind the IP header, and within the 29 bytes of the packet.
    assert!(
        places[..3].iter().all(|place| place.is_some_and(|place| (20..29).contains(&place))),
        "{places:?}"
    );
    assert_eq!(places[3], None);
    assert_eq!(fates(&all), ["passed"; 4]);
}

#[tokio::test]
async fn a_rate_lets_so_much_through_and_its_queue_ends() {
    let server = TestServer::start();
    let client = lab(&server).await;
    let (socket, bound) = datagrams(&client, 7788).await;
    // A packet of 1000 bytes takes 10 ms.
    set(&client, json!({"from": "alice", "rate_kbit": 800, "queue_packets": 5})).await;
    // Not one after the other: on a slow machine the wire would be done with each before the next one comes.
    let mut sends = Vec::new();
    for _ in 0..20 {
        let send = json!({"socket": socket, "data": {"zeros": 972}, "to": "bob:7788"});
        sends.push(client.start("socket.send", send).await);
    }
    for send in sends {
        send.answer().await.unwrap();
    }
    let all = eventually("all on record", async || {
        let all = packets(&client).await;
        (all.len() == 20).then_some(all)
    })
    .await;
    let lost = all.iter().filter(|packet| packet["fate"] == "queue_full").count();
    assert!((1..=15).contains(&lost), "{lost}");
    assert_eq!(receive(&client, bound, 20 - lost).await.len(), 20 - lost);
    // Each leaves 10 ms after the one before it, whenever they came.
    let leaves: Vec<u64> = all
        .iter()
        .filter(|packet| packet["fate"] == "passed")
        .map(|packet| packet["time_us"].as_u64().unwrap() + packet["delayed_us"].as_u64().unwrap())
        .collect();
    let between: Vec<u64> = leaves.windows(2).map(|pair| pair[1] - pair[0]).collect();
    // More where the machine was too slow to keep the queue filled, but never less.
    assert!(between.iter().all(|time| *time >= 8_000), "{between:?}");
    assert!(between.iter().any(|time| *time < 15_000), "{between:?}");
}

#[tokio::test]
async fn a_cut_wire_carries_nothing_until_it_is_mended() {
    let server = TestServer::start();
    let client = lab(&server).await;
    let (_, socket, peer) = connected(&client, 7788).await;
    let wire = client.ok("wire.cut", json!({"from": "alice"})).await;
    assert_eq!((&wire["directions"][0]["cut"], &wire["cut"]), (&json!(true), &json!(false)));
    client.ok("socket.send", json!({"socket": socket, "data": "lost at first"})).await;
    let cut = until_packet(&client, "a cut packet", |packet| packet["fate"] == "cut").await;
    assert_eq!((&cut["from"], &cut["to"]), (&json!("alice"), &json!(["bob"])));
    let fault = client.fault("socket.recv", json!({"socket": peer, "timeout_ms": 300})).await;
    assert_eq!(fault.code, 4, "nothing comes: {fault:?}");
    assert_eq!(client.ok("wire.cut", json!({})).await["cut"], true);
    assert_eq!(client.ok("wire.mend", json!({})).await["cut"], false);
    // TCP says it again.
    let received = client.ok("socket.recv", json!({"socket": peer, "timeout_ms": 20_000})).await;
    assert_eq!(received["data"]["text"], "lost at first");
    for call in ["cut", "mend"] {
        client.event("what was done", |event| event["kind"] == "wire" && event["call"] == call).await;
    }
}

#[tokio::test]
async fn the_mtu_is_that_of_the_devices() {
    mtu(&TestServer::start()).await;
}

/// Packets are as large as their devices take.
pub(super) async fn mtu(server: &TestServer) {
    let client = lab(server).await;
    let wire = set(&client, json!({"mtu": 1280})).await;
    assert_eq!((&wire["devices"][0]["mtu"], &wire["devices"][1]["mtu"]), (&json!(1280), &json!(1280)));
    let (_, socket, peer) = connected(&client, 7788).await;
    let syn = &packets(&client).await[0];
    assert!(syn["summary"].as_str().unwrap().contains("MSS=1240"), "{syn}");
    client.ok("socket.send", json!({"socket": socket, "data": {"zeros": 5000}})).await;
    let mut come = 0;
    while come < 5000 {
        come += client.ok("socket.recv", json!({"socket": peer})).await["bytes"].as_u64().unwrap();
    }
    assert!(packets(&client).await.iter().all(|packet| packet["bytes"].as_u64() <= Some(1280)));
    // A device does not take what is larger than it is used to.
    let wire = set(&client, json!({"from": "alice", "mtu": 9000})).await;
    assert_eq!((&wire["devices"][0]["mtu"], &wire["devices"][1]["mtu"]), (&json!(9000), &json!(1280)));
    let (socket, _) = datagrams(&client, 7789).await;
    let data = json!({"zeros": 3000});
    client.ok("socket.send", json!({"socket": socket, "data": data, "to": "bob:7789"})).await;
    let big = until_packet(&client, "the big one", |packet| packet["fate"] == "too_big").await;
    assert_eq!(big["bytes"], 3028);
    let wire = set(&client, json!({"mtu": 0})).await;
    assert_eq!(wire["devices"][0]["mtu"], 1500);
}

#[tokio::test]
async fn tcp_brings_everything_over_a_wire_that_loses_a_tenth() {
    loss(&TestServer::start()).await;
}

/// TCP over a wire that loses a tenth, and takes its time.
pub(super) async fn loss(server: &TestServer) {
    const BYTES: u64 = 300_000;
    let client = lab(server).await;
    let (_, socket, peer) = connected(&client, 7788).await;
    let chosen = json!({"socket": socket, "name": "congestion", "value": "cubic"});
    assert_eq!(client.ok("socket.set_option", chosen).await["value"], "cubic");
    set(&client, json!({"loss_percent": 10, "delay_ms": 50, "seed": 1})).await;
    let text: String = (0..BYTES / 10).map(|number| format!("{number:09}\n")).collect();
    let sending = client.start("socket.send", json!({"socket": socket, "data": text})).await;
    let mut come = String::new();
    while come.len() < text.len() {
        let call = json!({"socket": peer, "max": 65_536, "timeout_ms": 30_000});
        come += client.ok("socket.recv", call).await["data"]["text"].as_str().unwrap();
    }
    assert_eq!(come, text);
    sending.ok().await;
    let all = packets(&client).await;
    let lost: Vec<_> = all.iter().filter(|packet| packet["fate"] == "lost").collect();
    let again: Vec<_> = all.iter().filter(|packet| has_mark(packet, "retransmission")).collect();
    assert!(!lost.is_empty() && !again.is_empty(), "{} {}", lost.len(), again.len());
    // Each retransmission names a packet before it that had the same first byte, and that is none itself.
    for packet in &again {
        let original = packet["tcp"]["original"].as_u64().expect("the original is still kept");
        let original = all.iter().find(|one| one["seq"] == original).unwrap();
        assert!(original["seq"].as_u64() < packet["seq"].as_u64());
        assert!(!has_mark(original, "retransmission"), "{original}");
        let (first, begins) = (&original["tcp"]["relative_sequence"], &packet["tcp"]["relative_sequence"]);
        assert!(first.as_u64() <= begins.as_u64(), "{original} {packet}");
    }
    // Whatever was lost of alice's data was said again.
    for packet in lost.iter().filter(|packet| packet["tcp"]["payload_bytes"].as_u64() > Some(0)) {
        assert!(again.iter().any(|one| one["seq"].as_u64() > packet["seq"].as_u64()), "{packet}");
    }
}

#[tokio::test]
async fn a_full_backlog_lets_the_others_ask_again() {
    let server = TestServer::start();
    let client = lab(&server).await;
    let listener = listening(&client, 7788, 1).await;
    let mut clients = Vec::new();
    let mut connecting = Vec::new();
    for number in 0..10 {
        let socket = socket_on(&client, "alice", "stream").await;
        let call = json!({"socket": socket, "address": "bob:7788"});
        // The queue is full before anybody else asks. Where SYNs come while it fills, the kernel answers with SYN cookies,
        // and clients believe in connections that the listener does not have.
        match number {
            0 | 1 => _ = client.ok("socket.connect", call).await,
            _ => connecting.push(client.start("socket.connect", call).await),
        }
        clients.push(socket);
    }
    let states = async || {
        let sockets = client.ok("socket.list", json!({})).await["sockets"].clone();
        let of = |state: &str| {
            let sockets = sockets.as_array().unwrap().iter();
            sockets
                .filter(|info| clients.iter().any(|one| info["socket"] == *one) && info["state"] == state)
                .count()
        };
        (of("ESTABLISHED"), of("SYN_SENT"))
    };
    eventually("eight that ask again", async || {
        let all = packets(&client).await;
        let again = all.iter().filter(|packet| has_mark(packet, "retransmission"));
        (again.count() >= 8).then_some(())
    })
    .await;
    assert_eq!(states().await, (2, 8));
    let info = client.ok("socket.info", json!({"socket": listener})).await;
    assert_eq!(info["backlog"], json!({"waiting": 2, "limit": 1}));
    for socket in clients {
        client.ok("socket.close", json!({"socket": socket})).await;
    }
    drop(connecting);
}
