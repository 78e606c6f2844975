//! Errors that are no failures of the dependency, as `PyBreaker` and `infuse` have them: they count
//! as successes. Their scenarios by their numbers, by the attribute.

use dyno::breaker::{Breaker, State};
use dyno::{Fault, breaker};

use super::support::{block_on, failures};

/// Errors with a base kind: `Kind::Derived` is one of `Kind`.
#[derive(Debug, PartialEq)]
enum Error {
    Plain,
    Base,
    Derived,
    Valued(&'static str),
    Refused(Fault),
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Self {
        Self::Refused(fault)
    }
}

static BY_KIND: Breaker = Breaker::new("excluded-kind");

#[breaker(BY_KIND, except = Error::Base | Error::Derived, excluded = success)]
fn by_kind(error: Error) -> Result<(), Error> {
    Err(error)
}

#[test]
fn pb_37_in_32_an_excluded_kind_surfaces_and_counts_as_a_success() {
    for (make, failed) in [
        (Error::Plain, 1),
        (Error::Base, 0),
        (Error::Plain, 1),
        (Error::Plain, 2),
        (Error::Derived, 0),
    ] {
        let expected = format!("{make:?}");
        assert_eq!(format!("{:?}", by_kind(make).expect_err("it surfaces")), expected);
        assert_eq!(failures(&BY_KIND), failed, "{expected}");
    }
}

static BY_VALUE: Breaker = Breaker::new("excluded-value");

#[breaker(BY_VALUE, except_if = |error: &Error| *error == Error::Valued("good"), excluded = success)]
fn by_value(error: Error) -> Result<(), Error> {
    Err(error)
}

#[test]
fn pb_38_a_predicate_looks_at_the_value() {
    for (error, failed) in [
        (Error::Valued("bad"), 1),
        (Error::Valued("good"), 0),
        (Error::Plain, 1),
        (Error::Valued("bad"), 2),
    ] {
        assert!(by_value(error).is_err());
        assert_eq!(failures(&BY_VALUE), failed);
    }
}

static BY_BOTH: Breaker = Breaker::new("excluded-both");

#[breaker(BY_BOTH, except = Error::Base | Error::Valued("good" | "fair"), excluded = success)]
fn by_both(error: Error) -> Result<(), Error> {
    Err(error)
}

#[test]
fn pb_40_41_in_34_several_are_excluded_at_once() {
    for error in [Error::Base, Error::Valued("good"), Error::Valued("fair")] {
        assert_eq!(by_both(Error::Plain), Err(Error::Plain));
        assert_eq!(failures(&BY_BOTH), 1);
        assert!(by_both(error).is_err());
        assert_eq!(failures(&BY_BOTH), 0);
    }
}

static IGNORED: Breaker = Breaker::new("excluded-ignored").fail_max(3);

#[breaker(IGNORED, except = Error::Base)]
fn ignored(error: Error) -> Result<(), Error> {
    Err(error)
}

#[test]
fn unless_it_is_said_an_excluded_error_counts_nowhere() {
    for error in [Error::Plain, Error::Base, Error::Plain, Error::Base] {
        assert!(ignored(error).is_err());
    }
    assert_eq!(failures(&IGNORED), 2, "they are in a row all the same");
    IGNORED.half_open();
    assert_eq!(ignored(Error::Base), Err(Error::Base));
    let now = IGNORED.snapshot();
    assert_eq!((now.state, now.trials), (State::HalfOpen, 0), "it decides nothing");
    IGNORED.reset();
}

static TRIAL: Breaker = Breaker::new("excluded-trial");

#[breaker(TRIAL, except = Error::Base, excluded = success)]
fn trial(error: Error) -> Result<(), Error> {
    Err(error)
}

#[test]
fn pb_91_an_excluded_error_of_a_trial_closes_it() {
    TRIAL.half_open();
    assert_eq!(trial(Error::Base), Err(Error::Base));
    assert_eq!(TRIAL.state(), State::Closed);
}

static PREDICATE: Breaker = Breaker::new("excluded-predicate");

#[breaker(PREDICATE, except_if = |_: &Error| panic!("the predicate's own trouble"))]
fn predicate() -> Result<(), Error> {
    Err(Error::Plain)
}

#[test]
fn a_predicate_that_panics_wedges_nothing() {
    PREDICATE.half_open();
    assert!(std::panic::catch_unwind(predicate).is_err());
    assert_eq!(PREDICATE.snapshot().trials, 0);
}

static DECORATED: Breaker = Breaker::new("excluded-decorated");

/// Docs that stay.
#[breaker(DECORATED)]
fn decorated(good: bool) -> Result<bool, Error> {
    if good { Ok(true) } else { Err(Error::Plain) }
}

#[breaker(DECORATED)]
async fn decorated_async(good: bool) -> Result<bool, Error> {
    tokio::task::yield_now().await;
    if good { Ok(true) } else { Err(Error::Plain) }
}

/// Bare: a breaker of its own.
#[breaker]
fn bare(good: bool) -> Result<bool, Error> {
    if good { Ok(true) } else { Err(Error::Plain) }
}

/// With nothing in the parentheses.
#[breaker()]
async fn empty(good: bool) -> Result<bool, Error> {
    if good { Ok(true) } else { Err(Error::Plain) }
}

fn of(name: &str) -> u32 {
    let found = breaker::all().into_iter().find(|breaker| breaker.name().ends_with(name));
    failures(found.expect("it has been called"))
}

#[test]
fn pb_43_44_in_36_37_decorated_functions_keep_what_they_are() {
    for (failed, good) in [(1, false), (2, false), (0, true)] {
        let outcome = if good { Ok(true) } else { Err(Error::Plain) };
        assert_eq!(decorated(good), outcome);
        assert_eq!(failures(&DECORATED), failed);
    }
    for (failed, good) in [(1, false), (2, false), (0, true)] {
        let outcome = if good { Ok(true) } else { Err(Error::Plain) };
        assert_eq!(block_on(decorated_async(good)), outcome);
        assert_eq!(failures(&DECORATED), failed);
        assert_eq!(bare(good), outcome);
        assert_eq!(of("::bare"), failed);
        assert_eq!(block_on(empty(good)), outcome);
        assert_eq!(of("::empty"), failed);
    }
}
