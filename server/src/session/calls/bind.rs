//! `socket.bind`: `bind(2)`.

use std::sync::Arc;

use sockyard_protocol::answer::Bound;
use sockyard_protocol::call::SocketBind;
use sockyard_protocol::{Address, Answer, EventKind, Fault};

use crate::engine::Held;
use crate::errno;
use crate::policy::BindTarget;
use crate::session::Session;

pub(super) fn perform(session: &Arc<Session>, call: &SocketBind) -> Result<Answer, Fault> {
    let slot = session.slot(call.socket)?;
    let BindTarget { target, narrowed } =
        session.policy.take(slot.socket.kind(), &call.address, slot.socket.family(), &session.unix_names)?;
    // The holder cannot be closed before the bind is done: somebody else could take its place.
    let holder = session.slots().into_iter().find(|other| {
        other.number != call.socket
            && other.socket.family() == slot.socket.family()
            && other.socket.kind() == slot.socket.kind()
            && other.socket.lets_share(target.get())
    });
    let held = if holder.is_some() { Held::BySession } else { Held::No };
    let mut log = session.log.record();
    slot.socket.bind(&target, held).map_err(|error| errno::fault("bind", &error))?;
    if let Address::Unix(name) = &call.address {
        slot.settings().bound_file = Some(name.clone());
    }
    let local = session.local_name(&slot.socket);
    let asked = Some(call.address.to_string()).filter(|asked| *asked != local);
    log.append(Some(call.socket), EventKind::Bound { local: local.clone(), narrowed, asked }.into());
    Ok(Bound { local, narrowed }.into())
}
