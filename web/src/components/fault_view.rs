//! An error explained in words.

use leptos::prelude::*;
use sockyard_protocol::{Fault, FaultKind};

use crate::model::errno;
use crate::model::outcome::CallError;
use crate::state::Page;
use crate::text::{Language, fill};

/// Why a call failed, what that means and what to try.
#[component]
pub(super) fn FaultView(
    /// The error.
    error: CallError,
    /// The name for tests.
    testid: &'static str,
) -> impl IntoView {
    let page = Page::from_context();
    match error {
        CallError::Fault(fault) => view! { <Explained fault testid/> }.into_any(),
        CallError::ConnectionLost => view! {
            <p class="fault" data-testid=testid>{move || page.text().link.call_lost}</p>
        }
        .into_any(),
        CallError::TooLarge(limit) => view! {
            <p class="fault" data-testid=testid>
                {move || fill(page.later().mistake.too_large, &[("limit", &limit.to_string())])}
            </p>
        }
        .into_any(),
        CallError::NotOpen => view! {
            <p class="fault" data-testid=testid>{move || page.text().link.call_not_open}</p>
        }
        .into_any(),
    }
}

#[component]
fn Explained(fault: Fault, testid: &'static str) -> impl IntoView {
    let page = Page::from_context();
    let fault = StoredValue::new(fault);
    let name = fault.with_value(|fault| errno::name(fault).to_owned());
    let shown_name = fault.with_value(|fault| fault.data.errno.clone());
    let title = move || fault.with_value(|fault| errno::title(fault, page.text()));
    let hint = fault.with_value(|fault| fault.data.hint.clone());
    // The server's hint is in English. A reader of another language has the page's own explanation instead, unless only
    // the hint says which field is wrong, or what the server's rules allow.
    let says_more = fault.with_value(|fault| {
        matches!(fault.data.kind, FaultKind::Protocol | FaultKind::Payload | FaultKind::Denied)
    });
    let hints = Memo::new(move |_| {
        says_more
            || page.preferences.language.get() == Language::English
            || fault.with_value(|fault| errno::explain(fault, page.later()).is_none())
    });
    let bytes = fault.with_value(|fault| fault.data.bytes);
    let means = move || {
        fault.with_value(|fault| errno::explain(fault, page.later()).map(|explained| explained.means))
    };
    let attempt = move || {
        fault.with_value(|fault| errno::explain(fault, page.later()).map(|explained| explained.attempt))
    };
    view! {
        <div class="fault" data-testid=testid data-errno=name>
            <p class="fault-title">
                {shown_name.map(|name| view! { <code class="errno">{name}</code> " " })}
                {title}
            </p>
            {hint
                .map(|hint| {
                    view! { <p class="fault-hint" lang="en" class:gone=move || !hints.get()>{hint}</p> }
                })}
            {bytes
                .map(|bytes| {
                    view! {
                        <p>{move || fill(page.later().outcome.bytes_before, &[("n", &bytes.to_string())])}</p>
                    }
                })}
            <dl class="explained">
                {move || {
                    means()
                        .map(|means| {
                            view! {
                                <dt>{page.later().outcome.means}</dt>
                                <dd>{means}</dd>
                            }
                        })
                }}
                {move || {
                    attempt()
                        .map(|attempt| {
                            view! {
                                <dt>{page.later().outcome.attempt}</dt>
                                <dd>{attempt}</dd>
                            }
                        })
                }}
            </dl>
        </div>
    }
}
