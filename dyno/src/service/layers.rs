//! What the layers of `#[service(PRESET)]` read of a preset. A policy that it lacks is one branch.

use std::time::Duration;

use super::Service;
use super::seam::{Pick, Target, Tried};
use crate::breaker;
use crate::fault::Fault;
use crate::limit::{self, bulkhead};
use crate::metrics::Metrics;
use crate::retry::Retry;

/// A place in the bulkhead of a preset, until it is dropped.
#[must_use = "the place is given back when it is dropped"]
#[derive(Debug)]
pub struct Place<'a>(#[allow(dead_code)] Held<'a>);

#[derive(Debug)]
#[allow(dead_code)]
enum Held<'a> {
    /// There is no bulkhead.
    Free,
    Lent(bulkhead::Permit<'a>),
    /// In that of a target.
    Own(bulkhead::OwnedPermit),
}

#[doc(hidden)]
impl Service {
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

    /// How often to try; a single attempt, of which nothing is told, where it is not said. It knows
    /// whether time-outs are tried again.
    #[inline]
    #[must_use]
    pub fn retry(&self) -> &Retry {
        const { &Retry::new(1) }
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
    #[inline]
    pub fn enter_rate(&self) -> Result<(), limit::Refused<'_>> {
        Ok(())
    }

    /// The same without blocking the thread.
    ///
    /// # Errors
    /// It is too early.
    #[inline]
    #[allow(clippy::unused_async)]
    pub async fn enter_rate_async(&self) -> Result<(), limit::Refused<'_>> {
        Ok(())
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

    /// Leave by its own breaker. Those of targets are a balancer's.
    ///
    /// # Errors
    /// The call may not pass.
    #[inline]
    pub fn enter_breaker(&self) -> Result<Option<breaker::Permit<'_>>, breaker::Refused<'_>> {
        Ok(None)
    }

    /// A place for an attempt at the target that was picked.
    ///
    /// # Errors
    /// There is none.
    #[inline]
    pub fn enter_bulkhead(&self, target: Option<&Target>) -> Result<Place<'_>, Fault> {
        let _ = target;
        Ok(Place(Held::Free))
    }

    /// The same without blocking the thread.
    ///
    /// # Errors
    /// There is none.
    #[inline]
    #[allow(clippy::unused_async)]
    pub async fn enter_bulkhead_async(&self, target: Option<&Target>) -> Result<Place<'_>, Fault> {
        let _ = target;
        Ok(Place(Held::Free))
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

    /// What fails is reported.
    #[inline]
    #[must_use]
    pub const fn is_reported(&self) -> bool {
        self.given.harness
    }
}
