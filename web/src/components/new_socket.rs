//! Makes a socket.

use leptos::prelude::*;
use sockyard_protocol::hello::LabHost;
use sockyard_protocol::{Family, SocketType};

use super::choice::Choice;
use super::later::{DrawnWhen, Later};
use crate::model::summary::socket_kind;
use crate::state::Page;
use crate::text::fill;

/// Family, type and the button.
#[component]
pub(super) fn NewSocket() -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.text().sockets;
    let family = RwSignal::new(String::from("inet"));
    let r#type = RwSignal::new(String::from("stream"));
    // A lab has hosts; until one is chosen it is the first.
    let host = RwSignal::new(String::new());
    let hosts = Memo::new(move |_| page.lab_hosts());
    let choices = Signal::derive(move || {
        let label = |host: LabHost| {
            let address = host.addresses.first().cloned().unwrap_or_default();
            (host.name.clone(), format!("{} · {address}", host.name))
        };
        hosts.get().into_iter().map(label).collect::<Vec<_>>()
    });
    let error = RwSignal::new(None);
    let chosen = move || {
        let family = match family.get().as_str() {
            "inet6" => Family::Inet6,
            "unix" => Family::Unix,
            _ => Family::Inet,
        };
        let r#type = if r#type.get() == "dgram" { SocketType::Dgram } else { SocketType::Stream };
        let hosts = hosts.get();
        let host = hosts.iter().find(|one| one.name == host.get()).or(hosts.first());
        // A Unix socket is of no host.
        (family, r#type, host.map(|host| host.name.clone()).filter(|_| family != Family::Unix))
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
        let (family, r#type, host) = untrack(chosen);
        page.create(family, r#type, host, move |failed| error.set(failed));
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
                <Show when=move || hosts.with(|hosts| !hosts.is_empty()) && family.get() != "unix">
                    <Choice
                        testid="new-socket-host"
                        label=Signal::derive(move || texts().host.to_owned())
                        options=choices
                        value=host
                        on_change=move |value| host.set(value)
                    />
                </Show>
                <button type="submit" class="button primary" data-testid="new-socket-create">
                    {move || texts().create}
                </button>
            </div>
            <p class="hint">
                {move || {
                    let (family, r#type, host) = chosen();
                    let kind = socket_kind(family, r#type, texts());
                    match host {
                        Some(host) => fill(texts().on_host, &[("kind", &kind), ("host", &host)]),
                        None => kind.to_owned(),
                    }
                }}
            </p>
            <DrawnWhen wanted=move || error.with(Option::is_some) part=Later::NewSocketError(error)/>
        </form>
    }
}
