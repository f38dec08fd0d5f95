//! The packets as arrows between the hosts: what was lost falls off on the way, what is held stops in the middle, and a
//! retransmission is tied to what it repeats.

use leptos::prelude::*;
use sockyard_protocol::packet::Fate;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::host_name::HostName;
use super::packets_view::Board;
use super::picture_file::{Form, save_picture};
use super::wire_bar::Decide;
use crate::model::format::grouped;
use crate::model::packets::ladder::{self, DRAWN, Step, Words};
use crate::model::packets::wire::is_lost;
use crate::model::packets::words::fate_name;
use crate::model::row_time::TimeKind;
use crate::state::Page;
use crate::text::fill;

/// The height of a step in pixels, and of one whose packet is held, as the style sheet has them.
const STEP: usize = 44;
const STEP_HELD: usize = 76;
/// Where in its step an arrow is.
const SHAFT: usize = 31;

/// The ladder.
#[component]
pub(super) fn Ladder(board: Board) -> impl IntoView {
    let page = board.page;
    let lanes = Memo::new(move |_| page.lab_hosts().into_iter().map(|host| host.name).collect::<Vec<_>>());
    let steps = Memo::new(move |_| {
        page.lab.version.track();
        board.filtered.track();
        steps(page)
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
                    <For each=move || steps.get() key=|(step, up)| (step.packet.seq, step.packet.fate as u8, step.packet.delayed_us, *up, step.from, step.to) let((step, repeats))>
                        <Arrow board step repeats lanes/>
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

/// The steps, each with how many pixels up that is which it repeats.
fn steps(page: Page) -> Vec<(Step, Option<usize>)> {
    let packets = page.packets();
    let steps = ladder::steps(&packets.borrow(), &page.lab_hosts());
    let height = |step: &Step| if step.packet.fate == Fate::Held { STEP_HELD } else { STEP };
    let up =
        |index: usize, before: usize| steps.get(before..index).unwrap_or_default().iter().map(height).sum();
    let ups: Vec<_> =
        steps.iter().enumerate().map(|(index, step)| step.repeats.map(|before| up(index, before))).collect();
    steps.into_iter().zip(ups).collect()
}

/// Saves what is drawn as a file.
pub(super) fn save(page: Page, form: Form) -> Option<()> {
    let texts = page.preferences.language.get_untracked().later();
    let hosts = untrack(|| page.lab_hosts());
    let packets = page.packets();
    let packets = packets.borrow();
    let steps = ladder::steps(&packets, &hosts);
    let (els, size) = ladder::picture(&steps, &hosts, packets.first_us(), &texts.marks);
    save_picture(&els, size, "sockyard-packets", form)
}

/// A packet.
#[component]
fn Arrow(
    board: Board,
    step: Step,
    /// How many pixels up the packet is that it repeats.
    repeats: Option<usize>,
    lanes: Memo<Vec<String>>,
) -> impl IntoView {
    let page = board.page;
    let Step { packet, from, to, .. } = step;
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
    let texts = page.preferences.language.get_untracked().later();
    let Words { line, marks, ending } = Words::of(&packet, &texts.marks);
    let is_repeat = ladder::is_repeat(&packet);
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
                        {(!marks.is_empty()).then(|| view! { <span class="packet-signs">{marks}</span> })}
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
