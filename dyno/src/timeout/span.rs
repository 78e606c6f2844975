//! What a call was given, and what it took.

use std::time::Duration;

use super::checked;
use super::who::Who;
use crate::ambient;
use crate::clock::{self, Instant};
use crate::fault::{Fault, Reason};
use crate::point::Event;

/// From the beginning of a call to the sooner of its limit and the deadline it was made under.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) who: Who,
    pub(super) began: Instant,
    pub(super) end: Instant,
}

impl Span {
    /// Begins now.
    ///
    /// # Errors
    /// The deadline in force here has passed.
    #[inline]
    pub(super) fn begin(who: Who, limit: Duration) -> Result<Self, Fault> {
        match bounds(limit) {
            Some((began, end)) => Ok(Self { who, began, end }),
            None => Err(who.refuse(Reason::DeadlineSpent)),
        }
    }

    fn limit(self) -> Duration {
        self.end - self.began
    }

    /// It has not ended in time.
    #[cold]
    pub(super) fn timed_out(self) -> Fault {
        let (limit, elapsed) = (self.limit(), self.elapsed());
        self.who.tell(&Event::TimedOut { limit, elapsed });
        Fault::timed_out_late(self.who.name(), limit, elapsed)
    }

    /// The same, told by somebody else.
    #[cold]
    pub(super) fn fault(self) -> Fault {
        Fault::timed_out_late(self.who.name(), self.limit(), self.elapsed())
    }

    fn elapsed(self) -> Duration {
        // A clock that the system's time overtook, as a paused one may be, has seen nothing of it.
        self.began.elapsed().max(self.limit())
    }

    /// It has ended all the same.
    #[cold]
    pub(super) fn late(self, abandoned: bool) {
        let (limit, elapsed) = (self.limit(), clock::now() - self.began);
        self.who.tell(&Event::Late { limit, elapsed, abandoned });
    }
}

/// From now on; `None` when the deadline in force here has passed.
#[inline]
pub(super) fn bounds(limit: Duration) -> Option<(Instant, Instant)> {
    let limit = Duration::from_nanos(checked(limit));
    let around = ambient::deadline();
    let began = clock::now();
    let end = began + limit;
    match around {
        Some(at) if at <= began => None,
        Some(at) => Some((began, end.min(at))),
        None => Some((began, end)),
    }
}
