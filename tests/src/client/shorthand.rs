//! The calls that nearly every test begins with.

use serde_json::{Value, json};
use sockyard_protocol::Data;
use tokio::net::TcpStream;

use super::WsClient;
use crate::sockets;

/// The bytes of a result or an event: of its `data`.
///
/// # Panics
/// When there is no `data` as in section 3.
pub fn bytes(value: &Value) -> Vec<u8> {
    let data: Data = serde_json::from_value(value["data"].clone())
        .unwrap_or_else(|error| panic!("no data as in section 3 ({error}): {value}"));
    data.to_bytes().expect("base64")
}

impl WsClient {
    /// A new socket's number.
    pub async fn socket(&self, family: &str, kind: &str) -> u64 {
        let made = self.ok("socket.create", json!({"family": family, "type": kind})).await;
        made["socket"].as_u64().expect("a socket's number")
    }

    /// A new IPv4 stream socket.
    pub async fn tcp(&self) -> u64 {
        self.socket("inet", "stream").await
    }

    /// A new IPv4 datagram socket.
    pub async fn udp(&self) -> u64 {
        self.socket("inet", "dgram").await
    }

    /// Binds a socket and returns the address that it got.
    pub async fn bind(&self, socket: u64, address: &str) -> String {
        let bound = self.ok("socket.bind", json!({"socket": socket, "address": address})).await;
        bound["local"].as_str().expect("local").to_owned()
    }

    /// A UDP socket on a free port of 127.0.0.1.
    pub async fn bound_udp(&self) -> (u64, String) {
        let socket = self.udp().await;
        let local = self.bind(socket, "127.0.0.1:0").await;
        (socket, local)
    }

    /// A TCP listener on a free port of 127.0.0.1.
    pub async fn listener(&self) -> (u64, String) {
        let socket = self.tcp().await;
        let local = self.bind(socket, "127.0.0.1:0").await;
        self.ok("socket.listen", json!({"socket": socket, "backlog": 128})).await;
        (socket, local)
    }

    /// A TCP socket connected to a peer outside of the server.
    pub async fn connected(&self) -> (u64, TcpStream) {
        let (listener, address) = sockets::listener().await;
        let socket = self.tcp().await;
        self.ok("socket.connect", json!({"socket": socket, "address": address})).await;
        (socket, sockets::accept(&listener).await)
    }

    /// Two TCP sockets of the session connected to each other: the one that connected and the accepted one.
    pub async fn pair(&self) -> (u64, u64) {
        let (listener, address) = self.listener().await;
        let socket = self.tcp().await;
        self.ok("socket.connect", json!({"socket": socket, "address": address})).await;
        let accepted = self.ok("socket.accept", json!({"socket": listener})).await;
        (socket, accepted["connection"].as_u64().expect("a connection's number"))
    }

    /// Sends text on a connected socket.
    pub async fn send_data(&self, socket: u64, text: &str) {
        let sent = self.ok("socket.send", json!({"socket": socket, "data": text})).await;
        assert_eq!(sent["bytes"], text.len());
    }

    /// The next bytes of a socket.
    pub async fn recv(&self, socket: u64) -> Vec<u8> {
        bytes(&self.ok("socket.recv", json!({"socket": socket})).await)
    }

    /// What the kernel knows of a socket.
    pub async fn info(&self, socket: u64) -> Value {
        self.ok("socket.info", json!({"socket": socket})).await
    }
}
