//! Making a service: what is said of it.

use std::fmt;
use std::panic::Location;
use std::time::Duration;

use super::{Service, check};
use crate::balance::Balancer;
use crate::breaker::{self, Breaker};
use crate::limit::{Bulkhead, Rate};
use crate::pool::Pool;
use crate::retry::Retry;

/// A service that is being made.
///
/// All of it is `const`, so that services can be statics; what contradicts itself, or can do nothing,
/// is a compile error there, and a panic elsewhere.
///
/// ```
/// use std::time::Duration;
/// use dyno::breaker::Settings;
/// use dyno::retry::Retry;
/// use dyno::service::Service;
///
/// const MS: fn(u64) -> Duration = Duration::from_millis;
/// static PRICING: Service = Service::builder("pricing")
///     .timeout(Duration::from_millis(250))
///     .retry(Retry::new(3).delay(Duration::from_millis(5)))
///     .breaker(Settings::new().fail_max(5).reset_timeout(Duration::from_secs(15)))
///     .bulkhead(10)
///     .metrics()
///     .build();
/// # let price: Option<u32> = PRICING.call(|_| Some(995));
/// # assert_eq!((price, MS(1)), (Some(995), Duration::from_millis(1)));
/// ```
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

/// By which breaker.
#[derive(Clone, Copy)]
pub(super) enum Guard {
    None,
    /// That of the default set, which gives way to a balancer.
    Default(breaker::Settings),
    Own(breaker::Settings),
    Shared(&'static Breaker),
}

/// In which bulkhead.
#[derive(Clone, Copy)]
pub(super) enum Places {
    None,
    Own { limit: u32, wait: Option<Duration>, queue: Option<u32> },
    Shared(&'static Bulkhead),
}

/// At which rate.
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

    /// All attempts and pauses together take no longer than that. Default: no limit; in the
    /// [default set](Service::defaults) 5 s.
    ///
    /// In a task what is late is dropped, and the attempt under way counts as a failure; on a thread
    /// nobody can end it, and what it returns late is returned: see
    /// [`Timeout::run`](crate::timeout::Timeout::run).
    ///
    /// # Panics
    /// When it is zero; in a `static`, at compile time. So do all that follow.
    #[track_caller]
    pub const fn timeout(mut self, limit: Duration) -> Self {
        check::above_zero(
            limit,
            "service: `timeout` must be above zero: leave it out for no limit",
        );
        self.timeout = Some(limit);
        self
    }

    /// A limit further out than all else, metrics included: what it ends counts as cancelled.
    ///
    /// # Panics
    /// When it is zero.
    #[track_caller]
    pub const fn deadline(mut self, limit: Duration) -> Self {
        check::above_zero(
            limit,
            "service: `deadline` must be above zero: leave it out for no limit",
        );
        self.deadline = Some(limit);
        self
    }

    /// A single attempt takes no longer than that. Default: no limit.
    ///
    /// # Panics
    /// When it is zero.
    #[track_caller]
    pub const fn attempt_timeout(mut self, limit: Duration) -> Self {
        check::above_zero(
            limit,
            "service: `attempt_timeout` must be above zero: leave it out for no limit",
        );
        self.attempt_timeout = Some(limit);
        self
    }

    /// Tries again what fails. Default: a single attempt; in the [default set](Service::defaults)
    /// 4 in all, with pauses of up to 50 ms that grow to 1 s.
    ///
    /// # Panics
    /// When it is for a single attempt.
    #[track_caller]
    pub const fn retry(mut self, retry: Retry) -> Self {
        assert!(
            retry.most() > 1,
            "service: one attempt in all is no retry: give at least 2, or leave `retry` out"
        );
        self.retry = Some(retry);
        self
    }

    /// The share of the calls that may be tried again, such as 0.2: a
    /// [budget](crate::retry::Budget) of the service's own. In the [default set](Service::defaults)
    /// 20 %.
    ///
    /// # Panics
    /// When it is not from 0.0001 to 1.
    #[track_caller]
    pub const fn budget(mut self, share: f64) -> Self {
        assert!(
            share >= 0.0001 && share <= 1.0,
            "service: `budget` must be from 0.0001 to 1: it is a share of the calls"
        );
        self.budget = Some(share);
        self
    }

