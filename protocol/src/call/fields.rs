//! How single fields are read: what is left out, and what is out of bounds.

use serde::de::{self, DeserializeOwned};
use serde::{Deserialize, Deserializer};

use super::{
    EVERY_MS_MAX, EVERY_MS_MIN, HOST_NAME_MAX, LOG_READ_MAX, NOTE_MAX, PACKETS_PER_SECOND_MAX,
    PACKETS_READ_MAX, POLL_MAX, PollFor, RECV_MAX, SERIES_MAX, SHARE_LABEL_MAX, WATCH_MS_MAX, WATCH_MS_MIN,
};
use crate::SocketId;
use crate::wire::{
    HELD_MAX, LOSS_EVERY_MAX, MTU_MAX, MTU_MIN, QUEUE_PACKETS_MAX, RATE_KBIT_MAX, WIRE_MS_MAX,
};

/// Fewest packets in a second that can be asked for: one in each message.
const PACKETS_PER_SECOND_MIN: u32 = 10;

pub(super) fn default_poll_for() -> Vec<PollFor> {
    vec![PollFor::Read, PollFor::Write]
}

pub(super) fn poll_sockets<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<SocketId>, D::Error> {
    let sockets = Vec::deserialize(deserializer)?;
    match sockets.len() {
        1..=POLL_MAX => Ok(sockets),
        count => Err(de::Error::custom(format_args!("{count} sockets are not from 1 to {POLL_MAX}"))),
    }
}

pub(super) fn default_backlog() -> i32 {
    128
}

pub(super) fn default_recv_max() -> usize {
    4096
}

pub(super) fn default_log_limit() -> usize {
    100
}

/// Null is told apart from a field that is not there, and an array, which serde would take for the object, is refused.
pub(super) fn nullable<'de, T: DeserializeOwned, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    match Option::<serde_json::Map<String, serde_json::Value>>::deserialize(deserializer)? {
        None => Ok(Some(None)),
        Some(object) => {
            serde_json::from_value(object.into()).map(|value| Some(Some(value))).map_err(de::Error::custom)
        }
    }
}

pub(super) fn within<'de, D: Deserializer<'de>>(deserializer: D, most: usize) -> Result<usize, D::Error> {
    let number = u64::deserialize(deserializer)?;
    match usize::try_from(number) {
        Ok(number) if (1..=most).contains(&number) => Ok(number),
        _ => Err(de::Error::custom(format_args!("{number} is not from 1 to {most}"))),
    }
}

pub(super) fn every_ms<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let number = u64::deserialize(deserializer)?;
    match u32::try_from(number) {
        Ok(number) if (EVERY_MS_MIN..=EVERY_MS_MAX).contains(&number) => Ok(number),
        _ => Err(de::Error::custom(format_args!(
            "every_ms {number} is not from {EVERY_MS_MIN} to {EVERY_MS_MAX}"
        ))),
    }
}

pub(super) fn watch_ms<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let number = u64::deserialize(deserializer)?;
    match u32::try_from(number) {
        Ok(number) if number == 0 || (WATCH_MS_MIN..=WATCH_MS_MAX).contains(&number) => Ok(number),
        _ => {
            Err(de::Error::custom(format_args!("{number} is not 0 or from {WATCH_MS_MIN} to {WATCH_MS_MAX}")))
        }
    }
}

pub(super) fn series_limit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    within(deserializer, SERIES_MAX)
}

pub(super) fn recv_max<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    within(deserializer, RECV_MAX)
}

pub(super) fn log_limit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    within(deserializer, LOG_READ_MAX)
}

pub(super) fn packets_limit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    within(deserializer, PACKETS_READ_MAX)
}

pub(super) fn host_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let name = Option::<String>::deserialize(deserializer)?;
    match name.as_ref().map_or(1, |name| name.chars().count()) {
        0 => Err(de::Error::custom("is empty")),
        1..=HOST_NAME_MAX => Ok(name),
        length => {
            Err(de::Error::custom(format_args!("{length} characters are over the limit of {HOST_NAME_MAX}")))
        }
    }
}

pub(super) fn some_host_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    host_name(deserializer)?.ok_or_else(|| de::Error::custom("is no name"))
}

pub(super) fn new_host_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let name = host_name(deserializer)?;
    let is_good = |name: &String| {
        name.starts_with(|first: char| first.is_ascii_lowercase())
            && !name.ends_with('-')
            && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
    };
    match &name {
        Some(wrong) if !is_good(wrong) => Err(de::Error::custom(format_args!(
            "{wrong:?} is not a small letter with small letters, digits and - behind it"
        ))),
        _ => Ok(name),
    }
}

/// A whole number from `least` to `most`.
fn bounded<'de, D: Deserializer<'de>>(
    deserializer: D,
    least: u32,
    most: u32,
) -> Result<Option<u32>, D::Error> {
    let Some(number) = Option::<u64>::deserialize(deserializer)? else { return Ok(None) };
    match u32::try_from(number) {
        Ok(number) if (least..=most).contains(&number) => Ok(Some(number)),
        _ => Err(de::Error::custom(format_args!("{number} is not from {least} to {most}"))),
    }
}

pub(super) fn percent<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    match Option::<f64>::deserialize(deserializer)? {
        Some(percent) if !(0.0..=100.0).contains(&percent) => {
            Err(de::Error::custom("a percentage is from 0 to 100"))
        }
        percent => Ok(percent),
    }
}

pub(super) fn loss_every<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    bounded(deserializer, 0, LOSS_EVERY_MAX)
}

pub(super) fn wire_ms<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    bounded(deserializer, 0, WIRE_MS_MAX)
}

pub(super) fn release_delay<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    bounded(deserializer, 1, WIRE_MS_MAX)
}

pub(super) fn rate_kbit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    bounded(deserializer, 0, RATE_KBIT_MAX)
}

pub(super) fn queue_packets<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    bounded(deserializer, 0, QUEUE_PACKETS_MAX)
}

pub(super) fn mtu<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    match bounded(deserializer, 0, MTU_MAX)? {
        Some(mtu @ 1..MTU_MIN) => {
            Err(de::Error::custom(format_args!("{mtu} is not 0 or from {MTU_MIN} to {MTU_MAX}")))
        }
        mtu => Ok(mtu),
    }
}

pub(super) fn hold_count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    bounded(deserializer, 1, HELD_MAX)
}

pub(super) fn default_per_second() -> u32 {
    1000
}

pub(super) fn per_second<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    bounded(deserializer, PACKETS_PER_SECOND_MIN, PACKETS_PER_SECOND_MAX)?
        .ok_or_else(|| de::Error::custom("is no number"))
}

pub(super) fn note_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    match text.chars().count() {
        0 => Err(de::Error::custom("is empty")),
        1..=NOTE_MAX => Ok(text),
        length => {
            Err(de::Error::custom(format_args!("{length} characters are over the limit of {NOTE_MAX}")))
        }
    }
}

pub(super) fn share_label<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let label = Option::<String>::deserialize(deserializer)?;
    match label.as_ref().map_or(0, |label| label.chars().count()) {
        0..=SHARE_LABEL_MAX => Ok(label),
        length => Err(de::Error::custom(format_args!(
            "{length} characters are over the limit of {SHARE_LABEL_MAX}"
        ))),
    }
}
