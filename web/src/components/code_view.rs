//! The session as a program: read from the server's exporter, kept up to date while it is shown.
//!
//! Only the lines in view are in the document, so a long program costs no more than a short one.

use std::sync::Arc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::ResizeObserver;

use super::choice::Choice;
use super::copy_button::CopyButton;
use super::fault_view::FaultView;
use crate::connection::{http, now};
use crate::model::export::Format;
use crate::model::format::grouped;
use crate::model::outcome::CallError;
use crate::model::program::Program;
use crate::state::Page;
use crate::text::{count, fill};

/// Most bytes of a program that are shown; downloading takes all of them. More than a full log's calls would take a
/// phone too long to read.
const SHOWN_BYTES_MAX: f64 = 4.0 * 1024.0 * 1024.0;
/// How often it is looked whether the session has gone on.
const LOOK_EVERY: Duration = Duration::from_millis(300);
/// Between two readings lies at least so many times what the last one took: a long program is read less often.
const REST: f64 = 4.0;
/// Lines drawn above and below those in view.
const SPARE_LINES: usize = 30;

/// What was read.
#[derive(Clone)]
struct Shown {
    program: Arc<Program>,
    /// The program's size in bytes, where only its beginning is shown.
    cut_from: Option<f64>,
}

type Loaded = RwSignal<Option<Result<Shown, CallError>>>;

/// The view of the code.
#[component]
pub(super) fn CodeView() -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.later().code;
    let loaded: Loaded = RwSignal::new(None);
    keep_loaded(page, loaded);
    let languages = Signal::derive(|| {
        Format::PROGRAMS.map(|format| (format.name().to_owned(), format.title().to_owned())).to_vec()
    });
    let lines = move || {
        loaded.with(|loaded| match loaded {
            Some(Ok(shown)) => count(shown.program.len() as u64, texts().lines_one, texts().lines_many),
            _ => String::new(),
        })
    };
    move || {
        if !page.is_live() {
            return view! { <p class="empty" data-testid="code-saved">{move || texts().saved}</p> }
                .into_any();
        }
        let copied = move || {
            loaded.with_untracked(|loaded| match loaded {
                Some(Ok(shown)) => shown.program.text().to_owned(),
                _ => String::new(),
            })
        };
        view! {
            <div class="part-head code-head">
                <Choice
                    testid="code-language"
                    label=Signal::derive(move || texts().language.to_owned())
                    options=languages
                    value=Signal::derive(move || page.keep.code.get().name().to_owned())
                    on_change=move |name| page.choose_code(&name)
                />
                <span class="quiet" data-testid="code-lines">{lines}</span>
                <span class="top-space"></span>
                <CopyButton text=copied/>
                <button
                    type="button"
                    class="button small"
                    data-testid="code-download"
                    on:click=move |_| page.export(page.keep.code.get_untracked())
                >
                    {move || texts().download}
                </button>
            </div>
            {move || match loaded.get() {
                None => view! { <p class="empty">{move || texts().loading}</p> }.into_any(),
                Some(Err(error)) => view! {
                    <div class="code-error"><FaultView error testid="code-error"/></div>
                }
                .into_any(),
                Some(Ok(_)) => ().into_any(),
            }}
            <Cut loaded/>
            <Lines loaded/>
        }
        .into_any()
    }
}

/// Reads the program now, and again when the session has gone on.
fn keep_loaded(page: Page, loaded: Loaded) {
    let busy = StoredValue::new(false);
    let rest_until = StoredValue::new(0.0_f64);
    // Of which language and of which newest event the last reading was.
    let read_of = StoredValue::new(None::<(u32, Format, u64)>);
    let look = move || {
        let wanted = (page.epoch.get_untracked(), page.keep.code.get_untracked(), page.connection.last_seq());
        let earlier = read_of.get_value();
        let other = earlier.is_none_or(|(epoch, format, _)| (epoch, format) != (wanted.0, wanted.1));
        let waits = !other && (earlier == Some(wanted) || now() < rest_until.get_value());
        if busy.get_value() || waits || !page.is_live_now() || document().hidden() {
            return;
        }
        busy.set_value(true);
        read_of.set_value(Some(wanted));
        let began = now();
        spawn_local(async move {
            let read = read(page, wanted.1).await;
            // The view may be gone by now, and with it what it held.
            busy.try_set_value(false);
            rest_until.try_set_value(now() + (now() - began) * REST);
            if read.is_err() {
                // The next look tries again once the rest is over.
                read_of.try_update_value(|of| *of = of.map(|(epoch, format, _)| (epoch, format, 0)));
            }
            if page.keep.code.get_untracked() != wanted.1 {
                return;
            }
            let lost = matches!(read, Err(CallError::ConnectionLost | CallError::NotOpen));
            if !lost || other {
                loaded.try_set(Some(read));
            }
        });
    };
    Effect::new(move || {
        page.epoch.track();
        page.source.track();
        page.keep.code.track();
        look();
    });
    if let Ok(timer) = set_interval_with_handle(look, LOOK_EVERY) {
        on_cleanup(move || timer.clear());
    }
}

