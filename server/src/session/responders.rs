//! Who answers by itself on this server, so that two such sockets do not answer each other for ever.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One end of a conversation: its own address, and for a stream also the other end's, because every connection of
/// a listener has the same address of its own.
type Endpoint = (SocketAddr, Option<SocketAddr>);

/// How many sockets of the server have answered by themselves at each endpoint.
#[derive(Debug, Default)]
pub(crate) struct Responders {
    endpoints: Mutex<HashMap<Endpoint, usize>>,
}

impl Responders {
    fn lock(&self) -> MutexGuard<'_, HashMap<Endpoint, usize>> {
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
        // An IPv6 socket and an IPv4 socket write the same address differently.
        let (local, peer) = (canonical(local), canonical(peer));
        let (own, other) =
            if stream { ((local, Some(peer)), (peer, Some(local))) } else { ((local, None), (peer, None)) };
        if self.all.lock().contains_key(&other) {
            return true;
        }
        if self.own != Some(own) {
            self.leave();
            *self.all.lock().entry(own).or_default() += 1;
            self.own = Some(own);
        }
        false
    }

    fn leave(&mut self) {
        let Some(own) = self.own.take() else { return };
        let mut endpoints = self.all.lock();
        if let Some(count) = endpoints.get_mut(&own) {
            *count -= 1;
            if *count == 0 {
                endpoints.remove(&own);
            }
        }
    }
}

impl Drop for Responding {
    fn drop(&mut self) {
        self.leave();
    }
}

fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_responders_are_told_of_each_other_until_the_first_has_gone() {
        let all = Arc::new(Responders::default());
        let a: SocketAddr = "127.0.0.1:1".parse().unwrap();
        let b: SocketAddr = "127.0.0.1:2".parse().unwrap();
        let b_mapped: SocketAddr = "[::ffff:127.0.0.1]:2".parse().unwrap();
        let mut first = Responding::new(Arc::clone(&all));
        let mut twin = Responding::new(Arc::clone(&all));
        let mut second = Responding::new(Arc::clone(&all));
        assert!(!first.begin(a, b_mapped, false));
        assert!(!twin.begin(a, b, false));
        assert!(second.begin(b_mapped, a, false));
        drop(first);
        assert!(second.begin(b, a, false), "one of two at the same address is left");
        drop(twin);
        assert!(!second.begin(b, a, false));
    }
}
