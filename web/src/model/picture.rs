//! Pictures of ladders, as elements of SVG that a page draws and a file holds.

use std::fmt::Write as _;

/// About how wide a letter of the labels is.
pub const LETTER: f64 = 6.7;
/// An arrow's head.
const HEAD: f64 = 7.0;

/// An element of the picture.
#[derive(Clone, Debug, PartialEq)]
pub enum El {
    /// `path`.
    Path {
        /// Its classes.
        class: &'static str,
        /// Its `d`.
        d: String,
    },
    /// `text`.
    Text {
        /// Its classes.
        class: &'static str,
        /// Where it begins, or its middle or end as its class says.
        x: f64,
        /// Its base line.
        y: f64,
        /// What is written.
        text: String,
    },
    /// `g`, of one step or one lane.
    Group {
        /// Its classes.
        class: String,
        /// The event, of a step.
        seq: Option<u64>,
        /// What a pointer that rests on it is told.
        title: String,
        /// What is in it.
        els: Vec<El>,
    },
}

/// An arrow's line with its head.
pub fn arrow_path(from: f64, to: f64, y: f64) -> String {
    let back = if to > from { -HEAD } else { HEAD };
    format!("M{from} {y}H{to}m{back} -4l{} 4l{back} 4", -back)
}

/// A dot.
pub fn dot(x: f64, y: f64) -> String {
    format!("M{} {y}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0", x - 4.0)
}

/// How many letters' room a character takes. Wide letters take the room of two.
fn letters(character: char) -> usize {
    if character >= '\u{1100}' { 2 } else { 1 }
}

/// About how wide a text is.
pub fn width(text: &str) -> f64 {
    text.chars().map(letters).sum::<usize>() as f64 * LETTER
}

/// Text cut to what fits.
pub fn cut(text: &str, room: f64) -> String {
    let most = (room / LETTER).max(4.0) as usize;
    let mut used = 0;
    let mut out = String::new();
    for character in text.chars() {
        used += letters(character);
        if used > most {
            out.pop();
            out.push('…');
            break;
        }
        out.push(character);
    }
    out
}

/// The picture as the text of a file. `style` is its style sheet.
pub fn to_svg(els: &[El], (width, height): (f64, f64), head: f64, style: &str) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{}\" viewBox=\"0 {} {width} {}\"><style>{}</style><path class=\"sq-ground\" d=\"M0 {}h{width}v{}H0Z\"/>",
        height + head,
        -head,
        height + head,
        escape(style),
        -head,
        height + head,
    );
    els.iter().for_each(|el| write_el(&mut svg, el));
    svg.push_str("</svg>\n");
    svg
}

fn write_el(svg: &mut String, el: &El) {
    // A String takes everything.
    match el {
        El::Path { class, d } => write!(svg, "<path class=\"{class}\" d=\"{d}\"/>").unwrap_or_default(),
        El::Text { class, x, y, text } => {
            write!(svg, "<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>", escape(text))
                .unwrap_or_default();
        }
        El::Group { class, title, els, .. } => {
            write!(svg, "<g class=\"{class}\">").unwrap_or_default();
            if !title.is_empty() {
                write!(svg, "<title>{}</title>", escape(title)).unwrap_or_default();
            }
            els.iter().for_each(|el| write_el(svg, el));
            svg.push_str("</g>");
        }
    }
}

/// Text for XML 1.0, which has no way at all to write most control characters.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(character),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(character),
        }
    }
    out
}
