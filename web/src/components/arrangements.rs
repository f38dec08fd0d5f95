//! Start in one click.

use leptos::prelude::*;

use super::fault_view::FaultView;
use super::focus;
use crate::model::arrangement::Kind;
use crate::state::{Page, Progress};
use crate::text::{Arrangement, fill};

/// Its name.
pub(super) fn title(kind: Kind, texts: &'static Arrangement) -> &'static str {
    match kind {
        Kind::UdpPair => texts.udp,
        Kind::TcpPair => texts.tcp,
        Kind::TcpEcho => texts.echo,
        Kind::UnixPair => texts.unix,
    }
}

fn look(kind: Kind, texts: &'static Arrangement) -> &'static str {
    match kind {
        Kind::UdpPair => texts.udp_look,
        Kind::TcpPair => texts.tcp_look,
        Kind::TcpEcho => texts.echo_look,
        Kind::UnixPair => texts.unix_look,
    }
}

/// A button for each arrangement that this server can run.
#[component]
pub(super) fn Arrangements() -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.text().arrangement;
    let running = move || matches!(page.progress.get(), Some(Progress::Running(_)));
    let has_unix = Memo::new(move |_| page.has_feature("unix"));
    view! {
        <section class="arrangements">
            <h3 class="label">{move || texts().title}</h3>
            <div class="arrangement-buttons">
                {Kind::ALL
                    .into_iter()
                    .map(|kind| {
                        view! {
                            <button
                                type="button"
                                class="arrangement"
                                class:gone=move || kind == Kind::UnixPair && !has_unix.get()
                                data-testid=format!("arrangement-{}", kind.name())
                                title=move || look(kind, texts())
                                disabled=running
                                on:click=move |_| page.arrange(kind)
                            >
                                <span class="arrangement-sign" aria-hidden="true"></span>
                                {move || title(kind, texts())}
                            </button>
                        }
                    })
                    .collect_view()}
            </div>
            <p class="hint">{move || texts().lead}</p>
        </section>
    }
}

/// What to look for after an arrangement, or where it stopped.
#[component]
pub(super) fn ArrangementNote() -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.text().arrangement;
    let dismiss = move |kind: Kind| {
        view! {
            <button
                type="button"
                class="icon-button"
                aria-label=move || texts().dismiss
                title=move || texts().dismiss
                on:click=move |_| {
                    page.progress.set(None);
                    focus::rescue(vec![format!("[data-testid=arrangement-{}]", kind.name())]);
                }
            >
                "✕"
            </button>
        }
    };
    move || match page.progress.get() {
        None | Some(Progress::Running(_)) => ().into_any(),
        Some(Progress::Done(kind)) => view! {
            <div class="bar bar-look" data-testid="arrangement-note" role="status">
                <div class="bar-text">
                    <p>
                        <strong>{move || title(kind, texts())}</strong>
                        " — "
                        {move || look(kind, texts())}
                    </p>
                </div>
                {dismiss(kind)}
            </div>
        }
        .into_any(),
        Some(Progress::Stopped(kind, step, error)) => view! {
            <div class="bar bar-bad" data-testid="arrangement-error" role="alert">
                <div class="bar-text">
                    <p>
                        <strong>{move || title(kind, texts())}</strong>
                        " — "
                        {move || fill(texts().stopped, &[("step", step)])}
                    </p>
                    <FaultView error testid="arrangement-fault"/>
                </div>
                {dismiss(kind)}
            </div>
        }
        .into_any(),
    }
}
