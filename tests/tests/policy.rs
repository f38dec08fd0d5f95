//! What the policy forbids on a host network, over every call that takes an address.

use serde_json::{Value, json};
use sockyard_tests::{TestServer, WsClient, sockets};

/// Addresses that are not loopback, in every spelling that reaches the policy, for sockets of a family.
const OUTSIDE: &[(&str, &[&str])] = &[
    (
        "inet",
        &[
            "10.0.0.1",
            "8.8.8.8",
            "172.16.0.1",
            "192.168.0.1",
            "100.64.0.1",
            "169.254.169.254",
            "168.63.129.16",
            "192.0.2.1",
            "198.18.0.1",
            "126.255.255.255",
            "128.0.0.0",
            "224.0.0.1",
            "239.255.255.250",
            "240.0.0.1",
            "255.255.255.255",
            "0.0.0.1",
        ],
    ),
    (
        "inet6",
        &[
            "[2001:db8::1]",
            "[2606:4700::1111]",
            "[::ffff:10.0.0.1]",
            "[::ffff:8.8.8.8]",
            "[::ffff:169.254.169.254]",
            "[::ffff:0.0.0.0]",
            "[::ffff:224.0.0.1]",
            "[::127.0.0.1]",
            "[::ffff:0:127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::1]",
            "[fe80::1]",
            "[fc00::1]",
            "[fd00:ec2::254]",
            "[ff02::1]",
            "[::2]",
        ],
    ),
];

/// 0.0.0.0/8 means "this host" (RFC 791), which a bind may ask for and a connection may not.
const THIS_HOST: &[&str] = &["0.0.0.1", "[::ffff:0.0.0.0]"];

/// Makes a call that the policy forbids.
#[track_caller]
fn denied<'a>(client: &'a WsClient, method: &'a str, params: Value) -> impl Future<Output = ()> + 'a {
    let shown = format!("{}: {method} {params}", std::panic::Location::caller());
    async move {
        let fault = client.fault(method, params).await;
        assert_eq!(fault.code, 2, "{shown}: {fault:?}");
        assert_eq!(serde_json::to_value(fault.data.kind).unwrap(), "denied", "{shown}");
        assert!(fault.data.rule.is_some_and(|rule| !rule.is_empty()), "{shown}: no rule");
        assert!(!fault.message.is_empty(), "{shown}");
    }
}

#[tokio::test]
async fn nothing_but_loopback_can_be_reached() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    for (family, addresses) in OUTSIDE {
        let any = if *family == "inet" { ["0.0.0.0", ""] } else { ["[::]", "*"] };
        let stream = client.socket(family, "stream").await;
        let datagrams = client.socket(family, "dgram").await;
        let before = client.info(datagrams).await["local"].clone();
        for address in addresses.iter().chain(&any) {
            let address = format!("{address}:9");
            denied(&client, "socket.connect", json!({"socket": stream, "address": address})).await;
            denied(&client, "socket.connect", json!({"socket": datagrams, "address": address})).await;
            let send = json!({"socket": datagrams, "data": "secret", "to": address});
            denied(&client, "socket.send", send).await;
        }
        // The kernel gives a socket an address with its first send or connect: there was none.
        assert_eq!(client.info(datagrams).await["local"], before);
        assert_eq!(client.info(stream).await["state"], "CLOSE");
        assert_eq!(client.info(datagrams).await["bytes_sent"], 0);
    }
}

#[tokio::test]
async fn nothing_but_loopback_can_be_bound() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    for (family, addresses) in OUTSIDE {
        for kind in ["stream", "dgram"] {
            let socket = client.socket(family, kind).await;
            for address in addresses.iter().filter(|address| !THIS_HOST.contains(address)) {
                denied(&client, "socket.bind", json!({"socket": socket, "address": format!("{address}:0")}))
                    .await;
            }
            assert!(client.event_of(socket, "failed").await["error"]["data"]["rule"].is_string());
        }
    }
}

