//! Scenarios of the Python library `PyBreaker`, by their numbers, where both mean the same; those of
//! its storage contract are in `contract.rs`. The call that opens the breaker returns the function's
//! own error here, unless it is told otherwise.

use std::time::Duration;

use dyno::breaker::{Breaker, Report, State, TripError};
use dyno::{Reason, Verdict, clock};

use super::support::{Oops, SECOND, block_on, err, fail, failures, hear, ok};

const fn breaker() -> Breaker {
    Breaker::new("pybreaker")
}

#[test]
fn pb_22_23_what_is_not_said_is_default() {
    let timed = breaker().reset_timeout(SECOND * 30).snapshot();
    assert_eq!((timed.fail_max, timed.reset_timeout), (Some(5), SECOND * 30));
    assert_eq!(timed.success_threshold, 1);
    let counted = breaker().fail_max(10).snapshot();
    assert_eq!((counted.fail_max, counted.reset_timeout), (Some(10), SECOND * 60));
}

#[test]
fn pb_25_26_settings_change_while_it_works() {
    let breaker = breaker();
    breaker.change(|settings| settings.fail_max(10).reset_timeout(SECOND * 30));
    let now = breaker.snapshot();
    assert_eq!((now.fail_max, now.reset_timeout), (Some(10), SECOND * 30));
}

#[test]
fn pb_28_29_arguments_and_values_pass_unchanged() {
    fn pair(number: u8, text: &str) -> Result<(u8, &str), Oops> {
        if number == 0 { Err(Oops::Own("zero")) } else { Ok((number, text)) }
    }
    let (breaker, text) = (breaker(), String::from("abc"));
    assert_eq!(breaker.call(|| pair(42, &text)), Ok((42, "abc")));
}

#[test]
fn pb_31_32_33_the_same_for_async_functions() {
    async fn pair(number: u8, text: &str) -> Result<(u8, &str), Oops> {
        tokio::task::yield_now().await;
        if number == 0 { Err(Oops::Own("zero")) } else { Ok((number, text)) }
    }
    let (breaker, text) = (breaker().fail_max(1), String::from("abc"));
    assert_eq!(block_on(breaker.call_async(|| pair(42, &text))), Ok((42, "abc")));
    assert_eq!(block_on(breaker.call_async(async || pair(42, &text).await)), Ok((42, "abc")));
    assert_eq!(block_on(breaker.call_async(|| pair(0, &text))), Err(Oops::Own("zero")));
    assert_eq!(breaker.state(), State::Open);
    let refused: Result<(), Oops> =
        block_on(breaker.call_async(|| -> std::future::Ready<_> { unreachable!("not called") }));
    assert_eq!(refused.expect_err("turned away").fault().reason(), Some(Reason::BreakerOpen));
}

#[test]
fn pb_46_a_good_trial_closes_it() {
    let frozen = clock::freeze();
    let breaker = breaker().fail_max(3).reset_timeout(SECOND / 10);
    fail(&breaker, 3);
    frozen.advance(SECOND / 5);
    assert_eq!(ok(&breaker), Ok(true));
    assert_eq!((breaker.state(), breaker.snapshot().successes), (State::Closed, 0));
}

#[test]
fn pb_47_as_many_trials_as_the_threshold_says_close_it() {
    let frozen = clock::freeze();
    let breaker = breaker().fail_max(3).reset_timeout(SECOND / 10).success_threshold(3);
    let half_open = |good| {
        assert_eq!(ok(&breaker), Ok(true));
        let now = breaker.snapshot();
        assert_eq!((now.state, now.successes), (State::HalfOpen, good));
    };
    for last_is_good in [true, false] {
        breaker.reset();
        fail(&breaker, 3);
        frozen.advance(SECOND / 5);
        half_open(1);
        half_open(2);
        if last_is_good {
            assert_eq!(ok(&breaker), Ok(true));
            assert_eq!(breaker.state(), State::Closed);
        } else {
            fail(&breaker, 1);
            assert_eq!(breaker.state(), State::Open);
        }
        assert_eq!(breaker.snapshot().successes, 0);
    }
}

#[test]
fn pb_49_the_threshold_changes_while_it_works() {
    let breaker = breaker().success_threshold(5);
    assert_eq!(breaker.snapshot().success_threshold, 5);
    breaker.change(|settings| settings.success_threshold(10));
    assert_eq!(breaker.snapshot().success_threshold, 10);
}

