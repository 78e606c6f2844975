//! What calls make of a record: the rules of the machine, for one that is kept elsewhere.
//!
//! Each step says what the record is to be, or `None` when it is to stay. A store may ask again, so
//! they have no effect but that.

use std::time::Duration;

use super::super::State;
use super::super::core::{Told, decided};
use super::super::settings::Settings;
use super::super::why::Why;
use super::super::word::{Phase, TOLD, Tally, Ticks};
use super::Record;
use crate::outcome::Verdict;

/// The machine's state as a record of that era.
pub(super) fn record_of(told: &Told, (epoch, by): (u64, u64), version: u64) -> Record {
    let mut record = Record::new(told.phase.state());
    record.recovering = told.phase == Phase::Recovering;
    if told.phase == Phase::HalfOpen {
        let Tally { busy, good, bad } = Tally::of(told.count);
        (record.trials, record.successes, record.failures) = (busy, good, bad);
        record.tried = (busy > 0).then_some(Duration::ZERO);
    } else {
        record.failures = told.count & !TOLD;
    }
    (record.openings, record.open_for, record.since) = (told.openings, told.asked, told.since);
    (record.epoch, record.by, record.version) = (epoch, by, version);
    record
}

/// The other way round.
pub(super) fn told_of(record: &Record) -> Told {
    let trials = record.state == State::HalfOpen && !record.recovering;
    let phase = match record.state {
        State::HalfOpen if record.recovering => Phase::Recovering,
        state => Phase::of(state),
    };
    let count = if trials {
        let Record { trials, successes, failures, .. } = *record;
        Tally { busy: trials.min(0xff), good: successes.min(0xfff), bad: failures.min(0xfff) }
            .pack()
    } else {
        record.failures.min(TOLD - 1)
    };
    let asked = record.open_for.filter(|_| phase == Phase::Open);
    Told { phase, count, since: record.since, openings: record.openings, asked }
}

impl Record {
    /// Calls pass and are counted, and it may open.
    const fn is_counting(&self) -> bool {
        matches!(self.state, State::Closed) || self.recovering
    }

    const fn is_trying(&self) -> bool {
        matches!(self.state, State::HalfOpen) && !self.recovering
    }

    /// A call succeeded: there were no failures in a row.
    pub(super) fn succeeded(&self) -> Option<Self> {
        (self.is_counting() && self.failures > 0).then(|| Self { failures: 0, ..self.clone() })
    }

    /// A call failed, or (not `failed`) took too long; `why` says whether that is too much after so
    /// many failures in a row.
    pub(super) fn failed(
        &self,
        failed: bool,
        settings: &Settings,
        by: u64,
        why: impl Fn(u32) -> Option<Why>,
    ) -> (Option<Self>, Option<Why>) {
        if !self.is_counting() {
            return (None, None);
        }
        let failures = if failed { self.failures.saturating_add(1) } else { 0 };
        let Some(why) = why(failures) else {
            let changes = failures != self.failures;
            return (changes.then(|| Self { failures, ..self.clone() }), None);
        };
        let openings = self.openings_in_a_row(settings);
        let opened = Self { failures, openings, ..self.entering(State::Open, by) };
        (Some(opened), Some(why))
    }

    /// The how many-th time in a row it opens now, from 0: the row ends when it has been closed for
    /// as long as it last was open.
    fn openings_in_a_row(&self, settings: &Settings) -> u32 {
        let Some(last) = self.openings.checked_sub(1) else { return 0 };
        let first = Ticks::lasting(settings.first_reset());
        let was_open = first.doubled(last, Ticks::lasting(settings.last_reset())).duration();
        let healthy = self.since.is_some_and(|healthy| healthy >= was_open);
        if healthy { 0 } else { self.openings }
    }

    /// It has been open for `lasts` by the clock of the store, or by a clock here where that does
    /// not know: the first trial begins.
    pub(super) fn half_open(&self, lasts: Duration, by: u64) -> Option<Self> {
        let over = self.state == State::Open && self.since.is_none_or(|since| since >= lasts);
        // From now on: how many openings in a row there were.
        over.then(|| Self { openings: self.openings.saturating_add(1), ..self.trial(by) })
    }

    fn trial(&self, by: u64) -> Self {
        let entering = self.entering(State::HalfOpen, by);
        Self { trials: 1, tried: Some(Duration::ZERO), ..entering }
    }

    /// Another trial begins, if there is a place. When the time of all that are under way is up,
    /// they are given up, and what they may still report belongs to an earlier state.
    pub(super) fn try_again(&self, settings: &Settings, by: u64) -> Option<Self> {
        if !self.is_trying() {
            return None;
        }
        if self.trials < settings.permits() {
            let (trials, tried) = (self.trials + 1, Some(Duration::ZERO));
            return Some(Self { trials, tried, ..self.clone() });
        }
        let lost = self.tried.is_none_or(|tried| tried >= settings.probe());
        lost.then(|| {
            let Self { failures, successes, openings, .. } = *self;
            Self { failures, successes, openings, ..self.trial(by) }
        })
    }

    /// A trial has reported.
    pub(super) fn reported(
        &self,
        verdict: Verdict,
        settings: &Settings,
        by: u64,
    ) -> (Option<Self>, Option<Why>) {
        if !self.is_trying() {
            return (None, None);
        }
        let mut next = Self { trials: self.trials.saturating_sub(1), ..self.clone() };
        match verdict {
            Verdict::Success => next.successes = next.successes.saturating_add(1),
            Verdict::Failure => next.failures = next.failures.saturating_add(1),
            Verdict::Ignored => return (Some(next), None),
        }
        let tally = Tally { busy: 0, good: next.successes, bad: next.failures };
        let Some((phase, why)) = decided(tally, settings) else { return (Some(next), None) };
        let decided = Self {
            recovering: phase == Phase::Recovering,
            failures: if phase == Phase::Open { next.failures } else { 0 },
            openings: self.openings,
            ..self.entering(phase.state(), by)
        };
        (Some(decided), Some(why))
    }

    /// All stages of recovery are over.
    pub(super) fn recovered(&self, by: u64) -> Option<Self> {
        let openings = self.openings;
        self.recovering.then(|| Self { openings, ..self.entering(State::Closed, by) })
    }

    /// Somebody said so.
    pub(super) fn set(&self, state: State, by: u64) -> Self {
        let keep = state == State::Open && matches!(self.state, State::Closed | State::Open);
        let failures = if keep { self.failures } else { 0 };
        Self { failures, ..self.entering(state, by) }
    }

    /// The error that has opened it asks for a time.
    pub(super) fn open_for(&self, time: Duration) -> Option<Self> {
        let open_for = Some(time);
        (self.state == State::Open).then(|| Self { open_for, ..self.clone() })
    }
}
