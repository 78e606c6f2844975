//! The circuit breaker: stop calling what keeps failing, and find out when it has recovered.
//!
//! Closed, it lets calls pass and counts failures in a row; `fail_max` of them open it. Open, it
//! turns calls away for `reset_timeout`; then it is half-open and lets one call at a time pass as a
//! trial: `success_threshold` good ones close it, a bad one opens it again. (Michael Nygard,
//! "Release It!", 2007.)
//!
//! ```
//! use std::time::Duration;
//! use dyno::breaker::{Breaker, State};
//!
//! static DB: Breaker = Breaker::new("db").fail_max(2).reset_timeout(Duration::from_secs(15));
//!
//! let frozen = dyno::clock::freeze();
//! for _ in 0..2 {
//!     let _: Result<(), String> = DB.call(|| Err("no route to host".into()));
//! }
//! let turned_away: Result<(), String> = DB.call(|| Ok(()));
//! assert_eq!(turned_away, Err("db: the breaker is open, try again in 15.0s".into()));
//!
//! frozen.advance(Duration::from_secs(15));
//! let trial: Result<(), String> = DB.call(|| Ok(()));
//! assert_eq!((trial, DB.state()), (Ok(()), State::Closed));
//! ```
//!
//! It has no lock: a call while it is closed and nothing fails reads one word twice and writes
//! nothing, whatever the number of threads.

mod build;
mod core;
#[cfg(all(test, loom))]
mod loom_model;
mod named;
mod permit;
mod report;
mod settings;
mod state;
mod sync;
mod tell;
mod word;

use std::fmt;
use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicU64};

#[doc(hidden)]
pub use named::SharedBreaker;
pub use named::{all, named};
pub use permit::Permit;
pub use report::Report;
pub use state::{Snapshot, State};
#[doc(hidden)]
pub use tell::{Tell, TellDebug, TellDisplay, TellName, ask};

use self::core::{Core, Refusal, Transition};
use self::settings::{Given, Settings};
use self::word::{Ticks, UNWINDING};
use crate::clock;
use crate::fault::{Fault, Reason};
use crate::outcome::{Outcome, Refuse, Verdict};
use crate::point::{self, Event, Point};

/// A circuit breaker.
///
/// Its builder is `const`, so it can be a `static`: `static DB: Breaker = Breaker::new("db");`.
pub struct Breaker {
    core: Core<AtomicU64>,
    settings: Settings,
    given: Given,
    label: Label,
    listed: AtomicBool,
}

