//! The picture of a ladder as a file.

use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, CanvasRenderingContext2d, HtmlCanvasElement, HtmlImageElement};

use crate::export::save;
use crate::model::picture::{El, to_svg};

/// The head of a saved picture.
const HEAD: f64 = 34.0;
/// What the picture looks like; the same text is a part of the page's style sheet.
const STYLE: &str = include_str!("picture_file.css");
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

/// Forms of a picture's file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// What is drawn, as it is.
    Svg,
    /// Its pixels.
    Png,
}

/// Saves a picture of this size, with heads above it, as `name` with the form's end.
pub(super) fn save_picture(els: &[El], (width, height): (f64, f64), name: &str, form: Form) -> Option<()> {
    let svg = to_svg(els, (width, height), HEAD, &file_style());
    match form {
        Form::Png => save_png(&svg, (width, height + HEAD), format!("{name}.png")),
        Form::Svg => save_svg(&svg, &format!("{name}.svg")),
    }
}

/// The style sheet of a file: the tokens as they are now, and the picture's rules.
fn file_style() -> String {
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
fn save_svg(svg: &str, name: &str) -> Option<()> {
    let parts = js_sys::Array::of1(&JsValue::from_str(svg));
    save(&Blob::new_with_str_sequence(&parts).ok()?, name)
}

/// Draws the file and saves that.
fn save_png(svg: &str, (width, height): (f64, f64), name: String) -> Option<()> {
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
