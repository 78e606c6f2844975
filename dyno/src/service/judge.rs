//! What an outcome stands for.

use std::any::type_name;
use std::fmt;
use std::time::Duration;

use super::failure::Failure;
use crate::harness::Told;
use crate::outcome::{Asks, Outcome, Verdict};

/// What is said of an outcome.
#[doc(hidden)]
pub trait Judge<R, By> {
    /// How the attempt ended, and what it asks of a retry.
    fn judge(&self, outcome: &R) -> (Verdict, Asks);
    /// The words of a failure.
    fn tell(&self, outcome: &R, f: &mut fmt::Formatter<'_>) -> fmt::Result;
    /// How long the failure asks to be left alone.
    #[inline]
    fn retry_after(&self, _outcome: &R) -> Option<Duration> {
        None
    }
    /// What an attempt asks that its limit has ended.
    #[inline]
    fn asks_late(&self) -> Asks {
        Asks::TimedOut
    }
    /// What another attempt needs is there.
    #[inline]
    fn repeats(&self) -> bool {
        true
    }
    /// What a harness is told of a failure.
    fn told(&self, outcome: &R, report: &mut dyn FnMut(&Told<'_>));
    /// The limit of the whole call, where that of the service is not to hold: in a task.
    #[inline]
    fn limit(&self, of_service: Option<Duration>) -> Option<Duration> {
        of_service
    }
}

/// By the outcome itself.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct ByItself;

impl<R: Outcome<Failure: Failure<By>>, By> Judge<R, By> for ByItself {
    #[inline]
    fn judge(&self, outcome: &R) -> (Verdict, Asks) {
        match outcome.failure() {
            None => (Verdict::Success, Asks::Nothing),
            Some(failure) => failed(outcome, failure),
        }
    }

    fn tell(&self, outcome: &R, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        outcome.failure().map_or(Ok(()), |failure| failure.tell(f))
    }

    fn retry_after(&self, outcome: &R) -> Option<Duration> {
        outcome.retry_after()
    }

    fn told(&self, outcome: &R, report: &mut dyn FnMut(&Told<'_>)) {
        if let Some(failure) = outcome.failure() {
            failure.told(report);
        }
    }
}

#[cold]
fn failed<By>(outcome: &impl Outcome, failure: &impl Failure<By>) -> (Verdict, Asks) {
    (Verdict::Failure, failure.asks().or_of(outcome))
}

/// Some errors are none.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Except<F>(pub(super) F);

impl<R, By, F> Judge<R, By> for Except<F>
where
    R: Outcome<Failure: Failure<By>>,
    F: Fn(&R::Failure) -> bool,
{
    #[inline]
    fn judge(&self, outcome: &R) -> (Verdict, Asks) {
        match outcome.failure() {
            None => (Verdict::Success, Asks::Nothing),
            Some(failure) if (self.0)(failure) => (Verdict::Ignored, Asks::Nothing),
            Some(failure) => failed(outcome, failure),
        }
    }

    fn tell(&self, outcome: &R, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        ByItself.tell(outcome, f)
    }

    fn retry_after(&self, outcome: &R) -> Option<Duration> {
        outcome.retry_after()
    }

    fn told(&self, outcome: &R, report: &mut dyn FnMut(&Told<'_>)) {
        ByItself.told(outcome, report);
    }
}

/// By the caller's word.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Judged<F>(pub(super) F);

/// Nothing is known of its words.
const JUDGED: &str = "it was judged to be a failure";

impl<R, F: Fn(&R) -> Verdict> Judge<R, ()> for Judged<F> {
    #[inline]
    fn judge(&self, outcome: &R) -> (Verdict, Asks) {
        ((self.0)(outcome), Asks::Nothing)
    }

    fn tell(&self, _outcome: &R, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(JUDGED)
    }

    fn told(&self, _outcome: &R, report: &mut dyn FnMut(&Told<'_>)) {
        report(&Told::new(type_name::<R>(), &|f| f.write_str(JUDGED)));
    }
}
