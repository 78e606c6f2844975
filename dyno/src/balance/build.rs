//! Making and setting a balancer.

use std::panic::Location;
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use arc_swap::ArcSwapOption;

use super::dns::Resolving;
use super::load::Decay;
use super::source::{Ask, Resolver, Source};
use super::{Balancer, Label, Policy, dns};
use crate::breaker::Settings;
use crate::clock::nanos;
use crate::point::Point;
use crate::shared::Listed;

/// What a balancer goes by.
#[derive(Clone, Copy)]
pub(super) struct Given {
    pub(super) policy: Policy,
    pub(super) breaker: Settings,
    pub(super) max_ejected: f64,
    /// In nanoseconds.
    slow_start: u64,
    decay: Duration,
    pub(super) ttl: Duration,
    pub(super) resolver: Resolver,
}

impl Given {
    const fn new() -> Self {
        Self {
            policy: Policy::P2c,
            breaker: Settings::new(),
            max_ejected: 0.5,
            slow_start: nanos(Duration::from_secs(10)),
            decay: Duration::from_secs(10),
            ttl: Duration::from_secs(30),
            resolver: dns::resolve,
        }
    }

    #[inline]
    pub(super) const fn slow_start(&self) -> u64 {
        self.slow_start
    }

    pub(super) fn decay(&self) -> Decay {
        Decay::over(self.decay)
    }
}

