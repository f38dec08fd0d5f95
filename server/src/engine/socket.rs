//! The one socket of every family and type.

use std::cell::RefCell;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use socket2::SockAddr;
use sockyard_protocol::{Family, ShutdownHow, SocketType};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::patience::{Interrupted, Patience};
use super::raw;
use super::readiness::{Direction, Readiness, Unanswered};
use crate::metrics;
use crate::network::{self, Network, Place};
use crate::policy::{Allowed, Policy, Target};

/// What a thread's buffer for `recv` holds unless a call asks for more: what a stream takes at once.
const USUAL_RECV: usize = sockyard_protocol::event::DATA_KEPT;

/// Fewer bytes than this are a message by itself rather than a part of a flow.
const MESSAGE_MAX: usize = 1024;

/// How soon a call is tried again of which the kernel reports no readiness.
const UNIX_RETRY: Duration = Duration::from_millis(5);

thread_local! {
    /// Where `recv` puts its bytes before they are copied to their exact size: a waiting call holds no buffer.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// A kernel socket, and who waits on it.
#[derive(Debug)]
pub(crate) struct Socket {
    raw: Arc<socket2::Socket>,
    readiness: Readiness,
    family: Family,
    kind: SocketType,
    accepts: Arc<Semaphore>,
    receives: Arc<Semaphore>,
    sends: Arc<Semaphore>,
    closed: CancellationToken,
    /// Where in a lab it is; none on this machine's own network.
    place: Option<Place>,
    /// It is decided whether the socket stays on the loopback device.
    walled: AtomicBool,
    /// A datagram socket is known to have an address.
    bound: AtomicBool,
    /// A `recv` has asked for urgent data. Epoll says no more then whether a mark is still ahead, at which others end early.
    urgent_taken: AtomicBool,
    /// An error that a `recv` met after it had bytes to return; the next one returns it.
    pending_error: Mutex<Option<io::Error>>,
    bytes_sent: AtomicU64,
    bytes_received: AtomicU64,
    /// Held while the options of sharing an address change.
    sharing: Mutex<()>,
}

/// Calls of one kind on one socket are served first come, first served. `connect` takes no turn: several wait for the
/// same connection.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Turn {
    Accept,
    Receive,
    Send,
}

/// What one `recv` returned.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) bytes: Bytes,
    /// The whole datagram's length, which is more than `bytes` holds when it was cut.
    pub(crate) length: usize,
    /// The sender of a datagram.
    pub(crate) from: Option<SockAddr>,
    /// Nothing more will come: a stream's end, or a direction that is shut down.
    pub(crate) is_end: bool,
}

impl Socket {
    /// `socket(2)`; in a lab on the host of that name.
    pub(crate) fn create(
        network: &Network,
        host: Option<&str>,
        family: Family,
        kind: SocketType,
    ) -> io::Result<Socket> {
        let (raw, place) = network.socket(host, family, kind)?;
        Ok(Socket::new(raw, family, kind, place, network.is_confined()))
    }

    fn new(
        raw: socket2::Socket,
        family: Family,
        kind: SocketType,
        place: Option<Place>,
        walled: bool,
    ) -> Socket {
        Socket {
            raw: Arc::new(raw),
            readiness: Readiness::default(),
            family,
            kind,
            accepts: Arc::new(Semaphore::new(1)),
            receives: Arc::new(Semaphore::new(1)),
            sends: Arc::new(Semaphore::new(1)),
            closed: CancellationToken::new(),
            place,
            walled: AtomicBool::new(walled),
            bound: AtomicBool::new(false),
            urgent_taken: AtomicBool::new(false),
            pending_error: Mutex::new(None),
            bytes_sent: AtomicU64::new(0),
            bytes_received: AtomicU64::new(0),
            sharing: Mutex::default(),
        }
    }

    pub(crate) fn family(&self) -> Family {
        self.family
    }

    pub(crate) fn kind(&self) -> SocketType {
        self.kind
    }

