//! What can be seen of a balancer.

use std::fmt;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::table::Entry;
use super::{Balancer, Policy, member};
use crate::breaker::State;

/// A balancer at one moment; displayed as a table.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Snapshot {
    /// Its name.
    pub name: &'static str,
    /// Which target it picks.
    pub policy: Policy,
    /// How many targets it may pass over at a time.
    pub max_out: usize,
    /// How many are passed over, or would be.
    pub out: usize,
    /// Its targets, in the order in which they were given.
    pub targets: Vec<TargetSnapshot>,
}

/// A target of a balancer at one moment.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TargetSnapshot {
    /// `http://10.0.0.1:80`
    pub url: String,
    /// The state of its breaker.
    pub state: State,
    /// Whether it is out: its breaker has opened, and has not closed since.
    pub out: bool,
    /// Its weight, as given.
    pub weight: u32,
    /// The share of its calls that it gets, above 0 to 1: less than 1 when it has just come back.
    pub warmth: f64,
    /// How many calls are under way.
    pub in_flight: u64,
    /// The mean latency of its calls, which follows a longer one at once.
    pub latency: Option<Duration>,
    /// About which share of its latest calls failed, 0 to 1.
    pub failing: f64,
    /// How often it was picked.
    pub picks: u64,
    /// How many calls failed.
    pub failures: u64,
}

impl Balancer {
    /// What it is like now. Figures that change meanwhile need not fit together.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let (table, now) = (self.now(), member::now());
        let targets = table.entries.iter().map(|entry| self.seen(entry, now)).collect();
        Snapshot {
            name: self.name(),
            policy: self.given.policy,
            max_out: table.max_out,
            out: table.out(),
            targets,
        }
    }

    fn seen(&self, entry: &Entry, now: u64) -> TargetSnapshot {
        let member = &entry.member;
        let live = &member.live.0;
        TargetSnapshot {
            url: member.target.url().to_owned(),
            state: member.breaker.state(),
            out: !live.standing.is_in(),
            weight: entry.weight,
            warmth: live.standing.warmth(now, self.given.slow_start_nanos()),
            in_flight: member.in_flight(),
            latency: live.load.latency(now, member.decay),
            failing: live.load.failing(now, member.decay),
            picks: live.calls.picks(),
            failures: live.failures.load(Ordering::Relaxed),
        }
    }
}

impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}: {}", self.name, self.policy)
    }
}
