//! The languages of exported programs: how a program is made and run.

use std::path::Path;
use std::process::Stdio;

use sockyard_protocol::Hello;
use sockyard_tests::rest::RestClient;
use sockyard_tests::{TestServer, program, within};
use tempfile::TempDir;
use tokio::process::Command;

/// A language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Python,
    C,
    Rust,
    Node,
}

impl Language {
    /// Those whose compiler or interpreter is installed.
    pub(crate) fn all() -> Vec<Language> {
        let needs = [
            (Language::Python, "python3"),
            (Language::C, "cc"),
            (Language::Rust, "rustc"),
            (Language::Node, "node"),
        ];
        needs
            .into_iter()
            .filter(|(_, needed)| program::installed(needed))
            .map(|(language, _)| language)
            .collect()
    }

    pub(crate) fn format(self) -> &'static str {
        match self {
            Language::Python => "python",
            Language::C => "c",
            Language::Rust => "rust",
            Language::Node => "node",
        }
    }

    pub(crate) fn file(self) -> &'static str {
        match self {
            Language::Python => "program.py",
            Language::C => "program.c",
            Language::Rust => "program.rs",
            Language::Node => "program.js",
        }
    }

    /// How many of a session's refused calls its program makes again.
    pub(crate) fn refusals(self, all: usize) -> usize {
        match self {
            // It does not ask the kernel for an address of another family.
            Language::Python => all - 1,
            // Node says of those that it does not make that it leaves them out.
            Language::C | Language::Rust | Language::Node => all,
        }
    }

    /// Whether the language has no call for an event.
    pub(crate) fn lacks(self, client: &sockyard_tests::WsClient, seq: u64) -> bool {
        let events = client.events();
        let socket = events.iter().find(|event| event["seq"] == seq).map(|event| &event["socket"]);
        let made =
            |event: &&serde_json::Value| event["kind"] == "created" && Some(&event["socket"]) == socket;
        let is_unix_datagram =
            |event: &serde_json::Value| event["family"] == "unix" && event["type"] == "dgram";
        self == Language::Node && events.iter().find(made).is_some_and(is_unix_datagram)
    }

    /// Compiles a source without a warning; the command that runs it.
    pub(crate) async fn build(self, source: &Path) -> Vec<String> {
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        match self {
            Language::Python => vec!["python3".to_owned(), text(source)],
            Language::C => {
                let program = text(&source.with_extension(""));
                let flags = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-O1"];
                compile(&[&["cc"], &flags[..], &["-o", &program, &text(source)]].concat()).await;
                vec![program]
            }
            Language::Node => vec!["node".to_owned(), text(source)],
            Language::Rust => {
                let program = text(&source.with_extension(""));
                compile(&["rustc", "-o", &program, &text(source)]).await;
                vec![program]
            }
        }
    }
}

/// Runs a compiler that must say nothing.
pub(crate) async fn compile(command: &[&str]) {
    let mut compiler = Command::new(command[0]);
    compiler.args(&command[1..]).stdin(Stdio::null()).kill_on_drop(true);
    let output = within(command.join(" "), compiler.output()).await.unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{}:\n{said}", command.join(" "));
}

/// The program that a session is in a language.
pub(crate) struct Exported {
    pub(crate) language: Language,
    pub(crate) source: String,
    pub(crate) command: Vec<String>,
    directory: TempDir,
}

/// What a program did.
pub(crate) struct Ran {
    pub(crate) success: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Exported {
    /// Exports a session and compiles it.
    pub(crate) async fn of(server: &TestServer, hello: &Hello, language: Language) -> Exported {
        let rest = RestClient::of(server, hello);
        let answer = rest.request("GET", &format!("/export?format={}", language.format()), None).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let source = answer.body_text();
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(language.file());
        std::fs::write(&path, &source).unwrap();
        let command = language.build(&path).await;
        Exported { language, source, command, directory }
    }

    /// Runs it to its end.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Ran {
        let mut program = Command::new(&self.command[0]);
        program.args(&self.command[1..]).args(arguments).stdin(Stdio::null()).kill_on_drop(true);
        program.current_dir(self.directory.path());
        let output =
            within(format!("the end of a {:?} program", self.language), program.output()).await.unwrap();
        Ran {
            success: output.status.success(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Runs it; it must succeed. What it printed.
    pub(crate) async fn succeed(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments).await;
        assert!(
            ran.success && ran.stderr.is_empty(),
            "{:?} failed:\n{}{}\n--- source\n{}",
            self.language,
            ran.stdout,
            ran.stderr,
            self.calls()
        );
        ran.stdout
    }

    /// The program without what is the same in each.
    pub(crate) fn calls(&self) -> &str {
        let at = self.source.find("at(1)").unwrap_or(0);
        &self.source[at..]
    }
}
