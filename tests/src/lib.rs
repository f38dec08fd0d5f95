//! What the black-box tests are made of: the real server, a client of its WebSocket, raw HTTP, programs on the
//! other side of a socket, and a real browser.
//!
//! The harness knows the contract (`docs/protocol.md`) and the command line, and nothing of the server's inside.
//! Everything that waits has a deadline that says what was waited for. A test that cannot go on panics.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on panics")]

pub mod client;
pub mod command;
pub mod deadline;
pub mod http;
pub mod markdown;
pub mod metrics;
pub mod name_server;
pub mod page;
pub mod program;
pub mod rest;
pub mod server;
pub mod sockets;
pub mod tools;

pub use client::{WsClient, bytes};
pub use deadline::{eventually, within};
pub use name_server::{NameServer, Told};
pub use page::{Page, Screen};
pub use program::Program;
pub use server::TestServer;
pub use sockyard_client::Closed;
