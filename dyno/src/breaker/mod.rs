//! The circuit breaker: stop calling what keeps failing, and find out when it has recovered.
//!
//! Closed, it lets calls pass and counts; when too many fail, it opens, and turns calls away for
//! `reset_timeout`; then it is half-open and lets one call pass as a trial: a good one closes it, a
//! bad one opens it again. (Michael Nygard, "Release It!", 2007.) A [`Fuse`] is a switch that only a
//! hand throws.
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

#![doc = include_str!("../../docs/breaker_module.md")]

#[cfg(feature = "balance")]
mod balanced;
mod build;
mod check;
mod core;
mod defaults;
mod ended;
mod explain;
mod fuse;
mod guard;
mod keyed;
mod listen;
mod listeners;
#[cfg(all(test, loom))]
mod loom_model;
mod measure;
mod merge;
mod named;
mod owned;
mod permit;
mod report;
mod rule;
mod settings;
mod settle;
mod state;
pub mod store;
mod tell;
mod told;
mod why;
mod window;
mod word;

use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use arc_swap::ArcSwapOption;

#[cfg(feature = "balance")]
pub(crate) use balanced::{Held, Hope};
#[doc(hidden)]
pub use fuse::SharedFuse;
pub use fuse::{Fuse, FuseListening, fuse, fuses};
pub use guard::GuardIter;
#[cfg(feature = "stream")]
pub use guard::GuardStream;
#[doc(hidden)]
pub use keyed::SharedKeyed;
pub use keyed::{Keyed, keyed};
pub use listen::{Happened, Listener, Listening};
#[cfg(feature = "log")]
pub use listeners::Logging;
#[cfg(feature = "tracing")]
pub use listeners::Tracing;
pub use listeners::{Counting, Counts};
#[doc(hidden)]
pub use measure::{Measure, Windowed, window};
#[doc(hidden)]
pub use named::SharedBreaker;
pub use named::{all, named};
pub use owned::OwnedPermit;
pub use permit::Permit;
#[doc(hidden)]
pub use permit::{Refused, aside};
pub use report::Report;
pub use rule::Rule;
pub use settings::{Settings, TripError};
pub use state::{Calls, Snapshot, State, UnknownState};
#[doc(hidden)]
pub use why::{Change, Why};
pub use window::Seen;

use self::core::{Core, Real, Time};
use self::listen::Listeners;
use self::window::Window;
use self::word::{Phase, UNGUARDED};
use crate::fault::Fault;
use crate::fault::explain::Opened;
use crate::outcome::{Outcome, Refuse, Verdict};
use crate::point::{Name, Point};
use crate::shared::Listed;

/// A circuit breaker.
///
/// Its builder is `const`, so it can be a `static`: `static DB: Breaker = Breaker::new("db");`.
pub struct Breaker {
    core: Core<AtomicU64>,
    /// Why calls go the long way.
    ways: AtomicU8,
    given: Settings,
    /// What [`change`](Self::change) has made of them.
    changed: ArcSwapOption<Settings>,
    window: Window<AtomicU64>,
    listeners: Listeners,
    /// The number of the error that opened it last.
    last: AtomicU64,
    label: Label,
    listed: Listed,
    /// What it shares its state by.
    shared: ArcSwapOption<store::Shared>,
}

