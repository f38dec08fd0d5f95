//! The sheet of keys, and the key that opens it.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::focus;
use super::later::{DrawnLater, Later};
use crate::model::keys::{HELP, PLACES, Place};
use crate::state::Page;

/// The button that opens the sheet.
#[component]
pub(super) fn HelpButton() -> impl IntoView {
    let page = Page::from_context();
    view! {
        <button
            type="button"
            class="icon-button help-open"
            data-testid="help-open"
            aria-label=move || page.text().help.open
            title=move || page.text().help.open
            on:click=move |_| page.help.set(true)
        >
            "?"
        </button>
    }
}

/// The sheet.
#[component]
pub(super) fn HelpSheet() -> impl IntoView {
    let page = Page::from_context();
    let dialog = NodeRef::<leptos::html::Dialog>::new();
    let keys = window_event_listener(leptos::ev::keydown, move |event| {
        let plain = !event.ctrl_key() && !event.meta_key() && !event.alt_key();
        // Where one types it is a character like any other.
        if plain && event.key() == HELP && !focus::is_within("input, textarea, select, [contenteditable]") {
            event.prevent_default();
            page.help.set(true);
        }
    });
    on_cleanup(move || keys.remove());
    Effect::new(move || {
        let Some(dialog) = dialog.get() else { return };
        match (page.help.get(), dialog.open()) {
            // A dialog that is in the document can be opened.
            (true, false) => dialog.show_modal().unwrap_or_default(),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    // Once opened it stays as it is: it fades out when it is closed.
    let opened =
        Memo::new(move |before: Option<&bool>| before.is_some_and(|before| *before) || page.help.get());
    let outside = move |event: web_sys::MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if target.is_some_and(|target| target.tag_name().eq_ignore_ascii_case("dialog")) {
            page.help.set(false);
        }
    };
    view! {
        <dialog
            class="help"
            data-testid="help"
            aria-labelledby="help-title"
            node_ref=dialog
            on:click=outside
            on:close=move |_| page.help.set(false)
        >
            <div class="help-sheet">
                <div class="part-head">
                    <h2 id="help-title">{move || page.text().help.title}</h2>
                    <span class="top-space"></span>
                    <button
                        type="button"
                        class="icon-button"
                        data-testid="help-close"
                        aria-label=move || page.text().help.close
                        title=move || page.text().help.close
                        on:click=move |_| page.help.set(false)
                    >
                        "✕"
                    </button>
                </div>
                <div class="help-places" tabindex="0" role="group" aria-labelledby="help-title">
                    <Show when=move || opened.get()>
                        <DrawnLater part=Later::Keys/>
                    </Show>
                </div>
            </div>
        </dialog>
    }
}

/// The keys of every place.
#[component]
pub(super) fn Places() -> impl IntoView {
    PLACES.iter().map(|place| view! { <Keys place/> }).collect_view()
}

/// The keys of one place.
#[component]
fn Keys(place: &'static Place) -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.text().help;
    view! {
        <section class="help-place">
            <h3>{move || (place.name)(texts())}</h3>
            <dl>
                {place
                    .shortcuts
                    .iter()
                    .map(|shortcut| {
                        view! {
                            <dt>
                                {shortcut
                                    .keys
                                    .split(' ')
                                    .map(|key| view! { <kbd>{key}</kbd> " " })
                                    .collect_view()}
                            </dt>
                            <dd>{move || (shortcut.does)(texts())}</dd>
                        }
                    })
                    .collect_view()}
            </dl>
        </section>
    }
}
