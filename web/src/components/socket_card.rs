//! A socket's card: who it is, whom it talks to, and what the kernel says of it.

use leptos::prelude::*;
use sockyard_protocol::{Mode, Responder, SocketId, SocketInfo};

use super::badge::Badge;
use super::card_menu::CardMenu;
use super::host_name::HostName;
use super::waiting::SocketWaiting;
use crate::model::format::{bytes, duration_us};
use crate::model::sockets::{Queue, SocketView, hue};
use crate::model::summary::socket_kind;
use crate::state::{Page, Part};
use crate::text::later::States;
use crate::text::{Sockets, fill};

/// A socket's card.
#[component]
pub(super) fn SocketCard(
    /// The socket.
    socket: SocketId,
    /// Takes the socket when its close button is pressed.
    closing: RwSignal<Option<SocketId>>,
) -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.text().sockets;
    let view = Memo::new(move |_| page.sockets.with(|table| table.get(socket).cloned()));
    let selected = move || page.selected.get() == Some(socket);
    let kind = move || view.get().map(|view| socket_kind(view.family, view.r#type, texts()));
    let number = socket.to_string();
    let close_label = {
        let number = number.clone();
        move || fill(texts().close, &[("n", &number)])
    };
    let select_label = move || fill(texts().select, &[("n", &number)]);
    let choose = move || {
        page.choose(socket);
        page.part.set(Part::Call);
    };
    view! {
        <article
            class=format!("card hue-{}", hue(socket))
            data-testid="socket-card"
            data-socket=socket
            data-selected=move || selected().to_string()
            on:click=move |_| choose()
        >
            <div class="card-head">
                <button
                    type="button"
                    class="card-select"
                    data-testid="socket-select"
                    title=select_label
                    aria-pressed=move || selected().to_string()
                    on:click=move |event| {
                        event.stop_propagation();
                        choose();
                    }
                >
                    <Badge socket/>
                    <span class="card-kind">{kind}</span>
                </button>
                <StateWord view/>
                <CardMenu socket view closing/>
                <button
                    type="button"
                    class="icon-button"
                    class:gone=move || !page.may_call()
                    data-testid="socket-close"
                    aria-label=close_label.clone()
                    title=close_label
                    on:click=move |event| {
                        event.stop_propagation();
                        closing.set(Some(socket));
                        page.close_socket(socket);
                    }
                >
                    "✕"
                </button>
            </div>
            <Addresses view/>
            {move || {
                view.get()
                    .and_then(|view| view.info)
                    .and_then(|info| info.backlog)
                    .map(|backlog| view! { <BacklogMeter waiting=backlog.waiting limit=backlog.limit/> })
            }}
            <Queues view/>
            <p class="card-facts">
                {move || view.get().map(|view| facts(&view, texts()))}
            </p>
            <p class="card-queues" data-testid="socket-queues">
                {move || view.get().and_then(|view| view.info).map(|info| queues(&info, texts()))}
            </p>
            <SocketWaiting socket place="card"/>
        </article>
    }
}

/// The two queues as bars, the words for them below.
#[component]
fn Queues(view: Memo<Option<SocketView>>) -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.text().sockets;
    let queues = Memo::new(move |_| {
        view.with(|view| view.as_ref().map(|view| (view.receive_queue(), view.send_queue())))
    });
    let receive = Memo::new(move |_| queues.get().and_then(|(receive, _)| receive));
    let send = Memo::new(move |_| queues.get().and_then(|(_, send)| send));
    view! {
        <div class="meters" class:gone=move || receive.get().is_none() && send.get().is_none()>
            <Meter queue=receive label=Signal::derive(move || texts().receive_meter.to_owned())/>
            <Meter queue=send label=Signal::derive(move || texts().send_meter.to_owned())/>
        </div>
    }
}

/// How full a queue is.
#[component]
fn Meter(queue: Memo<Option<Queue>>, label: Signal<String>) -> impl IntoView {
    let percent = move || queue.get().map_or(0, Queue::percent);
    let words = move || {
        let queue = queue.get()?;
        Some(format!("{}: {} / {}", label.get(), bytes(queue.bytes), bytes(queue.most)))
    };
    view! {
        <div
            class="meter"
            class:gone=move || queue.get().is_none()
            role="meter"
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuenow=percent
            aria-label=words
            title=words
        >
            <span class="meter-label" aria-hidden="true">{move || label.get()}</span>
            <span class="meter-track" aria-hidden="true">
                <span class="meter-fill" class:full=move || { percent() >= 80 } style:width=move || format!("{}%", percent())></span>
            </span>
        </div>
    }
}

/// The kernel's TCP state, with its meaning on demand.
#[component]
fn StateWord(view: Memo<Option<SocketView>>) -> impl IntoView {
    let page = Page::from_context();
    let state = Memo::new(move |_| view.get().and_then(|view| view.state().map(str::to_owned)));
    move || {
        state.get().map(|state| {
            let meaning = {
                let state = state.clone();
                move || meaning(&state, &page.later().states)
            };
            view! {
                <span class="tcp-state" data-testid="socket-state" data-state=state.clone() title=meaning>
                    {state.clone()}
                </span>
            }
        })
    }
}

