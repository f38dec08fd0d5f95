//! An option and its value, entered as what the option takes.

use leptos::prelude::*;
use sockyard_protocol::call::{CONGESTIONS, OPTION_NAMES};

use super::call_form::Form;
use super::field::{Menu, TextInput};
use crate::model::form::Field;
use crate::model::form::option::{OptionKind, kind};

/// The option's name and its new value.
#[component]
pub(super) fn OptionFields(
    /// The form.
    form: Form,
) -> impl IntoView {
    let kind = Memo::new(move |_| kind(&form.entry(Field::Option)));
    view! {
        <Menu form field=Field::Option label=|labels| labels.option names=OPTION_NAMES/>
        {move || match kind.get() {
            OptionKind::Flag => view! {
                <Menu form field=Field::OptionValue label=|labels| labels.option_value options=&[
                    ("true", |labels| labels.value_on),
                    ("false", |labels| labels.value_off),
                ]/>
            }
            .into_any(),
            OptionKind::Number => view! {
                <TextInput form field=Field::OptionValue label=|labels| labels.option_value hint=|labels| labels.option_number_hint/>
            }
            .into_any(),
            OptionKind::SecondsOrOff => view! {
                <TextInput form field=Field::OptionValue label=|labels| labels.option_value hint=|labels| labels.option_linger_hint/>
            }
            .into_any(),
            OptionKind::Group => view! {
                <TextInput form field=Field::OptionValue label=|labels| labels.option_value hint=|labels| labels.option_group_hint/>
            }
            .into_any(),
            OptionKind::Congestion => view! {
                <Menu form field=Field::OptionValue label=|labels| labels.option_value names=CONGESTIONS/>
            }
            .into_any(),
            OptionKind::ReadOnly => view! {
                <TextInput form field=Field::OptionValue label=|labels| labels.option_value hint=|labels| labels.option_read_hint/>
            }
            .into_any(),
        }}
    }
}
