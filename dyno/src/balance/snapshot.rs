//! What can be seen of a balancer.

use std::fmt;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::table::Entry;
use super::{Balancer, Policy, member};

/// A balancer at one moment; displayed as a table.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Snapshot {
    /// Its name.
    pub name: &'static str,
    /// Which target it picks.
    pub policy: Policy,
    /// How many targets it may pass over at a time.
    pub max_out: usize,
    /// How many are out: passed over as far as they may be.
    pub out: usize,
    /// Its targets, in the order in which they were given.
    pub targets: Vec<TargetSnapshot>,
}

/// A target of a balancer at one moment.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct TargetSnapshot {
    /// `http://10.0.0.1:80`
    pub url: String,
    /// The [state](crate::breaker::State) of its breaker: `closed`, `open` and so on.
    pub state: &'static str,
    /// Its breaker has opened, and has not closed since.
    pub out: bool,
    /// Its weight, as given.
    pub weight: u32,
    /// The part of its share of the calls that it gets, above 0 to 1: less than 1 while it recovers
    /// by stages, or for a while after it has come back.
    pub warmth: f64,
    /// How many calls are under way.
    pub in_flight: u64,
    /// The mean latency of its calls, which follows a longer one at once; `None` before the first.
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
        Snapshot {
            name: self.name(),
            policy: self.given.policy,
            max_out: table.max_out,
            out: table.out(),
            targets: table.entries.iter().map(|entry| self.seen(entry, now)).collect(),
        }
    }

    fn seen(&self, entry: &Entry, now: u64) -> TargetSnapshot {
        let member = &entry.member;
        let live = &member.live.0;
        TargetSnapshot {
            url: member.target.url().to_owned(),
            state: member.breaker.state().as_str(),
            out: !live.standing.is_in(),
            weight: entry.weight,
            warmth: member.warmth(now, self.given.slow_start()),
            in_flight: member.in_flight(),
            latency: live.load.latency(now, member.decay),
            failing: live.load.failing(now, member.decay),
            picks: live.calls.picks(),
            failures: live.failures.load(Ordering::Relaxed),
        }
    }
}

const TITLES: [&str; 8] =
    ["", "state", "weight", "in flight", "latency", "failing", "picks", "failures"];

impl TargetSnapshot {
    fn cells(&self) -> [String; 8] {
        let state = match (self.out, self.warmth < 1.0) {
            (true, _) if self.state == "closed" => "coming back".to_owned(),
            (false, true) => format!("{}, warming up", self.state),
            _ => self.state.to_owned(),
        };
        let share = |share: f64| format!("{:.1}%", 100.0 * share);
        let weight = if self.warmth < 1.0 {
            format!("{} of {}", share(self.warmth), self.weight)
        } else {
            self.weight.to_string()
        };
        [
            self.url.clone(),
            state,
            weight,
            self.in_flight.to_string(),
            self.latency.map_or_else(|| "-".to_owned(), |latency| format!("{latency:.1?}")),
            share(self.failing),
            self.picks.to_string(),
            self.failures.to_string(),
        ]
    }
}

/// A line for the balancer, and one for each target.
impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rows = vec![TITLES.map(str::to_owned)];
        rows.extend(self.targets.iter().map(TargetSnapshot::cells));
        rows[0][0] = format!("{} ({})", self.name, self.policy);
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
        let widths: Vec<usize> = (0..TITLES.len()).map(|at| width(at).unwrap_or(0)).collect();
        for (at, row) in rows.iter().enumerate() {
            let [name, state, figures @ ..] = row;
            write!(f, "{name:<0$}  {state:<1$}", widths[0], widths[1])?;
            for (cell, width) in figures.iter().zip(&widths[2..]) {
                write!(f, "  {cell:>width$}")?;
            }
            if at + 1 < rows.len() {
                writeln!(f)?;
            }
        }
        Ok(())
    }
}
