//! One row of the pool: made once, filled anew whenever another line takes its place.

use sockyard_protocol::Event;
use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement, Text as TextNode};

use crate::model::row_time::TimeKind;
use crate::model::sockets::hue;
use crate::model::summary;
use crate::text::Text;

/// Everything on which a row's looks depend, beside language and what is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Look {
    /// The line.
    pub(super) seq: u64,
    /// The kind of its time.
    pub(super) kind: TimeKind,
    /// What that counts from.
    pub(super) base_us: u64,
    /// Whether its details are shown.
    pub(super) chosen: bool,
    /// Whether it is one of the selected rows.
    pub(super) selected: bool,
    /// Whether it has a marker.
    pub(super) marked: bool,
}

/// A row's elements and what they show.
pub(super) struct Row {
    element: HtmlElement,
    time: TextNode,
    socket: Cell,
    sign: TextNode,
    kind: TextNode,
    detail: TextNode,
    data: TextNode,
    /// What is shown; nothing while hidden.
    shown: Option<Look>,
    hidden: bool,
}

/// The id of the element that shows line `seq`.
pub(super) fn row_id(seq: u64) -> String {
    format!("log-row-{seq}")
}

struct Cell {
    element: Element,
    text: TextNode,
}

impl Row {
    /// Makes a row at the end of `layer`.
    pub(super) fn new(document: &Document, layer: &HtmlElement) -> Option<Row> {
        let element: HtmlElement = document.create_element("div").ok()?.dyn_into().ok()?;
        element.set_class_name("log-row");
        element.set_attribute("data-testid", "log-row").ok()?;
        element.set_attribute("role", "option").ok()?;
        let cell = |class: &str| -> Option<Cell> {
            let cell = document.create_element("span").ok()?;
            cell.set_class_name(class);
            let text = document.create_text_node("");
            cell.append_child(&text).ok()?;
            element.append_child(&cell).ok()?;
            Some(Cell { element: cell, text })
        };
        let time = cell("log-time")?.text;
        let socket = cell("log-socket")?;
        let sign = cell("log-sign")?;
        // The word beside it says the same.
        sign.element.set_attribute("aria-hidden", "true").ok()?;
        let kind = cell("log-kind")?.text;
        let detail = cell("log-info")?.text;
        let data = cell("log-data")?.text;
        layer.append_child(&element).ok()?;
        Some(Row { element, time, socket, sign: sign.text, kind, detail, data, shown: None, hidden: false })
    }

    /// Shows a line; its event, and whether it was found, are asked for only where it looked otherwise before.
    pub(super) fn show(
        &mut self,
        look: Look,
        text: &'static Text,
        offset_minutes: i32,
        event: impl FnOnce() -> Option<(Event, bool)>,
    ) {
        if self.shown == Some(look) {
            return;
        }
        let Some((event, found)) = event() else { return self.hide() };
        let line = summary::line(&event, text);
        self.time.set_data(&look.kind.show(event.time_us, look.base_us, offset_minutes));
        match event.socket {
            Some(number) => {
                self.socket.text.set_data(&number.to_string());
                self.socket.element.set_class_name(&format!("log-socket hue-{}", hue(number)));
                self.set("data-socket", &number.to_string());
            }
            None => {
                self.socket.text.set_data("");
                self.socket.element.set_class_name("log-socket");
                self.element.remove_attribute("data-socket").ok();
            }
        }
        self.sign.set_data(line.sign);
        self.kind.set_data(line.kind);
        self.detail.set_data(&line.detail);
        self.data.set_data(&line.data);
        // What there is to tell may take the room of bytes that are not there.
        self.set("data-bytes", if line.data.is_empty() { "none" } else { "some" });
        self.set("data-seq", &look.seq.to_string());
        self.element.set_id(&row_id(look.seq));
        self.set("data-kind", event.kind.name());
        self.set("data-tone", line.tone.name());
        self.set("aria-selected", if look.selected { "true" } else { "false" });
        self.mark("data-chosen", look.chosen);
        self.mark("data-marked", look.marked);
        self.mark("data-found", found);
        if self.hidden {
            self.element.remove_attribute("hidden").ok();
            self.hidden = false;
        }
        self.shown = Some(look);
    }

    /// Shows nothing.
    pub(super) fn hide(&mut self) {
        if !self.hidden {
            self.set("hidden", "");
            // A hidden row must not be found as the line that it showed.
            self.element.remove_attribute("data-seq").ok();
            self.element.remove_attribute("id").ok();
            self.hidden = true;
        }
        self.shown = None;
    }

    /// Draws anew at the next chance, as after a change of language.
    pub(super) fn forget(&mut self) {
        self.shown = None;
    }

    /// Takes the row out of the document.
    pub(super) fn remove(self) {
        self.element.remove();
    }

    fn mark(&self, name: &str, on: bool) {
        if on {
            self.set(name, "true");
        } else {
            self.element.remove_attribute(name).ok();
        }
    }

    fn set(&self, name: &str, value: &str) {
        // Only an invalid name fails, and these are constants.
        self.element.set_attribute(name, value).ok();
    }
}
