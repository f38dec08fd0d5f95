//! The chosen packet in full: what became of it, its headers field by field, and its bytes.

use leptos::prelude::*;
use leptos::task::spawn_local;
use sockyard_protocol::answer::PacketsPage;
use sockyard_protocol::call::PacketsRead;
use sockyard_protocol::{Data, Packet};

use super::bytes_view::{Dump, Marked, mark, range_of};
use super::focus;
use super::host_name::HostName;
use super::packet_rows::receivers;
use crate::model::cells::{Cell, cells};
use crate::model::format::{clock, duration_us, grouped};
use crate::model::packets::fields::{Field, Layer, layers};
use crate::model::packets::filter::{Sign, signs};
use crate::model::packets::words::{fate, fate_name, field, layer, sign, words};
use crate::state::{Page, View};
use crate::text::fill;
use crate::text::later::Text;

/// The bytes of a packet.
#[derive(Clone, Debug, PartialEq)]
enum Bytes {
    /// On their way.
    Coming,
    /// Here they are.
    Here(u64, Vec<u8>),
    /// The server has them no more, or cannot be asked.
    Gone,
}

/// The chosen packet; nothing while none is chosen.
#[component]
pub(super) fn PacketDetail() -> impl IntoView {
    let page = Page::from_context();
    let text = move || page.preferences.language.get().later();
    let packet = Memo::new(move |_| {
        page.lab.version.track();
        let seq = page.lab.selected.get()?;
        page.packets().borrow().get(seq).cloned()
    });
    // What is chosen in the log has the place.
    Effect::new(move || {
        if page.log_selected.get().is_some() {
            page.lab.selected.set(None);
        }
    });
    let bytes = RwSignal::new(Bytes::Coming);
    let asked = Memo::new(move |_| packet.with(|packet| packet.as_ref().map(|packet| packet.seq)));
    Effect::new(move || {
        if let Some(seq) = asked.get() {
            bytes.set(Bytes::Coming);
            spawn_local(async move {
                let got = read(page, seq).await;
                // By then another one may be chosen.
                if page.lab.selected.get_untracked() == Some(seq) {
                    bytes.set(got.map_or(Bytes::Gone, |got| Bytes::Here(seq, got)));
                }
            });
        }
    });
    let is_open = move || !page.detail_folded.get() && page.view.get() == View::Packets;
    let number = Memo::new(move |_| asked.get().filter(|_| is_open()));
    let step = move |step: isize| {
        let next = page.packets().borrow().neighbour(page.lab.selected.get_untracked(), step);
        if let Some(seq) = next {
            page.lab.selected.set(Some(seq));
        }
    };
    move || {
        number.get().map(|seq| {
            let title = grouped(seq);
            view! {
                <aside class="part detail packet-detail" data-testid="packet-detail" aria-labelledby="packet-title">
                    <div class="part-head">
                        <h2 id="packet-title">
                            {move || fill(text().packets.pk_title, &[("n", &title)])}
                        </h2>
                        <span class="top-space"></span>
                        <button
                            type="button"
                            class="icon-button"
                            data-testid="packet-previous"
                            aria-label=move || text().packets.pk_previous
                            title=move || text().packets.pk_previous
                            on:click=move |_| step(-1)
                        >
                            "↑"
                        </button>
                        <button
                            type="button"
                            class="icon-button"
                            data-testid="packet-next"
                            aria-label=move || text().packets.pk_next
                            title=move || text().packets.pk_next
                            on:click=move |_| step(1)
                        >
                            "↓"
                        </button>
                        <button
                            type="button"
                            class="icon-button"
                            data-testid="packet-close"
                            aria-label=move || text().packets.pk_close
                            title=move || text().packets.pk_close
                            on:click=move |_| {
                                page.close_packet();
                                focus::rescue(vec!["[data-testid=packets]".to_owned()]);
                            }
                        >
                            "✕"
                        </button>
                    </div>
                    <div class="part-body">
                        {move || {
                            // Its words are of the language in which it is drawn.
                            page.preferences.language.track();
                            packet.get().map(|packet| view! { <Facts packet/> })
                        }}
                        <Content packet bytes/>
                    </div>
                </aside>
            }
        })
    }
}

/// Asks for a packet's bytes.
async fn read(page: Page, seq: u64) -> Option<Vec<u8>> {
    let call = PacketsRead { after: seq - 1, limit: 1, data: true, timeout_ms: None, changes_after: None };
    let answer = page.connection.call(call).await.ok()?;
    let answer: PacketsPage = serde_json::from_value(answer).ok()?;
    let packet = answer.packets.into_iter().find(|packet| packet.seq == seq)?;
    Data::Base64(packet.base64?).to_bytes()
}

