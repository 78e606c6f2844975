//! A call may not pass.

use std::fmt;
use std::time::Duration;

use super::{Bulkhead, Rate};
use crate::ambient;
use crate::clock;
use crate::fault::{Facts, Fault, Micros};
use crate::point::{self, Event, Name};

/// Why a limit turned a call away, in two words: the fault, which is large, is made where it is
/// wanted, at once.
#[doc(hidden)]
#[must_use]
pub struct Refused<'a>(Of<'a>);

#[derive(Clone, Copy)]
enum Of<'a> {
    /// As many are in as may be, and it has waited so long.
    Full(&'a Bulkhead, Nanos),
    /// The deadline had passed when it was to wait, so long ago.
    Passed(&'a Bulkhead, Nanos),
    /// There are more calls than the rate allows; the next may come after so long.
    Limited(&'a Rate, Nanos),
    /// The same, and the deadline leaves no time to wait for it.
    Late(&'a Rate, Nanos),
}

/// Seven bytes, so that there is room for the kind: up to 834 days, beyond which it is as long.
#[derive(Clone, Copy)]
struct Nanos([u8; 7]);

impl Nanos {
    const MOST: u64 = (1 << 56) - 1;

    #[inline]
    fn of(nanos: u64) -> Self {
        let mut bytes = [0; 7];
        bytes.copy_from_slice(&nanos.min(Self::MOST).to_le_bytes()[..7]);
        Self(bytes)
    }

    fn nanos(self) -> u64 {
        let mut bytes = [0; 8];
        bytes[..7].copy_from_slice(&self.0);
        u64::from_le_bytes(bytes)
    }

    fn time(self) -> Duration {
        Duration::from_nanos(self.nanos())
    }
}

impl<'a> Refused<'a> {
    /// As many are in as may be, after a wait.
    pub(super) fn full(bulkhead: &'a Bulkhead, waited: Duration) -> Self {
        Self(Of::Full(bulkhead, Nanos::of(u64::try_from(waited.as_nanos()).unwrap_or(u64::MAX))))
    }

    /// The deadline had passed, so many nanoseconds ago.
    pub(super) fn passed(bulkhead: &'a Bulkhead, ago: u64) -> Self {
        Self(Of::Passed(bulkhead, Nanos::of(ago)))
    }

    /// There are more calls than the rate allows.
    #[inline]
    pub(super) fn limited(rate: &'a Rate, nanos: u64) -> Self {
        Self(Of::Limited(rate, Nanos::of(nanos)))
    }

    /// The same, and the deadline leaves no time to wait for it.
    pub(super) fn limited_late(rate: &'a Rate, nanos: u64) -> Self {
        Self(Of::Late(rate, Nanos::of(nanos)))
    }

    fn name(&self) -> Name {
        match self.0 {
            Of::Full(bulkhead, _) | Of::Passed(bulkhead, _) => bulkhead.shared_name(),
            Of::Limited(rate, _) | Of::Late(rate, _) => rate.shared_name(),
        }
    }

    /// What it went by, and when another try may be worth while.
    fn facts(&self) -> (Facts, Option<Duration>) {
        match self.0 {
            Of::Full(bulkhead, waited) => {
                (bulkhead.facts(Micros::of(waited.time())), bulkhead.soon())
            }
            Of::Passed(_, ago) => (Facts::Passed { ago: ago.nanos() }, None),
            Of::Limited(rate, next) => (rate.facts(), Some(next.time())),
            Of::Late(_, next) => {
                let left = ambient::deadline().map_or(0, |deadline| {
                    deadline.as_nanos().saturating_sub(clock::now().as_nanos())
                });
                (Facts::Short { left, needed: next.nanos() }, Some(next.time()))
            }
        }
    }

    /// What its caller is told; observers hear of it.
    #[cold]
    #[must_use]
    pub fn fault(self) -> Fault {
        let (facts, after) = self.facts();
        let fault = Fault::refused(self.name(), facts, after);
        if point::observed() {
            point::emit(&self.name(), &Event::Rejected { fault: &fault });
        }
        fault
    }
}

impl fmt::Debug for Refused<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Refused({}: {})", self.name(), self.facts().0.reason())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Reason;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn two_words_hold_all_there_is_to_tell() {
        let (bulkhead, rate) = (Bulkhead::new("db", 1), Rate::new("db", 1, SECOND));
        for waited in [Duration::ZERO, SECOND, Duration::MAX] {
            let fault = Refused::full(&bulkhead, waited).fault();
            assert_eq!(fault, Fault::rejected("db", Reason::BulkheadFull, None));
        }
        let after = Some(Duration::from_nanos(5));
        let limited = Refused::limited(&rate, 5).fault();
        assert_eq!(limited, Fault::rejected("db", Reason::RateLimited, after));
        let limited = Refused::limited_late(&rate, 5).fault();
        assert_eq!(limited, Fault::rejected("db", Reason::DeadlineSpent, after));
        let late = Refused::passed(&bulkhead, 5).fault();
        assert_eq!((late.reason(), late.retry_after()), (Some(Reason::DeadlineSpent), None));
        let long = Refused::limited(&rate, u64::MAX).fault().retry_after();
        assert_eq!(long, Some(Duration::from_nanos(Nanos::MOST)));
        assert_eq!(size_of::<Refused<'_>>(), 16);
        assert_eq!(size_of::<Result<(), Refused<'_>>>(), 16);
    }
}
