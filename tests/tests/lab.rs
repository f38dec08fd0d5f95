//! Labs: networks of a session's own, made by the kernel, with every packet on record.

use std::net::UdpSocket as StdUdp;

use serde_json::{Value, json};
use sockyard_tests::rest::{RestClient, json_of, request};
use sockyard_tests::{TestServer, WsClient, eventually, sockets, within};

mod capture;
mod connections;
mod helper;
mod hold;
mod hosts;
mod impair;
mod pushed;
mod unrecorded;
mod wires;

/// A session in a lab.
async fn lab(server: &TestServer) -> WsClient {
    WsClient::connect(server, "?network=lab", server.token.as_deref()).await.expect("a lab opens")
}

async fn socket_on(client: &WsClient, host: &str, kind: &str) -> u64 {
    let made = client.ok("socket.create", json!({"family": "inet", "type": kind, "host": host})).await;
    made["socket"].as_u64().unwrap()
}

async fn packets(client: &WsClient) -> Vec<Value> {
    client.ok("packets.read", json!({"limit": 1000})).await["packets"].as_array().unwrap().clone()
}

/// The flags of every TCP segment on the wire, each with who sent it.
fn segments(packets: &[Value]) -> Vec<String> {
    let segment = |packet: &Value| {
        let flags: Vec<&str> = packet["tcp"]["flags"].as_array()?.iter().filter_map(Value::as_str).collect();
        Some(format!("{} {}", packet["from"].as_str()?, flags.join("+")))
    };
    packets.iter().filter_map(segment).collect()
}

/// A connection from alice to bob, who listens at this port: bob's listener, alice's socket, bob's end of the connection.
async fn connected(client: &WsClient, port: u16) -> (u64, u64, u64) {
    let listener = listening(client, port, 16).await;
    let socket = socket_on(client, "alice", "stream").await;
    let address = format!("bob:{port}");
    client.ok("socket.connect", json!({"socket": socket, "address": address})).await;
    let accepted = client.ok("socket.accept", json!({"socket": listener})).await;
    (listener, socket, accepted["connection"].as_u64().unwrap())
}

/// A listener of bob's.
async fn listening(client: &WsClient, port: u16, backlog: u32) -> u64 {
    let listener = socket_on(client, "bob", "stream").await;
    let address = format!("0.0.0.0:{port}");
    client.ok("socket.bind", json!({"socket": listener, "address": address})).await;
    client.ok("socket.listen", json!({"socket": listener, "backlog": backlog})).await;
    listener
}

/// A datagram socket of bob's at a port, and one of alice's.
async fn datagrams(client: &WsClient, port: u16) -> (u64, u64) {
    let bound = socket_on(client, "bob", "dgram").await;
    let address = format!("0.0.0.0:{port}");
    client.ok("socket.bind", json!({"socket": bound, "address": address})).await;
    (socket_on(client, "alice", "dgram").await, bound)
}

/// Sends one datagram each, with its number as its text.
async fn send_numbers(client: &WsClient, socket: u64, port: u16, numbers: std::ops::Range<u32>) {
    for number in numbers {
        let to = format!("bob:{port}");
        client.ok("socket.send", json!({"socket": socket, "data": number.to_string(), "to": to})).await;
    }
}

/// What one datagram socket receives, as texts.
async fn receive(client: &WsClient, socket: u64, count: usize) -> Vec<String> {
    let mut texts = Vec::new();
    for _ in 0..count {
        let received = client.ok("socket.recv", json!({"socket": socket, "timeout_ms": 10_000})).await;
        texts.push(received["data"]["text"].as_str().unwrap().to_owned());
    }
    texts
}

/// The packets that carry a UDP datagram, or a TCP segment with data, by their fate.
fn fates(packets: &[Value]) -> Vec<String> {
    packets.iter().map(|packet| packet["fate"].as_str().unwrap().to_owned()).collect()
}

fn has_mark(packet: &Value, mark: &str) -> bool {
    packet["tcp"]["marks"].as_array().is_some_and(|marks| marks.iter().any(|one| one == mark))
}

/// Waits until the wire has carried something that fits.
async fn until_packet(client: &WsClient, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
    within(what.to_owned(), async {
        let mut after = 0;
        loop {
            let page = client.ok("packets.read", json!({"after": after, "timeout_ms": 5000})).await;
            let packets = page["packets"].as_array().unwrap();
            if let Some(found) = packets.iter().find(|packet| fits(packet)) {
                return found.clone();
            }
            after = packets.last().map_or(after, |packet| packet["seq"].as_u64().unwrap());
        }
    })
    .await
}

