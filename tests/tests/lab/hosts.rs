//! Hosts that come and go.

use super::*;

#[tokio::test]
async fn hosts_come_and_go_with_their_names_and_addresses() {
    coming_and_going(&TestServer::start()).await;
}

/// Hosts that are added and removed.
pub(super) async fn coming_and_going(server: &TestServer) {
    let client = lab(server).await;
    let added = client.ok("host.add", json!({})).await;
    assert_eq!(added, json!({"name": "carol", "addresses": ["10.0.0.3", "fd00::3"]}));
    client.ok("host.add", json!({"name": "web-1"})).await;
    let names = async || {
        let hosts = client.ok("host.list", json!({})).await["hosts"].clone();
        let names = hosts.as_array().unwrap().iter().map(|host| host["name"].as_str().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    assert_eq!(names().await, ["alice", "bob", "carol", "web-1"]);
    assert_eq!(client.ok("session.info", json!({})).await["network"]["hosts"].as_array().unwrap().len(), 4);
    // Any two of them reach each other, by name.
    let bound = socket_on(&client, "carol", "dgram").await;
    client.ok("socket.bind", json!({"socket": bound, "address": "0.0.0.0:7788"})).await;
    let socket = socket_on(&client, "web-1", "dgram").await;
    client.ok("socket.send", json!({"socket": socket, "data": "hi", "to": "carol:7788"})).await;
    let received = client.ok("socket.recv", json!({"socket": bound})).await;
    assert!(received["from"].as_str().unwrap().starts_with("10.0.0.4:"), "{received}");
    // A broadcast reaches all of the others.
    client.ok("socket.set_option", json!({"socket": socket, "name": "broadcast", "value": true})).await;
    client.ok("socket.send", json!({"socket": socket, "data": "all", "to": "10.0.0.255:7788"})).await;
    let sent = until_packet(&client, "the broadcast", |packet| packet["ip"]["destination"] == "10.0.0.255");
    assert_eq!(sent.await["to"], json!(["alice", "bob", "carol"]));
    // One with sockets stays.
    let fault = client.fault("host.remove", json!({"name": "carol"})).await;
    assert_eq!(fault.data.errno.as_deref(), Some("EBUSY"));
    client.ok("socket.close", json!({"socket": bound})).await;
    client.ok("host.remove", json!({"name": "carol"})).await;
    assert_eq!(names().await, ["alice", "bob", "web-1"]);
    let call = json!({"socket": socket, "data": "hi", "to": "carol:7788"});
    assert_eq!(client.fault("socket.send", call).await.data.errno.as_deref(), Some("EAI_NONAME"));
    client.ok("socket.send", json!({"socket": socket, "data": "hi", "to": "10.0.0.3:7788"})).await;
    let lost = until_packet(&client, "the packet to nobody", |packet| packet["fate"] == "no_host").await;
    assert_eq!(lost["from"], "web-1");
    // Its place is taken by the next one, and what is on record keeps its name.
    assert_eq!(client.ok("host.add", json!({"name": "dora"})).await["addresses"][0], "10.0.0.3");
    let all = packets(&client).await;
    assert_eq!((&all[0]["from"], &all[0]["to"]), (&json!("web-1"), &json!(["carol"])));
    let added = client.event("the host", |event| event["kind"] == "host_added" && event["host"] == "dora");
    assert_eq!(added.await["addresses"], json!(["10.0.0.3", "fd00::3"]));
    client.event("its end", |event| event["kind"] == "host_removed" && event["host"] == "carol").await;
}

#[tokio::test]
async fn hosts_are_at_least_one_and_at_most_sixteen() {
    let server = TestServer::start();
    let client = lab(&server).await;
    for wrong in [json!({"name": "bob"}), json!({"name": "localhost"})] {
        let fault = client.fault("host.add", wrong).await;
        assert_eq!(fault.data.errno.as_deref(), Some("EEXIST"));
        assert!(fault.data.hint.unwrap().starts_with("name"));
    }
    for _ in 2..16 {
        client.ok("host.add", json!({})).await;
    }
    let fault = client.fault("host.add", json!({})).await;
    assert_eq!((fault.code, fault.data.quota.as_deref(), fault.data.limit), (6, Some("lab_hosts"), Some(16)));
    let wire = client.ok("wire.show", json!({})).await;
    assert_eq!(wire["directions"].as_array().unwrap().len(), 16 * 15);
    let hosts = client.ok("host.list", json!({})).await["hosts"].clone();
    for host in &hosts.as_array().unwrap()[1..] {
        client.ok("host.remove", json!({"name": host["name"]})).await;
    }
    let fault = client.fault("host.remove", json!({"name": "alice"})).await;
    assert_eq!(fault.data.errno.as_deref(), Some("EBUSY"));
    let fault = client.fault("host.remove", json!({"name": "bob"})).await;
    assert_eq!(fault.data.errno.as_deref(), Some("EAI_NONAME"));
}

#[tokio::test]
async fn a_host_that_comes_later_finds_the_wire_as_it_was_set_for_every_host() {
    let server = TestServer::start();
    let client = lab(&server).await;
    client.ok("wire.configure", json!({"delay_ms": 20, "mtu": 1400})).await;
    client.ok("wire.configure", json!({"from": "alice", "delay_ms": 0, "duplicate_percent": 100})).await;
    client.ok("wire.configure", json!({"from": "alice", "to": "bob", "loss_percent": 50})).await;
    client.ok("wire.cut", json!({"to": "bob"})).await;
    client.ok("host.add", json!({"name": "carol"})).await;
    let wire = client.ok("wire.show", json!({})).await;
    let direction = |from: &str, to: &str| {
        let mut all = wire["directions"].as_array().unwrap().iter();
        all.find(|one| one["from"] == from && one["to"] == to).unwrap().clone()
    };
    let alices = json!({"from": "alice", "to": "carol", "cut": false, "duplicate_percent": 100.0});
    assert_eq!(direction("alice", "carol"), alices, "what was set for one pair is that pair's");
    assert_eq!(
        direction("carol", "alice"),
        json!({"from": "carol", "to": "alice", "cut": false, "delay_ms": 20})
    );
    assert_eq!(direction("carol", "bob")["cut"], true);
    assert_eq!(wire["devices"][2], json!({"host": "carol", "mtu": 1400, "lost_in_device": 0}));
    // Packets are treated so, too.
    let bound = socket_on(&client, "carol", "dgram").await;
    client.ok("socket.bind", json!({"socket": bound, "address": "0.0.0.0:7788"})).await;
    let socket = socket_on(&client, "alice", "dgram").await;
    client.ok("socket.send", json!({"socket": socket, "data": "hi", "to": "carol:7788"})).await;
    assert_eq!(receive(&client, bound, 2).await, ["hi", "hi"]);
    // Its place begins anew with the next host, and with what is set for all by then.
    client.ok("socket.close", json!({"socket": bound})).await;
    client.ok("wire.configure", json!({"from": "carol", "loss_percent": 100})).await;
    client.ok("host.remove", json!({"name": "carol"})).await;
    client.ok("wire.configure", json!({"delay_ms": 0, "duplicate_percent": 0, "mtu": 0})).await;
    client.ok("host.add", json!({"name": "dave"})).await;
    let wire = client.ok("wire.show", json!({})).await;
    let daves = wire["directions"].as_array().unwrap().iter().find(|one| one["from"] == "dave").unwrap();
    assert_eq!(*daves, json!({"from": "dave", "to": "alice", "cut": false}));
    assert_eq!(wire["devices"][2]["mtu"], 1500);
}

#[tokio::test]
async fn what_waits_for_a_host_goes_with_it() {
    let server = TestServer::start();
    let client = lab(&server).await;
    client.ok("host.add", json!({"name": "carol"})).await;
    client.ok("wire.hold", json!({"to": "carol"})).await;
    let socket = client.udp().await;
    client.ok("socket.send", json!({"socket": socket, "data": "hi", "to": "carol:7788"})).await;
    until_packet(&client, "the held packet", |packet| packet["fate"] == "held").await;
    client.ok("host.remove", json!({"name": "carol"})).await;
    let wire = client.ok("wire.show", json!({})).await;
    assert_eq!((&wire["hold"], &wire["held"]), (&Value::Null, &json!([])));
    let lost = &packets(&client).await[0];
    assert_eq!((&lost["fate"], &lost["to"]), (&json!("no_host"), &json!(["carol"])));
}

#[tokio::test]
async fn without_a_lab_there_is_nothing_to_change_and_a_share_only_looks() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    for method in [
        "host.add",
        "host.list",
        "host.connections",
        "wire.show",
        "wire.configure",
        "wire.cut",
        "wire.mend",
        "wire.hold",
    ] {
        let fault = client.fault(method, json!({})).await;
        assert_eq!((fault.code, fault.data.rule.as_deref()), (2, Some("no_lab")), "{method}");
    }
    for method in ["wire.release", "wire.unhold"] {
        assert_eq!(client.fault(method, json!({})).await.data.rule.as_deref(), Some("no_lab"));
    }
    let fault = client.fault("session.configure", json!({"packets": {}})).await;
    assert_eq!(fault.data.rule.as_deref(), Some("no_lab"));
    let owner = lab(&server).await;
    let share = owner.ok("session.share", json!({})).await["token"].as_str().unwrap().to_owned();
    let query = format!("?session={}&token={share}", owner.hello.session);
    let reader = WsClient::connect(&server, &query, None).await.unwrap();
    reader.ok("session.configure", json!({"packets": {}})).await;
    reader.ok("host.list", json!({})).await;
    reader.ok("wire.show", json!({})).await;
    for method in ["host.add", "wire.configure", "wire.cut", "wire.hold", "wire.release"] {
        assert_eq!(reader.fault(method, json!({})).await.data.rule.as_deref(), Some("read_only"), "{method}");
    }
    let socket = owner.udp().await;
    owner.ok("socket.send", json!({"socket": socket, "data": "hi", "to": "bob:9"})).await;
    assert_eq!(reader.packets().await["packets"][0]["udp"]["payload_bytes"], 2);
}
