//! The dialog that shares the session: it makes links for looking, lists them and takes them back.

use leptos::prelude::*;
use sockyard_protocol::hello::ShareInfo;
use wasm_bindgen::JsCast;

use super::copy_button::CopyButton;
use super::fault_view::FaultView;
use super::focus;
use crate::model::address::is_loopback;
use crate::model::format::{clock, grouped};
use crate::state::Page;
use crate::text::{count, fill};

/// The dialog; empty while it is closed.
#[component]
pub(super) fn ShareDialog() -> impl IntoView {
    let page = Page::from_context();
    page.keep_shares();
    let is_open = page.sharing.is_open;
    let dialog = NodeRef::<leptos::html::Dialog>::new();
    Effect::new(move || {
        let Some(dialog) = dialog.get() else { return };
        match (is_open.get(), dialog.open()) {
            // A dialog that is in the document can be opened.
            (true, false) => dialog.show_modal().unwrap_or_default(),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let outside = move |event: web_sys::MouseEvent| {
        // The ground around the dialog belongs to it; everything inside is a child.
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if target.is_some_and(|target| target.tag_name().eq_ignore_ascii_case("dialog")) {
            is_open.set(false);
        }
    };
    view! {
        <dialog
            class="share"
            data-testid="share"
            aria-labelledby="share-title"
            node_ref=dialog
            on:click=outside
            on:close=move |_| is_open.set(false)
        >
            {move || is_open.get().then(|| view! { <Sheet/> })}
        </dialog>
    }
}

/// What the dialog shows while it is open.
#[component]
fn Sheet() -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.text().share;
    let host = window().location().hostname().unwrap_or_default();
    let local = is_loopback(&host).then(|| {
        view! {
            <p class="share-local" data-testid="share-local">
                {move || fill(texts().local_only, &[("host", &host)])}
            </p>
        }
    });
    view! {
        <div class="share-sheet">
            <div class="part-head">
                <h2 id="share-title">{move || texts().title}</h2>
                <span class="top-space"></span>
                <button
                    type="button"
                    class="icon-button"
                    data-testid="share-close"
                    aria-label=move || texts().close
                    title=move || texts().close
                    on:click=move |_| page.sharing.is_open.set(false)
                >
                    "✕"
                </button>
            </div>
            <div class="share-body">
                <ul class="share-rights">
                    <li class="share-may">{move || texts().may}</li>
                    <li class="share-may-not">{move || texts().may_not}</li>
                </ul>
                {local}
                {move || {
                    page.sharing.line.get().map(|line| {
                        let words = move || fill(texts().to_line, &[("n", &grouped(line))]);
                        view! { <p class="share-line-note" data-testid="share-line">{words}</p> }
                    })
                }}
                <Make/>
                {move || page.sharing.error.get().map(|error| view! { <FaultView error testid="share-error"/> })}
                <Shares/>
            </div>
        </div>
    }
}

/// The form that makes a link.
#[component]
fn Make() -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.text().share;
    let label = RwSignal::new(String::new());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        page.share(&label.get_untracked(), move || {
            // The dialog may be closed by now.
            label.try_set(String::new());
        });
    };
    view! {
        <form class="share-make" on:submit=submit>
            <label class="share-label">
                <span class="field-label">{move || texts().label}</span>
                <input
                    class="input"
                    data-testid="share-label"
                    autocomplete="off"
                    placeholder=move || texts().label_hint
                    prop:value=move || label.get()
                    on:input=move |event| label.set(event_target_value(&event))
                />
            </label>
            <button type="submit" class="button primary" data-testid="share-make" autofocus>
                {move || texts().make}
            </button>
        </form>
    }
}

/// The links there are.
#[component]
fn Shares() -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.text().share;
    let shares = move || page.sharing.shares.get().unwrap_or_default();
    let none = move || page.sharing.shares.with(|shares| shares.as_ref().is_some_and(Vec::is_empty));
    view! {
        <h3 class="share-heading">{move || texts().links}</h3>
        <p class="quiet" class:gone=move || !none()>{move || texts().none}</p>
        <ul class="share-list" aria-label=move || texts().links>
            <For each=shares key=|share| share.share.clone() let(share)>
                <Share share/>
            </For>
        </ul>
    }
}

/// A link: whose it is, how many look with it, the link itself where it is known, and what takes it back.
#[component]
fn Share(share: ShareInfo) -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.text().share;
    let ShareInfo { share: id, label, created_us, connections: _ } = share;
    let offset = -(js_sys::Date::new_0().get_timezone_offset() as i32);
    // To the second: the rest tells nobody anything.
    let made =
        clock(created_us, offset).chars().take_while(|character| *character != '.').collect::<String>();
    let name = move || label.clone().unwrap_or_else(|| texts().unnamed.to_owned());
    let looking = {
        let id = id.clone();
        Memo::new(move |_| {
            page.sharing.shares.with(|shares| {
                let share = shares.iter().flatten().find(|share| share.share == id);
                share.map_or(0, |share| share.connections as u64)
            })
        })
    };
    let link = {
        let id = id.clone();
        Memo::new(move |_| page.share_link(&id))
    };
    let title = name.clone();
    let revoke_label = move || fill(texts().revoke_label, &[("name", &name())]);
    view! {
        <li class="share-item" data-testid="share-item">
            <div class="share-line">
                <div class="share-about">
                    <strong class="share-name">{title}</strong>
                    <span class="quiet">{move || fill(texts().made_at, &[("time", &made)])}</span>
                    <span class="quiet" data-testid="share-looking" data-looking=move || looking.get()>
                        {move || count(looking.get(), texts().looking_one, texts().looking_many)}
                    </span>
                </div>
                <button
                    type="button"
                    class="button small danger"
                    data-testid="share-revoke"
                    aria-label=revoke_label
                    on:click=move |_| {
                        page.unshare(id.clone());
                        focus::take("[data-testid=share-make]".to_owned());
                    }
                >
                    {move || texts().revoke}
                </button>
            </div>
            {move || match link.get() {
                Some(link) => view! { <Link link/> }.into_any(),
                None => view! { <p class="quiet share-once">{move || texts().told_once}</p> }.into_any(),
            }}
        </li>
    }
}

/// A link to copy. It stands in a field, so that it can be marked and copied by hand where the browser lets no page.
#[component]
fn Link(link: String) -> impl IntoView {
    let page = Page::from_context();
    let shown = link.clone();
    let mark = |event: web_sys::FocusEvent| {
        let field = event.target().and_then(|field| field.dyn_into::<web_sys::HtmlInputElement>().ok());
        if let Some(field) = field {
            field.select();
        }
    };
    view! {
        <div class="share-link">
            <input
                class="input mono"
                data-testid="share-link"
                aria-label=move || page.text().share.link
                readonly
                value=shown
                on:focus=mark
            />
            <CopyButton text=move || link.clone()/>
        </div>
    }
}
