//! Waiting, against the kernel itself: what epoll and Tokio make hard.

use std::net::{TcpListener, UdpSocket};
use std::time::Duration;

use sockyard_protocol::{Family, ShutdownHow, SocketType};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::network::Network;
use crate::policy::{Allowed, Policy, Reach, Rules, Target, Transport, UnixNames, UnixRoot, Use};

fn target(address: &str) -> Allowed<Target> {
    let names = UnixNames::new(&UnixRoot::open("/".into()).unwrap(), "s_test");
    let reach = Policy::new(0, Rules::default())
        .reach("connect", (Use::Connect, Transport::Tcp), &address.parse().unwrap(), Family::Inet, &names)
        .unwrap();
    match reach {
        Reach::Now(target) => target,
        Reach::Later(question) => panic!("{question:?} would be asked"),
    }
}

fn socket(family: Family, kind: SocketType) -> Socket {
    Socket::create(&Network::host(true, None), None, family, kind).unwrap()
}

fn patience(ms: u64) -> Patience {
    Patience::new(Some(ms), CancellationToken::new())
}

#[tokio::test]
async fn a_waiting_recv_reports_the_error_that_came_by_icmp() {
    let socket = socket(Family::Inet, SocketType::Dgram);
    // A port that was just free, and on which nothing listens.
    let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert!(matches!(socket.try_connect(&target(&port.to_string())), Some(Ok(()))));
    let patience = patience(5_000);
    let receive = socket.attempt(Direction::Read, &patience, || socket.try_recv(16, 0));
    let mut receive = std::pin::pin!(receive);
    assert!(futures_util::poll!(&mut receive).is_pending());
    assert!(matches!(socket.try_send(b"hi", None, 0), Some(Ok(2))));
    let error = receive.await.expect("recv was answered").expect_err("recv failed");
    assert_eq!(error.raw_os_error(), Some(libc::ECONNREFUSED));
}

#[tokio::test]
async fn waiting_on_a_socket_that_had_an_error_does_not_spin() {
    let socket = socket(Family::Inet, SocketType::Dgram);
    let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert!(matches!(socket.try_connect(&target(&port.to_string())), Some(Ok(()))));
    for _ in 0..3 {
        let patience = patience(50);
        let mut tries = 0;
        let outcome = socket
            .attempt(Direction::Write, &patience, || {
                tries += 1;
                None::<()>
            })
            .await;
        assert!(matches!(outcome, Err(Unanswered::Interrupted(Interrupted::TimedOut))), "{outcome:?}");
        assert!(tries < 20, "{tries} tries in 50 ms");
        // The error makes epoll say "closed for writing" of a socket that is not; the recv takes it away again.
        socket.try_send(b"hi", None, 0);
        let taken = socket.attempt(Direction::Read, &self::patience(5_000), || socket.try_recv(16, 0)).await;
        assert!(matches!(taken, Ok(Err(_))), "{taken:?}");
    }
}

#[tokio::test]
async fn a_refused_connect_leaves_the_socket_fit_for_another() {
    let socket = socket(Family::Inet, SocketType::Stream);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let patience = patience(5_000);
    let refused = target(&free.to_string());
    let outcome = match socket.try_connect(&refused) {
        Some(outcome) => outcome,
        None => socket.connect_outcome(&refused, &patience).await.unwrap(),
    };
    assert_eq!(outcome.unwrap_err().raw_os_error(), Some(libc::ECONNREFUSED));
    let open = target(&listener.local_addr().unwrap().to_string());
    let outcome = match socket.try_connect(&open) {
        Some(outcome) => outcome,
        None => socket.connect_outcome(&open, &patience).await.unwrap(),
    };
    outcome.expect("the second connect works");
    let received = socket.attempt(Direction::Read, &self::patience(50), || socket.try_recv(16, 0)).await;
    assert!(matches!(received, Err(Unanswered::Interrupted(Interrupted::TimedOut))), "{received:?}");
}

#[tokio::test]
async fn a_recv_that_would_block_for_ever_on_a_shut_down_datagram_socket_is_told_so() {
    let socket = socket(Family::Inet, SocketType::Dgram);
    let port = UdpSocket::bind("127.0.0.1:0").unwrap();
    assert!(matches!(socket.try_connect(&target(&port.local_addr().unwrap().to_string())), Some(Ok(()))));
    socket.shutdown(ShutdownHow::Read).unwrap();
    let outcome = socket.attempt(Direction::Read, &patience(5_000), || socket.try_recv(16, 0)).await;
    assert!(matches!(outcome, Err(Unanswered::HungUp)), "{outcome:?}");
}

#[tokio::test]
async fn closing_wakes_whoever_waits_and_whoever_waits_for_a_turn() {
    let socket = socket(Family::Inet, SocketType::Dgram);
    let endless = Patience::new(None, CancellationToken::new());
    let _turn = socket.turn(Turn::Receive, &endless).await.unwrap();
    let queued = socket.turn(Turn::Receive, &endless);
    let waiting = socket.attempt(Direction::Read, &endless, || None::<()>);
    let close = async { socket.wake_all() };
    let (queued, waiting, ()) = tokio::join!(queued, waiting, close);
    assert!(matches!(queued, Err(Interrupted::Cancelled)));
    assert!(matches!(waiting, Err(Unanswered::Interrupted(Interrupted::Cancelled))));
    tokio::time::timeout(Duration::from_secs(5), socket.closed().cancelled()).await.expect("closed");
}
