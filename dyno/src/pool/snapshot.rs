//! What can be seen of a pool.

use super::Pool;
use super::blocking::Load;
use crate::fault::explain::Rule;

/// What a pool is like at one moment; made by [`Pool::snapshot`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// How many calls may run at a time.
    pub size: usize,
    /// How many may wait for a thread.
    pub queue: usize,
    /// How many run, or are about to.
    pub at_work: usize,
    /// How many wait.
    pub waiting: usize,
    /// How many of those at work nobody waits for any longer.
    pub abandoned: usize,
    /// How many have been left at work in the life of the program.
    pub ever_abandoned: u64,
    /// How many threads there are, idle or not.
    pub threads: usize,
    /// How many calls have been turned away in all.
    pub turned_away: u64,
}

impl Pool {
    /// How it stands now, as a rule: its threads are the places of a bulkhead.
    #[must_use]
    pub fn explain(&self) -> Rule {
        let Load { size, queue, at_work, waiting, .. } = self.threads.load();
        let count = |many: usize| u32::try_from(many).unwrap_or(u32::MAX);
        Rule::Bulkhead {
            limit: count(size),
            in_flight: count(at_work),
            waiting: count(waiting),
            queue: count(queue),
            waited: None,
            retry_after: None,
        }
    }

    /// What it is like now.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let load = self.threads.load();
        let (abandoned, ever_abandoned) = self.threads.abandoned();
        Snapshot {
            size: load.size,
            queue: load.queue,
            at_work: load.at_work,
            waiting: load.waiting,
            abandoned,
            ever_abandoned,
            threads: load.threads,
            turned_away: load.turned_away,
        }
    }
}
