//! The wire above the packets: what it is like in a line, cutting and holding at a click, and what waits at it.

use leptos::prelude::*;
use sockyard_protocol::call::{WireCut, WireMend, WireRelease, WireUnhold};
use sockyard_protocol::wire::ReleaseAction;

use super::choice::Choice;
use super::fault_view::FaultView;
use super::host_name::HostName;
use crate::model::packets::wire::{Holding, summary, waiting};
use crate::model::packets::words::words;
use crate::state::Page;
use crate::text::fill;
use crate::text::later::WireTexts;

/// How many held packets have a line each; more would bury the list.
const LINES: usize = 4;
/// How long a packet waits that is to wait a little, in milliseconds.
const DELAY_MS: u32 = 1000;

/// The texts of the wire.
pub(super) fn texts(page: Page) -> &'static WireTexts {
    &page.preferences.language.get().later().wire
}

/// The wire in a line.
#[component]
pub(super) fn WireBar(
    /// Whether held packets are decided about on their arrows.
    #[prop(into)]
    on_arrows: Signal<bool>,
) -> impl IntoView {
    let page = Page::from_context();
    page.follow_wire();
    let hosts = Memo::new(move |_| page.lab_hosts().into_iter().map(|host| host.name).collect::<Vec<_>>());
    let line = move || page.lab.wire.with(|wire| wire.as_ref().map(|wire| summary(wire, texts(page))));
    let is_cut = Memo::new(move |_| page.lab.wire.with(|wire| wire.as_ref().is_some_and(|wire| wire.cut)));
    let holding = Memo::new(move |_| {
        page.lab.wire.with(|wire| Holding::of(wire.as_ref().and_then(|wire| wire.hold.as_ref())))
    });
    let choices = Signal::derive(move || {
        let own = (holding.get() == Holding::Own).then_some(Holding::Own);
        let all = Holding::CHOICES.into_iter().chain(own);
        all.map(|choice| (choice.name().to_owned(), choice.label(texts(page)).to_owned())).collect::<Vec<_>>()
    });
    let hold = move |name: String| {
        let choice = Holding::CHOICES.into_iter().find(|choice| choice.name() == name);
        match choice.map(|choice| (choice, choice.call())) {
            Some((_, Some(call))) => page.change_wire(call),
            Some((Holding::Nothing, None)) => page.change_wire(WireUnhold {}),
            _ => {}
        }
    };
    let cut = move |_| match is_cut.get_untracked() {
        true => page.change_wire(WireMend { from: None, to: None }),
        false => page.change_wire(WireCut { from: None, to: None }),
    };
    let state = move || match (is_cut.get(), holding.get()) {
        (true, _) => "cut",
        (false, Holding::Nothing) => "open",
        _ => "holds",
    };
    let picture = move || {
        let hosts = hosts.get();
        // With two hosts the wire is between them; with more it is what all of them are on.
        let (left, right) = match hosts.as_slice() {
            [one, other] => (vec![one.clone()], vec![other.clone()]),
            _ => (hosts, Vec::new()),
        };
        let ends =
            |hosts: Vec<String>| hosts.into_iter().map(|host| view! { <HostName host/> }).collect_view();
        view! {
            <span class="wire-end">{ends(left)}</span>
            <span class="wire-line" data-state=state>
                <span class="wire-words" data-testid="wire-words">{line}</span>
            </span>
            <span class="wire-end">{ends(right)}</span>
        }
    };
    view! {
        <section class="wire" aria-label=move || texts(page).w_title data-testid="wire" data-state=state>
            <div class="wire-bar">
                <div class="wire-picture">{picture}</div>
                <div class="wire-controls" class:gone=move || !page.may_call()>
                    <Choice
                        testid="wire-hold"
                        label=Signal::derive(move || texts(page).w_hold.to_owned())
                        options=choices
                        value=Signal::derive(move || holding.get().name().to_owned())
                        on_change=hold
                    />
                    <button
                        type="button"
                        class="button small toggle"
                        data-testid="wire-cut"
                        title=move || texts(page).w_cut_hint
                        aria-pressed=move || is_cut.get().to_string()
                        on:click=cut
                    >
                        {move || texts(page).w_cut}
                    </button>
                </div>
            </div>
            <Held on_arrows/>
            {move || page.lab.refused.get().map(|error| view! { <FaultView error testid="wire-error"/> })}
        </section>
    }
}

