//! How the last call ended.

use leptos::prelude::*;
use sockyard_protocol::{SocketId, SocketInfo};

use super::bytes_view::BytesView;
use super::fault_view::FaultView;
use super::focus;
use super::waiting::SocketWaiting;
use crate::model::errno;
use crate::model::outcome::{CallError, End, Outcome, Success, facts};
use crate::state::Page;
use crate::text::{fill, later};

/// The result of the last call on a socket.
#[component]
pub(super) fn CallResult(
    /// The socket.
    socket: SocketId,
) -> impl IntoView {
    let page = Page::from_context();
    let outcome = Memo::new(move |_| page.outcomes.with(|outcomes| outcomes.get(&socket).cloned()));
    // On a narrow panel it stands below the form, perhaps out of sight.
    Effect::new(move || {
        if outcome.with(|outcome| outcome.as_ref().is_some_and(|outcome| outcome.end != End::Running)) {
            focus::show(".result-good, .result-bad".to_owned());
        }
    });
    view! {
        <section class="result" aria-label=move || page.text().call.last_result>
            // The sentence is announced; a hex dump of kilobytes must not be.
            <p class="visually-hidden" role="status">
                {move || outcome.get().map(|outcome| announcement(page, socket, &outcome))}
            </p>
            {move || outcome.get().map(|outcome| ended(page, socket, outcome))}
        </section>
    }
}

/// What the end of the data means: the peer has closed, or reading was shut down on this very socket.
fn end_of_data(page: Page, socket: SocketId, text: &'static later::Text) -> &'static str {
    let own = page.sockets.with_untracked(|table| table.get(socket).is_some_and(|view| view.read_ended));
    if own { text.outcome.eof_own } else { text.outcome.eof }
}

/// What the kernel knows of a socket, by the names that programs read.
#[component]
fn Facts(info: SocketInfo) -> impl IntoView {
    let facts = serde_json::to_value(info).map(|info| facts(&info)).unwrap_or_default();
    view! {
        <dl class="info-facts" data-testid="result-info">
            {facts
                .into_iter()
                .map(|(name, value)| {
                    view! {
                        <div>
                            <dt>{name}</dt>
                            <dd class="mono">{value}</dd>
                        </div>
                    }
                })
                .collect_view()}
        </dl>
    }
}

fn announcement(page: Page, socket: SocketId, outcome: &Outcome) -> String {
    let text = page.later();
    let Outcome { call, end } = outcome;
    match end {
        End::Running => format!("{call} {}", page.text().call.running),
        End::Done(success) if success.eof => end_of_data(page, socket, text).to_owned(),
        End::Done(success) => {
            let words: Vec<String> = success.words.iter().map(|words| words.say(text)).collect();
            format!("{call} {}", words.join(". "))
        }
        End::Failed(CallError::Fault(fault)) => {
            format!("{}: {}", fill(text.outcome.failed, &[("call", call)]), errno::title(fault, page.text()))
        }
        End::Failed(_) => fill(text.outcome.failed, &[("call", call)]),
    }
}

fn ended(page: Page, socket: SocketId, Outcome { call, end }: Outcome) -> AnyView {
    match end {
        End::Running => view! {
            <p class="result-running"><code>{call}"()"</code>" "{move || page.text().call.running}</p>
            // A phone shows neither card nor log beside the form.
            <SocketWaiting socket place="result"/>
        }
        .into_any(),
        End::Failed(error) => view! {
            <div class="result-bad">
                <p class="result-head">{move || fill(page.later().outcome.failed, &[("call", call)])}</p>
                <FaultView error testid="call-error"/>
            </div>
        }
        .into_any(),
        End::Done(success) => view! { <Succeeded on=socket call success/> }.into_any(),
    }
}

#[component]
fn Succeeded(on: SocketId, call: &'static str, success: Success) -> impl IntoView {
    let page = Page::from_context();
    let Success { words, bytes, eof, socket, info } = success;
    let words = StoredValue::new(words);
    let sentences = move || {
        let text = page.later();
        words.with_value(|words| words.iter().map(|words| words.say(text)).collect::<Vec<_>>())
    };
    view! {
        <div class="result-good" data-testid="call-result" data-call=call>
            <p class="result-head">
                <code>{call}"()"</code>
                " "
                {move || sentences().into_iter().next()}
            </p>
            {move || {
                sentences().into_iter().skip(1).map(|words| view! { <p>{words}</p> }).collect_view()
            }}
            {eof.then(|| view! { <p class="eof" data-testid="call-eof">{move || end_of_data(page, on, page.later())}</p> })}
            {socket
                .map(|socket| {
                    // It may have been closed since.
                    let is_gone = move || page.sockets.with(|table| table.get(socket).is_none());
                    view! {
                        <button
                            type="button"
                            class="button"
                            class:gone=is_gone
                            data-testid="call-go-to"
                            on:click=move |_| page.choose(socket)
                        >
                            {move || fill(page.later().outcome.go_to, &[("n", &socket.to_string())])}
                        </button>
                    }
                })}
            {info.map(|info| view! { <Facts info=*info/> })}
            {bytes.filter(|bytes| !bytes.is_empty()).map(|bytes| view! { <BytesView bytes prefix="result"/> })}
        </div>
    }
}
