//! The wire of a lab: its knobs, what they are set to, and wires to try.

mod setting;

pub use setting::{Allowed, Setting};

use sockyard_protocol::call::{WireConfigure, WireHold};
use sockyard_protocol::packet::Fate;
use sockyard_protocol::wire::{
    Flag, Hold, HoldProtocol, LOSS_EVERY_MAX, QUEUE_PACKETS_MAX, RATE_KBIT_MAX, WIRE_MS_MAX, Wire,
    WireDirection,
};

use crate::text::later::WireTexts;
use crate::text::{count, fill};

/// Something that can be set for a direction of the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knob {
    /// How many of a hundred packets are lost.
    Loss,
    /// Which packets are lost by their number.
    LossEvery,
    /// How long a packet is under way.
    Delay,
    /// How much longer at most.
    Jitter,
    /// How many of a hundred come twice.
    Duplicate,
    /// How many of a hundred are overtaken.
    Reorder,
    /// In how many of a hundred a bit is flipped.
    Corrupt,
    /// How much goes through.
    Rate,
    /// How many packets wait where there is a rate.
    Queue,
}

impl Knob {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Knob; 9] = [
        Knob::Loss,
        Knob::Delay,
        Knob::Jitter,
        Knob::Duplicate,
        Knob::Reorder,
        Knob::Corrupt,
        Knob::Rate,
        Knob::Queue,
        Knob::LossEvery,
    ];

    /// Its name in test ids.
    pub fn name(self) -> &'static str {
        match self {
            Knob::Loss => "loss",
            Knob::LossEvery => "loss-every",
            Knob::Delay => "delay",
            Knob::Jitter => "jitter",
            Knob::Duplicate => "duplicate",
            Knob::Reorder => "reorder",
            Knob::Corrupt => "corrupt",
            Knob::Rate => "rate",
            Knob::Queue => "queue",
        }
    }

    /// Its label.
    pub fn label(self, texts: &'static WireTexts) -> &'static str {
        match self {
            Knob::Loss => texts.w_loss,
            Knob::LossEvery => texts.w_loss_every,
            Knob::Delay => texts.w_delay_knob,
            Knob::Jitter => texts.w_jitter,
            Knob::Duplicate => texts.w_duplicate,
            Knob::Reorder => texts.w_reorder,
            Knob::Corrupt => texts.w_corrupt,
            Knob::Rate => texts.w_rate,
            Knob::Queue => texts.w_queue,
        }
    }

    /// Its unit.
    pub fn unit(self, texts: &'static WireTexts) -> &'static str {
        match self {
            Knob::Loss | Knob::Duplicate | Knob::Reorder | Knob::Corrupt => "%",
            Knob::Delay | Knob::Jitter => "ms",
            Knob::Rate => "kbit/s",
            Knob::Queue => texts.w_packets,
            Knob::LossEvery => "",
        }
    }

    /// How far a slider for it goes; none where no scale would do.
    pub fn scale(self) -> Option<u32> {
        match self {
            Knob::Loss | Knob::Duplicate | Knob::Reorder | Knob::Corrupt => Some(100),
            Knob::Delay => Some(1000),
            Knob::Jitter => Some(500),
            Knob::Rate | Knob::Queue | Knob::LossEvery => None,
        }
    }

    /// Which numbers it takes.
    pub fn allowed(self) -> Allowed {
        match self {
            Knob::Loss | Knob::Duplicate | Knob::Reorder | Knob::Corrupt => Allowed::Percent,
            Knob::Delay | Knob::Jitter => Allowed::UpTo(WIRE_MS_MAX),
            Knob::Rate => Allowed::UpTo(RATE_KBIT_MAX),
            Knob::Queue => Allowed::UpTo(QUEUE_PACKETS_MAX),
            Knob::LossEvery => Allowed::UpTo(LOSS_EVERY_MAX),
        }
    }

    /// What it is set to; 0 for nothing.
    pub fn value(self, direction: &WireDirection) -> f64 {
        let whole = |number: Option<u32>| number.map(f64::from);
        let value = match self {
            Knob::Loss => direction.loss_percent,
            Knob::Duplicate => direction.duplicate_percent,
            Knob::Reorder => direction.reorder_percent,
            Knob::Corrupt => direction.corrupt_percent,
            Knob::LossEvery => whole(direction.loss_every),
            Knob::Delay => whole(direction.delay_ms),
            Knob::Jitter => whole(direction.jitter_ms),
            Knob::Rate => whole(direction.rate_kbit),
            Knob::Queue => whole(direction.queue_packets),
        };
        value.unwrap_or(0.0)
    }

    /// Sets it in a call. What is no whole number where one is needed is rounded.
    pub fn set(self, call: &mut WireConfigure, value: f64) {
        let whole = Some(value.round() as u32);
        match self {
            Knob::Loss => call.loss_percent = Some(value),
            Knob::Duplicate => call.duplicate_percent = Some(value),
            Knob::Reorder => call.reorder_percent = Some(value),
            Knob::Corrupt => call.corrupt_percent = Some(value),
            Knob::LossEvery => call.loss_every = whole,
            Knob::Delay => call.delay_ms = whole,
            Knob::Jitter => call.jitter_ms = whole,
            Knob::Rate => call.rate_kbit = whole,
            Knob::Queue => call.queue_packets = whole,
        }
    }
}

/// A call that sets nothing yet, for the directions that these hosts name.
pub fn configure(from: Option<String>, to: Option<String>) -> WireConfigure {
    WireConfigure {
        from,
        to,
        loss_percent: None,
        loss_every: None,
        delay_ms: None,
        jitter_ms: None,
        duplicate_percent: None,
        reorder_percent: None,
        corrupt_percent: None,
        rate_kbit: None,
        queue_packets: None,
        mtu: None,
        seed: None,
        record: None,
    }
}

/// The call that puts packets on record from here on, or only counts them.
pub fn record(is_on: bool) -> WireConfigure {
    WireConfigure { record: Some(is_on), ..configure(None, None) }
}

/// How many packets were only counted, in words.
pub fn unrecorded(number: u64, texts: &'static WireTexts) -> String {
    count(number, texts.w_unrecorded_one, texts.w_unrecorded_many)
}

/// The directions from a host to another, of which one that is left out is every host.
pub fn between<'a>(
    wire: &'a Wire,
    from: Option<&'a str>,
    to: Option<&'a str>,
) -> impl Iterator<Item = &'a WireDirection> {
    wire.directions.iter().filter(move |direction| {
        from.is_none_or(|from| from == direction.from) && to.is_none_or(|to| to == direction.to)
    })
}

