//! Sockyard: a playground for real sockets in the browser.
//!
//! Layers, each of which uses only those after it: `api` → `export`, `session` → `log`, `engine` → `policy` → `network`.
//! `docs/ARCHITECTURE.md` walks one call through all of them.

use std::process::ExitCode;

use clap::Parser as _;

mod api;
mod cli;
mod config;
mod engine;
mod errno;
mod export;
mod log;
mod logging;
mod metrics;
mod network;
mod policy;
mod secret;
mod serve;
mod session;
mod workers;

use config::{Cli, Command, ServeOptions};

fn main() -> ExitCode {
    let asked = match Cli::parse().command {
        Command::Serve(options) => return serve(&options),
        Command::Call(options) => cli::block_on(cli::call(&options)),
        Command::Exchange(options) => cli::block_on(cli::exchange(&options)),
        Command::Events(options) => cli::block_on(cli::events(&options)),
        Command::Session(options) => cli::block_on(cli::session(&options)),
        Command::Health(options) => cli::block_on(cli::health(&options)),
        Command::Completions { shell } => cli::block_on(cli::print(&config::completions(shell))),
    };
    match asked {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn serve(options: &ServeOptions) -> ExitCode {
    match serve::run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sockyard: {error:#}");
            ExitCode::FAILURE
        }
    }
}
