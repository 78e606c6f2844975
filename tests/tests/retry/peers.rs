//! The flaws of other retries: Y1 to Y9, and L4. (Y10 is about how they are looked after.)

use std::cell::Cell;
use std::time::Duration;

use dyno::clock;
use dyno::retry::{Budget, Jitter, retry};

use super::support::{Begun, MS, Scribe, block_on};

const NONE: Result<(), &str> = Err("busy");

#[test]
fn y1_what_the_error_asks_for_is_waited_for() {
    let _frozen = clock::freeze();
    let (start, mut begun) = (clock::now(), Begun::default());
    // Asked for 500 ms, with a cap of 20.
    let _ = retry(3).backoff(10 * MS..20 * MS).retry_after(|_: &&str| Some(500 * MS)).run(|| {
        begun.now(start);
        NONE
    });
    assert_eq!(begun.millis(), [0, 500, 1000]);
}

#[test]
fn y1_what_cannot_be_waited_for_is_not_waited_for_in_part() {
    static SCRIBE: Scribe = Scribe::new();
    let _frozen = clock::freeze();
    let start = clock::now();
    let asks = |_: &&str| Some(500 * MS);
    let _ = retry(3).max_elapsed(400 * MS).listen(&SCRIBE).retry_after(asks).run(|| NONE);
    assert_eq!(start.elapsed(), Duration::ZERO, "no time was lost");
    assert_eq!(SCRIBE.told(), ["attempt 1", "gave up after 1: Elapsed"]);
}

#[test]
fn y2_listeners_hear_of_the_pause_that_follows() {
    static SCRIBE: Scribe = Scribe::new();
    let _frozen = clock::freeze();
    let _ = retry(4).delay(10 * MS).listen(&SCRIBE).run(|| NONE);
    assert_eq!(
        SCRIBE.told(),
        [
            "attempt 1",
            "1 failed, next after 10ms",
            "attempt 2",
            "2 failed, next after 10ms",
            "attempt 3",
            "3 failed, next after 10ms",
            "attempt 4",
            "gave up after 4: Attempts",
        ]
    );
}

#[test]
fn y3_jitter_is_drawn_each_time() {
    for jitter in [Jitter::Full, Jitter::Equal, Jitter::Decorrelated] {
        let limits = Duration::from_secs(1)..Duration::from_secs(60);
        let mut drawn: Vec<Duration> =
            retry(101).backoff(limits).jitter(jitter).schedule().collect();
        drawn.sort();
        drawn.dedup();
        assert_eq!(drawn.len(), 100, "{jitter:?}");
    }
}

#[test]
fn y4_nothing_runs_when_the_future_is_only_built() {
    static SCRIBE: Scribe = Scribe::new();
    static BUDGET: Budget = Budget::new().capacity(10).reserve(0);
    let calls = Cell::new(0);
    let count = async || {
        calls.set(calls.get() + 1);
        NONE
    };
    let retry = retry(2).listen(&SCRIBE).budget(&BUDGET).max_elapsed(50 * MS);
    let built = retry.run_async(count);
    assert_eq!((calls.get(), SCRIBE.told()), (0, vec![]));
    drop(built);
    assert_eq!(calls.get(), 0);
    let frozen = clock::freeze();
    let built = retry.delay(40 * MS).run_async(count);
    // The time counts from the first poll.
    frozen.advance(60 * MS);
    let _ = block_on(built);
    assert_eq!(calls.get(), 2);
}

#[test]
fn y5_a_backoff_doubles_and_does_not_square() {
    let pauses = retry(6).backoff(100 * MS..Duration::MAX).jitter(Jitter::None).schedule();
    assert_eq!(
        pauses.map(|pause| pause.as_millis()).collect::<Vec<_>>(),
        [100, 200, 400, 800, 1600]
    );
}

#[test]
fn y6_jitter_stays_under_the_cap() {
    for jitter in [Jitter::Full, Jitter::Equal, Jitter::Decorrelated, Jitter::None] {
        let mut pauses = retry(2000).backoff(60 * MS..100 * MS).jitter(jitter).schedule();
        assert!(pauses.all(|pause| pause <= 100 * MS), "{jitter:?}");
    }
}

#[test]
fn y7_what_the_attempts_take_counts() {
    let _frozen = clock::freeze();
    let (start, mut begun) = (clock::now(), Begun::default());
    let _ = retry(100).max_elapsed(200 * MS).run(|| {
        begun.now(start);
        clock::sleep(50 * MS);
        NONE
    });
    assert_eq!(begun.millis(), [0, 50, 100, 150]);
    assert_eq!(start.elapsed(), 200 * MS);
}

#[test]
fn y8_a_huge_factor_overflows_nothing() {
    let pauses = retry(500).backoff(Duration::from_secs(1)..Duration::MAX).factor(1000.0);
    let last = pauses.jitter(Jitter::None).schedule().last();
    assert_eq!(last, Some(Duration::from_nanos(u64::MAX)));
    for jitter in [Jitter::Full, Jitter::Equal, Jitter::Decorrelated] {
        assert_eq!(pauses.jitter(jitter).schedule().count(), 499);
    }
    // Nor does a pause without end, where there is a time for all attempts.
    let _frozen = clock::freeze();
    let endless = retry(3).delay(Duration::MAX).max_elapsed(Duration::MAX);
    assert_eq!(endless.run(|| NONE), NONE);
}

#[test]
fn y9_there_is_always_a_cap_and_a_deadline_is_kept() {
    let cap = Duration::from_secs(20);
    let last = retry(71).backoff(MS..cap).jitter(Jitter::None).schedule().last();
    assert_eq!(last, Some(cap));
    let _frozen = clock::freeze();
    let start = clock::now();
    let done = dyno::Deadline::within(150 * MS, || retry(71).delay(100 * MS).run(|| NONE));
    assert_eq!((done, start.elapsed()), (NONE, 100 * MS));
}

#[test]
fn l4_a_share_of_three_tenths_stays_one() {
    static BUDGET: Budget = Budget::new().share(0.3).reserve(0).capacity(9);
    let _ = retry(100).budget(&BUDGET).run(|| NONE);
    assert!(BUDGET.snapshot().tokens.abs() < 1e-9, "{BUDGET}");
    for _ in 0..10 {
        let _ = retry(1).budget(&BUDGET).run(|| NONE);
    }
    // A third would be 3.33.
    assert!((BUDGET.snapshot().tokens - 3.0).abs() < 1e-9, "{BUDGET}");
    for _ in 0..10 {
        let _ = retry(100).budget(&BUDGET).run(|| NONE);
    }
    assert_eq!(BUDGET.snapshot().granted, 9 + 3 + 3);
}
