//! The scenarios of dyno 0.2.

use std::time::Duration;

use dyno::breaker::Breaker;
use dyno::limit::Bulkhead;
use dyno::metrics::{Metrics, Spans};
use dyno::{Fault, Outcome, Verdict, metrics};

use crate::support::{MS, SEC, freeze, metrics};

#[test]
fn dy_50_spans_are_120_60_and_10_s() {
    let spans = metrics("dy_50").snapshot().spans;
    assert_eq!(spans, Spans::new());
    assert_eq!(spans.traffic_span(), 120 * SEC);
    assert_eq!(spans.latency_span(), 60 * SEC);
    assert_eq!(spans.counters_span(), 10 * SEC);
}

#[metrics("dy_52.ok")]
fn guarded() -> Result<u8, Fault> {
    dyno::clock::sleep(7 * MS);
    Ok(1)
}
static BROKEN: Breaker = Breaker::new("dy_52.breaker");
#[metrics("dy_52.broken")]
#[dyno::breaker(BROKEN)]
fn broken() -> Result<u8, Fault> {
    Ok(1)
}
static FULL: Bulkhead = Bulkhead::new("dy_52.pool", 1);
#[metrics("dy_52.full")]
#[dyno::bulkhead(FULL)]
fn full() -> Result<u8, Fault> {
    Ok(1)
}
#[metrics("dy_52.failing")]
fn failing() -> Result<u8, String> {
    Err("no route to host".to_owned())
}

#[test]
fn dy_52_a_guarded_block_is_counted_by_how_it_ended() {
    let _frozen = freeze();
    assert_eq!(guarded(), Ok(1));
    let seen = metrics::of("dy_52.ok").expect("it was called");
    assert_eq!((seen.successes(), seen.latency.count(), seen.latency.max()), (1, 1, 7 * MS));

    BROKEN.trip();
    let error = broken().expect_err("the error surfaces");
    assert_eq!(error.reason(), Some(dyno::Reason::BreakerOpen));
    let seen = metrics::of("dy_52.broken").expect("it was called");
    assert_eq!((seen.short_circuits(), seen.failures(), seen.pool_rejections()), (1, 0, 0));
    assert_eq!(seen.latency.count(), 0, "what was not made took no time");

    let permit = FULL.acquire().expect("it is empty");
    let error = full().expect_err("the error surfaces");
    assert_eq!(error.reason(), Some(dyno::Reason::BulkheadFull));
    let seen = metrics::of("dy_52.full").expect("it was called");
    assert_eq!((seen.pool_rejections(), seen.failures(), seen.short_circuits()), (1, 0, 0));
    drop(permit);

    assert_eq!(failing(), Err("no route to host".to_owned()));
    let seen = metrics::of("dy_52.failing").expect("it was called");
    assert_eq!((seen.failures(), seen.successes()), (1, 0));
    for name in ["dy_52.ok", "dy_52.broken", "dy_52.full", "dy_52.failing"] {
        assert_eq!(metrics::of(name).map(|seen| seen.in_flight), Some(0), "{name}");
    }
}

#[test]
fn dy_53_rates_are_per_second() {
    let (frozen, metrics) = (freeze(), metrics("dy_53"));
    for number in 0..25 {
        let verdict = if number % 5 == 0 { Verdict::Failure } else { Verdict::Success };
        metrics.record(verdict, MS);
        frozen.advance(Duration::from_millis(390));
    }
    let seen = metrics.snapshot();
    assert_eq!((seen.successes(), seen.failures()), (20, 5));
    assert!((seen.request_rate() - 2.5).abs() < 1e-9, "{}", seen.request_rate());
    assert!((seen.error_rate() - 0.5).abs() < 1e-9, "{}", seen.error_rate());
}

#[test]
fn entries_leave_the_window_without_anybody_writing() {
    let (frozen, metrics) = (freeze(), metrics("pruning"));
    assert!(metrics.call(|| Some(1)).failure().is_none());
    frozen.advance(9 * SEC);
    assert_eq!(metrics.snapshot().successes(), 1);
    frozen.advance(SEC);
    let seen = metrics.snapshot();
    assert_eq!((seen.successes(), seen.total.successes), (0, 1));
}

#[test]
fn every_reading_of_dyno_0_2_is_there() {
    let (frozen, metrics) = (freeze(), metrics("readings"));
    for number in 1..=200 {
        metrics.record(Verdict::Success, number * MS);
    }
    frozen.advance(SEC);
    let seen = metrics.snapshot();
    let near = |time: Duration, millis: f64| {
        let off = time.as_secs_f64() * 1e3 / millis - 1.0;
        assert!(off.abs() < 0.016, "{time:?} for {millis} ms");
    };
    near(seen.mean(), 100.5);
    near(seen.median(), 100.0);
    near(seen.p90(), 180.0);
    near(seen.p95(), 190.0);
    near(seen.p99(), 198.0);
    near(seen.p99_5(), 199.0);
    assert_eq!(seen.latency.max(), 200 * MS);
    let graph = seen.graph();
    assert_eq!((graph.len(), graph.iter().filter(|share| **share > 0.0).count()), (120, 1));
    assert_eq!(graph.last(), Some(&1.0));
    assert_eq!((seen.thread_timeouts(), seen.short_circuits(), seen.pool_rejections()), (0, 0, 0));
}

static NIGHTLY: Metrics = Metrics::new("spans.nightly")
    .spans(Spans::new().counters(SEC.saturating_mul(60)).traffic(SEC.saturating_mul(1200)));

#[test]
fn spans_may_be_others() {
    let frozen = freeze();
    NIGHTLY.record(Verdict::Success, MS);
    frozen.advance(59 * SEC);
    let seen = NIGHTLY.snapshot();
    assert_eq!((seen.successes(), seen.spans.counters_span()), (1, 60 * SEC));
    assert!((seen.request_rate() - 1.0 / 60.0).abs() < 1e-9, "{}", seen.request_rate());
    frozen.advance(SEC);
    assert_eq!(NIGHTLY.snapshot().successes(), 0);
    // A step is 10 s long.
    assert_eq!(
        NIGHTLY.snapshot().history.iter().rev().take(6).map(|step| step.calls).sum::<u64>(),
        1
    );
}

#[test]
fn spans_that_cannot_be_are_refused() {
    let short = std::panic::catch_unwind(|| Spans::new().counters(999 * MS));
    let message = *short.expect_err("it panics").downcast::<&str>().expect("a text");
    assert_eq!(
        message,
        "metrics: `counters` must be between 1 s and 24 h: it is counted in ten parts"
    );
    assert!(std::panic::catch_unwind(|| Spans::new().traffic(11 * SEC)).is_err());
    assert!(std::panic::catch_unwind(|| Spans::new().latency(86_401 * SEC)).is_err());
    assert_eq!(Spans::new().latency(SEC).latency_span(), SEC);
}
