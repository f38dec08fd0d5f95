//! What was measured, its goals, and the tables.

use std::fmt::Write as _;
use std::time::Duration;

use serde::Deserialize;

use crate::options::Options;

/// What one opening of the page showed; times in milliseconds since the address was entered.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Opening {
    first_paint: Option<f64>,
    /// The form for a new socket took a click.
    usable: f64,
    /// The socket of that click was there, with its calls.
    socket: f64,
    /// Bytes that had come when it was usable, headers and all.
    transferred: f64,
    /// Bytes that had come when the socket was there.
    transferred_in_all: f64,
}

/// Frames of a time, in milliseconds.
pub(crate) struct Frames {
    /// From one frame's time to the next, as the browser has it.
    pub(crate) frames: Vec<f64>,
    /// From one frame's callback to the next by the clock.
    pub(crate) gaps: Vec<f64>,
    /// Tasks of 50 ms and more (Long Tasks API).
    pub(crate) tasks: Vec<f64>,
}

impl Frames {
    /// The longest time in which the page did not answer.
    fn stall(&self) -> f64 {
        self.gaps.iter().chain(&self.tasks).copied().fold(0.0, f64::max)
    }
}

/// What the page's thread has done so far, in seconds.
pub(crate) struct Busy {
    /// Time on a processor.
    pub(crate) thread: f64,
    /// By the clock, in the program.
    pub(crate) script: f64,
    /// By the clock, for styles and layout.
    pub(crate) layout: f64,
}

impl Busy {
    /// What was done since an earlier time.
    pub(crate) fn since(&self, before: &Busy) -> Busy {
        Busy {
            thread: self.thread - before.thread,
            script: self.script - before.script,
            layout: self.layout - before.layout,
        }
    }
}

/// The memory at a time.
pub(crate) struct Sample {
    /// Since the first one.
    pub(crate) at: Duration,
    /// The heap of JavaScript in bytes, garbage collected.
    pub(crate) heap: f64,
    /// The memory of WebAssembly in bytes. It only ever grows.
    pub(crate) program: f64,
    /// Elements of the document.
    pub(crate) nodes: u64,
}

/// One line of the tables.
pub(crate) struct Figure {
    what: String,
    value: String,
    goal: String,
    /// Whether the goal is met; nothing where there is none.
    met: Option<bool>,
}

impl Figure {
    fn plain(what: impl Into<String>, value: String) -> Figure {
        Figure { what: what.into(), value, goal: String::new(), met: None }
    }

    /// A value that is to be no more than a goal.
    fn within(what: impl Into<String>, value: f64, goal: f64, unit: &str) -> Figure {
        Figure {
            what: what.into(),
            value: format!("{value:.1} {unit}"),
            goal: format!("≤ {goal} {unit}"),
            met: Some(value <= goal),
        }
    }

    /// Whether nothing speaks against it.
    pub(crate) fn is_good(&self) -> bool {
        self.met != Some(false)
    }

    /// The frames of the row `rate`.
    pub(crate) fn of_rate(options: &Options, frames: &Frames, came: f64) -> Vec<Figure> {
        let wanted = f64::from(options.rate);
        let at = |share| percentile(&frames.frames, share);
        let smooth = frames.frames.iter().filter(|frame| **frame < 20.0).count();
        let share = 100.0 * smooth as f64 / frames.frames.len().max(1) as f64;
        vec![
            Figure {
                what: format!("events a second that the page showed, of {wanted:.0}"),
                value: format!("{came:.0}"),
                goal: format!("≥ {:.0}", wanted * 0.98),
                met: Some(came >= wanted * 0.98),
            },
            Figure {
                what: format!("frames under 20 ms, of {}", frames.frames.len()),
                value: format!("{share:.1} %"),
                goal: "≥ 95 %".to_owned(),
                met: Some(share >= 95.0),
            },
            Figure::plain(
                "frame, median · 95 % · 99 %",
                format!("{:.1} · {:.1} · {:.1} ms", at(0.5), at(0.95), at(0.99)),
            ),
            Figure::within("longest frame", at(1.0), 50.0, "ms"),
            Figure::plain("longest gap between two frames’ callbacks", format!("{:.1} ms", frames.stall())),
        ]
    }

