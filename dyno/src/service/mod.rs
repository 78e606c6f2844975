//! A call to another service, in one fixed order of policies.

mod at;
mod build;
mod call;
mod check;
mod defaults;
mod end;
mod engine;
mod failure;
mod judge;
mod key;
#[cfg(any(feature = "http", feature = "tower"))]
mod layered;
mod layers;
mod made;
mod named;
mod snapshot;
mod with;

use std::fmt;
use std::panic::Location;
use std::sync::atomic::AtomicBool;

pub use self::at::At;
pub use self::build::Builder;
pub use self::call::Call;
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
pub use self::snapshot::Snapshot;
pub use self::with::With;

use self::layers::{Breaking, Pacing, Placing};
use crate::harness::Harness;
use crate::metrics::Metrics;
use crate::outcome::{Outcome, Refuse};
use crate::retry::{Budget, Retry};

/// What a call to another service goes through: made once, called by many.
pub struct Service {
    given: Builder,
    retry: Retry,
    budget: Option<Budget>,
    breaker: Breaking,
    bulkhead: Placing,
    rate: Pacing,
    metrics: Option<Metrics>,
    harness: Option<Harness>,
    listed: AtomicBool,
}

impl Service {
    /// One that has no policy yet.
    #[track_caller]
    pub const fn builder(name: &'static str) -> Builder {
        Builder::new(name)
    }

    /// One with the set that a bare `#[service]` stands for.
    #[track_caller]
    pub const fn defaults(name: &'static str) -> Builder {
        Builder::new(name).defaults()
    }

    /// Calls `f`, once for each attempt.
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

    /// The same for an async `f`.
    pub fn call_async<R, By, F>(&self, f: impl FnMut(Call) -> F) -> impl Future<Output = R>
    where
        R: Outcome<Failure: Failure<By>> + Refuse,
        F: Future<Output = R>,
    {
        self.with().call_async(f)
    }

    /// The same as [`call`](Self::call) for a target.
    #[inline]
    pub fn call_at<'a, R, By>(&'a self, target: impl Into<At<'a>>, f: impl FnMut(&Call) -> R) -> R
    where
        R: Outcome<Failure: Failure<By>> + Refuse,
    {
        self.at(target).call(f)
    }

    /// The same as [`call_async`](Self::call_async) for a target.
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
