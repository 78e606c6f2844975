//! A success that took longer than it was expected in: a failure, whose value is returned.

use std::time::Duration;

use dyno::breaker::{Breaker, Keyed, Settings, State, TripError};
use dyno::clock::{self, Frozen};
use dyno::{Verdict, breaker};

use super::support::{SECOND, block_on, calls, end, err, failures, hear, ok, seen, slow_call};

const LIMIT: Duration = Duration::from_millis(200);
const LATE: Duration = Duration::from_millis(201);

const fn expecting() -> Breaker {
    Breaker::new("expected").expected_in(LIMIT)
}

fn late(breaker: &Breaker, clock: &Frozen) {
    slow_call(breaker, clock, LATE, Verdict::Success);
}

#[test]
fn da_18_a_late_success_counts_and_its_value_is_returned() {
    let _frozen = clock::freeze();
    let breaker = expecting().fail_max(3);
    for time in 1..=3 {
        let value = breaker.call(|| {
            clock::sleep(LATE);
            Ok::<_, String>(time)
        });
        assert_eq!((value, failures(&breaker)), (Ok(time), time));
    }
    assert_eq!(breaker.state(), State::Open);
    let told = "took 201.0ms, was expected in 200.0ms";
    assert_eq!(breaker.snapshot().last_error.as_deref(), Some(told));
    let refused = breaker.acquire().expect_err("it is open");
    assert_eq!(refused.last_error().as_deref(), Some(told));
}

