//! The tokens as a running server has them.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use subtle::ConstantTimeEq as _;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::scope::Scopes;
use super::store::{self, Record, Stamp, Uses};
use super::{hash, id_of, now_s};

/// How often the file is looked at while a token is in use. A token that was revoked is dead within this time.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How often the times of use are written while tokens are in use.
const WRITE_EVERY: Duration = Duration::from_secs(10);

/// What one token gives whoever has it, for as long as it lasts.
#[derive(Debug)]
pub(crate) struct Grant {
    record: Record,
    scopes: Scopes,
    used_s: AtomicU64,
    /// Revoked or expired. It never comes back, whatever becomes of the clock.
    ended: CancellationToken,
}

impl Grant {
    fn new(record: Record, used_s: u64) -> Arc<Grant> {
        let scopes = record.scopes.iter().copied().collect();
        Arc::new(Grant { record, scopes, used_s: AtomicU64::new(used_s), ended: CancellationToken::new() })
    }

    /// What the operator calls it.
    pub(crate) fn name(&self) -> &str {
        &self.record.name
    }

    /// Differs from that of every other token.
    pub(crate) fn id(&self) -> &str {
        &self.record.id
    }

    pub(crate) fn scopes(&self) -> Scopes {
        self.scopes
    }

    /// Whether it may be shown from that address.
    pub(crate) fn is_for(&self, client: IpAddr) -> bool {
        self.record.from.is_empty() || self.record.from.iter().any(|network| network.contains(&client))
    }

    /// Whether it was revoked or has expired.
    pub(crate) fn is_over(&self) -> bool {
        if !self.ended.is_cancelled() && self.record.expires_s <= now_s() {
            self.ended.cancel();
        }
        self.ended.is_cancelled()
    }

    /// Completes once it was revoked or has expired.
    pub(crate) async fn over(&self) {
        self.ended.cancelled().await;
    }
}

/// Every token of a server.
#[derive(Debug)]
pub(crate) struct Tokens {
    directory: PathBuf,
    state: Mutex<State>,
    /// A token is in use.
    used: Notify,
    /// Times of use were not written yet.
    is_unwritten: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    /// Of the file that `by_id` was made from; none before the first look.
    seen: Option<Option<Stamp>>,
    by_id: HashMap<String, Arc<Grant>>,
}

impl Tokens {
    /// Those of a data directory.
    pub(crate) fn new(directory: PathBuf) -> Arc<Tokens> {
        Arc::new(Tokens {
            directory,
            state: Mutex::default(),
            used: Notify::new(),
            is_unwritten: AtomicBool::new(false),
        })
    }

    /// What a token gives; nothing where it is unknown, was revoked or has expired.
    pub(crate) fn find(&self, shown: &str) -> Option<Arc<Grant>> {
        let grant = Arc::clone(self.fresh().by_id.get(id_of(shown)?)?);
        let is_same: bool = grant.record.sha256.ct_eq(&hash(shown)).into();
        if !is_same || grant.is_over() {
            return None;
        }
        grant.used_s.store(now_s(), Ordering::Relaxed);
        self.is_unwritten.store(true, Ordering::Relaxed);
        self.used.notify_one();
        Some(grant)
    }

    /// Ends what is revoked or expires while it is in use. Runs as long as the server.
    pub(crate) async fn watch(&self) {
        loop {
            self.used.notified().await;
            let mut written = Instant::now();
            loop {
                tokio::time::sleep(LOOK_EVERY).await;
                let is_used = {
                    let state = self.fresh();
                    // Whatever was opened with a token holds its grant.
                    state.by_id.values().fold(false, |used, grant| {
                        let is_held = Arc::strong_count(grant) > 1;
                        used | (is_held && !grant.is_over())
                    })
                };
                if !is_used || written.elapsed() >= WRITE_EVERY {
                    self.write_uses();
                    written = Instant::now();
                }
                if !is_used {
                    break;
                }
            }
        }
    }

    /// Notes when tokens were last used.
    pub(crate) fn write_uses(&self) {
        if !self.is_unwritten.swap(false, Ordering::Relaxed) {
            return;
        }
        let uses: Uses = {
            let state = self.lock();
            let used = |grant: &Arc<Grant>| (grant.id().to_owned(), grant.used_s.load(Ordering::Relaxed));
            state.by_id.values().map(used).filter(|(_, used_s)| *used_s > 0).collect()
        };
        if let Err(error) = store::write_uses(&self.directory, &uses) {
            tracing::warn!(error = format!("{error:#}"), "when tokens were used is not noted");
        }
    }

    /// The tokens as the file now has them.
    fn fresh(&self) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        let found = store::stamp(&self.directory);
        match &found {
            Ok(stamp) if state.seen == Some(*stamp) => return state,
            _ => {}
        }
        let records = found.map_err(anyhow::Error::from).and_then(|stamp| {
            // Noted before it is read: what is written in between is found at the next look.
            state.seen = Some(stamp);
            store::read(&self.directory)
        });
        let records = records.unwrap_or_else(|error| {
            tracing::error!(error = format!("{error:#}"), "the tokens cannot be read; none is taken");
            Vec::new()
        });
        let uses = store::read_uses(&self.directory);
        let mut before = std::mem::take(&mut state.by_id);
        for record in records {
            // One that was changed is another, and what was opened with it ends.
            let same = match before.get(&record.id) {
                Some(grant) if grant.record == record => before.remove(&record.id),
                _ => None,
            };
            let used_s = uses.get(&record.id).copied().unwrap_or(0);
            let grant = same.unwrap_or_else(|| Grant::new(record, used_s));
            state.by_id.insert(grant.id().to_owned(), grant);
        }
        for (_, gone) in before {
            tracing::info!(token = gone.name(), "token revoked");
            gone.ended.cancel();
        }
        state
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
