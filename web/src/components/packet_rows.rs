//! The packets line by line: a pool of rows drawn straight on the DOM, as the log's are.

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;
use sockyard_protocol::Packet;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Document, Element, HtmlElement, KeyboardEvent, MouseEvent, ResizeObserver};

use super::packets_view::Board;
use crate::model::packets::filter::signs;
use crate::model::packets::words::{fate, fate_name, sign, words};
use crate::model::row_time::TimeKind;
use crate::model::scroll::Measures;
use crate::state::Page;
use crate::text::later::{PacketTexts, Text};
use crate::text::{count, later};

/// The rows and what they stand in.
#[derive(Clone, Copy)]
struct List {
    board: Board,
    page: Page,
    scroller: NodeRef<leptos::html::Div>,
    layer: NodeRef<leptos::html::Div>,
    spacer: NodeRef<leptos::html::Div>,
    pool: StoredValue<Rc<RefCell<Vec<Row>>>, LocalStorage>,
    /// How many rows had left at the last drawing, so that what is in view stays there.
    gone: StoredValue<u64>,
}

/// The list.
#[component]
pub(super) fn PacketRows(board: Board) -> impl IntoView {
    let page = board.page;
    let list = List {
        board,
        page,
        scroller: NodeRef::new(),
        layer: NodeRef::new(),
        spacer: NodeRef::new(),
        pool: StoredValue::new_local(Rc::default()),
        gone: StoredValue::new(page.packets().borrow().shown_gone()),
    };
    list.run();
    let is_empty = Memo::new(move |_| board.counts.get().1 == 0);
    let none_pass = Memo::new(move |_| board.counts.get().0 == 0 && !is_empty.get());
    view! {
        <div class="log-frame">
            <div
                class="log-rows"
                node_ref=list.scroller
                tabindex="0"
                role="listbox"
                data-testid="packets"
                aria-label=move || board.texts().pk_label
                aria-activedescendant=move || page.lab.selected.get().map(row_id)
                on:scroll=move |_| list.scrolled()
                on:click=move |event| list.click(&event)
                on:keydown=move |event| list.key(&event)
            >
                <div class="log-layer" role="presentation" node_ref=list.layer></div>
                <div role="presentation" node_ref=list.spacer></div>
            </div>
            <p class="empty log-empty" class:gone=move || !is_empty.get() data-testid="packets-empty">
                {move || board.none_at_all()}
            </p>
            <p class="empty log-empty" class:gone=move || !none_pass.get()>{move || board.texts().pk_none_pass}</p>
            <Newest board/>
        </div>
    }
}

/// Counts what came while the list stood still, and goes there.
#[component]
fn Newest(board: Board) -> impl IntoView {
    let page = board.page;
    let unseen = move || {
        page.lab.version.track();
        page.packets().borrow().newest().saturating_sub(board.stopped_at.get())
    };
    let words = move || {
        let texts = board.texts();
        match unseen() {
            0 => texts.pk_paused.to_owned(),
            unseen => count(unseen, texts.pk_newest_one, texts.pk_newest_many),
        }
    };
    view! {
        <button
            type="button"
            class="newest"
            class:gone=move || board.following.get() || board.at_end.get()
            data-testid="packets-newest"
            on:click=move |_| board.follow(true)
        >
            {words} <span aria-hidden="true">" ↓"</span>
        </button>
    }
}

fn row_id(seq: u64) -> String {
    format!("packet-row-{seq}")
}

impl List {
    fn run(self) {
        let page = self.page;
        self.scroller.on_load(move |element| self.watch_size(element.unchecked_into()));
        Effect::new(move |before: Option<u32>| {
            page.lab.version.track();
            page.preferences.language.track();
            self.board.following.track();
            let filtered = self.board.filtered.get();
            if before.is_some_and(|before| before != filtered) {
                self.board.following.set(true);
                self.gone.set_value(0);
            }
            self.draw_soon();
            filtered
        });
        Effect::new(move || {
            if let Some(seq) = page.lab.selected.get() {
                self.reveal(seq);
            }
            self.draw_soon();
        });
    }

    fn watch_size(self, element: HtmlElement) {
        let measure = Closure::<dyn FnMut()>::new(move || self.draw_soon());
        if let Ok(observer) = ResizeObserver::new(measure.as_ref().unchecked_ref()) {
            observer.observe(&element);
            let kept = StoredValue::new_local((observer, measure));
            on_cleanup(move || {
                kept.try_with_value(|(observer, _)| observer.disconnect());
            });
        }
    }

