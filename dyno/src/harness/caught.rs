//! Panics are caught on their way, and go on.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

/// What somebody panicked with.
pub type Panic = Box<dyn Any + Send>;

/// What `body` gives, or its panic, which is to be raised again.
#[inline]
pub fn caught<R>(body: impl FnOnce() -> R) -> Result<R, Panic> {
    catch_unwind(AssertUnwindSafe(body))
}

/// The same of a future.
#[inline]
pub fn caught_async<F: Future>(future: Pin<&mut F>) -> Caught<'_, F> {
    Caught(future)
}

/// A future whose panic is caught.
#[must_use = "a future does nothing until it is polled"]
pub struct Caught<'f, F>(Pin<&'f mut F>);

impl<F: Future> Future for Caught<'_, F> {
    type Output = Result<F::Output, Panic>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match caught(|| self.0.as_mut().poll(cx)) {
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Ok(Poll::Pending) => Poll::Pending,
            Err(panic) => Poll::Ready(Err(panic)),
        }
    }
}

impl<F> fmt::Debug for Caught<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Caught")
    }
}

/// The message of a panic.
pub(super) fn message(panic: &Panic) -> &str {
    if let Some(text) = panic.downcast_ref::<&'static str>() {
        text
    } else if let Some(text) = panic.downcast_ref::<String>() {
        text
    } else {
        "a panic without a message"
    }
}
