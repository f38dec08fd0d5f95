//! The bytes to send: how they are entered, in which encoding, and how many they are.

use leptos::prelude::*;

use super::call_form::Form;
use super::field::{InlineMenu, Note};
use super::focus;
use super::import_bar::has_files;
use super::quick_send::QuickSend;
use crate::encodings::BrowserTables;
use crate::model::form::{ENCODINGS, Field};
use crate::model::mistake::{Mistake, address};
use crate::model::payload::{Entered, Unwritable, bytes, convert, escape, hex};
use crate::text::{count, fill};

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
    // Why the payload could not be turned into the form that was chosen last.
    let unwritable = RwSignal::new(None::<Unwritable>);
    let dropping = RwSignal::new(false);
    let switch = move |to: String| match convert(&untrack(|| entered(form)), &to, &BrowserTables) {
        Ok(Entered { data, .. }) => {
            unwritable.set(None);
            form.set(Field::Data, data);
            form.set(Field::DataForm, to);
        }
        Err(why) => unwritable.set(Some(why)),
    };
    let is_text = Memo::new(move |_| form.entry(Field::DataForm) == "text");
    let is_wrong = Memo::new(move |_| form.mistake(Field::Data).is_some());
    let recall = move |event: leptos::ev::KeyboardEvent| {
        if focus::is_composing(&event) {
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
                    {move || if is_count.get() { page.later().labels.zeros } else { page.later().labels.data }}
                </label>
                <InlineMenu form field=Field::DataForm label=|labels| labels.data_form on_change=Callback::new(switch) options=&[
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
                // Text that is dragged here goes where the caret is, as everywhere.
                on:dragover=move |event: leptos::ev::DragEvent| {
                    if has_files(&event) {
                        event.prevent_default();
                        dropping.set(true);
                    }
                }
                on:dragleave=move |_| dropping.set(false)
                on:drop=move |event: leptos::ev::DragEvent| {
                    dropping.set(false);
                    if !has_files(&event) {
                        return;
                    }
                    event.prevent_default();
                    let files = event.data_transfer().and_then(|data| data.files());
                    if let Some(file) = files.and_then(|files| files.get(0)) {
                        send_file(form, file);
                    }
                }
                aria-describedby="field-data-note"
                aria-invalid=move || is_wrong.get().to_string()
                prop:value=move || form.entry(Field::Data)
                on:input=move |event| {
                    // What is typed now is a text of its own to come back to.
                    back.set(0);
                    unwritable.set(None);
                    form.set(Field::Data, event_target_value(&event));
                }
                on:keydown=recall
            ></textarea>
            <Note form field=Field::Data id="field-data-note".to_owned() hint=|_| ""/>
            <p class="field-error" role="status" data-testid="payload-kept" class:gone=move || unwritable.with(Option::is_none)>
                {move || unwritable.with(|why| why.as_ref().map(|why| why.words(page.later())))}
            </p>
            <p class="payload-drop" class:gone=move || !dropping.get()>{move || page.later().payload.drop}</p>
            <Preview form/>
            <QuickSend form/>
        </div>
    }
}

/// What stands in the fields of the payload.
pub(super) fn entered(form: Form) -> Entered {
    Entered {
        data: form.entry(Field::Data),
        form: form.entry(Field::DataForm),
        encoding: form.entry(Field::Encoding),
    }
}

/// Sends a file with the destination that stands in the form.
pub(super) fn send_file(form: Form, file: web_sys::File) {
    let to = match untrack(|| form.entry(Field::To)).trim() {
        "" => None,
        _ if !form.is_datagram => None,
        to => match address(to) {
            Ok(to) => Some(to),
            // Its mistake stands below the field.
            Err(_) => return focus::take("#field-to".to_owned()),
        },
    };
    form.page.send_file(form.socket, file, to, form.is_datagram);
}

/// How many bytes the payload comes to, or what the encoding lacks.
#[component]
fn ByteCount(form: Form) -> impl IntoView {
    let page = form.page;
    let words = move || {
        let entered = entered(form);
        let texts = &page.text().call;
        match bytes(&entered, &BrowserTables) {
            Ok(Some(bytes)) => Some(count(bytes.len() as u64, texts.bytes_one, texts.bytes_many)),
            Ok(None) => Some(fill(texts.bytes_server, &[("encoding", &entered.encoding)])),
            Err(mistake @ Mistake::NotInEncoding(..)) => Some(mistake.words(page.later())),
            Err(_) => None,
        }
    };
    view! { <span class="quiet field-data-count" data-testid="payload-bytes">{words}</span> }
}

/// The first bytes as they will be sent; where hex is entered, as the text that they would be.
#[component]
fn Preview(form: Form) -> impl IntoView {
    /// Bytes shown; one line has room for no more.
    const SHOWN: usize = 32;
    let page = form.page;
    let line = Memo::new(move |_| {
        let entered = entered(form);
        let bytes = bytes(&entered, &BrowserTables).ok().flatten().unwrap_or_default();
        let shown = &bytes[..bytes.len().min(SHOWN)];
        let line = if entered.form == "hex" { escape(shown) } else { hex(shown) };
        if bytes.len() > SHOWN { line + " …" } else { line }
    });
    view! {
        <p
            class="payload-preview mono"
            class:gone=move || line.with(String::is_empty)
            data-testid="payload-preview"
            title=move || page.later().payload.preview
        >
            <span class="visually-hidden">{move || page.later().payload.preview} ": "</span>
            {move || line.get()}
        </p>
    }
}
