//! What a wire does to packets beside carrying them: what is set for its directions, and what waits.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BinaryHeap};
use std::time::Duration;

use sockyard_protocol::call::WireConfigure;
use sockyard_protocol::packet::Fate;
use sockyard_protocol::wire::{HELD_BYTES_MAX, HELD_MAX, ReleaseAction};
use tokio::time::Instant;

use super::hold::Filter;
use super::lasting::{Ends, Lasting};
use super::random::Random;
use super::record::{Became, Hosts, New, Record};
use super::treat::{Direction, Settings, Treatment, Way};

/// What is set, and what waits.
#[derive(Debug)]
pub(super) struct Control {
    seed: u32,
    /// By the places of sender and receiver; those that neither a call nor a packet was about are not there.
    directions: BTreeMap<(usize, usize), Direction>,
    /// What was set for every host, which one that comes later gets as well.
    lasting: Lasting,
    hold: Option<Filter>,
    /// By number.
    held: BTreeMap<u64, Held>,
    /// The next one that is due comes first.
    late: BinaryHeap<Reverse<Late>>,
    /// Late packets so far, so that those that are due together leave as they came.
    lates: u64,
    /// INVARIANT: the bytes in `held` and `late`.
    bytes: usize,
}

/// A packet that waits for somebody to decide.
#[derive(Debug)]
struct Held {
    from: usize,
    to: Hosts,
    bytes: Box<[u8]>,
    since: Instant,
}

/// A packet that takes its time.
#[derive(Debug)]
struct Late {
    due: Instant,
    order: u64,
    seq: u64,
    from: usize,
    to: Hosts,
    copies: u32,
    delayed_us: u64,
    /// As they are to arrive.
    bytes: Box<[u8]>,
}

/// A packet to hand on now.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) to: Hosts,
    pub(super) copies: u32,
    /// What is to arrive; where it is none, what came.
    pub(super) bytes: Option<Box<[u8]>>,
}

/// A packet that has come, and where it belongs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Coming<'a> {
    pub(super) from: usize,
    pub(super) to: Hosts,
    /// Those of them whose devices do not take a packet of this length.
    pub(super) too_small: Hosts,
    pub(super) packet: &'a [u8],
    pub(super) now: Instant,
}

/// What one of a packet's hosts gets of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Lose(Fate),
    Hold,
    Go(Way),
}

impl Control {
    pub(super) fn new(seed: u32) -> Control {
        Control {
            seed,
            directions: BTreeMap::new(),
            lasting: Lasting::default(),
            hold: None,
            held: BTreeMap::new(),
            late: BinaryHeap::new(),
            lates: 0,
            bytes: 0,
        }
    }

    /// Whether packets that come now just pass.
    pub(super) fn is_idle(&self) -> bool {
        self.hold.is_none()
            && self.held.is_empty()
            && self.late.is_empty()
            && self.directions.values().all(|direction| direction.settings.do_nothing())
            && self.lasting.do_nothing()
    }

    /// Takes a packet: on record is what becomes of it, and what is to be handed on at once comes back.
    pub(super) fn take(&mut self, coming: Coming<'_>, record: &Record) -> Vec<Ready> {
        let mut outcomes: Vec<(Outcome, Hosts)> = Vec::new();
        let holds = self.hold.as_ref().is_some_and(|hold| hold.fits(coming.packet));
        for to in coming.to.iter() {
            let outcome = self.outcome(&coming, to, holds);
            match outcomes.iter_mut().find(|(known, _)| *known == outcome) {
                Some((_, hosts)) => hosts.add(to),
                None => outcomes.push((outcome, Hosts::from_iter([to]))),
            }
        }
        if outcomes.iter().any(|(outcome, _)| *outcome == Outcome::Hold) {
            self.count_held();
        }
        let mut ready = Vec::new();
        for (outcome, to) in outcomes {
            ready.extend(self.settle(&coming, to, outcome, record));
        }
        ready
    }

    fn outcome(&mut self, coming: &Coming<'_>, to: usize, holds: bool) -> Outcome {
        let Coming { from, too_small, packet, now, .. } = *coming;
        let is_held = holds && self.hold.as_ref().is_some_and(|hold| hold.is_between(from, to));
        let direction = self.direction(from, to);
        if direction.settings.cut {
            return Outcome::Lose(Fate::Cut);
        }
        if too_small.has(to) {
            return Outcome::Lose(Fate::TooBig);
        }
        if is_held {
            return Outcome::Hold;
        }
        match direction.treat(packet.len(), now) {
            Treatment::Lose(fate) => Outcome::Lose(fate),
            Treatment::Go(way) => Outcome::Go(way),
        }
    }

    /// One of those that are still to be held has come.
    fn count_held(&mut self) {
        let Some(left) = self.hold.as_mut().and_then(|hold| hold.left.as_mut()) else { return };
        *left -= 1;
        if *left == 0 {
            self.hold = None;
        }
    }

