//! Says that somebody's session is looked at, and leads away from it.

use leptos::prelude::*;

use crate::connection::Link;
use crate::state::Page;

/// Shown while the page looks at somebody's session. Where that is refused the connection's own bar says why.
#[component]
pub(super) fn SharedBar() -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.text().share;
    let is_shown = Memo::new(move |_| {
        let refused = matches!(page.connection.link.get(), Link::Refused(_));
        page.connection.only_looks.get() && page.is_live() && !refused
    });
    move || {
        is_shown.get().then(|| {
            view! {
                <div class="bar bar-shared" data-testid="shared-bar">
                    <p class="bar-text" role="status">
                        <strong class="shared-badge" data-testid="shared-badge">{move || texts().badge}</strong>
                        <span class="shared-words">{move || texts().looking}</span>
                    </p>
                    <button
                        type="button"
                        class="button small"
                        data-testid="shared-leave"
                        on:click=move |_| page.leave_shared()
                    >
                        {move || texts().leave_short}
                    </button>
                </div>
            }
        })
    }
}
