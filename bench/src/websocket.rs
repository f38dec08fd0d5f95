//! A client's side of WebSocket (RFC 6455), as much of it as a load needs.
//!
//! Messages become bytes before the clock starts and are then written as they are, over and over; a client library
//! would mask and copy each of them while it is being measured.

use anyhow::{Context as _, Result, bail};
use tokio_tungstenite::tungstenite::handshake::{client::generate_key, derive_accept_key};
use tokio_tungstenite::tungstenite::protocol::frame::FrameHeader;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Control, Data, OpCode};

use crate::inbox::Inbox;
use crate::link::Io;

/// The longest answer to an upgrade.
const ANSWER_BYTES_MAX: usize = 16 * 1024;
/// Any mask is as good as another here: it is there against caches between client and server.
const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// Upgrades a connection. What the peer sent after its answer stays in the inbox.
///
/// # Errors
/// When the peer refuses, with its answer.
pub async fn upgrade(io: &Io, inbox: &mut Inbox, path: &str, headers: &[(&str, &str)]) -> Result<()> {
    let key = generate_key();
    let mut request = format!(
        "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n",
        io.peer()?
    );
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    io.write_all(request.as_bytes()).await.context("send the upgrade")?;
    loop {
        if let Some(end) = inbox.bytes().windows(4).position(|window| window == b"\r\n\r\n") {
            let answer = String::from_utf8_lossy(&inbox.bytes()[..end]).into_owned();
            inbox.used(end + 4);
            return check(&answer, &key);
        }
        if inbox.bytes().len() > ANSWER_BYTES_MAX {
            bail!("the answer to the upgrade is longer than {ANSWER_BYTES_MAX} bytes");
        }
        io.read_into(inbox).await.context("wait for the answer to the upgrade")?;
    }
}

fn check(answer: &str, key: &str) -> Result<()> {
    if !answer.starts_with("HTTP/1.1 101 ") {
        bail!("the peer refused the upgrade: {answer}");
    }
    let accepted = answer.lines().filter_map(|line| line.split_once(':')).any(|(name, value)| {
        name.eq_ignore_ascii_case("sec-websocket-accept") && value.trim() == derive_accept_key(key.as_bytes())
    });
    if !accepted {
        bail!("the peer accepted another upgrade than this one: {answer}");
    }
    Ok(())
}

/// A binary message as the bytes that carry it.
pub fn binary(payload: &[u8]) -> Vec<u8> {
    frame(OpCode::Data(Data::Binary), payload)
}

/// A text message as the bytes that carry it.
pub fn text(payload: &str) -> Vec<u8> {
    frame(OpCode::Data(Data::Text), payload.as_bytes())
}

/// The message that ends the connection.
pub fn close() -> Vec<u8> {
    frame(OpCode::Control(Control::Close), &1000_u16.to_be_bytes())
}

fn frame(opcode: OpCode, payload: &[u8]) -> Vec<u8> {
    let header = FrameHeader { opcode, mask: Some(MASK), ..FrameHeader::default() };
    let length = payload.len() as u64;
    let mut bytes = Vec::with_capacity(header.len(length) + payload.len());
    // Writing into a vector cannot fail.
    _ = header.format(length, &mut bytes);
    bytes.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_masked_and_final() {
        assert_eq!(binary(b"\x37\xfa!=7"), b"\x82\x85\x37\xfa\x21\x3d\0\0\0\0\0");
        assert_eq!(text("")[..2], [0x81, 0x80]);
        assert_eq!(close()[..2], [0x88, 0x82]);
        assert_eq!(binary(&[0; 16384])[..4], [0x82, 0xfe, 0x40, 0]);
    }

    #[test]
    fn the_example_of_the_standard_is_accepted_and_others_are_not() {
        let answer =
            |accept: &str| format!("HTTP/1.1 101 Switching Protocols\r\nsec-websocket-accept: {accept}");
        let key = "dGhlIHNhbXBsZSBub25jZQ==";
        assert!(check(&answer("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), key).is_ok());
        assert!(check(&answer("s3pPLMBiTxaQ9kYGzzhZRbK+xOa="), key).is_err());
        assert!(check("HTTP/1.1 401 Unauthorized", key).is_err());
    }
}
