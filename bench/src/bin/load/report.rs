//! The reports, in Markdown.

use std::fmt::Write as _;
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::Result;

use crate::honest::Latencies;
use crate::server::Look;
use crate::soak::Done;

/// The longest that 99 of 100 calls may take.
const P99_MAX: Duration = Duration::from_millis(50);
/// How many descriptors and tasks more may be left behind.
const LEFT_MAX: u64 = 2;
/// The part of the looks that belongs to the warm-up.
const WARM_UP: f64 = 1.0 / 3.0;
/// Failures that are told one by one.
const SHOWN: usize = 5;

/// What `load` found.
pub(crate) struct Crowd {
    pub(crate) sessions: u32,
    pub(crate) sockets: u64,
    pub(crate) calls_wanted: u32,
    pub(crate) ran: Duration,
    pub(crate) rounds: Vec<Result<Latencies>>,
    pub(crate) health: Vec<Result<Duration>>,
    pub(crate) hostile: u32,
    pub(crate) deeds: String,
    /// Processors that the server kept busy.
    pub(crate) processors: f64,
    pub(crate) memory_before: u64,
    pub(crate) memory_after: u64,
    /// What the server wrote to its log, if there is an error in it.
    pub(crate) errors: Option<String>,
}

pub(crate) fn crowd(crowd: Crowd) -> String {
    let mut calls: Vec<Duration> = crowd.rounds.iter().flatten().flatten().copied().collect();
    calls.sort_unstable();
    let failed: Vec<String> = crowd
        .rounds
        .iter()
        .filter_map(|round| round.as_ref().err())
        .map(|error| format!("{error:#}"))
        .collect();
    let mut health: Vec<Duration> = crowd.health.iter().flatten().copied().collect();
    health.sort_unstable();
    let unhealthy = crowd.health.len() - health.len();
    let p99 = part(&calls, 0.99);
    let mut text = String::new();
    let Crowd { sessions, sockets, calls_wanted, hostile, processors, .. } = crowd;
    let rate = calls.len() as f64 / crowd.ran.as_secs_f64();
    let row = |text: &mut String, name: &str, value: String| _ = writeln!(text, "| {name} | {value} |");
    text.push_str("| figure | value |\n| --- | ---: |\n");
    row(&mut text, "honest sessions, sockets held", format!("{sessions}, {sockets}"));
    row(&mut text, "hostile clients", hostile.to_string());
    row(&mut text, "calls a second, wanted and made", format!("{calls_wanted}, {rate:.0}"));
    row(&mut text, "time", format!("{:.0} s", crowd.ran.as_secs_f64()));
    for (name, part_of) in
        [("median", 0.5), ("90 %", 0.9), ("99 %", 0.99), ("99.9 %", 0.999), ("longest", 1.0)]
    {
        row(&mut text, &format!("call, {name}"), milliseconds(part(&calls, part_of)));
    }
    row(&mut text, "rounds that failed or brought other bytes", failed.len().to_string());
    row(&mut text, "`/healthz`, 99 % and longest", {
        format!("{}, {}", milliseconds(part(&health, 0.99)), milliseconds(part(&health, 1.0)))
    });
    row(&mut text, "`/healthz` without an answer", unhealthy.to_string());
    row(&mut text, "processors that the server kept busy", format!("{processors:.2}"));
    row(&mut text, "its memory, all sessions open and at the end", {
        format!("{}, {}", mebibytes(crowd.memory_before), mebibytes(crowd.memory_after))
    });
    _ = writeln!(text, "\n| what hostile clients did | times |\n| --- | ---: |\n{}", crowd.deeds);
    verdict(&mut text, "99 of 100 calls within 50 ms", p99 <= P99_MAX);
    verdict(&mut text, "nothing lost for the honest", failed.is_empty());
    verdict(&mut text, "health checks answered throughout", unhealthy == 0);
    verdict(&mut text, "the server wrote no error", crowd.errors.is_none());
    for error in failed.iter().take(SHOWN) {
        _ = writeln!(text, "- a round: {error}");
    }
    for error in crowd.health.iter().filter_map(|answer| answer.as_ref().err()).take(SHOWN) {
        _ = writeln!(text, "- health: {error:#}");
    }
    if let Some(errors) = &crowd.errors {
        _ = writeln!(text, "- its log: {errors}");
    }
    text
}

/// What `soak` found.
pub(crate) struct Soak<'a> {
    pub(crate) minutes: u32,
    pub(crate) at_a_time: u32,
    pub(crate) hostile: u32,
    pub(crate) done: &'a Done,
    pub(crate) deeds: String,
    pub(crate) looks: &'a [Look],
    pub(crate) before: Look,
    pub(crate) after: Look,
    pub(crate) errors: Option<String>,
}

