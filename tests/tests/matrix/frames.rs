//! G: frames against RFC 6455 and at its edges, over a bare TCP connection.

use sockyard_tests::{TestServer, http, sockets, within};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The longest message that a server takes.
const MESSAGE_MAX: usize = 1 << 20;

const TEXT: u8 = 0x81;
const PING: u8 = 0x89;
const CLOSE: u8 = 0x88;

/// A connection after its handshake.
struct Raw(TcpStream);

/// What came.
#[derive(Debug, PartialEq)]
enum Came {
    Frame(u8, Vec<u8>),
    End,
}

impl Raw {
    async fn open(server: &TestServer) -> Raw {
        let token = server.token.as_deref().unwrap();
        let head = format!(
            "GET /api/v1/ws HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n{}\r\n\r\n",
            server.authority(),
            http::UPGRADE.join("\r\n")
        );
        let mut stream = sockets::connect(&server.authority()).await;
        sockets::write(&mut stream, head.as_bytes()).await;
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(within("the handshake's answer", stream.read_u8()).await.unwrap());
        }
        assert!(answer.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&answer));
        let mut raw = Raw(stream);
        assert!(matches!(raw.next().await, Came::Frame(TEXT, _)), "the greeting");
        raw
    }

    /// The next frame. A server's frames have no mask.
    async fn next(&mut self) -> Came {
        within("a frame", async {
            let mut head = [0; 2];
            if self.0.read_exact(&mut head).await.is_err() {
                return Came::End;
            }
            assert_eq!(head[1] & 0x80, 0, "a server masks nothing");
            let length = match head[1] {
                126 => u64::from(self.0.read_u16().await.unwrap()),
                127 => self.0.read_u64().await.unwrap(),
                length => length.into(),
            };
            let mut payload = vec![0; usize::try_from(length).unwrap()];
            self.0.read_exact(&mut payload).await.unwrap();
            Came::Frame(head[0], payload)
        })
        .await
    }

    /// The next text, past whatever else comes.
    async fn text(&mut self) -> String {
        loop {
            match self.next().await {
                Came::Frame(TEXT, text) => return String::from_utf8(text).unwrap(),
                Came::Frame(..) => {}
                Came::End => panic!("the connection has ended"),
            }
        }
    }

    async fn send(&mut self, bytes: &[u8]) {
        // The server may close before it has read everything.
        _ = within("a write", self.0.write_all(bytes)).await;
    }
}

/// A frame as a client sends it, masked with zeros.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match payload.len() {
        length @ 0..=125 => bytes.push(0x80 | u8::try_from(length).unwrap()),
        length @ 126..=65_535 => {
            bytes.push(0xfe);
            bytes.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
        length => {
            bytes.push(0xff);
            bytes.extend((length as u64).to_be_bytes());
        }
    }
    bytes.extend([0; 4]);
    bytes.extend(payload);
    bytes
}

/// The code with which the server ends a connection on which these bytes came.
async fn ends_with(server: &TestServer, bytes: &[u8]) -> u16 {
    let mut raw = Raw::open(server).await;
    raw.send(bytes).await;
    loop {
        match raw.next().await {
            Came::Frame(CLOSE, payload) => return u16::from_be_bytes([payload[0], payload[1]]),
            Came::Frame(..) => {}
            Came::End => panic!("no close frame"),
        }
    }
}

async fn check(rows: &[(&str, Vec<u8>, u16)]) {
    let server = TestServer::start();
    for (row, bytes, code) in rows {
        assert_eq!(ends_with(&server, bytes).await, *code, "{row}");
    }
    // Each ended its own connection alone.
    sockyard_tests::WsClient::open(&server).await.udp().await;
}

