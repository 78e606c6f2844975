//! What a listener hears.

use std::fmt;
use std::sync::Arc;

use super::super::why::{Change, Why};
use crate::fault::Fault;

/// What happened at a breaker.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Happened {
    /// A call is about to be made.
    BeforeCall,
    /// A call succeeded.
    Success,
    /// A call failed.
    #[non_exhaustive]
    Failure {
        /// With what; empty where that is not known.
        error: Arc<str>,
    },
    /// A call ended in a way that does not count.
    Ignored,
    /// A call was turned away.
    #[non_exhaustive]
    Rejected {
        /// What the caller got.
        fault: Fault,
    },
    /// The state has changed.
    #[non_exhaustive]
    StateChange {
        /// From what to what, and why.
        change: Change,
    },
    /// A breaker that only measures would have opened.
    #[non_exhaustive]
    Exceeded {
        /// Why.
        why: Why,
    },
    /// Somebody has reset it by hand.
    Reset,
    /// The listeners are slower than the calls.
    #[non_exhaustive]
    Lost {
        /// How many events nobody was told of.
        events: u64,
    },
}

/// A sentence about the breaker, without its name.
impl fmt::Display for Happened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BeforeCall => f.write_str("a call begins"),
            Self::Success => f.write_str("a call succeeded"),
            Self::Failure { error } if error.is_empty() => f.write_str("a call failed"),
            Self::Failure { error } => write!(f, "a call failed: {error}"),
            Self::Ignored => f.write_str("a call does not count"),
            Self::Rejected { fault } => write!(f, "a call was turned away: {fault}"),
            Self::StateChange { change } => write!(f, "{change}"),
            Self::Exceeded { why } => write!(f, "would open: {why}"),
            Self::Reset => f.write_str("reset by hand"),
            Self::Lost { events } => write!(f, "{events} events came too fast to be told"),
        }
    }
}