impl Balancer {
    /// Picks one of these targets; see [`Target`](super::Target) for how they are written. Without
    /// any, they are to be [set](Self::set) before the first call.
    ///
    /// # Panics
    /// When the name is empty; in a `static`, at compile time.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str, targets: &'static [&'static str]) -> Self {
        Self::made(Label::Name(name, Location::caller()), Source::List(targets))
    }

    /// The same, called after an annotated function.
    #[must_use]
    pub const fn of(point: &'static Point, targets: &'static [&'static str]) -> Self {
        Self::made(Label::Point(point), Source::List(targets))
    }

    /// Asks `ask` for the target of each pick: `fn() -> Result<T, E>`, where `T` is a target, its
    /// text, or a scheme and a host, and `E` can be displayed.
    ///
    /// A target whose breaker is open is not called: then `ask` is asked again, as often as there
    /// are targets known. An error becomes a [`Fault::NoTarget`](crate::Fault::NoTarget) with its
    /// words. The policy and the bound of ejections are not asked. Of the targets named so far 1024
    /// are known; beyond that those without a call in flight that are in are forgotten.
    ///
    /// ```
    /// use dyno::balance::{Balancer, Tried};
    ///
    /// fn nearest() -> Result<(&'static str, &'static str), std::io::Error> {
    ///     Ok(("http", "10.0.0.7:8080"))
    /// }
    /// static PRICES: Balancer = Balancer::by("prices", &nearest);
    ///
    /// let pick = PRICES.pick(&Tried::new()).expect("a target");
    /// assert_eq!(pick.target().url(), "http://10.0.0.7:8080");
    /// ```
    ///
    /// # Panics
    /// When the name is empty; in a `static`, at compile time.
    #[must_use]
    #[track_caller]
    pub const fn by(name: &'static str, ask: &'static dyn Ask) -> Self {
        Self::made(Label::Name(name, Location::caller()), Source::Static(ask))
    }

    /// The same with a closure that holds something.
    ///
    /// # Panics
    /// When the name is empty.
    #[must_use]
    #[track_caller]
    pub fn from_fn(name: &'static str, ask: impl Ask + 'static) -> Self {
        Self::made(Label::Name(name, Location::caller()), Source::Boxed(Box::new(ask)))
    }

    /// Picks one of the addresses of a host: `http://prices.internal:80`.
    ///
    /// The first pick waits for the resolver, on a thread of its own and no longer than the deadline
    /// in force: an async function with the attribute and a [`Service`](crate::service::Service) in a task
    /// wait without blocking the thread, a pick by hand blocks it. [`resolve`](Self::resolve) and
    /// [`resolve_async`](Self::resolve_async) do it beforehand. On a [frozen](crate::clock::freeze)
    /// clock waiting moves no time, as the resolver is at work elsewhere; a task's time-out around it
    /// does, so a test of that resolves beforehand, or has a [manual](crate::clock::Frozen::manual)
    /// clock. Addresses older than the
    /// [`ttl`](Self::ttl) are resolved again while calls go on with what is known. When that fails
    /// they stay.
    ///
    /// # Panics
    /// When the name is empty; in a `static`, at compile time.
    #[must_use]
    #[track_caller]
    pub const fn dns(name: &'static str, url: &'static str) -> Self {
        Self::made(Label::Name(name, Location::caller()), Source::Dns(url))
    }

    #[track_caller]
    const fn made(label: Label, source: Source) -> Self {
        if let Label::Name(name, _) = label {
            assert!(!name.is_empty(), "balance: the name is empty: nobody could ask for it");
        }
        Self {
            label,
            source,
            given: Given::new(),
            table: ArcSwapOption::const_empty(),
            changing: Mutex::new(()),
            turn: AtomicU64::new(0),
            resolving: Resolving::new(),
            listed: Listed::not_yet(),
        }
    }

    /// Which target is picked. Default: [`Policy::P2c`].
    #[must_use]
    pub const fn policy(mut self, policy: Policy) -> Self {
        self.given.policy = policy;
        self
    }

    /// When the breaker of a target opens, and for how long. Default: that of
    /// [`Breaker`](crate::breaker::Breaker).
    #[must_use]
    pub const fn breaker(mut self, settings: Settings) -> Self {
        self.given.breaker = settings;
        self
    }

    /// The share of the targets that may be passed over at a time, rounded down, but always one.
    /// Beyond that those whose breakers open are called all the same, unless they all are: then
    /// nobody is. Default 0.5.
    ///
    /// # Panics
    /// When `share` is not in 0 to 1; in a `static`, at compile time.
    #[must_use]
    #[track_caller]
    pub const fn max_ejected(mut self, share: f64) -> Self {
        assert!(
            0.0 <= share && share <= 1.0,
            "balance: `max_ejected` must be at least 0 and at most 1 (100%)"
        );
        self.given.max_ejected = share;
        self
    }

    /// For how long a target that is back gets less than its share: from a tenth, growing evenly.
    /// Zero: all of it at once. Default 10 s. One that was let back by
    /// [stages](crate::breaker::Settings::recover) has all of it after them.
    #[must_use]
    pub const fn slow_start(mut self, time: Duration) -> Self {
        self.given.slow_start = nanos(time);
        self
    }

    /// In what time a latency that is over counts for 1/e (37 %) only. Default 10 s.
    ///
    /// # Panics
    /// When `time` is zero; in a `static`, at compile time.
    #[must_use]
    #[track_caller]
    pub const fn decay(mut self, time: Duration) -> Self {
        assert!(
            !time.is_zero(),
            "balance: `decay` must be above zero, else no latency ever counts"
        );
        self.given.decay = time;
        self
    }

    /// How old addresses that were [resolved](Self::dns) may be. Default 30 s.
    ///
    /// # Panics
    /// When `ttl` is zero, or nothing is resolved; in a `static`, at compile time.
    #[must_use]
    #[track_caller]
    pub const fn ttl(mut self, ttl: Duration) -> Self {
        assert!(!ttl.is_zero(), "balance: `ttl` must be above zero, else each pick resolves");
        assert!(
            self.resolves(),
            "balance: `ttl` is for addresses that are resolved, and these targets are given: make it by `Balancer::dns`"
        );
        self.given.ttl = ttl;
        self
    }

    /// Who finds the addresses of a host, in place of that of the system.
    ///
    /// # Panics
    /// When nothing is [resolved](Self::dns); in a `static`, at compile time.
    #[must_use]
    #[track_caller]
    pub const fn resolver(mut self, resolver: Resolver) -> Self {
        assert!(
            self.resolves(),
            "balance: `resolver` is for a host that is resolved, and these targets are given: make it by `Balancer::dns`"
        );
        self.given.resolver = resolver;
        self
    }

    const fn resolves(&self) -> bool {
        matches!(self.source, Source::Dns(_))
    }
}
