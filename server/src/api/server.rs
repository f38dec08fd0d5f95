//! The accept loop. `axum::serve` has no deadline for a request's header, so hyper's connections are driven here.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::{SockRef, Socket};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use super::guard::{Arrival, Place};
use super::held::Held;
use crate::engine;
use crate::workers::Workers;

/// Longest wait for a request's header. A client that sends it byte by byte is cut off here.
const HEADER_DEADLINE: Duration = Duration::from_secs(10);
/// Longest that written bytes may stay unread (tcp(7), `TCP_USER_TIMEOUT`). A client that takes no answer is dropped.
const WRITE_DEADLINE: Duration = Duration::from_secs(60);
/// How long the loop rests after an `accept` that failed, which is when descriptors have run out.
const ACCEPT_REST: Duration = Duration::from_millis(100);
/// Largest header, of which one is in memory per connection.
const HEADER_BYTES: usize = 32 * 1024;

/// Serves until `stop`, then lets requests that are under way end. At most `connections_max` connections are open at
/// once, WebSockets included; beyond it they wait in the kernel's backlog.
pub(crate) async fn serve(
    listener: TcpListener,
    connections_max: u32,
    router: Router,
    workers: Arc<Workers>,
    stop: CancellationToken,
) {
    let listener = match Listener::new(listener) {
        Ok(listener) => listener,
        Err(error) => return tracing::error!(%error, "the listener cannot be watched"),
    };
    let local = listener.local;
    let places = Arc::new(Semaphore::new(connections_max as usize));
    let connections = TaskTracker::new();
    loop {
        let accepted = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let Some((stream, place)) = accepted else { continue };
        let (router, stop) = (router.clone(), stop.clone());
        workers.spawn(|load| {
            connections.track_future(async move {
                if let Err(error) = connection(stream, local, Place::new(place, load), router, &stop).await {
                    // What a peer does is not our error.
                    tracing::debug!(%error, "connection ended");
                }
            })
        });
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

/// The listening socket. Its connections are for other runtimes, so they are taken without being registered with this one.
struct Listener {
    socket: AsyncFd<Arc<Socket>>,
    /// Where every connection arrives; none where the listener has all of the machine's addresses.
    local: Option<SocketAddr>,
}

impl Listener {
    fn new(listener: TcpListener) -> io::Result<Listener> {
        let local = Some(listener.local_addr()?).filter(|local| !local.ip().is_unspecified());
        let socket = Arc::new(Socket::from(listener.into_std()?));
        Ok(Listener { socket: engine::watch(socket)?, local })
    }

    async fn accept(&self) -> io::Result<std::net::TcpStream> {
        let accept = |listener: &Arc<Socket>| listener.accept4(libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK);
        let (stream, _) = self.socket.async_io(Interest::READABLE, accept).await?;
        Ok(stream.into())
    }
}

/// A connection that belongs to no runtime yet, and its place.
async fn accept(
    listener: &Listener,
    places: &Arc<Semaphore>,
) -> Option<(std::net::TcpStream, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok(stream) => Some((stream, place)),
        Err(error) => {
            tracing::warn!(%error, "accept");
            tokio::time::sleep(ACCEPT_REST).await;
            None
        }
    }
}

async fn connection(
    stream: std::net::TcpStream,
    local: Option<SocketAddr>,
    place: Place,
    router: Router,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let stream = TcpStream::from_std(stream)?;
    let local = match local {
        Some(local) => local,
        None => stream.local_addr()?,
    };
    stream.set_nodelay(true)?;
    SockRef::from(&stream).set_tcp_user_timeout(Some(WRITE_DEADLINE))?;
    let place = Arc::new(place);
    let stream = Held::new(stream, Arc::clone(&place));
    let arrival = Arrival { local, place };
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(arrival.clone());
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_DEADLINE)
        .max_buf_size(HEADER_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        ended = connection.as_mut() => return Ok(ended?),
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    Ok(connection.await?)
}
