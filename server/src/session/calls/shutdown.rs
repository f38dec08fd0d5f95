//! `socket.shutdown`: `shutdown(2)`.

use std::sync::Arc;

use sockyard_protocol::answer::Done;
use sockyard_protocol::call::SocketShutdown;
use sockyard_protocol::{Answer, EventKind, Fault};

use crate::errno;
use crate::session::Session;

pub(super) fn perform(session: &Arc<Session>, call: &SocketShutdown) -> Result<Answer, Fault> {
    let slot = session.slot(call.socket)?;
    let mut log = session.log.record();
    slot.socket.shutdown(call.how).map_err(|error| errno::fault("shutdown", &error))?;
    log.append(Some(call.socket), EventKind::Shutdown { how: call.how }.into());
    Ok(Done {}.into())
}
