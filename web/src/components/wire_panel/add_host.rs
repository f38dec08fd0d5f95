//! What makes a host.

use leptos::prelude::*;
use sockyard_protocol::call::{HOST_NAME_MAX, HostAdd};

use crate::components::wire_bar::texts;
use crate::model::outcome::CallError;
use crate::state::Page;
use crate::text::fill;
use crate::text::later::WireTexts;

/// Why a name cannot be had.
#[derive(Clone, Debug, PartialEq)]
enum Wrong {
    /// Another host has it.
    Taken(String),
    /// No host may be called so.
    NotName(String),
}

impl Wrong {
    /// The mistake in words.
    fn words(&self, texts: &'static WireTexts) -> String {
        match self {
            Wrong::Taken(host) => fill(texts.w_host_taken, &[("host", host)]),
            Wrong::NotName(host) => {
                fill(texts.w_host_not_name, &[("host", host), ("most", &HOST_NAME_MAX.to_string())])
            }
        }
    }
}

/// Makes a host. A name that cannot be had stays in the field, and why is said below it.
#[component]
pub(super) fn AddHost() -> impl IntoView {
    let page = Page::from_context();
    let name = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<Wrong>);
    // A second click on the way would find the name taken by the first.
    let is_asked = RwSignal::new(false);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if is_asked.get_untracked() || !page.may_call_now() {
            return;
        }
        let typed = name.get_untracked().trim().to_owned();
        // What the server said of an earlier name is not about this one.
        page.lab.refused.set(None);
        if !typed.is_empty() && !is_name(&typed) {
            return wrong.set(Some(Wrong::NotName(typed)));
        }
        wrong.set(None);
        is_asked.set(true);
        let call = HostAdd { name: Some(typed.clone()).filter(|typed| !typed.is_empty()) };
        page.change_wire_then(call, move |ended| {
            is_asked.try_set(false);
            match ended {
                Ok(()) => {
                    // What was typed meanwhile is not touched.
                    name.try_update(|name| {
                        if name.trim() == typed {
                            name.clear();
                        }
                    });
                }
                Err(error) if is_taken(&error) => {
                    wrong.try_set(Some(Wrong::Taken(typed)));
                }
                Err(error) => page.lab.refused.set(Some(error)),
            }
        });
    };
    view! {
        <form class="net-add" class:gone=move || !page.may_call() on:submit=submit>
            <input
                class="input mono"
                data-testid="host-name"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                placeholder="carol"
                aria-label=move || texts(page).w_host_name
                title=move || texts(page).w_host_name
                aria-describedby="host-name-note"
                aria-invalid=move || wrong.with(Option::is_some).to_string()
                prop:value=move || name.get()
                on:input=move |event| {
                    wrong.set(None);
                    name.set(event_target_value(&event));
                }
            />
            <button type="submit" class="button small" data-testid="host-add">{move || texts(page).w_host_add}</button>
            <p class="field-note net-add-note" id="host-name-note">
                {move || {
                    wrong.get().map(|wrong| view! {
                        <span class="field-error" role="alert" data-testid="field-error" data-field="host-name">
                            {wrong.words(texts(page))}
                        </span>
                    })
                }}
            </p>
        </form>
    }
}

/// Whether a host may be called so.
fn is_name(name: &str) -> bool {
    serde_json::from_value::<HostAdd>(serde_json::json!({ "name": name })).is_ok()
}

/// Whether the server says that another host has the name.
fn is_taken(error: &CallError) -> bool {
    matches!(error, CallError::Fault(fault) if fault.data.errno.as_deref() == Some("EEXIST"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_no_host_may_have_is_found_before() {
        assert!(["carol", "h1", "a-b"].into_iter().all(is_name));
        assert!(["", "Carol", "1h", "a_b", "a-", "a b", "名"].into_iter().all(|name| !is_name(name)));
        assert!(is_name(&"a".repeat(HOST_NAME_MAX)) && !is_name(&"a".repeat(HOST_NAME_MAX + 1)));
    }
}
