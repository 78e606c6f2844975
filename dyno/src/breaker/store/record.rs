//! What is kept of a breaker.

use std::time::Duration;

use super::super::State;

/// What a [`Storage`](super::Storage) keeps of a breaker: its state, its counts and their ages.
///
/// A store writes down what it is given, and hands it out again as it was but for the ages and the
/// version; the rest means something to breakers alone.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record {
    /// The state.
    pub state: State,
    /// Half-open, and the trials were good: traffic comes back by stages.
    pub recovering: bool,
    /// Consecutive failures so far when closed, those that opened it when open; failed trials when
    /// half-open.
    pub failures: u32,
    /// Successful trials so far, when half-open.
    pub successes: u32,
    /// How many trials are under way in all processes.
    pub trials: u32,
    /// How long ago the latest of them began.
    pub tried: Option<Duration>,
    /// How often it has opened in a row, without being well for long in between.
    pub openings: u32,
    /// How long it is open, where the error that opened it asked for a time.
    pub open_for: Option<Duration>,
    /// How long ago the state was entered. `None`: nobody knows; then each breaker goes by when it
    /// first saw it.
    pub since: Option<Duration>,
    /// Counts the changes of state.
    pub epoch: u64,
    /// Which breaker made the last change of state: each draws a number. 0: none.
    pub by: u64,
    /// Counts what is written: the store's own number. 0: it is not written yet.
    pub version: u64,
}

impl Record {
    /// A breaker in `state`, entered nobody knows when, that has seen nothing yet.
    #[must_use]
    pub const fn new(state: State) -> Self {
        Self {
            state,
            recovering: false,
            failures: 0,
            successes: 0,
            trials: 0,
            tried: None,
            openings: 0,
            open_for: None,
            since: None,
            epoch: 0,
            by: 0,
            version: 0,
        }
    }

    /// The same record when `time` has passed: its ages are greater.
    ///
    /// ```
    /// use std::time::Duration;
    /// use dyno::breaker::{State, store::Record};
    ///
    /// let mut record = Record::new(State::Open);
    /// record.since = Some(Duration::from_secs(2));
    /// let later = record.older(Duration::from_secs(3));
    /// assert_eq!((later.since, later.tried), (Some(Duration::from_secs(5)), None));
    /// ```
    #[must_use]
    pub fn older(mut self, time: Duration) -> Self {
        let older = |age: Duration| age.saturating_add(time);
        self.since = self.since.map(older);
        self.tried = self.tried.map(older);
        self
    }

    /// Which change of state it is the result of.
    pub(super) const fn era(&self) -> (u64, u64) {
        (self.epoch, self.by)
    }

    /// It enters `state` now, by the breaker `by`.
    pub(super) const fn entering(&self, state: State, by: u64) -> Self {
        Self {
            since: Some(Duration::ZERO),
            epoch: self.epoch.wrapping_add(1),
            by,
            version: self.version,
            ..Self::new(state)
        }
    }
}
