//! What a bulkhead is like at one moment.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Bulkhead;
use crate::fault::explain::Rule;
use crate::fault::{Facts, Micros};
use crate::point::Name;

/// What a bulkhead is like at one moment; made by [`Bulkhead::snapshot`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// How many calls may be in flight.
    pub limit: u32,
    /// How many are: more than the limit for a while after it has been made smaller.
    pub in_flight: u32,
    /// How many wait for a place.
    pub waiting: usize,
    /// How many have been turned away in all.
    pub turned_away: u64,
    /// How long it lately took until a place became free; `None` as long as no call had to wait or
    /// was turned away.
    pub retry_after: Option<Duration>,
}

impl Bulkhead {
    /// When a place may become free: as long as it lately took.
    pub(in crate::limit) fn soon(&self) -> Option<Duration> {
        self.estimate.span()
    }

    pub(in crate::limit) fn shared_name(&self) -> Name {
        self.label.shared_name()
    }

    /// What it goes by, for one for whom there was no place, which has waited so long.
    pub(in crate::limit) fn facts(&self, waited: Micros) -> Facts {
        let count = |many: u64| u32::try_from(many).unwrap_or(u32::MAX);
        let waits = self.wait.load(Ordering::Relaxed) != 0;
        let limit = count(self.gate.limit());
        Facts::Full {
            limit,
            // All places were taken, even if one has become free since.
            in_flight: count(self.gate.count()).max(limit),
            // The lock is for those who wait.
            waiting: if waits { count(self.gate.waiting() as u64) } else { 0 },
            queue: if waits { self.room.load(Ordering::Relaxed) } else { 0 },
            waited,
        }
    }

    /// How it stands now, as a rule.
    #[must_use]
    pub fn explain(&self) -> Rule {
        let Snapshot { limit, in_flight, waiting, retry_after, .. } = self.snapshot();
        let waits = self.wait.load(Ordering::Relaxed) != 0;
        Rule::Bulkhead {
            limit,
            in_flight,
            waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
            queue: if waits { self.room.load(Ordering::Relaxed) } else { 0 },
            waited: None,
            retry_after,
        }
    }

    /// What it is like now. Figures that change meanwhile need not fit together.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let count = |many: u64| u32::try_from(many).unwrap_or(u32::MAX);
        Snapshot {
            limit: count(self.gate.limit()),
            in_flight: count(self.gate.count()),
            waiting: self.gate.waiting(),
            turned_away: self.turned_away.load(Ordering::Relaxed),
            retry_after: self.estimate.span(),
        }
    }
}
