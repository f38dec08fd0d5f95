//! The keys: the owner token for every tab, the session for this one.
//!
//! They are kept here, and the browser's storage holds a copy: a browser may refuse to store anything.

use std::cell::RefCell;

use leptos::prelude::window;

use super::target::{SessionKey, token_of};
use crate::browser_storage::{local, read, remove, tab, write};

const TOKEN: &str = "sockyard.token";
const SESSION: &str = "sockyard.session";
const SESSION_TOKEN: &str = "sockyard.session-token";

/// The keys of this page.
pub(super) struct Keys {
    token: RefCell<Option<String>>,
    session: RefCell<Option<SessionKey>>,
}

impl Keys {
    /// What the browser remembers of an earlier visit.
    pub(super) fn load() -> Keys {
        let session = read(tab(), SESSION).zip(read(tab(), SESSION_TOKEN));
        Keys {
            token: RefCell::new(None),
            session: RefCell::new(session.map(|(session, token)| SessionKey { session, token })),
        }
    }

    /// Takes a token out of the address bar, so that it is not seen, shared or kept in the history. Returns
    /// whether there was one.
    pub(super) fn take_token_from_address(&self) -> bool {
        let Some(fragment) = token_fragment() else { return false };
        self.set_token(token_of(&fragment));
        true
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

    /// The session of this tab.
    pub(super) fn session(&self) -> Option<SessionKey> {
        self.session.borrow().clone()
    }

    /// Remembers the session of this tab, also over a reload.
    pub(super) fn keep_session(&self, session: &str, token: &str) {
        write(tab(), SESSION, session);
        write(tab(), SESSION_TOKEN, token);
        let key = SessionKey { session: session.to_owned(), token: token.to_owned() };
        *self.session.borrow_mut() = Some(key);
    }

    /// Forgets it.
    pub(super) fn forget_session(&self) {
        remove(tab(), SESSION);
        remove(tab(), SESSION_TOKEN);
        *self.session.borrow_mut() = None;
    }
}

/// The address's fragment where it is a token's; it is removed from the address.
fn token_fragment() -> Option<String> {
    let location = window().location();
    let fragment = location.hash().ok().filter(|fragment| fragment.starts_with("#token="))?;
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
