//! Descriptors that are kept back for the moment when all others are gone, so that whoever asks how the server is gets an answer then, too.
//!
//! At `EMFILE` accept(2) leaves the connection where it is. Giving up a descriptor that was opened for this purpose makes room for one connection, which
//! is answered and closed at once; then the descriptor is opened again. Health and metrics are answered as ever, everything else
//! is told that there are no descriptors.

use std::fs::File;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use nix::sys::resource::{Resource, getrlimit};
use sockyard_protocol::Fault;

/// How many connections are answered out of the reserve at once.
const SPARES: usize = 8;
/// Longest that one of them may take. Who sends half a request keeps a descriptor from the others meanwhile.
pub(super) const DEADLINE: Duration = Duration::from_secs(2);
/// How often the log says that descriptors lack.
const SAY_AGAIN: Duration = Duration::from_secs(60);
/// What is answered on them: addresses that tell how the server is.
const ANSWERED: &[&str] = &["/healthz", "/readyz", "/metrics"];

/// The descriptors kept back.
#[derive(Clone, Debug)]
pub(super) struct Reserve {
    state: Arc<Mutex<State>>,
    /// How many descriptors the process may have, for the error.
    limit: u64,
    said: Arc<Mutex<Option<Instant>>>,
}

#[derive(Debug)]
struct State {
    /// Of /dev/null, which costs nothing else.
    spares: Vec<File>,
    /// Those that were given up and will come back.
    lent: usize,
}

/// Room for one descriptor. Dropped, it is kept back again.
#[derive(Debug)]
pub(super) struct Room(Reserve);

impl Reserve {
    /// # Errors
    /// That there is not even room for them.
    pub(super) fn new() -> io::Result<Reserve> {
        let (limit, _) = getrlimit(Resource::RLIMIT_NOFILE)?;
        let spares = (0..SPARES).map(|_| File::open("/dev/null")).collect::<io::Result<_>>()?;
        Ok(Reserve { state: Arc::new(Mutex::new(State { spares, lent: 0 })), limit, said: Arc::default() })
    }

    /// Gives one up; none where all are in use. Another thread may be quicker than the caller to open something in its place, which
    /// then is one descriptor more for what descriptors are for.
    pub(super) fn room(&self) -> Option<Room> {
        let mut state = self.lock();
        state.refill();
        drop(state.spares.pop()?);
        state.lent += 1;
        drop(state);
        Some(Room(self.clone()))
    }

    /// Code 6 for whoever comes meanwhile.
    pub(super) fn fault(&self) -> Fault {
        Fault::quota("descriptors", self.limit)
            .with_hint("the server has no file descriptors left; try again once others have closed sockets or connections")
    }

    /// Whether nothing was said of it for some time; from now on it was.
    pub(super) fn is_first_in_a_while(&self) -> bool {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let first = said.is_none_or(|said| said.elapsed() >= SAY_AGAIN);
        if first {
            *said = Some(Instant::now());
        }
        first
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Opens again what is missing, as far as there is room.
    fn refill(&mut self) {
        while self.spares.len() + self.lent < SPARES {
            match File::open("/dev/null") {
                Ok(spare) => self.spares.push(spare),
                Err(_) => return,
            }
        }
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.lent -= 1;
        // Where another thread was quicker, the next who asks for room tries again.
        state.refill();
    }
}

/// Whether a request is answered out of the reserve.
pub(super) fn answers(path: &str) -> bool {
    ANSWERED.contains(&path)
}
