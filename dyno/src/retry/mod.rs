//! Try again.
//!
//! `#[retry(3)]` on a function, or [`retry(3).run(…)`](retry) around a block, makes up to three
//! attempts in all. Between two attempts it pauses: not at all, for a fixed time, or for a random
//! time whose limit grows (exponential backoff with full jitter).
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

#![doc = include_str!("../../docs/retry_module.md")]

mod again;
mod attempts;
mod backoff;
mod budget;
mod build;
mod compound;
mod decide;
mod listen;
#[cfg(all(test, loom))]
mod loom_model;
mod mark;
#[cfg(feature = "tower")]
mod named;
mod run;
mod wait;

use std::fmt;
use std::time::Duration;

#[doc(hidden)]
pub use again::{Again, ByClone, ByNothing, Nothing};
#[cfg(feature = "service")]
pub(crate) use attempts::Who;
#[doc(hidden)]
pub use attempts::{Attempts, Next, Pause};
pub use backoff::{Backoff, Pauses};
#[doc(hidden)]
pub use budget::SharedBudget;
pub use budget::{Budget, Spent};
pub use compound::CompoundError;
#[doc(hidden)]
pub use compound::{Compound, Errors};
pub use listen::Listener;
#[cfg(feature = "service")]
pub(crate) use mark::Mark;
#[doc(hidden)]
pub use mark::{InTask, OnThread, pinned};
#[cfg(feature = "tower")]
pub(crate) use named::{OwnAttempts, Pausing, Tries};
pub use run::{Heeding, RetryAfter, RetryIf};
pub use wait::Jitter;
use wait::Wait;

/// How often to try, how long to pause in between, and when not to.
///
/// ```
/// use std::time::Duration;
/// use dyno::retry::Retry;
/// const GENTLY: Retry = Retry::new(4).delay(Duration::from_millis(100));
/// ```
#[derive(Clone, Copy)]
#[must_use = "a retry does nothing until it is run"]
pub struct Retry {
    attempts: u32,
    wait: Wait,
    max_elapsed: Option<Duration>,
    budget: Option<&'static Budget>,
    rejected: bool,
    timed_out: bool,
    nested: bool,
    listener: Option<&'static dyn Listener>,
}

/// A retry of up to `attempts` attempts, the first included, with no pause in between.
///
/// # Panics
/// When `attempts` is 0.
#[inline]
pub const fn retry(attempts: u32) -> Retry {
    Retry::new(attempts)
}

impl fmt::Debug for Retry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told = f.debug_struct("Retry");
        told.field("attempts", &self.attempts).field("wait", &self.wait);
        if let Some(max) = self.max_elapsed {
            told.field("max_elapsed", &max);
        }
        if let Some(budget) = self.budget {
            told.field("budget", budget);
        }
        told.field("rejected", &self.rejected).field("timed_out", &self.timed_out);
        told.field("nested", &self.nested);
        told.field("listened", &self.listener.is_some()).finish()
    }
}
