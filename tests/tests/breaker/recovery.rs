//! Coming back: trials, stages, and time-outs that grow.

use std::time::Duration;

use dyno::breaker::{Breaker, Permit, State};
use dyno::{Reason, Verdict, clock};

use super::support::{SECOND, calls, end, fail, hear, hear_changes, ok};

const DRAWS: u32 = 20_000;

/// Recovers by thirds of its time-out: 3 s each.
fn graded() -> Breaker {
    Breaker::new("recovery").fail_max(2).reset_timeout(SECOND * 9).recover(&[0.01, 0.1, 0.5])
}

/// The share of many calls that passes now.
fn share(breaker: &Breaker) -> f64 {
    let passed = (0..DRAWS).filter(|_| breaker.acquire().map(Permit::success).is_ok()).count();
    f64::from(u32::try_from(passed).expect("few")) / f64::from(DRAWS)
}

/// Five standard deviations of so many draws.
fn is_about(drawn: f64, share: f64) -> bool {
    let spread = (share * (1.0 - share) / f64::from(DRAWS)).sqrt();
    (drawn - share).abs() < 5.0 * spread
}

#[test]
fn shares_of_the_calls_pass_by_stages() {
    fastrand::seed(7);
    let frozen = clock::freeze();
    let breaker = graded();
    fail(&breaker, 2);
    frozen.advance(SECOND * 9);
    assert_eq!(ok(&breaker), Ok(true));
    for stage in [0.01, 0.1, 0.5] {
        let now = breaker.snapshot();
        assert_eq!((now.state, now.recovering), (State::HalfOpen, Some(stage)));
        let drawn = share(&breaker);
        assert!(is_about(drawn, stage), "{drawn} of {stage}");
        frozen.advance(SECOND * 2);
        let drawn = share(&breaker);
        assert!(is_about(drawn, stage), "{drawn} of {stage}, to its end");
        frozen.advance(SECOND);
    }
    assert_eq!(breaker.state(), State::HalfOpen, "looking changes nothing");
    assert!((share(&breaker) - 1.0).abs() < f64::EPSILON);
    let now = breaker.snapshot();
    assert_eq!((now.state, now.recovering), (State::Closed, None));
}

#[test]
fn those_that_do_not_pass_are_told_when_the_next_stage_begins() {
    let frozen = clock::freeze();
    let breaker = graded();
    breaker.half_open();
    assert_eq!(ok(&breaker), Ok(true));
    frozen.advance(SECOND);
    let fault = std::iter::repeat_with(|| breaker.acquire().map(Permit::ignored))
        .find_map(Result::err)
        .expect("99 of 100 do not pass");
    assert_eq!(fault.reason(), Some(Reason::Recovering));
    assert_eq!(fault.retry_after(), Some(SECOND * 2));
    let text = "recovery: the breaker is recovering and lets only a share of the calls pass, try again in 2.0s";
    assert_eq!(fault.to_string(), text);
}

#[test]
fn the_end_of_recovery_is_told_and_what_is_under_way_goes_on() {
    let frozen = clock::freeze();
    let breaker = Breaker::new("recovery").fail_max(2).recover(&[0.999_999]);
    let (_listening, heard) = hear_changes(&breaker);
    breaker.half_open();
    assert_eq!(ok(&breaker), Ok(true));
    assert_eq!(heard.take(), ["closed -> half-open"], "it still is");
    let under_way = breaker.acquire().expect("nearly all pass");
    frozen.advance(SECOND * 60);
    let ended = breaker.acquire().expect("all pass");
    assert_eq!(heard.take(), ["half-open -> closed"]);
    under_way.failure();
    ended.failure();
    assert_eq!(breaker.state(), State::Open, "both count");
}

