//! Section 1: the kernel answers. Calls that make no sense reach it, and its errno comes back.

use serde_json::{Value, json};
use sockyard_tests::{TestServer, WsClient, sockets};

/// Makes a call that the kernel refuses with one of these.
#[track_caller]
fn refused<'a>(
    client: &'a WsClient,
    method: &'a str,
    params: Value,
    errnos: &'a [&'a str],
) -> impl Future<Output = String> + 'a {
    let place = std::panic::Location::caller();
    let shown = format!("{place}: {method} {params}");
    let call = match (method, params.get("to")) {
        ("socket.send", Some(_)) => "sendto",
        _ => method.trim_start_matches("socket."),
    };
    async move {
        let fault = client.fault(method, params).await;
        assert_eq!(fault.code, 1, "{shown}: {fault:?}");
        let errno = fault.data.errno.clone().unwrap_or_default();
        assert!(errnos.contains(&errno.as_str()), "{shown}: {fault:?}");
        assert_eq!(fault.data.call.as_deref(), Some(call), "{shown}");
        assert!(!fault.message.is_empty(), "{shown}");
        fault.data.hint.clone().unwrap_or_default()
    }
}

#[tokio::test]
async fn calls_of_connections_on_a_datagram_socket_fail_as_the_kernel_says() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, _) = client.bound_udp().await;
    refused(&client, "socket.listen", json!({"socket": socket}), &["EOPNOTSUPP"]).await;
    refused(&client, "socket.accept", json!({"socket": socket}), &["EOPNOTSUPP"]).await;
    refused(&client, "socket.shutdown", json!({"socket": socket, "how": "write"}), &["ENOTCONN"]).await;
}

#[tokio::test]
async fn calls_on_a_stream_that_is_not_connected_fail_as_the_kernel_says() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let socket = client.tcp().await;
    refused(&client, "socket.recv", json!({"socket": socket}), &["ENOTCONN"]).await;
    refused(&client, "socket.send", json!({"socket": socket, "data": "a"}), &["EPIPE", "ENOTCONN"]).await;
    refused(&client, "socket.accept", json!({"socket": socket}), &["EINVAL"]).await;
    refused(&client, "socket.shutdown", json!({"socket": socket, "how": "both"}), &["ENOTCONN"]).await;
}

#[tokio::test]
async fn calls_of_data_on_a_listener_fail_as_the_kernel_says() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (listener, local) = client.listener().await;
    refused(&client, "socket.recv", json!({"socket": listener}), &["ENOTCONN"]).await;
    refused(&client, "socket.send", json!({"socket": listener, "data": "a"}), &["EPIPE", "ENOTCONN"]).await;
    refused(&client, "socket.connect", json!({"socket": listener, "address": local}), &["EISCONN", "EINVAL"])
        .await;
    refused(&client, "socket.bind", json!({"socket": listener, "address": "127.0.0.1:0"}), &["EINVAL"]).await;
    client.ok("socket.listen", json!({"socket": listener, "backlog": 1})).await;
}

#[tokio::test]
async fn a_refused_connection_says_what_to_look_for() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let socket = client.tcp().await;
    let address = format!("127.0.0.1:{}", sockets::free_port().await);
    let hint =
        refused(&client, "socket.connect", json!({"socket": socket, "address": address}), &["ECONNREFUSED"])
            .await;
    assert!(hint.contains(&address), "{hint}");
    let failed = client.event_of(socket, "failed").await;
    assert_eq!(failed["call"], "connect");
    assert_eq!(failed["error"]["data"]["errno"], "ECONNREFUSED");
}

#[tokio::test]
async fn a_socket_can_connect_after_a_refusal_and_only_once() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let socket = client.tcp().await;
    let nobody = format!("127.0.0.1:{}", sockets::free_port().await);
    refused(&client, "socket.connect", json!({"socket": socket, "address": nobody}), &["ECONNREFUSED"]).await;
    let (_listener, address) = sockets::listener().await;
    client.ok("socket.connect", json!({"socket": socket, "address": address})).await;
    refused(&client, "socket.connect", json!({"socket": socket, "address": address}), &["EISCONN"]).await;
}

