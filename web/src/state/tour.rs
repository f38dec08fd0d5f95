//! Whether the tour for the first visit is wanted, and where it stands.

use js_sys::Reflect;
use leptos::prelude::*;

use super::Page;
use crate::browser_storage::{local, read, write};
use crate::model::tour::Step;

/// Kept once the tour was skipped or seen.
const SEEN: &str = "sockyard.tour";

impl Page {
    /// Whether this is a first visit: nothing was done yet, and the tour was never skipped or seen.
    pub(crate) fn tour_is_new(self) -> bool {
        let is_untouched = self.connection.hello.with_untracked(|hello| {
            hello.as_ref().is_some_and(|hello| !hello.resumed && hello.last_seq == 0)
        });
        is_untouched && read(local(), SEEN).is_none() && !is_driven_by_a_program()
    }

    /// Begins it.
    pub(crate) fn begin_tour(self) {
        self.keep.tour.set(Some(Step::Make));
    }

    /// Ends it for good; the palette can begin it again.
    pub(crate) fn end_tour(self) {
        write(local(), SEEN, "seen");
        self.keep.tour.set(None);
    }
}

/// A program that drives the browser has nobody to show around.
fn is_driven_by_a_program() -> bool {
    Reflect::get(&window().navigator(), &"webdriver".into()).is_ok_and(|driven| driven.is_truthy())
}
