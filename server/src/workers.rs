//! The threads that connections run on.
//!
//! Each is a runtime of its own, and everything that a connection starts runs on its thread: its reader and writer, the
//! streams of its sockets, its waiting calls. So bytes on their way through wake nobody on another core, which costs more
//! than all that is done to them. What connections share is behind locks, and a session may have connections on several
//! threads.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Handle, Runtime};
use tokio_util::sync::CancellationToken;

use crate::busy_poll;

/// Longest wait for a thread that is still in a system call at the end, above all in a close(2) that lingers. What it
/// does then ends with the process.
pub(crate) const END_DEADLINE: Duration = Duration::from_secs(1);

/// A thread may have one connection in so many more than another before it hands new ones on: that wakes the other.
const UNEVEN: usize = 4;

/// The threads.
#[derive(Debug)]
pub(crate) struct Workers {
    workers: Vec<Worker>,
    end: CancellationToken,
}

#[derive(Debug)]
struct Worker {
    handle: Handle,
    /// Connections that run there.
    load: Arc<AtomicUsize>,
    /// Disconnected once the thread has ended.
    ended: Mutex<mpsc::Receiver<()>>,
}

/// One connection among those of a thread, for as long as this exists.
#[derive(Debug)]
pub(crate) struct Load(Arc<AtomicUsize>);

impl Load {
    fn new(load: &Arc<AtomicUsize>) -> Load {
        load.fetch_add(1, Ordering::Relaxed);
        Load(Arc::clone(load))
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A runtime that runs on the thread which drives it.
pub(crate) fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

impl Workers {
    /// One thread for each core that the process may use. Each looks for up to `busy_poll` for a message that is near
    /// before it sleeps.
    ///
    /// # Errors
    /// The kernel's, where it has no descriptors or threads left.
    pub(crate) fn start(busy_poll: Duration) -> io::Result<Workers> {
        let count = thread::available_parallelism().map_or(1, usize::from);
        let end = CancellationToken::new();
        let workers = (0..count)
            .map(|number| Worker::start(number, busy_poll, end.clone()))
            .collect::<io::Result<_>>()?;
        Ok(Workers { workers, end })
    }

    /// Runs a task on each thread, and tells it that thread's number.
    pub(crate) fn on_each<F>(&self, mut task: impl FnMut(usize) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        for (number, worker) in self.workers.iter().enumerate() {
            worker.handle.spawn(task(number));
        }
    }

    /// Runs a connection's task on the thread `here` that has accepted it, or on the one that has the fewest where `here`
    /// has clearly more. The task keeps the load, or hands it on to what goes on in its place, as a WebSocket does after the
    /// request that asked for it.
    pub(crate) fn spawn<F>(&self, here: usize, task: impl FnOnce(Load) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let loaded = |worker: &Worker| worker.load.load(Ordering::Relaxed);
        let least = self.workers.iter().min_by_key(|worker| loaded(worker));
        let here = self.workers.get(here).filter(|here| {
            let fewest = least.map_or(0, loaded);
            loaded(here) <= fewest + fewest / UNEVEN
        });
        let Some(Worker { handle, load, ended: _ }) = here.or(least) else { return };
        handle.spawn(task(Load::new(load)));
    }

    /// How many tasks there are on all of the threads.
    pub(crate) fn tasks(&self) -> usize {
        self.workers.iter().map(|worker| worker.handle.metrics().num_alive_tasks()).sum()
    }

    /// Ends the threads and whatever still runs on them.
    pub(crate) fn end(&self) {
        self.end.cancel();
        // Each takes its time for system calls, and a moment to see that it is to end.
        let deadline = Instant::now() + 2 * END_DEADLINE;
        for worker in &self.workers {
            let ended = worker.ended.lock().unwrap_or_else(PoisonError::into_inner);
            let left = deadline.saturating_duration_since(Instant::now());
            if ended.recv_timeout(left) == Err(mpsc::RecvTimeoutError::Timeout) {
                tracing::warn!("a thread did not end in time");
            }
        }
    }
}

impl Worker {
    fn start(number: usize, busy_poll: Duration, end: CancellationToken) -> io::Result<Worker> {
        let runtime = runtime()?;
        let handle = runtime.handle().clone();
        let (running, ended) = mpsc::sync_channel(0);
        thread::Builder::new().name(format!("worker {number}")).spawn(move || {
            let _running: mpsc::SyncSender<()> = running;
            if !busy_poll.is_zero() {
                runtime.spawn(busy_poll::look(busy_poll));
            }
            runtime.block_on(end.cancelled());
            runtime.shutdown_timeout(END_DEADLINE);
        })?;
        Ok(Worker { handle, load: Arc::default(), ended: Mutex::new(ended) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_spread_over_the_threads_for_as_long_as_they_are_open() {
        let workers = Workers::start(Duration::ZERO).unwrap();
        let (opened, arriving) = mpsc::channel();
        let open = |count: usize| -> Vec<(Option<String>, Load)> {
            for _ in 0..count {
                let opened = opened.clone();
                // The task itself is done at once; its load goes on, as that of a WebSocket does.
                workers.spawn(0, async move |load| {
                    opened.send((thread::current().name().map(str::to_owned), load)).unwrap();
                });
            }
            (0..count).map(|_| arriving.recv_timeout(Duration::from_secs(5)).unwrap()).collect()
        };
        let mut connections = open(3 * workers.workers.len());
        for number in 0..workers.workers.len() {
            let name = Some(format!("worker {number}"));
            assert_eq!(connections.iter().filter(|(thread, _)| *thread == name).count(), 3, "{name:?}");
        }
        let first = Some("worker 0".to_owned());
        connections.retain(|(thread, _)| *thread != first);
        let next = open(3);
        assert!(next.iter().all(|(thread, _)| *thread == first), "{next:?}");
        workers.end();
    }
}
