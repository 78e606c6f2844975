//! Figures of a stream.

use std::fmt;

use super::Sample;

/// Mean, variance, least and most of a stream, of which it keeps nothing.
///
/// By the update of B. P. Welford ("Note on a Method for Calculating Corrected Sums of Squares and
/// Products", Technometrics 4, 1962), in which nothing cancels; two are [merged](Running::merge) by
/// that of T. F. Chan et al. ("Updating Formulae and a Pairwise Algorithm for Computing Sample
/// Variances", Stanford 1979), so that each thread may have its own.
///
/// Durations count in seconds. A NaN makes every figure NaN.
///
/// ```
/// use dyno::stats::Running;
///
/// let mut running = Running::new();
/// for value in [4, 7, 13, 16] {
///     running.push(value);
/// }
/// assert_eq!((running.count(), running.mean(), running.variance()), (4, Some(10.0), Some(30.0)));
/// assert_eq!((running.min(), running.max()), (Some(4.0), Some(16.0)));
///
/// let other: Running = [1.0, 2.0].into_iter().collect();
/// running.merge(&other);
/// assert_eq!(running.count(), 6);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Running {
    count: u64,
    mean: f64,
    /// Of the deviations from the mean.
    squares: f64,
    min: f64,
    max: f64,
}

impl Running {
    /// Of nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { count: 0, mean: 0.0, squares: 0.0, min: f64::INFINITY, max: f64::NEG_INFINITY }
    }

    /// Adds a value; of a duration, its seconds.
    pub fn push(&mut self, value: impl Sample) {
        self.add(value.value());
    }

    /// Adds all that `other` was told, as if this had been told it.
    #[allow(clippy::cast_precision_loss)]
    pub fn merge(&mut self, other: &Self) {
        if self.count == 0 {
            *self = *other;
            return;
        }
        if other.count == 0 {
            return;
        }
        let (own, others) = (self.count as f64, other.count as f64);
        let share = others / (own + others);
        let apart = other.mean - self.mean;
        self.squares += other.squares + apart * (apart * (own * share));
        self.mean = towards(self.mean, other.mean, share);
        self.count += other.count;
        self.min = least(self.min, other.min);
        self.max = -least(-self.max, -other.max);
    }

    /// How many values there were.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The arithmetic mean. `None` when there were no values.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then_some(self.mean)
    }

    /// The variance of what the values are a sample of, by n − 1; [`variance`](super::variance) of a
    /// slice. `None` when there were fewer than two.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn variance(&self) -> Option<f64> {
        (self.count > 1).then(|| self.squares / (self.count - 1) as f64)
    }

    /// The variance of values that are all there are, by n;
    /// [`population_variance`](super::population_variance) of a slice. `None` when there were none.
    #[must_use]
    #[allow(clippy::cast_precision_loss)]
    pub fn population_variance(&self) -> Option<f64> {
        (self.count > 0).then(|| self.squares / self.count as f64)
    }

    /// The root of the [`variance`](Running::variance).
    #[must_use]
    pub fn stdev(&self) -> Option<f64> {
        self.variance().map(f64::sqrt)
    }

    /// The root of the [`population_variance`](Running::population_variance).
    #[must_use]
    pub fn population_stdev(&self) -> Option<f64> {
        self.population_variance().map(f64::sqrt)
    }

    /// The least value. `None` when there were none.
    #[must_use]
    pub fn min(&self) -> Option<f64> {
        (self.count > 0).then_some(self.min)
    }

    /// The greatest value. `None` when there were none.
    #[must_use]
    pub fn max(&self) -> Option<f64> {
        (self.count > 0).then_some(self.max)
    }

    #[allow(clippy::cast_precision_loss)]
    fn add(&mut self, value: f64) {
        self.count += 1;
        let before = value - self.mean;
        self.mean = towards(self.mean, value, 1.0 / self.count as f64);
        self.squares += before * (value - self.mean);
        self.min = least(self.min, value);
        self.max = -least(-self.max, -value);
    }
}

/// From one mean to another, which has this share of the weight; the plain form where the way between
/// them is too long for an `f64`.
fn towards(from: f64, to: f64, share: f64) -> f64 {
    let way = to - from;
    if way.is_finite() { from + way * share } else { from * (1.0 - share) + to * share }
}

/// Unlike `f64::min`, NaN when one is.
fn least(a: f64, b: f64) -> f64 {
    if a.is_nan() || a < b { a } else { b }
}

impl Default for Running {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Sample> Extend<T> for Running {
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        values.into_iter().for_each(|value| self.push(value));
    }
}

impl<T: Sample> FromIterator<T> for Running {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut running = Self::new();
        running.extend(values);
        running
    }
}

/// On one line; what there is none of is left out.
impl fmt::Display for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "n {}", self.count)?;
        let figures = [
            ("mean", self.mean()),
            ("stdev", self.stdev()),
            ("min", self.min()),
            ("max", self.max()),
        ];
        for (name, figure) in figures {
            if let Some(figure) = figure {
                write!(f, ", {name} ")?;
                fmt::Display::fmt(&figure, f)?;
            }
        }
        Ok(())
    }
}
