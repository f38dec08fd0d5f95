//! What one needs more seldom of the log: copying, markers, notes, times.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::later::{DrawnLater, Later};
use super::log_view::{Copied, Line, LogView, terms};
use crate::log_pane::LogPane;
use crate::model::copy::CopyAs;
use crate::model::format::grouped;
use crate::model::query::toggled;
use crate::text::{Log, fill};

/// Most markers that the menu lists; the others are reached by keys.
const LISTED_MAX: usize = 12;

/// The menu behind the button with the dots.
#[component]
pub(super) fn LogMenu(
    /// The view's signals.
    view: LogView,
) -> impl IntoView {
    let page = view.page;
    let texts = move || &page.text().log;
    let menu = NodeRef::<leptos::html::Details>::new();
    let opened = RwSignal::new(false);
    let close = move || {
        if let Some(menu) = menu.get_untracked() {
            menu.set_open(false);
        }
    };
    let outside = window_event_listener(leptos::ev::pointerdown, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        if menu.get_untracked().is_some_and(|menu| !menu.contains(target.as_ref())) {
            close();
        }
    });
    on_cleanup(move || outside.remove());
    view! {
        <details
            class="menu log-menu"
            node_ref=menu
            on:toggle=move |_| opened.set(true)
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    close();
                    page.with_pane(LogPane::focus);
                }
            }
        >
            <summary class="menu-button" data-testid="log-menu" aria-label=move || texts().menu title=move || texts().menu>
                <span aria-hidden="true">"⋯"</span>
            </summary>
            <div class="menu-panel">
                <Show when=move || opened.get()>
                    <DrawnLater part=Later::LogMenu(view, menu)/>
                </Show>
            </div>
        </details>
    }
}

/// What opens from it.
#[component]
pub(super) fn LogMenuPanel(
    /// The view's signals.
    view: LogView,
    /// The menu.
    menu: NodeRef<leptos::html::Details>,
) -> impl IntoView {
    let page = view.page;
    let texts = move || &page.text().log;
    let close = move || {
        if let Some(menu) = menu.get_untracked() {
            menu.set_open(false);
        }
    };
    let item = move |testid: &'static str,
                     key: &'static str,
                     label: fn(&'static Log) -> &'static str,
                     act: fn(LogView)| {
        view! {
            <button
                type="button"
                class="menu-item log-menu-item"
                data-testid=testid
                on:click=move |_| {
                    close();
                    act(view);
                }
            >
                <span>{move || label(texts())}</span>
                {(!key.is_empty()).then(|| view! { <kbd aria-hidden="true">{key}</kbd> })}
            </button>
        }
    };
    let only_looks = move || page.connection.only_looks.get();
    let has_row = move || page.log_selected.get().is_some();
    let markers = move || {
        let many = view.status.get().markers;
        let mut all = Vec::new();
        page.with_pane(|pane| all = pane.markers());
        all.truncate(LISTED_MAX.min(many));
        all
    };
    view! {
                <div class="menu-exports" role="group" aria-labelledby="log-copy-label">
                    <p class="menu-label" id="log-copy-label">
                        {move || fill(texts().copy, &[("n", &grouped(view.status.get().selected as u64))])}
                    </p>
                    {CopyAs::ALL
                        .into_iter()
                        .map(|how| {
                            let label = move || match how {
                                CopyAs::Text => texts().copy_text,
                                CopyAs::Hex => texts().copy_hex,
                                CopyAs::Python => "Python",
                                CopyAs::Curl => "curl",
                                CopyAs::Json => "JSON",
                            };
                            view! {
                                <button
                                    type="button"
                                    class="menu-chip"
                                    data-testid=format!("log-copy-{}", how.name())
                                    prop:disabled=move || !has_row()
                                    on:click=move |_| view.page.with_rest(move |rest| (rest.copy)(view, how))
                                >
                                    {label}
                                </button>
                            }
                        })
                        .collect_view()}
                    <p class="menu-label" role="status" data-testid="log-copied">
                        {move || match view.copied.get() {
                            Some(Copied::Link) => texts().copied_link.to_owned(),
                            Some(Copied::Rows(0)) => texts().copied_none.to_owned(),
                            Some(Copied::Rows(rows)) => fill(texts().copied, &[("n", &grouped(rows as u64))]),
                            Some(Copied::Refused) => texts().copy_refused.to_owned(),
                            None if has_row() => String::new(),
                            None => texts().copy_hint.to_owned(),
                        }}
                    </p>
                </div>
                <div class="menu-exports" role="group" aria-labelledby="log-link-label">
                    <p class="menu-label" id="log-link-label">
                        {move || if only_looks() { texts().link_shared } else { texts().link_own }}
                    </p>
                    <button
                        type="button"
                        class="menu-chip"
                        data-testid="log-copy-link"
                        prop:disabled=move || !has_row() || !page.is_live()
                        on:click=move |_| view.copy_link()
                    >
                        {move || texts().link_copy}
                    </button>
                    <button
                        type="button"
                        class="menu-chip"
                        class:gone=move || !page.may_call()
                        data-testid="log-share-link"
                        prop:disabled=move || !has_row()
                        on:click=move |_| {
                            close();
                            page.open_sharing_of(page.log_selected.get_untracked());
                        }
                    >
                        {move || texts().link_share}
                    </button>
                </div>
                {item("log-errors", "", |log| log.filter_errors, |view| {
                    view.query.update(|query| *query = toggled(query, &terms(query), "errors"));
                })}
                {item("log-find-open", "/", |log| log.find, |view| view.open(Line::Find))}
                {move || {
                    page.may_call().then(|| item("log-note-open", "N", |log| log.note, |view| view.open(Line::Note)))
                }}
                {item("log-marker", "M", |log| log.marker, |view| view.page.with_pane(LogPane::toggle_marker))}
                {item("log-marker-previous", "[", |log| log.marker_previous, |view| {
                    view.page.with_pane(|pane| pane.marker_step(false));
                })}
                {item("log-marker-next", "]", |log| log.marker_next, |view| {
                    view.page.with_pane(|pane| pane.marker_step(true));
                })}
                {item("log-zero", "Z", |log| log.zero_here, LogView::zero_here)}
                <div class="menu-exports" role="group" aria-labelledby="log-markers-label" class:gone=move || view.status.get().markers == 0>
                    <p class="menu-label" id="log-markers-label">{move || texts().markers}</p>
                    {move || {
                        markers()
                            .into_iter()
                            .map(|seq| {
                                view! {
                                    <button
                                        type="button"
                                        class="menu-chip"
                                        data-testid="log-marker-row"
                                        on:click=move |_| {
                                            close();
                                            page.open_line(seq);
                                        }
                                    >
                                        {format!("#{}", grouped(seq))}
                                    </button>
                                }
                            })
                            .collect_view()
                    }}
                </div>
    }
}
