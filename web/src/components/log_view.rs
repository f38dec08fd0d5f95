//! What the parts of the log's view share: the query, what is found, times, and what was copied.

use leptos::prelude::*;
use leptos::task::spawn_local;
use sockyard_protocol::SocketId;
use sockyard_protocol::call::LogNote;
use wasm_bindgen::JsCast;

use super::focus;
use crate::browser_storage::{local, read, write};
use crate::log_pane::{Request, Status};
use crate::model::copy::{Context, CopyAs, ROWS_MAX, copy};
use crate::model::filter::Filter;
use crate::model::outcome::CallError;
use crate::model::query::{Matcher, Term, parse};
use crate::model::row_time::TimeKind;
use crate::state::Page;

const TIMES: &str = "sockyard.log-times";

/// The line that is open above the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// What to find.
    Find,
    /// A note to write.
    Note,
}

/// What was copied last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Copied {
    /// So many rows.
    Rows(usize),
    /// A link to a row.
    Link,
    /// Nothing: the browser refused.
    Refused,
}

/// The shared signals.
#[derive(Clone, Copy)]
pub(crate) struct LogView {
    pub(super) page: Page,
    pub(super) status: RwSignal<Status>,
    pub(super) query: RwSignal<String>,
    pub(super) find: RwSignal<String>,
    pub(super) line: RwSignal<Option<Line>>,
    pub(super) times: RwSignal<TimeKind>,
    /// The line that relative times count from, and its time.
    pub(super) zero: RwSignal<Option<(u64, u64)>>,
    pub(super) copied: RwSignal<Option<Copied>>,
    pub(super) note_error: RwSignal<Option<CallError>>,
}

impl LogView {
    /// The signals of a view that begins.
    pub(super) fn new(page: Page) -> LogView {
        let times = read(local(), TIMES).map(|name| TimeKind::from_name(&name)).unwrap_or_default();
        let view = LogView {
            page,
            status: RwSignal::new(Status { following: true, ..Status::default() }),
            query: RwSignal::new(String::new()),
            find: RwSignal::new(String::new()),
            line: RwSignal::new(None),
            times: RwSignal::new(times),
            zero: RwSignal::new(None),
            copied: RwSignal::new(None),
            note_error: RwSignal::new(None),
        };
        Effect::new(move || {
            let filter = view.query.with(|query| Filter::new(&terms(query)));
            page.with_pane(|pane| pane.set_filter(filter));
        });
        Effect::new(move || {
            let wanted = if view.line.get() == Some(Line::Find) { view.find.get() } else { String::new() };
            page.with_pane(|pane| pane.set_find(Filter::new(&terms(&wanted))));
        });
        Effect::new(move || {
            let (kind, zero) = (view.times.get(), view.zero.get());
            page.with_pane(|pane| pane.set_times(kind, zero.map(|(_, time_us)| time_us)));
        });
        Effect::new(move || {
            if page.arrivals.get() > 0 && !view.query.with_untracked(String::is_empty) {
                view.query.set(String::new());
            }
        });
        Effect::new(move || {
            // Another session has other sockets and other times.
            page.epoch.track();
            view.query.set(String::new());
            view.zero.set(None);
            view.line.set(None);
            view.copied.set(None);
        });
        view
    }

    /// Gives the pane what was set before there was one.
    pub(super) fn begin(self) {
        let (kind, query) = (self.times.get_untracked(), self.query.get_untracked());
        self.page.with_pane(|pane| {
            pane.set_times(kind, None);
            if let Some(seq) = self.page.log_selected.get_untracked() {
                pane.choose(seq);
            }
            if !query.is_empty() {
                pane.set_filter(Filter::new(&terms(&query)));
            }
        });
    }

    /// Chooses a kind of time for good.
    pub(super) fn choose_times(self, kind: TimeKind) {
        write(local(), TIMES, kind.name());
        self.times.set(kind);
    }

    /// Does what a key in the rows asks for.
    pub(super) fn take(self, request: Request) {
        match request {
            Request::Find => self.open(Line::Find),
            Request::Note => self.open(Line::Note),
            Request::Copy => self.page.with_rest(move |rest| (rest.copy)(self, CopyAs::Text)),
            Request::ZeroHere => self.zero_here(),
        }
    }

    /// Opens the line for finding or for a note; in what is only looked at nothing can be noted.
    pub(super) fn open(self, line: Line) {
        if line == Line::Note && !self.page.may_call_now() {
            return;
        }
        self.line.set(Some(line));
        let field = if line == Line::Find { "log-find" } else { "log-note" };
        focus::take(format!("[data-testid='{field}']"));
    }

