//! When it opens, when it tries again, and who may try.

use std::time::Duration;

use dyno::breaker::{Breaker, State};
use dyno::{Reason, Verdict, clock};

use super::support::{Oops, SECOND, fail, failures, ok};

const BREAKER: fn() -> Breaker =
    || Breaker::new("half-open").fail_max(1).reset_timeout(Duration::from_secs(15));

#[test]
fn it_tries_again_when_the_time_out_has_passed_and_not_before() {
    let frozen = clock::freeze();
    let breaker = BREAKER();
    fail(&breaker, 1);
    frozen.advance(Duration::from_micros(14_999_999));
    assert!(ok(&breaker).is_err());
    assert_eq!(breaker.state(), State::Open);
    frozen.advance(Duration::from_micros(1));
    assert_eq!(breaker.state(), State::Open, "looking changes nothing");
    assert_eq!(ok(&breaker), Ok(true));
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn a_rejection_names_the_breaker_and_the_time_to_the_next_trial() {
    let frozen = clock::freeze();
    let breaker = BREAKER();
    fail(&breaker, 1);
    frozen.advance(SECOND * 5);
    let fault = breaker.acquire().expect_err("open");
    assert_eq!(fault.retry_after(), Some(SECOND * 10));
    assert_eq!(fault.to_string(), "half-open: the breaker is open, try again in 10.0s");
    assert_eq!(breaker.snapshot().retry_after, Some(SECOND * 10));
}

#[test]
fn only_failures_in_a_row_open_it() {
    let breaker = BREAKER().fail_max(3);
    for _ in 0..10 {
        fail(&breaker, 2);
        assert_eq!(ok(&breaker), Ok(true));
        assert_eq!(failures(&breaker), 0);
    }
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn one_trial_at_a_time() {
    let frozen = clock::freeze();
    let breaker = BREAKER().success_threshold(2);
    fail(&breaker, 1);
    frozen.advance(SECOND * 15);
    let trial = breaker.acquire().expect("the trial");
    assert_eq!(breaker.snapshot().trials, 1);
    let fault = ok(&breaker).expect_err("turned away").fault();
    assert_eq!(fault.reason(), Some(Reason::HalfOpenBusy));
    assert_eq!(fault.retry_after(), Some(SECOND * 15));
    trial.success();
    assert_eq!(breaker.state(), State::HalfOpen, "one of two");
    let trial = breaker.acquire().expect("the next trial");
    assert!(breaker.acquire().is_err());
    trial.success();
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn a_lost_trial_keeps_nobody_out_for_ever() {
    let frozen = clock::freeze();
    let breaker = BREAKER();
    fail(&breaker, 1);
    frozen.advance(SECOND * 15);
    std::mem::forget(breaker.acquire().expect("the trial"));
    frozen.advance(SECOND * 14);
    assert_eq!(breaker.acquire().expect_err("busy").retry_after(), Some(SECOND));
    frozen.advance(SECOND);
    let trial = breaker.acquire().expect("another trial");
    assert!(breaker.acquire().is_err(), "and only one");
    trial.success();
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn a_trial_that_takes_longer_than_the_time_out_still_counts() {
    let frozen = clock::freeze();
    let breaker = BREAKER();
    fail(&breaker, 1);
    frozen.advance(SECOND * 15);
    let slow = breaker.acquire().expect("the trial");
    frozen.advance(SECOND * 20);
    slow.success();
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn a_trial_that_was_replaced_decides_nothing_and_makes_no_room() {
    let frozen = clock::freeze();
    let breaker = BREAKER().success_threshold(2);
    breaker.half_open();
    breaker.acquire().expect("a first trial").success();
    for verdict in [Verdict::Success, Verdict::Failure, Verdict::Ignored] {
        let slow = breaker.acquire().expect("the trial");
        frozen.advance(SECOND * 15);
        let young = breaker.acquire().expect("another one, for it might be lost");
        let before = breaker.snapshot();
        assert_eq!((before.state, before.successes, before.trials), (State::HalfOpen, 1, 1));
        slow.record(verdict);
        assert_eq!(breaker.snapshot(), before);
        assert!(breaker.acquire().is_err(), "the young one is under way");
        young.ignored();
    }
    breaker.acquire().expect("the last trial").success();
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn without_end_it_stays_open_until_it_is_reset_by_hand() {
    let frozen = clock::freeze();
    let breaker = BREAKER().reset_timeout(Duration::MAX);
    fail(&breaker, 1);
    frozen.advance(SECOND * 3600 * 24 * 365);
    let fault = breaker.acquire().expect_err("open");
    assert_eq!(fault.retry_after(), None);
    breaker.reset();
    assert_eq!(ok(&breaker), Ok(true));
}

#[test]
fn an_option_is_refused_by_none() {
    let breaker = BREAKER();
    assert_eq!(breaker.call(|| None::<u8>), None);
    assert_eq!(breaker.state(), State::Open);
    assert_eq!(breaker.call(|| Some(1)), None);
}

#[test]
fn a_time_frozen_ahead_does_not_keep_it_open_afterwards() {
    let breaker = BREAKER();
    {
        let frozen = clock::freeze();
        frozen.advance(SECOND * 3600);
        breaker.trip();
        assert!(breaker.acquire().is_err());
    }
    // Another test's clock begins earlier than that moment.
    let frozen = clock::freeze();
    breaker.trip();
    frozen.advance(SECOND * 15);
    assert_eq!(ok(&breaker), Ok(true));
}

#[test]
fn a_moment_that_is_yet_to_come_has_passed() {
    let breaker = BREAKER().success_threshold(2);
    let ahead = || {
        let frozen = clock::freeze();
        frozen.advance(SECOND * 3600);
        frozen
    };
    let frozen = ahead();
    breaker.trip();
    drop(frozen);
    let frozen = clock::freeze();
    assert_eq!(breaker.snapshot().retry_after, Some(Duration::ZERO));
    drop(breaker.acquire().expect("a trial"));
    drop(frozen);

    let frozen = ahead();
    std::mem::forget(breaker.acquire().expect("a trial that is lost"));
    drop(frozen);
    let frozen = clock::freeze();
    let trial = breaker.acquire().expect("a trial in its place");
    frozen.advance(SECOND * 14);
    assert!(breaker.acquire().is_err(), "which has its whole time");
    trial.success();
    drop(frozen);

    let frozen = ahead();
    breaker.half_open();
    drop(frozen);
    let _frozen = clock::freeze();
    let _trial = breaker.acquire().expect("the trial");
    assert!(breaker.acquire().is_err(), "and only one");
}

#[test]
#[should_panic(expected = "breaker: `fail_max` must be at least 1")]
fn no_failure_at_all_is_refused() {
    let _ = BREAKER().fail_max(0);
}

#[test]
#[should_panic(expected = "breaker: `reset_timeout` must be above zero")]
fn no_time_out_at_all_is_refused() {
    let _ = BREAKER().reset_timeout(Duration::ZERO);
}

#[test]
#[should_panic(expected = "breaker: `success_threshold` must be at least 1")]
fn no_success_at_all_is_refused() {
    BREAKER().change(|settings| settings.success_threshold(0));
}

#[test]
fn an_error_of_its_own_is_not_taken_for_a_rejection() {
    let breaker = BREAKER().fail_max(2);
    let passed: Result<(), Oops> = breaker.call(|| Err(Oops::Own("mine")));
    assert_eq!(passed, Err(Oops::Own("mine")));
}
