//! The same calls in the same order through Python's `socket` and through Sockyard: the answers must be the same,
//! because it is the kernel that gives them.

use serde_json::{Value, json};
use sockyard_tests::{Program, TestServer, WsClient, program, sockets};

/// One sequence a line; the calls are those of `python/sequences.py`.
const SEQUENCES: &str = "\
tcp; recv 0 10; send 0 1; shutdown 0 write; accept 0
tcp; bind 0; bind 0; recv 0 1; listen 0 5; listen 0 1; recv 0 1; send 0 1; shutdown 0 read
tcp; listen 0 5; bind 0
tcp; bind 0; accept 0; listen 0 5; accept 0
tcp; bind 0; connect 0 @0
tcp; connect 0 free; connect 0 free; send 0 1; recv 0 1
tcp; bind 0; listen 0 5; connect 0 @0
tcp; bind 0; tcp; bind 1 @0
tcp; bind 0; listen 0 5; tcp; bind 1 @0; connect 1 @0; connect 1 @0; bind 1; listen 1 5
tcp; bind 0; listen 0 5; tcp; connect 1 @0; accept 0; send 1 5; recv 2 10; recv 2 10; send 2 3; recv 1 2; recv 1 2
tcp; bind 0; listen 0 5; tcp; connect 1 @0; accept 0; close 1; recv 2 10; recv 2 10; send 2 1; send 2 1; recv 2 10
tcp; bind 0; listen 0 5; tcp; connect 1 @0; accept 0; send 1 5; close 2; recv 1 1; send 1 1
tcp; bind 0; listen 0 5; tcp; connect 1 @0; accept 0; shutdown 1 write; recv 2 1; send 2 4; recv 1 9; send 1 1
tcp; bind 0; listen 0 5; tcp; connect 1 @0; accept 0; shutdown 1 read; recv 1 1; send 2 1; recv 1 1; recv 1 1
tcp; bind 0; listen 0 5; tcp; connect 1 @0; accept 0; shutdown 1 both; send 1 1; recv 1 1; shutdown 1 both; recv 2 1
tcp; bind 0; listen 0 5; tcp; connect 1 @0; accept 0; shutdown 1 both; shutdown 2 both; shutdown 1 write
tcp; bind 0; listen 0 5; tcp; connect 1 @0; accept 0; send 1 5; peek 2 3; peek 2 9; recv 2 9; peek 2 1; oob 2
tcp; bind 0; listen 0 5; tcp; connect 1 @0; close 0; send 1 1; recv 1 1
tcp; bind 0; listen 0 5; tcp; connect 1 @0; accept 0; bind 2; listen 2 1; connect 2 @0; accept 2
tcp; bind 0; listen 0 5; shutdown 0 both; accept 0; listen 0 5; tcp; connect 1 free
udp; recv 0 1; send 0 1; shutdown 0 write; listen 0 5; accept 0
udp; bind 0; bind 0; recv 0 1; accept 0
udp; bind 0; udp; bind 1 @0; sendto 1 3 @0; recv 0 10; recv 0 10
udp; bind 0; udp; sendto 1 0 @0; recv 0 10; sendto 1 9 @0; recv 0 4; recv 0 4
udp; bind 0; udp; sendto 1 65507 @0; sendto 1 65508 @0; recv 0 65507
udp; connect 0 free; send 0 1; recv 0 1; recv 0 1; send 0 1; send 0 1
udp; bind 0; udp; connect 1 @0; send 1 3; sendto 1 3 @0; shutdown 1 write; send 1 1; recv 0 9; recv 0 9
udp; bind 0; udp; connect 1 @0; shutdown 1 read; recv 1 1; shutdown 0 both
udp; bind 0; udp; connect 1 @0; connect 1 free; bind 1
udp; sendto 0 1 free; recv 0 1; peek 0 1
udp; bind 0; udp; sendto 1 3 @0; peek 0 2; peek 0 9; recv 0 9
tcp6; bind 0; listen 0 5; tcp6; connect 1 @0; accept 0; send 1 5; recv 2 9; close 2; recv 1 1
tcp6; recv 0 1; send 0 1; connect 0 free; accept 0
udp6; bind 0; udp6; sendto 1 3 @0; recv 0 9; accept 0; listen 0 1";

