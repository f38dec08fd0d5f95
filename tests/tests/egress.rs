//! Rules that open more than loopback, and the commands that explain them.

use std::process::Stdio;

use sockyard_tests::command::{Ended, run};
use sockyard_tests::{Program, server, tools};
use tokio::process::Command;

/// A configuration with a rule in it.
const CONFIG: &str = r#"
listen = "127.0.0.1:0"
max_sessions = 7

[[policy.allow]]
name = "printers"
networks = ["192.168.7.0/24"]
ports = [9100]
"#;

/// Runs a command beside a file of that content, whose name stands in the arguments as `FILE`.
async fn with_config(config: &str, arguments: &[&str]) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sockyard.toml");
    std::fs::write(&file, config).unwrap();
    let file = file.to_str().unwrap();
    let arguments: Vec<_> =
        arguments.iter().map(|argument| if *argument == "FILE" { file } else { argument }).collect();
    let mut command = Command::from(server::command(&arguments));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    run(command).await
}

#[tokio::test]
async fn rules_open_a_neighbours_ports_and_no_others() {
    let script = tools::source("python/egress.py");
    let sockyard = server::command(&[]).get_program().to_owned();
    let mut program = Program::start(
        "unshare",
        &[
            "--user",
            "--map-root-user",
            "--net",
            "python3",
            "-u",
            script.to_str().unwrap(),
            sockyard.to_str().unwrap(),
        ],
    );
    let lines = program.rest().await;
    assert!(program.exit().await.success(), "{lines}");
    assert_eq!(lines.lines().last(), Some("done"), "{lines}");
}

#[tokio::test]
async fn a_verdict_is_explained_with_the_rule_that_gave_it() {
    let check = async |address: &str, arguments: &[&str]| {
        let arguments = [&["policy", "check", address, "--config", "FILE"], arguments].concat();
        let ended = with_config(CONFIG, &arguments).await;
        (ended.code, ended.text().to_owned())
    };
    let (code, text) = check("192.168.7.9:9100", &["--for", "connect", "--transport", "tcp"]).await;
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("a private address (192.168.0.0/16, RFC 1918)"), "{text}");
    assert!(text.contains("connect over tcp  allowed by rule \"printers\""), "{text}");
    let (code, text) = check("[::ffff:192.168.7.9]:80", &[]).await;
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("which the kernel reads as 192.168.7.9"), "{text}");
    assert_eq!(text.matches("denied by rule \"private\"").count(), 6, "{text}");
    let (code, text) = check("[64:ff9b::808:808]:80", &["--for", "send"]).await;
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("no rule can open it"), "{text}");
    let (code, text) = check("127.1:80", &[]).await;
    assert_eq!(code, Some(2), "{text}");
}

#[tokio::test]
async fn the_options_in_force_are_shown_with_their_source() {
    let ended = with_config(CONFIG, &["config", "--config", "FILE", "--grace-seconds", "5"]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let line = |key: &str| ended.text().lines().find(|line| line.contains(key)).unwrap().to_owned();
    assert!(line("listen").starts_with("listen = \"127.0.0.1:0\"  # "), "{ended:?}");
    assert!(line("listen").ends_with("sockyard.toml"), "{ended:?}");
    assert!(line("max_sessions").starts_with("max_sessions = \"7\"  # "), "{ended:?}");
    assert_eq!(line("grace_seconds"), "grace_seconds = \"5\"  # command line");
    assert_eq!(line("max_connections"), "max_connections = \"4096\"  # default");
    assert!(line("policy").contains("rules that allow: 1"), "{ended:?}");
}

#[tokio::test]
async fn a_mistake_in_the_file_stops_the_start_and_is_named() {
    for (config, part) in [
        ("max_sessions = 0", "max-sessions"),
        ("max_session = 7", "no key \"max_session\""),
        ("[[policy.allow]]\nnetworks = [\"10.0.0.1/8\"]", "policy.allow[0]: networks"),
        ("listen = \"here\"", "--listen"),
    ] {
        let ended = with_config(config, &["serve", "--config", "FILE"]).await;
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(ended.stderr.contains("sockyard.toml") && ended.stderr.contains(part), "{ended:?}");
    }
}