    fn settle(&mut self, coming: &Coming<'_>, to: Hosts, outcome: Outcome, record: &Record) -> Option<Ready> {
        let Coming { from, packet, now, .. } = *coming;
        let new = New::plain(from, to);
        let waits = match outcome {
            Outcome::Hold => true,
            Outcome::Go(way) => !way.delay.is_zero(),
            Outcome::Lose(_) => false,
        };
        let outcome = match outcome {
            _ if waits && !self.has_room(packet.len()) => Outcome::Lose(Fate::QueueFull),
            outcome => outcome,
        };
        match outcome {
            Outcome::Lose(fate) => {
                record.note(New { fate, ..new }, packet);
                None
            }
            Outcome::Hold => {
                // On record in any case: whoever decides about it needs its number.
                let seq = record.add(New { fate: Fate::Held, ..new }, packet);
                self.bytes += packet.len();
                self.held.insert(seq, Held { from, to, bytes: packet.into(), since: now });
                None
            }
            Outcome::Go(Way { delay, copies, corrupt }) => {
                let (bytes, corrupted) = match corrupt {
                    Some(choice) => {
                        let (bytes, place) = corrupted(packet, choice);
                        (Some(bytes), Some(place))
                    }
                    None => (None, None),
                };
                let delayed_us = micros(delay);
                let seq = record.note(New { delayed_us, copies, corrupted, ..new }, packet);
                if delay.is_zero() {
                    self.note_passed(from, to, seq);
                    return Some(Ready { to, copies, bytes });
                }
                let bytes = bytes.unwrap_or_else(|| packet.into());
                self.delay(Late { due: now + delay, order: 0, seq, from, to, copies, delayed_us, bytes });
                None
            }
        }
    }

    fn has_room(&self, bytes: usize) -> bool {
        self.held.len() + self.late.len() < HELD_MAX as usize && self.bytes + bytes <= HELD_BYTES_MAX
    }

    fn delay(&mut self, late: Late) {
        self.bytes += late.bytes.len();
        self.lates += 1;
        self.late.push(Reverse(Late { order: self.lates, ..late }));
    }

    /// Whether a packet is handed on after one that was sent later; from now on it counts itself.
    fn note_passed(&mut self, from: usize, to: Hosts, seq: u64) -> bool {
        // One that is not on record has no number to compare.
        if seq == 0 {
            return false;
        }
        let mut is_overtaken = false;
        for to in to.iter() {
            if let Some(direction) = self.directions.get_mut(&(from, to)) {
                is_overtaken |= direction.newest > seq;
                direction.newest = direction.newest.max(seq);
            }
        }
        is_overtaken
    }

    /// The late packets that are due now, and when the next one will be.
    pub(super) fn due(&mut self, now: Instant, record: &Record) -> (Vec<Ready>, Option<Instant>) {
        let mut ready = Vec::new();
        while self.next_due().is_some_and(|due| due <= now)
            && let Some(Reverse(Late { seq, from, to, copies, delayed_us, bytes, .. })) = self.late.pop()
        {
            self.bytes -= bytes.len();
            if self.note_passed(from, to, seq) {
                let became = Became { fate: Fate::Passed, delayed_us, copies, out_of_order: true };
                record.change(seq, became);
            }
            ready.push(Ready { to, copies, bytes: Some(bytes) });
        }
        (ready, self.next_due())
    }

