//! A place in a bulkhead.

use std::fmt;
use std::mem;
use std::sync::Arc;

use super::Bulkhead;
use crate::fault::Fault;

/// A place, until it is dropped; made by [`Bulkhead::acquire`].
///
/// It may be held across an `.await` and dropped on another thread. A panic or a cancelled future
/// gives it back as well. One that is [forgotten](std::mem::forget) is lost: the bulkhead has one
/// place less for good, which [`resize`](Bulkhead::resize) may make up for.
#[must_use = "the place is given back when the permit is dropped"]
pub struct Permit<'a> {
    bulkhead: &'a Bulkhead,
}

impl<'a> Permit<'a> {
    #[inline]
    pub(super) fn new(bulkhead: &'a Bulkhead) -> Self {
        Self { bulkhead }
    }

    /// The bulkhead it is a place of.
    #[must_use]
    pub fn bulkhead(&self) -> &'a Bulkhead {
        self.bulkhead
    }
}

impl Drop for Permit<'_> {
    #[inline]
    fn drop(&mut self) {
        self.bulkhead.leave();
    }
}

impl fmt::Debug for Permit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permit({})", self.bulkhead.name())
    }
}

/// A place in a bulkhead that is shared by an [`Arc`], as those [by key](super::KeyedBulkhead) are;
/// made by [`Bulkhead::acquire_owned`]. Otherwise as a [`Permit`].
#[must_use = "the place is given back when the permit is dropped"]
pub struct OwnedPermit {
    bulkhead: Arc<Bulkhead>,
}

impl OwnedPermit {
    /// The bulkhead it is a place of.
    #[must_use]
    pub fn bulkhead(&self) -> &Arc<Bulkhead> {
        &self.bulkhead
    }
}

impl Bulkhead {
    /// As [`acquire`](Self::acquire), with a permit that borrows nothing.
    ///
    /// # Errors
    /// As for [`acquire`](Self::acquire).
    pub fn acquire_owned(self: &Arc<Self>) -> Result<OwnedPermit, Fault> {
        // From here on the place is the other permit's.
        mem::forget(self.acquire()?);
        Ok(OwnedPermit { bulkhead: self.clone() })
    }

    /// As [`acquire_async`](Self::acquire_async), with a permit that borrows nothing.
    ///
    /// # Errors
    /// As for [`acquire`](Self::acquire).
    pub async fn acquire_owned_async(self: &Arc<Self>) -> Result<OwnedPermit, Fault> {
        mem::forget(self.acquire_async().await?);
        Ok(OwnedPermit { bulkhead: self.clone() })
    }
}

#[cfg(feature = "tower")]
impl OwnedPermit {
    /// A place that is free; where there is none nothing is counted, nor told.
    pub(crate) fn pass(bulkhead: &Arc<Bulkhead>) -> Option<Self> {
        mem::forget(bulkhead.pass()?);
        Some(Self { bulkhead: bulkhead.clone() })
    }
}

impl Drop for OwnedPermit {
    fn drop(&mut self) {
        self.bulkhead.leave();
    }
}

impl fmt::Debug for OwnedPermit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OwnedPermit({})", self.bulkhead.name())
    }
}
