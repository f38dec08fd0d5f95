//! Round numbers beside a chart and round times below it.

use crate::model::format::{bytes, duration_us};

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes in a second.
    BytesRate,
    /// Times in a second.
    Rate,
    /// Bytes.
    Bytes,
    /// Microseconds.
    Micros,
    /// Times.
    Count,
}

impl Unit {
    fn is_bytes(self) -> bool {
        matches!(self, Unit::BytesRate | Unit::Bytes)
    }

    /// A value as it is read.
    pub fn value(self, value: f64) -> String {
        match self {
            Unit::BytesRate => bytes(value.round() as u64) + "/s",
            Unit::Bytes => bytes(value.round() as u64),
            Unit::Micros => duration_us(value.round() as u64),
            Unit::Rate => trimmed(value, 1) + "/s",
            Unit::Count => trimmed(value, 0),
        }
    }

    /// A round value on an axis. That it is one of a second stands in the chart's name.
    pub fn tick(self, value: f64) -> String {
        match self {
            _ if value == 0.0 => "0".to_owned(),
            Unit::Micros => {
                let (size, name) = match value {
                    ..1e3 => (1.0, "µs"),
                    ..1e6 => (1e3, "ms"),
                    _ => (1e6, "s"),
                };
                format!("{} {name}", trimmed(value / size, 2))
            }
            // A power of two is a whole number of its unit.
            Unit::BytesRate | Unit::Bytes => bytes(value as u64).replace(".0", ""),
            _ => trimmed(value, 0),
        }
    }

    /// The step between the values on an axis that reaches to `most`, of which there are at most three beside zero.
    pub fn step(self, most: f64) -> f64 {
        let mut step: f64 = match (self.is_bytes(), most > 0.0) {
            // The axis of nothing.
            (true, false) => 1024.0,
            _ => 1.0,
        };
        let mut factors = [2.0, 2.5, 2.0].into_iter().cycle();
        // The limit is for what is no number.
        while most / step > 3.0 && step < 1e18 {
            step *= if self.is_bytes() { 2.0 } else { factors.next().unwrap_or(2.0) };
        }
        step
    }
}

fn trimmed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// Steps of time that people count in, in microseconds.
const STEPS: [u64; 19] = [
    100_000,
    200_000,
    500_000,
    1_000_000,
    2_000_000,
    5_000_000,
    10_000_000,
    15_000_000,
    30_000_000,
    60_000_000,
    120_000_000,
    300_000_000,
    600_000_000,
    1_800_000_000,
    3_600_000_000,
    7_200_000_000,
    21_600_000_000,
    43_200_000_000,
    86_400_000_000,
];

/// The round times of the day between two times, at most about `most` of them, and how they are written, `offset_minutes`
/// east of UTC.
pub fn times(begin_us: u64, length_us: u64, most: u64, offset_minutes: i32) -> Vec<(u64, String)> {
    let longest = STEPS[STEPS.len() - 1];
    let step = STEPS.into_iter().find(|step| length_us / step <= most).unwrap_or(longest);
    // Longer than months: whole days, as many apart as are needed.
    let step = step * (length_us / step / most.max(1)).max(1);
    let east = i64::from(offset_minutes) * 60_000_000;
    let local = begin_us as i64 + east;
    let first = local + (step as i64 - local.rem_euclid(step as i64)) % step as i64;
    (0..=length_us / step)
        .map(|count| (first - east) as u64 + count * step)
        .filter(|time| *time <= begin_us + length_us)
        .map(|time| (time, time_of_day(time, step, offset_minutes)))
        .collect()
}

/// A time of the day, as exact as steps of `step` need.
pub fn time_of_day(time_us: u64, step: u64, offset_minutes: i32) -> String {
    let mut text = crate::model::format::clock(time_us, offset_minutes);
    // `12:34:56.789`
    text.truncate(match step {
        0..1_000_000 => 10,
        1_000_000..60_000_000 => 8,
        _ => 5,
    });
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(unit: Unit, most: f64) -> Vec<String> {
        let step = unit.step(most);
        (0..=(most / step).ceil() as u64).map(|count| unit.tick(count as f64 * step)).collect()
    }

    #[test]
    fn the_numbers_on_an_axis_are_round() {
        assert_eq!(ticks(Unit::BytesRate, 1500.0), ["0", "512 B", "1 KiB", "1.5 KiB"]);
        assert_eq!(ticks(Unit::Bytes, 200_000.0), ["0", "128 KiB", "256 KiB"]);
        assert_eq!(ticks(Unit::Rate, 19.0), ["0", "10", "20"]);
        assert_eq!(ticks(Unit::Micros, 40.0), ["0", "20 µs", "40 µs"]);
        assert_eq!(ticks(Unit::Micros, 1_400.0), ["0", "500 µs", "1 ms", "1.5 ms"]);
        assert_eq!(ticks(Unit::Micros, 4e6), ["0", "2 s", "4 s"]);
        assert_eq!(ticks(Unit::Count, 0.0), ["0"]);
        assert_eq!(Unit::Bytes.step(0.0), 1024.0);
    }

    #[test]
    fn an_axis_of_what_is_no_number_ends() {
        assert!(Unit::Rate.step(f64::INFINITY).is_finite());
        assert_eq!(Unit::Rate.step(f64::NAN), 1.0);
    }

    #[test]
    fn values_are_read_with_their_units() {
        assert_eq!(Unit::BytesRate.value(1536.0), "1.5 KiB/s");
        assert_eq!(Unit::Rate.value(19.96), "20/s");
        assert_eq!(Unit::Rate.value(0.5), "0.5/s");
        assert_eq!(Unit::Count.value(3.0), "3");
        assert_eq!(Unit::Micros.value(85.0), "85 µs");
    }

    #[test]
    fn times_are_round_where_the_reader_is() {
        let texts = |begin, length, most, offset| -> Vec<String> {
            times(begin, length, most, offset).into_iter().map(|(_, text)| text).collect()
        };
        assert_eq!(texts(3_200_000, 30_000_000, 4, 0), ["00:00:10", "00:00:20", "00:00:30"]);
        assert_eq!(texts(0, 600_000_000, 3, 8 * 60), ["08:00", "08:05", "08:10"]);
        assert_eq!(texts(40_000, 900_000, 4, 0), ["00:00:00.2", "00:00:00.4", "00:00:00.6", "00:00:00.8"]);
        // An offset of 45 minutes, as in Nepal.
        assert_eq!(texts(0, 7_200_000_000, 2, 345), ["06:00", "07:00"]);
        let years = texts(0, 1_700_000_000_000_000, 5, 0);
        assert!(years.len() <= 7, "{years:?}");
    }
}
