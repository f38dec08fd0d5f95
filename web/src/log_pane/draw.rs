//! Where the list stands, and what is drawn of it.

use leptos::prelude::window;

use super::row::{Look, Row};
use super::{Inner, Status};
use crate::connection::now;
use crate::model::row_time::TimeKind;
use crate::model::scroll::Measures;

/// Milliseconds of a frame that may be spent on looking at rows.
const SLICE_MS: f64 = 7.0;

impl Inner {
    pub(super) fn measures(&self) -> Measures {
        Measures {
            rows: self.filtered.borrow().len(&self.store.borrow()),
            row_height: self.measured_height(),
            view_height: f64::from(self.scroller.client_height()),
        }
    }

    /// A row's height as the style sheet has it; a phone's rows are taller.
    pub(super) fn measured_height(&self) -> f64 {
        if self.row_height.get() <= 0.0 {
            let style = window().get_computed_style(&self.scroller).ok().flatten();
            let height = style
                .and_then(|style| style.get_property_value("--log-row-height").ok())
                // Whole pixels: the tables with which fractions are read weigh 15 KiB in the page.
                .and_then(|height| height.trim().trim_end_matches("px").parse::<u32>().ok())
                .map(f64::from);
            self.row_height.set(height.filter(|height| *height > 0.0).unwrap_or(28.0));
        }
        self.row_height.get()
    }

    /// Whether it was the user who scrolled.
    pub(super) fn on_scroll(&self) {
        let scroll = f64::from(self.scroller.scroll_top());
        // Rows that came since the last drawing have not moved the scroll bar yet.
        let measures = Measures { rows: self.drawn_rows.get(), ..self.measures() };
        let laid_out_anew = (measures.view_height - self.drawn_height.get()).abs() > 0.5;
        if laid_out_anew || (scroll - self.known_scroll.get()).abs() <= 1.5 {
            return;
        }
        self.known_scroll.set(scroll);
        self.top.set(measures.virtual_top(scroll));
        if measures.is_at_bottom(scroll) {
            self.following.set(true);
        } else {
            self.stop_following();
        }
    }

    pub(super) fn stop_following(&self) {
        if self.following.replace(false) {
            let store = self.store.borrow();
            self.seen.set(store.end_row());
        }
    }

    pub(super) fn reveal(&self, seq: u64) {
        let position = {
            let store = self.store.borrow();
            store.index_of(seq).map(|index| self.filtered.borrow().position(index, &store))
        };
        let Some(position) = position else { return };
        let measures = self.measures();
        self.top.set(measures.reveal(position, self.top.get()));
        if position + 1 < measures.rows {
            self.stop_following();
        }
    }

    pub(super) fn neighbour(&self, step: isize) -> Option<u64> {
        let store = self.store.borrow();
        let filtered = self.filtered.borrow();
        let last = filtered.len(&store).checked_sub(1)?;
        let position = match store.index_of(self.chosen.get()) {
            Some(index) => filtered.position(index, &store).saturating_add_signed(step).min(last),
            // Nothing is chosen: begin at the newest row.
            None if step > isize::MIN / 2 => last,
            None => 0,
        };
        store.meta(filtered.index(position, &store)?).map(|meta| meta.seq)
    }

    /// Draws; whether there are rows that could not be looked at in this frame.
    pub(super) fn draw(&self) -> bool {
        let begun = now();
        let in_time = || now() - begun < SLICE_MS;
        let all_seen = {
            let store = self.store.borrow();
            let filtered = self.filtered.borrow_mut().catch_up(&store, in_time);
            self.found.borrow_mut().catch_up(&store, in_time) && filtered
        };
        let measures = self.measures();
        if measures.view_height <= 0.0 {
            return !all_seen;
        }
        self.drawn_height.set(measures.view_height);
        self.drawn_rows.set(measures.rows);
        self.set_spacer(measures.spacer_height());
        self.stay(&measures);
        let (first, cut) = measures.first_row(self.top.get());
        self.ensure_rows(measures.visible_rows());
        self.fill_rows(first);
        let style = self.layer.style();
        style.set_property("transform", &format!("translateY({}px)", -cut.round())).ok();
        self.draw_markers(&measures);
        self.tell_status(&measures);
        if first < measures.visible_rows() && !self.following.get() && all_seen {
            self.want_older();
        }
        !all_seen
    }

