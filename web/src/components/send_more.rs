//! What sends by itself: a payload over and over, and files.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::badge::Badge;
use super::call_form::Form;
use super::fault_view::FaultView;
use super::payload_field::send_file;
use super::quick_send::send_call;
use crate::model::format::bytes;
use crate::model::sending::{Ended, Sending, What, every, times};
use crate::text::fill;

/// Folded away until it is wanted; what runs is always in sight.
#[component]
pub(super) fn SendMore(
    /// The form.
    form: Form,
) -> impl IntoView {
    let page = form.page;
    let texts = move || &page.later().payload;
    let how_often = RwSignal::new(String::from("10"));
    let pause = RwSignal::new(String::from("1000"));
    let refused = RwSignal::new(None::<String>);
    let is_free = move || {
        let busy = page.is_sending();
        refused.set(busy.then(|| untrack(texts).busy.to_owned()));
        !busy
    };
    let repeat = move || {
        if !is_free() {
            return;
        }
        let parameters = times(&how_often.get_untracked())
            .and_then(|times| every(&pause.get_untracked()).map(|every| (times, every)));
        match (parameters, send_call(form)) {
            (Ok((times, every)), Some(call)) => {
                refused.set(None);
                page.repeat(call, times, every);
            }
            (Err(mistake), _) => refused.set(Some(mistake.words(untrack(|| page.later())))),
            (Ok(_), None) => refused.set(Some(untrack(texts).wrong.to_owned())),
        }
    };
    // These fields stand in the form as well, and Enter in them is for them.
    let on_enter = move |event: web_sys::KeyboardEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
        if event.key() == "Enter" && target.is_some_and(|field| field.type_() == "text") {
            event.prevent_default();
            repeat();
        }
    };
    let pick = move |event: web_sys::Event| {
        let input = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
        let Some(input) = input else { return };
        if let Some(file) = input.files().and_then(|files| files.get(0)).filter(|_| is_free()) {
            send_file(form, file);
        }
        // The same file may be chosen again.
        input.set_value("");
    };
    view! {
        <div class="send-tools">
            <Running form/>
            <details class="send-more">
                <summary data-testid="send-more">{move || texts().more}</summary>
                <div class="send-more-row" on:keydown=on_enter>
                    <label class="send-more-field">
                        <span class="field-label">{move || texts().times}</span>
                        <input
                            class="input mono"
                            inputmode="numeric"
                            data-testid="repeat-times"
                            prop:value=move || how_often.get()
                            on:input=move |event| how_often.set(event_target_value(&event))
                        />
                    </label>
                    <label class="send-more-field">
                        <span class="field-label">{move || texts().every}</span>
                        <input
                            class="input mono"
                            inputmode="numeric"
                            data-testid="repeat-every"
                            prop:value=move || pause.get()
                            on:input=move |event| pause.set(event_target_value(&event))
                        />
                    </label>
                    <button type="button" class="button" data-testid="repeat-start" on:click=move |_| repeat()>
                        {move || texts().repeat}
                    </button>
                    <label class="button file-button">
                        <input type="file" class="visually-hidden" data-testid="send-file" on:change=pick/>
                        {move || texts().file}
                    </label>
                    <span class="hint">{move || texts().file_hint}</span>
                </div>
                <p class="field-error" role="alert" class:gone=move || refused.with(Option::is_none)>
                    {move || refused.get()}
                </p>
            </details>
        </div>
    }
}

/// How far what is sent on this socket is, and what stops it.
#[component]
fn Running(form: Form) -> impl IntoView {
    let page = form.page;
    let texts = move || &page.later().payload;
    // What runs is seen from every socket, because nothing else is sent meanwhile.
    let sending = Memo::new(move |_| {
        page.sending.get().filter(|sending| sending.socket == form.socket || sending.ended.is_none())
    });
    let socket = Memo::new(move |_| sending.with(|sending| sending.as_ref().map(|sending| sending.socket)));
    let there = Memo::new(move |_| sending.with(Option::is_some));
    let runs = Memo::new(move |_| {
        sending.with(|sending| sending.as_ref().is_some_and(|sending| sending.ended.is_none()))
    });
    let percent = move || sending.with(|sending| sending.as_ref().map_or(0, Sending::percent)).to_string();
    let words = move || {
        let Sending { what, done, total, ended, .. } = sending.get()?;
        let mut words = match what {
            What::Repeat => {
                fill(texts().sent_times, &[("done", &done.to_string()), ("total", &total.to_string())])
            }
            What::File(name) => {
                fill(texts().sent_file, &[("name", &name), ("done", &bytes(done)), ("total", &bytes(total))])
            }
        };
        let end = match ended {
            None => None,
            Some(Ended::Done) => Some(texts().done.to_owned()),
            Some(Ended::Stopped) => Some(texts().stopped.to_owned()),
            Some(Ended::Failed(number, _)) => Some(fill(texts().failed, &[("n", &number.to_string())])),
            Some(Ended::Unreadable) => Some(texts().unreadable.to_owned()),
        };
        if let Some(end) = end {
            words.push_str(" · ");
            words.push_str(&end);
        }
        Some(words)
    };
    let error = Memo::new(move |_| {
        sending.with(|sending| match sending.as_ref()?.ended.as_ref()? {
            Ended::Failed(_, error) => Some(error.clone()),
            _ => None,
        })
    });
    view! {
        <Show when=move || there.get()>
            <div class="sending" data-testid="sending" data-running=move || runs.get().to_string()>
                {move || socket.get().map(|socket| view! { <Badge socket/> })}
                <progress max="100" prop:value=percent aria-label=words></progress>
                <span class="sending-words" data-testid="sending-words">{words}</span>
                <button
                    type="button"
                    class="button small"
                    class:gone=move || !runs.get()
                    data-testid="sending-stop"
                    on:click=move |_| page.stop_sending()
                >
                    {move || texts().stop}
                </button>
                <button
                    type="button"
                    class="icon-button"
                    class:gone=move || runs.get()
                    aria-label=move || page.text().keep.dismiss
                    on:click=move |_| page.sending.set(None)
                >
                    "✕"
                </button>
            </div>
            {move || error.get().map(|error| view! { <FaultView error testid="sending-error"/> })}
        </Show>
    }
}
