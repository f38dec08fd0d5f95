//! What one direction of a wire does to packets, as far as nobody decides by hand.
//!
//! Each packet draws the same count of random numbers, whatever is set, so that one setting does not change what the others
//! choose. The time is told, not read.

use std::collections::VecDeque;
use std::time::Duration;

use sockyard_protocol::call::WireConfigure;
use sockyard_protocol::packet::Fate;
use sockyard_protocol::wire::{QUEUE_PACKETS, REORDER_MS, WireDirection};
use tokio::time::Instant;

use super::random::Random;

/// What is set for one direction. 0 is off.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Settings {
    pub(super) cut: bool,
    loss_percent: f64,
    loss_every: u32,
    delay_ms: u32,
    jitter_ms: u32,
    duplicate_percent: f64,
    reorder_percent: f64,
    corrupt_percent: f64,
    rate_kbit: u32,
    queue_packets: u32,
}

/// What becomes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Treatment {
    /// It is lost.
    Lose(Fate),
    /// It goes on.
    Go(Way),
}

/// How a packet goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) delay: Duration,
    pub(super) copies: u32,
    /// Chooses the bit to flip.
    pub(super) corrupt: Option<u64>,
}

#[cfg(test)]
impl Way {
    /// At once, once and whole.
    const STRAIGHT: Way = Way { delay: Duration::ZERO, copies: 1, corrupt: None };
}

/// One direction.
#[derive(Debug)]
pub(super) struct Direction {
    pub(super) settings: Settings,
    random: Random,
    /// Packets since each nth began to be lost.
    count: u32,
    /// When the last packet that has its turn is through.
    busy_until: Option<Instant>,
    /// When each packet that waits for its turn is through.
    queue: VecDeque<Instant>,
    /// The newest packet that was handed on.
    pub(super) newest: u64,
}

impl Settings {
    /// Takes over what a call gives.
    pub(super) fn set(&mut self, call: &WireConfigure) {
        let WireConfigure {
            from: _,
            to: _,
            loss_percent,
            loss_every,
            delay_ms,
            jitter_ms,
            duplicate_percent,
            reorder_percent,
            corrupt_percent,
            rate_kbit,
            queue_packets,
            mtu: _,
            seed: _,
            record: _,
        } = call;
        fn put<T: Copy>(place: &mut T, given: &Option<T>) {
            if let Some(given) = given {
                *place = *given;
            }
        }
        put(&mut self.loss_percent, loss_percent);
        put(&mut self.loss_every, loss_every);
        put(&mut self.delay_ms, delay_ms);
        put(&mut self.jitter_ms, jitter_ms);
        put(&mut self.duplicate_percent, duplicate_percent);
        put(&mut self.reorder_percent, reorder_percent);
        put(&mut self.corrupt_percent, corrupt_percent);
        put(&mut self.rate_kbit, rate_kbit);
        put(&mut self.queue_packets, queue_packets);
    }

    /// What is set, for clients.
    pub(super) fn told(&self, from: &str, to: &str) -> WireDirection {
        let percent = |percent: f64| (percent > 0.0).then_some(percent);
        let number = |number: u32| (number > 0).then_some(number);
        WireDirection {
            from: from.to_owned(),
            to: to.to_owned(),
            cut: self.cut,
            loss_percent: percent(self.loss_percent),
            loss_every: number(self.loss_every),
            delay_ms: number(self.delay_ms),
            jitter_ms: number(self.jitter_ms),
            duplicate_percent: percent(self.duplicate_percent),
            reorder_percent: percent(self.reorder_percent),
            corrupt_percent: percent(self.corrupt_percent),
            rate_kbit: number(self.rate_kbit),
            queue_packets: number(self.queue_packets),
        }
    }

    /// Whether it does nothing to packets: how many may wait says nothing where none has to.
    pub(super) fn do_nothing(&self) -> bool {
        *self == Settings { queue_packets: self.queue_packets, ..Settings::default() }
    }
}

impl Direction {
    pub(super) fn new(random: Random) -> Direction {
        Direction {
            settings: Settings::default(),
            random,
            count: 0,
            busy_until: None,
            queue: VecDeque::new(),
            newest: 0,
        }
    }

    /// Counts for `loss_every` from here.
    pub(super) fn count_anew(&mut self) {
        self.count = 0;
    }

    /// Begins everything random anew.
    pub(super) fn begin_anew(&mut self, random: Random) {
        self.random = random;
        self.count = 0;
    }

