//! What the layers of `#[service(PRESET)]` read of a preset. A policy that it lacks is one branch.

use std::fmt;
use std::hash::Hash;
use std::time::Duration;

use super::Service;
use crate::balance::{Balancer, Pick, Target, Tried, Unresolved};
use crate::breaker::{self, Breaker, Keyed};
use crate::fault::Fault;
use crate::harness::Harness;
use crate::limit::bulkhead::{self, Bulkhead, KeyedBulkhead};
use crate::limit::{self, Rate};
use crate::metrics::Metrics;
use crate::outcome::{Asks, Verdict};
use crate::point::Point;
use crate::retry::{Attempts, InTask, Mark, OnThread, Pause, Retry, Who};

#[cold]
fn no_target(name: &str) -> ! {
    panic!(
        "service \"{name}\": it keeps its state by target, and a function with the attribute is told of \
         none: give it a balancer, or call it by `call_at`"
    )
}

/// Its breaker, or those of its targets.
#[expect(clippy::large_enum_variant, reason = "once a service, and never moved")]
pub(super) enum Breaking {
    None,
    Own(Breaker),
    Shared(&'static Breaker),
    Each(Keyed),
}

/// Its bulkhead, or those of its targets.
pub(super) enum Placing {
    None,
    Own(Bulkhead),
    Shared(&'static Bulkhead),
    Each(KeyedBulkhead),
}

/// Its rate.
#[expect(clippy::large_enum_variant, reason = "once a service, and never moved")]
pub(super) enum Pacing {
    None,
    Own(Rate),
    Shared(&'static Rate),
}

impl Breaking {
    /// That of all calls.
    #[inline]
    pub(super) const fn of_all(&self) -> Option<&Breaker> {
        match self {
            Self::Own(breaker) => Some(breaker),
            Self::Shared(breaker) => Some(breaker),
            Self::None | Self::Each(_) => None,
        }
    }
}

impl Placing {
    /// That of all calls.
    #[inline]
    pub(super) const fn of_all(&self) -> Option<&Bulkhead> {
        match self {
            Self::Own(bulkhead) => Some(bulkhead),
            Self::Shared(bulkhead) => Some(bulkhead),
            Self::None | Self::Each(_) => None,
        }
    }
}

impl Pacing {
    #[inline]
    pub(super) const fn rate(&self) -> Option<&Rate> {
        match self {
            Self::Own(rate) => Some(rate),
            Self::Shared(rate) => Some(rate),
            Self::None => None,
        }
    }
}

/// A place in the bulkhead of a preset, until it is dropped.
#[must_use = "the place is given back when it is dropped"]
pub struct Place<'a>(#[expect(dead_code, reason = "to be dropped")] Held<'a>);

enum Held<'a> {
    /// There is no bulkhead.
    Free,
    Lent(#[expect(dead_code, reason = "to be dropped")] bulkhead::Permit<'a>),
    /// In that of a target.
    Own(#[expect(dead_code, reason = "to be dropped")] bulkhead::OwnedPermit),
}

impl<'a> Place<'a> {
    #[inline]
    pub(super) const fn of(permit: bulkhead::Permit<'a>) -> Self {
        Self(Held::Lent(permit))
    }

    #[inline]
    pub(super) fn lent(
        entered: Result<bulkhead::Permit<'a>, limit::Refused<'a>>,
    ) -> Result<Self, Fault> {
        match entered {
            Ok(permit) => Ok(Self::of(permit)),
            Err(refused) => Err(refused.fault()),
        }
    }
}

impl fmt::Debug for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Place")
    }
}

#[doc(hidden)]
impl Service {
    /// What a function goes by.
    ///
    /// # Panics
    /// When it keeps its state by target and there is none.
    #[inline]
    #[must_use]
    pub fn of_function(&self) -> &Self {
        if self.given.per_target && !self.balances() {
            no_target(self.name());
        }
        self
    }

    /// The limit further out than all else.
    #[inline]
    #[must_use]
    pub const fn outer_limit(&self) -> Option<Duration> {
        self.given.deadline
    }

    /// The limit of a whole call.
    #[inline]
    #[must_use]
    pub const fn limit(&self) -> Option<Duration> {
        self.given.timeout
    }

    /// The limit of one attempt.
    #[inline]
    #[must_use]
    pub const fn attempt_limit(&self) -> Option<Duration> {
        self.given.attempt_timeout
    }

    /// How often to try; a single attempt, of which nothing is told, where it is not said. Its own
    /// budget is not in it: see [`attempts`](Self::attempts).
    #[inline]
    pub const fn retry(&self) -> &Retry {
        &self.retry
    }

