//! Scenarios of the Python library `infuse`, by their numbers: those of `PyBreaker`, with async
//! functions. Its call that opens the breaker fails with the breaker's error.

use std::future::{Future, ready};
use std::time::Duration;

use dyno::breaker::{Breaker, State, TripError};
use dyno::{Fault, Reason, clock};

use super::support::{
    Oops, SECOND, block_on, failures, hear, hear_changes, ok, on_all, within_reason,
};

const fn breaker() -> Breaker {
    Breaker::new("infuse").trip_error(TripError::Rejected)
}

/// An answer after a while.
async fn answer<T>(answer: T) -> T {
    tokio::task::yield_now().await;
    answer
}

fn good(breaker: &Breaker) -> Result<bool, Oops> {
    block_on(breaker.call_async(|| answer(Ok(true))))
}

fn bad(breaker: &Breaker) -> Result<bool, Oops> {
    block_on(breaker.call_async(|| answer(Err(Oops::Own("down")))))
}

/// Calls that fail with their own error.
fn own(breaker: &Breaker, times: u32) {
    for _ in 0..times {
        assert_eq!(bad(breaker), Err(Oops::Own("down")));
    }
}

fn rejected(outcome: Result<bool, Oops>) {
    let reason = outcome.expect_err("rejected").fault().reason();
    assert_eq!(reason, Some(Reason::BreakerOpen));
}

fn at(breaker: &Breaker, failed: u32, state: State) {
    assert_eq!((failures(breaker), breaker.state()), (failed, state));
}

#[test]
fn in_01_02_a_success_passes_and_a_failure_is_counted() {
    let breaker = breaker();
    assert_eq!(good(&breaker), Ok(true));
    at(&breaker, 0, State::Closed);
    own(&breaker, 1);
    at(&breaker, 1, State::Closed);
    assert_eq!(good(&breaker), Ok(true));
    at(&breaker, 0, State::Closed);
}

#[test]
fn in_04_05_the_third_failure_opens_it() {
    let breaker = breaker().fail_max(3);
    own(&breaker, 2);
    rejected(bad(&breaker));
    at(&breaker, 3, State::Open);
}

#[test]
fn a_failed_trial_opens_it_again() {
    let frozen = clock::freeze();
    let breaker = breaker().fail_max(3).reset_timeout(SECOND / 2);
    own(&breaker, 2);
    rejected(bad(&breaker));
    frozen.advance(SECOND);
    rejected(bad(&breaker));
    at(&breaker, 1, State::Open);
    assert_eq!(breaker.snapshot().retry_after, Some(SECOND / 2));
}

#[test]
fn in_07_it_runs_once_for_a_trial_and_not_before() {
    let frozen = clock::freeze();
    let breaker = breaker().fail_max(3).reset_timeout(SECOND);
    let mut ran = 0;
    let mut counted = || {
        block_on(breaker.call_async(|| {
            ran += 1;
            answer(Ok::<_, Oops>(true))
        }))
    };
    own(&breaker, 2);
    assert_eq!(breaker.state(), State::Closed);
    rejected(bad(&breaker));
    rejected(counted());
    assert_eq!(failures(&breaker), 3);
    frozen.advance(SECOND * 2);
    assert_eq!(counted(), Ok(true));
    at(&breaker, 0, State::Closed);
    assert_eq!(ran, 1);
}

#[test]
fn in_08_a_failure_in_half_open_opens_it_and_a_success_closes_it() {
    let breaker = breaker();
    breaker.half_open();
    at(&breaker, 0, State::HalfOpen);
    rejected(bad(&breaker));
    at(&breaker, 1, State::Open);
    breaker.half_open();
    at(&breaker, 0, State::HalfOpen);
    assert_eq!(good(&breaker), Ok(true));
    at(&breaker, 0, State::Closed);
}

#[test]
fn in_10_it_is_closed_by_hand() {
    let breaker = breaker().fail_max(3);
    own(&breaker, 2);
    rejected(bad(&breaker));
    rejected(bad(&breaker));
    at(&breaker, 3, State::Open);
    breaker.reset();
    at(&breaker, 0, State::Closed);
}

