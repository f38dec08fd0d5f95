//! Peers as child processes: started, waited for, looked at, and ended.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;
use tokio::net::TcpStream;

/// Python and Node take a second or two on a busy machine.
const START_DEADLINE: Duration = Duration::from_secs(30);
/// Between two tries to connect to a peer that is starting.
const TRY_AGAIN: Duration = Duration::from_millis(20);
/// A peer that does not end within this after SIGTERM is killed.
const END_DEADLINE: Duration = Duration::from_secs(3);

/// A peer that accepts connections. Dropped, it ends.
#[derive(Debug)]
pub struct Process {
    child: Child,
    name: String,
    /// Where it listens.
    pub address: SocketAddr,
    files: TempDir,
}

impl Process {
    /// Starts a peer on a free port, which `command` puts into the peer's arguments, and waits until it accepts.
    ///
    /// # Errors
    /// When it cannot be started, ends by itself, or does not accept in time; with what it wrote to stderr.
    pub async fn start(name: &str, command: impl FnOnce(SocketAddr, &Path) -> Command) -> Result<Process> {
        let files = tempfile::tempdir().context("make a folder for the peer")?;
        let address = free_address()?;
        let mut command = command(address, files.path());
        let output = std::fs::File::create(files.path().join("output"))?;
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let child = command.spawn().with_context(|| format!("start {}", command.get_program().display()))?;
        let mut process = Process { child, name: name.to_owned(), address, files };
        let start = Instant::now();
        while TcpStream::connect(address).await.is_err() {
            if let Some(status) = process.child.try_wait()? {
                bail!("{name} ended by itself ({status}): {}", process.output());
            }
            if start.elapsed() > START_DEADLINE {
                bail!("{name} does not accept after {} s: {}", START_DEADLINE.as_secs(), process.output());
            }
            tokio::time::sleep(TRY_AGAIN).await;
        }
        Ok(process)
    }

    /// What the peer wrote: all of it, or its beginning and its end.
    pub fn output(&self) -> String {
        let output = std::fs::read(self.files.path().join("output")).unwrap_or_default();
        let output = String::from_utf8_lossy(&output);
        let lines: Vec<&str> = output.lines().filter(|line| !line.trim().is_empty()).collect();
        match &lines[..] {
            [first, second, .., before, last] if lines.len() > 8 => {
                format!("{first} | {second} | … | {before} | {last}")
            }
            lines => lines.join(" | "),
        }
    }

    /// Memory in bytes, of the peer and of what it started: the proportional set size (proc(5), `smaps_rollup`), in
    /// which memory that processes share counts once.
    ///
    /// # Errors
    /// When the peer is gone.
    pub fn memory_bytes(&self) -> Result<u64> {
        let mut sum = 0;
        for pid in self.family() {
            // A child may have ended since it was listed.
            let Ok(text) = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")) else { continue };
            let line = text.lines().find(|line| line.starts_with("Pss:"));
            let kib =
                line.and_then(|line| line.split_whitespace().nth(1)).and_then(|kib| kib.parse::<u64>().ok());
            sum += kib.unwrap_or_default() * 1024;
        }
        if sum == 0 {
            bail!("{} is gone: {}", self.name, self.output());
        }
        Ok(sum)
    }

    /// Time on a processor so far, of the peer and of what it started (proc(5), `stat`).
    pub fn processor_time(&self) -> Duration {
        let ticks: u64 = self.family().into_iter().filter_map(ticks).sum();
        // USER_HZ is 100 on every platform of Linux that Rust runs on.
        Duration::from_millis(ticks * 10)
    }

    fn family(&self) -> Vec<u32> {
        let mut family = vec![self.child.id()];
        let mut next = 0;
        while let Some(&pid) = family.get(next) {
            next += 1;
            let Ok(tasks) = std::fs::read_dir(format!("/proc/{pid}/task")) else { continue };
            for task in tasks.flatten() {
                let children = std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
                family.extend(children.split_whitespace().filter_map(|pid| pid.parse::<u32>().ok()));
            }
        }
        family
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let family = self.family();
        // One that has ended already is what is wanted.
        for pid in family.iter().rev() {
            _ = kill(Pid::from_raw(pid.cast_signed()), Signal::SIGTERM);
        }
        let start = Instant::now();
        while matches!(self.child.try_wait(), Ok(None)) && start.elapsed() < END_DEADLINE {
            std::thread::sleep(TRY_AGAIN);
        }
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// The time on a processor of one process in ticks: user and system, fields 14 and 15.
fn ticks(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold anything, so fields are counted from its end; the first there is field 3.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    Some(fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?)
}

/// A port that was free a moment ago. Peers cannot tell which one they took of themselves.
fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("find a free port")?;
    Ok(listener.local_addr()?)
}

/// A program by its name: beside this one, or in `PATH`.
pub fn find(name: &str) -> Option<PathBuf> {
    let own = std::env::current_exe().ok()?;
    // A test's program is one folder deeper than the others.
    let beside = own.ancestors().skip(1).take(2).map(Path::to_owned);
    let path = std::env::var_os("PATH").unwrap_or_default();
    beside
        .chain(std::env::split_paths(&path))
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
}
