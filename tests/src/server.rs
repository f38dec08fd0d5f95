//! The real server as a child process.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;

use tempfile::TempDir;

use crate::deadline::{DEADLINE, eventually};
use crate::tools;

/// A running server on a free port of 127.0.0.1, with a data folder of its own. Dropped, it is killed, and must
/// neither have panicked nor ended by itself.
pub struct TestServer {
    child: Child,
    /// Its port.
    pub port: u16,
    /// The owner's token; none with `--access open`.
    pub token: Option<String>,
    files: TempDir,
    ended: bool,
}

impl TestServer {
    /// A server as a user would start it.
    pub fn start() -> TestServer {
        TestServer::start_with(&[])
    }

    /// A server with further options.
    pub fn start_with(options: &[&str]) -> TestServer {
        TestServer::start_at("127.0.0.1:0", options, &[])
    }

    /// A server that a program starts, which is replaced by it (execve(2)): the program and its arguments, with the server's behind them.
    pub fn start_under(program: &[&str], options: &[&str]) -> TestServer {
        TestServer::start_command(under(program, &[]), "127.0.0.1:0", options, &[])
    }

    /// A server from another program than the one beside this test: as users get it.
    pub fn start_program(program: &Path, options: &[&str]) -> TestServer {
        TestServer::start_command(clean(Command::new(program)), "127.0.0.1:0", options, &[])
    }

    /// A server with further options and variables of its environment.
    pub fn start_in(options: &[&str], environment: &[(&str, &str)]) -> TestServer {
        TestServer::start_at("127.0.0.1:0", options, environment)
    }

    /// A server where another was, with that one's token.
    pub fn start_again(before: &TestServer) -> TestServer {
        let token = before.token.as_deref().map(|token| ("SOCKYARD_TOKEN", token));
        TestServer::start_at(&before.authority(), &[], token.as_slice())
    }

    fn start_at(listen: &str, options: &[&str], environment: &[(&str, &str)]) -> TestServer {
        TestServer::start_command(command(&[]), listen, options, environment)
    }

    fn start_command(
        mut command: Command,
        listen: &str,
        options: &[&str],
        environment: &[(&str, &str)],
    ) -> TestServer {
        let files = tempfile::tempdir().unwrap();
        command.args(["serve", "--listen", listen]);
        if !options.contains(&"--data-dir") {
            command.arg("--data-dir").arg(files.path().join("data"));
        }
        command.args(options);
        command.envs(environment.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        command.stderr(std::fs::File::create(files.path().join("stderr")).unwrap());
        let mut child = command.spawn().expect("the server starts");
        let url = printed_url(&mut child, &files.path().join("stderr"));
        let rest = url.strip_prefix("http://127.0.0.1:").unwrap_or_else(|| panic!("not on loopback: {url}"));
        let (port, token) = match rest.split_once("/#token=") {
            Some((port, token)) => (port, Some(token.to_owned())),
            None => (rest.trim_end_matches('/'), None),
        };
        TestServer { port: port.parse().expect("a port in the URL"), token, child, files, ended: false }
    }

    /// The process's id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// `127.0.0.1:PORT`.
    pub fn authority(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// What the server printed for its user to open.
    pub fn url(&self) -> String {
        match &self.token {
            Some(token) => format!("http://{}/#token={token}", self.authority()),
            None => format!("http://{}/", self.authority()),
        }
    }

    /// What the server wrote to stderr so far.
    pub fn stderr(&self) -> String {
        std::fs::read_to_string(self.files.path().join("stderr")).unwrap_or_default()
    }

    /// The folder given as `--data-dir`.
    pub fn data_dir(&self) -> PathBuf {
        self.files.path().join("data")
    }

    /// Sends SIGTERM. [`Self::exit`] then waits for the end.
    pub fn terminate(&mut self) {
        self.signal(libc::SIGTERM);
    }

    /// Sends a signal after which the server ends.
    pub fn signal(&mut self, signal: i32) {
        self.ended = true;
        let sent =
            Command::new("kill").arg(format!("-{signal}")).arg(self.pid().to_string()).status().unwrap();
        assert!(sent.success(), "the server was there to be signalled");
    }

    /// Waits for the end of a server that was told to end.
    pub async fn exit(&mut self) -> ExitStatus {
        let child = std::sync::Mutex::new(&mut self.child);
        eventually("the server's end", async || child.lock().unwrap().try_wait().unwrap()).await
    }

    /// Resident memory in bytes (proc(5)).
    pub fn resident_bytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("VmRSS");
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    }

    /// The state of each of its threads: `S` sleeps, `R` runs or wants to (proc(5)).
    pub fn thread_states(&self) -> String {
        let threads = std::fs::read_dir(format!("/proc/{}/task", self.pid())).unwrap();
        let state = |thread: std::io::Result<std::fs::DirEntry>| {
            let stat = std::fs::read_to_string(thread.unwrap().path().join("stat")).unwrap_or_default();
            // Behind the name, which may have parentheses of its own.
            stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next())
        };
        threads.filter_map(state).collect()
    }