    /// The attempts of a call of `point`.
    #[inline]
    #[must_use]
    pub fn attempts(&self, point: &'static Point) -> Attempts<'_, OnThread> {
        Attempts::paid(Who::Point(point), &self.retry, self.budget.as_ref())
    }

    /// The same in a task.
    #[inline]
    #[must_use]
    pub fn attempts_async(&self, point: &'static Point) -> Attempts<'_, InTask> {
        Attempts::paid_async(Who::Point(point), &self.retry, self.budget.as_ref())
    }

    /// The pause after an attempt that was turned away; none where it is not tried again.
    #[cold]
    pub fn after_refusal<M: Mark>(
        &self,
        attempts: &mut Attempts<'_, M>,
        fault: &Fault,
    ) -> Option<Pause> {
        if !self.retry.tries_rejected() {
            return None;
        }
        attempts.next(Verdict::Failure, || Asks::of_refusal(fault))
    }

    #[inline]
    pub(super) fn own_attempts(&self) -> Attempts<'_, OnThread> {
        Attempts::paid(Who::Name(self.given.name), &self.retry, self.budget.as_ref())
    }

    #[inline]
    pub(super) fn own_attempts_async(&self) -> Attempts<'_, InTask> {
        Attempts::paid_async(Who::Name(self.given.name), &self.retry, self.budget.as_ref())
    }

    /// It has a balancer.
    #[inline]
    #[must_use]
    pub const fn balances(&self) -> bool {
        self.given.balance.is_some()
    }

    /// Leave by the rate.
    ///
    /// # Errors
    /// It is too early.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "most services have none, and pay a branch for it")]
    pub fn enter_rate(&self) -> Result<(), limit::Refused<'_>> {
        match self.rate.rate() {
            Some(rate) => rate.enter(),
            None => Ok(()),
        }
    }

    /// The same without blocking the thread.
    ///
    /// # Errors
    /// It is too early.
    #[inline]
    pub async fn enter_rate_async(&self) -> Result<(), limit::Refused<'_>> {
        match self.rate.rate() {
            Some(rate) => rate.enter_async().await,
            None => Ok(()),
        }
    }

    /// What a task waits for before the next pick, if anything.
    #[inline]
    pub fn unresolved(&self) -> Option<Unresolved<'_>> {
        self.given.balance.and_then(Balancer::unresolved)
    }

    /// A target for the next attempt, where it has a balancer.
    ///
    /// # Errors
    /// There is none.
    #[inline]
    pub fn pick(&self, tried: &Tried) -> Result<Option<Pick>, Fault> {
        match self.given.balance {
            Some(balancer) => balancer.pick(tried).map(Some),
            None => Ok(None),
        }
    }

    /// The same, and calls of one key go to the same target as long as that is in.
    ///
    /// # Errors
    /// There is none.
    #[inline]
    pub fn pick_for<K: Hash + ?Sized>(
        &self,
        key: &K,
        tried: &Tried,
    ) -> Result<Option<Pick>, Fault> {
        match self.given.balance {
            Some(balancer) => balancer.pick_for(key, tried).map(Some),
            None => Ok(None),
        }
    }

    /// Leave by its own breaker. Those of targets are a balancer's.
    ///
    /// # Errors
    /// The call may not pass.
    #[inline]
    pub fn enter_breaker(&self) -> Result<Option<breaker::Permit<'_>>, breaker::Refused<'_>> {
        match self.breaker.of_all() {
            Some(breaker) => breaker.enter().map(Some),
            None => Ok(None),
        }
    }

    /// A place for an attempt at the target that was picked.
    ///
    /// # Errors
    /// There is none.
    #[inline]
    pub fn enter_bulkhead(&self, target: Option<&Target>) -> Result<Place<'_>, Fault> {
        match self.bulkhead.of_all() {
            Some(bulkhead) => Place::lent(bulkhead.enter()),
            None => self.enter_bulkhead_of(target),
        }
    }

    /// The same without blocking the thread.
    ///
    /// # Errors
    /// There is none.
    #[inline]
    pub async fn enter_bulkhead_async(&self, target: Option<&Target>) -> Result<Place<'_>, Fault> {
        match self.bulkhead.of_all() {
            Some(bulkhead) => Place::lent(bulkhead.enter_async().await),
            None => self.enter_bulkhead_of_async(target).await,
        }
    }

    /// Where no target has a bulkhead.
    #[inline]
    pub(super) const fn needs_no_place(&self) -> Option<Place<'_>> {
        if matches!(self.bulkhead, Placing::Each(_)) { None } else { Some(Place(Held::Free)) }
    }

    /// A place in the bulkhead of a target, where each has one.
    #[inline]
    pub(super) fn enter_bulkhead_of(&self, target: Option<&Target>) -> Result<Place<'_>, Fault> {
        let held = match (&self.bulkhead, target) {
            (Placing::Each(each), Some(target)) => Held::Own(each.get(target).acquire_owned()?),
            _ => Held::Free,
        };
        Ok(Place(held))
    }

    #[inline]
    pub(super) async fn enter_bulkhead_of_async(
        &self,
        target: Option<&Target>,
    ) -> Result<Place<'_>, Fault> {
        let held = match (&self.bulkhead, target) {
            (Placing::Each(each), Some(target)) => {
                Held::Own(each.get(target).acquire_owned_async().await?)
            }
            _ => Held::Free,
        };
        Ok(Place(held))
    }

    /// What counts its calls.
    #[inline]
    #[must_use]
    pub const fn metrics(&self) -> Option<&Metrics> {
        self.metrics.as_ref()
    }

    /// Its calls are spans.
    #[inline]
    #[must_use]
    pub const fn is_timed(&self) -> bool {
        self.given.timing
    }

    /// What reports, where what fails is reported.
    #[inline]
    #[must_use]
    pub const fn harness(&self) -> Option<&Harness> {
        self.harness.as_ref()
    }
}
