//! The calls that belong to no socket: looking up a name, and writing a note into the log.

use leptos::prelude::*;
use leptos::task::spawn_local;
use sockyard_protocol::Host;
use sockyard_protocol::answer::Resolved;
use sockyard_protocol::call::{DnsResolve, LogNote};

use super::fault_view::FaultView;
use super::later::{DrawnLater, Later};
use crate::model::mistake::Mistake;
use crate::model::outcome::CallError;
use crate::state::Page;

/// Folded away until it is wanted.
#[component]
pub(super) fn SessionCalls() -> impl IntoView {
    let page = Page::from_context();
    let opened = RwSignal::new(false);
    view! {
        <details class="session-calls" on:toggle=move |_| opened.set(true)>
            <summary data-testid="session-calls">{move || page.text().sockets.session_calls}</summary>
            <Show when=move || opened.get()>
                <DrawnLater part=Later::SessionCalls/>
            </Show>
        </details>
    }
}

/// Looks a name up.
#[component]
pub(super) fn Resolve() -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.later().rules;
    let name = RwSignal::new(String::from("localhost"));
    let wrong = RwSignal::new(None::<Mistake>);
    let answer = RwSignal::new(None::<Result<Resolved, CallError>>);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let entered = name.get_untracked();
        let host = match entered.trim() {
            "" => Err(Mistake::Empty),
            entered => entered.parse::<Host>().map_err(|_| Mistake::NotHost(entered.to_owned())),
        };
        answer.set(None);
        match host {
            Err(mistake) => wrong.set(Some(mistake)),
            Ok(name) => {
                wrong.set(None);
                spawn_local(async move {
                    let ended = page.connection.call(DnsResolve { name }).await.and_then(|answer| {
                        serde_json::from_value(answer).map_err(|_| CallError::ConnectionLost)
                    });
                    answer.set(Some(ended));
                });
            }
        }
    };
    view! {
        <form class="session-call" on:submit=submit>
            <label class="field-label" for="resolve-name">{move || texts().resolve}</label>
            <div class="session-call-row">
                <input
                    class="input mono"
                    id="resolve-name"
                    data-testid="resolve-name"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    prop:value=move || name.get()
                    on:input=move |event| name.set(event_target_value(&event))
                />
                <button type="submit" class="button" data-testid="resolve-run">{move || texts().resolve_run}</button>
            </div>
            <p class="field-error" role="alert">{move || wrong.get().map(|wrong| wrong.words(page.later()))}</p>
            <div role="status">
                {move || match answer.get() {
                    None => ().into_any(),
                    Some(Err(error)) => view! { <FaultView error testid="resolve-error"/> }.into_any(),
                    Some(Ok(Resolved { addresses })) => view! {
                        <ul class="resolved" data-testid="resolve-result">
                            {addresses
                                .into_iter()
                                .map(|address| {
                                    let allowed = address.allowed;
                                    view! {
                                        <li data-allowed=allowed.to_string()>
                                            <code>{address.address}</code>
                                            <span>{move || if allowed { texts().allowed } else { texts().denied }}</span>
                                        </li>
                                    }
                                })
                                .collect_view()}
                        </ul>
                    }
                    .into_any(),
                }}
            </div>
        </form>
    }
}

/// Writes a note.
#[component]
pub(super) fn NoteForm() -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.later().rules;
    let text = RwSignal::new(String::new());
    let error = RwSignal::new(None::<CallError>);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let entered = text.get_untracked();
        if entered.is_empty() {
            return;
        }
        spawn_local(async move {
            match page.connection.call(LogNote { text: entered.clone() }).await {
                Ok(_) => {
                    error.set(None);
                    // Unless something else was typed meanwhile.
                    if text.get_untracked() == entered {
                        text.set(String::new());
                    }
                }
                Err(failed) => error.set(Some(failed)),
            }
        });
    };
    view! {
        <form class="session-call" on:submit=submit>
            <label class="field-label" for="note-text">{move || texts().note}</label>
            <div class="session-call-row">
                <input
                    class="input"
                    id="note-text"
                    data-testid="note-text"
                    autocomplete="off"
                    prop:value=move || text.get()
                    on:input=move |event| text.set(event_target_value(&event))
                />
                <button type="submit" class="button" data-testid="note-run">{move || texts().note_run}</button>
            </div>
            {move || error.get().map(|error| view! { <FaultView error testid="note-error"/> })}
        </form>
    }
}
