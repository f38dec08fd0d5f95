//! The rows of the log, drawn straight into the document.
//!
//! No framework here: at ten thousand lines a second some three hundred cells change in every frame, and a
//! plain loop over a fixed pool of rows is what keeps that cheap. Rows are drawn in an animation frame, and
//! only after something changed.

mod row;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use leptos::prelude::window;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Document, Element, HtmlElement, ResizeObserver};

use crate::model::filter::{Filter, Filtered};
use crate::model::log_store::LogStore;
use crate::model::scroll::Measures;
use crate::text::Language;
use row::{Row, row_id};

/// What the pane tells the page.
pub(crate) struct Callbacks {
    /// A row was chosen: its `seq`; 0 for none any more.
    pub(crate) chosen: Box<dyn Fn(u64)>,
    /// Whether the newest rows are followed, how many came since they are not, and how many pass the filter.
    pub(crate) status: Box<dyn Fn(Status)>,
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
}

/// The handle of the pane.
#[derive(Clone)]
pub(crate) struct LogPane {
    inner: Rc<Inner>,
}

struct Inner {
    store: Rc<RefCell<LogStore>>,
    filtered: RefCell<Filtered>,
    document: Document,
    scroller: HtmlElement,
    spacer: HtmlElement,
    layer: HtmlElement,
    rows: RefCell<Vec<Row>>,
    row_height: Cell<f64>,
    language: Cell<Language>,
    following: Cell<bool>,
    /// How many rows passed when following stopped.
    seen: Cell<usize>,
    chosen: Cell<u64>,
    frame_due: Cell<bool>,
    /// Where the pane itself scrolled to last: a scroll event that finds the list there is not the user's.
    own_scroll: Cell<f64>,
    /// The view's height at the last drawing: a scroll event after it changed is the layout's, not the user's.
    drawn_height: Cell<f64>,
    last_status: Cell<Option<Status>>,
    callbacks: Callbacks,
    frame: RefCell<Option<Closure<dyn FnMut()>>>,
    kept: RefCell<Vec<Box<dyn std::any::Any>>>,
}

