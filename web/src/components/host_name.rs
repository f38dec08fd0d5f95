//! The name of a lab's host in its colour, the same wherever it is named.

use leptos::prelude::*;

use crate::state::Page;

/// The name of a lab's host.
#[component]
pub(super) fn HostName(
    /// The host.
    #[prop(into)]
    host: String,
) -> impl IntoView {
    let page = Page::from_context();
    let name = host.clone();
    view! { <span class=move || format!("host-name {}", page.host_class(&name))>{host}</span> }
}
