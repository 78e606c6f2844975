//! Figures that all values of the data make together.

use super::Sample;
use super::sample::sum;

/// The arithmetic mean: an `f64` of numbers, of durations a `Duration`, to the nearest nanosecond.
/// `None` when there are no data.
///
/// What additions lose is kept apart and added at the end (Neumaier 1974); integers and durations
/// are added exactly.
///
/// ```
/// assert_eq!(dyno::stats::mean(&[1, 2, 4, 5]), Some(3.0));
/// assert_eq!(dyno::stats::mean(&[1e100, 1.0, -1e100]), Some(1.0 / 3.0));
/// ```
pub fn mean<T: Sample>(data: &[T]) -> Option<T::Mean> {
    T::mean_of(data)
}

/// The variance of what the data are a sample of: squared deviations from the mean, by n − 1
/// (Bessel's correction). Of durations, in seconds squared. `None` when there are fewer than two.
///
/// In two passes over what is left when the first value has been taken off each (T. F. Chan et al.,
/// "Algorithms for Computing the Sample Variance", The American Statistician 37, 1983): nothing
/// cancels, however far from zero the data are.
///
/// ```
/// assert_eq!(dyno::stats::variance(&[4, 7, 13, 16]), Some(30.0));
/// assert_eq!(dyno::stats::variance(&[1e9 + 4.0, 1e9 + 7.0, 1e9 + 13.0, 1e9 + 16.0]), Some(30.0));
/// ```
#[allow(clippy::cast_precision_loss)]
pub fn variance<T: Sample>(data: &[T]) -> Option<f64> {
    (data.len() > 1).then(|| squares(data) / (data.len() - 1) as f64)
}

/// The variance of data that are all there are: squared deviations from the mean, by n. Of durations,
/// in seconds squared. `None` when there are no data.
///
/// ```
/// assert_eq!(dyno::stats::population_variance(&[4, 7, 13, 16]), Some(22.5));
/// ```
#[allow(clippy::cast_precision_loss)]
pub fn population_variance<T: Sample>(data: &[T]) -> Option<f64> {
    (!data.is_empty()).then(|| squares(data) / data.len() as f64)
}

/// The standard deviation of what the data are a sample of: the root of the [`variance`]. `None` when
/// there are fewer than two.
///
/// ```
/// use std::time::Duration;
///
/// let took = [1, 2, 3].map(Duration::from_millis);
/// assert_eq!(dyno::stats::stdev(&took), Some(Duration::from_millis(1)));
/// ```
pub fn stdev<T: Sample>(data: &[T]) -> Option<T::Mean> {
    variance(data).map(|variance| T::spread(variance.sqrt()))
}

/// The standard deviation of data that are all there are: the root of the [`population_variance`].
/// `None` when there are no data.
///
/// ```
/// assert_eq!(dyno::stats::population_stdev(&[2, 4, 4, 4, 5, 5, 7, 9]), Some(2.0));
/// ```
pub fn population_stdev<T: Sample>(data: &[T]) -> Option<T::Mean> {
    population_variance(data).map(|variance| T::spread(variance.sqrt()))
}

/// The sum of the squared deviations from the mean.
#[allow(clippy::cast_precision_loss)]
fn squares<T: Sample>(data: &[T]) -> f64 {
    let Some(&origin) = data.first() else { return 0.0 };
    let n = data.len() as f64;
    let shifted = || data.iter().map(|value| value.minus(origin));
    let mean = sum(shifted()) / n;
    sum(shifted().map(|value| (value - mean).powi(2)))
}
