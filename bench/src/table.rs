//! Results as Markdown.

use std::fmt::Write as _;

use crate::measure::{Measured, Results};
use crate::numbers::{median, median_ratio};
use crate::peers::Peer;
use crate::rows::Row;
use crate::work::Outcome;

/// Where nothing can be said.
const NOTHING: &str = "–";

/// A table for each row, and one that sets Sockyard against the others.
pub fn render(results: &Results) -> String {
    let mut text = String::new();
    for (row, peers) in results {
        table(&mut text, *row, peers);
    }
    summary(&mut text, results);
    text
}

fn table(text: &mut String, row: Row, peers: &[(Peer, Measured)]) {
    // Writing to a string cannot fail, here and below.
    _ = writeln!(text, "### {} (`{row}`)\n", row.title());
    _ = writeln!(
        text,
        "| peer | {} | lowest to highest | median time | to bare | to best other | cores: peer | harness | |",
        row.unit()
    );
    _ = writeln!(text, "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |");
    let bare = of(peers, Peer::Bare);
    let best = best_foreign(row, peers).map(|(_, values)| values);
    for (peer, measured) in peers {
        let values = values(measured);
        let Some(middle) = median(&values) else {
            let why = measured.missing.as_deref().unwrap_or("not measured");
            _ = writeln!(text, "| {peer} | {}{} |", format!("{NOTHING} | ").repeat(7), cell(why));
            continue;
        };
        let lowest = values.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = values.iter().copied().fold(0.0, f64::max);
        let latency = middle_of(measured, |outcome| outcome.latency_us);
        let note = measured.missing.clone().or_else(|| measured.outcomes.last()?.note.clone());
        _ = writeln!(
            text,
            "| {peer} | {} | {} to {} | {} | {} | {} | {} | {} | {} |",
            number(middle),
            number(lowest),
            number(highest),
            latency.map_or(NOTHING.to_owned(), |latency| format!("{latency:.1} µs")),
            ratio(bare.as_deref().and_then(|bare| median_ratio(&values, bare))),
            ratio(best.as_deref().and_then(|best| median_ratio(&values, best))),
            cores(middle_of(measured, |outcome| outcome.peer_cores)),
            cores(middle_of(measured, |outcome| outcome.harness_cores)),
            cell(&note.unwrap_or_default())
        );
    }
    text.push('\n');
}

/// How Sockyard stands: in binary frames against the bare relay and the best of the others, in JSON against the
/// other one that speaks JSON.
fn summary(text: &mut String, results: &Results) {
    _ = writeln!(text, "### Sockyard against the others\n");
    _ = writeln!(text, "| row | binary to bare | binary to best other | best other | JSON to wasmnet |");
    _ = writeln!(text, "| --- | ---: | ---: | --- | ---: |");
    for (row, peers) in results {
        let binary = of(peers, Peer::SockyardBinary);
        let best = best_foreign(*row, peers);
        let json = of(peers, Peer::SockyardJson);
        let to = |values: &Option<Vec<f64>>, other: Option<&Vec<f64>>| match (values, other) {
            (Some(values), Some(other)) => ratio(median_ratio(values, other)),
            _ => NOTHING.to_owned(),
        };
        _ = writeln!(
            text,
            "| {row} ({}) | {} | {} | {} | {} |",
            row.unit(),
            to(&binary, of(peers, Peer::Bare).as_ref()),
            to(&binary, best.as_ref().map(|(_, values)| values)),
            best.as_ref().map_or(NOTHING, |(peer, _)| peer.name()),
            to(&json, of(peers, Peer::Wasmnet).as_ref()),
        );
    }
}

fn values(measured: &Measured) -> Vec<f64> {
    measured.outcomes.iter().map(|outcome| outcome.value).collect()
}

fn of(peers: &[(Peer, Measured)], wanted: Peer) -> Option<Vec<f64>> {
    let (_, measured) = peers.iter().find(|(peer, _)| *peer == wanted)?;
    Some(values(measured)).filter(|values| !values.is_empty())
}

