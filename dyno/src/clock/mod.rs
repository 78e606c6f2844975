//! Time: the real one, or a test's own.
//!
//! Everything in dyno that reads the time or waits does it here, so that a test may [`freeze`] the
//! clock and let a minute pass in no time. A frozen clock holds for the scope it was frozen in
//! ([`crate::scope`]): other tests of the same program keep the real one.
//!
//! ```
//! use std::time::Duration;
//! use dyno::clock;
//!
//! let frozen = clock::freeze();
//! let start = clock::now();
//! clock::sleep(Duration::from_secs(60)); // returns at once: sleeping moves the frozen clock
//! frozen.advance(Duration::from_secs(30));
//! assert_eq!(clock::now() - start, Duration::from_secs(90));
//! ```
//!
//! With the feature `tokio`, and on a tokio runtime, the real time is tokio's: a runtime whose time
//! is paused pauses dyno's policies too. The runtime needs its time driver (`enable_time`).
//!
//! # Which clock
//!
//! The real time is [`std::time::Instant`], less the moment at which the program first asked; the
//! bench `clock` measures it beside others. Clocks that count the processor's cycles (quanta,
//! fastant) are read in less than half the time, but are calibrated when the program starts, drift
//! from the system's clock, by which threads and runtimes wake, and give way to a coarse one where
//! the cycles are not steady. The kernel's own call would save the subtraction of two `Instant`s, which
//! the bench puts at a fifth of the whole, and costs a crate or `unsafe`. It is not worth either: what is called most reads no clock
//! at all (a closed breaker, a future under a limit that is ready at once, a deadline that is only
//! handed on), and what an open breaker or a cache compares needs no more than the kernel's ticks,
//! which are read in a quarter of the time.

#[cfg(feature = "limit")]
mod block;
mod frozen;
mod instant;
#[cfg(all(
    target_os = "linux",
    any(feature = "breaker", feature = "cache", feature = "limit", feature = "metrics")
))]
mod paused;
mod real;
mod sleep;
mod timers;
#[cfg(any(
    feature = "balance",
    feature = "cache",
    feature = "metrics-facade",
    feature = "pool",
    feature = "statsd"
))]
mod wait;
#[cfg(any(feature = "balance", feature = "pool"))]
mod wait_async;

use std::time::Duration;

#[cfg(feature = "limit")]
pub(crate) use block::block_on;
pub use frozen::{Frozen, freeze};
pub use instant::Instant;
pub(crate) use instant::nanos;
pub use sleep::Sleep;
#[cfg(feature = "pool")]
pub(crate) use wait::wait;
#[cfg(any(
    feature = "balance",
    feature = "cache",
    feature = "metrics-facade",
    feature = "pool",
    feature = "statsd"
))]
pub(crate) use wait::wait_until;
#[cfg(any(feature = "balance", feature = "pool"))]
pub(crate) use wait_async::wait_async;

use crate::scope;

/// The time here: frozen where a scope has frozen it, else the real one.
///
/// Monotonic. Without a frozen clock it costs a relaxed load and the subtraction of the moment at
/// which the clock began more than [`std::time::Instant::now`].
#[inline]
#[must_use]
pub fn now() -> Instant {
    if scope::active() {
        if let Some(clock) = frozen::current() {
            return clock.now();
        }
    }
    real::now()
}

/// What [`coarse`] may be behind.
#[cfg(any(feature = "breaker", feature = "cache", feature = "limit", feature = "metrics"))]
pub(crate) const COARSE: Duration = Duration::from_millis(32);

/// The time here, or up to [`COARSE`] less: a quarter of the cost where the system has such a clock.
#[cfg(any(feature = "breaker", feature = "cache", feature = "limit", feature = "metrics"))]
#[inline]
pub(crate) fn coarse() -> Instant {
    // Apart, so that nothing has to be saved for it on the path that is taken most.
    if scope::active() { coarse_here() } else { real::coarse() }
}

#[cfg(any(feature = "breaker", feature = "cache", feature = "limit", feature = "metrics"))]
#[inline(never)]
fn coarse_here() -> Instant {
    frozen::current().map_or_else(real::coarse, |clock| clock.now())
}

/// Whether it is `moment`, or later. Near to it the exact time is read, else only the coarse one where
/// there is one.
#[inline]
pub(crate) fn reached(moment: Instant) -> bool {
    #[cfg(any(feature = "breaker", feature = "cache", feature = "limit", feature = "metrics"))]
    {
        let coarse = coarse();
        if coarse >= moment {
            return true;
        }
        if coarse + COARSE < moment {
            return false;
        }
    }
    now() >= moment
}

/// Blocks this thread for `duration`.
///
/// On a frozen clock it blocks nobody: the clock moves on by `duration`. On a
/// [manual](Frozen::manual) one it blocks until the test has advanced the clock far enough.
///
/// # Panics
/// On a manual clock, on the thread that froze it: nobody else could end the sleep.
pub fn sleep(duration: Duration) {
    if duration.is_zero() {
        return;
    }
    match frozen::current() {
        Some(clock) => clock.sleep(duration),
        None => std::thread::sleep(duration),
    }
}

/// Waits for `duration` without blocking the thread.
///
/// The time counts from this call, not from the first poll. Dropping the future ends the wait.
pub fn sleep_async(duration: Duration) -> Sleep {
    Sleep::new(duration)
}
