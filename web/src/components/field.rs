//! The fields of forms: a label, an input and, where there is one, the mistake in words.

use leptos::prelude::*;

use super::badge::Badge;
use super::call_form::Form;
use crate::model::form::Field;
use crate::text::fill;
use crate::text::later::Labels;

/// Picks a label from the table.
pub(super) type Label = fn(&'static Labels) -> &'static str;

/// A line of text.
#[component]
pub(super) fn TextInput(
    /// The form.
    form: Form,
    /// The field.
    field: Field,
    /// Its label.
    label: Label,
    /// What stands under it while nothing is wrong.
    hint: Label,
    /// Whether the hint says what a blank means; then it stands in the field.
    #[prop(optional)]
    blank: bool,
    /// Whether the session's own addresses are offered.
    #[prop(optional)]
    known: bool,
) -> impl IntoView {
    let page = form.page;
    let id = format!("field-{}", field.name());
    let note = format!("{id}-note");
    let is_wrong = Memo::new(move |_| form.mistake(field).is_some());
    view! {
        <div class=format!("field field-{}", field.name())>
            <label class="field-label" for=id.clone()>{move || label(&page.later().labels)}</label>
            <input
                class="input mono"
                id=id.clone()
                data-testid=id
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                placeholder=move || blank.then(|| hint(&page.later().labels))
                aria-describedby=note.clone()
                aria-invalid=move || is_wrong.get().to_string()
                prop:value=move || form.entry(field)
                on:input=move |event| form.set(field, event_target_value(&event))
            />
            <Note form field id=note hint=if blank { |_| "" } else { hint }/>
            {known.then(|| view! { <KnownAddresses form field/> })}
        </div>
    }
}

/// The mistake, or the hint while there is none.
#[component]
pub(super) fn Note(form: Form, field: Field, id: String, hint: Label) -> impl IntoView {
    let page = form.page;
    let mistake = Memo::new(move |_| form.mistake(field));
    view! {
        <p class="field-note" id=id>
            {move || match mistake.get() {
                Some(mistake) => view! {
                    <span class="field-error" data-testid="field-error" data-field=field.name()>
                        {mistake.words(page.later())}
                    </span>
                }
                .into_any(),
                None => view! { <span>{hint(&page.later().labels)}</span> }.into_any(),
            }}
        </p>
    }
}

/// The addresses of the session's other sockets that this one could reach, each a click away.
#[component]
fn KnownAddresses(form: Form, field: Field) -> impl IntoView {
    /// Most addresses offered; more would bury the form.
    const OFFERED: usize = 6;
    let page = form.page;
    let known = Memo::new(move |_| {
        let Some(own) = form.view() else { return Vec::new() };
        // Whoever wrote last is the likeliest to be answered.
        let sender = own.last_sender.clone().filter(|_| field == Field::To);
        page.sockets.with(|table| {
            let reachable = table.open().filter(|view| {
                own.socket != view.socket
                    && own.family == view.family
                    && own.r#type == view.r#type
                    && view.is_bound()
                    && (view.listening || view.is_datagram())
            });
            let own_sockets = reachable.filter_map(|view| Some((Some(view.socket), view.local.clone()?)));
            let mut known: Vec<_> = own_sockets.take(OFFERED).collect();
            if let Some(sender) = sender {
                let place = known.iter().position(|(_, address)| *address == sender);
                let first = place.map_or((None, sender), |place| known.remove(place));
                known.insert(0, first);
            }
            known
        })
    });
    view! {
        <div class="known" class:gone=move || known.with(Vec::is_empty)>
            <For each=move || known.get() key=|known| known.clone() let((socket, address))>
                <button
                    type="button"
                    class="known-address"
                    data-testid="known-address"
                    data-socket=socket
                    title={
                        let address = address.clone();
                        move || match socket {
                            Some(socket) => fill(page.later().labels.known, &[("n", &socket.to_string())]),
                            None => fill(page.later().labels.known_sender, &[("address", &address)]),
                        }
                    }
                    on:click={
                        let address = address.clone();
                        move |_| form.set(field, address.clone())
                    }
                >
                    {match socket {
                        Some(socket) => view! { <Badge socket/> }.into_any(),
                        None => view! { <span class="known-sender" aria-hidden="true">"↩"</span> }.into_any(),
                    }}
                    <code>{address.clone()}</code>
                </button>
            </For>
        </div>
    }
}

/// A choice of a few values, whose labels come from the table or are their names.
#[component]
pub(super) fn Menu(
    /// The form.
    form: Form,
    /// The field.
    field: Field,
    /// Its label.
    label: Label,
    /// Values and labels.
    #[prop(optional)]
    options: &'static [(&'static str, Label)],
    /// Values that are their own labels.
    #[prop(optional)]
    names: &'static [&'static str],
) -> impl IntoView {
    let page = form.page;
    let id = format!("field-{}", field.name());
    view! {
        <div class=format!("field field-{}", field.name())>
            <label class="field-label" for=id.clone()>{move || label(&page.later().labels)}</label>
            <select
                class="select"
                id=id.clone()
                data-testid=id
                on:change=move |event| form.set(field, event_target_value(&event))
            >
                {choices(form, field, options, names)}
            </select>
        </div>
    }
}

