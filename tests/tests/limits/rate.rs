//! The rate limit: what it lets in, and when.

use std::sync::Arc;
use std::time::Duration;

use dyno::clock::{self, Frozen};
use dyno::limit::Rate;
use dyno::point::{self, Event};
use dyno::{Fault, Reason};

const MS: Duration = Duration::from_millis(1);
const NANO: Duration = Duration::from_nanos(1);
const SECOND: Duration = Duration::from_secs(1);

/// How many of so many pass now.
fn passing(rate: &Rate, tries: usize) -> usize {
    (0..tries).filter(|_| rate.try_acquire().is_ok()).count()
}

fn left(rate: &Rate) -> Duration {
    let fault = rate.try_acquire().expect_err("it is early");
    assert_eq!(fault.reason(), Some(Reason::RateLimited));
    fault.retry_after().expect("it says when")
}

#[test]
fn a_periods_calls_pass_at_once_and_then_evenly() {
    let frozen = clock::freeze();
    let rate = Rate::new("api", 100, SECOND);
    assert_eq!(passing(&rate, 150), 100);
    for _ in 0..20 {
        frozen.advance(10 * MS);
        assert_eq!(passing(&rate, 3), 1);
    }
    frozen.advance(SECOND);
    assert_eq!(passing(&rate, 150), 100, "it is full again, and no fuller");
    frozen.advance(9 * SECOND);
    assert_eq!(passing(&rate, 150), 100);
}

#[test]
fn odd_rates_are_exact() {
    let frozen = clock::freeze();
    for calls in [1_u32, 3, 7, 11, 97, 128, 1000] {
        let rate = Rate::new("odd", calls, SECOND);
        let all = calls as usize;
        for _ in 0..50 {
            assert_eq!(passing(&rate, all + 5), all, "{calls}/1s");
            frozen.advance(SECOND);
        }
    }
}

#[test]
fn smooth_is_one_at_a_time() {
    let frozen = clock::freeze();
    let rate = Rate::new("smooth", 3, SECOND).smooth();
    assert_eq!((passing(&rate, 9), left(&rate)), (1, Duration::from_nanos(333_333_334)));
    frozen.advance(10 * SECOND);
    assert_eq!(passing(&rate, 9), 1, "what was not used is not saved");
}

/// As exact as a nanosecond, by either clock.
#[test]
fn what_is_said_to_be_left_is_left() {
    let frozen = clock::freeze();
    for (calls, burst) in [(100, 100), (3, 1), (7, 7), (97, 5), (999, 999), (1_000_000, 2)] {
        let rate = Rate::new("exact", calls, SECOND).burst(burst);
        passing(&rate, burst as usize);
        for wait in [0, 1, 7] {
            frozen.advance(wait * NANO);
            let left = left(&rate);
            frozen.advance(left.saturating_sub(NANO));
            assert_eq!(passing(&rate, 1), 0, "{calls}/1s, {burst} at once, {left:?}");
            frozen.advance(NANO);
            assert_eq!(passing(&rate, 2), 1, "{calls}/1s, {burst} at once, {left:?}");
        }
    }
}

/// T11: of a limiter by fixed periods twice as many pass at their edge.
#[test]
fn t11_there_is_no_edge_at_which_twice_as_many_pass() {
    let frozen = clock::freeze();
    let rate = Rate::new("edge", 100, 200 * MS);
    frozen.advance(190 * MS);
    assert_eq!(passing(&rate, 100), 100);
    for _ in 0..20 {
        frozen.advance(MS);
        passing(&rate, 100);
    }
    // Ten more in the 20 ms around the edge; a hundred would be due at 200 ms.
    assert_eq!(rate.snapshot().available, 0);
    assert_eq!(left(&rate), 2 * MS);
}

#[test]
fn several_at_once_or_none() {
    let frozen = clock::freeze();
    let rate = Rate::new("many", 10, SECOND);
    assert!(rate.try_acquire_many(0).is_ok() && rate.try_acquire_many(8).is_ok());
    let fault = rate.try_acquire_many(4).expect_err("two are left");
    assert_eq!(fault.retry_after(), Some(200 * MS));
    assert_eq!(rate.snapshot().available, 2);
    frozen.advance(200 * MS);
    assert!(rate.try_acquire_many(4).is_ok() && rate.try_acquire_many(1).is_err());
}

#[test]
#[should_panic(expected = "rate \"many\": 11 calls never come at once, as no more than 10 may")]
fn more_than_ever_come_at_once() {
    let _ = Rate::new("many", 10, SECOND).try_acquire_many(11);
}

/// L3: shared as it is, by reference and among threads, and never to be asked whether it is ready.
#[test]
fn l3_it_is_shared_as_it_is() {
    fn shared<T: Send + Sync + 'static>(value: T) -> Arc<T> {
        Arc::new(value)
    }
    let _frozen = clock::freeze();
    let rate = shared(Rate::new("shared", 1, SECOND));
    let other = rate.clone();
    let there = dyno::spawn(move || passing(&other, 1)).join().expect("it ends");
    assert_eq!((there, passing(&rate, 1)), (1, 0));
    let called: Result<u8, Fault> = rate.call(|| unreachable!("it is early"));
    assert_eq!(called.expect_err("refused").reason(), Some(Reason::RateLimited));
}

