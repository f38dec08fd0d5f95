//! Rounds: every peer in turn, several times over, so that a machine that changes its mind changes it for all.

use std::collections::BTreeMap;
use std::time::Instant;

use anyhow::{Context as _, Result};
use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::echo::Echo;
use crate::options::Options;
use crate::peers::{Peer, Transport};
use crate::process::Process;
use crate::rows::Row;
use crate::work::{self, Outcome, Subject};

/// What one peer brought in one row.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// A round each.
    pub outcomes: Vec<Outcome>,
    /// Why there is nothing, or not everything.
    pub missing: Option<String>,
}

/// Everything that was measured: the rows in order, each with its peers in order.
pub type Results = Vec<(Row, Vec<(Peer, Measured)>)>;

/// Does all the work that the options ask for.
///
/// # Errors
/// When the harness itself cannot work. A peer that fails is left out of that row, and its error is told in the table.
pub async fn run(options: &Options) -> Result<Results> {
    raise_descriptor_limit()?;
    let mut bench = Bench { options, echo: Echo::start()?, processes: BTreeMap::new() };
    let mut peers = options.peers();
    peers.retain(|peer| {
        let installed = peer.is_installed();
        if !installed {
            eprintln!("bench: {peer} is left out: {} is not installed", peer.program().unwrap_or_default());
        }
        installed
    });
    let mut results = Results::new();
    for row in options.rows() {
        results.push((row, bench.row(row, &peers).await?));
    }
    Ok(results)
}

struct Bench<'a> {
    options: &'a Options,
    echo: Echo,
    /// What runs, by program: both forms of Sockyard are measured on one server.
    processes: BTreeMap<(&'static str, Transport), Process>,
}

impl Bench<'_> {
    async fn row(&mut self, row: Row, peers: &[Peer]) -> Result<Vec<(Peer, Measured)>> {
        let mut measured: Vec<(Peer, Measured)> =
            peers.iter().map(|peer| (*peer, Measured::default())).collect();
        for (peer, measured) in &mut measured {
            measured.missing = row.lacks(*peer).map(str::to_owned);
        }
        let rounds = if row.needs_one_round() { 1 } else { self.options.rounds };
        for round in 1..=rounds {
            for (peer, measured) in measured.iter_mut().filter(|(_, measured)| measured.missing.is_none()) {
                let start = Instant::now();
                match self.once(row, *peer).await {
                    Ok(outcome) => {
                        eprintln!(
                            "bench: {row}, round {round} of {rounds}: {peer}: {:.0} {} ({:.1} s)",
                            outcome.value,
                            row.unit(),
                            start.elapsed().as_secs_f64()
                        );
                        measured.outcomes.push(outcome);
                    }
                    Err(error) => {
                        eprintln!("bench: {row}, round {round} of {rounds}: {peer}: {error:#}");
                        measured.missing = Some(format!("{error:#}"));
                    }
                }
            }
        }
        Ok(measured)
    }

    async fn once(&mut self, row: Row, peer: Peer) -> Result<Outcome> {
        let transport = row.transport();
        // Memory is measured on a process that has done nothing yet.
        let fresh = match row.needs_one_round() {
            true => peer.start(transport, self.echo).await?,
            false => None,
        };
        let key = (peer.program().unwrap_or_default(), transport);
        if fresh.is_none()
            && !self.processes.contains_key(&key)
            && let Some(process) = peer.start(transport, self.echo).await?
        {
            self.processes.insert(key, process);
        }
        let subject = Subject {
            peer,
            process: fresh.as_ref().or_else(|| self.processes.get(&key)),
            transport,
            echo: self.echo,
            time: self.options.seconds,
            bulk_bytes: self.options.bulk_mib << 20,
        };
        let outcome = work::run(row, subject).await;
        if outcome.is_err() {
            // It may be in any state; the next row gets a new one.
            self.processes.remove(&key);
        }
        outcome
    }
}

/// Thousands of connections need two descriptors each here: the load's and the echo's. Peers inherit the limit.
fn raise_descriptor_limit() -> Result<()> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE).context("read the limit of descriptors")?;
    setrlimit(Resource::RLIMIT_NOFILE, most, most).context("raise the limit of descriptors")
}
