//! The command palette: one field that finds everything that the page can do.

use std::rc::Rc;

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::commands::commands;
use super::focus;
use super::later::{DrawnLater, Later};
use crate::model::command::{Entry, Found, line_number, search};
use crate::state::{Page, Part, View};
use crate::text::{count, fill};

/// Most commands that are listed: nobody reads on, and a letter more shortens the list.
const LISTED_MAX: usize = 60;

/// The palette, and the keys that open it.
#[component]
pub(super) fn Palette() -> impl IntoView {
    let page = Page::from_context();
    let dialog = NodeRef::<leptos::html::Dialog>::new();
    let keys = window_event_listener(leptos::ev::keydown, move |event| {
        let wanted = (event.ctrl_key() || event.meta_key())
            && !event.shift_key()
            && !event.alt_key()
            && event.key().eq_ignore_ascii_case("k");
        if wanted {
            // The browser's own meaning of these keys is a search in its address bar.
            event.prevent_default();
            page.keep.palette.update(|open| *open = !*open);
        }
    });
    on_cleanup(move || keys.remove());
    Effect::new(move || {
        let Some(dialog) = dialog.get() else { return };
        match (page.keep.palette.get(), dialog.open()) {
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
            page.keep.palette.set(false);
        }
    };
    view! {
        <dialog
            class="palette"
            data-testid="palette"
            aria-label=move || page.text().palette.title
            node_ref=dialog
            on:click=outside
            on:close=move |_| page.keep.palette.set(false)
        >
            {move || page.keep.palette.get().then(|| view! { <DrawnLater part=Later::Finder/> })}
        </dialog>
    }
}

/// The field and what it finds; made anew each time, so that the table is that of the moment.
#[component]
pub(super) fn Finder() -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.text().palette;
    let typed = RwSignal::new(String::new());
    let field = NodeRef::<leptos::html::Input>::new();
    // `autofocus` is for what is there when the dialog opens; the first time this may come later.
    field.on_load(|field| {
        request_animation_frame(move || {
            field.focus().ok();
        });
    });
    let position = RwSignal::new(0_usize);
    let table = StoredValue::new_local(Rc::new(commands(page)));
    let entries: Vec<Entry> =
        table.with_value(|table| table.iter().map(|command| command.entry.clone()).collect());
    let entries = StoredValue::new(entries);
    let line = Memo::new(move |_| line_number(&typed.get()));
    let found = Memo::new(move |_| entries.with_value(|entries| search(&typed.get(), entries)));
    let listed = move || {
        let mut found = found.get();
        found.truncate(LISTED_MAX);
        found
    };
    let rows = move || found.with(Vec::len).min(LISTED_MAX) + usize::from(line.get().is_some());
    let perform = move |position: usize| {
        let number = line.get_untracked();
        let index = position
            .checked_sub(usize::from(number.is_some()))
            .and_then(|at| found.with_untracked(|found| found.get(at).map(|found| found.index)));
        let table = table.get_value();
        // It goes first, so that the keyboard's place is back where it was and the command can move it.
        page.keep.palette.set(false);
        request_animation_frame(move || match (index.and_then(|index| table.get(index)), number) {
            (Some(command), _) => (command.act)(),
            (None, Some(number)) => go_to_line(page, number),
            (None, None) => {}
        });
    };
    let on_key = move |event: web_sys::KeyboardEvent| {
        if focus::is_composing(&event) {
            return;
        }
        let (at, rows) = (position.get_untracked(), rows());
        let last = rows.saturating_sub(1);
        match event.key().as_str() {
            "ArrowDown" => position.set(if at >= last { 0 } else { at + 1 }),
            "ArrowUp" => position.set(at.checked_sub(1).unwrap_or(last)),
            "PageDown" => position.set((at + 8).min(last)),
            "PageUp" => position.set(at.saturating_sub(8)),
            "Enter" if rows > 0 => perform(at),
            _ => return,
        }
        event.prevent_default();
    };
    Effect::new(move || {
        let id = row_id(position.get());
        request_animation_frame(move || {
            if let Some(row) = document().get_element_by_id(&id) {
                let options = web_sys::ScrollIntoViewOptions::new();
                options.set_block(web_sys::ScrollLogicalPosition::Nearest);
                row.scroll_into_view_with_scroll_into_view_options(&options);
            }
        });
    });
    let row = move |at: usize, id: String, content: AnyView| {
        let chosen = move || position.get() == at;
        view! {
            <li
                id=row_id(at)
                class="palette-row"
                role="option"
                data-testid="palette-row"
                data-command=id
                aria-selected=move || chosen().to_string()
                on:click=move |_| perform(at)
            >
                {content}
            </li>
        }
    };
    view! {
        <div class="palette-finder">
            <input
                class="palette-input"
                node_ref=field
                data-testid="palette-input"
                type="text"
                role="combobox"
                aria-expanded="true"
                aria-controls="palette-list"
                aria-activedescendant=move || (rows() > 0).then(|| row_id(position.get()))
                aria-label=move || texts().title
                placeholder=move || texts().placeholder
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                autofocus
                on:keydown=on_key
                on:input=move |event| {
                    typed.set(event_target_value(&event));
                    position.set(0);
                }
            />
            <ul class="palette-list" id="palette-list" role="listbox" aria-label=move || texts().title>
                {move || {
                    line.get()
                        .map(|number| {
                            let known = page.log().borrow().index_of(number).is_some();
                            let words = if known { texts().go_to_line } else { texts().no_line };
                            let words = fill(words, &[("n", &number.to_string())]);
                            row(0, "go-to-line".to_owned(), view! { <span>{words}</span> }.into_any())
                        })
                }}
                {move || {
                    let skipped = usize::from(line.get().is_some());
                    listed()
                        .into_iter()
                        .enumerate()
                        .filter_map(|(at, Found { index, marked })| {
                            table
                                .with_value(|table| {
                                    let command = table.get(index)?;
                                    let Entry { group, title, .. } = &command.entry;
                                    let content = view! {
                                        <span class="palette-group">{group.clone()}</span>
                                        <span class="palette-title">{marks(title, &marked)}</span>
                                        {(!command.keys.is_empty()).then(|| view! { <kbd>{command.keys}</kbd> })}
                                    };
                                    Some(row(at + skipped, command.id.clone(), content.into_any()))
                                })
                        })
                        .collect_view()
                }}
            </ul>
            <p class="empty" class:gone=move || rows() != 0>{move || texts().nothing}</p>
            <p class="palette-foot">
                <span role="status">
                    {move || count(rows() as u64, texts().found_one, texts().found_many)}
                </span>
                <span class="top-space"></span>
                <span>{move || texts().keys}</span>
            </p>
        </div>
    }
}

