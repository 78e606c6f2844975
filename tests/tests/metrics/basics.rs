//! Counting calls by hand.

use std::error::Error;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Waker};

use dyno::metrics::Snapshot;
use dyno::{Fault, Reason, Verdict, metrics};

use crate::support::{MS, SEC, alone, freeze, metrics, name};

/// Successes, failures, ignored, rejected.
fn ended(seen: &Snapshot) -> [u64; 4] {
    let total = &seen.total;
    [total.successes, total.failures, total.ignored, total.rejected.total()]
}

#[test]
fn a_call_ends_in_one_of_four_ways() {
    let metrics = metrics("ways");
    metrics.start().success();
    metrics.start().success();
    metrics.start().failure();
    metrics.start().ignore();
    drop(metrics.start());
    metrics.start().end(Verdict::Failure);
    metrics.start().reject(Some(Reason::Shed));
    metrics.start().reject(None);
    metrics.reject(Some(Reason::RateLimited));
    let seen = metrics.snapshot();
    assert_eq!(ended(&seen), [2, 2, 2, 3]);
    assert_eq!((seen.total.calls(), seen.total.cancelled, seen.in_flight), (9, 1, 0));
    let rejected = seen.total.rejected;
    assert_eq!((rejected.shed, rejected.rate_limited, rejected.other), (1, 1, 1));
    assert_eq!(seen.latency.count(), 4, "of those that succeeded or failed");
    assert_eq!(seen.window, seen.total);
}

#[test]
fn what_dyno_had_refused_is_rejected_and_what_was_late_has_failed() {
    let metrics = metrics("refused");
    let shed = || Fault::rejected("db", Reason::Shed, None);
    let _ = metrics.call(|| Err::<u8, _>(shed()));
    let _ = metrics.call(|| Err::<u8, _>(io::Error::from(shed())));
    let _ = metrics.call(|| Err::<u8, Box<dyn Error>>(shed().into()));
    let mut awaited =
        pin!(metrics.call_async(async { Err::<u8, Box<dyn Error + Send + Sync>>(shed().into()) }));
    assert!(awaited.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
    let _ = metrics.call(|| Err::<u8, _>(Fault::timed_out("db", MS)));
    let _ = metrics.call(|| Err::<u8, _>(io::Error::other("down")));
    let _ = metrics.call(|| Err::<u8, Box<dyn Error>>("down".into()));
    let _ = metrics.call(|| None::<u8>);
    let seen = metrics.snapshot();
    assert_eq!((ended(&seen), seen.total.rejected.shed), ([0, 4, 0, 4], 4));
}

#[test]
fn every_count_has_a_name_of_its_own() {
    let metrics = metrics("named");
    metrics.start().success();
    metrics.start().reject(Some(Reason::DeadlineSpent));
    let seen = metrics.snapshot();
    let mut names: Vec<_> = seen.total.iter().map(|(name, _)| name).collect();
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    assert_eq!(names.len(), all);
    let counted: Vec<_> = seen.total.iter().filter(|(_, count)| *count > 0).collect();
    assert_eq!(counted, [("successes", 1), ("rejected.deadline_spent", 1)]);
    for reason in [
        Reason::BreakerOpen,
        Reason::ForcedOpen,
        Reason::Recovering,
        Reason::HalfOpenBusy,
        Reason::FuseOff,
        Reason::BulkheadFull,
        Reason::RateLimited,
        Reason::BudgetSpent,
        Reason::Shed,
    ] {
        metrics.reject(Some(reason));
    }
    let rejected = metrics.snapshot().total.rejected;
    assert_eq!(
        rejected.iter().map(|(_, count)| count).collect::<Vec<_>>(),
        [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0]
    );
    assert_eq!((rejected.short_circuits(), rejected.total()), (5, 10));
    assert_eq!(rejected.of_reason(Some(Reason::Shed)), 1);
}

#[test]
fn a_name_is_known_once_something_was_counted() {
    let _alone = alone();
    let name = name("known");
    assert!(metrics::of(name).is_none());
    let metrics = dyno::metrics::Metrics::new(name);
    assert!(metrics::of(name).is_none(), "it was not used");
    metrics.start().success();
    assert_eq!(metrics::of(name).map(|seen| seen.total.successes), Some(1));
    // Another one of the name counts with it.
    dyno::metrics::Metrics::new(name).record(Verdict::Success, MS);
    assert_eq!(metrics.snapshot().total.successes, 2);
    let all = metrics::all();
    assert_eq!(all.iter().filter(|seen| seen.name == name).count(), 1);
    assert!(all.windows(2).all(|two| two[0].name < two[1].name), "by name");
}

#[test]
fn what_is_in_flight_is_seen_and_the_most_of_it() {
    let (frozen, metrics) = (freeze(), metrics("flight"));
    let calls = [metrics.start(), metrics.start(), metrics.start()];
    let seen = metrics.snapshot();
    assert_eq!((seen.in_flight, seen.in_flight_max), (3, 3));
    drop(calls);
    let seen = metrics.snapshot();
    assert_eq!((seen.in_flight, seen.in_flight_max), (0, 3));
    frozen.advance(9 * SEC);
    assert_eq!(metrics.snapshot().in_flight_max, 3);
    frozen.advance(SEC);
    assert_eq!(metrics.snapshot().in_flight_max, 0, "it has left the window");
    // What lasts is in every part of the window.
    let last = metrics.start();
    frozen.advance(30 * SEC);
    assert_eq!(metrics.snapshot().in_flight_max, 1);
    last.success();
    frozen.advance(5 * SEC);
    let seen = metrics.snapshot();
    assert_eq!((seen.in_flight, seen.in_flight_max), (0, 1));
}

#[test]
fn the_most_in_flight_is_known_though_nobody_read_it() {
    let (frozen, metrics) = (freeze(), metrics("unread"));
    drop([metrics.start(), metrics.start(), metrics.start()]);
    assert_eq!(metrics.snapshot().in_flight_max, 3);
    // The same in another part, where there are fewer.
    frozen.advance(20 * SEC);
    metrics.start().success();
    drop([metrics.start(), metrics.start()]);
    assert_eq!(metrics.snapshot().in_flight_max, 2);
}

#[test]
fn a_call_that_panics_or_is_cancelled_is_in_flight_no_longer() {
    let metrics = metrics("unwinding");
    let panic = catch_unwind(AssertUnwindSafe(|| metrics.call(|| -> Option<u8> { panic!("no") })));
    assert_eq!(panic.expect_err("it panics").downcast_ref(), Some(&"no"));
    {
        let mut waiting = pin!(metrics.call_async(std::future::pending::<Option<u8>>()));
        let mut cx = Context::from_waker(Waker::noop());
        assert!(waiting.as_mut().poll(&mut cx).is_pending());
        assert_eq!(metrics.snapshot().in_flight, 1);
    }
    let seen = metrics.snapshot();
    assert_eq!((ended(&seen), seen.in_flight), ([0, 1, 1, 0], 0));
    assert_eq!((seen.total.panics, seen.total.cancelled), (1, 1));
}

struct Cleans<'a>(&'a dyno::metrics::Metrics);

