//! The rules there are, and the numbers they go by.

use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use crate::fault::{AspectError, InjectError, Reason};
use crate::point::Name;

/// A rule and how it stood: when it refused, or, of a whole [point](super::Explanation), now.
///
/// Its [`Display`](std::fmt::Display) is a sentence without the name.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Rule {
    /// A circuit breaker.
    #[non_exhaustive]
    Breaker {
        /// Its state, with what belongs to it.
        circuit: Circuit,
        /// When another call may pass; `None`: not by itself, or it may pass now.
        retry_after: Option<Duration>,
        /// The error that opened it last, if it is still known.
        last_error: Option<Arc<str>>,
    },
    /// A switch that only a hand throws.
    #[non_exhaustive]
    Fuse {
        /// Calls pass.
        on: bool,
        /// Where it was switched last; `None`: it is as it was defined, or that is not known.
        switched: Option<&'static Location<'static>>,
    },
    /// A limit of the calls in flight: a bulkhead, or the threads of a pool.
    #[non_exhaustive]
    Bulkhead {
        /// So many may be in flight.
        limit: u32,
        /// So many were; those that nobody waits for any longer as well, in a pool.
        in_flight: u32,
        /// So many waited for a place.
        waiting: u32,
        /// So many may; 0 where nobody waits.
        queue: u32,
        /// How long the call that was turned away had waited; `None` when none was.
        waited: Option<Duration>,
        /// How long it lately took until a place became free, if that is known.
        retry_after: Option<Duration>,
    },
    /// A limit of calls in time.
    #[non_exhaustive]
    Rate {
        /// So many calls…
        calls: u32,
        /// …in so long.
        per: Duration,
        /// So many may come at once.
        burst: u32,
        /// So many wait for their turn.
        waiting: u32,
        /// When the next call may come: `None` when it may now.
        next_in: Option<Duration>,
    },
    /// What further attempts are paid out of.
    #[non_exhaustive]
    Budget {
        /// The tokens that are there.
        tokens: f64,
        /// What another attempt takes.
        cost: f64,
        /// What share of a token each call puts in.
        share: f64,
        /// How many tokens each second puts in.
        reserve: u32,
    },
    /// Until when a call is to be done.
    #[non_exhaustive]
    Deadline {
        /// What was left; zero when it had passed.
        left: Duration,
        /// How long ago it had passed.
        passed: Option<Duration>,
        /// What would have been needed, where that is known.
        needed: Option<Duration>,
    },
    /// A limit of the time that a call takes.
    #[non_exhaustive]
    TimeOut {
        /// The limit.
        limit: Duration,
        /// How long it had been waited for; `None` when nothing was late.
        elapsed: Option<Duration>,
    },
    /// A dependency.
    #[non_exhaustive]
    Inject {
        /// Why it could not be had.
        error: InjectError,
    },
    /// A filter of a join point.
    #[non_exhaustive]
    Aspect {
        /// Why it did not let the call through.
        error: AspectError,
    },
    /// There was nobody to call.
    #[non_exhaustive]
    Target {
        /// Why.
        message: Name,
    },
    /// A shared store.
    #[non_exhaustive]
    Store {
        /// What it said.
        message: Name,
    },
    /// A policy that is described by its settings.
    #[non_exhaustive]
    Other {
        /// Its kind, such as `retry`.
        policy: &'static str,
        /// Its settings and how it stands.
        text: String,
    },
    /// A rule whose numbers are not known, as of a fault of your own making.
    #[non_exhaustive]
    Unknown {
        /// Why it refused.
        reason: Reason,
        /// When another try may be worth while, where that is known.
        retry_after: Option<Duration>,
    },
}

/// The state of a breaker, with what belongs to it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Circuit {
    /// Calls pass and are counted.
    #[non_exhaustive]
    Closed {
        /// Failures in a row.
        failures: u32,
        /// How many of them open it; `None` where they do not count.
        fail_max: Option<u32>,
    },
    /// Calls are turned away for a while.
    #[non_exhaustive]
    Open {
        /// What opened it, if that is still known.
        why: Option<Opened>,
    },
    /// Calls are turned away until a hand lets them pass.
    #[non_exhaustive]
    ForcedOpen {
        /// Where that was said, if it is still known.
        at: Option<&'static Location<'static>>,
    },
    /// Some calls pass as trials.
    #[non_exhaustive]
    HalfOpen {
        /// How many are under way.
        trials: u32,
        /// How many may be.
        permits: u32,
    },
    /// A share of the calls passes.
    #[non_exhaustive]
    Recovering {
        /// The share, 0 to 1.
        share: f64,
    },
    /// Calls pass, and nothing is counted.
    Disabled,
    /// Calls pass and are counted, and nothing opens it.
    MetricsOnly,
}

/// What opened a breaker, with the numbers that decided.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Opened {
    /// So many failures in a row.
    #[non_exhaustive]
    Failures {
        /// How many.
        in_a_row: u32,
        /// How many are too many.
        limit: Option<u32>,
    },
    /// Too large a share of the calls in the window failed.
    #[non_exhaustive]
    FailureRate {
        /// How many failed.
        failures: u64,
        /// Of so many.
        calls: u64,
        /// From this share on it opens, 0 to 1.
        limit: f64,
    },
    /// Too large a share of the calls in the window was slow.
    #[non_exhaustive]
    SlowRate {
        /// How many were slow.
        slow: u64,
        /// Of so many.
        calls: u64,
        /// From this share on it opens, 0 to 1.
        limit: f64,
    },
    /// A rule of the user's own.
    #[non_exhaustive]
    Rule {
        /// What it looks for.
        name: &'static str,
    },
    /// A trial failed, or too many of them.
    #[non_exhaustive]
    TrialsFailed {
        /// How many.
        failures: u32,
    },
    /// A trial went well, and took too long.
    SlowTrial,
    /// Somebody said so.
    #[non_exhaustive]
    ByHand {
        /// Where.
        at: &'static Location<'static>,
    },
    /// Another program that shares it said so.
    Remote,
}

impl Opened {
    /// Where somebody said so.
    pub(crate) const fn by_hand(&self) -> Option<&'static Location<'static>> {
        match self {
            Self::ByHand { at } => Some(at),
            _ => None,
        }
    }
}

impl Rule {
    /// Of which nothing is known but this.
    pub(crate) const fn unknown(reason: Reason, retry_after: Option<Duration>) -> Self {
        Self::Unknown { reason, retry_after }
    }

    /// When another call may be worth while, where that is known.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Breaker { retry_after, .. }
            | Self::Bulkhead { retry_after, .. }
            | Self::Unknown { retry_after, .. } => *retry_after,
            Self::Rate { next_in, .. } => *next_in,
            Self::Inject { error } => error.retry_after(),
            _ => None,
        }
    }

    /// What the dependency had failed with, or whoever was asked said, in its own words.
    #[must_use]
    pub fn source_text(&self) -> Option<String> {
        match self {
            Self::Breaker { last_error, .. } => last_error.as_deref().map(str::to_owned),
            Self::Inject { error } => Some(error.to_string()),
            Self::Aspect { error } => Some(error.to_string()),
            Self::Target { message } | Self::Store { message } => Some(message.to_string()),
            _ => None,
        }
    }
}
