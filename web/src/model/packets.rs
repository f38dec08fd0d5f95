//! The packets of a lab's wire as the page keeps them, and which of them are shown.

pub mod connections;
pub mod fields;
pub mod filter;
pub mod ladder;
pub mod states;
pub mod wire;
pub mod words;

use std::collections::VecDeque;

use sockyard_protocol::Packet;
use sockyard_protocol::answer::PacketsPage;
use sockyard_protocol::wire::PacketChange;

use filter::Filter;

/// Most packets that are kept: as many as the server keeps, some 15 MiB.
pub const PACKETS_MAX: usize = 20_000;

/// The packets.
#[derive(Debug, Default)]
pub struct PacketStore {
    packets: VecDeque<Packet>,
    /// The newest number that came.
    newest: u64,
    /// The newest change that came; none before the first answer, whose packets are as they were by then.
    newest_change: Option<u64>,
    /// The time of the first packet that ever came: what times count from.
    first_us: u64,
    /// How many were on the wire and never came here, because the server had forgotten them by then.
    missed: u64,
    filter: Filter,
    /// The numbers of those that pass the filter.
    shown: VecDeque<u64>,
    /// How many that had passed have left.
    shown_gone: u64,
}

impl PacketStore {
    /// Takes what the server answered; whether there was anything new in it.
    pub fn take(&mut self, page: PacketsPage) -> bool {
        if self.newest_change.is_some_and(|newest| page.oldest_change > newest + 1) {
            // Changes are forgotten that would have been due, and nobody can say which packets they are about.
            self.clear();
            return true;
        }
        self.newest_change = Some(self.newest_change.unwrap_or(page.newest_change));
        // The number of the first packet that the answer could have had.
        let due = self.newest + 1;
        if page.oldest > due {
            self.missed += page.oldest - due;
        }
        let before = (self.newest, self.newest_change);
        page.packets.into_iter().for_each(|packet| self.push(packet));
        for change in &page.changes {
            self.newest_change = self.newest_change.max(Some(change.change));
            self.change(change);
        }
        before != (self.newest, self.newest_change)
    }

    /// What has become of a packet that may be here.
    fn change(&mut self, change: &PacketChange) {
        let Some(packet) = self.index_of(change.seq).and_then(|index| self.packets.get_mut(index)) else {
            return;
        };
        packet.fate = change.fate;
        packet.delayed_us = change.delayed_us;
        packet.copies = change.copies;
        packet.out_of_order = change.out_of_order;
        let (passes, position) = (self.filter.passes(packet), self.position(change.seq));
        match (passes, self.shown.get(position) == Some(&change.seq)) {
            (true, false) => self.shown.insert(position, change.seq),
            (false, true) => {
                self.shown.remove(position);
            }
            _ => {}
        }
    }

    fn push(&mut self, packet: Packet) {
        if packet.seq <= self.newest {
            return;
        }
        if self.first_us == 0 {
            self.first_us = packet.time_us;
        }
        self.newest = packet.seq;
        if self.filter.passes(&packet) {
            self.shown.push_back(packet.seq);
        }
        self.packets.push_back(packet);
        if self.packets.len() > PACKETS_MAX
            && let Some(gone) = self.packets.pop_front()
            && self.shown.front() == Some(&gone.seq)
        {
            self.shown.pop_front();
            self.shown_gone += 1;
        }
    }

    /// Forgets everything but the filter: another session's wire follows.
    pub fn clear(&mut self) {
        *self = PacketStore { filter: std::mem::take(&mut self.filter), ..PacketStore::default() };
    }

    /// Shows only packets that pass.
    pub fn set_filter(&mut self, filter: Filter) {
        self.filter = filter;
        self.shown_gone = 0;
        self.shown = self
            .packets
            .iter()
            .filter(|packet| self.filter.passes(packet))
            .map(|packet| packet.seq)
            .collect();
    }

    /// The newest number that came; 0 for none.
    pub fn newest(&self) -> u64 {
        self.newest
    }

