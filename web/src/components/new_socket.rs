//! Makes a socket.

use leptos::prelude::*;
use sockyard_protocol::{Family, SocketType};

use super::choice::Choice;
use super::fault_view::FaultView;
use crate::model::summary::socket_kind;
use crate::state::Page;

/// Family, type and the button.
#[component]
pub(super) fn NewSocket() -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.text().sockets;
    let family = RwSignal::new(String::from("inet"));
    let r#type = RwSignal::new(String::from("stream"));
    let error = RwSignal::new(None);
    let chosen = move || {
        let family = match family.get().as_str() {
            "inet6" => Family::Inet6,
            "unix" => Family::Unix,
            _ => Family::Inet,
        };
        let r#type = if r#type.get() == "dgram" { SocketType::Dgram } else { SocketType::Stream };
        (family, r#type)
    };
    // Only what the server has; before it said so, the base of version 1.
    let families = Signal::derive(move || {
        let texts = texts();
        let has = |name: &str| {
            page.connection.hello.with(|hello| {
                hello.as_ref().is_none_or(|hello| hello.features.iter().any(|feature| feature == name))
            })
        };
        [("inet", texts.inet), ("inet6", texts.inet6), ("unix", texts.unix)]
            .into_iter()
            .filter(|(name, _)| has(name))
            .map(|(name, label)| (name.to_owned(), label.to_owned()))
            .collect::<Vec<_>>()
    });
    let types = Signal::derive(move || {
        [("stream", texts().stream), ("dgram", texts().dgram)]
            .map(|(name, label)| (name.to_owned(), label.to_owned()))
            .to_vec()
    });
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (family, r#type) = untrack(chosen);
        page.create(family, r#type, move |failed| error.set(failed));
    };
    view! {
        <form class="new-socket" on:submit=submit>
            <h3 class="label">{move || texts().new}</h3>
            <div class="new-socket-row">
                <Choice
                    testid="new-socket-family"
                    label=Signal::derive(move || texts().family.to_owned())
                    options=families
                    value=family
                    on_change=move |value| family.set(value)
                />
                <Choice
                    testid="new-socket-type"
                    label=Signal::derive(move || texts().r#type.to_owned())
                    options=types
                    value=r#type
                    on_change=move |value| r#type.set(value)
                />
                <button type="submit" class="button primary" data-testid="new-socket-create">
                    {move || texts().create}
                </button>
            </div>
            <p class="hint">
                {move || {
                    let (family, r#type) = chosen();
                    socket_kind(family, r#type, texts())
                }}
            </p>
            {move || error.get().map(|error| view! { <FaultView error testid="new-socket-error"/> })}
        </form>
    }
}
