//! Making a service: what is said, and what contradicts it.

use std::panic::Location;
use std::time::Duration;

use super::Service;
use super::seam::{Balancer, Pool};
use crate::breaker::{self, Breaker};
use crate::limit::{Bulkhead, Rate};
use crate::retry::Retry;

/// A service that is being made. It is `const` throughout, so that services can be statics.
#[derive(Clone, Copy)]
#[must_use = "a builder does nothing until it is built"]
pub struct Builder {
    pub(super) name: &'static str,
    pub(super) at: &'static Location<'static>,
    pub(super) deadline: Option<Duration>,
    pub(super) timeout: Option<Duration>,
    pub(super) attempt_timeout: Option<Duration>,
    pub(super) retry: Option<Retry>,
    pub(super) budget: Option<f64>,
    pub(super) retry_on_timeout: bool,
    pub(super) breaker: Guard,
    pub(super) expected_in: Option<Duration>,
    pub(super) bulkhead: Places,
    pub(super) rate: Pace,
    pub(super) balance: Option<&'static Balancer>,
    pub(super) per_target: bool,
    pub(super) targets: Option<u32>,
    pub(super) pool: Option<&'static Pool>,
    pub(super) metrics: bool,
    pub(super) timing: bool,
    pub(super) harness: bool,
}

#[derive(Clone, Copy)]
pub(super) enum Guard {
    None,
    Default,
    Own(breaker::Settings),
    Shared(&'static Breaker),
}

#[derive(Clone, Copy)]
pub(super) enum Places {
    None,
    Own { limit: u32, wait: Option<Duration>, queue: Option<u32> },
    Shared(&'static Bulkhead),
}

#[derive(Clone, Copy)]
pub(super) enum Pace {
    None,
    Own { calls: u32, per: Duration, burst: Option<u32>, wait: Option<Duration> },
    Shared(&'static Rate),
}

impl Builder {
    #[track_caller]
    pub(super) const fn new(name: &'static str) -> Self {
        assert!(!name.is_empty(), "service: the name is empty: nobody could ask for it");
        Self {
            name,
            at: Location::caller(),
            deadline: None,
            timeout: None,
            attempt_timeout: None,
            retry: None,
            budget: None,
            retry_on_timeout: false,
            breaker: Guard::None,
            expected_in: None,
            bulkhead: Places::None,
            rate: Pace::None,
            balance: None,
            per_target: false,
            targets: None,
            pool: None,
            metrics: false,
            timing: false,
            harness: false,
        }
    }

    /// The set that a bare `#[service]` stands for; what is said besides takes the place of its part.
    pub const fn defaults(self) -> Self {
        self
    }

    /// All attempts and pauses together take no longer than that.
    ///
    /// # Panics
    /// When it is zero; in a `static`, at compile time. So do all that follow.
    pub const fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// A limit further out, for the fallback as well.
    pub const fn deadline(mut self, limit: Duration) -> Self {
        self.deadline = Some(limit);
        self
    }

    /// A single attempt takes no longer than that.
    pub const fn attempt_timeout(mut self, limit: Duration) -> Self {
        self.attempt_timeout = Some(limit);
        self
    }

    /// Tries again what fails.
    pub const fn retry(mut self, retry: Retry) -> Self {
        self.retry = Some(retry);
        self
    }

    /// The share of the calls that may be tried again: a budget of the service's own.
    pub const fn budget(mut self, share: f64) -> Self {
        self.budget = Some(share);
        self
    }

    /// Tries again also what its time limit has ended.
    pub const fn retry_on_timeout(mut self) -> Self {
        self.retry_on_timeout = true;
        self
    }

    /// Does not call what keeps failing.
    pub const fn breaker(mut self, settings: breaker::Settings) -> Self {
        self.breaker = Guard::Own(settings);
        self
    }

    /// The same by a breaker that others share.
    pub const fn breaker_of(mut self, breaker: &'static Breaker) -> Self {
        self.breaker = Guard::Shared(breaker);
        self
    }

    /// A success that took longer counts against the circuit.
    pub const fn expected_in(mut self, limit: Duration) -> Self {
        self.expected_in = Some(limit);
        self
    }

    /// No more than so many attempts at a time; the next one is refused at once.
    pub const fn bulkhead(mut self, limit: u32) -> Self {
        self.bulkhead = Places::Own { limit, wait: None, queue: None };
        self
    }

    /// The next one waits so long for its place.
    pub const fn bulkhead_wait(self, _wait: Duration) -> Self {
        self
    }

    /// So many wait at most.
    pub const fn bulkhead_queue(self, _queue: u32) -> Self {
        self
    }

    /// A bulkhead that others share.
    pub const fn bulkhead_of(mut self, bulkhead: &'static Bulkhead) -> Self {
        self.bulkhead = Places::Shared(bulkhead);
        self
    }

    /// No more than so many calls in so long.
    pub const fn rate(mut self, calls: u32, per: Duration) -> Self {
        self.rate = Pace::Own { calls, per, burst: None, wait: None };
        self
    }

    /// So many of them may come at once.
    pub const fn rate_burst(self, _burst: u32) -> Self {
        self
    }

    /// The next one waits so long for its turn.
    pub const fn rate_wait(self, _wait: Duration) -> Self {
        self
    }

    /// A rate that others share.
    pub const fn rate_of(mut self, rate: &'static Rate) -> Self {
        self.rate = Pace::Shared(rate);
        self
    }

    /// Chooses a target for each attempt.
    pub const fn balance(mut self, balancer: &'static Balancer) -> Self {
        self.balance = Some(balancer);
        self
    }

    /// A breaker and a bulkhead for each target.
    pub const fn per_target(mut self) -> Self {
        self.per_target = true;
        self
    }

    /// For so many targets state is kept at most.
    pub const fn targets(mut self, targets: u32) -> Self {
        self.targets = Some(targets);
        self
    }

    /// Attempts that block are made on this pool.
    pub const fn pool(mut self, pool: &'static Pool) -> Self {
        self.pool = Some(pool);
        self
    }

    /// Counts the calls under the name of the service.
    pub const fn metrics(mut self) -> Self {
        self.metrics = true;
        self
    }

    /// Makes every call a span of the recording in force.
    pub const fn timing(mut self) -> Self {
        self.timing = true;
        self
    }

    /// Reports what fails.
    pub const fn harness(mut self) -> Self {
        self.harness = true;
        self
    }

    /// The service.
    pub const fn build(self) -> Service {
        Service::made(self)
    }

    /// The one that all share who ask for it by this name: the attribute `#[service("…")]`,
    /// [`named`](super::named).
    ///
    /// # Panics
    /// When it is defined elsewhere otherwise.
    pub fn share(self) -> &'static Service {
        super::named::share(self)
    }
}

impl std::fmt::Debug for Builder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Builder({})", self.name)
    }
}
