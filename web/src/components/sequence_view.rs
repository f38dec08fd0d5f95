//! The session as a ladder diagram, live.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, HtmlElement, ResizeObserver};

use super::badge::Badge;
use super::picture_file::{Form, save_picture};
use super::sequence_pane::show;
use crate::connection::now;
use crate::model::format::{duration_us, grouped};
use crate::model::picture::El;
use crate::model::sequence::ladder::{Ladder, Options, ROW, Scale};
use crate::model::sequence::picture::{self, Wait, Window};
use crate::model::sequence::words::{lane_name, words};
use crate::model::sequence::{Sequence, Who};
use crate::state::{Page, Part};
use crate::text::fill;
use crate::text::later::SequenceTexts;

/// The height of the lanes' heads, as the style sheet has it.
const HEADS: f64 = 40.0;
/// How far one step of the zoom goes, and its bounds.
const ZOOM_STEP: f64 = 1.25;
const ZOOM: (f64, f64) = (0.4, 2.5);

/// What the diagram shows and how.
#[derive(Clone, Copy)]
struct Diagram {
    page: Page,
    /// What was drawn last: the sequence and where it stands.
    drawn: StoredValue<Rc<RefCell<(Sequence, Ladder)>>, LocalStorage>,
    /// Counts the layouts.
    laid_out: RwSignal<u32>,
    scale: RwSignal<Scale>,
    folds: RwSignal<bool>,
    open: RwSignal<BTreeSet<u64>>,
    hidden: RwSignal<BTreeSet<usize>>,
    zoom: RwSignal<f64>,
    following: RwSignal<bool>,
    /// The view's width and height, in pixels.
    size: RwSignal<(f64, f64)>,
    scroller: NodeRef<leptos::html::Div>,
    layer: NodeRef<leptos::html::Div>,
}

/// The view of the sequence.
#[component]
pub(super) fn SequenceView() -> impl IntoView {
    let page = Page::from_context();
    let diagram = Diagram {
        page,
        drawn: StoredValue::new_local(Rc::default()),
        laid_out: RwSignal::new(0),
        scale: RwSignal::new(Scale::Rows),
        folds: RwSignal::new(true),
        open: RwSignal::new(BTreeSet::new()),
        hidden: RwSignal::new(BTreeSet::new()),
        zoom: RwSignal::new(1.0),
        following: RwSignal::new(page.log_selected.get_untracked().is_none()),
        size: RwSignal::new((0.0, 0.0)),
        scroller: NodeRef::new(),
        layer: NodeRef::new(),
    };
    diagram.run();
    let texts = move || &page.later().sequence;
    let is_empty = move || {
        diagram.laid_out.track();
        diagram.with(|sequence, _| sequence.steps().is_empty())
    };
    let left_out = move || {
        diagram.laid_out.track();
        let (drawn, left) = diagram.with(|sequence, _| (sequence.steps().len() as u64, sequence.left_out()));
        (left > 0).then(|| {
            let words = fill(texts().sq_left_out, &[("n", &grouped(drawn)), ("left", &grouped(left))]);
            view! { <p class="sequence-note">{words}</p> }
        })
    };
    let spread = move || {
        diagram.laid_out.track();
        let zoom = diagram.zoom.get();
        let waits = page.connection.waiting.with(Vec::len) as f64 * ROW;
        diagram.with(|_, ladder| (ladder.width * zoom, (ladder.height + waits) * zoom))
    };
    view! {
        <Tools diagram/>
        {left_out}
        <div class="sequence-frame">
            <div
                class="sequence-rows"
                node_ref=diagram.scroller
                tabindex="0"
                role="group"
                data-testid="sequence"
                aria-label=move || texts().sq_label
                on:scroll=move |_| diagram.scrolled()
                on:keydown=move |event| diagram.key(&event)
                on:click=move |event| diagram.click(&event)
                on:wheel=move |event| {
                    if event.ctrl_key() {
                        event.prevent_default();
                        diagram.zoom_by(if event.delta_y() < 0.0 { ZOOM_STEP } else { 1.0 / ZOOM_STEP });
                    }
                }
            >
                <div class="sequence-lanes" role="presentation" style:width=move || format!("{}px", spread().0)>
                    <Lanes diagram/>
                </div>
                <div class="sequence-layer" role="presentation" node_ref=diagram.layer></div>
                <div
                    role="presentation"
                    style:width=move || format!("{}px", spread().0)
                    style:height=move || format!("{}px", spread().1)
                ></div>
            </div>
            <p class="empty log-empty" class:gone=move || !is_empty()>{move || texts().sq_empty}</p>
        </div>
    }
}

