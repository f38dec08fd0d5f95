//! A client that sends nonsense harms nobody, itself included.

use serde_json::{Value, json};
use sockyard_tests::{TestServer, WsClient, http, sockets};
use tokio_tungstenite::tungstenite::Message;

/// A small generator of numbers that are the same in every run (xorshift64, Marsaglia 2003).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }

    /// A value of any kind, not too deep.
    fn value(&mut self, depth: usize) -> Value {
        match self.below(if depth == 0 { 8 } else { 10 }) {
            0 => Value::Null,
            1 => json!(self.next().is_multiple_of(2)),
            2 => json!(self.below(12)),
            3 => json!(self.next()),
            4 => json!(-(self.below(1000) as i64)),
            5 => json!(1.5e300),
            6 => json!(self.pick(&[
                "inet",
                "dgram",
                "stream",
                "127.0.0.1:0",
                "10.0.0.1:1",
                "",
                "漢\u{0}",
                "echo"
            ])),
            7 => json!({"zeros": self.below(100_000)}),
            8 => (0..self.below(4)).map(|_| self.value(depth - 1)).collect(),
            _ => (0..self.below(4)).map(|_| (self.field(), self.value(depth - 1))).collect(),
        }
    }

    fn field(&mut self) -> String {
        let fields = [
            "socket",
            "address",
            "family",
            "type",
            "data",
            "to",
            "flags",
            "max",
            "timeout_ms",
            "how",
            "name",
            "value",
            "receive",
            "accept",
            "responder",
            "backlog",
            "id",
            "after",
            "limit",
            "kinds",
            "text",
            "payload",
            "linger_s",
        ];
        (*self.pick(&fields)).to_owned()
    }

    /// A request that is nearly right.
    fn request(&mut self) -> Value {
        let methods = [
            "socket.create",
            "socket.bind",
            "socket.listen",
            "socket.accept",
            "socket.connect",
            "socket.send",
            "socket.recv",
            "socket.shutdown",
            "socket.close",
            "socket.set_option",
            "socket.get_option",
            "socket.info",
            "socket.list",
            "socket.configure",
            "call.cancel",
            "session.configure",
            "session.info",
            "log.read",
            "log.note",
            "no.such",
        ];
        let method = *self.pick(&methods);
        let mut params: serde_json::Map<String, Value> =
            (0..self.below(5)).map(|_| (self.field(), self.value(2))).collect();
        // Half of them get as far as a socket.
        if self.below(2) == 0 {
            params.insert("socket".to_owned(), json!(3 + self.below(8)));
            params.insert("timeout_ms".to_owned(), json!(self.below(5)));
        }
        json!({"jsonrpc": "2.0", "id": self.value(0), "method": method, "params": params})
    }
}

#[tokio::test]
async fn nonsense_ends_neither_another_session_nor_the_server() {
    let server = TestServer::start();
    let calm = WsClient::open(&server).await;
    let (listener, local) = calm.listener().await;
    let mut wild = WsClient::open(&server).await;
    let mut random = Random(0x5eed);
    for round in 0..3000 {
        let message = match random.below(6) {
            0 => Message::text(random.value(3).to_string()),
            1 => {
                let mut text = random.request().to_string();
                let cut =
                    text.char_indices().map(|(at, _)| at).nth(random.below(text.chars().count())).unwrap();
                text.truncate(cut);
                Message::text(text)
            }
            2 => Message::text((0..random.below(5)).map(|_| random.request()).collect::<Value>().to_string()),
            _ => Message::text(random.request().to_string()),
        };
        wild.send(message).await;
        if round % 500 == 499 {
            // The wild client's own connection still answers, with whatever it has waiting.
            wild.ok("socket.list", json!({})).await;
            let peer = sockets::connect(&local).await;
            let accepted = calm.ok("socket.accept", json!({"socket": listener})).await;
            assert_eq!(accepted["peer"], peer.local_addr().unwrap().to_string());
            calm.ok("socket.close", json!({"socket": accepted["connection"]})).await;
            wild = WsClient::open(&server).await;
        }
    }
}

#[tokio::test]
async fn deep_and_long_json_is_refused_and_harmless() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
    for text in [
        deep("[", "]"),
        deep(r#"{"a":"#, "}"),
        format!(r#"{{"jsonrpc":"2.0","id":1,"method":"socket.info","params":{}}}"#, deep("[", "]")),
        format!(r#"{{"jsonrpc":"2.0","id":"{}","method":"socket.list"}}"#, "x".repeat(100_000)),
        format!(r#"{{"jsonrpc":"2.0","id":"m","method":"{}"}}"#, "x".repeat(100_000)),
    ] {
        client.send_text(&text).await;
        let answer = client.unclaimed().await;
        // The array of arrays is a batch of one, which is no request.
        let answer = answer.get(0).unwrap_or(&answer);
        assert!(answer.get("error").is_some(), "{:.100}", answer.to_string());
        assert!(answer.to_string().len() < 2000, "an error is short, whatever was sent");
    }
    client.ok("socket.list", json!({})).await;
}

#[tokio::test]
async fn broken_frames_and_broken_http_end_only_their_own_connection() {
    let server = TestServer::start();
    let calm = WsClient::open(&server).await;
    for request in [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".as_slice(),
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\r\n\r\n\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nzz",
    ] {
        let mut stream = sockets::connect(&server.authority()).await;
        sockets::write(&mut stream, request).await;
        drop(stream);
    }
    let token = server.token.as_deref().unwrap();
    let head = format!(
        "GET /api/v1/ws HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n{}\r\n\r\n",
        server.authority(),
        http::UPGRADE.join("\r\n")
    );
    // Unmasked, reserved bits, an unknown opcode, a fragmented ping, a length of 2^63, text that is not UTF-8.
    for frame in [
        b"\x81\x02hi".as_slice(),
        b"\xf1\x80\0\0\0\0",
        b"\x83\x80\0\0\0\0",
        b"\x09\x80\0\0\0\0",
        b"\x81\xff\x80\0\0\0\0\0\0\0\0\0\0\0",
        b"\x81\x82\0\0\0\0\xff\xfe",
        b"\x80\x80\0\0\0\0",
    ] {
        let mut stream = sockets::connect(&server.authority()).await;
        sockets::write(&mut stream, head.as_bytes()).await;
        sockets::write(&mut stream, frame).await;
        // The server ends the connection, with a Close frame or without.
        _ = sockets::read_to_end(&mut stream).await;
    }
    calm.ok("socket.list", json!({})).await;
}

#[tokio::test]
async fn a_client_that_vanishes_without_a_word_leaves_its_session_for_the_grace_time() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (listener, local) = client.listener().await;
    _ = client.start("socket.accept", json!({"socket": listener})).await;
    client.waiting_calls(1).await;
    let hello = client.hello.clone();
    drop(client);
    let again = WsClient::resume(&server, &hello, Some(0)).await.unwrap();
    let peer = sockets::connect(&local).await;
    let accepted = again.ok("socket.accept", json!({"socket": listener})).await;
    assert_eq!(accepted["peer"], peer.local_addr().unwrap().to_string());
}
