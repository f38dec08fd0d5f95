//! The rules by which a responder answers, one below the other in the order in which they are tried.

use leptos::prelude::*;

use super::call_form::Form;
use super::choice::Choice;
use super::field::Note;
use crate::model::form::Field;
use crate::model::form::rules::{RULES_MAX, RuleDraft, read, write};
use crate::text::fill;

/// The rules, shown while `rules` is chosen as the answer.
#[component]
pub(super) fn RulesField(
    /// The form.
    form: Form,
) -> impl IntoView {
    let page = form.page;
    let texts = move || &page.later().rules;
    let shown = Memo::new(move |_| form.entry(Field::Responder) == "rules");
    let count = Memo::new(move |_| read(&form.entry(Field::Rules)).len());
    let add = move |_| change(form, |rules| rules.push(RuleDraft::default()));
    view! {
        <Show when=move || shown.get()>
            <fieldset class="rules" id="field-rules" data-testid="field-rules" tabindex="-1">
                <legend class="field-label">{move || texts().title}</legend>
                {move || (0..count.get()).map(|index| view! { <RuleRow form index/> }).collect_view()}
                <Note form field=Field::Rules id="field-rules-note".to_owned() hint=|_| ""/>
                <button
                    type="button"
                    class="link-button"
                    class:gone=move || { count.get() >= RULES_MAX }
                    data-testid="rule-add"
                    on:click=add
                >
                    "＋ "
                    {move || texts().add}
                </button>
            </fieldset>
        </Show>
    }
}

fn change(form: Form, act: impl FnOnce(&mut Vec<RuleDraft>)) {
    let mut rules = read(&untrack(|| form.entry(Field::Rules)));
    act(&mut rules);
    form.set(Field::Rules, write(&rules));
}

/// One rule.
#[component]
fn RuleRow(form: Form, index: usize) -> impl IntoView {
    let page = form.page;
    let texts = move || &page.later().rules;
    let rule = Memo::new(move |_| read(&form.entry(Field::Rules)).into_iter().nth(index).unwrap_or_default());
    let number = (index + 1).to_string();
    let name = {
        let number = number.clone();
        move || fill(texts().number, &[("n", &number)])
    };
    let remove = {
        let number = number.clone();
        move || fill(texts().remove, &[("n", &number)])
    };
    let raise = move || fill(texts().raise, &[("n", &number)]);
    let set = move |act: Box<dyn FnOnce(&mut RuleDraft)>| {
        change(form, |rules| {
            if let Some(rule) = rules.get_mut(index) {
                act(rule);
            }
        });
    };
    let whens = Signal::derive(move || {
        let texts = texts();
        [
            ("contains", texts.contains),
            ("equals", texts.equals),
            ("regex", texts.regex),
            ("always", texts.always),
        ]
        .map(|(value, label)| (value.to_owned(), label.to_owned()))
        .to_vec()
    });
    let forms = Signal::derive(move || {
        let labels = &page.later().labels;
        [("escaped", labels.form_escaped), ("hex", labels.form_hex)]
            .map(|(value, label)| (value.to_owned(), label.to_owned()))
            .to_vec()
    });
    let looks = move || rule.with(|rule| rule.when != "always");
    view! {
        <div class="rule" role="group" aria-label=name data-testid="rule" data-index=index>
            <Choice
                testid="rule-when"
                label=Signal::derive(move || texts().when.to_owned())
                options=whens
                value=Signal::derive(move || rule.with(|rule| rule.when.clone()))
                on_change=move |value| set(Box::new(move |rule| rule.when = value))
            />
            <input
                class="input mono rule-pattern"
                class:gone=move || !looks()
                data-testid="rule-pattern"
                autocomplete="off"
                spellcheck="false"
                aria-label=move || texts().pattern
                placeholder=move || texts().pattern
                prop:value=move || rule.with(|rule| rule.pattern.clone())
                on:input=move |event| {
                    let value = event_target_value(&event);
                    set(Box::new(move |rule| rule.pattern = value));
                }
            />
            <span class="rule-arrow" aria-hidden="true">"→"</span>
            <input
                class="input mono rule-send"
                data-testid="rule-send"
                autocomplete="off"
                spellcheck="false"
                aria-label=move || texts().send
                placeholder=move || texts().send
                prop:value=move || rule.with(|rule| rule.send.clone())
                on:input=move |event| {
                    let value = event_target_value(&event);
                    set(Box::new(move |rule| rule.send = value));
                }
            />
            <Choice
                testid="rule-form"
                label=Signal::derive(move || texts().form.to_owned())
                options=forms
                value=Signal::derive(move || rule.with(|rule| rule.form.clone()))
                on_change=move |value| set(Box::new(move |rule| rule.form = value))
            />
            <input
                class="input mono rule-delay"
                data-testid="rule-delay"
                inputmode="numeric"
                aria-label=move || texts().delay
                title=move || texts().delay
                placeholder=move || texts().delay
                prop:value=move || rule.with(|rule| rule.delay_ms.clone())
                on:input=move |event| {
                    let value = event_target_value(&event);
                    set(Box::new(move |rule| rule.delay_ms = value));
                }
            />
            <span class="rule-unit" aria-hidden="true">"ms"</span>
            <label class="check">
                <input
                    type="checkbox"
                    data-testid="rule-close"
                    prop:checked=move || rule.with(|rule| rule.close)
                    on:change=move |event| {
                        let close = event_target_checked(&event);
                        set(Box::new(move |rule| rule.close = close));
                    }
                />
                <span>{move || texts().close}</span>
            </label>
            <button
                type="button"
                class="icon-button"
                class:gone=move || index == 0
                aria-label=raise.clone()
                title=raise
                on:click=move |_| change(form, |rules| if index > 0 && index < rules.len() { rules.swap(index - 1, index) })
            >
                "↑"
            </button>
            <button
                type="button"
                class="icon-button"
                data-testid="rule-remove"
                aria-label=remove.clone()
                title=remove
                on:click=move |_| change(form, |rules| if index < rules.len() { rules.remove(index); })
            >
                "✕"
            </button>
        </div>
    }
}
