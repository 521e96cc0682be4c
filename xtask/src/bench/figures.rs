//! Numbers: their middle, and how people read them.

/// The middle value; of two in the middle the larger. Zero of none.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// The value that this part of the values does not exceed. Zero of none.
pub fn percentile(mut values: Vec<f64>, part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = (values.len() as f64 * part).ceil() as usize;
    values.get(place.saturating_sub(1)).copied().unwrap_or(0.0)
}

/// `12345.6` as `12,346`.
pub fn grouped(number: f64) -> String {
    let digits = format!("{:.0}", number.max(0.0));
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_two_is_the_larger() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![2.0, 1.0]), 2.0);
        assert_eq!(median(Vec::new()), 0.0);
    }

    #[test]
    fn a_part_of_the_values_does_not_exceed_it() {
        let values: Vec<f64> = (1..=200).map(f64::from).collect();
        assert_eq!((percentile(values.clone(), 0.99), percentile(values, 0.5)), (198.0, 100.0));
        assert_eq!((percentile(vec![7.0], 0.99), percentile(Vec::new(), 0.99)), (7.0, 0.0));
    }

    #[test]
    fn numbers_are_grouped_by_three() {
        let numbers = [0.0, 50.4, 999.6, 123_456.0, 1_234_567.0].map(grouped);
        assert_eq!(numbers.join(" "), "0 50 1,000 123,456 1,234,567");
    }
}
