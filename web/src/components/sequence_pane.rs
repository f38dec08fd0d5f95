//! The picture of the sequence in the document, and as a file.
//!
//! Drawn straight on the DOM, as the log's rows are: while a session is busy some hundred elements change several times a
//! second.

use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, CanvasRenderingContext2d, Document, Element, HtmlCanvasElement, HtmlImageElement};

use crate::export::save;
use crate::model::sequence::picture::El;

const SVG: &str = "http://www.w3.org/2000/svg";
/// What the picture looks like; the same text is a part of the page's style sheet.
const STYLE: &str = include_str!("sequence_picture.css");
/// The tokens that it uses, which a file has to bring along.
const TOKENS: &[&str] = &[
    "--panel",
    "--ink",
    "--ink-quiet",
    "--line-strong",
    "--out",
    "--in",
    "--bad",
    "--accent",
    "--accent-soft",
    "--warn",
    "--warn-soft",
    "--mono",
];
/// Sockets' colours.
const HUES: u32 = 10;
/// How much larger than on the screen a PNG is, so that it is sharp in print.
const PNG_SCALE: f64 = 2.0;
/// The longest side of a PNG: browsers make no larger canvas.
const PNG_SIDE_MAX: f64 = 16_000.0;

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

/// The style sheet of a file: the tokens as they are now, and the picture's rules.
pub(super) fn file_style() -> String {
    let Some(style) =
        document().document_element().and_then(|root| window().get_computed_style(&root).ok().flatten())
    else {
        return STYLE.to_owned();
    };
    let value = |name: &str| style.get_property_value(name).unwrap_or_default().trim().to_owned();
    let tokens: String = TOKENS.iter().map(|name| format!("{name}:{};", value(name))).collect();
    let hues: String =
        (0..HUES).map(|hue| format!(".hue-{hue}{{--hue:{}}}", value(&format!("--socket-{hue}")))).collect();
    format!("svg{{{tokens}}}{hues}{STYLE}")
}

/// Saves the file as it is.
pub(super) fn save_svg(svg: &str, name: &str) -> Option<()> {
    let parts = js_sys::Array::of1(&JsValue::from_str(svg));
    save(&Blob::new_with_str_sequence(&parts).ok()?, name)
}

/// Draws the file and saves that.
pub(super) fn save_png(svg: &str, (width, height): (f64, f64), name: String) -> Option<()> {
    let scale = PNG_SCALE.min(PNG_SIDE_MAX / width.max(height));
    let image = HtmlImageElement::new().ok()?;
    let drawn = image.clone();
    let draw = move || -> Option<()> {
        let canvas: HtmlCanvasElement = document().create_element("canvas").ok()?.dyn_into().ok()?;
        canvas.set_width((width * scale) as u32);
        canvas.set_height((height * scale) as u32);
        let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        context.scale(scale, scale).ok()?;
        context.draw_image_with_html_image_element(&drawn, 0.0, 0.0).ok()?;
        let finish = Closure::once_into_js(move |blob: JsValue| {
            if let Ok(blob) = blob.dyn_into::<Blob>() {
                save(&blob, &name);
            }
        });
        canvas.to_blob(finish.unchecked_ref()).ok()
    };
    let loaded = Closure::once_into_js(move || {
        draw();
    });
    image.set_onload(Some(loaded.unchecked_ref()));
    // The content security policy lets images come from the page itself and from their own address.
    let data = js_sys::encode_uri_component(svg);
    image.set_src(&format!("data:image/svg+xml;charset=utf-8,{}", String::from(data)));
    Some(())
}
