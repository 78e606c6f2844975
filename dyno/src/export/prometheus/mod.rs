//! The page that Prometheus scrapes.
//!
//! [`text`] is all of it, to be served by whatever serves HTTP already; [`Prometheus`] has the settings.
//! The format is the text format 0.0.4, which Prometheus, its agents and `OpenTelemetry` collectors read.
//!
//! ```
//! use dyno::export::prometheus;
//!
//! fn metrics_page() -> (&'static str, String) {
//!     (prometheus::CONTENT_TYPE, prometheus::text())
//! }
//! # metrics_page();
//! ```

mod resilience4j;
mod text;

use std::fmt::{self, Write};

use self::text::{Family, Type, latency};
use super::family::{ABOUT_DURATION, COUNTERS, FLAT_DURATION, GAUGES, POINT};
use crate::metrics::{self, Snapshot};

/// What the page's `Content-Type` is to be.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// All metrics of the program, under dyno's own names.
#[must_use]
pub fn text() -> String {
    Prometheus::new().text()
}

/// Writes [`text`].
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut impl Write) -> fmt::Result {
    Prometheus::new().write(out)
}

/// What the page says.
///
/// ```
/// use dyno::export::prometheus::Prometheus;
///
/// const PAGE: Prometheus = Prometheus::new().buckets(&[0.01, 0.1, 1.0]).resilience4j();
/// let page = PAGE.text();
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "a page is written by `text` or `write`"]
pub struct Prometheus {
    /// None: a summary.
    buckets: &'static [f64],
    resilience4j: bool,
}

/// Those that `OpenTelemetry` advises for the duration of requests.
const BUCKETS: [f64; 14] =
    [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

impl Prometheus {
    /// dyno's own names; latencies as a histogram from 5 ms to 10 s.
    pub const fn new() -> Self {
        Self { buckets: &BUCKETS, resilience4j: false }
    }

    /// The upper bounds of the histograms of latencies, in seconds.
    ///
    /// # Panics
    /// When there are none, or they do not grow from above zero on; in a constant, at compile time.
    pub const fn buckets(mut self, bounds: &'static [f64]) -> Self {
        assert!(
            !bounds.is_empty(),
            "prometheus: `buckets` is empty: use `summary` to have no histograms"
        );
        let (mut at, mut before) = (0, 0.0);
        while at < bounds.len() {
            assert!(
                bounds[at] > before && bounds[at] < f64::INFINITY,
                "prometheus: `buckets` must be above zero and grow; the last one, infinity, is added"
            );
            before = bounds[at];
            at += 1;
        }
        self.buckets = bounds;
        self
    }

    /// Latencies as summaries, with percentiles of the last 60 s: exact within 1.6 %, and not to be added up over
    /// several processes, as histograms are.
    pub const fn summary(mut self) -> Self {
        self.buckets = &[];
        self
    }

    /// The names that Resilience4j's Micrometer modules give, as well, so that its Grafana dashboard shows
    /// this program.
    ///
    /// | `resilience4j_…` | what it is here |
    /// |---|---|
    /// | `circuitbreaker_state` | 1 at the state a breaker of that name changed to last; `closed` where none has ever changed, be it that there is no breaker |
    /// | `circuitbreaker_calls_total` | `kind`: `successful`, `failed`, `ignored`, as `#[metrics]` counts them under that name; `not_permitted`, as the breaker tells |
    /// | `circuitbreaker_not_permitted_calls_total` | the latter |
    /// | `circuitbreaker_calls_seconds` | latencies, of all kinds together |
    /// | `circuitbreaker_buffered_calls`, `circuitbreaker_failure_rate` | calls, and the percentage that failed, in the last 10 s; −1 where there were none |
    /// | `retry_calls_total` | `kind`: `successful_with_retry`, `failed_with_retry` |
    /// | `timelimiter_calls_total` | `kind`: `timeout` |
    ///
    /// What the metrics do not tell is left out: the sizes of bulkheads and rate limits, slow calls, and calls that
    /// were not retried.
    pub const fn resilience4j(mut self) -> Self {
        self.resilience4j = true;
        self
    }

    /// The page.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = self.write(&mut text);
        text
    }

    /// Writes the page.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, out: &mut impl Write) -> fmt::Result {
        let points = metrics::all();
        for counter in &COUNTERS {
            let mut family = Family::new(out, counter.flat, counter.about, Type::Counter);
            for point in &points {
                let mut told = Ok(());
                counter.series(point, |series, count| {
                    let label = counter.label.map(|label| (label, series));
                    let labels = [(POINT, point.name)].into_iter().chain(label);
                    told = told.and_then(|()| family.sample("", labels, count));
                });
                told?;
            }
        }
        for gauge in &GAUGES {
            let mut family = Family::new(out, gauge.flat, gauge.about, Type::Gauge);
            for point in points.iter().filter(|point| point.counts_calls()) {
                family.sample("", [(POINT, point.name)], (gauge.read)(point))?;
            }
        }
        let family = Family::new(out, FLAT_DURATION, ABOUT_DURATION, self.latency());
        self.latencies(family, &points, POINT)?;
        if self.resilience4j {
            resilience4j::write(self, &points, out)?;
        }
        Ok(())
    }

    const fn latency(&self) -> Type {
        if self.buckets.is_empty() { Type::Summary } else { Type::Histogram }
    }

    fn latencies<W: Write>(
        &self,
        mut family: Family<'_, W>,
        points: &[Snapshot],
        label: &'static str,
    ) -> fmt::Result {
        for point in points.iter().filter(|point| point.latency_total.count() > 0) {
            latency(&mut family, (label, point.name), point, self.buckets)?;
        }
        Ok(())
    }
}

impl Default for Prometheus {
    fn default() -> Self {
        Self::new()
    }
}
