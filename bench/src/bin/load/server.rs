//! The server under load: how it is started, and what is looked at.

use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use sockyard_bench::process::{Process, find};
use sockyard_client::Server;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The owner's token.
pub(crate) const TOKEN: &str = "token-of-the-load-report";
/// Room for the honest, and for what hostile clients hold open.
const PLACES_MAX: &str = "8000";
/// Longest wait for an answer of the operator's routes.
const ANSWER_DEADLINE: Duration = Duration::from_secs(10);

/// Limits as for a class of strangers (docs/hosting.md), but for the number of sessions of an address: here all the honest
/// ones have one.
const CONFIGURATION: &str = "\
[limits.session]
calls_per_second = 200
bytes_per_second = 1048576

[limits.client]
sessions = 7000
connections = 7500
wrong_tokens_per_minute = 20
";

/// A server and the way to it.
pub(crate) struct Loaded {
    process: Process,
    pub(crate) server: Server,
}

/// What there is of the server at a moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    pub(crate) at: Instant,
    /// Open descriptors of the server's process.
    pub(crate) descriptors: usize,
    pub(crate) tasks: u64,
    pub(crate) sessions: u64,
    pub(crate) sockets: u64,
    pub(crate) memory_bytes: u64,
}

impl Loaded {
    /// A server with limits as for a class of strangers.
    pub(crate) async fn start() -> Result<Loaded> {
        Loaded::start_with(CONFIGURATION).await
    }

    /// A server with this configuration file.
    pub(crate) async fn start_with(text: &str) -> Result<Loaded> {
        let program = find("sockyard").context("sockyard is neither beside this program nor in PATH")?;
        let process = Process::start("sockyard", |address, folder| {
            let configuration = folder.join("sockyard.toml");
            // What is missing then shows at once: the server does not start without it.
            _ = std::fs::write(&configuration, text);
            let mut command = Command::new(program);
            command.args(["serve", "--listen", &address.to_string(), "--grace-seconds", "1"]);
            command.args(["--max-sessions", PLACES_MAX, "--max-connections", PLACES_MAX]);
            command.arg("--config").arg(configuration).arg("--data-dir").arg(folder.join("data"));
            for (name, _) in std::env::vars_os() {
                if name.to_string_lossy().starts_with("SOCKYARD_") {
                    command.env_remove(name);
                }
            }
            command.env("SOCKYARD_TOKEN", TOKEN).env("SOCKYARD_LOG", "error");
            command
        })
        .await?;
        let server = Server::parse(&format!("http://{}/#token={TOKEN}", process.address))?;
        Ok(Loaded { process, server })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.process.address
    }

    /// What the server wrote, if there is an error in it.
    pub(crate) fn errors(&self) -> Option<String> {
        let output = self.process.output();
        ["ERROR", "panicked"].iter().any(|sign| output.contains(sign)).then_some(output)
    }

    pub(crate) fn processor_time(&self) -> Duration {
        self.process.processor_time()
    }

    pub(crate) fn memory_bytes(&self) -> Result<u64> {
        self.process.memory_bytes()
    }

    /// How long `/healthz` takes to answer.
    pub(crate) async fn health(&self) -> Result<Duration> {
        let start = Instant::now();
        let answer = self.get("/healthz").await?;
        if !answer.starts_with("HTTP/1.1 200 ") {
            bail!("/healthz answered {:?}", answer.lines().next().unwrap_or_default());
        }
        Ok(start.elapsed())
    }

    pub(crate) async fn look(&self) -> Result<Look> {
        let metrics = self.get("/metrics").await?;
        let sum = |name: &str| {
            let lines = metrics.lines().filter(|line| {
                line.strip_prefix(name).is_some_and(|rest| rest.starts_with(' ') || rest.starts_with('{'))
            });
            lines
                .filter_map(|line| line.rsplit(' ').next().and_then(|value| value.parse::<f64>().ok()))
                .sum::<f64>() as u64
        };
        Ok(Look {
            at: Instant::now(),
            descriptors: sum("process_open_fds") as usize,
            tasks: sum("sockyard_tasks"),
            sessions: sum("sockyard_sessions"),
            sockets: sum("sockyard_sockets"),
            memory_bytes: self.memory_bytes()?,
        })
    }

    /// The whole answer to a request of a connection of its own.
    async fn get(&self, path: &str) -> Result<String> {
        let address = self.address();
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {TOKEN}\r\nConnection: close\r\n\r\n"
        );
        let exchange = async {
            let mut stream = TcpStream::connect(address).await?;
            stream.write_all(request.as_bytes()).await?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await?;
            anyhow::Ok(answer)
        };
        let seconds = ANSWER_DEADLINE.as_secs();
        timeout(ANSWER_DEADLINE, exchange)
            .await
            .with_context(|| format!("no answer to {path} for {seconds} s"))?
            .with_context(|| format!("ask for {path}"))
    }
}
