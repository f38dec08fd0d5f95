//! `packets`: what goes over a lab's wire, for a connection that has asked for it.

use std::sync::Arc;
use std::time::Duration;

use sockyard_protocol::call::PacketsPushed;
use sockyard_protocol::rpc;
use sockyard_protocol::wire::PacketsTold;
use tokio::time::sleep;
use tokio_util::task::AbortOnDropHandle;

use super::outbox::{Outbox, Reply};
use crate::network::{PacketChanges, PacketRecord, PacketsPage};
use crate::session::Session;

/// Between two messages. What comes meanwhile goes along with the next one.
const PACE: Duration = Duration::from_millis(100);

/// Most changes in one message; what is more comes with the next.
const CHANGES_TOGETHER: usize = 1000;

/// Tells of packets until the handle is dropped. While the outbox is full nothing is looked at: a client that does not read
/// costs nothing, and is then told how much it has missed.
pub(super) fn start(
    session: &Arc<Session>,
    record: &Arc<PacketRecord>,
    outbox: &Outbox,
    wanted: PacketsPushed,
) -> AbortOnDropHandle<()> {
    let (session, record, outbox) = (Arc::clone(session), Arc::clone(record), outbox.clone());
    let PacketsPushed { after, data, per_second } = wanted;
    let (newest, mut change) = record.newest();
    let mut after = after.map_or(newest, |after| after.min(newest));
    let most = (u64::from(per_second) * PACE.as_millis() as u64 / 1000).max(1) as usize;
    AbortOnDropHandle::new(tokio::spawn(async move {
        loop {
            tokio::select! {
                () = session.ended().cancelled() => return,
                () = record.after(after, Some(change)) => {}
            }
            // The changes first: a packet that changes in between is then told of as it has become.
            let PacketChanges { changes, oldest, newest: _ } = record.changes(change, CHANGES_TOGETHER);
            let PacketsPage { packets, newest, skipped, .. } = record.sample(after, most, data);
            let skipped_changes = oldest.saturating_sub(change + 1);
            change = changes.last().map_or(change, |last| last.change);
            after = newest;
            let told = PacketsTold { packets, changes, skipped, skipped_changes, newest };
            // Packets are plain values; writing them to memory does not fail.
            let Ok(text) = rpc::request(None, "packets", &told) else { return };
            outbox.send(Reply { text, reservation: None }).await;
            sleep(PACE).await;
        }
    }))
}
