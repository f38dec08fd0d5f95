//! The picture of a ladder, as elements of SVG that a page draws and a file holds.

use std::fmt::Write as _;

use super::ladder::{GUTTER, Ladder, Place, ROW};
use super::{Sequence, Shape, Step, Taken, Who};
use crate::model::sockets::hue;

/// About how wide a letter of the labels is.
const LETTER: f64 = 6.7;
/// Where in its row a step's line is; its text stands above.
const LINE: f64 = 22.0;
/// Where the text stands.
const BASE: f64 = 15.0;
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

/// What is written at a step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Words {
    /// When.
    pub time: String,
    /// What happened, with its sizes.
    pub label: String,
    /// The bytes' beginning.
    pub data: String,
    /// The colour's name, as in the log.
    pub tone: &'static str,
    /// What a folded run is said to be, with its count.
    pub times: String,
}

/// A call that waits: on which lane, and what is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Wait {
    /// The lane.
    pub lane: usize,
    /// What is written at it.
    pub text: String,
}

/// How much of the picture is drawn, and with what marked.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// From this height.
    pub top: f64,
    /// To this one.
    pub bottom: f64,
    /// The chosen event; 0 for none.
    pub chosen: u64,
}

/// Draws a window of a ladder.
pub fn draw(
    sequence: &Sequence,
    ladder: &Ladder,
    window: Window,
    waits: &[Wait],
    mut words: impl FnMut(&Step, Place) -> Words,
) -> Vec<El> {
    let mut els = Vec::new();
    for column in &ladder.columns {
        let x = column.x;
        let (top, bottom) = life(sequence, ladder, column.lane);
        let (top, bottom) = (top.max(window.top), bottom.min(window.bottom));
        if top < bottom {
            els.push(El::Group {
                class: format!("sq-lane {}", colour(sequence, column.lane)),
                seq: None,
                title: String::new(),
                els: vec![El::Path { class: "sq-life", d: format!("M{x} {top}V{bottom}") }],
            });
        }
    }
    for place in ladder.between(window.top - ROW, window.bottom) {
        let Some(step) = sequence.steps().get(place.step) else { continue };
        let words = words(step, *place);
        els.push(draw_step(sequence, ladder, *place, step, &words, step.seq == window.chosen));
    }
    let end = ladder.places.last().map_or(0.0, |place| place.y + ROW);
    for (index, wait) in waits.iter().enumerate() {
        let Some(x) = ladder.x(wait.lane) else { continue };
        let y = end + index as f64 * ROW;
        let (left, bottom) = (x - 4.0, y + ROW - 6.0);
        els.push(El::Group {
            class: format!("sq-wait {}", colour(sequence, wait.lane)),
            seq: None,
            title: String::new(),
            els: vec![
                El::Path { class: "sq-bar", d: format!("M{left} {y}h8V{bottom}h-8Z") },
                El::Text { class: "sq-label", x: x + 12.0, y: y + BASE, text: wait.text.clone() },
            ],
        });
    }
    els
}

/// The heads of the lanes, for a file; the page has buttons there.
pub fn heads(sequence: &Sequence, ladder: &Ladder, mut name: impl FnMut(usize) -> String) -> Vec<El> {
    ladder
        .columns
        .iter()
        .map(|column| El::Group {
            class: format!("sq-lane {}", colour(sequence, column.lane)),
            seq: None,
            title: String::new(),
            els: vec![El::Text { class: "sq-head", x: column.x, y: -10.0, text: name(column.lane) }],
        })
        .collect()
}

/// The class of a lane's colour.
pub fn colour(sequence: &Sequence, lane: usize) -> String {
    match sequence.lanes().get(lane).map(|lane| &lane.who) {
        Some(Who::Socket(socket)) => format!("hue-{}", hue(*socket)),
        _ => "sq-outside".to_owned(),
    }
}

