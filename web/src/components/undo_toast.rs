//! One offer to take back what was closed last.

use std::time::Duration;

use leptos::prelude::*;

use super::focus;
use super::later::{DrawnLater, Later};
use crate::state::Page;

/// How long it is offered: long enough to be read, found with the keyboard and pressed (WCAG 2.2.1 asks for no less
/// than 20 s).
const OFFERED_FOR: Duration = Duration::from_secs(20);

/// The offer; nothing while there is nothing to take back.
#[component]
pub(super) fn UndoToast() -> impl IntoView {
    let page = Page::from_context();
    Effect::new(move |earlier: Option<Option<TimeoutHandle>>| {
        if let Some(handle) = earlier.flatten() {
            handle.clear();
        }
        page.keep
            .undo
            .with(Option::is_some)
            .then(|| set_timeout_with_handle(move || page.keep.undo.set(None), OFFERED_FOR).ok())?
    });
    view! {
        // The place is always there: a screen reader says only what changes in a place that it knows.
        <div class="toast-place" role="status">
            {move || page.keep.undo.get().map(|_| view! { <DrawnLater part=Later::Undo/> })}
        </div>
    }
}

/// What is offered.
#[component]
pub(super) fn Offer() -> impl IntoView {
    let page = Page::from_context();
    let offered = page.keep.undo.get_untracked();
    let words = offered.map(|undone| undone.words);
    let take_back = move |_| {
        let undone = page.keep.undo.get_untracked();
        page.keep.undo.set(None);
        if let Some(undone) = undone {
            undone.take_back();
        }
        focus::rescue(vec![".log-rows".to_owned(), "#calls".to_owned()]);
    };
    let dismiss = move |_| {
        page.keep.undo.set(None);
        focus::rescue(vec![".log-rows".to_owned(), "#calls".to_owned()]);
    };
    view! {
        <div class="toast" data-testid="undo-toast">
            <span>{move || words.map(|words| words(page.text()))}</span>
            <button type="button" class="toast-button" data-testid="undo" on:click=take_back>
                {move || page.text().keep.undo}
            </button>
            <button
                type="button"
                class="toast-button"
                aria-label=move || page.text().keep.dismiss
                on:click=dismiss
            >
                "✕"
            </button>
        </div>
    }
}
