//! Bytes to look at: as text, as a hex dump, and decoded in a chosen encoding, with what belongs together marked in all
//! of them.
//!
//! Whatever a peer sent is shown through text nodes only and can never become part of the page.

mod decode;
mod dump;

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::choice::Choice;
use super::copy_button::CopyButton;
use crate::model::cells::{Cell, cell_at};
use crate::model::form::ENCODINGS;
use crate::model::format::{escaped, grouped, text_and_rest, visible_lines};
use crate::model::guess::{Guess, rank};
use crate::model::hexdump::hex_line;
use crate::state::Page;
use crate::text::fill;
pub(super) use dump::Dump;

/// Bytes laid out at once; one turns over to the others. Each has an element of its own in the dump.
const LEAF: usize = 1024;
/// Characters of a guess that are shown.
const GUESS_CHARACTERS: usize = 12;

/// Some bytes that are marked wherever they are shown.
pub(super) type Marked = RwSignal<Option<(usize, usize)>>;

/// Bytes in three ways.
#[component]
pub(super) fn BytesView(
    /// The bytes.
    bytes: Vec<u8>,
    /// The beginning of the names for tests: `PREFIX-text`, `PREFIX-hex`, `PREFIX-decoded`.
    prefix: &'static str,
    /// Whether they are known to be a part of a text in UTF-8, even where they alone are none.
    #[prop(optional)]
    is_utf8: bool,
) -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.later().detail;
    let total = bytes.len();
    if bytes.is_empty() {
        return view! { <p class="quiet">{move || texts().no_bytes}</p> }.into_any();
    }
    let has_utf8 = is_utf8 || text_and_rest(&bytes).is_some();
    let guesses = guesses(&bytes, has_utf8);
    let first = guesses.first().map_or("gbk", |guess| guess.encoding);
    let encoding = RwSignal::new(String::from(if has_utf8 { "utf-8" } else { first }));
    let leaf = RwSignal::new(0_usize);
    let marked: Marked = RwSignal::new(None);
    let all = StoredValue::new(bytes);
    let all_text = move || all.with_value(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let all_hex = move || all.with_value(|bytes| hex_line(bytes, bytes.len()));
    let utf8 = Memo::new(move |_| {
        let leaf = leaf.get();
        if has_utf8 { all.with_value(|bytes| decode::leaf(bytes, leaf, LEAF, "utf-8")) } else { Vec::new() }
    });
    let decoded = Memo::new(move |_| {
        let leaf = leaf.get();
        encoding.with(|encoding| all.with_value(|bytes| decode::leaf(bytes, leaf, LEAF, encoding)))
    });
    let is_plain = move || has_utf8 && encoding.with(|encoding| encoding == "utf-8");
    let encodings = Signal::derive(|| {
        ENCODINGS.iter().map(|name| ((*name).to_owned(), (*name).to_owned())).collect::<Vec<_>>()
    });
    let place = NodeRef::<leptos::html::Div>::new();
    Effect::new(move || {
        let range = marked.get();
        // Drawn anew, what is marked has to be marked again.
        decoded.track();
        if let Some(place) = place.get() {
            mark(&place, range);
        }
    });
    let caption = move || match marked.get() {
        Some((from, to)) => {
            all.with_value(|bytes| decoded.with(|cells| caption(bytes, cells, from, to, texts().byte_at)))
        }
        None => texts().point.to_owned(),
    };
    view! {
        <div
            class="bytes"
            node_ref=place
            on:pointerover=move |event| {
                if let Some(range) = range_of(&event) {
                    marked.set(Some(range));
                }
            }
            on:pointerleave=move |_| marked.set(None)
        >
            {has_utf8
                .then(|| {
                    view! {
                        <div class="decoded-head">
                            <h3 class="label">{move || texts().text}</h3>
                            <CopyButton text=all_text/>
                        </div>
                        <pre class="bytes-text" data-testid=format!("{prefix}-text")>
                            {move || all.with_value(|bytes| utf8.with(|cells| spans(bytes, cells)))}
                        </pre>
                    }
                })}
            <div class="decoded-head">
                <h3 class="label">{move || texts().hex}</h3>
                <CopyButton text=all_hex/>
            </div>
            <Dump bytes=all leaf=(leaf, LEAF) cells=decoded marked prefix/>
            <p class="hint byte-caption" data-testid=format!("{prefix}-byte") aria-live="polite">{caption}</p>
            {(total > LEAF).then(|| view! { <Leaves leaf total prefix/> })}
            <div class="decoded-head">
                <h3 class="label">{move || texts().decoded}</h3>
                <Choice
                    testid=if prefix == "result" { "result-encoding" } else { "log-detail-encoding" }
                    label=Signal::derive(move || texts().encoding.to_owned())
                    options=encodings
                    value=encoding
                    on_change=move |name| encoding.set(name)
                />
            </div>
            <pre class="bytes-text" class:gone=is_plain data-testid=format!("{prefix}-decoded")>
                {move || all.with_value(|bytes| decoded.with(|cells| spans(bytes, cells)))}
            </pre>
            <p class="hint" class:gone=move || {
                is_plain() || !decoded.with(|cells| cells.iter().any(|cell| cell.text.contains('\u{fffd}')))
            }>
                {move || texts().undecodable}
            </p>
            <Guesses guesses encoding prefix/>
        </div>
    }
    .into_any()
}

