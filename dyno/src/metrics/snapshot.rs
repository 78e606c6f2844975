//! The metrics of a point at one moment.

use std::time::Duration;

use super::Spans;
use super::counts::{Counts, FAILED, PANICKED, Rejections, Sums};
use super::histogram::Histogram;
use super::rings::{Rings, SIXTHS, STEPS, TENTHS};

/// The metrics of one point at one moment.
///
/// Calls are counted where `#[metrics]` stands among the attributes of a function: below
/// `#[fallback]` it counts what the function did, above it what the caller got.
///
/// ```
/// use dyno::metrics;
///
/// #[metrics(name = "shop.total")]
/// fn total(prices: &[u32]) -> Option<u32> {
///     prices.iter().try_fold(0, |sum: u32, price| sum.checked_add(*price))
/// }
///
/// total(&[1, 2]);
/// total(&[u32::MAX, 1]);
/// let seen = metrics::of("shop.total").expect("it was called");
/// assert_eq!((seen.successes(), seen.failures(), seen.in_flight), (1, 1, 0));
/// println!("{seen}"); // a table of one row
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Snapshot {
    /// The point.
    pub name: &'static str,
    /// Calls under way.
    pub in_flight: u64,
    /// The most calls under way at a time in the window, of those that somebody saw: whoever reads, the
    /// first of a part of the window, and every call that is one more on its thread than before in that part.
    pub in_flight_max: u64,
    /// What happened in the last 10 s: in the part of 1 s that is under way, and the nine before it.
    pub window: Counts,
    /// What happened since the first call, or the last reset. Exact.
    pub total: Counts,
    /// How long calls took that succeeded or failed in the last 60 s: in the part of 10 s that is under way,
    /// and the five before it.
    pub latency: Histogram,
    /// How long they took since the first, or the last reset.
    pub latency_total: Histogram,
    /// The traffic of the last 120 s, second by second, the latest last; the second under way is not in it.
    pub history: Vec<Step>,
    /// The state to which a breaker of this name changed last, such as `open`; `None` where none has changed.
    pub breaker: Option<&'static str>,
    /// How long these windows are, if it is not as said here.
    pub spans: Spans,
    request_rate: f64,
    error_rate: f64,
}

/// What happened in one step of the history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Step {
    /// Calls that ended, in any way.
    pub calls: u64,
    /// Of these, failed.
    pub failures: u64,
}

/// What is read of a point besides its rings.
pub(super) struct Seen {
    pub(super) now: u64,
    pub(super) sums: Sums,
    /// The longest call of the window, in nanoseconds.
    pub(super) longest: u64,
    pub(super) in_flight: u64,
    /// The most in flight in the part that is under way.
    pub(super) peak: u64,
    pub(super) breaker: Option<&'static str>,
}

impl Snapshot {
    pub(super) fn of(name: &'static str, spans: Spans, rings: &Rings, seen: &Seen) -> Self {
        let before = rings.counters.end(TENTHS);
        let peaks = (1..TENTHS).map(|back| *rings.peaks.end(back));
        let latency = rings.latency.as_ref().map(|latency| {
            let before = latency.ring.end(SIXTHS);
            let counts = latency.now.buckets.iter().zip(&before.buckets);
            let counts = counts.map(|(now, before)| u64::from(now.wrapping_sub(*before)));
            let took = latency.now.took.wrapping_sub(before.took);
            let total = latency.total.buckets.iter().copied();
            let total = Histogram::of(total, latency.total.took, 0);
            (Histogram::of(counts, took, seen.longest), total)
        });
        let (latency, latency_total) = latency.unwrap_or_default();
        Self {
            name,
            in_flight: seen.in_flight,
            in_flight_max: peaks.fold(seen.peak, u64::max),
            window: Counts::of(&less(&seen.sums, before)),
            total: Counts::of(&less(&seen.sums, &rings.zero)),
            latency,
            latency_total,
            history: history(rings),
            breaker: seen.breaker,
            spans,
            request_rate: rate(spans, rings, seen, |sums| super::counts::traffic(sums)[0]),
            error_rate: rate(spans, rings, seen, |sums| sums[FAILED] + sums[PANICKED]),
        }
    }

