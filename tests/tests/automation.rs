//! Every example of docs/automation.md, and the README's for programs, is run as it stands and must print what stands
//! beneath it.
//!
//! Each has a server of its own, peers that send back what they get, an empty folder, and the environment that the page
//! promises. `cargo xtask test` installs the packages that the page names.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use sockyard_tests::command::{Ended, end};
use sockyard_tests::markdown::{Example, examples};
use sockyard_tests::{TestServer, server, sockets};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;
use tokio::task::JoinSet;

const AUTOMATION: &str = include_str!("../../docs/automation.md");
const README: &str = include_str!("../../README.md");

/// How many examples of a language run at once: the machine has other tests to run.
const AT_ONCE: usize = 2;

/// Where cargo builds: the test is in `target/PROFILE/deps`.
fn target_dir() -> PathBuf {
    std::env::current_exe().unwrap().ancestors().nth(3).expect("a test in a target folder").to_owned()
}

/// A package's folder below `target`.
fn installed(path: &str) -> PathBuf {
    let installed = target_dir().join(path);
    assert!(installed.exists(), "{} is missing; `cargo xtask test` installs it", installed.display());
    installed
}

/// Echo servers over UDP and TCP. They end with the test.
struct Peers {
    tasks: JoinSet<()>,
    udp: String,
    tcp: String,
}

impl Peers {
    async fn start() -> Peers {
        let mut tasks = JoinSet::new();
        let (socket, udp) = sockets::udp().await;
        tasks.spawn(async move {
            let mut bytes = vec![0; 65_536];
            loop {
                let (length, from) = socket.recv_from(&mut bytes).await.unwrap();
                socket.send_to(&bytes[..length], from).await.unwrap();
            }
        });
        let (listener, tcp) = sockets::listener().await;
        tasks.spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                tokio::spawn(async move {
                    let mut bytes = vec![0; 65_536];
                    while let Ok(length @ 1..) = stream.read(&mut bytes).await {
                        if stream.write_all(&bytes[..length]).await.is_err() {
                            break;
                        }
                    }
                });
            }
        });
        Peers { tasks, udp, tcp }
    }
}

/// The program that runs an example, and a file to remove afterwards.
fn program(example: &Example, folder: &Path) -> (Command, Option<PathBuf>) {
    let write = |path: PathBuf| {
        std::fs::write(&path, &example.source).unwrap();
        path
    };
    match example.language.as_str() {
        "bash" => {
            let mut command = Command::new("bash");
            command.args(["-euo", "pipefail"]).arg(write(folder.join("example.sh")));
            (command, None)
        }
        "python" => {
            let mut command = Command::new(installed("python/bin/python3"));
            command.arg("-u").arg(write(folder.join("example.py")));
            (command, None)
        }
        "js" => {
            // Node looks for packages from the file's own folder upwards.
            let file = installed("node/node_modules").with_file_name(format!(
                "example-{}-{}.mjs",
                std::process::id(),
                example.line
            ));
            let mut command = Command::new("node");
            command.arg(write(file.clone()));
            (command, Some(file))
        }
        "rust" => {
            let mut command = Command::new(env!("CARGO_BIN_EXE_rust-examples"));
            command.arg(example.line.to_string());
            (command, None)
        }
        other => panic!("line {}: nothing runs {other:?}", example.line),
    }
}

async fn run(page: &str, example: &Example) {
    let place = format!("{page}, line {}", example.line);
    let server = TestServer::start();
    let mut peers = Peers::start().await;
    let folder = tempfile::tempdir().unwrap();
    let (mut command, file) = program(example, folder.path());
    let sockyard = PathBuf::from(server::command(&[]).get_program());
    let path = std::env::var("PATH").unwrap();
    command.env("PATH", format!("{}:{path}", sockyard.parent().unwrap().display()));
    if example.words.iter().any(|word| word == "own-server") {
        let listen = format!("127.0.0.1:{}", sockets::free_port().await);
        command.env("SOCKYARD_URL", format!("http://{listen}")).env("SOCKYARD_LISTEN", listen);
        command.env("SOCKYARD_DATA_DIR", folder.path().join("data"));
    } else {
        command.env("SOCKYARD_URL", format!("http://{}", server.authority()));
        command.env("SOCKYARD_TOKEN", server.token.as_deref().unwrap());
    }
    command.env("UDP_PEER", &peers.udp).env("TCP_PEER", &peers.tcp).current_dir(folder.path());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let child = command.spawn().unwrap_or_else(|error| panic!("{place}: {command:?}: {error}"));
    let ended = end(child).await;
    if let Some(file) = file {
        std::fs::remove_file(file).unwrap();
    }
    peers.tasks.shutdown().await;
    check(&place, example, &ended);
}

