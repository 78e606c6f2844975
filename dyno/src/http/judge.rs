//! What an attempt says of a host, and whether another one may follow.

use std::fmt;

use ::http::Method;

use super::error::{Error, ErrorKind};
use super::{Response, Statuses};
use crate::outcome::Verdict;
use crate::retry::Asks;
use crate::service::Judge;

/// Of one call.
#[derive(Clone, Copy)]
pub(super) struct Judging {
    pub(super) statuses: Statuses,
    /// It may be done twice.
    pub(super) is_idempotent: bool,
    /// Its body can be sent again.
    pub(super) is_repeatable: bool,
}

impl Judging {
    fn of(&self, error: &Error) -> (Verdict, Asks) {
        if let Some(fault) = error.fault() {
            return match Asks::of(fault) {
                asks @ Asks::Rejected(_) => (Verdict::Ignored, asks),
                asks => (Verdict::Failure, self.may(asks, false)),
            };
        }
        let asks = match error.kind() {
            ErrorKind::Status(status) if !self.statuses.asks_again(status) => Asks::Never,
            ErrorKind::Status(_) => error.retry_after().map_or(Asks::Nothing, Asks::After),
            ErrorKind::Redirect | ErrorKind::Fallback => Asks::Never,
            _ if error.is_timeout() => Asks::TimedOut,
            _ => Asks::Nothing,
        };
        (Verdict::Failure, self.may(asks, error.is_connect()))
    }

    /// The same, unless it may not be tried again.
    fn may(&self, asks: Asks, nothing_was_sent: bool) -> Asks {
        let may = self.is_repeatable && (self.is_idempotent || nothing_was_sent);
        if may { asks } else { Asks::Never }
    }

    /// How an attempt ended, for what is counted of the host.
    pub(super) fn verdict(&self, outcome: &Result<Response, Error>) -> Verdict {
        outcome.as_ref().err().map_or(Verdict::Success, |error| self.of(error).0)
    }
}

impl Judge<Result<Response, Error>, Error> for Judging {
    fn judge(&self, outcome: &Result<Response, Error>) -> (Verdict, Asks) {
        match outcome {
            Ok(_) => (Verdict::Success, Asks::Nothing),
            Err(error) => self.of(error),
        }
    }

    fn tell(&self, outcome: &Result<Response, Error>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match outcome {
            Ok(_) => Ok(()),
            Err(error) => fmt::Display::fmt(error, f),
        }
    }
}

/// By its method (RFC 9110, 9.2.2).
pub(super) fn is_idempotent(method: &Method) -> bool {
    matches!(
        *method,
        Method::GET | Method::HEAD | Method::PUT | Method::DELETE | Method::OPTIONS | Method::TRACE
    )
}
