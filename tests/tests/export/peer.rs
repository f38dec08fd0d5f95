//! Peers outside of the server that write down what reaches them.

use std::sync::{Arc, Mutex};

use sockyard_tests::{eventually, sockets};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What reached a peer. Equal records are equal traffic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Record {
    /// For each connection, in the order in which they were accepted, its bytes and how it ended.
    pub(crate) connections: Vec<(Vec<u8>, Option<&'static str>)>,
    /// How many of them have ended.
    pub(crate) ends: usize,
    pub(crate) datagrams: Vec<Vec<u8>>,
}

impl Record {
    /// The lengths and ends alone, which are easier to read.
    pub(crate) fn summary(&self) -> String {
        let connections =
            self.connections.iter().map(|(bytes, end)| format!("{} bytes, {end:?}", bytes.len()));
        let datagrams = self.datagrams.iter().map(|bytes| format!("{} bytes", bytes.len()));
        connections.chain(datagrams).collect::<Vec<_>>().join("; ")
    }
}

/// A TCP server that sends back what it gets, and a UDP socket that answers each datagram with `re:` and itself.
pub(crate) struct Peer {
    pub(crate) tcp: String,
    pub(crate) udp: String,
    record: Arc<Mutex<Record>>,
}

impl Peer {
    pub(crate) async fn start() -> Peer {
        let record = Arc::new(Mutex::new(Record::default()));
        let (listener, tcp) = sockets::listener().await;
        let written = Arc::clone(&record);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let number = {
                    let mut record = written.lock().unwrap();
                    record.connections.push((Vec::new(), None));
                    record.connections.len() - 1
                };
                tokio::spawn(echo(stream, number, Arc::clone(&written)));
            }
        });
        let (socket, udp) = sockets::udp().await;
        let written = Arc::clone(&record);
        tokio::spawn(async move {
            let mut bytes = vec![0; 65_536];
            while let Ok((length, from)) = socket.recv_from(&mut bytes).await {
                written.lock().unwrap().datagrams.push(bytes[..length].to_vec());
                _ = socket.send_to(&[b"re:", &bytes[..length]].concat(), from).await;
            }
        });
        Peer { tcp, udp, record }
    }

    /// Waits until so many connections have ended.
    pub(crate) async fn ended(&self, ends: usize) {
        let has_ended = async || (self.record.lock().unwrap().ends >= ends).then_some(());
        eventually(format!("{ends} ended connections"), has_ended).await;
    }

    /// What has reached it since the last time, once so many connections have ended and so many datagrams come.
    pub(crate) async fn take(&self, ends: usize, datagrams: usize) -> Record {
        eventually(format!("{ends} ended connections and {datagrams} datagrams"), async || {
            let mut record = self.record.lock().unwrap();
            let is_whole = record.ends >= ends && record.datagrams.len() >= datagrams;
            is_whole.then(|| std::mem::take(&mut *record))
        })
        .await
    }
}

async fn echo(mut stream: TcpStream, number: usize, record: Arc<Mutex<Record>>) {
    let mut bytes = vec![0; 65_536];
    let end = loop {
        match stream.read(&mut bytes).await {
            Ok(0) => break "FIN",
            Ok(length) => {
                record.lock().unwrap().connections[number].0.extend_from_slice(&bytes[..length]);
                if stream.write_all(&bytes[..length]).await.is_err() {
                    break "RST";
                }
            }
            Err(_) => break "RST",
        }
    };
    let mut record = record.lock().unwrap();
    record.connections[number].1 = Some(end);
    record.ends += 1;
}