    /// Where in a lab it is. There the kernel may do whatever it does by itself: nothing gets out.
    pub(super) fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    /// The kernel's socket, for options and facts.
    pub(super) fn raw(&self) -> &socket2::Socket {
        &self.raw
    }

    /// The number that the kernel gives to no other socket (`SO_COOKIE`, socket(7)).
    ///
    /// # Errors
    /// The kernel's.
    pub(crate) fn cookie(&self) -> io::Result<u64> {
        self.raw.cookie()
    }

    /// Bytes sent and received so far.
    pub(crate) fn totals(&self) -> (u64, u64) {
        (self.bytes_sent.load(Ordering::Relaxed), self.bytes_received.load(Ordering::Relaxed))
    }

    pub(super) fn sharing_lock(&self) -> &Mutex<()> {
        &self.sharing
    }

    /// `listen(2)`.
    pub(crate) fn listen(&self, backlog: i32) -> io::Result<()> {
        self.bind_implicitly(None)?;
        self.raw.listen(backlog)
    }

    /// `accept(2)`, once. `None` is "would block".
    pub(crate) fn try_accept(&self) -> Option<io::Result<(Socket, SockAddr)>> {
        unless_blocked(self.raw.accept4(libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK)).map(|answer| {
            answer
                .map(|(raw, peer)| (Socket::new(raw, self.family, self.kind, self.place.clone(), true), peer))
        })
    }

    /// `connect(2)`, begun. `None` is "under way"; [`Socket::connect_outcome`] then waits for the end of it.
    pub(crate) fn try_connect(&self, target: &Allowed<Target>) -> Option<io::Result<()>> {
        match self.connect(target) {
            // EALREADY: an earlier connect, given up by its caller, still is; a blocking call waits for it.
            Err(error) if matches!(error.raw_os_error(), Some(libc::EINPROGRESS | libc::EALREADY)) => {
                self.connect_again(target)
            }
            // A Unix listener's backlog is full. A blocking connect waits for room there.
            Err(error) if self.family == Family::Unix && error.kind() == io::ErrorKind::WouldBlock => None,
            answer => Some(answer),
        }
    }

    /// How a `connect` that is under way ends.
    pub(crate) async fn connect_outcome(
        &self,
        target: &Allowed<Target>,
        patience: &Patience,
    ) -> Result<io::Result<()>, Unanswered> {
        match self.family {
            Family::Inet | Family::Inet6 => {
                self.attempt(Direction::Write, patience, || self.connect_again(target)).await
            }
            Family::Unix => self.retry(patience, || self.try_connect(target)).await,
        }
    }

    fn connect(&self, target: &Allowed<Target>) -> io::Result<()> {
        self.wall_in(Some(target.get()));
        if self.kind == SocketType::Dgram {
            self.bind_implicitly(Some(target.get()))?;
            self.send_on_loopback(target.get())?;
        }
        self.raw.connect(&target.get().to_sockaddr()?)
    }

    /// Asks after a connect that is under way by calling it again: the kernel then says how it ended, as it would
    /// have at the end of a blocking call.
    fn connect_again(&self, target: &Allowed<Target>) -> Option<io::Result<()>> {
        let failed = raw::tcp_info(&self.raw).is_ok_and(|tcp| tcp.state == raw::TCP_CLOSE);
        if failed {
            return Some(Err(self.connect_failure(target)));
        }
        match self.connect(target) {
            Err(error) => match error.raw_os_error() {
                Some(libc::EALREADY | libc::EINPROGRESS) => None,
                // Another call that waited for the same connection has heard of it first.
                Some(libc::EISCONN) => Some(Ok(())),
                _ => Some(Err(error)),
            },
            Ok(()) => Some(Ok(())),
        }
    }

