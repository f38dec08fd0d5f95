//! One message at a time on each connection: how long it takes until its echo is back.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use tokio::task::JoinSet;

use super::{Outcome, SMALL_BYTES, Subject, payload};
use crate::link::Link;
use crate::numbers::median_sample;

pub(super) async fn run(subject: Subject<'_>, connections: usize) -> Result<Outcome> {
    let mut links = Vec::with_capacity(connections);
    for _ in 0..connections {
        links.push(subject.open_checked(SMALL_BYTES).await?);
    }
    let (links, _) = round(links, subject.warm_up()).await?;
    let clock = subject.start();
    let (links, mut times) = round(links, subject.time).await?;
    let mut outcome = clock.stop(times.len() as f64);
    outcome.latency_us = median_sample(&mut times).map(|nanoseconds| nanoseconds as f64 / 1000.0);
    for link in links {
        link.leave().await;
    }
    Ok(outcome)
}

/// Round trips on all connections at once; gives them back with the time of each round trip in nanoseconds.
async fn round(links: Vec<Link>, time: Duration) -> Result<(Vec<Link>, Vec<u64>)> {
    let end = Instant::now() + time;
    let mut tasks = JoinSet::new();
    for link in links {
        tasks.spawn(round_trips(link, end));
    }
    let (mut links, mut times) = (Vec::new(), Vec::new());
    while let Some(task) = tasks.join_next().await {
        let (link, samples) = task.context("a task of the load ended")??;
        links.push(link);
        times.extend(samples);
    }
    Ok((links, times))
}

async fn round_trips(mut link: Link, end: Instant) -> Result<(Link, Vec<u64>)> {
    let message = link.wire.encode(&payload(SMALL_BYTES));
    let mut times = Vec::new();
    let mut now = Instant::now();
    while now < end {
        link.round_trip(&message, SMALL_BYTES).await?;
        let then = std::mem::replace(&mut now, Instant::now());
        times.push(u64::try_from((now - then).as_nanos())?);
    }
    Ok((link, times))
}
