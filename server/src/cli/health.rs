//! `sockyard health`: a health check for containers, whose image has no other HTTP client, and for scripts that have
//! just started a server.

use std::time::Duration;

use clap::Args;
use hyper::StatusCode;
use sockyard_client::Server;
use tokio::time::{Instant, sleep};

use super::{EXIT_CODES, Failure, UrlOption, http, output};

const DEADLINE: Duration = Duration::from_secs(5);
/// Between two questions while a server is waited for.
const AGAIN: Duration = Duration::from_millis(100);

#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct HealthOptions {
    #[command(flatten)]
    url: UrlOption,

    /// Wait so many seconds for a server that is not there yet
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    wait_seconds: u64,
}

/// Asks until the server is well or the time is up.
pub(crate) async fn run(options: &HealthOptions) -> Result<(), Failure> {
    let server = options.url.server()?;
    let started = Instant::now();
    let wait = Duration::from_secs(options.wait_seconds);
    loop {
        let asked = ask(&server).await;
        match asked {
            Err(Failure::NoServer(_) | Failure::Answer(_)) if started.elapsed() < wait => sleep(AGAIN).await,
            asked => return asked,
        }
    }
}

async fn ask(server: &Server) -> Result<(), Failure> {
    let (status, _) = http::get(server, "/healthz", DEADLINE).await?;
    let authority = server.authority();
    match status {
        StatusCode::OK => output::line(&format!("{authority} is well")).await,
        status => Err(Failure::Answer(format!("{authority} answered {status}"))),
    }
}
