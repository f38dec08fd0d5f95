use super::*;

fn note(seq: u64, text: &str) -> (Event, String) {
    let event = Event { seq, time_us: seq, socket: None, kind: EventKind::Note { text: text.into() } };
    let json = serde_json::to_string(&event).unwrap();
    (event, json)
}

fn push(store: &mut LogStore, seq: u64, text: &str) -> Pushed {
    let (event, json) = note(seq, text);
    store.push(&event, &json)
}

#[test]
fn a_line_reads_back_as_it_came() {
    let mut store = LogStore::default();
    push(&mut store, 1, "first");
    push(&mut store, 2, "漢字");
    assert_eq!(store.len(), 2);
    assert_eq!(store.event(1).unwrap(), note(2, "漢字").0);
    assert_eq!(store.index_of(2), Some(1));
    assert_eq!(store.index_of(3), None);
    assert_eq!(store.json(0).unwrap(), note(1, "first").1);
}

#[test]
fn json_in_another_order_is_kept_as_it_is() {
    let mut store = LogStore::default();
    let json = r#"{"kind":"note","text":"a","time_us":5,"seq":1}"#;
    store.push(&serde_json::from_str(json).unwrap(), json);
    assert_eq!(store.json(0).unwrap(), json);
    assert_eq!(store.event(0).unwrap().time_us, 5);
}

#[test]
fn a_line_needs_no_more_than_24_bytes_beside_its_text() {
    assert_eq!(size_of::<Packed>(), 24);
}

#[test]
fn a_gap_in_the_numbers_is_no_gap_in_the_rows() {
    let mut store = LogStore::default();
    for seq in [1, 2, 9_000_000_000, 9_000_000_001] {
        push(&mut store, seq, "x");
    }
    let seqs: Vec<u64> = (0..store.len()).map(|row| store.meta(row).unwrap().seq).collect();
    assert_eq!(seqs, [1, 2, 9_000_000_000, 9_000_000_001]);
    assert_eq!(store.index_of(9_000_000_001), Some(3));
    assert_eq!(store.index_of(5), None);
    assert_eq!([1, 3, 9_000_000_000, u64::MAX].map(|seq| store.index_from(seq)), [0, 2, 2, 4]);
}

#[test]
fn a_line_that_comes_twice_is_kept_once() {
    let mut store = LogStore::default();
    assert_eq!(push(&mut store, 1, "a"), Pushed::Added);
    assert_eq!(push(&mut store, 1, "a"), Pushed::Duplicate);
    assert_eq!(store.len(), 1);
}

#[test]
fn lines_that_never_came_are_counted() {
    let mut store = LogStore::default();
    push(&mut store, 5, "a");
    push(&mut store, 8, "b");
    assert_eq!(store.missing(), 6);
}

#[test]
fn the_oldest_lines_go_when_there_are_too_many() {
    let mut store = LogStore::default();
    // The server has ten lines more, for which there is room at first.
    store.expect_from(1);
    let (first, total) = (11, ROWS_MAX as u64 + 5000);
    for seq in first..first + total {
        push(&mut store, seq, "x");
        if seq == first + total / 2 {
            assert_eq!((store.older(), store.missing(), store.wants_before()), (10, 0, Some(first)));
        }
    }
    assert!(store.len() <= ROWS_MAX);
    assert_eq!(store.forgotten() + store.len(), total as usize);
    assert_eq!(store.meta(0).unwrap().seq, store.forgotten() as u64 + first);
    let newest = first + total - 1;
    assert_eq!(store.meta(store.len() - 1).unwrap().seq, newest);
    assert_eq!(store.index_of(newest), Some(store.len() - 1));
    assert_eq!(store.index_of(first), None);
    // What it forgets itself is not fetched either.
    assert_eq!((store.older(), store.missing(), store.wants_before()), (0, 10, None));
}

#[test]
fn bytes_are_bounded_too() {
    let mut store = LogStore::default();
    let large = "y".repeat(64 * 1024);
    for seq in 1..=2300 {
        push(&mut store, seq, &large);
    }
    assert!(store.len() * large.len() < BYTES_MAX + CHUNK_BYTES);
    assert_eq!(store.meta(store.len() - 1).unwrap().seq, 2300);
}

/// What the server answers to a question for the lines before `before`.
fn answer(from: u64, before: u64) -> Vec<(Event, String)> {
    (from..before).map(|seq| note(seq, "older")).collect()
}

fn prepend(store: &mut LogStore, from: u64, before: u64, server_oldest: u64) -> usize {
    let lines = answer(from, before);
    let lines: Vec<(Event, &str)> =
        lines.iter().map(|(event, json)| (event.clone(), json.as_str())).collect();
    store.prepend(&lines, server_oldest)
}

fn seqs(store: &LogStore) -> Vec<u64> {
    (0..store.len()).map(|row| store.meta(row).unwrap().seq).collect()
}

#[test]
fn older_lines_stand_before_those_that_are_there_and_move_none_of_them() {
    let mut store = LogStore::default();
    store.expect_from(4);
    for seq in 10..=12 {
        push(&mut store, seq, "new");
    }
    let number = store.first_row() + store.index_of(11).unwrap();
    assert_eq!((store.older(), store.missing(), store.wants_before()), (6, 3, Some(10)));
    assert_eq!(prepend(&mut store, 7, 10, 4), 3);
    assert_eq!((store.older(), store.missing(), store.wants_before()), (3, 3, Some(7)));
    assert_eq!(prepend(&mut store, 4, 7, 4), 3);
    assert_eq!((store.older(), store.missing(), store.wants_before()), (0, 3, None));
    assert_eq!(seqs(&store), (4..=12).collect::<Vec<_>>());
    assert_eq!(store.first_row() + store.index_of(11).unwrap(), number, "a row keeps its number");
    assert_eq!(store.event(0).unwrap(), note(4, "older").0);
    assert_eq!(store.json(8).unwrap(), note(12, "new").1);
    assert_eq!([1, 4, 7, 10, 13].map(|seq| store.index_from(seq)), [0, 0, 3, 6, 9]);
    assert_eq!(store.first_time(), Some(4));
    push(&mut store, 13, "newer");
    assert_eq!((seqs(&store).last(), store.missing()), (Some(&13), 3));
}

#[test]
fn older_lines_that_have_left_the_server_meanwhile_are_missing() {
    let mut store = LogStore::default();
    store.expect_from(1);
    push(&mut store, 10, "new");
    assert_eq!((store.older(), store.missing()), (9, 0));
    // Since then its log has gone on to line 8.
    assert_eq!(prepend(&mut store, 8, 10, 8), 2);
    assert_eq!((store.older(), store.missing(), store.wants_before()), (0, 7, None));
    let mut store = LogStore::default();
    store.expect_from(1);
    push(&mut store, 10, "new");
    assert_eq!(prepend(&mut store, 10, 10, 50), 0);
    assert_eq!((store.older(), store.missing(), store.wants_before()), (0, 9, None));
}

#[test]
fn lines_that_do_not_stand_before_the_kept_ones_are_not_taken() {
    let mut store = LogStore::default();
    store.expect_from(1);
    push(&mut store, 10, "new");
    // Some between could not be read.
    assert_eq!(prepend(&mut store, 7, 9, 1), 2);
    assert_eq!((seqs(&store), store.wants_before(), store.missing()), (vec![7, 8, 10], Some(7), 1));
    assert_eq!(prepend(&mut store, 6, 8, 1), 0);
    assert_eq!((seqs(&store), store.wants_before(), store.missing()), (vec![7, 8, 10], None, 7));
}