    /// When the next late packet is due.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.late.peek().map(|Reverse(late)| late.due)
    }

    /// `wire.configure` for these directions, and for those of the ends that it names with hosts that come later.
    pub(super) fn configure(&mut self, ends: Ends, directions: &[(usize, usize)], call: &WireConfigure) {
        self.lasting.change(ends, |settings| settings.set(call));
        for (from, to) in directions {
            let direction = self.direction(*from, *to);
            direction.settings.set(call);
            if call.loss_every.is_some() {
                direction.count_anew();
            }
        }
        if let Some(seed) = call.seed {
            self.seed = seed;
            for ((from, to), direction) in &mut self.directions {
                direction.begin_anew(Random::new(seed, stream(*from, *to)));
            }
        }
    }

    /// Cuts these directions, or mends them, and those of the ends with hosts that come later.
    pub(super) fn cut(&mut self, ends: Ends, directions: &[(usize, usize)], cut: bool) {
        self.lasting.change(ends, |settings| settings.cut = cut);
        for (from, to) in directions {
            self.direction(*from, *to).settings.cut = cut;
        }
    }

    /// What is to be held from now on.
    pub(super) fn hold(&mut self, filter: Option<Filter>) {
        self.hold = filter;
    }

    /// Decides about a held packet, or about all of them. None where that packet is not held.
    pub(super) fn release(
        &mut self,
        seq: Option<u64>,
        action: ReleaseAction,
        delay: Duration,
        record: &Record,
    ) -> Option<(Vec<u64>, Vec<Ready>)> {
        let released: Vec<(u64, Held)> = match seq {
            Some(seq) => vec![(seq, self.held.remove(&seq)?)],
            None => std::mem::take(&mut self.held).into_iter().collect(),
        };
        let numbers = released.iter().map(|(seq, _)| *seq).collect();
        let now = Instant::now();
        let mut ready = Vec::new();
        for (seq, Held { from, to, bytes, since }) in released {
            self.bytes -= bytes.len();
            let copies = if action == ReleaseAction::Duplicate { 2 } else { 1 };
            let waited = now - since;
            let became =
                Became { fate: Fate::Passed, delayed_us: micros(waited), copies, out_of_order: false };
            match action {
                ReleaseAction::Drop => {
                    record.change(seq, Became { fate: Fate::Dropped, copies: 1, ..became })
                }
                ReleaseAction::Delay => {
                    let delayed_us = micros(waited + delay);
                    record.change(seq, Became { delayed_us, ..became });
                    self.delay(Late { due: now + delay, order: 0, seq, from, to, copies, delayed_us, bytes });
                }
                ReleaseAction::Pass | ReleaseAction::Duplicate => {
                    let out_of_order = self.note_passed(from, to, seq);
                    record.change(seq, Became { out_of_order, ..became });
                    ready.push(Ready { to, copies, bytes: Some(bytes) });
                }
            }
        }
        Some((numbers, ready))
    }

    /// A host is gone, and with it what waits for it.
    pub(super) fn forget(&mut self, host: usize, record: &Record) {
        self.directions.retain(|(from, to), _| *from != host && *to != host);
        self.lasting.forget(host);
        if self.hold.as_ref().is_some_and(|hold| hold.from == Some(host) || hold.to == Some(host)) {
            self.hold = None;
        }
        let lost = |delayed_us| Became { fate: Fate::NoHost, delayed_us, copies: 1, out_of_order: false };
        let mut bytes = 0;
        self.held.retain(|seq, held| {
            held.to.remove(host);
            let stays = !held.to.is_empty();
            if !stays {
                bytes += held.bytes.len();
                record.change(*seq, lost(micros(held.since.elapsed())));
            }
            stays
        });
        let late = std::mem::take(&mut self.late).into_vec().into_iter().filter_map(|Reverse(mut late)| {
            late.to.remove(host);
            if !late.to.is_empty() {
                return Some(Reverse(late));
            }
            bytes += late.bytes.len();
            record.change(late.seq, lost(late.delayed_us));
            None
        });
        self.late = late.collect();
        self.bytes -= bytes;
    }

    /// What is set for a direction.
    pub(super) fn settings(&self, from: usize, to: usize) -> Settings {
        let lasting = || self.lasting.settings(from, to);
        self.directions.get(&(from, to)).map_or_else(lasting, |direction| direction.settings)
    }

    pub(super) fn seed(&self) -> u32 {
        self.seed
    }

    pub(super) fn filter(&self) -> Option<&Filter> {
        self.hold.as_ref()
    }

    /// The numbers of the packets that are held.
    pub(super) fn held(&self) -> Vec<u64> {
        self.held.keys().copied().collect()
    }

    /// How many packets take their time.
    pub(super) fn under_way(&self) -> usize {
        self.late.len()
    }

    fn direction(&mut self, from: usize, to: usize) -> &mut Direction {
        let (seed, lasting) = (self.seed, &self.lasting);
        self.directions.entry((from, to)).or_insert_with(|| {
            let mut direction = Direction::new(Random::new(seed, stream(from, to)));
            direction.settings = lasting.settings(from, to);
            direction
        })
    }
}

impl PartialEq for Late {
    fn eq(&self, other: &Late) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Late {}

impl PartialOrd for Late {
    fn partial_cmp(&self, other: &Late) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Late {
    fn cmp(&self, other: &Late) -> Ordering {
        (self.due, self.order).cmp(&(other.due, other.order))
    }
}

/// A direction's stream of random numbers.
fn stream(from: usize, to: usize) -> u32 {
    (from << 8 | to) as u32
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// A packet with one bit flipped behind its IP header, and the place of the byte that has it.
fn corrupted(packet: &[u8], choice: u64) -> (Box<[u8]>, usize) {
    let header = match packet.first().map(|first| first >> 4) {
        Some(4) => usize::from(packet.first().map_or(0, |first| first & 0xf)) * 4,
        Some(6) => 40,
        _ => 0,
    };
    // One that is all header can only be hit there.
    let from = if header < packet.len() { header } else { 0 };
    let bit = (choice % ((packet.len() - from).max(1) as u64 * 8)) as usize;
    let place = from + bit / 8;
    let mut bytes: Box<[u8]> = packet.into();
    if let Some(byte) = bytes.get_mut(place) {
        *byte ^= 1 << (bit % 8);
    }
    (bytes, place)
}
