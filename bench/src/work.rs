//! The work of each row, against one peer, once.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike as _;

use crate::echo::Echo;
use crate::link::Link;
use crate::peers::{Peer, Transport};
use crate::process::Process;
use crate::rows::Row;

mod bulk;
mod connect;
mod flood;
mod in_flight;
mod memory;
mod round_trip;

/// Before the clock starts, the same work is done for this part of the measured time.
const WARM_UP: f64 = 0.25;
/// On top of the measured time: opening, warming up and leaving, with the slowest peer on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);
/// Thousands of connections, a GiB, or whatever a flood left in a peer's queues, through the slowest peer.
const LONG_PATIENCE: Duration = Duration::from_secs(300);
/// Short messages.
const SMALL_BYTES: usize = 64;
/// Long messages.
const LARGE_BYTES: usize = 16 * 1024;

/// Whom to measure, against what, for how long.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The peer.
    pub peer: Peer,
    /// Its process; none for the floor.
    pub process: Option<&'a Process>,
    /// What the target is.
    pub transport: Transport,
    /// The target.
    pub echo: Echo,
    /// The measured time.
    pub time: Duration,
    /// The length of the long stream in bytes.
    pub bulk_bytes: u64,
}

/// What one round brought.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// In the row's unit.
    pub value: f64,
    /// Median time of one operation in microseconds, where each is timed.
    pub latency_us: Option<f64>,
    /// Processors that the peer kept busy.
    pub peer_cores: Option<f64>,
    /// Processors that the load and the echo kept busy.
    pub harness_cores: Option<f64>,
    /// What else is to be told.
    pub note: Option<String>,
}

/// Does a row's work once.
///
/// # Errors
/// When the peer refuses, fails, or does not get on within the time and some patience.
pub async fn run(row: Row, subject: Subject<'_>) -> Result<Outcome> {
    let long = row.needs_one_round() || row == Row::UdpFlood;
    let patience = subject.time * 2 + if long { LONG_PATIENCE } else { PATIENCE };
    let work = async {
        match row {
            Row::RoundTrip1 | Row::UdpRtt => round_trip::run(subject, 1).await,
            Row::RoundTrip64 => round_trip::run(subject, 64).await,
            Row::Small => in_flight::small(subject).await,
            Row::Stream => in_flight::stream(subject).await,
            Row::UdpFlood => flood::run(subject).await,
            Row::Connect => connect::run(subject).await,
            Row::Memory1000 => memory::run(subject, 1000).await,
            Row::Memory5000 => memory::run(subject, 5000).await,
            Row::Bulk => bulk::run(subject).await,
        }
    };
    let outcome = match tokio::time::timeout(patience, work).await {
        Ok(outcome) => outcome,
        Err(_) => Err(anyhow!("{row} was not done after {} s", patience.as_secs())),
    };
    outcome.map_err(|error| match subject.process.map(Process::output) {
        Some(output) if !output.is_empty() => anyhow!("{error:#}; {} wrote: {output}", subject.peer),
        _ => error,
    })
}

impl Subject<'_> {
    async fn open(&self) -> Result<Link> {
        self.peer.open(self.process, self.transport, self.echo).await
    }

    /// Opens a connection, and checks that what goes in comes back.
    async fn open_checked(&self, bytes: usize) -> Result<Link> {
        let mut link = self.open().await.context("open a connection")?;
        link.verify(&payload(bytes)).await.context("the first message")?;
        Ok(link)
    }

    fn warm_up(&self) -> Duration {
        self.time.mul_f64(WARM_UP)
    }

    fn start(&self) -> Clock<'_> {
        Clock {
            process: self.process,
            start: Instant::now(),
            peer: self.peer_time(),
            harness: harness_time(),
        }
    }

    fn peer_time(&self) -> Duration {
        self.process.map(Process::processor_time).unwrap_or_default()
    }
}

/// The measured time, and what it cost.
struct Clock<'a> {
    process: Option<&'a Process>,
    start: Instant,
    peer: Duration,
    harness: Duration,
}

impl Clock<'_> {
    /// An outcome of so many units, which took as long as has passed.
    fn stop(&self, units: f64) -> Outcome {
        let seconds = self.start.elapsed().as_secs_f64();
        let cores = |now: Duration, then: Duration| now.saturating_sub(then).as_secs_f64() / seconds;
        Outcome {
            value: units / seconds,
            latency_us: None,
            peer_cores: self.process.map(|process| cores(process.processor_time(), self.peer)),
            harness_cores: Some(cores(harness_time(), self.harness)),
            note: None,
        }
    }
}

/// Time on a processor so far of this process: the load and the echo.
fn harness_time() -> Duration {
    let Ok(usage) = getrusage(UsageWho::RUSAGE_SELF) else { return Duration::ZERO };
    let microseconds = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    Duration::from_micros(u64::try_from(microseconds).unwrap_or_default())
}

/// Bytes that are no text, the same ones every time.
fn payload(bytes: usize) -> Vec<u8> {
    // Knuth's multiplier: the high byte of each step looks random enough.
    let mut state = 0xf00d_u32;
    let next = || {
        state = state.wrapping_mul(2_654_435_761).wrapping_add(12_345);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(bytes).collect()
}