/// From whom to whom, when, what became of it, and what is remarkable.
#[component]
fn Facts(packet: Packet) -> impl IntoView {
    let page = Page::from_context();
    let text = page.preferences.language.get_untracked().later();
    let (protocol, info) = words(&packet);
    let line = format!("{protocol} {info}");
    let offset = -(js_sys::Date::new_0().get_timezone_offset() as i32);
    let (first_us, before) = {
        let packets = page.packets();
        let packets = packets.borrow();
        let before = packets
            .packets()
            .rev()
            .find(|other| other.seq < packet.seq)
            .map(|before| (before.seq, before.time_us));
        (packets.first_us(), before)
    };
    let after = duration_us(packet.time_us.saturating_sub(first_us));
    let since = before.map(|(seq, time_us)| {
        let time = duration_us(packet.time_us.saturating_sub(time_us));
        fill(text.packets.pk_since, &[("time", &time), ("n", &grouped(seq))])
    });
    let (name, means) = fate(packet.fate, &text.marks);
    let original = packet.tcp.as_ref().and_then(|tcp| tcp.original);
    let marks = signs(&packet).into_iter().map(|found| {
        let (name, means) = sign(found, &text.marks);
        let original =
            original.filter(|_| matches!(found, Sign::Mark(sockyard_protocol::packet::Mark::Retransmission)));
        view! {
            <li class="packet-mark">
                <strong>{name}</strong>
                " "
                <span>{means}</span>
                {original.map(|seq| view! {
                    " "
                    <button
                        type="button"
                        class="line-link"
                        data-testid="packet-original"
                        on:click=move |_| page.lab.selected.set(Some(seq))
                    >
                        {fill(text.packets.pk_original, &[("n", &grouped(seq))])}
                    </button>
                })}
            </li>
        }
    });
    let to = match packet.to.as_slice() {
        [one] => view! { <HostName host=one.clone()/> }.into_any(),
        _ => receivers(&packet, text).into_any(),
    };
    view! {
        <p class="detail-line packet-line"><code>{line}</code></p>
        <dl class="facts">
            <dt>{text.fields.field_source}</dt>
            <dd>
                <HostName host=packet.from.clone()/>
                " "
                <code>{packet.ip.as_ref().map(|ip| ip.source.clone())}</code>
            </dd>
            <dt>{text.fields.field_destination}</dt>
            <dd>
                {to}
                " "
                <code>{packet.ip.as_ref().map(|ip| ip.destination.clone())}</code>
            </dd>
            <dt>{move || page.later().detail.when}</dt>
            <dd>
                <code>{clock(packet.time_us, offset)}</code>
                <span class="quiet detail-since">{fill(text.packets.pk_time, &[("time", &after)])}</span>
                {since.map(|since| view! { <span class="quiet detail-since">{since}</span> })}
            </dd>
            <dt>{text.packets.pk_size}</dt>
            <dd><code>{format!("{} B", grouped(packet.bytes as u64))}</code></dd>
        </dl>
        <ul class="packet-marks">
            <li class="packet-mark" data-testid="packet-fate" data-fate=fate_name(packet.fate)>
                <strong>{name}</strong>
                " "
                <span>{means}</span>
            </li>
            {marks.collect_view()}
        </ul>
        {packet.corrupted.map(|place| view! {
            <p class="hint">{fill(text.packets.pk_flipped, &[("n", &place.to_string())])}</p>
        })}
    }
}

/// The headers and the bytes, linked.
#[component]
fn Content(packet: Memo<Option<Packet>>, bytes: RwSignal<Bytes>) -> impl IntoView {
    let page = Page::from_context();
    move || {
        let text = page.preferences.language.get().later();
        match bytes.get() {
            Bytes::Coming => ().into_any(),
            Bytes::Gone => {
                view! { <p class="hint" data-testid="packet-gone">{text.packets.pk_gone}</p> }.into_any()
            }
            Bytes::Here(seq, bytes) => {
                let relative = packet.with_untracked(|packet| {
                    let tcp = packet.as_ref().filter(|packet| packet.seq == seq)?.tcp.as_ref()?;
                    Some((tcp.relative_sequence, tcp.relative_acknowledgement))
                });
                view! { <Linked bytes relative text/> }.into_any()
            }
        }
    }
}

