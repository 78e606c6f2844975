//! How a call may end: success, failure, neither, a panic, or too late.

use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::time::Duration;

use dyno::breaker::{Breaker, Permit, State};
use dyno::{Verdict, clock};

use super::support::{Oops, SECOND, block_on, fail, failures};

fn breaker() -> Breaker {
    Breaker::new("permits").fail_max(2).reset_timeout(SECOND)
}

#[test]
fn a_dropped_permit_moves_nothing() {
    let breaker = breaker();
    fail(&breaker, 1);
    let before = breaker.snapshot();
    drop(breaker.acquire());
    breaker.acquire().expect("passes").ignored();
    breaker.acquire().expect("passes").record(Verdict::Ignored);
    assert_eq!(breaker.snapshot(), before);
}

#[test]
fn a_dropped_trial_leaves_room_for_the_next() {
    let frozen = clock::freeze();
    let breaker = breaker();
    fail(&breaker, 2);
    frozen.advance(SECOND);
    for _ in 0..3 {
        let trial = breaker.acquire().expect("a trial");
        assert!(breaker.acquire().is_err());
        drop(trial);
        assert_eq!(breaker.state(), State::HalfOpen);
    }
    breaker.acquire().expect("a trial").success();
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn a_cancelled_future_moves_nothing_and_wedges_nothing() {
    let frozen = clock::freeze();
    let breaker = breaker();
    fail(&breaker, 2);
    frozen.advance(SECOND);
    let outcome = block_on(async {
        tokio::select! {
            biased;
            outcome = breaker.call_async(std::future::pending::<Result<(), Oops>>) => {
                Some(outcome)
            }
            () = clock::sleep_async(Duration::from_millis(10)) => None,
        }
    });
    assert_eq!(outcome, None);
    let now = breaker.snapshot();
    assert_eq!((now.state, now.trials), (State::HalfOpen, 0));
}

#[test]
fn a_panic_is_a_failure_and_goes_on_unchanged() {
    let breaker = breaker();
    for _ in 0..2 {
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            breaker.call(|| -> Result<(), Oops> { panic_any(77_u8) })
        }));
        assert_eq!(panicked.expect_err("it goes on").downcast_ref::<u8>(), Some(&77));
    }
    assert_eq!((failures(&breaker), breaker.state()), (2, State::Open));
}

#[test]
fn a_panicking_trial_opens_it_again_and_wedges_nothing() {
    let frozen = clock::freeze();
    let breaker = breaker();
    fail(&breaker, 2);
    frozen.advance(SECOND);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        breaker.call(|| -> Result<(), Oops> { panic_any("boom") })
    }));
    assert!(panicked.is_err());
    assert_eq!(breaker.state(), State::Open);
    frozen.advance(SECOND);
    breaker.acquire().expect("a trial").success();
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn a_permit_of_a_destructor_does_not_pay_for_the_panic_that_runs_it() {
    struct CleanUp<'a>(&'a Breaker);
    impl Drop for CleanUp<'_> {
        fn drop(&mut self) {
            drop(self.0.acquire());
        }
    }
    let breaker = breaker();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _clean_up = CleanUp(&breaker);
        panic_any("boom");
    }));
    assert!(panicked.is_err());
    assert_eq!(failures(&breaker), 0);
}

/// What the permit of an earlier state brings; `None`: it is dropped.
fn late(verdict: Option<Verdict>) {
    let report = |permit: Permit<'_>| match verdict {
        Some(verdict) => permit.record(verdict),
        None => drop(permit),
    };
    let frozen = clock::freeze();
    let breaker = breaker();
    let from_closed = breaker.acquire().expect("closed");
    fail(&breaker, 2);
    let open = breaker.snapshot();
    report(from_closed);
    assert_eq!(breaker.snapshot(), open);

    frozen.advance(SECOND);
    let from_trial = breaker.acquire().expect("a trial");
    breaker.reset();
    let from_reset = breaker.acquire().expect("closed");
    breaker.half_open();
    let trial = breaker.acquire().expect("another trial");
    let half_open = breaker.snapshot();
    report(from_trial);
    report(from_reset);
    assert_eq!(breaker.snapshot(), half_open, "nor does it free the trial of another");
    trial.success();
    assert_eq!(breaker.state(), State::Closed);
}

#[test]
fn a_late_success_decides_nothing() {
    late(Some(Verdict::Success));
}

#[test]
fn a_late_failure_decides_nothing() {
    late(Some(Verdict::Failure));
}

#[test]
fn a_late_drop_decides_nothing() {
    late(None);
}

#[test]
fn what_is_under_way_when_it_is_reset_is_forgotten() {
    let breaker = breaker();
    let permit = breaker.acquire().expect("closed");
    fail(&breaker, 1);
    breaker.reset();
    assert_eq!(failures(&breaker), 0);
    permit.failure();
    assert_eq!(failures(&breaker), 0);
}
