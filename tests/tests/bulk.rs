//! A stream of 1 GiB through binary frames, each way: every byte arrives, known by its hash, and the server does not grow.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use sockyard_client::protocol::{EventKind, Family, SocketId, SocketType};
use sockyard_client::{Arrival, Client, Incoming, Server};
use sockyard_tests::{TestServer, within};
use tokio::task::{JoinHandle, spawn_blocking};

/// How much is sent.
const BYTES: usize = 1 << 30;
/// How much of it goes into one frame.
const BLOCK: usize = 256 * 1024;
/// How much the server may grow, a sixteenth of the stream: a full log (16 MiB), what waits for the peer and for the client
/// (4 MiB each), and what the allocator keeps of blocks of so many sizes.
const GROWTH_MAX: u64 = 64 << 20;
/// Between two looks at the server's memory.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// The stream, block by block: noise that is the same every time, and in each block its number, so that no block can
/// take another's place.
struct Blocks {
    block: Vec<u8>,
    next: u64,
}

impl Blocks {
    fn new() -> Blocks {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let words = std::iter::repeat_with(|| {
            // Xorshift (Marsaglia 2003).
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()
        });
        Blocks { block: words.take(BLOCK / 8).flatten().collect(), next: 0 }
    }

    fn next(&mut self) -> Option<&[u8]> {
        if self.next == (BYTES / BLOCK) as u64 {
            return None;
        }
        self.block[..8].copy_from_slice(&self.next.to_le_bytes());
        self.next += 1;
        Some(&self.block)
    }

    fn hash() -> [u8; 32] {
        let mut hash = Sha256::new();
        let mut blocks = Blocks::new();
        while let Some(block) = blocks.next() {
            hash.update(block);
        }
        hash.finalize().into()
    }
}

/// Looks at the server's memory until it is told to stop.
struct Watch {
    stop: Arc<AtomicBool>,
    grown: JoinHandle<u64>,
}

impl Watch {
    fn start(server: Arc<TestServer>) -> Watch {
        let stop = Arc::new(AtomicBool::new(false));
        let before = server.resident_bytes();
        let watched = Arc::clone(&stop);
        let grown = spawn_blocking(move || {
            let mut most = before;
            while !watched.load(Ordering::Relaxed) {
                most = most.max(server.resident_bytes());
                std::thread::sleep(LOOK_AGAIN);
            }
            most - before
        });
        Watch { stop, grown }
    }

    async fn grown(self) -> u64 {
        self.stop.store(true, Ordering::Relaxed);
        self.grown.await.unwrap()
    }
}

/// A socket of a session connected to a peer of the test's own.
async fn connected(server: &TestServer) -> (Client, Incoming, SocketId, TcpStream) {
    let (client, incoming) = within("a session", Server::parse(&server.url()).unwrap().open()).await.unwrap();
    client.binary_frames().await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let socket = client.create(Family::Inet, SocketType::Stream).await.unwrap();
    client.connect(socket, &address, None).await.unwrap();
    let peer = listener.accept().unwrap().0;
    for set in [TcpStream::set_read_timeout, TcpStream::set_write_timeout] {
        set(&peer, Some(sockyard_tests::deadline::DEADLINE)).unwrap();
    }
    (client, incoming, socket, peer)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gibibyte_from_a_client_reaches_its_peer_intact() {
    let server = Arc::new(TestServer::start());
    let (client, incoming, socket, mut peer) = connected(&server).await;
    // Nobody asks for events here.
    drop(incoming);
    let watch = Watch::start(Arc::clone(&server));
    let receiving = spawn_blocking(move || {
        let (mut hash, mut buffer, mut left) = (Sha256::new(), vec![0; BLOCK], BYTES);
        while left > 0 {
            let length = peer.read(&mut buffer).expect("bytes in time");
            assert_ne!(length, 0, "the stream ended {left} bytes early");
            hash.update(&buffer[..length]);
            left = left.checked_sub(length).expect("no more than was sent");
        }
        (<[u8; 32]>::from(hash.finalize()), peer)
    });
    let mut blocks = Blocks::new();
    while let Some(block) = blocks.next() {
        within("room for a frame", client.send_frame(socket, None, block)).await.unwrap();
    }
    let (hash, mut peer) = within("the last bytes", receiving).await.unwrap();
    client.close(socket).await.unwrap();
    assert_eq!(peer.read(&mut [0]).unwrap(), 0, "nothing comes behind it");
    let grown = watch.grown().await;
    assert_eq!(hash, Blocks::hash());
    assert!(grown < GROWTH_MAX, "the server grew by {grown} bytes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gibibyte_from_a_peer_reaches_the_client_intact() {
    let server = Arc::new(TestServer::start());
    let (client, mut incoming, socket, mut peer) = connected(&server).await;
    let watch = Watch::start(Arc::clone(&server));
    client.stream(socket).await.unwrap();
    let sending = spawn_blocking(move || {
        let mut blocks = Blocks::new();
        while let Some(block) = blocks.next() {
            peer.write_all(block).expect("room in time");
        }
    });
    let (mut hash, mut counted, mut told) = (Sha256::new(), 0, 0);
    loop {
        match within("the next bytes", incoming.next()).await.expect("an open connection") {
            Arrival::Frame(frame) => {
                assert_eq!((frame.socket, frame.from), (socket, None));
                hash.update(&frame.bytes);
                counted += frame.bytes.len();
            }
            Arrival::Event(event) => match event.kind {
                EventKind::Received { bytes, data, .. } => {
                    assert_eq!(data, None, "the bytes travel in frames alone");
                    told += bytes;
                }
                EventKind::PeerClosed {} => break,
                _ => {}
            },
            Arrival::Sockets(changed) => panic!("nobody asked for {changed:?}"),
            Arrival::Unknown { json, .. } => panic!("an unknown event: {json}"),
        }
    }
    sending.await.unwrap();
    let grown = watch.grown().await;
    assert_eq!((counted, told), (BYTES, BYTES));
    assert_eq!(<[u8; 32]>::from(hash.finalize()), Blocks::hash());
    assert!(grown < GROWTH_MAX, "the server grew by {grown} bytes");
}
