//! Every session of the server, by id.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sockyard_protocol::Fault;
use sockyard_protocol::event::ClosedBy;
use subtle::ConstantTimeEq;

use super::attachment::end_when_abandoned;
use super::responders::Responders;
use super::{Limits, Presence, Session, SessionParts};
use crate::network::Network;
use crate::policy::Policy;
use crate::secret;

/// What the registry makes sessions of.
#[derive(Debug)]
pub(crate) struct RegistryOptions {
    pub(crate) limits: Limits,
    /// Most sessions at once. Idle they cost some 2 KiB each; their sockets and logs are bounded by [`Limits`].
    pub(crate) sessions_max: u32,
    pub(crate) policy: Arc<Policy>,
    pub(crate) unix_directory: PathBuf,
    pub(crate) tells_directory: bool,
}

/// The sessions of a server.
#[derive(Debug)]
pub(crate) struct Registry {
    options: RegistryOptions,
    network: Arc<Network>,
    responders: Arc<Responders>,
    sessions: Mutex<HashMap<String, Arc<Session>>>,
}

impl Registry {
    pub(crate) fn new(options: RegistryOptions) -> Arc<Registry> {
        Arc::new(Registry {
            options,
            network: Network::host(),
            responders: Arc::default(),
            sessions: Mutex::default(),
        })
    }

    /// Opens a session, with whoever opened it there.
    pub(crate) fn open(self: &Arc<Self>) -> Result<Presence, Fault> {
        let RegistryOptions { limits, sessions_max, policy, unix_directory, tells_directory } = &self.options;
        let parts = SessionParts {
            limits: *limits,
            network: Arc::clone(&self.network),
            policy: Arc::clone(policy),
            unix_directory,
            tells_directory: *tells_directory,
            responders: Arc::clone(&self.responders),
        };
        let session = {
            let mut sessions = self.lock();
            if sessions.len() >= *sessions_max as usize {
                return Err(Fault::quota("sessions", (*sessions_max).into()));
            }
            let session = Session::new(format!("s_{}", secret::hex(8)), secret::token(), parts);
            sessions.insert(session.id.clone(), Arc::clone(&session));
            session
        };
        self.forget_at_end(&session);
        tracing::info!(session = session.id, "session opened");
        let presence = Presence::new(Arc::clone(&session))?;
        tokio::spawn(end_when_abandoned(session));
        Ok(presence)
    }

    /// Comes to the session of that id, if the token is its own.
    ///
    /// # Errors
    /// Code 7, whichever of the two is wrong.
    pub(crate) fn enter(&self, id: &str, token: &str) -> Result<Presence, Fault> {
        let session = self.lock().get(id).cloned().ok_or_else(Fault::no_such_session)?;
        let right = bool::from(session.token.as_bytes().ct_eq(token.as_bytes()));
        if right { Presence::new(session) } else { Err(Fault::no_such_session()) }
    }

    /// The longest message that a session takes.
    pub(crate) fn message_bytes(&self) -> usize {
        self.options.limits.message_bytes
    }

    /// Ends every session.
    pub(crate) async fn end_all(&self, by: ClosedBy) {
        let sessions: Vec<_> = self.lock().values().cloned().collect();
        let mut ends = tokio::task::JoinSet::new();
        for session in sessions {
            ends.spawn(async move { session.end(by).await });
        }
        while ends.join_next().await.is_some() {}
    }

    fn forget_at_end(self: &Arc<Self>, session: &Arc<Session>) {
        let (registry, session) = (Arc::clone(self), Arc::clone(session));
        tokio::spawn(async move {
            session.ended.cancelled().await;
            registry.lock().remove(&session.id);
        });
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Session>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