    fn draw_soon(self) {
        request_animation_frame(move || {
            self.draw();
        });
    }

    fn measures(self, scroller: &HtmlElement) -> Measures {
        let style = window().get_computed_style(scroller).ok().flatten();
        let height = style
            .and_then(|style| style.get_property_value("--log-row-height").ok())
            .and_then(|height| height.trim().trim_end_matches("px").parse::<u32>().ok())
            .filter(|height| *height > 0);
        Measures {
            rows: self.page.packets().borrow().shown_len(),
            row_height: f64::from(height.unwrap_or(28)),
            view_height: f64::from(scroller.client_height()),
        }
    }

    fn draw(self) -> Option<()> {
        // By the next frame another view may be shown.
        let scroller: HtmlElement = self.scroller.try_get_untracked()??.unchecked_into();
        let layer: HtmlElement = self.layer.try_get_untracked()??.unchecked_into();
        let spacer: HtmlElement = self.spacer.try_get_untracked()??.unchecked_into();
        let measures = self.measures(&scroller);
        if measures.view_height <= 0.0 {
            return None;
        }
        // The store holds too few for a height that browsers would cut.
        spacer.style().set_property("height", &format!("{}px", measures.spacer_height())).ok()?;
        let gone = self.page.packets().borrow().shown_gone();
        let before = self.gone.get_value();
        self.gone.set_value(gone);
        if self.board.following.get_untracked() {
            scroller.set_scroll_top(scroller.scroll_height());
        } else if gone > before {
            let up = (gone - before) as f64 * measures.row_height;
            scroller.set_scroll_top((f64::from(scroller.scroll_top()) - up).max(0.0) as i32);
        }
        let top = f64::from(scroller.scroll_top());
        let at_end = measures.is_at_bottom(top);
        if self.board.at_end.get_untracked() != at_end {
            self.board.at_end.set(at_end);
        }
        let (first, cut) = measures.first_row(top);
        let pool = self.pool.get_value();
        let mut pool = pool.borrow_mut();
        let document = document();
        while pool.len() < measures.visible_rows() {
            pool.push(Row::new(&document, &layer)?);
        }
        let packets = self.page.packets();
        let packets = packets.borrow();
        let text = self.page.preferences.language.get_untracked().later();
        let chosen = self.page.lab.selected.get_untracked();
        for (slot, row) in pool.iter().enumerate() {
            match packets.shown(first + slot).filter(|_| slot < measures.visible_rows()) {
                Some(packet) => {
                    row.show(self.page, packet, packets.first_us(), chosen == Some(packet.seq), text);
                }
                None => row.hide(),
            }
        }
        layer.style().set_property("transform", &format!("translateY({}px)", -cut.round())).ok()
    }

    fn scrolled(self) {
        let Some(scroller) = self.scroller.get_untracked() else { return };
        let rest = scroller.scroll_height() - scroller.client_height() - scroller.scroll_top();
        let at_end = rest <= 2;
        if self.board.following.get_untracked() != at_end {
            self.board.follow(at_end);
        }
        self.draw();
    }

    fn reveal(self, seq: u64) -> Option<()> {
        let scroller: HtmlElement = self.scroller.get_untracked()?.unchecked_into();
        let measures = self.measures(&scroller);
        let position = self.page.packets().borrow().position(seq);
        let top = f64::from(scroller.scroll_top());
        let wanted = measures.reveal(position, top);
        if (wanted - top).abs() >= 1.0 {
            self.board.follow(false);
            scroller.set_scroll_top(wanted.round() as i32);
        } else if position + 1 < measures.rows {
            // What is looked at stays where it is.
            self.board.follow(false);
        }
        Some(())
    }

    fn click(self, event: &MouseEvent) {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let row = target.and_then(|target| target.closest(".packet-row").ok().flatten());
        let seq = row.and_then(|row| row.get_attribute("data-seq")).and_then(|seq| seq.parse().ok());
        if let Some(seq) = seq {
            self.page.open_packet(seq);
        }
    }