    /// What limits the row `rate`: the page's thread.
    pub(crate) fn of_busy(busy: &Busy, took: Duration, events: u64) -> Figure {
        let share = |seconds: f64| 100.0 * seconds / took.as_secs_f64();
        let each = 1e6 * busy.thread / events.max(1) as f64;
        Figure::plain(
            "the page’s thread: on a processor · in the program · styles and layout",
            format!(
                "{:.0} · {:.0} · {:.0} % of the time; {each:.0} µs an event",
                share(busy.thread),
                share(busy.script),
                share(busy.layout)
            ),
        )
    }

    /// The longest stall while something was done with the lines.
    pub(crate) fn of_stall(
        what: &str,
        lines: u64,
        frames: &Frames,
        took: Option<(Duration, &str)>,
    ) -> Figure {
        let took = took.map_or(String::new(), |(took, shown)| {
            format!("; done after {:.1} s: {}", took.as_secs_f64(), shown.replace('\u{2009}', " "))
        });
        let mut figure = Figure::within(
            format!("{} lines {what}: longest stall", grouped(lines)),
            frames.stall(),
            100.0,
            "ms",
        );
        _ = write!(figure.value, " (95 % of frames {:.1} ms{took})", percentile(&frames.frames, 0.95));
        figure
    }

    /// Whether a log that does not follow stood still while lines came; `moved` is in pixels, nothing where the row has gone.
    pub(crate) fn of_standing(came: u64, moved: Option<f64>) -> Figure {
        let what = format!("a row of a log that stands still, while {} lines came: moved by", grouped(came));
        match moved {
            Some(moved) => Figure::within(what, moved.abs(), 1.0, "px"),
            None => {
                Figure {
                    what, value: "out of view".to_owned(), goal: "≤ 1 px".to_owned(), met: Some(false)
                }
            }
        }
    }

    /// How the memory went.
    pub(crate) fn of_memory(samples: &[Sample], lines: u64) -> Vec<Figure> {
        let (Some(first), Some(last)) = (samples.first(), samples.last()) else { return Vec::new() };
        let points = |value: fn(&Sample) -> f64| -> Vec<(f64, f64)> {
            samples.iter().map(|sample| (sample.at.as_secs_f64(), value(sample))).collect()
        };
        let an_hour = |value| slope(&points(value)) * 3600.0 / MIB;
        vec![
            Figure::plain(
                format!("memory with {} lines: program · JavaScript", grouped(lines)),
                format!("{:.1} · {:.1} MiB", last.program / MIB, last.heap / MIB),
            ),
            Figure::within(
                "growth of JavaScript’s heap, an hour of it",
                an_hour(|sample| sample.heap),
                5.0,
                "MiB",
            ),
            Figure::within(
                "growth of the program’s memory, an hour of it",
                an_hour(|sample| sample.program),
                5.0,
                "MiB",
            ),
            Figure::plain(
                "elements of the document, first · last sample",
                format!("{} · {}", first.nodes, last.nodes),
            ),
        ]
    }
}

const MIB: f64 = 1024.0 * 1024.0;

