//! Numbering, bounds, cursors and backpressure of the log.

use std::time::Duration;

use tokio::time::timeout;

use super::*;

const LIMITS: LogLimits = LogLimits { events: 100, bytes: 4 << 20 };

fn note(text: &str) -> EventKind {
    EventKind::Note { text: text.to_owned() }
}

fn received(length: usize) -> Happening {
    Happening::Received {
        kept: Kept::new(&vec![0; length]),
        from: None,
        truncated: false,
        flags: Vec::new(),
        streamed: false,
    }
}

fn seqs(batch: Option<Batch>) -> Vec<u64> {
    match batch {
        Some(Batch::Events(entries)) => entries.iter().map(|entry| entry.seq).collect(),
        Some(Batch::Overrun) => panic!("overrun"),
        None => Vec::new(),
    }
}

#[test]
fn events_are_numbered_from_1_and_the_oldest_go_first() {
    let log = Log::new(LIMITS, Keeper::default());
    for number in 1..=250 {
        log.append(None, note("a"));
        assert_eq!(log.last_seq(), number);
    }
    let page = log.read(0, 3, |_| true);
    assert_eq!((page.oldest, page.newest, page.more), (151, 250, true));
    assert_eq!(page.entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [151, 152, 153]);
    let page = log.read(248, 10, |_| true);
    assert_eq!((page.entries.len(), page.more), (2, false));
    assert_eq!(log.read(9999, 10, |_| true).entries.len(), 0);
    assert_eq!(log.read(u64::MAX, 10, |_| true).entries.len(), 0);
}

#[test]
fn the_ring_is_bounded_in_bytes_too() {
    let log = Log::new(LIMITS, Keeper::default());
    for _ in 0..90 {
        log.record().append(Some(3), received(65_536));
    }
    let (events, bytes) = log.used();
    assert!(bytes <= LIMITS.bytes && events < 90, "{events} events, {bytes} bytes");
}

#[test]
fn a_cursor_begins_where_it_is_asked_to_and_meets_every_event_once() {
    let log = Log::new(LIMITS, Keeper::default());
    for _ in 0..5 {
        log.append(None, note("a"));
    }
    let mut from_start = Reader::attach(Arc::clone(&log), Some(0), true);
    let mut from_3 = Reader::attach(Arc::clone(&log), Some(3), true);
    let mut live = Reader::attach(Arc::clone(&log), None, true);
    assert_eq!(seqs(from_start.take()), [1, 2, 3, 4, 5]);
    assert_eq!(seqs(from_3.take()), [4, 5]);
    assert_eq!(seqs(live.take()), [] as [u64; 0]);
    log.append(None, note("b"));
    for reader in [&mut from_start, &mut from_3, &mut live] {
        assert_eq!(seqs(reader.take()), [6]);
        assert_eq!(seqs(reader.take()), [] as [u64; 0]);
    }
}

#[test]
fn a_cursor_that_the_ring_has_passed_is_told() {
    let log = Log::new(LIMITS, Keeper::default());
    let mut reader = Reader::attach(Arc::clone(&log), None, true);
    for _ in 0..200 {
        log.append(None, note("a"));
    }
    assert!(matches!(reader.take(), Some(Batch::Overrun)));
}

#[tokio::test]
async fn a_connection_that_lags_behind_holds_streams_back_until_it_catches_up() {
    let log = Log::new(LIMITS, Keeper::default());
    log.room().await;
    let mut reader = Reader::attach(Arc::clone(&log), None, true);
    for _ in 0..20 {
        log.record().append(Some(3), received(65_536));
    }
    timeout(Duration::from_millis(20), log.room()).await.expect_err("room while a connection lags by 1.3 MB");
    while reader.take().is_some() {
        reader.delivered();
    }
    timeout(Duration::from_secs(5), log.room()).await.expect("room after the connection has caught up");
}

#[tokio::test]
async fn a_connection_that_only_looks_holds_nothing_back_and_counts_for_nobody() {
    let log = Log::new(LIMITS, Keeper::default());
    let mut looks = Reader::attach(Arc::clone(&log), None, false);
    let append = || (0..20).for_each(|_| log.record().append(Some(3), received(65_536)));
    append();
    timeout(Duration::from_secs(5), log.room()).await.expect("room while only a reader lags");
    let holds = Reader::attach(Arc::clone(&log), None, true);
    drop(holds);
    append();
    timeout(Duration::from_millis(20), log.room()).await.expect_err("room while only a reader is there");
    while looks.take().is_some() {
        looks.delivered();
    }
    drop(looks);
    timeout(Duration::from_millis(20), log.room()).await.expect_err("room since a reader has left");
}

#[tokio::test]
async fn what_comes_while_nobody_is_connected_waits_for_the_next_connection() {
    let log = Log::new(LIMITS, Keeper::default());
    drop(Reader::attach(Arc::clone(&log), None, true));
    for _ in 0..20 {
        log.record().append(Some(3), received(65_536));
    }
    timeout(Duration::from_millis(20), log.room()).await.expect_err("room while nobody is connected");
    let mut back = Reader::attach(Arc::clone(&log), Some(0), true);
    let mut count = 0;
    while let Some(Batch::Events(entries)) = back.take() {
        count += entries.len();
        back.delivered();
    }
    assert_eq!(count, 20);
    timeout(Duration::from_secs(5), log.room()).await.expect("room after the return");
}

#[tokio::test]
async fn what_happens_during_a_call_stands_behind_it() {
    let log = Log::new(LIMITS, Keeper::default());
    let first = log.place();
    let second = log.place();
    log.append(None, note("a"));
    let number = log.append_numbered(note("b"));
    assert_eq!(log.last_seq(), 0, "nothing has a number before the first call has returned");
    second.fill(Some(4), received(2));
    assert_eq!(log.last_seq(), 0);
    first.fill(Some(3), received(1));
    assert_eq!(number.await.unwrap(), 4);
    let page = log.read(0, 10, |_| true);
    let sockets: Vec<_> = page.entries.iter().map(|entry| (entry.seq, entry.socket)).collect();
    assert_eq!(sockets, [(1, Some(3)), (2, Some(4)), (3, None), (4, None)]);
    assert!(page.entries.is_sorted_by_key(|entry| entry.time_us));
}

#[test]
fn a_call_that_did_nothing_leaves_no_gap() {
    let log = Log::new(LIMITS, Keeper::default());
    let place = log.place();
    log.append(None, note("a"));
    drop(place);
    drop(log.place());
    log.append(None, note("b"));
    let page = log.read(0, 10, |_| true);
    assert_eq!(page.entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [1, 2]);
}

#[tokio::test]
async fn a_connection_that_merges_events_is_woken_before_the_ring_can_pass_it() {
    let log = Log::new(LIMITS, Keeper::default());
    let mut reader = Reader::attach(Arc::clone(&log), None, true);
    reader.set_merging(true);
    let send = || {
        let kept = Kept::new(&[0; 65_536]);
        log.record().append(Some(3), Happening::Sent { kept, to: None, flags: Vec::new(), began: None });
    };
    let woken = Arc::clone(&log.lock().cursors[0].wake);
    send();
    timeout(Duration::from_millis(20), woken.notified()).await.expect_err("woken for a single `sent`");
    (0..20).for_each(|_| send());
    timeout(Duration::from_secs(5), reader.next()).await.expect("events");
    timeout(Duration::from_secs(5), woken.notified()).await.expect("woken while it lags by 1.3 MB");
}
