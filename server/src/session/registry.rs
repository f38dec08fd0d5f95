//! Every session of the server, by id.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sockyard_protocol::Fault;
use sockyard_protocol::hello::{NetworkKind, Used};

use super::attachment::end_when_abandoned;
use super::responders::Responders;
use super::{Limits, Presence, Rights, Session, SessionParts};
use crate::errno;
use crate::metrics::{self, Ending};
use crate::network::{Labs, Network};
use crate::policy::Policy;
use crate::secret::{self, Token};

/// What the registry makes sessions of.
#[derive(Debug)]
pub(crate) struct RegistryOptions {
    pub(crate) limits: Limits,
    /// Most sessions at once. Idle they cost some 2 KiB each; their sockets and logs are bounded by [`Limits`].
    pub(crate) sessions_max: u32,
    pub(crate) policy: Arc<Policy>,
    pub(crate) unix_directory: PathBuf,
    pub(crate) tells_directory: bool,
    /// What makes labs, or why there are none.
    pub(crate) labs: Result<Arc<Labs>, String>,
    /// Where sessions live that do not say; with labs it is where all of them do.
    pub(crate) network: NetworkKind,
}

/// The sessions of a server.
#[derive(Debug)]
pub(crate) struct Registry {
    options: RegistryOptions,
    network: Arc<Network>,
    responders: Arc<Responders>,
    sessions: Mutex<Sessions>,
}

#[derive(Debug, Default)]
struct Sessions {
    by_id: HashMap<String, Arc<Session>>,
    /// The server goes down, and nothing new comes in.
    closed: bool,
}

/// What all sessions together hold at one moment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Load {
    pub(crate) sessions: u64,
    pub(crate) waiting_calls: u64,
    pub(crate) waiting_bytes: u64,
    pub(crate) log_events: u64,
    pub(crate) log_bytes: u64,
}

impl Registry {
    pub(crate) fn new(options: RegistryOptions) -> Arc<Registry> {
        Arc::new(Registry {
            network: Network::host(options.policy.is_confined(), options.labs.is_ok()),
            options,
            responders: Arc::default(),
            sessions: Mutex::default(),
        })
    }

    /// Opens a session, with whoever opened it there.
    ///
    /// # Errors
    /// Code 6 where there are as many as may be, `-32602` for a network that this server does not have, code 1 where the kernel
    /// gives no lab.
    pub(crate) async fn open(self: &Arc<Self>, network: Option<NetworkKind>) -> Result<Presence, Fault> {
        self.check_room(&self.lock())?;
        let network = self.network(network).await?;
        let opened = self.open_in(Arc::clone(&network));
        if opened.is_err() {
            network.close().await;
        }
        opened
    }

    /// A network of the kind that is asked for.
    async fn network(&self, asked: Option<NetworkKind>) -> Result<Arc<Network>, Fault> {
        match (self.options.network, asked) {
            (NetworkKind::Lab, Some(NetworkKind::Host)) => {
                Err(Fault::bad_params("network", "the sessions of this server live in labs only"))
            }
            (NetworkKind::Host, None | Some(NetworkKind::Host)) => Ok(Arc::clone(&self.network)),
            (NetworkKind::Lab, _) | (_, Some(NetworkKind::Lab)) => {
                let labs = self.options.labs.as_ref().map_err(|why| {
                    Fault::bad_params("network", &format!("this server has no labs: {why}"))
                })?;
                let labs = Arc::clone(labs);
                let made = tokio::task::spawn_blocking(move || labs.make()).await;
                let made = made.map_err(|_| Fault::internal())?;
                let lab =
                    made.and_then(|made| made.start()).map_err(|error| errno::fault("unshare", &error))?;
                Ok(self.network.with_lab(lab))
            }
        }
    }

    fn check_room(&self, sessions: &Sessions) -> Result<(), Fault> {
        let most = if sessions.closed { 0 } else { self.options.sessions_max };
        if sessions.by_id.len() >= most as usize {
            let fault = Fault::quota("sessions", most.into());
            metrics::failed(&fault);
            return Err(fault);
        }
        Ok(())
    }

    fn open_in(self: &Arc<Self>, network: Arc<Network>) -> Result<Presence, Fault> {
        let RegistryOptions { limits, policy, unix_directory, tells_directory, .. } = &self.options;
        let parts = SessionParts {
            limits: *limits,
            policy: network.names().map_or_else(|| Arc::clone(policy), Policy::lab),
            network,
            unix_directory,
            tells_directory: *tells_directory,
            responders: Arc::clone(&self.responders),
        };
        let session = {
            let mut sessions = self.lock();
            self.check_room(&sessions)?;
            let session = Session::new(format!("s_{}", secret::hex(8)), Token::random(), parts);
            sessions.by_id.insert(session.id.clone(), Arc::clone(&session));
            session
        };
        metrics::session_opened();
        tracing::info!(session = session.id, "session opened");
        let presence = Presence::new(Arc::clone(&session), Rights::Full)?;
        let registry = Arc::clone(self);
        tokio::spawn(async move {
            end_when_abandoned(&session).await;
            // Whoever began its end, it is known until its sockets are closed.
            session.ended.cancelled().await;
            registry.lock().by_id.remove(&session.id);
        });
        Ok(presence)
    }

    /// Comes to the session of that id, if the token is its own or one of its shares'.
    ///
    /// # Errors
    /// Code 7, whichever of the two is wrong.
    pub(crate) fn enter(&self, id: &str, token: &str) -> Result<Presence, Fault> {
        let session = self.lock().by_id.get(id).cloned().ok_or_else(Fault::no_such_session)?;
        let rights = session.rights_of(token).ok_or_else(Fault::no_such_session)?;
        Presence::new(session, rights)
    }

    /// The longest message that a session takes.
    pub(crate) fn message_bytes(&self) -> usize {
        self.options.limits.message_bytes
    }

    /// The shutdown: ends every session and lets none be opened any more.
    pub(crate) async fn end_all(&self) {
        self.lock().closed = true;
        let mut ends = tokio::task::JoinSet::new();
        for session in self.all() {
            ends.spawn(async move { session.end(Ending::Shutdown).await });
        }
        while ends.join_next().await.is_some() {}
    }

    /// What all sessions hold together.
    pub(crate) fn load(&self) -> Load {
        let mut load = Load::default();
        for session in self.all() {
            let Used { log_events, log_bytes, waiting_calls, waiting_bytes, .. } = session.used();
            load.sessions += 1;
            load.waiting_calls += waiting_calls as u64;
            load.waiting_bytes += waiting_bytes as u64;
            load.log_events += log_events as u64;
            load.log_bytes += log_bytes as u64;
        }
        load
    }

    fn all(&self) -> Vec<Arc<Session>> {
        self.lock().by_id.values().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
