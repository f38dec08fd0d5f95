//! Multicast on loopback: groups that are joined, heard and sent to, with members inside and outside.

use serde_json::{Value, json};
use sockyard_tests::{Program, TestServer, WsClient, bytes, program};

/// A socket that shares a group's port, bound to it and a member.
async fn member(client: &WsClient, group: &str, port: u16) -> (u64, u16) {
    let socket = client.udp().await;
    set(client, socket, "reuse_address", json!(true)).await;
    let local = client.bind(socket, &format!("{group}:{port}")).await;
    let joined = set(client, socket, "join_multicast", json!(group)).await;
    assert_eq!(joined, group, "what was joined is the answer");
    (socket, local.rsplit(':').next().unwrap().parse().unwrap())
}

async fn set(client: &WsClient, socket: u64, name: &str, value: Value) -> Value {
    let set = client.ok("socket.set_option", json!({"socket": socket, "name": name, "value": value})).await;
    set["value"].clone()
}

async fn refused(client: &WsClient, socket: u64, name: &str, value: &str) -> sockyard_protocol::Fault {
    client.fault("socket.set_option", json!({"socket": socket, "name": name, "value": value})).await
}

#[tokio::test]
async fn a_session_and_an_outside_program_exchange_datagrams_in_a_group() {
    if !program::installed("python3") {
        return;
    }
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let group = "239.195.1.1";
    let (socket, port) = member(&client, group, 0).await;
    let event = client.event_of(socket, "option").await;
    assert_eq!(event["name"], "reuse_address");
    let joined = client.event("the membership", |event| event["name"] == "join_multicast").await;
    assert_eq!(joined["value"], group);
    let mut peer = Program::python(include_str!("../python/multicast_peer.py"), &[group, &port.to_string()]);
    assert_eq!(peer.line().await, "joined");
    let sender = client.udp().await;
    let to = format!("{group}:{port}");
    for text in ["hello", "exit"] {
        client.ok("socket.send", json!({"socket": sender, "data": text, "to": to})).await;
        let local = client.info(sender).await["local"].as_str().unwrap().to_owned();
        assert!(local.starts_with("127.0.0.1:"), "sent from loopback: {local}");
        assert_eq!(peer.line().await, format!("{local} {text}"));
        let own = client.ok("socket.recv", json!({"socket": socket})).await;
        assert_eq!(
            (bytes(&own).as_slice(), &own["from"]),
            (text.as_bytes(), &json!(local)),
            "a member hears all"
        );
        let answer = client.ok("socket.recv", json!({"socket": socket})).await;
        assert_eq!(bytes(&answer), format!("answer {text}").as_bytes());
    }
    assert!(peer.exit().await.success());
}

#[tokio::test]
async fn a_connected_socket_sends_to_its_group_with_send() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, port) = member(&client, "239.195.1.2", 0).await;
    let sender = client.udp().await;
    client.ok("socket.connect", json!({"socket": sender, "address": format!("239.195.1.2:{port}")})).await;
    client.send_data(sender, "by send").await;
    assert_eq!(client.recv(socket).await, b"by send");
}

#[tokio::test]
async fn only_members_hear_a_group_and_leaving_ends_it() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let other = WsClient::open(&server).await;
    let group = "239.195.1.3";
    let (stays, port) = member(&client, group, 0).await;
    // A group's port is shared between sessions as loopback is: each member gets a copy.
    let (leaves, _) = member(&other, group, port).await;
    let never = client.udp().await;
    set(&client, never, "reuse_address", json!(true)).await;
    client.bind(never, &format!("{group}:{port}")).await;
    let sender = client.udp().await;
    let send = json!({"socket": sender, "data": "one", "to": format!("{group}:{port}")});
    client.ok("socket.send", send.clone()).await;
    assert_eq!(client.recv(stays).await, b"one");
    assert_eq!(other.recv(leaves).await, b"one");
    assert_eq!(set(&other, leaves, "leave_multicast", json!(group)).await, group);
    client.ok("socket.send", send).await;
    assert_eq!(client.recv(stays).await, b"one");
    // On loopback the datagram is everywhere once one member has it.
    let fault = other.fault("socket.recv", json!({"socket": leaves, "timeout_ms": 0})).await;
    assert_eq!(fault.code, 4, "{fault:?}");
    let fault = client.fault("socket.recv", json!({"socket": never, "timeout_ms": 0})).await;
    assert_eq!(fault.code, 4, "{fault:?}");
}

