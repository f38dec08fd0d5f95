//! Decoding by the browser, which has the tables of every encoding.

use web_sys::{TextDecodeOptions, TextDecoder, TextDecoderOptions};

use crate::model::cells::{Cell, cells};
use crate::model::guess::TRIED;

/// Bytes before a leaf that are decoded as well, so that its first character is not cut by the page; a decoder is back
/// in step after a few characters at most.
const RUN_UP: usize = 64;
/// Bytes after it: as many as a character may have.
const RUN_OUT: usize = 4;

/// The characters of a leaf of bytes. Bytes at the end of all that begin a character and do not end it have no text.
pub(super) fn leaf(bytes: &[u8], leaf: usize, size: usize, encoding: &str) -> Vec<Cell> {
    let start = leaf * size;
    let end = (start + size).min(bytes.len());
    let from = start.saturating_sub(RUN_UP);
    let to = (end + RUN_OUT).min(bytes.len());
    let Some(window) = bytes.get(from..to) else { return Vec::new() };
    let Some(decoder) = decoder(encoding, false) else { return Vec::new() };
    let options = TextDecodeOptions::new();
    options.set_stream(true);
    let mut found = cells(window, |byte| match byte {
        Some(byte) => decoder.decode_with_u8_array_and_options(&[byte], &options).unwrap_or_default(),
        None => String::new(),
    });
    if let Some(last) = found.last_mut().filter(|cell| cell.end == window.len() && cell.text == "\u{fffd}") {
        // What was left over at the very end is a beginning and no mistake.
        if decoder.decode().is_ok_and(|rest| !rest.is_empty()) {
            last.text.clear();
        }
    }
    for cell in &mut found {
        cell.start += from;
        cell.end += from;
    }
    found.retain(|cell| cell.end > start && cell.start < end);
    found
}

/// What each encoding that finds no mistake in the bytes reads in them. Where the page has cut them (`is_cut`), the
/// beginning of a character at their end is none.
pub(super) fn valid(bytes: &[u8], is_cut: bool) -> Vec<(&'static str, String)> {
    let options = TextDecodeOptions::new();
    options.set_stream(is_cut);
    TRIED
        .into_iter()
        .filter_map(|name| {
            let decoder = decoder(name, true)?;
            let text = decoder.decode_with_u8_array_and_options(bytes, &options).ok()?;
            Some((name, text))
        })
        .collect()
}

fn decoder(encoding: &str, fatal: bool) -> Option<TextDecoder> {
    let options = TextDecoderOptions::new();
    options.set_fatal(fatal);
    // A mark of the byte order at the beginning is bytes like any others.
    js_sys::Reflect::set(&options, &"ignoreBOM".into(), &true.into()).ok()?;
    TextDecoder::new_with_label_and_options(encoding, &options).ok()
}
