//! What a wire has carried: the newest packets, numbered without a gap, and what has become of them later.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use sockyard_protocol::Packet;
use sockyard_protocol::packet::{Fate, Mark};
use sockyard_protocol::wire::{HOSTS_MAX, PacketChange};
use tokio::sync::Notify;

use super::dissect;
use super::flows::{Flows, Segment};
use crate::quotas::Keeper;

/// Most packets that are kept, and most bytes in them.
const PACKETS_MAX: usize = 20_000;
const BYTES_MAX: usize = 8 * 1024 * 1024;

/// What a packet takes beside its bytes: itself and what is known of its connection, rounded up.
const PACKET_WEIGHT: usize = 256;

/// Most changes that are kept, of some 60 bytes each.
const CHANGES_MAX: usize = 10_000;

/// Most bytes of packets in one page that carries them: about as much of JSON as a page of the log has.
const PAGE_BYTES_MAX: usize = 512 * 1024;

/// A set of hosts, by their places in the lab.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Hosts(u16);

const _: () = assert!(HOSTS_MAX <= u16::BITS as usize);

impl Hosts {
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn has(self, host: usize) -> bool {
        host < HOSTS_MAX && self.0 & 1 << host != 0
    }

    pub(super) fn add(&mut self, host: usize) {
        if host < HOSTS_MAX {
            self.0 |= 1 << host;
        }
    }

    pub(super) fn remove(&mut self, host: usize) {
        if host < HOSTS_MAX {
            self.0 &= !(1 << host);
        }
    }

    pub(super) fn iter(self) -> impl Iterator<Item = usize> {
        (0..HOSTS_MAX).filter(move |host| self.has(*host))
    }
}

impl FromIterator<usize> for Hosts {
    fn from_iter<I: IntoIterator<Item = usize>>(hosts: I) -> Hosts {
        let mut set = Hosts::default();
        hosts.into_iter().for_each(|host| set.add(host));
        set
    }
}

/// A packet that comes on record.
#[derive(Clone, Copy, Debug)]
pub(super) struct New {
    pub(super) from: usize,
    pub(super) to: Hosts,
    pub(super) fate: Fate,
    pub(super) delayed_us: u64,
    pub(super) copies: u32,
    /// The place of the byte in which a bit was flipped.
    pub(super) corrupted: Option<usize>,
}

impl New {
    /// One that just passes.
    pub(super) fn plain(from: usize, to: Hosts) -> New {
        New { from, to, fate: Fate::Passed, delayed_us: 0, copies: 1, corrupted: None }
    }
}

/// What has become of a packet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Became {
    pub(super) fate: Fate,
    pub(super) delayed_us: u64,
    pub(super) copies: u32,
    pub(super) out_of_order: bool,
}

/// A packet as it is kept.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) seq: u64,
    pub(super) time_us: u64,
    pub(super) from: usize,
    pub(super) to: Hosts,
    pub(super) became: Became,
    pub(super) corrupted: Option<usize>,
    /// What its connection's earlier packets tell of it, if it is TCP.
    pub(super) segment: Option<Segment>,
    pub(super) bytes: Box<[u8]>,
}

impl Kept {
    /// Whether it tells more than that some data went through.
    fn is_remarkable(&self) -> bool {
        let Became { fate, delayed_us: _, copies, out_of_order } = self.became;
        fate != Fate::Passed
            || copies != 1
            || out_of_order
            || self.corrupted.is_some()
            || self.segment.as_ref().is_some_and(|segment| segment.is_signal || !segment.marks.is_empty())
            || dissect::is_icmp(&self.bytes)
    }
}

/// A packet with its bytes.
#[derive(Debug)]
pub(crate) struct Captured {
    pub(crate) packet: Packet,
    pub(crate) bytes: Box<[u8]>,
}

/// Some packets.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) packets: Vec<Packet>,
    /// The oldest and the newest number that there is; 0 for none.
    pub(crate) oldest: u64,
    pub(crate) newest: u64,
    /// Whether there are others after the last one.
    pub(crate) more: bool,
    /// How many between the asked number and `newest` are left out.
    pub(crate) skipped: u64,
}

/// Some changes.
#[derive(Debug)]
pub(crate) struct Changes {
    pub(crate) changes: Vec<PacketChange>,
    /// The oldest and the newest number that there is; 0 for none.
    pub(crate) oldest: u64,
    pub(crate) newest: u64,
}

/// The name of the host that has a place, from a packet on.
#[derive(Debug)]
struct Named {
    place: usize,
    /// The first packet that can be its.
    since: u64,
    name: String,
}

/// What a wire has carried.
#[derive(Debug, Default)]
pub(crate) struct Record {
    state: Mutex<State>,
    grown: Notify,
    /// Packets are only counted.
    is_off: AtomicBool,
    unrecorded: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    /// In the order of their numbers, which have no gap.
    packets: VecDeque<Kept>,
    bytes: usize,
    /// Its part of what all records keep.
    keeper: Keeper,
    newest: u64,
    flows: Flows,
    changes: VecDeque<PacketChange>,
    newest_change: u64,
    /// Oldest first.
    names: Vec<Named>,
}

