//! The lab's network as a picture, and everything that can be set of its wire.

mod add_host;
mod setting;

use leptos::prelude::*;
use sockyard_protocol::call::{HostRemove, WireCut, WireHold, WireMend, WireUnhold};
use sockyard_protocol::hello::LabHost;
use sockyard_protocol::wire::{Flag, HoldProtocol};

use add_host::AddHost;
use setting::SettingField;

use super::badge::Badge;
use super::choice::Choice;
use super::host_name::HostName;
use super::wire_bar::texts;
use crate::model::packets::wire::{Preset, Setting, between, record, settings, unrecorded};
use crate::model::summary::socket_kind;
use crate::state::{Page, Part};
use crate::text::fill;

/// The value of a choice of a host that stands for all of them: no host can have this name.
const EVERY: &str = "*";
/// Most directions that are told one by one.
const DIRECTIONS: usize = 12;

/// The network and its wire.
#[component]
pub(super) fn WirePanel() -> impl IntoView {
    let page = Page::from_context();
    let hosts = Memo::new(move |_| page.lab_hosts());
    // Counts up when the whole wire is set at once: what is typed for it and wrong is then over.
    let anew = RwSignal::new(0_u32);
    view! {
        <div class="net" data-testid="network" tabindex="0" role="group" aria-label=move || texts(page).w_title>
            <Picture hosts/>
            <p class="hint net-note" class:gone=move || page.may_call()>{move || texts(page).w_read_only}</p>
            <div class="net-controls" class:gone=move || !page.may_call()>
                <Presets anew/>
                <Knobs hosts anew/>
                <Record/>
                <HoldForm hosts/>
            </div>
        </div>
    }
}

/// The hosts with their sockets, on the wire.
#[component]
fn Picture(hosts: Memo<Vec<LabHost>>) -> impl IntoView {
    let page = Page::from_context();
    let label = move || {
        let names: Vec<String> = hosts.get().into_iter().map(|host| host.name).collect();
        fill(texts(page).w_picture, &[("hosts", &names.join(", "))])
    };
    let state = move || {
        page.lab.wire.with(|wire| match wire {
            Some(wire) if wire.cut => "cut",
            Some(wire) if wire.hold.is_some() => "holds",
            _ => "open",
        })
    };
    view! {
        <section class="net-picture" aria-label=label>
            <ul class="net-hosts">
                <For each=move || hosts.get() key=|host| host.name.clone() let(host)>
                    <HostCard host hosts/>
                </For>
            </ul>
            <div class="net-wire" data-state=state aria-hidden="true"></div>
            <Directions/>
            <AddHost/>
        </section>
    }
}

/// What is set, direction by direction.
#[component]
fn Directions() -> impl IntoView {
    let page = Page::from_context();
    let set = move || {
        page.lab.wire.with(|wire| {
            let Some(wire) = wire else { return Vec::new() };
            let told = wire.directions.iter().map(|direction| {
                (direction.from.clone(), direction.to.clone(), settings(direction, texts(page)))
            });
            told.filter(|(.., words)| !words.is_empty()).take(DIRECTIONS).collect()
        })
    };
    view! {
        <ul class="net-directions">
            {move || {
                set()
                    .into_iter()
                    .map(|(from, to, words)| view! {
                        <li data-testid="net-direction">
                            <HostName host=from/> " → " <HostName host=to/> " " <span>{words}</span>
                        </li>
                    })
                    .collect_view()
            }}
        </ul>
    }
}