    /// Why a connect that was under way has failed. `SO_ERROR` tells it, but leaves the socket in a state in which the
    /// next `connect` fails with `ECONNABORTED`; that one is made here.
    fn connect_failure(&self, target: &Allowed<Target>) -> io::Error {
        match self.raw.take_error() {
            Ok(Some(error)) => {
                // After `shutdown` (tcp_disconnect() leaves ECONNRESET) the kernel would begin anew instead.
                if error.raw_os_error() != Some(libc::ECONNRESET) {
                    self.connect(target).ok(/* ECONNABORTED, as said */);
                }
                error
            }
            // Another call on the socket got the error; inet_stream_connect() answers the same then.
            Ok(None) => io::Error::from_raw_os_error(libc::ECONNABORTED),
            Err(error) => error,
        }
    }

    /// `send(2)` or `sendto(2)`, once. `None` is "would block".
    pub(crate) fn try_send(
        &self,
        bytes: &[u8],
        to: Option<&Allowed<Target>>,
        flags: i32,
    ) -> Option<io::Result<usize>> {
        let flags = flags | libc::MSG_NOSIGNAL;
        // Even a send without a destination binds a datagram socket before it fails.
        let ready = match self.kind {
            SocketType::Dgram => {
                let to = to.map(Allowed::get);
                self.bind_implicitly(to).and_then(|()| to.map_or(Ok(()), |to| self.send_on_loopback(to)))
            }
            SocketType::Stream => Ok(()),
        };
        let sent = ready.and_then(|()| match to {
            None => self.raw.send_with_flags(bytes, flags),
            Some(to) => self.raw.send_to_with_flags(bytes, &to.get().to_sockaddr()?, flags),
        });
        let sent = unless_blocked(sent)?;
        if let Ok(bytes) = sent {
            self.bytes_sent.fetch_add(bytes as u64, Ordering::Relaxed);
            metrics::sent(bytes);
        }
        Some(sent)
    }

    /// `recv(2)` or `recvfrom(2)`, once. `None` is "would block".
    pub(crate) fn try_recv(&self, max: usize, flags: i32) -> Option<io::Result<Received>> {
        if let Some(error) = self.pending_error().take() {
            return Some(Err(error));
        }
        let datagrams = self.kind == SocketType::Dgram;
        // With MSG_TRUNC a datagram socket tells the datagram's whole length (recv(2)); a stream would discard.
        let flags = if datagrams { flags | libc::MSG_TRUNC } else { flags };
        if flags & libc::MSG_OOB != 0 {
            // Before the call: it takes away what epoll would tell of the mark.
            self.urgent_taken.store(true, Ordering::SeqCst);
        }
        BUFFER.with_borrow_mut(|buffer| {
            buffer.clear();
            let usual = max.max(USUAL_RECV);
            if buffer.capacity() < max || buffer.capacity() > 2 * usual {
                *buffer = Vec::with_capacity(usual);
            }
            let (length, from) = match unless_blocked(raw::recv_from(&self.raw, buffer, max, flags))? {
                Ok(answer) => answer,
                Err(error) => return Some(Err(error)),
            };
            // What fills most of the buffer keeps it; the rest is copied to its size, so that nothing small holds much.
            let bytes = match buffer.len() >= buffer.capacity() / 4 * 3 {
                true => std::mem::take(buffer).into(),
                false => Bytes::copy_from_slice(buffer),
            };
            if flags & libc::MSG_PEEK == 0 {
                self.bytes_received.fetch_add(bytes.len() as u64, Ordering::Relaxed);
                metrics::received(bytes.len());
            }
            let is_end = !datagrams && bytes.is_empty();
            Some(Ok(Received { bytes, length, from: datagrams.then_some(from), is_end }))
        })
    }

    /// Keeps an error for the next `recv`.
    pub(crate) fn put_back(&self, error: io::Error) {
        self.pending_error().replace(error);
    }

    fn pending_error(&self) -> MutexGuard<'_, Option<io::Error>> {
        self.pending_error.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `poll(2)`, once: the events of `events` that are there, and `POLLHUP` and `POLLERR` in any case.
    pub(crate) fn poll(&self, events: i16) -> io::Result<i16> {
        raw::poll(&self.raw, events)
    }

