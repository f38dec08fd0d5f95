//! TCP's states as a diagram, and the way that a socket has gone through it.

use std::collections::BTreeMap;

use sockyard_protocol::SocketId;

use crate::model::sockets::SocketTable;

/// Most states of a way that are kept.
const WAY_MAX: usize = 16;

/// Every state with its place in the diagram: the middle of its box.
pub const STATES: [(&str, i32, i32); 11] = [
    ("CLOSE", 170, 20),
    ("LISTEN", 62, 62),
    ("SYN_SENT", 278, 62),
    ("SYN_RECV", 62, 106),
    ("ESTABLISHED", 170, 142),
    ("FIN_WAIT1", 62, 186),
    ("CLOSE_WAIT", 278, 186),
    ("FIN_WAIT2", 62, 230),
    ("CLOSING", 170, 230),
    ("LAST_ACK", 278, 230),
    ("TIME_WAIT", 62, 274),
];

/// From which state to which the protocol goes (RFC 9293, figure 5), without the way back to the beginning from the last ones.
pub const STEPS: [(&str, &str); 14] = [
    ("CLOSE", "LISTEN"),
    ("CLOSE", "SYN_SENT"),
    ("LISTEN", "SYN_RECV"),
    ("SYN_SENT", "SYN_RECV"),
    ("SYN_RECV", "ESTABLISHED"),
    ("SYN_SENT", "ESTABLISHED"),
    ("ESTABLISHED", "FIN_WAIT1"),
    ("ESTABLISHED", "CLOSE_WAIT"),
    ("FIN_WAIT1", "FIN_WAIT2"),
    ("FIN_WAIT1", "CLOSING"),
    ("CLOSE_WAIT", "LAST_ACK"),
    ("FIN_WAIT2", "TIME_WAIT"),
    ("CLOSING", "TIME_WAIT"),
    ("SYN_RECV", "FIN_WAIT1"),
];

/// The middle of a state's box.
pub fn place(state: &str) -> Option<(i32, i32)> {
    STATES.iter().find(|(name, ..)| *name == state).map(|(_, x, y)| (*x, *y))
}

/// The states through which each socket was seen to go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ways(BTreeMap<SocketId, Vec<String>>);

impl Ways {
    /// Notes the states that the kernel tells now.
    pub fn note(&mut self, table: &SocketTable) {
        self.0.retain(|socket, _| !table.is_gone(*socket));
        for view in table.open() {
            let Some(state) = view.state() else { continue };
            let way = self.0.entry(view.socket).or_default();
            if way.last().is_none_or(|last| last != state) {
                if way.len() == WAY_MAX {
                    way.remove(0);
                }
                way.push(state.to_owned());
            }
        }
    }

    /// A socket's states, the newest last.
    pub fn of(&self, socket: SocketId) -> &[String] {
        self.0.get(&socket).map_or(&[], Vec::as_slice)
    }
}

/// The connections of which both ends are sockets of the session, as pairs of these.
pub fn pairs(table: &SocketTable) -> Vec<(SocketId, SocketId)> {
    let mut ends: BTreeMap<(&str, &str), SocketId> = BTreeMap::new();
    let mut pairs = Vec::new();
    for view in table.open().filter(|view| view.state().is_some()) {
        let (Some(local), Some(peer)) = (view.local.as_deref(), view.peer.as_deref()) else { continue };
        if let Some(other) = ends.get(&(peer, local)) {
            pairs.push((*other, view.socket));
        }
        ends.insert((local, peer), view.socket);
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use sockyard_protocol::SocketType;

    fn table(states: &[(SocketId, &str, &str, &str)]) -> SocketTable {
        let mut table = SocketTable::default();
        for (socket, local, peer, state) in states {
            let mut info = crate::model::form::tests::socket(SocketType::Stream).info.unwrap();
            info.socket = *socket;
            info.local = Some((*local).to_owned());
            info.peer = Some((*peer).to_owned());
            info.state = Some((*state).to_owned());
            table.set_info(info);
        }
        table
    }

    #[test]
    fn ends_that_name_each_other_are_a_pair() {
        let table = table(&[
            (3, "10.0.0.2:7", "", "LISTEN"),
            (4, "10.0.0.1:9", "10.0.0.2:7", "ESTABLISHED"),
            (5, "10.0.0.2:7", "10.0.0.1:9", "ESTABLISHED"),
            (6, "10.0.0.1:8", "10.0.0.2:7", "SYN_SENT"),
        ]);
        assert_eq!(pairs(&table), [(4, 5)]);
    }

    #[test]
    fn a_way_is_what_was_seen_without_repeats() {
        let mut ways = Ways::default();
        for state in ["SYN_SENT", "SYN_SENT", "ESTABLISHED", "CLOSE_WAIT"] {
            ways.note(&table(&[(4, "a", "b", state)]));
        }
        assert_eq!(ways.of(4), ["SYN_SENT", "ESTABLISHED", "CLOSE_WAIT"]);
        assert!(ways.of(9).is_empty());
    }

    #[test]
    fn every_step_leads_from_a_state_to_another() {
        for (from, to) in STEPS {
            assert!(place(from).is_some() && place(to).is_some(), "{from} {to}");
        }
    }
}