#[derive(Clone)]
enum Label {
    Name(&'static str, &'static Location<'static>),
    Point(&'static Point),
    Key(Arc<str>, &'static Location<'static>),
}

impl Breaker {
    /// Calls `f` if the breaker lets it pass, and takes note of how it went.
    ///
    /// A panic of `f` counts as a failure and goes on unchanged. The outcome of `f` is returned as
    /// it is, also by the call that opens the breaker (unless its [`TripError`] says otherwise); a
    /// call that is turned away returns [`Refuse::refuse`] of a [`Fault::Rejected`] with the time to
    /// the next trial. Of the error it reads nothing, for its type need not be one: it keeps no words,
    /// and counts a refusal from further in as it counts any other. The attribute does, and [`Permit::settle`]
    /// can.
    #[inline]
    pub fn call<R: Outcome + Refuse>(&self, f: impl FnOnce() -> R) -> R {
        match self.enter() {
            Ok(permit) => {
                let outcome = f();
                match permit.settle(Verdict::of(&outcome), &Report::NOTHING) {
                    None => outcome,
                    Some(fault) => R::refuse(fault),
                }
            }
            Err(refused) => R::refuse(refused.fault()),
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
        match self.enter() {
            Ok(permit) => {
                let outcome = f().await;
                match permit.settle(Verdict::of(&outcome), &Report::NOTHING) {
                    None => outcome,
                    Some(fault) => R::refuse(fault),
                }
            }
            Err(refused) => R::refuse(refused.fault()),
        }
    }

    /// Leave for one call.
    ///
    /// # Errors
    /// [`Fault::Rejected`] with the reason and, where it is known, the time after which another try
    /// may pass: [`BreakerOpen`](crate::Reason::BreakerOpen), [`ForcedOpen`](crate::Reason::ForcedOpen),
    /// [`HalfOpenBusy`](crate::Reason::HalfOpenBusy) when all trials are under way, and
    /// [`Recovering`](crate::Reason::Recovering) when this call is not among the share that passes.
    #[inline]
    pub fn acquire(&self) -> Result<Permit<'_>, Fault> {
        self.enter().map_err(Refused::fault)
    }

    /// The same, and the fault is made where it is wanted: it is large, and every move costs.
    #[doc(hidden)]
    #[inline]
    pub fn enter(&self) -> Result<Permit<'_>, Refused<'_>> {
        // Two results, so that the one of the fast path stays in registers.
        match self.core.pass().or_else(|| self.pass_watched()) {
            Some(stamp) => Ok(Permit::new(self, stamp, 0)),
            None => match self.knock() {
                Ok((stamp, since)) => Ok(Permit::new(self, stamp, since)),
                Err(refusal) => Err(Refused::new(self, refusal)),
            },
        }
    }

    /// Leave for a call that is not guarded: it passes whatever the state, and counts nowhere.
    #[inline]
    pub fn unguarded(&self) -> Permit<'_> {
        Permit::new(self, UNGUARDED, 0)
    }

    /// Opens it by hand, or starts its time-out anew.
    #[track_caller]
    pub fn trip(&self) {
        self.force(Phase::Open);
    }

    /// Closes it by hand, from any state, and forgets what it has seen.
    pub fn reset(&self) {
        self.force(Phase::Closed);
        self.tell_reset();
    }

    /// Makes the next calls trials.
    pub fn half_open(&self) {
        self.force(Phase::HalfOpen);
    }

    /// Turns every call away until it is set otherwise by hand.
    #[track_caller]
    pub fn force_open(&self) {
        self.force(Phase::ForcedOpen);
    }

    /// Lets every call pass, and counts nothing, until it is set otherwise by hand.
    pub fn disable(&self) {
        self.force(Phase::Disabled);
    }

    /// Lets every call pass and counts it; listeners are told when it would have opened.
    pub fn metrics_only(&self) {
        self.force(Phase::MetricsOnly);
    }

    fn start(&self, state: State) {
        self.force(Phase::of(state));
    }

    #[track_caller]
    fn force(&self, phase: Phase) {
        let change = if self.shares() {
            self.force_shared(phase)
        } else {
            self.core.force(phase, Why::ByHand, Real.now())
        };
        // No error has done this.
        if matches!(phase, Phase::Open | Phase::ForcedOpen) {
            self.keep("", Opened::ByHand { at: Location::caller() });
        } else {
            self.last.store(0, Ordering::Relaxed);
        }
        if let Some(change) = change {
            self.tell_change(change);
        }
    }

    /// Its state. Reading it changes nothing: an open breaker becomes half-open by a call.
    #[must_use]
    pub fn state(&self) -> State {
        self.core.view().phase.state()
    }

    /// Its name: given, or that of the point it belongs to.
    #[must_use]
    pub fn name(&self) -> &str {
        match &self.label {
            Label::Name(name, _) => name,
            Label::Point(point) => point.name(),
            Label::Key(name, _) => name,
        }
    }

    /// The same, as faults carry it.
    fn shared_name(&self) -> Name {
        match &self.label {
            Label::Name(name, _) => Name::Static(name),
            Label::Point(point) => Name::Static(point.name()),
            Label::Key(name, _) => Name::Shared(name.clone()),
        }
    }

    /// Where it is defined.
    #[must_use]
    pub fn location(&self) -> &'static Location<'static> {
        match self.label {
            Label::Name(_, location) | Label::Key(_, location) => location,
            Label::Point(point) => point.location(),
        }
    }

    /// Tells `listener` what happens here, from now on until the guard is dropped.
    ///
    /// Listeners are told in the order in which they were added; one that is added twice is told
    /// twice.
    ///
    /// ```
    /// use dyno::breaker::{Breaker, Happened};
    ///
    /// let db = Breaker::new("db").fail_max(1);
    /// let listening = db.listen(|db: &Breaker, happened: &Happened| {
    ///     if let Happened::StateChange { change, .. } = happened {
    ///         println!("{}: {change}", db.name()); // db: closed -> open: 1 failure
    ///     }
    /// });
    /// let _ = db.call(|| None::<u8>);
    /// drop(listening);
    /// ```
    pub fn listen(&self, listener: impl Listener + 'static) -> Listening<'_> {
        Listening::new(self, Arc::new(listener))
    }

    /// Who listens, in the order in which they are told.
    #[must_use]
    pub fn listeners(&self) -> Vec<Arc<dyn Listener>> {
        self.listeners.all()
    }
}

impl fmt::Debug for Breaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Breaker({}, {})", self.name(), self.state())
    }
}
