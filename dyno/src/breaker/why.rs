//! Why a breaker changed its state.

use std::fmt;
use std::time::Duration;

use super::settings::{Settings, Share};
use super::state::State;
use crate::fault::explain::Opened;

/// A change of state that has been made.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// The state before.
    pub from: State,
    /// The state now.
    pub to: State,
    /// Why.
    pub why: Why,
}

/// Why a breaker changed its state, with the numbers that decided.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Why {
    /// So many failures in a row.
    #[non_exhaustive]
    Failures {
        /// How many.
        in_a_row: u32,
    },
    /// Too large a share of the calls in the window failed.
    #[non_exhaustive]
    FailureRate {
        /// How many failed.
        failures: u64,
        /// Of how many.
        calls: u64,
        /// The share that opens it, 0 to 1.
        limit: f64,
    },
    /// Too large a share of the calls in the window was slow.
    #[non_exhaustive]
    SlowRate {
        /// How many were slow.
        slow: u64,
        /// Of how many.
        calls: u64,
        /// The share that opens it, 0 to 1.
        limit: f64,
    },
    /// A rule of the user's own.
    #[non_exhaustive]
    Rule {
        /// What it looks for.
        name: &'static str,
    },
    /// It had been open for long enough.
    #[non_exhaustive]
    TimeOut {
        /// How long.
        after: Duration,
    },
    /// So many trials succeeded.
    #[non_exhaustive]
    TrialsSucceeded {
        /// How many.
        successes: u32,
    },
    /// A trial failed, or too many of them.
    #[non_exhaustive]
    TrialsFailed {
        /// How many.
        failures: u32,
    },
    /// A trial succeeded, and took too long.
    SlowTrial,
    /// All stages of recovery are over.
    Recovered,
    /// Somebody said so.
    ByHand,
    /// Another program that shares it said so.
    Remote,
}

impl Why {
    pub(super) fn failure_rate(failures: u64, calls: u64, limit: Share) -> Self {
        Self::FailureRate { failures, calls, limit: limit.as_f64() }
    }

    pub(super) fn slow_rate(slow: u64, calls: u64, limit: Share) -> Self {
        Self::SlowRate { slow, calls, limit: limit.as_f64() }
    }
}

impl Why {
    /// The same, of a breaker that has opened by these settings.
    pub(super) fn opened(self, settings: &Settings) -> Opened {
        match self {
            Self::Failures { in_a_row } => {
                Opened::Failures { in_a_row, limit: settings.max_failures() }
            }
            Self::FailureRate { failures, calls, limit } => {
                Opened::FailureRate { failures, calls, limit }
            }
            Self::SlowRate { slow, calls, limit } => Opened::SlowRate { slow, calls, limit },
            Self::Rule { name } => Opened::Rule { name },
            Self::TrialsFailed { failures } => Opened::TrialsFailed { failures },
            Self::SlowTrial => Opened::SlowTrial,
            // None of the others opens it: by hand it is told where that was said.
            _ => Opened::Remote,
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Failures { in_a_row: 1 } => f.write_str("1 failure"),
            Self::Failures { in_a_row } => write!(f, "{in_a_row} failures in a row"),
            Self::FailureRate { failures, calls, limit } => {
                write!(f, "{failures} of {calls} calls failed, the limit is {}", Share::of(limit))
            }
            Self::SlowRate { slow, calls, limit } => {
                write!(f, "{slow} of {calls} calls were slow, the limit is {}", Share::of(limit))
            }
            Self::Rule { name } => f.write_str(name),
            Self::TimeOut { after } => write!(f, "{after:.1?} have passed"),
            Self::TrialsSucceeded { successes: 1 } => f.write_str("the trial succeeded"),
            Self::TrialsSucceeded { successes } => write!(f, "{successes} trials succeeded"),
            Self::TrialsFailed { failures: 1 } => f.write_str("the trial failed"),
            Self::TrialsFailed { failures } => write!(f, "{failures} trials failed"),
            Self::SlowTrial => f.write_str("the trial was too slow"),
            Self::Recovered => f.write_str("recovered by stages"),
            Self::ByHand => f.write_str("by hand"),
            Self::Remote => f.write_str("by another program"),
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} -> {}: {}", self.from, self.to, self.why)
    }
}
