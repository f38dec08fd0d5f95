//! One chart as elements of SVG: an axis with round numbers, a stepped line for each socket, and at its end who it is and
//! how much.

use std::fmt::Write as _;

use sockyard_protocol::SocketId;

use super::Window;
use super::axis::{self, Unit};
use crate::model::format::grouped;
use crate::model::picture::El;
use crate::model::sockets::hue;

/// The room for the numbers of the axis, and for the labels at the lines' ends.
const LEFT: f64 = 62.0;
const RIGHT: f64 = 116.0;
/// The room above the highest number and below zero.
const EDGE: f64 = 8.0;
/// The height of a label.
const LABEL: f64 = 13.0;
/// About how wide a letter of the labels is.
const LETTER: f64 = 6.7;
/// The height of the axis of time.
pub const TIMES: f64 = 24.0;

/// A socket's line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Whose.
    pub socket: SocketId,
    /// Its values, bin by bin; `NAN` where there is none.
    pub values: Vec<f64>,
}

impl Line {
    /// The value at a bin, or the last one.
    pub fn at(&self, cursor: Option<usize>) -> f64 {
        let last = self.values.len().saturating_sub(1);
        self.values.get(cursor.unwrap_or(last)).copied().unwrap_or(f64::NAN)
    }

    /// The largest value; `NAN` where there is none.
    pub fn most(&self) -> f64 {
        self.values.iter().copied().fold(f64::NAN, f64::max)
    }
}

/// The bin at a place from the left of a chart so wide.
pub fn bin_at(x: f64, width: f64, bins: u64) -> usize {
    let share = (x - LEFT) / (width - LEFT - RIGHT).max(1.0);
    ((share * bins as f64).max(0.0) as usize).min((bins as usize).saturating_sub(1))
}

/// Draws a chart.
pub fn draw(
    unit: Unit,
    lines: &[Line],
    window: Window,
    (width, height): (f64, f64),
    cursor: Option<usize>,
) -> Vec<El> {
    let mut els = Vec::new();
    let right = width - RIGHT;
    let most = lines.iter().map(Line::most).fold(0.0, f64::max);
    let step = unit.step(most);
    let steps = (most / step).ceil().clamp(1.0, 3.0);
    let y = |value: f64| tenth(height - EDGE - value / (steps * step) * (height - 2.0 * EDGE));
    for count in 0..=steps as u64 {
        let value = count as f64 * step;
        // On the middle of a pixel, so that it is sharp.
        let at = y(value).round() + 0.5;
        let class = if count == 0 { "ch-base" } else { "ch-grid" };
        els.push(El::Path { class, d: format!("M{LEFT} {at}H{right}") });
        els.push(El::Text { class: "ch-tick ch-left", x: LEFT - 6.0, y: at + 3.5, text: unit.tick(value) });
    }
    let x = |bin: usize| tenth(LEFT + (right - LEFT) * bin as f64 / window.bins.max(1) as f64);
    if let Some(cursor) = cursor {
        let at = (x(cursor) + x(cursor + 1)) / 2.0;
        els.push(El::Path { class: "ch-cursor", d: format!("M{at} 0V{height}") });
    }
    let mut labels: Vec<(f64, &Line)> = Vec::new();
    for line in lines {
        let mut parts = vec![El::Path { class: "ch-line", d: path(&line.values, x, y) }];
        // A line that ends earlier, as its socket did, is named where it ends.
        let end = line.values.iter().rposition(|value| !value.is_nan());
        if let Some(end) = end.filter(|end| end + 1 < line.values.len()) {
            let (x, y) = (x(end + 1) + 4.0, y(line.values[end]) - 4.0);
            parts.push(El::Text {
                class: "ch-number",
                x,
                y: y.max(LABEL - 3.0),
                text: line.socket.to_string(),
            });
        }
        els.push(group(line.socket, parts));
        let value = line.at(cursor);
        if !value.is_nan() {
            labels.push((y(value), line));
        }
    }
    // The highest first; those at the same height by their numbers.
    labels.sort_by(|one, other| one.0.total_cmp(&other.0));
    let room = (height / LABEL) as usize;
    let left_out = if labels.len() > room { labels.len() + 1 - room } else { 0 };
    labels.truncate(labels.len() - left_out);
    let places =
        spread(labels.iter().map(|label| label.0).collect(), LABEL, height - LABEL * f64::from(left_out > 0));
    for ((value_y, line), place) in labels.iter().zip(&places) {
        let value = line.at(cursor);
        let end = match cursor {
            Some(cursor) => (x(cursor) + x(cursor + 1)) / 2.0,
            None => right,
        };
        let mut parts = Vec::new();
        match cursor {
            Some(_) => parts.push(El::Path {
                class: "ch-dot",
                d: format!("M{} {value_y}a3 3 0 1 0 6 0a3 3 0 1 0 -6 0", end - 3.0),
            }),
            // From the line's end to its label.
            None => parts
                .push(El::Path { class: "ch-lead", d: format!("M{end} {value_y}L{} {place}", right + 10.0) }),
        }
        let number = line.socket.to_string();
        let text_y = place + 4.0;
        let text = exact(unit, value, cursor.is_some());
        let value_x = right + 20.0 + LETTER * number.len() as f64;
        parts.push(El::Text { class: "ch-number", x: right + 13.0, y: text_y, text: number });
        parts.push(El::Text { class: "ch-value", x: value_x, y: text_y, text });
        els.push(group(line.socket, parts));
    }
    if left_out > 0 {
        els.push(El::Text {
            class: "ch-tick",
            x: right + 13.0,
            y: height - 3.0,
            text: format!("+ {left_out}"),
        });
    }
    els
}