#[test]
fn a_refusal_is_told() {
    let _frozen = clock::freeze();
    let (tell, told) = std::sync::mpsc::channel();
    let tell = std::sync::Mutex::new(tell);
    let observing = point::observe(move |point: &str, event: &Event<'_>| {
        if point == "told" {
            let tell = tell.lock().expect("nobody panics");
            tell.send(event.to_string()).expect("it listens");
        }
    });
    let rate = Rate::new("told", 1, SECOND);
    assert_eq!(passing(&rate, 2), 1);
    drop(observing);
    let told: Vec<_> = told.try_iter().collect();
    assert_eq!(told, ["rejected: told: the rate limit is reached, try again in 1.0s"]);
}

#[test]
fn what_can_be_seen() {
    let frozen = clock::freeze();
    let rate = Rate::new("seen", 10, SECOND).burst(4).wait(50 * MS);
    assert_eq!(passing(&rate, 3), 3);
    let seen = rate.snapshot();
    assert_eq!((&*seen.name, seen.limit, seen.per, seen.burst), ("seen", 10, SECOND, 4));
    assert_eq!((seen.available, seen.next_in, seen.waiting), (1, Duration::ZERO, 0));
    assert_eq!(seen.wait, 50 * MS);
    frozen.advance(50 * MS);
    assert_eq!(passing(&rate, 1), 1);
    let seen = rate.snapshot();
    assert_eq!((seen.available, seen.next_in), (0, 50 * MS));
    assert_eq!(format!("{rate:?}"), "Rate(seen, 10/1s)");
}

fn used_up(frozen: &Frozen, calls: u32, per: Duration) -> Rate {
    frozen.advance(SECOND);
    let rate = Rate::new("changed", calls, per);
    assert_eq!(passing(&rate, calls as usize + 1), calls as usize);
    rate
}

#[test]
fn another_rate_from_now_on() {
    let frozen = clock::freeze();
    let rate = used_up(&frozen, 10, SECOND);
    rate.change(100, SECOND);
    assert_eq!((left(&rate), rate.snapshot().burst), (10 * MS, 100));
    frozen.advance(SECOND);
    assert_eq!(passing(&rate, 200), 100);

    // A half that is used stays a half.
    let rate = Rate::new("changed", 100, SECOND);
    passing(&rate, 50);
    rate.change(10, SECOND);
    assert_eq!(passing(&rate, 100), 5);

    // Nothing is due later than after a full burst of the new rate.
    let rate = used_up(&frozen, 10, 3600 * SECOND);
    assert_eq!(left(&rate), 360 * SECOND);
    rate.change(7, SECOND);
    assert_eq!(left(&rate), Duration::from_nanos(142_857_143));

    // The burst that was given stays.
    let rate = Rate::new("changed", 100, SECOND).smooth();
    rate.change(3, SECOND);
    assert_eq!((passing(&rate, 9), rate.snapshot().burst), (1, 1));
}

#[test]
fn a_change_that_cannot_be_changes_nothing() {
    let _frozen = clock::freeze();
    let rate = Rate::new("changed", 10, SECOND);
    let change = || rate.change(0, SECOND);
    assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(change)).is_err());
    assert_eq!((passing(&rate, 20), rate.snapshot().limit), (10, 10));
}

/// A static that one test has used far ahead of the time is not closed to the next.
#[test]
fn another_tests_clock_is_none_of_its_business() {
    let rate = Rate::new("ahead", 1, 3600 * SECOND);
    {
        let frozen = clock::freeze();
        frozen.advance(24 * 3600 * SECOND);
        assert_eq!(passing(&rate, 2), 1);
    }
    assert_eq!(passing(&rate, 2), 1);
    let _frozen = clock::freeze();
    assert_eq!(passing(&rate, 1), 0, "it has been used by this clock");
}

#[test]
fn calls_pass_their_outcome_on() {
    let _frozen = clock::freeze();
    let rate = Rate::new("calls", 2, SECOND);
    assert_eq!(rate.call(|| Err::<u8, String>("its own".into())), Err("its own".into()));
    let future = rate.call_async(async || Some(7));
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    assert_eq!(runtime.block_on(future), Some(7));
    assert_eq!(runtime.block_on(rate.call_async(async || Some(7))), None);
    assert_eq!(rate.call(|| Some(7)), None);
}

macro_rules! panics {
    ($($name:ident: $make:expr => $says:literal;)+) => {$(
        #[test]
        #[should_panic(expected = $says)]
        fn $name() {
            let _ = $make;
        }
    )+};
}

panics! {
    no_calls: Rate::new("x", 0, SECOND) => "rate: at least 1 call must be let in";
    no_period: Rate::new("x", 1, Duration::ZERO) => "rate: the period must be above zero";
    no_burst: Rate::new("x", 1, SECOND).burst(0) => "rate: `burst` must be at least 1";
    no_wait: Rate::new("x", 1, SECOND).wait(Duration::ZERO) => "rate: `wait` must be above zero";
    too_fast: Rate::new("x", 2, NANO) => "rate: more than one call in a nanosecond";
    too_long: Rate::new("x", 1, Duration::MAX) => "rate: a full burst would take more than 9 years";
}
