//! `socket.configure`: streaming and responders (section 5).

use std::sync::Arc;

use sockyard_protocol::call::SocketConfigure;
use sockyard_protocol::{Answer, Fault};

use crate::session::Session;
use crate::session::responder::ReadyResponder;

pub(super) fn perform(session: &Arc<Session>, call: &SocketConfigure) -> Result<Answer, Fault> {
    let slot = session.slot(call.socket)?;
    let ready = match &call.responder {
        Some(Some(responder)) => Some(Arc::new(ReadyResponder::new(responder)?)),
        Some(None) | None => None,
    };
    let answer = {
        let mut settings = slot.settings();
        settings.receive = call.receive.unwrap_or(settings.receive);
        settings.accept = call.accept.unwrap_or(settings.accept);
        if let Some(responder) = &call.responder {
            settings.responder = responder.clone();
            settings.ready = ready;
        }
        settings.answer()
    };
    session.run_streams(slot.slot());
    Ok(answer.into())
}
