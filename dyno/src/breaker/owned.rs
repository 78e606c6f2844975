//! Leave to call that borrows nothing.

use std::fmt;
use std::sync::Arc;

use super::permit::dropped;
use super::{Breaker, Permit, Report};
use crate::fault::Fault;
use crate::outcome::Verdict;

/// Leave to make one call of a breaker that is shared by an [`Arc`], as those by
/// [key](super::Keyed) are; made by [`Breaker::acquire_owned`]. Otherwise as a [`Permit`].
#[must_use = "a permit that is dropped counts as an ignored call"]
pub struct OwnedPermit {
    breaker: Arc<Breaker>,
    /// Its stamp and when it was given, until it is settled.
    left: Option<(u64, u64)>,
}

impl Breaker {
    /// As [`acquire`](Self::acquire), with a permit that borrows nothing.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use dyno::breaker::{Breaker, State};
    ///
    /// let db = Arc::new(Breaker::new("db").fail_max(1));
    /// let permit = db.acquire_owned().expect("it is closed");
    /// std::thread::spawn(move || permit.failure()).join().unwrap();
    /// assert_eq!(db.state(), State::Open);
    /// ```
    ///
    /// # Errors
    /// As for [`acquire`](Self::acquire).
    pub fn acquire_owned(self: &Arc<Self>) -> Result<OwnedPermit, Fault> {
        let left = Some(self.acquire()?.into_parts());
        Ok(OwnedPermit { breaker: self.clone(), left })
    }
}

impl OwnedPermit {
    /// The breaker it is leave of.
    #[must_use]
    pub const fn breaker(&self) -> &Arc<Breaker> {
        &self.breaker
    }

    /// The call succeeded.
    pub fn success(self) {
        self.record(Verdict::Success);
    }

    /// The call failed.
    pub fn failure(self) {
        self.record(Verdict::Failure);
    }

    /// The call says nothing about the dependency.
    pub fn ignored(self) {
        self.record(Verdict::Ignored);
    }

    /// How the call went.
    pub fn record(self, verdict: Verdict) {
        drop(self.settle(verdict, &Report::NOTHING));
    }

    /// How the call went and, if it failed, with what: see [`Permit::settle`].
    pub fn settle(mut self, verdict: Verdict, report: &Report<'_>) -> Option<Fault> {
        let (stamp, since) = self.left.take()?;
        Permit::from_parts(&self.breaker, stamp, since).settle(verdict, report)
    }
}

impl Drop for OwnedPermit {
    fn drop(&mut self) {
        if let Some((stamp, since)) = self.left {
            dropped(&self.breaker, stamp, since);
        }
    }
}

impl fmt::Debug for OwnedPermit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OwnedPermit({})", self.breaker.name())
    }
}
