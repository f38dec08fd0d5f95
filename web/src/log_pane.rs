//! The rows of the log, drawn straight into the document.
//!
//! No framework here: at ten thousand lines a second some three hundred cells change in every frame, and a
//! plain loop over a fixed pool of rows is what keeps that cheap. Rows are drawn in an animation frame, and
//! only after something changed. Filtering and finding take a slice of each frame until all rows were looked at.

mod draw;
mod input;
mod marks;
mod row;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use leptos::prelude::window;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Document, HtmlElement};

use crate::model::filter::{Filter, Filtered};
use crate::model::log_store::LogStore;
use crate::model::row_time::TimeKind;
use crate::text::Language;
use row::{Row, row_id};

/// What a key asks for that is done outside of the pane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Request {
    /// Open the line in which one says what to find.
    Find,
    /// Write a note.
    Note,
    /// Copy the selected rows as text.
    Copy,
    /// Time counts from the chosen row.
    ZeroHere,
}

/// What the pane tells the page.
pub(crate) struct Callbacks {
    /// A row was chosen: its `seq`, 0 for none any more, and whether its details are asked for.
    pub(crate) chosen: Box<dyn Fn(u64, bool)>,
    /// How the pane stands.
    pub(crate) status: Box<dyn Fn(Status)>,
    /// A key was pressed.
    pub(crate) request: Box<dyn Fn(Request)>,
    /// The oldest rows are in view, or nearly so, and the server may have older ones.
    pub(crate) top: Box<dyn Fn()>,
}

/// How the pane stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Status {
    /// Whether it follows the newest rows.
    pub(crate) following: bool,
    /// Rows that came since it does not.
    pub(crate) unseen: usize,
    /// Rows that pass the filter.
    pub(crate) passing: usize,
    /// Whether the newest row is in view, followed or not.
    pub(crate) at_end: bool,
    /// How much of the log was looked at, in percent, while a filter or a search has not seen all of it.
    pub(crate) searched: Option<u8>,
    /// Rows that were found.
    pub(crate) found: usize,
    /// Which of them is chosen, from 1; 0 for none.
    pub(crate) found_at: usize,
    /// Rows that are selected.
    pub(crate) selected: usize,
    /// Markers that are set.
    pub(crate) markers: usize,
}

/// The handle of the pane.
#[derive(Clone)]
pub(crate) struct LogPane {
    inner: Rc<Inner>,
}

struct Inner {
    store: Rc<RefCell<LogStore>>,
    filtered: RefCell<Filtered>,
    /// What is looked for; open for nothing.
    find: RefCell<Filter>,
    /// The rows that pass both that and the filter.
    found: RefCell<Filtered>,
    document: Document,
    scroller: HtmlElement,
    spacer: HtmlElement,
    layer: HtmlElement,
    /// Where markers are shown beside the rows.
    gutter: HtmlElement,
    rows: RefCell<Vec<Row>>,
    row_height: Cell<f64>,
    language: Cell<Language>,
    times: Cell<TimeKind>,
    /// The time that relative times count from; the session's first line where there is none.
    zero: Cell<Option<u64>>,
    following: Cell<bool>,
    /// The number of the row from which on rows came unseen, while following has stopped.
    seen: Cell<usize>,
    chosen: Cell<u64>,
    /// The other end of the selection; 0 where only the chosen row is selected.
    anchor: Cell<u64>,
    /// Whether the row that is being chosen moves the selection's end.
    extending: Cell<bool>,
    markers: RefCell<BTreeSet<u64>>,
    ticks: RefCell<Vec<i32>>,
    /// The place of the list as it would be in full that is at the top of the view.
    top: Cell<f64>,
    frame_due: Cell<bool>,
    /// Where the list was scrolled to last, as the pane knows: a scroll event that finds it there is not the user's.
    known_scroll: Cell<f64>,
    /// How many rows the list had at the last drawing: what a place of the scroll bar means.
    drawn_rows: Cell<usize>,
    /// The view's height at the last drawing: a scroll event after it changed is the layout's, not the user's.
    drawn_height: Cell<f64>,
    last_status: Cell<Option<Status>>,
    callbacks: Callbacks,
    frame: RefCell<Option<Closure<dyn FnMut()>>>,
    kept: RefCell<Vec<Box<dyn std::any::Any>>>,
}

impl LogPane {
    /// Fills `scroller`, an empty element that scrolls, and `gutter` beside it.
    pub(crate) fn new(
        scroller: HtmlElement,
        gutter: HtmlElement,
        store: Rc<RefCell<LogStore>>,
        callbacks: Callbacks,
    ) -> Option<LogPane> {
        let document = window().document()?;
        let layer = div(&document, "log-layer")?;
        let spacer = div(&document, "log-spacer")?;
        scroller.append_child(&layer).ok()?;
        scroller.append_child(&spacer).ok()?;
        let inner = Rc::new(Inner {
            store,
            filtered: RefCell::default(),
            find: RefCell::default(),
            found: RefCell::default(),
            document,
            scroller,
            spacer,
            layer,
            gutter,
            rows: RefCell::default(),
            row_height: Cell::new(0.0),
            language: Cell::new(Language::default()),
            times: Cell::new(TimeKind::default()),
            zero: Cell::new(None),
            following: Cell::new(true),
            seen: Cell::new(0),
            chosen: Cell::new(0),
            anchor: Cell::new(0),
            extending: Cell::new(false),
            markers: RefCell::default(),
            ticks: RefCell::default(),
            top: Cell::new(0.0),
            frame_due: Cell::new(false),
            known_scroll: Cell::new(-1.0),
            drawn_rows: Cell::new(0),
            drawn_height: Cell::new(0.0),
            last_status: Cell::new(None),
            callbacks,
            frame: RefCell::new(None),
            kept: RefCell::default(),
        });
        let pane = LogPane { inner };
        pane.listen();
        pane.changed();
        Some(pane)
    }

