//! What the browser remembers: the owner token for every tab, the session for this one.

use leptos::prelude::window;
use web_sys::Storage;

use super::target::{SessionKey, token_of};

const TOKEN: &str = "sockyard.token";
const SESSION: &str = "sockyard.session";
const SESSION_TOKEN: &str = "sockyard.session-token";

/// Moves a token from the address bar into the storage, so that it is not seen, shared or kept in the history.
pub(super) fn take_token_from_address() {
    let location = window().location();
    let Ok(fragment) = location.hash() else { return };
    if !fragment.starts_with("#token=") {
        return;
    }
    set_token(token_of(&fragment));
    let path = location.pathname().unwrap_or_else(|_| "/".to_owned());
    let search = location.search().unwrap_or_default();
    if let Ok(history) = window().history() {
        let state = wasm_bindgen::JsValue::NULL;
        history.replace_state_with_url(&state, "", Some(&format!("{path}{search}"))).ok();
    }
}

/// The owner token.
pub(super) fn token() -> Option<String> {
    read(local(), TOKEN)
}

/// Keeps the owner token; an empty one is forgotten.
pub(super) fn set_token(token: String) {
    match token.is_empty() {
        true => remove(local(), TOKEN),
        false => write(local(), TOKEN, &token),
    }
}

/// The session of this tab.
pub(super) fn session() -> Option<SessionKey> {
    let session = read(tab(), SESSION)?;
    let token = read(tab(), SESSION_TOKEN)?;
    Some(SessionKey { session, token })
}

/// Remembers the session of this tab over a reload.
pub(super) fn keep_session(session: &str, token: &str) {
    write(tab(), SESSION, session);
    write(tab(), SESSION_TOKEN, token);
}

/// Forgets it.
pub(super) fn forget_session() {
    remove(tab(), SESSION);
    remove(tab(), SESSION_TOKEN);
}

/// The page's origin.
pub(super) fn origin() -> String {
    window().location().origin().unwrap_or_default()
}

fn local() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

fn tab() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

fn read(storage: Option<Storage>, key: &str) -> Option<String> {
    storage?.get_item(key).ok().flatten()
}

/// A browser that stores nothing costs the resume after a reload, and nothing else.
fn write(storage: Option<Storage>, key: &str, value: &str) {
    if let Some(storage) = storage {
        storage.set_item(key, value).ok();
    }
}

fn remove(storage: Option<Storage>, key: &str) {
    if let Some(storage) = storage {
        storage.remove_item(key).ok();
    }
}
