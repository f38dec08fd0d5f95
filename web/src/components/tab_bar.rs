//! The phone's bottom tabs; larger screens show every part at once.

use leptos::prelude::*;

use crate::state::{Page, Part};

/// The bottom tabs.
#[component]
pub(super) fn TabBar() -> impl IntoView {
    let page = Page::from_context();
    let label = move |part: Part| {
        let bar = &page.text().bar;
        match part {
            Part::Sockets => bar.tab_sockets,
            Part::Call => bar.tab_call,
            Part::Log => bar.tab_log,
        }
    };
    let number = move |part: Part| match part {
        Part::Sockets => page.sockets.with(|table| table.open().count()),
        Part::Call => page.connection.waiting.with(Vec::len),
        Part::Log => page.log_counts.get().held,
    };
    view! {
        <nav class="tabs">
            {[Part::Sockets, Part::Call, Part::Log]
                .into_iter()
                .map(|part| {
                    view! {
                        <button
                            type="button"
                            class="tab"
                            data-testid=format!("tab-{}", part.name())
                            aria-current=move || (page.part.get() == part).then_some("page")
                            on:click=move |_| page.part.set(part)
                        >
                            <span>{move || label(part)}</span>
                            <span class="tab-number" class:gone=move || number(part) == 0>
                                {move || number(part)}
                            </span>
                        </button>
                    }
                })
                .collect_view()}
        </nav>
    }
}
