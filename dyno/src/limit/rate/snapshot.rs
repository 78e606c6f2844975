//! What can be seen of a rate.

use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use super::Rate;
use super::enter::Real;
use crate::clock::nanos;
use crate::fault::Facts;
use crate::fault::explain::Rule;
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
    /// What it goes by, for one whom it has refused. The lock is for those who wait, and changes.
    pub(in crate::limit) fn facts(&self) -> Facts {
        let (settings, waiting) = if self.wait_nanos() == 0 && !self.is_changed.load(Relaxed) {
            (self.given, 0)
        } else {
            let line = self.line();
            (line.changed.unwrap_or(self.given), line.len())
        };
        let (calls, per) = settings.rate.unwrap_or_default();
        Facts::Early {
            calls,
            burst: settings.most(),
            waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
            per: nanos(per),
        }
    }

    /// The same as a rule, and when the next call may come.
    #[must_use]
    pub fn explain(&self) -> Rule {
        let Snapshot { limit, per, burst, next_in, waiting, .. } = self.snapshot();
        Rule::Rate {
            calls: limit,
            per,
            burst,
            waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
            next_in: (!next_in.is_zero()).then_some(next_in),
        }
    }

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