impl Drop for Cleans<'_> {
    fn drop(&mut self) {
        drop(self.0.start());
    }
}

#[test]
fn a_call_that_is_dropped_during_a_panic_of_others_did_not_panic() {
    let metrics = metrics("cleaning");
    let panic = catch_unwind(AssertUnwindSafe(|| {
        let _cleans = Cleans(&metrics);
        panic!("of another");
    }));
    assert!(panic.is_err());
    assert_eq!(ended(&metrics.snapshot()), [0, 0, 1, 0]);
}

#[test]
fn without_latency_no_time_is_taken() {
    let (frozen, metrics) = (freeze(), dyno::metrics::Metrics::new(name("untimed")).untimed());
    let call = metrics.start();
    frozen.advance(SEC);
    call.success();
    metrics.record(Verdict::Success, SEC);
    let seen = metrics.snapshot();
    assert_eq!((seen.successes(), seen.latency.count()), (2, 0));
    frozen.advance(10 * SEC);
    assert_eq!(metrics.snapshot().successes(), 0, "windows pass all the same");
}

#[test]
fn a_reset_begins_anew() {
    let (frozen, metrics) = (freeze(), metrics("reset"));
    let before = metrics.start();
    metrics.record(Verdict::Failure, 3 * MS);
    frozen.advance(SEC);
    metrics.reset();
    let seen = metrics.snapshot();
    assert_eq!((ended(&seen), seen.in_flight, seen.latency.count()), ([0; 4], 1, 0));
    assert_eq!((seen.latency_total.count(), seen.window.failures), (0, 0));
    assert!(seen.history.iter().all(|step| step.calls == 0));
    before.success();
    let seen = metrics.snapshot();
    assert_eq!((ended(&seen), seen.in_flight, seen.latency_total.count()), ([1, 0, 0, 0], 0, 1));
    assert_eq!(seen.latency_total.sum(), SEC);
}

#[test]
fn a_clock_that_was_ahead_leaves_windows_that_go_on() {
    let metrics = metrics("thawed");
    {
        let frozen = freeze();
        frozen.advance(3600 * SEC);
        metrics.start().success();
        assert_eq!(metrics.snapshot().successes(), 1);
    }
    metrics.start().success();
    let seen = metrics.snapshot();
    assert_eq!((seen.successes(), seen.total.successes, seen.latency.count()), (1, 2, 1));
}