/// The best by median of those that are neither a baseline nor Sockyard, with its rounds.
fn best_foreign(row: Row, peers: &[(Peer, Measured)]) -> Option<(Peer, Vec<f64>)> {
    let foreign = peers.iter().filter(|(peer, _)| peer.is_foreign());
    let measured = foreign.filter_map(|(peer, measured)| {
        let values = values(measured);
        Some((median(&values)?, *peer, values))
    });
    let order = |value: f64| if row.less_is_better() { -value } else { value };
    let best = measured.max_by(|(a, ..), (b, ..)| order(*a).total_cmp(&order(*b)));
    best.map(|(_, peer, values)| (peer, values))
}

fn middle_of(measured: &Measured, field: impl Fn(&Outcome) -> Option<f64>) -> Option<f64> {
    median(&measured.outcomes.iter().filter_map(field).collect::<Vec<_>>())
}

/// Whole where that says enough, with thousands set apart.
fn number(value: f64) -> String {
    if value < 100.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

fn ratio(value: Option<f64>) -> String {
    value.map_or(NOTHING.to_owned(), |value| format!("{value:.2}"))
}

fn cores(value: Option<f64>) -> String {
    ratio(value)
}

/// Text that cannot end its cell, cut to what a table can bear.
fn cell(text: &str) -> String {
    const CHARACTERS_MAX: usize = 160;
    let text = text.replace(['\n', '\r'], " ").replace('|', "/");
    match text.char_indices().nth(CHARACTERS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(values: &[f64]) -> Measured {
        let outcomes = values.iter().map(|value| Outcome { value: *value, ..Outcome::default() }).collect();
        Measured { outcomes, missing: None }
    }

    #[test]
    fn a_row_shows_medians_ranges_and_ratios() {
        let peers = vec![
            (Peer::Bare, measured(&[1000.0, 2000.0, 1500.0])),
            (Peer::SockyardBinary, measured(&[900.0, 1800.0, 1350.0])),
            (Peer::Websocat, measured(&[2000.0, 4000.0, 3000.0])),
            (Peer::WispJs, measured(&[20.0, 40.0, 30.0])),
        ];
        let text = render(&vec![(Row::Small, peers)]);
        assert!(text.contains("| bare | 1 500 | 1 000 to 2 000 | – | 1.00 | 0.50 | – | – |  |"), "{text}");
        assert!(text.contains("| sockyard-binary | 1 350 | 900 to 1 800 | – | 0.90 |"), "{text}");
        assert!(text.contains("| small (messages/s) | 0.90 | 0.45 | websocat | – |"), "{text}");
    }

    #[test]
    fn the_best_is_the_lowest_where_less_is_better() {
        let peers = vec![
            (Peer::SockyardBinary, measured(&[20.0])),
            (Peer::Websocat, measured(&[130.0])),
            (Peer::WispJs, measured(&[25.0])),
        ];
        let text = render(&vec![(Row::Memory1000, peers)]);
        assert!(text.contains("| memory-1000 (KiB/connection) | – | 0.80 | wisp-js | – |"), "{text}");
    }

    #[test]
    fn what_is_missing_says_why_and_breaks_no_cell() {
        let missing = Measured { outcomes: Vec::new(), missing: Some("a | b\nc".to_owned()) };
        let text = render(&vec![(Row::UdpRtt, vec![(Peer::Bare, missing)])]);
        let line = text.lines().find(|line| line.starts_with("| bare")).unwrap();
        assert!(line.ends_with("a / b c |"), "{line}");
        assert_eq!(line.matches('|').count(), 10, "{line}");
    }

    #[test]
    fn numbers_are_readable() {
        assert_eq!(number(12.34), "12.3");
        assert_eq!(number(999.6), "1 000");
        assert_eq!(number(1_234_567.0), "1 234 567");
    }
}
