//! A client of the REST interface, on top of HTTP by hand.

use serde_json::{Value, json};
use sockyard_protocol::Hello;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::deadline::within;
use crate::http::{self, Response};
use crate::server::TestServer;

/// A session that is used by requests alone.
pub struct RestClient<'a> {
    server: &'a TestServer,
    /// What the server told of the session.
    pub hello: Hello,
}

impl<'a> RestClient<'a> {
    /// Opens a session.
    ///
    /// # Panics
    /// When the server answers anything but 201.
    pub async fn open(server: &'a TestServer) -> RestClient<'a> {
        RestClient::open_with(server, json!({})).await
    }

    /// The same with parameters.
    pub async fn open_with(server: &'a TestServer, params: Value) -> RestClient<'a> {
        let response =
            request(server, "POST", "/api/v1/sessions", server.token.as_deref(), Some(params)).await;
        assert_eq!(response.status, 201, "{}", response.text());
        let hello = serde_json::from_slice(&response.body).expect("a hello in JSON");
        RestClient { server, hello }
    }

    /// The same for a session that a connection has opened.
    pub fn of(server: &'a TestServer, hello: &Hello) -> RestClient<'a> {
        RestClient { server, hello: hello.clone() }
    }

    /// A request to a path below the session.
    pub async fn request(&self, method: &str, path: &str, body: Option<Value>) -> Response {
        request(self.server, method, &self.path(path), Some(&self.hello.token), body).await
    }

    /// A request that must succeed; its body.
    ///
    /// # Panics
    /// When it does not.
    pub async fn ok(&self, method: &str, path: &str, body: Option<Value>) -> Value {
        let response = self.request(method, path, body).await;
        assert!(
            (200..300).contains(&response.status),
            "{method} {path}: {} {}",
            response.status,
            response.text()
        );
        if response.body.is_empty() { Value::Null } else { json_of(&response) }
    }

    /// A UDP socket bound to a free port: its number and address.
    pub async fn bound_udp(&self) -> (u64, String) {
        let created = self.ok("POST", "/sockets", Some(json!({"family": "inet", "type": "dgram"}))).await;
        let socket = created["socket"].as_u64().expect("a number");
        let bound = self
            .ok("POST", &format!("/sockets/{socket}/bind"), Some(json!({"address": "127.0.0.1:0"})))
            .await;
        (socket, bound["local"].as_str().expect("an address").to_owned())
    }

    /// A request whose answer nobody waits for yet.
    pub async fn start(
        &self,
        method: &str,
        path: &str,
        headers: &[&str],
        body: &str,
    ) -> BufReader<TcpStream> {
        let mut stream = TcpStream::connect(self.server.authority()).await.expect("a connection");
        let head = head(self.server, method, &self.path(path), Some(&self.hello.token), body.len(), headers);
        stream.write_all(format!("{head}{body}").as_bytes()).await.expect("a request is taken");
        BufReader::new(stream)
    }

    fn path(&self, path: &str) -> String {
        format!("/api/v1/sessions/{}{path}", self.hello.session)
    }
}

/// The next event of a live stream: its `id` and its data.
///
/// # Panics
/// When the stream ends first.
pub async fn next_event(stream: &mut BufReader<TcpStream>) -> (String, Value) {
    within("an event of a live stream", async {
        let mut id = String::new();
        loop {
            let mut line = String::new();
            assert!(stream.read_line(&mut line).await.expect("a line") > 0, "the stream has ended");
            if let Some(number) = line.strip_prefix("id: ") {
                number.trim().clone_into(&mut id);
            }
            if let Some(data) = line.strip_prefix("data: ") {
                return (id, serde_json::from_str(data).expect("an event in JSON"));
            }
        }
    })
    .await
}

/// One request.
pub async fn request(
    server: &TestServer,
    method: &str,
    path: &str,
    token: Option<&str>,
    body: Option<Value>,
) -> Response {
    let body = body.map_or_else(String::new, |body| body.to_string());
    let head = head(server, method, path, token, body.len(), &[]);
    http::raw(server, format!("{head}{body}").as_bytes()).await
}

/// The body as JSON.
///
/// # Panics
/// When it is none.
pub fn json_of(response: &Response) -> Value {
    serde_json::from_slice(&response.body).unwrap_or_else(|_| panic!("no JSON: {}", response.text()))
}

fn head(
    server: &TestServer,
    method: &str,
    path: &str,
    token: Option<&str>,
    length: usize,
    headers: &[&str],
) -> String {
    let mut head =
        format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", server.authority());
    if let Some(token) = token {
        head.push_str(&format!("Authorization: Bearer {token}\r\n"));
    }
    if length > 0 {
        head.push_str(&format!("Content-Type: application/json\r\nContent-Length: {length}\r\n"));
    }
    for header in headers {
        head.push_str(&format!("{header}\r\n"));
    }
    head + "\r\n"
}
