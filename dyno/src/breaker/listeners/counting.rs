//! Counting what happens.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::breaker::{Breaker, Happened, Listener, State};

/// Counts what happens at one breaker, or at several together.
///
/// Its clones count as one: give one to the breaker and keep the other.
///
/// ```
/// use dyno::breaker::{Breaker, Counting};
///
/// let (db, counting) = (Breaker::new("db").fail_max(1), Counting::new());
/// let _listening = db.listen(counting.clone());
/// let _ = db.call(|| Some("a row"));
/// let _ = db.call(|| None::<&str>);
/// let _ = db.call(|| Some("not asked for"));
///
/// let counts = counting.counts();
/// assert_eq!((counts.calls, counts.successes, counts.failures), (2, 1, 1));
/// assert_eq!((counts.opened, counts.rejected), (1, 1));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Counting(Arc<Mutex<Counts>>);

impl Counting {
    /// Nothing has happened yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// All that has happened so far, at one moment.
    #[must_use]
    pub fn counts(&self) -> Counts {
        *self.lock()
    }

    /// The same, and begins anew: nothing is counted twice and nothing in neither.
    #[must_use = "what has been counted is gone with it"]
    pub fn take(&self) -> Counts {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How often what has happened; made by [`Counting`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Calls that were let pass.
    pub calls: u64,
    /// Calls that succeeded.
    pub successes: u64,
    /// Calls that failed.
    pub failures: u64,
    /// Calls that ended in a way that does not count.
    pub ignored: u64,
    /// Calls that were turned away.
    pub rejected: u64,
    /// Changes of the state.
    pub state_changes: u64,
    /// Of these, to open.
    pub opened: u64,
    /// A breaker that only measures would have opened.
    pub exceeded: u64,
    /// Resets by hand, also of what was closed.
    pub resets: u64,
    /// Events that came too fast to be told: so many are missing above.
    pub lost: u64,
}

impl Listener for Counting {
    fn event(&self, _: &Breaker, happened: &Happened) {
        let mut counts = self.lock();
        match happened {
            Happened::BeforeCall => counts.calls += 1,
            Happened::Success => counts.successes += 1,
            Happened::Failure { .. } => counts.failures += 1,
            Happened::Ignored => counts.ignored += 1,
            Happened::Rejected { .. } => counts.rejected += 1,
            Happened::StateChange { change } => {
                counts.state_changes += 1;
                counts.opened += u64::from(change.to == State::Open);
            }
            Happened::Exceeded { .. } => counts.exceeded += 1,
            Happened::Reset => counts.resets += 1,
            Happened::Lost { events } => counts.lost += events,
        }
    }
}
