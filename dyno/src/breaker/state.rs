//! What can be seen of a breaker.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Breaker;
use super::core::Real;
use super::word::Phase;
use crate::fault::LastError;
use crate::point::Name;

/// The state of a breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// Calls pass and are counted.
    Closed,
    /// Calls are turned away until the reset time-out has passed.
    Open,
    /// Some calls pass, to find out how the dependency does.
    HalfOpen,
    /// Calls are turned away until somebody says otherwise.
    ForcedOpen,
    /// Calls pass and nothing is counted.
    Disabled,
    /// Calls pass and are counted, and listeners are told when it would open; it does not.
    MetricsOnly,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Closed,
        Self::Open,
        Self::HalfOpen,
        Self::ForcedOpen,
        Self::Disabled,
        Self::MetricsOnly,
    ];

    /// Its name: `closed`, `open`, `half-open`, `forced-open`, `disabled`, `metrics-only`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half-open",
            Self::ForcedOpen => "forced-open",
            Self::Disabled => "disabled",
            Self::MetricsOnly => "metrics-only",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// No state is called so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no state of a breaker is called `{0}`; there is closed, open, half-open, forced-open, disabled and metrics-only"
)]
pub struct UnknownState(String);

impl FromStr for State {
    type Err = UnknownState;

    fn from_str(name: &str) -> Result<Self, UnknownState> {
        // Attributes write `half_open`.
        let plain = name.replace('_', "-");
        let known = Self::ALL.into_iter().find(|state| state.as_str() == plain);
        known.ok_or_else(|| UnknownState(name.to_owned()))
    }
}

/// A breaker at one moment.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Snapshot {
    /// Its name.
    pub name: Name,
    /// Its state. An open breaker stays open until a call finds that the time-out has passed.
    pub state: State,
    /// Consecutive failures: so far when closed, those that opened it when open; failed trials
    /// when half-open.
    pub failures: u32,
    /// Successful trials so far, when half-open.
    pub successes: u32,
    /// How many trials are under way.
    pub trials: u32,
    /// How many may be.
    pub permits: u32,
    /// The share of the calls that pass, 0 to 1, while it recovers by stages.
    pub recovering: Option<f64>,
    /// The time to the next trial, when open; `None` otherwise, and when it never comes by itself.
    pub retry_after: Option<Duration>,
    /// What its window holds; all zero without a rule that needs one.
    pub window: Calls,
    /// What the call that last opened it failed with.
    pub last_error: Option<std::sync::Arc<str>>,
    /// How many consecutive failures open it; `None` when they do not count.
    pub fail_max: Option<u32>,
    /// How long it stays open, at first.
    pub reset_timeout: Duration,
    /// How many successful trials close it.
    pub success_threshold: u32,
}

/// Counts of calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Calls {
    /// All that have ended.
    pub calls: u64,
    /// Of these, failed.
    pub failures: u64,
    /// Of these, slow.
    pub slow: u64,
}

impl Breaker {
    /// All that can be seen of it, at one moment.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let settings = self.settings_in_force();
        let view = self.core.view();
        let (state, tally) = (view.phase.state(), view.tally());
        let is_trial = view.phase == Phase::HalfOpen;
        let seen = self.window.seen_if_made(view.generation, &settings);
        let share = self.core.stage(view, &settings, &Real).map(|(share, _)| share);
        Snapshot {
            name: self.shared_name(),
            state,
            failures: if is_trial { tally.bad } else { view.failures() },
            successes: if is_trial { tally.good } else { 0 },
            trials: if is_trial { tally.busy } else { 0 },
            permits: settings.permits(),
            recovering: share.filter(|_| view.phase == Phase::Recovering),
            retry_after: self.retry_after(&settings).filter(|_| state == State::Open),
            window: Calls { calls: seen.calls, failures: seen.failures, slow: seen.slow },
            last_error: LastError::from_number(self.last.load(Ordering::Relaxed))
                .and_then(LastError::text),
            fail_max: settings.max_failures(),
            reset_timeout: settings.first_reset(),
            success_threshold: settings.needed_successes(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_go_by_their_names() {
        for state in State::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
            assert_eq!(state.as_str().replace('-', "_").parse(), Ok(state));
        }
    }

    #[test]
    fn pb_55_an_unknown_name_is_an_error_that_lists_the_known_ones() {
        let error = "foo".parse::<State>().unwrap_err().to_string();
        assert!(error.contains("`foo`"), "{error}");
        for state in State::ALL {
            assert!(error.contains(state.as_str()), "{error}");
        }
    }
}