#[test]
fn pb_92_tripping_twice_starts_the_time_out_anew() {
    let frozen = clock::freeze();
    let breaker = breaker().reset_timeout(SECOND * 10);
    breaker.trip();
    frozen.advance(SECOND * 9);
    breaker.trip();
    assert_eq!(breaker.snapshot().retry_after, Some(SECOND * 10));
    frozen.advance(SECOND * 9);
    assert!(breaker.acquire().is_err());
    frozen.advance(SECOND);
    assert!(breaker.acquire().is_ok());
}

#[test]
fn pb_94_a_lower_limit_counts_from_the_next_failure() {
    let breaker = breaker();
    fail(&breaker, 3);
    breaker.change(|settings| settings.fail_max(2));
    assert_eq!(breaker.state(), State::Closed);
    fail(&breaker, 1);
    assert_eq!((failures(&breaker), breaker.state()), (4, State::Open));
}

#[test]
fn pb_95_a_shorter_time_out_counts_at_once() {
    let frozen = clock::freeze();
    let breaker = breaker();
    breaker.trip();
    frozen.advance(SECOND);
    assert!(ok(&breaker).is_err());
    breaker.change(|settings| settings.reset_timeout(SECOND));
    assert_eq!(ok(&breaker), Ok(true));
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn pb_97_a_call_within_a_call_counts_for_itself() {
    let breaker = breaker().fail_max(2);
    let outer = breaker.call(|| err(&breaker));
    assert_eq!(outer, Err(Oops::Own("down")));
    assert_eq!((failures(&breaker), breaker.state()), (2, State::Open));
}

#[test]
fn pb_20_it_starts_as_it_is_told() {
    for state in State::ALL {
        assert_eq!(breaker().starts(state).state(), state);
    }
}

#[test]
fn pb_56_nobody_is_told_of_the_state_it_starts_in() {
    static BREAKER: Breaker = breaker().starts(State::Open);
    let (_listening, heard) = hear(&BREAKER);
    assert_eq!((BREAKER.state(), heard.take().len()), (State::Open, 0));
}

#[test]
fn pb_80_a_failing_block_opens_it_and_none_runs_while_it_is_open() {
    let frozen = clock::freeze();
    let breaker = breaker()
        .fail_max(2)
        .reset_timeout(Duration::from_millis(10))
        .trip_error(TripError::Rejected);
    let block = |body: &mut dyn FnMut() -> Result<bool, Oops>| -> Result<bool, Oops> {
        let permit = breaker.acquire()?;
        let outcome = body();
        match permit.settle(Verdict::of(&outcome), &Report::NOTHING) {
            Some(fault) => Err(fault.into()),
            None => outcome,
        }
    };
    let (mut ran, mut bad) = (0, || Err(Oops::Own("down")));
    let mut good = || {
        ran += 1;
        Ok(true)
    };
    assert_eq!(block(&mut bad), Err(Oops::Own("down")));
    let fault = block(&mut bad).expect_err("it opens").fault();
    assert_eq!(fault.reason(), Some(Reason::BreakerOpen));
    assert_eq!((failures(&breaker), breaker.state()), (2, State::Open));
    assert!(block(&mut good).is_err());
    frozen.advance(Duration::from_millis(10));
    assert_eq!(block(&mut good), Ok(true));
    assert_eq!((failures(&breaker), breaker.state(), ran), (0, State::Closed, 1));
}

#[test]
fn pb_37_to_41_a_call_may_count_as_its_caller_says() {
    let breaker = breaker();
    let excluded = |verdict| breaker.acquire().expect("closed").record(verdict);
    for (verdict, failed) in [(Verdict::Success, 0), (Verdict::Ignored, 1)] {
        breaker.reset();
        fail(&breaker, 1);
        excluded(verdict);
        assert_eq!(failures(&breaker), failed, "{verdict:?}");
        fail(&breaker, 1);
        assert_eq!(failures(&breaker), failed + 1);
    }
}

#[test]
fn pb_91_an_excluded_error_of_a_trial_counts_as_it_is_told() {
    let frozen = clock::freeze();
    for (verdict, state, told) in [
        (Verdict::Success, State::Closed, "a call succeeded"),
        (Verdict::Ignored, State::HalfOpen, "a call does not count"),
    ] {
        let breaker = breaker().reset_timeout(SECOND);
        breaker.trip();
        frozen.advance(SECOND);
        let (_listening, heard) = hear(&breaker);
        breaker.acquire().expect("the trial").record(verdict);
        assert_eq!(breaker.state(), state);
        assert_eq!(heard.take().last().map(String::as_str), Some(told));
    }
}
