//! Waiting without blocking.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::frozen::{self, Virtual};
use super::timers::Key;
use super::{Instant, real};

/// A wait, made by [`sleep_async`](super::sleep_async).
///
/// It belongs to the clock on which it began, wherever it is polled.
#[must_use = "a future waits only when it is polled"]
pub struct Sleep {
    deadline: Instant,
    key: Option<Key>,
    on: On,
}

enum On {
    Real,
    Frozen(Arc<Virtual>),
    #[cfg(feature = "tokio")]
    Tokio(Pin<Box<tokio::time::Sleep>>),
}

impl Sleep {
    pub(super) fn new(duration: Duration) -> Self {
        if let Some(clock) = frozen::current() {
            let deadline = clock.now() + duration;
            return Self { deadline, key: None, on: On::Frozen(clock) };
        }
        let deadline = real::now() + duration;
        #[cfg(feature = "tokio")]
        if !duration.is_zero() && tokio::runtime::Handle::try_current().is_ok() {
            let sleep = Box::pin(tokio::time::sleep(duration));
            return Self { deadline, key: None, on: On::Tokio(sleep) };
        }
        Self { deadline, key: None, on: On::Real }
    }

    /// Until then.
    #[cfg(any(feature = "balance", feature = "cache", feature = "pool", feature = "timeout"))]
    pub(crate) fn until(deadline: Instant) -> Self {
        if let Some(clock) = frozen::current() {
            return Self { deadline, key: None, on: On::Frozen(clock) };
        }
        #[cfg(feature = "tokio")]
        if tokio::runtime::Handle::try_current().is_ok() {
            let sleep = Box::pin(tokio::time::sleep_until(real::of_runtime(deadline)));
            return Self { deadline, key: None, on: On::Tokio(sleep) };
        }
        Self { deadline, key: None, on: On::Real }
    }

    /// The same as polling it, also for a task that has used up the turns its runtime gives it.
    #[cfg(feature = "timeout")]
    pub(crate) fn poll_strictly(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        #[cfg(feature = "tokio")]
        if let On::Tokio(sleep) = &mut self.on {
            return Pin::new(&mut tokio::task::unconstrained(sleep.as_mut())).poll(cx);
        }
        Pin::new(self).poll(cx)
    }

    /// The moment it ends.
    #[must_use]
    pub const fn deadline(&self) -> Instant {
        self.deadline
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Self { deadline, key, on } = &mut *self;
        match on {
            On::Frozen(clock) => clock.poll(*deadline, key, cx.waker()),
            On::Real if real::now() >= *deadline => {
                real::forget(key);
                Poll::Ready(())
            }
            On::Real => {
                real::wake_at(*deadline, key, cx.waker());
                Poll::Pending
            }
            #[cfg(feature = "tokio")]
            On::Tokio(sleep) => sleep.as_mut().poll(cx),
        }
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if self.key.is_none() {
            return;
        }
        match &self.on {
            On::Frozen(clock) => clock.forget(&mut self.key),
            On::Real => real::forget(&mut self.key),
            // It cleans up after itself.
            #[cfg(feature = "tokio")]
            On::Tokio(_) => {}
        }
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep").field("deadline", &self.deadline).finish_non_exhaustive()
    }
}

#[cfg(all(test, feature = "tokio"))]
mod tests {
    use std::time::Duration;

    use crate::clock;

    #[test]
    fn on_a_runtime_whose_time_is_paused_it_is_the_runtimes_time() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        let passed = runtime.block_on(async {
            let start = clock::now();
            clock::sleep_async(Duration::from_secs(3600)).await;
            start.elapsed()
        });
        // The runtime counts in milliseconds.
        let hour = Duration::from_secs(3600);
        assert!(passed >= hour && passed <= hour + Duration::from_millis(1), "{passed:?}");
    }

    #[test]
    fn a_frozen_clock_comes_before_the_runtimes() {
        // No time driver: asking it would panic.
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let _frozen = clock::freeze();
        let start = clock::now();
        runtime.block_on(clock::sleep_async(Duration::from_secs(60)));
        assert_eq!(start.elapsed(), Duration::from_secs(60));
    }
}
