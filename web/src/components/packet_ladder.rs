//! The packets as arrows between the hosts: what was lost falls off on the way, what is held stops in the middle, and a
//! retransmission is tied to what it repeats.

use std::collections::BTreeMap;

use leptos::prelude::*;
use sockyard_protocol::Packet;
use sockyard_protocol::packet::{Fate, Mark};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::host_name::HostName;
use super::packets_view::Board;
use super::wire_bar::Decide;
use crate::model::format::grouped;
use crate::model::packets::filter::{Sign, signs};
use crate::model::packets::wire::is_lost;
use crate::model::packets::words::{fate, fate_name, sign, words};
use crate::model::row_time::TimeKind;
use crate::state::Page;
use crate::text::fill;

/// Most packets that are drawn: some thousand elements.
const DRAWN: usize = 300;
/// The height of a step in pixels, and of one whose packet is held, as the style sheet has them.
const STEP: usize = 44;
const STEP_HELD: usize = 76;
/// Where in its step an arrow is.
const SHAFT: usize = 31;

/// A packet in the ladder.
#[derive(Clone, Debug, PartialEq)]
struct Step {
    packet: Packet,
    /// From which lane, and to which; the same where nobody is there to get it.
    from: usize,
    to: usize,
    /// How many pixels up the packet is that it repeats.
    repeats: Option<usize>,
}

/// The ladder.
#[component]
pub(super) fn Ladder(board: Board) -> impl IntoView {
    let page = board.page;
    let lanes = Memo::new(move |_| {
        page.connection.hello.with(|hello| {
            let hosts = hello.as_ref().map(|hello| hello.network.hosts.as_slice()).unwrap_or_default();
            hosts.iter().map(|host| host.name.clone()).collect::<Vec<_>>()
        })
    });
    let steps = Memo::new(move |_| {
        page.lab.version.track();
        board.filtered.track();
        steps(page, &lanes.get())
    });
    let scroller = NodeRef::<leptos::html::Div>::new();
    let show_newest = move || {
        request_animation_frame(move || {
            if let Some(Some(scroller)) = scroller.try_get_untracked() {
                let scroller: HtmlElement = scroller.unchecked_into();
                scroller.set_scroll_top(scroller.scroll_height());
            }
        });
    };
    Effect::new(move || {
        steps.track();
        if board.following.get() {
            show_newest();
        }
    });
    let scrolled = move |_| {
        let Some(scroller) = scroller.get_untracked() else { return };
        let rest = scroller.scroll_height() - scroller.client_height() - scroller.scroll_top();
        if board.following.get_untracked() != (rest <= 2) {
            board.follow(rest <= 2);
        }
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        let walk = |step: isize| {
            let chosen = page.lab.selected.get_untracked();
            if let Some(seq) = page.packets().borrow().neighbour(chosen, step) {
                page.walk_to_packet(seq);
                super::focus::show(format!(".ladder-step[data-seq=\"{seq}\"]"));
            }
        };
        match event.key().as_str() {
            "ArrowDown" => walk(1),
            "ArrowUp" => walk(-1),
            "Enter" if event.target() == event.current_target() => {
                if let Some(seq) = page.lab.selected.get_untracked() {
                    page.open_packet(seq);
                }
            }
            "Escape" => page.lab.selected.set(None),
            _ => return,
        }
        event.prevent_default();
    };
    let left_out = move || board.counts.get().0 > DRAWN;
    view! {
        <p class="log-missing" class:gone=move || !left_out()>
            {move || fill(board.texts().pk_ladder_cut, &[("n", &grouped(DRAWN as u64))])}
        </p>
        <div class="log-frame">
            <div
                class="ladder"
                node_ref=scroller
                tabindex="0"
                role="group"
                data-testid="packet-ladder"
                aria-label=move || board.texts().pk_ladder_label
                on:scroll=scrolled
                on:keydown=on_key
            >
                <div class="ladder-heads">
                    {move || {
                        let lanes = lanes.get();
                        let count = lanes.len();
                        lanes.into_iter().enumerate().map(|(lane, host)| view! {
                            <span class="ladder-head" style:left=format!("{}%", lane_x(lane, count))>
                                <HostName host/>
                            </span>
                        }).collect_view()
                    }}
                </div>
                <div class="ladder-steps">
                    <div class="ladder-lanes" aria-hidden="true">
                        {move || {
                            let lanes = lanes.get();
                            let count = lanes.len();
                            lanes.into_iter().enumerate().map(|(lane, host)| {
                                let class = move || format!("ladder-lane {}", page.host_class(&host));
                                view! { <span class=class style:left=format!("{}%", lane_x(lane, count))></span> }
                            }).collect_view()
                        }}
                    </div>
                    <ol>
                    <For each=move || steps.get() key=|step| (step.packet.seq, step.packet.fate as u8, step.packet.delayed_us, step.repeats, step.from, step.to) let(step)>
                        <Arrow board step lanes/>
                    </For>
                    </ol>
                </div>
            </div>
            <p class="empty log-empty" class:gone=move || board.counts.get().1 != 0>{move || board.none_at_all()}</p>
        </div>
    }
}

/// Where a lane stands, in percent of the width. Outside of the first and the last there is room for times and ties.
fn lane_x(lane: usize, count: usize) -> f64 {
    let margin = (50.0 / count.max(1) as f64).min(18.0);
    match count {
        0 | 1 => 50.0,
        _ => margin + lane as f64 * (100.0 - 2.0 * margin) / (count - 1) as f64,
    }
}

