//! The list of sockets, and what makes new ones.

use leptos::prelude::*;
use sockyard_protocol::SocketId;
use wasm_bindgen::JsCast;

use super::arrangements::Arrangements;
use super::badge::Badge;
use super::focus;
use super::later::{DrawnLater, DrawnWhen, Later};
use super::new_socket::NewSocket;
use super::session_calls::SessionCalls;
use crate::model::summary::socket_kind;
use crate::state::Page;
use crate::text::{count, fill};

/// More sockets than these are drawn densely: so many cards in full fill a laptop's screen.
const DENSE_FROM: usize = 8;

/// The left part.
#[component]
pub(super) fn SocketsPanel() -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.text().sockets;
    let numbers = Memo::new(move |_| page.sockets.with(|table| table.numbers()));
    // The card whose button was pressed; it goes when the server has closed the socket.
    let closing = RwSignal::new(None);
    Effect::new(move || {
        let left = numbers.get();
        if let Some(gone) = closing.get_untracked().filter(|gone| !left.contains(gone)) {
            closing.set(None);
            focus_after(gone, &left);
        }
    });
    let used = move || {
        let most = page.connection.hello.with(|hello| hello.as_ref().map(|hello| hello.limits.sockets))?;
        let used = numbers.with(Vec::len).to_string();
        Some(fill(texts().limit, &[("used", &used), ("most", &most.to_string())]))
    };
    // Among the cards the arrows choose, and Delete closes.
    let on_key = move |event: web_sys::KeyboardEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if target.is_none_or(|target| !target.class_list().contains("card-select")) {
            return;
        }
        let sockets = numbers.get_untracked();
        let chosen = page.selected.get_untracked();
        let current = sockets.iter().position(|socket| Some(*socket) == chosen);
        let last = sockets.len().saturating_sub(1);
        let next = match event.key().as_str() {
            "ArrowDown" => current.map_or(0, |current| (current + 1).min(last)),
            "ArrowUp" => current.map_or(0, |current| current.saturating_sub(1)),
            "Home" => 0,
            "End" => last,
            "Delete" => {
                if let Some(chosen) = chosen {
                    event.prevent_default();
                    closing.set(Some(chosen));
                    page.with_rest(move |rest| (rest.close_socket)(page, chosen));
                }
                return;
            }
            _ => return,
        };
        event.prevent_default();
        if let Some(socket) = sockets.get(next) {
            page.choose(*socket);
            focus::take(format!("[data-testid=socket-card][data-socket=\"{socket}\"] .card-select"));
        }
    };
    view! {
        <section class="part part-sockets" aria-labelledby="sockets-title">
            <div class="part-head">
                <h2 id="sockets-title">{move || texts().title}</h2>
                <span class="quiet">{used}</span>
            </div>
            <div class="part-body">
                // What is only looked at takes no calls.
                <div class:gone=move || !page.may_call()>
                    <NewSocket/>
                    <Arrangements/>
                </div>
                <div class="cards" class:dense=move || { numbers.with(Vec::len) > DENSE_FROM } on:keydown=on_key>
                    <For each=move || numbers.get() key=|socket| *socket let(socket)>
                        <DrawnLater part=Later::Card(socket, closing)/>
                    </For>
                    <p class="empty" class:gone=move || !numbers.with(Vec::is_empty)>
                        {move || texts().empty}
                    </p>
                </div>
                <DrawnWhen wanted=move || page.sockets.with(|table| table.closed().next().is_some()) part=Later::Closed/>
                <div class:gone=move || !page.may_call()>
                    <SessionCalls/>
                </div>
            </div>
        </section>
    }
}

/// A card that goes takes the focus with it: the next card has it then, and where there is none, what makes one.
fn focus_after(gone: SocketId, left: &[SocketId]) {
    let next = left.iter().find(|socket| **socket > gone).or(left.last());
    let mut places = Vec::new();
    if let Some(next) = next {
        places.push(format!("[data-testid=socket-card][data-socket=\"{next}\"] .card-select"));
    }
    places.push("[data-testid=new-socket-create]".to_owned());
    focus::rescue(places);
}

/// The sockets closed so far, folded away.
#[component]
pub(super) fn ClosedSockets() -> impl IntoView {
    use sockyard_protocol::event::ClosedBy;
    let page = Page::from_context();
    let texts = move || &page.text().sockets;
    let closed = Memo::new(move |_| page.sockets.with(|table| table.closed().cloned().collect::<Vec<_>>()));
    let by = move |by: ClosedBy| match by {
        ClosedBy::Client => texts().by_client,
        ClosedBy::Session => texts().by_session,
        ClosedBy::Server => texts().by_server,
    };
    view! {
        <details class="closed" class:gone=move || closed.with(Vec::is_empty)>
            <summary data-testid="closed-toggle">
                {move || count(closed.with(Vec::len) as u64, texts().closed_one, texts().closed_many)}
            </summary>
            <ul>
                {move || {
                    closed
                        .get()
                        .into_iter()
                        .map(|socket| {
                            let view = socket.view;
                            view! {
                                <li data-testid="closed-socket" data-socket=view.socket>
                                    <Badge socket=view.socket/>
                                    <span>{socket_kind(view.family, view.r#type, texts())}</span>
                                    <span class="quiet">{by(socket.by)}</span>
                                </li>
                            }
                        })
                        .collect_view()
                }}
            </ul>
        </details>
    }
}
