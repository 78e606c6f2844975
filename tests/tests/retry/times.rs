//! When attempts are made: delays, deadlines, settings that are refused.

use std::cell::Cell;
use std::time::Duration;

use dyno::retry::{Backoff, Jitter, Retry, retry};
use dyno::{Deadline, clock};

use super::support::{Begun, MS, Scribe, block_on};

/// When attempts begin that all fail, and how it ends.
fn begun(retry: Retry, scribe: &'static Scribe) -> (Vec<u128>, String) {
    let (start, mut begun) = (clock::now(), Begun::default());
    let _ = retry.listen(scribe).run(|| {
        begun.now(start);
        None::<u8>
    });
    (begun.millis(), scribe.told().pop().unwrap_or_default())
}

#[test]
fn a_pause_that_ends_at_the_deadline_is_not_begun() {
    static SCRIBE: Scribe = Scribe::new();
    let _frozen = clock::freeze();
    let hundred = retry(9).delay(100 * MS);
    let within = |limit| Deadline::within(limit, || begun(hundred, &SCRIBE));
    assert_eq!(within(300 * MS), (vec![0, 100, 200], "gave up after 3: Deadline".into()));
    assert_eq!(within(301 * MS).0, [0, 100, 200, 300]);
    assert_eq!(within(MS), (vec![0], "gave up after 1: Deadline".into()));
}

#[test]
fn a_pause_that_ends_after_the_time_for_all_attempts_is_not_begun() {
    static SCRIBE: Scribe = Scribe::new();
    let _frozen = clock::freeze();
    let hundred = retry(9).delay(100 * MS);
    let within = |limit| begun(hundred.max_elapsed(limit), &SCRIBE);
    assert_eq!(within(300 * MS), (vec![0, 100, 200], "gave up after 3: Elapsed".into()));
    assert_eq!(within(301 * MS).0, [0, 100, 200, 300]);
    assert_eq!(within(MS).0, [0]);
}

#[test]
fn a_deadline_is_kept_in_async_code() {
    let _frozen = clock::freeze();
    let start = clock::now();
    let calls = Cell::new(0);
    let attempts = retry(9).delay(100 * MS).run_async(async || {
        calls.set(calls.get() + 1);
        clock::sleep_async(10 * MS).await;
        None::<u8>
    });
    block_on(Deadline::within_async(250 * MS, attempts));
    assert_eq!((calls.get(), start.elapsed()), (3, 230 * MS));
}

#[test]
fn a_rule_of_ones_own_hears_of_the_previous_pause_and_may_end_it() {
    static SCRIBE: Scribe = Scribe::new();
    static EVERY: fn(u32, Duration) -> Option<Duration> = |_, _| Some(MS);
    struct Growing;
    impl Backoff for Growing {
        fn pause(&self, failed: u32, previous: Duration) -> Option<Duration> {
            (failed < 4).then_some(previous + failed * MS)
        }
    }
    let _frozen = clock::freeze();
    let (begun, end) = begun(Retry::new(99).pauses(&Growing), &SCRIBE);
    assert_eq!(begun, [0, 1, 1 + 3, 1 + 3 + 6]);
    assert_eq!(end, "gave up after 4: Pauses");
    assert_eq!(retry(3).pauses(&EVERY).schedule().collect::<Vec<_>>(), [MS, MS]);
}

#[test]
fn a_delay_may_be_made_random() {
    let drawn = |jitter| retry(2000).delay(100 * MS).jitter(jitter).schedule();
    assert!(drawn(Jitter::None).all(|pause| pause == 100 * MS));
    assert!(drawn(Jitter::Equal).all(|pause| (50 * MS..=100 * MS).contains(&pause)));
    assert!(drawn(Jitter::Full).any(|pause| pause < 10 * MS));
}

#[test]
fn a_schedule_is_for_a_loop_of_ones_own() {
    let _frozen = clock::freeze();
    let start = clock::now();
    let mut calls = 0;
    for pause in retry(4).backoff(10 * MS..MS * 100).jitter(Jitter::None).schedule() {
        calls += 1;
        clock::sleep(pause);
    }
    assert_eq!((calls, start.elapsed()), (3, 70 * MS));
    assert_eq!(retry(1).schedule().next(), None);
}

#[test]
fn settings_are_told() {
    let retry = retry(3).backoff(50 * MS..MS * 2000).max_elapsed(MS);
    assert_eq!(
        format!("{retry:?}"),
        "Retry { attempts: 3, wait: 50ms..2s by 2 with jitter Full, max_elapsed: 1ms, \
         rejected: false, timed_out: true, nested: false, listened: false }"
    );
}

/// What a setting that makes no sense panics with.
fn refused(build: fn() -> Retry) -> String {
    let panicked = std::panic::catch_unwind(build).expect_err("it is refused");
    panicked.downcast_ref::<&str>().map(ToString::to_string).expect("a message")
}

#[test]
fn settings_that_can_do_nothing_are_refused_in_whichever_order() {
    let told =
        [refused(|| retry(3).delay(MS).factor(1.5)), refused(|| retry(3).factor(1.5).delay(MS))];
    assert!(told.iter().all(|told| told.starts_with("retry: `factor` is of pauses that grow")));
    let told = [
        refused(|| retry(3).delay(MS).jitter(Jitter::Decorrelated)),
        refused(|| retry(3).jitter(Jitter::Decorrelated).delay(MS)),
    ];
    assert!(told.iter().all(|told| told.starts_with("retry: `Jitter::Decorrelated` grows")));
    for factor in [f64::NAN, 1.0, 0.0, -2.0, 1000.1, f64::INFINITY] {
        let panicked = std::panic::catch_unwind(|| retry(3).factor(factor));
        assert!(panicked.is_err(), "{factor}");
    }
    assert!(
        refused(|| retry(3).max_elapsed(Duration::ZERO)).contains("`max_elapsed` must be above")
    );
}
