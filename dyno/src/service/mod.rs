//! A call to another service, written as a single attempt, made fault tolerant in one place.
//!
//! A [`Service`] is all that such a call goes through, in one fixed order: how long it may take, how
//! often it is tried, when it is not made at all, and what is counted. It is what
//! [`#[service]`](macro@crate::service) is in a value: one for many functions, known by its name.
//!
//! ```
//! use std::time::Duration;
//! use dyno::breaker::Settings;
//! use dyno::retry::Retry;
//! use dyno::service::Service;
//! # use std::io;
//! # let frozen = dyno::clock::freeze();
//! # let mut wire = vec![Ok(995), Err(io::Error::other("connection reset"))];
//! # let mut ask = |_sku: &str, _key: dyno::service::IdempotencyKey| wire.pop().unwrap();
//!
//! static PRICING: Service = Service::builder("pricing")
//!     .timeout(Duration::from_millis(250))
//!     .retry(Retry::new(3).backoff(Duration::from_millis(5)..Duration::from_millis(50)))
//!     .budget(0.2)
//!     .breaker(Settings::new().fail_max(5).reset_timeout(Duration::from_secs(15)))
//!     .bulkhead(10)
//!     .metrics()
//!     .build();
//!
//! // A single attempt: it knows which one it is, how long it has, and a key for all of them.
//! let price: Result<u32, io::Error> = PRICING.call(|call| ask("sku-1", call.idempotency_key()));
//! assert_eq!(price.unwrap(), 995);
//!
//! println!("{}", PRICING.snapshot());
//! // pricing
//! //   timeout: 250ms
//! //   retry: 3 attempts, pauses 5ms..50ms by 2 with jitter Full, budget 99.2 of 100 (0 refused)
//! //   breaker: closed, 0 failures of 5 in a row
//! //   bulkhead: 0 of 10 in flight, 0 waiting
//! //   calls: 1 succeeded, 0 failed, 0 rejected, 0 in flight
//! # assert_eq!(PRICING.snapshot().metrics.unwrap().total.successes, 1);
//! ```

#![doc = include_str!("../../docs/service_module.md")]

mod at;
mod build;
mod call;
mod check;
mod defaults;
mod end;
mod engine;
mod explain;
mod failure;
mod given;
mod judge;
mod key;
#[cfg(any(feature = "http", feature = "tower"))]
mod layered;
mod layers;
mod limits;
mod made;
mod named;
mod snapshot;
mod with;

use std::fmt;
use std::panic::Location;

pub use self::at::At;
pub use self::build::Builder;
pub use self::call::Call;
pub use self::explain::explain;
pub use self::failure::Failure;
#[doc(hidden)]
pub use self::failure::{ByError, ByLocal, ByText, ByThread};
#[cfg(feature = "http")]
pub(crate) use self::judge::ByItself;
#[cfg(any(feature = "http", feature = "tower"))]
pub(crate) use self::judge::Judge;
pub use self::key::IdempotencyKey;
#[doc(hidden)]
pub use self::layers::Place;
#[doc(hidden)]
pub use self::named::SharedService;
pub use self::named::{all, named};
pub use self::snapshot::{Snapshot, TargetSnapshot};
pub use self::with::With;

use self::layers::{Breaking, Pacing, Placing};
use crate::harness::Harness;
use crate::metrics::Metrics;
use crate::outcome::{Outcome, Refuse};
use crate::retry::{Budget, Retry};
use crate::shared::Listed;

/// What a call to another service goes through: made once, called by many.
///
/// Its [builder](Builder) is `const`, so it can be a `static`. All calls of one service share its
/// breaker, its places, its rate, its budget and its counters, whatever they call.
pub struct Service {
    given: Builder,
    retry: Retry,
    budget: Option<Budget>,
    breaker: Breaking,
    bulkhead: Placing,
    rate: Pacing,
    metrics: Option<Metrics>,
    harness: Option<Harness>,
    listed: Listed,
}

impl Service {
    /// One that has no policy yet. Its name is that of its policies, in faults, metrics and reports.
    ///
    /// # Panics
    /// When the name is empty; in a `static`, at compile time.
    #[track_caller]
    pub const fn builder(name: &'static str) -> Builder {
        Builder::new(name)
    }

    /// One with the set that a bare `#[service]` stands for: see [`Builder::defaults`].
    ///
    /// # Panics
    /// When the name is empty; in a `static`, at compile time.
    #[track_caller]
    pub const fn defaults(name: &'static str) -> Builder {
        Builder::new(name).defaults()
    }

