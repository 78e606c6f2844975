//! Making and setting a breaker.

use std::ops::Range;
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64};
use std::time::Duration;

use arc_swap::ArcSwapOption;

use super::core::Core;
use super::listen::Listeners;
use super::rule::Rule;
use super::settings::{Settings, TripError};
use super::settle::ways;
use super::state::State;
use super::window::Window;
use super::{Breaker, Label, word};
use crate::point::Point;
use crate::shared::Listed;

/// The settings of a breaker that is being made: those of [`Settings`], under the same names.
macro_rules! given {
    ($($(#[doc = $doc:literal])+ $name:ident($value:ident: $of:ty);)+) => {
        impl Breaker {$(
            $(#[doc = $doc])+
            #[doc = concat!("\n\nSee [`Settings::", stringify!($name), "`], also for when it panics: in a `static`, at compile time.")]
            #[must_use]
            #[track_caller]
            pub const fn $name(self, $value: $of) -> Self {
                let given = self.given.$name($value);
                self.given(given)
            }
        )+}
    };
}

given! {
    /// How many failures in a row open it; 5 unless a rate or a rule of your own does.
    fail_max(failures: u32);
    /// How long it stays open before a trial; 60 s. `Duration::MAX`: until it is reset by hand.
    reset_timeout(timeout: Duration);
    /// A reset time-out that doubles as long as it does not stay closed.
    reset_backoff(limits: Range<Duration>);
    /// The share of the reset time-out that is left to chance.
    jitter(share: f64);
    /// How many successful trials close it; 1.
    success_threshold(successes: u32);
    /// The share of the trials that must succeed; all.
    success_rate(share: f64);
    /// How many trials may be under way at a time; 1.
    trials(permits: u32);
    /// How long a trial may take to report; the (first) reset time-out.
    probe_timeout(timeout: Duration);
    /// Rates are taken over the latest so many calls; 100.
    window_calls(calls: u32);
    /// Rates are taken over the calls of the latest so long.
    window_time(time: Duration);
    /// The share of failures that opens it.
    failure_rate(share: f64);
    /// How many calls the window must hold before a rate counts; 20.
    min_calls(calls: u32);
    /// A call that takes longer is slow.
    slow(limit: Duration);
    /// The share of slow calls that opens it; all.
    slow_rate(share: f64);
    /// A success that takes longer counts as a failure.
    expected_in(limit: Duration);
    /// Lets traffic back by stages.
    recover(stages: &'static [f64]);
    /// A rule of your own.
    rule(rule: &'static dyn Rule);
    /// What the call that opens it returns; its own outcome.
    trip_error(returns: TripError);
    /// The state it starts in; closed.
    starts(state: State);
}

impl Breaker {
    /// A closed breaker: opens after 5 failures in a row, for 60 s, and closes after 1 success.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str) -> Self {
        Self::labelled(Label::Name(name, Location::caller()))
    }

    /// The same, called after an annotated function.
    #[must_use]
    pub const fn of(point: &'static Point) -> Self {
        Self::labelled(Label::Point(point))
    }

    /// One of many that a key tells apart.
    #[allow(dead_code)]
    pub(super) fn keyed(
        name: Arc<str>,
        at: &'static Location<'static>,
        settings: Settings,
    ) -> Self {
        Self::labelled(Label::Key(name, at)).with(settings)
    }

    #[expect(clippy::declare_interior_mutable_const, reason = "four words that begin as zero")]
    const fn labelled(label: Label) -> Self {
        const ZERO: AtomicU64 = AtomicU64::new(0);
        Self {
            core: Core::new(ZERO, ZERO, ZERO, ZERO),
            ways: AtomicU8::new(0),
            given: Settings::new(),
            changed: ArcSwapOption::const_empty(),
            window: Window::new(),
            listeners: Listeners::new(),
            last: AtomicU64::new(0),
            label,
            listed: Listed::not_yet(),
            shared: ArcSwapOption::const_empty(),
        }
    }

    /// The same with these settings, in place of all that were given before.
    #[must_use]
    pub const fn with(self, settings: Settings) -> Self {
        self.given(settings)
    }

    const fn given(mut self, given: Settings) -> Self {
        let state = match given.starts {
            Some(state) => state,
            None => State::Closed,
        };
        let ways = ways(&given);
        self.given = given;
        self.ways = AtomicU8::new(ways);
        self.core.word = AtomicU64::new(word::first(state, ways != 0));
        self
    }

    /// Changes settings while it works.
    ///
    /// What is under way goes on: the next failure goes by a new limit or rate, the next success by
    /// a new threshold, a call that is turned away by a new time-out, the next trial by a new number
    /// of them. The window keeps what it holds, unless it is given another size or kind: then it
    /// begins anew, and calls that are under way count nowhere. A new initial state changes nothing any more.
    ///
    /// ```
    /// # use dyno::breaker::Breaker;
    /// static DB: Breaker = Breaker::new("db");
    /// DB.change(|settings| settings.fail_max(10));
    /// assert_eq!(DB.snapshot().fail_max, Some(10));
    /// ```
    ///
    /// # Panics
    /// When `change` does: see [`Settings`]. Nothing is changed then.
    pub fn change(&self, change: impl Fn(Settings) -> Settings) {
        let before = *self.settings_in_force();
        self.changed.rcu(|now| {
            let now = now.as_deref().copied().unwrap_or(self.given);
            Some(Arc::new(change(now)))
        });
        self.look_at_ways();
        self.core.forget_end();
        if before.span() != self.settings_in_force().span() {
            self.core.renew();
        }
    }

    /// Adds what another definition of the same breaker says.
    pub(super) fn add(&self, given: Settings) {
        // One that has begun closed may still have to start otherwise, while nobody was told of it.
        let before = self.settings().starts;
        let fresh = self.core.is_fresh(State::Closed);
        self.change(|now| now.merged(&given).unwrap_or(now));
        if let (None, Some(state), true) = (before, given.starts, fresh) {
            self.start(state);
        }
    }

    /// What it goes by.
    pub fn settings(&self) -> Settings {
        *self.settings_in_force()
    }
}