    /// The share of the busiest step of the history, step by step, from 0 to 1: what a sparkline draws.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "they are shares")]
    pub fn graph(&self) -> Vec<f64> {
        let most = self.history.iter().map(|step| step.calls).max().unwrap_or(0).max(1);
        self.history.iter().map(|step| step.calls as f64 / most as f64).collect()
    }

    /// Calls that ended, a second, over exactly the last 10 s.
    #[must_use]
    pub fn request_rate(&self) -> f64 {
        self.request_rate
    }

    /// Calls that failed, a second, over exactly the last 10 s.
    #[must_use]
    pub fn error_rate(&self) -> f64 {
        self.error_rate
    }

    /// The share of the calls in the window that failed, of those that succeeded or failed, from 0 to 1; 0
    /// where there were none.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "it is a share")]
    pub fn failure_ratio(&self) -> f64 {
        let Counts { successes, failures, .. } = self.window;
        failures as f64 / (successes + failures).max(1) as f64
    }

    /// Calls in the window that succeeded.
    #[must_use]
    pub fn successes(&self) -> u64 {
        self.window.successes
    }

    /// Calls in the window that failed.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.window.failures
    }

    /// Calls in the window that a breaker or a fuse turned away: as `#[metrics]` saw it; of a name under which
    /// no calls are counted, as the policies told.
    #[must_use]
    pub fn short_circuits(&self) -> u64 {
        self.rejected().short_circuits()
    }

    /// Time-outs in the window, as the policies of this name told.
    #[must_use]
    pub fn thread_timeouts(&self) -> u64 {
        self.window.policies.timed_out
    }

    /// Calls in the window that found a bulkhead or a pool of threads full; counted as
    /// [`short_circuits`](Self::short_circuits) are.
    #[must_use]
    pub fn pool_rejections(&self) -> u64 {
        self.rejected().bulkhead_full
    }

    /// `true` when calls are counted under this name, and not events of policies alone.
    #[must_use]
    pub fn counts_calls(&self) -> bool {
        self.in_flight > 0 || self.total.calls() > 0
    }

    /// Rejections in the window: of calls, or else as the policies told.
    #[must_use]
    pub fn rejected(&self) -> &Rejections {
        if self.counts_calls() { &self.window.rejected } else { &self.window.policies.rejected }
    }

    /// The mean latency in the window.
    #[must_use]
    pub fn mean(&self) -> Duration {
        self.latency.mean()
    }

    /// The median latency in the window.
    #[must_use]
    pub fn median(&self) -> Duration {
        self.latency.percentile(50.0)
    }

    /// What 90 % of the calls in the window did not exceed.
    #[must_use]
    pub fn p90(&self) -> Duration {
        self.latency.percentile(90.0)
    }

    /// What 95 % of the calls in the window did not exceed.
    #[must_use]
    pub fn p95(&self) -> Duration {
        self.latency.percentile(95.0)
    }

    /// What 99 % of the calls in the window did not exceed.
    #[must_use]
    pub fn p99(&self) -> Duration {
        self.latency.percentile(99.0)
    }

    /// What 99.5 % of the calls in the window did not exceed.
    #[must_use]
    pub fn p99_5(&self) -> Duration {
        self.latency.percentile(99.5)
    }
}

fn less(sums: &Sums, before: &Sums) -> Sums {
    let mut sums = *sums;
    for (sum, before) in sums.iter_mut().zip(before) {
        *sum = sum.saturating_sub(*before);
    }
    sums
}

fn history(rings: &Rings) -> Vec<Step> {
    let step = |back| {
        let ([calls, failures], before) = (rings.traffic.end(back), rings.traffic.end(back + 1));
        Step {
            calls: calls.saturating_sub(before[0]),
            failures: failures.saturating_sub(before[1]),
        }
    };
    (1..=STEPS).rev().map(step).collect()
}

/// A second, over the span that ends now: of the part in which it began, as much as is within.
#[expect(clippy::cast_precision_loss, reason = "it is a rate")]
fn rate(spans: Spans, rings: &Rings, seen: &Seen, of: impl Fn(&Sums) -> u64) -> f64 {
    let (now, began) = (of(&seen.sums), of(rings.counters.end(TENTHS)));
    let before = of(rings.counters.end(TENTHS + 1));
    let whole = now.saturating_sub(began) as f64;
    let part = began.saturating_sub(before) as f64 * (1.0 - rings.counters.passed(seen.now));
    (whole + part) / spans.counters.as_secs_f64()
}
