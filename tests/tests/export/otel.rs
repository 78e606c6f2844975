//! What a reader of OpenTelemetry collects.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dyno::Verdict;
use dyno::clock;
use dyno::export::otel::observe;
use dyno::metrics::Metrics;
use opentelemetry::KeyValue;
use opentelemetry::metrics::MeterProvider;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::data::{
    AggregatedMetrics, Metric, MetricData, ResourceMetrics, ScopeMetrics,
};
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider, Temporality};

use super::support::{MS, TOLD, alone, call, tell};

/// What was exported last, by name and attributes.
#[derive(Clone, Default)]
struct Exported(Arc<Mutex<BTreeMap<String, f64>>>);

impl Exported {
    fn of(&self, name: &str) -> Option<f64> {
        self.0.lock().unwrap().get(name).copied()
    }
}

impl PushMetricExporter for Exported {
    async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
        let mut all = BTreeMap::new();
        for metric in metrics.scope_metrics().flat_map(ScopeMetrics::metrics) {
            series(metric, &mut all);
        }
        *self.0.lock().unwrap() = all;
        Ok(())
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }

    fn temporality(&self) -> Temporality {
        Temporality::Cumulative
    }
}

#[allow(clippy::cast_precision_loss)]
fn series(metric: &Metric, all: &mut BTreeMap<String, f64>) {
    let (name, unit) = (metric.name(), metric.unit());
    assert!(!metric.description().is_empty(), "{name} says nothing");
    let mut put = |kind: &str, attributes: Vec<&KeyValue>, value: f64| {
        let mut attributes: Vec<_> =
            attributes.iter().map(|a| format!(" {}={}", a.key, a.value)).collect();
        attributes.sort();
        let key = format!("{kind} {name} {unit}{}", attributes.concat());
        assert_eq!(all.insert(key, value), None, "twice");
    };
    match metric.data() {
        AggregatedMetrics::U64(MetricData::Sum(sum)) => {
            assert!(sum.is_monotonic());
            sum.data_points().for_each(|p| put("sum", p.attributes().collect(), p.value() as f64));
        }
        AggregatedMetrics::F64(MetricData::Sum(sum)) => {
            assert!(sum.is_monotonic());
            sum.data_points().for_each(|p| put("sum", p.attributes().collect(), p.value()));
        }
        AggregatedMetrics::U64(MetricData::Gauge(gauge)) => {
            let points = gauge.data_points();
            points.for_each(|p| put("gauge", p.attributes().collect(), p.value() as f64));
        }
        AggregatedMetrics::F64(MetricData::Gauge(gauge)) => {
            gauge.data_points().for_each(|p| put("gauge", p.attributes().collect(), p.value()));
        }
        other => panic!("{name}: {other:?}"),
    }
}

/// A provider whose reader collects when it is asked to.
fn provider() -> (SdkMeterProvider, Exported) {
    let exported = Exported::default();
    let reader = PeriodicReader::builder(exported.clone());
    let reader = reader.with_interval(Duration::from_secs(3600)).build();
    let provider = SdkMeterProvider::builder().with_reader(reader).build();
    observe(&provider.meter("dyno"));
    (provider, exported)
}

#[test]
fn each_collection_reads_what_is_so_then() {
    let _alone = alone();
    static POINT: Metrics = Metrics::new("otel::calls");
    let (provider, exported) = provider();
    call(&POINT);
    let under_way = POINT.start();
    provider.force_flush().expect("it collects");
    let ends = |end: &str| {
        exported.of(&format!("sum dyno.calls {{call}} outcome={end} point=otel::calls"))
    };
    let all = ["success", "failure", "ignored", "rejected"].map(ends);
    assert_eq!(all, [Some(3.0), Some(2.0), Some(1.0), Some(2.0)]);
    let reason = "sum dyno.rejections {call} point=otel::calls reason=breaker_open";
    assert_eq!(exported.of(reason), Some(1.0));
    let in_flight = || exported.of("gauge dyno.calls.in_flight {call} point=otel::calls");
    assert_eq!(in_flight(), Some(1.0));
    under_way.success();
    provider.force_flush().expect("it collects");
    assert_eq!((ends("success"), in_flight()), (Some(4.0), Some(0.0)));
    provider.shutdown().expect("it ends");
}

#[test]
fn durations_are_a_sum_a_count_and_percentiles_in_seconds() {
    let _alone = alone();
    static POINT: Metrics = Metrics::new("otel::durations");
    let (provider, exported) = provider();
    (1..=100).for_each(|ms| POINT.record(Verdict::Success, ms * MS));
    provider.force_flush().expect("it collects");
    let of = |name: &str| exported.of(&format!("{name} point=otel::durations")).expect(name);
    assert!((of("sum dyno.call.duration.sum s") - 5.05).abs() < 1e-9);
    assert_eq!(of("sum dyno.call.duration.count {call}"), 100.0);
    for (quantile, exact) in
        [("0.5", 0.05), ("0.9", 0.09), ("0.95", 0.095), ("0.99", 0.099), ("0.999", 0.1)]
    {
        let name = format!("gauge dyno.call.duration s point=otel::durations quantile={quantile}");
        let seconds = exported.of(&name).expect("a percentile");
        assert!((seconds / exact - 1.0).abs() < 0.016, "{quantile}: {seconds}");
    }
}

#[test]
fn what_policies_tell_is_observed() {
    let _alone = alone();
    let _frozen = clock::freeze();
    dyno::metrics::enable();
    let (provider, exported) = provider();
    tell("otel::told");
    provider.force_flush().expect("it collects");
    for (name, label, count) in TOLD {
        let all = exported.0.lock().unwrap();
        let mut labels: Vec<_> = [("point", "otel::told")].into_iter().chain(label).collect();
        labels.sort_unstable();
        let labels: Vec<_> =
            labels.iter().map(|(label, value)| format!(" {label}={value}")).collect();
        let labels = labels.concat();
        let start = format!("sum {name} {{");
        let found = all.iter().find(|(key, _)| key.starts_with(&start) && key.ends_with(&labels));
        assert_eq!(
            found.map(|(_, value)| *value),
            (count > 0).then(|| f64::from(count)),
            "{name} {label:?}"
        );
    }
}
