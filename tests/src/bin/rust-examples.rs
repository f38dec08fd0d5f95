//! The Rust examples of docs/automation.md: `rust-examples LINE` runs the one that begins on that line.

#![allow(clippy::panic, reason = "a test that cannot go on panics")]

include!(concat!(env!("OUT_DIR"), "/examples.rs"));

fn main() -> std::process::ExitCode {
    start(&std::env::args().nth(1).unwrap_or_default())
}
