//! What an outcome stands for.

use std::fmt;

use super::failure::Failure;
use crate::outcome::{Outcome, Verdict};
use crate::retry::Asks;

/// What is said of an outcome.
#[doc(hidden)]
pub trait Judge<R, By> {
    /// How the attempt ended, and what it asks of a retry.
    fn judge(&self, outcome: &R) -> (Verdict, Asks);
    /// The words of a failure.
    fn tell(&self, outcome: &R, f: &mut fmt::Formatter<'_>) -> fmt::Result;
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
            Some(failure) => failed(failure),
        }
    }

    fn tell(&self, outcome: &R, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        outcome.failure().map_or(Ok(()), |failure| failure.tell(f))
    }
}

/// What dyno itself had turned away further in says nothing about the dependency.
#[cold]
fn failed<By>(failure: &impl Failure<By>) -> (Verdict, Asks) {
    match failure.asks() {
        asks @ Asks::Rejected(_) => (Verdict::Ignored, asks),
        asks => (Verdict::Failure, asks),
    }
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
            Some(failure) => failed(failure),
        }
    }

    fn tell(&self, outcome: &R, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        ByItself.tell(outcome, f)
    }
}

/// By the caller's word.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Judged<F>(pub(super) F);

impl<R, F: Fn(&R) -> Verdict> Judge<R, ()> for Judged<F> {
    #[inline]
    fn judge(&self, outcome: &R) -> (Verdict, Asks) {
        ((self.0)(outcome), Asks::Nothing)
    }

    fn tell(&self, _outcome: &R, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}