#[tokio::test]
async fn the_kernel_says_what_is_wrong_with_a_membership() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let udp = client.udp().await;
    let tcp = client.tcp().await;
    let unix = client.socket("unix", "dgram").await;
    set(&client, udp, "join_multicast", json!("239.195.1.4")).await;
    for (socket, name, group, errno) in [
        (udp, "join_multicast", "239.195.1.4", "EADDRINUSE"),
        (udp, "leave_multicast", "239.195.1.5", "EADDRNOTAVAIL"),
        (udp, "join_multicast", "127.0.0.1", "EINVAL"),
        (udp, "join_multicast", "ff11::1", "ENOPROTOOPT"),
        (tcp, "join_multicast", "239.195.1.4", "EPROTO"),
        (unix, "join_multicast", "239.195.1.4", "EOPNOTSUPP"),
    ] {
        let fault = refused(&client, socket, name, group).await;
        assert_eq!(fault.data.errno.as_deref(), Some(errno), "{name} {group}: {fault:?}");
    }
    let fault = client.fault("socket.get_option", json!({"socket": udp, "name": "join_multicast"})).await;
    assert_eq!(fault.code, -32602, "{fault:?}");
    // A stream reaches no group; nothing but the kernel has to say so.
    let fault = client.fault("socket.connect", json!({"socket": tcp, "address": "239.195.1.4:9"})).await;
    assert_eq!(fault.data.errno.as_deref(), Some("ENETUNREACH"), "{fault:?}");
}

#[tokio::test]
async fn groups_beyond_this_machine_and_those_of_services_are_denied() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let four = client.udp().await;
    let six = client.socket("inet6", "dgram").await;
    for (socket, group) in [
        (four, "224.0.0.1"),
        (four, "224.0.0.251"),
        (four, "224.1.1.1"),
        (four, "232.1.1.1"),
        (four, "239.255.255.250"),
        (six, "ff02::1"),
        (six, "ff02::fb"),
        (six, "ff05::1:3"),
        (six, "ff0e::1"),
        (six, "::ffff:239.1.2.3"),
    ] {
        let address = if group.contains(':') { format!("[{group}]:9") } else { format!("{group}:9") };
        for (method, params) in [
            ("socket.set_option", json!({"socket": socket, "name": "join_multicast", "value": group})),
            ("socket.bind", json!({"socket": socket, "address": address})),
            ("socket.connect", json!({"socket": socket, "address": address})),
            ("socket.send", json!({"socket": socket, "data": "a", "to": address})),
        ] {
            let fault = client.fault(method, params).await;
            assert_eq!((fault.code, fault.data.rule.as_deref()), (2, Some("multicast")), "{method} {group}");
        }
    }
    let own = format!("239.195.1.6:{}", server.port);
    let fault = client.fault("socket.send", json!({"socket": four, "data": "a", "to": own})).await;
    assert_eq!(fault.data.rule.as_deref(), Some("own_port"), "{fault:?}");
}

/// Whether loopback carries IPv6 groups depends on the kernel and its routes, so a program outside tries it first.
#[tokio::test]
async fn an_ipv6_group_goes_as_far_as_the_kernel_lets_it() {
    const TRY: &str = r#"
import errno, socket, struct
lo = socket.if_nametoindex("lo")
r = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
r.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
r.bind(("ff11::195", 0, 0, lo))
r.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, socket.inet_pton(socket.AF_INET6, "ff11::195") + struct.pack("@I", lo))
r.settimeout(1)
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
s.bind(("::1", 0))
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, lo)
try:
    s.sendto(b"a", ("ff11::195", r.getsockname()[1]))
    r.recv(1)
    print("heard")
except TimeoutError:
    print("lost")
except OSError as error:
    print(errno.errorcode[error.errno])
"#;
    if !program::installed("python3") {
        return;
    }
    let expected = Program::python(TRY, &[]).line().await;
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let socket = client.socket("inet6", "dgram").await;
    let local = client.bind(socket, "[ff11::195]:0").await;
    set(&client, socket, "join_multicast", json!("ff11::195")).await;
    let sender = client.socket("inet6", "dgram").await;
    let send = json!({"socket": sender, "data": "six", "to": local});
    let recv = json!({"socket": socket, "timeout_ms": 1000});
    match expected.as_str() {
        "heard" => {
            client.ok("socket.send", send).await;
            assert_eq!(client.recv(socket).await, b"six");
        }
        "lost" => {
            client.ok("socket.send", send).await;
            assert_eq!(client.fault("socket.recv", recv).await.code, 4);
        }
        errno => {
            let fault = client.fault("socket.send", send).await;
            assert_eq!(fault.data.errno.as_deref(), Some(errno));
        }
    }
    set(&client, socket, "leave_multicast", json!("ff11::195")).await;
}
