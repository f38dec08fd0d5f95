//! Start in one click.

use leptos::prelude::*;
use sockyard_protocol::{Family, SocketType};

use super::fault_view::FaultView;
use super::focus;
use crate::model::arrangement::{Kind, Step};
use crate::state::{Page, Progress};
use crate::text::{Arrangement, fill};

/// Its name where nothing around it tells what kind of sockets it makes.
pub(super) fn title(kind: Kind, texts: &'static Arrangement) -> String {
    format!("{} · {}", protocol(kind), short_title(kind, texts))
}

/// Its name.
fn short_title(kind: Kind, texts: &'static Arrangement) -> &'static str {
    match kind {
        Kind::UdpPair => texts.udp,
        Kind::UdpBroadcast => texts.broadcast,
        Kind::Truncation => texts.truncation,
        Kind::Encodings => texts.encodings,
        Kind::Chat => texts.chat,
        Kind::TcpPair => texts.tcp,
        Kind::TcpEcho => texts.echo,
        Kind::Stream => texts.stream,
        Kind::HalfClose => texts.half_close,
        Kind::Reset => texts.reset,
        Kind::Backlog => texts.backlog,
        Kind::Handshake => texts.handshake,
        Kind::LostSyn => texts.lost_syn,
        Kind::UnixPair => texts.unix,
    }
}

/// What there is to see in it.
fn look(kind: Kind, texts: &'static Arrangement) -> &'static str {
    match kind {
        Kind::UdpPair => texts.udp_look,
        Kind::UdpBroadcast => texts.broadcast_look,
        Kind::Truncation => texts.truncation_look,
        Kind::Encodings => texts.encodings_look,
        Kind::Chat => texts.chat_look,
        Kind::TcpPair => texts.tcp_look,
        Kind::TcpEcho => texts.echo_look,
        Kind::Stream => texts.stream_look,
        Kind::HalfClose => texts.half_close_look,
        Kind::Reset => texts.reset_look,
        Kind::Backlog => texts.backlog_look,
        Kind::Handshake => texts.handshake_look,
        Kind::LostSyn => texts.lost_syn_look,
        Kind::UnixPair => texts.unix_look,
    }
}

/// What kind of sockets it makes, in the words of every language.
fn protocol(kind: Kind) -> &'static str {
    match kind.steps().first() {
        Some(Step::Create(_, Family::Unix, _)) => "Unix",
        Some(Step::Create(_, _, SocketType::Dgram)) => "UDP",
        _ => "TCP",
    }
}

/// The arrangements that this session can run.
pub(super) fn offered(page: Page) -> Vec<Kind> {
    let has_unix = page.has_feature("unix");
    let in_lab = page.connection.in_lab();
    let can_run = |kind: &Kind| (*kind != Kind::UnixPair || has_unix) && (!kind.is_of_lab() || in_lab);
    Kind::ALL.into_iter().filter(can_run).collect()
}

/// A line for each arrangement that this server can run. The list is folded away once there are sockets: then these
/// are what one looks at.
#[component]
pub(super) fn Arrangements() -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.text().arrangement;
    let running = move || matches!(page.progress.get(), Some(Progress::Running(_)));
    let offered = Memo::new(move |_| offered(page));
    let no_sockets = Memo::new(move |_| page.sockets.with(|table| table.open().next().is_none()));
    let open = RwSignal::new(true);
    Effect::new(move || open.set(no_sockets.get()));
    view! {
        <section class="arrangements">
            <h3>
                <button
                    type="button"
                    class="arrangements-fold"
                    data-testid="arrangements-fold"
                    aria-expanded=move || open.get().to_string()
                    on:click=move |_| open.update(|open| *open = !*open)
                >
                    {move || texts().title}
                </button>
            </h3>
            <div class:gone=move || !open.get()>
                <ul class="arrangement-list">
                    {Kind::ALL
                        .into_iter()
                        .map(|kind| {
                            view! {
                                <li class:gone=move || offered.with(|offered| !offered.contains(&kind))>
                                    <button
                                        type="button"
                                        class="arrangement"
                                        data-testid=format!("arrangement-{}", kind.name())
                                        title=move || look(kind, texts())
                                        disabled=running
                                        on:click=move |_| page.with_rest(move |rest| (rest.arrange)(page, kind))
                                    >
                                        <span class="arrangement-protocol">{protocol(kind)}</span>
                                        <span class="arrangement-title">{move || short_title(kind, texts())}</span>
                                    </button>
                                </li>
                            }
                        })
                        .collect_view()}
                </ul>
                <p class="hint">{move || texts().lead}</p>
            </div>
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
                    page.dismiss_note();
                    focus::rescue(vec![
                        format!("[data-testid=arrangement-{}]", kind.name()),
                        "[data-testid=arrangements-fold]".to_owned(),
                    ]);
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
