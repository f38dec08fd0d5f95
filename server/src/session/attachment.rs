//! Who is there: the reason that a session lives, and its end when nobody comes back.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use sockyard_protocol::Fault;
use tokio::time::{Instant, sleep_until};

use super::{Rights, Session};
use crate::metrics;

/// How many are there, and when the last of them left. Who only looks keeps no session alive.
#[derive(Debug)]
pub(super) struct Occupancy {
    present: usize,
    connections: usize,
    /// Connections that only look.
    readers: usize,
    left_at: Instant,
}

impl Occupancy {
    pub(super) fn new() -> Occupancy {
        Occupancy { present: 0, connections: 0, readers: 0, left_at: Instant::now() }
    }

    /// Those that may do everything, and those that only look.
    pub(super) fn connections(&self) -> (usize, usize) {
        (self.connections, self.readers)
    }
}

/// Somebody who uses the session: a connection, or a single request for as long as it takes. While there is one the
/// session does not end by itself, unless all of them only look.
#[derive(Debug)]
pub(crate) struct Presence {
    session: Arc<Session>,
    rights: Rights,
}

impl Presence {
    /// # Errors
    /// Code 7 where the session has just ended.
    pub(crate) fn new(session: Arc<Session>, rights: Rights) -> Result<Presence, Fault> {
        if !rights.only_look() {
            session.occupancy().present += 1;
        }
        let presence = Presence { session, rights };
        match presence.session.ended_by() {
            None => Ok(presence),
            Some(_) => Err(Fault::no_such_session()),
        }
    }

    pub(crate) fn session(&self) -> &Arc<Session> {
        &self.session
    }

    pub(crate) fn rights(&self) -> &Rights {
        &self.rights
    }

    /// Completes once the share was taken back that it came with, or the token revoked that opened the session.
    pub(crate) async fn revoked(&self) {
        tokio::select! {
            () = self.rights.revoked() => {}
            () = self.session.grant_over() => {}
        }
    }

    /// Whether that has happened.
    pub(crate) fn is_revoked(&self) -> bool {
        self.rights.are_revoked() || self.session.is_grant_over()
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        if self.rights.only_look() {
            return;
        }
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
    presence: Arc<Presence>,
}

impl Attachment {
    /// # Errors
    /// Code 6 where the session has as many connections as it may.
    pub(crate) fn new(presence: Arc<Presence>) -> Result<Attachment, Fault> {
        let limits = &presence.session.limits;
        {
            let mut occupancy = presence.session.occupancy();
            let (quota, most, count) = match presence.rights {
                Rights::Full => ("connections", limits.connections, &mut occupancy.connections),
                Rights::Read(_) => ("readers", limits.readers, &mut occupancy.readers),
            };
            if *count >= most {
                // Not under the lock: the presence locks it again when it goes.
                drop(occupancy);
                let fault = Fault::quota(quota, most as u64);
                metrics::failed(&fault);
                return Err(fault);
            }
            *count += 1;
        }
        if let Rights::Read(share) = &presence.rights {
            share.connections().fetch_add(1, Ordering::Relaxed);
        }
        Ok(Attachment { presence })
    }

    pub(crate) fn session(&self) -> &Arc<Session> {
        self.presence.session()
    }

    pub(crate) fn rights(&self) -> &Rights {
        self.presence.rights()
    }

    /// See [`Presence::revoked`].
    pub(crate) async fn revoked(&self) {
        self.presence.revoked().await;
    }

    /// See [`Presence::is_revoked`].
    pub(crate) fn is_revoked(&self) -> bool {
        self.presence.is_revoked()
    }
}

impl Drop for Attachment {
    fn drop(&mut self) {
        let Presence { session, rights } = &*self.presence;
        match rights {
            Rights::Full => session.occupancy().connections -= 1,
            Rights::Read(share) => {
                session.occupancy().readers -= 1;
                share.connections().fetch_sub(1, Ordering::Relaxed);
            }
        }
    }
}

/// Completes once nobody has been there for the grace time, or somebody else ends the session.
pub(super) async fn abandoned(session: &Session) {
    loop {
        let left_at = nobody_there(session).await;
        let Some(due) = left_at.checked_add(session.limits.grace) else {
            return session.ended.cancelled().await;
        };
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
            return;
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
