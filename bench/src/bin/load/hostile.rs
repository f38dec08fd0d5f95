//! Hostile clients: each does one bad thing over and over, from an address of its own, and counts how often.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sockyard_bench::echo::Echo;
use sockyard_bench::inbox::Inbox;
use sockyard_bench::link::Io;
use sockyard_bench::websocket;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

use crate::server::TOKEN;

/// A client that has been refused tries again so soon.
const AGAIN: Duration = Duration::from_millis(20);
/// How long one that only holds a place holds it.
const HELD: Duration = Duration::from_secs(2);
/// Handshakes that one client keeps half open.
const HALF_OPEN: usize = 50;

/// What a hostile client does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vice {
    SlowReader,
    CallFlood,
    Garbage,
    HalfOpen,
    BadFrames,
    HugeMessages,
    DeepJson,
    RudeEnd,
    WrongTokens,
}

/// All of them, dealt out in turn.
const VICES: [Vice; 9] = [
    Vice::SlowReader,
    Vice::CallFlood,
    Vice::Garbage,
    Vice::HalfOpen,
    Vice::BadFrames,
    Vice::HugeMessages,
    Vice::DeepJson,
    Vice::RudeEnd,
    Vice::WrongTokens,
];

impl Vice {
    fn words(self) -> &'static str {
        match self {
            Vice::SlowReader => "ask for megabytes and read none of them",
            Vice::CallFlood => "make calls as fast as they are taken",
            Vice::Garbage => "send noise instead of a request",
            Vice::HalfOpen => "begin requests and never end them, 50 at a time",
            Vice::BadFrames => "break RFC 6455 after the upgrade",
            Vice::HugeMessages => "announce a message of 4 GiB, and send one of 2 MiB",
            Vice::DeepJson => "send JSON that is nested 100 000 deep",
            Vice::RudeEnd => "open a session with sockets and reset the connection",
            Vice::WrongTokens => "guess tokens",
        }
    }
}

/// How often each bad thing was done.
#[derive(Debug, Default)]
pub(crate) struct Deeds([AtomicU64; VICES.len()]);

