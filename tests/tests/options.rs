//! Section 4: options by name, with the value that the kernel then reports.

use serde_json::{Value, json};
use sockyard_tests::{TestServer, WsClient};

async fn set(client: &WsClient, socket: u64, name: &str, value: Value) -> Value {
    let set = client.ok("socket.set_option", json!({"socket": socket, "name": name, "value": value})).await;
    let got = client.ok("socket.get_option", json!({"socket": socket, "name": name})).await;
    assert_eq!(set, got, "{name}: what set reports is what get reports");
    got["value"].clone()
}

#[tokio::test]
async fn options_are_set_and_read_back() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let tcp = client.tcp().await;
    let udp = client.udp().await;
    let six = client.socket("inet6", "stream").await;
    let udp_six = client.socket("inet6", "dgram").await;
    for (socket, name, value) in [
        (tcp, "reuse_address", json!(true)),
        (tcp, "reuse_address", json!(false)),
        (tcp, "reuse_port", json!(true)),
        (six, "reuse_port", json!(true)),
        (tcp, "reuse_port", json!(false)),
        (udp, "multicast_ttl", json!(0)),
        (udp, "multicast_ttl", json!(255)),
        (udp_six, "multicast_ttl", json!(7)),
        (udp, "multicast_loop", json!(false)),
        (udp, "multicast_loop", json!(true)),
        (udp_six, "multicast_loop", json!(false)),
        (tcp, "keepalive", json!(true)),
        (tcp, "no_delay", json!(true)),
        (six, "no_delay", json!(true)),
        (tcp, "linger_s", json!(5)),
        (tcp, "linger_s", json!(0)),
        (tcp, "linger_s", Value::Null),
        (udp, "broadcast", json!(true)),
        (udp, "broadcast", json!(false)),
        (tcp, "keepalive_idle_s", json!(30)),
        (tcp, "keepalive_interval_s", json!(5)),
        (tcp, "keepalive_count", json!(3)),
        (tcp, "user_timeout_ms", json!(1500)),
        (tcp, "congestion", json!("reno")),
        (tcp, "congestion", json!("cubic")),
        (tcp, "oob_inline", json!(true)),
        (udp, "ttl", json!(1)),
        (six, "ttl", json!(255)),
        (udp, "tos", json!(16)),
        (six, "tos", json!(32)),
        (six, "ipv6_only", json!(true)),
    ] {
        assert_eq!(set(&client, socket, name, value.clone()).await, value, "{name}");
    }
}

#[tokio::test]
async fn buffer_sizes_are_reported_as_the_kernel_keeps_them() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let socket = client.udp().await;
    for name in ["receive_buffer", "send_buffer"] {
        // Linux doubles the value for its own bookkeeping (socket(7)).
        assert_eq!(set(&client, socket, name, json!(65_536)).await, 131_072, "{name}");
    }
}

#[tokio::test]
async fn a_set_option_is_an_event() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let socket = client.tcp().await;
    set(&client, socket, "no_delay", json!(true)).await;
    let event = client.event_of(socket, "option").await;
    assert_eq!((&event["name"], &event["value"]), (&json!("no_delay"), &json!(true)));
}

#[tokio::test]
async fn the_pending_error_can_be_read_and_not_set() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let socket = client.tcp().await;
    let error = client.ok("socket.get_option", json!({"socket": socket, "name": "error"})).await;
    assert!(error["value"].is_null() || error["value"] == 0, "{error}");
    let fault =
        client.fault("socket.set_option", json!({"socket": socket, "name": "error", "value": 1})).await;
    assert_eq!(fault.code, -32602, "{fault:?}");
}

#[tokio::test]
async fn an_unknown_option_and_a_wrong_value_name_the_field() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let socket = client.tcp().await;
    for (name, value, field) in [
        ("so_reuseaddr", json!(true), "name"),
        ("", json!(true), "name"),
        ("no_delay", json!("yes"), "value"),
        ("no_delay", json!(1), "value"),
        ("receive_buffer", json!(true), "value"),
        ("receive_buffer", json!(-1), "value"),
        ("receive_buffer", json!("64k"), "value"),
        ("linger_s", json!("off"), "value"),
        ("keepalive", Value::Null, "value"),
        ("reuse_port", json!(1), "value"),
        ("multicast_ttl", json!(256), "value"),
        ("multicast_ttl", json!(true), "value"),
        ("multicast_loop", json!("on"), "value"),
        ("join_multicast", json!(true), "value"),
        ("join_multicast", json!("239.1.2.3:5000"), "value"),
        ("join_multicast", json!("a.example"), "value"),
        ("leave_multicast", json!(["239.1.2.3"]), "value"),
    ] {
        let params = json!({"socket": socket, "name": name, "value": value});
        let fault = client.fault("socket.set_option", params.clone()).await;
        assert_eq!(fault.code, -32602, "{params}: {fault:?}");
        assert!(fault.data.hint.clone().unwrap_or_default().contains(field), "{params}: {fault:?}");
    }
    let fault = client.fault("socket.get_option", json!({"socket": socket, "name": "so_reuseaddr"})).await;
    assert_eq!(fault.code, -32602, "{fault:?}");
}

#[tokio::test]
async fn an_option_of_another_kind_of_socket_is_refused_by_the_kernel() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let socket = client.udp().await;
    let fault =
        client.fault("socket.set_option", json!({"socket": socket, "name": "no_delay", "value": true})).await;
    assert_eq!(fault.code, 1, "{fault:?}");
    assert!(["EOPNOTSUPP", "ENOPROTOOPT"].contains(&fault.data.errno.as_deref().unwrap()), "{fault:?}");
}
