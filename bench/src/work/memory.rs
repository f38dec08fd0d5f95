//! What idle connections cost the peer, each with a connected socket that has carried one byte.

use std::time::Duration;

use anyhow::{Context as _, Result};
use futures_util::future::try_join_all;

use super::{Outcome, Subject};
use crate::link::Link;
use crate::process::Process;

/// Opened at the same time.
const WORKERS: usize = 16;
/// Memory counts once it has not grown by more than a hundredth for this long.
const SETTLED: Duration = Duration::from_millis(500);
/// Looked at so often at most; a peer that goes on growing is measured as it is then.
const LOOKS: usize = 20;

pub(super) async fn run(subject: Subject<'_>, connections: usize) -> Result<Outcome> {
    let process = subject.process.context("there is no process to look at")?;
    // What the first connection makes the peer load is no cost of a connection.
    subject.open_checked(1).await?.leave().await;
    let before = settled(process).await?;
    let open = async |count: usize| -> Result<Vec<Link>> {
        let mut links = Vec::with_capacity(count);
        for _ in 0..count {
            let mut link = subject.open_checked(1).await?;
            link.inbox.shrink();
            links.push(link);
        }
        Ok(links)
    };
    let share = |worker: usize| connections * (worker + 1) / WORKERS - connections * worker / WORKERS;
    let links = try_join_all((0..WORKERS).map(|worker| open(share(worker)))).await?;
    let after = settled(process).await?;
    // The process ends after this; nobody needs to say goodbye.
    drop(links);
    let grown = after.saturating_sub(before) as f64;
    let note = format!("{:.1} MiB before, {:.1} MiB after", mib(before), mib(after));
    Ok(Outcome { value: grown / connections as f64 / 1024.0, note: Some(note), ..Outcome::default() })
}

async fn settled(process: &Process) -> Result<u64> {
    let mut memory = process.memory_bytes()?;
    for _ in 0..LOOKS {
        tokio::time::sleep(SETTLED).await;
        let before = std::mem::replace(&mut memory, process.memory_bytes()?);
        if memory.abs_diff(before) <= before / 100 {
            break;
        }
    }
    Ok(memory)
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / 1024.0 / 1024.0
}