/// From where to where a lane lives.
fn life(sequence: &Sequence, ladder: &Ladder, lane: usize) -> (f64, f64) {
    let edge = |is_edge: fn(&Shape) -> bool| {
        ladder.places.iter().find(|place| {
            sequence.steps().get(place.step).is_some_and(|step| step.lane == lane && is_edge(&step.shape))
        })
    };
    // A connection begins where it is accepted.
    let accepted = ladder.places.iter().find(|place| {
        sequence
            .steps()
            .get(place.step)
            .is_some_and(|step| step.repeats.0 == "accepted" && step.shape == Shape::Out(lane))
    });
    let begin = edge(|shape| *shape == Shape::Begin).or(accepted).map_or(0.0, |place| place.y + LINE);
    let end = edge(|shape| matches!(shape, Shape::End(_))).map_or(ladder.height, |place| place.y + LINE);
    (begin, end)
}

fn draw_step(
    sequence: &Sequence,
    ladder: &Ladder,
    place: Place,
    step: &Step,
    words: &Words,
    is_chosen: bool,
) -> El {
    let (top, y) = (place.y, place.y + LINE);
    let mut els = vec![El::Path { class: "sq-row", d: format!("M0 {top}H{}v{ROW}H0Z", ladder.width) }];
    els.push(El::Text { class: "sq-time", x: 8.0, y: top + BASE, text: words.time.clone() });
    // A lane that is hidden leaves an arrow that goes to the edge.
    let here = ladder.x(step.lane);
    let edge = ladder.width - 12.0;
    let label = |room: f64| fit(words, room);
    let beside = |els: &mut Vec<El>, x: f64| {
        let (y, room) = (top + BASE + 3.0, ladder.spacing - 20.0);
        // The last lane has half of that on its right; on its left the row is free.
        let is_tight = x + 12.0 + room > ladder.width && x - GUTTER > room;
        let (class, x) = match is_tight {
            true => ("sq-label sq-left", x - 12.0),
            false => ("sq-label", x + 12.0),
        };
        els.push(El::Text { class, x, y, text: label(room) });
    };
    let arrow = |els: &mut Vec<El>, from: f64, to: f64, class: &'static str| {
        els.push(El::Path { class, d: arrow_path(from, to, y) });
        let (left, right) = (from.min(to), from.max(to));
        els.push(El::Text {
            class: "sq-label sq-middle",
            x: (left + right) / 2.0,
            y: top + BASE,
            text: label(right - left - 12.0),
        });
    };
    match (&step.shape, here) {
        (Shape::Band, _) => {
            els.push(El::Path {
                class: "sq-band",
                d: format!("M{GUTTER} {}H{edge}v{}H{GUTTER}Z", top + 3.0, ROW - 6.0),
            });
            els.push(El::Text {
                class: "sq-label",
                x: GUTTER + 10.0,
                y: top + BASE + 5.0,
                text: label(edge - GUTTER),
            });
        }
        (Shape::Out(other) | Shape::In(other), _) if *other == step.lane => {
            let x = here.unwrap_or(edge);
            els.push(El::Path { class: "sq-arrow", d: format!("M{x} {}h14v12h-8m6-5l-7 5l7 5", y - 8.0) });
            beside(&mut els, x + 8.0);
        }
        (Shape::Out(other), _) => {
            arrow(&mut els, here.unwrap_or(edge), ladder.x(*other).unwrap_or(edge), "sq-arrow");
        }
        (Shape::In(other), _) => {
            arrow(&mut els, ladder.x(*other).unwrap_or(edge), here.unwrap_or(edge), "sq-arrow");
        }
        (_, None) => {}
        (Shape::Begin, Some(x)) => {
            els.push(El::Path { class: "sq-dot", d: dot(x, y) });
            beside(&mut els, x);
        }
        (Shape::End(peer), Some(x)) => {
            els.push(El::Path {
                class: "sq-cross",
                d: format!("M{} {}l10 10m0-10l-10 10", x - 5.0, y - 5.0),
            });
            match peer.and_then(|peer| ladder.x(peer)) {
                Some(to) => arrow(&mut els, x, to, "sq-arrow sq-end"),
                None => beside(&mut els, x),
            }
        }
        (Shape::Mark, Some(x)) => {
            els.push(El::Path { class: "sq-dot", d: dot(x, y) });
            beside(&mut els, x);
        }
        (Shape::Take(Taken { first, .. }), Some(x)) => {
            // From where the kernel put them to where they were taken.
            let from = ladder.y_of(sequence, *first).map_or(0.0, |from| from + LINE).min(y);
            els.push(El::Path { class: "sq-stay", d: format!("M{x} {from}h7V{y}h-7") });
            els.push(El::Path { class: "sq-dot", d: dot(x, y) });
            beside(&mut els, x);
        }
    }
    if let Some((_, rows)) = place.run {
        let height = rows as f64 * ROW - 8.0;
        els.push(El::Path { class: "sq-run", d: format!("M{} {}h-6v{height}h6", GUTTER - 6.0, top + 4.0) });
        els.push(El::Text { class: "sq-times", x: 8.0, y: top + BASE + 13.0, text: words.times.clone() });
    }
    let mut class = format!("sq-step tone-{} {}", words.tone, colour(sequence, step.lane));
    if is_chosen {
        class.push_str(" is-chosen");
    }
    let title = [words.time.as_str(), &words.label, &words.data].join("  ").trim_end().to_owned();
    El::Group { class, seq: Some(step.seq), title, els }
}

