//! What an attempt says of a host, and whether another one may follow.

use std::fmt;
use std::time::Duration;

use ::http::Method;

use super::error::{Error, ErrorKind};
use super::{Response, Statuses};
use crate::harness::Told;
use crate::outcome::{Asks, Verdict};
use crate::service::{ByItself, Judge};

/// Of one call.
#[derive(Clone, Copy)]
pub(super) struct Judging {
    pub(super) statuses: Statuses,
    /// It may be done twice.
    pub(super) is_idempotent: bool,
    /// Its body can be sent again.
    pub(super) is_repeatable: bool,
    /// Of this call alone.
    pub(super) limit: Option<Duration>,
}

impl Judging {
    /// What a failure asks of a retry.
    fn asks(&self, error: &Error) -> Asks {
        if error.is_local() {
            return Asks::Once;
        }
        if let Some(fault) = error.fault() {
            return match Asks::of(fault) {
                asks @ Asks::Rejected(..) => asks,
                asks => self.may(asks, false),
            };
        }
        let asks = match error.kind() {
            ErrorKind::Status(status) if !self.statuses.asks_again(status) => Asks::Once,
            ErrorKind::Status(_) => error.retry_after().map_or(Asks::Nothing, Asks::After),
            ErrorKind::Redirect | ErrorKind::Fallback => Asks::Once,
            _ if error.is_timeout() => Asks::TimedOut,
            _ => Asks::Nothing,
        };
        self.may(asks, error.is_connect())
    }

    /// The same, unless it may not be tried again.
    fn may(&self, asks: Asks, nothing_was_sent: bool) -> Asks {
        let may = self.is_repeatable && (self.is_idempotent || nothing_was_sent);
        if may { asks } else { Asks::Once }
    }

    /// How an attempt ended, for what is counted of the host.
    pub(super) fn verdict(&self, outcome: &Result<Response, Error>) -> Verdict {
        match outcome {
            Ok(_) => Verdict::Success,
            // dyno had turned it away.
            Err(error) if matches!(self.asks(error), Asks::Rejected(..)) => Verdict::Ignored,
            Err(error) => counts(error),
        }
    }
}

impl Judge<Result<Response, Error>, Error> for Judging {
    fn judge(&self, outcome: &Result<Response, Error>) -> (Verdict, Asks) {
        match outcome {
            Ok(_) => (Verdict::Success, Asks::Nothing),
            Err(error) => (counts(error), self.asks(error)),
        }
    }

    fn tell(&self, outcome: &Result<Response, Error>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match outcome {
            Ok(_) => Ok(()),
            // The breaker that keeps it is the host's.
            Err(error) => error.message(f),
        }
    }

    fn asks_late(&self) -> Asks {
        self.may(Asks::TimedOut, false)
    }

    fn retry_after(&self, outcome: &Result<Response, Error>) -> Option<Duration> {
        let answered = outcome.as_ref().err().filter(|error| error.status_code().is_some());
        answered.and_then(Error::retry_after)
    }

    fn told(&self, outcome: &Result<Response, Error>, report: &mut dyn FnMut(&Told<'_>)) {
        ByItself.told(outcome, report);
    }

    fn limit(&self, of_service: Option<Duration>) -> Option<Duration> {
        self.limit.or(of_service)
    }
}

/// What the caller has done wrong says nothing of the host.
fn counts(error: &Error) -> Verdict {
    if error.is_local() { Verdict::Ignored } else { Verdict::Failure }
}

/// By its method (RFC 9110, 9.2.2).
pub(super) fn is_idempotent(method: &Method) -> bool {
    matches!(
        *method,
        Method::GET | Method::HEAD | Method::PUT | Method::DELETE | Method::OPTIONS | Method::TRACE
    )
}