#[test]
fn a_success_that_takes_just_as_long_is_one_and_forgives() {
    let frozen = clock::freeze();
    let breaker = expecting().fail_max(2);
    late(&breaker, &frozen);
    slow_call(&breaker, &frozen, LIMIT, Verdict::Success);
    assert_eq!(failures(&breaker), 0);
    late(&breaker, &frozen);
    late(&breaker, &frozen);
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn late_successes_and_failures_are_of_one_row_and_what_is_ignored_of_none() {
    let frozen = clock::freeze();
    let breaker = expecting().fail_max(3);
    late(&breaker, &frozen);
    slow_call(&breaker, &frozen, LATE, Verdict::Ignored);
    assert_eq!(failures(&breaker), 1);
    assert!(err(&breaker).is_err());
    late(&breaker, &frozen);
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn the_call_that_opens_it_keeps_its_value_whatever_else_is_returned_for_failures() {
    let _frozen = clock::freeze();
    let breaker = expecting().fail_max(1).trip_error(TripError::Rejected);
    let value = breaker.call(|| {
        clock::sleep(LATE);
        Ok::<_, String>(7)
    });
    assert_eq!((value, breaker.state()), (Ok(7), State::Open));
}

#[test]
fn a_failure_rate_counts_it() {
    let frozen = clock::freeze();
    for breaker in [
        expecting().window_calls(10).failure_rate(0.5).min_calls(4),
        expecting().window_time(SECOND * 10).failure_rate(0.5).min_calls(4),
    ] {
        let (_listening, heard) = hear(&breaker);
        calls(&breaker, "ss");
        late(&breaker, &frozen);
        assert_eq!((breaker.state(), seen(&breaker)), (State::Closed, (3, 1, 0)));
        late(&breaker, &frozen);
        let change = "closed -> open: 2 of 4 calls failed, the limit is 50%";
        assert_eq!(heard.take().last().map(String::as_str), Some(change));
    }
}

#[test]
fn slow_marks_it_before_it_has_failed() {
    let frozen = clock::freeze();
    let rates = Settings::new().window_calls(10).failure_rate(0.9).min_calls(10).slow(LIMIT / 2);
    let breaker = Breaker::new("expected").with(rates.expected_in(LIMIT));
    slow_call(&breaker, &frozen, LIMIT / 2, Verdict::Success);
    assert_eq!(seen(&breaker), (1, 0, 0));
    slow_call(&breaker, &frozen, LIMIT, Verdict::Success);
    assert_eq!(seen(&breaker), (2, 0, 1));
    late(&breaker, &frozen);
    assert_eq!(seen(&breaker), (3, 1, 2));
    slow_call(&breaker, &frozen, LATE, Verdict::Failure);
    assert_eq!(seen(&breaker), (4, 2, 3), "no failure is counted twice");
}

#[test]
fn a_late_trial_has_failed() {
    let frozen = clock::freeze();
    let breaker = expecting().fail_max(1).success_threshold(2);
    let (_listening, heard) = hear(&breaker);
    breaker.trip();
    frozen.advance(SECOND * 60);
    end(&breaker, Verdict::Success);
    heard.take();
    late(&breaker, &frozen);
    assert_eq!(breaker.state(), State::Open);
    let heard = heard.take();
    assert!(
        heard.iter().any(|said| said == "half-open -> open: the trial was too slow"),
        "{heard:?}"
    );
    let told = "took 201.0ms, was expected in 200.0ms";
    assert_eq!(breaker.snapshot().last_error.as_deref(), Some(told));
    // A share of them may be.
    let breaker = expecting().success_threshold(3).success_rate(0.6);
    breaker.trip();
    frozen.advance(SECOND * 60);
    late(&breaker, &frozen);
    let counts = |breaker: &Breaker| {
        let now = breaker.snapshot();
        (now.state, now.successes, now.failures)
    };
    assert_eq!(counts(&breaker), (State::HalfOpen, 0, 1));
    end(&breaker, Verdict::Success);
    end(&breaker, Verdict::Success);
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn listeners_hear_of_a_failure_and_by_how_much() {
    let frozen = clock::freeze();
    let breaker = expecting();
    let (_listening, heard) = hear(&breaker);
    late(&breaker, &frozen);
    assert_eq!(
        heard.take(),
        ["a call begins", "a call failed: took 201.0ms, was expected in 200.0ms"]
    );
}

#[test]
fn one_that_only_measures_counts_it_as_well() {
    let frozen = clock::freeze();
    let breaker = expecting().fail_max(1).starts(State::MetricsOnly);
    late(&breaker, &frozen);
    assert_eq!((breaker.state(), failures(&breaker)), (State::MetricsOnly, 1));
}

#[test]
fn it_may_be_said_later_and_then_calls_are_timed() {
    let frozen = clock::freeze();
    let breaker = Breaker::new("expected").fail_max(1);
    let before = breaker.acquire().expect("closed");
    breaker.change(|settings| settings.expected_in(LIMIT));
    frozen.advance(LATE);
    before.success();
    assert_eq!(breaker.state(), State::Closed, "it has no beginning");
    late(&breaker, &frozen);
    assert_eq!(breaker.state(), State::Open);
}

#[test]
fn an_async_call_is_timed_to_its_end() {
    let _frozen = clock::freeze();
    let breaker = expecting().fail_max(1);
    let value = block_on(breaker.call_async(|| async {
        clock::sleep_async(LATE).await;
        Some(1)
    }));
    assert_eq!((value, breaker.state()), (Some(1), State::Open));
}

#[test]
fn those_of_a_key_go_by_it() {
    static HOSTS: Keyed =
        Keyed::new("expected-hosts", Settings::new().fail_max(1).expected_in(LIMIT));
    let frozen = clock::freeze();
    late(&HOSTS.get("slow.example"), &frozen);
    assert_eq!(ok(&HOSTS.get("fast.example")), Ok(true));
    let states = ["slow.example", "fast.example"].map(|host| HOSTS.get(host).state());
    assert_eq!(states, [State::Open, State::Closed]);
}

#[breaker("expected-shared", expected_in = 200ms, fail_max = 2)]
fn shared(takes: Duration) -> Option<u8> {
    clock::sleep(takes);
    Some(1)
}

#[breaker("expected-shared")]
async fn shared_too(takes: Duration) -> Option<u8> {
    clock::sleep_async(takes).await;
    Some(2)
}

#[test]
fn one_place_says_it_for_all_of_a_name() {
    let _frozen = clock::freeze();
    assert_eq!(shared(LATE), Some(1));
    assert_eq!(block_on(shared_too(LATE)), Some(2));
    assert_eq!((shared(LIMIT), block_on(shared_too(LIMIT))), (None, None));
}

#[breaker(expected_in = 200ms, fail_max = 1, wrap)]
fn never_fails(takes: Duration) -> Result<u8, std::convert::Infallible> {
    clock::sleep(takes);
    Ok(1)
}

#[test]
fn a_function_that_cannot_fail_may_be_late() {
    let _frozen = clock::freeze();
    assert!(never_fails(LATE).is_ok());
    assert!(never_fails(LIMIT).is_err());
}

#[test]
fn slow_is_the_shorter_of_both() {
    let refused = |settings: fn(Settings) -> Settings| {
        let panic = std::panic::catch_unwind(|| settings(Settings::new())).expect_err("refused");
        let literal = panic.downcast_ref::<&str>().map(ToString::to_string);
        literal.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
    };
    let told = "breaker: `slow` must be shorter than `expected_in`: a call that takes longer than that has failed already";
    assert_eq!(refused(|settings| settings.slow(LIMIT).expected_in(LIMIT)), told);
    assert_eq!(refused(|settings| settings.expected_in(LIMIT).slow(LATE)), told);
    let told = "breaker: `expected_in` must be above zero, else every call has failed";
    assert_eq!(refused(|settings| settings.expected_in(Duration::ZERO)), told);
    let _fine = Settings::new().slow(LIMIT).expected_in(LATE);
}

#[test]
fn two_places_that_contradict_are_told() {
    #[breaker("expected-contradicting", expected_in = 200ms)]
    fn one() -> Option<u8> {
        None
    }
    #[breaker("expected-contradicting", slow = 2s)]
    fn other() -> Option<u8> {
        None
    }
    let _first = one();
    let panic = std::panic::catch_unwind(other).expect_err("it contradicts");
    let told = panic.downcast_ref::<String>().cloned().unwrap_or_default();
    assert!(told.contains("contradict one another in `slow`, `expected_in`"), "{told}");
    assert_eq!(
        format!("{:?}", Settings::new().expected_in(LIMIT)),
        "Settings{expected_in = 200ms}"
    );
}
