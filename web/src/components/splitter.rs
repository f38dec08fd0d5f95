//! The edge between the calls and the view below: dragged, or moved with the keys.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::state::Page;

/// How far one key moves it, in pixels.
const STEP: i32 = 24;
/// The least height of the calls, in pixels: their head, one field and the foot.
const LEAST: i32 = 140;
/// What is left for everything else, in pixels: the top bar, and some lines of the view below.
const REST: i32 = 300;

/// The edge. Until it is moved the calls are as high as their form.
#[component]
pub(super) fn Splitter() -> impl IntoView {
    let page = Page::from_context();
    // Where the pointer took hold: its height on the screen, and that of the calls.
    let held = StoredValue::new(None::<(i32, i32)>);
    let moved_to = move |height: i32| page.call_height.set(Some(height.clamp(LEAST, most()) as u32));
    let on_key = move |event: web_sys::KeyboardEvent| {
        let Some(height) = height() else { return };
        match event.key().as_str() {
            "ArrowUp" => moved_to(height - STEP),
            "ArrowDown" => moved_to(height + STEP),
            "Home" => moved_to(LEAST),
            "End" => moved_to(most()),
            "Enter" => page.call_height.set(None),
            _ => return,
        }
        event.prevent_default();
    };
    let on_down = move |event: web_sys::PointerEvent| {
        if let Some(height) = height() {
            held.set_value(Some((event.client_y(), height)));
            if let Some(edge) = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) {
                edge.set_pointer_capture(event.pointer_id()).ok(/* then it follows as far as it reaches */);
            }
            event.prevent_default();
        }
    };
    let on_move = move |event: web_sys::PointerEvent| {
        if let Some((from, height)) = held.get_value() {
            moved_to(height + event.client_y() - from);
        }
    };
    let let_go = move |_| held.set_value(None);
    view! {
        <div
            class="splitter"
            data-testid="splitter"
            role="separator"
            aria-orientation="horizontal"
            aria-controls="calls"
            aria-label=move || page.text().call.splitter
            aria-valuemin=LEAST
            aria-valuemax=move || {
                page.call_height.track();
                most()
            }
            aria-valuenow=move || page.call_height.get().or_else(|| height().map(|height| height as u32)).unwrap_or(LEAST as u32)
            title=move || page.text().call.splitter_hint
            tabindex="0"
            on:keydown=on_key
            on:pointerdown=on_down
            on:pointermove=on_move
            on:pointerup=let_go
            on:pointercancel=let_go
            on:dblclick=move |_| page.call_height.set(None)
        ></div>
    }
}

/// The height of the calls as they stand, in pixels.
fn height() -> Option<i32> {
    let calls = document().get_element_by_id("calls")?;
    Some(calls.get_bounding_client_rect().height().round() as i32)
}

/// The greatest height of the calls, in pixels.
fn most() -> i32 {
    let window = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(900.0);
    (window as i32 - REST).max(LEAST)
}