/// The same within a line of others; its label is for screen readers.
#[component]
pub(super) fn InlineMenu(
    /// The form.
    form: Form,
    /// The field.
    field: Field,
    /// Its label.
    label: Label,
    /// Values and labels.
    #[prop(optional)]
    options: &'static [(&'static str, Label)],
    /// Values that are their own labels.
    #[prop(optional)]
    names: &'static [&'static str],
    /// Takes the choice instead of the form, which may refuse it.
    #[prop(optional)]
    on_change: Option<Callback<String>>,
) -> impl IntoView {
    let page = form.page;
    let id = format!("field-{}", field.name());
    view! {
        <select
            class="select inline"
            id=id.clone()
            data-testid=id
            aria-label=move || label(&page.later().labels)
            title=move || label(&page.later().labels)
            on:change=move |event| match on_change {
                None => form.set(field, event_target_value(&event)),
                Some(on_change) => {
                    on_change.run(event_target_value(&event));
                    // What was refused is not left chosen.
                    let select = event_target::<web_sys::HtmlSelectElement>(&event);
                    select.set_value(&untrack(|| form.entry(field)));
                }
            }
        >
            {choices(form, field, options, names)}
        </select>
    }
}

fn choices(
    form: Form,
    field: Field,
    options: &'static [(&'static str, Label)],
    names: &'static [&'static str],
) -> impl IntoView {
    let selected = move |value: &'static str| move || form.entry(field) == value;
    let labelled = options
        .iter()
        .map(|(value, label)| {
            let label = *label;
            view! {
                <option value=*value prop:selected=selected(value)>
                    {move || label(&form.page.later().labels)}
                </option>
            }
        })
        .collect_view();
    let named = names
        .iter()
        .map(|name| view! { <option value=*name prop:selected=selected(name)>{*name}</option> })
        .collect_view();
    (labelled, named)
}

/// The flags of a call.
#[component]
pub(super) fn Flags(
    /// The form.
    form: Form,
    /// Which there are.
    fields: &'static [Field],
) -> impl IntoView {
    let page = form.page;
    let label = move |field: Field| {
        let labels = &page.later().labels;
        match field {
            Field::FlagPeek => labels.peek,
            Field::FlagWaitall => labels.waitall,
            _ => labels.oob,
        }
    };
    view! {
        <fieldset class="field flags">
            <legend class="field-label">{move || page.later().labels.flags}</legend>
            {fields
                .iter()
                .map(|field| {
                    let field = *field;
                    view! {
                        <label class="check">
                            <input
                                type="checkbox"
                                data-testid=format!("field-{}", field.name())
                                prop:checked=move || form.entry(field) == "true"
                                on:change=move |event| form.set(field, event_target_checked(&event).to_string())
                            />
                            <span>{move || label(field)}</span>
                        </label>
                    }
                })
                .collect_view()}
        </fieldset>
    }
}