#[tokio::test]
async fn any_local_address_is_narrowed_to_loopback_and_says_so() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    for (family, address, loopback) in [
        ("inet", ":0", "127.0.0.1:"),
        ("inet", "*:0", "127.0.0.1:"),
        ("inet", "0.0.0.0:0", "127.0.0.1:"),
        ("inet6", ":0", "[::1]:"),
        ("inet6", "[::]:0", "[::1]:"),
    ] {
        for kind in ["stream", "dgram"] {
            let socket = client.socket(family, kind).await;
            let bound = client.ok("socket.bind", json!({"socket": socket, "address": address})).await;
            assert!(bound["local"].as_str().unwrap().starts_with(loopback), "{address}: {bound}");
            assert_eq!(bound["narrowed"], true, "{address}");
            let event = client.event_of(socket, "bound").await;
            assert_eq!((&event["narrowed"], &event["local"]), (&json!(true), &bound["local"]));
        }
    }
    let socket = client.tcp().await;
    let bound = client.ok("socket.bind", json!({"socket": socket, "address": "127.0.0.1:0"})).await;
    assert!(bound.get("narrowed").is_none(), "what was asked for is not narrowed");
}

#[tokio::test]
async fn a_socket_that_listens_without_an_address_is_not_open_to_the_network() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let socket = client.tcp().await;
    // The kernel would bind it to any address.
    if let Ok(listening) = client.call("socket.listen", json!({"socket": socket})).await {
        let local = listening["local"].as_str().unwrap();
        assert!(local.starts_with("127.0.0.1:"), "{local}");
    }
    // The same with a datagram socket that sends before it is bound.
    let (outside, address) = sockets::udp().await;
    let socket = client.udp().await;
    client.ok("socket.send", json!({"socket": socket, "data": "hi", "to": address})).await;
    assert!(sockets::receive(&outside).await.1.ip().is_loopback());
}

#[tokio::test]
async fn all_of_loopback_can_be_used() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    for address in ["127.0.0.1:0", "127.0.0.2:0", "127.1.2.3:0", "127.255.255.254:0", "localhost:0"] {
        let socket = client.udp().await;
        client.bind(socket, address).await;
    }
    let listener = client.tcp().await;
    let local = client.bind(listener, "127.0.0.2:0").await;
    client.ok("socket.listen", json!({"socket": listener})).await;
    let socket = client.tcp().await;
    client.ok("socket.connect", json!({"socket": socket, "address": local})).await;
    let (_outside, outside) = sockets::listener().await;
    let mapped = client.socket("inet6", "stream").await;
    let address = outside.replace("127.0.0.1", "[::ffff:127.0.0.1]");
    client.ok("socket.connect", json!({"socket": mapped, "address": address})).await;
}

#[tokio::test]
async fn the_servers_own_port_is_out_of_reach_in_every_spelling() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let port = server.port;
    for (family, hosts) in [
        ("inet", ["127.0.0.1", "localhost", "LOCALHOST.", "127.0.0.2"].as_slice()),
        (
            "inet6",
            &["[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "localhost", "[0:0:0:0:0:ffff:127.0.0.1]"],
        ),
    ] {
        let stream = client.socket(family, "stream").await;
        let datagrams = client.socket(family, "dgram").await;
        for host in hosts {
            let address = format!("{host}:{port}");
            denied(&client, "socket.connect", json!({"socket": stream, "address": address})).await;
            denied(&client, "socket.bind", json!({"socket": stream, "address": address})).await;
            denied(&client, "socket.connect", json!({"socket": datagrams, "address": address})).await;
            denied(&client, "socket.bind", json!({"socket": datagrams, "address": address})).await;
            denied(&client, "socket.send", json!({"socket": datagrams, "data": "a", "to": address})).await;
        }
    }
    let any = client.tcp().await;
    denied(&client, "socket.bind", json!({"socket": any, "address": format!(":{port}")})).await;
}

#[tokio::test]
async fn a_denied_notification_does_nothing_but_tell() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let socket = client.udp().await;
    client.notify("socket.send", json!({"socket": socket, "data": "a", "to": "10.0.0.1:9"})).await;
    let failed = client.event_of(socket, "failed").await;
    assert_eq!((&failed["call"], &failed["error"]["code"]), (&json!("sendto"), &json!(2)));
}

#[tokio::test]
async fn names_other_than_localhost_are_not_asked_for_in_the_network() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let socket = client.tcp().await;
    for name in
        ["example.com:80", "localhost.example.com:80", "metadata.google.internal:80", "router.local:80"]
    {
        let fault = client.fault("socket.connect", json!({"socket": socket, "address": name})).await;
        assert!(fault.code == 2 || fault.code == 1 || fault.code == -32602, "{name}: {fault:?}");
        assert_eq!(client.info(socket).await["state"], "CLOSE", "{name}");
    }
}