/// What can be set.
#[component]
fn Tools(diagram: Diagram) -> impl IntoView {
    let page = diagram.page;
    let texts = move || &page.later().sequence;
    let hidden = move || {
        let hidden = diagram.hidden.get();
        hidden
            .into_iter()
            .map(|lane| {
                let name = diagram.with(|sequence, _| lane_name(sequence, lane, &page.later().sequence));
                let label = fill(texts().sq_show, &[("lane", &name)]);
                view! {
                    <button
                        type="button"
                        class="button small"
                        data-testid="sequence-show-lane"
                        title=label.clone()
                        aria-label=label
                        on:click=move |_| diagram.hidden.update(|hidden| { hidden.remove(&lane); })
                    >
                        "+ " {name.clone()}
                    </button>
                }
            })
            .collect_view()
    };
    let tool = move |testid: &'static str,
                     sign: &'static str,
                     label: fn(&'static SequenceTexts) -> &'static str,
                     act: fn(Diagram)| {
        view! {
            <button
                type="button"
                class="icon-button"
                data-testid=testid
                title=move || label(texts())
                aria-label=move || label(texts())
                on:click=move |_| act(diagram)
            >
                {sign}
            </button>
        }
    };
    view! {
        <div class="part-head sequence-head">
            <label class="check">
                <input
                    type="checkbox"
                    data-testid="sequence-folds"
                    prop:checked=move || diagram.folds.get()
                    on:change=move |event| diagram.folds.set(event_target_checked(&event))
                />
                <span>{move || texts().sq_folds}</span>
            </label>
            <label class="check">
                <input
                    type="checkbox"
                    data-testid="sequence-time"
                    prop:checked=move || diagram.scale.get() == Scale::Time
                    on:change=move |event| {
                        diagram.scale.set(if event_target_checked(&event) { Scale::Time } else { Scale::Rows });
                    }
                />
                <span>{move || texts().sq_true_time}</span>
            </label>
            {hidden}
            <span class="top-space"></span>
            {tool("sequence-zoom-out", "−", |texts| texts.sq_zoom_out, |diagram| diagram.zoom_by(1.0 / ZOOM_STEP))}
            {tool("sequence-fit", "⤢", |texts| texts.sq_fit, Diagram::fit)}
            {tool("sequence-zoom-in", "+", |texts| texts.sq_zoom_in, |diagram| diagram.zoom_by(ZOOM_STEP))}
            <button
                type="button"
                class="button small"
                data-testid="sequence-svg"
                title=move || texts().sq_save_svg
                on:click=move |_| { diagram.save(Form::Svg); }
            >
                "SVG"
            </button>
            <button
                type="button"
                class="button small"
                data-testid="sequence-png"
                title=move || texts().sq_save_png
                on:click=move |_| { diagram.save(Form::Png); }
            >
                "PNG"
            </button>
            <button
                type="button"
                class="button small toggle"
                data-testid="sequence-follow"
                aria-pressed=move || diagram.following.get().to_string()
                on:click=move |_| {
                    diagram.following.update(|following| *following = !*following);
                    diagram.laid_out.update(|count| *count += 1);
                }
            >
                {move || page.text().log.follow}
            </button>
        </div>
    }
}

/// The heads of the lanes.
#[component]
fn Lanes(diagram: Diagram) -> impl IntoView {
    let page = diagram.page;
    // Few things that change seldom, so that a button is not replaced under the pointer.
    let heads = Memo::new(move |_| {
        diagram.laid_out.track();
        diagram.with(|sequence, ladder| {
            let head = |column: &crate::model::sequence::ladder::Column| {
                let lane = sequence.lanes().get(column.lane)?;
                Some((
                    column.lane,
                    column.x,
                    ladder.spacing,
                    lane.who.clone(),
                    lane.local.clone(),
                    lane.is_closed,
                ))
            };
            ladder.columns.iter().filter_map(head).collect::<Vec<_>>()
        })
    });
    move || {
        let zoom = diagram.zoom.get();
        let texts = &page.later().sequence;
        heads
            .get()
            .into_iter()
            .map(|(lane, x, spacing, who, local, is_closed)| {
                let (left, width) = ((x - spacing / 2.0) * zoom, spacing * zoom);
                let choose = match &who {
                    Who::Socket(socket) => Some(*socket),
                    _ => None,
                };
                let name = match who {
                    Who::Socket(socket) => {
                        let local = local.unwrap_or_default();
                        view! { <Badge socket/> <code title=local.clone()>{local.clone()}</code> }.into_any()
                    }
                    Who::Outside(address) => {
                        let title = format!("{} {address}", texts.sq_outside);
                        view! { <code title=title>{address}</code> }.into_any()
                    }
                    Who::Others => view! { <span>{texts.sq_others}</span> }.into_any(),
                };
                view! {
                    <div
                        class="sequence-lane"
                        class:is-closed=is_closed
                        data-testid="sequence-lane"
                        style:left=format!("{left}px")
                        style:width=format!("{width}px")
                    >
                        {match choose.filter(|_| !is_closed) {
                            Some(socket) => view! {
                                <button
                                    type="button"
                                    class="sequence-name"
                                    on:click=move |_| {
                                        page.choose(socket);
                                        page.part.set(Part::Call);
                                    }
                                >
                                    {name}
                                </button>
                            }
                            .into_any(),
                            None => view! { <span class="sequence-name">{name}</span> }.into_any(),
                        }}
                        <button
                            type="button"
                            class="icon-button"
                            data-testid="sequence-hide-lane"
                            title=texts.sq_hide
                            aria-label=texts.sq_hide
                            on:click=move |_| diagram.hidden.update(|hidden| { hidden.insert(lane); })
                        >
                            "−"
                        </button>
                    </div>
                }
            })
            .collect_view()
    }
}

impl Diagram {
    fn with<R>(self, read: impl FnOnce(&Sequence, &Ladder) -> R) -> R {
        let drawn = self.drawn.get_value();
        let drawn = drawn.borrow();
        read(&drawn.0, &drawn.1)
    }

    /// Keeps the picture as the log, the settings and the view are.
    fn run(self) {
        let page = self.page;
        self.scroller.on_load(move |element| self.watch_size(element.unchecked_into()));
        Effect::new(move |epoch: Option<u32>| {
            page.log_counts.track();
            let now = page.epoch.get();
            if epoch.is_some_and(|epoch| epoch != now) {
                *self.drawn.get_value().borrow_mut() = Default::default();
                self.hidden.set(BTreeSet::new());
                self.open.set(BTreeSet::new());
            }
            self.lay_out();
            now
        });
        Effect::new(move || {
            self.laid_out.track();
            page.log_selected.track();
            page.preferences.language.track();
            if page.connection.waiting.with(|waiting| !waiting.is_empty()) {
                page.clock.track();
            }
            self.draw();
        });
        Effect::new(move || {
            if let Some(seq) = page.log_selected.get() {
                self.reveal(seq);
            }
        });
    }

    fn watch_size(self, element: HtmlElement) {
        let measured = element.clone();
        let measure = Closure::<dyn FnMut()>::new(move || {
            let size = (f64::from(measured.client_width()), f64::from(measured.client_height()));
            if self.size.try_get_untracked().is_some_and(|before| before != size) {
                self.size.set(size);
            }
        });
        if let Ok(observer) = ResizeObserver::new(measure.as_ref().unchecked_ref()) {
            observer.observe(&element);
            let kept = StoredValue::new_local((observer, measure));
            on_cleanup(move || kept.with_value(|(observer, _)| observer.disconnect()));
        }
    }

    fn lay_out(self) {
        let zoom = self.zoom.get();
        let options = Options {
            scale: self.scale.get(),
            folds: self.folds.get(),
            open: self.open.get(),
            hidden: self.hidden.get(),
            width: self.size.get().0 / zoom,
        };
        {
            let drawn = self.drawn.get_value();
            let mut drawn = drawn.borrow_mut();
            drawn.0.catch_up(&self.page.log().borrow());
            drawn.1 = Ladder::new(&drawn.0, &options);
        }
        self.laid_out.update(|count| *count += 1);
    }

    /// Draws what is in view, once the page has the height that the layout asks for.
    fn draw(self) {
        request_animation_frame(move || {
            // By then another view may be shown.
            let (Some(Some(scroller)), Some(Some(layer))) =
                (self.scroller.try_get_untracked(), self.layer.try_get_untracked())
            else {
                return;
            };
            if self.following.get_untracked() {
                scroller.set_scroll_top(scroller.scroll_height());
            }
            self.draw_window(&scroller, &layer);
        });
    }

    fn draw_window(self, scroller: &HtmlElement, layer: &HtmlElement) -> Option<()> {
        let zoom = self.zoom.get_untracked();
        let view = (f64::from(scroller.client_width()), f64::from(scroller.client_height()) - HEADS);
        let (left, top) = (f64::from(scroller.scroll_left()) / zoom, f64::from(scroller.scroll_top()) / zoom);
        let window = Window {
            top,
            bottom: top + view.1 / zoom,
            chosen: self.page.log_selected.get_untracked().unwrap_or(0),
        };
        let els = self.els(window);
        let svg = match layer.first_element_child() {
            Some(svg) => svg,
            None => {
                let svg = document().create_element_ns(Some("http://www.w3.org/2000/svg"), "svg").ok()?;
                // One step after the other is read in the log and in the inspector, which the arrow keys move here, too.
                svg.set_attribute("role", "img").ok()?;
                layer.append_child(&svg).ok()?;
                svg
            }
        };
        let label = self.page.preferences.language.get_untracked().text().bar.view_sequence;
        svg.set_attribute("aria-label", label).ok()?;
        svg.set_attribute("width", &view.0.to_string()).ok()?;
        svg.set_attribute("height", &view.1.max(0.0).to_string()).ok()?;
        let shown = format!("{left} {top} {} {}", view.0 / zoom, view.1.max(0.0) / zoom);
        svg.set_attribute("viewBox", &shown).ok()?;
        show(&svg, &els);
        Some(())
    }

    fn els(self, window: Window) -> Vec<El> {
        let language = self.page.preferences.language.get_untracked();
        let (text, texts) = (language.text(), &language.later().sequence);
        let offset = -(js_sys::Date::new_0().get_timezone_offset() as i32);
        let log = self.page.log();
        let log = log.borrow();
        self.with(|sequence, ladder| {
            let waits = self.waits(sequence, texts);
            picture::draw(sequence, ladder, window, &waits, |step, place| {
                words(step, place, &log, text, texts, offset)
            })
        })
    }

    fn waits(self, sequence: &Sequence, texts: &'static SequenceTexts) -> Vec<Wait> {
        if !self.page.is_live_now() {
            return Vec::new();
        }
        self.page.connection.waiting.with_untracked(|waiting| {
            waiting
                .iter()
                .filter_map(|waiting| {
                    let whose = Who::Socket(waiting.socket);
                    let lane = sequence.lanes().iter().position(|lane| lane.who == whose)?;
                    // Tenths of a second: finer would only flicker.
                    let tenths = ((now() - waiting.since).max(0.0) / 100.0) as u64;
                    let time = duration_us(tenths * 100_000);
                    let words = fill(texts.sq_waits, &[("call", waiting.call), ("time", &time)]);
                    Some(Wait { lane, text: words })
                })
                .collect()
        })
    }

    fn scrolled(self) {
        let Some(scroller) = self.scroller.get_untracked() else { return };
        let rest = scroller.scroll_height() - scroller.client_height() - scroller.scroll_top();
        let at_end = rest <= 2;
        if self.following.get_untracked() != at_end {
            self.following.set(at_end);
        }
        if let Some(layer) = self.layer.get_untracked() {
            self.draw_window(&scroller, &layer);
        }
    }

    /// Brings a step into view.
    fn reveal(self, seq: u64) {
        let Some(scroller) = self.scroller.get_untracked() else { return };
        let zoom = self.zoom.get_untracked();
        let Some(y) = self.with(|sequence, ladder| ladder.y_of(sequence, seq)) else { return };
        let (y, top) = (y * zoom, f64::from(scroller.scroll_top()));
        let view = f64::from(scroller.client_height()) - HEADS;
        if y < top || y + 40.0 > top + view {
            self.following.set(false);
            scroller.set_scroll_top((y - view / 2.0).max(0.0) as i32);
        }
    }

    fn click(self, event: &web_sys::MouseEvent) {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let Some(target) = target else { return };
        let step = target.closest(".sq-step").ok().flatten();
        let seq = step.and_then(|step| step.get_attribute("data-seq")).and_then(|seq| seq.parse().ok());
        match seq {
            Some(seq) if target.class_list().contains("sq-times") => self.toggle_run(seq),
            Some(seq) => self.page.open_line(seq),
            None => {}
        }
    }

    fn toggle_run(self, seq: u64) {
        self.open.update(|open| {
            if !open.remove(&seq) {
                open.insert(seq);
            }
        });
    }

    fn key(self, event: &web_sys::KeyboardEvent) {
        match event.key().as_str() {
            "ArrowDown" => self.step_by(1),
            "ArrowUp" => self.step_by(-1),
            "PageDown" => self.step_by(10),
            "PageUp" => self.step_by(-10),
            "Home" => self.step_by(isize::MIN / 2),
            "End" => self.step_by(isize::MAX / 2),
            "Enter" => {
                if let Some(seq) = self.page.log_selected.get_untracked() {
                    self.toggle_run(seq);
                }
            }
            "Escape" => self.page.log_selected.set(None),
            "+" | "=" => self.zoom_by(ZOOM_STEP),
            "-" => self.zoom_by(1.0 / ZOOM_STEP),
            "0" => self.fit(),
            _ => return,
        }
        event.prevent_default();
    }

    /// Chooses the step so many below the chosen one.
    fn step_by(self, by: isize) {
        let chosen = self.page.log_selected.get_untracked();
        let next = self.with(|sequence, ladder| {
            let last = ladder.places.len().checked_sub(1)?;
            let seq = |index: usize| Some(sequence.steps().get(ladder.places.get(index)?.step)?.seq);
            let index = match chosen {
                Some(chosen) => {
                    let after = ladder.places.partition_point(|place| {
                        sequence.steps().get(place.step).is_some_and(|step| step.seq <= chosen)
                    });
                    after.saturating_sub(1).saturating_add_signed(by).min(last)
                }
                None if by == isize::MIN / 2 => 0,
                None => last,
            };
            seq(index)
        });
        if let Some(next) = next {
            self.page.walk_to(next);
        }
    }

    fn zoom_by(self, factor: f64) {
        self.zoom.update(|zoom| *zoom = (*zoom * factor).clamp(ZOOM.0, ZOOM.1));
    }

    /// Chooses the zoom at which all lanes are in view, as far as that goes.
    fn fit(self) {
        let needed = self.with(|_, ladder| ladder.least_width());
        self.zoom.set((self.size.get_untracked().0 / needed).clamp(ZOOM.0, 1.0));
    }

    /// Saves the whole picture.
    fn save(self, form: Form) -> Option<()> {
        let texts = &self.page.preferences.language.get_untracked().later().sequence;
        let (width, height) = self.with(|_, ladder| (ladder.width, ladder.height));
        let mut els = self.els(Window { top: 0.0, bottom: height, chosen: 0 });
        els.extend(self.with(|sequence, ladder| {
            picture::heads(sequence, ladder, |lane| lane_name(sequence, lane, texts))
        }));
        save_picture(&els, (width, height), "sockyard-sequence", form)
    }
}
