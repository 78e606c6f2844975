//! What a call was given, and what it took.

use std::time::Duration;

use super::who::Who;
use crate::clock::{self, Instant};
use crate::fault::Fault;
use crate::point::Event;

/// From the beginning of a call to the sooner of its limit and the deadline it was made under.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) who: Who,
    pub(super) began: Instant,
    pub(super) end: Instant,
}

impl Span {
    fn limit(self) -> Duration {
        self.end - self.began
    }

    /// It has not ended in time.
    #[cold]
    pub(super) fn timed_out(self) -> Fault {
        let limit = self.limit();
        // A clock that the system's time overtook, as a paused one may be, has seen nothing of it.
        let elapsed = self.began.elapsed().max(limit);
        self.who.tell(&Event::TimedOut { limit, elapsed });
        Fault::timed_out_late(self.who.name(), limit, elapsed)
    }

    /// It has ended all the same.
    #[cold]
    pub(super) fn late(self, abandoned: bool) {
        let (limit, elapsed) = (self.limit(), clock::now() - self.began);
        self.who.tell(&Event::Late { limit, elapsed, abandoned });
    }
}