#[component]
fn Addresses(view: Memo<Option<SocketView>>) -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.text().sockets;
    let local = move || view.get().and_then(|view| view.local).filter(|address| !address.is_empty());
    let peer = move || view.get().and_then(|view| view.peer);
    view! {
        <p class="card-addresses">
            {move || view.get().and_then(|view| view.host).map(|host| view! { <HostName host/> })}
            <code data-testid="socket-local" class:quiet=move || local().is_none()>
                {move || local().unwrap_or_else(|| texts().no_address.to_owned())}
            </code>
            {move || {
                peer()
                    .map(|peer| {
                        let peer = if peer.is_empty() { "—".to_owned() } else { peer };
                        view! {
                            <span class="card-arrow" aria-hidden="true">"⇄"</span>
                            <code data-testid="socket-peer">{peer}</code>
                        }
                    })
            }}
        </p>
    }
}

/// A listener's accept queue as slots, filled ones first.
#[component]
fn BacklogMeter(waiting: u32, limit: u32) -> impl IntoView {
    /// Most slots drawn; a backlog of 4096 is told by its numbers.
    const SLOTS: u32 = 16;
    let page = Page::from_context();
    let words = move || {
        let values = [("waiting", waiting.to_string()), ("limit", limit.to_string())];
        fill(page.text().sockets.backlog, &values.each_ref().map(|(name, value)| (*name, value.as_str())))
    };
    let slots = limit.clamp(1, SLOTS);
    view! {
        <div class="backlog" data-testid="socket-backlog" data-waiting=waiting data-limit=limit>
            <span class="slots" aria-hidden="true">
                {(0..slots)
                    .map(|slot| view! { <span class="slot" class:filled=slot < waiting></span> })
                    .collect_view()}
                {(limit > SLOTS).then_some("…")}
            </span>
            <span class="backlog-words">{words}</span>
        </div>
    }
}

fn facts(view: &SocketView, texts: &Sockets) -> String {
    let mut facts = Vec::new();
    if view.sent > 0 {
        facts.push(fill(texts.sent, &[("n", &bytes(view.sent))]));
    }
    if view.received > 0 {
        facts.push(fill(texts.received, &[("n", &bytes(view.received))]));
    }
    if view.peer_closed {
        facts.push(texts.peer_closed.to_owned());
    }
    facts.extend(view.options.iter().map(|(name, value)| format!("{name} {value}")));
    if let Some(info) = &view.info {
        if info.accept == Mode::Stream {
            facts.push(texts.accepting.to_owned());
        }
        if info.receive == Mode::Stream {
            facts.push(texts.streaming.to_owned());
        }
        match &info.responder {
            Some(Responder::Echo {}) => facts.push(texts.echoing.to_owned()),
            Some(Responder::Discard {}) => facts.push(texts.discarding.to_owned()),
            Some(Responder::Rules { .. }) => facts.push(texts.by_rules.to_owned()),
            None => {}
        }
    }
    facts.join(" · ")
}

fn queues(info: &SocketInfo, texts: &Sockets) -> String {
    let mut facts = Vec::new();
    // After a refused connect the kernel still counts the SYN that nobody acknowledged.
    let sending = info.send_queue.filter(|_| info.state.as_deref() != Some("CLOSE"));
    // A listener's queues count connections, and the backlog shows them already.
    if info.backlog.is_none() {
        for (queued, template) in [(info.receive_queue, texts.receive_queue), (sending, texts.send_queue)] {
            if let Some(queued) = queued.filter(|queued| *queued > 0) {
                facts.push(fill(template, &[("n", &bytes(queued))]));
            }
        }
    }
    if let Some(drops) = info.drops.filter(|drops| *drops > 0) {
        facts.push(fill(texts.drops, &[("n", &drops.to_string())]));
    }
    if let Some(tcp) = info.tcp.filter(|tcp| tcp.rtt_us > 0 && info.peer.is_some()) {
        facts.push(fill(texts.rtt, &[("time", &duration_us(u64::from(tcp.rtt_us)))]));
    }
    facts.join(" · ")
}

/// The kernel's TCP state in words.
pub(super) fn meaning(state: &str, states: &'static States) -> &'static str {
    match state {
        "LISTEN" => states.listen,
        "SYN_SENT" => states.syn_sent,
        "SYN_RECV" => states.syn_recv,
        "ESTABLISHED" => states.established,
        "FIN_WAIT1" => states.fin_wait1,
        "FIN_WAIT2" => states.fin_wait2,
        "TIME_WAIT" => states.time_wait,
        "CLOSE_WAIT" => states.close_wait,
        "LAST_ACK" => states.last_ack,
        "CLOSING" => states.closing,
        _ => states.close,
    }
}
