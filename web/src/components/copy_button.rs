//! Copies a text.

use std::time::Duration;

use leptos::prelude::*;

use crate::state::Page;

/// How long it says that it did.
const SAID_FOR: Duration = Duration::from_millis(1500);

/// Copies a text; not there where the browser allows no page to.
#[component]
pub(super) fn CopyButton(
    /// Makes the text; only at a click, because it can be megabytes.
    text: impl Fn() -> String + 'static,
) -> impl IntoView {
    let page = Page::from_context();
    let copied = RwSignal::new(false);
    // Over plain HTTP from another machine there is no clipboard at all.
    window().is_secure_context().then(|| {
        let copy = move |_| {
            // The browser may still refuse; then nothing is said.
            let done =
                wasm_bindgen_futures::JsFuture::from(window().navigator().clipboard().write_text(&text()));
            leptos::task::spawn_local(async move {
                if done.await.is_ok() {
                    copied.try_set(true);
                    let over = move || {
                        copied.try_set(false);
                    };
                    set_timeout(over, SAID_FOR);
                }
            });
        };
        view! {
            <button type="button" class="copy" on:click=copy>
                {move || {
                    let texts = &page.later().detail;
                    if copied.get() { texts.copied } else { texts.copy }
                }}
            </button>
        }
    })
}