    fn key(self, event: &KeyboardEvent) {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let chosen = self.page.lab.selected.get_untracked();
        let walk = |step: isize| {
            if let Some(seq) = self.page.packets().borrow().neighbour(chosen, step) {
                self.page.walk_to_packet(seq);
            }
        };
        match event.key().as_str() {
            "ArrowDown" => walk(1),
            "ArrowUp" => walk(-1),
            "PageDown" => walk(10),
            "PageUp" => walk(-10),
            "Home" => walk(isize::MIN / 2),
            "End" => walk(isize::MAX / 2),
            "Enter" => {
                if let Some(seq) = chosen {
                    self.page.open_packet(seq);
                }
            }
            "Escape" => self.page.lab.selected.set(None),
            _ => return,
        }
        event.prevent_default();
    }
}

/// One row of the pool.
struct Row {
    element: HtmlElement,
    number: Element,
    time: Element,
    from: Element,
    to: Element,
    protocol: Element,
    info: Element,
    signs: Element,
    fate: Element,
}

impl Row {
    /// Makes a row at the end of `layer`.
    fn new(document: &Document, layer: &HtmlElement) -> Option<Row> {
        let element: HtmlElement = document.create_element("div").ok()?.dyn_into().ok()?;
        element.set_class_name("packet-row");
        element.set_attribute("data-testid", "packet-row").ok()?;
        element.set_attribute("role", "option").ok()?;
        let cell = |within: &Element, class: &str| -> Option<Element> {
            let cell = document.create_element("span").ok()?;
            cell.set_class_name(class);
            within.append_child(&cell).ok()?;
            Some(cell)
        };
        let number = cell(&element, "packet-number")?;
        let time = cell(&element, "log-time")?;
        let hosts = cell(&element, "packet-hosts")?;
        let from = cell(&hosts, "host-name")?;
        hosts.append_child(&document.create_text_node(" → ")).ok()?;
        let to = cell(&hosts, "host-name")?;
        let protocol = cell(&element, "packet-protocol")?;
        let info = cell(&element, "packet-info")?;
        let signs = cell(&element, "packet-signs")?;
        let fate = cell(&element, "packet-fate")?;
        layer.append_child(&element).ok()?;
        Some(Row { element, number, time, from, to, protocol, info, signs, fate })
    }

    fn show(&self, page: Page, packet: &Packet, first_us: u64, is_chosen: bool, text: &'static Text) {
        let (protocol, info) = words(packet);
        let put = |element: &Element, text: &str| {
            if element.text_content().as_deref() != Some(text) {
                element.set_text_content(Some(text));
            }
        };
        put(&self.number, &packet.seq.to_string());
        put(&self.time, &TimeKind::Relative.show(packet.time_us, first_us, 0));
        put(&self.from, &packet.from);
        self.from.set_class_name(&format!("host-name {}", untrack(|| page.host_class(&packet.from))));
        put(&self.to, &receivers(packet, text));
        let to = match packet.to.as_slice() {
            [one] => untrack(|| page.host_class(one)),
            _ => String::new(),
        };
        self.to.set_class_name(&format!("host-name {to}"));
        put(&self.protocol, protocol);
        put(&self.info, info);
        let marks: Vec<String> = signs(packet).into_iter().map(|found| sign(found, &text.marks).0).collect();
        put(&self.signs, &marks.join(" · "));
        let name = fate_name(packet.fate);
        put(&self.fate, if name == "passed" { "" } else { fate(packet.fate, &text.marks).0 });
        self.set("data-fate", name);
        self.set("data-seq", &packet.seq.to_string());
        self.set("data-marked", if marks.is_empty() { "false" } else { "true" });
        self.set("aria-selected", if is_chosen { "true" } else { "false" });
        self.element.set_id(&row_id(packet.seq));
        self.element.remove_attribute("hidden").ok();
    }

    fn hide(&self) {
        if !self.element.has_attribute("hidden") {
            self.set("hidden", "");
            // A hidden row must not be found as the packet that it showed.
            self.element.remove_attribute("data-seq").ok();
            self.element.remove_attribute("id").ok();
        }
    }

    fn set(&self, name: &str, value: &str) {
        // Only an invalid name fails, and these are constants.
        self.element.set_attribute(name, value).ok();
    }
}

/// Who got a packet: a name, several, or nobody.
pub(super) fn receivers(packet: &Packet, text: &'static later::Text) -> String {
    let texts: &PacketTexts = &text.packets;
    match packet.to.as_slice() {
        [] => texts.pk_nobody.to_owned(),
        hosts => hosts.join(", "),
    }
}
