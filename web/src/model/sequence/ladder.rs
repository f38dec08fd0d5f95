//! Where everything of a ladder stands: lanes side by side, steps below each other.
//!
//! Lengths are in the picture's own units, which are CSS pixels at a zoom of 1.

use std::collections::BTreeSet;

use super::fold::{self, Run};
use super::{Sequence, Shape, Step};

/// Left of the lanes stands the time.
pub const GUTTER: f64 = 96.0;
/// From one step to the next where each has a row of its own.
pub const ROW: f64 = 32.0;
/// Least distance of two lanes: a short text fits between.
const LANE_MIN: f64 = 156.0;
/// Largest: an arrow that is longer only leads the eye astray.
const LANE_MAX: f64 = 340.0;
/// Least distance of two steps on a true scale, so that both can be seen and clicked.
const CLOSEST: f64 = 5.0;
/// Above the first step and below the last.
const MARGIN: f64 = 14.0;

/// How steps are spread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// A row each.
    #[default]
    Rows,
    /// By their time.
    Time,
}

/// What is asked of a ladder.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How steps are spread.
    pub scale: Scale,
    /// Whether repeats are folded.
    pub folds: bool,
    /// Runs that are open all the same, by the number of their first event.
    pub open: BTreeSet<u64>,
    /// Lanes that are not shown.
    pub hidden: BTreeSet<usize>,
    /// How wide the view is.
    pub width: f64,
}

/// A lane's place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Column {
    /// Which lane.
    pub lane: usize,
    /// Its middle.
    pub x: f64,
}

/// A step's place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Which step.
    pub step: usize,
    /// Its upper edge.
    pub y: f64,
    /// How often the run comes that begins here, and how many rows it has.
    pub run: Option<(usize, usize)>,
}

/// Where everything stands.
#[derive(Clone, Debug, Default)]
pub struct Ladder {
    /// The lanes that are shown, from left to right.
    pub columns: Vec<Column>,
    /// The steps that are shown, downwards.
    pub places: Vec<Place>,
    /// Its whole width.
    pub width: f64,
    /// Its whole height.
    pub height: f64,
    /// The distance of two lanes.
    pub spacing: f64,
}

impl Ladder {
    /// Lays out a sequence.
    pub fn new(sequence: &Sequence, options: &Options) -> Ladder {
        let shown: Vec<usize> =
            (0..sequence.lanes().len()).filter(|lane| !options.hidden.contains(lane)).collect();
        let room = (options.width - GUTTER) / shown.len().max(1) as f64;
        let spacing = room.clamp(LANE_MIN, LANE_MAX);
        let columns: Vec<Column> = shown
            .iter()
            .enumerate()
            .map(|(index, lane)| Column { lane: *lane, x: GUTTER + spacing * (index as f64 + 0.5) })
            .collect();
        let indexes: Vec<usize> =
            (0..sequence.steps().len()).filter(|index| is_shown(sequence, *index, options)).collect();
        let steps: Vec<&Step> = indexes.iter().filter_map(|index| sequence.steps().get(*index)).collect();
        let runs = if options.folds { fold::runs(&steps) } else { Vec::new() };
        let mut places = Vec::new();
        let mut next = 0;
        for run in runs {
            let Run { start, period, times } = run;
            places.extend((next..start).map(|step| (step, None)));
            let is_open = steps.get(start).is_some_and(|step| options.open.contains(&step.seq));
            let length = if is_open { period * times } else { period };
            places.extend(
                (start..start + length).map(|step| (step, (step == start).then_some((times, period)))),
            );
            next = start + period * times;
        }
        places.extend((next..steps.len()).map(|step| (step, None)));
        let mut y = MARGIN;
        let mut before: Option<u64> = None;
        let per_us = time_scale(&steps);
        let places: Vec<Place> = places
            .into_iter()
            .filter_map(|(step, run)| {
                let time = steps.get(step)?.time_us;
                if let Some(before) = before {
                    y += match options.scale {
                        Scale::Rows => ROW,
                        Scale::Time => (time.saturating_sub(before) as f64 * per_us).max(CLOSEST),
                    };
                }
                before = Some(time);
                Some(Place { step: *indexes.get(step)?, y, run })
            })
            .collect();
        Ladder {
            width: (GUTTER + spacing * columns.len() as f64).max(options.width),
            height: y + ROW + MARGIN,
            columns,
            places,
            spacing,
        }
    }

