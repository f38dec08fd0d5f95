//! Waiting for a socket to become readable or writable, without a thread.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio_util::sync::CancellationToken;

use super::patience::{Interrupted, Patience};
use super::raw;

/// Which way data goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Read,
    Write,
}

/// Why an attempt ended without its call's answer.
#[derive(Debug)]
pub(crate) enum Unanswered {
    /// The caller's patience ended, or the socket was closed.
    Interrupted(Interrupted),
    /// The direction is shut down, and the call would block for ever: a blocking call returns nothing then.
    HungUp,
    /// Epoll refused.
    Os(io::Error),
}

type Registration = Arc<AsyncFd<Arc<socket2::Socket>>>;

/// A socket's registration with epoll, made when a call first has to wait and made anew when it has gone stale.
///
/// Tokio keeps "both ends have closed" for ever once epoll has reported it. That is true of a connected stream, and
/// false of a socket that can be used again: a TCP socket reports it before `connect` and after a refused one, and
/// a UDP socket with an ICMP error counts as closed for writing. Waiting on such a registration would spin.
#[derive(Debug, Default)]
pub(super) struct Readiness {
    current: Mutex<Option<Registration>>,
}

impl Readiness {
    /// Tries `call` whenever the direction becomes ready, until it returns something. `None` is "would block".
    ///
    /// `takes_all` says of an answer that nothing more was there, which the next try then need not find out from the kernel.
    /// It does not count while urgent data is there, at whose mark a stream's `recv` ends early.
    pub(super) async fn attempt<R>(
        &self,
        socket: &Arc<socket2::Socket>,
        direction: Direction,
        patience: &Patience,
        closed: &CancellationToken,
        mut call: impl FnMut() -> Option<R>,
        takes_all: impl Fn(&R) -> bool,
    ) -> Result<R, Unanswered> {
        // An error that came by ICMP makes a UDP socket neither readable nor writable, and a waiting `recv` is
        // what has to report it.
        let interest = match direction {
            Direction::Read => Interest::READABLE | Interest::PRIORITY | Interest::ERROR,
            Direction::Write => Interest::WRITABLE | Interest::ERROR,
        };
        loop {
            let registration = self.registration(socket).map_err(Unanswered::Os)?;
            let mut ready = tokio::select! {
                biased;
                why = patience.run_out(closed) => return Err(Unanswered::Interrupted(why)),
                ready = registration.ready(interest) => ready.map_err(Unanswered::Os)?,
            };
            // The guard lives across the call, so that readiness which comes meanwhile is not cleared with it.
            if let Some(answer) = call() {
                if takes_all(&answer) && !ready.ready().is_priority() {
                    ready.clear_ready();
                }
                return Ok(answer);
            }
            let said_closed = match direction {
                Direction::Read => ready.ready().is_read_closed(),
                Direction::Write => ready.ready().is_write_closed(),
            };
            ready.clear_ready();
            drop(ready);
            if said_closed {
                if raw::is_hung_up(socket, direction).map_err(Unanswered::Os)? {
                    return Err(Unanswered::HungUp);
                }
                self.renew(&registration).map_err(Unanswered::Os)?;
            }
        }
    }

    fn registration(&self, socket: &Arc<socket2::Socket>) -> io::Result<Registration> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        match &*current {
            Some(registration) => Ok(Arc::clone(registration)),
            None => Ok(Arc::clone(current.insert(Arc::new(raw::watch(Arc::clone(socket))?)))),
        }
    }

    fn renew(&self, stale: &Registration) -> io::Result<()> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever waits the other way may have renewed it already.
        if current.as_ref().is_some_and(|current| Arc::ptr_eq(current, stale)) {
            // A second descriptor, because epoll takes each only once and others may still wait on the first.
            let second = Arc::new(stale.get_ref().try_clone()?);
            *current = Some(Arc::new(raw::watch(second)?));
        }
        Ok(())
    }
}
