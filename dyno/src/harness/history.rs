//! What a point has told lately.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::report::{Kind, Report};

/// What has been told at one point: the last reports, and how many there were.
///
/// Found by [`of`] and [`all`]. All that stand for the same name share one.
pub struct History {
    name: &'static str,
    state: Mutex<State>,
}

struct State {
    /// Of the last ones so many.
    keep: usize,
    /// The oldest first.
    reports: VecDeque<Arc<Report>>,
    counts: Counts,
}

/// How often what was to be told at a point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Counts {
    /// Calls that returned a failure.
    pub failed: u64,
    /// Calls that panicked.
    pub panicked: u64,
    /// Calls that dyno had turned away.
    pub rejected: u64,
    /// Calls that dyno had not waited for any longer.
    pub timed_out: u64,
    /// How many of all these were counted and not told, because of `at_most`.
    pub left_out: u64,
}

impl Counts {
    /// All that was to be told, what was left out included.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.failed + self.panicked + self.rejected + self.timed_out
    }

    /// How many there were of one kind.
    #[must_use]
    pub const fn of(&self, kind: Kind) -> u64 {
        match kind {
            Kind::Failed => self.failed,
            Kind::Panicked => self.panicked,
            Kind::Rejected => self.rejected,
            Kind::TimedOut => self.timed_out,
        }
    }

    fn add(&mut self, kind: Kind) {
        *match kind {
            Kind::Failed => &mut self.failed,
            Kind::Panicked => &mut self.panicked,
            Kind::Rejected => &mut self.rejected,
            Kind::TimedOut => &mut self.timed_out,
        } += 1;
    }
}

static HISTORIES: Mutex<BTreeMap<&'static str, &'static History>> = Mutex::new(BTreeMap::new());

fn histories() -> MutexGuard<'static, BTreeMap<&'static str, &'static History>> {
    HISTORIES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the point called `name` has told; `None` as long as there was nothing to tell.
#[must_use]
pub fn of(name: &str) -> Option<&'static History> {
    histories().get(name).copied()
}

/// That of every point that had something to tell, by name.
#[must_use]
pub fn all() -> Vec<&'static History> {
    histories().values().copied().collect()
}

impl History {
    /// That of `name`, which keeps at least so many.
    pub(super) fn named(name: &'static str, keep: usize) -> &'static Self {
        let history = *histories().entry(name).or_insert_with(|| {
            let state = State { keep: 0, reports: VecDeque::new(), counts: Counts::default() };
            // Once a name and for the life of the program, as the point that has it.
            Box::leak(Box::new(Self { name, state: Mutex::new(state) }))
        });
        let mut state = history.lock();
        state.keep = state.keep.max(keep);
        drop(state);
        history
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One that is told.
    pub(super) fn add(&self, report: Arc<Report>) {
        let mut state = self.lock();
        state.counts.add(report.kind);
        let gone = if state.reports.len() == state.keep { state.reports.pop_front() } else { None };
        state.reports.push_back(report);
        drop(state);
        drop(gone);
    }

    /// One that is not.
    pub(super) fn leave_out(&self, kind: Kind) {
        let mut state = self.lock();
        state.counts.add(kind);
        state.counts.left_out += 1;
    }

    /// The name of the point.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The last report.
    #[must_use]
    pub fn last(&self) -> Option<Arc<Report>> {
        self.lock().reports.back().cloned()
    }

    /// The last reports, as many as are kept, the oldest first.
    #[must_use]
    pub fn recent(&self) -> Vec<Arc<Report>> {
        self.lock().reports.iter().cloned().collect()
    }

    /// How many there were of each kind, at one moment.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.lock().counts
    }

    /// How many there were in all, what was left out included.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts().total()
    }

    /// Forgets all reports, and begins to count anew.
    pub fn clear(&self) {
        let mut state = self.lock();
        state.counts = Counts::default();
        let gone = std::mem::take(&mut state.reports);
        drop(state);
        drop(gone);
    }
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "History({}, {:?})", self.name, self.counts())
    }
}
