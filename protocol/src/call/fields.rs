//! How single fields are read: what is left out, and what is out of bounds.

use serde::de::{self, DeserializeOwned};
use serde::{Deserialize, Deserializer};

use super::{
    EVERY_MS_MAX, EVERY_MS_MIN, HOST_NAME_MAX, LOG_READ_MAX, NOTE_MAX, PACKETS_READ_MAX, POLL_MAX, PollFor,
    RECV_MAX, SHARE_LABEL_MAX,
};
use crate::SocketId;

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
    match name.as_ref().map_or(1, String::len) {
        0 => Err(de::Error::custom("is empty")),
        1..=HOST_NAME_MAX => Ok(name),
        length => {
            Err(de::Error::custom(format_args!("{length} bytes are over the limit of {HOST_NAME_MAX}")))
        }
    }
}

pub(super) fn note_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    match text.len() {
        0 => Err(de::Error::custom("is empty")),
        1..=NOTE_MAX => Ok(text),
        length => Err(de::Error::custom(format_args!("{length} bytes are over the limit of {NOTE_MAX}"))),
    }
}

pub(super) fn share_label<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let label = Option::<String>::deserialize(deserializer)?;
    match label.as_ref().map_or(0, String::len) {
        0..=SHARE_LABEL_MAX => Ok(label),
        length => {
            Err(de::Error::custom(format_args!("{length} bytes are over the limit of {SHARE_LABEL_MAX}")))
        }
    }
}
