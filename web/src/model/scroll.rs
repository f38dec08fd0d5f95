//! Where the rows of a virtual list stand: a million rows in a scroll area that browsers still honour.

/// Tallest scroll area in CSS pixels. Chrome and Safari clamp at about 33.5 million, at two device pixels to
/// one at half of it, and Firefox ignores heights above 17.9 million.
pub const SPACER_MAX: f64 = 8_000_000.0;

/// The measures of a list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measures {
    /// How many rows there are.
    pub rows: usize,
    /// Height of one row in pixels.
    pub row_height: f64,
    /// Height of the visible part in pixels.
    pub view_height: f64,
}

impl Measures {
    /// Height of the whole list were it drawn in full.
    fn full_height(&self) -> f64 {
        self.rows as f64 * self.row_height
    }

    /// Height of the element that makes the list scroll.
    pub fn spacer_height(&self) -> f64 {
        self.full_height().min(SPACER_MAX)
    }

    /// The first row to draw at a place of the whole list, and how many pixels of it are scrolled out above.
    pub fn first_row(&self, virtual_top: f64) -> (usize, f64) {
        let first = (virtual_top / self.row_height).floor();
        (first as usize, virtual_top - first * self.row_height)
    }

    /// The scroll position that shows the newest row at the bottom.
    pub fn bottom(&self) -> f64 {
        (self.spacer_height() - self.view_height).max(0.0)
    }

    /// Whether a scroll position shows the newest row.
    pub fn is_at_bottom(&self, scroll_top: f64) -> bool {
        // Browsers round scroll positions to device pixels.
        scroll_top >= self.bottom() - 2.0
    }

    /// The place nearest to `virtual_top` at which `row` is wholly in view.
    pub fn reveal(&self, row: usize, virtual_top: f64) -> f64 {
        let top = row as f64 * self.row_height;
        if top < virtual_top {
            top
        } else if top + self.row_height > virtual_top + self.view_height {
            (top + self.row_height - self.view_height).max(0.0)
        } else {
            virtual_top
        }
    }

    /// How many rows can be visible at once, the cut ones included.
    pub fn visible_rows(&self) -> usize {
        (self.view_height / self.row_height).ceil() as usize + 1
    }

    /// The lowest place that can be shown in the list as it would be in full.
    pub fn lowest(&self) -> f64 {
        (self.full_height() - self.view_height).max(0.0)
    }

    /// The place in the list as it would be in full.
    pub fn virtual_top(&self, scroll_top: f64) -> f64 {
        let room = self.bottom();
        if room <= 0.0 {
            return 0.0;
        }
        (scroll_top / room).clamp(0.0, 1.0) * self.lowest()
    }

    /// The scroll position that shows a place of the list as it would be in full.
    pub fn scroll_top_of(&self, virtual_top: f64) -> f64 {
        if self.lowest() <= 0.0 {
            return 0.0;
        }
        (virtual_top / self.lowest()).clamp(0.0, 1.0) * self.bottom()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(rows: usize) -> Measures {
        Measures { rows, row_height: 28.0, view_height: 400.0 }
    }

    #[test]
    fn a_short_list_scrolls_pixel_by_pixel() {
        let list = list(100);
        assert_eq!(list.spacer_height(), 2800.0);
        assert_eq!(list.first_row(0.0), (0, 0.0));
        let (first, cut) = list.first_row(30.0);
        assert_eq!(first, 1);
        assert!((cut - 2.0).abs() < 1e-9, "{cut}");
        assert!(list.is_at_bottom(2400.0));
        assert!(!list.is_at_bottom(2300.0));
    }

    #[test]
    fn a_list_that_fits_does_not_scroll() {
        let list = list(3);
        assert_eq!(list.bottom(), 0.0);
        assert!(list.is_at_bottom(0.0));
        assert_eq!(list.first_row(0.0), (0, 0.0));
        assert_eq!(list.reveal(2, 0.0), 0.0);
    }

    #[test]
    fn both_ends_of_a_million_rows_are_reachable() {
        let list = list(1_000_000);
        assert_eq!(list.spacer_height(), SPACER_MAX);
        assert_eq!(list.first_row(0.0).0, 0);
        let (first, cut) = list.first_row(list.virtual_top(list.bottom()));
        let last_visible = first as f64 + (cut + list.view_height) / list.row_height;
        assert!((last_visible - 1_000_000.0).abs() < 0.01, "{last_visible}");
    }

    #[test]
    fn a_place_in_a_million_rows_is_found_again() {
        let list = list(1_000_000);
        let place = 123_456.0 * list.row_height;
        assert!((list.virtual_top(list.scroll_top_of(place)) - place).abs() < 0.01);
    }

    #[test]
    fn revealing_a_row_moves_no_further_than_needed() {
        let list = list(100);
        assert_eq!(list.reveal(5, 100.0), 100.0);
        assert_eq!(list.reveal(0, 100.0), 0.0);
        assert_eq!(list.reveal(99, 0.0), list.lowest());
        assert!((list.reveal(14, 0.0) - 20.0).abs() < 1e-9);
    }
}
