//! The query that says which rows are shown: the box, what it may become, and its terms as chips.

use leptos::prelude::*;

use super::focus;
use super::log_view::{LogView, terms};
use crate::model::query::{Wrong, completed, suggestions, without};
use crate::text::{Text, fill};

/// The box, with a list of what the term being typed may become.
#[component]
pub(super) fn QueryBox(
    /// The view's signals.
    view: LogView,
) -> impl IntoView {
    let page = view.page;
    let query = view.query;
    let texts = move || &page.text().log;
    let open = RwSignal::new(false);
    let active = RwSignal::new(None::<usize>);
    let offered = Memo::new(move |_| {
        if !open.get() {
            return Vec::new();
        }
        let sockets = page.sockets.with(|table| {
            let mut sockets = table.numbers();
            sockets.extend(table.closed().map(|closed| closed.view.socket));
            sockets.sort_unstable();
            sockets
        });
        query.with(|query| suggestions(query, &sockets))
    });
    let take = move |suggestion: &str| {
        query.update(|query| *query = completed(query, suggestion));
        active.set(None);
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        if focus::is_composing(&event) {
            return;
        }
        let count = offered.with_untracked(Vec::len);
        let current = active.get_untracked();
        match event.key().as_str() {
            "ArrowDown" if count > 0 => active.set(Some(current.map_or(0, |at| (at + 1) % count))),
            "ArrowUp" if count > 0 => {
                active.set(Some(current.and_then(|at| at.checked_sub(1)).unwrap_or(count - 1)));
            }
            "Enter" | "Tab" if current.is_some() => {
                if let Some(chosen) =
                    current.and_then(|at| offered.with_untracked(|all| all.get(at).cloned()))
                {
                    take(&chosen);
                }
            }
            "Enter" => {
                open.set(false);
                page.with_pane(crate::log_pane::LogPane::focus);
            }
            "Escape" if count > 0 => open.set(false),
            "Escape" => query.set(String::new()),
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <div class="log-query">
            <input
                class="input log-search"
                type="text"
                role="combobox"
                autocomplete="off"
                spellcheck="false"
                data-testid="log-query"
                aria-label=move || texts().query
                aria-controls="log-suggestions"
                aria-autocomplete="list"
                aria-expanded=move || (!offered.with(Vec::is_empty)).to_string()
                aria-activedescendant=move || active.get().map(|at| format!("log-suggestion-{at}"))
                placeholder=move || texts().query_hint
                prop:value=move || query.get()
                on:focus=move |_| open.set(true)
                on:blur=move |_| open.set(false)
                on:input=move |event| {
                    open.set(true);
                    active.set(None);
                    query.set(event_target_value(&event));
                }
                on:keydown=on_key
            />
            <ul
                class="log-suggestions"
                id="log-suggestions"
                role="listbox"
                aria-label=move || texts().suggestions
                class:gone=move || offered.with(Vec::is_empty)
            >
                {move || {
                    offered
                        .get()
                        .into_iter()
                        .enumerate()
                        .map(|(at, suggestion)| {
                            let shown = suggestion.clone();
                            view! {
                                <li
                                    role="option"
                                    id=format!("log-suggestion-{at}")
                                    data-testid="log-suggestion"
                                    aria-selected=move || (active.get() == Some(at)).to_string()
                                    on:pointerdown=move |event| {
                                        // The box keeps the keys.
                                        event.prevent_default();
                                        take(&suggestion);
                                    }
                                >
                                    <code>{shown}</code>
                                </li>
                            }
                        })
                        .collect_view()
                }}
            </ul>
        </div>
    }
}

/// The query's terms, each with a button that takes it out; those that are wrong say why.
#[component]
pub(super) fn Chips(
    /// The view's signals.
    view: LogView,
) -> impl IntoView {
    let page = view.page;
    let query = view.query;
    view! {
        <ul class="log-chips" aria-label=move || page.text().log.terms class:gone=move || query.with(|query| query.trim().is_empty())>
            {move || {
                let typed = query.get();
                terms(&typed)
                    .into_iter()
                    .enumerate()
                    .map(|(index, term)| {
                        let wrong = term.what.err().map(|wrong| explained(&wrong, &term.typed, term.position, page.text()));
                        let is_wrong = wrong.is_some().then_some("true");
                        let label = fill(page.text().log.remove_term, &[("term", &term.typed)]);
                        view! {
                            <li
                                class="log-chip"
                                data-testid="log-chip"
                                data-wrong=is_wrong
                            >
                                <code>{term.typed}</code>
                                {wrong.map(|wrong| view! { <span data-testid="log-chip-wrong">{wrong}</span> })}
                                <button
                                    type="button"
                                    class="icon-button"
                                    data-testid="log-chip-remove"
                                    aria-label=label
                                    on:click=move |_| {
                                        query.update(|query| *query = without(query, &terms(query), index));
                                    }
                                >
                                    "✕"
                                </button>
                            </li>
                        }
                    })
                    .collect_view()
            }}
        </ul>
    }
}

fn explained(wrong: &Wrong, typed: &str, position: usize, text: &Text) -> String {
    let log = &text.log;
    let key = typed.trim_start_matches('-').split(':').next().unwrap_or_default();
    let reason = match wrong {
        Wrong::Key => fill(log.wrong_key, &[("key", key)]),
        Wrong::Socket => log.wrong_socket.to_owned(),
        Wrong::Kind => log.wrong_kind.to_owned(),
        Wrong::Dir => log.wrong_dir.to_owned(),
        Wrong::Hex => log.wrong_hex.to_owned(),
        Wrong::Regex(message) if message.is_empty() => log.wrong_regex.to_owned(),
        Wrong::Regex(message) => message.clone(),
        Wrong::Empty => fill(log.wrong_empty, &[("key", key)]),
        Wrong::Open => log.wrong_open.to_owned(),
        Wrong::TooMany => log.wrong_many.to_owned(),
    };
    fill(log.wrong_at, &[("n", &position.to_string()), ("reason", &reason)])
}
