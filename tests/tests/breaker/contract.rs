//! What any breaker must do, wherever it keeps its state: `PyBreaker`'s storage contract, by its
//! numbers. `PyBreaker`'s call that opens it fails with the breaker's error, which is a setting
//! here.

use std::sync::{Arc, Mutex};

use dyno::breaker::{Breaker, Change, Listener, Report, State, TripError};
use dyno::{Reason, Verdict, clock};

use super::support::{Oops, SECOND, err, fail, failures, ok};

/// Makes one more breaker with the default settings.
pub(crate) type Make = fn() -> Breaker;

/// Runs the contract over the breakers of `$make`, in a module of its own.
macro_rules! contract {
    ($module:ident, $make:expr) => {
        contract! { $module, $make =>
            pb_01_a_success_passes
            pb_02_a_failure_is_counted_and_passes
            a_success_after_a_failure_forgets_it
            pb_04_the_call_that_opens_it_is_rejected
            pb_05_or_returns_its_own_error
            pb_07_the_rejection_tells_the_error
            pb_08_a_failed_trial_opens_it_again
            a_good_trial_closes_it
            pb_10_a_failure_in_half_open_opens_it
            pb_11_a_success_in_half_open_closes_it
            it_is_closed_by_hand
            pb_13_listeners_hear_of_changes_by_hand
            pb_14_listeners_hear_of_calls
            pb_16_a_guarded_block_may_turn_one_error_into_another
            a_guarded_block_that_handles_its_error_succeeds
        }
    };
    ($module:ident, $make:expr => $($line:ident)+) => {
        mod $module {
            $(#[test] fn $line() { $crate::contract::$line($make); })+
        }
    };
}

contract!(in_memory, || dyno::breaker::Breaker::new("contract"));

/// One whose opening call is rejected.
fn rejecting(make: Make) -> Breaker {
    make().trip_error(TripError::Rejected)
}

/// The reason of a rejection.
fn rejected(outcome: Result<bool, Oops>) -> Option<Reason> {
    outcome.expect_err("rejected").fault().reason()
}

const OPEN: Option<Reason> = Some(Reason::BreakerOpen);

fn at(breaker: &Breaker, failed: u32, state: State) {
    assert_eq!((failures(breaker), breaker.state()), (failed, state));
}

pub(crate) fn pb_01_a_success_passes(make: Make) {
    let breaker = make();
    assert_eq!(ok(&breaker), Ok(true));
    at(&breaker, 0, State::Closed);
}

pub(crate) fn pb_02_a_failure_is_counted_and_passes(make: Make) {
    let breaker = make();
    assert_eq!(err(&breaker), Err(Oops::Own("down")));
    at(&breaker, 1, State::Closed);
}

pub(crate) fn a_success_after_a_failure_forgets_it(make: Make) {
    let breaker = make();
    fail(&breaker, 1);
    assert_eq!(ok(&breaker), Ok(true));
    at(&breaker, 0, State::Closed);
}

pub(crate) fn pb_04_the_call_that_opens_it_is_rejected(make: Make) {
    let breaker = rejecting(make).fail_max(3);
    fail(&breaker, 2);
    at(&breaker, 2, State::Closed);
    assert_eq!(rejected(err(&breaker)), OPEN);
    at(&breaker, 3, State::Open);
}

pub(crate) fn pb_05_or_returns_its_own_error(make: Make) {
    let breaker = make().fail_max(3);
    fail(&breaker, 2);
    at(&breaker, 2, State::Closed);
    fail(&breaker, 1);
    at(&breaker, 3, State::Open);
    assert_eq!(rejected(err(&breaker)), OPEN);
    at(&breaker, 3, State::Open);
}

pub(crate) fn pb_07_the_rejection_tells_the_error(make: Make) {
    let _frozen = clock::freeze();
    let breaker = rejecting(make).fail_max(3);
    let fails = || {
        let permit = breaker.acquire().expect("closed");
        permit.settle(Verdict::Failure, &Report::new(&|f| f.write_str("NotImplemented")))
    };
    assert_eq!((fails(), fails()), (None, None));
    let fault = fails().expect("the call that opens it");
    at(&breaker, 3, State::Open);
    assert_eq!(fault.last_error().as_deref(), Some("NotImplemented"));
    assert_eq!(fault.retry_after(), Some(SECOND * 60));
    assert_eq!(
        fault.to_string(),
        format!(
            "{}: the breaker is open, try again in 60.0s (last error: NotImplemented)",
            breaker.name()
        )
    );
    let next = breaker.acquire().expect_err("open");
    assert_eq!(next, fault, "what the next call gets");
    assert_eq!(breaker.snapshot().last_error.as_deref(), Some("NotImplemented"));
}

pub(crate) fn pb_08_a_failed_trial_opens_it_again(make: Make) {
    let frozen = clock::freeze();
    let breaker = rejecting(make).fail_max(3).reset_timeout(SECOND / 2);
    fail(&breaker, 2);
    assert_eq!(breaker.state(), State::Closed);
    assert_eq!(rejected(err(&breaker)), OPEN);
    at(&breaker, 3, State::Open);
    frozen.advance(SECOND * 6 / 10);
    let fault = err(&breaker).expect_err("the trial failed").fault();
    assert_eq!((fault.reason(), fault.retry_after()), (OPEN, Some(SECOND / 2)));
    // PyBreaker goes on to count, here the trial counts for itself.
    at(&breaker, 1, State::Open);
    assert_eq!(breaker.snapshot().retry_after, Some(SECOND / 2), "for the whole time");
}

pub(crate) fn a_good_trial_closes_it(make: Make) {
    let frozen = clock::freeze();
    let breaker = rejecting(make).fail_max(3).reset_timeout(SECOND / 2);
    fail(&breaker, 2);
    assert_eq!(rejected(err(&breaker)), OPEN);
    frozen.advance(SECOND * 6 / 10);
    assert_eq!(ok(&breaker), Ok(true));
    at(&breaker, 0, State::Closed);
}

pub(crate) fn pb_10_a_failure_in_half_open_opens_it(make: Make) {
    let breaker = rejecting(make);
    breaker.half_open();
    at(&breaker, 0, State::HalfOpen);
    assert_eq!(rejected(err(&breaker)), OPEN);
    at(&breaker, 1, State::Open);
}

pub(crate) fn pb_11_a_success_in_half_open_closes_it(make: Make) {
    let breaker = make();
    breaker.half_open();
    at(&breaker, 0, State::HalfOpen);
    assert_eq!(ok(&breaker), Ok(true));
    at(&breaker, 0, State::Closed);
}

pub(crate) fn it_is_closed_by_hand(make: Make) {
    let breaker = rejecting(make).fail_max(3);
    fail(&breaker, 2);
    assert_eq!((rejected(err(&breaker)), rejected(err(&breaker))), (OPEN, OPEN));
    at(&breaker, 3, State::Open);
    breaker.reset();
    at(&breaker, 0, State::Closed);
    fail(&breaker, 2);
    at(&breaker, 2, State::Closed);
}

pub(crate) fn pb_13_listeners_hear_of_changes_by_hand(make: Make) {
    #[derive(Clone, Default)]
    struct Changes(Arc<Mutex<Vec<(State, State)>>>);
    impl Listener for Changes {
        fn state_change(&self, breaker: &Breaker, change: &Change) {
            assert_eq!(breaker.state(), change.to);
            self.0.lock().expect("held briefly").push((change.from, change.to));
        }
    }
    let (breaker, changes) = (make(), Changes::default());
    let _listening = breaker.listen(changes.clone());
    breaker.trip();
    assert_eq!(breaker.state(), State::Open);
    breaker.half_open();
    assert_eq!(breaker.state(), State::HalfOpen);
    breaker.reset();
    assert_eq!(breaker.state(), State::Closed);
    assert_eq!(
        *changes.0.lock().expect("held briefly"),
        [
            (State::Closed, State::Open),
            (State::Open, State::HalfOpen),
            (State::HalfOpen, State::Closed)
        ]
    );
}

pub(crate) fn pb_14_listeners_hear_of_calls(make: Make) {
    #[derive(Clone, Default)]
    struct Calls(Arc<Mutex<Vec<String>>>);
    impl Calls {
        fn say(&self, breaker: &Breaker, what: &str) {
            self.0.lock().expect("held briefly").push(format!("{} {what}", breaker.name()));
        }
    }
    impl Listener for Calls {
        fn before_call(&self, breaker: &Breaker) {
            self.say(breaker, "before");
        }
        fn success(&self, breaker: &Breaker) {
            self.say(breaker, "success");
        }
        fn failure(&self, breaker: &Breaker, error: &str) {
            self.say(breaker, &format!("failure {error}, {} in a row", failures(breaker)));
        }
    }
    let (breaker, calls) = (make(), Calls::default());
    let _listening = breaker.listen(calls.clone());
    assert_eq!(ok(&breaker), Ok(true));
    let permit = breaker.acquire().expect("closed");
    permit.settle(Verdict::Failure, &Report::new(&|f| f.write_str("down")));
    let name = breaker.name();
    assert_eq!(
        *calls.0.lock().expect("held briefly"),
        ["before", "success", "before", "failure down, 1 in a row"].map(|s| format!("{name} {s}"))
    );
}

/// A block under a permit, which may do as it likes with the error of what is inside.
fn block(breaker: &Breaker, handle: impl FnOnce(Oops) -> Result<bool, Oops>) -> Result<bool, Oops> {
    breaker.call(|| Err(Oops::Own("inner")).or_else(handle))
}

pub(crate) fn pb_16_a_guarded_block_may_turn_one_error_into_another(make: Make) {
    let breaker = make();
    assert_eq!(block(&breaker, |_| Err(Oops::Own("outer"))), Err(Oops::Own("outer")));
    at(&breaker, 1, State::Closed);
}

pub(crate) fn a_guarded_block_that_handles_its_error_succeeds(make: Make) {
    let breaker = make();
    fail(&breaker, 1);
    assert_eq!(block(&breaker, |_| Ok(true)), Ok(true));
    at(&breaker, 0, State::Closed);
}
