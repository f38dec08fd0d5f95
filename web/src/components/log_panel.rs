//! The live log: its rows are drawn by `log_pane`, everything around them here.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::later::{DrawnWhen, Later};
use super::log_line::OpenLine;
use super::log_query::Chips;
use super::log_toolbar::{LogToolbar, NewestButton};
use super::log_view::LogView;
use crate::log_pane::{Callbacks, LogPane};
use crate::model::format::grouped;
use crate::state::{Older, Page};
use crate::text::fill;

/// The view of the log.
#[component]
pub(super) fn LogPanel() -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.text().log;
    let view = LogView::new(page);
    let status = view.status;
    let scroller = NodeRef::<leptos::html::Div>::new();
    let gutter = NodeRef::<leptos::html::Div>::new();
    scroller.on_load(move |element| {
        let callbacks = Callbacks {
            chosen: Box::new(move |seq, opens| match seq {
                0 => page.log_selected.set(None),
                seq if opens => page.open_line(seq),
                seq => page.walk_to(seq),
            }),
            status: Box::new(move |now| status.set(now)),
            request: Box::new(move |request| view.take(request)),
            top: Box::new(move || {
                if page.older.get_untracked() == Older::Idle {
                    page.with_rest(move |rest| (rest.fetch_older)(page));
                }
            }),
        };
        // Both are in the document by the next frame, whichever was made first.
        request_animation_frame(move || {
            let Some(gutter) = gutter.get_untracked() else { return };
            let element: web_sys::HtmlElement = element.unchecked_into();
            let gutter: web_sys::HtmlElement = gutter.unchecked_into();
            if let Some(pane) = LogPane::new(element, gutter, page.log(), callbacks) {
                pane.set_language(page.preferences.language.get_untracked());
                page.attach_pane(pane);
                view.begin();
            }
        });
    });
    Effect::new(move || {
        let seq = page.log_selected.get().unwrap_or(0);
        page.with_pane(|pane| pane.choose(seq));
    });
    let is_empty = Memo::new(move |_| page.log_counts.get().held == 0);
    let missing = Memo::new(move |_| page.log_counts.get().missing);
    let keeps = move || {
        let limits = page.connection.hello.with(|hello| {
            hello
                .as_ref()
                .filter(|_| page.is_live())
                .map(|hello| (hello.limits.log_events, hello.limits.log_bytes))
        });
        limits.map(|(lines, bytes)| {
            let mib = (bytes >> 20).to_string();
            fill(texts().missing_keeps, &[("n", &grouped(lines as u64)), ("mib", &mib)])
        })
    };
    let none_pass = move || {
        let status = status.get();
        status.passing == 0 && status.searched.is_none() && !is_empty.get()
    };
    view! {
        <div class="log-main">
                <LogToolbar view/>
                <Chips view/>
                <OpenLine view/>
                <DrawnWhen wanted=move || !page.connection.waiting.with(Vec::is_empty) part=Later::Waiting/>
                <p class="log-missing" class:gone=move || missing.get() == 0>
                    {move || fill(texts().missing, &[("n", &missing.get().to_string())])}
                    " "
                    {keeps}
                </p>
                <DrawnWhen wanted=move || { page.log_counts.get().older > 0 } part=Later::Older/>
                <div class="log-frame">
                    <div
                        class="log-rows"
                        node_ref=scroller
                        tabindex="0"
                        role="listbox"
                        aria-multiselectable="true"
                        aria-label=move || texts().list_label
                    ></div>
                    <div class="log-gutter" node_ref=gutter aria-hidden="true"></div>
                    <p class="empty log-empty" class:gone=move || !is_empty.get()>{move || texts().empty}</p>
                    <p class="empty log-empty" class:gone=move || !none_pass()>{move || texts().none_pass}</p>
                    <NewestButton status/>
                </div>
        </div>
    }
}
