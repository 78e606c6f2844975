//! Why dyno refused: one type to convert from.
//!
//! A function whose error is `E: From<Fault>` needs nothing else; one variant serves every
//! attribute. `String`, `std::io::Error` and `Box<dyn Error + Send + Sync>` work as they are.
//!
//! ```
//! # #[derive(Debug, thiserror::Error)]
//! # enum ShopError {
//! #[error(transparent)]
//! Dyno(#[from] dyno::Fault),
//! # }
//! ```

mod aspect;
mod error;
pub mod explain;
mod facts;
mod find;
mod inject;
mod last;
mod source;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use aspect::{AspectError, AspectErrorKind, NthFilter};
pub use error::Error;
pub use explain::Explanation;
#[cfg_attr(not(any(feature = "limit", feature = "pool")), allow(unused_imports))]
pub(crate) use facts::{Facts, Micros};
#[cfg_attr(not(feature = "harness"), allow(unused_imports))]
pub(crate) use find::is_last;
pub(crate) use find::{Word, word_in};
pub use inject::{InjectError, InjectErrorKind};
#[cfg_attr(not(feature = "breaker"), allow(unused_imports))]
pub(crate) use last::LastError;
#[doc(hidden)]
pub use source::Last;

use crate::clock::nanos;
use crate::point::Name;

/// Why dyno refused to run a function, or stopped waiting for it.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// A policy turned the call away; the function did not run.
    #[error("{point}: {reason}{}{}", Hint(*.retry_after), Before(.last.error()))]
    #[non_exhaustive]
    Rejected {
        /// Who refused: the point, or the breaker's name.
        point: Name,
        /// Why.
        reason: Reason,
        /// When another try may be worth while, where that is known.
        retry_after: Option<Duration>,
        /// What it had failed with before; see [`Fault::last_error`]. The fault's source: who
        /// forwards that, as a transparent variant does, still tells that dyno had refused.
        #[doc(hidden)]
        #[source]
        last: Last,
    },
    /// The function had not finished in time.
    #[error("{point}: no answer within {after:?}{}", Late(*.after, *.elapsed))]
    #[non_exhaustive]
    TimedOut {
        /// Where.
        point: Name,
        /// The limit.
        after: Duration,
        /// How long it had been waited for: the limit or more, as a busy thread looks late.
        elapsed: Duration,
        /// The fault's source: who forwards that still tells that it was late.
        #[doc(hidden)]
        #[source]
        last: &'static Last,
    },
    /// A dependency could not be had.
    #[error(transparent)]
    Inject(#[from] InjectError),
    /// A filter of a join point failed, or is not one for this function.
    #[error(transparent)]
    Aspect(#[from] AspectError),
    /// There was nobody to call.
    #[error("{point}: no target to call: {message}")]
    #[non_exhaustive]
    NoTarget {
        /// Who needed one.
        point: Name,
        /// Why there is none.
        message: Name,
        /// The fault's source: who forwards that still tells that nobody was called.
        #[doc(hidden)]
        #[source]
        last: &'static Last,
    },
    /// A shared store could not be used.
    #[error("{point}: the shared store failed: {message}")]
    #[non_exhaustive]
    Store {
        /// Who needed it.
        point: Name,
        /// What the store said.
        message: Name,
    },
}

impl Fault {
    /// A rejection by `point`.
    #[must_use]
    #[cold]
    pub fn rejected(point: impl Into<Name>, reason: Reason, retry_after: Option<Duration>) -> Self {
        Self::refused(point.into(), Facts::Plain(reason), retry_after)
    }

    /// The same, by a rule whose numbers are known.
    #[inline]
    pub(crate) fn refused(point: Name, facts: Facts, retry_after: Option<Duration>) -> Self {
        let last = Last::refused(facts, retry_after);
        Self::Rejected { point, reason: facts.reason(), retry_after, last }
    }

    /// The same, in the name of a rule that would refuse as well, for a `reason` that may be another.
    #[cfg_attr(not(feature = "balance"), allow(dead_code))]
    pub(crate) fn rejected_after(
        point: Name,
        reason: Reason,
        retry_after: Option<Duration>,
        facts: Facts,
    ) -> Self {
        let facts = match reason {
            same if same == facts.reason() => facts,
            Reason::BreakerOpen => Facts::Open(facts.last()),
            reason => Facts::Plain(reason),
        };
        Self::refused(point, facts, retry_after)
    }

    /// A rejection by `point`, whose deadline passed so long ago.
    #[cold]
    pub(crate) fn spent(point: impl Into<Name>, ago: Duration) -> Self {
        Self::refused(point.into(), Facts::Passed { ago: nanos(ago) }, None)
    }

    /// A time-out at `point`, whose limit was `after`.
    #[must_use]
    #[cold]
    pub fn timed_out(point: impl Into<Name>, after: Duration) -> Self {
        Self::timed_out_late(point, after, after)
    }

    /// The same, told after `elapsed`.
    #[must_use]
    #[cold]
    pub fn timed_out_late(point: impl Into<Name>, after: Duration, elapsed: Duration) -> Self {
        Self::TimedOut { point: point.into(), after, elapsed, last: &Last::TIMED_OUT }
    }

    /// That `point` has nobody to call.
    #[cfg_attr(not(feature = "balance"), allow(dead_code))]
    #[cold]
    pub(crate) fn no_target(point: Name, message: Name) -> Self {
        Self::NoTarget { point, message, last: &Last::NO_TARGET }
    }

    /// `true` when the function had been run and was not waited for any longer.
    #[must_use]
    pub const fn is_timed_out(&self) -> bool {
        matches!(self, Self::TimedOut { .. })
    }

    /// When another try may be worth while, where that is known.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Rejected { retry_after, .. } => *retry_after,
            Self::Inject(error) => error.retry_after(),
            _ => None,
        }
    }

    /// The error for which a breaker turns calls away: that of the call which opened it.
    ///
    /// Kept where the attribute guards a function, or a [permit](crate::breaker::Permit::settle)
    /// is told of it. Of the whole program the latest 256 are remembered; `None` afterwards.
    #[must_use]
    pub fn last_error(&self) -> Option<Arc<str>> {
        match self {
            Self::Rejected { last, .. } => last.error().and_then(LastError::text),
            _ => None,
        }
    }

    /// The reason of a rejection.
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        match self {
            Self::Rejected { reason, .. } => Some(*reason),
            _ => None,
        }
    }
}

