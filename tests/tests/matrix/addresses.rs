//! A: addresses of the table, written out, as a call takes them: each is denied, or is no address, over WebSocket and over REST, and
//! leaves no socket connected and no descriptor behind. The policy's own tests hold the classes against other tables.

use serde_json::json;
use sockyard_tests::rest::RestClient;
use sockyard_tests::{TestServer, WsClient, eventually, sockets, within};

/// Denied by the policy, whatever the rule's name.
const DENIED: &[&str] = &[
    // A04, A05
    "0.0.0.1",
    "0.255.255.255",
    // A09
    "::ffff:10.0.0.5",
    "::ffff:169.254.169.254",
    "::ffff:a9fe:a9fe",
    // A10, A11
    "::127.0.0.1",
    "::10.0.0.5",
    "::7f00:1",
    "::ffff:0:7f00:1",
    // A12, A13
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::a00:1",
    "64:ff9b::808:808",
    "64:ff9b::",
    "64:ff9b:1::a9fe:a9fe",
    // A15
    "2002:7f00:1::1",
    "2002:a9fe:a9fe::",
    "2002:a00:5::",
    "2002:808:808::1",
    // A16
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001::80ff:fffe",
    // A17
    "fe80::5efe:7f00:1",
    "2001:4860::5efe:a9fe:a9fe",
    "2a00::200:5efe:a00:1",
    // A18
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.0.1",
    "192.168.255.254",
    // A19
    "9.255.255.255",
    "11.0.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "192.169.0.0",
    // A20
    "100.64.0.0",
    "100.127.255.255",
    "100.63.255.255",
    "100.128.0.0",
    // A21, A22, A23, A24
    "169.254.169.254",
    "169.254.170.2",
    "169.254.170.23",
    "169.254.0.1",
    "fd00:ec2::254",
    "fd00:ec2::23",
    "fc00::1",
    "fd12:3456::99",
    "168.63.129.16",
    "100.100.100.200",
    "192.0.0.192",
    // A25
    "192.0.0.1",
    "192.0.0.8",
    "192.0.2.1",
    "198.51.100.1",
    "203.0.113.1",
    "198.18.0.1",
    "198.19.255.255",
    "192.88.99.1",
    // A26
    "224.0.0.1",
    "ff02::1",
    "ff02::fb",
    "ff05::c",
    "ff0e::1",
    // A27, A28
    "240.0.0.1",
    "254.1.2.3",
    "255.255.255.254",
    "255.255.255.255",
    "fe80::1",
    // A30, A31
    "fec0::1",
    "100::1",
    "100:0:0:1::1",
    "2001:db8::1",
    "3fff::1",
    "5f00::1",
    "2001:2::1",
    "2001:20::1",
    "2001:1::1",
    "4000::1",
    "8000::1",
    "e000::1",
    // A41
    "8.8.8.8",
    "1.1.1.1",
    "2001:4860:4860::8888",
    "2606:4700:4700::1111",
    "64:ff9c::1",
];

/// No address at all.
const NONE: &[&str] = &[
    // A29
    "[fe80::1%eth0]:80",
    "[fe80::1%2]:80",
    "[::1%lo]:80",
    // A36, A37
    "１２７.０.０.１:80",
    "127。0。0。1:80",
    "①②⑦.⓪.⓪.①:80",
    "127.0.0.1\u{200b}:80",
    "\u{202e}127.0.0.1:80",
    " 127.0.0.1:80",
    "127.0.0.1 :80",
    "127.0.0.1\t:80",
    "127.0.0.1\u{0}:80",
    "127.0.0.1\r\nX: y:80",
    "",
    // A38
    "[[::1]]:80",
    "[127.0.0.1]:80",
    "::1]:80",
    "[::1:80",
    // A39
    "user@127.0.0.1:80",
    "http://127.0.0.1/",
    "//127.0.0.1:80",
    "8.8.8.8#@127.0.0.1:80",
    "8.8.8.8/..:80",
    "127.0.0.1%2f:80",
    // C03
    "127.0.0.1:65536",
    "127.0.0.1:-1",
    "127.0.0.1:80.0",
    "127.0.0.1:8e1",
    "127.0.0.1:",
    "127.0.0.1:+80",
];