#[tokio::test]
async fn g01_g05_frames_against_the_rules_end_with_1002() {
    check(&[
        ("G01 no mask", b"\x81\x02hi".to_vec(), 1002),
        ("G02 RSV1", frame(0xc1, b"hi"), 1002),
        ("G02 RSV3", frame(0x91, b"hi"), 1002),
        ("G03 opcode 3", frame(0x83, b""), 1002),
        ("G03 opcode 7", frame(0x87, b""), 1002),
        ("G03 opcode 11", frame(0x8b, b""), 1002),
        ("G03 opcode 15", frame(0x8f, b""), 1002),
        ("G04 a ping in parts", frame(0x09, b""), 1002),
        ("G04 a ping of 126 bytes", frame(PING, &[0; 126]), 1002),
        ("G05 a part of nothing", frame(0x80, b"x"), 1002),
        ("G05 a text within a text", [frame(0x01, b"a"), frame(TEXT, b"b")].concat(), 1002),
    ])
    .await;
}

#[tokio::test]
async fn g06_g07_text_is_utf8_as_a_whole() {
    check(&[
        ("G06 no start", frame(TEXT, b"\xff\xfe"), 1007),
        ("G06 a surrogate", frame(TEXT, b"\xed\xa0\x80"), 1007),
        ("G06 overlong", frame(TEXT, b"\xc0\xaf"), 1007),
        ("G06 above U+10FFFF", frame(TEXT, b"\xf4\x90\x80\x80"), 1007),
    ])
    .await;
    let server = TestServer::start();
    let mut raw = Raw::open(&server).await;
    // The two halves of a character in two frames.
    let text = "{\"jsonrpc\":\"2.0\",\"id\":\"é\",\"method\":\"socket.list\"}".as_bytes();
    let cut = text.iter().position(|byte| *byte == 0xc3).unwrap() + 1;
    raw.send(&[frame(0x01, &text[..cut]), frame(0x80, &text[cut..])].concat()).await;
    assert!(raw.text().await.contains("\"id\":\"é\""), "G07");
}

#[tokio::test]
async fn g08_g10_close_frames_are_answered_as_rfc_6455_has_it() {
    let close = |code: u16, reason: &[u8]| frame(CLOSE, &[&code.to_be_bytes(), reason].concat());
    let mut rows: Vec<_> = [0, 999, 1004, 1005, 1006, 1015, 2999, 5000]
        .into_iter()
        .map(|code| ("G08", close(code, b""), 1002))
        .collect();
    rows.extend([
        ("G09 one byte", frame(CLOSE, b"x"), 1002),
        ("G09 a reason that is no UTF-8", close(1000, b"\xff"), 1007),
        ("G10", close(1000, b"bye"), 1000),
        ("G10 without a code", frame(CLOSE, b""), 1000),
        ("G10 of an application", close(4321, b""), 4321),
        ("G25 data after the close", [close(1000, b""), frame(TEXT, b"{}")].concat(), 1000),
    ]);
    check(&rows).await;
}

#[tokio::test]
async fn g11_g14_sizes_are_bounded_before_anything_is_read() {
    let long = |first: u8, length: u64| [&[first, 0xff][..], &length.to_be_bytes(), &[0; 4]].concat();
    check(&[
        ("G11 one byte too many", frame(TEXT, &vec![b' '; MESSAGE_MAX + 1]), 1009),
        ("G12 2^62", long(TEXT, 1 << 62), 1009),
        ("G12 2^62 without a mask", [&[0x81, 0x7f][..], &(1u64 << 62).to_be_bytes()].concat(), 1009),
        (
            "G13 parts that are too long together",
            [frame(0x02, &vec![0; MESSAGE_MAX]), frame(0x80, b"x")].concat(),
            1009,
        ),
        ("G14 more bytes of length than needed", [long(TEXT, 5), b"hello".to_vec()].concat(), 1002),
    ])
    .await;
    let server = TestServer::start();
    let before = server.resident_bytes();
    for _ in 0..20 {
        ends_with(&server, &long(TEXT, 1 << 62)).await;
        let code = ends_with(&server, &long(TEXT, 1 << 63)).await;
        assert!([1002, 1009].contains(&code), "G12 2^63: {code}");
    }
    assert!(server.resident_bytes() < before + (16 << 20), "nothing was set aside for what was announced");
    // At the limit a message is taken, whatever stands in it.
    let mut raw = Raw::open(&server).await;
    raw.send(&frame(TEXT, &vec![b' '; MESSAGE_MAX])).await;
    assert!(raw.text().await.contains("-32700"), "G11");
}

