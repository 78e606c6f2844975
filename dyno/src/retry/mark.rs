//! The mark of what is made once more, so that retries further in leave it at one attempt.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::ambient::{self, Ambient, Within};

/// Where the mark of a further attempt is put.
pub trait Mark {
    /// The attempts it belongs to are a function's own, not a future's.
    const IN_REGISTERS: bool;
    /// Puts it there.
    fn set(&mut self);
}

/// On the thread, until the attempts are over or a panic ends them.
#[derive(Debug)]
#[doc(hidden)]
pub struct OnThread {
    /// It has been put there, where there was none.
    set: bool,
}

impl OnThread {
    pub(super) const NEW: Self = Self { set: false };
}

impl Mark for OnThread {
    const IN_REGISTERS: bool = true;

    #[inline]
    fn set(&mut self) {
        if !self.set {
            self.set = put();
        }
    }
}

impl Drop for OnThread {
    #[inline]
    fn drop(&mut self) {
        if self.set {
            take_away();
        }
    }
}

#[cold]
#[inline(never)]
fn put() -> bool {
    !ambient::set_again(true)
}

#[cold]
#[inline(never)]
fn take_away() {
    ambient::set_again(false);
}

/// On the polls of each further attempt, by [`pinned`].
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct InTask;

impl Mark for InTask {
    const IN_REGISTERS: bool = false;

    #[inline]
    fn set(&mut self) {}
}

/// `attempt`; when it is a further one, everything it calls is made once more. Pinned by the caller: it
/// is not moved once more.
#[inline]
pub const fn pinned<F: Future>(again: bool, attempt: Pin<&mut F>) -> Pinned<'_, F> {
    Pinned { again, attempt }
}

#[cold]
#[inline(never)]
fn mark() -> Within {
    Ambient::AGAIN.enter()
}

/// See [`pinned`].
pub struct Pinned<'f, F> {
    again: bool,
    attempt: Pin<&'f mut F>,
}

impl<F: Future> Future for Pinned<'_, F> {
    type Output = F::Output;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let _mark = self.again.then(mark);
        self.attempt.as_mut().poll(cx)
    }
}

impl<F> fmt::Debug for Pinned<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pinned(once more: {})", self.again)
    }
}
