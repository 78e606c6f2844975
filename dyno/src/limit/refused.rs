//! A call may not pass.

use std::fmt;
use std::time::Duration;

use super::label::Label;
use crate::fault::{Fault, Reason};
use crate::point::{self, Event};

/// Why a limit turned a call away, in two registers: the fault, which is large, is made where it is
/// wanted.
#[doc(hidden)]
#[must_use]
pub struct Refused<'a> {
    label: &'a Label,
    /// The reason in the upper two bits, below the nanoseconds to wait.
    what: u64,
}

const UNKNOWN: u64 = (1 << 62) - 1;
const REASONS: [Reason; 3] = [Reason::BulkheadFull, Reason::RateLimited, Reason::DeadlineSpent];

impl<'a> Refused<'a> {
    /// As many are in as may be.
    pub(super) fn full(label: &'a Label, after: Option<Duration>) -> Self {
        Self::new(label, 0, after)
    }

    /// There are more calls than the rate allows.
    #[inline]
    pub(super) fn limited(label: &'a Label, nanos: u64) -> Self {
        Self { label, what: 1 << 62 | nanos.min(UNKNOWN - 1) }
    }

    /// The same, and the deadline leaves no time to wait for it.
    pub(super) fn limited_late(label: &'a Label, nanos: u64) -> Self {
        Self { label, what: 2 << 62 | nanos.min(UNKNOWN - 1) }
    }

    /// The deadline has passed, or would have.
    pub(super) fn late(label: &'a Label) -> Self {
        Self::new(label, 2, None)
    }

    fn new(label: &'a Label, reason: u64, after: Option<Duration>) -> Self {
        let after = after.map_or(UNKNOWN, |after| {
            u64::try_from(after.as_nanos()).unwrap_or(UNKNOWN).min(UNKNOWN - 1)
        });
        Self { label, what: reason << 62 | after }
    }

    fn reason(&self) -> Reason {
        REASONS.get((self.what >> 62) as usize).copied().unwrap_or(Reason::DeadlineSpent)
    }

    fn after(&self) -> Option<Duration> {
        let after = self.what & UNKNOWN;
        (after != UNKNOWN).then(|| Duration::from_nanos(after))
    }

    /// What its caller is told; observers hear of it.
    #[cold]
    #[must_use]
    pub fn fault(self) -> Fault {
        let fault = Fault::rejected(self.label.shared_name(), self.reason(), self.after());
        if point::observed() {
            point::emit(self.label.name(), &Event::Rejected { fault: &fault });
        }
        fault
    }
}

impl fmt::Debug for Refused<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Refused({}: {})", self.label.name(), self.reason())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_words_hold_all_there_is_to_tell() {
        let label = Label::Name("db", std::panic::Location::caller());
        for after in [None, Some(Duration::ZERO), Some(Duration::from_secs(3600))] {
            assert_eq!(Refused::full(&label, after).fault().retry_after(), after);
        }
        let after = Some(Duration::from_nanos(5));
        let limited = Refused::limited(&label, 5).fault();
        assert_eq!(limited, Fault::rejected("db", Reason::RateLimited, after));
        let limited = Refused::limited_late(&label, 5).fault();
        assert_eq!(limited, Fault::rejected("db", Reason::DeadlineSpent, after));
        let late = Refused::late(&label).fault();
        assert_eq!((late.reason(), late.retry_after()), (Some(Reason::DeadlineSpent), None));
        assert!(Refused::full(&label, Some(Duration::MAX)).fault().retry_after().is_some());
        assert_eq!(size_of::<Refused<'_>>(), 16);
    }
}