pub(crate) fn soak(soak: &Soak<'_>) -> String {
    let Soak { minutes, at_a_time, hostile, before, after, .. } = soak;
    let count = |count: &std::sync::atomic::AtomicU64| count.load(Ordering::Relaxed);
    let failures = count(&soak.done.failures);
    let warm = soak.looks.get((soak.looks.len() as f64 * WARM_UP) as usize..).unwrap_or_default();
    let slope = slope_per_minute(warm);
    let most = |value: fn(&Look) -> u64| soak.looks.iter().map(value).max().unwrap_or_default();
    let mut text = String::new();
    let row = |text: &mut String, name: &str, value: String| _ = writeln!(text, "| {name} | {value} |");
    text.push_str("| figure | value |\n| --- | ---: |\n");
    row(&mut text, "time", format!("{minutes} min"));
    row(&mut text, "sessions at a time, hostile ones of them", format!("{at_a_time}, {hostile}"));
    row(&mut text, "honest sessions opened and ended", count(&soak.done.sessions).to_string());
    row(&mut text, "their rounds of two calls", count(&soak.done.rounds).to_string());
    row(&mut text, "honest sessions that failed", failures.to_string());
    row(&mut text, "descriptors before, at most, after", {
        format!("{}, {}, {}", before.descriptors, most(|look| look.descriptors as u64), after.descriptors)
    });
    row(&mut text, "tasks before, at most, after", {
        format!("{}, {}, {}", before.tasks, most(|look| look.tasks), after.tasks)
    });
    row(&mut text, "memory before, at most, after", {
        let at_most = most(|look| look.memory_bytes);
        format!(
            "{}, {}, {}",
            mebibytes(before.memory_bytes),
            mebibytes(at_most),
            mebibytes(after.memory_bytes)
        )
    });
    row(&mut text, "memory's slope after the first third", format!("{slope:+.1} KiB/min"));
    _ = writeln!(text, "\n| what hostile clients did | times |\n| --- | ---: |\n{}", soak.deeds);
    let near = |before: u64, after: u64| before.abs_diff(after) <= LEFT_MAX;
    verdict(&mut text, "descriptors as before, ±2", {
        near(before.descriptors as u64, after.descriptors as u64)
    });
    verdict(&mut text, "tasks as before, ±2", near(before.tasks, after.tasks));
    verdict(&mut text, "no honest session failed", failures == 0);
    verdict(&mut text, "the server wrote no error", soak.errors.is_none());
    if let Some(errors) = &soak.errors {
        _ = writeln!(text, "- its log: {errors}");
    }
    text
}

pub(crate) fn verdict(text: &mut String, what: &str, holds: bool) {
    _ = writeln!(text, "- {what}: {}", if holds { "yes" } else { "**no**" });
}

/// The value below which so large a part of the sorted values lies.
pub(crate) fn part(sorted: &[Duration], part: f64) -> Duration {
    let place = (sorted.len() as f64 * part).ceil() as usize;
    sorted.get(place.saturating_sub(1)).or(sorted.last()).copied().unwrap_or_default()
}

pub(crate) fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}

pub(crate) fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

/// The slope of the line with the least squares through the memory of these looks.
fn slope_per_minute(looks: &[Look]) -> f64 {
    let Some(first) = looks.first() else { return 0.0 };
    let points: Vec<(f64, f64)> = looks
        .iter()
        .map(|look| ((look.at - first.at).as_secs_f64() / 60.0, look.memory_bytes as f64 / 1024.0))
        .collect();
    let count = points.len() as f64;
    let mean = |value: fn(&(f64, f64)) -> f64| points.iter().map(value).sum::<f64>() / count;
    let (mean_time, mean_memory) = (mean(|point| point.0), mean(|point| point.1));
    let (mut above, mut below) = (0.0, 0.0);
    for (time, memory) in points {
        above += (time - mean_time) * (memory - mean_memory);
        below += (time - mean_time).powi(2);
    }
    if below > 0.0 { above / below } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_part_of_the_values_is_one_of_them() {
        let values: Vec<Duration> = (1..=100).map(Duration::from_millis).collect();
        assert_eq!(part(&values, 0.99), Duration::from_millis(99));
        assert_eq!(part(&values, 1.0), Duration::from_millis(100));
        assert_eq!(part(&values, 0.5), Duration::from_millis(50));
        assert_eq!(part(&[], 0.5), Duration::ZERO);
    }

    #[test]
    fn a_slope_is_found_in_noise() {
        let start = Instant::now();
        let look = |minute: u64, kib: u64| Look {
            at: start + Duration::from_secs(60 * minute),
            descriptors: 0,
            tasks: 0,
            sessions: 0,
            sockets: 0,
            memory_bytes: kib * 1024,
        };
        assert_eq!(slope_per_minute(&[look(0, 100), look(1, 110), look(2, 120)]), 10.0);
        assert_eq!(slope_per_minute(&[look(0, 100), look(1, 103), look(2, 97), look(3, 100)]), -0.6);
        assert_eq!(slope_per_minute(&[]), 0.0);
    }
}