    /// What becomes of a packet of so many bytes that comes now.
    pub(super) fn treat(&mut self, bytes: usize, now: Instant) -> Treatment {
        let set = self.settings;
        self.count = self.count.wrapping_add(1);
        let is_lost = self.random.happens(set.loss_percent);
        let is_doubled = self.random.happens(set.duplicate_percent);
        let is_late = self.random.happens(set.reorder_percent);
        let is_corrupted = self.random.happens(set.corrupt_percent);
        let bit = self.random.next();
        let jitter = f64::from(set.jitter_ms) * self.random.fraction();
        if is_lost || set.loss_every > 0 && self.count.is_multiple_of(set.loss_every) {
            return Treatment::Lose(Fate::Lost);
        }
        let Some(turn) = self.turn(bytes, now) else { return Treatment::Lose(Fate::QueueFull) };
        let late = if is_late { REORDER_MS } else { 0 };
        let delay = turn
            + Duration::from_millis(u64::from(set.delay_ms) + u64::from(late))
            + Duration::from_secs_f64(jitter / 1000.0);
        let copies = if is_doubled { 2 } else { 1 };
        Treatment::Go(Way { delay, copies, corrupt: is_corrupted.then_some(bit) })
    }

    /// How long it takes until a packet is through, where there is a rate; none where there is no room for it.
    fn turn(&mut self, bytes: usize, now: Instant) -> Option<Duration> {
        let Settings { rate_kbit, queue_packets, .. } = self.settings;
        if rate_kbit == 0 {
            return Some(Duration::ZERO);
        }
        while self.queue.front().is_some_and(|through| *through <= now) {
            self.queue.pop_front();
        }
        let room = if queue_packets == 0 { QUEUE_PACKETS } else { queue_packets };
        if self.queue.len() >= room as usize {
            return None;
        }
        // So many thousand bits a second are so many bits a millisecond.
        let takes = Duration::from_nanos(bytes as u64 * 8 * 1_000_000 / u64::from(rate_kbit));
        let through = self.busy_until.map_or(now, |busy| busy.max(now)) + takes;
        self.busy_until = Some(through);
        self.queue.push_back(through);
        Some(through - now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn direction(set: WireConfigure) -> Direction {
        let mut direction = Direction::new(Random::new(7, 1));
        direction.settings.set(&set);
        direction
    }

    fn nothing() -> WireConfigure {
        let call = sockyard_protocol::Call::parse("wire.configure", None).unwrap();
        let sockyard_protocol::Call::WireConfigure(call) = call else { panic!("{call:?}") };
        call
    }

    fn fates(direction: &mut Direction, count: usize) -> Vec<Treatment> {
        let now = Instant::now();
        (0..count).map(|_| direction.treat(1000, now)).collect()
    }

    #[test]
    fn one_setting_does_not_change_what_another_chooses() {
        let lost = |set| {
            let fates = fates(&mut direction(set), 1000);
            fates.iter().map(|fate| *fate == Treatment::Lose(Fate::Lost)).collect::<Vec<_>>()
        };
        let some = WireConfigure { loss_percent: Some(10.0), ..nothing() };
        let more = WireConfigure { jitter_ms: Some(9), duplicate_percent: Some(50.0), ..some.clone() };
        assert_eq!(lost(some.clone()), lost(more));
        let count = lost(some).into_iter().filter(|is_lost| *is_lost).count();
        assert!((70..130).contains(&count), "{count}");
    }

    #[test]
    fn each_nth_is_lost() {
        let mut direction = direction(WireConfigure { loss_every: Some(3), ..nothing() });
        let way = Treatment::Go(Way::STRAIGHT);
        let lost = Treatment::Lose(Fate::Lost);
        assert_eq!(fates(&mut direction, 6), [way, way, lost, way, way, lost]);
    }

    #[test]
    fn a_rate_makes_packets_wait_for_each_other_and_the_queue_ends() {
        // 1000 bytes at 8 Mbit/s take a millisecond.
        let set = WireConfigure { rate_kbit: Some(8000), queue_packets: Some(3), ..nothing() };
        let mut direction = direction(set);
        let after = |ms| Treatment::Go(Way { delay: Duration::from_millis(ms), ..Way::STRAIGHT });
        let now = Instant::now();
        let mut come = |at: u64| direction.treat(1000, now + Duration::from_millis(at));
        assert_eq!([come(0), come(0), come(0)], [after(1), after(2), after(3)]);
        assert_eq!(come(0), Treatment::Lose(Fate::QueueFull));
        assert_eq!(come(2), after(2), "two are through");
        assert_eq!(come(100), after(1), "it was idle");
    }

    #[test]
    fn nothing_set_does_nothing() {
        let mut direction = direction(nothing());
        assert!(direction.settings.do_nothing());
        assert_eq!(fates(&mut direction, 3), [Treatment::Go(Way::STRAIGHT); 3]);
        direction.settings.set(&WireConfigure { delay_ms: Some(1), ..nothing() });
        assert!(!direction.settings.do_nothing());
        direction.settings.set(&WireConfigure { delay_ms: Some(0), ..nothing() });
        assert!(direction.settings.do_nothing());
    }
}
