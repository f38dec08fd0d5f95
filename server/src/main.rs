//! Sockyard: a playground for real sockets in the browser.
//!
//! Layers, each of which uses only those after it: `api` → `export`, `session` → `log`, `engine` → `policy` → `network`.
//! `docs/ARCHITECTURE.md` walks one call through all of them.

use std::process::ExitCode;

use clap::Parser as _;

mod api;
mod config;
mod engine;
mod errno;
mod export;
mod health;
mod log;
mod network;
mod policy;
mod secret;
mod serve;
mod session;

use config::{Cli, Command};

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Serve(options) => serve::run(&options),
        Command::Health(options) => health::run(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sockyard: {error:#}");
            ExitCode::FAILURE
        }
    }
}
