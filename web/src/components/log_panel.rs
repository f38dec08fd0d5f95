//! The live log: its rows are drawn by `log_pane`, everything around them here.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::log_toolbar::{LogToolbar, NewestButton};
use super::waiting::WaitingCalls;
use crate::log_pane::{Callbacks, LogPane, Status};
use crate::state::Page;
use crate::text::fill;

/// The view of the log.
#[component]
pub(super) fn LogPanel() -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.text().log;
    let status = RwSignal::new(Status { following: true, ..Status::default() });
    let scroller = NodeRef::<leptos::html::Div>::new();
    scroller.on_load(move |element| {
        let callbacks = Callbacks {
            chosen: Box::new(move |seq| page.log_selected.set(Some(seq).filter(|seq| *seq != 0))),
            status: Box::new(move |now| status.set(now)),
        };
        let element: web_sys::HtmlElement = element.unchecked_into();
        if let Some(pane) = LogPane::new(element, page.log(), callbacks) {
            pane.set_language(page.preferences.language.get_untracked());
            page.attach_pane(pane);
        }
    });
    Effect::new(move || {
        let seq = page.log_selected.get().unwrap_or(0);
        page.with_pane(|pane| pane.choose(seq));
    });
    let is_empty = Memo::new(move |_| page.log_counts.get().0 == 0);
    let missing = Memo::new(move |_| page.log_counts.get().1);
    view! {
        <div class="log-main">
                <LogToolbar status/>
                <WaitingCalls/>
                <p class="log-missing" class:gone=move || missing.get() == 0>
                    {move || fill(texts().missing, &[("n", &missing.get().to_string())])}
                </p>
                <div class="log-frame">
                    <div
                        class="log-rows"
                        node_ref=scroller
                        tabindex="0"
                        role="listbox"
                        aria-label=move || texts().list_label
                    ></div>
                    <p class="empty log-empty" class:gone=move || !is_empty.get()>{move || texts().empty}</p>
                    <p class="empty log-empty" class:gone=move || is_empty.get() || status.get().passing != 0>
                        {move || texts().none_pass}
                    </p>
                    <NewestButton status/>
                </div>
        </div>
    }
}
