//! Every message between a Sockyard server and its clients, as Rust types.
//!
//! The server, the page and the tests compile this one crate, so none of them can drift from the others.
//! It turns bytes into values and back and does nothing else: no I/O, no clock, no task.
//! The text of the contract is `docs/protocol.md`; section numbers in the comments point there.

pub mod address;
pub mod answer;
pub mod call;
pub mod connection;
pub mod data;
#[cfg(feature = "encodings")]
pub mod encoding;
pub mod event;
pub mod fault;
pub mod frame;
pub mod hello;
pub mod info;
pub mod packet;
pub mod payload;
pub mod responder;
pub mod rpc;
#[cfg(feature = "schemas")]
pub mod schema;
pub mod wire;
mod wording;

pub use address::{Address, Host, UnixName};
pub use answer::Answer;
pub use call::Call;
pub use data::Data;
pub use event::{Event, EventKind};
pub use fault::{Fault, FaultData, FaultKind};
pub use frame::Frame;
pub use hello::Hello;
pub use info::SocketInfo;
pub use packet::Packet;
pub use payload::Payload;
pub use responder::Responder;
pub use wire::Wire;

use serde::{Deserialize, Serialize};

/// The number of a socket within its session: from 3 upwards, never reused (section 1).
pub type SocketId = u32;

/// The first number that a session gives out: 0, 1 and 2 are what a process keeps for its standard streams.
pub const FIRST_SOCKET: SocketId = 3;

/// The WebSocket subprotocol that the server selects when it is offered (section 2).
pub const SUBPROTOCOL: &str = "sockyard.v1";

/// What stands before an access token in a second offered subprotocol: a browser can set no header (section 2).
pub const TOKEN_SUBPROTOCOL_PREFIX: &str = "sockyard.token.";

/// Address family of a socket, `socket(2)`'s first argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// `AF_INET`, IPv4.
    Inet,
    /// `AF_INET6`, IPv6.
    Inet6,
    /// `AF_UNIX`, sockets within one machine.
    Unix,
}

/// Type of a socket, `socket(2)`'s second argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SocketType {
    /// `SOCK_STREAM`: a connection, bytes in order, no message boundaries.
    Stream,
    /// `SOCK_DGRAM`: single messages, each with its own boundary.
    Dgram,
}

/// Which directions `shutdown(2)` ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ShutdownHow {
    /// `SHUT_RD`: no more is received.
    Read,
    /// `SHUT_WR`: no more is sent; the peer's `recv` then returns nothing.
    Write,
    /// `SHUT_RDWR`: both.
    Both,
}

/// Whether a call is made by the client each time or over and over by the server (section 5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// The client calls.
    #[default]
    Manual,
    /// The server calls again as soon as the last call returned.
    Stream,
}
