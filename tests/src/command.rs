//! The program's own commands as a script runs them.

use std::process::Stdio;

use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, Command};

use crate::deadline::within;
use crate::server::{self, TestServer};

/// How a command ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: Vec<u8>,
    /// What it said.
    pub stderr: String,
}

impl Ended {
    /// What it printed, without the line break at its end.
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).expect("stdout is UTF-8").trim_end_matches('\n')
    }

    /// What it printed, as JSON.
    ///
    /// # Panics
    /// When it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The server's error in the last line on stderr.
    ///
    /// # Panics
    /// When there is none.
    pub fn error(&self) -> Value {
        let last = self.stderr.lines().last().unwrap_or_default();
        serde_json::from_str(last).unwrap_or_else(|_| panic!("no error in JSON: {self:?}"))
    }
}

/// A command of `sockyard` for a server, with its owner's token, and nothing on stdin.
pub fn sockyard(server: &TestServer, arguments: &[&str]) -> Command {
    let mut command = Command::from(server::command(arguments));
    command.env("SOCKYARD_URL", server.url());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

/// Runs a command to its end.
pub async fn run(mut command: Command) -> Ended {
    end(command.spawn().expect("the program starts")).await
}

/// Runs a command to its end, with that on its stdin.
pub async fn run_with_input(mut command: Command, input: &[u8]) -> Ended {
    let mut child = command.stdin(Stdio::piped()).spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    // A command may end before it has read all of it.
    within("a command that reads stdin", stdin.write_all(input)).await.unwrap_or_default();
    drop(stdin);
    end(child).await
}

/// Waits for a command's end.
pub async fn end(child: Child) -> Ended {
    let output = within("a command's end", child.wait_with_output()).await.expect("its output");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    Ended { code: output.status.code(), stdout: output.stdout, stderr }
}
