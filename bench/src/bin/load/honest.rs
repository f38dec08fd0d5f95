//! An honest client: a session with four sockets whose bytes go there and back, each of them looked at.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use sockyard_bench::echo::Echo;
use sockyard_client::protocol::{Family, SocketId, SocketType};
use sockyard_client::{Client, Server};

/// Longest wait for bytes that are on their way on the same machine.
const ARRIVAL: Duration = Duration::from_secs(20);
/// The sockets of a session.
pub(crate) const SOCKETS: u32 = 4;

/// A session with two UDP sockets that send to each other, a TCP connection to an echo, and a listener.
pub(crate) struct Honest {
    client: Client,
    here: SocketId,
    there: SocketId,
    there_address: String,
    stream: SocketId,
    number: u32,
    turn: u32,
}

/// How long the calls of a round took, the first from the time when it was due.
pub(crate) type Latencies = [Duration; 2];

impl Honest {
    pub(crate) async fn open(server: &Server, echo: Echo, number: u32) -> Result<Honest> {
        let (client, incoming) = server.open().await.context("open a session")?;
        // Events are pushed to this client as to any other, and thrown away here.
        drop(incoming);
        let here = client.create(Family::Inet, SocketType::Dgram).await?;
        client.bind(here, "127.0.0.1:0").await?;
        let (there, there_address) = loop {
            let there = client.create(Family::Inet, SocketType::Dgram).await?;
            let bound = client.bind(there, "127.0.0.1:0").await?.local;
            // Once in some ten thousand times the kernel gives the number of the server's own port, which nobody may send to.
            if bound != server.authority() {
                break (there, bound);
            }
            client.close(there).await?;
        };
        let stream = client.create(Family::Inet, SocketType::Stream).await?;
        client.connect(stream, &echo.tcp.to_string(), Some(ARRIVAL)).await?;
        let listener = client.create(Family::Inet, SocketType::Stream).await?;
        client.bind(listener, "127.0.0.1:0").await?;
        client.listen(listener).await?;
        Ok(Honest { client, here, there, there_address, stream, number, turn: 0 })
    }

    /// Two calls: bytes that nobody else has are sent, and received again; over UDP and TCP by turns.
    pub(crate) async fn round(&mut self, due: Instant) -> Result<Latencies> {
        self.turn += 1;
        let text = format!("session {} turn {}", self.number, self.turn);
        let over_tcp = self.turn.is_multiple_of(2);
        let from = if over_tcp { self.stream } else { self.there };
        if over_tcp {
            self.client.send(self.stream, text.as_str()).await.context("send")?;
        } else {
            self.client.send_to(self.here, text.as_str(), &self.there_address).await.context("sendto")?;
        }
        let sent = Instant::now();
        let received = self.client.recv(from, Some(ARRIVAL)).await.context("recv")?;
        let got = received.data.to_bytes().unwrap_or_default();
        ensure!(got == text.as_bytes(), "sent {text:?}, received {:?}", String::from_utf8_lossy(&got));
        Ok([sent - due, sent.elapsed()])
    }

    /// Ends the session, as a tidy client does.
    pub(crate) async fn close(self) -> Result<()> {
        self.client.close_session().await.context("close the session")
    }

    /// Leaves; the session goes when its time to return is over.
    pub(crate) async fn leave(self) {
        self.client.leave().await;
    }
}
