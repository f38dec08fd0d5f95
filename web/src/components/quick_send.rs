//! Payloads kept under a name: a click, or Alt and a digit, sends one at once.

use leptos::prelude::*;
use sockyard_protocol::Call;

use wasm_bindgen::JsCast;

use super::call_form::Form;
use super::focus;
use super::payload_field::entered;
use crate::model::form::build_with;
use crate::model::quick::{NotKept, QUICK_MAX, Quick};
use crate::text::fill;

/// The kept payloads as buttons, what keeps another, and what edits them.
#[component]
pub(super) fn QuickSend(
    /// The form.
    form: Form,
) -> impl IntoView {
    let page = form.page;
    let texts = move || &page.later().payload;
    let editing = RwSignal::new(false);
    let refused = RwSignal::new(None::<NotKept>);
    let keep = move |_| {
        let payload = untrack(|| entered(form));
        let mut kept = Ok(());
        page.quick.update(|list| kept = list.keep("", payload));
        refused.set(kept.err());
    };
    let listener = window_event_listener(leptos::ev::keydown, move |event| {
        let digit = event.code().strip_prefix("Digit").and_then(|digit| digit.parse::<u32>().ok());
        let is_alone = event.alt_key() && !event.ctrl_key() && !event.meta_key() && !event.repeat();
        let is_covered = document().query_selector("dialog[open]").is_ok_and(|dialog| dialog.is_some());
        let Some(digit) = digit.filter(|_| is_alone && !is_covered) else { return };
        if let Some(quick) = page.quick.with_untracked(|list| list.at_digit(digit).cloned()) {
            event.prevent_default();
            send(form, &quick);
        }
    });
    on_cleanup(move || listener.remove());
    let names = Memo::new(move |_| {
        page.quick.with(|list| list.all().iter().map(|quick| quick.name.clone()).collect::<Vec<_>>())
    });
    let why = move || {
        refused.get().map(|why| match why {
            NotKept::Empty => texts().quick_empty,
            NotKept::Full => texts().quick_full,
            NotKept::TooLong => texts().quick_long,
        })
    };
    view! {
        <div class="quick" role="group" aria-label=move || texts().quick>
            {move || {
                names
                    .get()
                    .into_iter()
                    .enumerate()
                    .map(|(index, name)| {
                        let number = (index + 1).to_string();
                        let label = {
                            let (name, number) = (name.clone(), number.clone());
                            move || fill(texts().quick_send, &[("name", &name), ("n", &number)])
                        };
                        view! {
                            <button
                                type="button"
                                class="quick-button"
                                data-testid="quick-send"
                                data-index=index
                                title=label.clone()
                                aria-label=label
                                on:click=move |_| {
                                    let quick = page.quick.with_untracked(|list| list.all().get(index).cloned());
                                    if let Some(quick) = quick {
                                        send(form, &quick);
                                    }
                                }
                            >
                                <span class="quick-digit" aria-hidden="true">{number}</span>
                                {name}
                            </button>
                        }
                    })
                    .collect_view()
            }}
            <button
                type="button"
                class="link-button"
                data-testid="quick-keep"
                title=move || texts().quick_keep_hint
                on:click=keep
            >
                "＋ "
                {move || texts().quick_keep}
            </button>
            <button
                type="button"
                class="link-button"
                class:gone=move || names.with(Vec::is_empty)
                data-testid="quick-edit"
                aria-expanded=move || editing.get().to_string()
                on:click=move |_| editing.update(|editing| *editing = !*editing)
            >
                {move || if editing.get() { texts().quick_done } else { texts().quick_edit }}
            </button>
            <span class="field-error" role="status">{why}</span>
        </div>
        <Show when=move || editing.get()>
            <QuickEditor form/>
        </Show>
    }
}

/// Sends a kept payload with the destination and the limits that stand in the form.
fn send(form: Form, quick: &Quick) {
    let page = form.page;
    let Some(view) = form.view.get_untracked() else { return };
    let draft = page.drafts.with_untracked(|drafts| drafts.of(form.socket));
    match build_with(&draft, &view, &quick.payload) {
        Ok(call) => page.perform(form.socket, call),
        // What is wrong stands in the form, which then shows it.
        Err(_) => form.run(),
    }
}

/// Names and data of the kept payloads.
#[component]
fn QuickEditor(form: Form) -> impl IntoView {
    let page = form.page;
    let texts = move || &page.later().payload;
    let count = Memo::new(move |_| page.quick.with(|list| list.all().len().min(QUICK_MAX)));
    let name = move |index: usize| {
        page.quick.with(|list| list.all().get(index).map(|quick| quick.name.clone()).unwrap_or_default())
    };
    let data = move |index: usize| {
        page.quick
            .with(|list| list.all().get(index).map(|quick| quick.payload.data.clone()).unwrap_or_default())
    };
    view! {
        <ul class="quick-editor" on:keydown=enter_ends>
            {move || {
                (0..count.get())
                    .map(|index| {
                        view! {
                            <li>
                                <span class="quick-digit" aria-hidden="true">{index + 1}</span>
                                <input
                                    class="input"
                                    data-testid="quick-name"
                                    aria-label=move || texts().quick_name
                                    prop:value=move || name(index)
                                    on:change=move |event| {
                                        page.quick.update(|list| list.rename(index, &event_target_value(&event)));
                                    }
                                />
                                <input
                                    class="input mono"
                                    data-testid="quick-data"
                                    aria-label=move || page.later().labels.data
                                    prop:value=move || data(index)
                                    on:change=move |event| {
                                        page.quick.update(|list| list.change(index, event_target_value(&event)));
                                    }
                                />
                                <button
                                    type="button"
                                    class="icon-button"
                                    data-testid="quick-remove"
                                    aria-label=move || fill(texts().quick_remove, &[("name", &name(index))])
                                    on:click=move |_| page.quick.update(|list| list.remove(index))
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

/// Enter ends the editing of a field. It must not run the form, in which these fields stand as well.
fn enter_ends(event: web_sys::KeyboardEvent) {
    if event.key() == "Enter" && !focus::is_composing(&event) {
        event.prevent_default();
        let field =
            document().active_element().and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok());
        if let Some(field) = field {
            // The field then tells of its change.
            field.blur().ok();
        }
    }
}

/// The call of a send as it stands in the form, if nothing is wrong with it.
pub(super) fn send_call(form: Form) -> Option<sockyard_protocol::call::SocketSend> {
    match form.built.get_untracked() {
        Ok(Call::SocketSend(call)) => Some(call),
        _ => None,
    }
}