    /// How many file descriptors the server has open (proc(5)).
    pub fn open_files(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.pid())).unwrap().count()
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        let by_itself = self.child.try_wait().ok().flatten().filter(|_| !self.ended);
        _ = self.child.kill();
        _ = self.child.wait();
        let stderr = self.stderr();
        if std::thread::panicking() {
            eprintln!("--- the server's stderr\n{stderr}---");
            return;
        }
        assert!(!stderr.contains("panicked"), "the server panicked:\n{stderr}");
        assert!(by_itself.is_none(), "the server ended by itself ({by_itself:?}):\n{stderr}");
    }
}

/// What became of a server that was not to start.
pub struct Refused {
    /// How it ended.
    pub status: ExitStatus,
    /// What it said.
    pub stderr: String,
}

/// Starts a server that is expected to end by itself at once.
pub async fn refused(arguments: &[&str]) -> Refused {
    let mut child =
        command(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let status = {
        let child = std::sync::Mutex::new(&mut child);
        eventually("the end of a server that cannot start", async || {
            child.lock().unwrap().try_wait().unwrap()
        })
        .await
    };
    let stderr = std::io::read_to_string(child.stderr.take().unwrap()).unwrap();
    Refused { status, stderr }
}

/// The server's program with arguments, without what this process's environment might configure.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = clean(Command::new(binary()));
    command.args(arguments);
    command
}

fn clean(mut command: Command) -> Command {
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("SOCKYARD_")) {
        command.env_remove(name);
    }
    command.env("RUST_BACKTRACE", "1");
    command
}

/// The same, started by another program with these arguments.
fn under(program: &[&str], arguments: &[&str]) -> Command {
    let direct = command(arguments);
    let Some((first, rest)) = program.split_first() else { return direct };
    let mut command = Command::new(first);
    command.args(rest).arg(direct.get_program()).args(direct.get_args());
    for (name, value) in direct.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command
}

/// The server's program beside this test's, built first where it is missing.
fn binary() -> PathBuf {
    let profile_dir = tools::profile();
    let binary = profile_dir.join("sockyard");
    if !binary.exists() {
        build(&profile_dir);
    }
    binary
}

fn build(profile_dir: &Path) {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR")).args(["build", "--package", "sockyard", "--target-dir"]);
    cargo.arg(profile_dir.parent().unwrap());
    if profile_dir.ends_with("release") {
        cargo.arg("--release");
    }
    assert!(cargo.status().unwrap().success(), "the server cannot be built");
}

/// Reads stdout up to the line that is the URL, and goes on reading in the background.
fn printed_url(child: &mut Child, stderr: &Path) -> String {
    let stdout = BufReader::new(child.stdout.take().unwrap());
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in stdout.lines().map_while(Result::ok) {
            // Nobody listens any more once the URL was there; the pipe is still emptied.
            _ = sender.send(line);
        }
    });
    loop {
        match lines.recv_timeout(DEADLINE) {
            Ok(line) if line.trim().starts_with("http://") => return line.trim().to_owned(),
            Ok(_) => {}
            Err(error) => {
                _ = child.kill();
                let stderr = std::fs::read_to_string(stderr).unwrap_or_default();
                panic!("no URL in what the server printed ({error}):\n{stderr}");
            }
        }
    }
}
