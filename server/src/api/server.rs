//! The accept loops. `axum::serve` has no deadline for a request's header, so hyper's connections are driven here.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use futures_util::FutureExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use socket2::{SockRef, Socket};
use sockyard_protocol::Fault;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use super::App;
use super::guard::{Arrival, Place};
use super::held::Held;
use super::reserve::{self, Reserve, Room};
use crate::quotas::{self, Client, ClientKey, Permit};
use crate::workers::Load;
use crate::{engine, metrics};

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
    app: Arc<App>,
    stop: CancellationToken,
) {
    let listener = match Listener::new(listener) {
        Ok(listener) => listener,
        Err(error) => return tracing::error!(%error, "the listener cannot be watched"),
    };
    let reserve = match Reserve::new() {
        Ok(reserve) => reserve,
        Err(error) => return tracing::error!(%error, "no descriptors to keep back"),
    };
    let accepting = Arc::new(Accepting {
        router: super::router(Arc::clone(&app)),
        app,
        listener,
        reserve,
        places: Arc::new(Semaphore::new(connections_max as usize)),
        connections: TaskTracker::new(),
        stop,
    });
    let loops = TaskTracker::new();
    // On each thread, so that a connection begins where it goes on and no other thread has to wake for it.
    accepting.app.workers.on_each(|worker| loops.track_future(Arc::clone(&accepting).run(worker)));
    loops.close();
    loops.wait().await;
    let connections = accepting.connections.clone();
    // With it the listener, so that nobody connects to a server which goes down.
    drop(accepting);
    connections.close();
    connections.wait().await;
}

/// What the accept loops share.
struct Accepting {
    listener: Listener,
    reserve: Reserve,
    places: Arc<Semaphore>,
    router: Router,
    app: Arc<App>,
    connections: TaskTracker,
    stop: CancellationToken,
}

impl Accepting {
    /// One thread's loop.
    async fn run(self: Arc<Self>, worker: usize) {
        let socket = match engine::watch(Arc::clone(&self.listener.socket)) {
            Ok(socket) => socket,
            Err(error) => return tracing::error!(%error, "the listener cannot be watched"),
        };
        loop {
            let accepted = tokio::select! {
                biased;
                () = self.stop.cancelled() => return,
                accepted = accept(&socket, &self.places, &self.reserve) => accepted,
            };
            let Some(Accepted { stream, peer, place, room }) = accepted else { continue };
            let (router, stop) = (self.router.clone(), self.stop.clone());
            let (mut caller, local) = (Caller::new(&self.app, peer), self.listener.local);
            if room.is_some() {
                caller.place = Err(self.reserve.fault());
            }
            self.app.workers.spawn(worker, |load| {
                self.connections.track_future(async move {
                    let connection =
                        connection(stream, local, caller, (place, load), room.is_some(), router, &stop);
                    let ended = match &room {
                        None => connection.await,
                        Some(_) => match tokio::time::timeout(reserve::DEADLINE, connection).await {
                            Ok(ended) => ended,
                            Err(_) => Ok(()),
                        },
                    };
                    if let Err(error) = ended {
                        // What a peer does is not our error.
                        tracing::debug!(%error, "connection ended");
                    }
                    // Only now that the connection's own descriptor is closed.
                    drop(room);
                })
            });
        }
    }
}

/// The listening socket. Its connections may be for other runtimes than the one that takes them, so they are registered
/// with none yet.
struct Listener {
    socket: Arc<Socket>,
    /// Where every connection arrives; none where the listener has all of the machine's addresses.
    local: Option<SocketAddr>,
}

impl Listener {
    fn new(listener: TcpListener) -> io::Result<Listener> {
        let local = Some(listener.local_addr()?).filter(|local| !local.ip().is_unspecified());
        Ok(Listener { socket: Arc::new(Socket::from(listener.into_std()?)), local })
    }
}

/// A connection that belongs to no runtime yet, and its place.
struct Accepted {
    stream: std::net::TcpStream,
    peer: IpAddr,
    place: OwnedSemaphorePermit,
    /// Where it is out of the reserve.
    room: Option<Room>,
}

async fn accept(
    listener: &AsyncFd<Arc<Socket>>,
    places: &Arc<Semaphore>,
    reserve: &Reserve,
) -> Option<Accepted> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    let error = match accept_one(listener).await {
        Ok((stream, peer)) => return Some(Accepted { stream, peer, place, room: None }),
        Err(error) => error,
    };
    if is_shortage(&error) {
        if reserve.is_first_in_a_while() {
            tracing::warn!(
                "no file descriptors left: nothing but health and metrics is answered on new connections"
            );
        }
        // Without a descriptor accept(2) fails before it looks whether anybody is there, so perhaps nobody is.
        if let Some(room) = reserve.room()
            && let Some(Ok((stream, peer))) = accept_one(listener).now_or_never()
        {
            return Some(Accepted { stream, peer, place, room: Some(room) });
        }
    } else {
        tracing::warn!(%error, "accept");
    }
    tokio::time::sleep(ACCEPT_REST).await;
    None
}

async fn accept_one(listener: &AsyncFd<Arc<Socket>>) -> io::Result<(std::net::TcpStream, IpAddr)> {
    let accept = |listener: &Arc<Socket>| listener.accept4(libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK);
    let (stream, peer) = listener.async_io(Interest::READABLE, accept).await?;
    // A TCP socket's peer has no other kind of address.
    let peer = peer.as_socket().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.ip().to_canonical());
    Ok((stream.into(), peer))
}

/// Whether it is descriptors that lack, the process's or the machine's.
fn is_shortage(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE))
}

/// Who is at the other end, and its place among the connections of its address.
struct Caller {
    peer: IpAddr,
    own: Option<Arc<Client>>,
    place: Result<Option<Permit>, Fault>,
}

impl Caller {
    fn new(app: &App, peer: IpAddr) -> Caller {
        // A proxy has the connections of all whom it speaks for.
        if app.proxies.trusts(peer) {
            return Caller { peer, own: None, place: Ok(None) };
        }
        let own = app.quotas.client(ClientKey::of(peer));
        let place = own.holder().take(quotas::Place::Connections).inspect_err(|fault| {
            metrics::failed(fault);
            if own.is_first_in_a_while() {
                tracing::warn!(
                    "one address has all the connections that it may have; more are refused with 429"
                );
            }
        });
        Caller { peer, own: Some(own), place }
    }
}

async fn connection(
    stream: std::net::TcpStream,
    local: Option<SocketAddr>,
    caller: Caller,
    (permit, load): (OwnedSemaphorePermit, Load),
    is_spare: bool,
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
    let Caller { peer, own, place } = caller;
    let (of_client, refused) = match place {
        Ok(permit) => (permit, None),
        Err(fault) => (None, Some(fault)),
    };
    let place = Arc::new(Place::new(permit, of_client, load));
    let stream = Held::new(stream, Arc::clone(&place));
    let arrival = Arrival { local, peer, own, refused, is_spare, place };
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(arrival.clone());
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_DEADLINE)
        .keep_alive(!is_spare)
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
