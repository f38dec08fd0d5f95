//! Every kind of work, briefly, against the peers that need nothing installed: none at all, the bare relay, and
//! Sockyard where it has been built. Figures are not looked at, only that there are some.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on panics")]

use clap::Parser as _;
use sockyard_bench::measure::{self, Measured};
use sockyard_bench::options::Options;
use sockyard_bench::peers::Peer;
use sockyard_bench::rows::Row;
use sockyard_bench::table;

/// Measures a row against a peer for a moment.
async fn measure(row: Row, peer: Peer) -> (Measured, String) {
    let arguments = ["bench", "--rounds", "1", "--seconds", "0.05", "--bulk-mib", "4"];
    let chosen = ["--rows", row.name(), "--peers", peer.name()];
    let options = Options::parse_from(arguments.into_iter().chain(chosen));
    let results = measure::run(&options).await.unwrap();
    let text = table::render(&results);
    let [(_, peers)] = &results[..] else { panic!("one row was asked for: {results:?}") };
    let [(_, measured)] = &peers[..] else { panic!("one peer was asked for: {peers:?}") };
    (measured.clone(), text)
}

async fn check(row: Row, peer: Peer) {
    let (measured, text) = measure(row, peer).await;
    assert_eq!(measured.missing, None, "{row} against {peer}");
    let outcome = &measured.outcomes[0];
    match row {
        // All of a short flood may be lost, or come back late.
        Row::UdpFlood => assert!(outcome.note.as_ref().unwrap().ends_with(" % lost"), "{outcome:?}"),
        _ => assert!(outcome.value > 0.0, "{row} against {peer}: {outcome:?}"),
    }
    assert!(text.contains(&format!("| {peer} |")), "{text}");
}

#[tokio::test]
async fn the_floor_of_the_harness_is_measured() {
    for row in
        [Row::RoundTrip1, Row::RoundTrip64, Row::Small, Row::Stream, Row::UdpRtt, Row::Connect, Row::Bulk]
    {
        check(row, Peer::Raw).await;
    }
}

#[tokio::test]
async fn the_bare_relay_is_measured() {
    for row in [Row::RoundTrip1, Row::Small, Row::Stream, Row::UdpRtt, Row::UdpFlood, Row::Connect, Row::Bulk]
    {
        check(row, Peer::Bare).await;
    }
}

#[tokio::test]
async fn sockyard_is_measured_where_it_is_built() {
    if !Peer::SockyardJson.is_installed() {
        eprintln!("sockyard is not beside this test, so it is not measured");
        return;
    }
    for row in [Row::RoundTrip1, Row::Small, Row::Stream, Row::UdpRtt, Row::Connect] {
        check(row, Peer::SockyardJson).await;
        check(row, Peer::SockyardBinary).await;
    }
    check(Row::Bulk, Peer::SockyardBinary).await;
}

#[tokio::test]
async fn what_does_not_fit_a_peer_is_said_in_the_table() {
    let (measured, text) = measure(Row::Memory1000, Peer::Raw).await;
    assert!(measured.outcomes.is_empty());
    assert!(text.contains("there is no process between"), "{text}");
}
