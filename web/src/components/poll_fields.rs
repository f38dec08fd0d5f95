//! Which sockets to poll, and for what.

use leptos::prelude::*;
use sockyard_protocol::SocketId;

use super::badge::Badge;
use super::call_form::Form;
use super::field::{Menu, Note};
use crate::model::form::Field;

/// A box for each open socket, and what to ask for.
#[component]
pub(super) fn PollFields(
    /// The form.
    form: Form,
) -> impl IntoView {
    let page = form.page;
    let numbers = Memo::new(move |_| page.sockets.with(|table| table.numbers()));
    let chosen = Memo::new(move |_| numbers_of(&form.entry(Field::PollSockets)));
    let keep = move |chosen: &[SocketId]| {
        let chosen: Vec<_> = chosen.iter().map(ToString::to_string).collect();
        form.set(Field::PollSockets, chosen.join(","));
    };
    let set = move |socket: SocketId, on: bool| {
        let mut chosen = chosen.get_untracked();
        chosen.retain(|other| *other != socket);
        if on {
            chosen.push(socket);
            chosen.sort_unstable();
        }
        keep(&chosen);
    };
    // A socket that is closed has no box any more, and could not be taken out again.
    Effect::new(move || {
        let open = numbers.get();
        let mut left = chosen.get_untracked();
        left.retain(|socket| open.contains(socket));
        if left.len() != chosen.with_untracked(Vec::len) {
            keep(&left);
        }
    });
    view! {
        <fieldset class="field poll-sockets" id="field-poll-sockets" tabindex="-1">
            <legend class="field-label">{move || page.later().labels.poll_sockets}</legend>
            <For each=move || numbers.get() key=|socket| *socket let(socket)>
                <label class="check">
                    <input
                        type="checkbox"
                        data-testid="field-poll-socket"
                        data-socket=socket
                        aria-label=socket.to_string()
                        prop:checked=move || chosen.with(|chosen| chosen.contains(&socket))
                        on:change=move |event| set(socket, event_target_checked(&event))
                    />
                    <Badge socket/>
                </label>
            </For>
            <Note form field=Field::PollSockets id="field-poll-sockets-note".to_owned() hint=|_| ""/>
        </fieldset>
        <Menu form field=Field::PollFor label=|labels| labels.poll_for options=&[
            ("both", |labels| labels.poll_both),
            ("read", |labels| labels.poll_read),
            ("write", |labels| labels.poll_write),
        ]/>
    }
}

fn numbers_of(entry: &str) -> Vec<SocketId> {
    entry.split(',').filter_map(|number| number.trim().parse().ok()).collect()
}