fn arrow_path(from: f64, to: f64, y: f64) -> String {
    let back = if to > from { -HEAD } else { HEAD };
    format!("M{from} {y}H{to}m{back} -4l{} 4l{back} 4", -back)
}

fn dot(x: f64, y: f64) -> String {
    format!("M{} {y}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0", x - 4.0)
}

/// Label and data, cut to what fits. Wide letters take the room of two.
fn fit(words: &Words, room: f64) -> String {
    let most = (room / LETTER).max(4.0) as usize;
    let whole = match words.data.is_empty() {
        true => words.label.clone(),
        false => format!("{}  {}", words.label, words.data),
    };
    let mut used = 0;
    let mut out = String::new();
    for character in whole.chars() {
        used += if character >= '\u{1100}' { 2 } else { 1 };
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

#[cfg(test)]
mod tests {
    use super::super::ladder::Options;
    use super::*;
    use serde_json::json;

    #[test]
    fn what_was_sent_cannot_break_out_of_the_file() {
        let mut sequence = Sequence::default();
        let event = json!({"seq": 1, "time_us": 0, "socket": 3, "kind": "option", "name": "ttl", "value": 1});
        sequence.apply(&serde_json::from_value(event).unwrap());
        let ladder = Ladder::new(&sequence, &Options { width: 600.0, ..Options::default() });
        let window = Window { top: 0.0, bottom: ladder.height, chosen: 1 };
        let words = |_: &Step, _| Words {
            label: "</text><script>\u{0}".to_owned(),
            tone: "plain",
            ..Words::default()
        };
        let els = draw(&sequence, &ladder, window, &[], words);
        let svg = to_svg(&els, (ladder.width, ladder.height), 30.0, "svg{color:red}");
        assert!(!svg.contains("<script>") && svg.contains("&lt;/text&gt;&lt;script&gt;\u{fffd}"), "{svg}");
        assert!(svg.contains("is-chosen"), "{svg}");
    }

    #[test]
    fn a_long_text_is_cut_where_the_next_lane_begins() {
        let words = Words { label: "漢字漢字漢字漢字".to_owned(), ..Words::default() };
        assert_eq!(fit(&words, 10.0 * LETTER), "漢字漢字…");
        assert_eq!(fit(&words, 16.0 * LETTER), "漢字漢字漢字漢字");
    }
}
