//! Real sockets. One generic [`Socket`] for every family and type, and the kernel answers every call.
//!
//! The engine makes system calls and waits for readiness. It knows nothing of sessions, events or JSON, and keeps
//! no state that could refuse a call before the kernel has.

mod bind;
mod facts;
mod multicast;
mod option;
mod patience;
mod raw;
mod readiness;
mod socket;

pub(crate) use bind::Held;
pub(crate) use facts::{Facts, TcpFacts, is_listen, tcp_state};
pub(crate) use option::{OptionError, get_option, set_option};
pub(crate) use patience::{Interrupted, Patience};
pub(crate) use raw::watch;
pub(crate) use readiness::{Direction, Unanswered};
pub(crate) use socket::{Received, Socket, Turn};

#[cfg(test)]
mod tests;
