//! The kernel's own list of the hosts' TCP connections, in a steady order and in words.

use std::collections::BTreeMap;

use sockyard_protocol::SocketId;
use sockyard_protocol::connection::{Connection, Timer, TimerKind};

use crate::model::format::{bytes, duration_us};
use crate::text::fill;
use crate::text::later::ConnectionTexts;

/// Which line of the list a connection is. The kernel lists in the order of its own tables, which changes from one answer to
/// the next; a reader finds a line where it was.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The host.
    pub host: String,
    /// Its own address.
    pub local: String,
    /// The peer's; none of a listener, which comes first.
    pub peer: Option<String>,
    /// The session's socket that it is.
    pub socket: Option<SocketId>,
    /// Which of several that are the same in all of these.
    nth: usize,
}

/// The lines of the list, in their order.
pub fn lines(connections: &[Connection]) -> BTreeMap<Place, Connection> {
    let mut lines = BTreeMap::new();
    for connection in connections {
        let Connection { host, local, peer, socket, .. } = connection.clone();
        let mut place = Place { host, local, peer, socket, nth: 0 };
        while lines.contains_key(&place) {
            place.nth += 1;
        }
        lines.insert(place, connection.clone());
    }
    lines
}

/// What waits in a connection's queues, or in a listener's; empty where there are none.
pub fn queues(connection: &Connection, texts: &'static ConnectionTexts) -> String {
    if let Some(backlog) = connection.backlog {
        let (waiting, limit) = (backlog.waiting.to_string(), backlog.limit.to_string());
        return fill(texts.k_backlog, &[("waiting", &waiting), ("limit", &limit)]);
    }
    // Neither has a socket yet, or any more, and so no queues.
    if matches!(connection.state.as_str(), "SYN_RECV" | "TIME_WAIT") {
        return String::new();
    }
    let size = |queue: Option<u32>| bytes(queue.unwrap_or_default().into());
    let values = [size(connection.receive_queue), size(connection.send_queue)];
    fill(texts.k_queues, &[("in", &values[0]), ("out", &values[1])])
}

/// What a timer does, and when.
pub fn timer(timer: Timer, texts: &'static ConnectionTexts) -> String {
    let template = match timer.kind {
        TimerKind::Retransmission if timer.retransmits > 0 => texts.k_again_times,
        TimerKind::Retransmission => texts.k_again,
        TimerKind::KeepAlive => texts.k_keep_alive,
        TimerKind::TimeWait => texts.k_forgotten,
        TimerKind::ZeroWindowProbe => texts.k_window,
    };
    let time = match timer.expires_ms {
        // Asked once a second, nothing finer than tenths would be true by the time that it is read.
        ..60_000 => format!("{:.1} s", f64::from(timer.expires_ms / 100) / 10.0),
        later => duration_us(u64::from(later) * 1000),
    };
    fill(template, &[("time", &time), ("n", &timer.retransmits.to_string())])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;
    use serde_json::{Value, json};

    fn connection(change: Value) -> Connection {
        let mut json = json!({"host": "alice", "local": "10.0.0.1:43210", "peer": "10.0.0.2:7788", "state": "TIME_WAIT",
            "socket": null, "receive_queue": 0, "send_queue": 0, "backlog": null,
            "timer": {"kind": "time_wait", "expires_ms": 59_984, "retransmits": 0}});
        json.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn lines_stand_by_host_and_address_whatever_order_the_kernel_has() {
        let listener =
            connection(json!({"host": "bob", "local": "10.0.0.2:7788", "peer": null, "state": "LISTEN"}));
        let accepted = connection(
            json!({"host": "bob", "local": "10.0.0.2:7788", "peer": "10.0.0.1:43210", "socket": 5}),
        );
        let waits = connection(json!({}));
        let one: Vec<_> = lines(&[accepted.clone(), waits.clone(), listener.clone()]).into_values().collect();
        assert_eq!(one, [waits.clone(), listener.clone(), accepted.clone()]);
        let other: Vec<_> = lines(&[listener, accepted, waits]).into_values().collect();
        assert_eq!(one, other);
    }

    #[test]
    fn two_that_are_the_same_are_two_lines() {
        let listener = connection(json!({"peer": null, "state": "LISTEN"}));
        assert_eq!(lines(&[listener.clone(), listener]).len(), 2);
    }

    #[test]
    fn queues_are_bytes_and_a_listeners_are_connections() {
        let texts = &Language::English.later().connections;
        let full = connection(json!({"state": "ESTABLISHED", "receive_queue": 2048, "send_queue": 1}));
        assert_eq!(queues(&full, texts), "2.0 KiB to receive, 1 B unacknowledged");
        assert_eq!(queues(&connection(json!({})), texts), "");
        let listener = connection(json!({"peer": null, "receive_queue": null, "send_queue": null,
            "backlog": {"waiting": 2, "limit": 128}}));
        assert_eq!(queues(&listener, texts), "2 of 128 wait for accept");
    }

    #[test]
    fn a_timer_says_what_it_does_and_when() {
        let texts = &Language::English.later().connections;
        let told = |kind, expires_ms, retransmits| timer(Timer { kind, expires_ms, retransmits }, texts);
        assert_eq!(told(TimerKind::TimeWait, 59_984, 0), "forgotten in 59.9 s");
        assert_eq!(told(TimerKind::Retransmission, 0, 0), "sent again in 0.0 s");
        assert_eq!(told(TimerKind::Retransmission, 3250, 2), "sent again in 3.2 s, 2 times so far");
        assert_eq!(told(TimerKind::KeepAlive, 7_200_000, 0), "keep-alive probe in 120:00");
        assert_eq!(told(TimerKind::ZeroWindowProbe, 210, 1), "zero-window probe in 0.2 s");
    }
}
