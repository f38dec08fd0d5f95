//! What a wire has carried: the newest packets, numbered without a gap.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use sockyard_protocol::Packet;
use sockyard_protocol::packet::Fate;
use tokio::sync::Notify;

use super::dissect;
use super::flows::{Flows, Segment};

/// Most packets that are kept, and most bytes in them.
const PACKETS_MAX: usize = 20_000;
const BYTES_MAX: usize = 8 * 1024 * 1024;

/// Most bytes of packets in one page that carries them: about as much of JSON as a page of the log has.
const PAGE_BYTES_MAX: usize = 512 * 1024;

/// A set of hosts, by their places in the lab.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Hosts(u16);

impl Hosts {
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn has(self, host: usize) -> bool {
        host < 16 && self.0 & 1 << host != 0
    }
}

impl FromIterator<usize> for Hosts {
    fn from_iter<I: IntoIterator<Item = usize>>(hosts: I) -> Hosts {
        Hosts(hosts.into_iter().filter(|host| *host < 16).fold(0, |set, host| set | 1 << host))
    }
}

/// A packet as it is kept.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) seq: u64,
    pub(super) time_us: u64,
    pub(super) from: usize,
    pub(super) to: Hosts,
    pub(super) fate: Fate,
    /// What its connection's earlier packets tell of it, if it is TCP.
    pub(super) segment: Option<Segment>,
    pub(super) bytes: Box<[u8]>,
}

/// Some packets.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) packets: Vec<Packet>,
    /// The oldest and the newest number that there is; 0 for none.
    pub(crate) oldest: u64,
    pub(crate) newest: u64,
    /// Whether there are packets after these.
    pub(crate) more: bool,
}

/// What a wire has carried.
#[derive(Debug)]
pub(crate) struct Record {
    hosts: Vec<String>,
    state: Mutex<State>,
    grown: Notify,
}

#[derive(Debug, Default)]
struct State {
    packets: VecDeque<Kept>,
    bytes: usize,
    newest: u64,
    flows: Flows,
}

impl Record {
    pub(super) fn new(hosts: Vec<String>) -> Record {
        Record { hosts, state: Mutex::default(), grown: Notify::new() }
    }

    pub(super) fn add(&self, from: usize, to: Hosts, fate: Fate, bytes: &[u8]) {
        let time_us = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_micros() as u64);
        {
            let mut state = self.state();
            state.newest += 1;
            let (seq, segment) = (state.newest, state.flows.note(bytes));
            state.bytes += bytes.len();
            state.packets.push_back(Kept { seq, time_us, from, to, fate, segment, bytes: bytes.into() });
            while state.packets.len() > PACKETS_MAX || state.bytes > BYTES_MAX {
                let Some(oldest) = state.packets.pop_front() else { break };
                state.bytes -= oldest.bytes.len();
            }
        }
        self.grown.notify_waiters();
    }

    /// The packets after a number.
    pub(crate) fn read(&self, after: u64, limit: usize, with_data: bool) -> Page {
        let state = self.state();
        let oldest = state.packets.front().map_or(0, |packet| packet.seq);
        let skipped = usize::try_from(after.saturating_add(1).saturating_sub(oldest)).unwrap_or(usize::MAX);
        let mut bytes = 0;
        let fits = |packet: &&Kept| {
            bytes += packet.bytes.len();
            !with_data || bytes <= PAGE_BYTES_MAX
        };
        let chosen = state.packets.iter().skip(skipped).take(limit).take_while(fits);
        let packets: Vec<Packet> =
            chosen.map(|packet| dissect::packet(packet, &self.hosts, with_data)).collect();
        let more = packets.last().is_some_and(|packet| packet.seq < state.newest);
        Page { packets, oldest, newest: state.newest, more }
    }

    /// Completes once there is a packet after a number.
    pub(crate) async fn after(&self, after: u64) {
        loop {
            let mut grown = std::pin::pin!(self.grown.notified());
            // Registered before the look, or a packet in between would be missed.
            grown.as_mut().enable();
            if self.state().newest > after {
                return;
            }
            grown.await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
