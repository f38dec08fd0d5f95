//! The kernel's own list of the hosts' TCP connections: what no socket shows of them stands here as well.

use leptos::prelude::*;
use sockyard_protocol::call::CONNECTIONS_MAX;
use sockyard_protocol::connection::Connection;

use super::badge::Badge;
use super::host_name::HostName;
use super::socket_card::meaning;
use crate::model::format::grouped;
use crate::model::packets::connections::{Place, lines, queues, timer};
use crate::state::Page;
use crate::text::fill;
use crate::text::later::ConnectionTexts;

fn texts(page: Page) -> &'static ConnectionTexts {
    &page.preferences.language.get().later().connections
}

/// The list, asked for anew as long as it is shown.
#[component]
pub(super) fn KernelList() -> impl IntoView {
    let page = Page::from_context();
    let told = page.follow_connections();
    let lines = Memo::new(move |_| {
        told.with(|told| match told {
            Some(Ok(told)) => lines(&told.connections),
            _ => Default::default(),
        })
    });
    let places = Memo::new(move |_| lines.with(|lines| lines.keys().cloned().collect::<Vec<_>>()));
    let is_empty = move || told.with(|told| matches!(told, Some(Ok(told)) if told.connections.is_empty()));
    let has_failed = move || told.with(|told| matches!(told, Some(Err(_))));
    let has_more = move || told.with(|told| matches!(told, Some(Ok(told)) if told.more));
    view! {
        <section class="kernel-list" aria-labelledby="kernel-list" data-testid="kernel-list">
            <h3 class="label" id="kernel-list">
                {move || texts(page).k_title} <span class="kernel-when">{move || texts(page).k_every}</span>
            </h3>
            <p class="empty" class:gone=move || !is_empty() data-testid="kernel-empty">{move || texts(page).k_empty}</p>
            <p class="log-missing" role="status" class:gone=move || !has_failed()>{move || texts(page).k_failed}</p>
            <ul class:gone=move || places.with(Vec::is_empty)>
                <For each=move || places.get() key=Place::clone let(place)>
                    {
                        let line = Memo::new(move |_| lines.with(|lines| lines.get(&place).cloned()));
                        view! { <Line line/> }
                    }
                </For>
            </ul>
            <p class="hint" class:gone=move || !has_more()>
                {move || fill(texts(page).k_more, &[("n", &grouped(CONNECTIONS_MAX as u64))])}
            </p>
        </section>
    }
}

/// A connection or a listener; nothing once it has left the list.
#[component]
fn Line(line: Memo<Option<Connection>>) -> impl IntoView {
    let page = Page::from_context();
    let state = move || line.with(|line| line.as_ref().map(|line| line.state.clone())).unwrap_or_default();
    view! {
        <li class="kernel-line" data-testid="kernel-connection" data-state=state>
            {move || {
                let connection = line.get()?;
                let texts = texts(page);
                let when = connection.timer.map(|running| timer(running, texts));
                let queues = queues(&connection, texts);
                let means = meaning(&connection.state, &page.later().states);
                let Connection { host, local, peer, state, socket, .. } = connection;
                Some(view! {
                    <span class="kernel-host"><HostName host/></span>
                    <code class="kernel-ends">
                        <span>{local}</span>
                        {peer.map(|peer| view! { <span>" ⇄ " {peer}</span> })}
                    </code>
                    <span class="kernel-socket">
                        {match socket {
                            Some(socket) => view! { <Badge socket/> }.into_any(),
                            None => view! {
                                <span class="quiet" title=texts.k_no_socket_means>{texts.k_no_socket}</span>
                            }
                            .into_any(),
                        }}
                    </span>
                    <span class="kernel-state"><strong>{state}</strong> " " <span class="quiet">{means}</span></span>
                    <span class="kernel-queues">{queues}</span>
                    <span class="kernel-timer">{when}</span>
                })
            }}
        </li>
    }
}
