//! Repeats folded: five hundred equal echoes are one and a count.

use super::Step;

/// Longest pattern looked for: a request and its answer, each with its `recv`, and some to spare.
const PERIOD_MAX: usize = 8;
/// Fewer repeats than this are shown as they are.
const REPEATS_MIN: usize = 3;

/// A run of steps that repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// The index of its first step.
    pub(super) start: usize,
    /// How many steps make one repeat.
    pub(super) period: usize,
    /// How often they come.
    pub(super) times: usize,
}

/// The runs of steps, in order, none overlapping.
pub(super) fn runs(steps: &[&Step]) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut start = 0;
    while start < steps.len() {
        let best = (1..=PERIOD_MAX)
            .map(|period| Run { start, period, times: times(steps, start, period) })
            .filter(|run| run.times >= REPEATS_MIN)
            .max_by_key(|run| (run.period * run.times, std::cmp::Reverse(run.period)));
        match best {
            Some(run) => {
                start += run.period * run.times;
                runs.push(run);
            }
            None => start += 1,
        }
    }
    runs
}

fn times(steps: &[&Step], start: usize, period: usize) -> usize {
    let equal = |index: usize| match (steps.get(index), steps.get(index + period)) {
        (Some(one), Some(other)) => repeats(one, other),
        _ => false,
    };
    let equals = (start..).take_while(|index| equal(*index)).count();
    1 + equals / period
}

/// Whether two steps look the same but for their time.
fn repeats(one: &Step, other: &Step) -> bool {
    use super::Shape::*;
    one.lane == other.lane
        && one.repeats == other.repeats
        && match (&one.shape, &other.shape) {
            (Mark, Mark) | (Take(_), Take(_)) => true,
            (Out(one), Out(other)) | (In(one), In(other)) => one == other,
            // The begin and end of a lane, and what somebody wrote, are never mere repeats.
            _ => false,
        }
}
