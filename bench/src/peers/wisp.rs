//! A client of Wisp, version 1: streams by number in binary messages, with a window counted in messages.
//!
//! A packet is its kind (1 byte), the stream's number (4 bytes, little-endian) and what belongs to the kind.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail};

use super::Transport;
use crate::echo::Echo;
use crate::inbox::Inbox;
use crate::link::{Io, Link, Wire};
use crate::websocket;

const CONNECT: u8 = 1;
const DATA: u8 = 2;
const CONTINUE: u8 = 3;
const CLOSE: u8 = 4;
/// The number that this client gives to its stream; 0 is the connection itself.
const STREAM: u32 = 1;
/// The reason of a stream's end that its client wanted.
const VOLUNTARY: u8 = 2;

/// A packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packet<'a> {
    /// Opens a stream.
    Connect { transport: Transport, port: u16, host: &'a str },
    /// Bytes of a stream, or a datagram.
    Data(&'a [u8]),
    /// From the server: so many more data packets may be sent.
    Continue { packets: u32 },
    /// The end of a stream.
    Close { reason: u8 },
}

impl<'a> Packet<'a> {
    fn to_message(self, stream: u32) -> Vec<u8> {
        let (kind, rest) = match self {
            Packet::Connect { transport, port, host } => {
                let kind = match transport {
                    Transport::Tcp => 1,
                    Transport::Udp => 2,
                };
                let [low, high] = port.to_le_bytes();
                (CONNECT, [&[kind, low, high], host.as_bytes()].concat())
            }
            Packet::Data(bytes) => (DATA, bytes.to_vec()),
            Packet::Continue { packets } => (CONTINUE, packets.to_le_bytes().to_vec()),
            Packet::Close { reason } => (CLOSE, vec![reason]),
        };
        let mut message = vec![kind];
        message.extend_from_slice(&stream.to_le_bytes());
        message.extend_from_slice(&rest);
        message
    }

    /// The stream's number and the packet.
    fn parse(message: &'a [u8]) -> Result<(u32, Packet<'a>)> {
        let (&kind, rest) = message.split_first().context("an empty Wisp packet")?;
        let (stream, rest) =
            rest.split_first_chunk().context("a Wisp packet without a whole stream number")?;
        let packet = match kind {
            CONNECT => {
                let (&[kind, low, high], host) =
                    rest.split_first_chunk().context("a short Wisp CONNECT packet")?;
                let transport = match kind {
                    1 => Transport::Tcp,
                    2 => Transport::Udp,
                    _ => bail!("a Wisp stream of kind {kind}"),
                };
                Packet::Connect {
                    transport,
                    port: u16::from_le_bytes([low, high]),
                    host: str::from_utf8(host)?,
                }
            }
            DATA => Packet::Data(rest),
            CONTINUE => {
                let (packets, _) = rest.split_first_chunk().context("a short Wisp CONTINUE packet")?;
                Packet::Continue { packets: u32::from_le_bytes(*packets) }
            }
            CLOSE => Packet::Close { reason: *rest.first().context("a Wisp CLOSE packet without a reason")? },
            _ => bail!("a Wisp packet of kind {kind}"),
        };
        Ok((u32::from_le_bytes(*stream), packet))
    }
}

/// Opens a connection with one stream. Whether the target could be reached shows with the first echo: the protocol
/// has no packet for it.
pub(super) async fn open(address: SocketAddr, transport: Transport, echo: Echo) -> Result<Link> {
    let io = Io::tcp(address).await?;
    let mut inbox = Inbox::default();
    // Relays of Wisp are told from others by the slash at the end.
    websocket::upgrade(&io, &mut inbox, "/wisp/", &[]).await?;
    let window = loop {
        let Some(message) = inbox.message()? else {
            io.read_into(&mut inbox).await?;
            continue;
        };
        match Packet::parse(message)? {
            (0, Packet::Continue { packets }) => break packets,
            other => bail!("Wisp began with {other:?}"),
        }
    };
    let target = match transport {
        Transport::Tcp => echo.tcp,
        Transport::Udp => echo.udp,
    };
    let host = target.ip().to_string();
    let connect = Packet::Connect { transport, port: target.port(), host: &host };
    io.write_all(&websocket::binary(&connect.to_message(STREAM))).await?;
    Ok(Link::new(io, inbox, Wisp { transport, window: usize::try_from(window)? }))
}

struct Wisp {
    transport: Transport,
    /// Data packets that may be sent before the server says more.
    window: usize,
}

impl Wire for Wisp {
    fn encode(&self, payload: &[u8]) -> Vec<u8> {
        websocket::binary(&Packet::Data(payload).to_message(STREAM))
    }

    fn decode(&mut self, inbox: &mut Inbox, echoed: &mut dyn FnMut(&[u8])) -> Result<()> {
        while let Some(message) = inbox.message()? {
            match Packet::parse(message)? {
                (STREAM, Packet::Data(bytes)) => echoed(bytes),
                (STREAM, Packet::Continue { packets }) => self.window = usize::try_from(packets)?,
                other => bail!("the Wisp stream got {other:?}"),
            }
        }
        Ok(())
    }

    fn allowance(&self) -> usize {
        match self.transport {
            Transport::Tcp => self.window,
            // Datagrams have no window: those that do not fit are lost.
            Transport::Udp => usize::MAX,
        }
    }

    fn sent(&mut self, messages: usize) {
        self.window = self.window.saturating_sub(messages);
    }

    fn farewell(&self) -> Vec<u8> {
        let mut bytes = websocket::binary(&Packet::Close { reason: VOLUNTARY }.to_message(STREAM));
        bytes.extend(websocket::close());
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_pinned_and_read_back() {
        let check = |packet: Packet<'_>, message: &[u8]| {
            assert_eq!(packet.to_message(258), message);
            assert_eq!(Packet::parse(message).unwrap(), (258, packet));
        };
        let connect = Packet::Connect { transport: Transport::Udp, port: 7788, host: "127.0.0.1" };
        check(connect, b"\x01\x02\x01\0\0\x02\x6c\x1e127.0.0.1");
        check(Packet::Data(b"hi"), b"\x02\x02\x01\0\0hi");
        check(Packet::Continue { packets: 128 }, b"\x03\x02\x01\0\0\x80\0\0\0");
        check(Packet::Close { reason: VOLUNTARY }, b"\x04\x02\x01\0\0\x02");
    }

    #[test]
    fn what_is_no_packet_is_an_error() {
        for message in [&b""[..], b"\x02\0\0", b"\x03\x01\0\0\0\x01", b"\x09\0\0\0\0", b"\x04\0\0\0\0"] {
            assert!(Packet::parse(message).is_err(), "{message:?}");
        }
    }

    #[test]
    fn the_window_shrinks_with_what_is_sent_and_opens_when_the_server_says_so() {
        let mut wisp = Wisp { transport: Transport::Tcp, window: 2 };
        wisp.sent(2);
        assert_eq!(wisp.allowance(), 0);
        let mut inbox = Inbox::default();
        let message = b"\x82\x09\x03\x01\0\0\0\x40\0\0\0";
        inbox.room()[..message.len()].copy_from_slice(message);
        inbox.filled(message.len());
        wisp.decode(&mut inbox, &mut |_| {}).unwrap();
        assert_eq!(wisp.allowance(), 64);
    }
}
