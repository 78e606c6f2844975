//! Try again.
//!
//! `#[retry(3)]` on a function, or [`retry(3).run(…)`](retry) around a block, makes up to three
//! attempts in all. Between two attempts it pauses: not at all, for a fixed time, or for a random
//! time whose limit doubles (exponential backoff with full jitter).
//!
//! ```
//! use std::time::Duration;
//! use dyno::retry::retry;
//!
//! # let frozen = dyno::clock::freeze();
//! let mut answers = vec![Ok(42), Err("busy"), Err("busy")];
//! let answer = retry(3)
//!     .backoff(Duration::from_millis(50)..Duration::from_secs(2))
//!     .run(|| answers.pop().unwrap());
//! assert_eq!(answer, Ok(42));
//! ```

mod again;
mod attempts;
mod wait;

use std::future::Future;
use std::ops::Range;
use std::panic::Location;
use std::time::Duration;

#[doc(hidden)]
pub use again::{Again, ByClone, ByNothing, Nothing};
#[doc(hidden)]
pub use attempts::{Attempts, Pause};
use wait::Wait;

use crate::outcome::{Outcome, Verdict};

/// How often to try, and how long to pause in between.
///
/// ```
/// use std::time::Duration;
/// use dyno::retry::Retry;
/// const GENTLY: Retry = Retry::new(4).delay(Duration::from_millis(100));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a retry does nothing until it is run"]
pub struct Retry {
    attempts: u32,
    wait: Wait,
}

/// A retry of up to `attempts` attempts, the first included, with no pause in between.
///
/// # Panics
/// When `attempts` is 0.
#[inline]
pub const fn retry(attempts: u32) -> Retry {
    Retry::new(attempts)
}

impl Retry {
    /// Up to `attempts` attempts, the first included, with no pause in between.
    ///
    /// # Panics
    /// When `attempts` is 0; in a constant, at compile time.
    #[inline]
    pub const fn new(attempts: u32) -> Self {
        assert!(
            attempts != 0,
            "retry: `attempts` must be at least 1: it counts the first attempt, too"
        );
        Self { attempts, wait: Wait::None }
    }

    /// The same pause before every further attempt, in place of any other.
    #[inline]
    pub const fn delay(mut self, pause: Duration) -> Self {
        self.wait = Wait::Fixed(pause);
        self
    }

    /// A random pause between zero and a limit that begins at `limits.start`, doubles with every
    /// attempt and ends at `limits.end`, in place of any other.
    ///
    /// Exponential backoff with full jitter, which spreads callers that failed together; it keeps
    /// its jitter at the cap. After Marc Brooker, "Exponential Backoff And Jitter" (AWS, 2015).
    ///
    /// # Panics
    /// When the range is empty or begins at zero; in a constant, at compile time.
    #[inline]
    pub const fn backoff(mut self, limits: Range<Duration>) -> Self {
        assert!(
            !limits.start.is_zero(),
            "retry: `backoff` must begin above zero, else it never grows: leave it out for no pause"
        );
        assert!(
            limits.start.as_nanos() < limits.end.as_nanos(),
            "retry: `backoff` must end above its beginning: use `delay` for a fixed pause"
        );
        self.wait = Wait::Backoff { start: limits.start, cap: limits.end };
        self
    }

    /// Calls `f` until it succeeds or the attempts are used up, and returns its last outcome.
    ///
    /// Blocks the thread during pauses. Observers hear of it under the file and line of this call.
    #[inline]
    #[track_caller]
    pub fn run<R: Outcome>(self, mut f: impl FnMut() -> R) -> R {
        let mut attempts = Attempts::inline(Location::caller(), self);
        loop {
            let outcome = f();
            let Some(pause) = attempts.next(Verdict::of(&outcome)) else { return outcome };
            // What a failure holds is let go before the pause.
            drop(outcome);
            pause.block();
        }
    }

    /// Calls and awaits `f` until it succeeds or the attempts are used up, and returns its last
    /// outcome. The future is `Send` when those of `f` are.
    ///
    /// ```
    /// # use dyno::retry::retry;
    /// # async fn ping(host: &str) -> Result<u8, String> { Ok(1) }
    /// # async fn demo(host: &str) -> Result<u8, String> {
    /// retry(3).run_async(async || ping(host).await).await
    /// # }
    /// ```
    // Not `AsyncFnMut`: its future is not known to be `Send` once the block borrows anything.
    #[track_caller]
    pub fn run_async<R: Outcome, F: Future<Output = R>>(
        self,
        mut f: impl FnMut() -> F,
    ) -> impl Future<Output = R> {
        let mut attempts = Attempts::inline(Location::caller(), self);
        async move {
            loop {
                let outcome = f().await;
                let Some(pause) = attempts.next(Verdict::of(&outcome)) else { return outcome };
                drop(outcome);
                pause.sleep().await;
            }
        }
    }
}