/// What getaddrinfo would take for an address, and numbers that are none.
const LOOKALIKES: &[&str] = &[
    // A34, A35
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0x7f.0x0.0x0.0x1",
    "0177.0.0.1",
    "017700000001",
    "127.0x0.1",
    "127.000.000.001",
    "127.0.0.01",
    "2852039166",
    "0xA9FEA9FE",
    "0251.0376.0251.0376",
    "169.254.43518",
    // A40
    "127.0.0.1.",
    "8.8.8.8.",
    "256.1.1.1",
    "1.2.3",
    "1.2.3.4.5",
];

fn address(ip: &str) -> (String, &'static str) {
    match ip.contains(':') {
        true => (format!("[{ip}]:80"), "inet6"),
        false => (format!("{ip}:80"), "inet"),
    }
}

#[tokio::test]
async fn a_no_address_of_the_table_is_reached_over_either_transport() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let rest = RestClient::of(&server, &client.hello);
    let sockets = [("inet", "stream"), ("inet", "dgram"), ("inet6", "stream"), ("inet6", "dgram")];
    let mut numbers = Vec::new();
    for (family, kind) in sockets {
        numbers.push((family, kind, client.socket(family, kind).await));
    }
    let files = server.open_files();
    for ip in DENIED {
        let (address, of) = address(ip);
        for (_, kind, socket) in numbers.iter().filter(|(family, ..)| *family == of) {
            let fault = client.fault("socket.connect", json!({"socket": socket, "address": address})).await;
            assert_eq!(fault.code, 2, "connect {kind} {address}: {fault:?}");
            assert!(fault.data.rule.is_some(), "{fault:?}");
            if *kind == "dgram" {
                let send = json!({"socket": socket, "data": "x", "to": address});
                assert_eq!(client.fault("socket.send", send).await.code, 2, "sendto {address}");
            }
        }
        let socket = numbers.iter().find(|(family, ..)| *family == of).unwrap().2;
        let answer = rest
            .request("POST", &format!("/sockets/{socket}/connect"), Some(json!({"address": address})))
            .await;
        assert_eq!(answer.status, 403, "REST {address}: {}", answer.text());
    }
    for text in
        NONE.iter().map(|text| (*text).to_owned()).chain(LOOKALIKES.iter().map(|host| format!("{host}:80")))
    {
        let socket = numbers[0].2;
        let fault = client.fault("socket.connect", json!({"socket": socket, "address": text})).await;
        let is_no_address = fault.code == -32602;
        // A word with a port is a name, which nobody has.
        let is_no_name = fault.data.errno.as_deref() == Some("EAI_NONAME");
        assert!(is_no_address || is_no_name, "{text:?}: {fault:?}");
        let connect = Some(json!({"address": text}));
        let answer = rest.request("POST", &format!("/sockets/{socket}/connect"), connect).await;
        let error = &answer.problem()["error"];
        assert_eq!((answer.status, &error["code"]), (422, &json!(fault.code)), "REST {text:?}: {error}");
        let datagram = json!({"socket": numbers[1].2, "data": "x", "to": text});
        assert_eq!(client.fault("socket.send", datagram).await.code, fault.code, "sendto {text:?}");
    }
    // Those of the requests go with their connections.
    eventually("no descriptor is left behind", async || (server.open_files() == files).then_some(())).await;
    for (_, _, socket) in numbers {
        assert_eq!(client.info(socket).await["peer"], json!(null));
    }
}

