//! The browser's storages. A browser may refuse to store anything, or be full: whatever is kept here is a copy, and
//! missing it costs no more than what a reload would have brought back.

use leptos::prelude::window;
use web_sys::Storage;

/// What every tab of this origin sees, and the next visit.
pub(crate) fn local() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// What this tab alone sees, also after a reload.
pub(crate) fn tab() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

/// The value of a key, if there is one and it can be read.
pub(crate) fn read(storage: Option<Storage>, key: &str) -> Option<String> {
    storage?.get_item(key).ok().flatten()
}

/// Keeps a value.
pub(crate) fn write(storage: Option<Storage>, key: &str, value: &str) {
    if let Some(storage) = storage {
        storage.set_item(key, value).ok(/* see above */);
    }
}

/// Forgets a value.
pub(crate) fn remove(storage: Option<Storage>, key: &str) {
    if let Some(storage) = storage {
        storage.remove_item(key).ok(/* see above */);
    }
}
