//! Sockyard: a playground for real sockets in the browser.
//!
//! Layers, each of which uses only those after it: `api` → `export`, `session` → `log`, `engine` → `policy` → `network`.
//! `docs/ARCHITECTURE.md` walks one call through all of them.

use std::process::ExitCode;

mod api;
mod busy_poll;
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
mod quotas;
mod secret;
mod serve;
mod session;
mod tokens;
mod workers;

use config::{Command, PolicyCommand, PolicyOptions, ServeOptions, TokenOptions};
use policy::{Policy, Resolver, Rules, Transport, Use};
use quotas::QuotaConfig;

/// A session is many small pieces of memory, made and let go together. With it connections open a tenth faster than with the C
/// library's allocator, and what a long stream leaves behind stays within the same bound every time.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    // The same program as a process of one thread (see the module).
    if std::env::args_os().nth(1).is_some_and(|argument| argument == network::lab::helper::ARGUMENT) {
        return network::lab::helper::run(std::env::args_os().nth(2).as_deref());
    }
    let loaded = match config::load() {
        Ok(loaded) => loaded,
        Err(error) => return failed(&error),
    };
    let asked = match &loaded.command {
        Command::Serve(options) => return serve(options, loaded.rules.clone(), loaded.limits.clone()),
        Command::Token(options) => match token(options) {
            Ok(text) => cli::block_on(cli::print(text.as_bytes())),
            Err(error) => return failed(&error),
        },
        Command::Config(_) => cli::block_on(cli::print(loaded.describe().as_bytes())),
        Command::Policy(options) => return check(options, loaded.rules.clone()),
        Command::Call(options) => cli::block_on(cli::call(options)),
        Command::Exchange(options) => cli::block_on(cli::exchange(options)),
        Command::Events(options) => cli::block_on(cli::events(options)),
        Command::Session(options) => cli::block_on(cli::session(options)),
        Command::Health(options) => cli::block_on(cli::health(options)),
        Command::Completions { shell } => cli::block_on(cli::print(&config::completions(*shell))),
    };
    match asked {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn serve(options: &ServeOptions, rules: Rules, limits: QuotaConfig) -> ExitCode {
    match serve::run(options, rules, limits) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

/// Makes, lists or revokes a token.
fn token(options: &TokenOptions) -> anyhow::Result<String> {
    let directory = options.data_dir()?;
    serve::make_directory(&directory)?;
    tokens::run(&directory, &options.command)
}

/// Explains what the policy says of an address.
fn check(options: &PolicyOptions, rules: Rules) -> ExitCode {
    let PolicyCommand::Check(options) = &options.command;
    let all = |chosen: &[Use]| match chosen {
        [] => vec![Use::Connect, Use::Send, Use::Bind],
        chosen => chosen.to_vec(),
    };
    let transports = match options.transports.as_slice() {
        [] => vec![Transport::Tcp, Transport::Udp],
        chosen => chosen.to_vec(),
    };
    let mut all_allowed = false;
    let explained = cli::block_on(async {
        let policy = match Resolver::new(rules.name_servers()) {
            Ok(resolver) => Policy::with_resolver(options.own_port, rules, resolver),
            Err(_) => Policy::new(options.own_port, rules),
        };
        let report = policy.explain(&options.address, &all(&options.purposes), &transports).await;
        all_allowed = report.all_allowed;
        cli::print(report.text.as_bytes()).await
    });
    match explained {
        Ok(()) if all_allowed => ExitCode::SUCCESS,
        Ok(()) => ExitCode::FAILURE,
        Err(failure) => failure.report(),
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    eprintln!("sockyard: {error:#}");
    ExitCode::FAILURE
}
