//! How a service stands.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::Service;
use super::layers::{Breaking, Placing};
use crate::balance;
use crate::breaker;
use crate::fallback::{self, Count};
use crate::limit::{bulkhead, rate};
use crate::metrics;
use crate::retry::{Budget, Retry, Spent};

/// How a [`Service`] stands: what it goes by, and the state of its policies. Displayed as a line for
/// each policy it has.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Snapshot {
    /// Its name.
    pub name: &'static str,
    /// The limit further out than all else.
    pub deadline: Option<Duration>,
    /// The limit of a whole call.
    pub timeout: Option<Duration>,
    /// The limit of an attempt.
    pub attempt_timeout: Option<Duration>,
    /// How many attempts there may be, the first included.
    pub attempts: u32,
    /// How it tries again; its [schedule](Retry::schedule) tells the pauses.
    pub retry: Option<Retry>,
    /// Whether it tries again what a time limit has ended.
    pub retry_on_timeout: bool,
    /// The share of the calls that may be tried again, where it has a budget of its own.
    pub budget_share: Option<f64>,
    /// How its budget stands, its own or that of its retry.
    pub budget: Option<Spent>,
    /// What a success has to be faster than.
    pub expected_in: Option<Duration>,
    /// Its breaker.
    pub breaker: Option<breaker::Snapshot>,
    /// Its bulkhead.
    pub bulkhead: Option<bulkhead::Snapshot>,
    /// How long an attempt waits for its place there.
    pub bulkhead_wait: Option<Duration>,
    /// Its rate.
    pub rate: Option<rate::Snapshot>,
    /// Its balancer, with its targets.
    pub balancer: Option<balance::Snapshot>,
    /// The state that it keeps [by target](super::Builder::per_target), by their names.
    pub targets: Vec<TargetSnapshot>,
    /// What it has counted.
    pub metrics: Option<metrics::Snapshot>,
    /// How often something stood in.
    pub stood_in: Count,
    /// It makes spans.
    pub timing: bool,
    /// It reports what fails.
    pub harness: bool,
}

/// What a service keeps of one target.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TargetSnapshot {
    /// As faults call it: `pricing[10.0.0.1:80]`.
    pub name: String,
    /// Its breaker.
    pub breaker: Option<breaker::Snapshot>,
    /// Its bulkhead.
    pub bulkhead: Option<bulkhead::Snapshot>,
}

impl Service {
    /// How it stands now. Figures that change meanwhile need not fit together.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let given = &self.given;
        let budget = self.budget.as_ref().or(self.retry.pays());
        Snapshot {
            name: given.name,
            deadline: given.deadline,
            timeout: given.timeout,
            attempt_timeout: given.attempt_timeout,
            attempts: given.retry.map_or(1, |retry| retry.most()),
            retry: given.retry.map(|_| self.retry),
            retry_on_timeout: given.retry.is_some() && self.retry.again_when_timed_out(),
            budget_share: given.budget,
            budget: budget.map(Budget::snapshot),
            expected_in: given.expected_in,
            breaker: self.breaker.of_all().map(breaker::Breaker::snapshot),
            bulkhead: self.bulkhead.of_all().map(bulkhead::Bulkhead::snapshot),
            bulkhead_wait: given.wait(),
            rate: self.rate.rate().map(rate::Rate::snapshot),
            balancer: given.balance.map(balance::Balancer::snapshot),
            targets: self.targets(),
            metrics: self.metrics.as_ref().map(metrics::Metrics::snapshot),
            stood_in: fallback::count(given.name),
            timing: given.timing,
            harness: given.harness,
        }
    }

    fn targets(&self) -> Vec<TargetSnapshot> {
        let (mut breakers, mut places) = (Vec::new(), Vec::new());
        if let Breaking::Each(each) = &self.breaker {
            breakers = each.all();
        }
        if let Placing::Each(each) = &self.bulkhead {
            places = each.all();
        }
        let names =
            breakers.iter().map(|one| one.name()).chain(places.iter().map(|one| one.name()));
        let mut names: Vec<String> = names.map(str::to_owned).collect();
        names.sort_unstable();
        names.dedup();
        let breaker = |name: &str| breakers.iter().find(|one| one.name() == name).map(Arc::as_ref);
        let bulkhead = |name: &str| places.iter().find(|one| one.name() == name).map(Arc::as_ref);
        let seen = |name: String| TargetSnapshot {
            breaker: breaker(&name).map(breaker::Breaker::snapshot),
            bulkhead: bulkhead(&name).map(bulkhead::Bulkhead::snapshot),
            name,
        };
        names.into_iter().map(seen).collect()
    }
}

impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        self.limits(f)?;
        if let Some(again) = self.again() {
            write!(f, "\n  retry: {again}")?;
        }
        if let Some(rate) = &self.rate {
            write!(f, "\n  rate: {}/{:?}, {} left", rate.limit, rate.per, rate.available)?;
        }
        if let Some(balancer) = &self.balancer {
            let (known, out) = (balancer.targets.len(), balancer.out);
            write!(f, "\n  targets: {out} of {known} out, by {}", balancer.policy)?;
        }
        self.guards(f)?;
        for target in &self.targets {
            write!(f, "\n  {target}")?;
        }
        if self.stood_in.stood_in > 0 {
            write!(f, "\n  stood in: {} times", self.stood_in.stood_in)?;
        }
        if let Some(seen) = &self.metrics {
            let total = &seen.total;
            let rejected = total.rejected.total();
            write!(
                f,
                "\n  calls: {} succeeded, {} failed, {rejected} rejected, {} in flight",
                total.successes, total.failures, seen.in_flight
            )?;
        }
        Ok(())
    }
}

impl Snapshot {
    fn limits(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limits = [
            ("deadline", self.deadline),
            ("timeout", self.timeout),
            ("attempt timeout", self.attempt_timeout),
        ];
        for (what, limit) in limits {
            if let Some(limit) = limit {
                write!(f, "\n  {what}: {limit:?}")?;
            }
        }
        Ok(())
    }

    /// Its breaker and its bulkhead; of those of its targets what they have in common.
    fn guards(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.breaker, self.expected_in) {
            (Some(breaker), None) => write!(f, "\n  breaker: {}", Circuit(breaker))?,
            (Some(breaker), Some(limit)) => {
                write!(f, "\n  breaker: {}, expected in {limit:?}", Circuit(breaker))?;
            }
            (None, Some(limit)) => write!(f, "\n  breakers: expected in {limit:?}")?,
            (None, None) => {}
        }
        match (&self.bulkhead, self.bulkhead_wait) {
            (Some(bulkhead), None) => write!(f, "\n  bulkhead: {}", Room(bulkhead)),
            (Some(bulkhead), Some(wait)) => {
                write!(f, "\n  bulkhead: {}, for {wait:?} at most", Room(bulkhead))
            }
            (None, Some(wait)) => write!(f, "\n  bulkheads: waiting for {wait:?} at most"),
            (None, None) => Ok(()),
        }
    }

    /// How it tries again, in words.
    pub(super) fn again(&self) -> Option<String> {
        let pauses = self.retry.as_ref()?.pauses_told();
        let mut told = format!("{} attempts, pauses {pauses:?}", self.attempts);
        if self.retry_on_timeout {
            told.push_str(", also after time-outs");
        }
        if let Some(Spent { tokens, capacity, refused, .. }) = &self.budget {
            let budget = format!(", budget {tokens:.1} of {capacity} ({refused} refused)");
            told.push_str(&budget);
        }
        Some(told)
    }
}

/// `pricing[10.0.0.1:80]: closed, 0 failures of 5 in a row, 3 of 10 in flight, 0 waiting`
impl fmt::Display for TargetSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        let mut before = ": ";
        if let Some(breaker) = &self.breaker {
            write!(f, "{before}{}", Circuit(breaker))?;
            before = ", ";
        }
        match &self.bulkhead {
            Some(bulkhead) => write!(f, "{before}{}", Room(bulkhead)),
            None => Ok(()),
        }
    }
}

/// `open, 5 failures of 5 in a row, for 8.2s more`
struct Circuit<'a>(&'a breaker::Snapshot);

impl fmt::Display for Circuit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(seen) = self;
        write!(f, "{}", seen.state)?;
        if let Some(most) = seen.fail_max {
            write!(f, ", {} failures of {most} in a row", seen.failures)?;
        }
        match seen.retry_after {
            Some(left) if !left.is_zero() => write!(f, ", for {left:.1?} more"),
            _ => Ok(()),
        }
    }
}

/// `3 of 10 in flight, 0 waiting`
struct Room<'a>(&'a bulkhead::Snapshot);

impl fmt::Display for Room<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(seen) = self;
        write!(f, "{} of {} in flight, {} waiting", seen.in_flight, seen.limit, seen.waiting)
    }
}