/// The fields as a list and the bytes as a dump. What is pointed at in one is marked in both.
#[component]
fn Linked(bytes: Vec<u8>, relative: Option<(u32, u32)>, text: &'static Text) -> impl IntoView {
    let layers = layers(&bytes, relative);
    let fields: Vec<Field> = layers.iter().flat_map(|layer| layer.fields.iter().cloned()).collect();
    let fields = StoredValue::new(fields);
    let characters = StoredValue::new(readable(&bytes));
    let characters = Memo::new(move |_| characters.get_value());
    let total = bytes.len();
    let bytes = StoredValue::new(bytes);
    let marked: Marked = RwSignal::new(None);
    // The field that the keys have come to.
    let at = RwSignal::new(None::<usize>);
    let place = NodeRef::<leptos::html::Div>::new();
    Effect::new(move || {
        let range = marked.get();
        if let Some(place) = place.get() {
            mark(&place, range);
        }
    });
    let caption = move || {
        let Some((from, to)) = marked.get() else { return text.packets.pk_point.to_owned() };
        fields.with_value(|fields| {
            // The shortest field that has all of it: a flag's byte is in more than one.
            let holds = fields.iter().filter(|field| field.from <= from && to <= field.to);
            let found = holds.min_by_key(|field| field.to - field.from);
            found.map_or_else(String::new, |found| {
                let values = [found.from.to_string(), (found.to - 1).to_string()];
                fill(
                    text.packets.pk_at,
                    &[
                        ("from", &values[0]),
                        ("to", &values[1]),
                        ("name", field(found.name, &text.fields)),
                        ("value", &found.value),
                    ],
                )
            })
        })
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        let last = fields.with_value(Vec::len).saturating_sub(1);
        let now = at.get_untracked();
        let next = match event.key().as_str() {
            "ArrowDown" => now.map_or(0, |now| (now + 1).min(last)),
            "ArrowUp" => now.map_or(0, |now| now.saturating_sub(1)),
            "Home" => 0,
            "End" => last,
            _ => return,
        };
        event.prevent_default();
        at.set(Some(next));
        marked.set(fields.with_value(|fields| fields.get(next).map(|field| (field.from, field.to))));
        focus::show(format!("#packet-field-{next}"));
    };
    let mut number = 0;
    let drawn = layers
        .into_iter()
        .map(|Layer { kind, fields, from, to }| {
            let first = number;
            number += fields.len();
            let rows = fields
                .into_iter()
                .enumerate()
                .map(|(index, found)| {
                    let own = first + index;
                    let check = found.fits.map(|fits| {
                        let words = if fits { text.packets.pk_right } else { text.packets.pk_wrong };
                        view! { " " <span class="packet-check" data-fits=fits.to_string()>{words}</span> }
                    });
                    view! {
                        <li
                            class="packet-field"
                            role="option"
                            id=format!("packet-field-{own}")
                            data-testid="packet-field"
                            data-from=found.from
                            data-to=found.to
                            aria-selected=move || (at.get() == Some(own)).to_string()
                            on:click=move |_| {
                                at.set(Some(own));
                                marked.set(Some((found.from, found.to)));
                            }
                        >
                            <span class="packet-field-name">{field(found.name, &text.fields)}</span>
                            <code>{found.value} {check}</code>
                        </li>
                    }
                })
                .collect_view();
            let name = layer(kind, &text.fields);
            view! {
                <ul role="group" class="packet-layer" aria-label=name data-testid="packet-layer">
                    <li class="packet-layer-name" role="presentation" aria-hidden="true">
                        {name}
                        <span class="quiet">{format!("{from}–{}", to.saturating_sub(1))}</span>
                    </li>
                    {rows}
                </ul>
            }
        })
        .collect_view();
    view! {
        <div
            class="packet-linked"
            node_ref=place
            // Not `pointerover`: that comes as well where the keys scroll something under a pointer that rests.
            on:pointermove=move |event| {
                if let Some(range) = range_of(&event).filter(|range| marked.get_untracked() != Some(*range)) {
                    marked.set(Some(range));
                }
            }
        >
            <div
                class="packet-layers"
                role="listbox"
                tabindex="0"
                data-testid="packet-fields"
                aria-label=text.packets.pk_fields
                aria-activedescendant=move || at.get().map(|at| format!("packet-field-{at}"))
                on:keydown=on_key
            >
                {drawn}
            </div>
            <p class="hint byte-caption" data-testid="packet-caption" aria-live="polite">{caption}</p>
            <h3 class="label">{text.packets.pk_bytes}</h3>
            <Dump bytes leaf=(RwSignal::new(0), total.max(1)) cells=characters marked prefix="packet"/>
        </div>
    }
}

/// Each byte as the ASCII character that it is, or a dot.
fn readable(bytes: &[u8]) -> Vec<Cell> {
    cells(bytes, |byte| match byte {
        Some(byte @ b' '..=b'~') => char::from(byte).to_string(),
        Some(_) => ".".to_owned(),
        None => String::new(),
    })
}