/// Draws the axis of time of a chart that begins at `left`.
pub fn draw_times(
    window: Window,
    left: f64,
    width: f64,
    offset_minutes: i32,
    cursor: Option<usize>,
) -> Vec<El> {
    let (begin, length) = (window.begin_us(), window.length_us().max(1));
    let (from, room) = (left + LEFT, width - LEFT - RIGHT);
    let x = |time: u64| tenth(from + room * (time.saturating_sub(begin)) as f64 / length as f64);
    let mut els = vec![El::Path { class: "ch-base", d: format!("M{from} 0.5H{}", from + room) }];
    let near = cursor.map(|cursor| x(begin + middle(window, cursor)));
    for (time, text) in axis::times(begin, length, (room / 76.0).max(1.0) as u64, offset_minutes) {
        let at = x(time);
        els.push(El::Path { class: "ch-grid", d: format!("M{} 0v5", at.round() + 0.5) });
        if near.is_none_or(|near| (near - at).abs() > 72.0) {
            els.push(El::Text { class: "ch-tick ch-middle", x: at, y: 17.0, text });
        }
    }
    if let (Some(cursor), Some(at)) = (cursor, near) {
        els.push(El::Text {
            class: "ch-now ch-middle",
            x: at,
            y: 17.0,
            text: cursor_time(window, cursor, offset_minutes),
        });
    }
    els
}

/// When a bin was, as it is read.
pub fn cursor_time(window: Window, bin: usize, offset_minutes: i32) -> String {
    let time = window.begin_us() + bin as u64 * window.width_us;
    axis::time_of_day(time, window.width_us.min(1_000_000), offset_minutes)
}

fn middle(window: Window, bin: usize) -> u64 {
    bin as u64 * window.width_us + window.width_us / 2
}

/// A value at a time that somebody points at is told to the last digit where there is room.
fn exact(unit: Unit, value: f64, is_exact: bool) -> String {
    let per = if unit == Unit::BytesRate { "/s" } else { "" };
    match unit {
        Unit::BytesRate | Unit::Bytes if is_exact && value < 1e7 => {
            format!("{} B{per}", grouped(value.round() as u64))
        }
        _ => unit.value(value),
    }
}

fn group(socket: SocketId, els: Vec<El>) -> El {
    El::Group { class: format!("hue-{}", hue(socket)), seq: None, title: String::new(), els }
}

/// A line of steps: a bin's value holds for all of its time.
fn path(values: &[f64], x: impl Fn(usize) -> f64, y: impl Fn(f64) -> f64) -> String {
    let mut d = String::new();
    let mut last = f64::NAN;
    for (bin, value) in values.iter().copied().enumerate() {
        // A String takes everything.
        if !value.is_nan() && last.is_nan() {
            write!(d, "M{} {}", x(bin), y(value)).unwrap_or_default();
        } else if !value.is_nan() && last != value {
            write!(d, "H{}V{}", x(bin), y(value)).unwrap_or_default();
        } else if value.is_nan() && !last.is_nan() {
            write!(d, "H{}", x(bin)).unwrap_or_default();
        }
        last = value;
    }
    if !last.is_nan() {
        write!(d, "H{}", x(values.len())).unwrap_or_default();
    }
    d
}

/// Moves heights, which rise, apart so that each has a label's room, and all stay between the edges.
fn spread(mut heights: Vec<f64>, room: f64, bottom: f64) -> Vec<f64> {
    let mut least = room / 2.0;
    for height in &mut heights {
        *height = height.max(least);
        least = *height + room;
    }
    let mut most = bottom - room / 2.0;
    for height in heights.iter_mut().rev() {
        *height = height.min(most);
        most = *height - room;
    }
    heights
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_stand_apart_and_inside() {
        assert_eq!(spread(vec![10.0, 12.0, 80.0], 13.0, 84.0), [10.0, 23.0, 77.5]);
        assert_eq!(spread(vec![80.0, 80.0], 13.0, 84.0), [64.5, 77.5]);
        assert_eq!(spread(vec![0.0], 13.0, 84.0), [6.5]);
    }

    #[test]
    fn a_line_is_broken_where_nothing_is_known() {
        let d = path(&[f64::NAN, 1.0, 1.0, 2.0, f64::NAN, 0.0], |bin| bin as f64, |value| value);
        assert_eq!(d, "M1 1H3V2H4M5 0H6");
    }

    #[test]
    fn where_one_points_is_a_bin() {
        let width = LEFT + 100.0 + RIGHT;
        assert_eq!(
            [0.0, LEFT, LEFT + 15.0, LEFT + 99.0, width].map(|x| bin_at(x, width, 10)),
            [0, 0, 1, 9, 9]
        );
    }

    #[test]
    fn more_labels_than_there_is_room_for_are_counted() {
        let lines: Vec<Line> = (3..23).map(|socket| Line { socket, values: vec![1.0] }).collect();
        let window = Window { bins: 1, width_us: 1, ..Window::default() };
        let els = draw(Unit::Count, &lines, window, (600.0, 78.0), None);
        let said = els.iter().any(|el| matches!(el, El::Text { text, .. } if text == "+ 15"));
        assert!(said, "{els:#?}");
    }

    #[test]
    fn who_points_reads_every_digit() {
        assert_eq!(exact(Unit::BytesRate, 12_345.0, true), "12\u{2009}345 B/s");
        assert_eq!(exact(Unit::BytesRate, 12_345.0, false), "12.1 KiB/s");
        assert_eq!(exact(Unit::Bytes, 2e9, true), "1.9 GiB");
    }
}
