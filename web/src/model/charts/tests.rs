use super::*;
use serde_json::json;

const SECOND: u64 = 1_000_000;
/// Some Tuesday.
const START: u64 = 1_700_000_000 * SECOND;

fn apply(charts: &mut Charts, time_us: u64, socket: SocketId, rest: serde_json::Value) {
    let mut event = json!({"seq": 1, "time_us": time_us, "socket": socket});
    event.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    charts.apply(&serde_json::from_value(event).unwrap());
}

fn created(charts: &mut Charts, time_us: u64, socket: SocketId) {
    apply(charts, time_us, socket, json!({"kind": "created", "family": "inet", "type": "stream"}));
}

fn sent(charts: &mut Charts, time_us: u64, socket: SocketId, bytes: u64) {
    apply(charts, time_us, socket, json!({"kind": "sent", "bytes": bytes}));
}

fn info(socket: SocketId, receive_queue: u64, rtt_us: u32) -> SocketInfo {
    let tcp = json!({"rtt_us": rtt_us, "rtt_var_us": 2, "rtt_min_us": 3, "retransmission_timeout_us": 4,
        "congestion_window": 10, "slow_start_threshold": 6, "mss": 1000, "send_window": 8, "receive_window": 9,
        "retransmits": 1, "unacknowledged": 11, "bytes_sent": 12, "bytes_acknowledged": 13, "bytes_received": 14,
        "segments_sent": 15, "segments_received": 16});
    let info = json!({"socket": socket, "family": "inet", "type": "stream", "local": null, "peer": null,
        "state": "ESTABLISHED", "receive_queue": receive_queue, "send_queue": 0, "backlog": null, "tcp": tcp,
        "bytes_sent": 0, "bytes_received": 0, "drops": null, "receive": "manual", "accept": "manual",
        "responder": null});
    serde_json::from_value(info).unwrap()
}

/// The values of a number, the last so many.
fn last(charts: &Charts, socket: SocketId, metric: &str, span: Span, now_us: u64, count: usize) -> Vec<f64> {
    let metric = METRICS.iter().position(|one| one.name == metric).unwrap();
    let values = charts.values(&charts.tracks[&socket], metric, charts.window(span, now_us, false));
    values[values.len().saturating_sub(count)..].to_vec()
}

#[test]
fn bytes_and_events_are_counted_by_the_second() {
    let mut charts = Charts::default();
    created(&mut charts, START, 3);
    for step in 0..20 {
        sent(&mut charts, START + step * SECOND / 10, 3, 50);
    }
    let now = START + 2 * SECOND;
    assert_eq!(last(&charts, 3, "sent", Span::HalfMinute, now, 4), [500.0; 4]);
    assert_eq!(last(&charts, 3, "events", Span::HalfMinute, now, 4), [12.0, 10.0, 10.0, 10.0]);
    assert_eq!(last(&charts, 3, "sent", Span::TwoMinutes, now, 2), [500.0; 2]);
    // Before its time there is nothing, which is not the same as zero.
    assert!(last(&charts, 3, "sent", Span::TwoMinutes, now, 3)[0].is_nan());
    // Time goes on though nothing comes.
    assert_eq!(last(&charts, 3, "sent", Span::HalfMinute, now + SECOND, 3), [500.0, 0.0, 0.0]);
    // An event that stands for many counts as many.
    apply(&mut charts, now, 3, json!({"kind": "received", "bytes": 90, "count": 9}));
    apply(&mut charts, now, 3, json!({"kind": "received", "bytes": 90, "flags": ["peek"]}));
    assert_eq!(last(&charts, 3, "received", Span::TwoMinutes, now + SECOND, 1), [90.0]);
    assert_eq!(last(&charts, 3, "events", Span::TwoMinutes, now + SECOND, 1), [10.0]);
}

#[test]
fn a_bin_that_has_just_begun_is_not_shown() {
    let mut charts = Charts::default();
    created(&mut charts, START, 3);
    sent(&mut charts, START + 5 * SECOND, 3, 600);
    let at = |passed| last(&charts, 3, "sent", Span::TenMinutes, START + 5 * SECOND + passed, 1);
    assert_eq!(at(SECOND / 2), [0.0]);
    // From a good part of it on it is, over the time that has passed.
    assert_eq!(at(2 * SECOND), [300.0]);
    assert_eq!(at(5 * SECOND), [120.0]);
}

#[test]
fn what_the_kernel_said_holds_until_it_says_another() {
    let mut charts = Charts::default();
    charts.note(START, &info(3, 0, 0));
    charts.note(START + 10 * SECOND, &info(3, 900, 40));
    charts.note(START + 10 * SECOND + 250_000, &info(3, 100, 50));
    let now = START + 13 * SECOND;
    // The most within its bin, then what was said last.
    assert_eq!(
        last(&charts, 3, "receive-queue", Span::HalfMinute, now, 7),
        [0.0, 900.0, 100.0, 100.0, 100.0, 100.0, 100.0]
    );
    assert_eq!(last(&charts, 3, "receive-queue", Span::TwoMinutes, now, 4), [0.0, 900.0, 100.0, 100.0]);
    let rtt = last(&charts, 3, "rtt", Span::TwoMinutes, now, 4);
    assert!(rtt[0].is_nan() && rtt[1..] == [50.0; 3], "{rtt:?}");
    assert_eq!(last(&charts, 3, "congestion-window", Span::TwoMinutes, now, 1), [10_000.0]);
    // A socket without a connection has no queues, and what it had does not hold on.
    let mut closed = info(3, 7, 7);
    closed.state = Some("CLOSE".into());
    charts.note(now, &closed);
    assert!(last(&charts, 3, "receive-queue", Span::TwoMinutes, now + 2 * SECOND, 1)[0].is_nan());
    // Long after it has left the short rows it still holds.
    charts.note(now + 2 * SECOND, &info(3, 55, 7));
    for step in 0..3000 {
        sent(&mut charts, now + 3 * SECOND + step * SECOND, 3, 1);
    }
    assert_eq!(last(&charts, 3, "receive-queue", Span::HalfMinute, now + 3003 * SECOND, 1), [55.0]);
}

