//! Programs on the other side: Python's, and whatever else is installed.

use std::process::{ExitStatus, Stdio};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::deadline::within;

/// A running program; dropped, it is killed.
pub struct Program {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Lines<BufReader<ChildStdout>>,
}

impl Program {
    /// Starts a program. Its stderr is shown with the test's.
    pub fn start(name: &str, arguments: &[&str]) -> Program {
        let mut child = Command::new(name)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{name} cannot be started: {error}"));
        let stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        Program { stdin: child.stdin.take(), stdout, child }
    }

    /// Starts a Python program given as text; its arguments are `sys.argv[1:]`.
    pub fn python(source: &str, arguments: &[&str]) -> Program {
        Program::start("python3", &[&["-u", "-c", source], arguments].concat())
    }

    /// The next line that it prints.
    pub async fn line(&mut self) -> String {
        within("a line from a program", self.stdout.next_line())
            .await
            .unwrap()
            .expect("a line before the end")
    }

    /// All that it still prints, up to its end.
    pub async fn rest(&mut self) -> String {
        let mut rest = String::new();
        while let Some(line) = within("a program's output", self.stdout.next_line()).await.unwrap() {
            rest.push_str(&line);
            rest.push('\n');
        }
        rest
    }

    /// Types into it.
    pub async fn write(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().expect("stdin is still open");
        within("a program that reads its input", stdin.write_all(bytes)).await.unwrap();
        within("a program that reads its input", stdin.flush()).await.unwrap();
    }

    /// Ends its input.
    pub fn close_stdin(&mut self) {
        self.stdin = None;
    }

    /// Waits for its end.
    pub async fn exit(&mut self) -> ExitStatus {
        self.close_stdin();
        within("a program's end", self.child.wait()).await.unwrap()
    }
}

/// Whether a program is installed. A test that needs one that is not says so and passes.
pub fn installed(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let there = std::env::split_paths(&path).any(|directory| directory.join(name).is_file());
    if !there {
        eprintln!("left out: {name} is not installed");
    }
    there
}
