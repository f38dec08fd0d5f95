//! The foot of the call panel: what is about to be performed, and the button that does it. It is always in sight.

use leptos::prelude::*;
use sockyard_protocol::Call;
use sockyard_protocol::call::SocketGetOption;

use super::call_form::{FORM_ID, Form};
use crate::model::form::{CallKind, Field};
use crate::text::fill;

/// The line of Python and the button.
#[component]
pub(super) fn CallFoot(
    /// The form.
    form: Form,
) -> impl IntoView {
    let page = form.page;
    let run_line = Signal::derive(move || {
        form.built.with(|built| built.as_ref().map(|call| form.python(call)).unwrap_or_default())
    });
    let reads = Memo::new(move |_| form.kind.get() == CallKind::Options);
    let get_call =
        move || Call::from(SocketGetOption { socket: form.socket, name: form.entry(Field::Option) });
    let get_line = Signal::derive(move || form.python(&get_call()));
    view! {
        <div class="call-foot">
            <Show when=move || reads.get()>
                <div class="run-row">
                    <PythonLine form line=get_line testid="python-line-get"/>
                    <button
                        type="button"
                        class="button run"
                        data-testid="call-get"
                        on:click=move |_| page.perform(form.socket, untrack(get_call))
                    >
                        {move || page.text().call.get}
                    </button>
                </div>
            </Show>
            <div class="run-row">
                <PythonLine form line=run_line testid="python-line"/>
                <button type="submit" form=FORM_ID class="button primary run" data-testid="call-run">
                    {move || match form.kind.get() {
                        CallKind::Options => page.text().call.set.to_owned(),
                        kind => fill(page.text().call.run, &[("call", kind.name())]),
                    }}
                </button>
            </div>
        </div>
    }
}

/// The line of Python about to be performed. A name of its own would hide the line from a screen reader, so what it
/// is stands before it, unseen.
#[component]
fn PythonLine(form: Form, line: Signal<String>, testid: &'static str) -> impl IntoView {
    view! {
        <div class="python" class:blank=move || line.with(String::is_empty) title=move || form.page.text().call.python>
            <span class="python-prompt" aria-hidden="true">">>>"</span>
            <span class="visually-hidden">{move || form.page.text().call.python}</span>
            <code data-testid=testid>{move || line.get()}</code>
        </div>
    }
}
