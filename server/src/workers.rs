//! The threads that connections run on.
//!
//! Each is a runtime of its own, and everything that a connection starts runs on its thread: its reader and writer, the
//! streams of its sockets, its waiting calls. So bytes on their way through wake nobody on another core, which costs more
//! than all that is done to them. What connections share is behind locks, and a session may have connections on several
//! threads.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio_util::sync::CancellationToken;

/// Longest wait for a thread that is still in a system call at the end, above all in a close(2) that lingers.
pub(crate) const END_DEADLINE: Duration = Duration::from_secs(1);

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
    thread: Mutex<Option<thread::JoinHandle<()>>>,
}

/// One thing that runs on a thread, for as long as it does.
#[derive(Debug)]
struct Load(Arc<AtomicUsize>);

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
    /// One thread for each core that the process may use.
    ///
    /// # Errors
    /// The kernel's, where it has no descriptors or threads left.
    pub(crate) fn start() -> io::Result<Workers> {
        let count = thread::available_parallelism().map_or(1, usize::from);
        let end = CancellationToken::new();
        let workers =
            (0..count).map(|number| Worker::start(number, end.clone())).collect::<io::Result<_>>()?;
        Ok(Workers { workers, end })
    }

    /// Runs a task on the thread that has the least to do.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let least = self.workers.iter().min_by_key(|worker| worker.load.load(Ordering::Relaxed));
        let Some(Worker { handle, load, thread: _ }) = least else { return };
        load.fetch_add(1, Ordering::Relaxed);
        let load = Load(Arc::clone(load));
        handle.spawn(async move {
            task.await;
            drop(load);
        });
    }

    /// Ends the threads and whatever still runs on them.
    pub(crate) fn end(&self) {
        self.end.cancel();
        for worker in &self.workers {
            let thread = worker.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(thread) = thread {
                thread.join().ok(/* a panic there has been reported already */);
            }
        }
    }
}

impl Worker {
    fn start(number: usize, end: CancellationToken) -> io::Result<Worker> {
        let runtime = runtime()?;
        let handle = runtime.handle().clone();
        let thread = thread::Builder::new().name(format!("worker {number}")).spawn(move || {
            runtime.block_on(end.cancelled());
            runtime.shutdown_timeout(END_DEADLINE);
        })?;
        Ok(Worker { handle, load: Arc::default(), thread: Mutex::new(Some(thread)) })
    }
}