#[tokio::test]
async fn addresses_are_bound_once_and_by_one_socket() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, local) = client.bound_udp().await;
    refused(&client, "socket.bind", json!({"socket": socket, "address": "127.0.0.1:0"}), &["EINVAL"]).await;
    let other = client.udp().await;
    let hint =
        refused(&client, "socket.bind", json!({"socket": other, "address": local}), &["EADDRINUSE"]).await;
    assert!(!hint.is_empty(), "a port in use is worth a hint");
    let (_listener, taken) = sockets::listener().await;
    let stream = client.tcp().await;
    refused(&client, "socket.bind", json!({"socket": stream, "address": taken}), &["EADDRINUSE"]).await;
}

#[tokio::test]
async fn an_address_of_another_family_is_refused_by_the_kernel() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let errnos: &[&str] = &["EAFNOSUPPORT", "EINVAL"];
    for (family, kind, address) in [
        ("inet", "stream", "[::1]:0"),
        ("inet", "dgram", "[::1]:0"),
        ("inet6", "stream", "127.0.0.1:0"),
        ("inet6", "dgram", "127.0.0.1:0"),
        ("inet", "stream", "unix:a.sock"),
        ("unix", "stream", "127.0.0.1:0"),
    ] {
        let socket = client.socket(family, kind).await;
        refused(&client, "socket.bind", json!({"socket": socket, "address": address}), errnos).await;
    }
    let socket = client.tcp().await;
    refused(&client, "socket.connect", json!({"socket": socket, "address": "[::1]:9"}), errnos).await;
    let socket = client.udp().await;
    refused(&client, "socket.send", json!({"socket": socket, "data": "a", "to": "[::1]:9"}), errnos).await;
}

#[tokio::test]
async fn a_datagram_needs_a_destination_and_a_length_that_fits() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let socket = client.udp().await;
    refused(&client, "socket.send", json!({"socket": socket, "data": "a"}), &["EDESTADDRREQ"]).await;
    let (outside, address) = sockets::udp().await;
    let long = json!({"socket": socket, "data": {"zeros": 65_508}, "to": address});
    refused(&client, "socket.send", long, &["EMSGSIZE"]).await;
    client.ok("socket.send", json!({"socket": socket, "data": {"zeros": 65_507}, "to": address})).await;
    assert_eq!(sockets::receive(&outside).await.0.len(), 65_507);
}

#[tokio::test]
async fn a_stream_whose_peer_is_gone_fails_to_send() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, peer) = client.connected().await;
    client.ok("socket.shutdown", json!({"socket": socket, "how": "write"})).await;
    refused(&client, "socket.send", json!({"socket": socket, "data": "a"}), &["EPIPE"]).await;
    drop(peer);
}

#[tokio::test]
async fn a_connected_datagram_socket_learns_that_nobody_listens() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let socket = client.udp().await;
    let address = format!("127.0.0.1:{}", sockets::free_port().await);
    client.ok("socket.connect", json!({"socket": socket, "address": address})).await;
    client.ok("socket.send", json!({"socket": socket, "data": "anyone?"})).await;
    refused(&client, "socket.recv", json!({"socket": socket, "timeout_ms": 5000}), &["ECONNREFUSED"]).await;
}

#[tokio::test]
async fn a_number_without_a_socket_is_no_such_socket_in_every_call() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let gone = client.tcp().await;
    client.ok("socket.close", json!({"socket": gone})).await;
    let other = WsClient::open(&server).await;
    other.tcp().await;
    let foreign = other.tcp().await;
    for socket in [gone, foreign, 0, 1, 2, 99, u64::from(u32::MAX)] {
        for (method, rest) in [
            ("socket.bind", json!({"address": "127.0.0.1:0"})),
            ("socket.listen", json!({})),
            ("socket.accept", json!({})),
            ("socket.connect", json!({"address": "127.0.0.1:9"})),
            ("socket.send", json!({"data": "a"})),
            ("socket.recv", json!({})),
            ("socket.shutdown", json!({"how": "both"})),
            ("socket.close", json!({})),
            ("socket.set_option", json!({"name": "no_delay", "value": true})),
            ("socket.get_option", json!({"name": "no_delay"})),
            ("socket.info", json!({})),
            ("socket.configure", json!({"receive": "stream"})),
        ] {
            let mut params = rest;
            params["socket"] = json!(socket);
            let fault = client.fault(method, params).await;
            assert_eq!(fault.code, 3, "{method} {socket}: {fault:?}");
        }
    }
}
