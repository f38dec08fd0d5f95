//! The packets of the session's lab.

use leptos::prelude::*;

use super::choice::Choice;
use super::packet_ladder::{Ladder, save};
use super::packet_rows::PacketRows;
use super::picture_file::Form;
use super::tcp_states::TcpStates;
use super::wire_bar::WireBar;
use super::wire_panel::WirePanel;
use crate::browser_storage::{read, tab, write};
use crate::model::format::grouped;
use crate::model::packets::filter::{Filter, Kind};
use crate::model::packets::states::Ways;
use crate::model::packets::wire::{record, unrecorded};
use crate::state::Page;
use crate::text::later::{PacketTexts, SequenceTexts};
use crate::text::{count, fill};

/// Where the browser keeps the way for a reload.
const WAY: &str = "sockyard.packets";

/// Ways to look at the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Way {
    /// The packets line by line.
    #[default]
    List,
    /// As arrows between the hosts.
    Ladder,
    /// The ends of a connection in TCP's state diagram.
    States,
    /// The hosts, and what can be set of the wire.
    Network,
}

impl Way {
    const ALL: [Way; 4] = [Way::List, Way::Ladder, Way::States, Way::Network];

    /// Its name in test ids and in the browser's storage.
    fn name(self) -> &'static str {
        match self {
            Way::List => "list",
            Way::Ladder => "ladder",
            Way::States => "states",
            Way::Network => "network",
        }
    }

    fn label(self, texts: &'static PacketTexts) -> &'static str {
        match self {
            Way::List => texts.pk_list,
            Way::Ladder => texts.pk_ladder,
            Way::States => texts.pk_states,
            Way::Network => texts.pk_wire,
        }
    }
}

/// What the parts of the view share.
#[derive(Clone, Copy)]
pub(super) struct Board {
    pub(super) page: Page,
    way: RwSignal<Way>,
    /// What was typed to filter by.
    query: RwSignal<String>,
    kind: RwSignal<Kind>,
    /// How many pass the filter, and how many there are.
    pub(super) counts: RwSignal<(usize, usize)>,
    /// Whether the newest packet stays in view.
    pub(super) following: RwSignal<bool>,
    /// Whether the newest packet is in view, followed or not.
    pub(super) at_end: RwSignal<bool>,
    /// The newest packet when following stopped.
    pub(super) stopped_at: RwSignal<u64>,
    /// Counts the times that the filter changed.
    pub(super) filtered: RwSignal<u32>,
}

impl Board {
    pub(super) fn texts(self) -> &'static PacketTexts {
        &self.page.preferences.language.get().later().packets
    }

    /// Whether packets come on record, as far as is known.
    fn is_recorded(self) -> bool {
        self.page.lab.wire.with(|wire| wire.as_ref().is_none_or(|wire| wire.record))
    }

    /// What is said where there is no packet at all.
    pub(super) fn none_at_all(self) -> &'static str {
        if self.is_recorded() { self.texts().pk_empty } else { self.texts().pk_off_empty }
    }

    /// Goes on following the newest packet, or stops.
    pub(super) fn follow(self, follows: bool) {
        if !follows && self.following.get_untracked() {
            self.stopped_at.set(self.page.packets().borrow().newest());
        }
        self.following.set(follows);
    }
}

/// The view of the packets.
#[component]
pub(super) fn PacketsView() -> impl IntoView {
    let page = Page::from_context();
    let board = Board {
        page,
        way: RwSignal::new(remembered_way()),
        query: RwSignal::new(String::new()),
        kind: RwSignal::new(Kind::All),
        counts: RwSignal::new((0, 0)),
        following: RwSignal::new(page.lab.selected.get_untracked().is_none()),
        at_end: RwSignal::new(true),
        stopped_at: RwSignal::new(page.packets().borrow().newest()),
        filtered: RwSignal::new(0),
    };
    page.follow_packets();
    Effect::new(move || {
        let filter = board.query.with(|query| Filter::new(query, board.kind.get()));
        page.packets().borrow_mut().set_filter(filter);
        board.filtered.update(|filtered| *filtered += 1);
    });
    Effect::new(move || {
        page.lab.version.track();
        board.filtered.track();
        let packets = page.packets();
        let packets = packets.borrow();
        board.counts.set((packets.shown_len(), packets.len()));
    });
    let missed = Memo::new(move |_| {
        page.lab.version.track();
        page.packets().borrow().missed()
    });
    // From the first look on, so that the diagram knows the way.
    let ways = RwSignal::new(Ways::default());
    Effect::new(move || {
        page.sockets.with(|table| {
            let mut noted = ways.get_untracked();
            noted.note(table);
            if ways.with_untracked(|before| *before != noted) {
                ways.set(noted);
            }
        });
    });
    let on_arrows = Signal::derive(move || board.way.get() == Way::Ladder);
    Effect::new(move || write(tab(), WAY, board.way.get().name()));
    view! {
        <Tools board/>
        <WireBar on_arrows/>
        <p class="log-missing" class:gone=move || missed.get() == 0 data-testid="packets-missed">
            {move || fill(board.texts().pk_missed, &[("n", &grouped(missed.get()))])}
        </p>
        <p class="log-missing" role="status" class:gone=move || page.lab.failed.with(Option::is_none)>
            {move || board.texts().pk_failed}
        </p>
        <Unrecorded board/>
        {move || match board.way.get() {
            Way::List => view! { <PacketRows board/> }.into_any(),
            Way::Ladder => view! { <Ladder board/> }.into_any(),
            Way::States => view! { <TcpStates ways/> }.into_any(),
            Way::Network => view! { <WirePanel/> }.into_any(),
        }}
    }
}

