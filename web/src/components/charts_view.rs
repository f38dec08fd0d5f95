//! The session's numbers over time: small charts with one axis of time.
//!
//! Drawn straight on the DOM, twice a second, and only while they are shown.

use std::collections::BTreeSet;
use std::time::Duration;

use leptos::prelude::*;
use sockyard_protocol::{Family, SocketId, SocketType};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, HtmlElement, ResizeObserver};

use super::badge::Badge;
use super::choice::Choice;
use super::sequence_pane::show;
use crate::browser_storage::{local, read, write};
use crate::connection::Link;
use crate::model::charts::picture::{self, Line, TIMES, bin_at, cursor_time};
use crate::model::charts::{Charts, METRICS, Span, Window};
use crate::model::picture::El;
use crate::model::summary::socket_kind;
use crate::state::Page;
use crate::text::{fill, later};

const SPAN: &str = "sockyard.charts-span";
/// How often time goes on: as often as the narrowest bin is full.
const DRAW_EVERY: Duration = Duration::from_millis(500);
/// The height of a chart's lines is at least this in one column, and in two; and at most this.
const HEIGHT_LEAST: [f64; 2] = [76.0, 60.0];
const HEIGHT_MOST: f64 = 150.0;
/// What a chart needs beside its lines, as the style sheet has it.
const NAME: f64 = 28.0;
/// From this width on two charts stand side by side, so far apart.
const TWO_COLUMNS: f64 = 860.0;
const GAP: f64 = 16.0;

/// A socket in the legend: its number, what it is, whether it is closed.
type Named = (SocketId, Option<(Family, SocketType)>, bool);

/// What was drawn last.
#[derive(Clone, Default)]
struct Drawn {
    window: Window,
    /// The lines of each number; none of one that no socket has.
    lines: Vec<Vec<Line>>,
    /// The width of a chart.
    width: f64,
}

/// What is shown and how.
#[derive(Clone, Copy)]
struct Board {
    page: Page,
    span: RwSignal<Span>,
    hidden: RwSignal<BTreeSet<SocketId>>,
    /// The numbers as they stood when time was stopped, and when that was.
    paused: StoredValue<Option<(Charts, u64)>>,
    is_paused: RwSignal<bool>,
    /// The moment that is pointed at, in microseconds since the Unix epoch.
    cursor: RwSignal<Option<u64>>,
    named: RwSignal<Vec<Named>>,
    drawn: StoredValue<Drawn>,
    scroller: NodeRef<leptos::html::Div>,
    axis: NodeRef<leptos::html::Div>,
}

/// The view of the charts.
#[component]
pub(super) fn ChartsView() -> impl IntoView {
    let page = Page::from_context();
    let board = Board {
        page,
        span: RwSignal::new(read(local(), SPAN).map(|name| Span::from_name(&name)).unwrap_or_default()),
        hidden: RwSignal::new(BTreeSet::new()),
        paused: StoredValue::new(None),
        is_paused: RwSignal::new(false),
        cursor: RwSignal::new(None),
        named: RwSignal::new(Vec::new()),
        drawn: StoredValue::new(Drawn::default()),
        scroller: NodeRef::new(),
        axis: NodeRef::new(),
    };
    board.run();
    let texts = move || &page.later().charts;
    let is_empty = move || board.named.with(Vec::is_empty);
    let charts = METRICS.map(|metric| {
        let id = format!("chart-{}", metric.name);
        view! {
            <figure class="chart gone" id=id.clone() data-testid=id>
                <figcaption>{move || name(metric.name, page.later())}</figcaption>
                <div role="img"></div>
            </figure>
        }
    });
    view! {
        <Tools board/>
        <div class="charts" class:gone=is_empty>
            <div
                class="charts-rows"
                data-testid="charts"
                tabindex="0"
                role="group"
                aria-label=move || page.text().bar.view_charts
                node_ref=board.scroller
                on:keydown=move |event| {
                    // The others scroll.
                    if matches!(event.key().as_str(), "ArrowLeft" | "ArrowRight" | "Escape") {
                        board.key(&event);
                    }
                }
                on:pointermove=move |event| board.point(&event)
                on:pointerdown=move |event| board.point(&event)
                on:pointerleave=move |event| {
                    // A finger leaves when it is lifted, and what it pointed at is to be read.
                    if event.pointer_type() == "mouse" {
                        board.cursor.set(None);
                    }
                }
            >
                {charts.collect_view()}
                <p class="hint charts-note" class:gone=move || page.is_live()>{move || texts().ch_saved}</p>
            </div>
            <div
                class="charts-times"
                data-testid="charts-time"
                node_ref=board.axis
                role="slider"
                tabindex="0"
                aria-label=move || texts().ch_time
                aria-valuemin="0"
                aria-valuenow="0"
                on:keydown=move |event| board.key(&event)
            ></div>
        </div>
        <p class="empty" class:gone=move || !is_empty() data-testid="charts-empty">{move || texts().ch_empty}</p>
    }
}

