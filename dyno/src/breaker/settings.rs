//! The numbers a breaker goes by.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use super::core::Rules;
use super::word::Ticks;

pub(super) const FAIL_MAX: u32 = 5;
pub(super) const RESET_TIMEOUT: Duration = Duration::from_secs(60);
pub(super) const SUCCESS_THRESHOLD: u32 = 1;

/// What a definition says; the rest is left to the defaults.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Given {
    pub(super) fail_max: Option<u32>,
    pub(super) reset_timeout: Option<Duration>,
    pub(super) success_threshold: Option<u32>,
}

impl Given {
    pub(super) const fn nothing() -> Self {
        Self { fail_max: None, reset_timeout: None, success_threshold: None }
    }
}

/// What is in force; read when something has failed, never on the way of success.
#[derive(Debug)]
pub(super) struct Settings {
    fail_max: AtomicU32,
    success_threshold: AtomicU32,
    reset_nanos: AtomicU64,
}

impl Settings {
    pub(super) const fn new() -> Self {
        Self {
            fail_max: AtomicU32::new(FAIL_MAX),
            success_threshold: AtomicU32::new(SUCCESS_THRESHOLD),
            reset_nanos: AtomicU64::new(nanos(RESET_TIMEOUT)),
        }
    }

    pub(super) fn fail_max(&self) -> u32 {
        self.fail_max.load(Ordering::Relaxed)
    }

    pub(super) fn success_threshold(&self) -> u32 {
        self.success_threshold.load(Ordering::Relaxed)
    }

    pub(super) fn reset_timeout(&self) -> Duration {
        match self.reset_nanos.load(Ordering::Relaxed) {
            u64::MAX => Duration::MAX,
            nanos => Duration::from_nanos(nanos),
        }
    }

    pub(super) fn rules(&self) -> Rules {
        Rules {
            fail_max: self.fail_max(),
            success_threshold: self.success_threshold(),
            reset: Ticks::lasting(self.reset_timeout()),
        }
    }

    /// Puts what is given in force.
    pub(super) fn take(&self, given: Given) {
        if let Some(count) = given.fail_max {
            self.fail_max.store(count, Ordering::Relaxed);
        }
        if let Some(count) = given.success_threshold {
            self.success_threshold.store(count, Ordering::Relaxed);
        }
        if let Some(timeout) = given.reset_timeout {
            self.reset_nanos.store(nanos(timeout), Ordering::Relaxed);
        }
    }

    /// The same at compile time.
    pub(super) const fn with(given: Given) -> Self {
        let mut settings = Self::new();
        if let Some(count) = given.fail_max {
            settings.fail_max = AtomicU32::new(count);
        }
        if let Some(count) = given.success_threshold {
            settings.success_threshold = AtomicU32::new(count);
        }
        if let Some(timeout) = given.reset_timeout {
            settings.reset_nanos = AtomicU64::new(nanos(timeout));
        }
        settings
    }
}

/// 584 years are as good as for ever.
const fn nanos(duration: Duration) -> u64 {
    let nanos = duration.as_nanos();
    if nanos >= u64::MAX as u128 {
        return u64::MAX;
    }
    #[allow(clippy::cast_possible_truncation)] // Just compared.
    {
        nanos as u64
    }
}
