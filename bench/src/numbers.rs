//! Medians and ratios.

/// The middle value, or the mean of the two in the middle; none of nothing.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        length if length % 2 == 1 => Some(sorted[middle]),
        _ => Some(f64::midpoint(sorted[middle - 1], sorted[middle])),
    }
}

/// The median of the ratios round by round. A machine that slows down between two rounds slows both sides of each
/// ratio, so this moves less than a ratio of medians.
pub fn median_ratio(values: &[f64], to: &[f64]) -> Option<f64> {
    let ratios: Vec<f64> =
        values.iter().zip(to).filter(|(_, to)| **to > 0.0).map(|(value, to)| value / to).collect();
    median(&ratios)
}

/// The middle of many samples, which are put in order for it; none of nothing.
pub fn median_sample(samples: &mut [u64]) -> Option<u64> {
    if samples.is_empty() {
        return None;
    }
    let middle = samples.len() / 2;
    Some(*samples.select_nth_unstable(middle).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_the_middle_whatever_the_order() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[3.0]), Some(3.0));
        assert_eq!(median(&[9.0, 1.0, 5.0]), Some(5.0));
        assert_eq!(median(&[4.0, 1.0, 100.0, 2.0]), Some(3.0));
    }

    #[test]
    fn ratios_are_taken_round_by_round() {
        assert_eq!(median_ratio(&[10.0, 5.0, 20.0], &[5.0, 2.5, 10.0]), Some(2.0));
        assert_eq!(median_ratio(&[10.0, 5.0], &[5.0]), Some(2.0));
        assert_eq!(median_ratio(&[10.0], &[0.0]), None);
    }

    #[test]
    fn a_median_of_samples_is_one_of_them() {
        assert_eq!(median_sample(&mut []), None);
        assert_eq!(median_sample(&mut [5, 1, 9]), Some(5));
        assert_eq!(median_sample(&mut [1, 1, 1, 7]), Some(1));
    }
}
