//! Instruments of OpenTelemetry, which read the metrics when they are collected.
//!
//! ```
//! # let provider = opentelemetry::metrics::noop::NoopMeterProvider::new();
//! use opentelemetry::metrics::MeterProvider;
//!
//! // Of the SDK's provider, once a program.
//! dyno::export::otel::observe(&provider.meter("dyno"));
//! ```

use std::sync::{Arc, Mutex, PoisonError};

use opentelemetry::KeyValue;
use opentelemetry::metrics::Meter;

use super::family::{ABOUT_DURATION, COUNTERS, Counter, DURATION, GAUGES, Gauge, POINT, QUANTILES};
use crate::metrics::{self, Snapshot, Snapshots};

/// Makes an observable instrument for each of the [numbers](super).
///
/// What has been counted are observable counters. An observable histogram there is not: the duration of calls is
/// their number and sum since the start, `dyno.call.duration.count` and `….sum`, and percentiles of the last 60 s,
/// `dyno.call.duration` with the attribute `quantile`.
///
/// The callbacks stay with the meter's provider: of two calls with one provider, the second counts everything
/// twice.
pub fn observe(meter: &Meter) {
    let reading = Arc::new(Reading::new());
    for (at, counter) in COUNTERS.iter().enumerate() {
        observe_counter(meter, counter, reading.clone(), at);
    }
    for (at, gauge) in GAUGES.iter().enumerate() {
        observe_gauge(meter, gauge, reading.clone(), COUNTERS.len() + at);
    }
    observe_duration(meter, &reading, COUNTERS.len() + GAUGES.len());
}

fn observe_counter(meter: &Meter, counter: &'static Counter, reading: Arc<Reading>, at: usize) {
    let callback = move |observer: &dyn opentelemetry::metrics::AsyncInstrument<u64>| {
        for point in reading.of(at).iter() {
            counter.series(point, |series, total| {
                let label = counter.label.map(|label| KeyValue::new(label, series));
                let labels = [named(point)].into_iter().chain(label);
                observer.observe(total, &labels.collect::<Vec<_>>());
            });
        }
    };
    let builder = meter.u64_observable_counter(counter.name).with_description(counter.about);
    builder.with_unit(counter.unit).with_callback(callback).build();
}

fn observe_gauge(meter: &Meter, gauge: &'static Gauge, reading: Arc<Reading>, at: usize) {
    let callback = move |observer: &dyn opentelemetry::metrics::AsyncInstrument<u64>| {
        for point in reading.of(at).iter().filter(|point| point.counts_calls()) {
            observer.observe((gauge.read)(point), &[named(point)]);
        }
    };
    let builder = meter.u64_observable_gauge(gauge.name).with_description(gauge.about);
    builder.with_unit(gauge.unit).with_callback(callback).build();
}

fn observe_duration(meter: &Meter, reading: &Arc<Reading>, at: usize) {
    let shared = reading.clone();
    let quantiles = move |observer: &dyn opentelemetry::metrics::AsyncInstrument<f64>| {
        for point in shared.of(at).iter().filter(|point| point.latency.count() > 0) {
            for (percent, quantile, _) in QUANTILES {
                let seconds = point.latency.percentile(percent).as_secs_f64();
                observer.observe(seconds, &[named(point), KeyValue::new("quantile", quantile)]);
            }
        }
    };
    let builder = meter.f64_observable_gauge(DURATION).with_description(ABOUT_DURATION);
    builder.with_unit("s").with_callback(quantiles).build();

    let shared = reading.clone();
    let sum = move |observer: &dyn opentelemetry::metrics::AsyncInstrument<f64>| {
        for point in shared.of(at + 1).iter().filter(|point| timed(point)) {
            observer.observe(point.latency_total.sum().as_secs_f64(), &[named(point)]);
        }
    };
    let builder = meter.f64_observable_counter(format!("{DURATION}.sum"));
    builder.with_description(ABOUT_DURATION).with_unit("s").with_callback(sum).build();

    let shared = reading.clone();
    let count = move |observer: &dyn opentelemetry::metrics::AsyncInstrument<u64>| {
        for point in shared.of(at + 2).iter().filter(|point| timed(point)) {
            observer.observe(point.latency_total.count(), &[named(point)]);
        }
    };
    let builder = meter.u64_observable_counter(format!("{DURATION}.count"));
    let about = "Calls whose duration was taken.";
    builder.with_description(about).with_unit("{call}").with_callback(count).build();
}

fn timed(point: &Snapshot) -> bool {
    point.latency_total.count() > 0
}

fn named(point: &Snapshot) -> KeyValue {
    KeyValue::new(POINT, point.name)
}

/// What all instruments read in one collection.
struct Reading(Mutex<Last>);

struct Last {
    points: Arc<Snapshots>,
    /// A bit for each instrument that has read it.
    read: u64,
}

impl Reading {
    fn new() -> Self {
        Self(Mutex::new(Last { points: Arc::default(), read: u64::MAX }))
    }

    /// An instrument that asks again is in the next collection, for which there is a new reading.
    fn of(&self, instrument: usize) -> Arc<Snapshots> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.read & (1 << instrument) != 0 {
            *last = Last { points: Arc::new(metrics::all()), read: 0 };
        }
        last.read |= 1 << instrument;
        last.points.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_instruments_of_a_collection_share_a_reading() {
        let reading = Reading::new();
        let first: Vec<_> = (0..20).map(|instrument| reading.of(instrument)).collect();
        assert!(first.iter().all(|points| Arc::ptr_eq(points, &first[0])));
        // In another order, and without those that a view leaves out.
        let second: Vec<_> = (3..20).rev().map(|instrument| reading.of(instrument)).collect();
        assert!(second.iter().all(|points| Arc::ptr_eq(points, &second[0])));
        assert!(!Arc::ptr_eq(&first[0], &second[0]));
    }
}
