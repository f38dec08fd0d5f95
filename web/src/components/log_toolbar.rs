//! What is shown of the log, and whether it follows.

use leptos::prelude::*;

use super::choice::Choice;
use super::log_menu::LogMenu;
use super::log_query::QueryBox;
use super::log_view::LogView;
use crate::log_pane::{LogPane, Status};
use crate::model::format::grouped;
use crate::model::row_time::TimeKind;
use crate::state::Page;
use crate::text::{count, fill};

/// The log's title, counts, query and times.
#[component]
pub(super) fn LogToolbar(
    /// The view's signals.
    view: LogView,
) -> impl IntoView {
    let page = view.page;
    let status = view.status;
    let texts = move || &page.text().log;
    let counts = move || {
        let all = page.log_counts.get().held;
        let now = status.get();
        if let Some(percent) = now.searched {
            return fill(texts().searching, &[("percent", &percent.to_string())]);
        }
        if view.query.with(|query| query.trim().is_empty()) {
            count(all as u64, texts().count_one, texts().count_all)
        } else {
            let passing = grouped(now.passing as u64);
            fill(texts().count_filtered, &[("n", &passing), ("all", &grouped(all as u64))])
        }
    };
    let times = Signal::derive(move || {
        let name = |kind| match kind {
            TimeKind::Absolute => texts().time_absolute,
            TimeKind::Relative => texts().time_relative,
            TimeKind::Delta => texts().time_delta,
        };
        TimeKind::ALL.map(|kind| (kind.name().to_owned(), name(kind).to_owned())).to_vec()
    });
    let follow = move |_| {
        page.with_pane(|pane| if status.get_untracked().following { pane.pause() } else { pane.follow() });
    };
    view! {
        <div class="part-head log-head">
            <h2 class="visually-hidden">{move || texts().title}</h2>
            <Choice
                testid="log-times"
                label=Signal::derive(move || texts().times.to_owned())
                options=times
                value=Signal::derive(move || view.times.get().name().to_owned())
                on_change=move |name| view.choose_times(TimeKind::from_name(&name))
            />
            <QueryBox view/>
            <span class="quiet log-count" data-testid="log-count">{counts}</span>
            <button
                type="button"
                class="button small toggle"
                data-testid="log-follow"
                aria-pressed=move || status.get().following.to_string()
                on:click=follow
            >
                {move || texts().follow}
            </button>
            <LogMenu view/>
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
