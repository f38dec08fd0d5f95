//! `sockyard serve`: from options to a running server, and back down.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use sockyard_protocol::hello::NetworkKind;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use crate::api::{self, Access, App, Mode, Origins};
use crate::config::{AccessMode, ServeOptions};
use crate::errno::plain;
use crate::logging;
use crate::network::{Carrier, Labs};
use crate::policy::{Policy, Resolver, Rules, UnixRoot};
use crate::quotas::{Process, Proxies, QuotaConfig, Quotas};
use crate::secret;
use crate::session::{Limits, Registry, RegistryOptions};
use crate::tokens::Tokens;
use crate::workers::{self, Workers};

/// Longest way down: sockets closed, connections told, then the process ends whatever is left.
const SHUTDOWN_DEADLINE: Duration = Duration::from_secs(8);

/// A signal that comes again so soon is the same one: `timeout` sends its own to the process and then to the group, and
/// shells and supervisors do the like.
const SAME_SIGNAL: Duration = Duration::from_secs(1);

/// Runs the server until SIGTERM or Ctrl-C.
pub(crate) fn run(options: &ServeOptions, rules: Rules, limits: QuotaConfig) -> anyhow::Result<()> {
    options.check()?;
    logging::start(options.log_format)?;
    let descriptors = raise_descriptor_limit();
    let limits = limits.with_defaults(Process {
        sessions: options.max_sessions,
        connections: options.max_connections,
        descriptors,
        is_open: options.access == AccessMode::Open,
    });
    let data = DataDirectory::open(options.data_dir()?)?;
    // Before the threads, one of which might end and take the helper with it.
    let labs = Labs::start(options.lab_wire.carrier());
    if let (NetworkKind::Lab, Err(why)) = (options.network, &labs) {
        bail!("--network lab: this machine gives no labs: {why}");
    }
    let workers = Workers::start(options.busy_poll()).context("start the threads")?;
    let runtime = workers::runtime().context("start the runtime")?;
    let workers = Arc::new(workers);
    let outcome = runtime.block_on(serve(options, rules, limits, labs, &data, Arc::clone(&workers)));
    workers.end();
    runtime.shutdown_timeout(workers::END_DEADLINE);
    outcome
}

/// Says whether labs can be opened, and how.
fn tell_of_labs(labs: &Result<Arc<Labs>, String>) {
    let facts = match labs {
        Ok(labs) => labs.facts(),
        Err(why) => {
            tracing::info!(why, "no labs: they need user namespaces, and TUN devices or veth pairs");
            return;
        }
    };
    match (facts.carrier, &facts.without_tun) {
        (Carrier::Tun, _) => {
            tracing::info!("labs can be opened: networks of a session's own, over TUN devices");
        }
        (Carrier::Veth, None) => {
            tracing::info!("labs can be opened: networks of a session's own, over veth pairs");
        }
        (Carrier::Veth, Some(error)) => {
            let why = format!("/dev/net/tun: {}", plain(error));
            tracing::info!(why, "labs can be opened: networks of a session's own, over veth pairs");
        }
    }
    // Without the filter it has no power over the machine either, and whoever runs the server where there are no filters has chosen so.
    if let Some(error) = &facts.unfiltered {
        let why = plain(error);
        tracing::warn!(why, "the labs' helper runs without a filter of its system calls (seccomp)");
    }
}

async fn serve(
    options: &ServeOptions,
    rules: Rules,
    limits: QuotaConfig,
    labs: Result<Arc<Labs>, String>,
    data: &DataDirectory,
    workers: Arc<Workers>,
) -> anyhow::Result<()> {
    let listener = TcpListener::bind(options.listen).await.map_err(|error| {
        let hint = match error.kind() {
            std::io::ErrorKind::AddrInUse => "; another program has it, choose one with --listen",
            std::io::ErrorKind::PermissionDenied => {
                "; ports below 1024 need privileges, choose one with --listen"
            }
            _ => "",
        };
        anyhow::anyhow!("listen on {}: {}{hint}", options.listen, plain(&error))
    })?;
    let address = listener.local_addr().context("read the listening address")?;
    let mode = match options.access {
        AccessMode::Open => Mode::Open,
        AccessMode::Token => Mode::Token(options.token.clone().unwrap_or_else(secret::token)),
    };
    let session_limits = Limits::new(&limits.session, options.grace());
    let quotas = Quotas::new(limits);
    let tokens = Tokens::new(data.path.clone());
    let registry = Registry::new(RegistryOptions {
        limits: session_limits,
        quotas: Arc::clone(&quotas),
        policy: policy(address.port(), rules),
        unix_root: Arc::clone(&data.unix_root),
        tells_directory: options.access == AccessMode::Token,
        labs: labs.clone(),
        network: options.network,
    });
    // Before the URL is out: whoever reads it may end the server at once.
    let stopped = stop_signal()?;
    tracing::info!(%address, version = env!("CARGO_PKG_VERSION"), access = options.access.name(), "listening");
    tell_of_labs(&labs);
    announce(address, &mode, &options.public_url);
    let origins = Origins::new(address.port(), options.public_url.clone());
    let connections = TaskTracker::new();
    let stopping = CancellationToken::new();
    let app = Arc::new(App {
        registry: Arc::clone(&registry),
        access: Access { mode, metrics_token: options.metrics_token.clone(), tokens: Arc::clone(&tokens) },
        quotas,
        proxies: Proxies::new(options.trusted_proxies.clone()),
        origins,
        workers,
        connections: connections.clone(),
        stopping: stopping.clone(),
    });
    let stop = CancellationToken::new();
    let server = tokio::spawn(api::server::serve(listener, options.max_connections, app, stop.clone()));
    let watched = Arc::clone(&tokens);
    let watching = AbortOnDropHandle::new(tokio::spawn(async move { watched.watch().await }));

    stopped.await;
    tracing::info!("shutting down");
    stopping.cancel();
    let down = async {
        registry.end_all().await;
        connections.close();
        connections.wait().await;
        // Only now, so that until then whoever asks is told that the server is not ready.
        stop.cancel();
        server.await.ok(/* a panic there has been reported already */);
    };
    if tokio::time::timeout(SHUTDOWN_DEADLINE, down).await.is_err() {
        tracing::warn!("not everything ended in time");
    }
    drop(watching);
    tokens.write_uses();
    tracing::info!("stopped");
    Ok(())
}

