//! Who is there: the reason that a session lives, and its end when nobody comes back.

use std::sync::Arc;

use sockyard_protocol::Fault;
use tokio::time::{Instant, sleep_until};

use super::Session;
use crate::metrics::{self, Ending};

/// How many are there, and when the last of them left.
#[derive(Debug)]
pub(super) struct Occupancy {
    present: usize,
    connections: usize,
    left_at: Instant,
}

impl Occupancy {
    pub(super) fn new() -> Occupancy {
        Occupancy { present: 0, connections: 0, left_at: Instant::now() }
    }

    pub(super) fn connections(&self) -> usize {
        self.connections
    }
}

/// Somebody who uses the session: a connection, or a single request for as long as it takes. While there is one the
/// session does not end by itself.
#[derive(Debug)]
pub(crate) struct Presence {
    session: Arc<Session>,
}

impl Presence {
    /// # Errors
    /// Code 7 where the session has just ended.
    pub(crate) fn new(session: Arc<Session>) -> Result<Presence, Fault> {
        session.occupancy().present += 1;
        let presence = Presence { session };
        match presence.session.ended_by() {
            None => Ok(presence),
            Some(_) => Err(Fault::no_such_session()),
        }
    }

    pub(crate) fn session(&self) -> &Arc<Session> {
        &self.session
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        let mut occupancy = self.session.occupancy();
        occupancy.present -= 1;
        occupancy.left_at = Instant::now();
        drop(occupancy);
        self.session.left.notify_waiters();
    }
}

/// A connection's hold on its session: a presence that counts towards the quota of connections.
#[derive(Debug)]
pub(crate) struct Attachment {
    presence: Presence,
}

impl Attachment {
    /// # Errors
    /// Code 6 where the session has as many connections as it may.
    pub(crate) fn new(presence: Presence) -> Result<Attachment, Fault> {
        let most = presence.session.limits.connections;
        {
            let mut occupancy = presence.session.occupancy();
            if occupancy.connections >= most {
                // Not under the lock: the presence locks it again when it goes.
                drop(occupancy);
                let fault = Fault::quota("connections", most as u64);
                metrics::failed(&fault);
                return Err(fault);
            }
            occupancy.connections += 1;
        }
        Ok(Attachment { presence })
    }

    pub(crate) fn session(&self) -> &Arc<Session> {
        self.presence.session()
    }
}

impl Drop for Attachment {
    fn drop(&mut self) {
        self.presence.session.occupancy().connections -= 1;
    }
}

/// Ends the session once nobody has been there for the grace time.
pub(super) async fn end_when_abandoned(session: Arc<Session>) {
    loop {
        let left_at = nobody_there(&session).await;
        let Some(due) = left_at.checked_add(session.limits.grace) else { return };
        tokio::select! {
            () = session.ended.cancelled() => return,
            () = sleep_until(due) => {}
        }
        let still_gone = {
            let occupancy = session.occupancy();
            occupancy.present == 0 && occupancy.left_at == left_at
        };
        if still_gone {
            tracing::debug!(session = session.id, "nobody came back");
            return session.end(Ending::Abandoned).await;
        }
    }
}

/// Waits until nobody is there; the answer is since when.
async fn nobody_there(session: &Session) -> Instant {
    loop {
        let mut left = std::pin::pin!(session.left.notified());
        // Registered before the look, or a departure in between would be missed.
        left.as_mut().enable();
        {
            let occupancy = session.occupancy();
            if occupancy.present == 0 {
                return occupancy.left_at;
            }
        }
        tokio::select! {
            () = session.ended.cancelled() => return Instant::now(),
            () = left => {}
        }
    }
}
