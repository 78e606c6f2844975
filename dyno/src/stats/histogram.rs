//! Counts in bins.

use std::ops::{Range, RangeInclusive};

use super::{Bins, Sample};

/// How many values there were in each of some bins of the same width.
///
/// The bins are given ([`new`](Histogram::new)) or chosen by a rule that looks at the data
/// ([`of`](Histogram::of), [`by`](Histogram::by)). What lies outside is counted, too. Durations count
/// in seconds, and are printed as durations.
///
/// ```
/// use dyno::stats::Histogram;
///
/// let mut histogram = Histogram::new(0..=30, 3);
/// histogram.extend([1, 4, 9, 12, 30, 31]);
/// assert_eq!(histogram.bins().map(|bin| bin.count).collect::<Vec<_>>(), [3, 1, 1]);
/// assert_eq!((histogram.above(), histogram.count()), (1, 6));
/// assert_eq!(histogram.to_string(), "
///  0 .. 10  3 ########################################
/// 10 .. 20  1 #############
/// 20 ..=30  1 #############
///    >  30  1
/// ".trim_start_matches('\n'));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    from: f64,
    to: f64,
    counts: Box<[u64]>,
    below: u64,
    above: u64,
    nan: u64,
    seconds: bool,
}

/// A bin of a [`Histogram`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Bin {
    /// Where it begins, and where it ends, which belongs to the next; of the last bin, to itself.
    pub range: Range<f64>,
    /// How many values there were.
    pub count: u64,
}

impl Histogram {
    /// So many bins of the same width, from the beginning of `range` up to its end.
    ///
    /// ```
    /// use std::time::Duration;
    /// use dyno::stats::Histogram;
    /// let latency = Histogram::new(Duration::ZERO..=Duration::from_millis(500), 20);
    /// ```
    ///
    /// # Panics
    /// When there are no bins, or the range is empty, a single value, or not finite.
    #[track_caller]
    #[must_use]
    pub fn new<T: Sample>(range: RangeInclusive<T>, bins: usize) -> Self {
        let (from, to) = (range.start().value(), range.end().value());
        assert!(bins > 0, "stats: `bins` must be at least 1: a histogram counts in them");
        assert!(
            to > from && (to - from).is_finite(),
            "stats: `range` must end above its beginning, and both be finite, but it is {from}..={to}"
        );
        Self::empty(from, to, bins, T::SECONDS)
    }

    /// Of these data, in bins by the rule of Freedman and Diaconis; see
    /// [`Bins::FreedmanDiaconis`].
    ///
    /// ```
    /// use dyno::stats::Histogram;
    /// let squares: Vec<u32> = (0..100).map(|n| n * n).collect();
    /// print!("{}", Histogram::of(&squares));
    /// ```
    #[must_use]
    pub fn of<T: Sample>(data: &[T]) -> Self {
        Self::by(Bins::default(), data)
    }

    /// Of these data, in as many bins as the rule says, from the least finite value to the greatest.
    ///
    /// Of no finite value there is one bin, from 0 to 1; of values that are all the same there is
    /// one, with them in the middle.
    ///
    /// ```
    /// use dyno::stats::{Bins, Histogram};
    /// assert_eq!(Histogram::by(Bins::Sturges, &[0.5; 64]).bins().len(), 1);
    /// assert_eq!(Histogram::by(Bins::SquareRoot, &[1, 2, 3, 4, 5]).bins().len(), 3);
    /// ```
    #[must_use]
    pub fn by<T: Sample>(rule: Bins, data: &[T]) -> Self {
        // Halved, so that the width of what is farthest apart is finite.
        const FAR: f64 = f64::MAX / 2.0;
        let values: Vec<f64> = data.iter().map(|value| value.value()).collect();
        let inner: Vec<f64> = values.iter().copied().filter(|value| value.abs() <= FAR).collect();
        let from = inner.iter().copied().fold(f64::INFINITY, f64::min);
        let to = inner.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut histogram = if inner.is_empty() {
            Self::empty(0.0, 1.0, 1, T::SECONDS)
        } else if to > from {
            Self::empty(from, to, rule.count(&inner, to - from), T::SECONDS)
        } else {
            let half = if from == 0.0 { 0.5 } else { from.abs() / 2.0 };
            Self::empty(from - half, to + half, 1, T::SECONDS)
        };
        for value in values {
            histogram.add(value);
        }
        histogram
    }

    /// Counts a value; of a duration, its seconds.
    pub fn push(&mut self, value: impl Sample) {
        self.add(value.value());
    }

    /// Adds the counts of another with the same bins.
    ///
    /// # Panics
    /// When it has others.
    #[track_caller]
    pub fn merge(&mut self, other: &Self) {
        let of = |one: &Self| (one.from, one.to, one.counts.len());
        assert!(
            of(self) == of(other),
            "stats: histograms are merged only when their bins are the same, but these are {:?} and {:?} \
             (from, to, how many)",
            of(self),
            of(other)
        );
        let counts = self.counts.iter_mut().zip(&other.counts);
        counts.for_each(|(count, more)| *count += more);
        self.below += other.below;
        self.above += other.above;
        self.nan += other.nan;
    }

    /// The bins, from the least values up.
    pub fn bins(&self) -> impl ExactSizeIterator<Item = Bin> + '_ {
        let count =
            |at: usize| Bin { range: self.edge(at)..self.edge(at + 1), count: self.counts[at] };
        (0..self.counts.len()).map(count)
    }

    /// How many values there were in all, be it outside of the bins.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().sum::<u64>() + self.below + self.above + self.nan
    }

    /// How many lay below the first bin.
    #[must_use]
    pub const fn below(&self) -> u64 {
        self.below
    }

    /// How many lay above the last bin.
    #[must_use]
    pub const fn above(&self) -> u64 {
        self.above
    }

    /// How many were not a number.
    #[must_use]
    pub const fn nan(&self) -> u64 {
        self.nan
    }

    pub(super) const fn in_seconds(&self) -> bool {
        self.seconds
    }

    fn empty(from: f64, to: f64, bins: usize, seconds: bool) -> Self {
        let counts = vec![0; bins].into_boxed_slice();
        Self { from, to, counts, below: 0, above: 0, nan: 0, seconds }
    }

    /// Where the bin begins; that after the last is the end.
    #[allow(clippy::cast_precision_loss)]
    fn edge(&self, at: usize) -> f64 {
        if at == self.counts.len() {
            return self.to;
        }
        self.from + (self.to - self.from) * (at as f64 / self.counts.len() as f64)
    }

    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn add(&mut self, value: f64) {
        if value.is_nan() {
            self.nan += 1;
        } else if value < self.from {
            self.below += 1;
        } else if value > self.to {
            self.above += 1;
        } else {
            let bins = self.counts.len();
            let share = (value - self.from) / (self.to - self.from);
            let mut at = ((share * bins as f64) as usize).min(bins - 1);
            // A rounding may have put it on the wrong side of an edge.
            while at > 0 && value < self.edge(at) {
                at -= 1;
            }
            while at + 1 < bins && value >= self.edge(at + 1) {
                at += 1;
            }
            self.counts[at] += 1;
        }
    }
}

impl<T: Sample> Extend<T> for Histogram {
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        values.into_iter().for_each(|value| self.push(value));
    }
}