#[tokio::test]
async fn a_connection_is_on_the_wire_packet_by_packet() {
    connection(&TestServer::start()).await;
}

/// A handshake, data and the end of a connection.
async fn connection(server: &TestServer) {
    let client = lab(server).await;
    assert!(client.hello.features.iter().any(|feature| feature == "lab"));
    assert_eq!(client.hello.network.kind, "lab");
    let hosts: Vec<_> = client.hello.network.hosts.iter().map(|host| host.name.as_str()).collect();
    assert_eq!(hosts, ["alice", "bob"]);
    let listener = socket_on(&client, "bob", "stream").await;
    client.ok("socket.bind", json!({"socket": listener, "address": "0.0.0.0:7788"})).await;
    client.ok("socket.listen", json!({"socket": listener})).await;
    assert_eq!(packets(&client).await, Vec::<Value>::new(), "what happens within a host is on no wire");
    let socket = socket_on(&client, "alice", "stream").await;
    let connected = client.ok("socket.connect", json!({"socket": socket, "address": "bob:7788"})).await;
    assert_eq!(connected["peer"], "10.0.0.2:7788");
    let accepted = client.ok("socket.accept", json!({"socket": listener})).await["connection"].clone();
    client.ok("socket.send", json!({"socket": socket, "data": "你好"})).await;
    let received = client.ok("socket.recv", json!({"socket": accepted})).await;
    assert_eq!(received["data"]["text"], "你好");
    client.ok("socket.close", json!({"socket": socket})).await;
    assert_eq!(client.ok("socket.recv", json!({"socket": accepted})).await["eof"], true);
    client.ok("socket.close", json!({"socket": accepted})).await;
    until_packet(&client, "bob's FIN", |packet| {
        packet["from"] == "bob" && packet["tcp"]["flags"].to_string().contains("FIN")
    })
    .await;
    let all = packets(&client).await;
    let flags = segments(&all);
    assert_eq!(flags[..3], ["alice SYN", "bob SYN+ACK", "alice ACK"]);
    assert_eq!(flags[3], "alice PSH+ACK");
    assert!(flags.iter().any(|flags| flags == "alice FIN+ACK"), "{flags:?}");
    let numbers: Vec<_> = all.iter().map(|packet| packet["seq"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=all.len() as u64).collect::<Vec<_>>(), "no packet is missing");
    let data = &all[3];
    assert_eq!(data["to"], json!(["bob"]));
    assert_eq!(data["fate"], "passed");
    assert_eq!(data["tcp"]["relative_sequence"], 1);
    assert_eq!(data["tcp"]["relative_acknowledgement"], 1);
    assert_eq!(data["tcp"]["payload_bytes"], 6);
    assert_eq!(data["ip"]["source"], "10.0.0.1");
    assert!(data["summary"].as_str().unwrap().contains("Seq=1 Ack=1"), "{data}");
    assert_eq!(data.get("base64"), None);
    let with_bytes = client.ok("packets.read", json!({"after": 3, "limit": 1, "data": true})).await;
    let bytes = sockyard_tests::bytes(&json!({"data": {"base64": with_bytes["packets"][0]["base64"]}}));
    assert!(bytes.ends_with("你好".as_bytes()));
    assert_eq!(bytes.len() as u64, data["bytes"].as_u64().unwrap());
}

#[tokio::test]
async fn ipv6_and_names_work_between_hosts() {
    names_and_ipv6(&TestServer::start()).await;
}

/// IPv6, and names instead of addresses.
async fn names_and_ipv6(server: &TestServer) {
    let client = lab(server).await;
    let bound = client.ok("socket.create", json!({"family": "inet6", "type": "dgram", "host": "bob"})).await;
    let bound = bound["socket"].clone();
    client.ok("socket.bind", json!({"socket": bound, "address": "[::]:7788"})).await;
    let socket =
        client.ok("socket.create", json!({"family": "inet6", "type": "dgram"})).await["socket"].clone();
    client.ok("socket.send", json!({"socket": socket, "data": "hi", "to": "[fd00::2]:7788"})).await;
    let received = client.ok("socket.recv", json!({"socket": bound})).await;
    assert!(received["from"].as_str().unwrap().starts_with("[fd00::1]:"), "{received}");
    let known = client.ok("dns.resolve", json!({"name": "bob"})).await;
    assert_eq!(known["addresses"][0], json!({"address": "10.0.0.2", "allowed": true}));
    let fault = client.fault("socket.connect", json!({"socket": socket, "address": "mallory:80"})).await;
    assert_eq!(fault.data.errno.as_deref(), Some("EAI_NONAME"));
    assert!(fault.data.hint.unwrap().contains("alice, bob"));
}

