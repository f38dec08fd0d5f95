//! Merging the events of a connection in binary frames (section 9).
//!
//! Its bytes come as frames already, so what is left to tell of them is how many. A `sent` or `received` that comes alone
//! is told at once; further ones are summed up until the window after it has passed.

use std::time::Duration;

use sockyard_protocol::call::{DataForm, PayloadShare};
use sockyard_protocol::{Event, EventKind};
use tokio::time::Instant;

use crate::log::{Entry, Happening};

/// How long sums are held back: ten events a second and socket are as many as anybody can follow.
const WINDOW: Duration = Duration::from_millis(100);
/// Most sums at once; with more of them, which only datagrams to ever other addresses bring about, they are told.
const SUMS_MAX: usize = 64;

/// Sums of events that are not told yet.
#[derive(Debug, Default)]
pub(super) struct Merger {
    sums: Vec<Event>,
    /// Until when they are held back; none where the next event is told at once.
    window: Option<Instant>,
}

impl Merger {
    /// Until when nothing is to be told.
    pub(super) fn window(&self) -> Option<Instant> {
        self.window
    }

    /// Takes an entry in, or adds it to `told` behind what came before it.
    pub(super) fn add(&mut self, entry: &Entry, form: DataForm, share: PayloadShare, told: &mut Vec<Event>) {
        if !is_summed(entry) {
            self.tell(told);
            told.push(entry.to_event(form, share));
            return;
        }
        let event = entry.to_event(form, PayloadShare::None);
        if !self.sums.iter_mut().any(|sum| add_to(sum, &event)) {
            if self.sums.len() >= SUMS_MAX {
                self.tell(told);
            }
            self.sums.push(event);
        }
    }

    /// Adds all sums to `told`, in the order of their numbers.
    pub(super) fn tell(&mut self, told: &mut Vec<Event>) {
        self.sums.sort_by_key(|event| event.seq);
        told.append(&mut self.sums);
    }

    /// The same if `now` none are held back; then the next window begins, and ends without sums to tell.
    pub(super) fn tell_if_due(&mut self, now: Instant, told: &mut Vec<Event>) {
        if self.window.is_some_and(|until| now < until) {
            return;
        }
        self.window = (!self.sums.is_empty()).then_some(now + WINDOW);
        self.tell(told);
    }
}

/// What the bytes of a frame or of a send leave to tell. Flags and cut datagrams are told one by one.
fn is_summed(entry: &Entry) -> bool {
    match &entry.what {
        Happening::Sent { flags, .. } => flags.is_empty(),
        Happening::Received { truncated, streamed, .. } => *streamed && !truncated,
        Happening::Plain(_) => false,
    }
}

/// Adds an event to a sum of the same socket, direction and address; false where it is of another.
fn add_to(sum: &mut Event, event: &Event) -> bool {
    if sum.socket != event.socket {
        return false;
    }
    let (total, count, bytes) = match (&mut sum.kind, &event.kind) {
        (EventKind::Sent { bytes: total, count, to: known, .. }, EventKind::Sent { bytes, to, .. })
            if known == to =>
        {
            (total, count, bytes)
        }
        (
            EventKind::Received { bytes: total, count, from: known, .. },
            EventKind::Received { bytes, from, .. },
        ) if known == from => (total, count, bytes),
        _ => return false,
    };
    *total += bytes;
    *count = Some(count.unwrap_or(1) + 1);
    (sum.seq, sum.time_us) = (event.seq, event.time_us);
    true
}
