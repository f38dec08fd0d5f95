//! The keys: the owner token for every tab, the session for this one, and the shared session that it looks at.
//!
//! They are kept here, and the browser's storage holds a copy: a browser may refuse to store anything.

use std::cell::RefCell;

use leptos::prelude::window;

use super::target::SessionKey;
use crate::browser_storage::{local, read, remove, tab, write};
use crate::model::address::Fragment;

const TOKEN: &str = "sockyard.token";
const SESSION: &str = "sockyard.session";
const SESSION_TOKEN: &str = "sockyard.session-token";
const SHARED: &str = "sockyard.shared";
const SHARED_TOKEN: &str = "sockyard.shared-token";

/// The keys of this page.
pub(super) struct Keys {
    token: RefCell<Option<String>>,
    session: RefCell<Option<SessionKey>>,
    /// Somebody's session, while the page looks at it. The tab's own one is kept beside it, to come back to.
    shared: RefCell<Option<SessionKey>>,
}

/// What the address told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// There was an owner's token.
    pub(super) token: bool,
    /// Another session is to be shown.
    pub(super) another: bool,
    /// A line to go to.
    pub(super) line: Option<LineLink>,
}

/// A line that a link leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LineLink {
    /// Its session.
    pub(crate) session: String,
    /// Its number.
    pub(crate) seq: u64,
}

impl Keys {
    /// What the browser remembers of an earlier visit.
    pub(super) fn load() -> Keys {
        let key = |session, token| {
            let (session, token) = read(tab(), session).zip(read(tab(), token))?;
            Some(SessionKey { session, token })
        };
        Keys {
            token: RefCell::new(None),
            session: RefCell::new(key(SESSION, SESSION_TOKEN)),
            shared: RefCell::new(key(SHARED, SHARED_TOKEN)),
        }
    }

    /// Takes what is ours out of the address bar, so that no token is seen, shared by mistake or kept in the history.
    pub(super) fn take_from_address(&self) -> Told {
        let Some(fragment) = taken_fragment() else { return Told::default() };
        if let Some(token) = fragment.token.clone() {
            self.set_token(token);
            // The printed address is for making calls, so what was looked at is left.
            let another = self.only_look();
            self.forget_shared();
            return Told { token: true, another, line: None };
        }
        let line =
            fragment.session.clone().zip(fragment.line).map(|(session, seq)| LineLink { session, seq });
        let Some((session, token)) = fragment.shared() else { return Told { line, ..Told::default() } };
        let is_own = self.session.borrow().as_ref().is_some_and(|own| own.session == session);
        if is_own {
            // Who may do everything there gains nothing by a key for looking.
            let another = self.only_look();
            self.forget_shared();
            return Told { another, line, ..Told::default() };
        }
        let key = SessionKey { session: session.to_owned(), token: token.to_owned() };
        let another = self.shared.borrow().as_ref() != Some(&key);
        self.look_at(key);
        Told { another, line, ..Told::default() }
    }

    fn look_at(&self, key: SessionKey) {
        write(tab(), SHARED, &key.session);
        write(tab(), SHARED_TOKEN, &key.token);
        *self.shared.borrow_mut() = Some(key);
    }

    /// The share's token, while the page looks at somebody's session.
    pub(super) fn share_token(&self) -> Option<String> {
        self.shared.borrow().as_ref().map(|key| key.token.clone())
    }

    /// Whether the page looks at somebody's session.
    pub(super) fn only_look(&self) -> bool {
        self.shared.borrow().is_some()
    }

    /// Forgets the session that was looked at.
    pub(super) fn forget_shared(&self) {
        remove(tab(), SHARED);
        remove(tab(), SHARED_TOKEN);
        *self.shared.borrow_mut() = None;
    }

    /// The owner token. Another tab may have been given a newer one, so the copy in the storage goes first.
    pub(super) fn token(&self) -> Option<String> {
        read(local(), TOKEN).or_else(|| self.token.borrow().clone())
    }

    /// Keeps the owner token; an empty one is forgotten.
    pub(super) fn set_token(&self, token: String) {
        // First, so that a storage that is full does not go on naming an older one.
        remove(local(), TOKEN);
        let token = Some(token).filter(|token| !token.is_empty());
        if let Some(token) = &token {
            write(local(), TOKEN, token);
        }
        *self.token.borrow_mut() = token;
    }

    /// The session that this tab shows: the one that it looks at, or else its own.
    pub(super) fn session(&self) -> Option<SessionKey> {
        self.shared.borrow().clone().or_else(|| self.session.borrow().clone())
    }

    /// Remembers the session of this tab, also over a reload. A shared one is remembered already.
    pub(super) fn keep_session(&self, session: &str, token: &str) {
        if self.only_look() {
            return;
        }
        write(tab(), SESSION, session);
        write(tab(), SESSION_TOKEN, token);
        let key = SessionKey { session: session.to_owned(), token: token.to_owned() };
        *self.session.borrow_mut() = Some(key);
    }

    /// Forgets this tab's own session.
    pub(super) fn forget_session(&self) {
        remove(tab(), SESSION);
        remove(tab(), SESSION_TOKEN);
        *self.session.borrow_mut() = None;
    }
}

/// The address's fragment where it is one of ours; it is removed from the address.
fn taken_fragment() -> Option<Fragment> {
    let location = window().location();
    let fragment = Fragment::parse(&location.hash().ok()?)?;
    let path = location.pathname().unwrap_or_else(|_| "/".to_owned());
    let search = location.search().unwrap_or_default();
    if let Ok(history) = window().history() {
        let state = wasm_bindgen::JsValue::NULL;
        history.replace_state_with_url(&state, "", Some(&format!("{path}{search}"))).ok();
    }
    Some(fragment)
}

/// The page's origin.
pub(super) fn origin() -> String {
    window().location().origin().unwrap_or_default()
}
