//! Connections that are opened, carry one byte there and back, and end.

use std::cell::Cell;
use std::time::{Duration, Instant};

use anyhow::Result;
use futures_util::future::try_join_all;

use super::{Outcome, Subject};

/// Opened at the same time.
const WORKERS: usize = 16;

pub(super) async fn run(subject: Subject<'_>) -> Result<Outcome> {
    round(subject, subject.warm_up()).await?;
    let clock = subject.start();
    let opened = round(subject, subject.time).await?;
    Ok(clock.stop(opened as f64))
}

async fn round(subject: Subject<'_>, time: Duration) -> Result<usize> {
    let end = Instant::now() + time;
    let opened = Cell::new(0);
    let worker = async || -> Result<()> {
        while Instant::now() < end {
            let link = subject.open_checked(1).await?;
            link.leave().await;
            opened.set(opened.get() + 1);
        }
        Ok(())
    };
    try_join_all((0..WORKERS).map(|_| worker())).await?;
    Ok(opened.get())
}
