//! `soak`: sessions that come and go, a part of them hostile, and what is left behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use sockyard_bench::echo::Echo;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use crate::SoakOptions;
use crate::honest::Honest;
use crate::hostile::{self, Deeds};
use crate::report::{self, Soak};
use crate::server::{Loaded, Look};

/// Between two looks at the server.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// How often a session's bytes go there and back before it ends.
const ROUNDS: u32 = 20;
/// Between two rounds of a session.
const PAUSE: Duration = Duration::from_millis(20);
/// When everybody has gone the server has so long to let go of what they had.
const REST_DEADLINE: Duration = Duration::from_secs(60);
/// The longest an honest session may take to end of itself.
const END_DEADLINE: Duration = Duration::from_secs(60);

/// What honest sessions did.
#[derive(Debug, Default)]
pub(crate) struct Done {
    pub(crate) sessions: AtomicU64,
    pub(crate) rounds: AtomicU64,
    pub(crate) failures: AtomicU64,
}

pub(crate) async fn run(options: &SoakOptions) -> Result<String> {
    let (loaded, echo) = (Arc::new(Loaded::start().await?), Echo::start()?);
    // One session of each kind first, so that what is made once and kept does not count as left behind.
    let mut first = Honest::open(&loaded.server, echo, 0).await?;
    first.round(Instant::now()).await?;
    first.close().await?;
    let before = at_rest(&loaded).await?;

    let hostile = options.sessions * options.hostile_percent / 100;
    eprintln!(
        "soak: {} sessions at a time, {hostile} of them hostile, for {} min",
        options.sessions, options.minutes
    );
    let (deeds, done) = (Arc::new(Deeds::default()), Arc::new(Done::default()));
    let (stop, stopped) = watch::channel(false);
    let (mut others, mut honest) = (JoinSet::new(), JoinSet::new());
    for number in 0..hostile {
        let (deeds, address) = (Arc::clone(&deeds), loaded.address());
        others.spawn(async move { hostile::run(number, address, echo, &deeds).await });
    }
    for number in hostile..options.sessions {
        let (loaded, done, stopped) = (Arc::clone(&loaded), Arc::clone(&done), stopped.clone());
        honest.spawn(async move {
            let mut turn = 0;
            while !*stopped.borrow() {
                turn += 1;
                match live(&loaded, echo, number, turn, &done).await {
                    Ok(()) => _ = done.sessions.fetch_add(1, Ordering::Relaxed),
                    Err(error) => {
                        done.failures.fetch_add(1, Ordering::Relaxed);
                        eprintln!("soak: session {number}: {error:#}");
                        sleep(PAUSE).await;
                    }
                }
            }
        });
    }
    let looks = watch_it(&loaded, Duration::from_secs(60 * u64::from(options.minutes))).await?;
    // The receivers are the tasks, which look once a session.
    _ = stop.send(true);
    let ended = async { while honest.join_next().await.is_some() {} };
    timeout(END_DEADLINE, ended).await.context("honest sessions did not end in 60 s")?;
    others.shutdown().await;
    let after = at_rest(&loaded).await?;
    Ok(report::soak(&Soak {
        minutes: options.minutes,
        at_a_time: options.sessions,
        hostile,
        done: &done,
        deeds: deeds.rows(),
        looks: &looks,
        before,
        after,
        errors: loaded.errors(),
    }))
}

/// One honest session from its beginning to one of three ends.
async fn live(loaded: &Loaded, echo: Echo, number: u32, turn: u32, done: &Done) -> Result<()> {
    let mut session = Honest::open(&loaded.server, echo, number).await?;
    for _ in 0..ROUNDS {
        session.round(Instant::now()).await?;
        done.rounds.fetch_add(1, Ordering::Relaxed);
        sleep(PAUSE).await;
    }
    match turn % 3 {
        0 => session.close().await?,
        1 => session.leave().await,
        // Without a word.
        _ => drop(session),
    }
    Ok(())
}

async fn watch_it(loaded: &Loaded, time: Duration) -> Result<Vec<Look>> {
    let mut ticks = interval(LOOK_AGAIN);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let start = Instant::now();
    let mut looks = Vec::new();
    while start.elapsed() < time {
        ticks.tick().await;
        looks.push(loaded.look().await?);
    }
    Ok(looks)
}

/// The server once all sessions are gone, and what belonged to them: the first of two looks in a row that are the same.
async fn at_rest(loaded: &Loaded) -> Result<Look> {
    let start = Instant::now();
    let mut last: Option<Look> = None;
    loop {
        let look = loaded.look().await?;
        let same = last.is_some_and(|last| {
            (last.descriptors, last.tasks) == (look.descriptors, look.tasks) && look.sessions == 0
        });
        // What never comes to rest is in the report, not an error: it is what is looked for.
        if same || start.elapsed() > REST_DEADLINE {
            return Ok(look);
        }
        last = Some(look);
        sleep(Duration::from_secs(1)).await;
    }
}
