//! The calls of the chosen socket. None is ever disabled: the kernel's answer is the lesson.

use leptos::prelude::*;
use sockyard_protocol::SocketId;

use super::badge::Badge;
use super::call_foot::CallFoot;
use super::call_form::{CallForm, Form};
use super::call_result::CallResult;
use super::focus;
use super::intro::Intro;
use super::later::{DrawnLater, Later};
use super::splitter::Splitter;
use crate::model::form::{CallKind, natural_next};
use crate::model::summary::socket_kind;
use crate::state::Page;
use crate::text::fill;

/// The middle part: calls, form and result.
#[component]
pub(super) fn CallPanel() -> impl IntoView {
    let page = Page::from_context();
    let chosen = Memo::new(move |_| {
        page.selected.get().filter(|socket| page.sockets.with(|table| table.get(*socket).is_some()))
    });
    let call = Memo::new(move |_| page.call.get());
    view! {
        <section
            class="part part-call"
            class:sized=move || page.call_height.get().is_some()
            id="calls"
            tabindex="-1"
            style=("--call-height", move || page.call_height.get().map(|height| format!("{height}px")))
        >
            {move || match chosen.get() {
                _ if !page.may_call() => view! { <NoCalls/> }.into_any(),
                None => view! { <Intro/> }.into_any(),
                Some(socket) => view! { <DrawnLater part=Later::Calls(socket, call)/> }.into_any(),
            }}
        </section>
        <Splitter/>
    }
}

/// The calls of a socket, with the form and the result of the chosen one.
#[component]
pub(super) fn Calls(
    /// The socket.
    socket: SocketId,
    /// The chosen call.
    call: Memo<CallKind>,
) -> impl IntoView {
    view! {
        <CallBar socket/>
        <CallBody socket call/>
    }
}

/// In place of the calls where none can be made.
#[component]
fn NoCalls() -> impl IntoView {
    let page = Page::from_context();
    let words = move || {
        let text = page.text();
        match page.is_live() {
            true => (text.share.no_calls_title, text.share.no_calls),
            false => (text.keep.no_calls_title, text.keep.no_calls),
        }
    };
    view! {
        <div class="intro" data-testid="no-calls">
            <h2>{move || words().0}</h2>
            <p class="intro-lead">{move || words().1}</p>
        </div>
    }
}

/// The form and its result scroll; the foot stays.
#[component]
fn CallBody(socket: SocketId, call: Memo<CallKind>) -> impl IntoView {
    let form = Form::new(Page::from_context(), socket, call);
    view! {
        <div class="call-scroll">
            <div class="call-body">
                <CallForm form/>
                <CallResult socket/>
            </div>
        </div>
        <CallFoot form/>
    }
}

#[component]
fn CallBar(socket: SocketId) -> impl IntoView {
    let page = Page::from_context();
    let view = Memo::new(move |_| page.sockets.with(|table| table.get(socket).cloned()));
    let natural = Memo::new(move |_| view.get().map(|view| natural_next(&view)));
    let kind = move || view.get().map(|view| socket_kind(view.family, view.r#type, &page.text().sockets));
    let title = move || fill(page.text().call.title, &[("n", &socket.to_string())]);
    // One stop for the tab key; the arrows choose among the calls.
    let on_key = move |event: web_sys::KeyboardEvent| {
        let calls = &CallKind::ALL;
        let last = calls.len() - 1;
        let current = calls.iter().position(|call| *call == page.call.get_untracked()).unwrap_or(0);
        let next = match event.key().as_str() {
            "ArrowRight" => (current + 1) % calls.len(),
            "ArrowLeft" => current.checked_sub(1).unwrap_or(last),
            "Home" => 0,
            "End" => last,
            _ => return,
        };
        event.prevent_default();
        if let Some(call) = calls.get(next) {
            page.call.set(*call);
            focus::take(format!("[data-testid=call-tab-{}]", call.name()));
        }
    };
    // The chosen call is in sight however it was chosen.
    Effect::new(move || {
        let call = page.call.get();
        focus::show(format!("[data-testid=call-tab-{}]", call.name()));
    });
    view! {
        <div class="part-head call-head">
            <h2 class="visually-hidden">{title}</h2>
            <span class="call-socket" aria-hidden="true"><Badge socket/> {kind}</span>
            <div class="calls" role="group" aria-label=title on:keydown=on_key>
                {CallKind::ALL
                    .into_iter()
                    .map(|call| {
                        let is_natural = move || natural.get() == Some(call);
                        let is_chosen = move || page.call.get() == call;
                        view! {
                            <button
                                type="button"
                                class="call-tab"
                                data-testid=format!("call-tab-{}", call.name())
                                data-natural=move || is_natural().to_string()
                                aria-pressed=move || is_chosen().to_string()
                                tabindex=move || if is_chosen() { "0" } else { "-1" }
                                title=move || is_natural().then(|| page.text().call.natural)
                                on:click=move |_| page.call.set(call)
                            >
                                {call.name()}
                            </button>
                        }
                    })
                    .collect_view()}
            </div>
        </div>
    }
}
