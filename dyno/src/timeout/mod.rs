//! Waiting no longer than so long.
//!
//! `#[timeout(250ms)]` on a function, or [`timeout(limit)`](timeout) around a block, ends what is
//! late where it can be ended: a future is dropped, a function is asked to be in time, and one on
//! dyno's pool is left there. The limit is a [`Deadline`](crate::Deadline) for all that is called
//! within; of several the soonest holds, and the point whose limit it was tells of it.
//!
//! ```
//! use std::time::Duration;
//! use dyno::{Deadline, clock, timeout::timeout};
//!
//! # let frozen = clock::freeze();
//! let limit = timeout(Duration::from_millis(250)).named("catalogue");
//! let left = limit.run(|| Deadline::current().map(Deadline::remaining))?;
//! assert_eq!(left, Some(Duration::from_millis(250)));
//!
//! let late = limit.run_on_pool(|| clock::sleep(Duration::from_secs(2))); // it hangs
//! assert!(late.unwrap_err().is_timed_out());
//! # Ok::<(), dyno::Fault>(())
//! ```

mod limited;
#[cfg(all(test, feature = "tokio"))]
mod paused;
#[cfg(feature = "pool")]
mod pooled;
mod span;
mod timed;
mod who;

use std::future::Future;
use std::panic::Location;
#[cfg(feature = "service")]
use std::pin::Pin;
use std::time::Duration;

#[doc(hidden)]
pub use limited::{Late, Limited, attempted, limited_here, limited_if, limited_whole};
#[cfg(feature = "pool")]
pub use pooled::{Abandoned, abandoned};
#[cfg(feature = "pool")]
#[doc(hidden)]
pub use pooled::{on_named_pool, on_pool};
#[doc(hidden)]
pub use timed::Timed;

#[cfg(feature = "tower")]
pub(crate) use limited::Limit;
use who::Who;
#[cfg(feature = "tower")]
pub(crate) use who::Who as Whose;

use crate::fault::Fault;

/// How long a call may take.
///
/// ```
/// use std::time::Duration;
/// use dyno::timeout::Timeout;
/// const PATIENCE: Timeout = Timeout::new(Duration::from_millis(250)).named("catalogue");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a time-out does nothing until it is run"]
pub struct Timeout {
    limit: Duration,
    name: Option<&'static str>,
}

/// A time-out of `limit`.
///
/// # Panics
/// When `limit` is zero.
#[inline]
pub const fn timeout(limit: Duration) -> Timeout {
    Timeout::new(limit)
}

impl Timeout {
    /// A time-out of `limit`.
    ///
    /// # Panics
    /// When `limit` is zero; in a constant, at compile time.
    #[inline]
    pub const fn new(limit: Duration) -> Self {
        let _nanos = checked(limit);
        Self { limit, name: None }
    }

    /// Faults and events are told under this name, and not under the file and line of the run.
    #[inline]
    pub const fn named(mut self, name: &'static str) -> Self {
        self.name = Some(name);
        self
    }