fn check(place: &str, example: &Example, ended: &Ended) {
    let printed = String::from_utf8_lossy(&ended.stdout);
    let shown =
        || format!("{place}: exit code {:?}, printed:\n{printed}\nsaid:\n{}", ended.code, ended.stderr);
    assert_eq!(ended.code, Some(0), "{}", shown());
    let prints = example.prints.as_deref().unwrap_or_default();
    assert!(!prints.is_empty(), "{place}: what does it print?");
    let (expected, lines): (Vec<&str>, Vec<&str>) = (prints.lines().collect(), printed.lines().collect());
    assert_eq!(expected.len(), lines.len(), "{}", shown());
    for (expected, line) in expected.iter().zip(&lines) {
        assert!(fits(expected, line), "{place}: not as on the page: {expected}\n{}", shown());
    }
}

/// Whether a line is as expected; `…` stands for anything.
fn fits(expected: &str, line: &str) -> bool {
    let mut parts = expected.split('…');
    let Some(mut rest) = parts.next().and_then(|first| line.strip_prefix(first)) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

/// Runs the examples of a language; there must be so many at least.
async fn run_all(page: &'static str, text: &str, heading: Option<&str>, language: &str, at_least: usize) {
    let found = examples(text, heading).into_iter().filter(|example| example.language == language);
    let found: Vec<Example> = found.collect();
    assert!(found.len() >= at_least, "{} examples in {language}", found.len());
    let places = Arc::new(tokio::sync::Semaphore::new(AT_ONCE));
    let mut running = JoinSet::new();
    for example in found {
        let place = Arc::clone(&places);
        running.spawn(async move {
            let _place = place.acquire_owned().await.unwrap();
            run(page, &example).await;
        });
    }
    while let Some(ended) = running.join_next().await {
        if let Err(error) = ended {
            std::panic::resume_unwind(error.into_panic());
        }
    }
}

#[tokio::test]
async fn the_examples_for_the_shell_print_what_the_page_says() {
    run_all("docs/automation.md", AUTOMATION, None, "bash", 9).await;
}

#[tokio::test]
async fn the_examples_in_python_print_what_the_page_says() {
    run_all("docs/automation.md", AUTOMATION, None, "python", 6).await;
}

#[tokio::test]
async fn the_examples_in_node_print_what_the_page_says() {
    run_all("docs/automation.md", AUTOMATION, None, "js", 3).await;
}

#[tokio::test]
async fn the_examples_in_rust_print_what_the_page_says() {
    run_all("docs/automation.md", AUTOMATION, None, "rust", 3).await;
}

#[tokio::test]
async fn the_examples_of_the_readme_for_programs_print_what_it_says() {
    run_all("README.md", README, Some("From a program"), "bash", 1).await;
    run_all("README.md", README, Some("From a program"), "python", 1).await;
}

#[test]
fn no_example_is_left_out() {
    for example in examples(AUTOMATION, None).iter().chain(&examples(README, Some("From a program"))) {
        let run = ["bash", "python", "js", "rust"].contains(&example.language.as_str());
        assert!(run || example.language == "toml", "line {}: who runs {:?}?", example.line, example.language);
    }
}

#[test]
fn a_line_fits_where_only_what_is_left_open_differs() {
    assert!(fits("127.0.0.1:… is well", "127.0.0.1:7410 is well"));
    assert!(fits("a…b…c", "a1b2c") && fits("…", "") && fits("same", "same"));
    assert!(!fits("a…b…c", "a1b2") && !fits("same", "same ") && !fits("a…b", "b"));
}
