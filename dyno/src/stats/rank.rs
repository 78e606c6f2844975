//! Figures that are values of the data, by their place in order.

use super::Sample;

/// The value with `p` percent of the data before it in order: what stands at ⌊n · p / 100⌋ (nearest
/// rank), and at `p` = 100 the greatest. `None` when there are no data.
///
/// The data need no order, and are left as they are. If one of them is NaN, so is the answer.
/// Several of the same data are cheaper together: [`percentiles`].
///
/// ```
/// use dyno::stats::percentile;
///
/// let data: Vec<u32> = (0..99).collect();
/// assert_eq!(percentile(50, &data), Some(49));
/// assert_eq!(percentile(99.5, &data), Some(98));
/// assert_eq!(percentile(100, &[3, 1, 2]), Some(3));
/// assert_eq!(percentile(50, &[0.0; 0]), None);
/// ```
///
/// # Panics
/// When `p` is not from 0 to 100.
#[track_caller]
pub fn percentile<T: Sample>(p: impl Into<f64>, data: &[T]) -> Option<T> {
    let p = checked(p.into());
    if let found @ Some(_) = nan(data) {
        return found;
    }
    let at = place(p, data.len())?;
    let mut copy = data.to_vec();
    Some(*copy.select_nth_unstable_by(at, T::order).1)
}

/// Several [`percentile`]s of the same data, which are sorted only once.
///
/// ```
/// use dyno::stats::percentiles;
///
/// let data: Vec<u32> = (0..1000).rev().collect();
/// assert_eq!(percentiles([50.0, 99.0, 99.5], &data), Some([500, 990, 995]));
/// ```
///
/// # Panics
/// When a percentage is not from 0 to 100.
#[track_caller]
pub fn percentiles<T: Sample, const N: usize>(
    ps: [impl Into<f64>; N],
    data: &[T],
) -> Option<[T; N]> {
    // Not by `map`, whose closure would hide who called.
    let mut checks = [0.0; N];
    for (check, p) in checks.iter_mut().zip(ps) {
        *check = checked(p.into());
    }
    if let Some(nan) = nan(data) {
        return Some([nan; N]);
    }
    let mut found = [*data.first()?; N];
    let mut sorted = data.to_vec();
    sorted.sort_unstable_by(T::order);
    for (found, p) in found.iter_mut().zip(checks) {
        *found = sorted[place(p, sorted.len())?];
    }
    Some(found)
}

/// The middle value in order, and of an even number of values the mean of the two in the middle.
/// `None` when there are no data, and NaN when one of them is.
///
/// ```
/// use dyno::stats::median;
///
/// assert_eq!(median(&[5, 1, 3]), Some(3.0));
/// assert_eq!(median(&[5, 1, 3, 2]), Some(2.5));
/// ```
pub fn median<T: Sample>(data: &[T]) -> Option<T::Mean> {
    if let Some(nan) = nan(data) {
        return T::mean_of(&[nan]);
    }
    let middle = (!data.is_empty()).then_some(data.len() / 2)?;
    let mut copy = data.to_vec();
    let (before, &mut upper, _) = copy.select_nth_unstable_by(middle, T::order);
    if data.len() % 2 == 1 {
        return T::mean_of(&[upper]);
    }
    let lower = before.iter().copied().max_by(T::order)?;
    T::mean_of(&[lower, upper])
}

/// The least value. `None` when there are no data, and NaN when one of them is.
///
/// ```
/// assert_eq!(dyno::stats::min(&[2.5, -1.0, 4.0]), Some(-1.0));
/// ```
pub fn min<T: Sample>(data: &[T]) -> Option<T> {
    nan(data).or_else(|| data.iter().copied().min_by(T::order))
}

/// The greatest value. `None` when there are no data, and NaN when one of them is.
///
/// ```
/// assert_eq!(dyno::stats::max(&[2.5, -1.0, 4.0]), Some(4.0));
/// ```
pub fn max<T: Sample>(data: &[T]) -> Option<T> {
    nan(data).or_else(|| data.iter().copied().max_by(T::order))
}

#[track_caller]
fn checked(p: f64) -> f64 {
    assert!((0.0..=100.0).contains(&p), "stats: `p` must be from 0 to 100 percent, and it is {p}");
    p
}

#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn place(p: f64, n: usize) -> Option<usize> {
    let last = n.checked_sub(1)?;
    Some(((n as f64 * p / 100.0) as usize).min(last))
}

fn nan<T: Sample>(data: &[T]) -> Option<T> {
    data.iter().copied().find(|value| value.is_nan())
}