/// The figures of the row `open`: medians over its rounds.
pub(crate) fn of_opening(openings: &[Opening]) -> Vec<Figure> {
    if openings.is_empty() {
        return Vec::new();
    }
    let values = |value: fn(&Opening) -> f64| -> Vec<f64> { openings.iter().map(value).collect() };
    let middle = |value| percentile(&values(value), 0.5);
    let range = |value| {
        let values = values(value);
        format!(" ({:.0} to {:.0})", percentile(&values, 0.0), percentile(&values, 1.0))
    };
    let usable = |opening: &Opening| opening.usable;
    let socket = |opening: &Opening| opening.socket;
    let mut figures = vec![
        Figure::within("cold cache: the form for a new socket takes a click", middle(usable), 1000.0, "ms"),
        Figure::plain(
            "the socket of that click is there, with its calls",
            format!("{:.1} ms", middle(socket)),
        ),
        Figure::within(
            "transferred by then: to a usable page",
            middle(|opening| opening.transferred) / 1024.0,
            350.0,
            "KiB",
        ),
        Figure::plain(
            "transferred with the first socket",
            format!("{:.1} KiB", middle(|opening| opening.transferred_in_all) / 1024.0),
        ),
    ];
    figures[0].value += &range(usable);
    figures[1].value += &range(socket);
    if openings.iter().all(|opening| opening.first_paint.is_some()) {
        let first = |opening: &Opening| opening.first_paint.unwrap_or_default();
        figures.insert(
            0,
            Figure::plain("cold cache: first words", format!("{:.1} ms{}", middle(first), range(first))),
        );
    }
    figures
}

/// The table.
pub(crate) fn render(figures: &[Figure], options: &Options) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail, here and below.
    _ = writeln!(
        text,
        "Page in headless Chromium, {} rounds of opening, {} s at {} events a second, memory for {} s.\n",
        options.rounds,
        options.seconds.as_secs(),
        options.rate,
        options.memory_seconds.as_secs()
    );
    _ = writeln!(text, "| what | measured | goal | |\n| --- | --- | --- | --- |");
    for Figure { what, value, goal, met } in figures {
        let met = met.map_or("", |met| if met { "met" } else { "**not met**" });
        // A bar would end its cell.
        _ = writeln!(text, "| {} | {value} | {goal} | {met} |", what.replace('|', "\\|"));
    }
    text
}

/// The value below which a share of all lies; 0 of nothing.
fn percentile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().saturating_sub(1);
    sorted.get((share * last as f64).round() as usize).copied().unwrap_or(0.0)
}

/// The slope of the line with the least squares through points; 0 where they have no extent.
fn slope(points: &[(f64, f64)]) -> f64 {
    let count = points.len().max(1) as f64;
    let mean = |value: fn(&(f64, f64)) -> f64| points.iter().map(value).sum::<f64>() / count;
    let (middle_x, middle_y) = (mean(|point| point.0), mean(|point| point.1));
    let spread: f64 = points.iter().map(|(x, _)| (x - middle_x).powi(2)).sum();
    let rise: f64 = points.iter().map(|(x, y)| (x - middle_x) * (y - middle_y)).sum();
    if spread > 0.0 { rise / spread } else { 0.0 }
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_and_slopes_are_what_they_say() {
        assert_eq!(percentile(&[], 0.5), 0.0);
        assert_eq!([0.0, 0.5, 1.0].map(|share| percentile(&[3.0, 1.0, 2.0], share)), [1.0, 2.0, 3.0]);
        assert!((slope(&[(0.0, 1.0), (1.0, 3.0), (2.0, 5.0)]) - 2.0).abs() < 1e-9);
        assert_eq!(slope(&[(1.0, 1.0)]), 0.0);
    }

    #[test]
    fn a_figure_beyond_its_goal_is_said_to_be() {
        let figures = [Figure::within("one", 10.0, 20.0, "ms"), Figure::within("other", 30.5, 20.0, "ms")];
        assert_eq!(figures.each_ref().map(Figure::is_good), [true, false]);
        let options = clap::Parser::parse_from(["bench-page", "--server", "x"]);
        let text = render(&figures, &options);
        assert!(text.contains("| one | 10.0 ms | ≤ 20 ms | met |"), "{text}");
        assert!(text.contains("| other | 30.5 ms | ≤ 20 ms | **not met** |"), "{text}");
    }
}
