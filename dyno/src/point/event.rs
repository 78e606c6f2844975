//! What happens at points, and who hears of it.

use std::any::Any;
use std::fmt;
use std::io::{self, Write as _};
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use super::ear;
use crate::fault::{Fault, InjectError};

/// What happened at a point.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// An attempt failed and another follows after a pause.
    Retry {
        /// The attempt that failed, from 1.
        attempt: u32,
        /// The pause before the next one.
        after: Duration,
    },
    /// A later attempt than the first succeeded.
    Recovered {
        /// How many attempts it took.
        attempts: u32,
    },
    /// An attempt failed and no other follows.
    GaveUp {
        /// How many attempts were made.
        attempts: u32,
        /// Why no other follows.
        why: Stop,
    },
    /// What was called had not finished in time.
    TimedOut {
        /// The limit.
        limit: Duration,
        /// How long it had been waited for.
        elapsed: Duration,
    },
    /// It finished all the same, later than its limit.
    Late {
        /// The limit.
        limit: Duration,
        /// How long it took.
        elapsed: Duration,
        /// Nobody waited for it any longer.
        abandoned: bool,
    },
    /// dyno refused to run the function.
    Rejected {
        /// Why.
        fault: &'a Fault,
    },
    /// A breaker changed its state.
    Breaker {
        /// The state before.
        from: &'static str,
        /// The state now.
        to: &'static str,
        /// Why.
        why: fmt::Arguments<'a>,
    },
    /// A balancer passes a target over, whose breaker has opened.
    Ejected {
        /// The target.
        target: &'a str,
    },
    /// A balancer calls a target again.
    Returned {
        /// The target.
        target: &'a str,
        /// How long it had been passed over.
        after: Duration,
    },
    /// A fuse was switched.
    Fuse {
        /// Whether it is on now.
        on: bool,
    },
    /// A fallback stood in.
    Fallback {
        /// `true` when dyno had refused the call, `false` when the function had failed.
        refused: bool,
    },
    /// What stood in has failed, too.
    FallbackFailed,
    /// A cache was asked.
    Cache {
        /// What came of it.
        cached: Cached,
    },
    /// A dependency was built.
    Built {
        /// The provider.
        provider: &'a str,
        /// How long it took.
        took: Duration,
    },
    /// A dependency could not be built.
    BuildFailed {
        /// The provider.
        provider: &'a str,
        /// Why.
        error: &'a InjectError,
    },
    /// Something a person should look at, such as a swap that cannot reach a thread.
    Warning {
        /// What, in a sentence.
        message: &'a str,
    },
}

/// What came of asking a cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cached {
    /// A value was there.
    Hit,
    /// None was there, and this caller computes it.
    Miss,
    /// A value was there, and this caller computes the next one before it expires.
    Early,
    /// A value had expired, and was served while somebody else computes the next one.
    Stale,
    /// The computation failed, and a value that had expired was served.
    StaleIfError,
    /// None was there, and this caller waited for somebody else who was computing it.
    Waited,
    /// The next value was computed off the caller's path.
    Refreshed,
    /// A value made room for another.
    Evicted,
}

impl fmt::Display for Cached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hit => "cache hit",
            Self::Miss => "cache miss",
            Self::Early => "cache early refresh",
            Self::Stale => "cache served stale during a refresh",
            Self::StaleIfError => "cache served stale after a failure",
            Self::Waited => "cache waited for another caller",
            Self::Refreshed => "cache refreshed in the background",
            Self::Evicted => "cache evicted an entry",
        })
    }
}

/// Why a failed attempt is the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stop {
    /// There were as many as are allowed.
    Attempts,
    /// The retry budget is spent.
    Budget,
    /// The next would not begin before the deadline.
    Deadline,
    /// The next would not begin within the time set for all attempts.
    Elapsed,
    /// A retry further out makes this call once more already.
    Nested,
    /// dyno had turned the attempt away, and would again.
    Rejected,
    /// Its time limit had ended it, and it may have been done all the same.
    TimedOut,
    /// The rule for pauses has no further one.
    Pauses,
    /// It is not to be done twice, or what it was made with cannot be had again.
    Once,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Attempts => "no more are allowed",
            Self::Budget => "the retry budget is spent",
            Self::Deadline => "the deadline would pass first",
            Self::Elapsed => "the time for all attempts would pass first",
            Self::Nested => "a retry further out is trying again already",
            Self::Rejected => "dyno turned the last one away",
            Self::TimedOut => "its time limit ended the last one",
            Self::Pauses => "there are no more pauses",
            Self::Once => "it cannot be done twice",
        })
    }
}

