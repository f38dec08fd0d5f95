//! The keyboard's place on the page, kept where an element that has it goes.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// What browsers report instead of a key that an input method has taken; Safari does so for the Enter that ends
/// a composition, after it has said that the composition is over.
const TAKEN_BY_INPUT_METHOD: u32 = 229;

/// Whether a key belongs to an input method, which may be choosing among characters with it.
pub(super) fn is_composing(event: &web_sys::KeyboardEvent) -> bool {
    event.is_composing() || event.key_code() == TAKEN_BY_INPUT_METHOD
}

/// Whether the focus is inside an element of this kind.
pub(super) fn is_within(selector: &str) -> bool {
    let active = document().active_element();
    active.is_some_and(|element| element.closest(selector).ok().flatten().is_some())
}

/// Focuses the first element there is of these, once the page stands as its signals say. Does nothing where the
/// focus is not lost by then.
pub(super) fn rescue(selectors: Vec<String>) {
    request_animation_frame(move || {
        if is_lost() {
            selectors.iter().any(|selector| focus(selector));
        }
    });
}

/// Focuses an element once the page stands as its signals say.
pub(super) fn take(selector: String) {
    request_animation_frame(move || {
        focus(&selector);
    });
}

/// Scrolls as little as it takes to bring an element into sight, once the page stands as its signals say.
pub(super) fn show(selector: String) {
    request_animation_frame(move || {
        if let Some(element) = document().query_selector(&selector).ok().flatten() {
            let options = web_sys::ScrollIntoViewOptions::new();
            options.set_block(web_sys::ScrollLogicalPosition::Nearest);
            options.set_inline(web_sys::ScrollLogicalPosition::Nearest);
            element.scroll_into_view_with_scroll_into_view_options(&options);
        }
    });
}

/// An element that goes takes the focus with it, and then the body has it.
fn is_lost() -> bool {
    document().active_element().is_none_or(|element| element.tag_name().eq_ignore_ascii_case("body"))
}

fn focus(selector: &str) -> bool {
    let element = document().query_selector(selector).ok().flatten();
    let element = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
    element.is_some_and(|element| element.focus().is_ok())
}