/// The kernel takes each of these for loopback, and so does the policy: on a laptop all of loopback is open.
#[tokio::test]
async fn a02_a08_what_the_kernel_takes_for_loopback_is_loopback_but_never_the_server_itself() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let rest = RestClient::of(&server, &client.hello);
    let (peer, _) = sockets::udp().await;
    let port = peer.local_addr().unwrap().port();
    for (ip, family) in [("127.0.0.1", "inet"), ("::ffff:127.0.0.1", "inet6"), ("::ffff:7f00:1", "inet6")] {
        let address = if family == "inet" { format!("{ip}:{port}") } else { format!("[{ip}]:{port}") };
        let socket = client.socket(family, "dgram").await;
        client.ok("socket.send", json!({"socket": socket, "data": "x", "to": address})).await;
        rest.ok("POST", &format!("/sockets/{socket}/send"), Some(json!({"data": "x", "to": address}))).await;
        for transport in ["WebSocket", "REST"] {
            let bytes = within("a datagram", peer.recv(&mut [0; 9])).await.unwrap();
            assert_eq!(bytes, 1, "A02 {address} over {transport}");
        }
    }
    for (ip, family) in [("0.0.0.0", "inet"), ("::", "inet6"), ("::ffff:0.0.0.0", "inet6")] {
        let address = if family == "inet" { format!("{ip}:{port}") } else { format!("[{ip}]:{port}") };
        let socket = client.socket(family, "stream").await;
        let fault = client.fault("socket.connect", json!({"socket": socket, "address": address})).await;
        assert_eq!(
            (fault.code, fault.data.rule.as_deref()),
            (2, Some("unspecified")),
            "A04, A05, A08 {address}"
        );
    }
    for ip in ["127.0.0.1", "127.0.0.2", "::ffff:127.0.0.1", "::1", "0.0.0.0", "::"] {
        let (address, family) = match ip.contains(':') {
            true => (format!("[{ip}]:{}", server.port), "inet6"),
            false => (format!("{ip}:{}", server.port), "inet"),
        };
        let socket = client.socket(family, "stream").await;
        let fault = client.fault("socket.connect", json!({"socket": socket, "address": address})).await;
        assert_eq!(fault.code, 2, "A03 {address}: {fault:?}");
        let path = format!("/sockets/{socket}/connect");
        let answer = rest.request("POST", &path, Some(json!({"address": address}))).await;
        assert_eq!(answer.status, 403, "A03 {address} over REST: {}", answer.text());
    }
}

/// The machine's own addresses beside loopback, by which its other services are reached, and a container's gateway.
#[tokio::test]
async fn a32_a33_the_machines_own_addresses_are_not_loopback() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let rest = RestClient::of(&server, &client.hello);
    let shown = std::process::Command::new("ip").args(["-o", "address"]).output().unwrap();
    let shown = String::from_utf8(shown.stdout).unwrap();
    let own = shown.lines().filter_map(|line| line.split_whitespace().nth(3)?.split('/').next());
    let own: Vec<&str> = own.filter(|ip| !ip.starts_with("127.") && *ip != "::1").collect();
    for ip in own.iter().chain(&["172.17.0.1"]) {
        let (address, family) = address(ip);
        let (stream, datagram) =
            (client.socket(family, "stream").await, client.socket(family, "dgram").await);
        let fault = client.fault("socket.connect", json!({"socket": stream, "address": address})).await;
        assert_eq!(fault.code, 2, "{address}: {fault:?}");
        let fault =
            client.fault("socket.send", json!({"socket": datagram, "data": "x", "to": address})).await;
        assert_eq!(fault.code, 2, "{address}: {fault:?}");
        let fault = client.fault("socket.bind", json!({"socket": stream, "address": address})).await;
        assert_eq!(fault.code, 2, "{address}: {fault:?}");
        let connect = Some(json!({"address": address}));
        let answer = rest.request("POST", &format!("/sockets/{stream}/connect"), connect).await;
        assert_eq!(answer.status, 403, "{address}: {}", answer.text());
    }
}
