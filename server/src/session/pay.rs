//! What a session's calls and bytes cost, and for how long whoever opened it may go on.

use std::sync::atomic::Ordering;
use std::time::Duration;

use sockyard_protocol::call::SocketSend;
use sockyard_protocol::{Call, Fault};
use tokio::time::{Instant, sleep, sleep_until};

use super::{Rights, Session};
use crate::metrics::{self, Ending};
use crate::quotas::Flow;

impl Session {
    /// Whether whoever has these rights may make the call now. Asked once for each call, by every transport.
    ///
    /// # Errors
    /// Code 2 where the rights or the token's scopes are too few, code 6 where a rate is used up. Both are events, but for what
    /// somebody wanted who only looks and leaves no trace in the log.
    pub(crate) fn permit(&self, rights: &Rights, call: &Call) -> Result<(), Fault> {
        self.allow(rights, call).inspect_err(|fault| self.refuse(rights, call, fault))
    }

    /// The same, and leaves it to the caller to [`refuse`](Session::refuse) the call.
    ///
    /// # Errors
    /// As of [`Session::permit`].
    pub(crate) fn allow(&self, rights: &Rights, call: &Call) -> Result<(), Fault> {
        self.may_make(rights, call).and_then(|()| self.pay_for(rights, call))
    }

    /// Logs and counts that a call is not permitted.
    pub(crate) fn refuse(&self, rights: &Rights, call: &Call, fault: &Fault) {
        match rights.only_look() {
            true => metrics::failed(fault),
            false => self.log_failure(call, fault),
        }
        self.count(call, Some(fault), Duration::ZERO);
    }

    fn may_make(&self, rights: &Rights, call: &Call) -> Result<(), Fault> {
        let name = super::calls::bsd_name(call);
        if rights.only_look() && !call.only_looks() {
            return Err(Rights::denied(name));
        }
        match self.grant.as_ref().and_then(|grant| grant.scopes().lacking(call)) {
            None => Ok(()),
            Some(scope) => {
                let why = format!("the token that opened this session lacks the scope {}", scope.name());
                Err(Fault::denied(name, "token_scope", why)
                    .with_hint("`sockyard token create NAME --scope …` makes a token with other scopes"))
            }
        }
    }

    fn pay_for(&self, rights: &Rights, call: &Call) -> Result<(), Fault> {
        if rights.only_look() {
            return self.payers.pay_for_look();
        }
        self.touch();
        self.payers.pay(Flow::Calls, 1)?;
        match call {
            Call::SocketSend(SocketSend { data, .. }) => self.payers.pay(Flow::Bytes, data.size_hint()),
            // How much it brings is not known before; here it is only asked whether what came before is paid for.
            Call::SocketRecv(_) => self.payers.pay(Flow::Bytes, 0),
            _ => Ok(()),
        }
    }

    /// Pays for a binary frame, which has no answer that could refuse it: how long it has to wait.
    pub(crate) fn pay_for_frame(&self, bytes: usize) -> Option<Duration> {
        self.touch();
        self.payers.owe(Flow::Calls, 1).max(self.payers.owe(Flow::Bytes, bytes))
    }

    /// Pays for what a socket has received and cannot give back: how long to wait until more is received.
    pub(super) fn pay_for_received(&self, bytes: usize) -> Option<Duration> {
        self.payers.owe(Flow::Bytes, bytes)
    }

    fn touch(&self) {
        if self.limits.idle.is_some() {
            self.active.store(true, Ordering::Relaxed);
        }
    }

    /// Completes once the token that opened the session was revoked or has expired.
    pub(super) async fn grant_over(&self) {
        match &self.grant {
            Some(grant) => grant.over().await,
            None => std::future::pending().await,
        }
    }

    pub(super) fn is_grant_over(&self) -> bool {
        self.grant.as_ref().is_some_and(|grant| grant.is_over())
    }

    /// Completes once the session has come to an end of its time, with the reason.
    pub(super) async fn overdue(&self) -> Ending {
        tokio::select! {
            () = self.grant_over() => Ending::Revoked,
            () = self.too_old() => Ending::Lifetime,
            () = self.too_quiet() => Ending::Idle,
        }
    }

    async fn too_old(&self) {
        let due = self.limits.lifetime.and_then(|lifetime| Instant::now().checked_add(lifetime));
        match due {
            Some(due) => sleep_until(due).await,
            None => std::future::pending().await,
        }
    }

    async fn too_quiet(&self) {
        let Some(idle) = self.limits.idle else { return std::future::pending().await };
        // Looked at more often than that, so that it ends at most a fifth of the time too late.
        let mut quiet = 0;
        while quiet < 5 {
            sleep(idle / 5).await;
            quiet = if self.active.swap(false, Ordering::Relaxed) { 0 } else { quiet + 1 };
        }
    }
}
