//! The calls of the chosen socket. None is ever disabled: the kernel's answer is the lesson.

use leptos::prelude::*;
use sockyard_protocol::SocketId;

use super::badge::Badge;
use super::call_form::CallForm;
use super::call_result::CallResult;
use super::intro::Intro;
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
        <section class="part part-call" id="calls" tabindex="-1">
            {move || match chosen.get() {
                _ if !page.may_call() => view! { <NoCalls/> }.into_any(),
                None => view! { <Intro/> }.into_any(),
                Some(socket) => view! {
                    <CallBar socket/>
                    <div class="part-body call-body">
                        {move || view! { <CallForm socket kind=call.get()/> }}
                        <CallResult socket/>
                    </div>
                }
                .into_any(),
            }}
        </section>
    }
}

/// In place of the calls where none can be made.
#[component]
fn NoCalls() -> impl IntoView {
    let page = Page::from_context();
    view! {
        <div class="intro" data-testid="no-calls">
            <h2>{move || page.text().keep.no_calls_title}</h2>
            <p class="intro-lead">{move || page.text().keep.no_calls}</p>
        </div>
    }
}

#[component]
fn CallBar(socket: SocketId) -> impl IntoView {
    let page = Page::from_context();
    let view = Memo::new(move |_| page.sockets.with(|table| table.get(socket).cloned()));
    let natural = Memo::new(move |_| view.get().map(|view| natural_next(&view)));
    let kind = move || view.get().map(|view| socket_kind(view.family, view.r#type, &page.text().sockets));
    let title = move || fill(page.text().call.title, &[("n", &socket.to_string())]);
    view! {
        <div class="part-head call-head">
            <h2 class="visually-hidden">{title}</h2>
            <span class="call-socket" aria-hidden="true"><Badge socket/> {kind}</span>
            <div class="calls" role="group" aria-label=title>
                {CallKind::ALL
                    .into_iter()
                    .map(|call| {
                        let is_natural = move || natural.get() == Some(call);
                        view! {
                            <button
                                type="button"
                                class="call-tab"
                                data-testid=format!("call-tab-{}", call.name())
                                data-natural=move || is_natural().to_string()
                                aria-pressed=move || (page.call.get() == call).to_string()
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