/// What a knob is set to in several directions; none where they differ.
pub fn common<'a>(knob: Knob, mut directions: impl Iterator<Item = &'a WireDirection>) -> Option<f64> {
    let first = knob.value(directions.next()?);
    directions.all(|other| knob.value(other) == first).then_some(first)
}

/// What is set for a direction, in a line: `5 % · 60 ms ± 40 ms · 56 kbit/s`. Empty where nothing is.
pub fn settings(direction: &WireDirection, texts: &'static WireTexts) -> String {
    let mut parts = Vec::new();
    for knob in Knob::ALL {
        let value = knob.value(direction);
        // A queue is nothing without a rate.
        if value == 0.0 || knob == Knob::Queue && direction.rate_kbit.is_none() {
            continue;
        }
        let part = match knob {
            Knob::Rate => format!("{value} kbit/s"),
            Knob::LossEvery => format!("{} {value}", knob.label(texts)),
            _ => format!("{} {value} {}", knob.label(texts), knob.unit(texts)),
        };
        parts.push(part);
    }
    if direction.cut {
        parts.push(texts.w_is_cut.to_owned());
    }
    parts.join(" · ")
}

/// What is set on the whole wire, in a line.
pub fn summary(wire: &Wire, texts: &'static WireTexts) -> String {
    let mut all = wire.directions.iter().map(|direction| settings(direction, texts));
    let Some(first) = all.next() else { return texts.w_clean.to_owned() };
    match all.all(|other| other == first) {
        true if first.is_empty() => texts.w_clean.to_owned(),
        true => first,
        false => texts.w_mixed.to_owned(),
    }
}

/// A wire to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Nothing is set.
    Perfect,
    /// Loss and jitter.
    Mobile,
    /// A long way.
    Satellite,
    /// A low rate and a short queue.
    Modem,
    /// Reordering and duplicates.
    Chaos,
    /// Flipped bits.
    Noisy,
}

