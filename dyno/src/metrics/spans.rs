//! How far back is looked.

use std::time::Duration;

/// Over how long a point's metrics are taken.
///
/// ```
/// use std::time::Duration;
/// use dyno::metrics::{Metrics, Spans};
///
/// static NIGHTLY: Metrics = Metrics::new("shop.nightly")
///     .spans(Spans::new().latency(Duration::from_secs(3600)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Spans {
    pub(super) counters: Duration,
    pub(super) latency: Duration,
    pub(super) traffic: Duration,
}

const LEAST: Duration = Duration::from_secs(1);
const MOST: Duration = Duration::from_secs(24 * 3600);

impl Spans {
    /// 10 s for counters, 60 s for latencies, 120 s of traffic.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            counters: Duration::from_secs(10),
            latency: Duration::from_secs(60),
            traffic: Duration::from_secs(120),
        }
    }

    /// Over how long calls are counted and rates are taken, in ten parts.
    ///
    /// # Panics
    /// When it is not between 1 s and 24 h; in a `static`, at compile time.
    #[must_use]
    #[track_caller]
    pub const fn counters(mut self, span: Duration) -> Self {
        assert!(
            within(span),
            "metrics: `counters` must be between 1 s and 24 h: it is counted in ten parts"
        );
        self.counters = span;
        self
    }

    /// Over how long percentiles are taken, in six parts.
    ///
    /// # Panics
    /// When it is not between 1 s and 24 h; in a `static`, at compile time.
    #[must_use]
    #[track_caller]
    pub const fn latency(mut self, span: Duration) -> Self {
        assert!(
            within(span),
            "metrics: `latency` must be between 1 s and 24 h: it is kept in six parts"
        );
        self.latency = span;
        self
    }

    /// How far back the history of the traffic goes, in 120 steps.
    ///
    /// # Panics
    /// When it is not between 12 s and 24 h; in a `static`, at compile time.
    #[must_use]
    #[track_caller]
    pub const fn traffic(mut self, span: Duration) -> Self {
        assert!(
            within(span) && span.as_secs() >= 12,
            "metrics: `traffic` must be between 12 s and 24 h: it is kept in 120 steps"
        );
        self.traffic = span;
        self
    }

    /// Over how long calls are counted.
    #[must_use]
    pub const fn counters_span(&self) -> Duration {
        self.counters
    }

    /// Over how long percentiles are taken.
    #[must_use]
    pub const fn latency_span(&self) -> Duration {
        self.latency
    }

    /// How far back the history of the traffic goes.
    #[must_use]
    pub const fn traffic_span(&self) -> Duration {
        self.traffic
    }
}

impl Default for Spans {
    fn default() -> Self {
        Self::new()
    }
}

const fn within(span: Duration) -> bool {
    span.as_nanos() >= LEAST.as_nanos() && span.as_nanos() <= MOST.as_nanos()
}
