//! HTTP by hand, for requests that no proper client would send.

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::deadline::within;
use crate::server::TestServer;

/// An answer.
#[derive(Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Header names in lower case, with their values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body of an answer of unknown length as text.
    ///
    /// # Panics
    /// When a chunk is broken off, or the text is not UTF-8.
    pub fn body_text(&self) -> String {
        String::from_utf8(self.body_bytes()).expect("text in UTF-8")
    }

    /// The body of an answer of unknown length, put together from its chunks (RFC 9112 section 7.1).
    ///
    /// # Panics
    /// When a chunk is broken off.
    pub fn body_bytes(&self) -> Vec<u8> {
        assert_eq!(self.header("transfer-encoding"), Some("chunked"), "{}", self.text());
        let mut whole = Vec::new();
        let mut rest = self.body.as_slice();
        loop {
            let end = rest.windows(2).position(|window| window == b"\r\n").expect("a chunk's length");
            let length = std::str::from_utf8(&rest[..end]).expect("a chunk's length");
            let length = usize::from_str_radix(length, 16).expect("a chunk's length in hexadecimal");
            if length == 0 {
                return whole;
            }
            let chunk = &rest[end + 2..];
            assert_eq!(&chunk[length..length + 2], b"\r\n", "a whole chunk");
            whole.extend_from_slice(&chunk[..length]);
            rest = &chunk[length + 2..];
        }
    }

    /// The body of a failed answer, which must be `application/problem+json` with all of its members.
    ///
    /// # Panics
    /// When it is anything else.
    pub fn problem(&self) -> Value {
        let kind = self.header("content-type").unwrap_or_default();
        assert!(kind.starts_with("application/problem+json"), "{} {kind}: {}", self.status, self.text());
        let problem: Value = serde_json::from_slice(&self.body).expect("a problem in JSON");
        assert_eq!(problem["status"], self.status, "{problem}");
        assert!(problem["title"].is_string() && problem["detail"].is_string(), "{problem}");
        problem
    }
}

/// The headers of a proper WebSocket upgrade, without `Host`.
pub const UPGRADE: &[&str] = &[
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

/// A GET with the right `Host` and further header lines.
pub async fn get(server: &TestServer, path: &str, headers: &[&str]) -> Response {
    let host = format!("Host: {}", server.authority());
    raw_get(server, path, &[&[host.as_str()], headers].concat()).await
}

/// A GET with exactly these header lines.
pub async fn raw_get(server: &TestServer, path: &str, headers: &[&str]) -> Response {
    let lines: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    raw(server, format!("GET {path} HTTP/1.1\r\n{lines}\r\n").as_bytes()).await
}

/// Any bytes as a request. The answer ends with its body, with the connection, or, after an upgrade, with its head.
pub async fn raw(server: &TestServer, request: &[u8]) -> Response {
    within("an HTTP answer", async {
        let mut stream = TcpStream::connect(server.authority()).await.expect("a connection");
        stream.write_all(request).await.expect("a request is taken");
        let mut bytes = Vec::new();
        // A body without a length is read to its end, and only then taken apart: it may be long.
        while !ends_with_the_connection(&bytes) {
            if let Some(response) = parse(&bytes, false) {
                return response;
            }
            let mut part = [0; 4096];
            match stream.read(&mut part).await {
                Ok(0) | Err(_) => {
                    return parse(&bytes, true)
                        .unwrap_or_else(|| panic!("no HTTP answer: {:?}", String::from_utf8_lossy(&bytes)));
                }
                Ok(length) => bytes.extend_from_slice(&part[..length]),
            }
        }
        stream.read_to_end(&mut bytes).await.expect("a whole body");
        parse(&bytes, true).expect("a head")
    })
    .await
}

fn ends_with_the_connection(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(4096)];
    head.windows(4).any(|window| window == b"\r\n\r\n")
        && String::from_utf8_lossy(head).to_ascii_lowercase().contains("\r\ntransfer-encoding: chunked\r\n")
}

fn parse(bytes: &[u8], closed: bool) -> Option<Response> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut response = Response { status, headers, body: bytes[end + 4..].to_vec() };
    let length = response.header("content-length").and_then(|length| length.parse::<usize>().ok());
    match length {
        _ if status == 101 => {}
        Some(length) if response.body.len() >= length => response.body.truncate(length),
        _ if closed => {}
        _ => return None,
    }
    Some(response)
}
