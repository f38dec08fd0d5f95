//! `socket.close` and `session.close`.

use std::sync::Arc;

use sockyard_protocol::answer::Done;
use sockyard_protocol::call::SocketClose;
use sockyard_protocol::event::ClosedBy;
use sockyard_protocol::{Answer, Fault};

use crate::metrics::Ending;
use crate::session::Session;

pub(super) async fn perform(session: &Arc<Session>, call: &SocketClose) -> Result<Answer, Fault> {
    let slot = session.remove_slot(call.socket)?;
    session.close_slot(slot, ClosedBy::Client, call.linger_s).await;
    Ok(Done {}.into())
}

pub(super) async fn session(session: &Arc<Session>) -> Result<Answer, Fault> {
    // Once is enough: a second one would only wait for the first.
    if session.ended_by().is_some() {
        return Err(Fault::no_such_session());
    }
    session.end(Ending::Closed).await;
    Ok(Done {}.into())
}
