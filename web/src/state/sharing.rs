//! Sharing the session: links with which others look at it.

use std::collections::BTreeMap;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use sockyard_protocol::answer::Shared;
use sockyard_protocol::call::{SessionInfoCall, SessionShare, SessionUnshare};
use sockyard_protocol::hello::ShareInfo;

use super::Page;
use crate::model::address::Fragment;
use crate::model::outcome::CallError;

/// How often the list is asked for while it is shown: it says how many look.
const LIST_EVERY: Duration = Duration::from_secs(2);

/// What the dialog shows.
#[derive(Clone, Copy)]
pub(crate) struct Sharing {
    /// Whether the dialog is open.
    pub(crate) is_open: RwSignal<bool>,
    /// The line that its links lead to.
    pub(crate) line: RwSignal<Option<u64>>,
    /// The session's shares, the newest first; none before the server has told them.
    pub(crate) shares: RwSignal<Option<Vec<ShareInfo>>>,
    /// The tokens of the shares that were made in this page. The server tells a token once, when it is made.
    pub(crate) tokens: RwSignal<BTreeMap<String, String>>,
    /// Why the last share could not be made, taken back or listed.
    pub(crate) error: RwSignal<Option<CallError>>,
}

impl Sharing {
    pub(super) fn new() -> Sharing {
        Sharing {
            is_open: RwSignal::new(false),
            line: RwSignal::new(None),
            shares: RwSignal::new(None),
            tokens: RwSignal::new(BTreeMap::new()),
            error: RwSignal::new(None),
        }
    }

    /// Another session has other shares.
    pub(super) fn start_over(self) {
        self.is_open.set(false);
        self.shares.set(None);
        self.tokens.set(BTreeMap::new());
        self.error.set(None);
    }
}

impl Page {
    /// Opens the dialog.
    pub(crate) fn open_sharing(self) {
        self.open_sharing_of(None);
    }

    /// Opens the dialog; its links lead to a line.
    pub(crate) fn open_sharing_of(self, line: Option<u64>) {
        if self.may_call_now() {
            self.sharing.line.set(line);
            self.sharing.error.set(None);
            self.sharing.is_open.set(true);
        }
    }

    /// Keeps the list of shares true while the dialog is open.
    pub(crate) fn keep_shares(self) {
        let Sharing { is_open, .. } = self.sharing;
        Effect::new(move |earlier: Option<Option<IntervalHandle>>| {
            if let Some(handle) = earlier.flatten() {
                handle.clear();
            }
            is_open.get().then(|| {
                self.list_shares();
                set_interval_with_handle(move || self.list_shares(), LIST_EVERY).ok()
            })?
        });
    }

    fn list_shares(self) {
        #[derive(Deserialize)]
        struct Info {
            shares: Vec<ShareInfo>,
        }
        spawn_local(async move {
            let Ok(answer) = self.connection.call(SessionInfoCall {}).await else { return };
            let Ok(Info { mut shares }) = serde_json::from_value(answer) else { return };
            shares.reverse();
            if self.sharing.shares.with_untracked(|shown| shown.as_ref() != Some(&shares)) {
                self.sharing.shares.set(Some(shares));
            }
        });
    }

    /// Makes a share; `made` follows a success.
    pub(crate) fn share(self, label: &str, made: impl FnOnce() + 'static) {
        let label = Some(label.trim().to_owned()).filter(|label| !label.is_empty());
        let Sharing { tokens, error, .. } = self.sharing;
        error.set(None);
        spawn_local(async move {
            match self.connection.call(SessionShare { label }).await {
                Ok(answer) => {
                    if let Ok(Shared { share, token }) = serde_json::from_value(answer) {
                        tokens.update(|tokens| {
                            tokens.insert(share, token);
                        });
                    }
                    made();
                    self.list_shares();
                }
                Err(failed) => error.set(Some(failed)),
            }
        });
    }

    /// Takes a share back: whoever looks with it is cut off at once.
    pub(crate) fn unshare(self, share: String) {
        let Sharing { tokens, error, .. } = self.sharing;
        error.set(None);
        spawn_local(async move {
            match self.connection.call(SessionUnshare { share: share.clone() }).await {
                Ok(_) => tokens.update(|tokens| {
                    tokens.remove(&share);
                }),
                Err(failed) => error.set(Some(failed)),
            }
            self.list_shares();
        });
    }

    /// The link of a share that was made in this page.
    pub(crate) fn share_link(self, share: &str) -> Option<String> {
        let token = self.sharing.tokens.with(|tokens| tokens.get(share).cloned())?;
        let session =
            self.connection.hello.with(|hello| hello.as_ref().map(|hello| hello.session.clone()))?;
        let line = self.sharing.line.get();
        let fragment = Fragment { session: Some(session), share: Some(token), line, ..Fragment::default() };
        Some(address_with(&fragment))
    }
}

/// This page's address with a fragment.
pub(super) fn address_with(fragment: &Fragment) -> String {
    let location = window().location();
    let (origin, path) = (location.origin().unwrap_or_default(), location.pathname().unwrap_or_default());
    format!("{origin}{path}{}", fragment.write())
}
