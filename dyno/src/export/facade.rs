//! To the crate `metrics`, and so to whatever recorder the program has installed.
//!
//! ```
//! # fn main() -> std::io::Result<()> {
//! use std::time::Duration;
//! use dyno::export::facade::Facade;
//!
//! // After the recorder has been installed.
//! let _publishing = Facade::new().every(Duration::from_secs(10))?;
//! # Ok(())
//! # }
//! ```

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::time::Duration;

use ::metrics::{Counter, Gauge, Histogram, Key, KeyName, Label, Level, Metadata, Recorder, Unit};

use super::Every;
use super::family::{ABOUT_DURATION, COUNTERS, FLAT_DURATION, GAUGES, POINT};
use crate::metrics::{self, Snapshot};

static METADATA: Metadata<'static> =
    Metadata::new("dyno::export", Level::INFO, Some("dyno::export::facade"));

/// Publishes what has been counted.
///
/// Counts grow by what has come since the last [`publish`](Self::publish), gauges are set, and latencies are recorded
/// as often as they occurred: each as the bound of its bucket, which is at most 3.2 % more.
///
/// Its handles are asked of the recorder once, and held; so the recorder is installed first.
#[derive(Default)]
pub struct Facade {
    points: HashMap<&'static str, Point>,
    described: bool,
}

/// The handles of a point, and the totals that they were told.
#[derive(Default)]
struct Point {
    counters: HashMap<(usize, &'static str), (Counter, u64)>,
    gauges: Vec<Gauge>,
    latency: Option<(Histogram, HashMap<Duration, u64>)>,
}

impl Facade {
    /// Nothing is published yet; the first time, all that has been counted since the program started.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Publishes to the recorder that is installed, or is the local one of this thread.
    pub fn publish(&mut self) {
        let points = metrics::all();
        ::metrics::with_recorder(|recorder| {
            if !std::mem::replace(&mut self.described, true) {
                describe(recorder);
            }
            for point in &points {
                self.points.entry(point.name).or_default().publish(point, recorder);
            }
        });
    }

    /// Publishes as often on a thread of its own, until the guard is dropped, and then once more.
    ///
    /// A recorder that is local to a thread is not known there.
    ///
    /// # Errors
    /// When there is no thread to be had.
    ///
    /// # Panics
    /// When the time is zero.
    #[track_caller]
    pub fn every(mut self, every: Duration) -> io::Result<Every> {
        Every::start("facade", every, move || self.publish())
    }
}

impl Point {
    fn publish(&mut self, point: &Snapshot, recorder: &dyn Recorder) {
        for (at, counter) in COUNTERS.iter().enumerate() {
            counter.series(point, |series, total| {
                let (held, told) = self.counters.entry((at, series)).or_insert_with(|| {
                    let label = counter.label.map(|label| Label::new(label, series));
                    (recorder.register_counter(&key(counter.flat, point, label), &METADATA), 0)
                });
                held.increment(growth(told, total));
            });
        }
        if point.counts_calls() {
            self.gauges(point, recorder);
        }
        if point.latency_total.count() > 0 {
            self.latencies(point, recorder);
        }
    }

    fn gauges(&mut self, point: &Snapshot, recorder: &dyn Recorder) {
        if self.gauges.is_empty() {
            let held = |gauge: &super::family::Gauge| {
                recorder.register_gauge(&key(gauge.flat, point, None), &METADATA)
            };
            self.gauges = GAUGES.iter().map(held).collect();
        }
        for (gauge, held) in GAUGES.iter().zip(&self.gauges) {
            #[expect(clippy::cast_precision_loss, reason = "so the crate has it")]
            held.set((gauge.read)(point) as f64);
        }
    }

    fn latencies(&mut self, point: &Snapshot, recorder: &dyn Recorder) {
        let (held, told) = self.latency.get_or_insert_with(|| {
            let key = key(FLAT_DURATION, point, None);
            (recorder.register_histogram(&key, &METADATA), HashMap::new())
        });
        for (bound, total) in point.latency_total.buckets() {
            let more = growth(told.entry(bound).or_default(), total);
            if more > 0 {
                let more = usize::try_from(more).unwrap_or(usize::MAX);
                held.record_many(bound.as_secs_f64(), more);
            }
        }
    }
}

/// What a total has grown by since it was told; one that has been reset, from nothing on.
fn growth(told: &mut u64, total: u64) -> u64 {
    let before = std::mem::replace(told, total);
    total.checked_sub(before).unwrap_or(total)
}

fn key(name: &'static str, point: &Snapshot, label: Option<Label>) -> Key {
    let point = Label::new(POINT, point.name);
    Key::from_parts(name, [point].into_iter().chain(label).collect::<Vec<_>>())
}

fn describe(recorder: &dyn Recorder) {
    let name = KeyName::from_const_str;
    for counter in &COUNTERS {
        recorder.describe_counter(name(counter.flat), Some(Unit::Count), counter.about.into());
    }
    for gauge in &GAUGES {
        recorder.describe_gauge(name(gauge.flat), Some(Unit::Count), gauge.about.into());
    }
    recorder.describe_histogram(name(FLAT_DURATION), Some(Unit::Seconds), ABOUT_DURATION.into());
}

impl fmt::Debug for Facade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Facade").field("points", &self.points.len()).finish_non_exhaustive()
    }
}
