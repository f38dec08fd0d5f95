//! The field of a setting of the wire, with a slider where the setting has a scale.

use leptos::prelude::*;

use crate::components::wire_bar::texts;
use crate::model::packets::wire::Setting;
use crate::state::Page;

/// A number that can be set. A wrong one stays in the field with what is allowed below it, and is not sent.
#[component]
pub(super) fn SettingField(
    /// What it sets.
    setting: Setting,
    /// The hosts from which and to which; none for every one.
    chosen: Memo<(Option<String>, Option<String>)>,
    /// Changes when the whole wire is set to something else.
    anew: RwSignal<u32>,
) -> impl IntoView {
    let page = Page::from_context();
    let id = format!("knob-{}", setting.name());
    let note = format!("{id}-note");
    let field = NodeRef::<leptos::html::Input>::new();
    // What was typed stands in the field, and what is in force otherwise.
    let is_edited = RwSignal::new(false);
    let is_wrong = RwSignal::new(false);
    let in_force = Memo::new(move |_| {
        let (from, to) = chosen.get();
        page.lab.wire.with(|wire| setting.in_force(wire.as_ref()?, from.as_deref(), to.as_deref()))
    });
    let in_words = move || in_force.get().map(|value| value.to_string()).unwrap_or_default();
    let typed = move || field.try_get_untracked().flatten().map(|field| field.value());
    let forget = move || {
        is_wrong.set(false);
        is_edited.set(false);
    };

    Effect::new(move || {
        let (words, is_edited) = (in_words(), is_edited.get());
        if let Some(field) = field.get().filter(|field| !is_edited && field.value() != words) {
            field.set_value(&words);
        }
    });
    // What was typed before was meant for other hosts, or for the wire as it was.
    Effect::new(move |before: Option<()>| {
        chosen.track();
        anew.track();
        if before.is_some() {
            forget();
        }
    });

    let set = move |value: f64| {
        let (from, to) = chosen.get_untracked();
        let sent = typed();
        page.change_wire_then(setting.call(from, to, value), move |ended| {
            if let Err(error) = ended {
                page.lab.refused.set(Some(error));
            }
            // What was typed meanwhile is not touched.
            if typed() == sent {
                is_edited.try_set(false);
            }
        });
    };
    let take = move |_| {
        let Some(typed) = typed() else { return };
        // What the server said of an earlier number is not about this one.
        page.lab.refused.set(None);
        let is_blank = typed.trim().is_empty();
        let value = if is_blank {
            // Where the hosts' settings differ the field was empty before, and nobody asked to change them all.
            setting.blank().filter(|_| in_force.get_untracked().is_some())
        } else {
            setting.allowed().read(&typed)
        };
        is_wrong.set(value.is_none() && !is_blank);
        match value {
            Some(value) => set(value),
            None => is_edited.set(!is_blank),
        }
    };
    let edit = move |_| {
        is_edited.set(true);
        let is_right =
            typed().is_some_and(|typed| typed.trim().is_empty() || setting.allowed().read(&typed).is_some());
        // Nobody is told of a mistake while typing; one that was told of is over as soon as it is mended.
        if is_right && is_wrong.get_untracked() {
            is_wrong.set(false);
        }
    };
    // What is typed back to what is in force is no change, so the browser tells of none.
    let leave = move |_| {
        if typed() == Some(untrack(in_words)) {
            forget();
        }
    };
    let slide = move |event: web_sys::Event| {
        if let Ok(value) = event_target_value(&event).parse::<f64>() {
            forget();
            set(value);
        }
    };
    let label = move || setting.label(texts(page));
    view! {
        <div class="knob" data-setting=setting.name()>
            <label class="knob-label" for=id.clone()>{label}</label>
            {setting.scale().map(|most| view! {
                <input
                    class="knob-slider"
                    type="range"
                    min="0"
                    max=most
                    aria-label=label
                    data-testid=format!("slider-{}", setting.name())
                    prop:value=move || in_force.get().unwrap_or_default().to_string()
                    on:change=slide
                />
            })}
            <span class="knob-value">
                // Of an `input` for numbers a script cannot have what is typed and no number.
                <input
                    class="input mono"
                    type="text"
                    inputmode="decimal"
                    autocomplete="off"
                    id=id.clone()
                    data-testid=id
                    placeholder=move || in_force.get().is_none().then(|| texts(page).w_mixed)
                    aria-describedby=note.clone()
                    aria-invalid=move || is_wrong.get().to_string()
                    node_ref=field
                    on:input=edit
                    on:change=take
                    on:blur=leave
                />
                <span class="quiet">{move || setting.unit(texts(page))}</span>
            </span>
            <p class="field-note knob-note" id=note>
                {move || {
                    is_wrong.get().then(|| view! {
                        <span
                            class="field-error"
                            role="alert"
                            data-testid="field-error"
                            data-field=setting.name()
                        >
                            {setting.allowed().words(page.later())}
                        </span>
                    })
                }}
            </p>
        </div>
    }
}
