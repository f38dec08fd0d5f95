//! Bytes to look at: as text, as a hex dump, and decoded in a chosen encoding.
//!
//! Whatever a peer sent is shown through text nodes only and can never become part of the page.

use leptos::prelude::*;

use super::choice::Choice;
use super::copy_button::CopyButton;
use crate::model::form::ENCODINGS;
use crate::model::format::{escaped, grouped, text_and_rest, visible_lines};
use crate::model::hexdump::{dump, hex_line};
use crate::state::Page;
use crate::text::fill;

/// Most bytes laid out at once; a dump of a mebibyte would be 65536 lines.
const SHOWN_BYTES: usize = 4096;
/// A phone has room for eight bytes in a line.
const NARROW_PX: f64 = 700.0;

/// Bytes in three ways.
#[component]
pub(super) fn BytesView(
    /// The bytes.
    bytes: Vec<u8>,
    /// The beginning of the names for tests: `PREFIX-text`, `PREFIX-hex`, `PREFIX-decoded`.
    prefix: &'static str,
    /// How many bytes a line of the dump holds; on a phone it is eight.
    columns: usize,
) -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.text().detail;
    let total = bytes.len();
    let shown: Vec<u8> = bytes.iter().copied().take(SHOWN_BYTES).collect();
    let is_cut = total > shown.len();
    if shown.is_empty() {
        return view! { <p class="quiet">{move || texts().no_bytes}</p> }.into_any();
    }
    let utf8 = text_and_rest(&shown).map(|(text, rest)| match is_cut {
        // The page cut the character; its other bytes are there.
        true => visible_lines(text),
        false => visible_lines(text) + &escaped(rest),
    });
    let narrow = window().inner_width().ok().and_then(|width| width.as_f64()).unwrap_or(0.0) <= NARROW_PX;
    let lines = dump(&shown, if narrow { 8 } else { columns });
    let encoding = RwSignal::new(String::from(if utf8.is_some() { "utf-8" } else { "gbk" }));
    let has_utf8 = utf8.is_some();
    let decoded = move || decode(&shown, is_cut, &encoding.get());
    let decoded = Memo::new(move |_| decoded());
    // What is copied is all of it, as it came.
    let all = StoredValue::new(bytes);
    let all_text = move || all.with_value(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let all_hex = move || all.with_value(|bytes| hex_line(bytes, bytes.len()));
    let encodings = Signal::derive(|| {
        ENCODINGS.iter().map(|name| ((*name).to_owned(), (*name).to_owned())).collect::<Vec<_>>()
    });
    view! {
        <div class="bytes">
            {utf8
                .map(|text| {
                    view! {
                        <div class="decoded-head">
                            <h4 class="label">{move || texts().text}</h4>
                            <CopyButton text=all_text/>
                        </div>
                        <pre class="bytes-text" data-testid=format!("{prefix}-text")>{text}</pre>
                    }
                })}
            <div class="decoded-head">
                <h4 class="label">{move || texts().hex}</h4>
                <CopyButton text=all_hex/>
            </div>
            <div class="dump" data-testid=format!("{prefix}-hex") tabindex="0" role="group" aria-label=move || texts().hex>
                {lines
                    .into_iter()
                    .map(|line| {
                        view! {
                            <div class="dump-line">
                                <span class="dump-offset">{line.offset}</span>
                                " "
                                <span class="dump-hex">{line.hex}</span>
                                " "
                                <span class="dump-ascii">{line.ascii}</span>
                            </div>
                        }
                    })
                    .collect_view()}
            </div>
            {is_cut
                .then(|| {
                    view! {
                        <p class="hint">
                            {move || {
                                fill(
                                    texts().shown,
                                    &[("shown", &grouped(SHOWN_BYTES as u64)), ("all", &grouped(total as u64))],
                                )
                            }}
                        </p>
                    }
                })}
            <div class="decoded-head">
                <h4 class="label">{move || texts().decoded}</h4>
                <Choice
                    testid=if prefix == "result" { "result-encoding" } else { "log-detail-encoding" }
                    label=Signal::derive(move || texts().encoding.to_owned())
                    options=encodings
                    value=encoding
                    on_change=move |name| encoding.set(name)
                />
            </div>
            <pre
                class="bytes-text"
                class:gone=move || has_utf8 && encoding.get() == "utf-8"
                data-testid=format!("{prefix}-decoded")
            >
                {move || decoded.get()}
            </pre>
            <p class="hint" class:gone=move || {
                has_utf8 && encoding.get() == "utf-8" || !decoded.with(|text| text.contains('\u{fffd}'))
            }>
                {move || texts().undecodable}
            </p>
        </div>
    }
    .into_any()
}

/// The browser has the tables of every encoding; what does not fit becomes U+FFFD. Where the page cut the bytes
/// (`is_cut`), the beginning of a character at their end is no mistake in them and is left out.
fn decode(bytes: &[u8], is_cut: bool, label: &str) -> String {
    let Ok(decoder) = web_sys::TextDecoder::new_with_label(label) else { return String::new() };
    let options = web_sys::TextDecodeOptions::new();
    options.set_stream(is_cut);
    visible_lines(&decoder.decode_with_u8_array_and_options(bytes, &options).unwrap_or_default())
}