struct Before(Option<LastError>);

impl fmt::Display for Before {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.and_then(LastError::text) {
            Some(error) => write!(f, " (last error: {error})"),
            None => Ok(()),
        }
    }
}

struct Hint(Option<Duration>);

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(after) => write!(f, ", try again in {after:.1?}"),
            None => Ok(()),
        }
    }
}

struct Late(Duration, Duration);

impl fmt::Display for Late {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(after, elapsed) = self;
        // A thread that looks a little late is no news.
        if elapsed.saturating_sub(*after) < *after / 10 || elapsed <= after {
            return Ok(());
        }
        write!(f, " (told after {elapsed:.1?})")
    }
}

/// Why a call was turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The breaker is open.
    #[error("the breaker is open")]
    BreakerOpen,
    /// The breaker is held open by hand.
    #[error("the breaker is held open by hand")]
    ForcedOpen,
    /// The breaker lets only a share of the calls pass while it recovers.
    #[error("the breaker is recovering and lets only a share of the calls pass")]
    Recovering,
    /// The breaker is half-open and all its trials are taken.
    #[error("the breaker is half-open and its trial is under way")]
    HalfOpenBusy,
    /// The fuse has been switched off by hand.
    #[error("the fuse is off")]
    FuseOff,
    /// As many calls as are allowed are in flight.
    #[error("the bulkhead is full")]
    BulkheadFull,
    /// More calls than the rate allows.
    #[error("the rate limit is reached")]
    RateLimited,
    /// The retry budget is spent.
    #[error("the retry budget is spent")]
    BudgetSpent,
    /// Load was shed.
    #[error("the call was shed")]
    Shed,
    /// The deadline has passed, or cannot be met.
    #[error("the deadline is spent")]
    DeadlineSpent,
}

impl PartialEq for Fault {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Inject(a), Self::Inject(b)) => a == b,
            (Self::Inject(_), _) | (_, Self::Inject(_)) => false,
            // Not by the words, which hold the last error for as long as it is kept.
            (
                Self::Rejected { point, reason, retry_after, .. },
                Self::Rejected { point: other, reason: its, retry_after: after, .. },
            ) => point == other && reason == its && retry_after == after,
            _ => self.to_string() == other.to_string(),
        }
    }
}

impl Eq for Fault {}

impl From<Fault> for String {
    fn from(fault: Fault) -> Self {
        fault.to_string()
    }
}

/// A time-out is [`TimedOut`](std::io::ErrorKind::TimedOut), all else
/// [`Other`](std::io::ErrorKind::Other).
impl From<Fault> for std::io::Error {
    fn from(fault: Fault) -> Self {
        let kind = match &fault {
            Fault::TimedOut { .. } => std::io::ErrorKind::TimedOut,
            // A rejection, too: `WouldBlock` would have readiness loops wait for what never comes.
            _ => std::io::ErrorKind::Other,
        };
        Self::new(kind, fault)
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    #[test]
    fn how_late_a_time_out_is_told_is_said_from_a_tenth_of_the_limit() {
        let told = |elapsed| {
            let [after, elapsed] = [30_000, elapsed].map(Duration::from_micros);
            Fault::timed_out_late("ping", after, elapsed).to_string()
        };
        assert_eq!(told(30_000), "ping: no answer within 30ms");
        assert_eq!(told(32_999), "ping: no answer within 30ms");
        assert_eq!(told(33_000), "ping: no answer within 30ms (told after 33.0ms)");
    }

    #[test]
    fn as_an_io_error_a_fault_asks_nobody_to_wait_until_ready() {
        let kind = |fault: Fault| io::Error::from(fault).kind();
        let second = Duration::from_secs(1);
        assert_eq!(kind(Fault::timed_out("ping", second)), io::ErrorKind::TimedOut);
        let rejected = Fault::rejected("db", Reason::BreakerOpen, Some(second));
        assert_eq!(kind(rejected.clone()), io::ErrorKind::Other);
        let error = io::Error::from(rejected);
        let inside = error.get_ref().and_then(|inside| inside.downcast_ref::<Fault>());
        assert_eq!(inside.and_then(Fault::reason), Some(Reason::BreakerOpen));
    }
}
