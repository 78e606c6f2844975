//! Making and setting a breaker.

use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::time::Duration;

use super::core::Core;
use super::settings::{Given, Settings};
use super::{Breaker, Label};
use crate::point::Point;

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

    const fn labelled(label: Label) -> Self {
        Self {
            core: Core::new(AtomicU64::new(0), AtomicU64::new(0)),
            settings: Settings::new(),
            given: Given::nothing(),
            label,
            listed: AtomicBool::new(false),
        }
    }

    /// How many failures in a row open it.
    ///
    /// # Panics
    /// When `failures` is 0; in a `static`, at compile time.
    #[must_use]
    pub const fn fail_max(mut self, failures: u32) -> Self {
        check_fail_max(failures);
        self.given.fail_max = Some(failures);
        self.settings = Settings::with(self.given);
        self
    }

    /// How long it stays open before a trial, and how long a trial may keep other calls out.
    /// `Duration::MAX`: until it is reset by hand.
    ///
    /// # Panics
    /// When `timeout` is zero; in a `static`, at compile time.
    #[must_use]
    pub const fn reset_timeout(mut self, timeout: Duration) -> Self {
        check_reset_timeout(timeout);
        self.given.reset_timeout = Some(timeout);
        self.settings = Settings::with(self.given);
        self
    }

    /// How many successful trials close it.
    ///
    /// # Panics
    /// When `successes` is 0; in a `static`, at compile time.
    #[must_use]
    pub const fn success_threshold(mut self, successes: u32) -> Self {
        check_success_threshold(successes);
        self.given.success_threshold = Some(successes);
        self.settings = Settings::with(self.given);
        self
    }

    /// Changes [`fail_max`](Self::fail_max) while it works; the next failure goes by it.
    ///
    /// # Panics
    /// When `failures` is 0.
    pub fn set_fail_max(&self, failures: u32) {
        check_fail_max(failures);
        self.settings.take(Given { fail_max: Some(failures), ..Given::nothing() });
    }

    /// Changes [`reset_timeout`](Self::reset_timeout) while it works; an open breaker goes by it.
    ///
    /// # Panics
    /// When `timeout` is zero.
    pub fn set_reset_timeout(&self, timeout: Duration) {
        check_reset_timeout(timeout);
        self.settings.take(Given { reset_timeout: Some(timeout), ..Given::nothing() });
    }

    /// Changes [`success_threshold`](Self::success_threshold) while it works; the next successful
    /// trial goes by it.
    ///
    /// # Panics
    /// When `successes` is 0.
    pub fn set_success_threshold(&self, successes: u32) {
        check_success_threshold(successes);
        self.settings.take(Given { success_threshold: Some(successes), ..Given::nothing() });
    }
}

const fn check_fail_max(failures: u32) {
    assert!(
        failures != 0,
        "breaker: `fail_max` must be at least 1: it is the failure in a row that opens it"
    );
}

const fn check_reset_timeout(timeout: Duration) {
    assert!(
        !timeout.is_zero(),
        "breaker: `reset_timeout` must be above zero, else it never turns a call away"
    );
}

const fn check_success_threshold(successes: u32) {
    assert!(
        successes != 0,
        "breaker: `success_threshold` must be at least 1: it is the trial that closes it"
    );
}