/// A sentence about the point, without its name.
impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Retry { attempt, after } if after.is_zero() => {
                write!(f, "attempt {attempt} failed, trying again at once")
            }
            Self::Retry { attempt, after } => {
                write!(f, "attempt {attempt} failed, trying again in {after:.1?}")
            }
            Self::Recovered { attempts } => write!(f, "succeeded after {attempts} attempts"),
            Self::GaveUp { attempts: 1, why } => write!(f, "gave up after 1 attempt: {why}"),
            Self::GaveUp { attempts, why } => write!(f, "gave up after {attempts} attempts: {why}"),
            Self::TimedOut { limit, elapsed } => {
                write!(f, "timed out after {elapsed:.1?}, the limit being {limit:?}")
            }
            Self::Late { limit, elapsed, abandoned } => {
                let waited = if *abandoned { ", abandoned" } else { "" };
                write!(f, "finished{waited} after {elapsed:.1?}, the limit being {limit:?}")
            }
            Self::Rejected { fault } => write!(f, "rejected: {fault}"),
            Self::Breaker { from, to, why } => write!(f, "breaker {from} -> {to}: {why}"),
            Self::Ejected { target } => write!(f, "{target} is out"),
            Self::Returned { target, after } => write!(f, "{target} is back after {after:.1?}"),
            Self::Fuse { on: true } => f.write_str("fuse off -> on"),
            Self::Fuse { on: false } => f.write_str("fuse on -> off"),
            Self::Fallback { refused: true } => f.write_str("refused, a fallback stands in"),
            Self::Fallback { refused: false } => f.write_str("failed, a fallback stands in"),
            Self::FallbackFailed => f.write_str("the fallback failed, too"),
            Self::Cache { cached } => fmt::Display::fmt(cached, f),
            Self::Built { provider, took } => write!(f, "built {provider} in {took:.1?}"),
            Self::BuildFailed { error, .. } => write!(f, "could not be built: {error}"),
            Self::Warning { message } => f.write_str(message),
        }
    }
}

/// Hears what happens at every point.
pub trait Observer: Send + Sync {
    /// Called after the fact, outside every lock, on the thread where it happened.
    fn event(&self, point: &str, event: &Event<'_>);
}

impl<F: Fn(&str, &Event<'_>) + Send + Sync> Observer for F {
    fn event(&self, point: &str, event: &Event<'_>) {
        self(point, event);
    }
}

/// Observers, and ears that are open.
pub(super) static LISTENING: AtomicUsize = AtomicUsize::new(0);
static OBSERVING: AtomicUsize = AtomicUsize::new(0);
static OBSERVERS: RwLock<Vec<Arc<dyn Observer>>> = RwLock::new(Vec::new());

/// Hears every event of the program until the returned guard is dropped.
#[must_use = "the observer is removed when the guard is dropped"]
pub fn observe(observer: impl Observer + 'static) -> Observing {
    let observer: Arc<dyn Observer> = Arc::new(observer);
    OBSERVERS.write().unwrap_or_else(PoisonError::into_inner).push(observer.clone());
    OBSERVING.fetch_add(1, Ordering::Relaxed);
    LISTENING.fetch_add(1, Ordering::Relaxed);
    Observing(observer)
}

/// `true` while anybody observes: one relaxed load.
#[inline]
pub fn observed() -> bool {
    LISTENING.load(Ordering::Relaxed) != 0
}

/// Tells every observer. A panicking observer harms nobody: its panic ends with it.
pub fn emit(point: &str, event: &Event<'_>) {
    if observed() {
        tell(point, event);
    }
}

#[cold]
fn tell(point: &str, event: &Event<'_>) {
    ear::tell(point, event);
    // Not a lock for those whom nobody of the user's observes.
    if OBSERVING.load(Ordering::Relaxed) == 0 {
        return;
    }
    let observers = OBSERVERS.read().unwrap_or_else(PoisonError::into_inner).clone();
    for observer in observers {
        harmless("an observer of", point, move || observer.event(point, event));
    }
}

/// Runs somebody else's code, whose panic ends here and is told of on standard error.
pub(crate) fn harmless(who: &str, of: &str, f: impl FnOnce()) {
    let Err(payload) = catch_unwind(AssertUnwindSafe(f)) else { return };
    // Not by `eprintln!`, which panics when nobody reads.
    let _ = writeln!(io::stderr(), "dyno: {who} {of} panicked");
    let_go(payload);
}

/// Drops what somebody panicked with, which may panic as well; that again is let go.
pub(crate) fn let_go(payload: Box<dyn Any + Send>) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        mem::forget(payload);
    }
}

/// Stops observing when dropped.
pub struct Observing(Arc<dyn Observer>);

impl Drop for Observing {
    fn drop(&mut self) {
        let mut observers = OBSERVERS.write().unwrap_or_else(PoisonError::into_inner);
        observers.retain(|observer| !Arc::ptr_eq(observer, &self.0));
        OBSERVING.fetch_sub(1, Ordering::Relaxed);
        LISTENING.fetch_sub(1, Ordering::Relaxed);
    }
}

impl fmt::Debug for Observing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observing")
    }
}

#[cfg(test)]
mod tests {
    use super::Event;
    use std::time::Duration;

    #[test]
    fn events_read_as_sentences() {
        let again = Event::Retry { attempt: 1, after: Duration::from_millis(50) };
        assert_eq!(again.to_string(), "attempt 1 failed, trying again in 50.0ms");
        assert_eq!(Event::Fuse { on: false }.to_string(), "fuse on -> off");
        let why = format_args!("5 failures in a row");
        let opened = Event::Breaker { from: "closed", to: "open", why };
        assert_eq!(opened.to_string(), "breaker closed -> open: 5 failures in a row");
    }
}
