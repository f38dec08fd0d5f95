//! `bind(2)`, and with whom a port is shared.
//!
//! `SO_REUSEPORT`, and on datagram sockets `SO_REUSEADDR` as well, let several sockets of one user take one port if all
//! of them ask for it. Every session's sockets belong to the same user, so the kernel alone would let a session take part
//! of another's traffic, or of another program's. Therefore a port is first taken with both options off, which the kernel
//! grants only while nobody has it, and they are switched on again afterwards. Only a socket whose session holds the
//! port already binds with them on.

use std::io;
use std::sync::{MutexGuard, PoisonError};

use sockyard_protocol::{Family, SocketType};

use super::multicast::group_of;
use super::socket::Socket;
use crate::policy::{Allowed, Target};

/// Whether a socket of the same session has the address already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Held {
    /// By one that lets others share it, so this one may.
    BySession,
    /// By nobody, or by somebody else.
    No,
}

impl Socket {
    /// `bind(2)`.
    pub(crate) fn bind(&self, target: &Allowed<Target>, held: Held) -> io::Result<()> {
        let target = target.get();
        self.wall_in(Some(target));
        self.hear_own_groups(target)?;
        // Members of a group share its port, each with a copy of every datagram: nobody loses anything to another.
        if held == Held::BySession || self.family() == Family::Unix || group_of(target).is_some() {
            return self.raw().bind(&target.to_sockaddr()?);
        }
        self.bind_alone(target)
    }

    /// Takes an address that nobody else may have.
    pub(super) fn bind_alone(&self, target: &Target) -> io::Result<()> {
        let _sharing = self.sharing();
        let raw = self.raw();
        let address = target.to_sockaddr()?;
        // On a stream socket `SO_REUSEADDR` shares nothing with a listener; it is what lets a server start again.
        let reuse_address = self.kind() == SocketType::Dgram && raw.reuse_address()?;
        let reuse_port = self.family() != Family::Unix && raw.reuse_port()?;
        if reuse_address {
            raw.set_reuse_address(false)?;
        }
        if reuse_port {
            raw.set_reuse_port(false)?;
        }
        let bound = raw.bind(&address);
        if reuse_address {
            raw.set_reuse_address(true)?;
        }
        if reuse_port {
            raw.set_reuse_port(true)?;
        }
        bound
    }

    /// Whether another socket of the session may share this one's address. It must hold it against everybody else, which
    /// of stream sockets only a listener does: `SO_REUSEADDR` lets two that do not listen have one port.
    pub(crate) fn lets_share(&self, target: &Target) -> bool {
        let raw = self.raw();
        let holds = match self.kind() {
            SocketType::Dgram => true,
            SocketType::Stream => raw.is_listener().unwrap_or(false),
        };
        holds
            && self.family() != Family::Unix
            && target.to_sockaddr().is_ok_and(|target| raw.local_addr().is_ok_and(|local| local == target))
    }

    /// Sets an option of sharing, never in the middle of a bind: it would be on where it must be off.
    pub(super) fn set_sharing<R>(&self, set: impl FnOnce(&socket2::Socket) -> R) -> R {
        let _sharing = self.sharing();
        set(self.raw())
    }

    fn sharing(&self) -> MutexGuard<'_, ()> {
        self.sharing_lock().lock().unwrap_or_else(PoisonError::into_inner)
    }
}
