//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use crate::peers::Peer;
use crate::rows::Row;

/// Measures Sockyard beside other relays from WebSocket to sockets.
///
/// Every peer does the same work against the same echo on this machine, in turn and in several rounds. The tables
/// are Markdown. A peer whose program is neither beside this one nor in PATH is left out, and said to be.
#[derive(Clone, Debug, Parser)]
#[command(version)]
pub struct Options {
    /// Rows to measure [default: all]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "ROW,…")]
    pub rows: Vec<Row>,

    /// Peers to measure [default: all that are installed]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "PEER,…")]
    pub peers: Vec<Peer>,

    /// How often each peer is measured in each row
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub rounds: u32,

    /// Measured time of each round, after a warm-up of a quarter of it
    #[arg(long, default_value = "1", value_parser = parse_seconds, value_name = "SECONDS")]
    pub seconds: Duration,

    /// Length of the long stream of the row `bulk`
    #[arg(long, default_value_t = 1024, value_parser = clap::value_parser!(u64).range(1..=1_048_576), value_name = "MIB")]
    pub bulk_mib: u64,

    /// File for the tables, beside stdout
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

impl Options {
    /// The rows that were chosen, in the order of the tables.
    pub fn rows(&self) -> Vec<Row> {
        chosen(&self.rows)
    }

    /// The peers that were chosen, in the order of the tables; whether they are installed is not looked at.
    pub fn peers(&self) -> Vec<Peer> {
        chosen(&self.peers)
    }
}

fn chosen<T: clap::ValueEnum + PartialEq>(wanted: &[T]) -> Vec<T> {
    let all = T::value_variants().iter();
    all.filter(|value| wanted.is_empty() || wanted.contains(value)).cloned().collect()
}

fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "a number of seconds, as in 1 or 0.2".to_owned())?;
    if !(0.01..=600.0).contains(&seconds) {
        return Err("0.01 to 600 seconds".to_owned());
    }
    Ok(Duration::from_secs_f64(seconds))
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
    fn what_is_chosen_keeps_the_order_of_the_tables() {
        let options = Options::parse_from(["bench", "--peers", "sockyard-binary,raw", "--rows", "stream"]);
        assert_eq!(options.peers(), [Peer::Raw, Peer::SockyardBinary]);
        assert_eq!(options.rows(), [Row::Stream]);
        assert!(Options::parse_from(["bench"]).rows().len() > 5);
    }

    #[test]
    fn names_on_the_command_line_are_those_of_the_tables() {
        use clap::ValueEnum;
        for row in Row::value_variants() {
            assert_eq!(row.to_possible_value().unwrap().get_name(), row.name());
        }
        for peer in Peer::value_variants() {
            assert_eq!(peer.to_possible_value().unwrap().get_name(), peer.name());
        }
    }
}
