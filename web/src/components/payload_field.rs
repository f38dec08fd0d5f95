//! The bytes to send: how they are entered, in which encoding, and how many they are.

use leptos::prelude::*;

use super::call_form::Form;
use super::field::{InlineMenu, Note};
use crate::model::form::{ENCODINGS, Field, payload_of};
use crate::model::mistake::payload;
use crate::text::{count, fill};

/// What browsers report instead of a key that an input method has taken; Safari does so for the Enter that ends
/// a composition, after it has said that the composition is over.
const TAKEN_BY_INPUT_METHOD: u32 = 229;

/// The data of a `send`, as it is entered.
#[component]
pub(super) fn PayloadText(
    /// The form.
    form: Form,
) -> impl IntoView {
    let page = form.page;
    // How many payloads back the arrow keys have gone.
    let back = RwSignal::new(0usize);
    // What stood here before they went back; going forward ends at it.
    let unsent = StoredValue::new(String::new());
    let is_count = Memo::new(move |_| form.entry(Field::DataForm) == "zeros");
    let is_text = Memo::new(move |_| form.entry(Field::DataForm) == "text");
    let is_wrong = Memo::new(move |_| form.mistake(Field::Data).is_some());
    let recall = move |event: leptos::ev::KeyboardEvent| {
        if event.is_composing() || event.key_code() == TAKEN_BY_INPUT_METHOD {
            return;
        }
        // With these the arrows select, or move by lines and paragraphs.
        let is_modified = event.shift_key() || event.ctrl_key() || event.alt_key() || event.meta_key();
        let step = match event.key().as_str() {
            "Enter" if !event.shift_key() => {
                event.prevent_default();
                back.set(0);
                return form.run();
            }
            "ArrowUp" if !is_modified => 1,
            "ArrowDown" if !is_modified => -1,
            _ => return,
        };
        // In a text of several lines the arrows move the caret.
        if untrack(|| form.entry(Field::Data)).contains('\n') && back.get_untracked() == 0 {
            return;
        }
        let wanted = back.get_untracked().saturating_add_signed(step);
        let recalled = page.drafts.with_untracked(|drafts| drafts.recall(wanted).map(str::to_owned));
        match recalled {
            Some(earlier) => {
                event.prevent_default();
                if back.get_untracked() == 0 {
                    unsent.set_value(untrack(|| form.entry(Field::Data)));
                }
                back.set(wanted);
                form.set(Field::Data, earlier);
            }
            None if wanted == 0 && step < 0 && back.get_untracked() > 0 => {
                event.prevent_default();
                back.set(0);
                form.set(Field::Data, unsent.get_value());
            }
            None => {}
        }
    };
    view! {
        <div class="field field-data">
            <div class="field-data-head">
                <label class="field-label" for="field-data">
                    {move || if is_count.get() { page.text().labels.zeros } else { page.text().labels.data }}
                </label>
                <InlineMenu form field=Field::DataForm label=|labels| labels.data_form options=&[
                    ("text", |labels| labels.form_text),
                    ("hex", |labels| labels.form_hex),
                    ("escaped", |labels| labels.form_escaped),
                    ("zeros", |labels| labels.form_zeros),
                ]/>
                <Show when=move || is_text.get()>
                    <InlineMenu form field=Field::Encoding label=|labels| labels.encoding names=&ENCODINGS/>
                </Show>
                <ByteCount form/>
            </div>
            <textarea
                class="input mono"
                id="field-data"
                data-testid="field-data"
                rows="2"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                placeholder=move || page.text().call.recall
                aria-describedby="field-data-note"
                aria-invalid=move || is_wrong.get().to_string()
                prop:value=move || form.entry(Field::Data)
                on:input=move |event| {
                    // What is typed now is a text of its own to come back to.
                    back.set(0);
                    form.set(Field::Data, event_target_value(&event));
                }
                on:keydown=recall
            ></textarea>
            <Note form field=Field::Data id="field-data-note".to_owned() hint=|_| ""/>
        </div>
    }
}

/// How many bytes the payload comes to, as far as the page can tell.
#[component]
fn ByteCount(form: Form) -> impl IntoView {
    let page = form.page;
    let words = move || {
        let draft = page.drafts.with(|drafts| drafts.of(form.socket));
        let view = form.view()?;
        let texts = &page.text().call;
        match payload_of(&draft, &view) {
            Ok(sockyard_protocol::Payload::Text { encoding: Some(encoding), .. }) => {
                Some(fill(texts.bytes_server, &[("encoding", &encoding)]))
            }
            Ok(entered) => payload(&entered)
                .ok()
                .map(|bytes| count(bytes.len() as u64, texts.bytes_one, texts.bytes_many)),
            Err(_) => None,
        }
    };
    view! { <span class="quiet field-data-count" data-testid="payload-bytes">{words}</span> }
}