async fn read(page: Page, format: Format) -> Result<Shown, CallError> {
    let body = page.connection.export(format.name()).await?;
    let size = body.size();
    let is_cut = size > SHOWN_BYTES_MAX;
    let part = if is_cut {
        body.slice_with_f64_and_f64(0.0, SHOWN_BYTES_MAX).map_err(|_| CallError::ConnectionLost)?
    } else {
        body
    };
    let mut text = http::text(&part).await.ok_or(CallError::ConnectionLost)?;
    if is_cut {
        // The last line is not whole, nor perhaps its last character.
        text.truncate(text.rfind('\n').map_or(0, |end| end + 1));
    }
    Ok(Shown { program: Arc::new(Program::new(format, text)), cut_from: is_cut.then_some(size) })
}

/// Says that not all of it is shown.
#[component]
fn Cut(loaded: Loaded) -> impl IntoView {
    let page = Page::from_context();
    move || {
        let cut = loaded.with(|loaded| match loaded {
            Some(Ok(Shown { program, cut_from: Some(all) })) => Some((program.len(), *all)),
            _ => None,
        });
        cut.map(|(lines, all)| {
            let values = [grouped(lines as u64), grouped(all as u64)];
            let words = move || fill(page.later().code.cut, &[("lines", &values[0]), ("bytes", &values[1])]);
            view! { <p class="hint code-cut" data-testid="code-cut">{words}</p> }
        })
    }
}

/// The lines, those in view alone in the document.
#[component]
fn Lines(loaded: Loaded) -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.later().code;
    let scroller = NodeRef::<leptos::html::Div>::new();
    let program = Memo::new_with_compare(
        move |_| {
            loaded.with(|loaded| match loaded {
                Some(Ok(shown)) => Some(shown.program.clone()),
                _ => None,
            })
        },
        // It was read anew, so it is another one.
        |_, _| true,
    );
    let place = RwSignal::new(Place::default());
    let measure = move || {
        // A frame may come after the view has gone, and what is its own with it.
        if let Some(element) = scroller.try_get_untracked().flatten() {
            place.try_set(Place::of(&element));
        }
    };
    // At first the session's own calls come into view, not what every program has.
    let shown_once = StoredValue::new(None::<(u32, Format)>);
    Effect::new(move || {
        let (Some(program), Some(element)) = (program.get(), scroller.get()) else { return };
        let of = (page.epoch.get_untracked(), program.language());
        let is_other = shown_once.get_value() != Some(of);
        request_animation_frame(move || {
            if is_other && !program.is_empty() && shown_once.try_set_value(Some(of)).is_none() {
                let chosen = page.log_selected.get_untracked().and_then(|seq| program.lines_of(seq));
                let line = chosen.map(|lines| lines.start).or(program.first_event_line());
                scroll_to(&element, line.unwrap_or(0).saturating_sub(1), Place::of(&element).height);
            }
            measure();
        });
    });
    Effect::new(move || {
        let (Some(seq), Some(program), Some(element)) =
            (page.log_selected.get(), program.get(), scroller.get())
        else {
            return;
        };
        if let Some(lines) = program.lines_of(seq) {
            reveal(&element, lines.start, lines.end);
        }
    });
    let observer = StoredValue::new_local(None);
    scroller.on_load(move |element| {
        let on_resize = Closure::<dyn FnMut()>::new(measure);
        if let Ok(made) = ResizeObserver::new(on_resize.as_ref().unchecked_ref()) {
            made.observe(&element);
            observer.set_value(Some((made, on_resize)));
        }
    });
    on_cleanup(move || {
        observer.try_update_value(|observer| {
            if let Some((observer, _)) = observer.take() {
                observer.disconnect();
            }
        });
    });
    let rows = Memo::new(move |_| {
        program.with(|program| {
            let Some(program) = program else { return Vec::new() };
            let (first, last) = place.get().lines(program.len());
            (first..last).map(|line| (line, program.look_of(line))).collect()
        })
    });
    let on_key = move |event: web_sys::KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowDown" => 1,
            "ArrowUp" => -1,
            _ => return,
        };
        event.prevent_default();
        let next = program
            .with_untracked(|program| program.as_ref()?.neighbour(page.log_selected.get_untracked(), step));
        if let Some(next) = next {
            page.walk_to(next);
        }
    };
    let on_click = move |event: web_sys::MouseEvent| {
        // Whoever marks a part of the text to copy it does not choose a line.
        let marking =
            window().get_selection().ok().flatten().is_some_and(|selection| !selection.is_collapsed());
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let line = target.and_then(|target| target.closest(".code-line").ok().flatten());
        let seq = line.and_then(|line| line.get_attribute("data-seq")).and_then(|seq| seq.parse().ok());
        if let Some(seq) = seq.filter(|_| !marking) {
            page.open_line(seq);
        }
    };
    let height = move || {
        let lines = program.with(|program| program.as_ref().map_or(0, |program| program.len()));
        format!("calc({lines} * var(--code-line-height))")
    };
    let width = move || {
        let columns = program.with(|program| program.as_ref().map_or(0, |program| program.columns()));
        format!("calc({columns}ch + 8ch)")
    };
    view! {
        <div
            class="code-lines"
            class:gone=move || program.with(Option::is_none)
            node_ref=scroller
            tabindex="0"
            role="region"
            aria-label=move || texts().label
            data-testid="code-view"
            on:scroll=move |_| measure()
            on:keydown=on_key
            on:click=on_click
        >
            <div class="code-sheet" style:height=height style:min-width=width>
                <For
                    each=move || rows.get()
                    key=|row| *row
                    let((line, _))
                >
                    {row(page, program.get_untracked(), line)}
                </For>
            </div>
        </div>
    }
}

