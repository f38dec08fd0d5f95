//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, ValueEnum};

/// Measures the page in a real browser against a real server.
///
/// The tables are Markdown. A figure beyond its goal is said to be, and the program ends with 1.
#[derive(Clone, Debug, Parser)]
#[command(name = "bench-page")]
pub(crate) struct Options {
    /// The server's program
    #[arg(long, value_name = "FILE")]
    pub(crate) server: PathBuf,

    /// What to measure [default: all]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "ROW,…")]
    rows: Vec<Row>,

    /// How often the page is opened, each time in a browser that was never there
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) rounds: u32,

    /// Datagrams a second of the row `rate`
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(crate) rate: u32,

    /// How long the row `rate` takes
    #[arg(long, default_value = "20", value_parser = seconds, value_name = "SECONDS")]
    pub(crate) seconds: Duration,

    /// Lines that the page is filled with for the rows `lines` and `memory`; it holds a million at most
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1_000..=1_000_000))]
    pub(crate) lines: u64,

    /// How long the memory is watched at 500 events a second
    #[arg(long, default_value = "120", value_parser = seconds, value_name = "SECONDS")]
    pub(crate) memory_seconds: Duration,

    /// File for the tables, beside stdout
    #[arg(long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Row {
    /// From nothing to the first socket.
    Open,
    /// Frames while events come.
    Rate,
    /// Scrolling and filtering a full log.
    Lines,
    /// Memory while events come.
    Memory,
}

impl Options {
    /// What was chosen.
    pub(crate) fn rows(&self) -> Vec<Row> {
        if self.rows.is_empty() { Row::value_variants().to_vec() } else { self.rows.clone() }
    }

    /// Whether this was chosen.
    pub(crate) fn has(&self, row: Row) -> bool {
        self.rows().contains(&row)
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    match text.parse::<u64>() {
        Ok(seconds @ 1..=86_400) => Ok(Duration::from_secs(seconds)),
        _ => Err("a whole number of seconds from 1 to 86400".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        use clap::CommandFactory as _;
        Options::command().debug_assert();
    }

    #[test]
    fn everything_is_measured_unless_something_is_chosen() {
        let all = Options::parse_from(["bench-page", "--server", "x"]);
        assert!([Row::Open, Row::Rate, Row::Lines, Row::Memory].into_iter().all(|row| all.has(row)));
        let one = Options::parse_from(["bench-page", "--server", "x", "--rows", "rate"]);
        assert_eq!(one.rows(), [Row::Rate]);
    }
}
