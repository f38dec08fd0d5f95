//! `sockets`: kernel facts that a connection has asked to be told of.

use std::sync::Arc;
use std::time::Duration;

use sockyard_protocol::rpc;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::task::AbortOnDropHandle;

use super::outbox::{Outbox, Reply};
use crate::session::{Follower, Session};

/// Tells of the sockets until the handle is dropped. While the outbox is full nothing is looked at, so that a client that
/// does not read costs nothing and gets the newest facts once it does.
pub(super) fn start(session: &Arc<Session>, outbox: &Outbox, every: Duration) -> AbortOnDropHandle<()> {
    let (session, outbox) = (Arc::clone(session), outbox.clone());
    AbortOnDropHandle::new(tokio::spawn(async move {
        let mut follower = Follower::default();
        let mut ticks = interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = session.ended().cancelled() => return,
                _ = ticks.tick() => {}
            }
            let Some(changed) = follower.look(&session).await else { continue };
            // Facts are plain values; writing them to memory does not fail.
            let Ok(text) = rpc::request(None, "sockets", &changed) else { return };
            outbox.send(Reply { text, reservation: None }).await;
        }
    }))
}
