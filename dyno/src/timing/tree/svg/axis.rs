//! The axis of time.

/// From nanoseconds to pixels.
#[derive(Clone, Copy)]
pub(super) struct Axis {
    pub(super) left: f64,
    pub(super) width: f64,
    pub(super) until: u64,
}

impl Axis {
    /// Where a moment is.
    #[expect(clippy::cast_precision_loss, reason = "pixels")]
    pub(super) fn x(&self, nanos: u64) -> f64 {
        let share = nanos.min(self.until) as f64 / self.until.max(1) as f64;
        self.left + share * self.width
    }

    pub(super) fn right(&self) -> f64 {
        self.left + self.width
    }

    /// Moments worth a line: multiples of 1, 2 or 5 times a power of ten, no more than ten of them.
    pub(super) fn ticks(&self) -> Vec<u64> {
        let most = 10;
        let mut step = 1_u64;
        for factor in [2, 5, 10].iter().cycle() {
            if self.until / step < most {
                break;
            }
            let decade = 10_u64.pow(step.ilog10());
            step = decade.saturating_mul(*factor);
        }
        (0..=self.until / step).map(|n| n * step).collect()
    }
}

/// `2.5 ms`, with no more digits than `step` needs.
#[expect(clippy::cast_precision_loss, reason = "a few digits are shown")]
pub(super) fn label(nanos: u64, step: u64) -> String {
    if nanos == 0 {
        return "0".to_owned();
    }
    let (unit, name) = match nanos {
        1..=999 => (1, "ns"),
        1_000..=999_999 => (1_000, "µs"),
        1_000_000..=999_999_999 => (1_000_000, "ms"),
        _ => (1_000_000_000, "s"),
    };
    let digits = (0..9).find(|digits| (step * 10_u64.pow(*digits)) % unit == 0).unwrap_or(9);
    format!("{:.*} {name}", digits as usize, nanos as f64 / unit as f64)
}

#[cfg(test)]
mod tests {
    use super::{Axis, label};

    #[test]
    fn ticks_are_round_and_few() {
        for (until, last, count) in [
            (0, 0, 1),
            (7, 7, 8),
            (12, 12, 7),
            (12_345_678, 12_000_000, 7),
            (100, 100, 6),
            (999, 900, 10),
            (60_000_000_000, 60_000_000_000, 7),
        ] {
            let ticks = Axis { left: 0.0, width: 100.0, until }.ticks();
            assert_eq!((ticks.last().copied(), ticks.len()), (Some(last), count), "{until}");
        }
    }

    #[test]
    fn labels_have_the_digits_that_the_step_needs() {
        assert_eq!(label(2_500_000, 500_000), "2.5 ms");
        assert_eq!(label(2_000_000, 500_000), "2.0 ms");
        assert_eq!(label(2_000_000, 2_000_000), "2 ms");
        assert_eq!(label(1_500_000_000, 500_000_000), "1.5 s");
    }
}