#[test]
fn in_11_listeners_hear_of_changes_by_hand() {
    let breaker = breaker();
    let (_listening, heard) = hear_changes(&breaker);
    breaker.trip();
    breaker.half_open();
    breaker.reset();
    assert_eq!(heard.take(), ["closed -> open", "open -> half-open", "half-open -> closed"]);
}

#[test]
fn listeners_hear_of_calls() {
    let breaker = breaker();
    let (_listening, heard) = hear(&breaker);
    assert_eq!(good(&breaker), Ok(true));
    own(&breaker, 1);
    assert_eq!(
        heard.take(),
        ["a call begins", "a call succeeded", "a call begins", "a call failed"]
    );
}

#[test]
fn in_16_17_19_what_is_not_said_is_default() {
    let plain = Breaker::new("infuse").snapshot();
    assert_eq!((plain.failures, plain.fail_max), (0, Some(5)));
    assert_eq!((plain.state, plain.reset_timeout), (State::Closed, SECOND * 60));
    assert_eq!((plain.success_threshold, plain.trials), (1, 0));
    let mut timed = Breaker::new("infuse").reset_timeout(SECOND * 30).snapshot();
    assert_eq!(timed.reset_timeout, SECOND * 30);
    timed.reset_timeout = plain.reset_timeout;
    assert_eq!(timed, plain, "only that differs");
}

#[test]
fn in_20_settings_change_while_it_works() {
    let breaker = breaker();
    breaker.change(|settings| settings.fail_max(10));
    assert_eq!(breaker.snapshot().fail_max, Some(10));
    breaker.change(|settings| settings.reset_timeout(SECOND * 30));
    let now = breaker.snapshot();
    assert_eq!((now.fail_max, now.reset_timeout), (Some(10), SECOND * 30));
}

#[test]
fn in_23_to_28_arguments_and_values_pass_unchanged() {
    type Map<'a> = [(&'a str, u8); 2];
    let breaker = breaker();
    let named = |a: u8, b: u8| -> Map<'static> { [("a", a), ("b", b)] };
    let text = String::from("abc");
    // Plain functions and async ones.
    assert_eq!(block_on(breaker.call_async(|| ready(Ok::<_, Oops>(true)))), Ok(true));
    assert_eq!(block_on(breaker.call_async(|| ready(Some((42, &text))))), Some((42, &text)));
    assert_eq!(block_on(breaker.call_async(|| ready(Some(named(1, 2))))), Some(named(1, 2)));
    assert_eq!(block_on(breaker.call_async(|| answer(Ok::<_, Oops>(true)))), Ok(true));
    assert_eq!(block_on(breaker.call_async(|| answer(Some((42, &text))))), Some((42, &text)));
    assert_eq!(block_on(breaker.call_async(|| answer(Some(named(1, 2))))), Some(named(1, 2)));
}

#[test]
fn in_29_31_listeners_are_added_one_by_one_and_removed() {
    let breaker = breaker();
    let one = hear(&breaker);
    assert_eq!(breaker.listeners().len(), 1);
    let two = hear(&breaker);
    assert_eq!(breaker.listeners().len(), 2);
    drop(one);
    assert_eq!(breaker.listeners().len(), 1);
    drop(two);
    assert_eq!(breaker.listeners().len(), 0);
}

/// Runs on a thread of its own, with a loop of its own.
fn each_loop(threads: usize, times: usize, call: fn() -> Result<bool, Oops>) {
    on_all(threads, move |_| (0..times).for_each(|_| drop(call())));
}

#[test]
fn in_45_46_no_failure_and_no_hook_is_lost_between_loops() {
    use std::sync::atomic::{AtomicU32, Ordering};
    static BREAKER: Breaker = Breaker::new("infuse-loops").fail_max(3000);
    static HEARD: AtomicU32 = AtomicU32::new(0);
    each_loop(3, 500, || bad(&BREAKER));
    at(&BREAKER, 1500, State::Closed);
    let listening = BREAKER.listen(|_: &Breaker, happened: &dyno::breaker::Happened| {
        if matches!(happened, dyno::breaker::Happened::Success) {
            let before = HEARD.load(Ordering::Relaxed);
            std::thread::yield_now();
            HEARD.store(before + 1, Ordering::Relaxed);
        }
    });
    each_loop(3, 500, || good(&BREAKER));
    drop(listening);
    at(&BREAKER, 0, State::Closed);
    assert_eq!(HEARD.load(Ordering::Relaxed), 1500);
}

