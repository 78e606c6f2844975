//! Leave to call, and the duty to say how it went.

use std::fmt;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use super::core::Refusal;
use super::word::UNWINDING;
use super::{Breaker, Report};
use crate::fault::Fault;
use crate::outcome::Verdict;

/// Leave to make one call; made by [`Breaker::acquire`].
///
/// Say how it went with [`record`](Self::record) or one of its short forms. A permit that is
/// dropped counts as ignored, as when a future is cancelled; one that is dropped by a panic that
/// began after it was given counts as a failure. A result that comes after the breaker has changed
/// its state decides nothing and counts nowhere.
#[must_use = "a permit that is dropped counts as an ignored call"]
pub struct Permit<'a> {
    breaker: &'a Breaker,
    pub(super) stamp: u64,
    /// When it was given, in nanoseconds, where that matters.
    pub(super) since: u64,
}

impl<'a> Permit<'a> {
    #[inline]
    pub(super) fn new(breaker: &'a Breaker, stamp: u64, since: u64) -> Self {
        let stamp = if thread::panicking() { stamp | UNWINDING } else { stamp };
        Self { breaker, stamp, since }
    }

    /// What is needed to make it again: for one that owns what it is leave of.
    pub(super) fn into_parts(self) -> (u64, u64) {
        let parts = (self.stamp, self.since);
        mem::forget(self);
        parts
    }

    pub(super) const fn from_parts(breaker: &'a Breaker, stamp: u64, since: u64) -> Self {
        Self { breaker, stamp, since }
    }

    /// The call succeeded.
    #[inline]
    pub fn success(self) {
        self.record(Verdict::Success);
    }

    /// The call failed.
    #[inline]
    pub fn failure(self) {
        self.record(Verdict::Failure);
    }

    /// The call says nothing about the dependency.
    #[inline]
    pub fn ignored(self) {
        self.record(Verdict::Ignored);
    }

    /// How the call went.
    #[inline]
    pub fn record(self, verdict: Verdict) {
        drop(self.settle(verdict, &Report::NOTHING));
    }

    /// `true` when nothing more is to be done of a call that ended so, or has just been.
    #[doc(hidden)]
    #[inline]
    #[must_use]
    pub fn is_done(&self, verdict: Verdict) -> bool {
        match verdict {
            Verdict::Success => self.breaker.is_done(self.stamp),
            Verdict::Failure => self.breaker.count_failure(self.stamp),
            Verdict::Ignored => false,
        }
    }

    /// Of a call that is done.
    #[doc(hidden)]
    #[inline]
    pub fn forget(self) -> Option<Fault> {
        mem::forget(self);
        None
    }

    /// How the call went and, if it failed, with what.
    ///
    /// `Some` only for the call that opens a breaker with
    /// [`TripError::Rejected`](super::TripError): what is to be returned in place of its own outcome.
    ///
    /// ```
    /// use dyno::Verdict;
    /// use dyno::breaker::{Breaker, Report};
    ///
    /// let db = Breaker::new("db").fail_max(1);
    /// let permit = db.acquire().expect("it is closed");
    /// let error = "no route to host";
    /// permit.settle(Verdict::Failure, &Report::new(&|f| f.write_str(error)));
    ///
    /// let fault = db.acquire().expect_err("it is open");
    /// assert_eq!(fault.last_error().as_deref(), Some("no route to host"));
    /// ```
    #[inline]
    pub fn settle(self, verdict: Verdict, report: &Report<'_>) -> Option<Fault> {
        let Self { breaker, stamp, since } = &self;
        let (breaker, stamp, since) = (*breaker, *stamp, *since);
        // It reports here; only `drop` is left out, there is nothing to free.
        mem::forget(self);
        breaker.settle(stamp, since, verdict, report)
    }
}

impl Drop for Permit<'_> {
    #[inline]
    fn drop(&mut self) {
        // By value: lent to anybody, a permit could not stay in registers while the call is made.
        dropped(self.breaker, self.stamp, self.since);
    }
}

/// A call may not pass.
#[doc(hidden)]
pub struct Refused<'a> {
    breaker: &'a Breaker,
    refusal: Refusal,
}

impl<'a> Refused<'a> {
    pub(super) fn new(breaker: &'a Breaker, refusal: Refusal) -> Self {
        Self { breaker, refusal }
    }

    /// What its caller is told.
    #[must_use]
    pub fn fault(self) -> Fault {
        self.breaker.fault(self.refusal)
    }
}

impl fmt::Debug for Refused<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Refused({})", self.breaker.name())
    }
}

/// Runs what is seldom needed, out of the way of what is.
#[doc(hidden)]
#[cold]
#[inline(never)]
pub fn aside<R>(f: impl FnOnce() -> R) -> R {
    f()
}

#[cold]
pub(super) fn dropped(breaker: &Breaker, stamp: u64, since: u64) {
    let failed = thread::panicking() && stamp & UNWINDING == 0;
    let (verdict, report) = if failed {
        (Verdict::Failure, Report::new(&|f| f.write_str("it panicked")))
    } else {
        (Verdict::Ignored, Report::NOTHING)
    };
    let settle = || breaker.settle(stamp, since, verdict, &report);
    // A rule of the user's that panics as well would end the program; and what is returned in place
    // of an outcome has nobody to go to.
    drop(catch_unwind(AssertUnwindSafe(settle)));
}

impl fmt::Debug for Permit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permit({})", self.breaker.name())
    }
}