impl LogPane {
    /// Fills `scroller`, an empty element that scrolls.
    pub(crate) fn new(
        scroller: HtmlElement,
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
            document,
            scroller,
            spacer,
            layer,
            rows: RefCell::default(),
            row_height: Cell::new(0.0),
            language: Cell::new(Language::default()),
            following: Cell::new(true),
            seen: Cell::new(0),
            chosen: Cell::new(0),
            frame_due: Cell::new(false),
            own_scroll: Cell::new(-1.0),
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
                    inner.draw();
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

    /// Shows only rows that pass.
    pub(crate) fn set_filter(&self, filter: Filter) {
        self.inner.filtered.borrow_mut().set(filter);
        self.inner.following.set(true);
        self.redraw_all();
    }

    /// Another session's rows follow: nothing of the earlier ones holds.
    pub(crate) fn start_over(&self) {
        self.inner.following.set(true);
        self.inner.seen.set(0);
        self.inner.filtered.borrow_mut().start_over();
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

    /// Marks a row as chosen and brings it into view; 0 for none.
    pub(crate) fn choose(&self, seq: u64) {
        self.inner.chosen.set(seq);
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

    fn listen(&self) {
        let on_scroll = {
            let pane = self.weak();
            Closure::<dyn FnMut()>::new(move || pane(&|pane: &LogPane| pane.inner.on_scroll(pane)))
        };
        self.on("scroll", &on_scroll);
        self.keep(on_scroll);
        let on_key = {
            let pane = self.weak();
            Closure::<dyn FnMut(web_sys::KeyboardEvent)>::new(move |event: web_sys::KeyboardEvent| {
                pane(&|pane: &LogPane| pane.on_key(&event));
            })
        };
        self.on("keydown", &on_key);
        self.keep(on_key);
        let on_click = {
            let pane = self.weak();
            Closure::<dyn FnMut(web_sys::MouseEvent)>::new(move |event: web_sys::MouseEvent| {
                pane(&|pane: &LogPane| pane.on_click(&event));
            })
        };
        self.on("click", &on_click);
        self.keep(on_click);
        let on_resize = {
            let pane = self.weak();
            Closure::<dyn FnMut()>::new(move || {
                pane(&|pane: &LogPane| {
                    pane.inner.row_height.set(0.0);
                    pane.redraw_all();
                });
            })
        };
        if let Ok(observer) = ResizeObserver::new(on_resize.as_ref().unchecked_ref()) {
            observer.observe(&self.inner.scroller);
            self.keep(observer);
        }
        self.keep(on_resize);
    }

    /// Listeners live in the pane, so they must not keep it alive themselves.
    fn weak(&self) -> impl Fn(&dyn Fn(&LogPane)) + 'static {
        let weak = Rc::downgrade(&self.inner);
        move |act| {
            if let Some(inner) = weak.upgrade() {
                act(&LogPane { inner });
            }
        }
    }

    fn on<T: ?Sized>(&self, name: &str, listener: &Closure<T>) {
        let target = &self.inner.scroller;
        target.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref()).ok();
    }

    fn keep(&self, listener: impl std::any::Any) {
        self.inner.kept.borrow_mut().push(Box::new(listener));
    }

    fn on_click(&self, event: &web_sys::MouseEvent) {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let row = target.and_then(|target| target.closest(".log-row").ok().flatten());
        let seq = row.and_then(|row| row.get_attribute("data-seq")).and_then(|seq| seq.parse().ok());
        if let Some(seq) = seq {
            (self.inner.callbacks.chosen)(seq);
        }
    }

    fn on_key(&self, event: &web_sys::KeyboardEvent) {
        let page = (self.inner.scroller.client_height() as f64 / self.inner.measured_height()) as isize - 1;
        let target = match event.key().as_str() {
            "ArrowDown" => self.neighbour(1),
            "ArrowUp" => self.neighbour(-1),
            "PageDown" => self.neighbour(page.max(1)),
            "PageUp" => self.neighbour(-page.max(1)),
            "Home" => self.neighbour(isize::MIN / 2),
            "End" => self.neighbour(isize::MAX / 2),
            "Escape" => Some(0),
            "Enter" => Some(self.inner.chosen.get()).filter(|seq| *seq != 0),
            _ => return,
        };
        event.prevent_default();
        if let Some(seq) = target {
            (self.inner.callbacks.chosen)(seq);
        }
    }
}

impl Inner {
    fn measures(&self) -> Measures {
        Measures {
            rows: self.filtered.borrow().len(&self.store.borrow()),
            row_height: self.measured_height(),
            view_height: f64::from(self.scroller.client_height()),
        }
    }

    /// A row's height as the style sheet has it; a phone's rows are taller.
    fn measured_height(&self) -> f64 {
        if self.row_height.get() <= 0.0 {
            let style = window().get_computed_style(&self.scroller).ok().flatten();
            let height = style
                .and_then(|style| style.get_property_value("--log-row-height").ok())
                .and_then(|height| height.trim().trim_end_matches("px").parse().ok());
            self.row_height.set(height.filter(|height| *height > 0.0).unwrap_or(28.0));
        }
        self.row_height.get()
    }

    fn on_scroll(&self, pane: &LogPane) {
        let top = self.scroller.scroll_top() as f64;
        let measures = self.measures();
        let laid_out_anew = (measures.view_height - self.drawn_height.get()).abs() > 0.5;
        if !laid_out_anew && (top - self.own_scroll.get()).abs() > 1.5 {
            // From here on any position is the reader's, also the one that the pane had scrolled to.
            self.own_scroll.set(f64::NEG_INFINITY);
            if measures.is_at_bottom(top) {
                self.following.set(true);
            } else {
                self.stop_following();
            }
        }
        pane.changed();
    }

