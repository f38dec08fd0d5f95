//! Both ends of a connection side by side, each in TCP's state diagram, as the kernel reports them, and below them every
//! connection that the kernel knows.

use leptos::prelude::*;
use sockyard_protocol::SocketId;

use super::badge::Badge;
use super::choice::Choice;
use super::host_name::HostName;
use super::kernel_list::KernelList;
use super::socket_card::meaning;
use crate::model::packets::states::{STATES, STEPS, Ways, pairs, place};
use crate::state::Page;
use crate::text::fill;
use crate::text::later::TcpTexts;

/// Half of a box's width and height.
const BOX: (i32, i32) = (44, 11);

fn texts(page: Page) -> &'static TcpTexts {
    &page.preferences.language.get().later().tcp
}

/// The connections of the session with itself.
#[component]
pub(super) fn TcpStates(
    /// The states through which the sockets were seen to go.
    ways: RwSignal<Ways>,
) -> impl IntoView {
    let page = Page::from_context();
    let found = Memo::new(move |_| page.sockets.with(pairs));
    let wanted = RwSignal::new(String::new());
    let name = |pair: &(SocketId, SocketId)| format!("{}-{}", pair.0, pair.1);
    // The newest one, unless another is chosen that is still there.
    let pair = Memo::new(move |_| {
        found.with(|found| {
            let chosen = found.iter().find(|pair| wanted.with(|wanted| name(pair) == *wanted));
            chosen.or(found.last()).copied()
        })
    });
    let choices = Signal::derive(move || {
        found.with(|found| {
            found.iter().map(|pair| (name(pair), format!("{} ⇄ {}", pair.0, pair.1))).collect::<Vec<_>>()
        })
    });
    view! {
        <div class="tcp" data-testid="tcp-states" tabindex="0" role="group" aria-label=move || page.preferences.language.get().later().packets.pk_states>
            <p class="empty" class:gone=move || pair.get().is_some() data-testid="tcp-empty">
                {move || texts(page).t_empty}
            </p>
            <label class="net-choice tcp-pair" class:gone=move || { found.with(Vec::len) < 2 }>
                <span>{move || texts(page).t_pair}</span>
                <Choice
                    testid="tcp-pair"
                    label=Signal::derive(move || texts(page).t_pair.to_owned())
                    options=choices
                    value=Signal::derive(move || pair.get().as_ref().map(name).unwrap_or_default())
                    on_change=move |name| wanted.set(name)
                />
            </label>
            {move || pair.get().map(|(one, other)| view! {
                // It stands below what fills most screens.
                <p class="tcp-more">
                    <button
                        type="button"
                        class="link-button"
                        data-testid="kernel-list-show"
                        on:click=move |_| super::focus::show("[data-testid=kernel-list]".to_owned())
                    >
                        {move || page.later().connections.k_title} <span aria-hidden="true">" ↓"</span>
                    </button>
                </p>
                <div class="tcp-ends">
                    <End socket=one ways/>
                    <End socket=other ways/>
                </div>
                <p class="hint tcp-note">{move || texts(page).t_note}</p>
            })}
            <KernelList/>
        </div>
    }
}

/// One end.
#[component]
fn End(socket: SocketId, ways: RwSignal<Ways>) -> impl IntoView {
    let page = Page::from_context();
    let view = Memo::new(move |_| page.sockets.with(|table| table.get(socket).cloned()));
    let state = Memo::new(move |_| {
        view.with(|view| view.as_ref().and_then(|view| view.state().map(str::to_owned))).unwrap_or_default()
    });
    let way = Memo::new(move |_| ways.with(|ways| ways.of(socket).to_vec()));
    let label = move || {
        let texts = texts(page);
        let way = way.get();
        let before = match way.split_last() {
            Some((_, before)) if !before.is_empty() => before.join(", "),
            _ => texts.t_nothing_before.to_owned(),
        };
        let values = [("n", socket.to_string()), ("state", state.get()), ("before", before)];
        fill(texts.t_diagram, &values.each_ref().map(|(name, value)| (*name, value.as_str())))
    };
    view! {
        <section class="tcp-end" data-testid="tcp-end" data-socket=socket data-state=move || state.get()>
            <p class="tcp-head">
                <Badge socket/>
                {move || view.get().and_then(|view| view.host).map(|host| view! { <HostName host/> })}
                <code>{move || view.get().and_then(|view| view.local)}</code>
            </p>
            <svg class="tcp-diagram" viewBox="8 4 324 286" role="img" aria-label=label>
                <StepLines way/>
                {STATES
                    .into_iter()
                    .map(|(name, x, y)| {
                        let is_now = move || state.with(|state| state == name);
                        let is_passed = move || way.with(|way| way.iter().any(|passed| passed == name));
                        view! {
                            <g class="tcp-box" class:is-now=is_now class:is-passed=is_passed>
                                <rect x=x - BOX.0 y=y - BOX.1 width=BOX.0 * 2 height=BOX.1 * 2 rx="5"></rect>
                                <text x=x y=y + 4>{name}</text>
                            </g>
                        }
                    })
                    .collect_view()}
            </svg>
            <p class="tcp-words">
                <strong>{move || state.get()}</strong>
                " "
                {move || state.with(|state| meaning(state, &page.later().states))}
            </p>
            <p class="hint">{move || texts(page).t_way} ": " <code>{move || way.get().join(" → ")}</code></p>
        </section>
    }
}

/// The lines between the states; those that were gone are drawn stronger.
#[component]
fn StepLines(way: Memo<Vec<String>>) -> impl IntoView {
    STEPS
        .into_iter()
        .filter_map(|(from, to)| {
            let ((x1, y1), (x2, y2)) = (place(from)?, place(to)?);
            let is_gone = move || {
                way.with(|way| {
                    way.windows(2).any(|pair| matches!(pair, [one, next] if one == from && next == to))
                })
            };
            Some(view! { <line class="tcp-line" class:is-gone=is_gone x1=x1 y1=y1 x2=x2 y2=y2></line> })
        })
        .collect_view()
}