    fn want_older(&self) {
        let wanted = self.store.borrow().wants_before();
        if wanted.is_some() {
            (self.callbacks.top)();
        }
    }

    /// Keeps what is in view where it is, or goes to the newest row.
    fn stay(&self, measures: &Measures) {
        let moved = self.filtered.borrow_mut().take_moved();
        let top = if self.following.get() {
            measures.lowest()
        } else {
            (self.top.get() - moved as f64 * measures.row_height).clamp(0.0, measures.lowest())
        };
        self.top.set(top);
        let wanted = measures.scroll_top_of(top);
        if (wanted - f64::from(self.scroller.scroll_top())).abs() >= 1.0 {
            self.scroller.set_scroll_top(wanted.round() as i32);
            self.known_scroll.set(f64::from(self.scroller.scroll_top()));
        }
    }

    fn fill_rows(&self, first: usize) {
        let store = self.store.borrow();
        let filtered = self.filtered.borrow();
        let kind = self.times.get();
        let offset_minutes = -(js_sys::Date::new_0().get_timezone_offset() as i32);
        let (low, high) = self.selection();
        let find = self.find.borrow();
        let markers = self.markers.borrow();
        let zero = self.zero.get().or(store.first_time()).unwrap_or_default();
        let at = |position: usize| {
            let index = filtered.index(position, &store)?;
            Some((index, store.meta(index)?))
        };
        let mut before = first.checked_sub(1).and_then(at).map(|(_, meta)| meta.time_us);
        for (slot, row) in self.rows.borrow_mut().iter_mut().enumerate() {
            let Some((index, meta)) = at(first + slot) else {
                row.hide();
                continue;
            };
            let base_us = match kind {
                TimeKind::Absolute => 0,
                TimeKind::Relative => zero,
                TimeKind::Delta => before.unwrap_or(meta.time_us),
            };
            before = Some(meta.time_us);
            let look = Look {
                seq: meta.seq,
                kind,
                base_us,
                chosen: self.chosen.get() == meta.seq,
                selected: (low..=high).contains(&meta.seq),
                marked: markers.contains(&meta.seq),
            };
            row.show(look, self.language.get().text(), offset_minutes, || {
                let found = !find.is_open() && find.passes(&store, index);
                store.event(index).map(|event| (event, found))
            });
        }
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
        let store = self.store.borrow();
        let (filtered, found) = (self.filtered.borrow(), self.found.borrow());
        let following = self.following.get();
        let to_do = filtered.to_do(&store).max(found.to_do(&store));
        let percent = 100 - to_do * 100 / store.len().max(1);
        let finds = !self.find.borrow().is_open();
        let found_at = match store.index_of(self.chosen.get()).filter(|_| finds) {
            Some(index) => {
                let position = found.position(index, &store);
                if found.index(position, &store) == Some(index) { position + 1 } else { 0 }
            }
            None => 0,
        };
        let status = Status {
            following,
            unseen: if following { 0 } else { filtered.count_from(self.seen.get(), &store) },
            passing: measures.rows,
            at_end: measures.lowest() - self.top.get() < measures.row_height / 2.0,
            // A frame's worth of new rows is no search.
            searched: (to_do > store.len() / 50 && to_do > 1000).then_some(percent as u8),
            found: if finds { found.len(&store) } else { 0 },
            found_at,
            selected: self.selected_count(&store, &filtered),
            markers: self.markers.borrow().len(),
        };
        if self.last_status.replace(Some(status)) != Some(status) {
            (self.callbacks.status)(status);
        }
    }
}
