//! `sockyard exchange`: one question and its answer, without a session of one's own.

use std::io::Read as _;
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use sockyard_protocol::payload::PAYLOAD_MAX;
use sockyard_protocol::{Address, Data, Payload, SocketType};

use super::{EXIT_CODES, Failure, ServerOptions, http, output};

/// What the server takes where no time limit is given.
const TIMEOUT_MS: u64 = 30_000;
/// The server keeps the time limit by itself; this much later something is wrong with it.
const MARGIN: Duration = Duration::from_secs(10);

const EXAMPLES: &str = "\
Examples:
  sockyard exchange udp 127.0.0.1:7788 --send ping --timeout-ms 1000
      Sends a datagram and prints the one that comes back.

  printf 'GET / HTTP/1.0\\r\\n\\r\\n' | sockyard exchange tcp 127.0.0.1:8000
      Connects, sends stdin, and prints all that comes until the peer closes.

  sockyard exchange tcp 127.0.0.1:2525 --send '' --until text:220 --json
      Sends nothing, and ends as soon as the text has come.";

#[derive(Debug, Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub(crate) struct ExchangeOptions {
    /// The protocol
    protocol: Protocol,

    /// The peer's address, such as 127.0.0.1:7788
    #[arg(value_parser = parse_address)]
    to: Address,

    /// Text to send; without this and its like, stdin is sent
    #[arg(long, value_name = "TEXT", group = "payload")]
    send: Option<String>,

    /// Bytes to send as hexadecimal digits
    #[arg(long, value_name = "DIGITS", group = "payload")]
    hex: Option<String>,

    /// Bytes to send as base64
    #[arg(long, value_name = "TEXT", group = "payload")]
    base64: Option<String>,

    /// Where the reply over TCP ends: close, bytes:N or text:…
    #[arg(long, value_name = "END")]
    until: Option<String>,

    /// Longest time for all of it, at most 30000 ms
    #[arg(long, value_name = "MS", default_value_t = TIMEOUT_MS)]
    timeout_ms: u64,

    /// Print the server's answer as JSON instead of the reply's bytes
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    server: ServerOptions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Protocol {
    Udp,
    Tcp,
}

/// What is printed of the server's answer.
#[derive(Deserialize)]
struct Reply {
    reply: Data,
}

/// Exchanges.
pub(crate) async fn run(options: &ExchangeOptions) -> Result<(), Failure> {
    let kind = match options.protocol {
        Protocol::Udp => SocketType::Dgram,
        Protocol::Tcp => SocketType::Stream,
    };
    let mut body = json!({
        "type": kind, "to": options.to, "send": options.payload()?, "timeout_ms": options.timeout_ms,
    });
    if let Some(until) = &options.until {
        body["until"] = Value::String(until.clone());
    }
    let server = options.server.server()?;
    let deadline = Duration::from_millis(options.timeout_ms).saturating_add(MARGIN);
    let answer = http::post(&server, "/api/v1/exchange", &body, deadline).await?;
    let wrong =
        |error: serde_json::Error| Failure::NoServer(format!("the answer is none of Sockyard's: {error}"));
    if options.json {
        let answer: Box<RawValue> = serde_json::from_slice(&answer).map_err(wrong)?;
        return output::json(&answer).await;
    }
    let Reply { reply } = serde_json::from_slice(&answer).map_err(wrong)?;
    match reply.to_bytes() {
        Some(bytes) => output::bytes(&bytes).await,
        None => Err(Failure::NoServer("the reply is not base64".to_owned())),
    }
}

impl ExchangeOptions {
    fn payload(&self) -> Result<Payload, Failure> {
        if let Some(text) = &self.send {
            return Ok(text.as_str().into());
        }
        if let Some(hex) = self.hex.clone() {
            return Ok(Payload::Hex { hex });
        }
        if let Some(base64) = self.base64.clone() {
            return Ok(Payload::Base64 { base64 });
        }
        let mut bytes = Vec::new();
        let most = PAYLOAD_MAX as u64;
        std::io::stdin()
            .take(most + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| Failure::Usage(format!("read stdin: {error}")))?;
        match bytes.len() {
            0..=PAYLOAD_MAX => Ok(bytes.as_slice().into()),
            _ => Err(Failure::Usage(format!(
                "stdin has more than {most} bytes, the most that one exchange sends"
            ))),
        }
    }
}

fn parse_address(text: &str) -> Result<Address, String> {
    text.parse().map_err(|error| format!("{error}"))
}