#[tokio::test]
async fn broadcast_and_multicast_reach_the_other_hosts() {
    broadcast_and_multicast(&TestServer::start()).await;
}

/// Datagrams to all, and to a group.
async fn broadcast_and_multicast(server: &TestServer) {
    let client = lab(server).await;
    let bound = socket_on(&client, "bob", "dgram").await;
    client.ok("socket.bind", json!({"socket": bound, "address": "0.0.0.0:7788"})).await;
    let socket = socket_on(&client, "alice", "dgram").await;
    let to_all = json!({"socket": socket, "data": "all", "to": "10.0.0.255:7788"});
    let fault = client.fault("socket.send", to_all.clone()).await;
    assert_eq!(fault.data.errno.as_deref(), Some("EACCES"), "the kernel wants SO_BROADCAST");
    client.ok("socket.set_option", json!({"socket": socket, "name": "broadcast", "value": true})).await;
    client.ok("socket.send", to_all).await;
    assert_eq!(client.ok("socket.recv", json!({"socket": bound})).await["data"]["text"], "all");
    let group = json!({"socket": bound, "name": "join_multicast", "value": "239.1.2.3"});
    client.ok("socket.set_option", group).await;
    client.ok("socket.send", json!({"socket": socket, "data": "group", "to": "239.1.2.3:7788"})).await;
    assert_eq!(client.ok("socket.recv", json!({"socket": bound})).await["data"]["text"], "group");
}

#[tokio::test]
async fn a_refused_datagram_and_a_lost_one_are_seen() {
    refusal(&TestServer::start()).await;
}

/// What a host refuses, and what no host gets.
async fn refusal(server: &TestServer) {
    let client = lab(server).await;
    let socket = socket_on(&client, "alice", "dgram").await;
    client.ok("socket.connect", json!({"socket": socket, "address": "bob:9"})).await;
    client.ok("socket.send", json!({"socket": socket, "data": "hi"})).await;
    let answer = until_packet(&client, "the ICMP message", |packet| packet["icmp"]["type"] == 3).await;
    assert_eq!(answer["from"], "bob");
    assert_eq!(answer["icmp"]["words"], "destination unreachable: port");
    let fault = client.fault("socket.recv", json!({"socket": socket, "timeout_ms": 5000})).await;
    assert_eq!(fault.data.errno.as_deref(), Some("ECONNREFUSED"));
    let other = socket_on(&client, "alice", "dgram").await;
    client.ok("socket.send", json!({"socket": other, "data": "hi", "to": "10.0.0.77:9"})).await;
    let lost = until_packet(&client, "the packet to nobody", |packet| packet["fate"] == "no_host").await;
    assert_eq!((&lost["to"], &lost["ip"]["destination"]), (&json!([]), &json!("10.0.0.77")));
}

#[tokio::test]
async fn nothing_outside_a_lab_is_reached_from_inside() {
    isolation(&TestServer::start()).await;
}