    /// The width at which the lanes stand as close as they may.
    pub fn least_width(&self) -> f64 {
        GUTTER + LANE_MIN * self.columns.len().max(1) as f64
    }

    /// The middle of a lane, if it is shown.
    pub fn x(&self, lane: usize) -> Option<f64> {
        self.columns.iter().find(|column| column.lane == lane).map(|column| column.x)
    }

    /// The upper edge of an event's step; of one that is folded away, that of its run.
    pub fn y_of(&self, sequence: &Sequence, seq: u64) -> Option<f64> {
        let after = self
            .places
            .partition_point(|place| sequence.steps().get(place.step).is_some_and(|step| step.seq <= seq));
        let place = self.places.get(after.checked_sub(1)?)?;
        let step = sequence.steps().get(place.step)?;
        (step.seq == seq || sequence.steps().back().is_some_and(|last| last.seq >= seq)).then_some(place.y)
    }

    /// The places from one height to another.
    pub fn between(&self, top: f64, bottom: f64) -> &[Place] {
        let first = self.places.partition_point(|place| place.y + ROW < top);
        let last = self.places.partition_point(|place| place.y <= bottom);
        self.places.get(first..last.max(first)).unwrap_or_default()
    }
}

fn is_shown(sequence: &Sequence, index: usize, options: &Options) -> bool {
    sequence.steps().get(index).is_some_and(|step| match step.shape {
        Shape::Band => true,
        // An arrow needs one end in view, or it is of no use to whoever hid the lanes.
        Shape::Out(other) | Shape::In(other) | Shape::End(Some(other)) => {
            !(options.hidden.contains(&step.lane) && options.hidden.contains(&other))
        }
        _ => !options.hidden.contains(&step.lane),
    })
}

/// Units for a microsecond, so that the usual distance of two steps is a row.
fn time_scale(steps: &[&Step]) -> f64 {
    let mut gaps: Vec<u64> = steps
        .iter()
        .zip(steps.iter().skip(1))
        .map(|(one, next)| next.time_us.saturating_sub(one.time_us))
        .collect();
    gaps.sort_unstable();
    let usual = gaps.get(gaps.len() / 2).copied().unwrap_or(1).max(1);
    ROW / usual as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sequence(times: &[u64]) -> Sequence {
        let mut sequence = Sequence::default();
        for (index, time_us) in times.iter().enumerate() {
            let event = json!({"seq": index + 1, "time_us": time_us, "socket": 3 + index % 2, "kind": "option", "name": "ttl", "value": 1});
            sequence.apply(&serde_json::from_value(event).unwrap());
        }
        sequence
    }

    fn heights(ladder: &Ladder) -> Vec<f64> {
        ladder.places.iter().map(|place| place.y - MARGIN).collect()
    }

    #[test]
    fn rows_are_even_and_a_true_scale_is_not() {
        let sequence = sequence(&[0, 10, 20, 30, 1030]);
        let options = Options { width: 1000.0, ..Options::default() };
        assert_eq!(heights(&Ladder::new(&sequence, &options)), [0.0, ROW, 2.0 * ROW, 3.0 * ROW, 4.0 * ROW]);
        let options = Options { scale: Scale::Time, ..options };
        assert_eq!(heights(&Ladder::new(&sequence, &options)), [0.0, ROW, 2.0 * ROW, 3.0 * ROW, 103.0 * ROW]);
    }

    #[test]
    fn repeats_fold_and_open() {
        let sequence = sequence(&[0, 1, 2, 3, 4, 5, 6, 7]);
        let options = Options { width: 1000.0, folds: true, ..Options::default() };
        let folded = Ladder::new(&sequence, &options);
        assert_eq!(folded.places.len(), 2);
        assert_eq!(folded.places[0].run, Some((4, 2)));
        assert_eq!(folded.y_of(&sequence, 7), Some(folded.places[1].y));
        let open = Ladder::new(&sequence, &Options { open: BTreeSet::from([1]), ..options });
        assert_eq!(open.places.len(), 8);
    }

    #[test]
    fn a_hidden_lane_takes_its_own_steps_along() {
        let sequence = sequence(&[0, 1, 2, 3]);
        let options = Options { width: 100.0, hidden: BTreeSet::from([0]), ..Options::default() };
        let ladder = Ladder::new(&sequence, &options);
        assert_eq!(ladder.columns.len(), 1);
        assert_eq!(ladder.places.iter().map(|place| place.step).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(ladder.between(0.0, MARGIN).len(), 1);
    }
}
