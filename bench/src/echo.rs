//! What every peer relays to: an echo over TCP and UDP, on a thread of its own.

use std::cell::RefCell;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::mpsc;

use anyhow::{Context as _, Result};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

/// Read at once; a burst of the stream's rows fits.
const BUFFER_BYTES: usize = 256 * 1024;
/// The longest datagram.
const DATAGRAM_BYTES: usize = 64 * 1024;
/// Between two looks for new datagrams other tasks get their turn after so many.
const DATAGRAMS_AT_ONCE: usize = 64;
/// The kernel's queue of connections; thousands are opened at once.
const BACKLOG: u32 = 4096;

/// Where the echo listens.
#[derive(Clone, Copy, Debug)]
pub struct Echo {
    /// Its TCP address.
    pub tcp: SocketAddr,
    /// Its UDP address.
    pub udp: SocketAddr,
}

impl Echo {
    /// Starts the echo. It runs until the process ends.
    ///
    /// # Errors
    /// When the thread or its sockets cannot be made.
    pub fn start() -> Result<Echo> {
        let (sender, receiver) = mpsc::channel();
        let thread = std::thread::Builder::new().name("echo".to_owned());
        thread
            .spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
                let served = runtime.context("start the echo's runtime");
                if let Err(error) = served.and_then(|runtime| runtime.block_on(serve(&sender))) {
                    // The receiver is gone once the echo has started.
                    _ = sender.send(Err(error));
                }
            })
            .context("start the echo's thread")?;
        receiver.recv().context("the echo ended before it listened")?
    }
}

async fn serve(started: &mpsc::Sender<Result<Echo>>) -> Result<()> {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None)?;
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).context("bind the echo over TCP")?;
    socket.listen(BACKLOG.try_into()?)?;
    socket.set_nonblocking(true)?;
    let listener = TcpListener::from_std(socket.into())?;
    let datagrams = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.context("bind the echo over UDP")?;
    let echo = Echo { tcp: listener.local_addr()?, udp: datagrams.local_addr()? };
    // Nobody waits any more if the process is on its way out.
    _ = started.send(Ok(echo));
    tokio::spawn(echo_datagrams(datagrams));
    loop {
        let (stream, _) = listener.accept().await.context("accept a connection to the echo")?;
        tokio::spawn(echo_stream(stream));
    }
}

thread_local! {
    /// One buffer for all connections: what was read is written before anything else is read.
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; BUFFER_BYTES]);
}

/// Echoes one connection until it ends, however that comes.
async fn echo_stream(stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    loop {
        stream.readable().await?;
        let rest = match BUFFER.with_borrow_mut(|buffer| echo_once(&stream, buffer)) {
            Ok(None) => return Ok(()),
            Ok(Some(rest)) => rest,
            Err(error) if error.kind() == ErrorKind::WouldBlock => continue,
            Err(error) => return Err(error),
        };
        let mut rest = &rest[..];
        while !rest.is_empty() {
            stream.writable().await?;
            match stream.try_write(rest) {
                Ok(written) => rest = &rest[written..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// Writes what can be read, and gives back what could not be written at once; none at the end of the stream.
fn echo_once(stream: &TcpStream, buffer: &mut [u8]) -> std::io::Result<Option<Vec<u8>>> {
    let length = stream.try_read(buffer)?;
    if length == 0 {
        return Ok(None);
    }
    let written = match stream.try_write(&buffer[..length]) {
        Err(error) if error.kind() == ErrorKind::WouldBlock => 0,
        written => written?,
    };
    Ok(Some(buffer[written..length].to_vec()))
}

async fn echo_datagrams(socket: UdpSocket) -> std::io::Result<()> {
    let mut buffer = vec![0; DATAGRAM_BYTES];
    loop {
        socket.readable().await?;
        for _ in 0..DATAGRAMS_AT_ONCE {
            match socket.try_recv_from(&mut buffer) {
                // A sender that is gone, or has no room, has lost its echo: that is what UDP is.
                Ok((length, from)) => _ = socket.try_send_to(&buffer[..length], from),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                // An earlier echo was refused.
                Err(_) => {}
            }
        }
        tokio::task::yield_now().await;
    }
}
