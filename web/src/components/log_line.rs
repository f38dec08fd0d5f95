//! The line that opens above the rows: what to find, or a note to write.

use leptos::prelude::*;

use super::fault_view::FaultView;
use super::focus;
use super::later::{DrawnLater, Later};
use super::log_view::{LogView, terms};
use crate::model::format::grouped;
use crate::text::fill;

/// The open line, if any.
#[component]
pub(super) fn OpenLine(
    /// The view's signals.
    view: LogView,
) -> impl IntoView {
    move || view.line.get().map(|line| view! { <DrawnLater part=Later::Line(view, line)/> })
}

/// What finds rows.
#[component]
pub(super) fn FindLine(
    /// The view's signals.
    view: LogView,
) -> impl IntoView {
    let page = view.page;
    let texts = move || &page.text().log;
    let step = move |forward| page.with_pane(|pane| pane.find_step(forward));
    let is_wrong =
        Memo::new(move |_| view.find.with(|find| terms(find).iter().any(|term| term.what.is_err())));
    let hits = move || {
        let status = view.status.get();
        if view.find.with(|find| find.trim().is_empty()) {
            return String::new();
        }
        let found = grouped(status.found as u64);
        match (is_wrong.get(), status.searched, status.found_at) {
            (true, ..) => texts().find_wrong.to_owned(),
            (_, Some(percent), _) => {
                fill(texts().found_so_far, &[("n", &found), ("percent", &percent.to_string())])
            }
            (_, None, 0) => fill(texts().found, &[("n", &found)]),
            (_, None, at) => fill(texts().found_at, &[("at", &grouped(at as u64)), ("n", &found)]),
        }
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        if focus::is_composing(&event) {
            return;
        }
        match event.key().as_str() {
            "Enter" | "F3" => step(!event.shift_key()),
            "Escape" => view.close_line(),
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <div class="log-line" role="search">
            <input
                class="input"
                type="text"
                autocomplete="off"
                spellcheck="false"
                data-testid="log-find"
                aria-label=move || texts().find
                placeholder=move || texts().find
                prop:value=move || view.find.get()
                on:input=move |event| view.find.set(event_target_value(&event))
                on:keydown=on_key
            />
            <span class="quiet log-found" data-testid="log-found">{hits}</span>
            <button type="button" class="icon-button" data-testid="log-find-previous" aria-label=move || texts().find_previous title=move || texts().find_previous on:click=move |_| step(false)>"↑"</button>
            <button type="button" class="icon-button" data-testid="log-find-next" aria-label=move || texts().find_next title=move || texts().find_next on:click=move |_| step(true)>"↓"</button>
            <button type="button" class="icon-button" data-testid="log-line-close" aria-label=move || texts().close_line on:click=move |_| view.close_line()>"✕"</button>
        </div>
    }
}

/// What writes a note.
#[component]
pub(super) fn NoteLine(
    /// The view's signals.
    view: LogView,
) -> impl IntoView {
    let page = view.page;
    let texts = move || &page.text().log;
    let note = RwSignal::new(String::new());
    let write = move || {
        let text = note.get_untracked().trim().to_owned();
        if !text.is_empty() {
            view.note(text);
        }
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        if focus::is_composing(&event) {
            return;
        }
        match event.key().as_str() {
            "Enter" => write(),
            "Escape" => view.close_line(),
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <div class="log-line">
            <input
                class="input"
                type="text"
                autocomplete="off"
                data-testid="log-note"
                aria-label=move || texts().note
                placeholder=move || texts().note_hint
                prop:value=move || note.get()
                on:input=move |event| note.set(event_target_value(&event))
                on:keydown=on_key
            />
            <button type="button" class="button small" data-testid="log-note-write" on:click=move |_| write()>{move || texts().note_write}</button>
            <button type="button" class="icon-button" data-testid="log-line-close" aria-label=move || texts().close_line on:click=move |_| view.close_line()>"✕"</button>
        </div>
        {move || view.note_error.get().map(|error| view! { <FaultView error testid="log-note-error"/> })}
    }
}