#[test]
fn it_opens_again_while_it_recovers() {
    let frozen = clock::freeze();
    let breaker = Breaker::new("recovery")
        .fail_max(2)
        .reset_timeout(SECOND * 9)
        .recover(&[0.999_998, 0.999_999]);
    let (_listening, heard) = hear(&breaker);
    for _ in 0..3 {
        breaker.half_open();
        assert_eq!(ok(&breaker), Ok(true));
        frozen.advance(SECOND * 5);
        calls(&breaker, "sfsf");
        assert_eq!(breaker.state(), State::HalfOpen, "by the rules of a closed one");
        calls(&breaker, "f");
        assert_eq!(breaker.state(), State::Open);
        let told = heard.take();
        assert_eq!(told.last().expect("told"), "half-open -> open: 2 failures in a row");
        assert_eq!(breaker.acquire().expect_err("open").retry_after(), Some(SECOND * 9));
    }
}

#[test]
fn a_rate_counts_while_it_recovers() {
    let _frozen = clock::freeze();
    let breaker = Breaker::new("recovery").failure_rate(0.5).min_calls(4).recover(&[0.999_999]);
    breaker.half_open();
    assert_eq!(ok(&breaker), Ok(true));
    calls(&breaker, "ssff");
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn without_an_end_of_the_time_out_stages_take_a_minute() {
    let frozen = clock::freeze();
    let breaker = Breaker::new("recovery").reset_timeout(Duration::MAX).recover(&[0.1, 0.2]);
    breaker.half_open();
    end(&breaker, Verdict::Success);
    frozen.advance(SECOND * 29);
    assert_eq!(breaker.snapshot().recovering, Some(0.1));
    frozen.advance(SECOND);
    assert_eq!(breaker.snapshot().recovering, Some(0.2));
    frozen.advance(SECOND * 30);
    assert_eq!(ok(&breaker), Ok(true));
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn the_first_results_decide_by_their_share() {
    let breaker = Breaker::new("recovery").success_threshold(5).success_rate(0.6).trials(5);
    for (trials, state) in [
        ("sss", State::Closed),
        ("fsfss", State::Closed),
        ("ffss", State::HalfOpen),
        ("sfff", State::Open),
        ("fff", State::Open),
        ("ss", State::HalfOpen),
    ] {
        breaker.half_open();
        calls(&breaker, trials);
        assert_eq!(breaker.state(), state, "{trials}");
    }
}

#[test]
fn without_a_share_one_failed_trial_opens_it_again() {
    let breaker = Breaker::new("recovery").success_threshold(5).trials(5);
    breaker.half_open();
    calls(&breaker, "ssssf");
    assert_eq!(breaker.state(), State::Open);
    breaker.half_open();
    calls(&breaker, "sssss");
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn each_trial_has_its_own_time() {
    let frozen = clock::freeze();
    let breaker =
        Breaker::new("recovery").trials(2).success_threshold(9).probe_timeout(SECOND * 10);
    breaker.half_open();
    let first = breaker.acquire().expect("a trial");
    frozen.advance(SECOND * 4);
    let second = breaker.acquire().expect("another");
    let busy = breaker.acquire().expect_err("both are under way");
    assert_eq!((busy.reason(), busy.retry_after()), (Some(Reason::HalfOpenBusy), Some(SECOND * 6)));
    frozen.advance(SECOND * 6);
    let third = breaker.acquire().expect("in place of the first");
    let busy = breaker.acquire().expect_err("the second has time yet");
    assert_eq!(busy.retry_after(), Some(SECOND * 4));
    first.failure();
    assert_eq!(breaker.snapshot().trials, 2, "it is over with the first");
    second.success();
    third.success();
    let now = breaker.snapshot();
    assert_eq!((now.state, now.successes, now.trials), (State::HalfOpen, 2, 0));
}

#[test]
fn a_trial_has_as_long_as_it_was_first_open_unless_it_is_told() {
    let frozen = clock::freeze();
    let breaker = Breaker::new("recovery").reset_backoff(SECOND..SECOND * 60);
    breaker.half_open();
    let _trial = breaker.acquire().expect("a trial");
    assert_eq!(breaker.acquire().expect_err("busy").retry_after(), Some(SECOND));
    frozen.advance(SECOND);
    assert!(breaker.acquire().is_ok());
}