    /// The newest change that came; none before the first answer.
    pub fn newest_change(&self) -> Option<u64> {
        self.newest_change
    }

    /// How many are kept.
    pub fn len(&self) -> usize {
        self.packets.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.packets.is_empty()
    }

    /// How many were on the wire and are not here.
    pub fn missed(&self) -> u64 {
        self.missed
    }

    /// The time that times count from, in microseconds since the Unix epoch.
    pub fn first_us(&self) -> u64 {
        self.first_us
    }

    /// How many pass the filter.
    pub fn shown_len(&self) -> usize {
        self.shown.len()
    }

    /// How many that passed the filter have left since it was set.
    pub fn shown_gone(&self) -> u64 {
        self.shown_gone
    }

    /// The packet at a place among those that pass.
    pub fn shown(&self, position: usize) -> Option<&Packet> {
        self.get(*self.shown.get(position)?)
    }

    /// The place of a packet among those that pass, or where it would be.
    pub fn position(&self, seq: u64) -> usize {
        self.shown.partition_point(|shown| *shown < seq)
    }

    /// The number of the packet `step` places after the chosen one; where none is chosen, the newest.
    pub fn neighbour(&self, chosen: Option<u64>, step: isize) -> Option<u64> {
        let last = self.shown.len().checked_sub(1)?;
        let position = match chosen {
            Some(chosen) => self.position(chosen).saturating_add_signed(step).min(last),
            None => last,
        };
        self.shown.get(position).copied()
    }

    /// A packet by its number.
    pub fn get(&self, seq: u64) -> Option<&Packet> {
        self.index_of(seq).and_then(|index| self.packets.get(index))
    }

    /// All that are kept, the oldest first.
    pub fn packets(&self) -> impl DoubleEndedIterator<Item = &Packet> {
        self.packets.iter()
    }

    fn index_of(&self, seq: u64) -> Option<usize> {
        self.packets.binary_search_by_key(&seq, |packet| packet.seq).ok()
    }
}

/// The colours of hosts, by rising address. The first sockets have the first colours, so hosts begin elsewhere.
const HOST_HUES: [usize; 10] = [7, 8, 5, 6, 4, 9, 3, 2, 1, 0];

