//! What several commands need: the workspace's root, cargo, other programs, and what has to be installed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The target that the page is compiled for.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// The workspace's root.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// Where cargo puts what it builds: `CARGO_TARGET_DIR`, or `target` in the root.
pub(crate) fn target_dir() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(directory) => root().join(directory),
        None => root().join("target"),
    }
}

/// One short line about what happens next. It goes to stderr: stdout belongs to the server.
pub(crate) fn say(what: &str) {
    eprintln!("xtask: {what}");
}

/// The cargo that runs this program, in the workspace's root.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = program(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()), arguments);
    // What the outer `cargo run` set for this package would make the inner cargo's build scripts run again.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") || name == "CARGO_BIN_NAME" {
            command.env_remove(name);
        }
    }
    command
}

/// A program, in the workspace's root.
pub(crate) fn program(name: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(name);
    command.args(arguments).current_dir(root());
    command
}

/// Runs a command to its end; anything but success is an error that shows the command.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let shown = show(command);
    let status = command.status().with_context(|| format!("cannot start `{shown}`"))?;
    if !status.success() {
        bail!("`{shown}` failed ({status})");
    }
    Ok(())
}

/// What a command prints.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let shown = show(command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start `{shown}`; is it installed?"))?;
    if !output.status.success() {
        bail!("`{shown}` failed ({})", output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{shown}` printed what is not UTF-8"))
}

/// A command as one would type it.
pub(crate) fn show(command: &Command) -> String {
    let name = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(name).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// Whether a program of that name can be started.
pub(crate) fn installed(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|directory| directory.join(name).is_file())
}

/// Sees to it that the page can be compiled.
pub(crate) fn ensure_wasm_target() -> Result<()> {
    let sysroot = output(&mut program("rustc", &["--print", "sysroot"]))?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(WASM).join("lib").is_dir() {
        return Ok(());
    }
    let hint =
        format!("the page needs Rust's target {WASM}: install it, with rustup by `rustup target add {WASM}`");
    if !installed("rustup") {
        bail!(hint);
    }
    say(&format!("installing Rust's target {WASM} (rustup target add)"));
    run(&mut program("rustup", &["target", "add", WASM])).context(hint)
}

/// Programs that the tests start, each with its Debian package: a browser and its driver, what the examples of
/// docs/automation.md use, what lays a cable between two network namespaces, and what reads captured packets.
const PROGRAMS: &[(&str, &str)] = &[
    ("chromium", "chromium"),
    ("chromedriver", "chromium-driver"),
    ("curl", "curl"),
    ("ip", "iproute2"),
    ("jq", "jq"),
    ("node", "nodejs"),
    ("npm", "npm"),
    ("tshark", "tshark"),
];

/// Sees to it that the tests have the programs that they start, a font for what they type in the browser, and what
/// Python needs to make an environment.
pub(crate) fn ensure_programs() -> Result<()> {
    let missing = PROGRAMS.iter().filter(|(program, _)| !installed(program));
    let mut packages: Vec<&str> = missing.map(|(_, package)| *package).collect();
    if !has_chinese_font() {
        packages.push("fonts-noto-cjk");
    }
    if !has_venv() {
        packages.push("python3-venv");
    }
    if packages.is_empty() {
        return Ok(());
    }
    let packages = packages.join(" ");
    let by_hand = format!(
        "apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends {packages}"
    );
    let hint = format!("the tests need {packages}; on Debian install them as root with\n\n    {by_hand}\n");
    if !installed("apt-get") {
        bail!(hint);
    }
    let root = output(&mut program("id", &["-u"]))?.trim() == "0";
    let sudo = installed("sudo")
        && program("sudo", &["-n", "true"])
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
    if !root && !sudo {
        bail!(hint);
    }
    say(&format!("installing {packages} (apt-get)"));
    let mut command = if root { program("sh", &["-c"]) } else { program("sudo", &["-n", "sh", "-c"]) };
    // apt's progress is no use in a log.
    command.arg(by_hand).stdout(Stdio::null());
    run(&mut command).context(hint)
}

fn has_chinese_font() -> bool {
    program("fc-list", &[":lang=zh", "family"]).output().is_ok_and(|output| !output.stdout.is_empty())
}

fn has_venv() -> bool {
    program("python3", &["-c", "import ensurepip, venv"]).output().is_ok_and(|output| output.status.success())
}
