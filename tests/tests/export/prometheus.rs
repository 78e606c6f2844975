//! The page of Prometheus.

use std::fmt;
use std::panic::catch_unwind;
use std::time::Duration;

use dyno::Verdict;
use dyno::clock;
use dyno::export::prometheus::{self, Prometheus};
use dyno::metrics::Metrics;

use super::page::Page;
use super::support::{MS, TOLD, alone, call, tell};

#[track_caller]
pub(super) fn page(settings: Prometheus) -> Page {
    let text = settings.text();
    Page::read(&text).unwrap_or_else(|why| panic!("{why}\n{text}"))
}

fn flat(name: &str) -> String {
    format!("{}_total", name.replace('.', "_"))
}

#[test]
fn calls_are_counted_by_their_end() {
    let _alone = alone();
    static POINT: Metrics = Metrics::new("prometheus::calls");
    call(&POINT);
    let under_way = POINT.start();
    let page = page(Prometheus::new());
    let of =
        |name: &str, label, value| page.of(name, &[("point", "prometheus::calls"), (label, value)]);
    let ends = ["success", "failure", "ignored", "rejected"];
    let ends = ends.map(|end| of("dyno_calls_total", "outcome", end));
    assert_eq!(ends, [3.0, 2.0, 1.0, 2.0]);
    assert_eq!(of("dyno_rejections_total", "reason", "breaker_open"), 1.0);
    assert_eq!(of("dyno_rejections_total", "reason", "bulkhead_full"), 1.0);
    let labels = [("point", "prometheus::calls")];
    assert_eq!(page.of("dyno_calls_in_flight", &labels), 1.0);
    assert_eq!(page.of("dyno_calls_in_flight_max", &labels), 1.0);
    assert_eq!(page.find("dyno_panics_total", &labels), None, "there was none");
    drop(under_way);
    let page = self::page(Prometheus::new());
    assert_eq!(page.of("dyno_calls_in_flight", &labels), 0.0);
    assert_eq!(page.of("dyno_cancellations_total", &labels), 1.0);
    for (name, of) in [
        ("dyno_calls_total", "counter"),
        ("dyno_calls_in_flight", "gauge"),
        ("dyno_call_duration_seconds", "histogram"),
    ] {
        assert_eq!(page.types.get(name).map(String::as_str), Some(of));
    }
}

#[test]
fn panics_are_failures_with_a_count_of_their_own() {
    let _alone = alone();
    static POINT: Metrics = Metrics::new("prometheus::panics");
    let call = || POINT.call::<Option<()>>(|| panic!("a bug"));
    catch_unwind(call).expect_err("it goes on");
    let page = page(Prometheus::new());
    assert_eq!(page.of("dyno_panics_total", &[("point", "prometheus::panics")]), 1.0);
    let failed = [("point", "prometheus::panics"), ("outcome", "failure")];
    assert_eq!(page.of("dyno_calls_total", &failed), 1.0);
}

#[test]
fn what_policies_tell_has_series_of_its_own() {
    let _alone = alone();
    const POINT: &str = "prometheus::told";
    dyno::metrics::enable();
    tell(POINT);
    let page = page(Prometheus::new());
    for (name, label, count) in TOLD {
        let labels: Vec<_> = [("point", POINT)].into_iter().chain(label).collect();
        let expected = (count > 0).then(|| f64::from(count));
        assert_eq!(page.find(&flat(name), &labels), expected, "{name} {label:?}");
    }
    let some = TOLD.iter().filter(|(_, _, count)| *count > 0).count();
    assert_eq!(page.count("point", POINT), some, "nothing but that");
}

#[test]
fn durations_are_a_histogram_in_seconds() {
    let _alone = alone();
    static POINT: Metrics = Metrics::new("prometheus::duration");
    call(&POINT);
    let within = |page: &Page, le| {
        let labels = [("point", "prometheus::duration"), ("le", le)];
        page.find("dyno_call_duration_seconds_bucket", &labels)
    };
    let page = page(Prometheus::new());
    let counts = ["0.005", "0.01", "0.025", "0.1", "0.25", "1", "2.5", "10", "+Inf"];
    let counts = counts.map(|le| within(&page, le).expect("a bucket"));
    assert_eq!(counts, [1.0, 1.0, 3.0, 3.0, 4.0, 4.0, 5.0, 5.0, 5.0]);
    let labels = [("point", "prometheus::duration")];
    assert_eq!(page.of("dyno_call_duration_seconds_count", &labels), 5.0);
    assert_eq!(page.of("dyno_call_duration_seconds_sum", &labels), 2.242);
    let page = self::page(Prometheus::new().buckets(&[0.1, 1e300]));
    assert_eq!((within(&page, "0.1"), within(&page, "0.25")), (Some(3.0), None));
    let most = format!("{}", 1e300);
    assert_eq!(within(&page, &most), Some(5.0));
}