/// As long as Python waits.
const TIMEOUT_MS: u64 = 300;

#[tokio::test]
async fn pythons_socket_and_sockyard_give_the_same_answers() {
    if !program::installed("python3") {
        return;
    }
    let mut python = Program::python(include_str!("../python/sequences.py"), &[]);
    python.write(SEQUENCES.as_bytes()).await;
    python.close_stdin();
    let answers: Vec<Vec<String>> = serde_json::from_str(&python.rest().await).unwrap();
    assert_eq!(answers.len(), SEQUENCES.lines().count());

    let server = TestServer::start();
    let mut differences = Vec::new();
    for (line, expected) in SEQUENCES.lines().zip(answers) {
        let client = WsClient::open(&server).await;
        let mut sequence = Sequence { client: &client, sockets: Vec::new() };
        let mut got = Vec::new();
        for step in line.split(';') {
            got.push(sequence.step(&step.split_whitespace().collect::<Vec<_>>()).await);
        }
        if got != expected {
            differences.push(format!("{line}\n  python   {expected:?}\n  sockyard {got:?}"));
        }
    }
    assert!(differences.is_empty(), "\n{}", differences.join("\n"));
}

struct Sequence<'a> {
    client: &'a WsClient,
    sockets: Vec<(u64, &'static str)>,
}

impl Sequence<'_> {
    /// Makes one call and says what came of it, in the words of the Python program.
    async fn step(&mut self, words: &[&str]) -> String {
        let family = match words[0] {
            "tcp" | "udp" => "inet",
            "tcp6" | "udp6" => "inet6",
            _ => return self.call(words).await,
        };
        let kind = if words[0].starts_with("tcp") { "stream" } else { "dgram" };
        self.sockets.push((self.client.socket(family, kind).await, family));
        "ok".to_owned()
    }

    async fn call(&mut self, words: &[&str]) -> String {
        let (socket, family) = self.sockets[words[1].parse::<usize>().unwrap()];
        let mut params = json!({"socket": socket});
        let method = match words[0] {
            "sendto" => "send",
            "peek" | "oob" => "recv",
            name => name,
        };
        match words[0] {
            "bind" => params["address"] = json!(self.target(family, words.get(2).copied()).await),
            "listen" => params["backlog"] = number(words[2]),
            "connect" => params["address"] = json!(self.target(family, Some(words[2])).await),
            "send" | "sendto" => params["data"] = json!({"repeat": "78", "count": number(words[2])}),
            "recv" | "peek" => params["max"] = number(words[2]),
            "oob" => params["max"] = json!(1),
            "shutdown" => params["how"] = json!(words[2]),
            _ => {}
        }
        match words[0] {
            "sendto" => params["to"] = json!(self.target(family, Some(words[3])).await),
            "peek" | "oob" => params["flags"] = json!([words[0]]),
            _ => {}
        }
        if ["accept", "connect", "recv", "send"].contains(&method) {
            params["timeout_ms"] = json!(TIMEOUT_MS);
        }
        match self.client.call(&format!("socket.{method}"), params).await {
            Ok(result) => {
                if let Some(connection) = result["connection"].as_u64() {
                    self.sockets.push((connection, family));
                }
                match result["bytes"].as_u64() {
                    Some(bytes) => format!("ok {bytes}"),
                    None => "ok".to_owned(),
                }
            }
            Err(fault) if fault.code == 4 => "timeout".to_owned(),
            Err(fault) => fault.data.errno.clone().unwrap_or_else(|| format!("{fault:?}")),
        }
    }

    /// `@2` is the address of socket 2, `free` one on which nobody listens, nothing any port.
    async fn target(&self, family: &str, word: Option<&str>) -> String {
        let loopback = if family == "inet6" { "[::1]" } else { "127.0.0.1" };
        match word {
            None => format!("{loopback}:0"),
            Some("free") => format!("{loopback}:{}", sockets::free_port().await),
            Some(word) => {
                let (socket, _) = self.sockets[word[1..].parse::<usize>().unwrap()];
                self.client.info(socket).await["local"].as_str().expect("an address").to_owned()
            }
        }
    }
}

fn number(word: &str) -> Value {
    json!(word.parse::<u64>().unwrap())
}