    /// Tries again also what a time limit has ended. Default: it is not, as it may have been done all
    /// the same (so it is in dace).
    pub const fn retry_on_timeout(mut self) -> Self {
        self.retry_on_timeout = true;
        self
    }

    /// No retries: what the [default set](Service::defaults) says of them is taken back.
    pub const fn no_retry(mut self) -> Self {
        (self.retry, self.budget) = (None, None);
        self
    }

    /// Does not call what keeps failing. In the [default set](Service::defaults) 5 failures in a row
    /// open it, for 10 s.
    pub const fn breaker(mut self, settings: breaker::Settings) -> Self {
        self.breaker = Guard::Own(settings);
        self
    }

    /// The same, by a breaker that others share.
    pub const fn breaker_of(mut self, breaker: &'static Breaker) -> Self {
        self.breaker = Guard::Shared(breaker);
        self
    }

    /// Calls also what keeps failing: what the [default set](Service::defaults) says of it is taken
    /// back.
    pub const fn no_breaker(mut self) -> Self {
        self.breaker = Guard::None;
        self
    }

    /// A success that took longer counts against the circuit, and is returned all the same. Default:
    /// however long it takes.
    ///
    /// # Panics
    /// When it is zero.
    #[track_caller]
    pub const fn expected_in(mut self, limit: Duration) -> Self {
        check::above_zero(
            limit,
            "service: `expected_in` must be above zero, else every success is too slow",
        );
        self.expected_in = Some(limit);
        self
    }

    /// No more than so many attempts at a time; the next one is refused at once. In the
    /// [default set](Service::defaults) 10.
    ///
    /// # Panics
    /// When it is 0.
    #[track_caller]
    pub const fn bulkhead(mut self, limit: u32) -> Self {
        assert!(limit != 0, "service: `bulkhead` must be at least 1, else no call ever passes");
        self.bulkhead = Places::Own { limit, wait: None, queue: None };
        self
    }

    /// The next one waits so long for its place: see [`Bulkhead::wait`].
    ///
    /// # Panics
    /// When it is zero, or there is no [`bulkhead`](Self::bulkhead) before it.
    #[track_caller]
    pub const fn bulkhead_wait(mut self, wait: Duration) -> Self {
        check::above_zero(
            wait,
            "service: `bulkhead_wait` must be above zero: leave it out, and calls are turned away at \
             once",
        );
        let Places::Own { limit, queue, .. } = self.bulkhead else {
            panic!("service: `bulkhead_wait` is of a bulkhead: give `bulkhead` before it")
        };
        self.bulkhead = Places::Own { limit, wait: Some(wait), queue };
        self
    }

    /// So many wait at most: see [`Bulkhead::queue`].
    ///
    /// # Panics
    /// When it is 0, or there is no [`bulkhead_wait`](Self::bulkhead_wait) before it.
    #[track_caller]
    pub const fn bulkhead_queue(mut self, queue: u32) -> Self {
        assert!(
            queue != 0,
            "service: `bulkhead_queue` must be at least 1: leave out `bulkhead_wait`, and no call waits"
        );
        let Places::Own { limit, wait: Some(wait), .. } = self.bulkhead else {
            panic!("service: `bulkhead_queue` is of those who wait: give `bulkhead_wait` before it")
        };
        self.bulkhead = Places::Own { limit, wait: Some(wait), queue: Some(queue) };
        self
    }

    /// A bulkhead that others share.
    pub const fn bulkhead_of(mut self, bulkhead: &'static Bulkhead) -> Self {
        self.bulkhead = Places::Shared(bulkhead);
        self
    }

    /// As many at a time as there are: what the [default set](Service::defaults) says of it is taken
    /// back.
    pub const fn no_bulkhead(mut self) -> Self {
        self.bulkhead = Places::None;
        self
    }

