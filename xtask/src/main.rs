//! Builds, runs and tests Sockyard: the one build tool beside cargo itself.
//!
//! Each command is a file. This one reads the command's name and nothing else.

mod audit;
mod bench;
mod bench_page;
mod check;
mod fuzz;
mod lighthouse;
mod registries;
mod run;
mod screenshots;
mod test;
mod tools;
mod web;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask COMMAND

  run [-- OPTIONS]   builds the page and the server and starts it; OPTIONS are those of `sockyard serve`
  web [--dev]        builds the page into target/page, which the server embeds; with --dev fast and large,
                     for work on the page
  weigh              builds the page, and fails where a first visit would load more than 350 KiB
  test               everything that CI runs: formatting, lints, documentation, the checks below, all tests
  check              proves that dependencies point one way, that files stay short and silenced lints say why
  audit [--strict]   asks `cargo deny` and `cargo audit` about the dependencies: licences, sources and bans as in deny.toml,
                     withdrawn versions and known faults; says what it could not look up, and fails there with --strict
  sbom               writes what the program is made of into target/sbom (CycloneDX)
  bench [-- OPTIONS] measures the release server beside other relays; `--install` gets those that are missing,
                     `--help` lists the OPTIONS
  load [-- OPTIONS]  loads the release server with 2 000 sessions and hostile clients for a minute, and reports
  soak [-- OPTIONS]  lets sessions come and go for a quarter of an hour, and reports what they left behind
  bench-lab [-- OPTIONS]
                     measures labs of the release server: what goes over their wire, what 200 of them cost, how soon one is open
  fuzz [--seconds N] tries everything that reads what clients send with libFuzzer, each for 30 seconds or N
  bench-page [-- OPTIONS]
                     measures the release page in a browser: how soon it is usable, frames under load, a million
                     lines, memory; `--help` lists the OPTIONS
  lighthouse         asks Lighthouse about the page's access and practices, as on a desk and as on a phone
  screenshots [--docs]
                     pictures of every view in each size, theme and language into target/screenshots, looked at for
                     what is cut off, covered or untranslated; with --docs the best of them into docs/images
  help               this text
";

fn main() -> ExitCode {
    match command() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn command() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_else(|| "help".to_owned());
    let rest: Vec<String> = arguments.collect();
    match command.as_str() {
        "run" => run::run(rest),
        "web" => web::Profile::from_arguments(&rest).and_then(web::build),
        "weigh" => no_more(&command, &rest).and_then(|()| web::weigh()),
        "test" => no_more(&command, &rest).and_then(|()| test::run()),
        "audit" => audit::run(&rest),
        "sbom" => no_more(&command, &rest).and_then(|()| audit::sbom()),
        "bench" => bench::run(rest),
        "load" | "soak" => bench::load(&command, rest),
        "bench-lab" => bench::load("lab", rest),
        "fuzz" => fuzz::run(&rest),
        "bench-page" => bench_page::run(rest),
        "lighthouse" => no_more(&command, &rest).and_then(|()| lighthouse::run()),
        "screenshots" => screenshots::run(&rest),
        "check" => no_more(&command, &rest).and_then(|()| check::run()),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        other => bail!("no command {other:?}; these are there:\n\n{HELP}"),
    }
}

fn no_more(command: &str, rest: &[String]) -> Result<()> {
    match rest.first() {
        None => Ok(()),
        Some(argument) => bail!("`cargo xtask {command}` takes no arguments, but got {argument:?}"),
    }
}