/// The newest packets that pass the filter, each with its lanes.
fn steps(page: Page, lanes: &[String]) -> Vec<Step> {
    let packets = page.packets();
    let packets = packets.borrow();
    let count = packets.shown_len();
    let lane = |name: &str| lanes.iter().position(|lane| lane == name);
    let by_address: BTreeMap<String, usize> = page.connection.hello.with_untracked(|hello| {
        let hosts = hello.as_ref().map(|hello| hello.network.hosts.as_slice()).unwrap_or_default();
        let address = |(index, host): (usize, &sockyard_protocol::hello::LabHost)| {
            host.addresses.iter().map(|address| (address.clone(), index)).collect::<Vec<_>>()
        };
        hosts.iter().enumerate().flat_map(address).collect()
    });
    let mut drawn: Vec<Step> = Vec::new();
    let height = |step: &Step| if step.packet.fate == Fate::Held { STEP_HELD } else { STEP };
    for packet in (count.saturating_sub(DRAWN)..count).filter_map(|at| packets.shown(at)) {
        // A host that is removed has no lane any more.
        let Some(from) = lane(&packet.from) else { continue };
        // Where nobody got it, its address tells where it was going.
        let meant = packet.ip.as_ref().and_then(|ip| by_address.get(&ip.destination).copied());
        let got = packet.to.iter().filter_map(|host| lane(host)).max_by_key(|to| to.abs_diff(from));
        let to = got.or(meant).unwrap_or(from);
        let original = packet.tcp.as_ref().and_then(|tcp| tcp.original);
        let place = original.and_then(|original| drawn.iter().position(|step| step.packet.seq == original));
        let repeats = place.map(|place| drawn.get(place..).unwrap_or_default().iter().map(height).sum());
        drawn.push(Step { packet: packet.clone(), from, to, repeats });
    }
    drawn
}

/// A packet.
#[component]
fn Arrow(board: Board, step: Step, lanes: Memo<Vec<String>>) -> impl IntoView {
    let page = board.page;
    let Step { packet, from, to, repeats } = step;
    let seq = packet.seq;
    let count = lanes.with_untracked(Vec::len).max(1);
    let (left, right) = (from.min(to), from.max(to));
    let percent = |lane: usize| lane_x(lane, count);
    let (start, width) = match left == right {
        // To nobody: a little to the side.
        true => (percent(left), (40.0 / count as f64).min(98.0 - percent(left))),
        false => (percent(left), percent(right) - percent(left)),
    };
    let goes_left = to < from;
    let texts = page.preferences.language.get_untracked().lab();
    let (protocol, info) = words(&packet);
    // Ports are the same in a whole conversation; what changes comes first.
    let line = match &packet.tcp {
        Some(tcp) => {
            let from = info.find('[').unwrap_or(0);
            // The options stand in the list and in the packet's details.
            let length = format!("Len={}", tcp.payload_bytes);
            let to = info.find(&length).map_or(info.len(), |at| at + length.len());
            info.get(from..to).unwrap_or(info).to_owned()
        }
        None => format!("{protocol} {info}"),
    };
    let marks: Vec<String> = signs(&packet).into_iter().map(|found| sign(found, &texts.marks).0).collect();
    let is_repeat = signs(&packet).contains(&Sign::Mark(Mark::Retransmission));
    let ending = match packet.fate {
        Fate::Passed => String::new(),
        other => fate(other, &texts.marks).0.to_owned(),
    };
    let time = TimeKind::Relative.show(packet.time_us, page.packets().borrow().first_us(), 0);
    // Said beside what is drawn: which packet, and where the arrow begins.
    let said = format!("{seq} {} ", packet.from);
    let class = move || format!("ladder-arrow {}", page.host_class(&packet.from));
    let tie = repeats.map(|up| {
        let top = SHAFT as i32 - up as i32;
        let side = if goes_left { "ladder-tie to-right" } else { "ladder-tie" };
        view! {
            <span
                class=side
                aria-hidden="true"
                style:height=format!("{up}px")
                style:top=format!("{top}px")
                style:left=format!("{}%", percent(from))
            ></span>
        }
    });
    view! {
        <li class="ladder-row" data-fate=fate_name(packet.fate) data-repeat=is_repeat.to_string()>
            <button
                type="button"
                class="ladder-step"
                tabindex="-1"
                data-testid="ladder-step"
                data-seq=seq
                data-fate=fate_name(packet.fate)
                aria-pressed=move || (page.lab.selected.get() == Some(seq)).to_string()
                on:click=move |_| page.open_packet(seq)
            >
                <span class="visually-hidden">{said}</span>
                <span class="ladder-time">{time}</span>
                <span
                    class=class
                    class:goes-left=goes_left
                    class:falls=is_lost(packet.fate)
                    class:waits=packet.fate == Fate::Held
                    style:left=format!("{start}%")
                    style:width=format!("{width}%")
                >
                    <span class="ladder-label">
                        <span class="ladder-words">{line}</span>
                        {(!marks.is_empty()).then(|| view! { <span class="packet-signs">{marks.join(" · ")}</span> })}
                        {(!ending.is_empty()).then(|| view! { <span class="packet-fate">{ending}</span> })}
                    </span>
                    <span class="ladder-shaft"></span>
                    <span class="ladder-end"></span>
                </span>
                {tie}
            </button>
            {(packet.fate == Fate::Held).then(|| view! {
                <span class="ladder-decide" style:left=format!("{}%", start + width / 2.0)><Decide seq/></span>
            })}
        </li>
    }
}
