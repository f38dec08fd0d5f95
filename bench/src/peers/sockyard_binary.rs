//! Sockyard with payloads in binary frames (docs/protocol.md, section 9).

use std::net::SocketAddr;

use anyhow::{Result, anyhow, bail};
use sockyard_protocol::frame::Frame;

use super::{Transport, sockyard};
use crate::echo::Echo;
use crate::inbox::Inbox;
use crate::link::{Link, Wire};
use crate::websocket;

/// Frames bring the bytes, so only what ends them or goes wrong is wanted as an event.
const SETTINGS: &str = "frames=binary&kinds=peer_closed,reset,dropped,failed,closed";
/// How a notification of events begins. Frames bring the bytes; events are looked into only for failures.
const EVENTS: &str = r#"{"jsonrpc":"2.0","method":"events""#;
/// What stands in the event of a frame that could not be sent. Payloads, which could hold anything, are in no event.
const FAILED: &str = r#""kind":"failed""#;

pub(super) async fn open(address: SocketAddr, transport: Transport, echo: Echo) -> Result<Link> {
    let (io, inbox) = sockyard::open(address, transport, echo, SETTINGS).await?;
    Ok(Link::new(io, inbox, Binary))
}

struct Binary;

impl Wire for Binary {
    /// A connected socket needs no address, so stream and datagrams are sent in the same form.
    fn encode(&self, payload: &[u8]) -> Vec<u8> {
        websocket::binary(&Frame { socket: sockyard::SOCKET, address: None, bytes: payload }.to_message())
    }

    fn decode(&mut self, inbox: &mut Inbox, echoed: &mut dyn FnMut(&[u8])) -> Result<()> {
        while let Some(message) = inbox.message()? {
            if message.first() != Some(&b'{') {
                let frame = Frame::parse(message).map_err(|fault| anyhow!("{fault:?}"))?;
                echoed(frame.bytes);
                continue;
            }
            let text = std::str::from_utf8(message)?;
            if !text.starts_with(EVENTS) {
                bail!("sockyard sent {text}");
            }
            if let Some(failed) = text.find(FAILED) {
                bail!("a frame was not sent: {}", &text[failed..]);
            }
        }
        Ok(())
    }

    fn farewell(&self) -> Vec<u8> {
        sockyard::farewell()
    }
}