    /// Closes the line, and the rows have the keys again.
    pub(super) fn close_line(self) {
        self.line.set(None);
        self.note_error.set(None);
        self.page.with_pane(crate::log_pane::LogPane::focus);
    }

    /// Time counts from the chosen row; from the first one again where it did already.
    pub(super) fn zero_here(self) {
        let Some(seq) = self.page.log_selected.get_untracked() else { return };
        if self.zero.get_untracked().is_some_and(|(zero, _)| zero == seq) {
            self.zero.set(None);
            return;
        }
        let log = self.page.log();
        let time_us = {
            let log = log.borrow();
            log.index_of(seq).and_then(|index| log.meta(index)).map(|meta| meta.time_us)
        };
        if let Some(time_us) = time_us {
            self.zero.set(Some((seq, time_us)));
            self.choose_times(TimeKind::Relative);
        }
    }

    /// Writes a note into the log.
    pub(super) fn note(self, text: String) {
        self.note_error.set(None);
        spawn_local(async move {
            match self.page.connection.call(LogNote { text }).await {
                Ok(_) => self.close_line(),
                Err(error) => self.note_error.set(Some(error)),
            }
        });
    }

    /// Copies a link to the chosen row.
    pub(super) fn copy_link(self) {
        let link = self.page.log_selected.get_untracked().and_then(|seq| self.page.line_address(seq));
        if let Some(link) = link {
            self.put(&link, Copied::Link);
        }
    }

    /// Copies the selected rows.
    pub(crate) fn copy(self, how: CopyAs) {
        let mut rows = Vec::new();
        self.page.with_pane(|pane| rows = pane.selected_rows(ROWS_MAX));
        if rows.is_empty() {
            return;
        }
        let location = window().location();
        let session =
            self.page.connection.hello.with_untracked(|hello| {
                hello.as_ref().map(|hello| hello.session.clone()).unwrap_or_default()
            });
        let session_url = format!("{}/api/v1/sessions/{session}", location.origin().unwrap_or_default());
        let kind_of = |socket: SocketId| self.page.sockets.with_untracked(|table| table.kind(socket));
        let context = Context {
            text: self.page.preferences.language.get_untracked().text(),
            offset_minutes: -(js_sys::Date::new_0().get_timezone_offset() as i32),
            session_url: &session_url,
            kind_of: &kind_of,
        };
        let (text, count) = {
            let log = self.page.log();
            let log = log.borrow();
            copy(rows.into_iter().filter_map(|row| log.event(row)), how, &context)
        };
        self.put(&text, Copied::Rows(count));
    }

    /// Hands a text to the clipboard, and tells how that ended.
    fn put(self, text: &str, what: Copied) {
        if !window().is_secure_context() {
            // Over plain HTTP from another machine there is no clipboard at all.
            self.copied.set(Some(Copied::Refused));
            return;
        }
        let done = wasm_bindgen_futures::JsFuture::from(window().navigator().clipboard().write_text(text));
        spawn_local(async move {
            self.copied.set(Some(if done.await.is_ok() { what } else { Copied::Refused }));
        });
    }
}

/// The terms of a query, with the browser's own regular expressions.
pub(super) fn terms(query: &str) -> Vec<Term> {
    parse(query, &compile)
}

fn compile(source: &str, flags: &str) -> Result<Matcher, String> {
    // With `g` or `y` an expression would go on where it stood at the last row.
    let flags: String = flags.chars().filter(|flag| !matches!(flag, 'g' | 'y')).collect();
    let message = |error: wasm_bindgen::JsValue| match error.dyn_into::<js_sys::Error>() {
        Ok(error) => String::from(error.message()),
        Err(_) => String::new(),
    };
    // The binding's own constructor cannot fail, and the browser's does.
    let constructor = js_sys::Reflect::get(&js_sys::global(), &"RegExp".into()).map_err(message)?;
    let constructor = constructor.dyn_into::<js_sys::Function>().map_err(|_| String::new())?;
    let arguments = js_sys::Array::of2(&source.into(), &flags.as_str().into());
    let made = js_sys::Reflect::construct(&constructor, &arguments).map_err(message)?;
    let expression: js_sys::RegExp = made.unchecked_into();
    Ok(std::rc::Rc::new(move |text: &str| expression.test(text)))
}
