//! `socket.watch` and `socket.series`.

use std::sync::Arc;
use std::time::Duration;

use sockyard_protocol::answer::{Series as Answered, Watched};
use sockyard_protocol::call::{SocketSeries, SocketWatch};
use sockyard_protocol::{Answer, Fault};

use super::{Caller, interrupted};
use crate::engine::{Interrupted, TcpFacts};
use crate::errno;
use crate::session::Session;
use crate::session::series::Page;

pub(super) fn watch(session: &Arc<Session>, call: &SocketWatch) -> Result<Answer, Fault> {
    let slot = session.slot(call.socket)?;
    // What has no `TCP_INFO` is refused by the kernel, and now.
    TcpFacts::of(&slot.socket).map_err(|error| errno::fault("getsockopt", &error))?;
    match call.every_ms {
        0 => session.unwatch(&slot),
        every_ms => session.watch(slot.slot(), Duration::from_millis(every_ms.into()))?,
    }
    Ok(Watched { every_ms: call.every_ms }.into())
}

pub(super) async fn read(
    session: &Arc<Session>,
    call: &SocketSeries,
    caller: &Caller,
) -> Result<Answer, Fault> {
    let slot = session.slot(call.socket)?;
    if call.timeout_ms.is_some() {
        let patience = caller.patience(call.timeout_ms);
        match slot.socket.unless_closed(slot.series.after(call.after), &patience).await {
            // What is there then is the answer, as with other pages.
            Ok(()) | Err(Interrupted::TimedOut) => {}
            Err(why) => return Err(interrupted("series", why)),
        }
    }
    let Page { samples, oldest, newest, every } = slot.series.read(call.after, call.limit);
    let more = samples.last().is_some_and(|sample| sample.sample < newest);
    let every_ms = every.as_millis() as u32;
    Ok(Answered { samples, oldest, newest, more, every_ms }.into())
}