impl Record {
    pub(super) fn new(keeper: Keeper) -> Record {
        Record {
            state: Mutex::new(State { keeper, ..State::default() }),
            grown: Notify::new(),
            is_off: AtomicBool::new(false),
            unrecorded: AtomicU64::new(0),
        }
    }

    /// Lets go what is over its part, where all records together keep too much.
    pub(crate) fn trim(&self) {
        let mut state = self.state();
        state.trim();
        // The second time tells what is left.
        state.trim();
    }

    /// From now on a place is that of the host with this name.
    pub(super) fn name(&self, place: usize, name: &str) {
        let mut state = self.state();
        let (since, oldest) = (state.newest + 1, state.oldest());
        state.names.push(Named { place, since, name: name.to_owned() });
        // One that another has followed before the oldest packet is needed no more.
        let followed: Vec<(usize, u64)> =
            state.names.iter().map(|named| (named.place, named.since)).collect();
        state.names.retain(|named| {
            !followed
                .iter()
                .any(|(place, since)| *place == named.place && *since > named.since && *since <= oldest)
        });
    }

    /// Whether packets come on record from now on.
    pub(super) fn set_on(&self, is_on: bool) {
        let mut state = self.state();
        let was_off = self.is_off.swap(!is_on, Ordering::Relaxed);
        if !is_on && !was_off {
            // What is not seen of a connection would make its later segments look like what they are not.
            state.flows.forget();
        }
    }

    /// Whether packets come on record.
    pub(super) fn is_on(&self) -> bool {
        !self.is_off.load(Ordering::Relaxed)
    }

    /// How many packets did not come on record.
    pub(super) fn unrecorded(&self) -> u64 {
        self.unrecorded.load(Ordering::Relaxed)
    }

    /// Puts a packet on record where packets come on record, and returns its number; else it is counted, and has none: 0.
    pub(super) fn note(&self, new: New, bytes: &[u8]) -> u64 {
        if self.is_on() {
            return self.add(new, bytes);
        }
        self.unrecorded.fetch_add(1, Ordering::Relaxed);
        0
    }

