//! `packets.read`.

use std::sync::Arc;

use sockyard_protocol::answer::PacketsPage as Answered;
use sockyard_protocol::call::{PACKETS_READ_MAX, PacketsRead};
use sockyard_protocol::{Answer, Fault};

use super::{Caller, lab};
use crate::network::{PacketChanges, PacketsPage};
use crate::session::Session;

pub(super) async fn read(
    session: &Arc<Session>,
    call: &PacketsRead,
    caller: &Caller,
) -> Result<Answer, Fault> {
    let record = lab::of(session, "packets.read")?.record();
    if call.timeout_ms.is_some() {
        let patience = caller.patience(call.timeout_ms);
        // However the wait ends, what is there then is the answer.
        patience.bound(&session.ended, record.after(call.after, call.changes_after)).await.ok();
    }
    // The changes first: what a packet becomes in between is then in the packet, or told the next time, or both.
    let limit = if call.changes_after.is_some() { PACKETS_READ_MAX } else { 0 };
    let PacketChanges { changes, oldest: oldest_change, newest: newest_change } =
        record.changes(call.changes_after.unwrap_or(0), limit);
    let PacketsPage { packets, oldest, newest, more, skipped: _ } =
        record.read(call.after, call.limit, call.data);
    Ok(Answered { packets, oldest, newest, more, changes, oldest_change, newest_change }.into())
}
