//! The views of the session: one at a time below the calls, with tabs to choose.

use leptos::prelude::*;

use super::focus;
use super::later::{DrawnLater, Later};
use super::log_panel::LogPanel;
use crate::state::{Page, View};
use crate::text::Text;

/// The views and their tabs.
#[component]
pub(super) fn Stage() -> impl IntoView {
    let page = Page::from_context();
    view! {
        <section class="part part-stage" data-testid="stage" data-view=move || page.view.get().name()>
            <ViewTabs/>
            // The log's rows keep their place while another view is shown; the others are drawn when they are chosen.
            <div
                class="view"
                id="view-log"
                role="tabpanel"
                aria-labelledby="view-tab-log"
                class:gone=move || page.view.get() != View::Log
            >
                <LogPanel/>
            </div>
            {move || {
                let view = page.view.get();
                content(view).map(|content| {
                    view! {
                        <div
                            class="view"
                            id=format!("view-{}", view.name())
                            role="tabpanel"
                            aria-labelledby=format!("view-tab-{}", view.name())
                        >
                            {content}
                        </div>
                    }
                })
            }}
        </section>
    }
}

/// What a view shows; the log is always there.
fn content(view: View) -> Option<AnyView> {
    match view {
        View::Log => None,
        View::Sequence => Some(view! { <DrawnLater part=Later::Sequence/> }.into_any()),
        View::Code => Some(view! { <DrawnLater part=Later::Code/> }.into_any()),
        View::Charts => Some(view! { <DrawnLater part=Later::Charts/> }.into_any()),
    }
}

/// A view's name.
pub(super) fn label(view: View, text: &'static Text) -> &'static str {
    match view {
        View::Log => text.bar.view_log,
        View::Sequence => text.sequence.view_sequence,
        View::Code => text.code.view,
        View::Charts => text.charts.view_charts,
    }
}

/// The tabs, as the ARIA practices for tabs have them: arrows choose, one stop for the tab key.
#[component]
fn ViewTabs() -> impl IntoView {
    let page = Page::from_context();
    let on_key = move |event: web_sys::KeyboardEvent| {
        let current = View::ALL.iter().position(|view| *view == page.view.get_untracked()).unwrap_or(0);
        let last = View::ALL.len() - 1;
        let next = match event.key().as_str() {
            "ArrowRight" => (current + 1) % View::ALL.len(),
            "ArrowLeft" => current.checked_sub(1).unwrap_or(last),
            "Home" => 0,
            "End" => last,
            _ => return,
        };
        event.prevent_default();
        if let Some(view) = View::ALL.get(next) {
            page.view.set(*view);
            focus::take(format!("#view-tab-{}", view.name()));
        }
    };
    view! {
        <div class="view-tabs" role="tablist" aria-label=move || page.text().bar.views on:keydown=on_key>
            {View::ALL
                .into_iter()
                .map(|view| {
                    let chosen = move || page.view.get() == view;
                    view! {
                        <button
                            type="button"
                            class="view-tab"
                            role="tab"
                            id=format!("view-tab-{}", view.name())
                            data-testid=format!("view-tab-{}", view.name())
                            aria-selected=move || chosen().to_string()
                            aria-controls=format!("view-{}", view.name())
                            tabindex=move || if chosen() { "0" } else { "-1" }
                            on:click=move |_| page.view.set(view)
                        >
                            {move || label(view, page.text())}
                        </button>
                    }
                })
                .collect_view()}
        </div>
    }
}