/// The span of time, the sockets, and whether time goes on.
#[component]
fn Tools(board: Board) -> impl IntoView {
    let page = board.page;
    let texts = move || &page.later().charts;
    let spans = Signal::derive(move || {
        let name = |span| match span {
            Span::HalfMinute => fill(texts().ch_seconds, &[("n", "30")]),
            Span::TwoMinutes => fill(texts().ch_minutes, &[("n", "2")]),
            Span::TenMinutes => fill(texts().ch_minutes, &[("n", "10")]),
            Span::All => texts().ch_all.to_owned(),
        };
        Span::ALL.map(|span| (span.name().to_owned(), name(span))).to_vec()
    });
    let legend = move || {
        let text = page.text();
        let one = |(socket, kind, is_closed): Named| {
            let kind =
                kind.map(|(family, kind)| socket_kind(family, kind, &text.sockets)).unwrap_or_default();
            let closed =
                if is_closed { format!(" · {}", page.later().charts.ch_closed) } else { String::new() };
            view! {
                <button
                    type="button"
                    class="button small charts-socket"
                    data-testid="charts-socket"
                    data-socket=socket
                    aria-pressed=move || (!board.hidden.with(|hidden| hidden.contains(&socket))).to_string()
                    on:click=move |_| board.hidden.update(|hidden| {
                        if !hidden.remove(&socket) {
                            hidden.insert(socket);
                        }
                    })
                >
                    <Badge socket/> {kind} {closed}
                </button>
            }
        };
        board.named.get().into_iter().map(one).collect_view()
    };
    view! {
        <div class="part-head charts-head">
            <Choice
                testid="charts-span"
                label=Signal::derive(move || texts().ch_span.to_owned())
                options=spans
                value=Signal::derive(move || board.span.get().name().to_owned())
                on_change=move |name| {
                    write(local(), SPAN, &name);
                    board.span.set(Span::from_name(&name));
                }
            />
            <div class="charts-legend" role="group" aria-label=move || texts().ch_sockets>{legend}</div>
            <button
                type="button"
                class="button small toggle"
                class:gone=move || !page.is_live()
                data-testid="charts-pause"
                aria-pressed=move || board.is_paused.get().to_string()
                on:click=move |_| board.pause()
            >
                {move || texts().ch_pause}
            </button>
        </div>
    }
}

