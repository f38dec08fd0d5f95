//! Says that somebody's session is looked at, and leads away from it; and where a link led to no line.

use leptos::prelude::*;

use super::import_bar::Dismiss;
use crate::connection::Link;
use crate::model::format::grouped;
use crate::state::{LostLine, Page};
use crate::text::fill;

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

/// Shown where a link led to a line that is not there.
#[component]
pub(super) fn LostLineBar() -> impl IntoView {
    let page = Page::from_context();
    move || {
        page.lost_line.get().map(|lost| {
            let words = move || {
                let log = &page.text().log;
                let (template, line, other) = match lost {
                    LostLine::Gone(line, oldest) => (log.lost_gone, line, oldest),
                    LostLine::NotYet(line, newest) => (log.lost_not_yet, line, newest),
                    LostLine::Elsewhere(line) => (log.lost_elsewhere, line, 0),
                };
                fill(template, &[("n", &grouped(line)), ("other", &grouped(other))])
            };
            view! {
                <div class="bar bar-notice" data-testid="lost-line">
                    <p class="bar-text" role="alert">{words}</p>
                    <Dismiss act=move || page.lost_line.set(None)/>
                </div>
            }
        })
    }
}