    /// Calls `f`, once for each attempt, and returns what it gave, or what dyno
    /// [refuses](Refuse::refuse) with.
    ///
    /// On this thread: it is blocked while the call waits for its turn, its place, or a pause. Of the
    /// error an attempt gives is read whether dyno itself had spoken further in, and its words:
    /// [`Failure`] tells of which errors that can be.
    ///
    /// ```
    /// # use dyno::service::Service;
    /// static STOCK: Service = Service::defaults("stock").build();
    ///
    /// fn stock(sku: &str) -> Result<u32, std::io::Error> {
    ///     STOCK.call(|_call| Ok(sku.len() as u32)) // one attempt
    /// }
    /// assert_eq!(stock("sku-1").unwrap(), 5);
    /// ```
    ///
    /// # Panics
    /// When `f` does: that is a failure of the dependency, goes on unchanged, and leaves nothing
    /// behind. When the service keeps its state [by target](Builder::per_target) and has no balancer,
    /// or makes its calls on a [pool](Builder::pool).
    #[inline]
    pub fn call<R, By>(&self, f: impl FnMut(&Call) -> R) -> R
    where
        R: Outcome<Failure: Failure<By>> + Refuse,
    {
        self.with().call(f)
    }

    /// The same on the [pool](Builder::pool) of the service.
    ///
    /// A call of its own, as what it calls goes to another thread: `f` is `'static`, and shared by the
    /// attempts, of which one that was late may still be at work when the next one is made.
    ///
    /// # Panics
    /// When the service has no pool, and as [`call`](Self::call).
    pub fn call_on_pool<R, By>(&self, f: impl Fn(&Call) -> R + Send + Sync + 'static) -> R
    where
        R: Outcome<Failure: Failure<By>> + Refuse + Send + 'static,
    {
        self.with().call_on_pool(f)
    }

    /// The same in a task, which waits without blocking its thread; what is late is dropped.
    ///
    /// The future is `Send` when those of `f` are. Dropping it ends the call: whatever it held is given
    /// back, and it counts as cancelled.
    ///
    /// ```
    /// # use dyno::service::Service;
    /// # async fn ask(host: &str, sku: &str) -> Result<u32, std::io::Error> { Ok(995) }
    /// static PRICING: Service = Service::defaults("pricing").build();
    ///
    /// async fn price(host: &str, sku: &str) -> Result<u32, std::io::Error> {
    ///     PRICING.call_async(async |_call| ask(host, sku).await).await
    /// }
    /// # fn is_send<F: Send>(_: F) {}
    /// is_send(price("10.0.0.1", "sku-1")); // so it can be spawned
    /// ```
    // Not `AsyncFnMut(&Call)`: its future is not known to be `Send` once the block borrows anything.
    pub fn call_async<R, By, F>(&self, f: impl FnMut(Call) -> F) -> impl Future<Output = R>
    where
        R: Outcome<Failure: Failure<By>> + Refuse,
        F: Future<Output = R>,
    {
        self.with().call_async(f)
    }

    /// The same as [`call`](Self::call) for a target, or for the key of one, such as a host: with its
    /// breaker and its places, where the service has them [per target](Builder::per_target). With a
    /// balancer a text is the key of a caller, whose calls go to the same target.
    ///
    /// ```
    /// # use dyno::breaker::Settings;
    /// # use dyno::service::Service;
    /// static FETCH: Service =
    ///     Service::builder("fetch").breaker(Settings::new().fail_max(1)).per_target().build();
    ///
    /// let fetch = |host: &str| FETCH.call_at(host, |_| (host != "down.example").then_some("hello"));
    /// assert_eq!((fetch("down.example"), fetch("up.example")), (None, Some("hello")));
    /// ```
    ///
    /// # Panics
    /// As [`call`](Self::call), when the service has the same state for all targets, and when it has a
    /// balancer, which chooses the target itself, and is given one that is no text.
    #[inline]
    pub fn call_at<'a, R, By>(&'a self, target: impl Into<At<'a>>, f: impl FnMut(&Call) -> R) -> R
    where
        R: Outcome<Failure: Failure<By>> + Refuse,
    {
        self.at(target).call(f)
    }

    /// The same as [`call_async`](Self::call_async) for a target.
    ///
    /// # Panics
    /// As [`call_at`](Self::call_at).
    pub fn call_async_at<'a, R, By, F>(
        &'a self,
        target: impl Into<At<'a>>,
        f: impl FnMut(Call) -> F,
    ) -> impl Future<Output = R>
    where
        R: Outcome<Failure: Failure<By>> + Refuse,
        F: Future<Output = R>,
    {
        self.at(target).call_async(f)
    }

    /// Its name.
    #[inline]
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.given.name
    }

    /// Where it is defined.
    #[must_use]
    pub const fn location(&self) -> &'static Location<'static> {
        self.given.at
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Service({})", self.name())
    }
}
