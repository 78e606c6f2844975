//! What counts as a failure of a service.

use std::fmt;
use std::time::Duration;

use http::{Response, StatusCode};

use super::carries::{CarriesFault, Said};
use crate::outcome::{Asks, Outcome, Verdict};

/// Says how a call ended in the eyes of a layer.
///
/// Closures of `&Result<Response, Error>` do. What dyno's own layers have refused is not asked of it:
/// that is no failure of the service. What was too slow is one.
pub trait Judge<T, E> {
    /// How it counts.
    fn verdict(&self, outcome: &Result<T, E>) -> Verdict;

    /// How long the service asks to be left alone.
    fn retry_after(&self, _outcome: &Result<T, E>) -> Option<Duration> {
        None
    }

    /// Writes what has gone wrong with a response, in a few words.
    ///
    /// # Errors
    /// Those of the formatter.
    fn tell(&self, _response: &T, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

/// Goes by the error, and by what the response says of itself: of an `http::Response` by its status,
/// where 5xx and 429 are failures. What layers go by unless told otherwise.
#[derive(Clone, Copy, Debug, Default)]
pub struct ByOutcome;

impl<T: Outcome, E> Judge<T, E> for ByOutcome {
    #[inline]
    fn verdict(&self, outcome: &Result<T, E>) -> Verdict {
        outcome.as_ref().map_or(Verdict::Failure, Verdict::of)
    }

    fn retry_after(&self, outcome: &Result<T, E>) -> Option<Duration> {
        outcome.as_ref().ok().and_then(Outcome::retry_after)
    }

    fn tell(&self, response: &T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        response.tell(f)
    }
}

/// Goes by the error alone: any response is a success.
#[derive(Clone, Copy, Debug, Default)]
pub struct ErrorsOnly;

impl<T, E> Judge<T, E> for ErrorsOnly {
    #[inline]
    fn verdict(&self, outcome: &Result<T, E>) -> Verdict {
        Verdict::of(outcome)
    }
}

/// Goes by the error, and by the statuses that a closure calls failures.
#[derive(Clone, Copy)]
pub struct ByStatus<F>(pub(super) F);

impl<F: Fn(StatusCode) -> bool, B, E> Judge<Response<B>, E> for ByStatus<F> {
    #[inline]
    fn verdict(&self, outcome: &Result<Response<B>, E>) -> Verdict {
        match outcome {
            Ok(response) if !(self.0)(response.status()) => Verdict::Success,
            _ => Verdict::Failure,
        }
    }

    fn retry_after(&self, outcome: &Result<Response<B>, E>) -> Option<Duration> {
        outcome.as_ref().ok().and_then(Outcome::retry_after)
    }

    fn tell(&self, response: &Response<B>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        response.tell(f)
    }
}

impl<F> fmt::Debug for ByStatus<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ByStatus")
    }
}

impl<T, E, F: Fn(&Result<T, E>) -> Verdict> Judge<T, E> for F {
    #[inline]
    fn verdict(&self, outcome: &Result<T, E>) -> Verdict {
        self(outcome)
    }
}

/// How a call counts: one that a layer of dyno has refused is ignored, one that was too slow has
/// failed, of any other the judge decides.
#[inline]
pub(super) fn verdict<T, E: CarriesFault>(
    judge: &impl Judge<T, E>,
    outcome: &Result<T, E>,
) -> Verdict {
    match said(outcome) {
        Said::Nothing => judge.verdict(outcome),
        Said::TimedOut => Verdict::Failure,
        Said::Refused(_) => Verdict::Ignored,
    }
}

/// The same for a retry, and what the failure asks of it: refusals are its own business.
#[inline]
pub(super) fn asks<T, E: CarriesFault>(
    judge: &impl Judge<T, E>,
    outcome: &Result<T, E>,
) -> (Verdict, Asks) {
    let asks = outcome.as_ref().err().map_or(Asks::Nothing, CarriesFault::asks);
    match said(outcome) {
        Said::Nothing => {
            let after = |after| asks.or(|| Asks::After(after));
            let verdict = judge.verdict(outcome);
            if verdict.is_failure() {
                (verdict, judge.retry_after(outcome).map_or(asks, after))
            } else {
                (verdict, Asks::Nothing)
            }
        }
        Said::TimedOut | Said::Refused(_) => (Verdict::Failure, asks),
    }
}

/// What has gone wrong.
pub(super) fn tell<T, E: fmt::Display>(
    judge: &impl Judge<T, E>,
    outcome: &Result<T, E>,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    match outcome {
        Ok(response) => judge.tell(response, f),
        Err(error) => write!(f, "{error}"),
    }
}

/// What dyno has said in an outcome.
#[inline]
pub(super) fn said<T, E: CarriesFault>(outcome: &Result<T, E>) -> Said {
    outcome.as_ref().err().map_or(Said::Nothing, CarriesFault::said)
}

/// The methods by which a layer with a field `judge` is told what counts as a failure.
macro_rules! judged {
    ($layer:ident<$judge:ident $(, $more:ident)*> { $($field:ident),* }) => {
        impl<$judge $(, $more)*> $layer<$judge $(, $more)*> {
            /// Errors alone are failures: for responses that say nothing of themselves.
            #[must_use]
            pub fn errors_only(self) -> $layer<$crate::tower::ErrorsOnly $(, $more)*> {
                self.judged($crate::tower::ErrorsOnly)
            }

            /// Errors are failures, and responses of the statuses that `fails` says it of.
            #[must_use]
            pub fn failing_status<F>(self, fails: F) -> $layer<$crate::tower::ByStatus<F> $(, $more)*>
            where
                F: Fn(http::StatusCode) -> bool,
            {
                self.judged($crate::tower::ByStatus(fails))
            }

            /// Failures are what `judge` calls so.
            #[must_use]
            pub fn judge<F, T, E>(self, judge: F) -> $layer<F $(, $more)*>
            where
                F: Fn(&Result<T, E>) -> $crate::Verdict,
            {
                self.judged(judge)
            }

            fn judged<Other>(self, judge: Other) -> $layer<Other $(, $more)*> {
                let Self { judge: _, $($field),* } = self;
                $layer { judge, $($field),* }
            }
        }
    };
}
pub(super) use judged;
