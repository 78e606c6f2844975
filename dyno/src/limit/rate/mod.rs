//! A limit of calls in time: so many in so long.
//!
//! A whole period's calls may come at once, and evenly then, as each interval lets one more in; or
//! evenly from the beginning, with [`smooth`](Rate::smooth). In any window of time `W` no more than
//! `burst + W · n / per` calls are let in, wherever it begins: two periods have no edge between them
//! at which twice as many would pass. (The generic cell rate algorithm, ITU-T I.371.)
//!
//! ```
//! use std::time::Duration;
//! use dyno::limit::Rate;
//!
//! static API: Rate = Rate::new("api", 2, Duration::from_secs(1));
//!
//! let frozen = dyno::clock::freeze();
//! assert!(API.try_acquire().is_ok() && API.try_acquire().is_ok());
//! let fault = API.try_acquire().expect_err("two a second");
//! assert_eq!(fault.retry_after(), Some(Duration::from_millis(500)));
//!
//! frozen.advance(Duration::from_millis(500));
//! let called: Result<&str, String> = API.call(|| Ok("let in"));
//! assert_eq!(called.as_deref(), Ok("let in"));
//! let called: Result<&str, String> = API.call(|| Ok("let in"));
//! assert_eq!(called, Err("api: the rate limit is reached, try again in 500.0ms".into()));
//! ```

mod core;
mod enter;
mod keyed;
#[cfg(all(test, loom))]
mod loom_model;
mod named;
mod pace;
mod settings;
mod snapshot;
mod wait;

use std::fmt;
use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

#[doc(hidden)]
pub use keyed::SharedKeyedRate;
pub use keyed::{KeyedRate, keyed};
#[doc(hidden)]
pub use named::SharedRate;
pub use named::{all, named};
pub use snapshot::Snapshot;

use self::core::Core;
use self::enter::Real;
use self::pace::Pace;
use self::settings::Settings;
use self::wait::Line;
use crate::fault::Fault;
use crate::limit::label::Label;
use crate::limit::refused::Refused;
use crate::outcome::Refuse;
use crate::point::{Name, Point};
use crate::shared::Listed;

/// A limit of calls in time.
///
/// Its builder is `const`, so it can be a `static`, and its calls take `&self`:
/// `static API: Rate = Rate::new("api", 100, Duration::from_secs(1));`. A call that is let in costs
/// one read of a clock and one write, one that is not writes nothing.
///
/// # How exact it is
///
/// The time between two calls is counted in parts of a nanosecond, so that 3 in a second are 3 in
/// every second; of odd rates above 128 in a period it is rounded up by less than 1/64 ns, never
/// down. A rate whose burst takes 250 ms or more to refill, and at which nobody [waits](Self::wait),
/// goes by the ticks of the kernel's clock where there is one that is cheaper to read (Linux: of 1 to
/// 10 ms); any window is then longer by one tick than it should be. All others go by the precise
/// clock. On a [frozen](crate::clock::freeze) clock both are exact.
pub struct Rate {
    core: Core<AtomicU64>,
    given: Settings,
    /// How long one may wait, in nanoseconds.
    wait: AtomicU64,
    /// No code of the user's runs while it is locked.
    line: Mutex<Line>,
    /// It goes by another rate than it was given.
    is_changed: AtomicBool,
    label: Label,
    listed: Listed,
}

