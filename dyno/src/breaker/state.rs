//! What can be seen of a breaker.

use std::fmt;
use std::time::Duration;

/// The state of a breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum State {
    /// Calls pass; their failures are counted.
    Closed,
    /// Calls are turned away until the reset time-out has passed.
    Open,
    /// One call at a time passes, to find out how the dependency does.
    HalfOpen,
}

impl State {
    /// Its name: `closed`, `open`, `half-open`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half-open",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A breaker at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// Its name.
    pub name: &'static str,
    /// Its state. An open breaker stays open until a call finds that the time-out has passed.
    pub state: State,
    /// Consecutive failures: so far when closed, those that opened it when open.
    pub failures: u32,
    /// Successful trials so far, when half-open.
    pub successes: u32,
    /// `true` while a trial is under way.
    pub trial: bool,
    /// The time to the next trial, when open; `None` otherwise, and when it never comes by itself.
    pub retry_after: Option<Duration>,
    /// How many consecutive failures open it.
    pub fail_max: u32,
    /// How long it stays open.
    pub reset_timeout: Duration,
    /// How many successful trials close it.
    pub success_threshold: u32,
}
