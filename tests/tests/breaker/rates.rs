//! When a rate opens it, and when it does not.

use std::time::Duration;

use dyno::breaker::{Breaker, Settings, State};
use dyno::{Verdict, clock};

use super::support::{SECOND, calls, end, failures, hear, ok, seen, slow_call};

const fn breaker() -> Breaker {
    Breaker::new("rates").window_calls(10)
}

#[test]
fn a_rate_is_reached_when_it_is_met() {
    let breaker = breaker().failure_rate(0.5).min_calls(4);
    calls(&breaker, "ssf");
    assert_eq!(breaker.state(), State::Closed, "too few calls");
    calls(&breaker, "f");
    assert_eq!(breaker.state(), State::Open, "2 of 4");
}

#[test]
fn just_below_it_is_not() {
    let breaker = breaker().window_calls(100).failure_rate(0.5).min_calls(100);
    calls(&breaker, &"s".repeat(51));
    calls(&breaker, &"f".repeat(49));
    assert_eq!((breaker.state(), seen(&breaker)), (State::Closed, (100, 49, 0)));
    // One more failure, and the oldest success goes.
    calls(&breaker, "f");
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn rates_are_exact() {
    // 0.07 * 100 is a little more than 7 in floating point.
    for (rate, least) in [(0.07, 7), (0.29, 29), (0.57, 57), (0.1, 10), (1.0, 100), (0.001, 1)] {
        let breaker = Breaker::new("rates").window_calls(100).failure_rate(rate).min_calls(100);
        calls(&breaker, &"s".repeat(100 - least));
        calls(&breaker, &"f".repeat(least - 1));
        assert_eq!(breaker.state(), State::Closed, "{rate}");
        calls(&breaker, "f");
        assert_eq!(breaker.state(), State::Open, "{rate}: {least} of 100");
    }
}

#[test]
fn the_fewest_calls_count_before_the_window_is_full() {
    let breaker = Breaker::new("rates").window_calls(100).failure_rate(0.5).min_calls(5);
    calls(&breaker, "ffff");
    assert_eq!(breaker.state(), State::Closed);
    calls(&breaker, "f");
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn it_says_how_many_of_how_many() {
    let breaker = breaker().failure_rate(0.6).min_calls(5);
    let (_listening, heard) = hear(&breaker);
    calls(&breaker, "ssfff");
    let told = "closed -> open: 3 of 5 calls failed, the limit is 60%";
    assert_eq!(heard.take().last().map(String::as_str), Some(told));
}

#[test]
fn what_is_not_said_is_twenty_of_a_hundred_and_half() {
    let breaker = Breaker::new("rates").failure_rate(0.5);
    assert_eq!(breaker.snapshot().fail_max, None);
    calls(&breaker, &"f".repeat(19));
    assert_eq!(breaker.state(), State::Closed);
    calls(&breaker, "f");
    assert_eq!(breaker.state(), State::Open);

    let breaker = Breaker::new("rates").window_calls(10);
    calls(&breaker, "ssssssffff");
    assert_eq!(breaker.state(), State::Closed, "4 of 10, and it takes all of a small window");
    calls(&breaker, "sf");
    assert_eq!((breaker.state(), seen(&breaker)), (State::Open, (0, 0, 0)), "5 of 10");
}

#[test]
fn failures_in_a_row_count_beside_a_rate_when_they_are_given() {
    let breaker = breaker().failure_rate(1.0).fail_max(3);
    calls(&breaker, "sff");
    assert_eq!(breaker.state(), State::Closed);
    calls(&breaker, "f");
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn a_success_never_opens_it_by_the_failure_rate() {
    let breaker = breaker().failure_rate(0.5).min_calls(4);
    calls(&breaker, "fff");
    assert_eq!((breaker.state(), seen(&breaker)), (State::Closed, (3, 3, 0)));
    calls(&breaker, "s");
    assert_eq!((breaker.state(), seen(&breaker)), (State::Closed, (4, 3, 0)), "75%, but well");
    calls(&breaker, "ss");
    assert_eq!((breaker.state(), seen(&breaker)), (State::Closed, (6, 3, 0)));
    calls(&breaker, "f");
    assert_eq!(breaker.state(), State::Open);
}

fn timed() -> Breaker {
    breaker().slow(SECOND * 2).slow_rate(0.5).min_calls(4).fail_max(100)
}

#[test]
fn slow_is_strictly_slower_than_the_limit() {
    let frozen = clock::freeze();
    let breaker = timed();
    slow_call(&breaker, &frozen, SECOND * 2, Verdict::Success);
    assert_eq!(seen(&breaker), (1, 0, 0));
    slow_call(&breaker, &frozen, SECOND * 2 + Duration::from_nanos(1), Verdict::Success);
    assert_eq!(seen(&breaker), (2, 0, 1));
    slow_call(&breaker, &frozen, SECOND * 9, Verdict::Failure);
    assert_eq!(seen(&breaker), (3, 1, 2), "a slow failure is both");
    slow_call(&breaker, &frozen, SECOND * 9, Verdict::Ignored);
    assert_eq!(seen(&breaker), (3, 1, 2), "an ignored one neither");
}

#[test]
fn slow_successes_open_it() {
    let frozen = clock::freeze();
    let breaker = timed();
    let (_listening, heard) = hear(&breaker);
    calls(&breaker, "ss");
    slow_call(&breaker, &frozen, SECOND * 3, Verdict::Success);
    assert_eq!(breaker.state(), State::Closed);
    heard.take();
    slow_call(&breaker, &frozen, SECOND * 3, Verdict::Success);
    assert_eq!(breaker.state(), State::Open);
    let opened = "closed -> open: 2 of 4 calls were slow, the limit is 50%";
    assert_eq!(heard.take(), ["a call begins", "a call succeeded", opened]);
    let fault = breaker.acquire().expect_err("open");
    assert_eq!(fault.last_error().as_deref(), Some("too slow"));
}

#[test]
fn a_slow_success_that_opens_it_returns_what_it_has() {
    let frozen = clock::freeze();
    let breaker = breaker().slow(SECOND).min_calls(1);
    let breaker = breaker.trip_error(dyno::breaker::TripError::Rejected);
    let outcome = breaker.call(|| {
        frozen.advance(SECOND * 2);
        Some(7)
    });
    assert_eq!((outcome, breaker.state()), (Some(7), State::Open));
}

#[test]
fn without_a_slow_rate_all_must_be_slow() {
    let frozen = clock::freeze();
    let breaker = breaker().slow(SECOND).min_calls(3);
    assert_eq!(breaker.snapshot().fail_max, Some(5), "no failure rate takes its place");
    calls(&breaker, "s");
    for _ in 0..9 {
        slow_call(&breaker, &frozen, SECOND * 2, Verdict::Success);
        assert_eq!(breaker.state(), State::Closed);
    }
    slow_call(&breaker, &frozen, SECOND * 2, Verdict::Success);
    assert_eq!(breaker.state(), State::Open, "10 of 10: the quick one has left the window");
}

#[test]
fn quick_failures_do_not_open_it_by_the_slow_rate() {
    let frozen = clock::freeze();
    let breaker = timed();
    slow_call(&breaker, &frozen, SECOND * 3, Verdict::Success);
    calls(&breaker, "ss");
    for _ in 0..5 {
        calls(&breaker, "f");
    }
    assert_eq!((breaker.state(), failures(&breaker)), (State::Closed, 5));
}

#[test]
fn a_slow_success_ends_a_row_of_failures() {
    let frozen = clock::freeze();
    let breaker = timed();
    calls(&breaker, "ff");
    slow_call(&breaker, &frozen, SECOND * 3, Verdict::Success);
    assert_eq!(failures(&breaker), 0);
}

#[test]
fn a_slow_trial_has_not_shown_that_all_is_well() {
    let frozen = clock::freeze();
    let breaker = breaker().slow(SECOND).probe_timeout(SECOND * 60);
    breaker.half_open();
    slow_call(&breaker, &frozen, SECOND, Verdict::Success);
    assert_eq!(breaker.state(), State::Closed, "in time");
    breaker.half_open();
    slow_call(&breaker, &frozen, SECOND * 2, Verdict::Success);
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn a_call_that_began_before_calls_were_timed_is_not_slow() {
    let frozen = clock::freeze();
    let breaker = breaker();
    let early = breaker.acquire().expect("closed");
    breaker.change(|settings| settings.slow(SECOND));
    frozen.advance(SECOND * 100);
    early.success();
    assert_eq!(seen(&breaker), (1, 0, 0));
}

#[test]
fn async_calls_take_as_long_as_they_wait() {
    let _frozen = clock::freeze();
    let breaker = breaker().slow(SECOND).min_calls(2);
    for count in 1..=2 {
        let outcome = super::support::block_on(breaker.call_async(|| async {
            clock::sleep_async(SECOND * 3).await;
            Some(())
        }));
        assert_eq!(outcome, Some(()));
        let state = if count < 2 { State::Closed } else { State::Open };
        assert_eq!(breaker.state(), state);
    }
}

#[test]
fn rates_over_time_go_by_the_same_rules() {
    let frozen = clock::freeze();
    let over_time = Settings::new().window_time(SECOND * 10).min_calls(4);
    let breaker = Breaker::new("rates").with(over_time.failure_rate(0.5));
    calls(&breaker, "ssf");
    assert_eq!(breaker.state(), State::Closed);
    calls(&breaker, "f");
    assert_eq!(breaker.state(), State::Open);

    let slow = over_time.slow(SECOND / 10).slow_rate(0.75).fail_max(100);
    let breaker = Breaker::new("rates").with(slow);
    end(&breaker, Verdict::Success);
    for slow in 1..=2 {
        slow_call(&breaker, &frozen, SECOND / 5, Verdict::Success);
        assert_eq!(seen(&breaker), (1 + slow, 0, slow));
    }
    slow_call(&breaker, &frozen, SECOND / 5, Verdict::Success);
    assert_eq!(breaker.state(), State::Open, "3 of 4");
    assert!(ok(&breaker).is_err());
}
