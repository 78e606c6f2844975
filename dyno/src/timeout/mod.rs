//! Not to wait for ever.
//!
//! ```
//! use std::time::Duration;
//! use dyno::timeout::timeout;
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
use std::time::Duration;

#[doc(hidden)]
pub use limited::{Late, Limited, limited, limited_here};
#[cfg(feature = "pool")]
#[doc(hidden)]
pub use pooled::on_pool;
#[cfg(feature = "pool")]
pub use pooled::{Abandoned, abandoned};
#[doc(hidden)]
pub use timed::Timed;

use who::Who;

use crate::clock::{self, Instant};
use crate::fault::{Fault, Reason};

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
    /// # Errors
    /// [`Fault::TimedOut`] when it was late, and [`Reason::DeadlineSpent`] when the deadline in
    /// force had passed before it was first polled: it is not polled then.
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
    /// The deadline in force here had passed: rejected with [`Reason::DeadlineSpent`].
    #[track_caller]
    pub fn run<T>(self, f: impl FnOnce() -> T) -> Result<T, Fault> {
        let timed = Timed::start(self.who(Location::caller()), self.limit)?;
        let output = f();
        Timed::end(timed);
        Ok(output)
    }

    /// Runs `f` on a thread of dyno's pool, and waits no longer for it than the limit.
    ///
    /// # Errors
    /// [`Fault::TimedOut`] when it was late: it goes on to its end, where its result is dropped, and
    /// is counted by [`abandoned`]. Rejected with [`Reason::BulkheadFull`] when no thread was to be
    /// had within the limit, and with [`Reason::DeadlineSpent`] when the deadline in force here had
    /// passed: it is not run then.
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

    const fn who(self, at: &'static Location<'static>) -> Who {
        match self.name {
            Some(name) => Who::Name(name),
            None => Who::Place(at),
        }
    }
}

/// In nanoseconds; 584 years are as good as for ever.
#[inline]
const fn checked(limit: Duration) -> u64 {
    assert!(
        !limit.is_zero(),
        "timeout: `limit` must be above zero: leave the time-out out for no limit"
    );
    limit.as_secs().saturating_mul(1_000_000_000).saturating_add(limit.subsec_nanos() as u64)
}

fn refuse_spent(who: Who, at: Instant) -> Result<(), Fault> {
    if clock::now() >= at { Err(who.refuse(Reason::DeadlineSpent)) } else { Ok(()) }
}