#[tokio::test]
async fn g15_g17_many_small_frames_harm_nobody() {
    let server = TestServer::start();
    let mut raw = Raw::open(&server).await;
    // In pieces of which each is answered, as the pings' answers have to be read, too.
    for _ in 0..10 {
        let pings: Vec<u8> = (0..100).flat_map(|_| frame(PING, b"p")).collect();
        raw.send(&pings).await;
        for _ in 0..100 {
            assert_eq!(raw.next().await, Came::Frame(0x8a, b"p".to_vec()), "G17");
        }
    }
    let parts: Vec<u8> = (0..10_000).flat_map(|_| frame(0x00, b"")).collect();
    let list = br#"{"jsonrpc":"2.0","id":1,"method":"socket.list"}"#;
    raw.send(&[frame(0x01, list), parts, frame(0x80, b"")].concat()).await;
    assert!(raw.text().await.contains("\"id\":1"), "G15");
}

#[tokio::test]
async fn g19_g21_only_a_proper_handshake_is_upgraded() {
    let server = TestServer::start();
    let token = format!("Authorization: Bearer {}", server.token.as_deref().unwrap());
    let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
    let version = "Sec-WebSocket-Version: 13";
    let (connection, upgrade) = ("Connection: Upgrade", "Upgrade: websocket");
    for (row, lines, status) in [
        ("proper", vec![connection, upgrade, version, key], 101),
        ("G20 version 8", vec![connection, upgrade, "Sec-WebSocket-Version: 8", key], 426),
        ("G20 no version", vec![connection, upgrade, key], 426),
        ("G20 HTTP/2", vec![connection, "Upgrade: h2c", version, key], 426),
        ("G21 no key", vec![connection, upgrade, version], 426),
        ("G21 a key that is none", vec![connection, upgrade, version, "Sec-WebSocket-Key: x"], 426),
        ("G21 15 bytes", vec![connection, upgrade, version, "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAA"], 426),
        ("G21 no connection", vec![upgrade, version, key], 426),
        ("G21 no upgrade", vec![connection, version, key], 426),
    ] {
        let answer = http::get(&server, "/api/v1/ws", &[lines, vec![token.as_str()]].concat()).await;
        assert_eq!(answer.status, status, "{row}");
    }
    let compressed = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits";
    let lines = [http::UPGRADE, &[token.as_str(), compressed]].concat();
    let answer = http::get(&server, "/api/v1/ws", &lines).await;
    assert_eq!((answer.status, answer.header("sec-websocket-extensions")), (101, None), "G19");
    let post = format!(
        "POST /api/v1/ws HTTP/1.1\r\nHost: {}\r\n{token}\r\n{}\r\n\r\n",
        server.authority(),
        http::UPGRADE.join("\r\n")
    );
    assert_eq!(http::raw(&server, post.as_bytes()).await.status, 405, "G21 POST");
}

#[tokio::test]
async fn g24_a_session_has_only_so_many_connections() {
    let server = TestServer::start();
    let first = sockyard_tests::WsClient::open(&server).await;
    let mut others = Vec::new();
    for _ in 1..first.hello.limits.connections {
        others.push(sockyard_tests::WsClient::resume(&server, &first.hello, None).await.unwrap());
    }
    let (status, problem) =
        sockyard_tests::WsClient::resume(&server, &first.hello, None).await.err().unwrap();
    assert_eq!((status, &problem["error"]["data"]["quota"]), (429, &"connections".into()));
    drop(others.pop());
    sockyard_tests::eventually("a place", async || {
        sockyard_tests::WsClient::resume(&server, &first.hello, None).await.ok()
    })
    .await;
}
