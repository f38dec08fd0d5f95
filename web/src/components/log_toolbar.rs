//! What is shown of the log, and whether it follows.

use leptos::prelude::*;
use sockyard_protocol::SocketId;

use super::choice::Choice;
use crate::log_pane::{LogPane, Status};
use crate::model::filter::Filter;
use crate::model::format::grouped;
use crate::state::Page;
use crate::text::{count, fill};

/// The log's title, counts and filter.
#[component]
pub(super) fn LogToolbar(
    /// How the rows stand.
    status: RwSignal<Status>,
) -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.text().log;
    let socket = RwSignal::new(String::new());
    let errors_only = RwSignal::new(false);
    let search = RwSignal::new(String::new());
    Effect::new(move || {
        let filter = Filter::new(socket.get().parse().ok(), errors_only.get(), &search.get());
        page.with_pane(|pane| pane.set_filter(filter));
    });
    Effect::new(move || {
        // Another session has other sockets.
        page.epoch.track();
        socket.set(String::new());
        errors_only.set(false);
        search.set(String::new());
    });
    let filtering = move || !(socket.get().is_empty() && search.get().trim().is_empty()) || errors_only.get();
    let counts = move || {
        let all = page.log_counts.get().0;
        if filtering() {
            let passing = grouped(status.get().passing as u64);
            fill(texts().count_filtered, &[("n", &passing), ("all", &grouped(all as u64))])
        } else {
            count(all as u64, texts().count_one, texts().count_all)
        }
    };
    let sockets = Signal::derive(move || {
        let numbers = page.sockets.with(|table| {
            let mut numbers = table.numbers();
            numbers.extend(table.closed().map(|closed| closed.view.socket));
            // What is chosen stays among the choices, or it could be neither seen nor taken back.
            numbers.extend(socket.get().parse::<SocketId>());
            numbers.sort_unstable();
            numbers.dedup();
            numbers
        });
        let mut options = vec![(String::new(), texts().filter_all.to_owned())];
        options.extend(numbers.into_iter().map(|number| (number.to_string(), format!("s{number}"))));
        options
    });
    let follow = move |_| {
        page.with_pane(|pane| if status.get_untracked().following { pane.pause() } else { pane.follow() });
    };
    view! {
        <div class="part-head log-head">
            <h2 class="visually-hidden">{move || texts().title}</h2>
            <span class="quiet log-count" data-testid="log-count">{counts}</span>
            <span class="top-space"></span>
            <Choice
                testid="log-filter-socket"
                label=Signal::derive(move || texts().filter_socket.to_owned())
                options=sockets
                value=socket
                on_change=move |value| socket.set(value)
            />
            <label class="check">
                <input
                    type="checkbox"
                    data-testid="log-filter-errors"
                    prop:checked=move || errors_only.get()
                    on:change=move |event| errors_only.set(event_target_checked(&event))
                />
                <span>{move || texts().filter_errors}</span>
            </label>
            <input
                class="input log-search"
                type="search"
                data-testid="log-filter-text"
                aria-label=move || texts().filter_text
                placeholder=move || texts().filter_text
                prop:value=move || search.get()
                on:input=move |event| search.set(event_target_value(&event))
            />
            <button
                type="button"
                class="button small toggle"
                data-testid="log-follow"
                aria-pressed=move || status.get().following.to_string()
                on:click=follow
            >
                {move || texts().follow}
            </button>
        </div>
    }
}

/// Counts what came while the log stood still, and goes there.
#[component]
pub(super) fn NewestButton(
    /// How the rows stand.
    status: RwSignal<Status>,
) -> impl IntoView {
    let page = Page::from_context();
    let words = move || {
        let texts = &page.text().log;
        match status.get().unseen as u64 {
            0 => texts.paused.to_owned(),
            unseen => count(unseen, texts.newest_one, texts.newest_many),
        }
    };
    view! {
        <button
            type="button"
            class="newest"
            class:gone=move || status.get().following || status.get().at_end
            data-testid="log-newest"
            on:click=move |_| page.with_pane(LogPane::follow)
        >
            {words} <span aria-hidden="true">" ↓"</span>
        </button>
    }
}
