//! Opening and saving logs: how far that is, what stands against it, and that a saved one is shown.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::arrangements::ArrangementNote;
use super::fault_view::FaultView;
use super::shared_bar::{LostLineBar, SharedBar};
use crate::model::format::grouped;
use crate::model::saved::{FILE_BYTES_MAX, Mistake, Reason, is_log_name};
use crate::state::{Export, Import, ImportError, Page, SavedFile, Source};
use crate::text::{count, fill};

/// What is said across the page.
#[component]
pub(super) fn Bars() -> impl IntoView {
    view! {
        <SharedBar/>
        <LostLineBar/>
        <ImportBar/>
        <ExportBar/>
        <FailedBar/>
        <SavedBar/>
        <ArrangementNote/>
    }
}

/// Shown while a file is read, and where it could not be.
#[component]
fn ImportBar() -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.text().keep;
    let cancel = move |_| page.keep.import.set(None);
    move || match page.keep.import.get() {
        None => ().into_any(),
        Some(Import::Reading { name, percent }) => {
            let words = move || fill(texts().reading, &[("name", &name), ("share", &percent.to_string())]);
            view! {
                <div class="bar" data-testid="import-reading">
                    <p class="bar-text bar-quiet">{words}</p>
                    <button type="button" class="button small" on:click=cancel>
                        {move || page.text().log.cancel}
                    </button>
                </div>
            }
            .into_any()
        }
        Some(Import::Failed(name, error)) => {
            let title = move || fill(texts().failed_title, &[("name", &name)]);
            let why = move || match error {
                ImportError::TooLarge(size) => {
                    let most = grouped(FILE_BYTES_MAX as u64);
                    fill(texts().too_large, &[("size", &grouped(size)), ("most", &most)])
                }
                ImportError::Empty => texts().empty.to_owned(),
                ImportError::NoEvents => texts().no_events.to_owned(),
                ImportError::Unreadable => texts().unreadable.to_owned(),
            };
            view! {
                <div class="bar bar-bad" data-testid="import-error">
                    <div class="bar-text" role="alert">
                        <p><strong>{title}</strong></p>
                        <p>{why}</p>
                    </div>
                    <Dismiss act=move || page.keep.import.set(None)/>
                </div>
            }
            .into_any()
        }
    }
}

/// Shown where an export failed.
#[component]
fn ExportBar() -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.text().keep;
    move || match page.keep.export.get() {
        None => ().into_any(),
        Some(Export::Running) => view! {
            <p class="visually-hidden" role="status">{move || texts().exporting}</p>
        }
        .into_any(),
        Some(Export::Failed(error)) => view! {
            <div class="bar bar-bad" data-testid="export-error" role="alert">
                <div class="bar-text">
                    <p><strong>{move || texts().export_failed}</strong></p>
                    <FaultView error testid="export-fault"/>
                </div>
                <Dismiss act=move || page.keep.export.set(None)/>
            </div>
        }
        .into_any(),
    }
}

/// Shown where a command of the palette failed that has no place of its own to say so.
#[component]
fn FailedBar() -> impl IntoView {
    let page = Page::from_context();
    move || {
        page.keep.failed.get().map(|error| {
            view! {
                <div class="bar bar-bad" data-testid="command-error" role="alert">
                    <div class="bar-text">
                        <FaultView error testid="command-fault"/>
                    </div>
                    <Dismiss act=move || page.keep.failed.set(None)/>
                </div>
            }
        })
    }
}

/// The button that takes a bar away.
#[component]
pub(super) fn Dismiss(
    /// Takes it away.
    act: impl Fn() + 'static,
) -> impl IntoView {
    let page = Page::from_context();
    let label = move || page.text().keep.dismiss;
    view! {
        <button type="button" class="icon-button" aria-label=label title=label on:click=move |_| act()>
            "✕"
        </button>
    }
}

/// Says that a saved log is shown, with the lines that could not be read, and leads back.
#[component]
fn SavedBar() -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.text().keep;
    move || {
        let Source::Saved(SavedFile { name, mistakes, mistakes_total }) = page.source.get() else {
            return ().into_any();
        };
        let forgotten = page.log().borrow().forgotten();
        view! {
            <div class="bar bar-saved" data-testid="saved-bar">
                <div class="bar-text" role="status">
                    <p>
                        <strong>{move || texts().saved}</strong>
                        " "
                        {move || fill(texts().saved_text, &[("name", &name)])}
                    </p>
                    {(forgotten > 0)
                        .then(|| {
                            let words = move || {
                                fill(texts().forgotten, &[("n", &grouped(forgotten as u64))])
                            };
                            view! { <p>{words}</p> }
                        })}
                    {(mistakes_total > 0).then(|| view! { <Mistakes mistakes mistakes_total/> })}
                </div>
                <button
                    type="button"
                    class="button"
                    data-testid="saved-close"
                    on:click=move |_| page.close_saved()
                >
                    {move || texts().back}
                </button>
            </div>
        }
        .into_any()
    }
}

