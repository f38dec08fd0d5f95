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

/// The views that what is shown has: only a lab has packets.
pub(super) fn offered(page: Page) -> Vec<View> {
    View::ALL.into_iter().filter(|view| *view != View::Packets || page.shows_lab()).collect()
}

/// What a view shows; the log is always there.
fn content(view: View) -> Option<AnyView> {
    match view {
        View::Log => None,
        View::Sequence => Some(view! { <DrawnLater part=Later::Sequence/> }.into_any()),
        View::Packets => Some(view! { <DrawnLater part=Later::Packets/> }.into_any()),
        View::Code => Some(view! { <DrawnLater part=Later::Code/> }.into_any()),
        View::Charts => Some(view! { <DrawnLater part=Later::Charts/> }.into_any()),
    }
}

/// A view's name.
pub(super) fn label(view: View, text: &'static Text) -> &'static str {
    match view {
        View::Log => text.bar.view_log,
        View::Sequence => text.bar.view_sequence,
        View::Packets => text.bar.view_packets,
        View::Code => text.bar.view_code,
        View::Charts => text.bar.view_charts,
    }
}

/// The tabs, as the ARIA practices for tabs have them: arrows choose, one stop for the tab key.
#[component]
fn ViewTabs() -> impl IntoView {
    let page = Page::from_context();
    // Another session, or a saved log, may have no packets.
    Effect::new(move || {
        let has_come = page.connection.hello.with(Option::is_some);
        if has_come && page.view.get() == View::Packets && !page.shows_lab() {
            page.view.set(View::Log);
        }
    });
    let on_key = move |event: web_sys::KeyboardEvent| {
        let views = untrack(|| offered(page));
        let current = views.iter().position(|view| *view == page.view.get_untracked()).unwrap_or(0);
        let last = views.len().saturating_sub(1);
        let next = match event.key().as_str() {
            "ArrowRight" if current == last => 0,
            "ArrowRight" => current + 1,
            "ArrowLeft" => current.checked_sub(1).unwrap_or(last),
            "Home" => 0,
            "End" => last,
            _ => return,
        };
        event.prevent_default();
        if let Some(view) = views.get(next) {
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
                            class:gone=move || view == View::Packets && !page.shows_lab()
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
