//! Until when a call is to be done.
//!
//! A deadline is ambient: set once, further out, it holds for everything that is called within, on
//! this thread or in this task, and goes along with [`dyno::spawn`](crate::spawn) and to the threads
//! that dyno itself waits for; a pool that outlives the call knows none. Policies ask it before they
//! wait: a retry starts no pause that it cannot finish, a limit turns away at once who would come too
//! late. Within a deadline another one can only be sooner.
//!
//! ```
//! use std::time::Duration;
//! use dyno::{Deadline, clock};
//!
//! let frozen = clock::freeze();
//! Deadline::within(Duration::from_millis(250), || {
//!     frozen.advance(Duration::from_millis(100));
//!     let left = Deadline::current().map(Deadline::remaining);
//!     assert_eq!(left, Some(Duration::from_millis(150)));
//! });
//! assert_eq!(Deadline::current(), None);
//! ```
//!
//! Over a wire goes what is left, not the moment, as clocks differ: `Display` and `FromStr` are the
//! header `grpc-timeout` of the gRPC protocol.

mod text;

use std::future::Future;
use std::time::Duration;

pub use text::ParseDeadlineError;
#[cfg(feature = "http")]
pub(crate) use text::text;

use crate::ambient::{self, Ambient};
use crate::clock::{self, Instant};
use crate::fault::Fault;
use crate::point::Name;

/// The header in which dyno's client and its layers hand a deadline on, unless told otherwise: its
/// value is that of `grpc-timeout`, what is left.
pub const HEADER: &str = "dyno-timeout";

/// A moment by which a call is to be done, on dyno's [clock].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Deadline(Instant);

impl Deadline {
    /// The deadline at this moment.
    #[must_use]
    pub const fn at(moment: Instant) -> Self {
        Self(moment)
    }

    /// The deadline `limit` from now.
    #[must_use]
    pub fn after(limit: Duration) -> Self {
        Self(clock::now() + limit)
    }

    /// The one in force here.
    #[inline]
    #[must_use]
    pub fn current() -> Option<Self> {
        ambient::deadline().map(Self)
    }

    /// What is left until the one in force here: the clock is read once.
    #[cfg(feature = "http")]
    pub(crate) fn left() -> Option<Duration> {
        if Ambient::current().is_none() {
            return None;
        }
        let now = clock::now();
        let at = ambient::begun_at(now).at()?;
        Some(at.duration_since(now))
    }

    /// Whether there is time left: for long computations, which nobody can stop from outside.
    ///
    /// # Errors
    /// The deadline in force here has passed: a rejection by `point` with
    /// [`Reason::DeadlineSpent`](crate::Reason::DeadlineSpent).
    #[inline]
    pub fn check(point: impl Into<Name>) -> Result<(), Fault> {
        match Self::current() {
            Some(deadline) => {
                let now = clock::now();
                if now < deadline.0 { Ok(()) } else { Err(Fault::spent(point, now - deadline.0)) }
            }
            None => Ok(()),
        }
    }

    /// The moment.
    #[must_use]
    pub const fn moment(self) -> Instant {
        self.0
    }

    /// How long it is until then; zero when it has passed.
    #[must_use]
    pub fn remaining(self) -> Duration {
        self.0.duration_since(clock::now())
    }

    /// `true` when it has passed.
    #[inline]
    #[must_use]
    pub fn is_spent(self) -> bool {
        clock::reached(self.0)
    }

    /// Runs `f` with the deadline `limit` from now, or with the one in force if that is sooner.
    pub fn within<R>(limit: Duration, f: impl FnOnce() -> R) -> R {
        Self::after(limit).run(f)
    }

    /// `future` with the deadline `limit` from now, or with the one in force if that is sooner.
    ///
    /// It ends nothing by itself: what is called within asks for it. [`timeout`](mod@crate::timeout)
    /// drops what is late.
    pub fn within_async<F: Future>(limit: Duration, future: F) -> impl Future<Output = F::Output> {
        Self::after(limit).run_async(future)
    }

    /// Runs `f` with this deadline, or with the one in force if that is sooner.
    pub fn run<R>(self, f: impl FnOnce() -> R) -> R {
        let _within = Ambient::until(self.0).enter();
        f()
    }

    /// `future` with this deadline whenever it is polled, or with one in force there if that is
    /// sooner.
    pub fn run_async<F: Future>(self, future: F) -> impl Future<Output = F::Output> {
        Ambient::until(self.0).carry(future)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::Scope;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn it_goes_along_to_threads_but_not_to_pools_that_stay() {
        let _frozen = clock::freeze();
        let deadline = Deadline::after(5 * MS);
        deadline.run(|| {
            let there = crate::spawn(Deadline::current).join().expect("it ends");
            assert_eq!(there, Some(deadline));
            assert_eq!(std::thread::spawn(Deadline::current).join().expect("it ends"), None);
            assert_eq!(Scope::empty().run(Deadline::current), Some(deadline), "it holds still");
        });
        assert!(Scope::current().run(Deadline::current).is_none());
    }

    #[test]
    fn a_spent_one_is_told() {
        let frozen = clock::freeze();
        Deadline::within(5 * MS, || {
            assert_eq!(Deadline::check("sum"), Ok(()));
            frozen.advance(5 * MS);
            let fault = Deadline::check("sum").expect_err("spent");
            assert_eq!(fault.to_string(), "sum: the deadline is spent");
        });
        assert_eq!(Deadline::check("sum"), Ok(()));
    }
}