/// A host.
#[component]
fn HostCard(host: LabHost, hosts: Memo<Vec<LabHost>>) -> impl IntoView {
    let page = Page::from_context();
    let name = StoredValue::new(host.name.clone());
    let sockets = Memo::new(move |_| {
        page.sockets.with(|table| {
            let here = table.open().filter(|view| name.with_value(|name| view.host.as_ref() == Some(name)));
            here.map(|view| (view.socket, view.family, view.r#type, view.local.clone())).collect::<Vec<_>>()
        })
    });
    let lost = move || {
        page.lab.wire.with(|wire| {
            let devices = wire.as_ref().map(|wire| wire.devices.as_slice()).unwrap_or_default();
            let device = devices.iter().find(|device| name.with_value(|name| device.host == *name))?;
            (device.lost_in_device > 0)
                .then(|| fill(texts(page).w_lost_in_device, &[("n", &device.lost_in_device.to_string())]))
        })
    };
    let remove = move || name.with_value(|name| fill(texts(page).w_host_remove, &[("host", name)]));
    view! {
        <li class=move || format!("net-host {}", name.with_value(|name| page.host_class(name))) data-testid="net-host" data-host=host.name.clone()>
            <p class="net-name">
                <HostName host=host.name.clone()/>
                <button
                    type="button"
                    class="icon-button"
                    class:gone=move || !page.may_call() || hosts.with(Vec::len) < 2
                    data-testid="host-remove"
                    title=remove
                    aria-label=remove
                    on:click=move |_| page.change_wire(HostRemove { name: name.get_value() })
                >
                    "✕"
                </button>
            </p>
            {host.addresses.iter().map(|address| view! { <code class="net-address">{address.clone()}</code> }).collect_view()}
            <ul class="net-sockets">
                <For each=move || sockets.get() key=|socket| socket.clone() let((socket, family, r#type, local))>
                    <li>
                        <button
                            type="button"
                            class="net-socket"
                            on:click=move |_| {
                                page.choose(socket);
                                page.part.set(Part::Call);
                            }
                        >
                            <Badge socket/>
                            <span>{move || socket_kind(family, r#type, &page.text().sockets)}</span>
                            <code>{local.as_deref().and_then(|local| local.rsplit_once(':')).map(|(_, port)| format!(":{port}"))}</code>
                        </button>
                    </li>
                </For>
            </ul>
            <p class="hint" class:gone=move || !sockets.with(Vec::is_empty)>{move || texts(page).w_host_sockets}</p>
            <p class="hint">{lost}</p>
        </li>
    }
}

/// Wires to try, and what to look for on the one that was chosen.
#[component]
fn Presets(anew: RwSignal<u32>) -> impl IntoView {
    let page = Page::from_context();
    let chosen = RwSignal::new(None::<Preset>);
    view! {
        <section class="net-part" aria-labelledby="net-presets">
            <h3 class="label" id="net-presets">{move || texts(page).w_presets}</h3>
            <div class="net-presets">
                {Preset::ALL
                    .into_iter()
                    .map(|preset| view! {
                        <button
                            type="button"
                            class="button small"
                            data-testid=format!("preset-{}", preset.name())
                            on:click=move |_| {
                                chosen.set(Some(preset));
                                anew.update(|count| *count = count.wrapping_add(1));
                                page.change_wire(preset.call());
                            }
                        >
                            {move || preset.texts(texts(page)).0}
                        </button>
                    })
                    .collect_view()}
            </div>
            <p class="net-look" role="status" data-testid="preset-look" class:gone=move || chosen.get().is_none()>
                {move || chosen.get().map(|preset| preset.texts(texts(page)).1)}
            </p>
        </section>
    }
}

/// The hosts as choices, every host first.
fn host_choices(page: Page, hosts: Memo<Vec<LabHost>>) -> Signal<Vec<(String, String)>> {
    Signal::derive(move || {
        let every = (EVERY.to_owned(), texts(page).w_every_host.to_owned());
        let names = hosts.get().into_iter().map(|host| (host.name.clone(), host.name));
        std::iter::once(every).chain(names).collect()
    })
}

/// The host of a choice; none for every one.
fn host_of(choice: &str) -> Option<String> {
    (choice != EVERY).then(|| choice.to_owned())
}

/// What the wire does to packets in a direction.
#[component]
fn Knobs(hosts: Memo<Vec<LabHost>>, anew: RwSignal<u32>) -> impl IntoView {
    let page = Page::from_context();
    let (from, to) = (RwSignal::new(EVERY.to_owned()), RwSignal::new(EVERY.to_owned()));
    let choices = host_choices(page, hosts);
    let chosen = Memo::new(move |_| (host_of(&from.get()), host_of(&to.get())));
    let is_cut = Memo::new(move |_| {
        let (from, to) = chosen.get();
        page.lab.wire.with(|wire| {
            let mut directions =
                wire.iter().flat_map(|wire| between(wire, from.as_deref(), to.as_deref())).peekable();
            directions.peek().is_some() && directions.all(|direction| direction.cut)
        })
    });
    let cut = move |_| {
        let (from, to) = chosen.get_untracked();
        match is_cut.get_untracked() {
            true => page.change_wire(WireMend { from, to }),
            false => page.change_wire(WireCut { from, to }),
        }
    };
    view! {
        <section class="net-part" aria-labelledby="net-knobs">
            <h3 class="label" id="net-knobs">{move || texts(page).w_knobs}</h3>
            <div class="net-row" role="group" aria-label=move || texts(page).w_direction>
                <label class="net-choice">
                    <span>{move || texts(page).w_from}</span>
                    <Choice
                        testid="wire-from"
                        label=Signal::derive(move || texts(page).w_from.to_owned())
                        options=choices
                        value=from
                        on_change=move |host| from.set(host)
                    />
                </label>
                <label class="net-choice">
                    <span>{move || texts(page).w_to}</span>
                    <Choice
                        testid="wire-to"
                        label=Signal::derive(move || texts(page).w_to.to_owned())
                        options=choices
                        value=to
                        on_change=move |host| to.set(host)
                    />
                </label>
                <button
                    type="button"
                    class="button small toggle"
                    data-testid="wire-cut-direction"
                    title=move || texts(page).w_cut_hint
                    aria-pressed=move || is_cut.get().to_string()
                    on:click=cut
                >
                    {move || texts(page).w_cut}
                </button>
            </div>
            <div class="knobs">
                {Setting::all()
                    .map(|setting| view! { <SettingField setting chosen anew/> })
                    .collect_view()}
            </div>
            <p class="hint">{move || texts(page).w_off} " " {move || texts(page).w_seed_hint}</p>
        </section>
    }
}

/// Whether packets come on record, or are only counted.
#[component]
fn Record() -> impl IntoView {
    let page = Page::from_context();
    let is_on = move || page.lab.wire.with(|wire| wire.as_ref().is_none_or(|wire| wire.record));
    let counted = move || page.lab.wire.with(|wire| wire.as_ref().map_or(0, |wire| wire.unrecorded));
    view! {
        <section class="net-part" aria-labelledby="net-record">
            <h3 class="label" id="net-record">{move || texts(page).w_record_title}</h3>
            <p class="net-record">
                <label class="check">
                    <input
                        type="checkbox"
                        data-testid="wire-record"
                        prop:checked=is_on
                        on:change=move |event| page.change_wire(record(event_target_checked(&event)))
                    />
                    <span>{move || texts(page).w_record}</span>
                </label>
                <span class="quiet" class:gone=move || counted() == 0 data-testid="wire-unrecorded">
                    {move || unrecorded(counted(), texts(page))}
                </span>
            </p>
            <p class="hint">{move || texts(page).w_record_hint}</p>
        </section>
    }
}

/// Holds packets that fit a filter of one's own.
#[component]
fn HoldForm(hosts: Memo<Vec<LabHost>>) -> impl IntoView {
    let page = Page::from_context();
    let (from, to) = (RwSignal::new(EVERY.to_owned()), RwSignal::new(EVERY.to_owned()));
    let (protocol, flag) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (port, many) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let choices = host_choices(page, hosts);
    let any = move |names: &'static [&'static str]| {
        Signal::derive(move || {
            let any = (String::new(), texts(page).w_any.to_owned());
            let names = names.iter().map(|name| ((*name).to_owned(), (*name).to_owned()));
            std::iter::once(any).chain(names).collect::<Vec<_>>()
        })
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let flag = match flag.get_untracked().as_str() {
            "SYN" => Some(Flag::Syn),
            "FIN" => Some(Flag::Fin),
            "RST" => Some(Flag::Rst),
            "PSH" => Some(Flag::Psh),
            "ACK" => Some(Flag::Ack),
            _ => None,
        };
        let protocol = match protocol.get_untracked().as_str() {
            "TCP" => Some(HoldProtocol::Tcp),
            "UDP" => Some(HoldProtocol::Udp),
            "ICMP" => Some(HoldProtocol::Icmp),
            _ => None,
        };
        page.change_wire(WireHold {
            from: host_of(&from.get_untracked()),
            to: host_of(&to.get_untracked()),
            protocol,
            port: port.get_untracked().trim().parse().ok(),
            flags: flag.into_iter().collect(),
            count: many.get_untracked().trim().parse().ok(),
        });
    };
    let number = move |testid: &'static str,
                       label: fn(&'static crate::text::later::WireTexts) -> &'static str,
                       most: u32,
                       value: RwSignal<String>| {
        view! {
            <label class="net-choice">
                <span>{move || label(texts(page))}</span>
                <input
                    class="input mono"
                    type="number"
                    min="1"
                    max=most
                    data-testid=testid
                    placeholder=move || texts(page).w_any
                    prop:value=move || value.get()
                    on:input=move |event| value.set(event_target_value(&event))
                />
            </label>
        }
    };
    let choice = move |testid: &'static str,
                       label: fn(&'static crate::text::later::WireTexts) -> &'static str,
                       options: Signal<Vec<(String, String)>>,
                       value: RwSignal<String>| {
        view! {
            <label class="net-choice">
                <span>{move || label(texts(page))}</span>
                <Choice
                    testid
                    label=Signal::derive(move || label(texts(page)).to_owned())
                    options
                    value
                    on_change=move |name| value.set(name)
                />
            </label>
        }
    };
    view! {
        <section class="net-part" aria-labelledby="net-hold">
            <h3 class="label" id="net-hold">{move || texts(page).w_hold_form}</h3>
            <form class="net-row" on:submit=submit>
                {choice("hold-from", |texts| texts.w_from, choices, from)}
                {choice("hold-to", |texts| texts.w_to, choices, to)}
                {choice("hold-protocol", |texts| texts.w_protocol, any(&["TCP", "UDP", "ICMP"]), protocol)}
                {choice("hold-flag", |texts| texts.w_flag, any(&["SYN", "FIN", "RST", "PSH", "ACK"]), flag)}
                {number("hold-port", |texts| texts.w_port, 65535, port)}
                {number("hold-count", |texts| texts.w_count, 4096, many)}
                <button type="submit" class="button small" data-testid="hold-run">
                    {move || texts(page).w_hold_now}
                </button>
                <button
                    type="button"
                    class="button small"
                    data-testid="hold-end"
                    on:click=move |_| page.change_wire(WireUnhold {})
                >
                    {move || texts(page).w_hold_end}
                </button>
            </form>
        </section>
    }
}
