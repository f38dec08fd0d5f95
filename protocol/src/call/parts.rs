//! The small values within calls.

use serde::{Deserialize, Serialize};

use super::fields::{every_ms, per_second};
#[cfg(feature = "schemas")]
use super::{EVERY_MS_MAX, EVERY_MS_MIN, PACKETS_PER_SECOND_MAX};

/// Flags of `send(2)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SendFlag {
    /// `MSG_OOB`: the last byte is TCP's urgent data (RFC 6093).
    Oob,
}

/// Flags of `recv(2)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RecvFlag {
    /// `MSG_PEEK`: look, and leave the bytes in the queue.
    Peek,
    /// `MSG_OOB`: TCP's urgent data.
    Oob,
    /// `MSG_WAITALL`: wait until `max` bytes are there, the peer closed or the wait ended.
    Waitall,
}

/// What `poll(2)` is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PollFor {
    /// `POLLIN`: `recv` or `accept` would not wait.
    Read,
    /// `POLLOUT`: `send` would not wait.
    Write,
}

/// How often a connection is told what has changed of the sockets' facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SocketsEvery {
    /// Between two looks, in milliseconds: 250 to 60000.
    #[serde(deserialize_with = "every_ms")]
    #[cfg_attr(feature = "schemas", schemars(range(min = EVERY_MS_MIN, max = EVERY_MS_MAX)))]
    pub every_ms: u32,
}

/// How a lab's packets are pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PacketsPushed {
    /// Begins with the packets that have a greater `seq`; with the next one that comes if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
    /// Whether the packets' bytes come along.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub data: bool,
    /// Most packets in a second, 10 to 10000; of more only some are pushed, and `skipped` counts the others.
    #[serde(default = "super::fields::default_per_second", deserialize_with = "per_second")]
    #[cfg_attr(feature = "schemas", schemars(range(min = 10, max = PACKETS_PER_SECOND_MAX)))]
    pub per_second: u32,
}

/// How payload bytes travel on a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Frames {
    /// Within the JSON of calls and events.
    #[default]
    Json,
    /// What streaming sockets receive comes as binary messages, and binary messages are sent (section 9).
    Binary,
}

/// In which form a connection gets bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DataForm {
    /// Text where the bytes are valid UTF-8, base64 otherwise.
    #[default]
    Auto,
    /// Always base64.
    Base64,
}

/// How much of the bytes pushed events carry on a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PayloadShare {
    /// All that the log holds.
    #[default]
    Full,
    /// The first 256 bytes.
    Preview,
    /// None; `bytes` still counts them.
    None,
}