    fn stop_following(&self) {
        if self.following.replace(false) {
            self.seen.set(self.filtered.borrow().len(&self.store.borrow()));
        }
    }

    fn scroll_to(&self, top: f64) {
        self.scroller.set_scroll_top(top.round() as i32);
        self.own_scroll.set(self.scroller.scroll_top() as f64);
    }

    fn reveal(&self, seq: u64) {
        self.filtered.borrow_mut().catch_up(&self.store.borrow());
        let position = {
            let store = self.store.borrow();
            store.index_of(seq).map(|index| self.filtered.borrow().position(index, &store))
        };
        let Some(position) = position else { return };
        let measures = self.measures();
        let top = self.scroller.scroll_top() as f64;
        let wanted = measures.reveal(position, top);
        if (wanted - top).abs() >= 1.0 {
            self.scroll_to(wanted);
        }
        if position + 1 < measures.rows {
            self.stop_following();
        }
    }

    fn neighbour(&self, step: isize) -> Option<u64> {
        let store = self.store.borrow();
        let mut filtered = self.filtered.borrow_mut();
        filtered.catch_up(&store);
        let last = filtered.len(&store).checked_sub(1)?;
        let position = match store.index_of(self.chosen.get()) {
            Some(index) => filtered.position(index, &store).saturating_add_signed(step).min(last),
            // Nothing is chosen: begin at the newest row.
            None if step > isize::MIN / 2 => last,
            None => 0,
        };
        store.meta(filtered.index(position, &store)?).map(|meta| meta.seq)
    }

    fn draw(&self) {
        self.filtered.borrow_mut().catch_up(&self.store.borrow());
        let measures = self.measures();
        if measures.view_height <= 0.0 {
            return;
        }
        self.drawn_height.set(measures.view_height);
        self.set_spacer(measures.spacer_height());
        if self.following.get() {
            self.scroll_to(measures.bottom());
        }
        let (first, cut) = measures.first_row(self.scroller.scroll_top() as f64);
        self.ensure_rows(measures.visible_rows());
        let store = self.store.borrow();
        let filtered = self.filtered.borrow();
        let text = self.language.get().text();
        let offset_minutes = -(js_sys::Date::new_0().get_timezone_offset() as i32);
        let chosen = self.chosen.get();
        for (slot, row) in self.rows.borrow_mut().iter_mut().enumerate() {
            let index = filtered.index(first + slot, &store);
            match index.and_then(|index| store.meta(index).map(|meta| (index, meta))) {
                Some((index, meta)) => {
                    row.show(meta, chosen == meta.seq, || store.event(index), text, offset_minutes)
                }
                None => row.hide(),
            }
        }
        let style = self.layer.style();
        style.set_property("transform", &format!("translateY({}px)", -cut.round())).ok();
        drop((store, filtered));
        self.tell_status(&measures);
    }

    fn set_spacer(&self, height: f64) {
        self.spacer.style().set_property("height", &format!("{height}px")).ok();
    }

    fn ensure_rows(&self, count: usize) {
        let mut rows = self.rows.borrow_mut();
        while rows.len() < count {
            let Some(row) = Row::new(&self.document, &self.layer) else { return };
            rows.push(row);
        }
        while rows.len() > count {
            if let Some(row) = rows.pop() {
                row.remove();
            }
        }
    }

    fn tell_status(&self, measures: &Measures) {
        let passing = measures.rows;
        let following = self.following.get();
        let unseen = if following { 0 } else { passing.saturating_sub(self.seen.get()) };
        let at_end = measures.is_at_bottom(self.scroller.scroll_top() as f64);
        let status = Status { following, unseen, passing, at_end };
        if self.last_status.replace(Some(status)) != Some(status) {
            (self.callbacks.status)(status);
        }
    }
}

fn div(document: &Document, class: &str) -> Option<HtmlElement> {
    let element: HtmlElement = document.create_element("div").ok()?.dyn_into().ok()?;
    element.set_class_name(class);
    Some(element)
}