    /// `shutdown(2)`.
    pub(crate) fn shutdown(&self, how: ShutdownHow) -> io::Result<()> {
        self.raw.shutdown(match how {
            ShutdownHow::Read => std::net::Shutdown::Read,
            ShutdownHow::Write => std::net::Shutdown::Write,
            ShutdownHow::Both => std::net::Shutdown::Both,
        })
    }

    /// `getsockname(2)`.
    pub(crate) fn local(&self) -> io::Result<SockAddr> {
        self.raw.local_addr()
    }

    /// `getpeername(2)`.
    pub(crate) fn peer(&self) -> io::Result<SockAddr> {
        self.raw.peer_addr()
    }

    /// Waits for this call's turn among the calls of its kind.
    pub(crate) async fn turn(
        &self,
        turn: Turn,
        patience: &Patience,
    ) -> Result<OwnedSemaphorePermit, Interrupted> {
        if let Some(permit) = self.turn_at_once(turn) {
            return Ok(permit);
        }
        // What ends the wait goes first. One `cancel` or `close` often ends several waits together, and bytes of a later
        // one must not go out behind an earlier one that was cut short by it.
        tokio::select! {
            biased;
            why = patience.run_out(&self.closed) => Err(why),
            permit = Arc::clone(self.turns(turn)).acquire_owned() => permit.map_err(|_| Interrupted::Cancelled),
        }
    }

    /// This call's turn where nobody is before it.
    pub(crate) fn turn_at_once(&self, turn: Turn) -> Option<OwnedSemaphorePermit> {
        Arc::clone(self.turns(turn)).try_acquire_owned().ok()
    }

    fn turns(&self, turn: Turn) -> &Arc<Semaphore> {
        match turn {
            Turn::Accept => &self.accepts,
            Turn::Receive => &self.receives,
            Turn::Send => &self.sends,
        }
    }

    /// Tries `call` at once and then whenever the socket becomes ready, until it returns something.
    ///
    /// The first try comes before any wait: a call that can never become ready must fail with the kernel's answer
    /// and not hang.
    pub(crate) async fn attempt<R>(
        &self,
        direction: Direction,
        patience: &Patience,
        mut call: impl FnMut() -> Option<R>,
    ) -> Result<R, Unanswered> {
        match call() {
            Some(answer) => Ok(answer),
            None => self.attempt_when_ready(direction, patience, call).await,
        }
    }

    /// The same without the first try, for a call that has just taken all that there was.
    pub(crate) async fn attempt_when_ready<R>(
        &self,
        direction: Direction,
        patience: &Patience,
        call: impl FnMut() -> Option<R>,
    ) -> Result<R, Unanswered> {
        self.readiness.attempt(&self.raw, direction, patience, &self.closed, call, |_| false).await
    }

    /// The same for the `recv` of a stream that goes on and on. One that returns less than it asks for has taken all that a TCP
    /// socket had, and spares the kernel a call that finds nothing. After more than a message more has often come already.
    pub(crate) async fn receive_when_ready(
        &self,
        patience: &Patience,
        call: impl FnMut() -> Option<io::Result<Received>>,
    ) -> Result<io::Result<Received>, Unanswered> {
        // A Unix stream's `recv` also ends where descriptors were passed.
        let is_tcp = self.kind == SocketType::Stream && self.family != Family::Unix;
        let takes_all = |answer: &io::Result<Received>| {
            is_tcp
                && !self.urgent_taken.load(Ordering::SeqCst)
                && answer.as_ref().is_ok_and(|received| (1..MESSAGE_MAX).contains(&received.length))
        };
        self.readiness.attempt(&self.raw, Direction::Read, patience, &self.closed, call, takes_all).await
    }

    /// The same for what the kernel reports no readiness of: a Unix listener with a full backlog, and a Unix
    /// datagram socket whose receiver is full when it is not connected to it.
    pub(crate) async fn retry<R>(
        &self,
        patience: &Patience,
        mut call: impl FnMut() -> Option<R>,
    ) -> Result<R, Unanswered> {
        loop {
            if let Some(answer) = call() {
                return Ok(answer);
            }
            self.pause(UNIX_RETRY, patience).await.map_err(Unanswered::Interrupted)?;
        }
    }

