//! `sockyard-bench`: measures, and prints Markdown.

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Parser as _;
use sockyard_bench::options::Options;
use sockyard_bench::{measure, table};

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<()> {
    // One thread for the load: the machine is shared with the peer and the echo.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let results = runtime.context("start the runtime")?.block_on(measure::run(options))?;
    let text = table::render(&results);
    print!("{text}");
    if let Some(file) = &options.output {
        std::fs::write(file, &text).with_context(|| format!("write {}", file.display()))?;
    }
    Ok(())
}
