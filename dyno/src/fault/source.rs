//! What a fault names as its source: who forwards that still tells what dyno had said.

use std::fmt;
use std::time::Duration;

use super::Reason;
use super::facts::{After, Facts};
use super::last::LastError;

/// Why dyno refused, or that it did not wait any longer, for whoever looks among the sources of an
/// error.
#[doc(hidden)]
#[derive(Clone, Copy, thiserror::Error)]
#[error("{}", .why.told())]
pub struct Last {
    why: Why,
    after: After,
}

#[derive(Clone, Copy, Debug)]
enum Why {
    Refused(Facts),
    Late,
    NoTarget,
}

impl Why {
    fn told(self) -> String {
        match self {
            Self::Refused(facts) => facts.reason().to_string(),
            Self::Late => "it was late".to_owned(),
            Self::NoTarget => "there was nobody to call".to_owned(),
        }
    }
}

impl Last {
    pub(super) const TIMED_OUT: Self = Self { why: Why::Late, after: After::of(None) };
    pub(super) const NO_TARGET: Self = Self { why: Why::NoTarget, ..Self::TIMED_OUT };

    /// Of a rejection.
    #[inline]
    pub(super) const fn refused(facts: Facts, retry_after: Option<Duration>) -> Self {
        Self { why: Why::Refused(facts), after: After::of(retry_after) }
    }

    /// Why it was refused by a rule; none where it was late, or there was nobody to call.
    pub(super) const fn facts(&self) -> Option<Facts> {
        match self.why {
            Why::Refused(facts) => Some(facts),
            Why::Late | Why::NoTarget => None,
        }
    }

    /// dyno did not wait any longer.
    #[cfg_attr(not(any(feature = "harness", feature = "retry")), allow(dead_code))]
    pub(crate) const fn is_late(&self) -> bool {
        matches!(self.why, Why::Late)
    }

    /// Stands for the error before.
    pub(super) fn error(&self) -> Option<LastError> {
        self.facts().and_then(|facts| facts.last())
    }

    /// Why dyno refused; none where it was late, or there was nobody to call.
    #[cfg_attr(not(any(feature = "harness", feature = "retry")), allow(dead_code))]
    pub(crate) const fn reason(&self) -> Option<Reason> {
        match self.why {
            Why::Refused(facts) => Some(facts.reason()),
            Why::Late | Why::NoTarget => None,
        }
    }

    /// When another try may be worth while, where that is known.
    #[cfg_attr(not(feature = "retry"), allow(dead_code))]
    pub(crate) const fn retry_after(&self) -> Option<Duration> {
        self.after.time()
    }
}

impl fmt::Debug for Last {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Last({:?})", self.why)
    }
}
