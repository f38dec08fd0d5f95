//! The bare relay: what a relay from WebSocket to a socket can reach at best when built on tokio and tungstenite.
//!
//! It has no log, no policy, no sessions and no limits, and it trusts whoever connects. It exists to be measured.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, accept_async};

/// Read from the target at once.
const READ_BYTES: usize = 64 * 1024;

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [transport, listen, target] = &arguments[..] else { bail!("bare-relay tcp|udp LISTEN TARGET") };
    let target: SocketAddr = target.parse().context("TARGET")?;
    let udp = transport == "udp";
    let listener = TcpListener::bind(listen).await.context("LISTEN")?;
    loop {
        let (stream, _) = listener.accept().await?;
        // A connection that ends with an error is the end of that connection.
        tokio::spawn(async move {
            if udp { datagrams(stream, target).await } else { bytes(stream, target).await }
        });
    }
}

async fn web_socket(stream: TcpStream) -> Result<WebSocketStream<TcpStream>> {
    stream.set_nodelay(true)?;
    Ok(accept_async(stream).await?)
}

async fn bytes(stream: TcpStream, target: SocketAddr) -> Result<()> {
    let (mut sink, mut messages) = web_socket(stream).await?.split();
    let target = TcpStream::connect(target).await?;
    target.set_nodelay(true)?;
    let (mut from_target, mut to_target) = target.into_split();
    let inward = async move {
        while let Some(Message::Binary(bytes)) = messages.next().await.transpose()? {
            to_target.write_all(&bytes).await?;
        }
        Ok(())
    };
    let outward = async move {
        let mut buffer = vec![0; READ_BYTES];
        loop {
            match from_target.read(&mut buffer).await? {
                0 => return Ok(()),
                length => sink.send(Message::binary(buffer[..length].to_vec())).await?,
            }
        }
    };
    tokio::select! { ended = inward => ended, ended = outward => ended }
}

async fn datagrams(stream: TcpStream, target: SocketAddr) -> Result<()> {
    let (mut sink, mut messages) = web_socket(stream).await?.split();
    let socket = UdpSocket::bind("127.0.0.1:0").await?;
    socket.connect(target).await?;
    let inward = async {
        while let Some(Message::Binary(bytes)) = messages.next().await.transpose()? {
            socket.send(&bytes).await?;
        }
        Ok(())
    };
    let outward = async {
        let mut buffer = vec![0; READ_BYTES];
        loop {
            let length = socket.recv(&mut buffer).await?;
            sink.send(Message::binary(buffer[..length].to_vec())).await?;
        }
    };
    tokio::select! { ended = inward => ended, ended = outward => ended }
}
