//! Shares: tokens with which others look at a session, and what whoever is there may do.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, MutexGuard, PoisonError};

use sockyard_protocol::answer::{Done, Shared};
use sockyard_protocol::call::{SessionShare, SessionUnshare};
use sockyard_protocol::hello::ShareInfo;
use sockyard_protocol::{Answer, Fault};
use tokio_util::sync::CancellationToken;

use super::Session;
use crate::log::now_us;
use crate::secret::{self, Token};

/// One share of a session.
#[derive(Debug)]
pub(crate) struct Share {
    id: String,
    token: Token,
    label: Option<String>,
    created_us: u64,
    /// Connections that are there with it.
    connections: AtomicUsize,
    /// It was taken back.
    revoked: CancellationToken,
}

impl Share {
    fn info(&self) -> ShareInfo {
        ShareInfo {
            share: self.id.clone(),
            label: self.label.clone(),
            created_us: self.created_us,
            connections: self.connections.load(Ordering::Relaxed),
        }
    }

    /// A connection more or less.
    pub(super) fn connections(&self) -> &AtomicUsize {
        &self.connections
    }

    pub(super) fn token(&self) -> &Token {
        &self.token
    }
}

/// What somebody may do in a session.
#[derive(Clone, Debug)]
pub(crate) enum Rights {
    /// Everything: it came with the session's own token, or opened it.
    Full,
    /// Look, for as long as the share lasts.
    Read(Arc<Share>),
}

impl Rights {
    pub(crate) fn only_look(&self) -> bool {
        matches!(self, Rights::Read(_))
    }

    /// Whether they have been taken back.
    pub(crate) fn are_revoked(&self) -> bool {
        match self {
            Rights::Full => false,
            Rights::Read(share) => share.revoked.is_cancelled(),
        }
    }

    /// Completes once they have been taken back.
    pub(crate) async fn revoked(&self) {
        match self {
            Rights::Full => std::future::pending().await,
            Rights::Read(share) => share.revoked.cancelled().await,
        }
    }

    /// Code 2 for `call`, which these rights are too few for.
    pub(crate) fn denied(call: &str) -> Fault {
        Fault::denied(call, "read_only", "a share of a session is for looking only").with_hint(
            "this is a share's token: ask whoever shared the session to do it, or open a session of your own",
        )
    }
}

impl Session {
    /// What the token opens; none where it is no token of this session.
    pub(super) fn rights_of(&self, shown: &str) -> Option<Rights> {
        if self.token.is(shown) {
            return Some(Rights::Full);
        }
        // All of them are compared, so that the time does not tell which one was near.
        let found = self.shares().iter().fold(None, |found, share| match share.token.is(shown) {
            true => Some(Arc::clone(share)),
            false => found,
        });
        found.map(Rights::Read)
    }

    /// `session.share`.
    pub(super) fn share(&self, call: &SessionShare) -> Result<Answer, Fault> {
        let mut shares = self.shares();
        if shares.len() >= self.limits.shares {
            return Err(Fault::quota("shares", self.limits.shares as u64));
        }
        let share = Share {
            id: format!("sh_{}", secret::hex(8)),
            token: Token::random(),
            label: call.label.clone(),
            created_us: now_us(),
            connections: AtomicUsize::new(0),
            revoked: CancellationToken::new(),
        };
        let answer = Shared { share: share.id.clone(), token: share.token.reveal().to_owned() };
        shares.push(Arc::new(share));
        Ok(answer.into())
    }

    /// `session.unshare`.
    pub(super) fn unshare(&self, call: &SessionUnshare) -> Result<Answer, Fault> {
        let mut shares = self.shares();
        let index = shares.iter().position(|share| share.id == call.share);
        let share = shares.remove(index.ok_or_else(Fault::no_such_share)?);
        drop(shares);
        share.revoked.cancel();
        Ok(Done {}.into())
    }

    /// The session's shares.
    pub(crate) fn share_infos(&self) -> Vec<ShareInfo> {
        self.shares().iter().map(|share| share.info()).collect()
    }

    fn shares(&self) -> MutexGuard<'_, Vec<Arc<Share>>> {
        self.shares.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
