//! `cargo xtask test`: everything that CI runs, in order, up to the first failure.

use std::time::Instant;

use anyhow::{Context, Result};

use crate::{audit, check, fuzz, registries, tools, web};

/// A step: its name and what it does.
type Step = (&'static str, fn() -> Result<()>);

/// The cheap ones first. The tests are last, and nothing is printed after them: whoever reads the end of the
/// output reads their summary.
const STEPS: &[Step] = &[
    ("formatting", formatting),
    ("dependency directions", check::run),
    ("what the tests need", needs),
    ("what comes in from outside", audit::without_building),
    ("lints", lints),
    ("documentation", documentation),
    ("page", page),
    ("what clients may send", fuzz::briefly),
    ("server", server),
    ("tests", tests),
];

/// Runs every step.
pub(crate) fn run() -> Result<()> {
    let start = Instant::now();
    for (index, (name, step)) in STEPS.iter().enumerate() {
        eprintln!("\n== {} of {}: {name} (after {} s)", index + 1, STEPS.len(), start.elapsed().as_secs());
        step().with_context(|| format!("step {} of {} failed: {name}", index + 1, STEPS.len()))?;
    }
    Ok(())
}

fn formatting() -> Result<()> {
    tools::run(&mut tools::cargo(&["fmt", "--all", "--check"])).context("`cargo fmt --all` sets it right")
}

/// A page that has become too heavy fails here.
fn page() -> Result<()> {
    web::weigh()
}

fn needs() -> Result<()> {
    tools::ensure_make()?;
    tools::ensure_wasm_target()?;
    tools::ensure_programs()?;
    registries::ensure_python()?;
    registries::ensure_node()
}

/// The page is linted with the rest: it has no code that is compiled for the browser alone.
fn lints() -> Result<()> {
    tools::run(&mut tools::cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--",
        "--deny",
        "warnings",
    ]))
}

fn documentation() -> Result<()> {
    let mut cargo = tools::cargo(&["doc", "--workspace", "--no-deps", "--document-private-items"]);
    tools::run(cargo.env("RUSTDOCFLAGS", "--deny warnings"))
}

/// The black-box tests start this program. Built as part of the workspace it shares every dependency with them.
fn server() -> Result<()> {
    tools::run(&mut tools::cargo(&["build", "--workspace", "--bin", "sockyard"]))
}

fn tests() -> Result<()> {
    if tools::program("cargo-nextest", &["--version"]).output().is_ok_and(|output| output.status.success()) {
        // nextest runs no examples in comments.
        tools::run(&mut tools::cargo(&["test", "--workspace", "--doc"]))?;
        return tools::run(&mut tools::cargo(&["nextest", "run", "--workspace", "--no-fail-fast"]));
    }
    tools::run(&mut tools::cargo(&["test", "--workspace", "--no-fail-fast"]))
}
