//! A connection's hold on its session.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use sockyard_protocol::Fault;
use sockyard_protocol::event::ClosedBy;

use super::Session;

/// While it exists the session counts the connection; when the last one goes, the grace time begins.
#[derive(Debug)]
pub(crate) struct Attachment {
    session: Arc<Session>,
}

impl Attachment {
    /// # Errors
    /// Code 6 where the session has as many connections as it may, code 7 where it has just ended.
    pub(crate) fn new(session: Arc<Session>) -> Result<Attachment, Fault> {
        let most = session.limits.connections;
        let attached =
            session.connections.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |connections| {
                (connections < most).then_some(connections + 1)
            });
        attached.map_err(|_| Fault::quota("connections", most as u64))?;
        session.attachments.fetch_add(1, Ordering::Relaxed);
        let attachment = Attachment { session };
        if attachment.session.ended_by().is_some() {
            return Err(Fault::no_such_session());
        }
        Ok(attachment)
    }

    pub(crate) fn session(&self) -> &Arc<Session> {
        &self.session
    }
}

impl Drop for Attachment {
    fn drop(&mut self) {
        if self.session.connections.fetch_sub(1, Ordering::Relaxed) > 1 || self.session.ended_by().is_some() {
            return;
        }
        let session = Arc::clone(&self.session);
        let attachments = session.attachments.load(Ordering::Relaxed);
        tokio::spawn(async move {
            tokio::select! {
                () = session.ended.cancelled() => return,
                () = tokio::time::sleep(session.limits.grace) => {}
            }
            if session.attachments.load(Ordering::Relaxed) == attachments {
                tracing::info!(session = session.id, "session ended: nobody came back");
                session.end(ClosedBy::Session).await;
            }
        });
    }
}
