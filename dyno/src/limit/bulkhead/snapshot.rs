//! What a bulkhead is like at one moment.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Bulkhead;

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
