//! Calls that wait for the kernel: blocking made visible, and ended at a click.

use leptos::prelude::*;
use sockyard_protocol::SocketId;

use super::badge::Badge;
use crate::connection::{Waiting, now};
use crate::model::format::duration_us;
use crate::state::Page;
use crate::text::fill;

/// Every waiting call, above the log.
#[component]
pub(super) fn WaitingCalls() -> impl IntoView {
    let page = Page::from_context();
    view! {
        <ul class="waiting" aria-label=move || page.text().log.waiting>
            <For each=move || page.connection.waiting.get() key=|waiting| waiting.id let(waiting)>
                <li class="waiting-call" data-testid="waiting-call" data-call=waiting.call data-socket=waiting.socket>
                    <span class="waiting-bar" aria-hidden="true"></span>
                    <Badge socket=waiting.socket/>
                    <code>{waiting.call}"()"</code>
                    <Elapsed since=waiting.since/>
                    <Cancel waiting=waiting.clone() testid="waiting-cancel".to_owned()/>
                </li>
            </For>
        </ul>
    }
}

/// A socket's waiting calls.
#[component]
pub(super) fn SocketWaiting(
    /// The socket.
    socket: SocketId,
    /// Where they stand, which begins their names for tests: `card` or `result`.
    place: &'static str,
) -> impl IntoView {
    let page = Page::from_context();
    let waiting = Memo::new(move |_| {
        page.connection.waiting.with(|waiting| {
            waiting.iter().filter(|waiting| waiting.socket == socket).cloned().collect::<Vec<_>>()
        })
    });
    view! {
        <For each=move || waiting.get() key=|waiting| waiting.id let(waiting)>
            <div class="waiting-call" data-testid=format!("{place}-waiting-call") data-call=waiting.call>
                <span class="waiting-bar" aria-hidden="true"></span>
                <code>{waiting.call}"()"</code>
                <Elapsed since=waiting.since/>
                <Cancel waiting=waiting.clone() testid=format!("{place}-waiting-cancel")/>
            </div>
        </For>
    }
}

#[component]
fn Elapsed(since: f64) -> impl IntoView {
    let page = Page::from_context();
    // Tenths of a second: finer would only flicker.
    let tenths = Memo::new(move |_| {
        page.clock.track();
        ((now() - since).max(0.0) / 100.0) as u64
    });
    let time = move || match tenths.get() {
        tenths @ 0..600 => format!("{}.{} s", tenths / 10, tenths % 10),
        tenths => duration_us(tenths * 100_000),
    };
    let words = move || fill(page.text().log.waiting_since, &[("time", &time())]);
    view! { <span class="waiting-time">{words}</span> }
}

#[component]
fn Cancel(waiting: Waiting, testid: String) -> impl IntoView {
    let page = Page::from_context();
    let number = waiting.socket.to_string();
    let label = move || fill(page.text().log.cancel_label, &[("call", waiting.call), ("n", &number)]);
    view! {
        <button
            type="button"
            class="button small"
            data-testid=testid
            aria-label=label
            on:click=move |event| {
                event.stop_propagation();
                page.connection.cancel(waiting.id);
            }
        >
            {move || page.text().log.cancel}
        </button>
    }
}