/// A number's name.
fn name(metric: &str, text: &'static later::Text) -> &'static str {
    let texts = &text.charts;
    match metric {
        "sent" => texts.ch_sent,
        "received" => texts.ch_received,
        "events" => texts.ch_events,
        "receive-queue" => texts.ch_receive_queue,
        "send-queue" => texts.ch_send_queue,
        "rtt" => texts.ch_rtt,
        "congestion-window" => texts.ch_congestion,
        "receive-window" => texts.ch_window,
        _ => texts.ch_retransmits,
    }
}

impl Board {
    /// Keeps the charts as the session, the settings and the room are.
    fn run(self) {
        let page = self.page;
        let resized = RwSignal::new(());
        self.scroller.on_load(move |element| {
            let measure = Closure::<dyn FnMut()>::new(move || {
                resized.try_set(());
            });
            if let Ok(observer) = ResizeObserver::new(measure.as_ref().unchecked_ref()) {
                observer.observe(&element);
                let kept = StoredValue::new_local((observer, measure));
                on_cleanup(move || kept.with_value(|(observer, _)| observer.disconnect()));
            }
        });
        Effect::new(move |epoch: Option<u32>| {
            let now = page.epoch.get();
            if epoch.is_some_and(|epoch| epoch != now) {
                self.hidden.set(BTreeSet::new());
                self.paused.set_value(None);
                self.is_paused.set(false);
                self.cursor.set(None);
            }
            now
        });
        Effect::new(move || {
            resized.track();
            page.epoch.track();
            page.preferences.language.track();
            self.span.track();
            self.hidden.track();
            self.is_paused.track();
            self.cursor.track();
            // Only now the page has the sizes that a change of these makes.
            request_animation_frame(move || {
                self.draw();
            });
        });
        let tick = move || {
            let goes_on = page.is_live_now()
                && page.connection.link.with_untracked(|link| *link == Link::Open)
                && !self.is_paused.get_untracked()
                && !document().hidden();
            if goes_on {
                self.draw();
            }
        };
        if let Ok(timer) = set_interval_with_handle(tick, DRAW_EVERY) {
            on_cleanup(move || timer.clear());
        }
    }

    /// Stops time, or lets it go on.
    fn pause(self) {
        let is_paused = !self.is_paused.get_untracked();
        let stood = is_paused.then(|| (self.page.log().borrow().charts().clone(), self.page.server_now_us()));
        self.paused.set_value(stood);
        self.is_paused.set(is_paused);
    }

    fn draw(self) -> Option<()> {
        // By then another view may be shown.
        let scroller = self.scroller.try_get_untracked()??;
        let scroller: HtmlElement = scroller.unchecked_into();
        // A phone may show another part.
        if scroller.closest(".part-stage").ok()??.client_width() == 0 {
            return None;
        }
        let is_live = self.page.is_live_now();
        if self.paused.with_value(Option::is_some) {
            self.paused.update_value(|paused| {
                if let Some((charts, now_us)) = paused {
                    self.measure(charts, *now_us, false, &scroller);
                }
            });
        } else {
            let log = self.page.log();
            let mut log = log.borrow_mut();
            let charts = log.charts_mut();
            let now_us =
                if is_live { self.page.server_now_us().max(charts.last_us()) } else { charts.last_us() };
            self.measure(charts, now_us, !is_live, &scroller);
        }
        self.paint(&scroller)
    }

    /// Finds what is to be drawn.
    fn measure(self, charts: &mut Charts, now_us: u64, is_over: bool, scroller: &HtmlElement) {
        if charts.tracks().is_empty() {
            return self.named.set(Vec::new());
        }
        charts.advance(now_us);
        let window = charts.window(self.span.get_untracked(), now_us, is_over);
        let begin = window.begin_us();
        let tracks: Vec<_> = charts
            .tracks()
            .iter()
            .filter(|(_, track)| track.closed_us.is_none_or(|closed| closed >= begin))
            .collect();
        let named: Vec<Named> =
            tracks.iter().map(|(socket, track)| (**socket, track.kind, track.closed_us.is_some())).collect();
        if self.named.with_untracked(|before| *before != named) {
            self.named.set(named);
        }
        let lines = self.hidden.with_untracked(|hidden| {
            (0..METRICS.len())
                .map(|metric| {
                    tracks
                        .iter()
                        .filter(|(socket, track)| {
                            // A listener has no bytes of its own.
                            !(hidden.contains(socket) || (track.listens && metric < 2))
                        })
                        .map(|(socket, track)| Line {
                            socket: **socket,
                            values: charts.values(track, metric, window),
                        })
                        .filter(|line| !line.most().is_nan())
                        .collect()
                })
                .collect()
        });
        let room = f64::from(scroller.client_width());
        let width = if room >= TWO_COLUMNS { (room - GAP) / 2.0 } else { room };
        self.drawn.set_value(Drawn { window, lines, width });
    }

    /// Draws it.
    fn paint(self, scroller: &HtmlElement) -> Option<()> {
        let text = self.page.preferences.language.get_untracked().later();
        let offset = offset_minutes();
        let drawn = self.drawn.get_value();
        let Drawn { window, lines, width } = &drawn;
        let columns = if *width < f64::from(scroller.client_width()) { 2 } else { 1 };
        let cursor = self.cursor_bin(window);
        let shown = lines.iter().filter(|lines| !lines.is_empty()).count().max(1);
        let room = f64::from(scroller.client_height()) / shown.div_ceil(columns) as f64 - NAME;
        let height = room.floor().clamp(HEIGHT_LEAST[columns - 1], HEIGHT_MOST);
        let mut said = Vec::new();
        for (metric, lines) in METRICS.iter().zip(lines) {
            let figure = document().get_element_by_id(&format!("chart-{}", metric.name))?;
            figure.class_list().toggle_with_force("gone", lines.is_empty()).ok()?;
            if lines.is_empty() {
                continue;
            }
            let image = figure.last_element_child()?;
            let name = name(metric.name, text);
            let summary = |line: &Line| {
                let now = match line.at(cursor) {
                    value if value.is_nan() => text.charts.ch_none.to_owned(),
                    value => metric.unit.value(value),
                };
                let socket = line.socket.to_string();
                let most = metric.unit.value(line.most());
                fill(text.charts.ch_summary, &[("socket", &socket), ("now", &now), ("most", &most)])
            };
            let words: Vec<String> = lines.iter().map(summary).collect();
            let words = format!("{name}: {}", words.join("; "));
            image.set_attribute("aria-label", &words).ok()?;
            said.push(words);
            let els = picture::draw(metric.unit, lines, *window, (*width, height), cursor);
            svg(&image, (*width, height), &els)?;
        }
        let axis: HtmlElement = self.axis.try_get_untracked()??.unchecked_into();
        let mut els = Vec::new();
        for column in 0..columns {
            els.extend(picture::draw_times(*window, column as f64 * (width + GAP), *width, offset, cursor));
        }
        svg(&axis, (columns as f64 * (width + GAP) - GAP, TIMES), &els)?;
        let last = window.bins.saturating_sub(1);
        let at = cursor.map_or(last, |cursor| cursor as u64);
        axis.set_attribute("aria-valuemax", &last.to_string()).ok()?;
        axis.set_attribute("aria-valuenow", &at.to_string()).ok()?;
        if cursor.is_none() && document().active_element().as_ref() == Some(axis.as_ref()) {
            // A screen reader would read every change aloud.
            return None;
        }
        let told = format!("{}: {}", cursor_time(*window, at as usize, offset), said.join(". "));
        axis.set_attribute("aria-valuetext", &told).ok()
    }

    /// The bin that is pointed at, while it is in view.
    fn cursor_bin(self, window: &Window) -> Option<usize> {
        let time = self.cursor.get_untracked()? / window.width_us.max(1);
        time.checked_sub(window.from).filter(|bin| *bin < window.bins).map(|bin| bin as usize)
    }

    fn point(self, event: &web_sys::PointerEvent) {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let Some(figure) = target.and_then(|target| target.closest(".chart").ok().flatten()) else { return };
        let drawn = self.drawn.get_value();
        let x = f64::from(event.client_x()) - figure.get_bounding_client_rect().left();
        self.point_at(bin_at(x, drawn.width, drawn.window.bins));
    }

    fn point_at(self, bin: usize) {
        let window = self.drawn.with_value(|drawn| drawn.window);
        // The middle of the bin is in it also when another span has other bins.
        let time = (window.from + bin as u64) * window.width_us + window.width_us / 2;
        if self.cursor.get_untracked() != Some(time) {
            self.cursor.set(Some(time));
        }
    }

    fn key(self, event: &web_sys::KeyboardEvent) {
        let window = self.drawn.with_value(|drawn| drawn.window);
        let last = (window.bins as usize).saturating_sub(1);
        let at = self.cursor_bin(&window).unwrap_or(last);
        match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => self.point_at(at.saturating_sub(1)),
            "ArrowRight" | "ArrowUp" => self.point_at((at + 1).min(last)),
            "PageDown" => self.point_at(at.saturating_sub(10)),
            "PageUp" => self.point_at((at + 10).min(last)),
            "Home" => self.point_at(0),
            "End" => self.point_at(last),
            "Escape" => self.cursor.set(None),
            " " if self.page.is_live_now() => self.pause(),
            _ => return,
        }
        event.prevent_default();
    }
}

/// Shows elements in the SVG of a place, which is made where it is missing.
fn svg(place: &Element, (width, height): (f64, f64), els: &[El]) -> Option<()> {
    let svg = match place.first_element_child() {
        Some(svg) => svg,
        None => {
            let svg = document().create_element_ns(Some("http://www.w3.org/2000/svg"), "svg").ok()?;
            svg.set_attribute("aria-hidden", "true").ok()?;
            place.append_child(&svg).ok()?;
            svg
        }
    };
    svg.set_attribute("width", &width.to_string()).ok()?;
    svg.set_attribute("height", &height.to_string()).ok()?;
    show(&svg, els);
    Some(())
}

fn offset_minutes() -> i32 {
    -(js_sys::Date::new_0().get_timezone_offset() as i32)
}
