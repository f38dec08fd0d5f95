//! One connection of the load: its socket, what arrived on it, and how messages are written on its wire.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Result, bail};
use tokio::io::Interest;
use tokio::net::{TcpStream, UdpSocket};

use crate::inbox::Inbox;

/// A peer that does not answer the end of a connection within this is left alone.
const FAREWELL: Duration = Duration::from_millis(300);

/// The load's own socket. Nearly always TCP to the peer; without a peer whatever the echo speaks.
#[derive(Debug)]
pub enum Io {
    /// A stream.
    Tcp(TcpStream),
    /// Datagrams, to and from one address.
    Udp(UdpSocket),
}

impl Io {
    /// A stream that sends without delay.
    ///
    /// # Errors
    /// When the connection is refused.
    pub async fn tcp(address: SocketAddr) -> Result<Io> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Io::Tcp(stream))
    }

    /// A connected datagram socket.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn udp(address: SocketAddr) -> Result<Io> {
        let socket = UdpSocket::bind("127.0.0.1:0").await?;
        socket.connect(address).await?;
        Ok(Io::Udp(socket))
    }

    /// The other end's address.
    ///
    /// # Errors
    /// When the connection is gone.
    pub fn peer(&self) -> std::io::Result<SocketAddr> {
        match self {
            Io::Tcp(stream) => stream.peer_addr(),
            Io::Udp(socket) => socket.peer_addr(),
        }
    }

    /// Waits until something can be read, or written where that is wanted.
    ///
    /// # Errors
    /// When the runtime is on its way out.
    pub async fn ready(&self, write: bool) -> std::io::Result<()> {
        let interest = if write { Interest::READABLE | Interest::WRITABLE } else { Interest::READABLE };
        match self {
            Io::Tcp(stream) => stream.ready(interest).await.map(|_| ()),
            Io::Udp(socket) => socket.ready(interest).await.map(|_| ()),
        }
    }

    /// Reads what is there; 0 where nothing is.
    ///
    /// # Errors
    /// The kernel's, and at the end of a stream.
    pub fn try_read(&self, inbox: &mut Inbox) -> Result<usize> {
        let room = inbox.room();
        let read = match self {
            Io::Tcp(stream) => stream.try_read(room),
            Io::Udp(socket) => socket.try_recv(room),
        };
        match read {
            Ok(0) => bail!("the peer closed the connection"),
            Ok(length) => {
                inbox.filled(length);
                Ok(length)
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(0),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes what there is room for; 0 where there is none.
    ///
    /// # Errors
    /// The kernel's.
    pub fn try_write(&self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = match self {
            Io::Tcp(stream) => stream.try_write(bytes),
            Io::Udp(socket) => socket.try_send(bytes),
        };
        match written {
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(0),
            written => written,
        }
    }

    /// Writes everything.
    ///
    /// # Errors
    /// The kernel's.
    pub async fn write_all(&self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            match self.try_write(bytes)? {
                0 => match self {
                    Io::Tcp(stream) => stream.writable().await?,
                    Io::Udp(socket) => socket.writable().await?,
                },
                written => bytes = &bytes[written..],
            }
        }
        Ok(())
    }

    /// Reads at least 1 byte.
    ///
    /// # Errors
    /// The kernel's, and at the end of a stream.
    pub async fn read_into(&self, inbox: &mut Inbox) -> Result<()> {
        while self.try_read(inbox)? == 0 {
            self.ready(false).await?;
        }
        Ok(())
    }
}

/// How a peer's protocol carries messages, once the connection to the target stands.
pub trait Wire: Send {
    /// A message as the bytes that carry it.
    fn encode(&self, payload: &[u8]) -> Vec<u8>;

    /// Uses up what arrived, as far as it is complete, and gives out what the target echoed: a call for each
    /// datagram, any number of calls for a stream.
    ///
    /// # Errors
    /// When the peer reports a failure, or sends what its protocol does not have.
    fn decode(&mut self, inbox: &mut Inbox, echoed: &mut dyn FnMut(&[u8])) -> Result<()>;

    /// How many messages may be sent before the peer says more.
    fn allowance(&self) -> usize {
        usize::MAX
    }

    /// So many messages were sent.
    fn sent(&mut self, _messages: usize) {}

    /// What a client writes that leaves.
    fn farewell(&self) -> Vec<u8>;
}

/// A connection through a peer to a target.
pub struct Link {
    /// The load's socket.
    pub io: Io,
    /// What arrived on it.
    pub inbox: Inbox,
    /// How messages are written.
    pub wire: Box<dyn Wire>,
}

impl Link {
    /// A connection whose target is connected.
    pub fn new(io: Io, inbox: Inbox, wire: impl Wire + 'static) -> Link {
        Link { io, inbox, wire: Box::new(wire) }
    }

    /// Sends one message, as [`Wire::encode`] made it, and waits until so many bytes were echoed.
    ///
    /// # Errors
    /// When the connection ends.
    pub async fn round_trip(&mut self, message: &[u8], payload_bytes: usize) -> Result<()> {
        while self.wire.allowance() == 0 {
            self.io.read_into(&mut self.inbox).await?;
            self.wire.decode(&mut self.inbox, &mut |_| {})?;
        }
        self.wire.sent(1);
        self.io.write_all(message).await?;
        let mut echoed = 0;
        loop {
            self.wire.decode(&mut self.inbox, &mut |bytes| echoed += bytes.len())?;
            if echoed >= payload_bytes {
                return Ok(());
            }
            self.io.read_into(&mut self.inbox).await?;
        }
    }

    /// Sends one message and checks that the same comes back.
    ///
    /// # Errors
    /// When the connection ends, or something else came back.
    pub async fn verify(&mut self, payload: &[u8]) -> Result<()> {
        let message = self.wire.encode(payload);
        self.wire.sent(1);
        self.io.write_all(&message).await?;
        let mut echoed = Vec::new();
        loop {
            self.wire.decode(&mut self.inbox, &mut |bytes| echoed.extend_from_slice(bytes))?;
            if echoed.len() >= payload.len() {
                break;
            }
            self.io.read_into(&mut self.inbox).await?;
        }
        if echoed != payload {
            bail!("what came back is not what was sent ({} and {} bytes)", echoed.len(), payload.len());
        }
        Ok(())
    }

    /// Leaves as the protocol wants it, and waits a little for the peer to agree, so that it has put everything
    /// away before the next measurement.
    pub async fn leave(mut self) {
        let farewell = self.wire.farewell();
        if farewell.is_empty() || self.io.write_all(&farewell).await.is_err() {
            return;
        }
        let end = async {
            // Answers and late echoes are of no interest, only the end is.
            while self.io.read_into(&mut self.inbox).await.is_ok() {
                self.inbox.take_all();
            }
        };
        // A peer that keeps the connection open loses it when the socket is dropped.
        _ = tokio::time::timeout(FAREWELL, end).await;
    }
}
