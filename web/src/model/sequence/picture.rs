//! The picture of the sequence.

use super::ladder::{GUTTER, Ladder, Place, ROW};
use super::{Sequence, Shape, Step, Taken, Who};
use crate::model::picture::{El, arrow_path, cut, dot};
use crate::model::sockets::hue;

/// Where in its row a step's line is; its text stands above.
const LINE: f64 = 22.0;
/// Where the text stands.
const BASE: f64 = 15.0;

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

/// Label and data, cut to what fits.
fn fit(words: &Words, room: f64) -> String {
    match words.data.is_empty() {
        true => cut(&words.label, room),
        false => cut(&format!("{}  {}", words.label, words.data), room),
    }
}

#[cfg(test)]
mod tests {
    use super::super::ladder::Options;
    use super::*;
    use crate::model::picture::{LETTER, to_svg};
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
