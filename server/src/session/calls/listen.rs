//! `socket.listen`: `listen(2)`.

use std::sync::Arc;

use sockyard_protocol::answer::Listening;
use sockyard_protocol::call::SocketListen;
use sockyard_protocol::{Answer, EventKind, Fault};

use crate::engine::Facts;
use crate::errno;
use crate::session::Session;

pub(super) fn perform(session: &Arc<Session>, call: &SocketListen) -> Result<Answer, Fault> {
    let slot = session.slot(call.socket)?;
    let mut log = session.log.record();
    slot.socket.listen(call.backlog).map_err(|error| errno::fault("listen", &error))?;
    let local = session.local_name(&slot.socket);
    let backlog = Facts::backlog_limit(&slot.socket, call.backlog);
    log.append(Some(call.socket), EventKind::Listening { local: local.clone(), backlog }.into());
    drop(log);
    slot.able.notify_waiters();
    Ok(Listening { local, backlog }.into())
}
