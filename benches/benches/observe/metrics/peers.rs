//! The peers.

use std::cell::RefCell;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram as Hdr;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;

use super::{Situation, TOOK};
use crate::group::Group;
use crate::leak;

/// Upper bounds in seconds, as prometheus has them by itself.
const BUCKETS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

pub(super) fn enter(group: &mut Group, situation: Situation) {
    by_facade(group, situation);
    by_prometheus(group, situation);
    by_prometheus_client(group, situation);
    by_hdrhistogram(group, situation);
}

static EXPORTER: OnceLock<PrometheusHandle> = OnceLock::new();

/// What the facade records goes to the exporter from here on.
pub(super) fn install() {
    EXPORTER.get_or_init(|| {
        let builder = PrometheusBuilder::new().set_buckets(&BUCKETS).expect("there are some");
        let recorder = builder.build_recorder();
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder).expect("the only one");
        handle
    });
}

/// The exporter keeps every latency until it is asked.
pub(super) fn drain() {
    if let Some(exporter) = EXPORTER.get() {
        exporter.run_upkeep();
    }
}

/// `record` for each call, with what it took.
fn entered(
    group: &mut Group,
    situation: Situation,
    name: &str,
    record: impl Fn(Duration) + Copy + Sync + 'static,
) {
    match situation {
        Situation::Known => group.call(name, TOOK, (), record),
        Situation::Timed => group.call(name, (), (), move |()| {
            let begun = Instant::now();
            record(begun.elapsed());
        }),
    }
}

fn by_facade(group: &mut Group, situation: Situation) {
    entered(group, situation, "metrics, exporter: looked up", |took| {
        metrics::counter!("calls", "point" => "bench", "outcome" => "success").increment(1);
        metrics::histogram!("latency", "point" => "bench").record(took.as_secs_f64());
    });
    let calls = leak(metrics::counter!("calls", "point" => "bench", "outcome" => "success"));
    let latency = leak(metrics::histogram!("latency", "point" => "bench"));
    entered(group, situation, "metrics, exporter", |took| {
        calls.increment(1);
        latency.record(took.as_secs_f64());
    });
}

fn by_prometheus(group: &mut Group, situation: Situation) {
    use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, Opts};

    let calls = IntCounterVec::new(Opts::new("calls", "how many"), &["point", "outcome"]);
    let calls = leak(calls.expect("names that it allows"));
    let options = HistogramOpts::new("latency", "in seconds");
    let latency = leak(HistogramVec::new(options, &["point"]).expect("names that it allows"));
    entered(group, situation, "prometheus: looked up", |took| {
        calls.with_label_values(&["bench", "success"]).inc();
        latency.with_label_values(&["bench"]).observe(took.as_secs_f64());
    });
    let calls = leak(calls.with_label_values(&["bench", "success"]));
    let latency = leak(latency.with_label_values(&["bench"]));
    entered(group, situation, "prometheus", |took| {
        calls.inc();
        latency.observe(took.as_secs_f64());
    });
}

fn by_prometheus_client(group: &mut Group, situation: Situation) {
    type Labels = [(&'static str, &'static str); 2];
    const SUCCESS: Labels = [("point", "bench"), ("outcome", "success")];

    let calls: &Family<Labels, Counter> = leak(Family::default());
    let make: fn() -> Histogram = || Histogram::new(BUCKETS);
    let latency = leak(Family::<Labels, Histogram, _>::new_with_constructor(make));
    entered(group, situation, "prometheus-client: looked up", |took| {
        calls.get_or_create(&SUCCESS).inc();
        latency.get_or_create(&SUCCESS).observe(took.as_secs_f64());
    });
    let calls = leak(calls.get_or_create_owned(&SUCCESS));
    let latency = leak(latency.get_or_create_owned(&SUCCESS));
    entered(group, situation, "prometheus-client", |took| {
        calls.inc();
        latency.observe(took.as_secs_f64());
    });
}

fn by_hdrhistogram(group: &mut Group, situation: Situation) {
    thread_local! {
        static OWN: RefCell<Hdr<u64>> = RefCell::new(hdr());
    }
    entered(group, situation, "hdrhistogram: the thread's own", |took| {
        OWN.with_borrow_mut(|own| own.saturating_record(nanos(took)));
    });
    let shared = leak(Mutex::new(hdr()));
    entered(group, situation, "hdrhistogram: in a `Mutex`", |took| {
        let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.saturating_record(nanos(took));
    });
}

/// From 1 ns to a minute, to three digits.
fn hdr() -> Hdr<u64> {
    Hdr::new_with_bounds(1, 60_000_000_000, 3).expect("bounds that it allows")
}

fn nanos(took: Duration) -> u64 {
    u64::try_from(took.as_nanos()).unwrap_or(u64::MAX)
}
