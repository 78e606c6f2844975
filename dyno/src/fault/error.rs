//! dyno's word or the function's own.

use std::fmt;

use super::Fault;
use crate::outcome::Verdict;

/// What a function with `wrap` returns: dyno's word, or the function's own error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error<E> {
    /// dyno refused.
    Fault(Fault),
    /// The function failed.
    Inner(E),
}

impl<E> Error<E> {
    /// The function's own error.
    #[must_use]
    pub fn inner(&self) -> Option<&E> {
        match self {
            Self::Inner(error) => Some(error),
            Self::Fault(_) => None,
        }
    }

    /// How a call that ended so counts: what dyno refused to run is ignored, what was too slow has
    /// failed.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::Fault(fault) if !fault.is_timed_out() => Verdict::Ignored,
            _ => Verdict::Failure,
        }
    }

    /// dyno's refusal.
    #[must_use]
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Fault(fault) => Some(fault),
            Self::Inner(_) => None,
        }
    }
}

impl<E> From<Fault> for Error<E> {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl<E: fmt::Display> fmt::Display for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(fault) => fault.fmt(f),
            Self::Inner(error) => error.fmt(f),
        }
    }
}

impl<E: std::error::Error> std::error::Error for Error<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Fault(fault) => fault.source(),
            Self::Inner(error) => error.source(),
        }
    }
}
