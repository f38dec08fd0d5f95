//! Says what stands against the connection, and what can be done.

use leptos::prelude::*;

use crate::connection::{Link, LostReason, Refusal, now};
use crate::state::Page;
use crate::text::fill;

/// Shown while there is no connection; empty otherwise.
#[component]
pub(super) fn ConnectionBar() -> impl IntoView {
    let page = Page::from_context();
    let bar = Memo::new(move |earlier| bar_of(&page.connection.link.get(), earlier.copied()));
    move || match bar.get() {
        Bar::Nothing => ().into_any(),
        Bar::Lost(reason) => view! { <Lost reason/> }.into_any(),
        Bar::Refused(Refusal::TokenNeeded) => view! { <TokenNeeded/> }.into_any(),
        Bar::Refused(Refusal::Mismatch) => view! { <Mismatch/> }.into_any(),
        Bar::Refused(refusal @ (Refusal::TooMany | Refusal::NotAllowed)) => {
            view! { <TurnedAway refusal/> }.into_any()
        }
        Bar::Refused(refusal) if page.connection.only_looks.get_untracked() => {
            view! { <SharedOver refusal/> }.into_any()
        }
        Bar::Refused(refusal) => view! { <SessionOver refusal/> }.into_any(),
    }
}

/// What the bar is about.
#[derive(Clone, Copy, PartialEq)]
enum Bar {
    Nothing,
    Lost(LostReason),
    Refused(Refusal),
}

/// A lost connection's bar stays while it is tried again: made anew at every try it would flicker, and a screen
/// reader would say the same words over and over.
fn bar_of(link: &Link, earlier: Option<Bar>) -> Bar {
    match (link, earlier) {
        (Link::Connecting, Some(lost @ Bar::Lost(_))) => lost,
        (Link::Open | Link::Connecting, _) => Bar::Nothing,
        (Link::Lost { reason, .. }, _) => Bar::Lost(*reason),
        (Link::Refused(refusal), _) => Bar::Refused(*refusal),
    }
}

#[component]
fn Lost(reason: LostReason) -> impl IntoView {
    let page = Page::from_context();
    let why = move || {
        let link = &page.text().link;
        match reason {
            LostReason::Unreachable => link.unreachable,
            LostReason::Broken => link.broken,
            LostReason::ShuttingDown => link.shutting_down,
            LostReason::TooLarge => link.too_large,
            LostReason::TooSlow => link.too_slow,
        }
    };
    let countdown = move || {
        let Link::Lost { retry_at, .. } = page.connection.link.get() else {
            return page.text().link.connecting.to_owned();
        };
        page.clock.track();
        let seconds = ((retry_at - now()) / 1000.0).ceil().max(0.0);
        fill(page.text().link.retry_in, &[("seconds", &seconds.to_string())])
    };
    view! {
        <div class="bar bar-bad" data-testid="connection-bar">
            <div class="bar-text">
                // The countdown is not announced: ten announcements would bury everything else.
                <p role="alert"><strong>{why}</strong> " " {move || page.text().link.kept}</p>
                <p class="bar-quiet">{countdown}</p>
            </div>
            <button
                type="button"
                class="button"
                data-testid="connection-retry"
                on:click=move |_| page.connection.try_now()
            >
                {move || page.text().link.try_now}
            </button>
        </div>
    }
}

#[component]
fn TokenNeeded() -> impl IntoView {
    let page = Page::from_context();
    let entered = RwSignal::new(String::new());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        page.connection.use_token(&entered.get_untracked());
    };
    view! {
        <form class="bar bar-notice" data-testid="connection-bar" on:submit=submit>
            <div class="bar-text" role="alert">
                <p><strong>{move || page.text().link.token_title}</strong></p>
                <p>{move || page.text().link.token_text}</p>
            </div>
            <div class="bar-form">
                <input
                    class="input mono"
                    data-testid="token-input"
                    aria-label=move || page.text().link.token_label
                    placeholder=move || page.text().link.token_label
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=move || entered.get()
                    on:input=move |event| entered.set(event_target_value(&event))
                />
                <button type="submit" class="button primary" data-testid="token-submit">
                    {move || page.text().link.token_submit}
                </button>
            </div>
        </form>
    }
}

#[component]
fn SessionOver(refusal: Refusal) -> impl IntoView {
    let page = Page::from_context();
    let closed = refusal == Refusal::SessionClosed;
    let words = move || {
        let link = &page.text().link;
        match closed {
            true => (link.closed_title, link.closed_text),
            false => (link.gone_title, link.gone_text),
        }
    };
    view! {
        <Notice words>
            <button
                type="button"
                class="button primary"
                data-testid="connection-new-session"
                on:click=move |_| page.start_new_session(untrack(|| page.connection.in_lab()))
            >
                {move || page.text().link.start_new}
            </button>
        </Notice>
    }
}

/// A shared session that is not to be seen any more.
#[component]
fn SharedOver(refusal: Refusal) -> impl IntoView {
    let page = Page::from_context();
    let words = move || {
        let share = &page.text().share;
        match refusal {
            Refusal::ShareRevoked => (share.revoked_title, share.revoked_text),
            Refusal::SessionClosed => (share.ended_title, share.ended_text),
            _ => (share.gone_title, share.gone_text),
        }
    };
    view! {
        <Notice words>
            <button
                type="button"
                class="button primary"
                data-testid="shared-leave"
                on:click=move |_| page.leave_shared()
            >
                {move || page.text().share.own_session}
            </button>
        </Notice>
    }
}

#[component]
fn TurnedAway(refusal: Refusal) -> impl IntoView {
    let page = Page::from_context();
    let full = refusal == Refusal::TooMany;
    let words = move || {
        let link = &page.text().link;
        match full {
            true => (link.too_many_title, link.too_many_text),
            false => (link.not_allowed_title, link.not_allowed_text),
        }
    };
    view! {
        <Notice words>
            <button
                type="button"
                class="button"
                data-testid="connection-retry"
                on:click=move |_| page.connection.try_now()
            >
                {move || page.text().link.try_now}
            </button>
        </Notice>
    }
}

/// A title, a sentence, and what to do about it.
#[component]
fn Notice(
    /// Title and sentence, in the language of the moment.
    words: impl Fn() -> (&'static str, &'static str) + Copy + Send + Sync + 'static,
    /// The button.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="bar bar-notice" data-testid="connection-bar">
            <div class="bar-text" role="alert">
                <p><strong>{move || words().0}</strong></p>
                <p>{move || words().1}</p>
            </div>
            {children()}
        </div>
    }
}

#[component]
fn Mismatch() -> impl IntoView {
    let page = Page::from_context();
    // A browser that refuses leaves its own reload button.
    let reload = |_| window().location().reload().unwrap_or_default();
    let words = move || {
        let link = &page.text().link;
        (link.mismatch_title, link.mismatch_text)
    };
    view! {
        <Notice words>
            <button type="button" class="button primary" data-testid="connection-reload" on:click=reload>
                {move || page.text().link.reload}
            </button>
        </Notice>
    }
}