/// Says that packets are only counted: without that, a list that stands still looks like a wire that does.
#[component]
fn Unrecorded(board: Board) -> impl IntoView {
    let page = board.page;
    let counted = move || page.lab.wire.with(|wire| wire.as_ref().map_or(0, |wire| wire.unrecorded));
    let told = move || unrecorded(counted(), &page.preferences.language.get().later().wire);
    view! {
        <p class="packets-off" class:gone=move || board.is_recorded() data-testid="packets-unrecorded">
            // The count changes every second, which nobody wants to hear.
            <span role="status">{move || board.texts().pk_off} " "</span>
            <strong class:gone=move || counted() == 0>{told}</strong>
            <button
                type="button"
                class="link-button"
                class:gone=move || !page.may_call()
                data-testid="packets-record"
                on:click=move |_| page.change_wire(record(true))
            >
                {move || board.texts().pk_on}
            </button>
        </p>
    }
}

/// The way chosen before a reload.
fn remembered_way() -> Way {
    let name = read(tab(), WAY);
    Way::ALL.into_iter().find(|way| Some(way.name()) == name.as_deref()).unwrap_or_default()
}

/// What is shown, and whether it follows.
#[component]
fn Tools(board: Board) -> impl IntoView {
    let page = board.page;
    let kinds = Signal::derive(move || {
        let texts = board.texts();
        let name = |kind| match kind {
            Kind::All => texts.pk_all,
            Kind::Tcp => "TCP",
            Kind::Udp => "UDP",
            Kind::Icmp => "ICMP",
            Kind::Marked => texts.pk_marked,
            Kind::Undelivered => texts.pk_undelivered,
        };
        Kind::ALL.map(|kind| (kind.name().to_owned(), name(kind).to_owned())).to_vec()
    });
    let words = move || {
        let texts = board.texts();
        let (shown, all) = board.counts.get();
        if shown == all {
            return count(all as u64, texts.pk_count_one, texts.pk_count_many);
        }
        fill(texts.pk_count_filtered, &[("n", &grouped(shown as u64)), ("all", &grouped(all as u64))])
    };
    let form = move |testid: &'static str,
                     name: &'static str,
                     label: fn(&'static SequenceTexts) -> &'static str,
                     form: Form| {
        view! {
            <button
                type="button"
                class="button small packets-save"
                class:gone=move || board.way.get() != Way::Ladder
                data-testid=testid
                title=move || label(&page.later().sequence)
                on:click=move |_| { save(page, form); }
            >
                {name}
            </button>
        }
    };
    view! {
        <div class="part-head log-head packets-head">
            <div class="ways" role="group" aria-label=move || board.texts().pk_parts>
                {Way::ALL
                    .into_iter()
                    .map(|way| view! {
                        <button
                            type="button"
                            class="way"
                            data-testid=format!("packets-{}", way.name())
                            aria-pressed=move || (board.way.get() == way).to_string()
                            on:click=move |_| board.way.set(way)
                        >
                            {move || way.label(board.texts())}
                        </button>
                    })
                    .collect_view()}
            </div>
            <span class="packets-tools" class:gone=move || !matches!(board.way.get(), Way::List | Way::Ladder)>
            <Choice
                testid="packets-kind"
                label=Signal::derive(move || board.texts().pk_kind.to_owned())
                options=kinds
                value=Signal::derive(move || board.kind.get().name().to_owned())
                on_change=move |name| board.kind.set(Kind::from_name(&name))
            />
            <input
                class="input mono packets-query"
                type="search"
                data-testid="packets-query"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                aria-label=move || board.texts().pk_filter_label
                placeholder=move || board.texts().pk_filter
                prop:value=move || board.query.get()
                on:input=move |event| board.query.set(event_target_value(&event))
            />
            <span class="quiet log-count" data-testid="packets-count">{words}</span>
            {form("packets-svg", "SVG", |texts| texts.sq_save_svg, Form::Svg)}
            {form("packets-png", "PNG", |texts| texts.sq_save_png, Form::Png)}
            <button
                type="button"
                class="button small toggle"
                data-testid="packets-follow"
                aria-pressed=move || board.following.get().to_string()
                on:click=move |_| board.follow(!board.following.get_untracked())
            >
                {move || page.text().log.follow}
            </button>
            </span>
        </div>
    }
}