#[test]
fn a_line_ends_where_its_socket_is_closed() {
    let mut charts = Charts::default();
    created(&mut charts, START, 3);
    charts.note(START, &info(3, 5, 5));
    apply(&mut charts, START + 2 * SECOND, 3, json!({"kind": "closed", "by": "client"}));
    // What was looked at before the close and comes after it changes nothing.
    charts.note(START + 2 * SECOND, &info(3, 6, 6));
    let values = last(&charts, 3, "receive-queue", Span::TwoMinutes, START + 4 * SECOND, 4);
    assert_eq!(values[..3], [5.0; 3]);
    assert!(values[3].is_nan());
}

#[test]
fn history_may_come_after_the_facts_of_today() {
    let mut charts = Charts::default();
    let now = START + 20 * SECOND;
    charts.note(now, &info(3, 8, 8));
    created(&mut charts, START, 3);
    sent(&mut charts, START + 10 * SECOND, 3, 100);
    let values = last(&charts, 3, "sent", Span::TwoMinutes, now + SECOND, 12);
    assert_eq!(values[1], 100.0, "{values:?}");
    assert_eq!(values.iter().sum::<f64>(), 100.0);
    let queue = last(&charts, 3, "receive-queue", Span::TwoMinutes, now + SECOND, 12);
    assert!(queue[..11].iter().all(|value| value.is_nan()) && queue[11] == 8.0, "{queue:?}");
}

#[test]
fn a_long_session_needs_no_more_memory_than_a_short_one() {
    let mut charts = Charts::default();
    created(&mut charts, START, 3);
    let seconds = 4 * 3600;
    for second in 0..seconds {
        sent(&mut charts, START + second * SECOND, 3, 10);
        charts.note(START + second * SECOND, &info(3, second % 7, 30));
    }
    let most = charts.tracks[&3].rows.iter().map(|row| row.bins.len()).max().unwrap();
    assert!(most as u64 <= BINS_MAX + 2, "{most}");
    let now = START + seconds * SECOND;
    let window = charts.window(Span::All, now, true);
    assert!(window.bins <= BINS_MAX + 1);
    // Nothing was lost on the way.
    let values = charts.values(&charts.tracks[&3], 0, window);
    let bytes: f64 =
        values.iter().filter(|value| !value.is_nan()).sum::<f64>() * window.width_us as f64 / 1e6;
    assert_eq!(bytes.round(), 10.0 * seconds as f64);
    // Nor does idle time make the picture grow.
    charts.advance(now + 365 * 24 * 3600 * SECOND);
    assert!(charts.window(Span::All, now + 365 * 24 * 3600 * SECOND, false).bins <= BINS_MAX + 1);
}

#[test]
fn the_newest_sockets_have_the_places() {
    let mut charts = Charts::default();
    let all = TRACKS_MAX as SocketId + 10;
    for socket in 3..3 + all {
        created(&mut charts, START, socket);
        if socket == 20 {
            apply(&mut charts, START, 20, json!({"kind": "closed", "by": "client"}));
        }
    }
    assert_eq!(charts.tracks().len(), TRACKS_MAX);
    assert!(!charts.tracks().contains_key(&20) && !charts.tracks().contains_key(&3));
    assert!(charts.tracks().contains_key(&(2 + all)));
    // A word about one that had to go does not bring it back.
    sent(&mut charts, START, 3, 1);
    apply(&mut charts, START, 20, json!({"kind": "closed", "by": "client"}));
    assert!(!charts.tracks().contains_key(&3) && !charts.tracks().contains_key(&20));
}

#[test]
fn a_log_alone_is_drawn_to_its_end() {
    let mut charts = Charts::default();
    created(&mut charts, START, 3);
    apply(&mut charts, START + 1_000, 3, json!({"kind": "listening", "local": "127.0.0.1:9", "backlog": 8}));
    apply(
        &mut charts,
        START + 2_000,
        3,
        json!({"kind": "accepted", "connection": 5, "peer": "127.0.0.1:8", "local": "127.0.0.1:9"}),
    );
    sent(&mut charts, START + 3_000, 5, 20);
    assert!(!charts.has_facts() && charts.tracks()[&3].listens);
    assert_eq!(charts.tracks()[&5].kind, Some((Family::Inet, SocketType::Stream)));
    let window = charts.window(Span::All, charts.last_us(), true);
    assert_eq!(window.bins, 1);
    assert_eq!(charts.values(&charts.tracks()[&5], 0, window), [200.0]);
}

#[test]
fn odd_times_do_no_harm() {
    let mut charts = Charts::default();
    for time in [u64::MAX, 0, START, 5] {
        created(&mut charts, time, 3);
        sent(&mut charts, time, 3, 1);
    }
    for span in Span::ALL {
        let window = charts.window(span, charts.last_us(), true);
        assert_eq!(charts.values(&charts.tracks[&3], 0, window).len() as u64, window.bins);
        assert_eq!(Span::from_name(span.name()), span);
    }
}
