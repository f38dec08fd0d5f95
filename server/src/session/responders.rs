//! Who answers by itself on this server, so that two such sockets do not answer each other for ever.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One end of a conversation: its own address, and for a stream also the other end's, because every connection of
/// a listener has the same address of its own.
type Endpoint = (SocketAddr, Option<SocketAddr>);

/// The endpoints of every socket of the server that has answered by itself.
#[derive(Debug, Default)]
pub(crate) struct Responders {
    endpoints: Mutex<HashSet<Endpoint>>,
}

impl Responders {
    fn lock(&self) -> MutexGuard<'_, HashSet<Endpoint>> {
        self.endpoints.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One socket's entry, gone when its stream ends.
#[derive(Debug)]
pub(super) struct Responding {
    all: Arc<Responders>,
    own: Option<Endpoint>,
}

impl Responding {
    pub(super) fn new(all: Arc<Responders>) -> Responding {
        Responding { all, own: None }
    }

    /// Counts this socket among those that answer. True where the one it would answer is among them already.
    pub(super) fn begin(&mut self, local: SocketAddr, peer: SocketAddr, stream: bool) -> bool {
        let (own, other) =
            if stream { ((local, Some(peer)), (peer, Some(local))) } else { ((local, None), (peer, None)) };
        let mut endpoints = self.all.lock();
        if endpoints.contains(&other) {
            return true;
        }
        if self.own != Some(own) {
            if let Some(before) = self.own.replace(own) {
                endpoints.remove(&before);
            }
            endpoints.insert(own);
        }
        false
    }
}

impl Drop for Responding {
    fn drop(&mut self) {
        if let Some(own) = self.own {
            self.all.lock().remove(&own);
        }
    }
}
