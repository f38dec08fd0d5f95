//! The chosen line of the log in full.

use leptos::prelude::*;
use sockyard_protocol::{Event, EventKind};

use super::badge::Badge;
use super::bytes_view::BytesView;
use super::cut_hint::{self, CutHints};
use super::fault_view::FaultView;
use super::focus;
use super::kernel_facts::KernelFacts;
use crate::model::cut::{self, Cut};
use crate::model::format::{clock, duration_us, grouped};
use crate::model::manual::{MadeCall, made_by};
use crate::model::outcome::CallError;
use crate::model::summary;
use crate::state::{Page, View};
use crate::text::fill;

/// Lines that are looked through for the one before of the same socket.
const LOOKED_BACK: usize = 2000;

/// The chosen line's details; nothing while none is chosen.
#[component]
pub(super) fn LogDetail() -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.later().detail;
    let event = Memo::new(move |_| {
        // A line that is chosen may still be on its way, as when a link leads to it.
        page.log_counts.track();
        looked_up(page, page.log_selected.get()?)
    });
    let step = move |step: isize| {
        page.with_pane(|pane| {
            if let Some(seq) = pane.neighbour(step) {
                page.log_selected.set(Some(seq));
            }
        });
    };
    let button = move |label: fn(&'static crate::text::later::Detail) -> &'static str,
                       sign: &'static str,
                       testid: &'static str| {
        view! {
            <button
                type="button"
                class="icon-button"
                data-testid=testid
                aria-label=move || label(texts())
                title=move || label(texts())
                on:click=move |_| match testid {
                    "log-detail-previous" => step(-1),
                    "log-detail-next" => step(1),
                    _ => {
                        page.close_details();
                        focus::rescue(vec![".log-rows".to_owned()]);
                    }
                }
            >
                {sign}
            </button>
        }
    };
    move || {
        event.get().filter(|_| !page.detail_folded.get()).map(|chosen| {
            let number = grouped(chosen.event.seq);
            let seq = chosen.event.seq;
            view! {
                <aside class="part detail" data-testid="log-detail" aria-labelledby="detail-title">
                    <div class="part-head">
                        <h2 id="detail-title">{move || fill(texts().title, &[("n", &number)])}</h2>
                        <span class="top-space"></span>
                        <button
                            type="button"
                            class="icon-button"
                            class:gone=move || !page.is_live()
                            data-testid="log-detail-code"
                            aria-label=move || page.text().log.show_in_code
                            title=move || page.text().log.show_in_code
                            on:click=move |_| page.show_in_code()
                        >
                            "{ }"
                        </button>
                        <button
                            type="button"
                            class="icon-button"
                            class:gone=move || page.view.get() == View::Log
                            data-testid="log-detail-show"
                            aria-label=move || texts().show
                            title=move || texts().show
                            on:click=move |_| page.show_in_log(seq)
                        >
                            "≡"
                        </button>
                        {button(|texts| texts.previous, "↑", "log-detail-previous")}
                        {button(|texts| texts.next, "↓", "log-detail-next")}
                        {button(|texts| texts.close, "✕", "log-detail-close")}
                    </div>
                    <div class="part-body">
                        <Facts chosen=chosen.clone()/>
                        <Content event=chosen.event.clone() cuts=chosen.cuts/>
                        <KernelFacts event=chosen.event/>
                    </div>
                </aside>
            }
        })
    }
}

/// The chosen line, and how long it came after others.
#[derive(Clone, PartialEq)]
struct Chosen {
    event: Event,
    /// Microseconds after the line before.
    since_previous: Option<u64>,
    /// Microseconds after the line before of the same socket, where that is another one.
    since_same: Option<(u64, u64)>,
    /// Microseconds after a send's first bytes were taken.
    since_began: Option<u64>,
    /// The characters of which it has only some bytes; later lines may bring the others.
    cuts: Vec<Cut>,
}

fn looked_up(page: Page, seq: u64) -> Option<Chosen> {
    let log = page.log();
    let log = log.borrow();
    let index = log.index_of(seq)?;
    let event = log.event(index)?;
    let since = |other: &Event| event.time_us.saturating_sub(other.time_us);
    let before = index.checked_sub(1).and_then(|before| log.event(before));
    let first = index.saturating_sub(LOOKED_BACK);
    let same = (first..index)
        .rev()
        .find(|index| {
            event.socket.is_some() && log.meta(*index).is_some_and(|meta| Some(meta.socket) == event.socket)
        })
        .filter(|same| same + 1 != index)
        .and_then(|same| log.event(same));
    let began = match event.kind {
        EventKind::Sent { began: Some(began), .. } => log.index_of(began).and_then(|index| log.event(index)),
        _ => None,
    };
    Some(Chosen {
        cuts: cut_hint::cuts_of(page, &log, &event),
        since_previous: before.as_ref().map(since),
        since_same: same.as_ref().map(|same| (same.seq, since(same))),
        since_began: began.as_ref().map(since),
        event,
    })
}

