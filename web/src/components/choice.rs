//! A menu of a few values.

use leptos::prelude::*;

/// A `select` whose choices are pairs of value and label.
#[component]
pub(super) fn Choice(
    /// The name for tests.
    testid: &'static str,
    /// What it chooses, for a screen reader; a visible label may say it as well.
    #[prop(into)]
    label: Signal<String>,
    /// Values and their labels.
    #[prop(into)]
    options: Signal<Vec<(String, String)>>,
    /// The value chosen.
    #[prop(into)]
    value: Signal<String>,
    /// Takes a new value.
    on_change: impl Fn(String) + 'static,
) -> impl IntoView {
    // Rebuilding the choices closes an open menu, so only a real change may do it.
    let options = Memo::new(move |_| options.get());
    view! {
        <select
            class="select"
            data-testid=testid
            aria-label=move || label.get()
            on:change=move |event| on_change(event_target_value(&event))
        >
            {move || {
                options
                    .get()
                    .into_iter()
                    .map(|(option, label)| {
                        let own = option.clone();
                        view! {
                            <option value=option prop:selected=move || value.get() == own>
                                {label}
                            </option>
                        }
                    })
                    .collect_view()
            }}
        </select>
    }
}