impl Preset {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Preset; 6] =
        [Preset::Perfect, Preset::Mobile, Preset::Satellite, Preset::Modem, Preset::Chaos, Preset::Noisy];

    /// Its name in test ids.
    pub fn name(self) -> &'static str {
        match self {
            Preset::Perfect => "perfect",
            Preset::Mobile => "mobile",
            Preset::Satellite => "satellite",
            Preset::Modem => "modem",
            Preset::Chaos => "chaos",
            Preset::Noisy => "noisy",
        }
    }

    /// Its name for people, and what to look for.
    pub fn texts(self, texts: &'static WireTexts) -> (&'static str, &'static str) {
        match self {
            Preset::Perfect => (texts.w_perfect, texts.w_perfect_look),
            Preset::Mobile => (texts.w_mobile, texts.w_mobile_look),
            Preset::Satellite => (texts.w_satellite, texts.w_satellite_look),
            Preset::Modem => (texts.w_modem, texts.w_modem_look),
            Preset::Chaos => (texts.w_chaos, texts.w_chaos_look),
            Preset::Noisy => (texts.w_noisy, texts.w_noisy_look),
        }
    }

    /// The call that makes the whole wire so: everything that it does not name is switched off.
    pub fn call(self) -> WireConfigure {
        let mut call = configure(None, None);
        Knob::ALL.into_iter().for_each(|knob| knob.set(&mut call, 0.0));
        let set: &[(Knob, f64)] = match self {
            Preset::Perfect => &[],
            Preset::Mobile => &[(Knob::Loss, 5.0), (Knob::Delay, 60.0), (Knob::Jitter, 40.0)],
            Preset::Satellite => &[(Knob::Delay, 300.0)],
            Preset::Modem => &[(Knob::Rate, 56.0), (Knob::Delay, 50.0), (Knob::Queue, 10.0)],
            Preset::Chaos => &[(Knob::Reorder, 20.0), (Knob::Duplicate, 10.0), (Knob::Jitter, 10.0)],
            Preset::Noisy => &[(Knob::Corrupt, 10.0)],
        };
        set.iter().for_each(|(knob, value)| knob.set(&mut call, *value));
        call
    }
}

/// What the wire holds, among the choices of one click.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holding {
    /// Nothing.
    Nothing,
    /// Whatever comes.
    All,
    /// The next SYN, and nothing after it.
    NextSyn,
    /// Every SYN.
    Syn,
    /// Every FIN.
    Fin,
    /// TCP segments that hand data on.
    Data,
    /// UDP.
    Udp,
    /// ICMP.
    Icmp,
    /// What a filter of one's own says.
    Own,
}

impl Holding {
    /// Those that can be chosen.
    pub const CHOICES: [Holding; 8] = [
        Holding::Nothing,
        Holding::All,
        Holding::NextSyn,
        Holding::Syn,
        Holding::Fin,
        Holding::Data,
        Holding::Udp,
        Holding::Icmp,
    ];

    /// Its name in the menu's values.
    pub fn name(self) -> &'static str {
        match self {
            Holding::Nothing => "nothing",
            Holding::All => "all",
            Holding::NextSyn => "next-syn",
            Holding::Syn => "syn",
            Holding::Fin => "fin",
            Holding::Data => "data",
            Holding::Udp => "udp",
            Holding::Icmp => "icmp",
            Holding::Own => "own",
        }
    }

    /// Its name for people.
    pub fn label(self, texts: &'static WireTexts) -> &'static str {
        match self {
            Holding::Nothing => texts.w_hold_nothing,
            Holding::All => texts.w_hold_all,
            Holding::NextSyn => texts.w_hold_next_syn,
            Holding::Syn => texts.w_hold_syn,
            Holding::Fin => texts.w_hold_fin,
            Holding::Data => texts.w_hold_data,
            Holding::Udp => texts.w_hold_udp,
            Holding::Icmp => texts.w_hold_icmp,
            Holding::Own => texts.w_hold_own,
        }
    }

    /// The call; none for those that are no hold of one click.
    pub fn call(self) -> Option<WireHold> {
        let hold = |protocol, flag: Option<Flag>, count| WireHold {
            from: None,
            to: None,
            protocol,
            port: None,
            flags: flag.into_iter().collect(),
            count,
        };
        Some(match self {
            Holding::Nothing | Holding::Own => return None,
            Holding::All => hold(None, None, None),
            Holding::NextSyn => hold(None, Some(Flag::Syn), Some(1)),
            Holding::Syn => hold(None, Some(Flag::Syn), None),
            Holding::Fin => hold(None, Some(Flag::Fin), None),
            Holding::Data => hold(None, Some(Flag::Psh), None),
            Holding::Udp => hold(Some(HoldProtocol::Udp), None, None),
            Holding::Icmp => hold(Some(HoldProtocol::Icmp), None, None),
        })
    }

    /// Which of them the wire does.
    pub fn of(hold: Option<&Hold>) -> Holding {
        let Some(hold) = hold else { return Holding::Nothing };
        let is_same = |choice: &Holding| {
            choice.call().is_some_and(|call| {
                let WireHold { from, to, protocol, port, flags, count } = call;
                Hold { from, to, protocol, port, flags, count } == *hold
            })
        };
        Holding::CHOICES.into_iter().find(is_same).unwrap_or(Holding::Own)
    }
}

