//! What of the wire has a field: which numbers it takes, what it is set to, and the call that sets it.

use sockyard_protocol::call::WireConfigure;
use sockyard_protocol::wire::{MTU_MAX, MTU_MIN, Wire};

use super::{Knob, between, common, configure};
use crate::model::mistake::Mistake;
use crate::text::fill;
use crate::text::later::{self, WireTexts};

/// Which numbers a setting takes: the same as the server's reader of the call does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// From 0 to 100, with fractions.
    Percent,
    /// A whole number from 0 to this one.
    UpTo(u32),
    /// 0, or a whole number from the first to the second.
    OffOr(u32, u32),
}

impl Allowed {
    /// Reads what was typed; none for what is no number, or none of these.
    pub fn read(self, typed: &str) -> Option<f64> {
        let value: f64 = typed.trim().parse().ok()?;
        let is_whole = value.fract() == 0.0;
        let is_within = |least: u32, most: u32| (f64::from(least)..=f64::from(most)).contains(&value);
        let is_good = match self {
            Allowed::Percent => is_within(0, 100),
            Allowed::UpTo(most) => is_whole && is_within(0, most),
            Allowed::OffOr(least, most) => value == 0.0 || is_whole && is_within(least, most),
        };
        // Of the two zeros the one that is sent without a sign.
        is_good.then_some(value + 0.0)
    }

    /// What is said of a number that is none of these.
    pub fn words(self, text: &later::Text) -> String {
        let range = |template: &str, least: u32, most: u32| {
            fill(template, &[("least", &least.to_string()), ("most", &most.to_string())])
        };
        match self {
            Allowed::Percent => range(text.wire.w_not_number, 0, 100),
            Allowed::UpTo(most) => Mistake::NotInRange(0, i64::from(most)).words(text),
            Allowed::OffOr(least, most) => range(text.wire.w_not_off, least, most),
        }
    }
}

/// A setting that has a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// Of directions.
    Knob(Knob),
    /// Of the hosts that send.
    Mtu,
    /// Of the whole wire.
    Seed,
}

impl Setting {
    /// All of them, in the order in which they are shown.
    pub fn all() -> impl Iterator<Item = Setting> {
        Knob::ALL.into_iter().map(Setting::Knob).chain([Setting::Mtu, Setting::Seed])
    }

    /// Its name in test ids.
    pub fn name(self) -> &'static str {
        match self {
            Setting::Knob(knob) => knob.name(),
            Setting::Mtu => "mtu",
            Setting::Seed => "seed",
        }
    }

    /// Its label.
    pub fn label(self, texts: &'static WireTexts) -> &'static str {
        match self {
            Setting::Knob(knob) => knob.label(texts),
            Setting::Mtu => texts.w_mtu,
            Setting::Seed => texts.w_seed,
        }
    }

    /// Its unit.
    pub fn unit(self, texts: &'static WireTexts) -> &'static str {
        match self {
            Setting::Knob(knob) => knob.unit(texts),
            Setting::Mtu => "B",
            Setting::Seed => "",
        }
    }

    /// How far a slider for it goes; none where it has none.
    pub fn scale(self) -> Option<u32> {
        match self {
            Setting::Knob(knob) => knob.scale(),
            Setting::Mtu | Setting::Seed => None,
        }
    }

    /// Which numbers it takes.
    pub fn allowed(self) -> Allowed {
        match self {
            Setting::Knob(knob) => knob.allowed(),
            Setting::Mtu => Allowed::OffOr(MTU_MIN, MTU_MAX),
            Setting::Seed => Allowed::UpTo(u32::MAX),
        }
    }

    /// What an emptied field sets; none where no number stands for nothing.
    pub fn blank(self) -> Option<f64> {
        match self {
            Setting::Knob(_) | Setting::Mtu => Some(0.0),
            Setting::Seed => None,
        }
    }

    /// What it is set to between these hosts; none where they differ.
    pub fn in_force(self, wire: &Wire, from: Option<&str>, to: Option<&str>) -> Option<f64> {
        match self {
            Setting::Knob(knob) => common(knob, between(wire, from, to)),
            Setting::Mtu => {
                let is_meant = |host: &str| from.is_none_or(|from| from == host);
                let mut devices = wire.devices.iter().filter(|device| is_meant(&device.host));
                let first = devices.next()?.mtu;
                devices.all(|device| device.mtu == first).then_some(f64::from(first))
            }
            Setting::Seed => Some(f64::from(wire.seed)),
        }
    }

    /// The call that sets it between these hosts.
    pub fn call(self, from: Option<String>, to: Option<String>, value: f64) -> WireConfigure {
        let whole = Some(value.round() as u32);
        match self {
            Setting::Knob(knob) => {
                let mut call = configure(from, to);
                knob.set(&mut call, value);
                call
            }
            // A host has one device, whoever it sends to.
            Setting::Mtu => WireConfigure { mtu: whole, ..configure(from, None) },
            Setting::Seed => WireConfigure { seed: whole, ..configure(None, None) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    #[test]
    fn what_the_server_would_refuse_is_found_before() {
        let is_taken = |setting: Setting, value: f64| {
            let call = serde_json::to_value(setting.call(None, None, value)).unwrap();
            serde_json::from_value::<WireConfigure>(call).is_ok()
        };
        for setting in Setting::all() {
            let most = match setting.allowed() {
                Allowed::Percent => 100,
                Allowed::UpTo(most) | Allowed::OffOr(_, most) => most,
            };
            let most = f64::from(most);
            assert_eq!(setting.allowed().read(&most.to_string()), Some(most), "{setting:?}");
            assert!(is_taken(setting, most) && is_taken(setting, 0.0), "{setting:?}");
            assert_eq!(setting.allowed().read(&(most + 1.0).to_string()), None, "{setting:?}");
            for wrong in ["-5", "", "x", "1e", "NaN", "inf", "99999999999"] {
                assert_eq!(setting.allowed().read(wrong), None, "{setting:?} {wrong}");
            }
            if setting != Setting::Seed {
                // What is greater than the greatest seed has no place in the call at all.
                assert!(!is_taken(setting, most + 1.0), "{setting:?}");
            }
        }
        assert!(!is_taken(Setting::Mtu, 1279.0) && is_taken(Setting::Mtu, 1280.0));
    }

    #[test]
    fn a_wrong_setting_is_told_with_what_is_allowed() {
        let mtu = Setting::Mtu.allowed();
        let is_mtu = [" 0 ", "10", "1280", "1500.5"].map(|typed| mtu.read(typed).is_some());
        assert_eq!(is_mtu, [true, false, true, false]);
        assert_eq!(Knob::Loss.allowed().read("12.5"), Some(12.5));
        assert_eq!(Knob::Delay.allowed().read("12.5"), None);
        assert!(Knob::Loss.allowed().read("-0").is_some_and(f64::is_sign_positive));
        let words = |allowed: Allowed| allowed.words(Language::English.later());
        assert_eq!(words(Knob::Loss.allowed()), "A number from 0 to 100 is needed.");
        assert_eq!(words(Knob::Delay.allowed()), "A whole number from 0 to 60000 is needed.");
        assert_eq!(words(mtu), "0 or a whole number from 1280 to 9000 is needed.");
    }
}
