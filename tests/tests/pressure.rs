//! A client that does not read: memory stays bounded, the sender is held back, nobody else notices, and in the end
//! every event arrives in order.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use sockyard_tests::{TestServer, WsClient, eventually, sockets};
use tokio::io::AsyncWriteExt;

/// How long the sender pushes.
const PUSH: Duration = Duration::from_secs(10);

/// How much the server may grow meanwhile.
const GROWTH_MAX: u64 = 64 * 1024 * 1024;

/// How much may be taken from the sender: what the kernel's buffers, the log and the way to the client hold.
/// Loopback without pressure back carries many times as much.
const TAKEN_MAX: u64 = 128 * 1024 * 1024;

#[tokio::test]
async fn a_reader_that_stalls_holds_back_its_sender_and_nothing_else() {
    let server = TestServer::start();
    let stalled = WsClient::open(&server).await;
    let other = WsClient::open(&server).await;
    let (socket, mut peer) = stalled.connected().await;
    stalled.ok("socket.configure", json!({"socket": socket, "receive": "stream"})).await;
    let before = server.resident_bytes();
    stalled.pause();

    let taken = Arc::new(AtomicU64::new(0));
    let sender = tokio::spawn({
        let taken = taken.clone();
        async move {
            let block = vec![b'x'; 16 * 1024];
            let start = Instant::now();
            while start.elapsed() < PUSH {
                let left = PUSH.saturating_sub(start.elapsed());
                let Ok(written) = tokio::time::timeout(left, peer.write(&block)).await else { break };
                taken.fetch_add(written.unwrap() as u64, Ordering::Relaxed);
            }
            peer
        }
    });
    let (mut grown, mut slowest) = (0, Duration::ZERO);
    let mut history = Vec::new();
    while !sender.is_finished() {
        let asked = Instant::now();
        other.ok("log.note", json!({"text": "still here"})).await;
        slowest = slowest.max(asked.elapsed());
        grown = grown.max(server.resident_bytes().saturating_sub(before));
        history.push(taken.load(Ordering::Relaxed));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let peer = sender.await.unwrap();
    let total = taken.load(Ordering::Relaxed);
    assert!(grown < GROWTH_MAX, "the server grew by {grown} bytes");
    assert!(total < TAKEN_MAX, "{total} bytes were taken from the sender");
    assert_eq!(history[history.len() / 2], total, "the sender was still served after half of the time");
    assert!(slowest < Duration::from_secs(5), "another session waited {slowest:?}");

    stalled.go_on();
    drop(peer);
    let end = stalled.event_of(socket, "peer_closed").await;
    // The client checks that no event is missing.
    let events = stalled.events();
    let received: u64 = events.iter().filter_map(|event| event["bytes"].as_u64()).sum();
    assert_eq!(received, total, "every byte that was taken is told");
    assert_eq!(events.last().unwrap()["seq"], end["seq"]);
}

#[tokio::test]
async fn a_session_whose_clients_are_all_away_does_not_grow_without_bound() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, mut peer) = client.connected().await;
    client.ok("socket.configure", json!({"socket": socket, "receive": "stream"})).await;
    let hello = client.hello.clone();
    client.leave().await;
    let before = server.resident_bytes();
    let block = vec![b'x'; 64 * 1024];
    let start = Instant::now();
    let mut taken = 0;
    while start.elapsed() < Duration::from_secs(3) {
        let Ok(written) = tokio::time::timeout(Duration::from_secs(1), peer.write(&block)).await else {
            break;
        };
        taken += written.unwrap();
    }
    let grown = server.resident_bytes().saturating_sub(before);
    assert!(grown < GROWTH_MAX, "the server grew by {grown} bytes while {taken} were taken");
    let back = WsClient::resume(&server, &hello, None).await.unwrap();
    back.info(socket).await;
}

#[tokio::test]
async fn many_datagrams_to_a_slow_reader_are_shown_or_counted_as_dropped() {
    let server = TestServer::start();
    let client = WsClient::open(&server).await;
    let (socket, local) = client.bound_udp().await;
    client.ok("socket.configure", json!({"socket": socket, "receive": "stream"})).await;
    client.pause();
    let (outside, _) = sockets::udp().await;
    const SENT: u64 = 20_000;
    for _ in 0..SENT {
        outside.send_to(&[b'x'; 1000], &local).await.unwrap();
    }
    client.go_on();
    let sum = || {
        let events = client.events();
        let received = events.iter().filter(|event| event["kind"] == "received").count() as u64;
        let dropped: u64 = events.iter().filter_map(|event| event["count"].as_u64()).sum();
        (received, dropped)
    };
    eventually("each datagram to be shown or counted", async || {
        // The kernel tells of its losses along with later datagrams.
        outside.send_to(b"", &local).await.unwrap();
        let (received, dropped) = sum();
        (received + dropped >= SENT).then_some(())
    })
    .await;
}
