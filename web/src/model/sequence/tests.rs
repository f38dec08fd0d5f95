//! Ladders of logs as a server writes them.

use serde_json::{Value, json};

use super::*;

/// A sequence of events given as their fields.
fn sequence(events: &[Value]) -> Sequence {
    let mut sequence = Sequence::default();
    for (index, event) in events.iter().enumerate() {
        let mut event = event.clone();
        event["seq"] = json!(index + 1);
        event["time_us"] = json!(1000 * index);
        sequence.apply(&serde_json::from_value(event).unwrap());
    }
    sequence
}

fn shapes(sequence: &Sequence) -> Vec<Shape> {
    sequence.steps().iter().map(|step| step.shape.clone()).collect()
}

fn created(socket: u32, family: &str, kind: &str) -> Value {
    json!({"kind": "created", "socket": socket, "family": family, "type": kind})
}

/// A listener 3, a client 4, and their connection 5.
fn connection() -> Vec<Value> {
    vec![
        created(3, "inet", "stream"),
        json!({"kind": "bound", "socket": 3, "local": "127.0.0.1:7788"}),
        json!({"kind": "listening", "socket": 3, "local": "127.0.0.1:7788", "backlog": 128}),
        created(4, "inet", "stream"),
        json!({"kind": "connected", "socket": 4, "local": "127.0.0.1:40000", "peer": "127.0.0.1:7788", "duration_us": 9}),
        json!({"kind": "sent", "socket": 4, "bytes": 5}),
        json!({"kind": "accepted", "socket": 3, "connection": 5, "peer": "127.0.0.1:40000", "local": "127.0.0.1:7788"}),
    ]
}

#[test]
fn a_connection_is_a_lane_of_its_own_and_what_was_sent_early_waits_for_it() {
    let mut events = connection();
    events.push(json!({"kind": "sent", "socket": 4, "bytes": 7}));
    events.push(json!({"kind": "received", "socket": 5, "bytes": 8}));
    events.push(json!({"kind": "received", "socket": 5, "bytes": 4}));
    let sequence = sequence(&events);
    let lanes: Vec<_> = sequence.lanes().iter().map(|lane| lane.who.clone()).collect();
    assert_eq!(lanes, [Who::Socket(3), Who::Socket(4), Who::Socket(5)]);
    assert_eq!(
        shapes(&sequence)[4..],
        [
            Shape::Out(0),
            Shape::Out(0),
            Shape::Out(2),
            Shape::Out(2),
            Shape::Take(Taken { first: 6, last: 8, range: Some((0, 8)) }),
            Shape::Take(Taken { first: 8, last: 8, range: Some((8, 12)) }),
        ]
    );
}

#[test]
fn a_peek_takes_nothing() {
    let mut events = connection();
    events.push(json!({"kind": "received", "socket": 5, "bytes": 5, "flags": ["peek"]}));
    events.push(json!({"kind": "received", "socket": 5, "bytes": 5}));
    let taken = Shape::Take(Taken { first: 6, last: 6, range: Some((0, 5)) });
    assert_eq!(shapes(&sequence(&events))[7..], [taken.clone(), taken]);
}

#[test]
fn both_ends_notice_how_it_ends() {
    let mut events = connection();
    events.push(json!({"kind": "shutdown", "socket": 4, "how": "write"}));
    events.push(json!({"kind": "peer_closed", "socket": 5}));
    events.push(json!({"kind": "closed", "socket": 5, "by": "client", "linger_s": 0}));
    events.push(json!({"kind": "reset", "socket": 4}));
    let sequence = sequence(&events);
    assert_eq!(shapes(&sequence)[7..], [Shape::Out(2), Shape::Mark, Shape::End(Some(1)), Shape::In(2)]);
    assert!(sequence.lanes()[2].is_closed);
}

#[test]
fn clients_without_an_address_are_taken_in_turn() {
    let mut events = vec![
        created(3, "unix", "stream"),
        json!({"kind": "listening", "socket": 3, "local": "unix:a", "backlog": 8}),
    ];
    for client in [4, 5] {
        events.push(created(client, "unix", "stream"));
        events.push(
            json!({"kind": "connected", "socket": client, "local": "", "peer": "unix:a", "duration_us": 1}),
        );
    }
    for connection in [6, 7] {
        events.push(
            json!({"kind": "accepted", "socket": 3, "connection": connection, "peer": "", "local": "unix:a"}),
        );
    }
    events.push(json!({"kind": "sent", "socket": 5, "bytes": 2}));
    events.push(json!({"kind": "received", "socket": 7, "bytes": 2}));
    let sequence = sequence(&events);
    let last = shapes(&sequence).split_off(8);
    assert_eq!(last, [Shape::Out(4), Shape::Take(Taken { first: 9, last: 9, range: Some((0, 2)) })]);
}

#[test]
fn datagrams_are_matched_by_sender_and_an_unbound_one_is_learnt() {
    let sequence = sequence(&[
        created(3, "inet", "dgram"),
        json!({"kind": "bound", "socket": 3, "local": "127.0.0.1:7788"}),
        created(4, "inet", "dgram"),
        json!({"kind": "sent", "socket": 4, "bytes": 5, "to": "127.0.0.1:7788"}),
        json!({"kind": "received", "socket": 3, "bytes": 5, "from": "127.0.0.1:50000"}),
        json!({"kind": "sent", "socket": 3, "bytes": 2, "to": "127.0.0.1:50000"}),
        json!({"kind": "received", "socket": 3, "bytes": 9, "from": "127.0.0.1:9"}),
        json!({"kind": "sent", "socket": 3, "bytes": 9, "to": "127.0.0.1:9"}),
    ]);
    assert_eq!(
        shapes(&sequence)[3..],
        [
            Shape::Out(0),
            Shape::Take(Taken { first: 4, last: 4, range: None }),
            Shape::Out(1),
            Shape::In(2),
            Shape::Out(2),
        ]
    );
    assert_eq!(sequence.lanes()[1].local.as_deref(), Some("127.0.0.1:50000"));
    assert_eq!(sequence.lanes()[2].who, Who::Outside("127.0.0.1:9".to_owned()));
}

#[test]
fn lanes_and_steps_are_bounded() {
    let mut sequence = Sequence::default();
    for seq in 1..=STEPS_MAX as u64 + 10 {
        let event = json!({"seq": seq, "time_us": 0, "socket": 3, "kind": "received", "bytes": 1, "from": format!("127.0.0.1:{}", seq % 60_000)});
        sequence.apply(&serde_json::from_value(event).unwrap());
    }
    assert_eq!(sequence.steps().len(), STEPS_MAX);
    assert_eq!(sequence.left_out(), 10);
    assert_eq!(sequence.lanes().len(), LANES_MAX + 1);
    assert_eq!(sequence.lanes()[LANES_MAX].who, Who::Others);
}

#[test]
fn repeats_are_found_whatever_their_length() {
    let mut events = connection();
    for _ in 0..50 {
        events.push(json!({"kind": "sent", "socket": 4, "bytes": 5}));
        events.push(json!({"kind": "received", "socket": 5, "bytes": 5}));
    }
    events.push(json!({"kind": "closed", "socket": 4, "by": "client"}));
    let sequence = sequence(&events);
    let steps: Vec<&Step> = sequence.steps().iter().collect();
    assert_eq!(fold::runs(&steps), [fold::Run { start: 7, period: 2, times: 50 }]);
}