#[test]
fn a_summary_has_the_latest_percentiles() {
    let _alone = alone();
    static POINT: Metrics = Metrics::new("prometheus::summary");
    let frozen = clock::freeze();
    (1..=100).for_each(|ms| POINT.record(Verdict::Success, ms * MS));
    let quantile = |quantile| {
        let page = page(Prometheus::new().summary());
        assert_eq!(page.types["dyno_call_duration_seconds"], "summary");
        let labels = [("point", "prometheus::summary")];
        assert_eq!(page.of("dyno_call_duration_seconds_count", &labels), 100.0);
        let labels = [("point", "prometheus::summary"), ("quantile", quantile)];
        page.of("dyno_call_duration_seconds", &labels)
    };
    for (name, exact) in [("0.5", 0.05), ("0.9", 0.09), ("0.95", 0.095), ("0.99", 0.099)] {
        assert!((quantile(name) / exact - 1.0).abs() < 0.016, "{name}: {}", quantile(name));
    }
    assert!((quantile("0.999") / 0.1 - 1.0).abs() < 0.016);
    frozen.advance(Duration::from_secs(120));
    assert!(quantile("0.5").is_nan(), "there were no calls lately");
}

#[test]
fn names_are_whatever_they_are() {
    let _alone = alone();
    static POINT: Metrics = Metrics::new("a \"quoted\" \\ path\nof {two}, lines = µ");
    POINT.call(|| Some(()));
    let labels = [("point", "a \"quoted\" \\ path\nof {two}, lines = µ"), ("outcome", "success")];
    assert_eq!(page(Prometheus::new().resilience4j()).of("dyno_calls_total", &labels), 1.0);
}

#[test]
fn counts_begin_anew_after_a_reset() {
    let _alone = alone();
    static POINT: Metrics = Metrics::new("prometheus::reset");
    call(&POINT);
    POINT.reset();
    POINT.call(|| Some(()));
    let labels = [("point", "prometheus::reset"), ("outcome", "success")];
    assert_eq!(page(Prometheus::new()).of("dyno_calls_total", &labels), 1.0);
    assert_eq!(page(Prometheus::default()).count("point", "prometheus::reset"), 4 + 2 + 15 + 2);
}

#[test]
fn the_short_ways_write_the_same() {
    let _alone = alone();
    let _frozen = clock::freeze();
    static POINT: Metrics = Metrics::new("prometheus::short");
    call(&POINT);
    let mut written = String::new();
    prometheus::write(&mut written).expect("a string takes everything");
    assert_eq!(written, prometheus::text());
    assert_eq!(written, Prometheus::new().text());
    assert!(prometheus::CONTENT_TYPE.starts_with("text/plain; version=0.0.4"));
}

/// Fails once, after so many writes.
struct Fails(isize);

impl fmt::Write for Fails {
    fn write_str(&mut self, _: &str) -> fmt::Result {
        self.0 -= 1;
        if self.0 == -1 { Err(fmt::Error) } else { Ok(()) }
    }
}

#[test]
fn a_writer_that_fails_is_told_of() {
    let _alone = alone();
    let _frozen = clock::freeze();
    static POINT: Metrics = Metrics::new("prometheus::full");
    call(&POINT);
    const PAGE: Prometheus = Prometheus::new().resilience4j();
    let mut counts = Fails(isize::MAX);
    PAGE.write(&mut counts).expect("it does not come to that");
    let writes = isize::MAX - counts.0;
    for good in (0..writes).step_by(97).chain([writes - 1]) {
        assert!(PAGE.write(&mut Fails(good)).is_err(), "{good} of {writes}");
    }
    assert!(PAGE.write(&mut Fails(writes)).is_ok());
}

#[test]
fn buckets_that_cannot_be_are_refused() {
    let all: [&'static [f64]; 6] =
        [&[], &[0.0], &[-1.0, 1.0], &[1.0, 1.0], &[1.0, f64::INFINITY], &[f64::NAN]];
    for bounds in all {
        let panic = catch_unwind(|| Prometheus::new().buckets(bounds)).expect_err("refused");
        let told = panic.downcast_ref::<&str>().copied().unwrap_or_default();
        assert!(told.starts_with("prometheus: `buckets` "), "{bounds:?}: {told}");
    }
}
