//! Latencies by size, with an error that is known.
//!
//! Log-linear, as `HdrHistogram` (Gil Tene): every power of two is cut into 32 parts of one width, so
//! that a value stands for others that are at most 1.6 % away.

use std::time::Duration;

use crate::clock::nanos;

/// Parts of a power of two.
const PARTS: u64 = 1 << BITS;
const BITS: u32 = 5;
/// Above 2^40 ns, which is 18 minutes, all is one.
const LARGEST: u64 = (1 << 40) - 1;
pub(super) const BUCKETS: usize = (40 - BITS as usize + 1) << BITS;

/// Which bucket holds `nanos`.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "there are 1152 of them")]
pub(super) fn bucket(nanos: u64) -> usize {
    let nanos = if nanos > LARGEST { LARGEST } else { nanos };
    // Values below two widths of a part have a bucket each.
    let shift = (nanos | PARTS).ilog2() - BITS;
    ((u64::from(shift) << BITS) + (nanos >> shift)) as usize
}

/// The smallest value in a bucket, and how many values it holds.
fn within(bucket: usize) -> (u64, u64) {
    let bucket = bucket as u64;
    if bucket < 2 * PARTS {
        return (bucket, 1);
    }
    let shift = (bucket >> BITS) - 1;
    ((bucket - (shift << BITS)) << shift, 1 << shift)
}

/// The value that stands for a bucket: its middle.
fn middle(bucket: usize) -> u64 {
    let (least, width) = within(bucket);
    least + width / 2
}

/// Latencies, as they are read: how many of which size.
///
/// Percentiles are within 1.6 % of the exact ones, up to 18 minutes; the number, the sum and the mean are exact,
/// and so is the largest of a window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(into = "Told"))]
pub struct Histogram {
    count: u64,
    sum: u64,
    max: u64,
    /// Those that hold anything, in order.
    buckets: Vec<(u16, u64)>,
}

impl Histogram {
    /// Of the counts of all buckets, the sum, and the largest where that is known.
    pub(super) fn of(counts: impl Iterator<Item = u64>, sum: u64, max: u64) -> Self {
        let mut buckets = Vec::new();
        let (mut count, mut largest) = (0, 0);
        for (at, held) in counts.enumerate().filter(|(_, held)| *held > 0) {
            count += held;
            let (least, width) = within(at);
            largest = least + width - 1;
            buckets.push((u16::try_from(at).unwrap_or(u16::MAX), held));
        }
        let max = if max == 0 { largest } else { max };
        Self { count, sum, max, buckets }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// How long all of them took together.
    #[must_use]
    pub fn sum(&self) -> Duration {
        Duration::from_nanos(self.sum)
    }

    /// The mean; zero where there are none.
    #[must_use]
    pub fn mean(&self) -> Duration {
        Duration::from_nanos(self.sum.checked_div(self.count).unwrap_or(0))
    }

    /// The largest; zero where there are none.
    #[must_use]
    pub fn max(&self) -> Duration {
        Duration::from_nanos(self.max)
    }

    /// What `percent` of them do not exceed, by the nearest rank; zero where there are none.
    ///
    /// # Panics
    /// When `percent` is not between 0 and 100.
    ///
    /// ```
    /// # let metrics = { static M: dyno::metrics::Metrics = dyno::metrics::Metrics::new("doc.percentile"); &M };
    /// # metrics.record(dyno::Verdict::Success, std::time::Duration::from_millis(3));
    /// let latency = metrics.snapshot().latency;
    /// assert!(latency.percentile(99.9) >= latency.percentile(50.0));
    /// ```
    #[must_use]
    pub fn percentile(&self, percent: f64) -> Duration {
        assert!(
            (0.0..=100.0).contains(&percent),
            "metrics: a percentile is between 0 and 100, and this is {percent}"
        );
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rank among so many that a double does not tell them apart is as good"
        )]
        let rank = ((percent / 100.0 * self.count as f64).ceil() as u64).max(1);
        if rank >= self.count {
            return self.max();
        }
        let mut seen = 0;
        for &(bucket, held) in &self.buckets {
            seen += held;
            if seen >= rank {
                return Duration::from_nanos(middle(usize::from(bucket)).min(self.max));
            }
        }
        self.max()
    }

    /// How many took `limit` or less, as far as the buckets tell: those of the bucket that `limit` is in
    /// count as less.
    #[must_use]
    pub fn at_most(&self, limit: Duration) -> u64 {
        let last = bucket(nanos(limit));
        let within = self.buckets.iter().take_while(|(at, _)| usize::from(*at) <= last);
        within.map(|(_, held)| held).sum()
    }

    /// The buckets that hold anything, from the smallest: what none of a bucket exceeds, and how many
    /// it holds.
    pub fn buckets(&self) -> impl Iterator<Item = (Duration, u64)> + '_ {
        self.buckets.iter().map(|&(at, held)| {
            let (least, width) = within(usize::from(at));
            (Duration::from_nanos(least + width - 1), held)
        })
    }
}

/// A histogram as it is written: percentiles are taken, and buckets have their upper ends.
#[cfg(feature = "serde")]
#[derive(serde::Serialize)]
struct Told {
    count: u64,
    sum_ns: u64,
    mean_ns: u64,
    p50_ns: u64,
    p90_ns: u64,
    p95_ns: u64,
    p99_ns: u64,
    p99_5_ns: u64,
    max_ns: u64,
    buckets: Vec<(u64, u64)>,
}

#[cfg(feature = "serde")]
impl From<Histogram> for Told {
    fn from(latency: Histogram) -> Self {
        let at = |percent| nanos(latency.percentile(percent));
        Self {
            count: latency.count,
            sum_ns: latency.sum,
            mean_ns: nanos(latency.mean()),
            p50_ns: at(50.0),
            p90_ns: at(90.0),
            p95_ns: at(95.0),
            p99_ns: at(99.0),
            p99_5_ns: at(99.5),
            max_ns: latency.max,
            buckets: latency.buckets().map(|(end, held)| (nanos(end), held)).collect(),
        }
    }
}
