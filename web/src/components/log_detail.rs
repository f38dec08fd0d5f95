//! The chosen line of the log in full.

use leptos::prelude::*;
use sockyard_protocol::{Event, EventKind};

use super::badge::Badge;
use super::bytes_view::BytesView;
use super::fault_view::FaultView;
use super::focus;
use crate::model::format::{clock, duration_us, grouped};
use crate::model::outcome::CallError;
use crate::model::summary;
use crate::state::Page;
use crate::text::fill;

/// The chosen line's details; nothing while none is chosen.
#[component]
pub(super) fn LogDetail() -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.text().detail;
    let event = Memo::new(move |_| {
        let seq = page.log_selected.get()?;
        let log = page.log();
        let log = log.borrow();
        let index = log.index_of(seq)?;
        let before = index.checked_sub(1).and_then(|before| log.event(before));
        let event = log.event(index)?;
        let since = before.map(|before| event.time_us.saturating_sub(before.time_us));
        Some((event, since))
    });
    let step = move |step: isize| {
        page.with_pane(|pane| {
            if let Some(seq) = pane.neighbour(step) {
                page.log_selected.set(Some(seq));
            }
        });
    };
    let button = move |label: fn(&'static crate::text::Detail) -> &'static str,
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
                        page.log_selected.set(None);
                        focus::rescue(vec![".log-rows".to_owned()]);
                    }
                }
            >
                {sign}
            </button>
        }
    };
    move || {
        event.get().map(|(event, since)| {
            let number = grouped(event.seq);
            view! {
                <aside class="part detail" data-testid="log-detail">
                    <div class="part-head">
                        <h2>{move || fill(texts().title, &[("n", &number)])}</h2>
                        <span class="top-space"></span>
                        <button
                            type="button"
                            class="icon-button"
                            class:gone=move || !page.is_live()
                            data-testid="log-detail-code"
                            aria-label=move || page.text().code.show
                            title=move || page.text().code.show
                            on:click=move |_| page.show_in_code()
                        >
                            "{ }"
                        </button>
                        {button(|texts| texts.previous, "↑", "log-detail-previous")}
                        {button(|texts| texts.next, "↓", "log-detail-next")}
                        {button(|texts| texts.close, "✕", "log-detail-close")}
                    </div>
                    <div class="part-body">
                        <Facts event=event.clone() since/>
                        <Content event/>
                    </div>
                </aside>
            }
        })
    }
}

#[component]
fn Facts(event: Event, since: Option<u64>) -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.text().detail;
    let offset = -(js_sys::Date::new_0().get_timezone_offset() as i32);
    let when = clock(event.time_us, offset);
    let took = match &event.kind {
        EventKind::Connected { duration_us, .. } => Some(*duration_us),
        _ => None,
    };
    let socket = event.socket;
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
            <dd><code>{when}</code></dd>
            {since
                .map(|since| {
                    view! {
                        <dt></dt>
                        <dd class="quiet">
                            {move || fill(texts().since_previous, &[("time", &duration_us(since))])}
                        </dd>
                    }
                })}
            {took
                .map(|took| {
                    view! {
                        <dt>{move || texts().took}</dt>
                        <dd><code>{duration_us(took)}</code></dd>
                    }
                })}
        </dl>
    }
}

#[component]
fn Content(event: Event) -> impl IntoView {
    let page = Page::from_context();
    match event.kind {
        EventKind::Sent { bytes, data, data_cut, .. } | EventKind::Received { bytes, data, data_cut, .. } => {
            let kept = data.and_then(|data| data.to_bytes()).unwrap_or_default();
            let kept_count = kept.len();
            view! {
                {data_cut
                    .then(|| {
                        view! {
                            <p class="hint">
                                {move || {
                                    fill(
                                        page.text().detail.cut,
                                        &[("kept", &grouped(kept_count as u64)), ("all", &grouped(bytes as u64))],
                                    )
                                }}
                            </p>
                        }
                    })}
                <BytesView bytes=kept prefix="log-detail" columns=8/>
            }
            .into_any()
        }
        EventKind::Failed { error, .. } => {
            view! { <FaultView error=CallError::Fault(error) testid="log-detail-error"/> }.into_any()
        }
        _ => ().into_any(),
    }
}
