//! The selected rows and the markers.

use std::collections::BTreeSet;

use super::{Inner, LogPane, div};
use crate::model::filter::Filtered;
use crate::model::log_store::LogStore;
use crate::model::scroll::Measures;

/// Most markers; setting one more does nothing. Each is a number and a tick in the gutter.
const MARKERS_MAX: usize = 500;

impl LogPane {
    /// Sets a marker on the chosen row, or takes it away.
    pub(crate) fn toggle_marker(&self) {
        let seq = self.inner.chosen.get();
        {
            let mut markers = self.inner.markers.borrow_mut();
            if seq == 0 {
                return;
            }
            if !markers.remove(&seq) && markers.len() < MARKERS_MAX {
                markers.insert(seq);
            }
        }
        self.redraw_all();
    }

    /// Chooses the next row with a marker, or the one before; past an end it goes on at the other.
    pub(crate) fn marker_step(&self, forward: bool) {
        let chosen = self.inner.chosen.get();
        let next = {
            let markers: &BTreeSet<u64> = &self.inner.markers.borrow();
            if forward {
                markers.range(chosen + 1..).next().or(markers.first()).copied()
            } else {
                markers.range(..chosen).next_back().or(markers.last()).copied()
            }
        };
        if let Some(seq) = next {
            (self.inner.callbacks.chosen)(seq, false);
        }
    }

    /// The rows with markers.
    pub(crate) fn markers(&self) -> Vec<u64> {
        self.inner.markers.borrow().iter().copied().collect()
    }

    /// The indices in the store of the selected rows that pass, oldest first and at most `most`.
    pub(crate) fn selected_rows(&self, most: usize) -> Vec<usize> {
        let store = self.inner.store.borrow();
        let filtered = self.inner.filtered.borrow();
        let (from, to) = self.inner.selected_positions(&store, &filtered);
        (from..to).take(most).filter_map(|position| filtered.index(position, &store)).collect()
    }

    /// Selects every row that passes.
    pub(super) fn select_all(&self) {
        let ends = {
            let store = self.inner.store.borrow();
            let filtered = self.inner.filtered.borrow();
            let seq = |position| {
                filtered.index(position, &store).and_then(|index| store.meta(index)).map(|meta| meta.seq)
            };
            filtered.len(&store).checked_sub(1).and_then(|last| Some((seq(0)?, seq(last)?)))
        };
        if let Some((first, last)) = ends {
            self.inner.anchor.set(first);
            self.extend_to(last);
        }
    }

    /// Moves the selection's end to a row.
    pub(super) fn extend_to(&self, seq: u64) {
        if self.inner.anchor.get() == 0 {
            self.inner.anchor.set(self.inner.chosen.get());
        }
        self.inner.extending.set(true);
        (self.inner.callbacks.chosen)(seq, false);
        self.choose(seq);
        self.inner.extending.set(false);
    }
}

impl Inner {
    /// The numbers of the first and the last selected row; an empty range where none is.
    pub(super) fn selection(&self) -> (u64, u64) {
        match (self.anchor.get(), self.chosen.get()) {
            (_, 0) => (1, 0),
            (0, chosen) => (chosen, chosen),
            (anchor, chosen) => (anchor.min(chosen), anchor.max(chosen)),
        }
    }

    /// The selected rows as positions among those that pass.
    fn selected_positions(&self, store: &LogStore, filtered: &Filtered) -> (usize, usize) {
        let (low, high) = self.selection();
        let from = filtered.position(store.index_from(low), store);
        let to = filtered.position(store.index_from(high + 1), store);
        (from, to.min(filtered.len(store)).max(from))
    }

    pub(super) fn selected_count(&self, store: &LogStore, filtered: &Filtered) -> usize {
        if self.chosen.get() == 0 {
            return 0;
        }
        let (from, to) = self.selected_positions(store, filtered);
        to - from
    }

    /// Shows where among all rows the markers stand.
    pub(super) fn draw_markers(&self, measures: &Measures) {
        let store = self.store.borrow();
        let filtered = self.filtered.borrow();
        let place = |seq: &u64| {
            let position = filtered.position(store.index_of(*seq)?, &store);
            Some((position as f64 / measures.rows.max(1) as f64 * 1000.0) as i32)
        };
        // Thousandths of the height: new rows seldom move a tick by one.
        let places: Vec<i32> = self.markers.borrow().iter().filter_map(place).collect();
        if *self.ticks.borrow() == places {
            return;
        }
        self.gutter.set_inner_html("");
        for place in &places {
            if let Some(tick) = div(&self.document, "log-tick") {
                tick.style().set_property("top", &format!("{}%", f64::from(*place) / 10.0)).ok();
                self.gutter.append_child(&tick).ok();
            }
        }
        *self.ticks.borrow_mut() = places;
    }
}