#[test]
fn in_47_one_of_many_loops_makes_it_half_open() {
    static BREAKER: Breaker =
        Breaker::new("infuse-once").fail_max(1).reset_timeout(Duration::from_millis(10));
    let (listening, heard) = hear_changes(&BREAKER);
    let frozen = clock::freeze();
    BREAKER.trip();
    frozen.advance(Duration::from_millis(10));
    each_loop(5, 1, || bad(&BREAKER));
    drop(listening);
    assert_eq!(heard.count("open -> half-open"), 1);
}

#[test]
fn no_failure_overshoots_the_limit() {
    static BREAKER: Breaker = Breaker::new("infuse-limit").fail_max(3000);
    each_loop(3, 2000, || bad(&BREAKER));
    at(&BREAKER, 3000, State::Open);
}

/// An outgoing call, as the application makes it: what the breaker says becomes its 503.
fn outgoing(breaker: &Breaker, transport: impl FnOnce() -> Result<u16, Oops>) -> Result<u16, Oops> {
    match block_on(breaker.call_async(|| answer(transport()))) {
        Err(Oops::Dyno(Fault::Rejected { .. })) => Ok(503),
        other => other,
    }
}

#[test]
fn in_58_a_service_that_is_down_is_asked_no_more_than_it_takes() {
    let frozen = clock::freeze();
    let breaker = breaker().fail_max(3).reset_timeout(SECOND);
    let mut count = 0;
    let mut call = || {
        let outcome = outgoing(&breaker, || {
            count += 1;
            Err(Oops::Own("i/o"))
        });
        (outcome, count)
    };
    assert_eq!(call(), (Err(Oops::Own("i/o")), 1));
    assert_eq!(call(), (Err(Oops::Own("i/o")), 2));
    assert_eq!(call(), (Ok(503), 3), "the one that opens it");
    assert_eq!(call(), (Ok(503), 3));
    frozen.advance(SECOND * 2);
    assert_eq!(call(), (Ok(503), 4), "the trial");
}

#[test]
fn in_59_a_skipped_call_counts_nowhere_and_always_passes() {
    let _frozen = clock::freeze();
    let breaker = breaker().fail_max(3);
    let skipped = |i: u32| {
        breaker.unguarded().failure();
        assert_eq!((failures(&breaker), i), (0, i));
    };
    (0..5).for_each(skipped);
    for by_hand in [Breaker::trip, Breaker::force_open, Breaker::half_open] {
        by_hand(&breaker);
        let before = breaker.snapshot();
        breaker.unguarded().success();
        breaker.unguarded().failure();
        drop(breaker.unguarded());
        assert_eq!(breaker.snapshot(), before);
    }
}

#[test]
fn in_65_half_open_by_hand_one_success_closes_it() {
    let breaker = breaker().starts(State::HalfOpen);
    assert_eq!(good(&breaker), Ok(true));
    at(&breaker, 0, State::Closed);
}

#[test]
fn futures_of_calls_may_travel() {
    fn travels<T: Send>(future: T) -> T {
        future
    }
    static BREAKER: Breaker = Breaker::new("infuse-travel");
    let future = travels(BREAKER.call_async(|| answer(Ok::<_, Oops>(true))));
    assert_eq!(within_reason(move || block_on(future)), Ok(true));
    assert_eq!(ok(&BREAKER), Ok(true));
}

/// Polls `future` once; it must not be ready.
fn begin(future: std::pin::Pin<&mut impl Future>) {
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(future.poll(&mut cx).is_pending());
}

#[test]
fn a_call_begins_when_its_future_is_first_polled() {
    let breaker = breaker();
    breaker.half_open();
    let idle = breaker.call_async(|| answer(Ok::<_, Oops>(true)));
    assert_eq!(breaker.snapshot().trials, 0);
    let mut idle = std::pin::pin!(idle);
    begin(idle.as_mut());
    assert_eq!(breaker.snapshot().trials, 1);
}