    /// No more than so many calls in so long: see [`Rate`]. Default: no limit.
    ///
    /// # Panics
    /// When `calls` is 0 or `per` is zero.
    #[track_caller]
    pub const fn rate(mut self, calls: u32, per: Duration) -> Self {
        assert!(calls != 0, "service: `rate` must be of at least 1 call, else no call ever passes");
        check::above_zero(per, "service: `rate` must be in more than no time");
        self.rate = Pace::Own { calls, per, burst: None, wait: None };
        self
    }

    /// So many of them may come at once: see [`Rate::burst`].
    ///
    /// # Panics
    /// When it is 0, or there is no [`rate`](Self::rate) before it.
    #[track_caller]
    pub const fn rate_burst(mut self, burst: u32) -> Self {
        assert!(burst != 0, "service: `rate_burst` must be at least 1, else no call ever passes");
        let Pace::Own { calls, per, wait, .. } = self.rate else {
            panic!("service: `rate_burst` is of a rate: give `rate` before it")
        };
        self.rate = Pace::Own { calls, per, burst: Some(burst), wait };
        self
    }

    /// The next one waits so long for its turn: see [`Rate::wait`].
    ///
    /// # Panics
    /// When it is zero, or there is no [`rate`](Self::rate) before it.
    #[track_caller]
    pub const fn rate_wait(mut self, wait: Duration) -> Self {
        check::above_zero(
            wait,
            "service: `rate_wait` must be above zero: leave it out, and calls are turned away at once",
        );
        let Pace::Own { calls, per, burst, .. } = self.rate else {
            panic!("service: `rate_wait` is of a rate: give `rate` before it")
        };
        self.rate = Pace::Own { calls, per, burst, wait: Some(wait) };
        self
    }

    /// A rate that others share.
    pub const fn rate_of(mut self, rate: &'static Rate) -> Self {
        self.rate = Pace::Shared(rate);
        self
    }

    /// Chooses a target for each attempt; [`Call::target`](super::Call::target) tells it. Each target
    /// has a breaker there, by the settings of the balancer.
    pub const fn balance(mut self, balancer: &'static Balancer) -> Self {
        self.balance = Some(balancer);
        self
    }

    /// A breaker and a bulkhead for each target, so that one that is down or slow does not take the
    /// others along: they are told apart by what [`Service::call_at`] is given, or by what a
    /// [balancer](Self::balance) chooses.
    pub const fn per_target(mut self) -> Self {
        self.per_target = true;
        self
    }

    /// For so many targets state is kept at most: 1024. See [`Keyed`](crate::breaker::Keyed).
    ///
    /// # Panics
    /// When it is 0.
    #[track_caller]
    pub const fn targets(mut self, targets: u32) -> Self {
        assert!(targets != 0, "service: `targets` must be at least 1, else no state is ever kept");
        self.targets = Some(targets);
        self
    }

    /// Calls that block are made on this pool, by [`Service::call_on_pool`].
    pub const fn pool(mut self, pool: &'static Pool) -> Self {
        self.pool = Some(pool);
        self
    }

    /// Counts the calls under the name of the service. It does in the
    /// [default set](Service::defaults).
    pub const fn metrics(mut self) -> Self {
        self.metrics = true;
        self
    }

    /// Counts nothing: what the [default set](Service::defaults) says of it is taken back.
    pub const fn no_metrics(mut self) -> Self {
        self.metrics = false;
        self
    }

    /// Makes every call a span of the [recording](crate::timing) in force.
    pub const fn timing(mut self) -> Self {
        self.timing = true;
        self
    }

    /// Reports what fails under the name of the service: see [`harness`](crate::harness).
    pub const fn harness(mut self) -> Self {
        self.harness = true;
        self
    }

    /// The service.
    ///
    /// # Panics
    /// When what is said contradicts itself or can do nothing; in a `static`, at compile time.
    #[must_use]
    #[track_caller]
    pub const fn build(self) -> Service {
        check::all(&self);
        Service::made(self)
    }

    /// The one that all share who ask for it by this name: `#[service("…")]`,
    /// [`named`](super::named). It is made once, for the life of the program.
    ///
    /// # Panics
    /// As [`build`](Self::build), and when it is defined elsewhere otherwise.
    #[track_caller]
    pub fn share(self) -> &'static Service {
        check::all(&self);
        super::named::share(self)
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Builder({})", self.name)
    }
}