impl Deeds {
    fn count(&self, vice: Vice) {
        let place = VICES.iter().position(|other| *other == vice);
        if let Some(count) = place.and_then(|place| self.0.get(place)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Each with its number, as lines of a table.
    pub(crate) fn rows(&self) -> String {
        let count = |(vice, count): (&Vice, &AtomicU64)| {
            format!("| {} | {} |\n", vice.words(), count.load(Ordering::Relaxed))
        };
        VICES.iter().zip(&self.0).map(count).collect()
    }
}

/// One hostile client. It ends with its task.
pub(crate) async fn run(number: u32, server: SocketAddr, echo: Echo, deeds: &Deeds) {
    let vice = VICES[number as usize % VICES.len()];
    let client = Hostile { number, server, echo };
    loop {
        // Being refused or cut off is what a hostile client expects.
        _ = client.once(vice).await;
        deeds.count(vice);
        if vice != Vice::CallFlood {
            sleep(AGAIN).await;
        }
    }
}

struct Hostile {
    number: u32,
    server: SocketAddr,
    echo: Echo,
}

impl Hostile {
    async fn once(&self, vice: Vice) -> anyhow::Result<()> {
        match vice {
            Vice::SlowReader => self.read_slowly().await,
            Vice::CallFlood => self.flood().await,
            Vice::Garbage => self.send_noise().await,
            Vice::HalfOpen => self.keep_half_open().await,
            Vice::BadFrames => self.after_upgrade(&[0xf7, 0xff, 0x00, 0x13]).await,
            Vice::HugeMessages => {
                // A header for 4 GiB, masked; then what follows would be its payload.
                self.after_upgrade(&[0x82, 0xff, 0, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4]).await?;
                self.after_upgrade(&websocket::binary(&vec![0; 2 << 20])).await
            }
            Vice::DeepJson => self.after_upgrade(&websocket::text(&"[".repeat(100_000))).await,
            Vice::RudeEnd => self.end_rudely().await,
            Vice::WrongTokens => self.guess().await,
        }
    }

    /// A connection from this client's own address of 127.0.0.0/8.
    async fn connect(&self) -> anyhow::Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        let [_, second, third, _] = self.number.to_be_bytes();
        let own = Ipv4Addr::new(127, 1 + second, third, 2 + (self.number % 250) as u8);
        socket.bind((own, 0).into())?;
        Ok(socket.connect(self.server).await?)
    }

    /// An upgraded connection to a new session, with the socket that `query` asks for.
    async fn session(&self, query: &str) -> anyhow::Result<TcpStream> {
        let io = Io::Tcp(self.connect().await?);
        let authorization = format!("Bearer {TOKEN}");
        let headers = [("Authorization", authorization.as_str()), ("Sec-WebSocket-Protocol", "sockyard.v1")];
        websocket::upgrade(&io, &mut Inbox::default(), &format!("/api/v1/ws?{query}"), &headers).await?;
        match io {
            Io::Tcp(stream) => Ok(stream),
            Io::Udp(_) => anyhow::bail!("a WebSocket is a stream"),
        }
    }

    async fn read_slowly(&self) -> anyhow::Result<()> {
        let target = self.echo.tcp;
        let query = format!("create=inet,stream&connect={target}&receive=stream");
        let mut stream = self.session(&query).await?;
        let message = websocket::text(&format!(
            r#"{{"jsonrpc":"2.0","method":"socket.send","params":{{"socket":3,"data":"{}"}}}}"#,
            "x".repeat(16 * 1024)
        ));
        timeout(HELD, async {
            loop {
                stream.write_all(&message).await?;
            }
        })
        .await?
    }

    /// Reads what comes back, so that nothing holds it up but the server.
    async fn flood(&self) -> anyhow::Result<()> {
        let (mut reader, mut writer) = self.session("create=inet,dgram").await?.into_split();
        let one = websocket::text(r#"{"jsonrpc":"2.0","id":1,"method":"socket.info","params":{"socket":3}}"#);
        let many = one.repeat(64);
        let write = async {
            loop {
                writer.write_all(&many).await?;
            }
        };
        let read = async {
            let mut scrap = vec![0; 64 * 1024];
            while reader.read(&mut scrap).await? > 0 {}
            anyhow::Ok(())
        };
        timeout(HELD, async {
            tokio::select! { done = write => done, done = read => done }
        })
        .await?
    }

    async fn send_noise(&self) -> anyhow::Result<()> {
        let mut stream = self.connect().await?;
        let mut state = u64::from(self.number) << 32 | 0x9e37_79b9;
        let mut noise = || {
            // Xorshift (Marsaglia 2003).
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()
        };
        let bytes: Vec<u8> = std::iter::repeat_with(&mut noise).take(256).flatten().collect();
        stream.write_all(&bytes).await?;
        timeout(HELD, stream.read(&mut [0; 1024])).await??;
        Ok(())
    }

    async fn keep_half_open(&self) -> anyhow::Result<()> {
        let mut held = Vec::new();
        for _ in 0..HALF_OPEN {
            let mut stream = self.connect().await?;
            stream.write_all(b"GET /api/v1/ws HTTP/1.1\r\nHost: ").await?;
            held.push(stream);
        }
        sleep(HELD).await;
        Ok(())
    }

    async fn after_upgrade(&self, bytes: &[u8]) -> anyhow::Result<()> {
        let mut stream = self.session("").await?;
        stream.write_all(bytes).await?;
        let mut scrap = vec![0; 4096];
        let ended = async {
            while stream.read(&mut scrap).await? > 0 {}
            anyhow::Ok(())
        };
        timeout(HELD, ended).await?
    }

    async fn end_rudely(&self) -> anyhow::Result<()> {
        let target = self.echo.tcp;
        let stream = self.session(&format!("create=inet,stream&connect={target}&receive=stream")).await?;
        // Closed with bytes unread and no time to linger, which is an RST (tcp(7)).
        socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
        Ok(())
    }

    async fn guess(&self) -> anyhow::Result<()> {
        let mut stream = self.connect().await?;
        let request = format!(
            "GET /metrics HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer wrong-{}\r\nConnection: close\r\n\r\n",
            self.server, self.number
        );
        stream.write_all(request.as_bytes()).await?;
        let mut scrap = Vec::new();
        timeout(HELD, stream.read_to_end(&mut scrap)).await??;
        Ok(())
    }
}
