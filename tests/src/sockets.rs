//! Sockets outside of the server, with what the standard library leaves out.

use std::net::SocketAddr;
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

use crate::deadline::within;

/// A UDP socket on a free port of 127.0.0.1.
pub async fn udp() -> (UdpSocket, String) {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap().to_string();
    (socket, address)
}

/// A TCP listener on a free port of 127.0.0.1.
pub async fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (listener, address)
}

/// A TCP listener whose connections take no more than a few kilobytes that nobody has read.
pub async fn narrow_listener() -> (TcpListener, String) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::TCP)).unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    socket.listen(16).unwrap();
    socket.set_nonblocking(true).unwrap();
    let listener = TcpListener::from_std(socket.into()).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (listener, address)
}

/// A TCP connection to a listener.
pub async fn connect(address: &str) -> TcpStream {
    within("a connection", TcpStream::connect(address)).await.unwrap()
}

/// The next connection of a listener.
pub async fn accept(listener: &TcpListener) -> TcpStream {
    within("a connection to accept", listener.accept()).await.unwrap().0
}

/// So many bytes from a connection.
pub async fn read(stream: &mut TcpStream, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    within("bytes on a connection", stream.read_exact(&mut bytes)).await.unwrap();
    bytes
}

/// All bytes of a connection up to its end.
pub async fn read_to_end(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    within("the end of a connection", stream.read_to_end(&mut bytes)).await.map(|_| bytes)
}

/// Writes bytes to a connection.
pub async fn write(stream: &mut TcpStream, bytes: &[u8]) {
    within("room on a connection", stream.write_all(bytes)).await.unwrap();
}

/// The next datagram and where it came from.
pub async fn receive(socket: &UdpSocket) -> (Vec<u8>, SocketAddr) {
    let mut bytes = vec![0; 65_536];
    let (length, from) = within("a datagram", socket.recv_from(&mut bytes)).await.unwrap();
    bytes.truncate(length);
    (bytes, from)
}

/// Closes a connection with RST instead of FIN.
pub fn reset(stream: TcpStream) {
    socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
}

/// A port of 127.0.0.1 on which nothing listens: taken for a moment and given back.
pub async fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}