/// What happened, when, and through which call.
#[component]
fn Facts(chosen: Chosen) -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.later().detail;
    let Chosen { event, since_previous, since_same, since_began, cuts: _ } = chosen;
    let offset = -(js_sys::Date::new_0().get_timezone_offset() as i32);
    let when = clock(event.time_us, offset);
    let took = match &event.kind {
        EventKind::Connected { duration_us, .. } => Some(*duration_us),
        _ => since_began,
    };
    let socket = event.socket;
    let kind = socket.and_then(|socket| page.sockets.with_untracked(|table| table.kind(socket)));
    let made = made_by(&event.kind, kind);
    let line = StoredValue::new(event);
    let words = move || line.with_value(|event| summary::line(event, page.text()));
    view! {
        <p class="detail-line" data-tone=move || words().tone.name()>
            {socket.map(|socket| view! { <Badge socket/> })}
            <strong>{move || words().kind}</strong>
            " "
            <span>{move || words().detail}</span>
        </p>
        <dl class="facts">
            <dt>{move || texts().when}</dt>
            <dd>
                <code>{when}</code>
                {since_previous
                    .map(|since| {
                        view! {
                            <span class="quiet detail-since">
                                {move || fill(texts().since_previous, &[("time", &duration_us(since))])}
                            </span>
                        }
                    })}
                {since_same
                    .map(|(seq, since)| {
                        view! {
                            <span class="quiet detail-since">
                                {move || {
                                    fill(
                                        texts().since_same,
                                        &[("time", &duration_us(since)), ("n", &grouped(seq))],
                                    )
                                }}
                            </span>
                        }
                    })}
            </dd>
            {took
                .map(|took| {
                    view! {
                        <dt>{move || texts().took}</dt>
                        <dd><code>{duration_us(took)}</code></dd>
                    }
                })}
            <Made made/>
        </dl>
    }
}

/// The call that the line belongs to.
#[component]
fn Made(made: MadeCall) -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.later().detail;
    let MadeCall { name, parameters, pages } = made;
    view! {
        {(!name.is_empty())
            .then(|| {
                view! {
                    <dt>{move || texts().call}</dt>
                    <dd data-testid="log-detail-call">
                        <code>{name}"()"</code>
                        {parameters
                            .into_iter()
                            .map(|(name, value)| {
                                view! {
                                    <span class="parameter">
                                        <span class="quiet">{name}</span>
                                        " "
                                        <code>{value}</code>
                                    </span>
                                }
                            })
                            .collect_view()}
                    </dd>
                }
            })}
        {(!pages.is_empty())
            .then(|| {
                view! {
                    <dt>{move || texts().manual}</dt>
                    <dd data-testid="log-detail-manual"><code>{pages.join(", ")}</code></dd>
                }
            })}
    }
}

/// The bytes, or the error.
#[component]
fn Content(event: Event, cuts: Vec<Cut>) -> impl IntoView {
    let page = Page::from_context();
    match event.kind {
        EventKind::Sent { bytes, data, data_cut, .. } | EventKind::Received { bytes, data, data_cut, .. } => {
            let kept = data.and_then(|data| data.to_bytes()).unwrap_or_default();
            let kept_count = kept.len();
            let is_utf8 = cuts.iter().any(|cut| cut.character.is_some()) && cut::is_middle_of_utf8(&kept);
            view! {
                {data_cut
                    .then(|| {
                        view! {
                            <p class="hint">
                                {move || {
                                    fill(
                                        page.later().detail.cut,
                                        &[("kept", &grouped(kept_count as u64)), ("all", &grouped(bytes as u64))],
                                    )
                                }}
                            </p>
                        }
                    })}
                <CutHints cuts/>
                <BytesView bytes=kept prefix="log-detail" is_utf8/>
            }
            .into_any()
        }
        EventKind::Failed { error, .. } => {
            view! { <FaultView error=CallError::Fault(error) testid="log-detail-error"/> }.into_any()
        }
        EventKind::Note { text } => view! { <p class="detail-note">{text}</p> }.into_any(),
        _ => ().into_any(),
    }
}
