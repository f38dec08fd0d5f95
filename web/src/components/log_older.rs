//! The line above the rows that says how many older ones only the server has, and fetches them.

use leptos::prelude::*;

use super::fault_view::FaultView;
use crate::state::{Older, Page};
use crate::text::count;

/// Older lines, and the button for whom scrolling to the top is not enough.
#[component]
pub(super) fn OlderLines() -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.text().log;
    let left = Memo::new(move |_| page.log_counts.get().older);
    let words = move || count(left.get(), texts().older_one, texts().older_many);
    let button = move || match page.older.get() {
        Older::Idle => texts().older_fetch,
        Older::Coming => texts().older_coming,
        Older::Failed(_) => page.text().link.try_now,
    };
    let failed = move || match page.older.get() {
        Older::Failed(error) => Some(view! { <FaultView error testid="log-older-error"/> }),
        _ => None,
    };
    view! {
        <div class="log-missing log-older" data-testid="log-older" class:gone=move || left.get() == 0>
            <span>{words}</span>
            <button
                type="button"
                class="link-button"
                data-testid="log-older-fetch"
                aria-disabled=move || (page.older.get() == Older::Coming).to_string()
                on:click=move |_| page.fetch_older()
            >
                {button}
            </button>
            {failed}
        </div>
    }
}