/// A title with the letters that match set off.
fn marks(title: &str, marked: &[usize]) -> AnyView {
    title
        .chars()
        .enumerate()
        .map(|(at, letter)| match marked.contains(&at) {
            true => view! { <b>{letter.to_string()}</b> }.into_any(),
            false => letter.to_string().into_any(),
        })
        .collect_view()
        .into_any()
}

fn row_id(position: usize) -> String {
    format!("palette-row-{position}")
}

fn go_to_line(page: Page, number: u64) {
    if page.log().borrow().index_of(number).is_some() {
        page.view.set(View::Log);
        page.part.set(Part::Log);
        page.open_line(number);
    }
}

/// The button for those who do not know the keys, and for phones.
#[component]
pub(super) fn PaletteButton() -> impl IntoView {
    let page = Page::from_context();
    // Nothing else tells what the keyboard has.
    let mac = window().navigator().user_agent().is_ok_and(|agent| agent.contains("Mac OS"));
    let keys = if mac { "⌘K" } else { "Ctrl K" };
    let label = move || fill(page.text().palette.button, &[("keys", keys)]);
    view! {
        <button
            type="button"
            class="palette-button"
            data-testid="palette-open"
            aria-label=move || format!("{} {keys}", page.text().palette.title)
            title=label
            aria-haspopup="dialog"
            on:click=move |_| page.keep.palette.set(true)
        >
            <svg viewBox="0 0 16 16" aria-hidden="true">
                <circle cx="7" cy="7" r="4.2"></circle>
                <path d="m10.2 10.2 3.6 3.6"></path>
            </svg>
            <kbd>{keys}</kbd>
        </button>
    }
}
