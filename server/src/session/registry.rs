//! Every session of the server, by id.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sockyard_protocol::Fault;
use sockyard_protocol::hello::{NetworkKind, Used};

use super::attachment::abandoned;
use super::responders::Responders;
use super::{Limits, Presence, Rights, Session, SessionParts};
use crate::errno;
use crate::metrics::{self, Ending};
use crate::network::{Labs, Network};
use crate::policy::{Policy, UnixRoot};
use crate::quotas::{Client, Place, Quotas};
use crate::secret::{self, Token};
use crate::tokens::{Grant, Scope};

/// What the registry makes sessions of.
#[derive(Debug)]
pub(crate) struct RegistryOptions {
    pub(crate) limits: Limits,
    /// Among them how many sessions there may be. Idle they cost some 2 KiB each; their sockets and logs are bounded by
    /// [`Limits`].
    pub(crate) quotas: Arc<Quotas>,
    pub(crate) policy: Arc<Policy>,
    pub(crate) unix_root: Arc<UnixRoot>,
    pub(crate) tells_directory: bool,
    /// What makes labs, or why there are none.
    pub(crate) labs: Result<Arc<Labs>, String>,
    /// Where sessions live that do not say; with labs it is where all of them do.
    pub(crate) network: NetworkKind,
}

/// Whoever opens a session.
#[derive(Clone, Debug)]
pub(crate) struct Opener {
    pub(crate) client: Arc<Client>,
    /// What the token gives that they showed; none where it was the owner's, or the server wants none.
    pub(crate) grant: Option<Arc<Grant>>,
}

/// The sessions of a server.
#[derive(Debug)]
pub(crate) struct Registry {
    options: RegistryOptions,
    network: Arc<Network>,
    /// For tokens without the scope `egress`: loopback alone, whatever the operator's rules open to others.
    inner: (Arc<Policy>, Arc<Network>),
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
        let carrier = options.labs.as_ref().ok().map(|labs| labs.facts().carrier);
        Arc::new(Registry {
            network: Network::host(options.policy.is_confined(), carrier),
            inner: (options.policy.without_egress(), Network::host(true, carrier)),
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
    pub(crate) async fn open(
        self: &Arc<Self>,
        opener: &Opener,
        asked: Option<NetworkKind>,
    ) -> Result<Presence, Fault> {
        let Opener { client, grant } = opener;
        let payers = self.options.quotas.payers(client, grant.as_ref().map(|grant| grant.id()));
        let places = payers.take(Place::Sessions).inspect_err(|fault| {
            metrics::failed(fault);
            tracing::debug!(quota = fault.data.quota, "a session is refused");
        })?;
        if self.options.quotas.keep_too_much() {
            self.trim();
        }
        let (policy, network) = self.network(opener, asked).await?;
        let RegistryOptions { limits, unix_root, tells_directory, .. } = &self.options;
        let opened = self.open_with(SessionParts {
            limits: *limits,
            network: Arc::clone(&network),
            policy,
            grant: grant.clone(),
            payers,
            places,
            keeper: self.options.quotas.keeper(),
            unix_root,
            tells_directory: *tells_directory && grant.is_none(),
            responders: Arc::clone(&self.responders),
        });
        if opened.is_err() {
            network.close().await;
        }
        opened
    }

    /// Whether there is room for one session more, of whoever asks.
    ///
    /// # Errors
    /// The limit that is reached.
    pub(crate) fn has_room(&self, opener: &Opener) -> Result<(), Fault> {
        let Opener { client, grant } = opener;
        let payers = self.options.quotas.payers(client, grant.as_ref().map(|grant| grant.id()));
        // The places are given back at once.
        payers.take(Place::Sessions).map(drop)
    }

    /// A network of the kind that is asked for, and what may be reached in it.
    async fn network(
        &self,
        opener: &Opener,
        asked: Option<NetworkKind>,
    ) -> Result<(Arc<Policy>, Arc<Network>), Fault> {
        match (self.options.network, asked) {
            (NetworkKind::Lab, Some(NetworkKind::Host)) => {
                Err(Fault::bad_params("network", "the sessions of this server live in labs only"))
            }
            (NetworkKind::Host, None | Some(NetworkKind::Host)) => {
                let goes_out = opener.grant.as_ref().is_none_or(|grant| grant.scopes().has(Scope::Egress));
                Ok(match goes_out {
                    true => (Arc::clone(&self.options.policy), Arc::clone(&self.network)),
                    false => self.inner.clone(),
                })
            }
            (NetworkKind::Lab, _) | (_, Some(NetworkKind::Lab)) => {
                let labs = self.options.labs.as_ref().map_err(|why| {
                    Fault::bad_params("network", &format!("this server has no labs: {why}"))
                })?;
                let labs = Arc::clone(labs);
                let keeper = self.options.quotas.keeper();
                let made = tokio::task::spawn_blocking(move || labs.make_first()).await;
                let made = made.map_err(|_| Fault::internal())?;
                let lab = made
                    .and_then(|made| made.start(keeper))
                    .map_err(|error| errno::fault("unshare", &error))?;
                Ok((Policy::lab(lab.names()), self.network.with_lab(lab)))
            }
        }
    }

    fn open_with(self: &Arc<Self>, parts: SessionParts<'_>) -> Result<Presence, Fault> {
        let grant = parts.grant.clone();
        let session = {
            let mut sessions = self.lock();
            if sessions.closed {
                let fault = Fault::quota("sessions", 0);
                metrics::failed(&fault);
                return Err(fault);
            }
            let session = Session::new(format!("s_{}", secret::hex(8)), Token::random(), parts);
            sessions.by_id.insert(session.id.clone(), Arc::clone(&session));
            session
        };
        metrics::session_opened();
        let token = grant.as_ref().map(|grant| grant.name());
        tracing::info!(session = session.id, token, "session opened");
        let presence = Presence::new(Arc::clone(&session), Rights::Full)?;
        let registry = Arc::clone(self);
        tokio::spawn(async move {
            let why = tokio::select! {
                () = abandoned(&session) => Ending::Abandoned,
                why = session.overdue() => why,
            };
            session.end(why).await;
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

    /// Brings every session's log and packets down to their part.
    fn trim(&self) {
        for session in self.all() {
            session.log.trim();
            if let Some(lab) = session.network.lab() {
                lab.record().trim();
            }
        }
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
