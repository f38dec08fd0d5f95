//! Asks before the one thing that cannot be taken back: the end of a session.

use leptos::prelude::*;

use crate::state::Page;
use crate::text::{count, fill};

/// The question; nothing while nothing is asked.
#[component]
pub(super) fn Confirm() -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.text().keep;
    let dialog = NodeRef::<leptos::html::Dialog>::new();
    Effect::new(move || {
        let Some(dialog) = dialog.get() else { return };
        match (page.keep.ending.get().is_some(), dialog.open()) {
            // A dialog that is in the document can be opened.
            (true, false) => dialog.show_modal().unwrap_or_default(),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let loses = move || {
        let open = page.sockets.with(|table| table.open().count());
        let sockets = count(open as u64, texts().end_one, texts().end_many);
        fill(texts().end_text, &[("sockets", &sockets)])
    };
    let end = move |_| {
        let ending = page.keep.ending.get_untracked();
        page.keep.ending.set(None);
        if let Some(ending) = ending {
            page.end_session(ending);
        }
    };
    view! {
        <dialog
            class="dialog"
            data-testid="confirm"
            aria-labelledby="confirm-title"
            node_ref=dialog
            on:close=move |_| page.keep.ending.set(None)
        >
            <h2 id="confirm-title">{move || texts().end_title}</h2>
            <p>{loses}</p>
            <div class="dialog-buttons">
                <button
                    type="button"
                    class="button"
                    data-testid="confirm-no"
                    autofocus
                    on:click=move |_| page.keep.ending.set(None)
                >
                    {move || texts().end_no}
                </button>
                <button type="button" class="button danger" data-testid="confirm-yes" on:click=end>
                    {move || texts().end_yes}
                </button>
            </div>
        </dialog>
    }
}