/// The encodings in which the bytes make sense; empty for ASCII, which is the same in all of them. In UTF-8 (`has_utf8`) the
/// last character may be cut.
fn guesses(bytes: &[u8], has_utf8: bool) -> Vec<Guess> {
    let head = bytes.get(..LEAF).unwrap_or(bytes);
    if head.is_ascii() {
        return Vec::new();
    }
    rank(decode::valid(head, has_utf8 || head.len() < bytes.len()))
}

/// One button for each encoding that finds no mistake in the bytes.
#[component]
fn Guesses(guesses: Vec<Guess>, encoding: RwSignal<String>, prefix: &'static str) -> impl IntoView {
    let page = Page::from_context();
    if guesses.is_empty() {
        return ().into_any();
    }
    view! {
        <p class="hint">{move || page.later().detail.valid_as}</p>
        <ul class="guesses">
            {guesses
                .into_iter()
                .map(|Guess { encoding: name, text, .. }| {
                    let sample: String = visible_lines(&text).chars().take(GUESS_CHARACTERS).collect();
                    view! {
                        <li>
                            <button
                                type="button"
                                class="guess"
                                data-testid=format!("{prefix}-guess")
                                data-encoding=name
                                aria-pressed=move || encoding.with(|encoding| encoding == name).to_string()
                                on:click=move |_| encoding.set(name.to_owned())
                            >
                                <code>{name}</code>
                                " "
                                <span class="guess-text">{sample}</span>
                            </button>
                        </li>
                    }
                })
                .collect_view()}
        </ul>
    }
    .into_any()
}

/// Turns over the leaves of many bytes.
#[component]
fn Leaves(leaf: RwSignal<usize>, total: usize, prefix: &'static str) -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.later().detail;
    let last = (total - 1) / LEAF;
    let words = move || {
        let from = leaf.get() * LEAF;
        let to = (from + LEAF).min(total);
        let values = [grouped(from as u64), grouped(to as u64 - 1), grouped(total as u64)];
        fill(texts().leaf, &[("from", &values[0]), ("to", &values[1]), ("all", &values[2])])
    };
    view! {
        <div class="leaves">
            <button
                type="button"
                class="button small"
                data-testid=format!("{prefix}-leaf-previous")
                aria-label=move || texts().leaf_previous
                title=move || texts().leaf_previous
                disabled=move || leaf.get() == 0
                on:click=move |_| leaf.update(|leaf| *leaf = leaf.saturating_sub(1))
            >
                "←"
            </button>
            <span class="hint">{words}</span>
            <button
                type="button"
                class="button small"
                data-testid=format!("{prefix}-leaf-next")
                aria-label=move || texts().leaf_next
                title=move || texts().leaf_next
                disabled=move || leaf.get() == last
                on:click=move |_| leaf.update(|leaf| *leaf = (*leaf + 1).min(last))
            >
                "→"
            </button>
        </div>
    }
}

/// Characters as text, each in an element that knows its bytes.
fn spans(bytes: &[u8], cells: &[Cell]) -> impl IntoView + use<> {
    cells
        .iter()
        .enumerate()
        .map(|(index, cell)| {
            let next = cells.get(index + 1).map_or("", |next| next.text.as_str());
            let text = match cell.text.as_str() {
                "\r" if next.starts_with('\n') => String::new(),
                // Only what a decoder could not read has no text.
                "" => escaped(bytes.get(cell.start..cell.end).unwrap_or_default()),
                text => visible_lines(text),
            };
            view! { <span data-from=cell.start data-to=cell.end>{text}</span> }
        })
        .collect_view()
}

/// What the marked bytes are.
fn caption(bytes: &[u8], cells: &[Cell], from: usize, to: usize, template: &str) -> String {
    let place = match to - from {
        1 => grouped(from as u64),
        _ => format!("{}–{}", grouped(from as u64), grouped(to as u64 - 1)),
    };
    let marked = bytes.get(from..to).unwrap_or_default();
    let mut words = fill(template, &[("place", &place), ("hex", &hex_line(marked, 8))]);
    let cell = cell_at(cells, from).filter(|cell| cell.start == from && cell.end == to);
    let character =
        cell.and_then(|cell| cell.text.chars().next()).filter(|character| *character != '\u{fffd}');
    if let Some(character) = character {
        let seen = match character {
            '\n' => "\\n".to_owned(),
            _ => visible_lines(&character.to_string()),
        };
        words.push_str(&format!(" · {seen} · U+{:04X}", u32::from(character)));
    }
    words
}

/// The bytes of the element that a pointer is over.
pub(super) fn range_of(event: &web_sys::PointerEvent) -> Option<(usize, usize)> {
    let target = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    let place = target.closest("[data-from]").ok().flatten()?;
    let number = |name: &str| place.get_attribute(name)?.parse().ok();
    Some((number("data-from")?, number("data-to")?))
}

/// Marks every element that shows one of the bytes.
pub(super) fn mark(place: &web_sys::HtmlElement, range: Option<(usize, usize)>) {
    let each = |selector: &str, act: &dyn Fn(&web_sys::Element)| {
        let Ok(found) = place.query_selector_all(selector) else { return };
        for index in 0..found.length() {
            if let Some(element) = found.get(index).and_then(|node| node.dyn_into().ok()) {
                act(&element);
            }
        }
    };
    each(".marked", &|element| {
        element.class_list().remove_1("marked").ok();
    });
    let Some((from, to)) = range else { return };
    each("[data-from]", &|element| {
        let number = |name: &str| element.get_attribute(name).and_then(|text| text.parse::<usize>().ok());
        if number("data-from").is_some_and(|start| start < to)
            && number("data-to").is_some_and(|end| end > from)
        {
            element.class_list().add_1("marked").ok();
        }
    });
}
