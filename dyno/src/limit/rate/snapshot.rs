//! What can be seen of a rate.

use std::time::Duration;

use super::Rate;
use super::enter::Real;
use crate::point::Name;

/// All that can be seen of a [`Rate`], at one moment.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Snapshot {
    /// Its name.
    pub name: Name,
    /// So many calls…
    pub limit: u32,
    /// …in so long.
    pub per: Duration,
    /// How many may come at once.
    pub burst: u32,
    /// How many may come now.
    pub available: u32,
    /// When the next may come, after those who wait; zero when it may now.
    pub next_in: Duration,
    /// How many wait for their turn.
    pub waiting: usize,
    /// How long they may; zero: nobody waits.
    pub wait: Duration,
}

impl Rate {
    /// All that can be seen of it, at one moment.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let line = self.line();
        let settings = line.changed.unwrap_or(self.given);
        let (limit, per) = settings.rate.unwrap_or_default();
        let available = if line.is_empty() { self.core.available(&Real) } else { 0 };
        Snapshot {
            name: self.shared_name(),
            limit,
            per,
            burst: settings.most(),
            available: u32::try_from(available).unwrap_or(u32::MAX),
            next_in: Duration::from_nanos(self.core.next_in(line.len(), &Real)),
            waiting: line.len(),
            wait: settings.wait.unwrap_or_default(),
        }
    }
}
