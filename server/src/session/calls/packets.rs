//! `packets.read`.

use std::sync::Arc;

use sockyard_protocol::answer::PacketsPage as Answered;
use sockyard_protocol::call::PacketsRead;
use sockyard_protocol::{Answer, Fault};

use super::Caller;
use crate::network::PacketsPage;
use crate::session::Session;

pub(super) async fn read(
    session: &Arc<Session>,
    call: &PacketsRead,
    caller: &Caller,
) -> Result<Answer, Fault> {
    let Some(lab) = session.network.lab() else {
        let why = "this session lives in this machine's own network";
        return Err(Fault::denied("packets.read", "no_lab", why)
            .with_hint("packets are seen in a lab only; open a session with network=lab"));
    };
    let record = lab.record();
    if call.timeout_ms.is_some() {
        let patience = caller.patience(call.timeout_ms);
        // However the wait ends, what is there then is the answer.
        patience.bound(&session.ended, record.after(call.after)).await.ok();
    }
    let PacketsPage { packets, oldest, newest, more } = record.read(call.after, call.limit, call.data);
    Ok(Answered { packets, oldest, newest, more }.into())
}
