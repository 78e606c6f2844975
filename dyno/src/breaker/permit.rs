//! Leave to call, and the duty to say how it went.

use std::fmt;
use std::mem;
use std::thread;

use super::Breaker;
use super::word::UNWINDING;
use crate::outcome::Verdict;

/// Leave to make one call; made by [`Breaker::acquire`].
///
/// Say how it went with [`record`](Self::record) or one of its short forms. A permit that is
/// dropped counts as ignored, as when a future is cancelled; one that is dropped by a panic that
/// began after it was given counts as a failure. A result that comes after the breaker has changed
/// its state decides nothing.
#[must_use = "a permit that is dropped counts as an ignored call"]
pub struct Permit<'a> {
    breaker: &'a Breaker,
    /// Two words in all, so that it travels in registers.
    stamp: u64,
}

impl<'a> Permit<'a> {
    #[inline]
    pub(super) fn new(breaker: &'a Breaker, stamp: u64) -> Self {
        let stamp = if thread::panicking() { stamp | UNWINDING } else { stamp };
        Self { breaker, stamp }
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
        self.breaker.settle(self.stamp, verdict);
        // It has reported; only `drop` is left out, there is nothing to free.
        mem::forget(self);
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let failed = thread::panicking() && self.stamp & UNWINDING == 0;
        self.breaker.settle(self.stamp, if failed { Verdict::Failure } else { Verdict::Ignored });
    }
}

impl fmt::Debug for Permit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permit({})", self.breaker.name())
    }
}
