//! The picture of the sequence in the document.
//!
//! Drawn straight on the DOM, as the log's rows are: while a session is busy some hundred elements change several times a
//! second.

use leptos::prelude::*;
use web_sys::{Document, Element};

use crate::model::picture::El;

const SVG: &str = "http://www.w3.org/2000/svg";

/// Replaces what an element shows.
pub(super) fn show(svg: &Element, els: &[El]) {
    svg.set_text_content(None);
    let document = document();
    for el in els {
        if let Some(node) = node(&document, el) {
            svg.append_child(&node).ok();
        }
    }
}

fn node(document: &Document, el: &El) -> Option<Element> {
    let make = |name: &str, class: &str| {
        let element = document.create_element_ns(Some(SVG), name).ok()?;
        element.set_attribute("class", class).ok()?;
        Some(element)
    };
    Some(match el {
        El::Path { class, d } => {
            let path = make("path", class)?;
            path.set_attribute("d", d).ok()?;
            path
        }
        El::Text { class, x, y, text } => {
            let element = make("text", class)?;
            element.set_attribute("x", &x.to_string()).ok()?;
            element.set_attribute("y", &y.to_string()).ok()?;
            element.set_text_content(Some(text));
            element
        }
        El::Group { class, seq, title, els } => {
            let group = make("g", class)?;
            if let Some(seq) = seq {
                group.set_attribute("data-seq", &seq.to_string()).ok()?;
                group.set_attribute("data-testid", "sequence-step").ok()?;
                let told = document.create_element_ns(Some(SVG), "title").ok()?;
                told.set_text_content(Some(title));
                group.append_child(&told).ok()?;
            }
            for el in els {
                group.append_child(&node(document, el)?.into()).ok()?;
            }
            group
        }
    })
}
