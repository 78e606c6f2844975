//! What a recorder of the crate `metrics` is told.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use dyno::Verdict;
use dyno::export::facade::Facade;
use dyno::metrics::Metrics;
use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit, with_local_recorder,
};

use super::support::{MS, TOLD, alone, call, tell};

/// All it was told, by name and labels.
#[derive(Default)]
struct Told {
    counters: Mutex<BTreeMap<String, Arc<Cell>>>,
    gauges: Mutex<BTreeMap<String, Arc<Cell>>>,
    histograms: Mutex<BTreeMap<String, Arc<Cell>>>,
    described: Mutex<BTreeMap<String, Option<Unit>>>,
    registered: Mutex<u32>,
}

/// The values one handle was given, each so often.
#[derive(Default)]
struct Cell(Mutex<Vec<(f64, usize)>>);

impl Cell {
    fn take(&self, value: f64, count: usize) {
        self.0.lock().unwrap().push((value, count));
    }

    fn sum(&self) -> f64 {
        self.0.lock().unwrap().iter().map(|(value, _)| value).sum()
    }

    fn last(&self) -> Option<f64> {
        self.0.lock().unwrap().last().map(|(value, _)| *value)
    }
}

impl CounterFn for Cell {
    #[allow(clippy::cast_precision_loss)]
    fn increment(&self, value: u64) {
        self.take(value as f64, 1);
    }

    fn absolute(&self, _: u64) {
        panic!("counts are told as they grow");
    }
}

impl GaugeFn for Cell {
    fn increment(&self, _: f64) {
        panic!("gauges are set");
    }

    fn decrement(&self, _: f64) {
        panic!("gauges are set");
    }

    fn set(&self, value: f64) {
        self.take(value, 1);
    }
}

impl HistogramFn for Cell {
    fn record(&self, value: f64) {
        self.take(value, 1);
    }

    fn record_many(&self, value: f64, count: usize) {
        self.take(value, count);
    }
}

fn name(key: &Key) -> String {
    let labels = key.labels().map(|label| format!(" {}={}", label.key(), label.value()));
    format!("{}{}", key.name(), labels.collect::<String>())
}

impl Told {
    fn cell(&self, cells: &Mutex<BTreeMap<String, Arc<Cell>>>, key: &Key) -> Arc<Cell> {
        *self.registered.lock().unwrap() += 1;
        cells.lock().unwrap().entry(name(key)).or_default().clone()
    }

    fn counter(&self, name: &str) -> f64 {
        self.counters.lock().unwrap().get(name).map_or(f64::NAN, |cell| cell.sum())
    }

    fn describe(&self, key: &KeyName, unit: Option<Unit>) {
        self.described.lock().unwrap().insert(key.as_str().to_owned(), unit);
    }
}

impl Recorder for Told {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, _: SharedString) {
        self.describe(&key, unit);
    }

    fn describe_gauge(&self, key: KeyName, unit: Option<Unit>, _: SharedString) {
        self.describe(&key, unit);
    }

    fn describe_histogram(&self, key: KeyName, unit: Option<Unit>, _: SharedString) {
        self.describe(&key, unit);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.cell(&self.counters, key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.cell(&self.gauges, key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.cell(&self.histograms, key))
    }
}

#[test]
fn counts_grow_by_what_has_come_and_handles_are_held() {
    let _alone = alone();
    static POINT: Metrics = Metrics::new("facade::counts");
    let (told, mut facade) = (Told::default(), Facade::new());
    let mut publish = || with_local_recorder(&told, || facade.publish());
    let success = || told.counter("dyno_calls_total point=facade::counts outcome=success");
    call(&POINT);
    publish();
    assert_eq!(success(), 3.0);
    assert_eq!(told.counter("dyno_calls_total point=facade::counts outcome=rejected"), 2.0);
    assert_eq!(told.counter("dyno_rejections_total point=facade::counts reason=breaker_open"), 1.0);
    let registered = *told.registered.lock().unwrap();
    publish();
    POINT.record(Verdict::Success, MS);
    publish();
    assert_eq!(success(), 4.0);
    assert_eq!(*told.registered.lock().unwrap(), registered, "each is asked for once");
    POINT.reset();
    POINT.record(Verdict::Success, MS);
    publish();
    assert_eq!(success(), 5.0, "from nothing on");
}

#[test]
fn gauges_are_set() {
    let _alone = alone();
    static POINT: Metrics = Metrics::new("facade::gauges");
    let (told, mut facade) = (Told::default(), Facade::new());
    let mut in_flight = || {
        with_local_recorder(&told, || facade.publish());
        let gauges = told.gauges.lock().unwrap();
        gauges.get("dyno_calls_in_flight point=facade::gauges").and_then(|cell| cell.last())
    };
    let under_way = POINT.start();
    assert_eq!(in_flight(), Some(1.0));
    under_way.success();
    assert_eq!(in_flight(), Some(0.0));
}

#[test]
fn durations_are_recorded_as_often_as_they_occurred() {
    let _alone = alone();
    static POINT: Metrics = Metrics::new("facade::durations");
    let (told, mut facade) = (Told::default(), Facade::new());
    let mut recorded = || {
        with_local_recorder(&told, || facade.publish());
        let histograms = told.histograms.lock().unwrap();
        let cell = histograms.get("dyno_call_duration_seconds point=facade::durations");
        cell.map(|cell| std::mem::take(&mut *cell.0.lock().unwrap())).unwrap_or_default()
    };
    call(&POINT);
    let first = recorded();
    assert_eq!(first.iter().map(|(_, count)| count).collect::<Vec<_>>(), [&1, &2, &1, &1]);
    for ((seconds, _), exact) in first.iter().zip([0.002, 0.02, 0.2, 2.0]) {
        assert!((1.0..1.032).contains(&(seconds / exact)), "{seconds} {exact}");
    }
    assert_eq!(recorded(), [], "none has come");
    POINT.record(Verdict::Success, 20 * MS);
    assert_eq!(recorded().iter().map(|(_, count)| *count).collect::<Vec<_>>(), [1]);
}

#[test]
fn what_policies_tell_is_published_and_everything_described() {
    let _alone = alone();
    dyno::metrics::enable();
    let (told, mut facade) = (Told::default(), Facade::new());
    tell("facade::told");
    with_local_recorder(&told, || facade.publish());
    for (name, label, count) in TOLD {
        let name = format!("{}_total", name.replace('.', "_"));
        let label = label.map(|(label, series)| format!(" {label}={series}")).unwrap_or_default();
        let found = told.counter(&format!("{name} point=facade::told{label}"));
        assert!(
            if count > 0 { found == f64::from(count) } else { found.is_nan() },
            "{name}{label}"
        );
    }
    let described = told.described.lock().unwrap();
    assert_eq!(described.get("dyno_call_duration_seconds"), Some(&Some(Unit::Seconds)));
    let cells = [&told.counters, &told.gauges, &told.histograms];
    for key in
        cells.iter().flat_map(|cells| cells.lock().unwrap().keys().cloned().collect::<Vec<_>>())
    {
        let name = key.split(' ').next().expect("a name").to_owned();
        assert!(described.contains_key(&name), "{name} is not described");
    }
}