/// The colour of a host, by its IPv4 address, which it keeps while others come and go.
pub fn host_hue(address: &str) -> Option<usize> {
    let number: usize = address.rsplit('.').next()?.parse().ok()?;
    HOST_HUES.get(number.checked_sub(1)? % HOST_HUES.len()).copied()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use serde_json::{Value, json};
    use sockyard_protocol::packet::Fate;

    /// A segment with these flags, as the server tells of one.
    pub(crate) fn segment(seq: u64, from: &str, to: &[&str], flags: &[&str]) -> Packet {
        let (source, destination) =
            if from == "alice" { ("10.0.0.1", "10.0.0.2") } else { ("10.0.0.2", "10.0.0.1") };
        let (out, back) = if from == "alice" { (43210, 7788) } else { (7788, 43210) };
        packet(json!({
            "seq": seq, "time_us": 1_000_000 + seq, "from": from, "to": to,
            "fate": "passed", "bytes": 60,
            "summary": format!("{source} → {destination} TCP {out} → {back} [{}] Seq=0 Win=64240 Len=0 (retransmission)", flags.join(", ")),
            "ip": {"version": 4, "source": source, "destination": destination, "ttl": 64, "protocol": 6, "header_bytes": 20},
            "tcp": {"source_port": out, "destination_port": back, "flags": flags, "sequence": 1, "relative_sequence": 0,
                "acknowledgement": 0, "relative_acknowledgement": 0, "window": 64240, "options": [], "payload_bytes": 0},
        }))
    }

    pub(crate) fn packet(json: Value) -> Packet {
        serde_json::from_value(json).unwrap()
    }

    pub(crate) fn page(packets: Vec<Packet>, oldest: u64) -> PacketsPage {
        let newest = packets.last().map_or(0, |packet| packet.seq);
        serde_json::from_value(
            json!({"packets": packets, "oldest": oldest, "newest": newest, "more": false, "changes": [],
                "oldest_change": 0, "newest_change": 0}),
        )
        .unwrap()
    }

    #[test]
    fn what_becomes_of_a_held_packet_is_followed_and_filtered() {
        let mut store = PacketStore::default();
        let mut held = segment(2, "alice", &[], &["SYN"]);
        held.fate = Fate::Held;
        store.set_filter(Filter::new("", filter::Kind::Undelivered));
        store.take(page(vec![segment(1, "alice", &["bob"], &["ACK"]), held], 1));
        assert_eq!(store.newest_change(), Some(0));
        assert_eq!(store.shown(0).map(|packet| packet.seq), Some(2));
        let change = |change: u64, fate: &str| {
            let mut page = page(Vec::new(), 1);
            let json = json!({"change": change, "seq": 2, "fate": fate, "delayed_us": 5});
            page.changes.push(serde_json::from_value(json).unwrap());
            (page.oldest_change, page.newest_change) = (change, change);
            page
        };
        assert!(store.take(change(1, "passed")));
        assert_eq!((store.shown_len(), store.newest_change()), (0, Some(1)));
        assert_eq!(store.get(2).and_then(|packet| packet.delayed_us), Some(5));
        assert!(store.take(change(2, "dropped")));
        assert_eq!(store.shown_len(), 1);
        // The third was forgotten before it could be read: everything is read anew.
        assert!(store.take(change(4, "passed")));
        assert!(store.is_empty() && store.newest_change().is_none());
    }

    #[test]
    fn packets_are_kept_in_order_and_those_that_never_came_are_counted() {
        let mut store = PacketStore::default();
        let some = |from: u64, to: u64| (from..=to).map(|seq| segment(seq, "alice", &["bob"], &["ACK"]));
        assert!(store.take(page(some(1, 3).collect(), 1)));
        // The same answer again brings nothing.
        assert!(!store.take(page(some(1, 3).collect(), 1)));
        assert!(store.take(page(some(10, 12).collect(), 9)));
        assert_eq!((store.len(), store.missed(), store.newest()), (6, 5, 12));
        assert_eq!(store.get(10).map(|packet| packet.seq), Some(10));
        assert_eq!(store.get(5), None);
        assert_eq!(store.neighbour(Some(3), 1), Some(10));
        assert_eq!(store.neighbour(Some(12), 5), Some(12));
        assert_eq!(store.neighbour(None, -1), Some(12));
    }

    #[test]
    fn what_passes_the_filter_stays_in_step_with_what_comes_and_goes() {
        let mut store = PacketStore::default();
        store.set_filter(Filter::new("from:bob", filter::Kind::All));
        let from = |seq: u64| if seq.is_multiple_of(2) { "bob" } else { "alice" };
        let last = PACKETS_MAX as u64 + 10;
        let packets = (1..=last).map(|seq| segment(seq, from(seq), &[], &["ACK"])).collect();
        store.take(page(packets, 1));
        assert_eq!((store.len(), store.shown_len(), store.shown_gone()), (PACKETS_MAX, PACKETS_MAX / 2, 5));
        assert_eq!(store.shown(0).map(|packet| packet.seq), Some(12));
        assert_eq!(store.position(13), 1);
        store.set_filter(Filter::default());
        assert_eq!(store.shown_len(), PACKETS_MAX);
        store.clear();
        assert!(store.is_empty() && store.shown(0).is_none());
    }

    #[test]
    fn hosts_have_other_colours_than_the_first_sockets() {
        let hues: Vec<_> = (1..5).map(|number| host_hue(&format!("10.0.0.{number}"))).collect();
        assert_eq!(hues, [Some(7), Some(8), Some(5), Some(6)]);
        assert_eq!(host_hue("fd00::1"), None);
    }
}
