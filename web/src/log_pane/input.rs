//! Mouse, keys and scrolling.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, KeyboardEvent, MouseEvent, ResizeObserver};

use super::{LogPane, Request};

impl LogPane {
    pub(super) fn listen(&self) {
        let on_scroll = {
            let pane = self.weak();
            Closure::<dyn FnMut()>::new(move || {
                pane(&|pane: &LogPane| {
                    pane.inner.on_scroll();
                    pane.changed();
                });
            })
        };
        self.on("scroll", &on_scroll);
        self.keep(on_scroll);
        let on_key = {
            let pane = self.weak();
            Closure::<dyn FnMut(KeyboardEvent)>::new(move |event: KeyboardEvent| {
                pane(&|pane: &LogPane| pane.on_key(&event));
            })
        };
        self.on("keydown", &on_key);
        self.keep(on_key);
        let on_click = {
            let pane = self.weak();
            Closure::<dyn FnMut(MouseEvent)>::new(move |event: MouseEvent| {
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

    fn on_click(&self, event: &MouseEvent) {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let row = target.and_then(|target| target.closest(".log-row").ok().flatten());
        let seq = row.and_then(|row| row.get_attribute("data-seq")).and_then(|seq| seq.parse().ok());
        match seq {
            Some(seq) if event.shift_key() && self.inner.chosen.get() != 0 => self.extend_to(seq),
            Some(seq) => {
                self.inner.anchor.set(0);
                (self.inner.callbacks.chosen)(seq, true);
                self.redraw_all();
            }
            None => {}
        }
    }

    fn on_key(&self, event: &KeyboardEvent) {
        let command = event.ctrl_key() || event.meta_key();
        let handled = if command { self.on_command_key(event) } else { self.on_plain_key(event) };
        if handled {
            event.prevent_default();
        }
    }

    fn on_command_key(&self, event: &KeyboardEvent) -> bool {
        match event.key().as_str() {
            "a" => self.select_all(),
            // What is marked with the mouse is what is meant.
            "c" if has_selection() => return false,
            "c" => (self.inner.callbacks.request)(Request::Copy),
            "f" => (self.inner.callbacks.request)(Request::Find),
            _ => return false,
        }
        true
    }

    fn on_plain_key(&self, event: &KeyboardEvent) -> bool {
        if event.alt_key() {
            return false;
        }
        let page =
            (f64::from(self.inner.scroller.client_height()) / self.inner.measured_height()) as isize - 1;
        let request = &self.inner.callbacks.request;
        let target = match event.key().as_str() {
            "ArrowDown" => self.neighbour(1),
            "ArrowUp" => self.neighbour(-1),
            "PageDown" => self.neighbour(page.max(1)),
            "PageUp" => self.neighbour(-page.max(1)),
            "Home" => self.neighbour(isize::MIN / 2),
            "End" => self.neighbour(isize::MAX / 2),
            "Escape" => Some(0),
            "Enter" => Some(self.inner.chosen.get()).filter(|seq| *seq != 0),
            key => {
                match key {
                    "/" => request(Request::Find),
                    "F3" if self.inner.find.borrow().is_open() => request(Request::Find),
                    "F3" => self.find_step(!event.shift_key()),
                    "m" | "M" => self.toggle_marker(),
                    "[" => self.marker_step(false),
                    "]" => self.marker_step(true),
                    "z" | "Z" => request(Request::ZeroHere),
                    "n" | "N" => request(Request::Note),
                    _ => return false,
                }
                return true;
            }
        };
        if let Some(seq) = target {
            if event.shift_key() && seq != 0 && event.key() != "Enter" {
                self.extend_to(seq);
            } else {
                self.inner.anchor.set(0);
                (self.inner.callbacks.chosen)(seq, event.key() == "Enter");
                self.redraw_all();
            }
        }
        true
    }
}

/// Whether text is marked in the page.
fn has_selection() -> bool {
    let selection = leptos::prelude::window().get_selection().ok().flatten();
    selection.is_some_and(|selection| !selection.is_collapsed())
}