fn row(page: Page, program: Option<Arc<Program>>, line: usize) -> AnyView {
    let Some(program) = program else { return ().into_any() };
    let seq = program.event_at(line);
    let pieces = program
        .pieces(line)
        .into_iter()
        .map(|(class, text)| match class.name() {
            "" => text.into_any(),
            name => view! { <span class=name>{text}</span> }.into_any(),
        })
        .collect_view();
    let chosen = move || seq.is_some() && page.log_selected.get() == seq;
    view! {
        <div
            class="code-line"
            class:chosen=chosen
            data-testid="code-line"
            data-line=line + 1
            data-seq=seq
            style:top=format!("calc({line} * var(--code-line-height))")
        >
            <span class="code-at" aria-hidden="true">{line + 1}</span>
            {pieces}
        </div>
    }
    .into_any()
}

/// What of the lines is in view.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Place {
    top: f64,
    view: f64,
    /// A line's height.
    height: f64,
}

impl Place {
    fn of(element: &web_sys::HtmlElement) -> Place {
        let style = window().get_computed_style(element).ok().flatten();
        let height = style
            .and_then(|style| style.get_property_value("--code-line-height").ok())
            // Whole pixels: the tables with which fractions are read weigh 15 KiB in the page.
            .and_then(|height| height.trim().trim_end_matches("px").parse::<u32>().ok())
            .map(f64::from)
            .filter(|height| *height > 0.0);
        Place {
            top: element.scroll_top().into(),
            view: element.client_height().into(),
            height: height.unwrap_or(20.0),
        }
    }

    /// The first line to draw and the one behind the last, of so many.
    fn lines(self, all: usize) -> (usize, usize) {
        if self.height <= 0.0 {
            return (0, 0);
        }
        let first = (self.top / self.height) as usize;
        let count = (self.view / self.height).ceil() as usize;
        (first.saturating_sub(SPARE_LINES).min(all), (first + count + SPARE_LINES).min(all))
    }
}

fn scroll_to(element: &web_sys::HtmlElement, line: usize, height: f64) {
    element.set_scroll_top((line as f64 * height) as i32);
}

/// Brings lines into view, moving no further than needed.
fn reveal(element: &web_sys::HtmlElement, first: usize, last: usize) {
    let place = Place::of(element);
    let (top, bottom) = (first as f64 * place.height, last as f64 * place.height);
    let fits = top >= place.top && bottom <= place.top + place.view;
    if !fits {
        scroll_to(element, first.saturating_sub(2), place.height);
    }
}
