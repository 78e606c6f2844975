//! How a call ended, in the eyes of the breaker: also by the time that it took.

use std::time::Duration;

use super::Report;
use super::core::{Real, Time, between};
use super::settings::Settings;
use super::window::End;
use crate::outcome::Verdict;

/// How a call ended, and what is told of it.
#[derive(Clone, Copy)]
pub(super) struct Ended<'r> {
    pub(super) verdict: Verdict,
    /// It took longer than `slow`.
    pub(super) slow: bool,
    /// It went well, and failed by the time that it took: what it returned is good.
    pub(super) late: bool,
    pub(super) report: &'r Report<'r>,
}

impl Ended<'_> {
    pub(super) const fn failed(&self) -> bool {
        matches!(self.verdict, Verdict::Failure)
    }

    /// What a window counts.
    pub(super) const fn end(&self) -> End {
        End { failed: self.failed(), slow: self.slow }
    }

    /// As a trial: one that takes too long has not shown that the dependency is well.
    pub(super) const fn of_trial(&self) -> Verdict {
        if self.slow { Verdict::Failure } else { self.verdict }
    }

    /// Only the time speaks against it.
    pub(super) const fn only_slow(&self) -> bool {
        self.late || self.slow && !self.failed()
    }
}

/// What a call took that began at `since`, where calls are timed.
pub(super) fn took(since: u64) -> Option<Duration> {
    // One that began before calls were timed has no beginning.
    (since != 0).then(|| between(since, Real.nanos().0))
}

/// Whether a call that took so long was slow, and by how much time a success was to be had.
pub(super) fn judge(took: Option<Duration>, settings: &Settings) -> (bool, Option<Duration>) {
    let Some(took) = took else { return (false, None) };
    let slow = settings.slow.is_some_and(|limit| took > limit);
    (slow, settings.expected_in.filter(|limit| took > *limit))
}