#[derive(Clone, Copy)]
enum Label {
    Name(&'static str, &'static Location<'static>),
    Point(&'static Point),
}

impl Breaker {
    /// Calls `f` if the breaker lets it pass, and takes note of how it went.
    ///
    /// A panic of `f` counts as a failure and goes on unchanged. The outcome of `f` is returned as
    /// it is, also by the call that opens the breaker; a call that is turned away returns
    /// [`Refuse::refuse`] of a [`Fault::Rejected`] with the time to the next trial.
    #[inline]
    pub fn call<R: Outcome + Refuse>(&self, f: impl FnOnce() -> R) -> R {
        match self.acquire() {
            Ok(permit) => {
                let outcome = f();
                permit.record(Verdict::of(&outcome));
                outcome
            }
            Err(fault) => R::refuse(fault),
        }
    }

    /// The same for an async `f`, which is not even called when the breaker turns the call away.
    ///
    /// Dropping the future before it is ready counts as ignored.
    // Not `AsyncFnOnce`: its future is not known to be `Send` once the block borrows anything.
    pub async fn call_async<R, F>(&self, f: impl FnOnce() -> F) -> R
    where
        R: Outcome + Refuse,
        F: Future<Output = R>,
    {
        match self.acquire() {
            Ok(permit) => {
                let outcome = f().await;
                permit.record(Verdict::of(&outcome));
                outcome
            }
            Err(fault) => R::refuse(fault),
        }
    }

    /// Leave for one call.
    ///
    /// # Errors
    /// [`Fault::Rejected`] with [`Reason::BreakerOpen`] and the time to the next trial; or with
    /// [`Reason::HalfOpenBusy`] and the time after which another call may take the place of the
    /// trial that is under way: it has `reset_timeout` to report, and decides nothing once replaced.
    #[inline]
    pub fn acquire(&self) -> Result<Permit<'_>, Fault> {
        // Two results, so that the one of the fast path stays in registers.
        match self.core.pass() {
            Some(stamp) => Ok(Permit::new(self, stamp)),
            None => match self.knock() {
                Ok(stamp) => Ok(Permit::new(self, stamp)),
                Err(fault) => Err(fault),
            },
        }
    }

    /// Opens the breaker by hand, or starts its time-out anew.
    pub fn trip(&self) {
        self.tell(self.core.force(State::Open, Ticks::at(clock::now())));
    }

    /// Closes the breaker by hand and forgets its failures.
    pub fn reset(&self) {
        self.tell(self.core.force(State::Closed, Ticks::at(clock::now())));
    }

    /// Makes the next call a trial.
    pub fn half_open(&self) {
        self.tell(self.core.force(State::HalfOpen, Ticks::at(clock::now())));
    }

    /// Its state. Reading it changes nothing: an open breaker becomes half-open by a call.
    #[must_use]
    pub fn state(&self) -> State {
        self.core.view().state
    }

    /// All that can be seen of it, at one moment.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let view = self.core.view();
        let half_open = view.state == State::HalfOpen;
        let retry_after = match view.state {
            State::Open => {
                let reset = self.settings.rules().reset;
                self.core.passed(view, reset, || Ticks::at(clock::now())).left_of(reset)
            }
            State::Closed | State::HalfOpen => None,
        };
        Snapshot {
            name: self.name(),
            state: view.state,
            failures: if half_open { 0 } else { view.count },
            successes: if half_open { view.count } else { 0 },
            trial: view.busy,
            retry_after,
            fail_max: self.settings.fail_max(),
            reset_timeout: self.settings.reset_timeout(),
            success_threshold: self.settings.success_threshold(),
        }
    }

    /// Its name: given, or that of the point it belongs to.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self.label {
            Label::Name(name, _) => name,
            Label::Point(point) => point.name(),
        }
    }

    /// Where it is defined.
    #[must_use]
    pub fn location(&self) -> &'static Location<'static> {
        match self.label {
            Label::Name(_, location) => location,
            Label::Point(point) => point.location(),
        }
    }

    /// Asks when it is not closed: the stamp of a permit.
    #[cold]
    fn knock(&self) -> Result<u64, Fault> {
        let rules = self.settings.rules();
        match self.core.admit(rules, || Ticks::at(clock::now())) {
            Ok((stamp, transition)) => {
                self.tell(transition);
                Ok(stamp)
            }
            Err(Refusal { busy, passed }) => {
                let reason = if busy { Reason::HalfOpenBusy } else { Reason::BreakerOpen };
                let fault = Fault::rejected(self.name(), reason, passed.left_of(rules.reset));
                if point::observed() {
                    point::emit(self.name(), &Event::Rejected { fault: &fault });
                }
                Err(fault)
            }
        }
    }

    #[inline]
    fn settle(&self, permit: u64, verdict: Verdict) {
        if !(matches!(verdict, Verdict::Success) && self.core.at_rest(permit)) {
            self.settle_slowly(permit, verdict);
        }
    }

    #[cold]
    fn settle_slowly(&self, permit: u64, verdict: Verdict) {
        let permit = permit & !UNWINDING;
        let now = || Ticks::at(clock::now());
        let transition = match verdict {
            Verdict::Success => self.core.success(permit, self.settings.rules(), now),
            Verdict::Failure => self.core.failure(permit, self.settings.rules(), now),
            Verdict::Ignored => {
                self.core.ignored(permit);
                None
            }
        };
        self.tell(transition);
    }

    /// After the change, and outside of every lock: there is none.
    fn tell(&self, transition: Option<Transition>) {
        if let Some(Transition { from, to }) = transition {
            if point::observed() {
                let event = Event::Breaker { from: from.as_str(), to: to.as_str() };
                point::emit(self.name(), &event);
            }
        }
    }
}

impl fmt::Debug for Breaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Breaker({}, {})", self.name(), self.state())
    }
}