/// The packets that wait at the wire.
#[component]
fn Held(on_arrows: Signal<bool>) -> impl IntoView {
    let page = Page::from_context();
    let held = Memo::new(move |_| {
        page.lab.wire.with(|wire| wire.as_ref().map(|wire| wire.held.clone()).unwrap_or_default())
    });
    let first = move || held.with(|held| held.iter().take(LINES).copied().collect::<Vec<_>>());
    let more = move || held.with(Vec::len).saturating_sub(LINES);
    view! {
        <div class="held" class:gone=move || held.with(Vec::is_empty) data-testid="held">
            <p class="held-head">
                <strong role="status">{move || waiting(held.with(Vec::len), texts(page))}</strong>
                <button
                    type="button"
                    class="button small"
                    class:gone=move || !page.may_call()
                    data-testid="held-pass-all"
                    on:click=move |_| page.change_wire(WireRelease {
                        seq: None,
                        action: ReleaseAction::Pass,
                        delay_ms: None,
                    })
                >
                    {move || texts(page).w_pass_all}
                </button>
            </p>
            <ul class:gone=on_arrows>
                <For each=first key=|seq| *seq let(seq)>
                    <li class="held-packet" data-testid="held-packet" data-seq=seq>
                        <HeldLine seq/>
                        <Decide seq/>
                    </li>
                </For>
            </ul>
            <p class="hint" class:gone=move || more() == 0 || on_arrows.get()>
                {move || fill(texts(page).w_more, &[("n", &more().to_string())])}
            </p>
        </div>
    }
}

/// What a held packet is.
#[component]
fn HeldLine(seq: u64) -> impl IntoView {
    let page = Page::from_context();
    let packet = Memo::new(move |_| {
        page.lab.version.track();
        page.packets().borrow().get(seq).cloned()
    });
    view! {
        <button type="button" class="held-line" on:click=move |_| page.open_packet(seq)>
            <span class="packet-number">{seq}</span>
            {move || {
                packet.get().map(|packet| {
                    let (protocol, info) = words(&packet);
                    view! {
                        <HostName host=packet.from.clone()/>
                        <code>{format!("{protocol} {info}")}</code>
                    }
                })
            }}
        </button>
    }
}

/// What becomes of a held packet.
#[component]
pub(super) fn Decide(
    /// Its number.
    seq: u64,
) -> impl IntoView {
    let page = Page::from_context();
    let button =
        move |testid: &'static str, label: fn(&'static WireTexts) -> &'static str, action: ReleaseAction| {
            let number = seq.to_string();
            view! {
                <button
                    type="button"
                    class="button small"
                    data-testid=testid
                    aria-label=move || {
                        fill(texts(page).w_act_on, &[("what", label(texts(page))), ("n", &number)])
                    }
                    on:click=move |event| {
                        event.stop_propagation();
                        let delay_ms = (action == ReleaseAction::Delay).then_some(DELAY_MS);
                        page.change_wire(WireRelease { seq: Some(seq), action, delay_ms });
                    }
                >
                    {move || label(texts(page))}
                </button>
            }
        };
    view! {
        <span class="decide" class:gone=move || !page.may_call()>
            {button("held-pass", |texts| texts.w_pass, ReleaseAction::Pass)}
            {button("held-drop", |texts| texts.w_drop, ReleaseAction::Drop)}
            {button("held-delay", |texts| texts.w_delay, ReleaseAction::Delay)}
            {button("held-duplicate", |texts| texts.w_twice, ReleaseAction::Duplicate)}
        </span>
    }
}