    /// Rows came or went: draw in the next frame.
    pub(crate) fn changed(&self) {
        if self.inner.frame_due.replace(true) {
            return;
        }
        if self.inner.frame.borrow().is_none() {
            let weak = Rc::downgrade(&self.inner);
            let frame = Closure::<dyn FnMut()>::new(move || {
                if let Some(inner) = weak.upgrade() {
                    inner.frame_due.set(false);
                    if inner.draw() {
                        LogPane { inner }.changed();
                    }
                }
            });
            *self.inner.frame.borrow_mut() = Some(frame);
        }
        if let Some(frame) = self.inner.frame.borrow().as_ref() {
            // Without a frame nothing is drawn, and the next change asks again.
            if window().request_animation_frame(frame.as_ref().unchecked_ref()).is_err() {
                self.inner.frame_due.set(false);
            }
        }
    }

    /// Shows the rows in another language.
    pub(crate) fn set_language(&self, language: Language) {
        self.inner.language.set(language);
        self.redraw_all();
    }

    /// Shows another kind of time; `zero` is the time that relative ones count from.
    pub(crate) fn set_times(&self, kind: TimeKind, zero: Option<u64>) {
        self.inner.times.set(kind);
        self.inner.zero.set(zero);
        self.redraw_all();
    }

    /// Shows only rows that pass.
    pub(crate) fn set_filter(&self, filter: Filter) {
        self.inner.filtered.borrow_mut().set(filter);
        let find = self.inner.find.borrow().clone();
        self.set_find(find);
        self.inner.following.set(true);
        self.redraw_all();
    }

    /// Looks for rows among those that are shown; an open filter looks for nothing.
    pub(crate) fn set_find(&self, find: Filter) {
        // While nothing is looked for, nothing is looked at.
        let both =
            if find.is_open() { Filter::default() } else { self.inner.filtered.borrow().filter().and(&find) };
        self.inner.found.borrow_mut().set(both);
        *self.inner.find.borrow_mut() = find;
        self.redraw_all();
    }

    /// Chooses the next row that was found, or the one before; past an end it goes on at the other.
    pub(crate) fn find_step(&self, forward: bool) {
        let seq = {
            let store = self.inner.store.borrow();
            let found = self.inner.found.borrow();
            let Some(last) = found.len(&store).checked_sub(1).filter(|_| !found.filter().is_open()) else {
                return;
            };
            let next = match (store.index_of(self.inner.chosen.get()), forward) {
                (Some(index), true) => found.position(index + 1, &store),
                (Some(index), false) => found.position(index, &store).checked_sub(1).unwrap_or(last),
                // Nothing is chosen: begin at the newest row.
                (None, _) => last,
            };
            let next = if next > last { 0 } else { next };
            found.index(next, &store).and_then(|index| store.meta(index)).map(|meta| meta.seq)
        };
        if let Some(seq) = seq {
            (self.inner.callbacks.chosen)(seq, false);
        }
    }

    /// Another session's rows follow: nothing of the earlier ones holds.
    pub(crate) fn start_over(&self) {
        self.inner.following.set(true);
        self.inner.seen.set(0);
        self.inner.anchor.set(0);
        self.inner.zero.set(None);
        self.inner.markers.borrow_mut().clear();
        self.inner.filtered.borrow_mut().start_over();
        self.inner.found.borrow_mut().start_over();
        self.redraw_all();
    }

    /// Goes to the newest row and stays there.
    pub(crate) fn follow(&self) {
        self.inner.following.set(true);
        self.changed();
    }

    /// Stays where it is.
    pub(crate) fn pause(&self) {
        self.inner.stop_following();
        self.changed();
    }

    /// Takes the keys.
    pub(crate) fn focus(&self) {
        self.inner.scroller.focus().ok();
    }

    /// Marks a row as chosen and brings it into view; 0 for none.
    pub(crate) fn choose(&self, seq: u64) {
        if self.inner.chosen.replace(seq) != seq && !self.inner.extending.get() {
            self.inner.anchor.set(0);
        }
        let scroller = &self.inner.scroller;
        match seq {
            0 => scroller.remove_attribute("aria-activedescendant").ok(),
            _ => scroller.set_attribute("aria-activedescendant", &row_id(seq)).ok(),
        };
        if seq != 0 {
            self.inner.reveal(seq);
        }
        self.redraw_all();
    }

    /// The row `step` rows away from the chosen one, among those that pass.
    pub(crate) fn neighbour(&self, step: isize) -> Option<u64> {
        self.inner.neighbour(step)
    }

    fn redraw_all(&self) {
        for row in self.inner.rows.borrow_mut().iter_mut() {
            row.forget();
        }
        self.changed();
    }
}

fn div(document: &Document, class: &str) -> Option<HtmlElement> {
    let element: HtmlElement = document.create_element("div").ok()?.dyn_into().ok()?;
    element.set_class_name(class);
    Some(element)
}
