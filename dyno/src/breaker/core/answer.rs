//! What the machine answers.

use std::time::Duration;

use super::super::why::{Change, Why};
use super::super::word::{Ticks, stamp};
use crate::fault::Reason;

/// Why a call may not pass: two words, which stay in registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Refusal {
    pub(in super::super) reason: Reason,
    /// The time to the next trial; for ever where none comes.
    pub(in super::super) left: Ticks,
}

impl Refusal {
    pub(in super::super) fn new(reason: Reason, retry_after: Option<Duration>) -> Self {
        Self { reason, left: retry_after.map_or(Ticks::EVER, Ticks::lasting) }
    }

    pub(in super::super) fn retry_after(self) -> Option<Duration> {
        (self.left < Ticks::EVER).then(|| self.left.duration())
    }
}

/// Leave to call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) struct Leave {
    pub(in super::super) stamp: u64,
    /// When a trial began, in nanoseconds; 0 for other calls.
    pub(in super::super) since: u64,
    pub(in super::super) change: Option<Change>,
}

impl Leave {
    pub(in super::super) const fn plain(generation: u64) -> Self {
        Self { stamp: stamp(generation), since: 0, change: None }
    }
}

/// What became of a call that failed or was too slow, or of a trial.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) enum Verdict {
    /// Nothing changes.
    Counted,
    /// This call has opened it.
    Opened(Change),
    /// This trial was the last one needed.
    Closed(Change),
    /// This call would have opened it, were that not suspended.
    Exceeded(Why),
    /// It came too late, and counts nowhere.
    Late,
}
