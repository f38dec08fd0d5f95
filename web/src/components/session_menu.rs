//! The session's id and its end.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::import_bar::FileInput;
use crate::model::export::Format;
use crate::state::{Ending, Page};

/// The session's id, and behind it the ways to end it.
#[component]
pub(super) fn SessionMenu() -> impl IntoView {
    let page = Page::from_context();
    let menu = NodeRef::<leptos::html::Details>::new();
    let id = Memo::new(move |_| {
        page.connection.hello.with(|hello| hello.as_ref().map(|hello| hello.session.clone()))
    });
    // Ids are long; their beginning tells one's own sessions apart.
    let short = move || id.get().map(|id| id.chars().take(8).collect::<String>()).unwrap_or_default();
    let close = move || {
        if let Some(menu) = menu.get_untracked() {
            menu.set_open(false);
        }
    };
    let file = NodeRef::<leptos::html::Input>::new();
    let outside = window_event_listener(leptos::ev::pointerdown, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        if let Some(menu) = menu.get_untracked()
            && !menu.contains(target.as_ref())
        {
            menu.set_open(false);
        }
    });
    on_cleanup(move || outside.remove());
    let only_looks = move || page.connection.only_looks.get();
    let end = move |ending| {
        close();
        page.keep.ending.set(Some(ending));
    };
    view! {
        <details
            class="menu"
            class:gone=move || id.get().is_none()
            node_ref=menu
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    close();
                    // The chosen item is not seen any more; the button that opens the menu is.
                    if let Some(button) = menu.get_untracked().and_then(|menu| opener(&menu)) {
                        button.focus().ok();
                    }
                }
            }
        >
            <summary class="menu-button" data-testid="session-menu" aria-label=move || format!("{} {}", page.text().bar.session, short())>
                <code data-testid="session-id" title=move || id.get().unwrap_or_default()>{short}</code>
                <span aria-hidden="true" class="menu-arrow">"▾"</span>
            </summary>
            <div class="menu-panel">
                <p class="menu-title">
                    {move || page.text().bar.session}
                    " "
                    <code>{move || id.get()}</code>
                </p>
                <ExportItems close/>
                <button
                    type="button"
                    class="menu-item"
                    data-testid="import-open"
                    title=move || page.text().keep.open_hint
                    on:click=move |_| {
                        close();
                        if let Some(file) = file.get_untracked() {
                            file.click();
                        }
                    }
                >
                    {move || page.text().keep.open}
                </button>
                <button
                    type="button"
                    class="menu-item"
                    class:gone=move || !page.may_call()
                    data-testid="session-share"
                    on:click=move |_| {
                        close();
                        page.open_sharing();
                    }
                >
                    {move || page.text().share.open}
                </button>
                <button
                    type="button"
                    class="menu-item"
                    class:gone=only_looks
                    data-testid="session-new"
                    on:click=move |_| end(Ending::New)
                >
                    {move || page.text().bar.session_new}
                </button>
                <button
                    type="button"
                    class="menu-item"
                    class:gone=move || only_looks() || !page.has_feature("lab")
                    data-testid="session-new-lab"
                    on:click=move |_| end(Ending::NewLab)
                >
                    {move || page.text().bar.session_new_lab}
                </button>
                <button
                    type="button"
                    class="menu-item danger"
                    class:gone=only_looks
                    data-testid="session-close"
                    on:click=move |_| end(Ending::Close)
                >
                    {move || page.text().bar.session_close}
                </button>
                <button
                    type="button"
                    class="menu-item"
                    class:gone=move || !only_looks()
                    data-testid="session-leave"
                    on:click=move |_| {
                        close();
                        page.leave_shared();
                    }
                >
                    {move || page.text().share.leave}
                </button>
            </div>
        </details>
        <FileInput input=file/>
    }
}

/// The log as a file, in each of its forms.
#[component]
fn ExportItems(
    /// Closes the menu.
    close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let page = Page::from_context();
    view! {
        <div class="menu-exports" role="group" aria-labelledby="menu-export" class:gone=move || !page.is_live()>
            <p class="menu-label" id="menu-export">{move || page.text().keep.export}</p>
            {Format::ALL
                .into_iter()
                .map(|format| {
                    view! {
                        <button
                            type="button"
                            class="menu-chip"
                            class:gone=move || format == Format::Pcapng && !page.connection.in_lab()
                            data-testid=format!("export-{}", format.name())
                            on:click=move |_| {
                                close();
                                page.with_rest(move |rest| (rest.export)(page, format));
                            }
                        >
                            {format.title()}
                        </button>
                    }
                })
                .collect_view()}
        </div>
    }
}

fn opener(menu: &web_sys::Element) -> Option<web_sys::HtmlElement> {
    menu.query_selector("summary").ok().flatten()?.dyn_into().ok()
}