/// What sockets may reach. Where rules open something there is somebody to ask for names, too, or a line in the log that says why not.
fn policy(own_port: u16, rules: Rules) -> Arc<Policy> {
    if rules.open_nothing() {
        return Policy::new(own_port, rules);
    }
    match Resolver::new(rules.name_servers()) {
        Ok(resolver) => Policy::with_resolver(own_port, rules, resolver),
        Err(why) => {
            tracing::warn!(why, "no name server to ask: names beyond the hosts file are unknown");
            Policy::new(own_port, rules)
        }
    }
}

/// Completes at the first SIGTERM or SIGINT. A second one ends the process at once.
fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).context("watch for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("watch for SIGINT")?;
    let mut next = async move || {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    Ok(async move {
        next().await;
        let first = Instant::now();
        tokio::spawn(async move {
            while first.elapsed() < SAME_SIGNAL {
                next().await;
            }
            std::process::exit(130);
        });
    })
}

fn announce(address: SocketAddr, access: &Mode, public: &[String]) {
    let shown = if address.ip().is_unspecified() {
        SocketAddr::new([127, 0, 0, 1].into(), address.port())
    } else {
        address
    };
    let fragment = match access {
        Mode::Open => String::new(),
        Mode::Token(token) => format!("#token={token}"),
    };
    let mut text = format!("Sockyard {} is ready. Open this in a browser:\n\n", env!("CARGO_PKG_VERSION"));
    for origin in std::iter::once(&format!("http://{shown}")).chain(public) {
        text.push_str(&format!("    {origin}/{fragment}\n"));
    }
    text.push_str("\nPress Ctrl-C to stop.\n");
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).ok(/* nobody has to listen */);
    drop(stdout);
    if !address.ip().is_loopback() {
        match access {
            Mode::Open => {
                tracing::warn!("anyone who reaches {address} can make sockets on this machine's loopback");
            }
            Mode::Token(_) => {
                tracing::warn!(
                    "no TLS on {address}: whoever reads the network reads the token and the sockets"
                );
            }
        }
    }
    if nix::unistd::geteuid().is_root() {
        tracing::warn!("running as root: a user of its own, without privileges, is enough");
    }
}

/// Each socket takes a descriptor, and the default of 1024 is soon used up. The hard limit is ours to use. The answer is how
/// many there may be then.
fn raise_descriptor_limit() -> u64 {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return 1_024 };
    match setrlimit(Resource::RLIMIT_NOFILE, hard, hard) {
        Ok(()) => hard,
        Err(error) => {
            tracing::warn!(%error, "the limit of open files stays low");
            soft
        }
    }
}

/// What the server keeps on disk. Locked, so that two servers do not remove each other's sockets.
struct DataDirectory {
    path: PathBuf,
    /// Under it every session that uses Unix sockets has a directory.
    unix_root: Arc<UnixRoot>,
    _lock: Flock<File>,
}

impl DataDirectory {
    fn open(path: PathBuf) -> anyhow::Result<DataDirectory> {
        let context = || format!("data directory {}", path.display());
        make_directory(&path).with_context(context)?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join("lock"))
            .map_err(|error| anyhow::anyhow!("write to it: {}", plain(&error)))
            .with_context(context)?;
        let lock = match Flock::lock(lock, FlockArg::LockExclusiveNonblock) {
            Ok(lock) => lock,
            Err((_, Errno::EWOULDBLOCK)) => {
                bail!("{}: another server uses it; choose one with --data-dir", context())
            }
            Err((_, error)) => return Err(error).with_context(context),
        };
        let unix_root = unix_root(path.join("unix"))?;
        Ok(DataDirectory { path, unix_root, _lock: lock })
    }
}

/// A new directory for the names of Unix sockets.
fn unix_root(unix: PathBuf) -> anyhow::Result<Arc<UnixRoot>> {
    // Left behind by a server that was killed; nobody else uses them while we hold the lock. A link is not followed.
    match std::fs::remove_dir_all(&unix) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("remove {}", unix.display()));
        }
        _ => {}
    }
    let made = DirBuilder::new().mode(0o700).create(&unix).and_then(|()| UnixRoot::open(unix.clone()));
    made.map_err(|error| anyhow::anyhow!("make {}: {}", unix.display(), plain(&error)))
}

pub(crate) fn make_directory(path: &Path) -> anyhow::Result<()> {
    if path.exists() && !path.is_dir() {
        bail!("it is not a directory; choose another with --data-dir");
    }
    DirBuilder::new()
        .mode(0o700)
        .recursive(true)
        .create(path)
        .map_err(|error| anyhow::anyhow!("make it: {}; choose another with --data-dir", plain(&error)))
}
