//! Bytes to look at: as text, as a hex dump, and decoded in a chosen encoding.
//!
//! Whatever a peer sent is shown through text nodes only and can never become part of the page.

use leptos::prelude::*;

use super::choice::Choice;
use super::copy_button::CopyButton;
use crate::model::form::ENCODINGS;
use crate::model::format::{grouped, visible_lines};
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
    let shown: Vec<u8> = bytes.into_iter().take(SHOWN_BYTES).collect();
    if shown.is_empty() {
        return view! { <p class="quiet">{move || texts().no_bytes}</p> }.into_any();
    }
    let utf8 = std::str::from_utf8(&shown).map(visible_lines).ok();
    let narrow = window().inner_width().ok().and_then(|width| width.as_f64()).unwrap_or(0.0) <= NARROW_PX;
    let lines = dump(&shown, if narrow { 8 } else { columns });
    let encoding = RwSignal::new(String::from(if utf8.is_some() { "utf-8" } else { "gbk" }));
    let has_utf8 = utf8.is_some();
    let bytes = StoredValue::new(shown.clone());
    let decoded = move || bytes.with_value(|bytes| decode(bytes, &encoding.get()));
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
                            <CopyButton text=text.clone()/>
                        </div>
                        <pre class="bytes-text" data-testid=format!("{prefix}-text")>{text}</pre>
                    }
                })}
            <div class="decoded-head">
                <h4 class="label">{move || texts().hex}</h4>
                <CopyButton text=hex_line(&shown, SHOWN_BYTES)/>
            </div>
            <div class="dump" data-testid=format!("{prefix}-hex") tabindex="0">
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
            {(total > SHOWN_BYTES)
                .then(|| {
                    view! {
                        <p class="hint">
                            {move || {
                                fill(
                                    texts().cut,
                                    &[("kept", &grouped(SHOWN_BYTES as u64)), ("all", &grouped(total as u64))],
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
                {decoded}
            </pre>
            <p class="hint" class:gone=move || !decoded().contains('\u{fffd}')>
                {move || texts().undecodable}
            </p>
        </div>
    }
    .into_any()
}

/// The browser has the tables of every encoding; what does not fit becomes U+FFFD.
fn decode(bytes: &[u8], label: &str) -> String {
    let decoder = web_sys::TextDecoder::new_with_label(label);
    let text = decoder.and_then(|decoder| decoder.decode_with_u8_array(bytes)).unwrap_or_default();
    visible_lines(&text)
}
