//! `cargo xtask fuzz`: libFuzzer on everything that reads what clients send, for a bounded time.
//!
//! The targets are in `fuzz/`, laid out as `cargo fuzz` wants it, which does the same on a nightly compiler with sanitizers. Here a stable compiler
//! suffices: coverage comes from LLVM, and the parsers have no unsafe code that a sanitizer would have to look at.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::tools;

/// Each a function of `fuzz/src/lib.rs`.
const TARGETS: &[&str] = &["address", "payload", "rpc", "frame", "rest"];
/// How long each is tried if nothing else is said, in seconds of a processor of its own.
const SECONDS: u64 = 30;
/// Longest input: what is longer repeats what is shorter.
const LENGTH_MAX: usize = 4096;
/// What `cargo fuzz` gives the compiler, less the sanitizer.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

/// Builds the targets and tries each.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let seconds = match arguments {
        [] => SECONDS,
        [flag, seconds] if flag == "--seconds" => {
            seconds.parse().with_context(|| format!("{seconds:?} is no number of seconds"))?
        }
        _ => bail!("`cargo xtask fuzz` takes `--seconds N` alone"),
    };
    each(seconds)
}

/// The same for `cargo xtask test`.
pub(crate) fn briefly() -> Result<()> {
    each(SECONDS)
}

/// Tries all at once, so that no core is idle at the end, and where there are fewer cores than targets for as much longer.
fn each(seconds: u64) -> Result<()> {
    let programs = build()?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from).min(TARGETS.len());
    let shared = (seconds * TARGETS.len() as u64).div_ceil(cores as u64);
    tools::say(&format!("trying {} targets for {shared} seconds, over {cores} processors", TARGETS.len()));
    let running =
        TARGETS.iter().map(|target| start(&programs, target, shared)).collect::<Result<Vec<_>>>()?;
    // Each is waited for, also after one that found something.
    let ended: Vec<_> = running.into_iter().map(|mut child| child.wait()).collect();
    for (target, status) in TARGETS.iter().zip(ended) {
        let status = status.with_context(|| format!("wait for the target {target}"))?;
        let said = std::fs::read_to_string(log(target)).unwrap_or_default();
        if !status.success() {
            eprintln!("{said}");
            bail!(
                "the target {target} found something ({status}); the input is in {}",
                folder(target).display()
            );
        }
        let done = said.lines().rev().find(|line| line.starts_with("Done")).unwrap_or("no summary");
        tools::say(&format!("{target}: {done}"));
    }
    Ok(())
}

/// The folder of the built targets.
fn build() -> Result<PathBuf> {
    let host = tools::output(&mut tools::program("rustc", &["--print", "host-tuple"]))?;
    let host = host.trim();
    let target_dir = tools::target_dir().join("fuzz");
    // With a target of its own, build scripts and macros are built without the flags.
    let mut cargo = tools::cargo(&["build", "--locked", "--release", "--manifest-path", "fuzz/Cargo.toml"]);
    cargo.args(["--target", host, "--target-dir"]).arg(&target_dir).env("RUSTFLAGS", FLAGS);
    tools::run(&mut cargo).context("the targets need a C++ compiler, Debian's g++")?;
    Ok(target_dir.join(host).join("release"))
}

fn start(programs: &std::path::Path, target: &str, seconds: u64) -> Result<Child> {
    // What it finds stays out of the repository; whoever runs it longer may add what is worth it.
    let found = folder(target);
    std::fs::create_dir_all(&found).with_context(|| format!("cannot make {}", found.display()))?;
    let log = std::fs::File::create(log(target)).context("cannot write the target's output")?;
    Command::new(programs.join(target))
        .arg(&found)
        .arg(tools::root().join("fuzz/corpus").join(target))
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-max_len={LENGTH_MAX}"))
        // By the clock: on a machine that is busy with something else a single input may wait long for its turn.
        .arg("-timeout=60")
        .arg("-rss_limit_mb=1024")
        .arg(format!("-artifact_prefix={}/", found.display()))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .with_context(|| format!("cannot start the target {target}"))
}

fn folder(target: &str) -> PathBuf {
    tools::target_dir().join("fuzz/corpus").join(target)
}

fn log(target: &str) -> PathBuf {
    tools::target_dir().join("fuzz").join(format!("{target}.log"))
}