    /// Waits for so long, unless the socket is closed or the caller gives up before.
    pub(crate) async fn pause(&self, delay: Duration, patience: &Patience) -> Result<(), Interrupted> {
        self.unless_closed(tokio::time::sleep(delay), patience).await
    }

    /// Does some work, unless the socket is closed or the caller gives up before.
    pub(crate) async fn unless_closed<R>(
        &self,
        work: impl Future<Output = R>,
        patience: &Patience,
    ) -> Result<R, Interrupted> {
        patience.bound(&self.closed, work).await
    }

    /// Ends every wait on this socket. The descriptor closes when the last call has let go of it.
    pub(crate) fn wake_all(&self) {
        self.closed.cancel();
    }

    /// Completes once [`Socket::wake_all`] was called.
    pub(crate) fn closed(&self) -> &CancellationToken {
        &self.closed
    }

    /// Readies the socket for its close: sets `SO_LINGER` if asked to, and bounds it by `longest`, because close(2)
    /// then holds a thread. Whether it will is the answer.
    pub(crate) fn prepare_close(&self, linger: Option<Duration>, longest: Duration) -> bool {
        if linger.is_some() {
            self.raw.set_linger(linger).ok(/* the socket closes without, then */);
        }
        match self.raw.linger() {
            Ok(Some(linger)) if linger > longest => self.raw.set_linger(Some(longest)).is_ok(),
            Ok(Some(linger)) => !linger.is_zero(),
            Ok(None) | Err(_) => false,
        }
    }

    /// Decides at the first address that a socket has to do with whether it stays on the loopback device, for good: the
    /// kernel lets nobody without privileges take that back.
    pub(super) fn wall_in(&self, target: Option<&Target>) {
        if !self.walled.swap(true, Ordering::Relaxed) && target.is_none_or(Target::is_on_loopback) {
            network::confine(&self.raw, self.family);
        }
    }

    /// The address that the kernel would send from on the way to another machine: a `connect` of a datagram socket finds
    /// the route and sends nothing.
    fn source_towards(&self, to: SocketAddr) -> io::Result<IpAddr> {
        let probe = socket2::Socket::new(self.raw.domain()?, socket2::Type::DGRAM, None)?;
        probe.connect(&to.into())?;
        let local = probe.local_addr()?.as_socket();
        local.map(|local| local.ip()).ok_or_else(|| io::Error::from_raw_os_error(libc::EAFNOSUPPORT))
    }

    /// Before a call in which the kernel may bind the socket to the wildcard address by itself: takes another first.
    /// Whether it is bound already only the kernel knows for sure (after a refused `connect` even `getsockname` is
    /// wrong), so it is asked by trying.
    fn bind_implicitly(&self, target: Option<&Target>) -> io::Result<()> {
        self.wall_in(target);
        if self.place.is_some() {
            return Ok(());
        }
        // A datagram socket that is bound stays so, and need not be asked before each datagram.
        if self.bound.load(Ordering::Relaxed) {
            return Ok(());
        }
        let source = match target {
            Some(Target::Inet(to)) if target.is_some_and(|to| !to.is_on_loopback()) => {
                Some(self.source_towards(*to)?)
            }
            Some(_) | None => None,
        };
        let Some(local) = Policy::implicit(self.family, target, source) else { return Ok(()) };
        match self.bind_alone(local.get()) {
            Err(error) if error.raw_os_error() != Some(libc::EINVAL) => return Err(error),
            // EINVAL: it is bound.
            Ok(()) | Err(_) => {}
        }
        self.bound.store(self.kind == SocketType::Dgram, Ordering::Relaxed);
        Ok(())
    }
}

fn unless_blocked<T>(answer: io::Result<T>) -> Option<io::Result<T>> {
    match answer {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
        // A signal came; the call has done nothing. Trying again at once is what "would block" leads to as well.
        Err(error) if error.kind() == io::ErrorKind::Interrupted => None,
        answer => Some(answer),
    }
}
