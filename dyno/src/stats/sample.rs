//! What figures may be of.

use std::cmp::Ordering;
use std::fmt::Debug;
use std::time::Duration;

/// What figures may be of: any integer of up to 64 bits, `f32`, `f64`, or [`Duration`].
pub trait Sample: private::Value {
    /// What means and deviations of it are: `f64` of numbers, [`Duration`] of durations.
    type Mean: Copy + Debug + PartialEq;

    #[doc(hidden)]
    fn mean_of(data: &[Self]) -> Option<Self::Mean>;

    /// A deviation, from its figure in units of [`value`](private::Value::value).
    #[doc(hidden)]
    fn spread(figure: f64) -> Self::Mean;
}

pub(super) mod private {
    use super::{Debug, Ordering};

    pub trait Value: Copy + Debug {
        /// Whether it is printed as a duration.
        const SECONDS: bool = false;

        fn order(&self, other: &Self) -> Ordering;

        /// As a number; of a duration, in seconds.
        fn value(self) -> f64;

        /// `value` of the difference, which is rounded only once.
        fn minus(self, origin: Self) -> f64;

        fn is_nan(self) -> bool {
            false
        }
    }
}

macro_rules! integers {
    ($($integer:ty)*) => { $(
        impl private::Value for $integer {
            fn order(&self, other: &Self) -> Ordering {
                self.cmp(other)
            }

            #[allow(clippy::cast_precision_loss, clippy::cast_lossless)]
            fn value(self) -> f64 {
                self as f64
            }

            #[allow(clippy::cast_precision_loss)]
            fn minus(self, origin: Self) -> f64 {
                (wide(self) - wide(origin)) as f64
            }
        }

        impl Sample for $integer {
            type Mean = f64;

            #[allow(clippy::cast_precision_loss)]
            fn mean_of(data: &[Self]) -> Option<f64> {
                let total: i128 = data.iter().copied().map(wide).sum();
                (!data.is_empty()).then(|| total as f64 / data.len() as f64)
            }

            fn spread(figure: f64) -> f64 {
                figure
            }
        }
    )* };
}

integers!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize);

/// Any of the integers above; `isize` and `usize` have no `From`.
fn wide<I>(integer: I) -> i128
where
    i128: TryFrom<I>,
{
    i128::try_from(integer).unwrap_or_default()
}

macro_rules! floats {
    ($($float:ty)*) => { $(
        impl private::Value for $float {
            fn order(&self, other: &Self) -> Ordering {
                self.total_cmp(other)
            }

            fn value(self) -> f64 {
                self.into()
            }

            fn minus(self, origin: Self) -> f64 {
                f64::from(self) - f64::from(origin)
            }

            fn is_nan(self) -> bool {
                self.is_nan()
            }
        }

        impl Sample for $float {
            type Mean = f64;

            #[allow(clippy::cast_precision_loss)]
            fn mean_of(data: &[Self]) -> Option<f64> {
                let values = || data.iter().copied().map(f64::from);
                let n = data.len() as f64;
                let total = sum(values());
                if total.is_finite() || !values().all(f64::is_finite) {
                    return (!data.is_empty()).then_some(total / n);
                }
                // Only the sum is too great. By a power of two nothing is rounded.
                let scale = data.len().next_power_of_two() as f64 * 2.0;
                Some(sum(values().map(|value| value / scale)) / n * scale)
            }

            fn spread(figure: f64) -> f64 {
                figure
            }
        }
    )* };
}

floats!(f32 f64);

/// With what each addition loses kept apart (A. Neumaier, "Rundungsfehleranalyse einiger Verfahren
/// zur Summation endlicher Summen", ZAMM 54, 1974).
pub(super) fn sum(values: impl Iterator<Item = f64>) -> f64 {
    let (mut total, mut lost) = (0.0_f64, 0.0);
    for value in values {
        let next = total + value;
        lost += if total.abs() >= value.abs() {
            (total - next) + value
        } else {
            (value - next) + total
        };
        total = next;
    }
    // Of an infinite sum the loss is not a number.
    if total.is_finite() { total + lost } else { total }
}

impl private::Value for Duration {
    const SECONDS: bool = true;

    fn order(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }

    fn value(self) -> f64 {
        self.as_secs_f64()
    }

    fn minus(self, origin: Self) -> f64 {
        self.abs_diff(origin).as_secs_f64() * if self < origin { -1.0 } else { 1.0 }
    }
}

impl Sample for Duration {
    type Mean = Duration;

    /// To the nearest nanosecond.
    fn mean_of(data: &[Self]) -> Option<Duration> {
        let n = u128::try_from(data.len()).ok().filter(|n| *n > 0)?;
        // 94 bits each, so there is room for 2³³ of the longest; they stop there and do not wrap.
        let total = data.iter().fold(0, |total: u128, took| total.saturating_add(took.as_nanos()));
        let nanos = total.saturating_add(n / 2) / n;
        let seconds = u64::try_from(nanos / 1_000_000_000).unwrap_or(u64::MAX);
        let rest = u32::try_from(nanos % 1_000_000_000).unwrap_or_default();
        Some(Duration::new(seconds, rest))
    }

    fn spread(figure: f64) -> Duration {
        Duration::try_from_secs_f64(figure).unwrap_or(Duration::MAX)
    }
}
