//! The browser's decoders, and the tables that are made from them when one is first needed.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::model::encoder::{Encoder, Missing, Tables, encode_unicode};
use crate::model::form::ENCODINGS;

thread_local! {
    /// At most one for each of the encodings offered; the largest has some 24000 characters.
    static ENCODERS: RefCell<BTreeMap<&'static str, Rc<Encoder>>> = const { RefCell::new(BTreeMap::new()) };
}

/// The encodings as the browser has them.
pub(crate) struct BrowserTables;

impl Tables for BrowserTables {
    fn encode(&self, text: &str, encoding: &str) -> Result<Vec<u8>, Missing> {
        if let Some(bytes) = encode_unicode(text, encoding) {
            return Ok(bytes);
        }
        let name = ENCODINGS.iter().find(|name| **name == encoding).ok_or(Missing::Table)?;
        let encoder = ENCODERS.with_borrow_mut(|encoders| {
            let made = || Rc::new(Encoder::new(name, |bytes| self.decode(bytes, name)));
            encoders.entry(*name).or_insert_with(made).clone()
        });
        encoder.encode(text)
    }

    fn decode(&self, bytes: &[u8], encoding: &str) -> String {
        let options = web_sys::TextDecoderOptions::new();
        // A mark at the beginning is bytes, too.
        js_sys::Reflect::set(&options, &"ignoreBOM".into(), &true.into()).ok(/* a plain object takes it */);
        web_sys::TextDecoder::new_with_label_and_options(encoding, &options)
            .and_then(|decoder| decoder.decode_with_u8_array(bytes))
            .unwrap_or_default()
    }
}