/// There is no way out of a lab, nor into it.
async fn isolation(server: &TestServer) {
    let client = lab(server).await;
    // What is really there to be reached: a listener of this machine's, the server itself, and another lab's.
    let (_listener, address) = sockets::listener().await;
    let other = lab(server).await;
    let theirs = socket_on(&other, "bob", "stream").await;
    other.ok("socket.bind", json!({"socket": theirs, "address": "0.0.0.0:7799"})).await;
    other.ok("socket.listen", json!({"socket": theirs})).await;
    let refused = [address, server.authority(), "10.0.0.2:7799".to_owned(), "0.0.0.0:7799".to_owned()];
    let addresses = std::process::Command::new("hostname").arg("-I").output().expect("hostname runs").stdout;
    let mut own: Vec<String> = String::from_utf8(addresses)
        .unwrap()
        .split_whitespace()
        // An address that a host of the lab happens to have as well is that host.
        .filter(|ip| !ip.contains(':') && !ip.starts_with("10.0.0."))
        .map(|ip| format!("{ip}:22"))
        .collect();
    let unreachable =
        ["169.254.169.254:80", "192.0.2.1:80", "8.8.8.8:53", "192.168.0.1:80", "[2001:db8::1]:80"];
    own.extend(unreachable.map(str::to_owned));
    let errno = async |kind: &str, address: &str| {
        let family = if address.starts_with('[') { "inet6" } else { "inet" };
        let made = client.ok("socket.create", json!({"family": family, "type": kind})).await;
        let call = json!({"socket": made["socket"], "address": address, "timeout_ms": 5000});
        client.fault("socket.connect", call).await.data.errno
    };
    for address in &refused {
        assert_eq!(errno("stream", address).await.as_deref(), Some("ECONNREFUSED"), "{address}");
    }
    for address in &own {
        assert_eq!(errno("stream", address).await.as_deref(), Some("ENETUNREACH"), "{address}");
        assert_eq!(errno("dgram", address).await.as_deref(), Some("ENETUNREACH"), "{address}");
    }
    // The other way round: what a lab binds, nobody outside has.
    let bound = socket_on(&client, "alice", "dgram").await;
    let local =
        client.ok("socket.bind", json!({"socket": bound, "address": "0.0.0.0:0"})).await["local"].clone();
    let port: u16 = local.as_str().unwrap().rsplit(':').next().unwrap().parse().unwrap();
    StdUdp::bind(("127.0.0.1", port)).expect("the port is free on this machine");
    // On the wire there was only what the lab's own bob refused.
    let strangers = packets(&client).await;
    let strangers = strangers.iter().filter(|packet| packet["to"].as_array().unwrap().is_empty());
    assert_eq!(strangers.count(), 0);
}

#[tokio::test]
async fn a_lab_only_server_opens_nothing_else_and_bad_input_is_named() {
    let server = TestServer::start_with(&["--network", "lab"]);
    let client = WsClient::open(&server).await;
    assert_eq!(client.hello.network.kind, "lab");
    let (status, problem) =
        WsClient::connect(&server, "?network=host", server.token.as_deref()).await.err().unwrap();
    assert_eq!(status, 422);
    assert!(problem["error"]["data"]["hint"].as_str().unwrap().contains("network"), "{problem}");
    let create = json!({"family": "inet", "type": "stream", "host": "mallory"});
    let fault = client.fault("socket.create", create).await;
    assert!(fault.data.hint.unwrap().contains("there are alice, bob"));
    // The session is as usable as before.
    let socket = client.udp().await;
    client.event_of(socket, "created").await;
}

#[tokio::test]
async fn a_session_of_this_machines_network_has_no_hosts_and_no_packets() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let fault = client.fault("packets.read", json!({})).await;
    assert_eq!((fault.code, fault.data.rule.as_deref()), (2, Some("no_lab")));
    assert!(fault.data.hint.unwrap().contains("network=lab"));
    let fault =
        client.fault("socket.create", json!({"family": "inet", "type": "dgram", "host": "bob"})).await;
    assert!(fault.data.hint.unwrap().contains("host"));
}

#[tokio::test]
async fn rest_opens_a_lab_and_waits_for_packets() {
    let server = TestServer::start();
    let token = server.token.clone().unwrap();
    let opened =
        request(&server, "POST", "/api/v1/sessions", Some(&token), Some(json!({"network": "lab"}))).await;
    assert_eq!(opened.status, 201);
    let hello = serde_json::from_value(json_of(&opened)).unwrap();
    let rest = RestClient::of(&server, &hello);
    let waiting = rest.ok("GET", "/packets?wait_ms=20000", None);
    let sent = async {
        let body = json!({"family": "inet", "type": "dgram", "host": "alice"});
        let socket = rest.ok("POST", "/sockets", Some(body)).await["socket"].clone();
        let body = json!({"data": "hi", "to": "bob:9"});
        rest.ok("POST", &format!("/sockets/{socket}/send"), Some(body)).await;
    };
    let (page, ()) = tokio::join!(waiting, sent);
    assert_eq!(page["packets"][0]["udp"]["payload_bytes"], 2);
    let wrong =
        request(&server, "POST", "/api/v1/sessions", Some(&token), Some(json!({"network": "moon"}))).await;
    assert_eq!(wrong.status, 422);
    assert!(json_of(&wrong).to_string().contains("network"), "{:?}", json_of(&wrong));
}
