//! The server's own log, on stderr: what the operator needs, and never a payload or a token.

use std::io::IsTerminal as _;

use tracing_subscriber::filter::{FilterExt as _, LevelFilter, filter_fn};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::LogFormat;

/// Starts it, at the level that `SOCKYARD_LOG` names.
///
/// # Errors
/// Where it names none: a server whose log is silent by mistake is found out too late.
pub(crate) fn start(format: LogFormat) -> anyhow::Result<()> {
    let level = match std::env::var("SOCKYARD_LOG") {
        Ok(name) => level(&name)?,
        Err(_) => LevelFilter::INFO,
    };
    // Libraries log what passes through them, frames and headers included: at no level is that for this log.
    let filter = level.and(filter_fn(|metadata| metadata.target().split("::").next() == Some("sockyard")));
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

fn level(name: &str) -> anyhow::Result<LevelFilter> {
    Ok(match name.to_ascii_lowercase().as_str() {
        "off" => LevelFilter::OFF,
        "error" => LevelFilter::ERROR,
        "warn" => LevelFilter::WARN,
        "" | "info" => LevelFilter::INFO,
        "debug" => LevelFilter::DEBUG,
        "trace" => LevelFilter::TRACE,
        _ => anyhow::bail!(
            "SOCKYARD_LOG: {name:?} is not a level; there are off, error, warn, info, debug, trace"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_a_name_and_a_wrong_one_is_told() {
        assert_eq!(level("").unwrap(), LevelFilter::INFO);
        assert_eq!(level("DEBUG").unwrap(), LevelFilter::DEBUG);
        let error = level("inof").unwrap_err().to_string();
        assert!(error.starts_with("SOCKYARD_LOG: \"inof\" is not a level"), "{error}");
    }
}
