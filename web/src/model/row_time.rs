//! The three kinds of time that a row of the log can show.

use crate::model::format::clock;

/// What the column of times shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeKind {
    /// The time of day.
    #[default]
    Absolute,
    /// Since the session's first line, or since the line that was chosen as zero.
    Relative,
    /// Since the line above.
    Delta,
}

impl TimeKind {
    /// All of them, in the order of the menu.
    pub const ALL: [TimeKind; 3] = [TimeKind::Absolute, TimeKind::Relative, TimeKind::Delta];

    /// Its name in the menu's values and in the storage.
    pub fn name(self) -> &'static str {
        match self {
            TimeKind::Absolute => "absolute",
            TimeKind::Relative => "relative",
            TimeKind::Delta => "delta",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> TimeKind {
        TimeKind::ALL.into_iter().find(|kind| kind.name() == name).unwrap_or_default()
    }

    /// A line's time, `base_us` being what it counts from and `offset_minutes` the distance of the clock from UTC.
    pub fn show(self, time_us: u64, base_us: u64, offset_minutes: i32) -> String {
        match self {
            TimeKind::Absolute => clock(time_us, offset_minutes),
            TimeKind::Relative | TimeKind::Delta => seconds(time_us, base_us),
        }
    }
}

/// Seconds with a sign and six decimals: rows stand under each other, so that all have the same unit.
fn seconds(time_us: u64, base_us: u64) -> String {
    let sign = if time_us < base_us { '−' } else { '+' };
    let distance = time_us.abs_diff(base_us);
    format!("{sign}{}.{:06}", distance / 1_000_000, distance % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_counts_from_its_own_base() {
        assert_eq!(TimeKind::Absolute.show(3_600_000_000, 5, 0), "01:00:00.000");
        assert_eq!(TimeKind::Relative.show(12_345_678, 1, 0), "+12.345677");
        assert_eq!(TimeKind::Delta.show(5, 5, 0), "+0.000000");
        assert_eq!(TimeKind::Relative.show(1, 1_000_002, 0), "−1.000001");
        assert_eq!(TimeKind::from_name("delta"), TimeKind::Delta);
        assert_eq!(TimeKind::from_name("else"), TimeKind::Absolute);
    }
}