    /// Puts a packet on record, and returns its number.
    pub(super) fn add(&self, new: New, bytes: &[u8]) -> u64 {
        let time_us = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_micros() as u64);
        let seq = {
            let mut state = self.state();
            state.newest += 1;
            let seq = state.newest;
            let mut segment = state.flows.note(bytes);
            if let Some(segment) = &mut segment
                && segment.marks.contains(&Mark::Retransmission)
            {
                segment.original = state.original(segment);
            }
            let New { from, to, fate, delayed_us, copies, corrupted } = new;
            let became = Became { fate, delayed_us, copies, out_of_order: false };
            state.bytes += bytes.len();
            let bytes = bytes.into();
            state.packets.push_back(Kept { seq, time_us, from, to, became, corrupted, segment, bytes });
            state.trim();
            seq
        };
        self.grown.notify_waiters();
        seq
    }

    /// Something else has become of a packet. One that is not on record has no number, and nothing is told of it.
    pub(super) fn change(&self, seq: u64, became: Became) {
        if seq == 0 {
            return;
        }
        {
            let mut state = self.state();
            let index = usize::try_from(seq.saturating_sub(state.oldest())).unwrap_or(usize::MAX);
            if let Some(kept) = state.packets.get_mut(index).filter(|kept| kept.seq == seq) {
                kept.became = became;
            }
            let Became { fate, delayed_us, copies, out_of_order } = became;
            state.newest_change += 1;
            let change = PacketChange {
                change: state.newest_change,
                seq,
                fate,
                delayed_us: (delayed_us > 0).then_some(delayed_us),
                copies: (copies != 1).then_some(copies),
                out_of_order,
            };
            state.changes.push_back(change);
            if state.changes.len() > CHANGES_MAX {
                state.changes.pop_front();
            }
        }
        self.grown.notify_waiters();
    }

    /// The packets after a number.
    pub(crate) fn read(&self, after: u64, limit: usize, with_data: bool) -> Page {
        let state = self.state();
        let (packets, _) = state.told(state.after(after).take(limit), with_data);
        let newest = state.newest;
        let more = packets.last().is_some_and(|packet| packet.seq < newest);
        Page { packets, oldest: state.oldest(), newest, more, skipped: 0 }
    }

    /// The packets after a number, but no more than so many: the remarkable ones, and as many of the others as there is room
    /// for.
    pub(crate) fn sample(&self, after: u64, most: usize, with_data: bool) -> Page {
        let state = self.state();
        let there = usize::try_from(state.newest.saturating_sub(after)).unwrap_or(usize::MAX);
        let (packets, is_cut) = if there <= most {
            state.told(state.after(after), with_data)
        } else {
            let remarkable = state.after(after).filter(|kept| kept.is_remarkable()).count().min(most);
            // Filled up from the oldest on, so that what belongs together stays together.
            let (mut remarkable, mut others) = (remarkable, most - remarkable);
            let chosen = state.after(after).filter(|kept| {
                let room = if kept.is_remarkable() { &mut remarkable } else { &mut others };
                let fits = *room > 0;
                *room = room.saturating_sub(1);
                fits
            });
            state.told(chosen, with_data)
        };
        // Where their bytes were too many the next page goes on.
        let last = packets.last().map(|packet| packet.seq).filter(|_| is_cut);
        let newest = last.unwrap_or(state.newest);
        let skipped = newest.saturating_sub(after).saturating_sub(packets.len() as u64);
        Page { packets, oldest: state.oldest(), newest, more: false, skipped }
    }

    /// The changes after a number.
    pub(crate) fn changes(&self, after: u64, limit: usize) -> Changes {
        let state = self.state();
        let oldest = state.changes.front().map_or(0, |change| change.change);
        let skipped = usize::try_from(after.saturating_add(1).saturating_sub(oldest)).unwrap_or(usize::MAX);
        let changes = state.changes.iter().skip(skipped).take(limit).cloned().collect();
        Changes { changes, oldest, newest: state.newest_change }
    }

    /// The names of all hosts that there were as long as packets are kept, the oldest first.
    pub(crate) fn host_names(&self) -> Vec<String> {
        self.state().names.iter().map(|named| named.name.clone()).collect()
    }

    /// The number of the oldest packet that is kept; 0 for none.
    pub(crate) fn oldest(&self) -> u64 {
        self.state().oldest()
    }

    /// The newest numbers of packets and of changes.
    pub(crate) fn newest(&self) -> (u64, u64) {
        let state = self.state();
        (state.newest, state.newest_change)
    }

    /// Completes once there is a packet after a number, or a change after another.
    pub(crate) async fn after(&self, after: u64, change: Option<u64>) {
        loop {
            let mut grown = std::pin::pin!(self.grown.notified());
            // Registered before the look, or a packet in between would be missed.
            grown.as_mut().enable();
            let (newest, newest_change) = self.newest();
            if newest > after || change.is_some_and(|change| newest_change > change) {
                return;
            }
            grown.await;
        }
    }

    /// The packets after a number and up to another, for a capture file.
    pub(crate) fn captured(&self, after: u64, until: u64, limit: usize) -> Vec<Captured> {
        let state = self.state();
        let chosen = state.after(after).take_while(|kept| kept.seq <= until).take(limit);
        let captured = chosen.map(|kept| Captured {
            packet: dissect::packet(kept, |place| state.name_at(place, kept.seq).to_owned(), false),
            bytes: kept.bytes.clone(),
        });
        captured.collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Lets the oldest go until the rest is as little as may be kept.
    fn trim(&mut self) {
        let taken = self.bytes + self.packets.len() * PACKET_WEIGHT;
        // What is kept beside the bytes is not in their bound.
        let beside = PACKETS_MAX * PACKET_WEIGHT;
        let most = self.keeper.most(taken, BYTES_MAX + beside);
        while self.packets.len() > PACKETS_MAX
            || self.bytes > BYTES_MAX
            || self.bytes + self.packets.len() * PACKET_WEIGHT > most
        {
            let Some(oldest) = self.packets.pop_front() else { break };
            self.bytes -= oldest.bytes.len();
        }
    }

    fn oldest(&self) -> u64 {
        self.packets.front().map_or(0, |packet| packet.seq)
    }

    fn after(&self, after: u64) -> impl Iterator<Item = &Kept> {
        let skipped =
            usize::try_from(after.saturating_add(1).saturating_sub(self.oldest())).unwrap_or(usize::MAX);
        self.packets.iter().skip(skipped)
    }

    /// Packets as clients see them; with their bytes as many as one page has. Says whether there were more.
    fn told<'a>(&'a self, chosen: impl Iterator<Item = &'a Kept>, with_data: bool) -> (Vec<Packet>, bool) {
        let mut bytes = 0;
        let mut packets = Vec::new();
        for kept in chosen {
            bytes += kept.bytes.len();
            if with_data && bytes > PAGE_BYTES_MAX {
                return (packets, true);
            }
            let name = |place| self.name_at(place, kept.seq).to_owned();
            packets.push(dissect::packet(kept, name, with_data));
        }
        (packets, false)
    }

    /// The name of the host that had a place when a packet came.
    fn name_at(&self, place: usize, seq: u64) -> &str {
        let mut names = self.names.iter().rev();
        names.find(|named| named.place == place && named.since <= seq).map_or("", |named| named.name.as_str())
    }

    /// The packet that had a segment's first byte before: the first one of all that had it. It is not the newest yet.
    fn original(&self, segment: &Segment) -> Option<u64> {
        for kept in self.packets.iter().rev() {
            let earlier = kept.segment.as_ref().filter(|earlier| earlier.has_beginning_of(segment));
            let Some(earlier) = earlier else { continue };
            // What is itself said again knows where it was said first; where that is forgotten, it is the oldest there is.
            return earlier.original.or(Some(kept.seq));
        }
        None
    }
}
