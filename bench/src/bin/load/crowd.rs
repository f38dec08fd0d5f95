//! `load`: sessions held open, calls at a steady rate, hostile clients beside them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use futures_util::StreamExt as _;
use sockyard_bench::echo::Echo;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::LoadOptions;
use crate::honest::{Honest, Latencies, SOCKETS};
use crate::hostile::{self, Deeds};
use crate::report::{self, Crowd};
use crate::server::Loaded;

/// Sessions that are opened at the same time.
const OPENING: usize = 32;
/// Rounds are begun so often.
const TICK: Duration = Duration::from_millis(1);
/// `/healthz` is asked so often.
const HEALTH_TICK: Duration = Duration::from_millis(100);
/// Rounds that are under way at the end have so long to end.
const END_DEADLINE: Duration = Duration::from_secs(30);
/// Outcomes that may wait to be put down.
const OUTCOMES: usize = 1024;
/// A round is a send and a recv.
const CALLS: u32 = 2;

pub(crate) async fn run(options: &LoadOptions) -> Result<String> {
    let (loaded, echo) = (Arc::new(Loaded::start().await?), Echo::start()?);
    eprintln!("load: opening {} sessions", options.sessions);
    let opening = futures_util::stream::iter(0..options.sessions)
        .map(|number| Honest::open(&loaded.server, echo, number))
        .buffer_unordered(OPENING);
    let honest: Vec<Result<Honest>> = opening.collect().await;
    let honest = honest.into_iter().collect::<Result<Vec<_>>>().context("open the honest sessions")?;
    let honest: Vec<_> = honest.into_iter().map(|session| Arc::new(Mutex::new(session))).collect();
    let held = loaded.look().await?;
    if held.sockets < u64::from(options.sessions * SOCKETS) {
        bail!("{} sockets are open, {} were made", held.sockets, options.sessions * SOCKETS);
    }

    eprintln!("load: {} calls a second for {} s", options.calls, options.seconds);
    let deeds = Arc::new(Deeds::default());
    let mut others = JoinSet::new();
    for number in 0..options.hostile {
        let (deeds, address) = (Arc::clone(&deeds), loaded.address());
        others.spawn(async move { hostile::run(number, address, echo, &deeds).await });
    }
    let (told, mut outcomes) = mpsc::channel(OUTCOMES);
    let collecting = tokio::spawn(async move {
        let mut done: Vec<Result<Latencies>> = Vec::new();
        while let Some(outcome) = outcomes.recv().await {
            done.push(outcome);
        }
        done
    });
    let health = tokio::spawn(ask_for_health(Arc::clone(&loaded), options.seconds));
    let (began, processor) = (Instant::now(), loaded.processor_time());
    begin_rounds(options, &honest, &told).await;
    let (ran, processor) = (began.elapsed(), loaded.processor_time() - processor);
    let most = loaded.look().await?;
    drop(told);
    let done = timeout(END_DEADLINE, collecting)
        .await
        .context("rounds are still under way 30 s after the last began")?
        .context("the outcomes are lost")?;
    others.shutdown().await;
    let health = health.await?;
    let crowd = Crowd {
        sessions: options.sessions,
        sockets: held.sockets,
        calls_wanted: options.calls,
        ran,
        rounds: done,
        health,
        hostile: options.hostile,
        deeds: deeds.rows(),
        processors: processor.as_secs_f64() / ran.as_secs_f64(),
        memory_before: held.memory_bytes,
        memory_after: most.memory_bytes,
        errors: loaded.errors(),
    };
    Ok(report::crowd(crowd))
}

/// Begins rounds at the rate that is wanted, whether or not earlier ones have ended: a server that falls behind does not slow
/// down those who want something of it.
async fn begin_rounds(
    options: &LoadOptions,
    honest: &[Arc<Mutex<Honest>>],
    told: &mpsc::Sender<Result<Latencies>>,
) {
    let per_second = f64::from(options.calls) / f64::from(CALLS);
    let total = (per_second * f64::from(options.seconds)) as usize;
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let start = Instant::now();
    let mut begun = 0;
    while begun < total {
        ticks.tick().await;
        let due = ((start.elapsed().as_secs_f64() * per_second) as usize).min(total);
        for round in begun..due {
            let due = start + Duration::from_secs_f64(round as f64 / per_second);
            let (session, told) = (Arc::clone(&honest[round % honest.len()]), told.clone());
            tokio::spawn(async move {
                let outcome = session.lock().await.round(due).await;
                // Nobody collects any more after a failure of the whole.
                _ = told.send(outcome).await;
            });
        }
        begun = due;
    }
}

async fn ask_for_health(loaded: Arc<Loaded>, seconds: u32) -> Vec<Result<Duration>> {
    let mut ticks = interval(HEALTH_TICK);
    let mut answers = Vec::new();
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(seconds.into()) {
        ticks.tick().await;
        answers.push(loaded.health().await);
    }
    answers
}
