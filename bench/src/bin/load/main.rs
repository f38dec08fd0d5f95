//! Loads a server as a class and a crowd of vandals would: many honest sessions at a steady rate beside hostile clients, for a
//! minute (`load`) or with constant coming and going for a quarter of an hour (`soak`). And measures its labs (`lab`).
//!
//! The load shares the machine with the server. What it reports is Markdown.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::{Args, Parser, Subcommand};
use nix::sys::resource::{Resource, getrlimit, setrlimit};

mod crowd;
mod honest;
mod hostile;
mod lab;
mod report;
mod server;
mod soak;

/// Loads a Sockyard server with honest and hostile clients, and reports.
#[derive(Debug, Parser)]
#[command(version, name = "sockyard-load")]
struct Options {
    #[command(subcommand)]
    command: Command,

    /// File for the report, beside stdout
    #[arg(long, value_name = "FILE", global = true)]
    output: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Many sessions held open, calls at a steady rate, hostile clients beside them
    Load(LoadOptions),
    /// Sessions that come and go, a part of them hostile; whether anything is left behind
    Soak(SoakOptions),
    /// Labs: what goes over the wire in a second, what many of them cost, how soon one is open
    Lab(LabOptions),
}

/// What `load` does.
#[derive(Debug, Args)]
struct LoadOptions {
    /// Honest sessions, each with four sockets
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..=7_000))]
    sessions: u32,

    /// Calls a second, over all honest sessions
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    calls: u32,

    /// How long, in seconds
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=3_600))]
    seconds: u32,

    /// Hostile clients
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(0..=200))]
    hostile: u32,
}

/// What `soak` does.
#[derive(Debug, Args)]
struct SoakOptions {
    /// How long, in minutes
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u32).range(1..=1_440))]
    minutes: u32,

    /// Sessions at a time
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=5_000))]
    sessions: u32,

    /// How many of a hundred are hostile
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(0..=100))]
    hostile_percent: u32,
}

/// What `lab` does.
#[derive(Debug, Args)]
struct LabOptions {
    /// Labs open at once, each with two hosts
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    labs: u32,

    /// How often each network is measured
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,

    /// Measured time of each round, in seconds, after a warm-up of a quarter of it
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=60))]
    seconds: u32,

    /// How long the labs are watched at rest, in seconds
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=600))]
    rest_seconds: u32,
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sockyard-load: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<()> {
    // Each session is a descriptor here, and so is the other end of each of its connections.
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard).context("raise the limit of open files")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let report = runtime.block_on(async {
        match &options.command {
            Command::Load(options) => crowd::run(options).await,
            Command::Soak(options) => soak::run(options).await,
            Command::Lab(options) => lab::run(options).await,
        }
    })?;
    runtime.shutdown_background();
    print!("{report}");
    if let Some(file) = &options.output {
        std::fs::write(file, &report).with_context(|| format!("write {}", file.display()))?;
    }
    Ok(())
}