    /// `future`, which is dropped when it has not ended within the limit.
    ///
    /// No clock is read before it first waits: the time that it computes before does not count,
    /// unless something in it asks for the [deadline](crate::Deadline), with which the limit
    /// begins, too. A result that is there wins, however late it is looked at. A deadline that is
    /// sooner than the limit ends it as well; where it is the limit of a time-out further out, that
    /// one tells of it.
    ///
    /// What this returns is larger than `future` by as much again and some 200 bytes.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use dyno::{Fault, timeout::timeout};
    /// # async fn ping(host: &str) -> u8 { 1 }
    /// # async fn demo(host: &str) -> Result<u8, Fault> {
    /// timeout(Duration::from_millis(250)).run_async(ping(host)).await
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Fault::TimedOut`] when it was late, and [`DeadlineSpent`](crate::Reason::DeadlineSpent) when
    /// the deadline in force had passed before it was first polled: it is not polled then.
    #[track_caller]
    pub fn run_async<F: Future>(self, future: F) -> impl Future<Output = Result<F::Output, Fault>> {
        let who = self.who(Location::caller());
        limited::within(who, checked(self.limit), future)
    }

    /// Runs `f` with the [deadline](crate::Deadline) that the limit makes.
    ///
    /// A function cannot be ended from outside: what it calls may ask for the deadline, dyno's
    /// policies do, and a long computation asks [`Deadline::check`](crate::Deadline::check). What
    /// it returns late is returned all the same; observers hear of it as
    /// [`Event::Late`](crate::point::Event::Late).
    ///
    /// # Errors
    /// The deadline in force here had passed: rejected with [`DeadlineSpent`](crate::Reason::DeadlineSpent).
    #[track_caller]
    pub fn run<T>(self, f: impl FnOnce() -> T) -> Result<T, Fault> {
        let timed = Timed::start(self.who(Location::caller()), self.limit)?;
        let output = f();
        Timed::end(timed);
        Ok(output)
    }

    /// Runs `f` on a thread of dyno's pool, and waits no longer for it than the limit.
    ///
    /// It runs in the [`Scope`](crate::Scope) that is in force here, its deadline included. For a
    /// thread it waits as well, and no longer. On a frozen clock waiting moves no time: what `f`
    /// sleeps does, and the test.
    ///
    /// # Errors
    /// [`Fault::TimedOut`] when it was late: it goes on to its end, where its result is dropped, and
    /// is counted by [`abandoned`]. Rejected with [`BulkheadFull`](crate::Reason::BulkheadFull) when
    /// no thread was to be had within the limit, and with
    /// [`DeadlineSpent`](crate::Reason::DeadlineSpent) when the deadline in force here had passed: it
    /// is not run then.
    ///
    /// # Panics
    /// With what `f` panics with.
    #[cfg(feature = "pool")]
    #[track_caller]
    pub fn run_on_pool<T: Send + 'static>(
        self,
        f: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Fault> {
        pooled::run(self.who(Location::caller()), self.limit, f)
    }

    /// The same on a [`Pool`](crate::pool::Pool) of your own.
    ///
    /// # Errors
    /// As for [`run_on_pool`](Self::run_on_pool); what that pool has no thread for is rejected under
    /// its name, at once when as many calls wait as may.
    ///
    /// # Panics
    /// With what `f` panics with.
    #[cfg(feature = "pool")]
    #[track_caller]
    pub fn run_on<T: Send + 'static>(
        self,
        pool: &'static crate::pool::Pool,
        f: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Fault> {
        pooled::run_on(self.who(Location::caller()), pool, Some(self.limit), f)
    }

    const fn who(self, at: &'static Location<'static>) -> Who {
        match self.name {
            Some(name) => Who::Name(name),
            None => Who::Place(at),
        }
    }
}

/// A whole call of a service, and one attempt of it: see [`limited_whole`] and [`attempted`].
#[cfg(feature = "service")]
#[inline]
pub(crate) fn whole_named<'f, F: Future>(
    name: &'static str,
    limit: Option<Duration>,
    future: Pin<&'f mut F>,
) -> Limited<'f, F> {
    limited::whole(Who::Name(name), limit, future)
}

/// A limit that is further out than all of it.
#[cfg(feature = "service")]
#[inline]
pub(crate) fn limit_named<'f, F: Future>(
    name: &'static str,
    limit: Duration,
    future: Pin<&'f mut F>,
) -> Limited<'f, F> {
    limited::limited(Who::Name(name), limit, future)
}

#[cfg(feature = "service")]
#[inline]
pub(crate) fn attempt_named<'f, F: Future>(
    name: &'static str,
    limit: Option<Duration>,
    future: Pin<&'f mut F>,
) -> Limited<'f, F> {
    limited::attempt(Who::Name(name), limit, future)
}

/// In nanoseconds; 584 years are as good as for ever.
#[inline]
pub(crate) const fn checked(limit: Duration) -> u64 {
    assert!(
        !limit.is_zero(),
        "timeout: `limit` must be above zero: leave the time-out out for no limit"
    );
    limit.as_secs().saturating_mul(1_000_000_000).saturating_add(limit.subsec_nanos() as u64)
}