/// Whether a packet with that fate is drawn as one that did not arrive.
pub fn is_lost(fate: Fate) -> bool {
    !matches!(fate, Fate::Passed | Fate::Held)
}

/// How many wait, in words.
pub fn waiting(count: usize, texts: &'static WireTexts) -> String {
    let template = if count == 1 { texts.w_held_one } else { texts.w_held_many };
    fill(template, &[("n", &count.to_string())])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;
    use serde_json::json;

    fn wire(directions: serde_json::Value) -> Wire {
        let json = json!({"seed": 1, "cut": false, "directions": directions, "devices": [], "hold": null,
            "held": [], "under_way": 0, "record": true, "unrecorded": 0});
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn a_preset_sets_what_it_says_and_switches_off_the_rest() {
        let call = Preset::Modem.call();
        assert_eq!((call.rate_kbit, call.queue_packets, call.delay_ms), (Some(56), Some(10), Some(50)));
        assert_eq!((call.loss_percent, call.loss_every, call.jitter_ms), (Some(0.0), Some(0), Some(0)));
        assert_eq!(call.mtu, None);
        let perfect = Preset::Perfect.call();
        assert_eq!((perfect.rate_kbit, perfect.corrupt_percent), (Some(0), Some(0.0)));
    }

    #[test]
    fn the_record_is_switched_alone() {
        let call = record(false);
        assert_eq!(serde_json::to_value(&call).unwrap(), json!({"record": false}));
        let texts = &Language::English.later().wire;
        assert_eq!(unrecorded(1, texts), "1 packet was only counted");
        assert_eq!(unrecorded(12_000, texts), "12\u{2009}000 packets were only counted");
    }

    #[test]
    fn the_wire_is_told_in_a_line() {
        let texts = &Language::English.later().wire;
        let one = json!({"from": "alice", "to": "bob", "cut": false, "loss_percent": 5.0, "delay_ms": 60});
        let other = json!({"from": "bob", "to": "alice", "cut": false, "loss_percent": 5.0, "delay_ms": 60});
        let clean = json!({"from": "bob", "to": "alice", "cut": false});
        assert_eq!(summary(&wire(json!([one, other])), texts), "Loss 5 % · Delay 60 ms");
        assert_eq!(summary(&wire(json!([one, clean])), texts), texts.w_mixed);
        assert_eq!(summary(&wire(json!([clean])), texts), texts.w_clean);
        assert_eq!(summary(&wire(json!([])), texts), texts.w_clean);
        let both = wire(json!([one, clean]));
        assert_eq!(between(&both, Some("alice"), None).count(), 1);
        assert_eq!(common(Knob::Loss, between(&both, None, None)), None);
        assert_eq!(common(Knob::Rate, between(&both, None, None)), Some(0.0));
    }

    #[test]
    fn what_is_held_is_recognised() {
        assert_eq!(Holding::of(None), Holding::Nothing);
        for choice in Holding::CHOICES {
            if let Some(call) = choice.call() {
                let hold: Hold = serde_json::from_value(serde_json::to_value(call).unwrap()).unwrap();
                assert_eq!(Holding::of(Some(&hold)), choice);
            }
        }
        let hold = Hold { port: Some(7788), ..Hold::default() };
        assert_eq!(Holding::of(Some(&hold)), Holding::Own);
    }
}
