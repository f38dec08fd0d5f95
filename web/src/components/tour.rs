//! The tour for the first visit. It points at the real parts of the page, leaves them usable, and goes on by itself when
//! the reader has done what it says.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::connection::Link;
use crate::model::tour::{Area, Step, place};
use crate::state::{Page, Part, View};
use crate::text::{Tour as Texts, fill};

/// How often the place of what is pointed at is looked at: it moves when parts around it change.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// The step at hand; nothing while there is none.
#[component]
pub(super) fn Tour() -> impl IntoView {
    let page = Page::from_context();
    // It begins by itself at the first visit, once there is a session to be shown around in.
    Effect::new(move || {
        let is_open = page.connection.link.get() == Link::Open;
        if is_open && page.may_call() && page.tour_is_new() {
            page.begin_tour();
        }
    });
    let step = Memo::new(move |_| page.keep.tour.get());
    move || step.get().map(|step| view! { <Stop step/> })
}

/// A step: what it points at is framed, and words stand beside it.
#[component]
fn Stop(step: Step) -> impl IntoView {
    let page = Page::from_context();
    let texts = move || &page.text().tour;
    show_part(page, step);
    let card = NodeRef::<leptos::html::Div>::new();
    let frame = RwSignal::new(Area::default());
    let words = RwSignal::new((0.0, 0.0));
    let look = move || {
        let Some(target) = target(step) else { return };
        let Some(Some(card)) = card.try_get_untracked() else { return };
        frame.set(target);
        let size = (f64::from(card.offset_width()), f64::from(card.offset_height()));
        words.set(place(target, size, screen()));
    };
    card.on_load(move |card| {
        request_animation_frame(move || {
            look();
            // Who uses a keyboard or a screen reader is led there; where no socket was chosen yet nothing is lost by it.
            card.focus().ok();
        });
    });
    if let Ok(timer) = set_interval_with_handle(look, LOOK_EVERY) {
        on_cleanup(move || timer.clear());
    }
    // What was done before this step began does not count as having followed it.
    let was_done = page.sockets.with_untracked(|table| step.is_done(table));
    Effect::new(move || {
        if !was_done && page.sockets.with(|table| step.is_done(table)) {
            page.keep.tour.set(step.next());
        }
    });
    let go = move |to: Option<Step>| match to {
        Some(to) => page.keep.tour.set(Some(to)),
        None => page.end_tour(),
    };
    let number = move || {
        let all = Step::ALL.len().to_string();
        fill(texts().step, &[("n", &step.number().to_string()), ("all", &all)])
    };
    view! {
        <div
            class="tour-frame"
            aria-hidden="true"
            style:left=move || px(frame.get().left - 4.0)
            style:top=move || px(frame.get().top - 4.0)
            style:width=move || px(frame.get().width + 8.0)
            style:height=move || px(frame.get().height + 8.0)
        ></div>
        <div
            class="tour-card"
            role="dialog"
            tabindex="-1"
            aria-labelledby="tour-title"
            aria-describedby="tour-text"
            data-testid="tour"
            data-step=step.name()
            node_ref=card
            style:left=move || px(words.get().0)
            style:top=move || px(words.get().1)
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    page.end_tour();
                }
            }
        >
            <p class="hint">{number}</p>
            <h2 id="tour-title">{move || words_of(step, texts()).0}</h2>
            <p id="tour-text">{move || words_of(step, texts()).1}</p>
            <div class="tour-buttons">
                <button
                    type="button"
                    class="tour-skip"
                    class:gone=move || step.next().is_none()
                    data-testid="tour-skip"
                    on:click=move |_| page.end_tour()
                >
                    {move || texts().skip}
                </button>
                <span class="top-space"></span>
                {step
                    .previous()
                    .map(|previous| {
                        view! {
                            <button
                                type="button"
                                class="button small"
                                data-testid="tour-back"
                                on:click=move |_| go(Some(previous))
                            >
                                {move || texts().back}
                            </button>
                        }
                    })}
                <button
                    type="button"
                    class="button small primary"
                    data-testid="tour-next"
                    on:click=move |_| go(step.next())
                >
                    {move || if step.next().is_some() { texts().next } else { texts().done }}
                </button>
            </div>
        </div>
    }
}

fn words_of(step: Step, texts: &'static Texts) -> (&'static str, &'static str) {
    match step {
        Step::Make => (texts.make_title, texts.make_text),
        Step::Bind => (texts.bind_title, texts.bind_text),
        Step::Send => (texts.send_title, texts.send_text),
        Step::See => (texts.see_title, texts.see_text),
        Step::More => (texts.more_title, texts.more_text),
    }
}

/// A phone shows one part at a time.
fn show_part(page: Page, step: Step) {
    match step {
        Step::Make => page.part.set(Part::Sockets),
        Step::Bind | Step::Send => page.part.set(Part::Call),
        Step::See => {
            page.view.set(View::Log);
            page.part.set(Part::Log);
        }
        Step::More => {}
    }
}

/// Where that stands which the step points at.
fn target(step: Step) -> Option<Area> {
    let document = document();
    step.targets().iter().find_map(|selector| {
        let element = document.query_selector(selector).ok().flatten()?;
        let area = element.get_bounding_client_rect();
        // What is not shown has no extent.
        (area.width() > 0.0 && area.height() > 0.0).then(|| Area {
            left: area.left(),
            top: area.top(),
            width: area.width(),
            height: area.height(),
        })
    })
}

fn screen() -> (f64, f64) {
    let root = document().document_element();
    let root = root.and_then(|root| root.dyn_into::<web_sys::HtmlElement>().ok());
    root.map_or((0.0, 0.0), |root| (root.client_width().into(), root.client_height().into()))
}

fn px(value: f64) -> String {
    format!("{value}px")
}