impl Rate {
    /// At most `calls` in `per`: all of them at once, and then evenly.
    ///
    /// # Panics
    /// When `calls` is 0, `per` is zero, or there is less than a nanosecond to a call; in a `static`,
    /// at compile time.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str, calls: u32, per: Duration) -> Self {
        Self::with(Label::Name(name, Location::caller()), Settings::of(calls, per))
    }

    /// The same, called after an annotated function.
    ///
    /// # Panics
    /// As [`new`](Self::new).
    #[must_use]
    pub const fn of(point: &'static Point, calls: u32, per: Duration) -> Self {
        Self::with(Label::Point(point), Settings::of(calls, per))
    }

    /// One that leaves it to other places to say what it is like.
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn joining(name: &'static str) -> Self {
        Self::with(Label::Name(name, Location::caller()), Settings::SILENT)
    }

    const fn with(label: Label, given: Settings) -> Self {
        Self {
            core: of(given.pace()),
            given,
            wait: AtomicU64::new(given.wait_nanos()),
            line: Mutex::new(Line::new()),
            is_changed: AtomicBool::new(false),
            label,
            listed: Listed::not_yet(),
        }
    }

    /// The same with what is given now.
    const fn given(mut self, given: Settings) -> Self {
        self.core = of(given.pace());
        self.wait = AtomicU64::new(given.wait_nanos());
        self.given = given;
        self
    }

    /// How many may come at once, where that is not all of a period.
    ///
    /// # Panics
    /// When `burst` is 0, or would take more than 9 years to refill; in a `static`, at compile time.
    #[must_use]
    pub const fn burst(self, burst: u32) -> Self {
        let given = self.given.burst(burst);
        self.given(given)
    }

    /// Evenly from the beginning: a burst of 1, so never more than `calls` in any window of `per`.
    #[must_use]
    pub const fn smooth(self) -> Self {
        self.burst(1)
    }

    /// How long a call may wait for its turn; else it is refused at once.
    ///
    /// First come, first served. Who would not be let in within `wait`, or before the
    /// [deadline](crate::Deadline) in force, is refused at once and does not wait. Wake-ups that are
    /// late may make a wait longer, by no more than 50 ms: then it is refused as well.
    ///
    /// # Panics
    /// When `wait` is zero; in a `static`, at compile time.
    #[must_use]
    pub const fn wait(self, wait: Duration) -> Self {
        let given = self.given.wait(wait);
        self.given(given)
    }

    /// Leave for one call now. It does not wait, and comes before nobody who does.
    ///
    /// # Errors
    /// [`Fault::Rejected`] because of [`RateLimited`](crate::Reason::RateLimited) when it is early,
    /// with the time after which it is not, if nobody else comes before.
    #[inline]
    pub fn try_acquire(&self) -> Result<(), Fault> {
        self.try_enter(1).map_err(Refused::fault)
    }

    /// Leave for `calls` calls now, or for none of them.
    ///
    /// # Errors
    /// As for [`try_acquire`](Self::try_acquire).
    ///
    /// # Panics
    /// When `calls` is more than may ever come at once.
    pub fn try_acquire_many(&self, calls: u32) -> Result<(), Fault> {
        if calls == 0 {
            return Ok(());
        }
        let burst = self.core.burst();
        assert!(
            u64::from(calls) <= burst,
            "rate \"{}\": {calls} calls never come at once, as no more than {burst} may; ask for \
             fewer, or raise `burst`",
            self.name(),
        );
        self.try_enter(calls).map_err(Refused::fault)
    }

    /// Leave for one call, now or after a wait as long as [`wait`](Self::wait) allows, which blocks
    /// the thread.
    ///
    /// # Errors
    /// [`Fault::Rejected`] at once when its turn would come too late: because of
    /// [`RateLimited`](crate::Reason::RateLimited), or of
    /// [`DeadlineSpent`](crate::Reason::DeadlineSpent) where but for the
    /// [deadline](crate::Deadline) in force it might have waited. With the time after which it
    /// would be let in.
    ///
    /// # Panics
    /// When it has to wait by a [manual](crate::clock::Frozen::manual) clock on the thread that froze
    /// it.
    #[inline]
    pub fn acquire(&self) -> Result<(), Fault> {
        self.enter().map_err(Refused::fault)
    }

    /// The same without blocking; who drops the future before it is ready gives its place back.
    ///
    /// Poll it, or drop it: while the first in line does neither, nobody behind it is let in.
    ///
    /// # Errors
    /// As for [`acquire`](Self::acquire).
    #[inline]
    pub async fn acquire_async(&self) -> Result<(), Fault> {
        self.enter_async().await.map_err(Refused::fault)
    }

    /// Calls `f` if it is let in, now or after a wait. A call that is refused returns
    /// [`Refuse::refuse`] of a [`Fault::Rejected`].
    #[inline]
    pub fn call<R: Refuse>(&self, f: impl FnOnce() -> R) -> R {
        match self.enter() {
            Ok(()) => f(),
            Err(refused) => R::refuse(refused.fault()),
        }
    }

    /// The same for an async `f`, which is not even called when it is refused.
    // Not `AsyncFnOnce`: its future is not known to be `Send` once the block borrows anything.
    pub async fn call_async<R, F>(&self, f: impl FnOnce() -> F) -> R
    where
        R: Refuse,
        F: Future<Output = R>,
    {
        match self.enter_async().await {
            Ok(()) => f().await,
            Err(refused) => R::refuse(refused.fault()),
        }
    }

    /// Another rate from now on, while it works: `calls` in `per`, with a burst of `calls` unless
    /// one was given.
    ///
    /// Who has been let in stays let in, and the next call is due when it was; but nothing is due
    /// later than it would be after a full burst at the new rate. Who waits goes by the new rate, and
    /// is refused if its turn comes too late by that.
    ///
    /// # Panics
    /// As [`new`](Self::new). Nothing is changed then.
    pub fn change(&self, calls: u32, per: Duration) {
        self.change_by(|now| Settings { rate: Some((calls, per)), ..now });
    }

    fn change_by(&self, change: impl FnOnce(Settings) -> Settings) {
        let mut line = self.line();
        let before = line.changed.unwrap_or(self.given);
        let settings = change(before);
        let pace = settings.pace();
        let now = self.core.hold(&Real);
        if before.rate.is_some() {
            self.core.change(pace, now);
        } else {
            self.core.begin_anew(pace, now);
        }
        self.wait.store(settings.wait_nanos(), Ordering::Relaxed);
        line.changed = Some(settings);
        self.is_changed.store(true, Ordering::Relaxed);
        if line.is_empty() {
            self.core.release();
        }
        let wakers = line.wakers();
        drop(line);
        // They look anew when their turn is.
        wakers.into_iter().for_each(wait::wake);
    }

    #[inline]
    fn wait_nanos(&self) -> u64 {
        self.wait.load(Ordering::Relaxed)
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its name: given, or that of the point it belongs to.
    #[must_use]
    pub fn name(&self) -> &str {
        self.label.name()
    }

    pub(super) fn shared_name(&self) -> Name {
        self.label.shared_name()
    }

    /// Where it is defined.
    #[must_use]
    pub fn location(&self) -> &'static Location<'static> {
        self.label.location()
    }

    /// One of many that a key tells apart.
    fn keyed(name: Arc<str>, at: &'static Location<'static>, settings: Settings) -> Self {
        Self::with(Label::Key(name, at), settings)
    }
}

/// At which nothing is due.
const fn of(pace: Pace) -> Core<AtomicU64> {
    let Pace { interval, tolerance, unit } = pace;
    let due = AtomicU64::new(0);
    Core::new(due, AtomicU64::new(interval), AtomicU64::new(tolerance), AtomicU64::new(unit))
}

impl fmt::Debug for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = self.line().changed.unwrap_or(self.given).rate;
        match rate {
            Some((calls, per)) => write!(f, "Rate({}, {calls}/{per:?})", self.name()),
            None => write!(f, "Rate({}, no limit yet)", self.name()),
        }
    }
}
