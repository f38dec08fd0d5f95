//! The server's own log, on stderr: what the operator needs, and never a payload or a token.

use std::io::IsTerminal as _;

use tracing_subscriber::filter::{EnvFilter, FilterExt as _, filter_fn};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::LogFormat;

/// Starts it, with the levels that `SOCKYARD_LOG` names.
pub(crate) fn start(format: LogFormat) -> anyhow::Result<()> {
    let levels = match std::env::var("SOCKYARD_LOG") {
        Ok(filter) => EnvFilter::try_new(filter).map_err(|error| anyhow::anyhow!("SOCKYARD_LOG: {error}"))?,
        Err(_) => EnvFilter::new("info"),
    };
    // Libraries log what passes through them, frames and headers included: at no level is that for this log.
    let filter = levels.and(filter_fn(|metadata| metadata.target().split("::").next() == Some("sockyard")));
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    match format {
        LogFormat::Text => {
            let layer = layer.with_ansi(std::io::stderr().is_terminal());
            tracing_subscriber::registry().with(layer.with_filter(filter)).init();
        }
        LogFormat::Json => tracing_subscriber::registry().with(layer.json().with_filter(filter)).init(),
    }
    Ok(())
}
