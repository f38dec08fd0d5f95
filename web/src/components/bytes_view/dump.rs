//! The hex dump, with the characters of the chosen encoding beside it, each as wide as its bytes.

use leptos::prelude::*;

use super::Marked;
use crate::model::cells::{Cell, cell_at, in_line};
use crate::model::format::visible;
use crate::state::Page;

/// How many bytes a line holds: what fits the narrowest place a dump has, the panel of a result and a phone.
const COLUMNS: usize = 8;

/// A leaf of bytes, line by line.
#[component]
pub(in super::super) fn Dump(
    /// All of the bytes.
    bytes: StoredValue<Vec<u8>>,
    /// Which leaf is shown, and how many bytes one has.
    leaf: (RwSignal<usize>, usize),
    /// The characters of the leaf.
    cells: Memo<Vec<Cell>>,
    /// The marked bytes.
    marked: Marked,
    /// The beginning of the name for tests.
    prefix: &'static str,
) -> impl IntoView {
    let page = Page::from_context();
    let (leaf, size) = leaf;
    let bounds = move || {
        let start = leaf.get() * size;
        (start, (start + size).min(bytes.with_value(Vec::len)))
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        if event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        let (start, end) = bounds();
        let Some(to) = moved(&event.key(), marked.get_untracked(), start, end) else { return };
        event.prevent_default();
        let cell = cells.with_untracked(|cells| cell_at(cells, to).cloned());
        let range = cell.map_or((to, to + 1), |cell| (cell.start, cell.end));
        marked.set(Some(range));
    };
    view! {
        <div
            class="dump"
            data-testid=format!("{prefix}-hex")
            tabindex="0"
            role="group"
            aria-label=move || page.later().detail.hex
            on:keydown=on_key
        >
            {move || {
                let (start, end) = bounds();
                cells
                    .with(|cells| {
                        bytes
                            .with_value(|bytes| {
                                (start..end)
                                    .step_by(COLUMNS)
                                    .map(|from| {
                                        let to = (from + COLUMNS).min(end);
                                        line(from, bytes.get(from..to).unwrap_or_default(), cells)
                                    })
                                    .collect_view()
                            })
                    })
            }}
        </div>
    }
}

/// The byte that a key leads to.
fn moved(key: &str, marked: Option<(usize, usize)>, start: usize, end: usize) -> Option<usize> {
    let last = end.checked_sub(1)?;
    let (from, to) = marked.unwrap_or((start, start));
    let place = match key {
        "ArrowRight" => to,
        "ArrowLeft" => from.checked_sub(1)?,
        "ArrowDown" => from + COLUMNS,
        "ArrowUp" => from.checked_sub(COLUMNS)?,
        "Home" => start,
        "End" => last,
        _ => return None,
    };
    (start..=last).contains(&place).then_some(place)
}

fn line(from: usize, bytes: &[u8], cells: &[Cell]) -> impl IntoView + use<> {
    let hex = bytes
        .iter()
        .enumerate()
        .map(|(column, byte)| {
            let place = from + column;
            let gap = column > 0 && column * 2 == COLUMNS;
            view! {
                " "
                <span class="dump-byte" class:dump-gap=gap data-from=place data-to=place + 1>
                    {format!("{byte:02x}")}
                </span>
            }
        })
        .collect_view();
    let characters = in_line(cells, from, from + bytes.len())
        .into_iter()
        .map(|(column, width, cell)| {
            let begins = cell.start >= from;
            let has_more = cell.end - cell.start > 1;
            let text = if begins { shown(&cell.text) } else { String::from("·") };
            view! {
                <span
                    class="dump-cell"
                    class:dump-more=has_more
                    style:grid-column=format!("{} / span {width}", column + 1)
                    data-from=cell.start
                    data-to=cell.end
                >
                    {text}
                </span>
            }
        })
        .collect_view();
    view! {
        <div class="dump-line">
            <span class="dump-offset">{format!("{from:04x}")}</span>
            <span class="dump-hex">{hex}</span>
            <span class="dump-text">{characters}</span>
        </div>
    }
}

/// A character in a place of its own; a dot stands for what cannot be seen.
fn shown(text: &str) -> String {
    match text.chars().next() {
        None => String::from("�"),
        Some(character) if character.is_control() => String::from("."),
        Some(_) => {
            let seen = visible(text, 2);
            // An escape is wider than its place.
            if seen.len() > 1 && seen.starts_with('\\') { String::from(".") } else { seen }
        }
    }
}
