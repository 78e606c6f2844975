//! Making a service: what is said of it.

use std::fmt;
use std::panic::Location;
use std::time::Duration;

use super::given::{Guard, Pace, Places};
use super::{Service, check};
use crate::balance::Balancer;
use crate::breaker::{self, Breaker};
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
#[expect(clippy::struct_excessive_bools, reason = "each is said for itself")]
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
    /// Past the breakers of the balancer's targets.
    pub(super) unguarded: bool,
    pub(super) per_target: bool,
    pub(super) targets: Option<u32>,
    pub(super) pool: Option<&'static Pool>,
    pub(super) metrics: bool,
    pub(super) timing: bool,
    pub(super) harness: bool,
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
            unguarded: false,
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

    /// Chooses a target for each attempt; [`Call::target`](super::Call::target) tells it. Each target
    /// has a breaker there, by the settings of the balancer.
    pub const fn balance(mut self, balancer: &'static Balancer) -> Self {
        self.balance = Some(balancer);
        self
    }

    /// The breakers of the balancer's targets are neither asked nor told.
    #[cfg(feature = "http")]
    pub(crate) const fn unguarded(mut self) -> Self {
        self.unguarded = true;
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

    /// Makes every call a span of the [recording](mod@crate::timing) in force.
    pub const fn timing(mut self) -> Self {
        self.timing = true;
        self
    }

    /// Reports what fails under the name of the service: see [`harness`](mod@crate::harness).
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
        Service::made(&self)
    }

    /// The one that all share who ask for it by this name: `#[service("…")]`,
    /// [`named`](super::named). It is made once, for the life of the program.
    ///
    /// # Panics
    /// As [`build`](Self::build), and when it is defined elsewhere otherwise.
    #[track_caller]
    pub fn share(self) -> &'static Service {
        check::all(&self);
        super::named::share(&self)
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Builder({})", self.name)
    }
}
