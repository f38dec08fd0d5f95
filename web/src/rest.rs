//! The part of the page's program that a first look does not need: a file of its own, loaded when something first asks
//! for it.
//!
//! What stands behind [`Rest`], and is used by nothing else, goes into that file; `cargo xtask web` splits the program
//! there. In a build for work on the page, and in tests, the program is whole.

use leptos::prelude::*;
use sockyard_protocol::SocketId;

use crate::components::{self, Later, LogView};
use crate::model::arrangement::Kind;
use crate::model::copy::CopyAs;
use crate::model::export::Format;
use crate::model::outcome::CallError;
use crate::state::Page;

/// What the second file can do.
pub(crate) struct Rest {
    /// Draws a part of the page.
    pub(crate) draw: fn(Later) -> AnyView,
    /// Makes the calls of an arrangement.
    pub(crate) arrange: fn(Page, Kind),
    /// Closes a socket.
    pub(crate) close_socket: fn(Page, SocketId),
    /// Copies the selected rows of the log.
    pub(crate) copy: fn(LogView, CopyAs),
    /// Saves the session's log as a file.
    pub(crate) export: fn(Page, Format),
    /// Fetches lines before the oldest one that the page holds.
    pub(crate) fetch_older: fn(Page),
    /// Reads a saved log and shows it.
    pub(crate) import: fn(Page, web_sys::File),
}

static REST: Rest = Rest {
    draw: components::draw,
    arrange: Page::arrange,
    close_socket: Page::close_socket,
    copy: LogView::copy,
    export: Page::export,
    fetch_older: Page::fetch_older,
    import: Page::import,
};

/// How far the second file is.
#[derive(Clone, Copy)]
pub(crate) enum Loading {
    /// Nothing has asked for it yet.
    Unasked,
    /// It is on its way.
    Coming,
    /// The server did not give it.
    Failed,
    /// Here it is.
    Here(&'static Rest),
}

impl Page {
    /// Begins to load the second file, unless that was done already.
    pub(crate) fn want_rest(self) {
        if matches!(self.rest.get_untracked(), Loading::Unasked | Loading::Failed) {
            leptos::task::spawn_local(async move {
                self.loaded().await;
            });
        }
    }

    /// Does something that needs the second file: at once where it is here, and otherwise when it has come.
    pub(crate) fn with_rest(self, act: impl FnOnce(&'static Rest) + 'static) {
        if let Loading::Here(rest) = self.rest.get_untracked() {
            return act(rest);
        }
        leptos::task::spawn_local(async move {
            match self.loaded().await {
                Some(rest) => act(rest),
                None => self.keep.failed.set(Some(CallError::NotOpen)),
            }
        });
    }

    async fn loaded(self) -> Option<&'static Rest> {
        if !matches!(self.rest.get_untracked(), Loading::Here(_)) {
            self.rest.set(Loading::Coming);
        }
        match load().await {
            Ok(rest) => {
                // Who else waited may have had it first; what is drawn already is not drawn again.
                if !matches!(self.rest.get_untracked(), Loading::Here(_)) {
                    self.rest.set(Loading::Here(rest));
                }
                Some(rest)
            }
            Err(_) => {
                self.rest.set(Loading::Failed);
                None
            }
        }
    }
}

/// Loads the second file. All of it hangs on this function.
#[cfg(feature = "split")]
#[leptos::wasm_split::wasm_split(rest, wasm_split_path = ::leptos::wasm_split, fallible)]
fn load() -> Result<&'static Rest, leptos::wasm_split::SplitLoaderError> {
    Ok(&REST)
}

/// There is no second file.
#[cfg(not(feature = "split"))]
async fn load() -> Result<&'static Rest, leptos::wasm_split::SplitLoaderError> {
    Ok(&REST)
}
