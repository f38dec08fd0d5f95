//! The accept loop. `axum::serve` has no deadline for a request's header, so hyper's connections are driven here.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use super::guard::{Arrival, Place};
use crate::metrics;
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
                let place = Place { _permit: place, _load: load, _open: metrics::Open::http() };
                if let Err(error) = connection(stream, place, router, &stop).await {
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

/// A connection that belongs to no runtime yet, and its place.
async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(std::net::TcpStream, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await.and_then(|(stream, _)| stream.into_std()) {
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
    place: Place,
    router: Router,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let stream = TcpStream::from_std(stream)?;
    let local = stream.local_addr()?;
    stream.set_nodelay(true)?;
    socket2::SockRef::from(&stream).set_tcp_user_timeout(Some(WRITE_DEADLINE))?;
    let arrival = Arrival { local, place: Arc::new(place) };
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