/// The lines that could not be read, folded away.
#[component]
fn Mistakes(mistakes: Vec<Mistake>, mistakes_total: usize) -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.text().keep;
    let listed = mistakes.len();
    let reason = move |reason: &Reason| match reason {
        Reason::NotUtf8(byte) => fill(texts().not_utf8, &[("n", &byte.to_string())]),
        Reason::NotJson(why) => fill(texts().not_json, &[("why", why)]),
        Reason::NotEvent(why) => fill(texts().not_event, &[("why", why)]),
        Reason::Repeated(seq) => fill(texts().repeated, &[("n", &seq.to_string())]),
    };
    view! {
        <details class="mistakes" data-testid="saved-mistakes">
            <summary>
                {move || count(mistakes_total as u64, texts().mistakes_one, texts().mistakes_many)}
            </summary>
            {(listed < mistakes_total)
                .then(|| {
                    view! { <p>{move || fill(texts().mistakes_more, &[("n", &listed.to_string())])}</p> }
                })}
            <ul>
                {mistakes
                    .into_iter()
                    .map(|mistake| {
                        let line = mistake.line.to_string();
                        view! {
                            <li>
                                <strong>{move || fill(texts().line, &[("n", &line)])}</strong>
                                " "
                                {move || reason(&mistake.reason)}
                                <code>{mistake.text}</code>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        </details>
    }
}

/// Takes a saved log that is dropped anywhere on the page, and says so while it is dragged there.
#[component]
pub(super) fn DropPlace() -> impl IntoView {
    let page = Page::from_context();
    let over = RwSignal::new(false);
    // A part of the page that takes files itself has said so by then.
    let dragged = window_event_listener(leptos::ev::dragover, move |event| {
        let mine = has_files(&event) && !event.default_prevented();
        over.set(mine);
        if mine {
            event.prevent_default();
        }
    });
    let left = window_event_listener(leptos::ev::dragleave, move |event| {
        // Between elements it leaves one and enters another; only at the window's edge there is none.
        if event.related_target().is_none() {
            over.set(false);
        }
    });
    let dropped = window_event_listener(leptos::ev::drop, move |event| {
        over.set(false);
        if !has_files(&event) || event.default_prevented() {
            return;
        }
        event.prevent_default();
        let files = event.data_transfer().and_then(|data| data.files());
        let count = files.as_ref().map_or(0, web_sys::FileList::length);
        let all = (0..count).filter_map(|index| files.as_ref()?.get(index));
        let mut all: Vec<web_sys::File> = all.collect();
        // Of several the one that looks like a log.
        all.sort_by_key(|file| !is_log_name(&file.name()));
        if let Some(file) = all.into_iter().next() {
            page.with_rest(move |rest| (rest.import)(page, file));
        }
    });
    on_cleanup(move || {
        dragged.remove();
        left.remove();
        dropped.remove();
    });
    view! {
        <div class="drop-place" class:gone=move || !over.get() aria-hidden="true">
            <p>{move || page.text().keep.drop}</p>
        </div>
    }
}

/// Opens the browser's dialog for files.
#[component]
pub(super) fn FileInput(
    /// The element, for whoever opens it.
    input: NodeRef<leptos::html::Input>,
) -> impl IntoView {
    let page = Page::from_context();
    let chosen = move |event: web_sys::Event| {
        let Some(input) =
            event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok())
        else {
            return;
        };
        if let Some(file) = input.files().and_then(|files| files.get(0)) {
            page.with_rest(move |rest| (rest.import)(page, file));
        }
        // So that the same file can be chosen again.
        input.set_value("");
    };
    view! {
        <input
            type="file"
            class="visually-hidden"
            tabindex="-1"
            data-testid="import-file"
            aria-label=move || page.text().keep.open
            accept=".jsonl,.ndjson,application/x-ndjson"
            node_ref=input
            on:change=chosen
        />
    }
}

/// Whether files are dragged, and not text or anything else.
pub(super) fn has_files(event: &web_sys::DragEvent) -> bool {
    event.data_transfer().is_some_and(|data| data.types().includes(&"Files".into(), 0))
}
