//! What the kernel knew of a line's socket about the time of the line.

use leptos::prelude::*;
use sockyard_protocol::{Event, SocketInfo};

use super::socket_card::meaning;
use crate::model::format::{bytes, duration_us, grouped};
use crate::state::Page;
use crate::text::{fill, later};

/// Addresses, state and queues as the kernel told them; nothing for a line without a socket, and for one that was closed
/// before the page came.
#[component]
pub(super) fn KernelFacts(
    /// The line.
    event: Event,
) -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.later().detail;
    let (seq, socket) = (event.seq, event.socket);
    let fact = Memo::new(move |_| {
        // Whatever the kernel says new is noted first.
        page.sockets.track();
        let socket = socket.filter(|_| page.is_live())?;
        page.facts.with_value(|facts| facts.after(seq, socket).cloned())
    });
    move || {
        fact.get().map(|fact| {
            let asked = fact.seq;
            let when = move || {
                let template = if asked >= seq { texts().kernel_after } else { texts().kernel_last };
                fill(template, &[("n", &grouped(asked))])
            };
            let rows = rows(&fact.info, page.later());
            view! {
                <section class="kernel" data-testid="log-detail-kernel">
                    <h3 class="label">{move || texts().kernel} <span class="kernel-when">{when}</span></h3>
                    <dl class="facts">
                        {rows
                            .into_iter()
                            .map(|(name, value)| view! { <dt>{name}</dt><dd>{value}</dd> })
                            .collect_view()}
                    </dl>
                </section>
            }
        })
    }
}

fn rows(info: &SocketInfo, text: &'static later::Text) -> Vec<(&'static str, String)> {
    let detail = &text.detail;
    let mut rows = Vec::new();
    if let Some(state) = &info.state {
        rows.push((detail.state, format!("{state} · {}", meaning(state, &text.states))));
    }
    let queues = [(detail.receive_queue, info.receive_queue), (detail.send_queue, info.send_queue)];
    rows.extend(queues.into_iter().filter_map(|(name, queue)| Some((name, bytes(queue?)))));
    if let Some(backlog) = info.backlog {
        let values = [("waiting", backlog.waiting.to_string()), ("limit", backlog.limit.to_string())];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        rows.push((detail.backlog, fill(detail.backlog_of, &values)));
    }
    if let Some(drops) = info.drops.filter(|drops| *drops > 0) {
        rows.push((detail.drops, grouped(drops)));
    }
    if let Some(tcp) = info.tcp.filter(|tcp| tcp.rtt_us > 0) {
        rows.push((
            detail.rtt,
            format!("{} ± {}", duration_us(tcp.rtt_us.into()), duration_us(tcp.rtt_var_us.into())),
        ));
        let values = [tcp.congestion_window.to_string(), grouped(tcp.mss.into())];
        rows.push((detail.window, fill(detail.window_of, &[("n", &values[0]), ("mss", &values[1])])));
    }
    rows
}
